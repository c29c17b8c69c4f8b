/* What is ours: runs, files, cursors, findings, conflicts, changes, the lease. */
#include "kit.h"

#include "base/str.h"

#include <string.h>

static bool add_run(void *payload, const struct run_row *r, struct err *e)
{
    (void)e;
    str_addf(payload, "%lld:%.*s:%lld:%lld:%lld:%.*s ", (long long)r->run_id, VIEW_ARG(r->command),
        (long long)r->started_at, (long long)r->ended_at, (long long)r->exit_code,
        VIEW_ARG(r->summary));
    return true;
}

static const char *runs(struct kit *k, size_t newest)
{
    struct str s;
    str_init(&s, 10000);
    must(store_each_run(k->s, newest, add_run, &s, &k->e));
    const char *kept = arena_dup(&k->a, str_view(&s)).p;
    str_done(&s);
    return kept;
}

static void runs_are_kept(void **state)
{
    struct kit *k = *state;
    int64_t a, b;
    must(store_begin_run(k->s, "sync", 100, &a, &k->e));
    must(store_begin_run(k->s, "process", 200, &b, &k->e));
    assert_int_equal(a, 1);
    assert_int_equal(b, 2);
    must(store_end_run(k->s, a, 150, 6, "3 movies", &k->e));
    must(store_end_run(k->s, 999, 150, 6, "unknown", &k->e));
    assert_string_equal(runs(k, 10), "2:process:200:0:0: 1:sync:100:150:6:3 movies ");
    assert_string_equal(runs(k, 1), "2:process:200:0:0: ");
    assert_string_equal(runs(k, (size_t)-1), "2:process:200:0:0: 1:sync:100:150:6:3 movies ");
    must(store_begin(k->s, &k->e));
    must_fail(store_begin_run(k->s, "x", 1, &a, &k->e), ERR_BUG);
    store_rollback(k->s);
}

static bool count_file(void *payload, const struct file_row *row, struct err *e)
{
    (void)e;
    str_addf(payload, "%.*s:%d ", VIEW_ARG(row->batch_id), (int)row->state);
    return true;
}

static void files_are_kept(void **state)
{
    struct kit *k = *state;
    bool exists = true;
    struct str s;
    struct file_row got, f = {.batch_id = view_of("5f0c"),
                             .name = view_of("initial_2023.yaml"),
                             .sha256 = view_of("ab"),
                             .type = view_of("initial"),
                             .scope = view_of("2023"),
                             .state = FILE_LOADING,
                             .records_done = 5,
                             .records = 10,
                             .rejected = 1,
                             .run_id = 3,
                             .updated_at = 77};
    must(store_get_file(k->s, f.batch_id, &k->a, &got, &exists, &k->e));
    assert_false(exists);
    must(store_begin(k->s, &k->e));
    must(store_put_file(k->s, &f, &k->e));
    must(store_put_file(
        k->s, &(struct file_row){.batch_id = view_of("6"), .state = FILE_LOST}, &k->e));
    f.state = FILE_LOADED;
    f.records_done = 10;
    must(store_put_file(k->s, &f, &k->e));
    must(store_commit(k->s, &k->e));
    must(store_get_file(k->s, f.batch_id, &k->a, &got, &exists, &k->e));
    assert_true(exists);
    assert_view(got.name, "initial_2023.yaml");
    assert_view(got.sha256, "ab");
    assert_view(got.type, "initial");
    assert_view(got.scope, "2023");
    assert_int_equal(got.state, FILE_LOADED);
    assert_int_equal(got.records_done, 10);
    assert_int_equal(got.records, 10);
    assert_int_equal(got.rejected, 1);
    assert_int_equal(got.run_id, 3);
    assert_int_equal(got.updated_at, 77);
    must(store_get_file(k->s, view_of("6"), &k->a, &got, &exists, &k->e));
    assert_null(got.name.p);
    str_init(&s, 1000);
    must(store_each_file(k->s, count_file, &s, &k->e));
    assert_string_equal(str_z(&s), "5f0c:2 6:3 ");
    kit_sql(k, "UPDATE etl_files SET state = 'misplaced' WHERE batch_id = '6'");
    must_fail(store_each_file(k->s, count_file, &s, &k->e), ERR_STORE);
    assert_says("'misplaced'");
    str_done(&s);
}

static bool add_cursor(void *payload, const char *name, int64_t day, struct err *e)
{
    (void)e;
    str_addf(payload, "%s:%lld ", name, (long long)day);
    return true;
}

