/* Movies of a release that wait in a new database until they are counted and linked. */
#include "kit.h"

#include "base/file.h"
#include "base/log.h"
#include "generated.h"

#include <string.h>

enum { FILMS = 900, RATINGS = 20000 };

static struct kit *linking; /* the test at hand; NULL: linking fails */
/* The first film has a title of so many bytes; the first two are one movie. */
static size_t title_bytes;
static bool as_one;
static char long_title[9000];

/* Takes each row to a movie of its own, with what its ratings come to. */
static bool link_films(void *payload, struct ml_row *rows, size_t n, bool whole, struct err *e)
{
    struct movie movies[FILMS];
    size_t changed = 0;
    (void)payload;
    assert_true(whole);
    if (linking == NULL)
        return err_set(e, ERR_INTERRUPTED, "stopped while linking");
    assert_false(file_exists(linking->config.path));
    assert_int_equal(n, FILMS);
    for (size_t i = 0; i < n; i++) {
        rows[i].movie_id = -1 - rows[i].movie.movielens_id;
        movies[i] = (struct movie){.id = rows[i].movie_id,
            .title = rows[i].movie.title,
            .rating_count = rows[i].rating_count,
            .rating_sum = rows[i].rating_sum};
    }
    if (title_bytes > 0)
        movies[0].title = (struct view){memset(long_title, 'x', title_bytes), title_bytes};
    if (as_one)
        movies[1].id = rows[1].movie_id = rows[0].movie_id;
    return store_put_movies(linking->s, movies, n, true, 1, 1, &changed, e) && changed == n;
}

struct wish {
    enum store_mode mode;
    const char *name;
    int32_t films;
    int64_t memory;
    bool link;
};

static bool load(struct kit *k, const struct wish *w, bool *ret_linked)
{
    struct generated g;
    struct ml_load_result r = {0};
    k->config.path = kit_path(k, w->name);
    kit_open(k, w->mode);
    generated_init(&g, RATINGS, w->films, 5);
    g.tags = 30;
    g.memory = w->memory;
    struct ml_source s = generated_source(&g);
    s.link = w->link ? link_films : NULL;
    bool ok = store_load_movielens(k->s, &s, &r, &k->e);
    generated_done(&g);
    *ret_linked = r.linked;
    return ok;
}

/* What is in the tables that a release fills, and the whole structure. */
static const char *content(struct kit *k)
{
    return kit_text(k,
        "SELECT count(*), sum(rating_count), sum(rating_sum), sum(rated_0_5 + 3 * rated_2_5 + 7 *"
        " rated_5_0 * movielens_id), sum(length(title) * tmdb_id), sum(year), count(movie_id),"
        " (SELECT count(*) FROM ratings), (SELECT count(*) FROM tags) FROM movielens_movies");
}

static struct view objects(struct kit *k)
{
    return view_of(kit_text(k, "SELECT type, name, sql FROM sqlite_schema ORDER BY name"));
}

static void a_database_has_its_links_with_its_name(void **state)
{
    struct kit *k = linking = *state;
    bool linked = false;
    must(load(k, &(struct wish){STORE_BUILD, "built.db", FILMS, 0, true}, &linked));
    assert_true(linked);
    assert_string_equal(
        kit_text(k, "SELECT count(*), sum(m.title = l.title), sum(m.rating_count),"
                    " sum(abs(coalesce(m.rating_mean, 0) * m.rating_count * 2 - l.rating_sum) < "
                    "0.001) FROM movielens_movies l"
                    " JOIN movies m ON m.id = l.movie_id AND m.id = -1 - l.movielens_id"),
        "900|900|20000|900");
    kit_sound(k);
    struct view built = objects(k);
    kit_sql(k, "UPDATE movielens_movies SET movie_id = NULL");
    const char *want = content(k);
    kit_close(k);
    /* One that exists is not linked there, and has the same structure and the same rows. */
    must(load(k, &(struct wish){STORE_CREATE, "created.db", FILMS, 0, true}, &linked));
    assert_false(linked);
    assert_true(built.n > 1000 && view_eq(objects(k), built));
    assert_string_equal(content(k), want);
    assert_string_equal(kit_text(k, "SELECT count(*) FROM movies"), "0");
}

