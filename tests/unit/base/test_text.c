/* Tests of base/text: UTF-8 against the rows of Unicode's table 3-7, folding, and escapes a
 * reader takes back. */
#include "help.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* The Unicode Standard, table 3-7, row by row: what each byte of a well-formed sequence may be. */
static const struct row {
    size_t n;
    unsigned char low[4], high[4];
} rows[] = {
    {1, {0x00}, {0x7F}},
    {2, {0xC2, 0x80}, {0xDF, 0xBF}},
    {3, {0xE0, 0xA0, 0x80}, {0xE0, 0xBF, 0xBF}},
    {3, {0xE1, 0x80, 0x80}, {0xEC, 0xBF, 0xBF}},
    {3, {0xED, 0x80, 0x80}, {0xED, 0x9F, 0xBF}},
    {3, {0xEE, 0x80, 0x80}, {0xEF, 0xBF, 0xBF}},
    {4, {0xF0, 0x90, 0x80, 0x80}, {0xF0, 0xBF, 0xBF, 0xBF}},
    {4, {0xF1, 0x80, 0x80, 0x80}, {0xF3, 0xBF, 0xBF, 0xBF}},
    {4, {0xF4, 0x80, 0x80, 0x80}, {0xF4, 0x8F, 0xBF, 0xBF}},
};

/* Length of the well-formed sequence at p, 0 when there is none. */
static size_t sequence_at(const unsigned char *p, size_t left)
{
    for (size_t r = 0; r < COUNT(rows); r++) {
        size_t i = 0;
        while (i < rows[r].n && i < left && p[i] >= rows[r].low[i] && p[i] <= rows[r].high[i])
            i++;
        if (i == rows[r].n)
            return i;
    }
    return 0;
}

static size_t plain_bad_at(const unsigned char *p, size_t n)
{
    size_t at = 0, step;
    while (at < n && (step = sequence_at(p + at, n - at)) > 0)
        at += step;
    return at;
}

static void check_utf8(const unsigned char *p, size_t n)
{
    size_t want = plain_bad_at(p, n), got = utf8_bad_at((struct view){(const char *)p, n});
    if (got != want)
        fail_msg("%zu bytes %02x %02x %02x %02x: bad at %zu, not %zu", n, p[0], p[1], p[2], p[3],
            want, got);
}

TEST(every_sequence_of_one_to_three_bytes)
{
    for (unsigned word = 0; word < 1u << 24; word++) {
        unsigned char p[4] = {
            (unsigned char)(word >> 16), (unsigned char)(word >> 8), (unsigned char)word, 0};
        check_utf8(p, 3);
        if ((word & 0xFF) == 0)
            check_utf8(p, 2);
        if ((word & 0xFFFF) == 0)
            check_utf8(p, 1);
    }
}

/* All first and second bytes, the others at the edges of their ranges; then random ones. */
TEST(sequences_of_four_bytes)
{
    static const unsigned char edges[] = {
        0x00, 0x22, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xFF};
    struct random r;
    random_init(&r, 21);
    for (unsigned word = 0; word < 1u << 16; word++)
        for (size_t i = 0; i < COUNT(edges); i++)
            for (size_t k = 0; k < COUNT(edges); k++)
                check_utf8((const unsigned char[]){(unsigned char)(word >> 8), (unsigned char)word,
                               edges[i], edges[k]},
                    4);
    for (int step = 0; step < 2000000; step++) {
        uint64_t bits = random_next(&r);
        unsigned char p[4] = {(unsigned char)(0xF0 | (bits & 7)),
            (unsigned char)(0x80 | (bits >> 8 & 0x3F)), (unsigned char)(0x80 | (bits >> 16 & 0x3F)),
            (unsigned char)(bits >> 24)};
        check_utf8(p, 4);
    }
}

/* Code point to UTF-8 by arithmetic; bytes in `to`. */
static size_t encode(unsigned c, char to[4])
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(lead[n] | c);
    return n;
}

