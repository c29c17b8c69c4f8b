/*
 * See stored.h. jansson checks a document and reads the few values that lists are sorted by; what
 * is sent is the document's own text without white space.
 */
#include "stored.h"

#include "jsontext.h"
#include "text.h"

#include <jansson.h>
#include <stdlib.h>

enum { RESULTS_PER_PAGE = 20 };

static void read_facts(const json_t *doc, struct stored *ret)
{
    const char *date = json_string_value(json_object_get(doc, "release_date"));
    const char *language = json_string_value(json_object_get(doc, "original_language"));
    const char *imdb = json_string_value(json_object_get(doc, "imdb_id"));
    struct gen_facts *f = &ret->facts;

    if (date == NULL || !text_date(date, &f->day))
        f->day = DAY_NONE;
    f->vote_count = (int32_t)json_integer_value(json_object_get(doc, "vote_count"));
    f->vote_average_e3 =
        (int32_t)(json_number_value(json_object_get(doc, "vote_average")) * 1e3 + 0.5);
    f->popularity_e4 = (int64_t)(json_number_value(json_object_get(doc, "popularity")) * 1e4 + 0.5);
    f->flags =
        (unsigned char)((json_is_true(json_object_get(doc, "adult")) ? MOVIE_ADULT : 0) |
                        (json_is_true(json_object_get(doc, "video")) ? MOVIE_VIDEO : 0) |
                        (json_is_true(json_object_get(doc, "softcore")) ? MOVIE_SOFTCORE : 0));
    if (language != NULL && strlen(language) == 2)
        memcpy(ret->language, language, 3);
    if (imdb != NULL)
        ret->imdb = mem_strndup(imdb, strlen(imdb));
}

/* Sorts the members of a compact document into base and sections. */
static void split(const char *text, struct stored *ret)
{
    struct buf base;
    struct jsontext_member m;

    buf_init(&base, BUF_MAX_ANSWER);
    while (jsontext_next(&text, &m)) {
        enum section s = section_find(m.key, m.key_length);

        if (s != SECTION_COUNT && (*m.value == '{' || *m.value == '[')) {
            ret->sections[s] = mem_strndup(m.value, m.value_length);
            continue;
        }
        buf_ch(&base, base.len > 0 ? ',' : '{');
        buf_add(&base, m.key - 1, (size_t)(m.value + m.value_length - m.key) + 1);
    }
    ret->base = mem_strndup(base.p, base.len);
    buf_done(&base);
}

bool stored_read(const char *text, size_t n, struct stored *ret, struct buf *error)
{
    json_error_t problem;
    json_t *doc = json_loadb(text, n, JSON_ALLOW_NUL, &problem);
    json_int_t id = json_integer_value(json_object_get(doc, "id"));
    struct buf compact;

    *ret = (struct stored){0};
    if (doc == NULL) {
        buf_fmt(error, "line %d: %s", problem.line, problem.text);
        return false;
    }
    if (id <= 0 || id > UINT32_MAX) {
        BUF_LIT(error, "no usable \"id\"");
        json_decref(doc);
        return false;
    }
    ret->id = (uint32_t)id;
    read_facts(doc, ret);
    json_decref(doc);
    buf_init(&compact, BUF_MAX_ANSWER);
    jsontext_compact(text, n, &compact);
    split(buf_cstr(&compact), ret);
    buf_done(&compact);
    return true;
}

void stored_done(struct stored *d)
{
    free(d->base);
    free(d->imdb);
    for (int s = 0; s < SECTION_COUNT; s++)
        free(d->sections[s]);
    *d = (struct stored){0};
}

static bool is_key(const struct jsontext_member *m, const char *key)
{
    return strlen(key) == m->key_length && memcmp(m->key, key, m->key_length) == 0;
}

