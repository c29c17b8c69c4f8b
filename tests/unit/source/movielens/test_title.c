/* Titles: what real releases hold, as a table of raw title, name and year; and how articles, blanks
 * and entities are treated. Titles marked ml-32m and the like are real ones. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/text.h"
#include "source/movielens/article.h"
#include "source/movielens/clean.h"
#include "source/movielens/title.h"

struct row {
    const char *raw, *name;
    int64_t year;
    const char *unusual; /* a part of it, or NULL */
};

static const struct row rows[] = {
    /* the documented form */
    {"Toy Story (1995)", "Toy Story", 1995, NULL},
    {"Jack's Back (1988)", "Jack's Back", 1988, NULL},
    /* no year at the end (617 in ml-32m) */
    {"In Our Garden", "In Our Garden", 0, NULL},
    {"Zone 261", "Zone 261", 0, NULL},
    {"1013 Briar Lane", "1013 Briar Lane", 0, NULL},
    {"Babylon 5", "Babylon 5", 0, NULL},
    {"Millions Game, The (Das Millionenspiel)", "The Millions Game (Das Millionenspiel)", 0, NULL},
    {"\u039f\u03c5\u03b6\u03b5\u03c1\u03af \u03a4\u03c3\u03b9\u03c4\u03c3\u03ac\u03bd\u03b7\u03c2",
        "\u039f\u03c5\u03b6\u03b5\u03c1\u03af "
        "\u03a4\u03c3\u03b9\u03c4\u03c3\u03ac\u03bd\u03b7\u03c2",
        0, NULL},
    /* digits that are no year: they may as well be the name */
    {"Irwin & Fran 2013", "Irwin & Fran 2013", 0, NULL},
    {"The Garden of Afflictions 2017", "The Garden of Afflictions 2017", 0, NULL},
    {"Ladies' Calendar 2005-2006", "Ladies' Calendar 2005-2006", 0, NULL},
    /* doubled parenthesis */
    {"Mona and the Time of Burning Love (Mona ja palavan rakkauden aika) (1983))",
        "Mona and the Time of Burning Love (Mona ja palavan rakkauden aika)", 1983, "doubled"},
    {"Mona ((1983))", "Mona", 1983, "doubled"},
    {"Mona (a.k.a. Lisa (1983))", "Mona (a.k.a. Lisa)", 1983, "doubled"},
    /* year in the middle */
    {"The Naked Truth (1957) (Your Past Is Showing)", "The Naked Truth (Your Past Is Showing)",
        1957, "middle"},
    {"Naked Truth, The (1957) (Your Past Is Showing) (Nude, The)",
        "The Naked Truth (Your Past Is Showing) (The Nude)", 1957, "middle"},
    /* ranges: en dash, hyphen, em dash, open */
    {"Death Note: Desu n\u00f4to (2006\u20132007)", "Death Note: Desu n\u00f4to", 2006, "range"},
    {"Fawlty Towers (1975-1979)", "Fawlty Towers", 1975, "range"},
    {"Fawlty Towers (1975 \u2014 1979)", "Fawlty Towers", 1975, "range"},
    {"Big Bang Theory, The (2007-)", "The Big Bang Theory", 2007, "range"},
    {"Diplomatic Immunity (2009\u2013 )", "Diplomatic Immunity", 2009, "range"},
    {"Backwards (1979-1975)", "Backwards (1979-1975)", 0, NULL},
    /* year twice */
    {"The Devotion of Suspect X (2017) (2017)", "The Devotion of Suspect X", 2017, "twice"},
    {"Don Quixote (1973) (1973)", "Don Quixote", 1973, "twice"},
    {"Remake (1973) (1983)", "Remake (1973)", 1983, NULL},
    /* empty names and empty parentheses */
    {" (2019)", "", 2019, NULL},
    {"(2019)", "", 2019, NULL},
    {"", "", 0, NULL},
    {"   ", "", 0, NULL},
    {"Li'l Quinquin (    )", "Li'l Quinquin", 0, NULL},
    {"Li'l Quinquin () (2014)", "Li'l Quinquin", 2014, NULL},
    /* blanks at the end, NBSP, zero width, doubled */
    {"Babe Ruth Story, The (1948) ", "The Babe Ruth Story", 1948, NULL},
    {"Skokie\u00a0(1981)", "Skokie", 1981, NULL},
    {"Me and the Colonel\u00a0(1958)", "Me and the Colonel", 1958, NULL},
    {"Skokie (1981)\u00a0\u00a0", "Skokie", 1981, NULL},
    {"Happy Happy Joy Joy: The Ren & Stimpy Story\u200b (2020)",
        "Happy Happy Joy Joy: The Ren & Stimpy Story", 2020, NULL},
    {"Blind Side, The  (2009)", "The Blind Side", 2009, NULL},
    {"Dark Portals: The Chronicles of Vidocq  (Vidocq) (2001)",
        "Dark Portals: The Chronicles of Vidocq (Vidocq)", 2001, NULL},
    {"Man Escaped, A (Un  condamn\u00e9 \u00e0 mort) (1956)",
        "A Man Escaped (Un condamn\u00e9 \u00e0 mort)", 1956, NULL},
    {"Angst\t (1983)\r", "Angst", 1983, NULL},
    {"Foo(1999)", "Foo", 1999, NULL},
    {"Foo ( 1999 )", "Foo", 1999, NULL},
    /* not NFC */
    {"Fe\u0301lix Mayol Performs \"The Trottins' Polka\" (1905)",
        "F\u00e9lix Mayol Performs \"The Trottins' Polka\"", 1905, NULL},
    /* HTML entities */
    {"Vlad Tepes (Vlad &#354;epe&#351;) (1979)", "Vlad Tepes (Vlad \u0162epe\u015f)", 1979, NULL},
    {"Bleach: Fade to Black (Bur&#299;chi) (2008)", "Bleach: Fade to Black (Bur\u012bchi)", 2008,
        NULL},
    {"Tom &amp; Jerry (1999)", "Tom & Jerry", 1999, NULL},
    /* quotes, backtick, pipe, curly signs stay */
    {"11'09\"01 - September 11 (2002)", "11'09\"01 - September 11", 2002, NULL},
    {"\"Great Performances\" Cats (1998)", "\"Great Performances\" Cats", 1998, NULL},
    {"\"Sr.\" (2022)", "\"Sr.\"", 2022, NULL},
    {"All This and World War II` (1976)", "All This and World War II`", 1976, NULL},
    {"Deconstructing The Beatles | Sgt. Pepper (2017)", "Deconstructing The Beatles | Sgt. Pepper",
        2017, NULL},
    {"The Big Scary \u201cS\u201d Word (2020)", "The Big Scary \u201cS\u201d Word", 2020, NULL},
    /* every script */
    {"\u0420\u0438\u0446\u0430\u0440 \u0431\u0435\u0437 \u0431\u0440\u043e\u043d\u044f (1966)",
        "\u0420\u0438\u0446\u0430\u0440 \u0431\u0435\u0437 \u0431\u0440\u043e\u043d\u044f", 1966,
        NULL},
    {"\u8c9e\u5b503D (2012)", "\u8c9e\u5b503D", 2012, NULL},
    {"\u30c1\u30a7\u30d6\u30e9\u30fc\u30b7\u30ab (2010)",
        "\u30c1\u30a7\u30d6\u30e9\u30fc\u30b7\u30ab", 2010, NULL},
    {"\u0623\u0647\u0648\u0627\u0643 (2015)", "\u0623\u0647\u0648\u0627\u0643", 2015, NULL},
    {"\u05d0\u05e8\u05d1\u05d9\u05e0\u05e7\u05d0 (1967)",
        "\u05d0\u05e8\u05d1\u05d9\u05e0\u05e7\u05d0", 1967, NULL},
    {"Punorjonmo | \u09aa\u09c1\u09a8\u09b0\u09cd\u099c\u09a8\u09cd\u09ae (2021)",
        "Punorjonmo | \u09aa\u09c1\u09a8\u09b0\u09cd\u099c\u09a8\u09cd\u09ae", 2021, NULL},
    {"\U0001F600 (2021)", "\U0001F600", 2021, NULL},
    /* names that are numbers, or begin with signs */
    {"1776 (1972)", "1776", 1972, NULL},
    {"1969 (1988)", "1969", 1988, NULL},
    {".45 (2006)", ".45", 2006, NULL},
    {"$9.99 (2008)", "$9.99", 2008, NULL},
    {"*batteries not included (1987)", "*batteries not included", 1987, NULL},
    {"[REC]\u00b2 (2009)", "[REC]\u00b2", 2009, NULL},
    {"(500) Days of Summer (2009)", "(500) Days of Summer", 2009, NULL},
    {"61* (2001)", "61*", 2001, NULL},
    {"\u00a1Three Amigos! (1986)", "\u00a1Three Amigos!", 1986, NULL},
    {"'Til There Was You (1997)", "'Til There Was You", 1997, NULL},
    {"Fronti\u00e8re(s) (2007)", "Fronti\u00e8re(s)", 2007, NULL},
    {"11:14 (2003)", "11:14", 2003, NULL},
    {"No Escape (1994)", "No Escape", 1994, NULL},
    /* old and impossible years */
    {"Passage de Venus (1874)", "Passage de Venus", 1874, NULL},
    {"Foo (1869)", "Foo (1869)", 0, NULL},
    {"Foo (9999)", "Foo (9999)", 0, NULL},
    {"Foo (199)", "Foo (199)", 0, NULL},
    {"Foo (19x9)", "Foo (19x9)", 0, NULL},
    {"Foo (1999", "Foo (1999", 0, NULL},
    {"Foo 1999)", "Foo 1999)", 0, NULL},
    {")", ")", 0, NULL},
    {"))", "))", 0, NULL},
    {"(", "(", 0, NULL},
    /* articles: English, also with a comma in the name, a subtitle, a double space */
    {"Matrix, The (1999)", "The Matrix", 1999, NULL},
    {"Bug's Life, A (1998)", "A Bug's Life", 1998, NULL},
    {"American in Paris, An (1951)", "An American in Paris", 1951, NULL},
    {"American President, The (1995)", "The American President", 1995, NULL},
    {"Cook, the Thief, His Wife & Her Lover, The (1989)",
        "The Cook, the Thief, His Wife & Her Lover", 1989, NULL},
    {"Lord of the Rings: The Two Towers, The (2002)", "The Lord of the Rings: The Two Towers", 2002,
        NULL},
    {"Hip Hop Witch, Da (2000)", "Da Hip Hop Witch", 2000, NULL},
    {"(500) Days, The (2009)", "The (500) Days", 2009, NULL},
    {"Foo (Bar), The (2009)", "The Foo (Bar)", 2009, NULL},
    /* two articles in one title; other languages */
    {"City of Lost Children, The (Cit\u00e9 des enfants perdus, La) (1995)",
        "The City of Lost Children (La Cit\u00e9 des enfants perdus)", 1995, NULL},
    {"Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)",
        "The Good, the Bad and the Ugly (Il Buono, il brutto, il cattivo)", 1966, NULL},
    {"Mis\u00e9rables, Les (1995)", "Les Mis\u00e9rables", 1995, NULL},
    {"Avventura, L' (Adventure, The) (1960)", "L'Avventura (The Adventure)", 1960, NULL},
    {"Avventura, L\u2019 (1960)", "L\u2019Avventura", 1960, NULL},
    {"School of Flesh, The (\u00c9cole de la chair, L') (1998)",
        "The School of Flesh (L'\u00c9cole de la chair)", 1998, NULL},
    {"Affair of Love, An (Liaison pornographique, Une) (1999)",
        "An Affair of Love (Une Liaison pornographique)", 1999, NULL},
    {"Boot, Das (Boat, The) (1981)", "Das Boot (The Boat)", 1981, NULL},
    {"Tin Drum, The (Blechtrommel, Die) (1979)", "The Tin Drum (Die Blechtrommel)", 1979, NULL},
    {"Name of the Rose, The (Name der Rose, Der) (1986)",
        "The Name of the Rose (Der Name der Rose)", 1986, NULL},
    {"Black Sabbath (Tre volti della paura, I) (1963)", "Black Sabbath (I Tre volti della paura)",
        1963, NULL},
    {"Impossible, The (Imposible, Lo) (2012)", "The Impossible (Lo Imposible)", 2012, NULL},
    {"Timecrimes (Cronocr\u00edmenes, Los) (2007)", "Timecrimes (Los Cronocr\u00edmenes)", 2007,
        NULL},
    {"Mariachi, El (1992)", "El Mariachi", 1992, NULL},
    {"Pagador de Promessas, O (1962)", "O Pagador de Promessas", 1962, NULL},
    {"Seventh Seal, The (Sjunde inseglet, Det) (1957)", "The Seventh Seal (Det Sjunde inseglet)",
        1957, NULL},
    {"Passion of Anna, The (Passion, En) (1969)", "The Passion of Anna (En Passion)", 1969, NULL},
    {"Green Butchers, The (Gr\u00f8nne slagtere, De) (2003)",
        "The Green Butchers (De Gr\u00f8nne slagtere)", 2003, NULL},
    {"Diner, Het (2013)", "Het Diner", 2013, NULL},
    /* behind a.k.a. */
    {"City of the Living Dead (a.k.a. Gates of Hell, The) (Paura nella citt\u00e0) (1980)",
        "City of the Living Dead (a.k.a. The Gates of Hell) (Paura nella citt\u00e0)", 1980, NULL},
    {"Suriyothai (a.k.a. Legend of Suriyothai, The) (2001)",
        "Suriyothai (a.k.a. The Legend of Suriyothai)", 2001, NULL},
    /* no articles, though they look like some */
    {"Play It Again, Sam (1972)", "Play It Again, Sam", 1972, NULL},
    {"I Love You, Man (2009)", "I Love You, Man", 2009, NULL},
    {"Girl, Interrupted (1999)", "Girl, Interrupted", 1999, NULL},
    {"Me, Myself, I (1992)", "Me, Myself, I", 1992, NULL},
    {"Eat, Pray, Die (2012)", "Eat, Pray, Die", 2012, NULL},
    {"La flor de mi secreto (1995)", "La flor de mi secreto", 1995, NULL},
    {", The (1999)", ", The", 1999, NULL},
    {"The (1999)", "The", 1999, NULL},
};

