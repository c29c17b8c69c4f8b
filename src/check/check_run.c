/* Contradictions between the records of a run. See check.h. */
#include "check/check.h"

enum { MAX_RECORDS = 4 * 1000 * 1000 };

void check_run_init(struct check_run *c)
{
    textmap_init(&c->imdb, MAX_RECORDS);
    map_init(&c->seen, MAX_RECORDS);
}

void check_run_done(struct check_run *c)
{
    textmap_done(&c->imdb);
    map_done(&c->seen);
}

void check_run_new_file(struct check_run *c)
{
    map_done(&c->seen);
    map_init(&c->seen, MAX_RECORDS);
}

static void check_imdb_shared(struct check_run *c, const struct staged_record *r, struct view key,
    struct findings *findings)
{
    struct view imdb = view_trim(r->movie.imdb_id);
    if (r->movie.imdb_id.p == NULL || imdb.n == 0)
        return;
    const uint64_t *other = textmap_get(&c->imdb, imdb);
    if (other == NULL)
        (void)textmap_put(&c->imdb, imdb, (uint64_t)r->tmdb_id);
    else if (*other != (uint64_t)r->tmdb_id)
        findings_add(findings, RULE_IMDB_SHARED, r->place.line, r->place.column, key, "imdb_id",
            "%.*s is also the IMDb id of tmdb %llu", VIEW_ARG(imdb), (unsigned long long)*other);
}

void check_in_run(struct check_run *c, const struct staged_record *r, struct findings *findings)
{
    struct arena scratch;
    arena_init(&scratch);
    struct view key = arena_print(&scratch, "tmdb %lld", (long long)r->tmdb_id);
    const uint64_t *line = map_get(&c->seen, r->tmdb_id);
    if (line != NULL)
        findings_add(findings, RULE_DUPLICATE_RECORD, r->place.line, r->place.column, key, "id",
            "the movie is in this file already, at line %llu", (unsigned long long)*line);
    else
        (void)map_put(&c->seen, r->tmdb_id, r->place.line);
    if (!r->gone)
        check_imdb_shared(c, r, key, findings);
    arena_done(&scratch);
}
