/* The parts of the MySQL engine that need no server: hosts, values as text, the classes of errors,
 * types. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/num.h"
#include "store/mysql/server.h"

#include <math.h>
#include <string.h>

/* ---- hosts */

static void good(const char *text, size_t n, const char *name, int port)
{
    struct arena a;
    struct hosts h;
    struct err e;
    arena_init(&a);
    assert_true(hosts_parse(text, &a, &h, &e));
    assert_int_equal(h.n, n);
    assert_string_equal(h.items[n - 1].name, name);
    assert_int_equal(h.items[n - 1].port, port);
    arena_done(&a);
}

static void bad(const char *text, const char *words)
{
    struct arena a;
    struct hosts h = {.n = 99};
    struct err e;
    arena_init(&a);
    assert_false(hosts_parse(text, &a, &h, &e));
    assert_int_equal(e.kind, ERR_CONFIG);
    assert_non_null(strstr(e.text, words));
    assert_int_equal(h.n, 99);
    arena_done(&a);
}

static void test_hosts(void **state)
{
    (void)state;
    good("db1", 1, "db1", 0);
    good("db1:3307", 1, "db1", 3307);
    good("db1,db2:1", 2, "db2", 1);
    good(" db1 , db2 ", 2, "db2", 0);
    good("[::1]", 1, "::1", 0);
    good("[::1]:65535", 1, "::1", 65535);
    good("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p", 16, "p", 0);
    bad("", "names no host");
    bad("db1,", "names no host");
    bad(":3306", "names no host");
    bad("[]:1", "names no host");
    bad("db1:", "no port");
    bad("db1:0", "no port");
    bad("db1:65536", "no port");
    bad("db1:x", "no port");
    bad("::1", "several colons");
    bad("[::1", "bracket");
    bad("[::1]3306", "bracket");
    bad("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "more than 16");
}

/* ---- values */

struct fixture {
    struct store s;
    struct server q;
};

static int set_up(void **state)
{
    struct fixture *f = mem_alloc(sizeof *f);
    f->s.db = &f->q;
    f->q.db = mysql_init(NULL);
    str_init(&f->q.text, 100000);
    *state = f;
    return f->q.db == NULL;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    mysql_close(f->q.db);
    str_done(&f->q.text);
    mem_free(f);
    return 0;
}

static const char *print(struct fixture *f, const char *sql, const struct cell *c, size_t n)
{
    struct err e;
    assert_true(server_print(&f->s, sql, c, n, &e));
    return str_z(&f->q.text);
}

static void test_values(void **state)
{
    struct fixture *f = *state;
    struct cell c[] = {
        cell_int(INT64_MIN), cell_null(), cell_text(view_of("it's \\ ?")), cell_real(0.5)};
    struct err e;
    assert_string_equal(print(f, "a = ? AND b <> '?' AND `c?` = ? OR ? ?", c, 4),
        "a = -9223372036854775808 AND b <> '?' AND `c?` = NULL OR 'it\\'s \\\\ ?' 0.5e0");
    c[0] = cell_text((struct view){"a\0b\x1a\n\r\"", 7});
    assert_string_equal(print(f, "?", c, 1), "'a\\0b\\Z\\n\\r\\\"'");
    c[0] = cell_text(view_of(""));
    assert_string_equal(print(f, "?", c, 1), "''");
    assert_false(server_print(&f->s, "? ?", c, 1, &e));
    assert_int_equal(e.kind, ERR_BUG);
    assert_false(server_print(&f->s, "?", c, 2, &e));
    assert_int_equal(e.kind, ERR_BUG);
}

/* The server reads what stands there as a double, and it is the same one. */
static void test_reals(void **state)
{
    struct fixture *f = *state;
    double reals[] = {0, 0.1, 1.0 / 3, 7, 1e22, 123456789012345680.0, 5e-324,
        1.7976931348623157e308, -2.5, 7.1234567890123457, 100000000.0};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        struct cell c = cell_real(reals[i]);
        const char *text = print(f, "?", &c, 1);
        double back = NAN;
        assert_true(num_real(view_of(text), &back));
        assert_true(back == reals[i]);
        assert_non_null(strchr(text, 'e'));
    }
}

static void test_too_long(void **state)
{
    struct fixture *f = *state;
    static char big[60000];
    struct err e;
    memset(big, '\'', sizeof big);
    struct cell c = cell_text((struct view){big, sizeof big});
    assert_false(server_print(&f->s, "?", &c, 1, &e));
    assert_int_equal(e.kind, ERR_DATA);
}

