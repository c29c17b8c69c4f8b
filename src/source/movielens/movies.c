/* Movies: movies.csv joined with links.csv. See movielens.h. */
#include "source/movielens/links.h"
#include "source/movielens/title.h"

#include "base/mem.h"

#include <inttypes.h>

struct reading {
    struct movielens *m;
    struct place place;
    struct links links;
    struct arena arena; /* of one movie */
    bool (*take)(void *payload, const struct ml_movie *movie, struct err *e);
    void *payload;
};

static void note_title(struct place *p, const struct csv_field *f, const struct title *t)
{
    if (t->name.n == 0)
        note(p, RULE_ML_TITLE, f->column, "title", "no name can be read from '%s'",
            shown(f->text).z);
    if (t->year == 0)
        note(p, RULE_ML_TITLE, f->column, "title", "no year can be read from '%s'",
            shown(f->text).z);
    if (t->unusual != NULL)
        note(p, RULE_ML_FIXED, f->column, "title", "%s: '%s' read as %" PRId64, t->unusual,
            shown(f->text).z, t->year);
}

static bool learn(const struct reading *r, int64_t id, struct err *e)
{
    return known_add(&r->m->known, id) ||
           err_set(e, ERR_INPUT, "%s has more than %d movies", r->place.path, KNOWN_MAX);
}

static bool take_row(struct reading *r, const struct csv_row *row, struct err *e)
{
    struct place *p = &r->place;
    struct ml_movie movie = {0};
    struct title title;
    if (!row_shape(p, row, 3) ||
        !field_number(p, &row->fields[0], "movieId", 1, ML_ID_MAX, &movie.movielens_id))
        return true;
    p->movielens_id = movie.movielens_id;
    if (known_index(&r->m->known, movie.movielens_id) != KNOWN_NOT) {
        note(p, RULE_ML_DUPLICATE, 1, "movieId",
            "an earlier row has this movieId; this one is left out: '%s'",
            shown(row->fields[1].text).z);
        return true;
    }
    if (!field_text(p, &row->fields[1], "title", ML_TEXT_MAX) ||
        !field_text(p, &row->fields[2], "genres", ML_GENRES_MAX))
        return true;
    title_parse(&r->arena, row->fields[1].text, &title);
    note_title(p, &row->fields[1], &title);
    movie.raw_title = row->fields[1].text;
    movie.title = title.name;
    movie.year = title.year;
    movie.genres = row->fields[2].text;
    const struct link *link = links_join(&r->links, movie.movielens_id);
    if (link != NULL) {
        movie.tmdb_id = link->tmdb_id;
        movie.imdb_id = link->imdb_id[0] == '\0' ? (struct view){NULL, 0} : view_of(link->imdb_id);
    }
    r->m->release.movies++;
    return learn(r, movie.movielens_id, e) && r->take(r->payload, &movie, e);
}

static bool read_movies(struct reading *r, struct findings *findings, struct err *e)
{
    struct csv csv;
    struct csv_row row = {.state = CSV_ROW};
    if (!release_begin(r->m, ML_MOVIES, &csv, e))
        return false;
    bool ok = true;
    while (ok && row.state != CSV_END) {
        ok = csv_next(&csv, &row, e);
        if (ok && row.state != CSV_END)
            ok = take_row(r, &row, e);
        arena_reset(&r->arena);
    }
    csv_done(&csv);
    if (ok)
        release_end(r->m, ML_MOVIES, findings);
    return ok;
}

/* From here on each has its number, by which its ratings are counted. */
static void number_all(struct movielens *m)
{
    int32_t *ids = mem_grow(NULL, m->known.n, sizeof *ids);
    numbers_make(&m->numbers, &m->known, ids);
    for (size_t i = 0; i < m->known.n; i++)
        *(struct rating_stats *)vec_add(&m->stats) = (struct rating_stats){.movielens_id = ids[i]};
    mem_free(ids);
}

bool movielens_movies(struct movielens *m, struct findings *findings,
    bool (*take)(void *payload, const struct ml_movie *movie, struct err *e), void *payload,
    struct err *e)
{
    struct reading r = {.m = m, .take = take, .payload = payload};
    if (m->known.n > 0 || m->movies_done)
        return err_set(e, ERR_BUG, "movielens_movies was called twice");
    r.place = release_place(m, ML_MOVIES, findings);
    links_init(&r.links);
    arena_init(&r.arena);
    bool ok = links_read(m, findings, &r.links, e) && read_movies(&r, findings, e);
    if (ok) {
        number_all(m);
        m->release.links = links_leftover(&r.links, m, findings);
    }
    m->movies_done = ok;
    links_done(&r.links);
    arena_done(&r.arena);
    return ok;
}