TEST(every_code_point_is_valid_but_surrogates)
{
    for (unsigned c = 0; c < 0x1FFFFF; c++) {
        char z[4];
        struct view v = {z, encode(c, z)};
        bool want = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        if (utf8_is_valid(v) != want || (want && utf8_length(v) != 1))
            fail_msg("U+%04X", c);
    }
}

TEST(the_first_bad_byte_is_found)
{
    assert_int_equal(utf8_bad_at(absent), 0);
    assert_true(utf8_is_valid(absent));
    assert_true(utf8_is_valid(V("")));
    assert_true(utf8_is_valid(V("a\0b")));
    assert_int_equal(utf8_bad_at(V("ab\xC3")), 2); /* cut */
    assert_int_equal(utf8_bad_at(V("\xE2\x82\xAC\xE2\x82")), 3);
    assert_int_equal(utf8_bad_at(V("a\xC0\xAF")), 1);     /* overlong */
    assert_int_equal(utf8_bad_at(V("a\xED\xA0\x80")), 1); /* a surrogate */
    assert_int_equal(utf8_bad_at(V("\xF0\x9F\x98\x80\xF4\x90\x80\x80")), 4);
    assert_int_equal(utf8_length(V("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")), 4);
    assert_int_equal(utf8_length(absent), 0);
}

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
        size_t n = 1 + encode(c, z + 1);
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
            n += encode(c, z + n);
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

static struct view escaped(struct str *to, struct view v)
{
    str_clear(to);
    text_add_escaped(to, v);
    return str_view(to);
}

/* What must be escaped, from what YAML 1.1, YAML 1.2 and JSON do not take raw. */
static bool is_escaped(unsigned c)
{
    return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7F && c <= 0x9F) || c == 0x2028 ||
           c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

TEST(every_code_point_escaped_or_raw)
{
    struct str s;
    str_init(&s, 100);
    for (unsigned c = 0; c <= 0x10FFFF; c++) {
        char z[6], want[16];
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        struct view v = {z, encode(c, z)}, got = escaped(&s, v);
        const char *letter = c == 0 || c > 0x7F ? NULL : strchr("\bb\ff\nn\rr\tt\"\"\\\\", (int)c);
        if (!is_escaped(c))
            assert_true(view_eq(got, v));
        else if (letter != NULL)
            assert_true(got.n == 2 && got.p[0] == '\\' &&
                        got.p[1] == (c == '"' || c == '\\' ? (char)c : letter[1]));
        else if (snprintf(want, sizeof want, "\\u%04x", c), !view_is(got, want))
            fail_msg("U+%04X became %.*s", c, VIEW_ARG(got));
    }
    str_done(&s);
}

TEST(escapes_within_texts)
{
    struct str s;
    str_init(&s, 1000);
    assert_text(escaped(&s, V("")), "");
    assert_text(escaped(&s, absent), "");
    assert_text(escaped(&s, V("plain")), "plain");
    assert_text(escaped(&s, V("a\"b\\c/d")), "a\\\"b\\\\c/d");
    assert_text(escaped(&s, V("a\r\nb\tc")), "a\\r\\nb\\tc");
    assert_text(escaped(&s, V("\0\x01\x1F\x7F")), "\\u0000\\u0001\\u001f\\u007f");
    assert_text(escaped(&s, V("\xC2\x85|\xC2\x9F|\xC2\xA0")), "\\u0085|\\u009f|\xC2\xA0");
    assert_text(escaped(&s, V("\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF")), "\\u2028\\u2029\\ufeff");
    assert_text(escaped(&s, V("\xF0\x9F\x98\x80\xE2\x80\xA7\xE2\x80\xAA")),
        "\xF0\x9F\x98\x80\xE2\x80\xA7\xE2\x80\xAA");
    str_addz(&s, "|");
    text_add_escaped(&s, V("\n")); /* appended */
    assert_true(view_ends(str_view(&s), "|\\n"));
    str_done(&s);
}

