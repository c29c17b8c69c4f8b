/* Values of options, the ids of files, and the nearest name. */
#include "cli_test.h"

#include "base/date.h"
#include "cli/values.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct err err;

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* 0: refused */
    } rows[] = {{"1", 1}, {"90", 90}, {"90s", 90}, {"15m", 900}, {"2h", 7200}, {"720h", 2592000},
        {"2592000", 2592000}, {"43200m", 2592000}, {"0", 0}, {"0s", 0}, {"-1", 0}, {"1.5h", 0},
        {"h", 0}, {"", 0}, {"1 h", 0}, {"1H", 0}, {"2592001", 0}, {"721h", 0},
        {"9999999999999999999h", 0}, {"1h30m", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t got = 0;
        bool ok = value_duration(view_of(rows[i].text), &got, &err);
        if (ok != (rows[i].seconds != 0) || got != rows[i].seconds)
            fail_msg("'%s' gives %lld", rows[i].text, (long long)got);
    }
}

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes; /* 0: refused */
    } rows[] = {{"64M", 67108864}, {"67108864", 67108864}, {"65536K", 67108864}, {"1G", 1073741824},
        {"200M", 209715200}, {"63M", 0}, {"67108863", 0}, {"0", 0}, {"-1G", 0}, {"1g", 0},
        {"1T", 0}, {"G", 0}, {"", 0}, {"1.5G", 0}, {"8589934592G", 0},
        {"9223372036854775807", INT64_MAX}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t got = 0;
        bool ok = value_size(view_of(rows[i].text), 64 * 1024 * 1024, &got, &err);
        if (ok != (rows[i].bytes != 0) || got != rows[i].bytes)
            fail_msg("'%s' gives %lld", rows[i].text, (long long)got);
    }
}

