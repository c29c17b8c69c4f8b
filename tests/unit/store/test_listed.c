/* TMDB records listed, and sightings of gone ones. */
#include "kit.h"

#include "base/str.h"

struct seen {
    struct str text;
    int stop_after;
};

static bool see_facts(void *payload, const struct tmdb_facts *f, struct err *e)
{
    struct seen *s = payload;
    str_addf(&s->text, "%lld:%.*s:%.*s:%.*s:%lld:%d", (long long)f->tmdb_id, VIEW_ARG(f->imdb_id),
        VIEW_ARG(f->title), VIEW_ARG(f->release_date), (long long)f->runtime, f->gone);
    for (size_t i = 0; i < f->genre_n; i++)
        str_addf(&s->text, ",%lld", (long long)f->genre_ids[i]);
    str_addc(&s->text, ' ');
    return --s->stop_after != 0 || err_set(e, ERR_INTERRUPTED, "enough");
}

static const char *facts(struct kit *k, const struct store_filter *f)
{
    struct seen s = {.stop_after = -1};
    str_init(&s.text, 1000000);
    must(store_each_tmdb(k->s, f, see_facts, &s, &k->e));
    const char *kept = arena_dup(&k->a, str_view(&s.text)).p;
    str_done(&s.text);
    return kept;
}

static void facts_come_by_ids(void **state)
{
    struct kit *k = *state;
    static const int64_t ids[] = {3, 1, 3, 99};
    static const struct view imdb[] = {{"tt0000002", 9}, {"tt0000001", 9}, {"tt9", 3}};
    kit_sql(k,
        "INSERT INTO tmdb_movies(tmdb_id, imdb_id, title, release_date, runtime, gone_at, "
        "fetched_at) VALUES"
        " (1, 'tt0000001', 'One', '2001-01-01', 90, NULL, 10), (2, 'tt0000002', 'Two', NULL, NULL, "
        "5, 20),"
        " (3, NULL, NULL, NULL, NULL, NULL, 30), (4, 'tt0000002', 'Four', NULL, NULL, NULL, 40);"
        "INSERT INTO tmdb_genres VALUES (1, 18, 'Drama'), (1, 12, 'Adventure'), (4, 16, 'x')");
    struct store_filter all = {0}, by_id = {.tmdb_ids = ids, .tmdb_n = 4},
                        by_imdb = {.imdb_ids = imdb, .imdb_n = 3},
                        both = {.tmdb_ids = ids, .tmdb_n = 2, .imdb_ids = imdb, .imdb_n = 2};
    assert_string_equal(facts(k, &all),
        "1:tt0000001:One:2001-01-01:90:0,12,18 2:tt0000002:Two::0:1 3::::0:0 "
        "4:tt0000002:Four::0:0,16 ");
    assert_string_equal(facts(k, &by_id), "1:tt0000001:One:2001-01-01:90:0,12,18 3::::0:0 ");
    assert_string_equal(facts(k, &by_imdb),
        "1:tt0000001:One:2001-01-01:90:0,12,18 2:tt0000002:Two::0:1 "
        "4:tt0000002:Four::0:0,16 ");
    assert_string_equal(facts(k, &both),
        "1:tt0000001:One:2001-01-01:90:0,12,18 3::::0:0 2:tt0000002:Two::0:1 "
        "4:tt0000002:Four::0:0,16 ");
    struct seen s = {.stop_after = 2};
    str_init(&s.text, 10000);
    must_fail(store_each_tmdb(k->s, &all, see_facts, &s, &k->e), ERR_INTERRUPTED);
    str_done(&s.text);
    assert_string_equal(
        facts(k, &by_id), "1:tt0000001:One:2001-01-01:90:0,12,18 3::::0:0 "); /* and it goes on */
}

static bool count_facts(void *payload, const struct tmdb_facts *f, struct err *e)
{
    (void)f;
    (void)e;
    ++*(int *)payload;
    return true;
}

#define TEN                                                                                        \
    "(SELECT 0 AS i UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4"   \
    " UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL "      \
    "SELECT 9)"

