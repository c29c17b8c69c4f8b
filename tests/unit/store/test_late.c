/* Indexes and foreign keys that a first load on a server goes without (store/mysql/late.c). Runs
 * where a server is. */
#include "kit.h"

#include "base/log.h"
#include "base/thread.h"
#include "store/sql.h"

#include <string.h>

static const char names[] =
    "SELECT DISTINCT table_name, index_name, column_name FROM information_schema.statistics WHERE"
    " table_schema = DATABASE() ORDER BY 1, 2, 3";
static const char keys[] =
    "SELECT table_name, column_name, referenced_table_name FROM information_schema.key_column_usage"
    " WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL ORDER BY 1, 2";
static const char keys_of_credits[] =
    "SELECT count(*) FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND"
    " table_name = 'credits' AND referenced_table_name = 'people'";
static const char index_of_credits[] =
    "SELECT count(*) FROM information_schema.statistics WHERE table_schema = DATABASE() AND"
    " index_name = 'ix_credits_person_id'";

static void keys_go_and_come_with_their_indexes(void **state)
{
    struct kit *k = *state;
    const char *indexes_before = kit_text(k, names), *keys_before = kit_text(k, keys);
    must(store_begin_first_load(k->s, &k->e));
    assert_int_equal(kit_int(k, keys_of_credits), 0);
    assert_int_equal(kit_int(k, index_of_credits), 0);
    must(store_begin_first_load(k->s, &k->e)); /* made again, as after a lost answer */
    must(store_end_first_load(k->s, true, &k->e));
    assert_string_equal(kit_text(k, names), indexes_before);
    assert_string_equal(kit_text(k, keys), keys_before);
    kit_sound(k);
}

/* Who reads meanwhile is not refused; whoever writes next makes what is missing, wherever the one
 * before was cut off. */
static void what_is_cut_off_is_mended(void **state)
{
    struct kit *k = *state;
    const char *indexes_before = kit_text(k, names), *keys_before = kit_text(k, keys);
    static const char *const moments[] = {
        "SELECT 1", "CREATE INDEX ix_late ON credits (person_id)"};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        kit_open(k, STORE_WRITE);
        must(store_begin_first_load(k->s, &k->e));
        kit_sql(k, moments[i]);
        kit_open(k, STORE_READ);
        assert_int_equal(kit_int(k, index_of_credits), 0);
        kit_open(k, STORE_WRITE);
        must(store_take_lease(k->s, "who goes on", 600, &k->e));
        assert_string_equal(kit_text(k, names), indexes_before);
        assert_string_equal(kit_text(k, keys), keys_before);
    }
}

/* Who comes while they are away is refused, and leaves them to whoever is at work. */
static void who_is_refused_makes_none(void **state)
{
    struct kit *k = *state;
    struct store *other;
    must(store_take_lease(k->s, "who is at work", 600, &k->e));
    must(store_begin_first_load(k->s, &k->e));
    must(store_open(&k->config, STORE_WRITE, &other, &k->e));
    must_fail(store_take_lease(other, "who comes meanwhile", 600, &k->e), ERR_LOCKED);
    store_close(other);
    assert_int_equal(kit_int(k, index_of_credits), 0);
    must(store_end_first_load(k->s, true, &k->e));
    assert_int_equal(kit_int(k, index_of_credits), 1);
}

/* Their records were never committed; those of a record that is there stay. */
static void rows_of_records_that_never_came_are_removed(void **state)
{
    struct kit *k = *state;
    k->config.foreign_keys = false; /* so that there can be such */
    kit_open(k, STORE_CREATE);
    must(store_begin_first_load(k->s, &k->e));
    kit_sql(k, "INSERT INTO tmdb_movies(tmdb_id, fetched_at) VALUES (1, 1)");
    kit_sql(k, "INSERT INTO credits(tmdb_id, kind, credit_id) VALUES (1, 'cast', 'x'),"
               " (2, 'cast', 'y')");
    kit_sql(k, "INSERT INTO videos(tmdb_id, video_id) VALUES (1, 'v'), (3, 'w')");
    kit_open(k, STORE_WRITE);
    must(store_take_lease(k->s, "who goes on", 600, &k->e));
    assert_string_equal(kit_text(k, "SELECT tmdb_id, credit_id FROM credits"), "1|x");
    assert_string_equal(kit_text(k, "SELECT tmdb_id, video_id FROM videos"), "1|v");
}

static const char at_work[] = "who is at work";

struct opening {
    const struct store_config *config;
    struct store *s;
    bool ok;
    struct err e;
};

