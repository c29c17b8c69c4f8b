/* Pages kit: see pages_kit.h. */
#include "pages_kit.h"

#include "base/mem.h"
#include "base/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLE                                                                                      \
    "CREATE TABLE movies(id INTEGER PRIMARY KEY) STRICT;"                                          \
    "CREATE TABLE ratings(user_id INTEGER, movielens_id INTEGER REFERENCES movies(id), rating "    \
    "REAL "                                                                                        \
    "NOT NULL, rated_at INTEGER NOT NULL, PRIMARY KEY (user_id, movielens_id)) STRICT, WITHOUT "   \
    "ROWID; CREATE INDEX ix ON ratings (movielens_id, rating);"                                    \
    "CREATE TABLE tags(user_id INTEGER, movielens_id INTEGER REFERENCES movies(id), seq INTEGER, " \
    "tag TEXT NOT NULL, tagged_at INTEGER NOT NULL, PRIMARY KEY (user_id, movielens_id, seq)) "    \
    "STRICT, WITHOUT ROWID; CREATE INDEX ix_tags ON tags (movielens_id);"

int pages_kit_set_up(void **state)
{
    struct pages_kit *k = mem_alloc(sizeof *k);
    struct stat st;
    (void)snprintf(k->dir, sizeof k->dir, "%s/movie-etl-pages-XXXXXX",
        stat("/dev/shm", &st) == 0 ? "/dev/shm" : "/tmp");
    *state = k;
    if (mkdtemp(k->dir) == NULL)
        return 1;
    k->dir_fd = open(k->dir, O_RDONLY | O_DIRECTORY);
    return k->dir_fd < 0;
}

struct sync_ahead *kit_sync(struct pages_kit *k)
{
    if (k->sync == NULL)
        k->sync = sync_ahead_new(k->dir_fd);
    return k->sync;
}

void kit_end_sync(struct pages_kit *k)
{
    (void)sync_ahead_end(k->sync);
    k->sync = NULL;
}

int pages_kit_tear_down(void **state)
{
    struct pages_kit *k = *state;
    char command[100];
    free_rows(k);
    kit_end_sync(k);
    (void)close(k->dir_fd);
    (void)snprintf(command, sizeof command, "rm -rf %s", k->dir);
    int failed = system(command);
    mem_free(k);
    return failed;
}

const char *pages_path(struct pages_kit *k, const char *name)
{
    static char paths[4][200];
    static size_t turn;
    char *path = paths[turn++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", k->dir, name);
    return path;
}

/* ---- rows */

uint64_t pages_seed(uint64_t n)
{
    return n * 2654435761u + 88172645463325252u;
}

uint64_t pages_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static int32_t step(uint64_t *x, int32_t most)
{
    return 1 + (int32_t)(pages_random(x) % (uint64_t)most);
}

static int64_t some_time(uint64_t *x, int64_t last)
{
    uint64_t bits = pages_random(x) % 64;
    int64_t t = (int64_t)(pages_random(x) >> bits);
    t = t < 0 ? INT64_MAX : t;
    t = t > last ? t % (last + 1) : t;
    return pages_random(x) % 2 == 0 ? t : -t;
}

struct row_kind usual_rows(size_t rows, uint64_t seed, int32_t movies)
{
    return (struct row_kind){.rows = rows,
        .seed = seed,
        .movies = movies,
        .movie_step = 5,
        .user_step = 2,
        .last_time = 1700000000,
        .most_of_user = 50};
}

struct row_kind sparse_rows(size_t rows, uint64_t seed)
{
    struct row_kind kind = usual_rows(rows, seed, 900);
    kind.movie_step = 700;
    kind.user_step = 90;
    return kind;
}

void make_rows(struct pages_kit *k, const struct row_kind *shape)
{
    struct row_list *r = &k->rows;
    uint64_t x = pages_seed(shape->seed);
    size_t n = shape->rows + 1;
    free_rows(k);
    *r = (struct row_list){mem_grow(NULL, n, 4), mem_grow(NULL, n, 4), mem_grow(NULL, n, 1),
        mem_grow(NULL, n, 8), mem_grow(NULL, n, 4), mem_grow(NULL, (size_t)shape->movies, 4),
        shape->rows, (size_t)shape->movies};
    int64_t id = 0;
    for (size_t i = 0; i < r->movie_n; i++) {
        id += step(&x, shape->movie_step);
        r->ids[i] = (int32_t)(id > INT32_MAX - (int64_t)(r->movie_n - i)
                                  ? INT32_MAX - (int64_t)(r->movie_n - 1 - i)
                                  : id);
        id = r->ids[i];
    }
    int64_t user = 0, movie = INT32_MAX;
    uint32_t left = 0;
    for (size_t i = 0; i < r->n; i++) {
        movie += step(&x, 1 + shape->movies / (int32_t)shape->most_of_user);
        if (left == 0 || movie >= shape->movies) {
            user += step(&x, shape->user_step);
            movie = (int64_t)(pages_random(&x) % (uint64_t)shape->movies);
            left = 1 + (uint32_t)(pages_random(&x) % shape->most_of_user);
        }
        assert_true(user <= INT32_MAX);
        left--;
        r->users[i] = (int32_t)user;
        r->ranks[i] = (uint32_t)movie;
        r->movies[i] = r->ids[movie];
        r->half_stars[i] = (uint8_t)(1 + pages_random(&x) % 10);
        r->times[i] = some_time(&x, shape->last_time);
    }
}

void free_rows(struct pages_kit *k)
{
    struct row_list *r = &k->rows;
    mem_free(r->users);
    mem_free(r->movies);
    mem_free(r->half_stars);
    mem_free(r->times);
    mem_free(r->ranks);
    mem_free(r->ids);
    *r = (struct row_list){0};
}

/* ---- databases */

/* Without locks and with much memory, which the thread sanitizer makes dear: of this connection one
 * thread knows. */
sqlite3 *open_db(struct pages_kit *k, const char *name)
{
    sqlite3 *db;
    int how = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    assert_int_equal(sqlite3_open_v2(pages_path(k, name), &db, how, NULL), SQLITE_OK);
    run_sql(
        db, "PRAGMA synchronous = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -100000");
    return db;
}

void run_sql(sqlite3 *db, const char *sql)
{
    char *text = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
        fail_msg("%s: %s", sql, text);
}

int64_t sql_int(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(st) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    int64_t value = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st);
    return value;
}

