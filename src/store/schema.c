/* The plain tables: everything that is not a TMDB record. docs/schema.md explains them to people.
 *
 * Order matters: parents stand before their children. A new column is one line here; it is added to
 * existing databases at the next start (migrate.c) and must allow NULL, so COL_REQUIRED is for
 * columns a table was born with. */
#include "model/movie.h"
#include "store/table.h"

#define TINY 127
#define ID   ID_MAX
#define BIG  MONEY_MAX

#define INT(name, flags, max)                                                                      \
    {                                                                                              \
        name, FIELD_INT, flags, max, NULL, NULL                                                    \
    }
#define REF(name, flags, to, key)                                                                  \
    {                                                                                              \
        name, FIELD_INT, flags, ID, to, key                                                        \
    }
#define REAL(name, flags)                                                                          \
    {                                                                                              \
        name, FIELD_REAL, flags, 0, NULL, NULL                                                     \
    }
#define BOOL(name, flags)                                                                          \
    {                                                                                              \
        name, FIELD_BOOL, flags, 1, NULL, NULL                                                     \
    }
#define TEXT(name, flags, max)                                                                     \
    {                                                                                              \
        name, FIELD_TEXT, flags, max, NULL, NULL                                                   \
    }
#define CODE(name, flags, max)                                                                     \
    {                                                                                              \
        name, FIELD_TEXT, (flags) | F_CODE, max, NULL, NULL                                        \
    }
#define DATE(name, flags)                                                                          \
    {                                                                                              \
        name, FIELD_DATE, flags, 10, NULL, NULL                                                    \
    }
#define TIME(name, flags)                                                                          \
    {                                                                                              \
        name, FIELD_INSTANT, flags, 0, NULL, NULL                                                  \
    }
#define MUST  COL_REQUIRED
#define LOCAL COL_LOCAL