static void open_it(void *payload)
{
    struct opening *o = payload;
    o->ok = store_open(o->config, STORE_WRITE, &o->s, &o->e) &&
            store_take_lease(o->s, at_work, 600, &o->e);
}

/* Who is at work was taken for dead, and comes again, while he is about to commit `rest`. */
static void open_beside(struct kit *k, const char *rest)
{
    struct opening other = {.config = &k->config};
    struct thread *thread;
    bool waits = false;
    must(thread_start(open_it, &other, &thread, &k->e));
    for (int i = 0; i < 300 && !waits; i++, sys_sleep_ms(100))
        waits = kit_int(k, "SELECT count(*) FROM information_schema.processlist WHERE info LIKE"
                           " 'SELECT n.now%FOR UPDATE'") > 0;
    must(db_exec(k->s, rest, NO_CELLS, NULL, &k->e));
    must(store_commit(k->s, &k->e));
    thread_join(thread);
    if (!other.ok)
        fail_msg("%s", other.e.text);
    store_close(other.s);
    assert_true(waits);
}

static void begin_work(struct kit *k)
{
    must(store_take_lease(k->s, at_work, 600, &k->e));
    must(store_begin_first_load(k->s, &k->e));
    must(store_begin(k->s, &k->e));
}

/* Who is at work has committed the rows of a record, but not yet the record. */
static void rows_of_a_record_on_its_way_stay(void **state)
{
    struct kit *k = *state;
    k->config.foreign_keys = false;
    kit_open(k, STORE_CREATE);
    begin_work(k);
    kit_sql(k, "INSERT INTO credits(tmdb_id, kind, credit_id) VALUES (1, 'cast', 'x')");
    open_beside(k, "INSERT INTO {tmdb_movies}(tmdb_id, fetched_at) VALUES (1, 1)");
    assert_string_equal(kit_text(k, "SELECT tmdb_id, credit_id FROM credits"), "1|x");
}

/* Nor what its rows name. */
static void a_reference_to_what_is_on_its_way_keeps_its_key(void **state)
{
    struct kit *k = *state;
    const char *keys_before = kit_text(k, keys);
    begin_work(k);
    kit_sql(k, "INSERT INTO tmdb_movies(tmdb_id, fetched_at) VALUES (1, 1)");
    kit_sql(
        k, "INSERT INTO credits(tmdb_id, kind, credit_id, person_id) VALUES (1, 'cast', 'x', 7)");
    open_beside(k, "INSERT INTO {people}(person_id, fetched_at) VALUES (7, 1)");
    assert_string_equal(kit_text(k, keys), keys_before);
    kit_sound(k);
}

struct ending {
    struct store *s;
    bool ok;
    struct err e;
};

static void end_it(void *payload)
{
    struct ending *it = payload;
    it->ok = store_end_first_load(it->s, true, &it->e);
}

static _Atomic int warnings;

static void take_line(void *payload, enum log_level level, const char *text)
{
    (void)payload;
    (void)text;
    warnings += level == LOG_WARNING;
}

/* Of the two connections that make indexes, the one that has nothing left to do, once all are there
 * but the one that somebody holds up; 0: none. */
static int64_t find_resting(struct kit *k, int64_t newer_than)
{
    if (kit_int(k, "SELECT count(DISTINCT table_name) FROM information_schema.statistics WHERE"
                   " table_schema = DATABASE() AND index_name = 'ix_late'") < 5 ||
        kit_int(k, "SELECT count(*) FROM information_schema.processlist WHERE"
                   " db = DATABASE() AND state LIKE 'Waiting for table metadata lock%'") == 0)
        return 0;
    struct view ask = arena_print(&k->a,
        "SELECT coalesce(max(id), 0) FROM information_schema.processlist"
        " WHERE db = DATABASE() AND command = 'Sleep' AND id > %lld",
        (long long)newer_than);
    return kit_int(k, ask.p);
}

/* The server ends a connection that has rested for long while the other makes a large index. */
static void who_rests_too_long_is_not_missed(void **state)
{
    static const struct log_sink sink = {.line = take_line};
    struct kit *k = *state;
    struct ending ending = {.s = k->s};
    struct store *reader;
    struct thread *thread;
    int64_t n, resting = 0;
    must(store_begin_first_load(k->s, &k->e));
    kit_sql(k, "INSERT INTO people(person_id, fetched_at) VALUES (7, 1)");
    must(store_open(&k->config, STORE_READ, &reader, &k->e));
    must(reader->engine->begin(reader, BEGIN_READ, &k->e));
    must(db_get_ints(reader, "SELECT count(*) FROM {people}", NO_CELLS, &n, 1, NULL, &k->e));
    int64_t last = kit_int(k, "SELECT max(id) FROM information_schema.processlist");
    log_install(&sink);
    must(thread_start(end_it, &ending, &thread, &k->e));
    for (int i = 0; i < 300 && resting == 0; i++, sys_sleep_ms(100))
        resting = find_resting(k, last);
    if (resting != 0)
        kit_sql(k, arena_print(&k->a, "KILL %lld", (long long)resting).p);
    store_close(reader);
    thread_join(thread);
    log_install(NULL);
    if (!ending.ok)
        fail_msg("%s", ending.e.text);
    assert_int_not_equal(resting, 0);
    assert_int_equal(warnings, 0);
    kit_sound(k);
}