static void cursors_are_dates(void **state)
{
    struct kit *k = *state;
    int64_t day = -1;
    bool exists = true;
    struct str s;
    must(store_get_cursor(k->s, "changes.fetched", &day, &exists, &k->e));
    assert_false(exists);
    must(store_begin(k->s, &k->e));
    must(store_set_cursor(k->s, "changes.fetched", 0, 5, &k->e));
    must(store_set_cursor(k->s, "missing.loaded", 20779, 5, &k->e));
    must(store_set_cursor(k->s, "changes.fetched", 20780, 6, &k->e));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT * FROM etl_cursors"),
        "changes.fetched|2026-11-23|6; missing.loaded|2026-11-22|5");
    must(store_get_cursor(k->s, "changes.fetched", &day, &exists, &k->e));
    assert_true(exists);
    assert_int_equal(day, 20780);
    str_init(&s, 1000);
    must(store_each_cursor(k->s, add_cursor, &s, &k->e));
    assert_string_equal(str_z(&s), "changes.fetched:20780 missing.loaded:20779 ");
    str_done(&s);
    if (kit_on_server())
        return; /* it has dates for what they are */
    kit_sql(k, "UPDATE etl_cursors SET day = 'yesterday'");
    must_fail(store_get_cursor(k->s, "changes.fetched", &day, &exists, &k->e), ERR_STORE);
}

static void findings_are_kept_up_to_a_limit(void **state)
{
    struct kit *k = *state;
    struct findings f;
    findings_init(&f);
    findings_in_file(&f, "raw/x.yaml");
    findings_add(&f, RULE_TYPE, 12, 3, view_of("tmdb 550"), "title", "a %s", "number");
    for (int i = 0; i < 700; i++)
        findings_add(&f, RULE_RANGE, 0, 0, view_of("k"), NULL, "n");
    must(store_begin(k->s, &k->e));
    must(store_add_findings(k->s, 4, &f, 99, &k->e));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT * FROM etl_findings WHERE rule = 'schema.type'"),
        "4|schema.type|0|error|raw/x.yaml|12|3|tmdb 550|title|a number|99");
    for (int i = 0; i < 900; i++)
        findings_add(
            &f, RULE_RANGE, 0, 0, view_of("k"), NULL, "n"); /* 1,600 by now: 600 are only counted */
    must(store_begin(k->s, &k->e));
    must(store_add_findings(k->s, 4, &f, 99, &k->e));
    must(store_add_findings(k->s, 5, &f, 99, &k->e));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT * FROM etl_finding_counts"),
        "4|schema.range|error|1000|2300; 4|schema.type|error|2|2; 5|schema.range|error|1000|1600; "
        "5|schema.type|error|1|1");
    assert_string_equal(
        kit_text(k, "SELECT run_id, rule, count(*), max(seq) FROM etl_findings GROUP BY 1, 2"),
        "4|schema.range|1000|999; 4|schema.type|2|1; 5|schema.range|1000|999; 5|schema.type|1|0");
    must_fail(store_add_findings(k->s, 4, &f, 99, &k->e), ERR_BUG);
    findings_done(&f);
}

static void conflicts_are_keyed(void **state)
{
    struct kit *k = *state;
    struct conflict c = {862, 1, 862, "title", "title.differs", {"A", 1}, {"B", 1}};
    struct conflict other = {0, 1, 0, "year", "r", {NULL, 0}, {"1999", 4}};
    must(store_begin(k->s, &k->e));
    must(store_put_conflicts(k->s, 1, &c, 1, 10, &k->e));
    must(store_put_conflicts(k->s, 1, &other, 1, 10, &k->e));
    c.tmdb_value = view_of("C");
    must(store_put_conflicts(k->s, 2, &c, 1, 20, &k->e));
    c.movielens_id = 2;
    must(store_put_conflicts(k->s, 2, &c, 1, 20, &k->e));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT * FROM etl_conflicts ORDER BY 1, 2"),
        "1|0|year|r|-|-|1999|1|10; 1|862|title|title.differs|862|A|C|2|20; "
        "2|862|title|title.differs|862|A|C|2|20");
    must(store_begin(k->s, &k->e));
    must(store_clear_conflicts(k->s, (const int64_t[]){1}, 1, &k->e));
    must(store_commit(k->s, &k->e));
    assert_int_equal(kit_int(k, "SELECT sum(movielens_id) FROM etl_conflicts"), 2);
}

static bool add_id(void *payload, int64_t id, struct err *e)
{
    (void)e;
    str_addf(payload, "%lld ", (long long)id);
    return true;
}

