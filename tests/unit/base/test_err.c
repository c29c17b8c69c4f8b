/* Tests of base/err: what each call keeps and replaces, cut texts, and the codes nobody may
 * renumber. */
#include "help.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>

static char large[4000];

static int fill_large(void **state)
{
    (void)state;
    memset(large, 'x', sizeof large - 1);
    return 0;
}

static bool ends_in_dots(const char *z)
{
    size_t n = strlen(z);
    return n > 3 && strcmp(z + n - 3, "...") == 0;
}

TEST(set_replaces_everything)
{
    struct err e;
    memset(&e, 0x55, sizeof e);
    assert_false(err_set(&e, ERR_STORE, "%s %d", "table", 7));
    assert_int_equal(e.kind, ERR_STORE);
    assert_false(e.transient);
    assert_string_equal(e.text, "table 7");
    assert_string_equal(e.hint, "");
    e.transient = true;
    (void)err_hint(&e, "Do this.");
    (void)err_set(&e, ERR_DATA, "other");
    assert_int_equal(e.kind, ERR_DATA);
    assert_false(e.transient);
    assert_string_equal(e.text, "other");
    assert_string_equal(e.hint, "");
}

TEST(context_goes_before_and_keeps_the_rest)
{
    struct err e;
    (void)err_set(&e, ERR_SERVICE, "refused");
    e.transient = true;
    (void)err_hint(&e, "Wait %d s.", 5);
    assert_false(err_in(&e, "movie %d", 603));
    assert_false(err_in(&e, "100%%"));
    assert_string_equal(e.text, "100%: movie 603: refused");
    assert_int_equal(e.kind, ERR_SERVICE);
    assert_true(e.transient);
    assert_string_equal(e.hint, "Wait 5 s.");
    (void)err_set(&e, ERR_FAILED, "%s", "%s%n"); /* a text is no format */
    (void)err_in(&e, "x");
    assert_string_equal(e.text, "x: %s%n");
}

TEST(errno_is_named)
{
    struct err e;
    assert_false(err_errno(&e, ERR_INPUT, ENOENT, "cannot open %s", "f"));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(e.text, "cannot open f: No such file or directory");
    (void)err_errno(&e, ERR_INPUT, 99999, "f");
    assert_string_equal(e.text, "f: error 99999");
}

TEST(a_limit_is_called_one)
{
    struct err e;
    (void)err_errno(&e, ERR_INPUT, EMFILE, "f");
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(err_hint_of(&e), "ulimit -n"));
    (void)err_errno(&e, ERR_DISK, EFBIG, "f");
    assert_non_null(strstr(err_hint_of(&e), "ulimit -f"));
    (void)err_errno(&e, ERR_INPUT, ENOENT, "f");
    assert_string_equal(e.hint, "");
}

TEST(a_full_disk_is_a_full_disk)
{
    struct err e;
    (void)err_errno(&e, ERR_STORE, ENOSPC, "f");
    assert_int_equal(e.kind, ERR_DISK);
    (void)err_errno(&e, ERR_STORE, EDQUOT, "f");
    assert_int_equal(e.kind, ERR_DISK);
    (void)err_errno(&e, ERR_STORE, EIO, "f");
    assert_int_equal(e.kind, ERR_STORE);
}

TEST(long_texts_are_cut_and_say_so)
{
    struct err e;
    (void)err_set(&e, ERR_DATA, "%s", large);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    assert_true(ends_in_dots(e.text));
    (void)err_in(&e, "context");
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    assert_memory_equal(e.text, "context: xxx", 12);
    assert_true(ends_in_dots(e.text));
    (void)err_in(&e, "%s", large);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    assert_true(ends_in_dots(e.text));
    (void)err_hint(&e, "%s", large);
    assert_int_equal(strlen(e.hint), sizeof e.hint - 1);
    assert_true(ends_in_dots(e.hint));
}

TEST(a_text_that_just_fits_is_whole)
{
    struct err e;
    for (int less = -3; less < 12; less++) {
        int n = (int)sizeof e.text - 1 - less;
        (void)err_set(&e, ERR_DATA, "%.*s", n, large);
        assert_int_equal(ends_in_dots(e.text), less < 0);
        assert_int_equal(strlen(e.text), less < 0 ? sizeof e.text - 1 : (size_t)n);
        (void)err_set(&e, ERR_DATA, "%.*s", n - 5, large);
        (void)err_in(&e, "abc");
        assert_int_equal(ends_in_dots(e.text), less < 0);
    }
}

TEST(a_cause_that_does_not_fit_is_cut_not_dropped)
{
    struct err e;
    const int whole = (int)(sizeof e.text - 1 - strlen(": Permission denied"));
    for (int n = whole - 3; n < (int)sizeof e.text + 3; n++) {
        (void)err_errno(&e, ERR_INPUT, EACCES, "%.*s", n, large);
        assert_int_equal(ends_in_dots(e.text), n > whole);
        assert_int_equal(strlen(e.text),
            n > whole ? (int)sizeof e.text - 1 : n + (int)sizeof e.text - 1 - whole);
    }
}