/* Reads a JSON string's inside; false when it is none. */
static bool unescape(struct view v, char *to, size_t *ret_n)
{
    static const char letters[] = "bfnrt\"\\", meanings[] = "\b\f\n\r\t\"\\";
    size_t n = 0;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '"' || (unsigned char)v.p[i] < 0x20)
            return false;
        if (v.p[i] != '\\') {
            to[n++] = v.p[i];
            continue;
        }
        if (++i == v.n)
            return false;
        const char *letter = strchr(letters, v.p[i]);
        if (v.p[i] == 'u') {
            char hex[5] = {0};
            memcpy(hex, v.p + i + 1, 4);
            n += encode((unsigned)strtoul(hex, NULL, 16), to + n);
            i += 4;
        } else if (letter != NULL) {
            to[n++] = meanings[letter - letters];
        } else {
            return false;
        }
    }
    *ret_n = n;
    return true;
}

TEST(escaped_texts_read_back)
{
    struct random r;
    struct str s;
    random_init(&r, 23);
    str_init(&s, 5000);
    for (int step = 0; step < 50000; step++) {
        char z[200], back[2000];
        size_t n = 0, count = random_below(&r, 40), got = 0;
        for (size_t i = 0; i < count; i++) {
            static const unsigned from[] = {0, 0x70, 0x2020, 0xFEF0, 0xFFF0, 0x1F600};
            n += encode(
                from[random_below(&r, COUNT(from))] + (unsigned)random_below(&r, 48) % 0x10, z + n);
        }
        struct view v = {z, n};
        HOLDS(&r, unescape(escaped(&s, v), back, &got));
        HOLDS(&r, got == n && memcmp(back, z, n) == 0);
    }
    str_done(&s);
}

/* Valid text is the caller's promise; a byte more or less would be this function's lie. */
TEST(bytes_that_are_no_utf8_stay)
{
    struct str s;
    str_init(&s, 100);
    assert_text(escaped(&s, V("\xC2"
                              "A")),
        "\xC2"
        "A");
    assert_text(escaped(&s, V("\xC2\"")), "\xC2\\\"");
    assert_text(escaped(&s, V("\xE2@(\xE2\x80")), "\xE2@(\xE2\x80");
    assert_text(escaped(&s, V("\xEF{?\xEF\xBB")), "\xEF{?\xEF\xBB");
    assert_text(escaped(&s, V("\xC2")), "\xC2");
    str_done(&s);
}

TEST(an_escape_that_does_not_fit_is_over)
{
    for (size_t max = 1; max < 20; max++) {
        struct str s;
        str_init(&s, max);
        text_add_escaped(&s, V("ab\x01"
                               "c\n\xE2\x80\xA8"));
        assert_int_equal(str_ok(&s), max >= 17);
        assert_true(s.n <= max);
        str_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence_of_one_to_three_bytes),
        cmocka_unit_test(sequences_of_four_bytes),
        cmocka_unit_test(every_code_point_is_valid_but_surrogates),
        cmocka_unit_test(the_first_bad_byte_is_found),
        cmocka_unit_test(nfc_composes_and_changes_nothing_else),
        cmocka_unit_test(folding),
        cmocka_unit_test(symbols_go_before_they_become_letters),
        cmocka_unit_test(every_hyphen_parts_words),
        cmocka_unit_test(what_is_not_utf8_has_no_fold),
        cmocka_unit_test(different_letters_stay_different),
        cmocka_unit_test(a_fold_is_final),
        cmocka_unit_test(random_texts_fold_to_tidy_ones),
        cmocka_unit_test(exhaustion_ends_the_process),
        cmocka_unit_test(every_code_point_escaped_or_raw),
        cmocka_unit_test(escapes_within_texts),
        cmocka_unit_test(escaped_texts_read_back),
        cmocka_unit_test(bytes_that_are_no_utf8_stay),
        cmocka_unit_test(an_escape_that_does_not_fit_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
