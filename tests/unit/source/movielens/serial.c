/* See serial.h. Only the reading of a single line (ratings_careful) is the program's own. */
#include "serial.h"

#include "source/movielens/ratings.h"

#include <inttypes.h>
#include <stdlib.h>

struct serial {
    struct view rest;
    struct place place;
    struct findings findings;
    int64_t movies[SERIAL_MOVIES];
    struct rating_stats stats[SERIAL_MOVIES];
    size_t movie_n;
    uint64_t last; /* user and movie of the last row */
    int64_t rows;
};

static struct rating_stats *stats_of(struct serial *s, int64_t movielens_id)
{
    for (size_t i = 0; i < s->movie_n; i++)
        if (s->movies[i] == movielens_id)
            return &s->stats[i];
    return NULL;
}

static bool accept(struct serial *s, const struct rating *x)
{
    struct rating_stats *stats = stats_of(s, x->movielens_id);
    uint64_t order = (uint64_t)x->user_id << 32 | (uint64_t)x->movielens_id;
    if (stats == NULL) {
        note(&s->place, RULE_ML_ORPHAN, 0, "movieId",
            "movies.csv has no movie %" PRId64 ", or its row was left out", x->movielens_id);
        return false;
    }
    if (order == s->last) {
        note(&s->place, RULE_ML_DUPLICATE, 0, NULL, "the row before has the same user and movie");
        return false;
    }
    s->last = order;
    stats->count++;
    stats->sum_half_stars += x->half_stars;
    stats->histogram[x->half_stars - 1]++;
    s->rows++;
    return true;
}

/* The next row; false: there is none any more. */
static bool next_row(struct serial *s, struct rating *ret)
{
    bool got = false;
    while (!got && s->rest.n > 0) {
        size_t n = view_find(s->rest, 0, '\n');
        bool unended = n == s->rest.n;
        char *line = malloc(n + 1); /* it is changed in place */
        if (line == NULL)
            abort();
        memcpy(line, s->rest.p, n);
        s->place.line++;
        s->place.user_id = s->place.movielens_id = 0;
        got = ratings_careful(&s->place, line, n, unended, ret);
        s->place.user_id = got ? ret->user_id : 0;
        s->place.movielens_id = got ? ret->movielens_id : 0;
        got = got && accept(s, ret);
        free(line);
        s->rest = view_slice(s->rest, unended ? n : n + 1, s->rest.n);
    }
    return got;
}

static bool take_movie(void *payload, const struct ml_movie *movie, struct err *e)
{
    struct serial *s = payload;
    (void)e;
    if (s->movie_n == SERIAL_MOVIES)
        abort();
    s->movies[s->movie_n++] = movie->movielens_id;
    return true;
}

static uint32_t number_of(const struct serial *s, int64_t movielens_id)
{
    uint32_t before = 0;
    for (size_t i = 0; i < s->movie_n; i++)
        before += s->movies[i] < movielens_id;
    return before;
}

static const char *compare_rows(struct serial *s, struct movielens *m, struct findings *f)
{
    struct rating_block b = {.n = 1};
    struct rating want;
    struct err e;
    while (b.n > 0) {
        if (!movielens_ratings_next(m, f, &b, &e))
            return "it cannot be read";
        for (size_t i = 0; i < b.n; i++)
            if (!next_row(s, &want) || b.user_id[i] != want.user_id ||
                b.movielens_id[i] != want.movielens_id || b.half_stars[i] != want.half_stars ||
                b.rated_at[i] != want.rated_at || b.movie[i] != number_of(s, want.movielens_id))
                return "a row";
    }
    return next_row(s, &want) ? "the number of rows" : NULL;
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
    return a->rule == b->rule && a->line == b->line && a->column == b->column &&
           view_eq(a->file, b->file) && view_eq(a->key, b->key) && view_eq(a->field, b->field) &&
           view_eq(a->text, b->text);
}

static const char *compare_findings(const struct findings *a, const struct findings *b)
{
    for (size_t i = 0; i < a->kept.n && i < b->kept.n; i++)
        if (!same_finding(vec_at(&a->kept, i), vec_at(&b->kept, i)))
            return "a finding";
    if (a->kept.n != b->kept.n)
        return "the number of findings kept";
    if (memcmp(a->per_rule, b->per_rule, sizeof a->per_rule) != 0 ||
        memcmp(a->per_severity, b->per_severity, sizeof a->per_severity) != 0)
        return "the number of findings";
    return NULL;
}

static const char *compare_rest(struct serial *s, const struct movielens *m)
{
    size_t n, rated = 0;
    const struct rating_stats *stats = movielens_stats(m, &n);
    for (size_t i = 0; i < s->movie_n; i++)
        rated += s->stats[i].count > 0;
    if (n != rated)
        return "the number of movies with ratings";
    for (size_t i = 0; i < n; i++) {
        const struct rating_stats *want = stats_of(s, stats[i].movielens_id);
        if (stats[i].count != want->count || stats[i].sum_half_stars != want->sum_half_stars ||
            memcmp(stats[i].histogram, want->histogram, sizeof want->histogram) != 0)
            return "the statistics of a movie";
    }
    return movielens_release(m)->ratings != s->rows ? "the count of rows" : NULL;
}

static const char *compare(struct serial *s, struct movielens *m, struct view ratings)
{
    struct findings of_movies, f;
    struct err e;
    findings_init(&of_movies);
    findings_init(&f);
    s->place = release_place(m, ML_RATINGS, &s->findings);
    s->place.line = 1;
    size_t header = view_find(ratings, 0, '\n');
    s->rest = view_slice(ratings, header < ratings.n ? header + 1 : header, ratings.n);
    const char *what = NULL;
    if (!movielens_movies(m, &of_movies, take_movie, s, &e))
        what = "the movies cannot be read";
    what = what != NULL ? what : compare_rows(s, m, &f);
    what = what != NULL ? what : compare_findings(&f, &s->findings);
    what = what != NULL ? what : compare_rest(s, m);
    if (what == NULL &&
        !view_is(movielens_release(m)->ratings_sha256, digest_of(DIGEST_SHA256, ratings).z))
        what = "the digest";
    findings_done(&of_movies);
    findings_done(&f);
    return what;
}

const char *serial_difference(const char *folder, struct view ratings)
{
    struct serial s = {0};
    struct movielens *m;
    struct err e;
    if (!movielens_open(folder, true, &m, &e))
        return "the release cannot be opened";
    findings_init(&s.findings);
    const char *what = compare(&s, m, ratings);
    findings_done(&s.findings);
    movielens_free(m);
    return what;
}