static void test_errors(void **state)
{
    uint64_t n = 1000;
    double share = 1;
    (void)state;
    assert_true(value_errors(view_of("0"), &n, &share, &err));
    assert_true(n == 0 && share >= 1);
    n = 1000;
    assert_true(value_errors(view_of("0%"), &n, &share, &err));
    assert_true(n == 1000 && share <= 0);
    assert_true(value_errors(view_of("100%"), &n, &share, &err));
    assert_true(share >= 1);
    assert_true(value_errors(view_of("0.5%"), &n, &share, &err));
    assert_true(share > 0.00499 && share < 0.00501);
    static const char *const bad[] = {
        "", "%", "-1", "-1%", "100.1%", "x", "5 %", "1e3", "0x10", "nan%", "inf%"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(value_errors(view_of(bad[i]), &n, &share, &err));
}

static void test_ids(void **state)
{
    int64_t id;
    (void)state;
    assert_true(value_id(view_of("1"), &id, &err));
    assert_true(value_id(view_of("2147483647"), &id, &err) && id == 2147483647);
    static const char *const bad[] = {"0", "-5", "2147483648", "tt0137523", "", "1.0", "550,551"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(value_id(view_of(bad[i]), &id, &err));
}

/* ---- ids files */

struct ids {
    struct vec list;
    struct map seen;
};

static void ids_begin(struct ids *x)
{
    vec_init(&x->list, sizeof(int64_t), IDS_MAX);
    map_init(&x->seen, IDS_MAX);
}

static void ids_end(struct ids *x)
{
    vec_done(&x->list);
    map_done(&x->seen);
}

static int64_t id_at(const struct ids *x, size_t i)
{
    return *(const int64_t *)vec_at(&x->list, i);
}

static void test_ids_file(void **state)
{
    static const char text[] =
        "\xEF\xBB\xBF# wanted\n550\r\n\n  603 \t# The Matrix\n   \n550\n#7\n2147483647";
    struct ids x;
    (void)state;
    ids_begin(&x);
    assert_true(ids_parse(view_of(text), "wanted.txt", &x.list, &x.seen, &err));
    assert_int_equal(x.list.n, 3); /* in order, each once */
    assert_int_equal(id_at(&x, 0), 550);
    assert_int_equal(id_at(&x, 1), 603);
    assert_int_equal(id_at(&x, 2), 2147483647);
    assert_true(ids_parse(view_of(""), "empty.txt", &x.list, &x.seen, &err));
    ids_end(&x);
}

static void test_bad_ids_file(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"550\n\n# x\nabc\n", "ids.txt:4: 'abc' is not a TMDB id (a number from 1 to 2147483647)"},
        {"550 603\n", "ids.txt:1: '550 603' is not a TMDB id (a number from 1 to 2147483647)"},
        {"0", "ids.txt:1: '0' is not a TMDB id (a number from 1 to 2147483647)"},
        {"1\n2147483648\n",
            "ids.txt:2: '2147483648' is not a TMDB id (a number from 1 to 2147483647)"},
        {"1\n-2\n", "ids.txt:2: '-2' is not a TMDB id (a number from 1 to 2147483647)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ids x;
        ids_begin(&x);
        assert_false(ids_parse(view_of(rows[i].text), "ids.txt", &x.list, &x.seen, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        assert_string_equal(err.text, rows[i].message);
        ids_end(&x);
    }
}

static void test_args_ids(void **state)
{
    struct cli_args a;
    struct line l;
    (void)state;
    write_text("ids.txt", "7\n550\n");
    assert_true(line_parse(&l, "update 550 603 --ids ids.txt", &a, &err));
    assert_true(args_ids(&a, &err));
    assert_true(a.request.ids_given);
    assert_int_equal(a.request.id_n, 3);
    assert_true(a.request.ids[0] == 550 && a.request.ids[1] == 603 && a.request.ids[2] == 7);
    args_done(&a);

    assert_true(line_parse(&l, "missing", &a, &err) && args_ids(&a, &err));
    assert_false(a.request.ids_given);
    args_done(&a);

    write_text("ids.txt", "# none\n");
    assert_true(line_parse(&l, "missing --ids ids.txt", &a, &err) && args_ids(&a, &err));
    assert_true(a.request.ids_given && a.request.id_n == 0);
    args_done(&a);

    assert_true(line_parse(&l, "update 12x", &a, &err));
    assert_false(args_ids(&a, &err));
    assert_int_equal(err.kind, ERR_USAGE);
    assert_string_equal(err.text, "update: '12x' is not a TMDB id (a number from 1 to 2147483647)");
    args_done(&a);

    assert_true(line_parse(&l, "update --ids nowhere.txt", &a, &err));
    assert_false(args_ids(&a, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_string_equal(err.text, "--ids: cannot open nowhere.txt: No such file or directory");
    args_done(&a);
}

static void test_ids_from_standard_input(void **state)
{
    struct cli_args a;
    struct line l;
    int fds[2], kept = dup(STDIN_FILENO);
    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "5\nsix\n", 6), 6);
    (void)close(fds[1]);
    assert_true(dup2(fds[0], STDIN_FILENO) == STDIN_FILENO);
    assert_true(line_parse(&l, "update --ids -", &a, &err));
    bool ok = args_ids(&a, &err);
    if (kept >= 0) {
        assert_true(dup2(kept, STDIN_FILENO) == STDIN_FILENO);
        (void)close(kept);
    }
    (void)close(fds[0]);
    assert_false(ok);
    assert_string_equal(err.text,
        "--ids: standard input:2: 'six' is not a TMDB id (a number from 1 to 2147483647)");
    args_done(&a);
}

static void test_nearest(void **state)
{
    static const struct {
        const char *word, *wanted; /* NULL: none is near */
    } rows[] = {{"update", "update"}, {"upadte", "update"}, {"updat", "update"}, {"upd", "update"},
        {"clera", "clear"}, {"statsu", "status"}, {"cl", NULL}, {"x", NULL}, {"", NULL},
        {"download", NULL}};
    static const char *const names[] = {"update", "clear", "status"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct nearest near;
        nearest_init(&near, view_of(rows[i].word));
        for (size_t k = 0; k < 3; k++)
            nearest_try(&near, names[k]);
        if (rows[i].wanted == NULL ? near.name != NULL
                                   : near.name == NULL || strcmp(near.name, rows[i].wanted) != 0)
            fail_msg(
                "'%s' is nearest to '%s'", rows[i].word, near.name == NULL ? "none" : near.name);
    }
}

static void test_distance(void **state)
{
    char longer[64];
    (void)state;
    memset(longer, 'x', sizeof longer);
    assert_int_equal(edit_distance(view_of("kitten"), view_of("sitting")), 3);
    assert_int_equal(edit_distance(view_of("abc"), view_of("acb")), 1);
    assert_int_equal(edit_distance(view_of(""), view_of("abc")), 3);
    assert_int_equal(edit_distance(view_of("abc"), view_of("")), 3);
    assert_int_equal(edit_distance((struct view){longer, 40}, (struct view){longer, 39}), 1);
    assert_true(edit_distance((struct view){longer, 41}, view_of("a")) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_ids_file),
        cmocka_unit_test(test_bad_ids_file),
        IN_FOLDER(test_args_ids),
        cmocka_unit_test(test_ids_from_standard_input),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
