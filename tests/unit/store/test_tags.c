/* The ways by which tags get into a database that is being built: whichever it is, the content is
 * what the same tags give in one that exists, where they go through SQLite. */
#include "kit.h"

#include "base/file.h"
#include "base/log.h"
#include "generated.h"

#include <stdio.h>
#include <string.h>

enum { MOVIES = 200, TAGS = 5000, LONGEST = 9000 };

static char said[2000];

static void take_line(void *payload, enum log_level level, const char *text)
{
    (void)payload;
    (void)level;
    (void)snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n", text);
}

/* Tags in order: four users on each movie, two of one on the same; every seventh repeats the one
 * before. From `back_from` on every other one is that of 1,000 before, the one at `long_at` is
 * long. */
struct source {
    struct generated g; /* the first member: its callbacks take the generator */
    uint64_t n, back_from, long_at, given;
    uint64_t fail_at; /* no tag comes there, but an error; 0: none */
    char text[LONGEST + 1];
};

static struct source source;

static bool give_tag(void *payload, struct ml_tag *ret, bool *ret_end, struct err *e)
{
    uint64_t i = source.given++, of = i;
    (void)payload;
    if (source.fail_at > 0 && i == source.fail_at)
        return err_set(e, ERR_INPUT, "the tags end here");
    *ret_end = i == source.n;
    if (i >= source.back_from && i % 2 == 0 && i >= 1000)
        of = i - 999;
    if (of % 7 == 6)
        of--;
    int n = snprintf(source.text, 40, "tag %llu \xC3\xA9", (unsigned long long)of);
    memset(source.text + n, 'l', (size_t)(LONGEST - n));
    size_t bytes = i == source.long_at ? LONGEST : (size_t)n;
    *ret = (struct ml_tag){(int64_t)(of / 40 + 1), (int64_t)(of % 40 / 2 + 1 + of / 40 % 3),
        (struct view){source.text, bytes}, (int64_t)(1000000000 + of)};
    return true;
}

static struct ml_load_result load(struct kit *k, uint64_t n, uint64_t back_from, uint64_t long_at)
{
    struct ml_load_result r;
    memset(&source, 0, sizeof source);
    generated_init(&source.g, 1000, MOVIES, 5);
    source.n = n;
    source.back_from = back_from;
    source.long_at = long_at;
    struct ml_source s = generated_source(&source.g);
    s.tag = give_tag;
    said[0] = '\0';
    must(store_load_movielens(k->s, &s, &r, &k->e));
    generated_done(&source.g);
    return r;
}

static void says(const char *text)
{
    if (text == NULL ? said[0] != '\0' : strstr(said, text) == NULL)
        fail_msg("'%s' is not in '%s'", text == NULL ? "" : text, said);
}

static void every_way_ends_in_the_same(void **state)
{
    static const char long_one[] = "one is longer than fits", order[] = "do not come in order";
    static const struct {
        uint64_t n, back_from, long_at;
        const char *says; /* NULL: nothing */
    } ways[] = {
        {0, UINT64_MAX, UINT64_MAX, NULL},
        {1, UINT64_MAX, UINT64_MAX, NULL},
        {1, UINT64_MAX, 0, long_one},
        {TAGS, UINT64_MAX, UINT64_MAX, NULL},
        {TAGS, 0, UINT64_MAX, order},
        {TAGS, 2001, UINT64_MAX, order},
        {TAGS, TAGS - 2, UINT64_MAX, order},
        {TAGS, UINT64_MAX, 0, long_one},
        {TAGS, UINT64_MAX, 3333, long_one},
        {TAGS, UINT64_MAX, TAGS - 2, long_one},
        {TAGS, 2500, 2000, long_one},
        {TAGS, 2000, 2500, order},
    };
    struct kit *k = *state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        k->config.path = kit_path(k, arena_print(&k->a, "created-%zu.db", i).p);
        kit_open(k, STORE_CREATE);
        struct ml_load_result r = load(k, ways[i].n, ways[i].back_from, ways[i].long_at), built;
        struct view dump = kit_dump(k);
        says(NULL);
        kit_close(k);
        k->config.path = kit_path(k, arena_print(&k->a, "built-%zu.db", i).p);
        kit_open(k, STORE_BUILD);
        built = load(k, ways[i].n, ways[i].back_from, ways[i].long_at);
        says(ways[i].says);
        assert_int_equal(built.tags, r.tags);
        assert_int_equal(built.duplicate_tags, r.duplicate_tags);
        assert_int_equal(r.tags + r.duplicate_tags, ways[i].n);
        assert_true(ways[i].n < 7 || r.duplicate_tags >= ways[i].n / 8);
        assert_true(view_eq(kit_dump(k), dump));
        assert_int_equal(kit_int(k, "SELECT count(*) FROM tags NOT INDEXED"), r.tags);
        assert_int_equal(
            kit_int(k, "SELECT count(*) FROM tags INDEXED BY ix_tags_movielens_id"), r.tags);
        kit_sound(k);
        kit_close(k);
    }
}

/* Wherever the source fails, among pages or behind them, there is no database. */
static void an_error_of_the_source_leaves_none(void **state)
{
    struct kit *k = *state;
    for (uint64_t at = 1; at < TAGS; at += 1200) {
        struct ml_load_result r;
        kit_open(k, STORE_BUILD);
        memset(&source, 0, sizeof source);
        generated_init(&source.g, 1000, MOVIES, 5);
        source.n = TAGS;
        source.back_from = 3000;
        source.fail_at = at;
        struct ml_source s = generated_source(&source.g);
        s.tag = give_tag;
        must_fail(store_load_movielens(k->s, &s, &r, &k->e), ERR_INPUT);
        generated_done(&source.g);
        kit_close(k);
        assert_false(file_exists(k->config.path));
    }
}

/* Somebody changed the table while the database is being built. */
static void a_table_of_another_shape(void **state)
{
    struct kit *k = *state;
    const char *path = k->config.path;
    kit_open(k, STORE_BUILD);
    k->config.path = kit_path(k, "movies.db.new");
    kit_sql(k, "ALTER TABLE tags ADD COLUMN theirs INTEGER DEFAULT 7");
    k->config.path = path;
    struct ml_load_result r = load(k, TAGS, UINT64_MAX, UINT64_MAX);
    says("not as this program makes them");
    assert_int_equal(kit_int(k, "SELECT count(*) FROM tags WHERE theirs = 7"), r.tags);
    kit_sound(k);
}

static int set_up(void **state)
{
    static const struct log_sink sink = {.line = take_line};
    log_install(&sink);
    return kit_set_up_empty(state);
}

static int tear_down(void **state)
{
    log_install(NULL);
    return kit_tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_way_ends_in_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_error_of_the_source_leaves_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_table_of_another_shape, set_up, tear_down),
    };
    return kit_on_server() ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
