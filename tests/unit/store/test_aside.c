/* Rows of a first load that wait until they go into their tables (store/sqlite/aside.h), by whole
 * records: what comes of them, and what is left by failures. */
#include "records_kit.h"

#include "base/file.h"
#include "store/sqlite/db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PORTION = 24 };

static void what_waited_is_there_in_the_end(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    for (size_t i = 0; i < MOVIES; i += GROUP) {
        struct tmdb_write **group = records + i;
        size_t n = i + GROUP < MOVIES ? GROUP : MOVIES - i;
        must_fail(aside_write(k, group, n, true), ERR_DATA);
        must(aside_write(k, group, n, false));
        if (i == 2 * (size_t)GROUP)
            aside_settle(k);
    }
    must(store_end_first_load(k->s, true, &k->e));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

static int64_t stored_rows(struct kit *k, const struct tmdb_write *w)
{
    int64_t n = 0;
    for (size_t i = 0; i < w->list_n; i++) {
        struct row_set rows;
        must(store_read_rows(k->s, w->lists[i].list, w->tmdb_id, &k->a, &rows, &k->e));
        assert_int_equal(rows.n, w->lists[i].put.n);
        n += (int64_t)rows.n;
    }
    return n;
}

/* A record may come a second time: whoever reads its rows finds them, though the group that reads
 * them is taken back. */
static void who_reads_finds_what_waits(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    must(aside_write(k, records, GROUP, false));
    must(store_begin(k->s, &k->e));
    must(store_write_tmdb(
        k->s, (const struct tmdb_write *const *)(records + GROUP), GROUP, &k->e));
    int64_t n = 0;
    for (size_t i = 0; i < 2 * (size_t)GROUP; i++)
        n += stored_rows(k, records[i]);
    assert_true(n > 100);
    store_rollback(k->s);
    for (size_t i = GROUP; i < MOVIES; i += GROUP)
        must(aside_write(k, records + i, i + GROUP < MOVIES ? GROUP : MOVIES - i, false));
    must(store_end_first_load(k->s, true, &k->e));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* How many tables whose names have `part` in them were filled with pages: each is emptied before,
 * and not for anything else. */
static size_t taken_of(const struct kit *k, const char *part)
{
    const struct sqlite *q = sqlite_of(k->s);
    static const char empties[] = "DELETE FROM ";
    size_t n = 0;
    for (size_t i = 0; i < STATEMENTS; i++)
        n += q->statements[i].sql != NULL &&
             strncmp(q->statements[i].sql, empties, sizeof empties - 1) == 0 &&
             strstr(q->statements[i].sql, "WHERE") == NULL &&
             strstr(q->statements[i].sql, part) != NULL;
    return n;
}

static size_t taken_over(const struct kit *k)
{
    return taken_of(k, "");
}

/* Such rows make no tree. */
static void of_rows_with_one_key_the_last_stays(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    for (size_t i = 0; i < GROUP; i++) { /* but what is said last of those that are named counts */
        struct list_write *lists = arena_take_array(&k->a, records[i]->list_n, sizeof *lists);
        memcpy(lists, records[i]->lists, records[i]->list_n * sizeof *lists);
        for (size_t l = 0; l < records[i]->list_n; l++)
            lists[l].own.n = 0;
        records[i]->lists = lists;
    }
    must(aside_write(k, records, GROUP, false));
    must(store_end_first_load(k->s, true, &k->e));
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* SQLite keeps its log then, and inserts row by row. */
static void with_somebody_else(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    sqlite3 *other = aside_watch(k);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    must(store_end_first_load(k->s, true, &k->e));
    sqlite3_close(other);
    assert_int_equal(taken_over(k), 0);
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* Who comes while it goes on reads what was there before, and is in nobody's way. */
static void somebody_else_meanwhile(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    sqlite3 *other = aside_watch(k);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM tmdb_movies"), 0);
    must(store_end_first_load(k->s, true, &k->e));
    sqlite3_close(other);
    assert_in_range(taken_over(k), 5, 20);
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

/* Files that somebody made his own way. */
static void in_files_of_any_kind(void **state)
{
    static const struct {
        const char *how;
        bool pages; /* some tables come so */
    } kinds[] = {
        {"page_size = 512", true}, {"page_size = 65536", true}, {"auto_vacuum = FULL", false}};
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        k->config.path = kit_path(k, arena_print(&k->a, "kind-%zu.db", i).p);
        kit_sql(k, arena_print(&k->a, "PRAGMA %s; CREATE TABLE theirs(x)", kinds[i].how).p);
        kit_open(k, STORE_CREATE);
        must(store_begin_first_load(k->s, &k->e));
        write_all(k, records);
        must(store_end_first_load(k->s, true, &k->e));
        assert_int_equal(taken_over(k) > 0, kinds[i].pages);
        assert_true(view_eq(kit_dump(k), plain));
        kit_sound(k);
    }
}

/* SQLite finds a table whatever the letters of its name. */
static void under_names_in_other_letters(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    kit_sql(k, "ALTER TABLE videos RENAME TO theirs; ALTER TABLE theirs RENAME TO Videos");
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    must(store_end_first_load(k->s, true, &k->e));
    assert_in_range(taken_over(k), 4, 20);
    assert_true(view_eq(kit_dump(k), plain));
    kit_sound(k);
}

static void indexes_come_with_the_rows(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    const char *sql =
        "SELECT count(*) FROM sqlite_schema WHERE name = 'ix_watch_providers_country'";
    assert_int_equal(kit_int(k, sql), 0);
    aside_settle(k);
    assert_int_equal(kit_int(k, sql), 1);
    assert_in_range(taken_over(k), 5, 20);
    must(store_end_first_load(k->s, true, &k->e));
    kit_sound(k);
}

/* ---- things that are named */

/* No text for a page or for a key in order: too long, or with a byte 0. */
static bool has_no_place(const struct cell *c)
{
    return c->text.n > 100 || (c->text.n > 0 && memchr(c->text.p, 0, c->text.n) != NULL);
}

/* Both, with texts that have their place; things of the second have other names. */
static struct row_set both_own(struct kit *k, const struct row_set *a, const struct row_set *b)
{
    struct row_set all = {NULL, a->n > 0 ? a->width : b->width, a->n + b->n};
    all.cells = arena_take_array(&k->a, all.n * all.width, sizeof *all.cells);
    for (size_t i = 0; i < all.n; i++) {
        struct cell *row = row_set_at(&all, i);
        memcpy(row, i < a->n ? row_set_at(a, i) : row_set_at(b, i - a->n),
            all.width * sizeof *row);
        for (size_t c = 1; c < all.width; c++)
            if (row[c].kind == CELL_TEXT && (i >= a->n || has_no_place(&row[c])))
                row[c] = cell_text(view_of(i < a->n ? "long" : i % 3 == 0 ? "other" : "another"));
        if (i >= a->n && i % 2 == 0)
            row[1] = cell_null();
    }
    return all;
}

/* Each names what it named, and again what the one before did, of another day or not. */
static void name_again(struct kit *k, struct tmdb_write *records[MOVIES])
{
    for (size_t i = MOVIES; i-- > 0;) {
        struct list_write *lists = arena_take_array(&k->a, records[i]->list_n, sizeof *lists);
        memcpy(lists, records[i]->lists, records[i]->list_n * sizeof *lists);
        for (size_t l = 0; l < records[i]->list_n; l++)
            lists[l].own = both_own(
                k, &lists[l].own, i == 0 ? &lists[l].own : &records[i - 1]->lists[l].own);
        records[i]->lists = lists;
        records[i]->fetched_at = 5 + (int64_t)(i % 4 * 50000);
    }
}

static void things_named_again_are_one(void **state)
{
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    name_again(k, records);
    struct view plain = plain_dump(k, records);
    must(store_begin_first_load(k->s, &k->e));
    write_all(k, records);
    const char *index = "SELECT count(*) FROM sqlite_schema WHERE name = 'ix_people_name'";
    assert_int_equal(kit_int(k, index), 0);
    aside_settle(k);
    assert_int_equal(kit_int(k, index), 1);
    assert_int_equal(taken_of(k, "people"), 1);
    assert_true(view_eq(kit_dump(k), plain));
    must(store_end_first_load(k->s, true, &k->e));
    kit_sound(k);
}

/* ---- when something fails */

/* Two gatherings, of which the first may stay when the second does not. */
static bool load(struct kit *k, struct tmdb_write *records[MOVIES])
{
    bool settled, ok = store_begin_first_load(k->s, &k->e);
    for (size_t i = 0; ok && i < MOVIES; i += PORTION)
        ok = aside_write(k, records + i, PORTION, false) &&
             (i != PORTION || store_settle(k->s, true, &settled, &k->e));
    struct err later;
    return store_end_first_load(k->s, true, ok ? &k->e : &later) && ok;
}

static void the_rest(struct kit *k, struct tmdb_write *records[MOVIES])
{
    for (size_t i = 0; i < MOVIES; i++) {
        struct tmdb_stored got;
        must(store_read_tmdb(k->s, &records[i]->tmdb_id, 1, &k->a, &got, &k->e));
        if (got.exists)
            (void)stored_rows(k, records[i]);
        else
            must(aside_write(k, records + i, 1, false));
    }
}

/* Many a file call fails: a record is there with all of its rows or not at all, and nothing is
 * left. */
static void it_survives_every_fault(void **state)
{
    static const struct {
        int kind, errnum;
    } faults[] = {{SYS_WRITE, ENOSPC}, {SYS_WRITE, EIO}, {SYS_READ, EIO}, {SYS_OPEN, EMFILE},
        {SYS_UNLINK, EIO}, {SYS_SYNC, EIO}, {SYS_TRUNCATE, EIO}, {SYS_TRUNCATE, ENOSPC}};
    struct kit *k = *state;
    struct tmdb_write *records[MOVIES];
    random_records(k, records);
    struct view plain = plain_dump(k, records);
    const char *aside = kit_path(k, "work.db.aside"), *work = kit_path(k, "work.db");
    int64_t failures = 0;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        int64_t calls = 0, n = 0;
        do {
            kit_close(k);
            (void)remove(work);
            k->config.path = work;
            kit_open(k, STORE_CREATE);
            n += 1 + n / 3;
            kit_arm(faults[i].kind, n, faults[i].errnum);
            bool ok = load(k, records);
            calls = kit_fault.calls;
            kit_disarm();
            failures += !ok;
            if (!ok && faults[i].errnum == ENOSPC && k->e.kind != ERR_DISK)
                fail_msg("write %lld: %s: %s", (long long)n, err_name(k->e.kind), k->e.text);
            kit_close(k);
            kit_sound(k);
            kit_open(k, STORE_WRITE);
            the_rest(k, records);
            assert_true(view_eq(kit_dump(k), plain));
            kit_sound(k);
            assert_false(file_exists(aside)); /* not even when taking its name away failed */
        } while (calls >= n);
    }
    assert_true(failures > 15);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        KIT_TEST(what_waited_is_there_in_the_end),
        KIT_TEST(who_reads_finds_what_waits),
        KIT_TEST(of_rows_with_one_key_the_last_stays),
        KIT_TEST(with_somebody_else),
        KIT_TEST(somebody_else_meanwhile),
        KIT_TEST(in_files_of_any_kind),
        KIT_TEST(under_names_in_other_letters),
        KIT_TEST(indexes_come_with_the_rows),
        KIT_TEST(things_named_again_are_one),
        KIT_TEST(it_survives_every_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