static void real_titles(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct title t;
        title_parse(&a, view_of(r->raw), &t);
        if (!view_is(t.name, r->name) || t.year != r->year)
            fail_msg("'%s': '%.*s' %d, expected '%s' %d", r->raw, VIEW_ARG(t.name), (int)t.year,
                r->name, (int)r->year);
        bool said = t.unusual == NULL ? r->unusual == NULL
                                      : r->unusual != NULL && strstr(t.unusual, r->unusual);
        if (!said)
            fail_msg("'%s': '%s', expected '%s'", r->raw, t.unusual == NULL ? "usual" : t.unusual,
                r->unusual == NULL ? "usual" : r->unusual);
    }
    arena_done(&a);
}

static void every_article_is_moved(void **state)
{
    (void)state;
    static const char *const words[] = {"The", "A", "An", "Da", "Le", "La", "Les", "Un", "Une",
        "Des", "Der", "Die", "Das", "Ein", "Eine", "Il", "Lo", "I", "Gli", "Uno", "Una", "El",
        "Los", "Las", "Unos", "Unas", "Els", "O", "Os", "As", "Um", "Uma", "Den", "Det", "De", "En",
        "Ett", "Et", "Ei", "Het", "Een", "'t", "Az", "Egy", "To", "Ta", "Oi"};
    static const char *const joined[] = {"L'", "L\u2019", "Gl'", "Un'", "Un\u2019"};
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct view v = arena_print(&a, "Xyz, %s (Abc, %s)", words[i], words[i]);
        struct view want = arena_print(&a, "%s Xyz (%s Abc)", words[i], words[i]);
        assert_true(view_eq(article_front(&a, v), want));
    }
    for (size_t i = 0; i < sizeof joined / sizeof joined[0]; i++) {
        struct view want = arena_print(&a, "%sXyz", joined[i]);
        assert_true(view_eq(article_front(&a, arena_print(&a, "Xyz, %s", joined[i])), want));
    }
    arena_done(&a);
}

