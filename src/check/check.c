/* Check of one record: walks the field tables. See check.h. */
#include "check/check.h"

#include "base/date.h"
#include "base/sys.h"
#include "base/text.h"
#include "model/imdb.h"
#include "model/layout.h"

/* The record at hand: how findings name it, and where they go. */
struct checker {
    struct findings *findings;
    struct view key;
};

/* The earliest film kept by anyone is from 1874; announced films lie a few years ahead. */
enum { FIRST_YEAR = 1870, LAST_YEAR = 2100 };

static struct place place_of(const struct record *r, size_t i)
{
    return r->places != NULL && r->places[i].line != 0 ? r->places[i] : r->at;
}

static bool is_code(struct view v)
{
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] <= ' ' || v.p[i] >= 127)
            return false;
    return true;
}

static void check_text(struct checker *c, const struct field *f, struct view v, struct place at)
{
    v = view_trim(v);
    if ((f->flags & F_CODE) != 0 && !is_code(v)) {
        findings_add(c->findings, RULE_FORMAT, at.line, at.column, c->key, f->key,
            "'%.*s' holds characters that a code cannot have", VIEW_ARG(v));
        return;
    }
    if (v.n <= (uint64_t)f->max) /* and no more characters than bytes */
        return;
    uint64_t n = (f->flags & F_CODE) != 0 ? v.n : utf8_length(v);
    if (n > (uint64_t)f->max)
        findings_add(c->findings, RULE_LENGTH, at.line, at.column, c->key, f->key,
            "%llu characters, at most %lld fit", (unsigned long long)n, (long long)f->max);
}

static void check_number(struct checker *c, const struct field *f, double v, struct place at)
{
    if (v < (double)f->min || v > (double)f->max)
        findings_add(c->findings, RULE_RANGE, at.line, at.column, c->key, f->key,
            "%.17g is outside %lld to %lld", v, (long long)f->min, (long long)f->max);
}

static void check_date(struct checker *c, const struct field *f, struct view v, struct place at)
{
    int64_t day, seconds;
    v = view_trim(v);
    if (v.n == 0)
        return;
    bool ok = f->type == FIELD_DATE ? date_parse(v, &day) : instant_parse(v, &seconds);
    if (!ok) {
        findings_add(c->findings, RULE_FORMAT_DROPPED, at.line, at.column, c->key, f->key,
            "'%.*s' is no %s; stored as unknown", VIEW_ARG(v),
            f->type == FIELD_DATE ? "date (YYYY-MM-DD)" : "instant");
        return;
    }
    int year = date_civil(f->type == FIELD_DATE ? day : instant_day(seconds)).year;
    if (year < FIRST_YEAR || year > LAST_YEAR)
        findings_add(c->findings, RULE_DATE_IMPLAUSIBLE, at.line, at.column, c->key, f->key,
            "the year %d is implausible for a film", year);
}

static void check_json(
    struct checker *c, const struct field *f, const struct node *n, struct place at)
{
    struct str s;
    str_init(&s, (size_t)f->max);
    node_add_json(&s, n);
    if (!str_ok(&s))
        findings_add(c->findings, RULE_LENGTH, at.line, at.column, c->key, f->key,
            "over %lld bytes as JSON", (long long)f->max);
    str_done(&s);
}

static void check_value(struct checker *c, const struct field *f, const void *v, struct place at)
{
    switch (f->type) {
    case FIELD_BOOL:
    case FIELD_INT:
        check_number(c, f, (double)*(const int64_t *)v, at);
        break;
    case FIELD_REAL:
        check_number(c, f, *(const double *)v, at);
        break;
    case FIELD_TEXT:
        check_text(c, f, *(const struct view *)v, at);
        break;
    case FIELD_DATE:
    case FIELD_INSTANT:
        check_date(c, f, *(const struct view *)v, at);
        break;
    case FIELD_JSON:
        check_json(c, f, *(const struct node *const *)v, at);
        break;
    }
}