/* Half a character would make the whole line of a JSON log unreadable. */
TEST(texts_are_cut_between_characters)
{
    struct err e;
    char euros[3001];
    for (size_t i = 0; i + 3 < sizeof euros; i += 3)
        memcpy(euros + i, "\xE2\x82\xAC", 4);
    for (int shift = 0; shift < 3; shift++) {
        (void)err_set(&e, ERR_DATA, "%.*s%s", shift, "ab", euros);
        assert_true(ends_in_dots(e.text));
        assert_int_equal((strlen(e.text) - 3 - (size_t)shift) % 3, 0);
        assert_in_range(strlen(e.text), sizeof e.text - 3, sizeof e.text - 1);
        (void)err_in(&e, "%.*s", shift, "xy");
        assert_true(ends_in_dots(e.text));
        assert_memory_equal(e.text + strlen(e.text) - 6, "\xE2\x82\xAC...", 6);
        (void)err_hint(&e, "%.*s%s", shift, "ab", euros);
        assert_memory_equal(e.hint + strlen(e.hint) - 6, "\xE2\x82\xAC...", 6);
    }
}

TEST(the_hint_is_its_own_or_the_standing_one)
{
    struct err e;
    (void)err_set(&e, ERR_DISK, "full");
    assert_string_equal(err_hint_of(&e), "Free some space, let this user write there, or choose "
                                         "another place with DATA_DIR or SQL_PATH.");
    assert_false(err_hint(&e, "Delete %s.", "x"));
    assert_string_equal(err_hint_of(&e), "Delete x.");
}

/* Exit codes are part of the interface: scripts of other people know them. A new kind is added
 * here too. */
TEST(codes_and_names_never_change)
{
    static const struct {
        enum err_kind kind;
        const char *name;
        int code;
    } rows[] = {
        {ERR_NONE, "NONE", 0},
        {ERR_FAILED, "FAILED", 1},
        {ERR_USAGE, "USAGE", 2},
        {ERR_CONFIG, "CONFIG", 3},
        {ERR_INPUT, "INPUT", 4},
        {ERR_DATA, "DATA", 5},
        {ERR_PARTIAL, "PARTIAL", 6},
        {ERR_MORE, "MORE", 7},
        {ERR_STORE, "STORE", 8},
        {ERR_LOCKED, "LOCKED", 9},
        {ERR_AUTH, "AUTH", 10},
        {ERR_SERVICE, "SERVICE", 11},
        {ERR_DISK, "DISK", 12},
        {ERR_REFUSED, "REFUSED", 13},
        {ERR_NO_DATABASE, "NO_DATABASE", 14},
        {ERR_FOREIGN, "FOREIGN", 15},
        {ERR_BUG, "BUG", 70},
        {ERR_NOMEM, "NOMEM", 71},
        {ERR_INTERRUPTED, "INTERRUPTED", 130},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e;
        assert_int_equal(err_exit_code(rows[i].kind), rows[i].code);
        assert_string_equal(err_name(rows[i].kind), rows[i].name);
        (void)err_set(&e, rows[i].kind, "x");
        assert_int_equal(strlen(err_hint_of(&e)) > 0, rows[i].kind != ERR_NONE);
    }
}

/* Two kinds with one code could not be told apart; over 125 a code collides with the shell's
 * own, except 130, which is what the shell itself gives after SIGINT. */
TEST(codes_are_distinct_and_usable)
{
    static const enum err_kind kinds[] = {
#define ERR(name, code, hint) ERR_##name,
#include "base/err.def"
#undef ERR
    };
    for (size_t i = 0; i < COUNT(kinds); i++) {
        int code = err_exit_code(kinds[i]);
        assert_true((code >= 0 && code <= 125) || code == 130);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(code, err_exit_code(kinds[k]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_replaces_everything),
        cmocka_unit_test(context_goes_before_and_keeps_the_rest),
        cmocka_unit_test(errno_is_named),
        cmocka_unit_test(a_limit_is_called_one),
        cmocka_unit_test(a_full_disk_is_a_full_disk),
        cmocka_unit_test(long_texts_are_cut_and_say_so),
        cmocka_unit_test(a_text_that_just_fits_is_whole),
        cmocka_unit_test(a_cause_that_does_not_fit_is_cut_not_dropped),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(the_hint_is_its_own_or_the_standing_one),
        cmocka_unit_test(codes_and_names_never_change),
        cmocka_unit_test(codes_are_distinct_and_usable),
    };
    return cmocka_run_group_tests(tests, fill_large, NULL);
}
