/* TMDB records: random ones written, read back equal, changed, written again. */
#include "kit.h"

#include "model/decode.h"
#include "randmovie.h"
#include "store/engine.h"

#include <stdio.h>
#include <string.h>

enum { MOVIES = 6, ROUNDS = 40 };

/* ---- what is to be written, from what is stored: a plain diff */

static bool same(const struct cell *a, const struct cell *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!cell_eq(&a[i], &b[i]))
            return false;
    return true;
}

static const struct cell *find(const struct row_set *in, const struct cell *key, size_t key_n)
{
    for (size_t i = 0; i < in->n; i++)
        if (same(row_set_at(in, i), key, key_n))
            return row_set_at(in, i);
    return NULL;
}

static void diff(const struct row_set *old, const struct row_set *fresh, size_t key_n,
    struct arena *a, struct list_write *ret)
{
    ret->put = (struct row_set){
        arena_take_array(a, fresh->n * fresh->width, sizeof(struct cell)), fresh->width, 0};
    ret->remove =
        (struct row_set){arena_take_array(a, old->n * key_n, sizeof(struct cell)), key_n, 0};
    for (size_t i = 0; i < fresh->n; i++) {
        const struct cell *row = row_set_at(fresh, i), *was = find(old, row, key_n);
        if (was == NULL || !same(was, row, fresh->width))
            memcpy(row_set_at(&ret->put, ret->put.n++), row, fresh->width * sizeof *row);
    }
    for (size_t i = 0; i < old->n; i++)
        if (find(fresh, row_set_at(old, i), key_n) == NULL)
            memcpy(row_set_at(&ret->remove, ret->remove.n++), row_set_at(old, i),
                key_n * sizeof(struct cell));
}

/* What the database must hold of one record. */
struct expected {
    struct tmdb_stored record;
    struct row_set rows[TMDB_LIST_COUNT];
};

static bool random_record(struct rng *r, int64_t id, struct arena *a, struct tmdb_movie *ret)
{
    struct findings f;
    findings_init(&f);
    bool ok = tmdb_decode(random_body(r, id, a), view_of("test"), a, ret, &f);
    findings_done(&f);
    return ok;
}

static void write_record(struct kit *k, const struct tmdb_movie *m, int64_t at, struct expected *x)
{
    struct list_write *lists = arena_take_array(&k->a, TMDB_LIST_COUNT, sizeof *lists);
    struct tmdb_write w = {.tmdb_id = m->tmdb_id, .fetched_at = at, .lists = lists};
    row_of_movie(m, &k->a, w.cells);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        const struct list *l = &tmdb_lists[i];
        struct layout layout;
        struct row_set old, fresh;
        if (!tmdb_rows_in(l, m)->said)
            continue;
        layout_of_list(l, &layout);
        rows_of_list(l, m, &k->a, &fresh);
        must(store_read_rows(k->s, l, m->tmdb_id, &k->a, &old, &k->e));
        struct list_write *lw = &lists[w.list_n++];
        lw->list = l;
        diff(&old, &fresh, layout.key_n, &k->a, lw);
        rows_of_own(l, m, &k->a, &lw->own);
        lw->hash = list_hash(l, &fresh, &lw->own, &k->a);
        x->rows[i] = fresh;
        x->record.hashes[i] = lw->hash;
    }
    x->record.exists = true;
    x->record.fetched_at = at;
    memcpy(x->record.cells, w.cells, sizeof w.cells);
    must(store_begin(k->s, &k->e));
    must(store_write_tmdb(k->s, (const struct tmdb_write *[]){&w}, 1, &k->e));
    must(store_commit(k->s, &k->e));
}

static void check_record(struct kit *k, int64_t id, const struct expected *x)
{
    struct tmdb_stored got;
    struct layout layout;
    layout_of_movie(&layout);
    must(store_read_tmdb(k->s, &(int64_t){id}, 1, &k->a, &got, &k->e));
    assert_int_equal(got.exists, x->record.exists);
    if (!got.exists)
        return;
    assert_int_equal(got.fetched_at, x->record.fetched_at);
    assert_int_equal(got.gone_at, x->record.gone_at);
    for (size_t i = 0; i < layout.n; i++)
        if (!cell_eq(&got.cells[i], &x->record.cells[i]))
            fail_msg("%lld: %s is %.*s", (long long)id, layout.columns[i].name,
                VIEW_ARG(cell_show(&k->a, &got.cells[i])));
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        struct row_set rows;
        must(store_read_rows(k->s, &tmdb_lists[i], id, &k->a, &rows, &k->e));
        if (rows.n != x->rows[i].n ||
            (rows.n > 0 && !same(rows.cells, x->rows[i].cells, rows.n * rows.width)))
            fail_msg("%lld: list %s: %zu rows for %zu, or other ones", (long long)id,
                tmdb_lists[i].name, rows.n, x->rows[i].n);
        assert_true(view_eq(got.hashes[i], x->record.hashes[i]));
    }
}

