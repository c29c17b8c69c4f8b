/* Links: see links.h. An IMDb id is text: "tt" and at least seven digits (0114709, 10147546); a
 * library that took it for a number has eaten its zeros, which are put back. */
#include "source/movielens/links.h"

#include "source/movielens/csv_number.h"
#include "source/movielens/plain.h"

#include <inttypes.h>

enum { IMDB_DIGITS = 7, IMDB_DIGITS_MAX = 10 };

void links_init(struct links *l)
{
    vec_init(&l->items, sizeof(struct link), KNOWN_MAX);
    known_init(&l->by_id);
}

void links_done(struct links *l)
{
    vec_done(&l->items);
    known_done(&l->by_id);
}

static enum csv_number read_imdb(const struct csv_field *f, char ret[16])
{
    struct view v = csv_number_bare(f->text);
    if (view_starts(v, "tt"))
        v = view_slice(v, 2, v.n);
    bool plain = !f->quoted && v.n == f->text.n;
    size_t given = v.n;
    while (v.n > 0 && v.p[0] == '0')
        v = view_slice(v, 1, v.n);
    if (v.n == 0 || v.n > IMDB_DIGITS_MAX)
        return NUMBER_BAD;
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] < '0' || v.p[i] > '9')
            return NUMBER_BAD;
    size_t zeros = v.n < IMDB_DIGITS ? IMDB_DIGITS - v.n : 0;
    memcpy(ret, "tt0000000", 2 + zeros);
    memcpy(ret + 2 + zeros, v.p, v.n);
    ret[2 + zeros + v.n] = '\0';
    return plain && given == zeros + v.n ? NUMBER_PLAIN : NUMBER_FIXED;
}

static bool field_imdb(struct place *p, const struct csv_field *f, char ret[16])
{
    if (view_trim(f->text).n == 0)
        return true;
    enum csv_number r = read_imdb(f, ret);
    if (r == NUMBER_BAD)
        note(p, RULE_ML_VALUE, f->column, "imdbId",
            "'%s' is not an IMDb id of up to %d digits; row left out", shown(f->text).z,
            IMDB_DIGITS_MAX);
    else if (r == NUMBER_FIXED)
        note(p, RULE_ML_FIXED, f->column, "imdbId", "'%s' read as %s", shown(f->text).z, ret);
    return r != NUMBER_BAD;
}

static bool field_tmdb(struct place *p, const struct csv_field *f, int64_t *ret)
{
    return view_trim(f->text).n == 0 || field_number(p, f, "tmdbId", 1, ML_ID_MAX, ret);
}

static bool add(struct place *p, const struct link *link, struct links *l, struct err *e)
{
    uint32_t first = known_index(&l->by_id, link->movielens_id);
    if (first != KNOWN_NOT) {
        note(p, RULE_ML_DUPLICATE, 1, "movieId", "the movie has a link on line %" PRIu64 " already",
            ((const struct link *)vec_at(&l->items, first))->line);
        return true;
    }
    struct link *to = vec_add(&l->items);
    if (to == NULL || !known_add(&l->by_id, link->movielens_id))
        return err_set(e, ERR_INPUT, "%s has more than %d rows", p->path, KNOWN_MAX);
    *to = *link;
    return true;
}

static bool take_row(struct place *p, const struct csv_row *row, struct links *l, struct err *e)
{
    struct link link = {.line = row->line};
    if (!row_shape(p, row, 3) ||
        !field_number(p, &row->fields[0], "movieId", 1, ML_ID_MAX, &link.movielens_id))
        return true;
    p->movielens_id = link.movielens_id;
    if (!field_imdb(p, &row->fields[1], link.imdb_id) ||
        !field_tmdb(p, &row->fields[2], &link.tmdb_id))
        return true;
    return add(p, &link, l, e);
}

/* ---- the quick way: rows in the form that nearly all have (plain.h), nothing to be said of them;
 * anything else is refused and left for the way above */

/* Seven digits, or eight of which the first is not 0, and the comma behind them. */
static bool plain_imdb(const char **p, char ret[16])
{
    uint64_t digits = plain_digits(plain_word(*p)), others = plain_others(digits);
    size_t n = others == 0 ? IMDB_DIGITS + 1 : plain_bits(others) / 8;
    bool zero = n > IMDB_DIGITS ? **p == '0' : digits << 8 == 0;
    if (n < IMDB_DIGITS || zero || (*p)[n] != ',')
        return false;
    memcpy(ret, "tt", 2);
    memcpy(ret + 2, *p, n);
    ret[2 + n] = '\0';
    *p += n + 1;
    return true;
}

/* One to seven digits or none, and the line end. */
static bool plain_tmdb(const char *p, int64_t *ret)
{
    uint64_t digits = plain_digits(plain_word(p));
    unsigned bits = plain_bits(plain_others(digits));
    *ret = bits == 0 ? 0 : plain_value(digits << (64 - bits));
    p += bits / 8;
    return (bits == 0 || *ret > 0) && (p[0] == '\n' || (p[0] == '\r' && p[1] == '\n'));
}

static bool plain_link(struct csv *csv, struct link *ret)
{
    struct view line;
    if (!csv_peek(csv, &line))
        return false;
    const char *p = line.p;
    *ret = (struct link){.line = csv->line};
    if (!plain_id(&p, &ret->movielens_id) || ret->movielens_id == 0 ||
        !plain_imdb(&p, ret->imdb_id) || !plain_tmdb(p, &ret->tmdb_id))
        return false;
    csv_pass(csv, line.n);
    return true;
}

/* ---- the file */

static bool take_plain(
    struct place *p, struct csv *csv, struct links *l, bool *ret_taken, struct err *e)
{
    struct link link;
    *ret_taken = plain_link(csv, &link);
    if (!*ret_taken)
        return true;
    p->line = link.line;
    p->movielens_id = link.movielens_id;
    return add(p, &link, l, e);
}

bool links_read(struct movielens *m, struct findings *findings, struct links *ret, struct err *e)
{
    struct csv csv;
    struct csv_row row = {.state = CSV_ROW};
    struct place p = release_place(m, ML_LINKS, findings);
    if (!release_begin(m, ML_LINKS, &csv, e))
        return false;
    bool ok = true, taken = false;
    while (ok && row.state != CSV_END) {
        ok = take_plain(&p, &csv, ret, &taken, e);
        if (!ok || taken)
            continue;
        ok = csv_next(&csv, &row, e);
        if (ok && row.state != CSV_END)
            ok = take_row(&p, &row, ret, e);
    }
    csv_done(&csv);
    if (ok)
        release_end(m, ML_LINKS, findings);
    return ok;
}

const struct link *links_join(struct links *l, int64_t movielens_id)
{
    uint32_t i = known_index(&l->by_id, movielens_id);
    if (i == KNOWN_NOT)
        return NULL;
    struct link *link = vec_at(&l->items, i);
    link->joined = true;
    return link;
}

int64_t links_leftover(const struct links *l, const struct movielens *m, struct findings *findings)
{
    int64_t joined = 0;
    struct place p = release_place(m, ML_LINKS, findings);
    for (size_t i = 0; i < l->items.n; i++) {
        const struct link *link = vec_at(&l->items, i);
        joined += link->joined;
        if (link->joined)
            continue;
        p.line = link->line;
        p.movielens_id = link->movielens_id;
        note(&p, RULE_ML_ORPHAN, 1, "movieId",
            "movies.csv has no movie %" PRId64 ", or its row was left out", link->movielens_id);
    }
    return joined;
}
