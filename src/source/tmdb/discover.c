/* Discover: every movie of a range of release dates, although one query shows at most 500 pages of
 * 20.
 *
 * The range is halved until each part fits. A single day that does not fit is split by original
 * language, and a language of such a day by vote count; what even that leaves out shows as expected
 * > seen. TMDB's totals move while a list is read, and rows slip over page borders then: page 1 is
 * asked for again at the end of a window, and when the total moved the window is read again. */
#include "base/date.h"
#include "base/log.h"
#include "source/tmdb/listing.h"
#include "source/tmdb/pages.h"

#include <stdio.h>

enum { READ_AGAIN_MAX = 2, QUERY_MAX = 600 };

struct discover {
    struct pages pages;
    struct listing listing;
    char query[QUERY_MAX], what[40];
};

/* One query: days, and for parts of a day a language and bounds of the vote count (max < 0:
 * none). */
struct filter {
    int64_t from, to;
    const char *language;
    int64_t votes_min, votes_max;
};

struct band {
    int64_t min, max;
};

static const struct band bands[] = {
    {0, 0}, {1, 1}, {2, 2}, {3, 5}, {6, 10}, {11, 20}, {21, 50}, {51, 100}, {101, 500}, {501, -1}};

/* TMDB's original languages: ISO 639-1 and its own cn, sh, mo, xx ("none"); those with most films
 * first, since the asking ends when the day's total is reached. */
static const char languages[][3] = {"en", "fr", "es", "de", "ja", "pt", "zh", "it", "ru", "ko",
    "cn", "hi", "xx", "ar", "nl", "sv", "pl", "tr", "cs", "da", "fi", "el", "hu", "no", "ta", "te",
    "ml", "th", "tl", "id", "fa", "he", "uk", "ro", "bn", "kn", "mr", "vi", "sr", "hr", "ca", "bg",
    "et", "lv", "lt", "sk", "sl", "is", "ka", "hy", "az", "kk", "ur", "pa", "gu", "ms", "eu", "gl",
    "ga", "cy", "mk", "sq", "bs", "sh", "af", "si", "ne", "km", "lo", "my", "mn", "uz", "ky", "tg",
    "tk", "be", "mo", "ku", "ps", "am", "sw", "zu", "xh", "yo", "ig", "ha", "so", "rw", "wo", "ln",
    "mg", "sn", "st", "tn", "ts", "ve", "nr", "nd", "ss", "ny", "ki", "lg", "rn", "sg", "tw", "ak",
    "ee", "ff", "bm", "kg", "ng", "hz", "aa", "ti", "om", "yi", "lb", "fy", "fo", "gd", "br", "kw",
    "gv", "co", "sc", "oc", "rm", "wa", "an", "li", "mt", "la", "eo", "ia", "ie", "io", "vo", "as",
    "or", "sd", "ks", "sa", "pi", "bi", "dz", "bo", "ug", "za", "ii", "jv", "su", "qu", "ay", "gn",
    "nv", "cr", "oj", "iu", "ik", "kl", "se", "ab", "os", "ce", "cv", "av", "ba", "tt", "kv", "cu",
    "ae", "mi", "sm", "to", "ty", "fj", "mh", "na", "ch", "ho", "ht", "nb", "nn", "kj", "kr", "lu",
    "dv", "bh"};

static void set_query(struct discover *d, const struct filter *f)
{
    struct civil a = date_civil(f->from), b = date_civil(f->to);
    int n = snprintf(d->query, sizeof d->query,
        "/discover/movie?sort_by=primary_release_date.asc&include_adult=%s&include_video=true"
        "&primary_release_date.gte=%04d-%02d-%02d&primary_release_date.lte=%04d-%02d-%02d",
        d->pages.c->include_adult ? "true" : "false", a.year, a.month, a.day, b.year, b.month,
        b.day);
    if (f->language != NULL)
        n += snprintf(
            d->query + n, sizeof d->query - (size_t)n, "&with_original_language=%s", f->language);
    if (f->votes_min > 0 || f->votes_max >= 0)
        n += snprintf(d->query + n, sizeof d->query - (size_t)n, "&vote_count.gte=%lld",
            (long long)f->votes_min);
    if (f->votes_max >= 0)
        (void)snprintf(d->query + n, sizeof d->query - (size_t)n, "&vote_count.lte=%lld",
            (long long)f->votes_max);
    (void)snprintf(d->what, sizeof d->what, "movies of %04d-%02d-%02d on", a.year, a.month, a.day);
}