void stored_set_votes(struct stored *d, int64_t popularity_e4, int32_t vote_count)
{
    const char *at = d->base;
    struct jsontext_member m;
    struct buf base;

    buf_init(&base, BUF_MAX_ANSWER);
    while (jsontext_next(&at, &m)) {
        buf_ch(&base, base.len > 0 ? ',' : '{');
        buf_add(&base, m.key - 1, (size_t)(m.value - m.key) + 1);
        if (is_key(&m, "popularity"))
            buf_fixed(&base, popularity_e4, 4);
        else if (is_key(&m, "vote_count"))
            buf_int(&base, vote_count);
        else
            buf_add(&base, m.value, m.value_length);
    }
    free(d->base);
    d->base = mem_strndup(base.p, base.len);
    buf_done(&base);
    d->facts.popularity_e4 = popularity_e4;
    d->facts.vote_count = vote_count;
}

void stored_member(const struct stored *d, const char *key, const char *fallback, struct buf *out)
{
    const char *at = d->base;
    struct jsontext_member m;

    while (jsontext_next(&at, &m)) {
        if (is_key(&m, key)) {
            buf_add(out, m.value, m.value_length);
            return;
        }
    }
    buf_str(out, fallback);
}

static void write_genre_ids(const struct stored *d, struct buf *out)
{
    struct buf genres;
    const char *at;
    const char *genre;
    size_t length;
    bool first = true;

    buf_init(&genres, BUF_MAX_ANSWER);
    stored_member(d, "genres", "[]", &genres);
    at = buf_cstr(&genres);
    BUF_LIT(out, "[");
    while (jsontext_element(&at, &genre, &length)) {
        struct jsontext_member m;

        for (const char *in = genre; *genre == '{' && jsontext_next(&in, &m);) {
            if (!is_key(&m, "id"))
                continue;
            if (!first)
                buf_ch(out, ',');
            buf_add(out, m.value, m.value_length);
            first = false;
        }
    }
    BUF_LIT(out, "]");
    buf_done(&genres);
}

void stored_list_row(const struct stored *d, struct buf *out)
{
    static const struct {
        const char *key;
        const char *fallback;
    } members[] = {{"adult", "false"}, {"backdrop_path", "null"}, {"genre_ids", ""}, {"id", "0"},
        {"title", "\"\""}, {"original_language", "\"\""}, {"original_title", "\"\""},
        {"overview", "\"\""}, {"popularity", "0.0"}, {"poster_path", "null"},
        {"release_date", "\"\""}, {"softcore", "false"}, {"video", "false"},
        {"vote_average", "0.0"}, {"vote_count", "0"}};

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        buf_fmt(out, "%c\"%s\":", i > 0 ? ',' : '{', members[i].key);
        if (strcmp(members[i].key, "genre_ids") == 0)
            write_genre_ids(d, out);
        else
            stored_member(d, members[i].key, members[i].fallback, out);
    }
    BUF_LIT(out, "}");
}

void stored_page(const struct stored *d, enum section s, uint32_t page, struct buf *out)
{
    const char *at = d->sections[s];
    struct jsontext_member m;
    const char *results = NULL;
    const char *element;
    size_t length;
    uint64_t first = (uint64_t)(page - 1) * RESULTS_PER_PAGE;
    uint64_t total = 0;
    bool any = false;

    while (jsontext_next(&at, &m))
        if (is_key(&m, "results"))
            results = m.value;
    for (at = results; at != NULL && jsontext_element(&at, &element, &length);)
        total++;
    if (page == 1 && total <= RESULTS_PER_PAGE) {
        buf_str(out, d->sections[s]); /* as recorded, whatever it says about further pages */
        return;
    }
    buf_fmt(out, "{\"page\":%u,\"results\":[", page);
    at = results;
    for (uint64_t i = 0; at != NULL && jsontext_element(&at, &element, &length); i++) {
        if (i < first || i >= first + RESULTS_PER_PAGE)
            continue;
        if (any)
            buf_ch(out, ',');
        any = true;
        buf_add(out, element, length);
    }
    buf_fmt(out, "],\"total_pages\":%llu,\"total_results\":%llu}",
        (unsigned long long)((total + RESULTS_PER_PAGE - 1) / RESULTS_PER_PAGE),
        (unsigned long long)total);
}
