/* Views: see views.h. */
#include "store/views.h"

#include "base/digest.h"
#include "store/upsert.h"

#define IMAGES   "https://image.tmdb.org/t/p/"
#define TOP_CAST 5

/* The record's scalars that `movies` does not have already; `title` and the like come from there,
 * where both sources were weighed. */
static void add_record(const struct store *s, struct str *to)
{
    const struct table *movies = schema_find(&s->schema, "movies");
    const struct layout *l = &s->movie.layout;
    for (size_t i = 0; i < l->n; i++) {
        if (table_column(movies, l->columns[i].name) != NULL ||
            strcmp(l->columns[i].name, "extra") == 0)
            continue;
        str_addz(to, ",\n  t.");
        sql_column(s, to, l->columns[i].name);
    }
}

static void add_credits(const struct store *s, struct str *to)
{
    const struct dialect *d = s->engine->dialect;
    str_addz(to, ",\n  ");
    d->join_texts(to, "c.credited_name",
        "FROM {credits} c WHERE c.tmdb_id = m.tmdb_id AND c.kind = 'crew' AND c.job = 'Director'",
        "c.credited_name",
        0); /* and nothing behind it: MySQL 9.7 would forget the name when it keeps the view */
    str_addz(to, " AS directors,\n  ");
    d->join_texts(to, "c.credited_name",
        "FROM {credits} c WHERE c.tmdb_id = m.tmdb_id AND c.kind = 'cast'",
        "c.cast_order IS NULL, c.cast_order, c.credit_id", TOP_CAST);
    str_addz(to, " AS top_cast");
}

/* The certification of the cinema release (type 3) where there is one, else of the first kind that
 * has one. */
static void add_certification(struct str *to)
{
    str_addz(to, ",\n  (SELECT r.certification FROM {release_dates} r WHERE r.tmdb_id = m.tmdb_id"
                 " AND r.country = 'US' AND r.certification IS NOT NULL"
                 " ORDER BY r.type <> 3, r.type, r.seq LIMIT 1) AS certification");
}

static void add_url(
    const struct store *s, struct str *to, const char *folder, const char *column, const char *as)
{
    str_addf(to, ",\n  CASE WHEN %s IS NOT NULL THEN ", column);
    s->engine->dialect->concat(to, folder, column);
    str_addf(to, " END AS %s", as);
}

static void print_details(const struct store *s, struct str *to)
{
    const struct dialect *d = s->engine->dialect;
    str_addz(to, "SELECT m.id, m.tmdb_id, m.imdb_id,"
                 " (SELECT min(l.movielens_id) FROM {movielens_movies} l WHERE l.movie_id = m.id) "
                 "AS movielens_id,\n"
                 "  m.title, m.original_title, m.year, m.release_date, m.runtime,\n  ");
    d->join_texts(to, "g.name",
        "FROM {movie_genres} x JOIN {genres} g ON g.genre_id = x.genre_id WHERE x.movie_id = m.id",
        "g.name", 0);
    str_addz(to, " AS genres");
    add_credits(s, to);
    add_certification(to);
    str_addz(to, ",\n  m.rating_count, m.rating_mean");
    add_record(s, to);
    add_url(s, to, IMAGES "w500", "t.poster_path", "poster_url");
    add_url(s, to, IMAGES "w1280", "t.backdrop_path", "backdrop_url");
    str_addz(to, ",\n  t.fetched_at, t.gone_at\n"
                 "FROM {movies} m LEFT JOIN {tmdb_movies} t ON t.tmdb_id = m.tmdb_id");
}

static void print_ratings(const struct store *s, struct str *to)
{
    (void)s;
    str_addz(to, "SELECT r.user_id, l.movie_id, r.movielens_id, coalesce(m.title, l.title, "
                 "l.raw_title) AS title,"
                 " r.rating, r.rated_at\n"
                 "FROM {ratings} r JOIN {movielens_movies} l ON l.movielens_id = r.movielens_id"
                 " LEFT JOIN {movies} m ON m.id = l.movie_id");
}

const struct view_row view_rows[] = {
    {"movie_details", print_details},
    {"movie_ratings", print_ratings},
    {NULL, NULL},
};

struct view views_print(struct store *s, const struct view_row *v, struct arena *a)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    str_addf(&sql, "CREATE VIEW {%s} AS\n", v->name);
    v->print(s, &sql);
    struct view ret = arena_dup(a, str_view(&sql));
    str_done(&sql);
    return ret;
}

struct view views_hash(struct view definition, struct arena *a)
{
    struct digest_hex hex = digest_of(DIGEST_SHA256, definition);
    return arena_dup(a, (struct view){hex.z, 16});
}

bool views_drop(struct store *s, const struct view_row *v, struct err *e)
{
    struct view sql = arena_print(&s->scratch, "DROP VIEW {%s}", v->name);
    return db_exec(s, sql.p, NO_CELLS, NULL, e);
}