static bool is_empty_text(const struct field *f, const void *record)
{
    return f->type == FIELD_TEXT && view_trim(*(const struct view *)field_in(f, record)).n == 0;
}

/* Every field of a record or an element. A record without a required field is refused; an element
 * without its key is only left out, since the list means something without it. */
static void check_fields(
    struct checker *c, const struct entity *e, const struct record *r, bool element)
{
    for (size_t i = 0; i < e->field_n; i++) {
        const struct field *f = &e->fields[i];
        struct place at = place_of(r, i);
        bool required = (f->flags & (F_REQUIRED | F_KEY)) != 0;
        if (field_has_value(r, i) && !(required && is_empty_text(f, r)))
            check_value(c, f, field_in(f, r), at);
        else if (required)
            findings_add(c->findings, element ? RULE_NO_KEY : RULE_REQUIRED, at.line, at.column,
                c->key, f->key, element ? "the element's %s is empty; left out" : "there is no %s",
                f->key);
    }
}

static bool element_has_key(const struct entity *e, const struct record *r)
{
    for (size_t i = 0; i < e->field_n; i++)
        if ((e->fields[i].flags & F_KEY) != 0 &&
            (!field_has_value(r, i) || is_empty_text(&e->fields[i], r)))
            return false;
    return true;
}

static void check_list(struct checker *c, const struct list *l, const struct tmdb_movie *m,
    struct arena *scratch)
{
    const struct rows *rows = tmdb_rows_in(l, m);
    size_t keyed = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct record *r = rows_at(rows, l->entity, i);
        check_fields(c, l->entity, r, true);
        keyed += element_has_key(l->entity, r);
    }
    if (l->seq || rows->n < 2)
        return;
    size_t distinct = rows_distinct(l, m, scratch);
    if (distinct < keyed) {
        const struct record *first = rows_at(rows, l->entity, 0);
        findings_add(c->findings, RULE_DUPLICATE_ELEMENT, first->at.line, first->at.column, c->key,
            l->path, "%zu of %zu elements repeat the key of another; the first was kept",
            keyed - distinct, keyed);
    }
}

static void check_imdb_id(struct checker *c, const struct tmdb_movie *m)
{
    struct view v = m->imdb_id.p == NULL ? view_of("") : view_trim(m->imdb_id);
    if (v.n == 0 || imdb_id_is_valid(v))
        return;
    struct place at = place_of(&m->record, TMDB_imdb_id);
    findings_add(c->findings, RULE_IMDB_FORM, at.line, at.column, c->key, "imdb_id",
        "'%.*s' is no IMDb id (tt and at least seven digits); not used to recognise the movie",
        VIEW_ARG(v));
}

/* Nothing that is fetched later would be newer, and so the record never change again. */
static void check_at(struct checker *c, const struct staged_record *r, struct arena *a)
{
    if (r->at > sys_latest())
        findings_add(c->findings, RULE_FUTURE, r->place.line, r->place.column, c->key,
            r->gone ? "gone.seen_at" : "etl.fetched_at", "%s is still to come",
            instant_print(a, r->at).p);
}

bool check_record(const struct staged_record *r, struct findings *findings)
{
    uint64_t errors = findings_errors(findings);
    struct arena scratch;
    arena_init(&scratch);
    struct checker c = {findings, arena_print(&scratch, "tmdb %lld", (long long)r->tmdb_id)};
    if (r->tmdb_id < 1 || r->tmdb_id > ID_MAX)
        findings_add(findings, RULE_RANGE, r->place.line, r->place.column, c.key, "id",
            "%lld is no TMDB id", (long long)r->tmdb_id);
    check_at(&c, r, &scratch);
    if (!r->gone) {
        check_fields(&c, &tmdb_movie_entity, &r->movie.record, false);
        check_imdb_id(&c, &r->movie);
        for (size_t i = 0; i < TMDB_LIST_COUNT; i++)
            check_list(&c, &tmdb_lists[i], &r->movie, &scratch);
    }
    arena_done(&scratch);
    return findings_errors(findings) == errors;
}
