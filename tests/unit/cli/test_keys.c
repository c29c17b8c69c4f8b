/* The form of every key (cli/keys.h): what is taken, and the words for what is not. */
#include "cli_test.h"

#include "cli/keys.h"

#include <string.h>

#define KEY_A "0123456789abcdef0123456789ABCDEF"
#define TOKEN "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln-bmF0_dXJl"

struct row {
    const char *value, *text; /* text NULL: accepted */
};

static void check_rows(enum key k, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct err e = {.kind = ERR_NONE};
        bool ok = key_check(k, rows[i].value, &e);
        if (ok != (rows[i].text == NULL))
            fail_msg("%s=%s: %s", cli_keys[k].name, rows[i].value, ok ? "accepted" : e.text);
        if (!ok) {
            assert_string_equal(e.text, rows[i].text);
            assert_int_equal(e.kind, ERR_CONFIG);
        }
    }
}
#define CHECK(key, ...)                                                                            \
    do {                                                                                           \
        static const struct row rows[] = {__VA_ARGS__};                                            \
        check_rows(key, rows, sizeof rows / sizeof rows[0]);                                       \
    } while (0)

static void test_api_key(void **state)
{
    (void)state;
    CHECK(KEY_TMDB_API_KEY, {KEY_A, NULL}, {TOKEN, NULL}, {"a.b.c", NULL},
        {"0123456789abcdef0123456789abcde", "31 characters where 32 hex digits are expected"},
        {"0123456789abcdef0123456789abcdef0", "33 characters where 32 hex digits are expected"},
        {"0123456789abcdefg123456789abcdef", "character 17 of 32 is not a hex digit"},
        {"your_key_here", "13 characters where 32 hex digits are expected"},
        {"a.b", "3 characters where 32 hex digits are expected"},
        {"a..c", "not a v4 token: character 3 cannot stand there"},
        {"a.b.", "not a v4 token: character 5 cannot stand there"},
        {".b.c", "not a v4 token: character 1 cannot stand there"},
        {"a.b c.d", "not a v4 token: character 4 cannot stand there"});
}

static void test_urls(void **state)
{
    (void)state;
    CHECK(KEY_TMDB_BASE_URL, {"https://api.themoviedb.org/3", NULL},
        {"http://127.0.0.1:8080/3", NULL}, {"http://[::1]:80", NULL}, {"http://localhost", NULL},
        {"api.themoviedb.org/3", "not a URL that begins with https:// or http://"},
        {"ftp://x", "not a URL that begins with https:// or http://"},
        {"https://", "not a URL that begins with https:// or http://"},
        {"https:///3", "not a URL that begins with https:// or http://"},
        {"https://user:secret@host/", "a user or password in a URL is not accepted"},
        {"https://host/3?api_key=secret", "a URL with '?' or '#' cannot be a base"},
        {"https://host/3#x", "a URL with '?' or '#' cannot be a base"},
        {"https://host/a b", "character 15 cannot stand in a URL"},
        {"https://h\xC3\xB6st/", "character 10 cannot stand in a URL"},
        {"http://api.themoviedb.org/3",
            "TMDB's hosts are asked by https:// only, so that the key stays secret"});
}

static void test_simple_keys(void **state)
{
    (void)state;
    CHECK(KEY_TMDB_RATE, {"35", NULL}, {"0.5", NULL}, {"0", NULL},
        {"fast", "'fast' is not a number of requests per second, like 35 or 0.5"});
    CHECK(KEY_TMDB_LANGUAGE, {"en", NULL}, {"en-US", NULL}, {"zh-CN", NULL},
        {"es-419", "'es-419' is not a language like en-US or de"},
        {"english", "'english' is not a language like en-US or de"},
        {"EN", "'EN' is not a language like en-US or de"},
        {"e", "'e' is not a language like en-US or de"},
        {"en_US", "'en_US' is not a language like en-US or de"},
        {"en-", "'en-' is not a language like en-US or de"},
        {"-US", "'-US' is not a language like en-US or de"});
    CHECK(KEY_TMDB_ADULT, {"exclude", NULL}, {"include", NULL},
        {"yes", "'yes' is not exclude or include"});
    CHECK(KEY_TMDB_IP, {"any", NULL}, {"v4", NULL}, {"v6", "'v6' is not any or v4"});
    CHECK(KEY_TMDB_SECTIONS, {"translations", NULL}, {"images, translations", NULL},
        {"credits", "'credits' is not a section that can be added: translations, images"},
        {"images,", "'' is not a section that can be added: translations, images"});
    CHECK(KEY_SQL_PORT, {"1", NULL}, {"65535", NULL}, {"0", "'0' is not a port from 1 to 65535"},
        {"65536", "'65536' is not a port from 1 to 65535"},
        {"mysql", "'mysql' is not a port from 1 to 65535"});
    CHECK(KEY_SQL_TLS, {"off", NULL}, {"require", NULL}, {"verify", NULL}, {"/etc/ca.pem", NULL},
        {"./ca.pem", NULL}, {"prefer", NULL}, {"verify-ca:/ca.pem", NULL}, {"verify-full", NULL},
        {"verify-full:ca.pem", NULL},
        {"verify-full:",
            "'verify-full:' is not off, prefer, require, verify-ca:CAFILE, verify-full[:CAFILE] or "
            "the path of a CA file"},
        {"on", "'on' is not off, prefer, require, verify-ca:CAFILE, verify-full[:CAFILE] or the "
               "path of a CA "
               "file"});
    CHECK(KEY_SQL_PREFIX, {"", NULL}, {"etl_", NULL}, {"A_1234567890abcd", NULL},
        {"A_1234567890abcde",
            "'A_1234567890abcde' is not a prefix of at most 16 letters, digits and _"},
        {"a-b", "'a-b' is not a prefix of at most 16 letters, digits and _"},
        {"a b", "'a b' is not a prefix of at most 16 letters, digits and _"});
    CHECK(KEY_SQL_FOREIGN_KEYS, {"auto", NULL}, {"off", NULL}, {"on", "'on' is not auto or off"});
}

static void test_hosts(void **state)
{
    (void)state;
    CHECK(KEY_SQL_HOST, {"db1", NULL}, {"db1:3307", NULL}, {"db1,db2:3307,10.0.0.1", NULL},
        {"[::1]", NULL}, {"[fe80::1%25]:3306,db2", NULL},
        {",", "'' is not a host, host:port or [IPv6 address]:port"},
        {"db1,", "'' is not a host, host:port or [IPv6 address]:port"},
        {":3306", "':3306' is not a host, host:port or [IPv6 address]:port"},
        {"[]", "'[]' is not a host, host:port or [IPv6 address]:port"},
        {"[::1", "'[::1' is not a host, host:port or [IPv6 address]:port"},
        {"::1", "'::1' is not a host, host:port or [IPv6 address]:port"},
        {"fe80::1", "'fe80::1': an IPv6 address stands in brackets: [::1]:3306"},
        {"[::1]3306", "'[::1]3306': an IPv6 address stands in brackets: [::1]:3306"},
        {"db1:0", "'0' is not a port from 1 to 65535"},
        {"db1:", "'' is not a port from 1 to 65535"},
        {"db 1", "'db 1' is not the name or address of a host"},
        {"mysql://db1", "'//db1' is not a port from 1 to 65535"},
        {"[db1]:3306", "'[db1]:3306' is not the name or address of a host"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_api_key),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_simple_keys),
        cmocka_unit_test(test_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
