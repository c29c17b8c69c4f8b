/* Tests of base/text: composing and folding. */
#include "help.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

TEST(nfc_composes_and_changes_nothing_else)
{
    static const struct {
        const char *in, *out;
    } pairs[] = {
        {"e\xCC\x81", "\xC3\xA9"},                /* e + acute */
        {"e\xCC\x80", "\xC3\xA8"},                /* e + grave: U+0300, the first mark there is */
        {"\xCB\xBF\xCB\x9A", "\xCB\xBF\xCB\x9A"}, /* U+02FF, the last that is none */
        {"\xC3\xA9", "\xC3\xA9"},
        {"\xE2\x84\xAB", "\xC3\x85"},                             /* Angstrom sign */
        {"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"}, /* Hangul */
        {"\xE3\x81\x8B\xE3\x82\x99", "\xE3\x81\x8C"},             /* ka + voiced mark: ga */
        {"a\xCC\xA3\xCC\x87", "\xE1\xBA\xA1\xCC\x87"},            /* marks in canonical order */
        {"a\xCC\x87\xCC\xA3", "\xE1\xBA\xA1\xCC\x87"},
        {"\xEF\xAC\x81", "\xEF\xAC\x81"}, /* fi stays one letter: not NFKC */
        {"A b-C\r\n", "A b-C\r\n"},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"", ""},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct view got = text_nfc(&a, view_of(pairs[i].in));
        if (!view_is(got, pairs[i].out))
            fail_msg("\"%s\" became \"%.*s\"", pairs[i].in, VIEW_ARG(got));
        assert_true(view_eq(text_nfc(&a, got), got));
    }
    assert_null(text_nfc(&a, absent).p);
    assert_text(text_nfc(&a, V("e\xCC\x81\0e")), "\xC3\xA9\0e");
    struct view bad = V("e\xCC\x81\xFF"), same = text_nfc(&a, bad);
    assert_ptr_equal(same.p, bad.p);
    assert_int_equal(same.n, bad.n);
    arena_done(&a);
}

static bool folds_to(struct arena *a, const char *in, const char *out)
{
    struct view got = text_fold(a, view_of(in));
    if (view_is(got, out))
        return true;
    print_error("\"%s\" folds to \"%.*s\", not \"%s\"\n", in, VIEW_ARG(got), out);
    return false;
}

TEST(folding)
{
    static const struct {
        const char *in, *out;
    } pairs[] = {
        {"The Matrix", "the matrix"},
        {"STRASSE", "strasse"},
        {"Stra\xC3\x9F"
         "e",
            "strasse"},
        {"\xCE\x9F\xCE\x94\xCE\x9F\xCE\xA3",
            "\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x83"}, /* capital and final sigma */
        {"\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x82", "\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x83"},
        {"\xEF\xBC\xA1\xEF\xBD\x82\xEF\xBC\x91", "ab1"}, /* full width A b 1 */
        {"\xEF\xBD\xB6\xEF\xBE\x9E", "\xE3\x82\xAC"},    /* half width KA + mark: GA */
        {"\xEF\xAC\x81lm", "film"},                      /* ligature fi */
        {"caf\x65\xCC\x81", "caf\xC3\xA9"},
        {"CAF\xC3\x89", "caf\xC3\xA9"},
        {"  a \t\r\n b  ", "a b"},
        {"a\xC2\xA0\xE3\x80\x80"
         "b",
            "a b"}, /* no-break, ideographic space */
        {"a\xE2\x80\xA8"
         "b\xE2\x80\xA9"
         "c",
            "a b c"}, /* line, paragraph separator */
        {"a\xE2\x80\x8B"
         "b\xC2\xAD"
         "c\xEF\xBB\xBF"
         "d",
            "abcd"}, /* nothing to see: gone */
        {"a\xCD\x8F"
         "b\xEF\xB8\x8F"
         "c\xE3\x85\xA4"
         "d",
            "abcd"}, /* joiner, variation selector, filler */
        {"S.W.A.T.", "swat"},
        {"Ocean's Eleven", "oceans eleven"},
        {"Ocean\xE2\x80\x99s Eleven", "oceans eleven"},
        {"Fast & Furious", "fast furious"},
        {"Spider-Man", "spider man"},
        {"Face/Off", "face off"},
        {"Alien\xE2\x80\x93"
         "Aliens\xE2\x80\x94"
         "3",
            "alien aliens 3"}, /* en, em dash */
        {"\"Quoted\": a (1999)!", "quoted a 1999"},
        {"Se7en", "se7en"},
        {"Rocky \xE2\x85\xA3", "rocky iv"},
        {"Alien\xC2\xB3", "alien3"},
        {"...", ""},
        {"?!", ""},
        {"", ""},
        {" ", ""},
        {"-", ""},
        {"\xF0\x9F\x98\x80", ""},
        {"- a -", "a"},
    };
    struct arena a;
    arena_init(&a);
    bool ok = true;
    for (size_t i = 0; i < COUNT(pairs); i++)
        ok = folds_to(&a, pairs[i].in, pairs[i].out) && ok;
    assert_true(ok);
    assert_text(text_fold(&a, absent), "");
    arena_done(&a);
}