/* ---- errors, types */

/* Every code that servers and the client library are known to give for these reasons. */
static void test_every_class(void **state)
{
    static const struct {
        enum trouble trouble;
        unsigned codes[32];
    } classes[] = {
        {TROUBLE_RETRY, {1205, 1213, 1020, 8002, 8005, 8022, 8028, 9007}},
        {TROUBLE_LOST, {2002, 2003, 2006, 2013, 2026, 4031, 1053, 1040, 1927}},
        {TROUBLE_NODE, {1047, 1180, 1836, 1429}},
        {TROUBLE_SIZE, {3100, 1153, 8004}},
        {TROUBLE_DATA, {1062, 1264, 1366, 1406, 1452, 3140, 3819, 4025, 4038}},
        {TROUBLE_RIGHTS, {1044, 1142, 1143, 1227}},
        {TROUBLE_SPACE, {1114, 1021}},
        {TROUBLE_OTHER, {1045, 1049, 1064, 1524, 2059, 3159, 3948, 4166}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        for (size_t k = 0; classes[i].codes[k] != 0; k++)
            if (server_trouble(classes[i].codes[k], "") != classes[i].trouble)
                fail_msg("error %u is not of class %zu", classes[i].codes[k], i);
}

static void test_trouble(void **state)
{
    (void)state;
    assert_int_equal(server_trouble(1213, ""), TROUBLE_RETRY);
    assert_int_equal(server_trouble(1205, ""), TROUBLE_RETRY);
    assert_int_equal(server_trouble(2013, ""), TROUBLE_LOST);
    assert_int_equal(server_trouble(2026, ""), TROUBLE_LOST);
    assert_int_equal(server_trouble(1047, ""), TROUBLE_NODE);
    assert_int_equal(
        server_trouble(1290, "running with the --super-read-only option"), TROUBLE_NODE);
    assert_int_equal(
        server_trouble(1290, "running with the --secure-file-priv option"), TROUBLE_OTHER);
    assert_int_equal(server_trouble(1105, "Maximum writeset size exceeded"), TROUBLE_SIZE);
    assert_int_equal(server_trouble(1105, "Unknown error"), TROUBLE_OTHER);
    assert_int_equal(server_trouble(1406, ""), TROUBLE_DATA);
    assert_int_equal(server_trouble(4025, ""), TROUBLE_DATA);
    assert_int_equal(server_trouble(3819, ""), TROUBLE_DATA);
    assert_int_equal(server_trouble(1142, ""), TROUBLE_RIGHTS);
    assert_int_equal(server_trouble(1045, ""), TROUBLE_OTHER);
    assert_int_equal(server_trouble(1064, ""), TROUBLE_OTHER);
}

static const char *type_of(struct str *to, const char *table, const char *column)
{
    struct schema s;
    struct err e;
    assert_true(schema_build(&s, &e));
    const struct table *t = schema_find(&s, table);
    str_clear(to);
    server_dialect.type(to, t, table_column(t, column));
    schema_done(&s);
    return str_z(to);
}

static void test_types(void **state)
{
    struct str to;
    (void)state;
    str_init(&to, 100);
    assert_string_equal(type_of(&to, "ratings", "rating"), "FLOAT");
    assert_string_equal(type_of(&to, "ratings", "rated_at"), "BIGINT");
    assert_string_equal(type_of(&to, "movies", "rating_mean"), "DOUBLE");
    assert_string_equal(type_of(&to, "movies", "year"), "SMALLINT");
    assert_string_equal(type_of(&to, "movies", "release_date"), "DATE");
    assert_string_equal(type_of(&to, "movies", "imdb_id"), "VARCHAR(16)");
    assert_string_equal(type_of(&to, "genres", "genre_id"), "INT");
    assert_string_equal(type_of(&to, "movie_genres", "genre_id"), "INT");
    assert_string_equal(type_of(&to, "movie_genres", "from_tmdb"), "TINYINT");
    assert_string_equal(type_of(&to, "tmdb_movies", "revenue"), "BIGINT");
    assert_string_equal(type_of(&to, "tmdb_movies", "overview"), "MEDIUMTEXT");
    str_done(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_long, set_up, tear_down),
        cmocka_unit_test(test_every_class),
        cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
