/* The best use of SQLite's own interface that we know of, for the same tables: what movie-etl is
 * measured against.
 *
 *   sqlite_api loop|vtab FOLDER DATABASE      movies and ratings of a release
 *   sqlite_api release FOLDER DATABASE        all of it, ratings by vtab
 *
 * loop: one prepared INSERT, stepped per row. vtab: INSERT ... SELECT from a virtual table over the
 * file, which spares a statement's overhead per row. Either way: one transaction without journal
 * and without syncs, one fsync at the end; the table WITHOUT ROWID filled in the order of its key,
 * the index built afterwards with a small cache, which its sorter prefers (measured); every
 * rating's movie looked up. Numbers are parsed by hand, as fast as digits come. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HIGHEST_MOVIE = 1 << 22 };

static sqlite3 *db;
static unsigned char known[HIGHEST_MOVIE];

static _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "sqlite_api: %s: %s\n", what, db == NULL ? "" : sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(sql);
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        die(sql);
    return s;
}

static void step(sqlite3_stmt *s)
{
    if (sqlite3_step(s) != SQLITE_DONE)
        die("insert");
    (void)sqlite3_reset(s);
}

/* ---- files */

struct file {
    char *text;
    char *at;
    const char *end;
};

static struct file open_file(const char *folder, const char *name)
{
    char path[4096];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) != 0)
        die(path);
    struct file f = {.text = malloc((size_t)st.st_size + 1)};
    size_t n = 0;
    for (ssize_t got = 1; f.text != NULL && got > 0; n += (size_t)got) {
        got = read(fd, f.text + n, (size_t)st.st_size - n);
        if (got < 0)
            die(path);
    }
    if (f.text == NULL || n != (size_t)st.st_size)
        die(path);
    (void)close(fd);
    f.text[n] = '\0';
    f.at = strchr(f.text, '\n') + 1; /* behind the header */
    f.end = f.text + n;
    return f;
}

static sqlite3_int64 number(struct file *f)
{
    sqlite3_int64 n = 0;
    while (*f->at >= '0' && *f->at <= '9')
        n = n * 10 + (*f->at++ - '0');
    f->at++;
    return n;
}

/* A field up to `stop`, its quotes taken off in place; *ret_n is its length. */
static const char *text(struct file *f, char stop, int *ret_n)
{
    char *from = f->at, *to = from;
    bool quoted = *from == '"';
    if (!quoted) {
        while (*f->at != stop)
            f->at++;
        *ret_n = (int)(f->at++ - from);
        return from;
    }
    for (f->at++; !(f->at[0] == '"' && f->at[1] != '"'); f->at++) {
        if (*f->at == '"')
            f->at++;
        *to++ = *f->at;
    }
    f->at += 2;
    *ret_n = (int)(to - from);
    return from;
}

struct rating {
    sqlite3_int64 user, movie, half_stars, at;
};

static bool next_rating(struct file *f, struct rating *ret)
{
    if (f->at >= f->end)
        return false;
    ret->user = number(f);
    ret->movie = number(f);
    ret->half_stars = (f->at[0] - '0') * 2 + (f->at[2] == '5');
    f->at += 4;
    ret->at = number(f);
    f->at++; /* \n */
    if (ret->movie >= HIGHEST_MOVIE || !known[ret->movie])
        die("a rating of a movie that is not there");
    return true;
}

/* ---- ratings by a virtual table */

struct table {
    sqlite3_vtab base;
    struct file *file;
};

struct cursor {
    sqlite3_vtab_cursor base;
    struct rating row;
    bool more;
};

static int v_connect(
    sqlite3 *d, void *file, int n, const char *const *args, sqlite3_vtab **ret, char **why)
{
    (void)n;
    (void)args;
    (void)why;
    struct table *t = calloc(1, sizeof *t);
    if (t == NULL)
        return SQLITE_NOMEM;
    t->file = file;
    *ret = &t->base;
    return sqlite3_declare_vtab(d, "CREATE TABLE x(a, b, c, d)");
}
static int v_disconnect(sqlite3_vtab *t)
{
    free(t);
    return SQLITE_OK;
}
static int v_plan(sqlite3_vtab *t, sqlite3_index_info *i)
{
    (void)t;
    i->estimatedCost = 1;
    return SQLITE_OK;
}
static int v_open(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
    (void)t;
    *ret = calloc(1, sizeof(struct cursor));
    return *ret == NULL ? SQLITE_NOMEM : SQLITE_OK;
}
static int v_close(sqlite3_vtab_cursor *c)
{
    free(c);
    return SQLITE_OK;
}
static int v_next(sqlite3_vtab_cursor *base)
{
    struct cursor *c = (struct cursor *)base;
    c->more = next_rating(((struct table *)base->pVtab)->file, &c->row);
    return SQLITE_OK;
}
static int v_filter(sqlite3_vtab_cursor *c, int i, const char *s, int n, sqlite3_value **v)
{
    (void)i;
    (void)s;
    (void)n;
    (void)v;
    return v_next(c);
}
static int v_end(sqlite3_vtab_cursor *c)
{
    return !((struct cursor *)c)->more;
}
static int v_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int i)
{
    const struct rating *r = &((struct cursor *)base)->row;
    if (i == 2)
        sqlite3_result_double(to, (double)r->half_stars / 2);
    else
        sqlite3_result_int64(to, i == 0 ? r->user : i == 1 ? r->movie : r->at);
    return SQLITE_OK;
}
static int v_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *ret)
{
    (void)c;
    *ret = 0;
    return SQLITE_OK;
}

