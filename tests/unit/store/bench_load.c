/* How fast a release goes into SQLite: store_load_movielens beside the obvious ways, on the same
 * generated ratings, each in a process of its own. Prints seconds, processor seconds, rows per
 * second, peak memory and file size.
 *
 *   bench_load [ROWS [FOLDER [WAY]]]      WAY: only those whose name begins so
 *
 * Not a test: a figure from a shared machine moves by 20 %, only ratios taken in one run hold. */
#include "generated.h"

#include "base/num.h"
#include "base/sys.h"
#include "store/ddl.h"
#include "store/sqlite/blocks.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct bench {
    uint64_t rows;
    const char *folder;
    const char *way; /* only ways whose name begins so */
};

typedef bool load_fn(const char *path, struct generated *g, struct err *e);

static bool by_store_in(enum store_mode mode, const char *path, struct generated *g, struct err *e)
{
    struct store_config config = {.path = path, .foreign_keys = true};
    struct ml_source source = generated_source(g);
    struct ml_load_result result;
    struct store *s;
    if (!store_open(&config, mode, &s, e))
        return false;
    bool ok = store_load_movielens(s, &source, &result, e);
    store_close(s);
    return ok;
}

/* As `init` does it: the database gets its name when it is whole. */
static bool by_build(const char *path, struct generated *g, struct err *e)
{
    return by_store_in(STORE_BUILD, path, g, e);
}

/* In a database that is there, beside it and then into it. */
static bool by_store(const char *path, struct generated *g, struct err *e)
{
    return by_store_in(STORE_CREATE, path, g, e);
}

/* The same with little memory. */
static bool by_build_in_200(const char *path, struct generated *g, struct err *e)
{
    g->memory = 200 * 1024 * 1024;
    return by_build(path, g, e);
}

/* The best use of SQLite's own interface that is known here: rows from a virtual table, the index
 * made afterwards, cheaply journalled. It is the safe way behind the page writer. */
struct plain {
    struct generated *g;
    struct load_count n;
};

static bool next_plain(void *payload, struct rating_block *ret, struct err *e)
{
    return generated_next(payload, ret, e);
}

static bool insert_plainly(struct store *s, void *payload, struct err *e)
{
    struct plain *p = payload;
    struct rating_source source = {.next = next_plain, .payload = p->g};
    struct rating_pull pull = {.source = &source};
    const struct index *by_movie = ddl_find_index("ratings", "movielens_id");
    return ddl_drop_index(s, by_movie, e) && blocks_insert(s, &pull, false, &p->n.stored, e) &&
           ddl_create_index(s, by_movie, e);
}

static bool by_interface(const char *path, struct generated *g, struct err *e)
{
    struct store_config config = {.path = path, .foreign_keys = false};
    struct plain p = {.g = g};
    struct store *s;
    if (!store_open(&config, STORE_CREATE, &s, e))
        return false;
    bool ok = s->engine->bulk(s, true, insert_plainly, &p, e);
    store_close(s);
    return ok;
}

/* A release over one that is there: the write-ahead log instead of the rollback journal. */
static bool by_store_twice(const char *path, struct generated *g, struct err *e)
{
    struct generated first;
    generated_init(&first, g->ratings / 100, g->movies, 7);
    bool ok = by_store(path, &first, e);
    generated_done(&first);
    return ok && by_store(path, g, e);
}

static bool run(sqlite3 *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           err_set(e, ERR_STORE, "%s", sqlite3_errmsg(db));
}

#define CREATE                                                                                     \
    "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"             \
    "CREATE TABLE ratings(user_id INTEGER NOT NULL, movielens_id INTEGER NOT NULL, rating REAL "   \
    "NOT NULL,"                                                                                    \
    " rated_at INTEGER NOT NULL, PRIMARY KEY (user_id, movielens_id)) STRICT, WITHOUT ROWID;"
#define INDEX "CREATE INDEX ix ON ratings (movielens_id, rating);"

