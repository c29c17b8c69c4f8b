/* File calls fail: what was there before stays, the error is the right one, and the next try
 * succeeds. Of calls that are many every third is tried, of each kind and errno from another one
 * on; with the argument `every` (suite `slow`) each. */
#include "kit.h"

#include "base/file.h"
#include "generated.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { RATINGS = 1200 };

static int64_t stride = 3;

static bool load(struct kit *k, uint64_t ratings, uint64_t seed)
{
    struct generated g;
    struct ml_load_result r;
    generated_init(&g, ratings, 120, seed);
    g.tags = 50;
    struct ml_source source = generated_source(&g);
    bool ok = store_load_movielens(k->s, &source, &r, &k->e);
    generated_done(&g);
    return ok;
}

static bool write_some(struct kit *k, int64_t id)
{
    struct cell name[] = {cell_int(1), cell_text(view_of("Name"))},
                link[] = {cell_int(id), cell_int(1)};
    struct list_write l = {.list = &tmdb_lists[TMDB_LIST_keywords],
        .put = {link, 2, 1},
        .own = {name, 2, 1},
        .hash = view_of("0123456789abcdef")};
    struct tmdb_write w = {
        .tmdb_id = id, .fetched_at = id, .cells = {cell_int(id)}, .lists = &l, .list_n = 1};
    struct movie m = {.id = id, .tmdb_id = id, .genres = {{1, true, true}}, .genre_n = 1};
    size_t changed;
    if (!store_begin(k->s, &k->e))
        return false;
    if (store_write_tmdb(k->s, (const struct tmdb_write *[]){&w}, 1, &k->e) &&
        store_put_movies(k->s, &m, 1, false, 1, 1, &changed, &k->e) &&
        store_set_cursor(k->s, "c", id, 1, &k->e))
        return store_commit(k->s, &k->e);
    store_rollback(k->s);
    return false;
}

/* The kinds an errno becomes: no space is always DISK, a file that cannot be opened, read or
 * written STORE or DISK. */
static bool right_kind(const struct kit *k, int errnum)
{
    if (errnum == ENOSPC)
        return k->e.kind == ERR_DISK && strstr(k->e.text, "no space") != NULL;
    return k->e.kind == ERR_STORE || k->e.kind == ERR_DISK;
}

struct campaign {
    int kind, errnum;
    int64_t first, step; /* which calls, from 1 on */
    bool (*act)(struct kit *k);
    bool reopen; /* the act opens the store itself */
    int64_t failures;
};

/* Lets one call of the kind fail, further and further on, until a run meets no fault. Each failed
 * run must leave the dump as it was, or as the finished act leaves it: a fault after the commit
 * loses nothing. */
static void run_campaign(struct kit *k, struct campaign *c, const char *base, const char *work)
{
    for (int64_t n = c->first;; n += c->step) {
        kit_close(k);
        assert_int_equal(0, remove(work) != 0 && errno != ENOENT);
        k->config.path = base;
        kit_sql(k, arena_print(&k->a, "VACUUM INTO '%s'", work).p);
        k->config.path = work;
        kit_open(k, STORE_WRITE);
        struct view before = kit_dump(k);
        if (c->reopen)
            kit_close(k);
        kit_arm(c->kind, n, c->errnum);
        bool ok = c->act(k);
        int64_t calls = kit_fault.calls;
        kit_disarm();
        if (!ok) {
            c->failures++;
            if (!right_kind(k, c->errnum))
                fail_msg("call %lld of kind %d: %s: %s", (long long)n, c->kind, err_name(k->e.kind),
                    k->e.text);
            if (c->reopen)
                kit_open(k, STORE_WRITE);
            assert_true(view_eq(kit_dump(k), before));
            kit_sound(k);
            kit_close(k);
            if (!c->reopen)
                kit_open(k, STORE_WRITE);
            if (!c->act(k))
                fail_msg("after call %lld of kind %d: %s", (long long)n, c->kind, k->e.text);
        }
        kit_sound(k);
        arena_reset(&k->a);
        if (calls < n)
            return;
        /* Paths lived in the arena. */
        base = kit_path(k, "base.db");
        work = kit_path(k, "work.db");
    }
}

static bool act_load(struct kit *k)
{
    return load(k, RATINGS, 2);
}

static bool act_write(struct kit *k)
{
    return write_some(k, 9);
}

static bool act_clear(struct kit *k)
{
    uint64_t rows;
    return store_clear(k->s, &rows, &k->e);
}