static bool look(struct discover *d, const struct filter *f, struct err *e)
{
    set_query(d, f);
    return pages_look(&d->pages, e);
}

/* Reads the window whose page 1 is at hand. Adds what TMDB announces to `expected` at the end. */
static bool take_window(
    struct discover *d, const struct filter *f, uint64_t *expected, struct err *e)
{
    int64_t total;
    for (unsigned again = 0;; again++) {
        total = d->pages.total_results;
        int64_t last = d->pages.total_pages;
        if (!pages_first(&d->pages, e))
            return false;
        if (last <= 1)
            break; /* one answer is of one moment */
        if (!pages_from(&d->pages, 2, last, e) || !look(d, f, e))
            return false;
        if (d->pages.total_results == total || again == READ_AGAIN_MAX)
            break;
        log_line(LOG_DETAIL, "%s: the number of results moved from %lld to %lld; read again",
            d->what, (long long)total, (long long)d->pages.total_results);
    }
    *expected += (uint64_t)d->pages.total_results;
    d->listing.counts.windows++;
    return pages_first(&d->pages, e);
}

static bool fits(const struct discover *d)
{
    return d->pages.total_pages <= TMDB_PAGES_MAX;
}

/* One language of one day, its page 1 at hand. */
static bool take_language(struct discover *d, struct filter f, uint64_t *expected, struct err *e)
{
    if (fits(d))
        return take_window(d, &f, expected, e);
    for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++) {
        f.votes_min = bands[i].min;
        f.votes_max = bands[i].max;
        if (!look(d, &f, e))
            return false;
        if (d->pages.total_results > 0 && !take_window(d, &f, expected, e))
            return false;
    }
    return true;
}

/* A day with more than 10,000 movies; its page 1 is at hand. The day's own total is what is
 * expected of it. */
static bool take_day(struct discover *d, int64_t day, struct err *e)
{
    uint64_t expected = (uint64_t)d->pages.total_results, found = 0,
             before = d->listing.counts.seen;
    struct filter f = {.from = day, .to = day, .votes_max = -1};
    d->listing.counts.expected += expected;
    for (size_t i = 0; i < sizeof languages / sizeof languages[0] && found < expected; i++) {
        f.language = languages[i];
        if (!look(d, &f, e))
            return false;
        if (d->pages.total_results > 0 && !take_language(d, f, &found, e))
            return false;
    }
    uint64_t seen = d->listing.counts.seen - before;
    if (seen < expected)
        log_line(LOG_WARNING, "%s that day: TMDB announces %llu movies and showed %llu new ones",
            d->what, (unsigned long long)expected, (unsigned long long)seen);
    return true;
}

static bool take_range(struct discover *d, int64_t from, int64_t to, struct err *e)
{
    struct filter f = {.from = from, .to = to, .votes_max = -1};
    if (!look(d, &f, e))
        return false;
    if (fits(d))
        return take_window(d, &f, &d->listing.counts.expected, e);
    if (from == to)
        return take_day(d, from, e);
    int64_t middle = from + (to - from) / 2;
    return take_range(d, from, middle, e) && take_range(d, middle + 1, to, e);
}

bool tmdb_discover(struct tmdb_client *c, int64_t from_day, int64_t to_day,
    bool (*take)(void *payload, int64_t tmdb_id, struct err *e), void *payload,
    struct tmdb_listing *ret, struct err *e)
{
    struct discover d = {.query = ""};
    uint64_t before = c->asker.counts.requests;
    pages_init(&d.pages, c);
    listing_init(&d.listing, take, payload);
    d.pages.query = d.query;
    d.pages.what = d.what;
    d.pages.take = listing_take;
    d.pages.payload = &d.listing;
    bool ok = from_day > to_day || take_range(&d, from_day, to_day, e);
    d.listing.counts.requests = c->asker.counts.requests - before;
    if (ok)
        *ret = d.listing.counts;
    pages_done(&d.pages);
    listing_done(&d.listing);
    return ok;
}

bool tmdb_discover_count(
    struct tmdb_client *c, int64_t from_day, int64_t to_day, uint64_t *ret, struct err *e)
{
    struct discover d = {.query = ""};
    struct filter f = {.from = from_day, .to = to_day, .votes_max = -1};
    pages_init(&d.pages, c);
    d.pages.query = d.query;
    d.pages.what = d.what;
    bool ok = from_day > to_day || look(&d, &f, e);
    if (ok)
        *ret = (uint64_t)d.pages.total_results;
    pages_done(&d.pages);
    return ok;
}