static void blanks_and_invisible_characters(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *clean;
    } rows_of[] = {
        {"a\u1680b\u2003c\u2028d\u2029e\u202ff\u205fg\u3000h\xc2\x85"
         "i\nj\x01k",
            "a b c d e f g h i j k"},
        {"\u00a0 a \u3000", "a"},
        {"\u200ba\u200bb\u2060c\ufeff", "abc"},
        {"\u200e\u200fa\u200d\u200e", "a"},
        {"a\u200cb\u00adc", "a\u200cb\u00adc"},
        {"\u200b \u200e", ""},
        {"&nbsp;a&nbsp;&nbsp;b&#160;", "a b"},
        {"&lt;&gt;&quot;&apos;&#x41;&#X42;", "<>\"'AB"},
        {"&amp;lt;", "&lt;"},
        {"&#0; &#31; &#xD800; &#1114112; &#99999999999999; &; &#; &#x; &foo; & &amp", NULL},
        {"AT&T; R&D", "AT&T; R&D"},
        {"&#128512;", "\U0001F600"},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof rows_of / sizeof rows_of[0]; i++) {
        const char *want = rows_of[i].clean == NULL ? rows_of[i].raw : rows_of[i].clean;
        struct view got = clean_text(&a, view_of(rows_of[i].raw));
        if (!view_is(got, want))
            fail_msg("'%s': '%.*s', expected '%s'", rows_of[i].raw, VIEW_ARG(got), want);
    }
    arena_done(&a);
}

