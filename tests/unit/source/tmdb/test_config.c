/* The configuration's checks, and what of a URL or a stranger's text is shown. */
#include "test.h"

#include "base/text.h"
#include "source/tmdb/config.h"
#include "source/tmdb/show.h"

#include <math.h>

static bool key_ok(const char *key, struct err *e)
{
    return tmdb_setting_key(view_of(key), e);
}

static void keys_are_told_by_their_shape(void **state)
{
    struct err e;
    (void)state;
    assert_true(key_ok(KEY_OF_V3, &e));
    assert_int_equal(config_key_form(KEY_OF_V3), KEY_V3);
    assert_true(key_ok(KEY_OF_V4, &e));
    assert_int_equal(config_key_form(KEY_OF_V4), KEY_V4);
    static const char *const bad[] = {"", "short", "0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdef0", "0123456789abcdef0123456789abcdeg", "a.b", "a.b.c.d",
        ".a.b", "a.b.", (KEY_OF_V3 "\n"), (" " KEY_OF_V3), "eyJ.eyJ.sig\r\nX-Evil: 1",
        "a.b.\xc3\xa9", "\"a.b.c\"", NULL};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(key_ok(bad[i], &e));
        assert_int_equal(e.kind, ERR_CONFIG);
        assert_non_null(strstr(e.hint, "TMDB_API_KEY"));
        if (bad[i] != NULL && strlen(bad[i]) > 4)
            assert_null(strstr(e.text, bad[i]));
    }
}

static void urls_are_checked(void **state)
{
    struct arena a;
    struct err e;
    (void)state;
    arena_init(&a);
    static const struct {
        const char *given, *kept;
    } good[] = {{"https://api.themoviedb.org/3", "https://api.themoviedb.org/3"},
        {"https://api.themoviedb.org/3/", "https://api.themoviedb.org/3"},
        {"http://127.0.0.1:8080/3//", "http://127.0.0.1:8080/3"},
        {"HTTPS://API.TMDB.ORG/3", "HTTPS://API.TMDB.ORG/3"},
        {"http://[::1]:80/3", "http://[::1]:80/3"}, {"http://localhost", "http://localhost"}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(tmdb_setting_url(view_of(good[i].given), &e));
        assert_string_equal(config_url(good[i].given, &a), good[i].kept);
    }
    static const char *const bad[] = {"", "api.themoviedb.org/3", "ftp://host/3",
        "file:///etc/passwd", "https://", "https:///3", "http://user:secret@host/3",
        "http://host@evil/3", "http://host/3?x=1", "http://host/3#x", "http://ho st/3",
        "http://host/3\n", "http://host/\x80", "javascript:alert(1)", "http://api.themoviedb.org/3",
        "http://x.tmdb.org", "https://[::1", "http://a\"b/"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (tmdb_setting_url(view_of(bad[i]), &e))
            fail_msg("accepted: %s", bad[i]);
        assert_null(strstr(e.text, ":secret"));
    }
    arena_done(&a);
}

static void the_rate_has_a_ceiling_at_tmdb(void **state)
{
    struct err e;
    (void)state;
    static const char *const theirs[] = {"https://api.themoviedb.org/3",
        "https://API.TheMovieDB.org:443/3", "https://api.tmdb.org/3", "https://tmdb.org",
        "https://api.themoviedb.org./3"};
    static const char *const others[] = {"http://127.0.0.1:1/3", "https://nottmdb.org/3",
        "https://tmdb.org.evil.net/3", "https://evil.net/api.themoviedb.org",
        "http://[::1]:80/tmdb.org"};
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        assert_true(config_is_tmdb(theirs[i]));
        assert_false(tmdb_setting_rate(40.5, theirs[i], &e));
        assert_false(tmdb_setting_rate(0, theirs[i], &e));
        assert_true(tmdb_setting_rate(35, theirs[i], &e) && tmdb_setting_rate(40, theirs[i], &e));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(config_is_tmdb(others[i]));
        assert_true(tmdb_setting_rate(100, others[i], &e) && tmdb_setting_rate(0, others[i], &e));
    }
    static const double bad[] = {-1, 0.001, 1e7, (double)INFINITY, (double)NAN};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(tmdb_setting_rate(bad[i], others[0], &e));
}

static bool language_ok(const char *z, struct err *e)
{
    return tmdb_setting_language(view_of(z), e);
}

static void languages_and_sections_are_checked(void **state)
{
    struct err e;
    (void)state;
    assert_true(language_ok("en-US", &e) && language_ok("de", &e));
    static const char *const bad[] = {
        "", "e", "eng", "en_US", "en-USA", "en-U1", "EN", "en-us", "en&x=1", "e\n", NULL};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(language_ok(bad[i], &e));
    static const char *const known[] = {"credits", "watch/providers", NULL};
    static const char *const unknown[] = {"credits", "content_ratings", NULL};
    static const char *const evil[] = {"credits&page=2", NULL};
    assert_true(config_sections(known, &e) && config_sections(NULL, &e));
    assert_false(config_sections(unknown, &e));
    assert_non_null(strstr(e.text, "content_ratings"));
    assert_false(config_sections(evil, &e));
    const char *many[30];
    for (size_t i = 0; i < 29; i++)
        many[i] = "credits";
    many[29] = NULL;
    assert_false(config_sections(many, &e));
}