const struct table plain_tables[] = {
    /* The registry: made first, and the first that is entered in it. */
    {.name = "etl_tables",
        .ours = true,
        .kept = true,
        .key_n = 1,
        .columns = {CODE("name", 0, 100), CODE("kind", MUST, 20), CODE("definition", 0, 64),
            TIME("created_at", 0)}},

    /* What we make of both sources. */
    {.name = "movies",
        .key_n = 1,
        .columns = {INT("id", 0, ID), INT("tmdb_id", 0, ID), CODE("imdb_id", 0, 16),
            TEXT("title", 0, MOVIE_MAX_TITLE), TEXT("original_title", 0, MOVIE_MAX_TITLE),
            INT("year", 0, 9999), DATE("release_date", 0), INT("runtime", 0, 100000),
            INT("rating_count", MUST, BIG), REAL("rating_mean", 0), TIME("updated_at", LOCAL),
            INT("run_id", LOCAL, ID)}},
    {.name = "genres",
        .key_n = 1,
        .kept = true,
        .columns = {INT("genre_id", 0, TINY), TEXT("name", MUST, 100), INT("tmdb_id", 0, ID),
            TEXT("movielens", 0, 100)}},
    {.name = "movie_genres",
        .key_n = 2,
        .columns = {REF("movie_id", 0, "movies", "id"), REF("genre_id", 0, "genres", "genre_id"),
            BOOL("from_movielens", MUST), BOOL("from_tmdb", MUST)}},
    {.name = "movie_redirects",
        .key_n = 1,
        .columns = {INT("old_id", 0, ID), INT("new_id", MUST, ID)}},

    /* What MovieLens said. */
    {.name = "movielens_release",
        .key_n = 1,
        .columns = {CODE("name", 0, 200), CODE("movies_sha256", 0, 64), CODE("links_sha256", 0, 64),
            CODE("ratings_sha256", 0, 64), CODE("tags_sha256", 0, 64), INT("movies", MUST, BIG),
            INT("links", MUST, BIG), INT("ratings", MUST, BIG), INT("tags", MUST, BIG),
            TIME("loaded_at", LOCAL), CODE("ratings_kept", 0, 10)}},
    {.name = "movielens_movies",
        .key_n = 1,
        .columns = {INT("movielens_id", 0, ID), TEXT("raw_title", MUST, 4000),
            TEXT("title", 0, 4000), INT("year", 0, 9999), TEXT("genres", 0, 1000),
            CODE("imdb_id", 0, 16), INT("tmdb_id", 0, ID), REF("movie_id", 0, "movies", "id"),
            INT("rating_count", MUST, BIG), INT("rating_sum", MUST, BIG),
            INT("rated_0_5", MUST, BIG), INT("rated_1_0", MUST, BIG), INT("rated_1_5", MUST, BIG),
            INT("rated_2_0", MUST, BIG), INT("rated_2_5", MUST, BIG), INT("rated_3_0", MUST, BIG),
            INT("rated_3_5", MUST, BIG), INT("rated_4_0", MUST, BIG), INT("rated_4_5", MUST, BIG),
            INT("rated_5_0", MUST, BIG)}},
    {.name = "ratings",
        .key_n = 2,
        .columns = {INT("user_id", 0, ID),
            REF("movielens_id", 0, "movielens_movies", "movielens_id"), REAL("rating", MUST),
            TIME("rated_at", MUST)}},
    {.name = "tags",
        .key_n = 3,
        .columns = {INT("user_id", 0, ID),
            REF("movielens_id", 0, "movielens_movies", "movielens_id"), INT("seq", 0, ID),
            TEXT("tag", MUST, 4000), TIME("tagged_at", MUST)}},

    /* Ours: how the data came here. */
    {.name = "etl_runs",
        .ours = true,
        .key_n = 1,
        .columns = {INT("run_id", 0, ID), CODE("command", MUST, 200), TIME("started_at", MUST),
            TIME("ended_at", 0), INT("exit_code", 0, 255), TEXT("summary", F_LONG, 100000)}},
    {.name = "etl_files",
        .ours = true,
        .key_n = 1,
        .columns = {CODE("batch_id", 0, 64), TEXT("name", 0, 1000), CODE("sha256", 0, 64),
            CODE("type", 0, 40), CODE("scope", 0, 100), CODE("state", MUST, 20),
            INT("records_done", MUST, BIG), INT("records", MUST, BIG), INT("rejected", MUST, BIG),
            INT("run_id", 0, ID), TIME("updated_at", 0)}},
    {.name = "etl_cursors",
        .ours = true,
        .key_n = 1,
        .columns = {CODE("name", 0, 100), DATE("day", MUST), TIME("updated_at", 0)}},
    {.name = "etl_finding_counts",
        .ours = true,
        .key_n = 2,
        .columns = {INT("run_id", 0, ID), CODE("rule", 0, 60), CODE("severity", MUST, 20),
            INT("kept", MUST, BIG), INT("total", MUST, BIG)}},
    {.name = "etl_findings",
        .ours = true,
        .key_n = 3,
        .columns = {INT("run_id", 0, ID), CODE("rule", 0, 60), INT("seq", 0, ID),
            CODE("severity", MUST, 20), TEXT("file", F_LONG, 4000), INT("line", 0, BIG),
            INT("col", 0, BIG), TEXT("record", F_LONG, 1000), TEXT("field", 0, 200),
            TEXT("text", F_LONG, 4000), TIME("found_at", 0)}},
    {.name = "etl_conflicts",
        .ours = true,
        .key_n = 4,
        .columns = {INT("movielens_id", 0, ID), INT("tmdb_id", 0, ID), CODE("field", 0, 60),
            CODE("rule", 0, 60), INT("movie_id", 0, ID), TEXT("movielens_value", F_LONG, 4000),
            TEXT("tmdb_value", F_LONG, 4000), INT("run_id", 0, ID), TIME("seen_at", 0)}},
    {.name = "etl_changes",
        .ours = true,
        .key_n = 2,
        .columns = {INT("run_id", 0, ID), INT("seq", 0, BIG), INT("tmdb_id", MUST, ID),
            CODE("section", MUST, 60), CODE("kind", MUST, 20), CODE("field", 0, 60),
            TEXT("old_value", F_LONG, 1000), TEXT("new_value", F_LONG, 1000), INT("added", 0, BIG),
            INT("updated", 0, BIG), INT("removed", 0, BIG), TIME("changed_at", 0)}},
    {.name = "etl_gone",
        .ours = true,
        .key_n = 1,
        .columns = {INT("tmdb_id", 0, ID), TIME("first_at", MUST), TIME("last_at", MUST),
            INT("times", MUST, ID)}},
    {.name = "etl_locks",
        .ours = true,
        .kept = true,
        .key_n = 1,
        .columns = {CODE("name", 0, 40), TEXT("owner", F_LONG, 1000), INT("token", MUST, INT64_MAX),
            TIME("taken_at", MUST), TIME("expires_at", MUST)}},
    {.name = "etl_schema_migrations",
        .ours = true,
        .kept = true,
        .key_n = 1,
        .columns = {INT("number", 0, ID), TEXT("what", F_LONG, 1000), TIME("applied_at", 0)}},
    {.name = NULL},
};

/* For the usual questions (docs/queries.sql), and for linking. */
const struct index plain_indexes[] = {
    {"movies", {"tmdb_id"}, true, false},
    {"movies", {"imdb_id"}, false, false},
    {"movies", {"release_date"}, false, false},
    {"movies", {"title"}, false, false},
    {"movies", {"original_title"}, false, false},
    {"movies", {"rating_count", "rating_mean"}, false, false},
    {"movie_genres", {"genre_id", "movie_id"}, false, false},
    {"movie_redirects", {"new_id"}, false, false},
    {"movielens_movies", {"tmdb_id"}, false, false},
    {"movielens_movies", {"imdb_id"}, false, false},
    {"movielens_movies", {"movie_id"}, false, false},
    {"ratings", {"movielens_id", "rating"}, false, false},
    {"tags", {"movielens_id"}, false, false},
    {"etl_changes", {"tmdb_id"}, false, false},
    {"tmdb_movies", {"imdb_id"}, false, false},
    {"tmdb_movies", {"fetched_at"}, false, false},
    {"tmdb_movies", {"popularity"}, false, true},
    {"people", {"name"}, false, true},
    {"credits", {"person_id"}, false, true},
    {"movie_keywords", {"keyword_id"}, false, true},
    {"movie_collections", {"collection_id"}, false, true},
    {"movie_companies", {"company_id"}, false, true},
    {"watch_providers", {"country", "provider_id", "kind"}, false, true},
    {NULL, {NULL}, false, false},
};