static void by_table(struct file *f)
{
    static const sqlite3_module module = {.xConnect = v_connect,
        .xDisconnect = v_disconnect,
        .xBestIndex = v_plan,
        .xOpen = v_open,
        .xClose = v_close,
        .xFilter = v_filter,
        .xNext = v_next,
        .xEof = v_end,
        .xColumn = v_column,
        .xRowid = v_rowid};
    if (sqlite3_create_module(db, "csv", &module, f) != SQLITE_OK)
        die("module");
    run("INSERT INTO ratings SELECT a, b, c, d FROM csv");
}

static void by_loop(struct file *f)
{
    sqlite3_stmt *s = prepare("INSERT INTO ratings VALUES (?, ?, ?, ?)");
    struct rating r;
    while (next_rating(f, &r)) {
        (void)sqlite3_bind_int64(s, 1, r.user);
        (void)sqlite3_bind_int64(s, 2, r.movie);
        (void)sqlite3_bind_double(s, 3, (double)r.half_stars / 2);
        (void)sqlite3_bind_int64(s, 4, r.at);
        step(s);
    }
    (void)sqlite3_finalize(s);
}

/* ---- the rest */

static void load_movies(const char *folder)
{
    struct file f = open_file(folder, "movies.csv"), links = open_file(folder, "links.csv");
    sqlite3_stmt *s = prepare("INSERT INTO movies VALUES (?, ?, ?, ?, ?)");
    while (f.at < f.end) {
        int n;
        sqlite3_int64 id = number(&f);
        if (id >= HIGHEST_MOVIE || number(&links) != id)
            die("movies.csv and links.csv");
        known[id] = 1;
        (void)sqlite3_bind_int64(s, 1, id);
        const char *t = text(&f, ',', &n);
        (void)sqlite3_bind_text(s, 2, t, n, SQLITE_STATIC);
        t = text(&f, '\r', &n);
        (void)sqlite3_bind_text(s, 3, t, n, SQLITE_STATIC);
        t = text(&links, ',', &n);
        (void)sqlite3_bind_text(s, 4, t, n, SQLITE_STATIC);
        (void)sqlite3_bind_int64(s, 5, number(&links));
        f.at++;
        links.at++;
        step(s);
    }
    (void)sqlite3_finalize(s);
    free(f.text);
    free(links.text);
}

static void load_tags(const char *folder)
{
    struct file f = open_file(folder, "tags.csv");
    sqlite3_stmt *s = prepare("INSERT INTO tags VALUES (?, ?, ?, ?, ?)");
    sqlite3_int64 last_user = 0, last_movie = 0, seq = 0;
    while (f.at < f.end) {
        int n;
        sqlite3_int64 user = number(&f), movie = number(&f);
        seq = user == last_user && movie == last_movie ? seq + 1 : 0;
        last_user = user;
        last_movie = movie;
        (void)sqlite3_bind_int64(s, 1, user);
        (void)sqlite3_bind_int64(s, 2, movie);
        (void)sqlite3_bind_int64(s, 3, seq);
        const char *t = text(&f, ',', &n);
        (void)sqlite3_bind_text(s, 4, t, n, SQLITE_STATIC);
        (void)sqlite3_bind_int64(s, 5, number(&f));
        f.at++;
        step(s);
    }
    (void)sqlite3_finalize(s);
    free(f.text);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        die("usage: sqlite_api loop|vtab|release FOLDER DATABASE");
    if (sqlite3_open(argv[3], &db) != SQLITE_OK)
        die(argv[3]);
    run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000; PRAGMA "
        "locking_mode = EXCLUSIVE;"
        "CREATE TABLE movies(movielens_id INTEGER PRIMARY KEY, title TEXT NOT NULL, genres TEXT "
        "NOT NULL, imdb_id TEXT,"
        " tmdb_id INTEGER) STRICT;"
        "CREATE TABLE ratings(user_id INTEGER NOT NULL, movielens_id INTEGER NOT NULL REFERENCES "
        "movies, rating REAL NOT"
        " NULL, rated_at INTEGER NOT NULL, PRIMARY KEY(user_id, movielens_id)) WITHOUT ROWID, "
        "STRICT;"
        "CREATE TABLE tags(user_id INTEGER NOT NULL, movielens_id INTEGER NOT NULL REFERENCES "
        "movies, seq INTEGER NOT NULL,"
        " tag TEXT NOT NULL, tagged_at INTEGER NOT NULL, PRIMARY KEY(user_id, movielens_id, seq)) "
        "WITHOUT ROWID, STRICT;"
        "BEGIN");
    load_movies(argv[2]);
    struct file f = open_file(argv[2], "ratings.csv");
    if (strcmp(argv[1], "loop") == 0)
        by_loop(&f);
    else
        by_table(&f);
    free(f.text);
    if (strcmp(argv[1], "release") == 0)
        load_tags(argv[2]);
    run("CREATE INDEX ix_ratings_movielens_id ON ratings(movielens_id, rating)");
    if (strcmp(argv[1], "release") == 0)
        run("CREATE INDEX ix_tags_movielens_id ON tags(movielens_id)");
    run("COMMIT");
    (void)sqlite3_close(db);
    int fd = open(argv[3], O_RDWR);
    if (fd < 0 || fsync(fd) != 0)
        die("fsync");
    return close(fd);
}