static size_t total_rows(const struct expected *x)
{
    size_t n = 0;
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++)
        n += x->rows[i].n;
    return n;
}

static void random_records_come_back_equal(void **state)
{
    struct kit *k = *state;
    struct expected *x = arena_take_array(&k->a, MOVIES, sizeof *x);
    struct rng r = {20261122};
    size_t written = 0, grown = 0, shrunk = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < MOVIES; i++) {
            struct tmdb_movie *m = arena_take(&k->a, sizeof *m);
            size_t before = total_rows(&x[i]);
            if (rng_below(&r, 3) == 0 || !random_record(&r, (int64_t)i + 1, &k->a, m))
                continue;
            write_record(k, m, 1000 + round, &x[i]);
            written++;
            grown += total_rows(&x[i]) > before;
            shrunk += total_rows(&x[i]) < before;
        }
        for (size_t i = 0; i < MOVIES; i++)
            check_record(k, (int64_t)i + 1, &x[i]);
        if (round % 5 == 0)
            kit_sound(k);
    }
    assert_true(written > MOVIES * ROUNDS / 2 && grown > 20 && shrunk > 20);
    kit_open(k, STORE_WRITE);
    for (size_t i = 0; i < MOVIES; i++)
        check_record(k, (int64_t)i + 1, &x[i]);
    kit_sound(k);
}

/* ---- what is shared between records */

static struct tmdb_movie movie_of(struct kit *k, int64_t id, const char *title)
{
    struct tmdb_movie m = {.tmdb_id = id, .title = view_of(title)};
    (void)k;
    m.record.said = 1u << TMDB_tmdb_id | 1u << TMDB_title;
    return m;
}

static void set_keyword(struct tmdb_movie *m, struct tmdb_keyword *item, const char *name)
{
    *item = (struct tmdb_keyword){.record = {.said = 3}, .keyword_id = 7, .name = view_of(name)};
    m->keywords = (struct rows){item, 1, true};
}

/* One statement that overwrites more than SQLite keeps in memory to take it back (24 MiB): the rest
 * goes to a file. */
static void many_rows_are_overwritten_in_one_call(void **state)
{
    enum { REVIEWS = 12000, LENGTH = 2500, SAID = 0x3ff };
    struct kit *k = *state;
    struct expected x = {.record = {.exists = false}};
    struct tmdb_movie m = movie_of(k, 1, "Much reviewed");
    struct tmdb_review *reviews = arena_take_array(&k->a, REVIEWS, sizeof *reviews);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < REVIEWS; i++)
            reviews[i] = (struct tmdb_review){.record = {.said = SAID},
                .review_id = arena_print(&k->a, "review%05d", i),
                .content = arena_print(&k->a, "%0*d", LENGTH, i + round)};
        m.reviews = (struct rows){reviews, REVIEWS, true};
        write_record(k, &m, 1000 + round, &x);
        check_record(k, 1, &x);
    }
    kit_sound(k);
}

static void own_rows_are_overwritten_by_newer_data_only(void **state)
{
    struct kit *k = *state;
    struct expected x[3] = {0};
    struct tmdb_keyword item;
    struct tmdb_movie a = movie_of(k, 1, "A"), b = movie_of(k, 2, "B"), c = movie_of(k, 3, "C");
    set_keyword(&a, &item, "middle");
    write_record(k, &a, 500, &x[0]);
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|middle|500");
    set_keyword(&b, &item, "older");
    write_record(k, &b, 400, &x[1]);
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|middle|500");
    set_keyword(&c, &item, "as old");
    write_record(k, &c, 500, &x[2]);
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|as old|500");
    set_keyword(&b, &item, "newer");
    write_record(k, &b, 600, &x[1]);
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|newer|600");
    assert_string_equal(
        kit_text(k, "SELECT tmdb_id, keyword_id FROM movie_keywords"), "1|7; 2|7; 3|7");
    kit_sound(k);
}

/* A record that says nothing about a thing takes nothing from it; an older one may fill what is not
 * known. */