static bool step_all(sqlite3 *db, struct generated *g, struct err *e)
{
    sqlite3_stmt *st;
    struct rating_block b;
    if (sqlite3_prepare_v2(db, "INSERT INTO ratings VALUES (?, ?, ?, ?)", -1, &st, NULL) !=
        SQLITE_OK)
        return err_set(e, ERR_STORE, "%s", sqlite3_errmsg(db));
    bool ok = true;
    while ((ok = ok && generated_next(g, &b, e)) && b.n > 0)
        for (size_t i = 0; ok && i < b.n; i++) {
            (void)sqlite3_bind_int(st, 1, b.user_id[i]);
            (void)sqlite3_bind_int(st, 2, b.movielens_id[i]);
            (void)sqlite3_bind_double(st, 3, b.half_stars[i] / 2.0);
            (void)sqlite3_bind_int64(st, 4, b.rated_at[i]);
            ok = sqlite3_step(st) == SQLITE_DONE || err_set(e, ERR_STORE, "%s", sqlite3_errmsg(db));
            (void)sqlite3_reset(st);
        }
    (void)sqlite3_finalize(st);
    return ok;
}

static bool by_loop(
    const char *path, struct generated *g, const char *before, const char *after, struct err *e)
{
    sqlite3 *db;
    bool ok = sqlite3_open(path, &db) == SQLITE_OK && run(db, before, e) && run(db, "BEGIN", e) &&
              step_all(db, g, e) && run(db, after, e) && run(db, "COMMIT", e);
    (void)sqlite3_close(db);
    return ok;
}

static bool by_loop_index_after(const char *path, struct generated *g, struct err *e)
{
    return by_loop(path, g, CREATE, INDEX, e);
}

static bool by_loop_index_first(const char *path, struct generated *g, struct err *e)
{
    return by_loop(path, g, CREATE INDEX, "", e);
}

static bool by_loop_no_index(const char *path, struct generated *g, struct err *e)
{
    return by_loop(path, g, CREATE, "", e);
}

static int child(const struct bench *b, const char *name, load_fn *load)
{
    char path[4200];
    struct err e;
    struct generated g;
    struct stat st = {0};
    struct rusage usage;
    (void)snprintf(path, sizeof path, "%s/bench-%ld.db", b->folder, (long)getpid());
    generated_init(&g, b->rows, 87585, 1);
    int64_t start = sys_mono_ms();
    bool ok = load(path, &g, &e);
    double seconds = (double)(sys_mono_ms() - start) / 1000.0;
    (void)stat(path, &st);
    (void)getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    if (ok)
        printf("%-34s %7.2f s %7.2f s cpu %9.0f rows/s %5ld MB peak %6lld MB file\n", name, seconds,
            cpu, (double)b->rows / seconds, usage.ru_maxrss / 1024,
            (long long)st.st_size / 1000000);
    else
        printf("%-34s failed: %s\n", name, e.text);
    generated_done(&g);
    for (const char *const *suffix = (const char *const[]){"", "-wal", "-shm", "-journal", NULL};
         *suffix != NULL; suffix++) {
        char name_of[4300];
        (void)snprintf(name_of, sizeof name_of, "%s%s", path, *suffix);
        (void)unlink(name_of);
    }
    return ok ? 0 : 1;
}

static bool in_child(const struct bench *b, const char *name, load_fn *load)
{
    int status = 1;
    if (strncmp(name, b->way, strlen(b->way)) != 0)
        return true;
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        int code = child(b, name, load);
        (void)fflush(stdout);
        _exit(code);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int main(int argc, char **argv)
{
    int64_t rows = 5000000;
    struct bench b = {0, argc > 2 ? argv[2] : "/tmp", argc > 3 ? argv[3] : ""};
    if (argc > 1 && !num_i64_in(view_of(argv[1]), 1, 2000000000, &rows)) {
        puts("usage: bench_load [ROWS [FOLDER [WAY]]]");
        return 2;
    }
    b.rows = (uint64_t)rows;
    printf("%llu ratings, 87585 movies, SQLite %s\n", (unsigned long long)b.rows,
        sqlite3_libversion());
    bool ok = in_child(&b, "build, as init does", by_build);
    ok = in_child(&b, "build, in 200 MiB", by_build_in_200) && ok;
    ok = in_child(&b, "store, in an empty database", by_store) && ok;
    ok = in_child(&b, "store, over another release", by_store_twice) && ok;
    ok = in_child(&b, "best of SQLite's interface", by_interface) && ok;
    ok = in_child(&b, "bind and step, no index", by_loop_no_index) && ok;
    ok = in_child(&b, "bind and step, index after", by_loop_index_after) && ok;
    ok = in_child(&b, "bind and step, index during", by_loop_index_first) && ok;
    return ok ? 0 : 1;
}
