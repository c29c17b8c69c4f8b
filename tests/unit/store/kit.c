/* Kit: see kit.h. */
#include "kit.h"

#include "kit_server.h"

#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct kit_fault kit_fault;
static struct sys_seam seam;

static int before(enum sys_call call)
{
    if (kit_fault.kind != KIT_ANY && kit_fault.kind != (int)call)
        return 0;
    int64_t calls = ++kit_fault.calls;
    return kit_fault.n != 0 && calls == kit_fault.n ? kit_fault.errnum : 0;
}

void kit_arm(int kind, int64_t n, int errnum)
{
    kit_fault = (struct kit_fault){kind, n, errnum, 0};
    seam = (struct sys_seam){.before = before};
    sys_install(&seam);
}

void kit_disarm(void)
{
    sys_install(NULL);
}

void kit_clock(double speed, int64_t offset)
{
    seam = (struct sys_seam){.clock_speed = speed, .clock_offset = offset};
    sys_install(&seam);
}

int kit_set_up_empty(void **state)
{
    struct kit *k = mem_alloc(sizeof *k);
    arena_init(&k->a);
    /* In memory where there is such a place: the tests sync thousands of times. */
    (void)snprintf(k->dir, sizeof k->dir, "%s/movie-etl-store-XXXXXX",
        access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(k->dir) == NULL)
        return -1;
    k->config = (struct store_config){.path = kit_path(k, "movies.db"), .foreign_keys = true};
    if (kit_on_server())
        kit_server_config(k);
    *state = k;
    return 0;
}

int kit_set_up(void **state)
{
    if (kit_set_up_empty(state) != 0)
        return -1;
    kit_open(*state, STORE_CREATE);
    return 0;
}

static void remove_folder(const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *x; d != NULL && (x = readdir(d)) != NULL;) {
        char name[4200];
        struct stat st;
        if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0)
            continue;
        (void)snprintf(name, sizeof name, "%s/%s", path, x->d_name);
        if (lstat(name, &st) == 0 && S_ISDIR(st.st_mode))
            remove_folder(name);
        else
            (void)unlink(name);
    }
    if (d != NULL)
        (void)closedir(d);
    (void)rmdir(path);
}

int kit_tear_down(void **state)
{
    struct kit *k = *state;
    kit_disarm();
    store_close(k->s);
    if (k->config.host != NULL)
        kit_server_drop(k);
    remove_folder(k->dir);
    arena_done(&k->a);
    mem_free(k);
    return 0;
}

const char *kit_path(struct kit *k, const char *name)
{
    return arena_print(&k->a, "%s/%s", k->dir, name).p;
}

void kit_open(struct kit *k, enum store_mode mode)
{
    kit_close(k);
    must(store_open(&k->config, mode, &k->s, &k->e));
}

void kit_close(struct kit *k)
{
    store_close(k->s);
    k->s = NULL;
}

void kit_refused(struct kit *k, enum store_mode mode, enum err_kind kind)
{
    kit_close(k);
    must_fail(store_open(&k->config, mode, &k->s, &k->e), kind);
}

static sqlite3 *plain(struct kit *k)
{
    sqlite3 *db;
    if (sqlite3_open(k->config.path, &db) != SQLITE_OK)
        fail_msg("%s: %s", k->config.path, sqlite3_errmsg(db));
    (void)sqlite3_busy_timeout(db, 5000);
    return db;
}

void kit_sql(struct kit *k, const char *sql)
{
    char *why = NULL;
    if (k->config.host != NULL) {
        kit_server_sql(k, sql);
        return;
    }
    sqlite3 *db = plain(k);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    (void)sqlite3_close(db);
}

const char *kit_text(struct kit *k, const char *sql)
{
    if (k->config.host != NULL)
        return kit_server_text(k, sql);
    sqlite3 *db = plain(k);
    sqlite3_stmt *st = NULL;
    struct str s;
    int rc;
    str_init(&s, 16 * 1024 * 1024);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        str_addz(&s, s.n > 0 ? "; " : "");
        for (int i = 0; i < sqlite3_column_count(st); i++) {
            const char *text = (const char *)sqlite3_column_text(st, i);
            str_addz(&s, i > 0 ? "|" : "");
            str_addz(&s, text == NULL ? "-" : text);
        }
    }
    if (rc != SQLITE_DONE)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    const char *kept = arena_dup(&k->a, str_view(&s)).p;
    str_done(&s);
    return kept;
}

int64_t kit_int(struct kit *k, const char *sql)
{
    return strtoll(kit_text(k, sql), NULL, 10);
}

static sqlite3 *copy_into_memory(struct kit *k)
{
    sqlite3 *from = plain(k), *to = NULL;
    assert_int_equal(sqlite3_open(":memory:", &to), SQLITE_OK);
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    assert_non_null(b);
    assert_int_equal(sqlite3_backup_step(b, -1), SQLITE_DONE);
    (void)sqlite3_backup_finish(b);
    (void)sqlite3_close(from);
    return to;
}

static int drop_view(void *payload, int n, char **values, char **names)
{
    (void)n;
    (void)names;
    return sqlite3_exec(payload, values[0], NULL, NULL, NULL);
}

static int say_check(void *payload, int n, char **values, char **names)
{
    (void)payload;
    (void)n;
    (void)names;
    assert_string_equal(values[0], "ok");
    return 0;
}

/* Where there are views, integrity_check of SQLite 3.40 may take itself for one of some tables
 * only, and look neither for pages that nobody has nor at the list of those that are free. */
static void no_page_is_lost(struct kit *k)
{
    sqlite3 *db = copy_into_memory(k);
    static const char views[] =
        "SELECT 'DROP VIEW \"' || name || '\"' FROM sqlite_schema WHERE type = 'view'";
    assert_int_equal(sqlite3_exec(db, views, drop_view, db, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA integrity_check", say_check, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
}

void kit_sound(struct kit *k)
{
    if (k->config.host != NULL) {
        kit_server_sound(k);
        return;
    }
    assert_string_equal(kit_text(k, "PRAGMA integrity_check"), "ok");
    no_page_is_lost(k);
    assert_string_equal(kit_text(k, "PRAGMA foreign_key_check"), "");
}

static bool add_line(void *payload, struct view text, struct err *e)
{
    (void)e;
    str_add(payload, text);
    str_addc(payload, '\n');
    return true;
}

struct view kit_dump(struct kit *k)
{
    struct str s;
    str_init(&s, 256 * 1024 * 1024);
    must(store_dump(k->s, add_line, &s, &k->e));
    assert_true(str_ok(&s));
    struct view v = arena_dup(&k->a, str_view(&s));
    str_done(&s);
    return v;
}