/* U+00B4 and its like are symbols, but NFKC makes a space and a combining mark of them, which would
 * stay; and letters of the trade mark sign. */
TEST(symbols_go_before_they_become_letters)
{
    static const char *const symbols[] = {"\xC2\xB4", "\xC2\xA8", "\xC2\xAF", "\xC2\xB8",
        "\xCB\x98", "\xCB\x9C", "\xCE\x84", "\xE3\x82\x9B", "\xE3\x82\x9C", "`", "^",
        "\xEF\xBD\x80", "\xEF\xBF\xA3", "\xE2\x84\xA2", "\xE2\x84\xA0", "\xC2\xAE", "$"};
    struct arena a;
    arena_init(&a);
    bool ok = true;
    for (size_t i = 0; i < COUNT(symbols); i++) {
        char z[20];
        (void)snprintf(z, sizeof z, "Can%st", symbols[i]);
        ok = folds_to(&a, z, "cant") && ok;
    }
    assert_true(ok);
    arena_done(&a);
}

/* Typographers' hyphens and dashes part words as the one on the keyboard does. */
TEST(every_hyphen_parts_words)
{
    static const char *const hyphens[] = {"-", "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92",
        "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95", "\xE2\x88\x92", "\xEF\xBC\x8D"};
    struct arena a;
    arena_init(&a);
    bool ok = true;
    for (size_t i = 0; i < COUNT(hyphens); i++) {
        char z[40];
        (void)snprintf(z, sizeof z, "Spider%sMan", hyphens[i]);
        ok = folds_to(&a, z, "spider man") && ok;
    }
    assert_true(ok);
    arena_done(&a);
}

/* Half a fold would make one of two titles that differ behind the bad byte. */
TEST(what_is_not_utf8_has_no_fold)
{
    struct arena a;
    arena_init(&a);
    assert_text(text_fold(&a, V("Title \xFF one")), "");
    assert_text(text_fold(&a, V("\xED\xA0\x80")), "");
    assert_text(text_fold(&a, V("Title \xC3")), "");
    arena_done(&a);
}