static void add_movies(const struct pages_kit *k, sqlite3 *db)
{
    sqlite3_stmt *st;
    assert_int_equal(
        sqlite3_prepare_v2(db, "INSERT INTO movies VALUES (?)", -1, &st, NULL), SQLITE_OK);
    for (size_t i = 0; i < k->rows.movie_n; i++) {
        (void)sqlite3_bind_int(st, 1, k->rows.ids[i]);
        assert_int_equal(sqlite3_step(st), SQLITE_DONE);
        (void)sqlite3_reset(st);
    }
    (void)sqlite3_finalize(st);
}

void make_empty(struct pages_kit *k, const char *name, int page_size, int reserved)
{
    char sql[100];
    (void)remove(pages_path(k, name));
    sqlite3 *db = open_db(k, name);
    (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    (void)snprintf(sql, sizeof sql, "PRAGMA page_size = %d; BEGIN", page_size);
    run_sql(db, sql);
    run_sql(db, TABLE);
    add_movies(k, db);
    run_sql(db, "COMMIT");
    assert_int_equal(sql_int(db, "PRAGMA page_size"), page_size);
    (void)sqlite3_close(db);
}

void begin_pages(struct pages_kit *k, const char *name)
{
    sqlite3 *db = open_db(k, name);
    uint32_t table =
                 (uint32_t)sql_int(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'ratings'"),
             index = (uint32_t)sql_int(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'ix'");
    (void)sqlite3_close(db);
    struct table_place place = {pages_path(k, name), table, index, INDEX_OF_RATINGS, k->rows.ids,
        k->rows.movie_n, LOAD_MEMORY, kit_sync(k), k->beside};
    if (!rating_pages_begin(&k->pages, &place, &k->why, &k->e))
        fail_msg("%s", k->e.text);
}

bool write_rows(struct pages_kit *k, size_t block)
{
    const struct row_list *r = &k->rows;
    bool indexed;
    for (size_t i = 0; i < r->n; i += block) {
        size_t n = r->n - i < block ? r->n - i : block, taken;
        struct rating_block b = {
            r->users + i, r->movies + i, r->ranks + i, r->half_stars + i, r->times + i, n};
        if (!rating_pages_add(&k->pages, &b, &taken, &k->e))
            fail_msg("%s", k->e.text);
        assert_int_equal(taken, n);
    }
    if (!rating_pages_end(&k->pages, true, &indexed, &k->e))
        fail_msg("%s", k->e.text);
    return indexed;
}

void write_plain(struct pages_kit *k, int page_size, int reserved)
{
    const struct row_list *r = &k->rows;
    sqlite3_stmt *st;
    make_empty(k, "plain.db", page_size, reserved);
    sqlite3 *db = open_db(k, "plain.db");
    run_sql(db, "BEGIN");
    assert_int_equal(
        sqlite3_prepare_v2(db, "INSERT INTO ratings VALUES (?, ?, ?, ?)", -1, &st, NULL),
        SQLITE_OK);
    for (size_t i = 0; i < r->n; i++) {
        (void)sqlite3_bind_int(st, 1, r->users[i]);
        (void)sqlite3_bind_int(st, 2, r->movies[i]);
        (void)sqlite3_bind_double(st, 3, r->half_stars[i] / 2.0);
        (void)sqlite3_bind_int64(st, 4, r->times[i]);
        assert_int_equal(sqlite3_step(st), SQLITE_DONE);
        (void)sqlite3_reset(st);
    }
    (void)sqlite3_finalize(st);
    run_sql(db, "COMMIT");
    (void)sqlite3_close(db);
}

/* What SQLite does in the file while the index is being written: pages from the freelist and at the
 * end, more than it needs afterwards. */
static void go_on_by_sql(struct pages_kit *k)
{
    sqlite3 *db = open_db(k, "direct.db");
    run_sql(db, "BEGIN; CREATE TABLE other (a INTEGER PRIMARY KEY, b BLOB);"
                " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
                " INSERT INTO other SELECT i, randomblob(300) FROM n;"
                " DELETE FROM other WHERE a > 1800; COMMIT");
    (void)sqlite3_close(db);
}

void write_both(struct pages_kit *k, int page_size, int reserved, size_t block)
{
    write_plain(k, page_size, reserved);
    make_empty(k, "direct.db", page_size, reserved);
    begin_pages(k, "direct.db");
    assert_null(k->why);
    assert_true(write_rows(k, block));
    assert_int_equal(k->pages.pages.going, k->beside > 0 && k->rows.n >= WORTH_A_THREAD);
    if (k->pages.pages.going) {
        go_on_by_sql(k);
        if (!table_pages_join(&k->pages.pages, &k->e))
            fail_msg("%s", k->e.text);
    }
    table_pages_close(&k->pages.pages);
}

void sound(sqlite3 *db)
{
    assert_int_equal(
        sql_int(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check LIMIT 1"), 1);
    assert_int_equal(sql_int(db, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

static void same_cell(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
    assert_int_equal(sqlite3_column_type(a, column), sqlite3_column_type(b, column));
    assert_int_equal(sqlite3_column_int64(a, column), sqlite3_column_int64(b, column));
    assert_true(sqlite3_column_double(a, column) == sqlite3_column_double(b, column));
    if (sqlite3_column_type(a, column) != SQLITE_TEXT)
        return;
    int n = sqlite3_column_bytes(a, column);
    assert_int_equal(n, sqlite3_column_bytes(b, column));
    assert_memory_equal(sqlite3_column_blob(a, column), sqlite3_column_blob(b, column), (size_t)n);
}

void same_rows(sqlite3 *db, const char *columns, const char *from, const char *order)
{
    static const char *const schemas[] = {"main", "plain"};
    sqlite3_stmt *st[2];
    char sql[300];
    int rc;
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(
            sql, sizeof sql, "SELECT %s FROM %s.%s ORDER BY %s", columns, schemas[i], from, order);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st[i], NULL), SQLITE_OK);
    }
    while ((rc = sqlite3_step(st[0])) == SQLITE_ROW) {
        assert_int_equal(sqlite3_step(st[1]), SQLITE_ROW);
        for (int c = 0; c < sqlite3_column_count(st[0]); c++)
            same_cell(st[0], st[1], c);
    }
    assert_int_equal(rc, SQLITE_DONE);
    assert_int_equal(sqlite3_step(st[1]), SQLITE_DONE);
    assert_int_equal(sqlite3_stmt_status(st[0], SQLITE_STMTSTATUS_SORT, 0), 0);
    (void)sqlite3_finalize(st[0]);
    (void)sqlite3_finalize(st[1]);
}

static void same(sqlite3 *db)
{
    sound(db);
    same_rows(db, "*", "ratings NOT INDEXED", "user_id, movielens_id");
    same_rows(db, "movielens_id, rating, user_id", "ratings INDEXED BY ix",
        "movielens_id, rating, user_id");
}

static void attach(struct pages_kit *k, sqlite3 *db)
{
    char sql[300];
    (void)snprintf(sql, sizeof sql, "ATTACH '%s' AS plain", pages_path(k, "plain.db"));
    run_sql(db, sql);
}

static void change_alike(sqlite3 *db, const char *schema)
{
    char sql[600];
    (void)snprintf(sql, sizeof sql,
        "INSERT OR IGNORE INTO %s.ratings SELECT user_id + 1, movielens_id, 5.5 - rating, rated_at "
        "/ 2 FROM "
        "%s.ratings WHERE user_id < 2147483647 AND rated_at %% 3 = 0;"
        "DELETE FROM %s.ratings WHERE rated_at %% 7 = 1;"
        "UPDATE %s.ratings SET rating = 3 WHERE movielens_id %% 5 = 2;"
        "VACUUM %s",
        schema, schema, schema, schema, schema);
    run_sql(db, sql);
}

static sqlite3 *open_both(struct pages_kit *k)
{
    sqlite3 *db = open_db(k, "direct.db");
    attach(k, db);
    assert_int_equal(sql_int(db, "SELECT count(*) FROM ratings"), (int64_t)k->rows.n);
    same(db);
    return db;
}

void compare_written(struct pages_kit *k)
{
    (void)sqlite3_close(open_both(k));
}

void compare_both(struct pages_kit *k)
{
    sqlite3 *db = open_both(k);
    change_alike(db, "main");
    change_alike(db, "plain");
    same(db);
    (void)sqlite3_close(db);
}