/* Texts are looked through eight bytes at a time: what is to be changed, at each place of them. */
static void every_place_is_looked_at(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *clean;
    } odd[] = {{"  ", " "}, {"\t", " "}, {"\x7f", " "}, {"&amp;", "&"}, {"\u00a0", " "},
        {"\u200b", ""}, {" ", " "}, {" !", " !"}, {"~", "~"}, {"\u00e9", "\u00e9"}};
    static const char text[] = "Abcdefghijklmnopqrstuvwxyz";
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        for (int len = 0; len < 26; len++)
            for (int at = 1; at < len; at++) {
                struct view raw = arena_print(
                                &a, "%.*s%s%.*s", at, text, odd[i].raw, len - at, text + at),
                            want = arena_print(
                                &a, "%.*s%s%.*s", at, text, odd[i].clean, len - at, text + at);
                assert_true(view_eq(clean_text(&a, raw), want));
                assert_true(view_eq(clean_text(&a, want), want));
                raw = arena_print(&a, "%s%.*s ", odd[i].raw[0] == ' ' ? " " : "", len, text);
                assert_true(view_eq(clean_text(&a, raw), arena_print(&a, "%.*s", len, text)));
            }
    arena_done(&a);
}

/* Whatever is given, the result is valid UTF-8, not longer than the raw title (NFC and an article
 * only move bytes or take some away), clean, and the same when it is cleaned again. */