static void own_rows_keep_what_is_known(void **state)
{
    struct kit *k = *state;
    struct expected x[3] = {0};
    struct tmdb_keyword item;
    struct tmdb_movie a = movie_of(k, 1, "A"), b = movie_of(k, 2, "B"), c = movie_of(k, 3, "C");
    set_keyword(&a, &item, "");
    write_record(k, &a, 500, &x[0]);
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|-|500");
    set_keyword(&b, &item, "known");
    write_record(k, &b, 400, &x[1]);
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|known|500");
    set_keyword(&c, &item, "");
    write_record(k, &c, 500 + 86400, &x[2]);
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|known|86900");
}

/* The same mention again is written once a day; another one at once; and never is an older one
 * taken for the newest. */
static void own_rows_are_not_written_again_and_again(void **state)
{
    static const struct {
        const char *name;
        int64_t at;
        const char *want;
    } mentions[] = {{"A", 1000, "7|A|1000"}, {"A", 1500, "7|A|1000"}, {"A", 900, "7|A|1000"},
        {"B", 1200, "7|B|1200"}, {"B", 1300, "7|B|1200"}, {"A", 1100, "7|B|1200"},
        {"A", 1400, "7|A|1400"}, {"A", 1400 + 86399, "7|A|1400"}, {"A", 1400 + 86400, "7|A|87800"}};
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof mentions / sizeof mentions[0]; i++) {
        struct expected x = {0};
        struct tmdb_keyword item;
        struct tmdb_movie m = movie_of(k, (int64_t)i + 1, "M");
        set_keyword(&m, &item, mentions[i].name);
        write_record(k, &m, mentions[i].at, &x);
        assert_string_equal(kit_text(k, "SELECT * FROM keywords"), mentions[i].want);
    }
    kit_open(k,
        /* nothing is noted: what is older than the newest record is written as it comes */
        STORE_WRITE);
    struct expected x = {0};
    struct tmdb_keyword item;
    struct tmdb_movie m = movie_of(k, 100, "M");
    set_keyword(&m, &item, "C");
    write_record(k, &m, 86000, &x);
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|A|87800");
    m = movie_of(k, 101, "M");
    set_keyword(&m, &item, "C");
    write_record(k, &m, 87900, &x);
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|C|87900");
}

/* What a transaction wrote that was rolled back is not taken for written. */
static void own_rows_of_a_rollback_are_written_again(void **state)
{
    struct kit *k = *state;
    struct cell name[] = {cell_int(7), cell_text(view_of("Name"))},
                link[] = {cell_int(1), cell_int(7)};
    struct list_write l = {
        .list = &tmdb_lists[TMDB_LIST_keywords], .put = {link, 2, 1}, .own = {name, 2, 1}};
    struct tmdb_write w = {
        .tmdb_id = 1, .fetched_at = 1, .cells = {cell_int(1)}, .lists = &l, .list_n = 1};
    for (int round = 0; round < 2; round++) {
        must(store_begin(k->s, &k->e));
        must(store_write_tmdb(k->s, (const struct tmdb_write *[]){&w}, 1, &k->e));
        if (round == 0)
            store_rollback(k->s);
    }
    must(store_commit(k->s, &k->e));
    assert_string_equal(kit_text(k, "SELECT * FROM keywords"), "7|Name|1");
}

/* Two lists in one table do not touch each other's rows. */
static void lists_that_share_a_table_stay_apart(void **state)
{
    struct kit *k = *state;
    struct expected x = {0};
    struct tmdb_credit cast[2] = {0}, crew[1] = {0};
    struct tmdb_movie m = movie_of(k, 1, "A");
    for (size_t i = 0; i < 2; i++) {
        cast[i].record.said = 7;
        cast[i].credit_id = view_of(i == 0 ? "c1" : "c2");
        cast[i].credited_name = view_of("Somebody");
        cast[i].person_id = i == 0 ? 819 : 0; /* a credit without a person */
    }
    crew[0] = cast[0];
    m.cast = (struct rows){cast, 2, true};
    m.crew = (struct rows){crew, 1, true};
    write_record(k, &m, 1, &x);
    check_record(k, 1, &x);
    assert_string_equal(kit_text(k, "SELECT kind, credit_id, person_id FROM credits ORDER BY 1, 2"),
        "cast|c1|819; cast|c2|-; crew|c1|819");
    m.cast.n = 0;
    write_record(k, &m, 2, &x);
    check_record(k, 1, &x);
    assert_string_equal(kit_text(k, "SELECT kind, credit_id FROM credits"), "crew|c1");
    m.cast.said = false;
    m.crew.n = 0;
    write_record(k, &m, 3, &x);
    check_record(k, 1, &x);
    assert_int_equal(kit_int(k, "SELECT count(*) FROM credits"), 0);
}