/* Marks are not accents to be dropped: where they are, they make another letter. */
TEST(different_letters_stay_different)
{
    static const char *const pairs[][2] = {
        {"\xE3\x81\x8C", "\xE3\x81\x8B"}, /* ga, ka */
        {"\xE3\x81\x8B\xE3\x82\x99", "\xE3\x81\x8B"},
        {"\xE3\x83\x91", "\xE3\x83\x8F"}, /* pa, ha */
        {"\xD0\xB9", "\xD0\xB8"},         /* short i, i */
        {"\xD0\xB8\xCC\x86", "\xD0\xB8"},
        {"\xD1\x91", "\xD0\xB5"}, /* yo, ye */
        {"\xC3\xA9", "e"},
        {"\xC3\xB1", "n"},
        {"\xC3\xA5", "a"},
        {"\xC3\xB8", "o"},
        {"\xC5\x82", "l"},
        {"\xE3\x81\x82", "\xE3\x82\xA2"}, /* hiragana and katakana a */
        {"a b", "ab"},
        {"1", "2"},
        {"\xE5\x9B\xBD", "\xE5\x9C\x8B"},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (view_eq(text_fold(&a, view_of(pairs[i][0])), text_fold(&a, view_of(pairs[i][1]))))
            fail_msg("%s and %s fold alike", pairs[i][0], pairs[i][1]);
    assert_true(folds_to(
        &a, "\xE3\x81\x8B\xE3\x82\x99", "\xE3\x81\x8C")); /* but composed or not is the same */
    assert_true(folds_to(&a, "\xD0\x98\xCC\x86", "\xD0\xB9"));
    arena_done(&a);
}

static bool is_tidy(struct view v)
{
    if (!utf8_is_valid(v) || v.p == NULL || (v.n > 0 && (v.p[0] == ' ' || v.p[v.n - 1] == ' ')))
        return false;
    for (size_t i = 1; i < v.n; i++)
        if (v.p[i] == ' ' && v.p[i - 1] == ' ')
            return false;
    return true;
}

/* Folding what is folded changes nothing, for every code point alone and between letters. */
TEST(a_fold_is_final)
{
    struct arena a;
    int bad = 0;
    arena_init(&a);
    for (unsigned c = 1; c <= 0x10FFFF; c++) {
        char z[8] = "x";
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        size_t n = 1 + code_point_put(c, z + 1);
        z[n++] = 'x';
        for (size_t outer = 0; outer < 2; outer++) {
            struct view once = text_fold(&a, (struct view){z + outer, n - 2 * outer});
            if (!is_tidy(once) || !view_eq(text_fold(&a, once), once)) {
                print_error("U+%04X%s folds to \"%.*s\" and then to \"%.*s\"\n", c,
                    outer == 0 ? " between x" : "", VIEW_ARG(once), VIEW_ARG(text_fold(&a, once)));
                bad++;
            }
        }
        if (c % 4096 == 0)
            arena_reset(&a);
    }
    assert_int_equal(bad, 0);
    arena_done(&a);
}

TEST(random_texts_fold_to_tidy_ones)
{
    struct random r;
    struct arena a;
    random_init(&r, 22);
    arena_init(&a);
    for (int step = 0; step < 30000; step++) {
        char z[200];
        size_t n = 0, count = random_below(&r, 40);
        for (size_t i = 0; i < count; i++) {
            static const unsigned upto[] = {0x80, 0x600, 0x3100, 0xD800, 0x1FFFF};
            unsigned c = (unsigned)random_below(&r, upto[random_below(&r, COUNT(upto))]);
            c = c >= 0xD800 && c <= 0xDFFF ? 'x' : c;
            n += code_point_put(c, z + n);
        }
        struct view v = {z, n}, nfc = text_nfc(&a, v);
        HOLDS(&r, is_tidy(text_fold(&a, v)));
        HOLDS(&r, view_eq(text_nfc(&a, nfc), nfc));
        HOLDS(&r, view_eq(text_fold(&a, nfc),
                      text_fold(&a, v))); /* composed or not, it is the same text */
        for (size_t i = 0; i < n; i++)
            z[i] = random_below(&r, 20) == 0 ? (char)random_next(&r) : z[i];
        (void)text_fold(&a, v); /* whatever bytes: within bounds */
        (void)text_nfc(&a, v);
        arena_reset(&a);
    }
    arena_done(&a);
}

static void compose_without_memory(void *payload)
{
    struct arena a;
    struct view *v = payload;
    struct rlimit limit = {90 << 20, 90 << 20};
    if (!WITH_ASAN) /* which has a limit of its own (help.c) and cannot live under this one */
        (void)setrlimit(RLIMIT_AS, &limit);
    arena_init(&a);
    (void)text_nfc(&a, *v);
}

/* A text that comes back not composed because memory was short would be another key. */
TEST(exhaustion_ends_the_process)
{
    enum { SIZE = 20 << 20 }; /* utf8proc needs four times that again */
    char *large = malloc(SIZE);
    assert_non_null(large);
    memset(large, 'x', SIZE);
    memcpy(large + SIZE - 2, "\xCC\x81", 2);
    struct view v = {large, SIZE};
    struct child_end end = in_child(compose_without_memory, &v);
    free(large);
    assert_int_equal(end.code, 71);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nfc_composes_and_changes_nothing_else),
        cmocka_unit_test(folding),
        cmocka_unit_test(symbols_go_before_they_become_letters),
        cmocka_unit_test(every_hyphen_parts_words),
        cmocka_unit_test(what_is_not_utf8_has_no_fold),
        cmocka_unit_test(different_letters_stay_different),
        cmocka_unit_test(a_fold_is_final),
        cmocka_unit_test(random_texts_fold_to_tidy_ones),
        cmocka_unit_test(exhaustion_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