static void any_title_gives_a_clean_name(void **state)
{
    (void)state;
    static const char *const pieces[] = {"(", ")", " ", ",", ", The", ", L'", "(1999)", "(2006-",
        "\u00a0", "\u200b", "a.k.a. ", "Foo", "&amp;", "&#", ";", "\u00e9", "\u200d", "))", "((",
        "1999"};
    uint32_t seed = 20;
    struct arena a;
    arena_init(&a);
    for (int round = 0; round < 20000; round++) {
        struct str s;
        struct title t;
        str_init(&s, 1000);
        for (int i = 0; i < 12; i++) {
            seed = seed * 1664525u + 1013904223u;
            str_addz(&s, pieces[(seed >> 16) % (sizeof pieces / sizeof pieces[0])]);
        }
        title_parse(&a, str_view(&s), &t);
        assert_true(utf8_is_valid(t.name));
        assert_true(t.name.n <= s.n);
        assert_true(t.year == 0 || (t.year >= TITLE_YEAR_MIN && t.year <= TITLE_YEAR_MAX));
        assert_true(t.name.n == 0 || (t.name.p[0] != ' ' && t.name.p[t.name.n - 1] != ' '));
        str_done(&s);
        arena_reset(&a);
    }
    arena_done(&a);
}

/* Work must not grow with the square of what is inside the parentheses. */
static void hostile_parentheses_end(void **state)
{
    (void)state;
    static const char *const pieces[] = {"(", ")", "()", "(a, The) ", "((1999)) "};
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct str s;
        struct title t;
        str_init(&s, 10000);
        while (str_ok(&s))
            str_addz(&s, pieces[i]);
        title_parse(&a, str_view(&s), &t);
        assert_true(t.name.n <= s.n);
        str_done(&s);
    }
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_titles),
        cmocka_unit_test(every_article_is_moved),
        cmocka_unit_test(blanks_and_invisible_characters),
        cmocka_unit_test(every_place_is_looked_at),
        cmocka_unit_test(any_title_gives_a_clean_name),
        cmocka_unit_test(hostile_parentheses_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