static void changes_are_numbered(void **state)
{
    struct kit *k = *state;
    struct change scalar = {.tmdb_id = 550,
        .section = "movie",
        .kind = "updated",
        .field = "title",
        .old_value = view_of("A"),
        .new_value = view_of("B")};
    struct change list = {
        .tmdb_id = 7, .section = "cast", .kind = "updated", .added = 1, .removed = 2};
    must(store_begin(k->s, &k->e));
    must(store_add_changes(k->s, 3, &scalar, 1, 9, &k->e));
    must(store_add_changes(k->s, 3, &list, 1, 9, &k->e));
    must(store_commit(k->s, &k->e));
    must(store_begin(k->s, &k->e));
    must(store_add_changes(k->s, 3, &list, 1, 9, &k->e));
    store_rollback(k->s);
    must(store_begin(k->s, &k->e));
    must(store_add_changes(k->s, 3, &list, 1, 10, &k->e));
    must(store_add_changes(k->s, 4, &scalar, 1, 11, &k->e));
    must(store_add_changes(k->s, 3, &list, 1, 12, &k->e));
    must(store_commit(k->s, &k->e));
    kit_open(k, STORE_WRITE);
    must(store_begin(k->s, &k->e));
    must(store_add_changes(k->s, 3, &scalar, 1, 13, &k->e));
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT run_id, seq, tmdb_id, changed_at FROM etl_changes"),
        "3|0|550|9; 3|1|7|9; 3|2|7|10; 3|3|7|12; 3|4|550|13; 4|0|550|11");
    assert_string_equal(
        kit_text(k, "SELECT section, kind, field, old_value, new_value, added, updated, removed"
                    " FROM etl_changes WHERE run_id = 3 LIMIT 2"),
        "movie|updated|title|A|B|-|-|-; cast|updated|-|-|-|1|0|2");
    struct str s;
    str_init(&s, 1000);
    must(store_each_changed_id(k->s, 3, add_id, &s, &k->e));
    str_addc(&s, '/');
    must(store_each_changed_id(k->s, 4, add_id, &s, &k->e));
    assert_string_equal(str_z(&s), "7 550 /550 ");
    str_done(&s);
}

/* ---- the lease */

static void one_writer_at_a_time(void **state)
{
    struct kit *k = *state;
    struct store *a = k->s, *b;
    k->s = NULL;
    kit_open(k, STORE_WRITE);
    b = k->s;
    k->s = NULL;
    kit_clock(1, 0);
    must(store_take_lease(a, "host a", 60, &k->e));
    must_fail(store_take_lease(b, "host b", 60, &k->e), ERR_LOCKED);
    assert_says("host a is writing");
    must(store_take_lease(a, "host a", 60, &k->e)); /* again, by its holder */
    kit_clock(1, 50);
    must(store_begin(a, &k->e)); /* moves the expiry on */
    must(store_commit(a, &k->e));
    kit_clock(1, 100);
    must_fail(store_take_lease(b, "host b", 60, &k->e), ERR_LOCKED);
    kit_clock(1, 120);
    must(store_take_lease(b, "host b", 60, &k->e)); /* 70 seconds without a sign */
    must_fail(store_begin(a, &k->e), ERR_LOCKED);
    assert_says("taken over by host b");
    must_fail(store_begin(a, &k->e), ERR_LOCKED);
    must(store_begin(b, &k->e));
    must(store_commit(b, &k->e));
    must(store_drop_lease(a, &k->e)); /* drops nothing of b's */
    must(store_begin(b, &k->e));
    must(store_commit(b, &k->e));
    must(store_drop_lease(b, &k->e));
    must(store_drop_lease(b, &k->e));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM etl_locks"), 0);
    must(store_take_lease(a, "host a", 60, &k->e));
    kit_sql(k, "DELETE FROM etl_locks");
    must_fail(store_begin(a, &k->e), ERR_LOCKED);
    assert_says("dropped");
    store_close(a);
    store_close(b);
}

/* A process that expired unnoticed but was not relieved just goes on. */
static void an_expired_lease_nobody_took_is_still_held(void **state)
{
    struct kit *k = *state;
    must(store_take_lease(k->s, "me", 10, &k->e));
    kit_clock(1, 1000);
    int64_t from = sys_now();
    must(store_begin(k->s, &k->e));
    must(store_commit(k->s, &k->e));
    assert_true(kit_int(k, "SELECT expires_at FROM etl_locks") >= from + 10);
}

/* The same owner in a new process: it died and is back. Its former self, if it was only paused, is
 * locked out. */
static void an_owner_takes_its_own_lease_again(void **state)
{
    struct kit *k = *state;
    struct store *paused = k->s;
    must(store_take_lease(paused, "data dir /x", 1000, &k->e));
    k->s = NULL;
    kit_open(k, STORE_WRITE);
    must(store_take_lease(k->s, "data dir /x", 1000, &k->e));
    must_fail(store_begin(paused, &k->e), ERR_LOCKED);
    store_close(paused);
}

static const struct CMUnitTest both[] = {
    KIT_TEST(runs_are_kept),
    KIT_TEST(files_are_kept),
    KIT_TEST(cursors_are_dates),
    KIT_TEST(findings_are_kept_up_to_a_limit),
    KIT_TEST(conflicts_are_keyed),
    KIT_TEST(changes_are_numbered),
};
static const struct CMUnitTest embedded[] = {
    KIT_TEST(one_writer_at_a_time),
    KIT_TEST(an_expired_lease_nobody_took_is_still_held),
    KIT_TEST(an_owner_takes_its_own_lease_again),
};

int main(void)
{
    int failed = cmocka_run_group_tests(both, NULL, NULL);
    return kit_on_server() ? failed : failed + cmocka_run_group_tests(embedded, NULL, NULL);
}