/* More ids than go into one statement, each given once. */
static void many_ids_come_in_portions(void **state)
{
    struct kit *k = *state;
    static const size_t sizes[] = {1, 2, 17, 255, 256, 257, 1093, 2000};
    int64_t ids[2000];
    for (int64_t i = 1; i <= 1500; i += 100)
        kit_sql(k, arena_print(&k->a,
                       "INSERT INTO tmdb_movies(tmdb_id, fetched_at) SELECT %lld + 10 * a.i + b.i, "
                       "1 FROM " TEN " a, " TEN " b",
                       (long long)i)
                       .p);
    for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        int count = 0;
        size_t n = sizes[at];
        for (size_t i = 0; i < n; i++)
            ids[i] = (int64_t)(i % 1500) + 1;
        struct store_filter f = {.tmdb_ids = ids, .tmdb_n = n};
        must(store_each_tmdb(k->s, &f, count_facts, &count, &k->e));
        assert_int_equal(count, n < 1500 ? n : 1500);
    }
}

static bool see_id(void *payload, const struct tmdb_known *known, struct err *e)
{
    (void)e;
    str_addf(payload, "%lld:%lld:%lld ", (long long)known->tmdb_id, (long long)known->fetched_at,
        (long long)known->gone_at);
    return true;
}

static const char *ids_of(struct kit *k)
{
    struct str s;
    str_init(&s, 100000);
    must(store_each_tmdb_id(k->s, see_id, &s, &k->e));
    const char *kept = arena_dup(&k->a, str_view(&s)).p;
    str_done(&s);
    return kept;
}

/* ---- gone */

static bool see_gone_row(void *payload, const struct gone_row *row, struct err *e)
{
    (void)e;
    str_addf(payload, "%lld:%lld:%lld:%lld ", (long long)row->tmdb_id, (long long)row->first_at,
        (long long)row->last_at, (long long)row->times);
    return true;
}

static const char *gone_of(struct kit *k)
{
    struct str s;
    str_init(&s, 100000);
    must(store_each_gone(k->s, see_gone_row, &s, &k->e));
    const char *kept = arena_dup(&k->a, str_view(&s)).p;
    str_done(&s);
    return kept;
}

static void sightings_are_counted_and_confirmed(void **state)
{
    struct kit *k = *state;
    kit_sql(k, "INSERT INTO tmdb_movies(tmdb_id, fetched_at) VALUES (1, 10), (2, 20)");
    must(store_begin(k->s, &k->e));
    must(store_see_gone(k->s, 1, 100, false, &k->e));
    must(store_see_gone(k->s, 9, 50, true, &k->e));  /* never stored */
    must(store_see_gone(k->s, 1, 100, true, &k->e)); /* the same sighting again: nothing */
    must(store_see_gone(k->s, 1, 99, true, &k->e));
    must(store_commit(k->s, &k->e));
    assert_string_equal(gone_of(k), "1:100:100:1 9:50:50:1 ");
    assert_string_equal(ids_of(k), "1:10:0 2:20:0 ");
    must(store_begin(k->s, &k->e));
    must(store_see_gone(k->s, 1, 200, true, &k->e));
    must(store_see_gone(k->s, 1, 300, true, &k->e)); /* gone_at keeps the first confirmation */
    must(store_commit(k->s, &k->e));
    assert_string_equal(gone_of(k), "1:100:300:3 9:50:50:1 ");
    assert_string_equal(ids_of(k), "1:10:200 2:20:0 ");
    must(store_begin(k->s, &k->e));
    must(store_clear_gone(k->s, 1, &k->e));
    must(store_clear_gone(k->s, 2, &k->e));
    must(store_commit(k->s, &k->e));
    assert_string_equal(gone_of(k), "9:50:50:1 ");
    assert_string_equal(ids_of(k), "1:10:0 2:20:0 ");
    must_fail(store_see_gone(k->s, 1, 400, true, &k->e), ERR_BUG);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        KIT_TEST(facts_come_by_ids),
        KIT_TEST(many_ids_come_in_portions),
        KIT_TEST(sightings_are_counted_and_confirmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