static void without_its_links_there_is_none(void **state)
{
    struct kit *k = *state;
    bool linked = false;
    linking = NULL;
    must_fail(
        load(k, &(struct wish){STORE_BUILD, "built.db", FILMS, 0, true}, &linked), ERR_INTERRUPTED);
    kit_close(k);
    assert_false(file_exists(k->config.path) || file_exists(kit_path(k, "built.db.new")));
}

/* More than may wait: written as they come, counted afterwards, and left to the caller to link. */
static void too_many_do_not_wait(void **state)
{
    enum { MANY = 120000 };
    struct kit *k = linking = *state;
    bool linked = true;
    must(load(k, &(struct wish){STORE_BUILD, "few.db", MANY, 0, false}, &linked));
    const char *want = content(k);
    struct view built = objects(k);
    kit_close(k);
    must(load(k, &(struct wish){STORE_BUILD, "many.db", MANY, LOAD_MEMORY_LEAST, true}, &linked));
    assert_false(linked);
    assert_string_equal(content(k), want);
    assert_true(view_eq(objects(k), built));
    kit_sound(k);
}

/* ---- what makes no pages */

static char said[1000];

static void take_line(void *payload, enum log_level level, const char *text)
{
    (void)payload;
    (void)level;
    (void)strncat(said, text, sizeof said - strlen(said) - 1);
}

static const char *linked_content(struct kit *k, const struct wish *w)
{
    bool linked = false;
    said[0] = '\0';
    must(load(k, w, &linked));
    assert_true(linked);
    kit_sound(k);
    const char *content = kit_text(k,
        "SELECT count(*), sum(id), sum(rating_count), sum(length(title)), (SELECT count(*) FROM"
        " movies INDEXED BY ix_movies_rating_count WHERE rating_count > 20),"
        " (SELECT count(DISTINCT movie_id) FROM movielens_movies) FROM movies");
    return content;
}

/* Two rows with one key: the last one counts. A text that has no room on a page of the index goes
 * as pages all the same. */
static void what_makes_no_pages_goes_through_sqlite(void **state)
{
    static const struct log_sink sink = {.line = take_line};
    struct kit *k = linking = *state;
    log_install(&sink);
    struct view plain = view_of(
        linked_content(k, &(struct wish){STORE_BUILD, "plain.db", FILMS, 0, true}));
    struct view built = objects(k);
    assert_string_equal(said, "");
    kit_close(k);
    title_bytes = 11; /* of "Film 1 of 5" */
    assert_string_equal(
        linked_content(k, &(struct wish){STORE_BUILD, "as-long.db", FILMS, 0, true}), plain.p);
    kit_close(k);
    title_bytes = sizeof long_title;
    (void)linked_content(k, &(struct wish){STORE_BUILD, "long.db", FILMS, 0, true});
    assert_string_equal(said, "");
    assert_int_equal(kit_int(k, "SELECT max(length(title)) FROM movies"), sizeof long_title);
    assert_string_equal(kit_text(k, "PRAGMA integrity_check"), "ok");
    assert_true(view_eq(objects(k), built));
    kit_close(k);
    title_bytes = 0;
    as_one = true;
    (void)linked_content(k, &(struct wish){STORE_BUILD, "one.db", FILMS, 0, true});
    assert_non_null(strstr(said, "movies are loaded through SQLite"));
    assert_string_equal(
        kit_text(k, "SELECT count(*), (SELECT title FROM movies WHERE id = -2) FROM movies"),
        "899|Film 2 of 5");
    as_one = false;
    log_install(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_EMPTY(a_database_has_its_links_with_its_name),
        KIT_EMPTY(without_its_links_there_is_none),
        KIT_EMPTY(too_many_do_not_wait),
        KIT_EMPTY(what_makes_no_pages_goes_through_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