static bool act_open(struct kit *k)
{
    return store_open(&k->config, STORE_WRITE, &k->s, &k->e);
}

static void make_base(struct kit *k, bool with_release)
{
    k->config.path = kit_path(k, "base.db");
    kit_open(k, STORE_CREATE);
    must(write_some(k, 5));
    if (with_release)
        must(load(k, RATINGS / 2, 1));
    kit_close(k);
}

static bool is_rare(int kind)
{
    return kind == SYS_SYNC || kind == SYS_TRUNCATE || kind == SYS_UNLINK;
}

static void campaigns(
    struct kit *k, bool (*act)(struct kit *k), bool with_release, bool reopen, int64_t at_least)
{
    static const struct {
        int kind, errnum;
    } faults[] = {{SYS_WRITE, ENOSPC}, {SYS_WRITE, EIO}, {SYS_SYNC, EIO}, {SYS_READ, EIO},
        {SYS_TRUNCATE, EIO}, {SYS_UNLINK, EIO}, {SYS_OPEN, EMFILE}, {SYS_SYNC, ENOSPC}};
    int64_t failures = 0, of_writes = 0; /* a short act has one write, which one of two tries */
    make_base(k, with_release);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        int64_t step = is_rare(faults[i].kind) ? 1 : stride;
        struct campaign c = {.kind = faults[i].kind,
            .errnum = faults[i].errnum,
            .first = 1 + (int64_t)i % step,
            .step = step,
            .act = act,
            .reopen = reopen};
        run_campaign(k, &c, kit_path(k, "base.db"), kit_path(k, "work.db"));
        failures += c.failures;
        of_writes += c.kind == SYS_WRITE ? c.failures : 0;
    }
    assert_true(of_writes > 0 || reopen);
    if (failures < at_least)
        fail_msg("only %lld failures", (long long)failures);
}

static void a_first_load_survives_every_fault(void **state)
{
    campaigns(*state, act_load, false, false, 10);
}

static void a_second_load_survives_every_fault(void **state)
{
    campaigns(*state, act_load, true, false, 10);
}

static void a_batch_survives_every_fault(void **state)
{
    campaigns(*state, act_write, true, false, 5);
}

static void clear_survives_every_fault(void **state)
{
    campaigns(*state, act_clear, true, false, 5);
}

static void opening_survives_every_fault(void **state)
{
    campaigns(*state, act_open, true, true, 3);
}

/* Creating: whatever fails, trying again makes a whole database. The calls are few. */
static void creating_survives_every_fault(void **state)
{
    struct kit *k = *state;
    int64_t failures = 0, calls = 0, n = 1;
    do {
        k->config.path = kit_path(k, arena_print(&k->a, "new-%lld/movies.db", (long long)n).p);
        kit_arm(KIT_ANY, n, ENOSPC);
        bool ok = store_open(&k->config, STORE_CREATE, &k->s, &k->e);
        calls = kit_fault.calls;
        kit_disarm();
        if (!ok) {
            failures++;
            if (k->e.kind != ERR_DISK && k->e.kind != ERR_STORE)
                fail_msg("call %lld: %s: %s", (long long)n, err_name(k->e.kind), k->e.text);
            if (file_exists(k->config.path))
                kit_refused(k, STORE_READ, ERR_NO_DATABASE);
        }
        kit_open(k, STORE_CREATE);
        assert_string_equal(kit_text(k, "SELECT count(*) FROM etl_tables"), "45");
        kit_sound(k);
        kit_close(k);
        n++;
    } while (calls >= n - 1);
    assert_true(failures > 10);
}

/* A database that is built: whatever fails, there is none, or (after its name was given) the whole;
 * and the next try makes one. */
static void build_with_faults(struct kit *k, uint64_t ratings, int64_t step)
{
    int64_t failures = 0, calls = 0, n = 1;
    bool done = false;
    k->config.path = kit_path(k, "built.db");
    const char *beside = kit_path(k, "built.db.new");
    do {
        (void)remove(k->config.path);
        k->s = NULL;
        kit_arm(KIT_ANY, n, n % 2 == 0 ? ENOSPC : EIO);
        bool ok = store_open(&k->config, STORE_BUILD, &k->s, &k->e) && load(k, ratings, 2);
        store_close(k->s);
        calls = kit_fault.calls;
        kit_disarm();
        k->s = NULL;
        failures += !ok;
        if (file_exists(k->config.path)) {
            assert_string_equal(kit_text(k, "SELECT count(*) > 0 FROM movielens_release"), "1");
            if (ok) /* the mark is gone, whether by one way or the other */
                assert_string_equal(kit_text(k, "PRAGMA application_id"), "0");
            kit_sound(k);
        } else {
            assert_false(ok);
        }
        (void)remove(k->config.path);
        kit_open(k, STORE_BUILD); /* what was left beside is in nobody's way */
        must(load(k, ratings, 2));
        kit_close(k);
        assert_false(file_exists(beside));
        done = calls < n;
        n += step;
    } while (!done);
    assert_true(failures > 20);
}

