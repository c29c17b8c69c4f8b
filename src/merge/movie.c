/* The movie: one pure function of its MovieLens rows and its TMDB record. See merge.h;
 * docs/merge.md has the table of precedence that this file is. */
#include "merge/merge.h"

#include "base/text.h"
#include "model/genre.h"
#include "model/imdb.h"

#include <stdlib.h>

static void add_conflict(struct merged *m, const char *field, const char *rule,
    const struct ml_row *row, struct view movielens_value, struct view tmdb_value)
{
    if (m->conflict_n == MERGE_MAX_CONFLICTS)
        return;
    m->conflicts[m->conflict_n++] = (struct conflict){m->movie.id, row->movie.movielens_id,
        m->movie.tmdb_id, field, rule, movielens_value, tmdb_value};
}

static void add_genre(struct movie *m, int id, bool from_movielens)
{
    size_t at = 0;
    if (id == 0)
        return;
    while (at < m->genre_n && m->genres[at].genre_id < id)
        at++;
    if (at == m->genre_n || m->genres[at].genre_id != id) {
        if (m->genre_n == MOVIE_MAX_GENRES)
            return;
        memmove(&m->genres[at + 1], &m->genres[at], (m->genre_n - at) * sizeof m->genres[0]);
        m->genres[at] = (struct movie_genre){id, false, false};
        m->genre_n++;
    }
    if (from_movielens)
        m->genres[at].from_movielens = true;
    else
        m->genres[at].from_tmdb = true;
}

static void add_movielens_genres(struct movie *m, struct view names)
{
    for (size_t from = 0; from < names.n;) {
        size_t bar = view_find(names, from, '|');
        add_genre(m, genre_of_movielens(view_slice(names, from, bar)), true);
        from = bar + 1;
    }
}

/* Every text that names the film is better than none: a row whose title is empty keeps its raw
 * title. Of one that is longer than any title, such as rows that a quote made one, as much stays as
 * every database takes. */
static struct view movielens_title(const struct ml_movie *row)
{
    struct view all = row->title.n > 0 ? row->title : view_trim(row->raw_title);
    return view_slice(all, 0, utf8_fit(all, MOVIE_MAX_TITLE));
}

static void from_tmdb(struct movie *m, const struct tmdb_facts *t)
{
    m->tmdb_id = t->tmdb_id;
    m->title = t->title;
    m->original_title = t->original_title;
    m->release_date = t->release_date;
    m->year = year_of_date(t->release_date);
    m->runtime = t->runtime;
    if (imdb_id_is_valid(t->imdb_id))
        m->imdb_id = t->imdb_id;
    for (size_t i = 0; i < t->genre_n; i++)
        add_genre(m, genre_of_tmdb(t->genre_ids[i]), false);
}

/* What TMDB does not say, the first row that says it does. */
static void fill_from_movielens(struct movie *m, const struct ml_row *row)
{
    if (m->title.p == NULL)
        m->title = movielens_title(&row->movie);
    if (m->year == 0)
        m->year = row->movie.year;
    if (m->imdb_id.p == NULL && imdb_id_is_valid(row->movie.imdb_id))
        m->imdb_id = row->movie.imdb_id;
    add_movielens_genres(m, row->movie.genres);
    m->rating_count += row->rating_count;
    m->rating_sum += row->rating_sum;
}

static void compare(struct merged *m, const struct ml_row *row, const struct tmdb_facts *t,
    struct arena *a)
{
    const struct ml_movie *ml = &row->movie;
    int64_t year = year_of_date(t->release_date);
    if (ml->year != 0 && year != 0 && llabs(ml->year - year) > 1)
        add_conflict(m, "year", "tmdb-over-movielens", row,
            arena_print(a, "%lld", (long long)ml->year), arena_print(a, "%lld", (long long)year));
    if (imdb_id_is_valid(ml->imdb_id) && imdb_id_is_valid(t->imdb_id) &&
        !view_eq(ml->imdb_id, t->imdb_id))
        add_conflict(m, "imdb_id", "tmdb-over-movielens", row, ml->imdb_id, t->imdb_id);
    if (ml->title.n > 0 && t->title.p != NULL && !titles_agree(ml->title, t, a))
        add_conflict(m, "title", "tmdb-over-movielens", row, ml->title, t->title);
}

void merge_movie(int64_t id, const struct ml_row *const *rows, size_t row_n,
    const struct tmdb_facts *t, struct arena *a, struct merged *ret)
{
    *ret = (struct merged){.movie = {.id = id}};
    if (t != NULL)
        from_tmdb(&ret->movie, t);
    for (size_t i = 0; i < row_n; i++) {
        fill_from_movielens(&ret->movie, rows[i]);
        if (t != NULL)
            compare(ret, rows[i], t, a);
    }
}