static void rows_need_their_record_and_things(void **state)
{
    struct kit *k = *state;
    struct cell cells[2] = {cell_int(1), cell_int(7)};
    struct list_write l = {.list = &tmdb_lists[TMDB_LIST_keywords], .put = {cells, 2, 1}};
    struct tmdb_write w = {
        .tmdb_id = 1, .fetched_at = 1, .cells = {cell_int(1)}, .lists = &l, .list_n = 1};
    must(store_begin(k->s, &k->e));
    must_fail(store_write_tmdb(k->s, (const struct tmdb_write *[]){&w}, 1, &k->e), KIT_AGAINST);
    assert_says("tmdb 1: keywords:");
    assert_says("FOREIGN KEY");
    store_rollback(k->s);
    must_fail(store_write_tmdb(k->s, (const struct tmdb_write *[]){&w}, 1, &k->e), ERR_BUG);
    l.put.width = 1;
    l.own = (struct row_set){cells, 2, 1};
    l.list = &tmdb_lists[TMDB_LIST_videos];
    must(store_begin(k->s, &k->e));
    must_fail(store_write_tmdb(k->s, (const struct tmdb_write *[]){&w}, 1, &k->e), ERR_BUG);
    l.own.n = 0;
    must_fail(store_write_tmdb(k->s, (const struct tmdb_write *[]){&w}, 1, &k->e), ERR_BUG);
    assert_says("1 cells for");
    store_rollback(k->s);
}

/* What a newer or older program wrote into section_hashes does no harm. */
static void unknown_hashes_are_forgotten(void **state)
{
    struct kit *k = *state;
    struct tmdb_stored got;
    kit_sql(k, "INSERT INTO tmdb_movies(tmdb_id, fetched_at, section_hashes)"
               " VALUES (1, 1, 'future=99 cast=abc =x videos= garbage crew=def')");
    must(store_read_tmdb(k->s, &(int64_t){1}, 1, &k->a, &got, &k->e));
    assert_view(got.hashes[TMDB_LIST_cast], "abc");
    assert_view(got.hashes[TMDB_LIST_crew], "def");
    assert_view(got.hashes[TMDB_LIST_videos], "");
    assert_null(got.hashes[TMDB_LIST_genres].p);
}

/* Writing a record says nothing about gone_at: that it is back is said by store_clear_gone. */
static void popularity_and_writes_leave_the_rest(void **state)
{
    struct kit *k = *state;
    struct expected x = {0};
    struct tmdb_movie m = movie_of(k, 1, "A");
    write_record(k, &m, 1, &x);
    must(store_begin(k->s, &k->e));
    must(store_see_gone(k->s, 1, 100, true, &k->e));
    must(store_set_popularity(k->s, 1, 2.5, &k->e));
    must(store_set_popularity(k->s, 77, 2.5, &k->e));
    must(store_commit(k->s, &k->e));
    x.record.gone_at = 100;
    x.record.cells[TMDB_popularity] = cell_real(2.5);
    check_record(k, 1, &x);
    write_record(k, &m, 2, &x);
    check_record(k, 1, &x);
}

static const struct CMUnitTest both[] = {
    KIT_TEST(own_rows_are_overwritten_by_newer_data_only),
    KIT_TEST(own_rows_keep_what_is_known),
    KIT_TEST(own_rows_are_not_written_again_and_again),
    KIT_TEST(own_rows_of_a_rollback_are_written_again),
    KIT_TEST(lists_that_share_a_table_stay_apart),
    KIT_TEST(rows_need_their_record_and_things),
    KIT_TEST(unknown_hashes_are_forgotten),
    KIT_TEST(popularity_and_writes_leave_the_rest),
};

/* Random records know no limits, which a server's columns have; the other is about SQLite's
 * statements. */
static const struct CMUnitTest embedded[] = {
    KIT_TEST(random_records_come_back_equal),
    KIT_TEST(many_rows_are_overwritten_in_one_call),
};

int main(void)
{
    int failed = cmocka_run_group_tests(both, NULL, NULL);
    return kit_on_server() ? failed : failed + cmocka_run_group_tests(embedded, NULL, NULL);
}