static void a_client_needs_a_sound_configuration(void **state)
{
    struct tmdb_config good = fake_config(NULL), c;
    struct tmdb_client *client;
    struct err e;
    (void)state;
    assert_true(tmdb_client_new(&good, &client, &e));
    tmdb_client_free(client);
    tmdb_client_free(NULL);
    c = good;
    c.connections = 0;
    assert_false(tmdb_client_new(&c, &client, &e));
    c.connections = 21;
    assert_false(tmdb_client_new(&c, &client, &e));
    c = good;
    c.tries = 0;
    assert_false(tmdb_client_new(&c, &client, &e));
    c = good;
    c.timeout_ms = 0;
    assert_false(tmdb_client_new(&c, &client, &e));
    c = good;
    c.key = "nonsense";
    assert_false(tmdb_client_new(&c, &client, &e));
    assert_int_equal(e.kind, ERR_CONFIG);
    assert_non_null(strstr(e.text, "TMDB_API_KEY"));
    c = good;
    c.export_url = "ftp://x";
    assert_false(tmdb_client_new(&c, &client, &e));
    assert_non_null(strstr(e.text, "TMDB_EXPORT_URL"));
}

static void check_url(const char *url, const char *shown)
{
    struct str s;
    str_init(&s, 4000);
    show_url(&s, view_of(url));
    assert_string_equal(str_z(&s), shown);
    str_done(&s);
}

static void urls_are_shown_without_secrets(void **state)
{
    (void)state;
    check_url("https://h/3/movie/550?language=en-US&api_key=" KEY_OF_V3,
        "https://h/3/movie/550?language=en-US&api_key=***");
    check_url("https://h/3/movie/550?api_key=" KEY_OF_V3 "&page=2",
        "https://h/3/movie/550?api_key=***&page=2");
    check_url("https://h/3?API_KEY=" KEY_OF_V3, "https://h/3?API_KEY=***");
    check_url("https://h/3?session_id=abc&guest_session_id=d",
        "https://h/3?session_id=***&guest_session_id=***");
    check_url("https://user:secret@h:80/3/x", "https://***@h:80/3/x");
    check_url("https://us@er:sec@ret@h/3/x@y?a=b@c", "https://***@h/3/x@y?a=b@c");
    check_url("https://h/3", "https://h/3");
    check_url("https://h?x", "https://h?x");
    check_url("https://h?", "https://h?");
    check_url("nonsense", "nonsense");
    check_url("a:b", "a:b");
    check_url("", "");
    check_url(
        "https://h/3?api_key=a&api_key=b&&api_key", "https://h/3?api_key=***&api_key=***&&api_key");
}

static void check_text(const char *text, const char *key, size_t max, const char *shown)
{
    struct str s;
    str_init(&s, 4000);
    show_text(&s, view_of(text), view_of(key), max);
    assert_string_equal(str_z(&s), shown);
    assert_true(utf8_is_valid(str_view(&s)));
    str_done(&s);
}

static void strangers_texts_are_shown_clean(void **state)
{
    (void)state;
    check_text("key " KEY_OF_V3 " refused", KEY_OF_V3, 200, "key *** refused");
    check_text("0123456789ABCDEF0123456789abcdef", KEY_OF_V3, 200,
        "***"); /* another case is the same key */
    check_text(KEY_OF_V4 KEY_OF_V4, KEY_OF_V4, 200, "******");
    check_text("a\r\nb\tc\x1b[31m\x7f", KEY_OF_V3, 200, "a  b c [31m ");
    check_text("bad \xff\xfe bytes", KEY_OF_V3, 200, "bad ?? bytes");
    check_text("abcdef", KEY_OF_V3, 3, "abc...");
    check_text(
        "ab\xc3\xa9\xc3\xa9", KEY_OF_V3, 3, "ab\xc3\xa9..."); /* not cut within a character */
    check_text("", KEY_OF_V3, 3, "");
    check_text("x", "", 3, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_told_by_their_shape),
        cmocka_unit_test(urls_are_checked),
        cmocka_unit_test(the_rate_has_a_ceiling_at_tmdb),
        cmocka_unit_test(languages_and_sections_are_checked),
        cmocka_unit_test(a_client_needs_a_sound_configuration),
        cmocka_unit_test(urls_are_shown_without_secrets),
        cmocka_unit_test(strangers_texts_are_shown_clean),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
