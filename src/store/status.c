/* Numbers about the database: see store.h. */
#include "store/upsert.h"

struct giving {
    bool (*take)(void *payload, const struct table_count *c, struct err *e);
    void *payload;
};

/* The snapshot is over before anything is given, so `take` may take its time. */
struct counting {
    struct table_count *counts;
    size_t n;
};

static bool count_all(struct store *s, void *payload, struct err *e)
{
    struct counting *to = payload;
    for (size_t i = 0; i < s->schema.tables.n; i++) {
        const struct table *t = vec_at(&s->schema.tables, i);
        struct table_count *c = &to->counts[to->n++];
        *c = (struct table_count){t->name, 0, t->ours};
        struct view text = arena_print(&s->scratch, "SELECT count(*) FROM {%s}", t->name);
        if (!db_get_ints(s, text.p, NO_CELLS, &c->rows, 1, NULL, e))
            return false;
    }
    return true;
}

bool store_counts(struct store *s,
    bool (*take)(void *payload, const struct table_count *c, struct err *e), void *payload,
    struct err *e)
{
    arena_reset(&s->scratch);
    struct counting to = {
        arena_take_array(&s->scratch, s->schema.tables.n, sizeof(struct table_count)), 0};
    bool ok = db_snapshot(s, count_all, &to, e);
    for (size_t i = 0; ok && i < to.n; i++)
        ok = take(payload, &to.counts[i], e);
    return ok;
}

struct number {
    const char *text;
    size_t offset; /* of the first number in struct store_status */
    size_t n;
};

#define AT(member) offsetof(struct store_status, member)

/* Ratings are counted by their movies' own counts: the same number without reading 32 million
 * rows. */
static const struct number numbers[] = {
    {"SELECT count(*), count(tmdb_id), count(*) - count(tmdb_id) FROM {movies}", 0, 3},
    {"SELECT count(*) FROM {movies} m WHERE m.tmdb_id IS NOT NULL AND EXISTS"
     " (SELECT 1 FROM {movielens_movies} l WHERE l.movie_id = m.id)",
        AT(with_both), 1},
    {"SELECT count(*), count(gone_at) FROM {tmdb_movies}", AT(tmdb_records), 2},
    {"SELECT min(fetched_at), max(fetched_at) FROM {tmdb_movies}", AT(oldest_fetched_at), 2},
    {"SELECT sum(rating_count) FROM {movielens_movies}", AT(ratings), 1},
    {"SELECT count(*) FROM {tags}", AT(tags), 1},
    {"SELECT count(*) FROM {credits}", AT(credits), 1},
    {"SELECT count(*) FROM {people}", AT(people), 1},
    {"SELECT sum(l.rating_count) FROM {movielens_movies} l JOIN {movies} m ON m.id = l.movie_id"
     " JOIN {tmdb_movies} t ON t.tmdb_id = m.tmdb_id",
        AT(ratings_covered), 1},
    {"SELECT count(*) FROM {etl_conflicts}", AT(conflicts), 1},
    {"SELECT sum(total) FROM {etl_finding_counts}", AT(findings), 1},
};

static bool read_numbers(struct store *s, void *payload, struct err *e)
{
    struct store_status *to = payload;
    int64_t movies[3] = {0, 0, 0};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        int64_t *at = i == 0 ? movies : (int64_t *)(void *)((char *)to + numbers[i].offset);
        if (!db_get_ints(s, numbers[i].text, NO_CELLS, at, numbers[i].n, NULL, e))
            return false;
    }
    to->movies = movies[0];
    to->with_tmdb = movies[1];
    to->movielens_only = movies[2];
    return true;
}

bool store_status(struct store *s, struct store_status *ret, struct err *e)
{
    struct store_status found = {0};
    if (!db_snapshot(s, read_numbers, &found, e))
        return false;
    *ret = found;
    return true;
}