struct writing {
    struct store *s;
    const struct tmdb_write *w;
};

static bool write_it(void *payload, struct err *e)
{
    const struct writing *it = payload;
    return store_write_tmdb(it->s, &it->w, 1, e);
}

/* More than one LOAD DATA holds: the transaction is made again, by INSERT. */
static void a_record_of_many_long_rows_comes_nevertheless(void **state)
{
    enum { REVIEWS = 700, LENGTH = 50000, SAID = 0x3ff }; /* line feeds: two bytes each */
    struct kit *k = *state;
    struct tmdb_movie m = {.tmdb_id = 1, .title = view_of("Much reviewed")};
    struct tmdb_review *reviews = arena_take_array(&k->a, REVIEWS, sizeof *reviews);
    char *text = arena_take_array(&k->a, LENGTH, 1);
    struct list_write lw = {.list = tmdb_lists};
    struct tmdb_write w = {
        .tmdb_id = 1, .fetched_at = 1, .lists = &lw, .list_n = 1, .is_new = true};
    struct writing it = {k->s, &w};
    memset(text, '\n', LENGTH);
    text[0] = text[LENGTH - 1] = 'x'; /* so that nothing is trimmed */
    for (int i = 0; i < REVIEWS; i++)
        reviews[i] = (struct tmdb_review){.record = {.said = SAID},
            .review_id = arena_print(&k->a, "review%05d", i),
            .content = {text, LENGTH}};
    m.record.said = 1u << TMDB_tmdb_id | 1u << TMDB_title;
    m.reviews = (struct rows){reviews, REVIEWS, true};
    while (strcmp(lw.list->name, "reviews") != 0)
        lw.list++;
    row_of_movie(&m, &k->a, w.cells);
    rows_of_list(lw.list, &m, &k->a, &lw.put);
    must(store_begin_first_load(k->s, &k->e));
    must(store_transact(k->s, write_it, &it, &k->e));
    must(store_end_first_load(k->s, true, &k->e));
    assert_int_equal(kit_int(k, "SELECT count(*) FROM reviews WHERE char_length(content) = 50000"),
        REVIEWS);
    kit_sound(k);
}

/* A key that would not hold is not claimed; everything else is as it was. */
static void a_reference_that_leads_nowhere_costs_its_key_only(void **state)
{
    struct kit *k = *state;
    const char *indexes_before = kit_text(k, names);
    int64_t all = kit_int(k, "SELECT count(*) FROM information_schema.key_column_usage WHERE"
                             " table_schema = DATABASE() AND referenced_table_name IS NOT NULL");
    must(store_begin_first_load(k->s, &k->e));
    kit_sql(k, "INSERT INTO tmdb_movies(tmdb_id, fetched_at) VALUES (1, 1)");
    kit_sql(
        k, "INSERT INTO credits(tmdb_id, kind, credit_id, person_id) VALUES (1, 'cast', 'x', 7)");
    must(store_end_first_load(k->s, true, &k->e));
    assert_int_equal(kit_int(k, keys_of_credits), 0);
    assert_string_equal(kit_text(k, names), indexes_before);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM information_schema.key_column_usage WHERE"
                                " table_schema = DATABASE() AND referenced_table_name IS NOT NULL"),
        all - 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        KIT_TEST(keys_go_and_come_with_their_indexes),
        KIT_TEST(what_is_cut_off_is_mended),
        KIT_TEST(who_is_refused_makes_none),
        KIT_EMPTY(rows_of_records_that_never_came_are_removed),
        KIT_EMPTY(rows_of_a_record_on_its_way_stay),
        KIT_TEST(a_reference_to_what_is_on_its_way_keeps_its_key),
        KIT_TEST(who_rests_too_long_is_not_missed),
        KIT_TEST(a_record_of_many_long_rows_comes_nevertheless),
        KIT_TEST(a_reference_that_leads_nowhere_costs_its_key_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