static void building_survives_every_fault(void **state)
{
    build_with_faults(*state, RATINGS, stride);
}

/* So many that movies are written while threads write the index: the n-th call is not always the
 * same one. */
static void so_does_building_on_threads(void **state)
{
    build_with_faults(*state, 12000, 3);
}

/* Mostly it is synced twice, once ahead: the system tells only the first who asks what it could not
 * write. A thread does that, or was not fast enough; then the second sync is the folder's, behind
 * the name. */
static void what_could_not_be_synced_gets_no_name(void **state)
{
    static const struct {
        int errnum;
        enum err_kind kind;
    } faults[] = {{EIO, ERR_STORE}, {ENOSPC, ERR_DISK}};
    struct kit *k = *state;
    k->config.path = kit_path(k, "built.db");
    for (int i = 0; i < 4; i++) {
        bool of_folder;
        do {
            kit_open(k, STORE_BUILD);
            kit_arm(SYS_SYNC, 1 + i / 2, faults[i % 2].errnum);
            bool ok = load(k, RATINGS, 2);
            kit_disarm();
            assert_false(ok);
            of_folder = i >= 2 && strstr(k->e.text, "cannot sync folder") != NULL;
            kit_close(k);
        } while (of_folder && remove(k->config.path) == 0);
        assert_int_equal(k->e.kind, faults[i % 2].kind);
        assert_says("cannot store the database");
        assert_false(file_exists(k->config.path));
    }
}

/* The third sync is the folder's: the database has its name by then, which a loss of power may take
 * back. */
static void a_folder_that_is_not_synced_has_the_database(void **state)
{
    struct kit *k = *state;
    k->config.path = kit_path(k, "built.db");
    kit_open(k, STORE_BUILD);
    kit_arm(SYS_SYNC, 3, EIO);
    bool ok = load(k, RATINGS, 2);
    kit_disarm();
    must_fail(ok, ERR_DISK);
    assert_says("cannot sync folder");
    assert_true(file_exists(k->config.path));
    assert_false(file_exists(kit_path(k, "built.db.new"))); /* no other one is begun */
    assert_string_equal(kit_text(k, "PRAGMA application_id"), "0");
    kit_close(k);
    kit_sound(k);
}

/* A disk that fills up in the middle, for good: the seam fails every write from then on. */
static _Atomic int64_t writes_left; /* threads write, too */

static int fill_up(enum sys_call call)
{
    return call == SYS_WRITE && --writes_left < 0 ? ENOSPC : 0;
}

static void a_full_disk_says_so(void **state)
{
    struct kit *k = *state;
    static const struct sys_seam full = {.before = fill_up};
    make_base(k, true);
    kit_open(k, STORE_WRITE);
    struct view before = kit_dump(k);
    writes_left = 40;
    sys_install(&full);
    bool ok = load(k, 200000, 2);
    sys_install(NULL);
    must_fail(ok, ERR_DISK);
    assert_says("no space");
    assert_non_null(strstr(err_hint_of(&k->e), "Free some space"));
    assert_true(view_eq(kit_dump(k), before));
    kit_sound(k);
    must(load(k, 20000, 2));
    kit_sound(k);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "every") == 0)
        stride = 1;
    const struct CMUnitTest tests[] = {
        KIT_EMPTY(a_first_load_survives_every_fault),
        KIT_EMPTY(a_second_load_survives_every_fault),
        KIT_EMPTY(a_batch_survives_every_fault),
        KIT_EMPTY(clear_survives_every_fault),
        KIT_EMPTY(opening_survives_every_fault),
        KIT_EMPTY(creating_survives_every_fault),
        KIT_EMPTY(building_survives_every_fault),
        KIT_EMPTY(so_does_building_on_threads),
        KIT_EMPTY(what_could_not_be_synced_gets_no_name),
        KIT_EMPTY(a_folder_that_is_not_synced_has_the_database),
        KIT_EMPTY(a_full_disk_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
