/* Articles: see article.h.
 *
 * Only what is in the table is moved, spelt as there: MovieLens writes a trailing article with a
 * capital. Some articles are ordinary words of another language; these stay where they are when the
 * title holds a further comma, because then it is a list ("Me, Myself, I"; "Eat, Pray, Die"). */
#include "source/movielens/article.h"

enum { DEEPEST = 4 }; /* parentheses inside parentheses; deeper ones are plain text */

struct article {
    const char *word;
    bool joined;   /* no blank behind it: L'Avventura */
    bool word_too; /* also an ordinary word */
};

static const struct article articles[] = {
    /* English */
    {"The", false, false},
    {"A", false, false},
    {"An", false, false},
    {"Da", false, true},
    /* French */
    {"Le", false, false},
    {"La", false, false},
    {"Les", false, false},
    {"L'", true, false},
    {"L\u2019", true, false},
    {"Un", false, false},
    {"Une", false, false},
    {"Des", false, true},
    /* German */
    {"Der", false, false},
    {"Die", false, true},
    {"Das", false, false},
    {"Ein", false, false},
    {"Eine", false, false},
    /* Italian */
    {"Il", false, false},
    {"Lo", false, false},
    {"I", false, true},
    {"Gli", false, false},
    {"Gl'", true, false},
    {"Uno", false, false},
    {"Una", false, false},
    {"Un'", true, false},
    {"Un\u2019", true, false},
    /* Spanish, Catalan */
    {"El", false, false},
    {"Los", false, false},
    {"Las", false, false},
    {"Unos", false, false},
    {"Unas", false, false},
    {"Els", false, false},
    /* Portuguese */
    {"O", false, true},
    {"Os", false, false},
    {"As", false, true},
    {"Um", false, true},
    {"Uma", false, false},
    /* Swedish, Danish, Norwegian */
    {"Den", false, false},
    {"Det", false, false},
    {"De", false, false},
    {"En", false, false},
    {"Ett", false, false},
    {"Et", false, false},
    {"Ei", false, false},
    /* Dutch */
    {"Het", false, false},
    {"Een", false, false},
    {"'t", false, false},
    /* Hungarian */
    {"Az", false, false},
    {"Egy", false, false},
    /* Greek in Latin letters */
    {"To", false, true},
    {"Ta", false, true},
    {"Oi", false, true},
};

/* The article that ends v[at..end) behind a comma; *ret_cut: where the name before it ends, which
 * began at `begin` and is not empty. */
static const struct article *trailing(
    struct view v, size_t begin, size_t at, size_t end, size_t *ret_cut)
{
    size_t comma = end;
    while (comma > at && v.p[comma - 1] != ',')
        comma--;
    if (comma == at || comma == end || v.p[comma] != ' ')
        return NULL;
    struct view word = view_slice(v, comma + 1, end);
    for (size_t i = 0; i < sizeof articles / sizeof articles[0]; i++) {
        if (!view_is(word, articles[i].word))
            continue;
        *ret_cut = comma - 1;
        while (*ret_cut > at && v.p[*ret_cut - 1] == ' ')
            --*ret_cut;
        if (*ret_cut == begin)
            return NULL;
        bool is_list = view_find(v, 0, ',') != comma - 1;
        return articles[i].word_too && is_list ? NULL : &articles[i];
    }
    return NULL;
}

/* Index of the ')' that closes the '(' at `open`, or v.n. */
static size_t closing(struct view v, size_t open)
{
    size_t depth = 0;
    for (size_t i = open; i < v.n; i++) {
        depth += v.p[i] == '(';
        if (v.p[i] == ')' && --depth == 0)
            return i;
    }
    return v.n;
}

/* The length of "a.k.a. " and its like at the start of an alternative title. */
static size_t also_known_as(struct view v)
{
    static const char *const forms[] = {"a.k.a. ", "aka ", "a.k.a ", "AKA ", "A.K.A. "};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (view_starts(v, forms[i]))
            return strlen(forms[i]);
    return 0;
}

static void add(char *to, size_t *n, struct view v)
{
    if (v.n > 0)
        memcpy(to + *n, v.p, v.n);
    *n += v.n;
}

/* Puts the article before what was written since `start`, without what "a.k.a." takes. */
static void put_front(char *to, size_t start, size_t *n, const struct article *x)
{
    size_t len = strlen(x->word), gap = x->joined ? 0 : 1;
    memmove(to + start + len + gap, to + start, *n - start);
    memcpy(to + start, x->word, len);
    if (gap > 0)
        to[start + len] = ' ';
    *n += len + gap;
}

/* Writes `v` with its articles in front; never longer than v. */
static void front(struct view v, unsigned depth, char *to, size_t *n)
{
    size_t begin = also_known_as(v), start = *n + begin;
    bool moved = false;
    add(to, n, view_slice(v, 0, begin));
    for (size_t at = begin; at < v.n;) {
        size_t open = view_find(v, at, '('), close = closing(v, open);
        if (depth == DEEPEST || close == v.n)
            open = close = v.n;
        size_t end = open, cut = 0;
        while (end > at && v.p[end - 1] == ' ')
            end--;
        const struct article *x = moved ? NULL : trailing(v, begin, at, end, &cut);
        if (x != NULL) {
            moved = true;
            add(to, n, view_slice(v, at, cut));
            put_front(to, start, n, x);
            add(to, n, view_slice(v, end, open));
        } else {
            add(to, n, view_slice(v, at, open));
        }
        if (open == v.n)
            return;
        to[(*n)++] = '(';
        front(view_slice(v, open + 1, close), depth + 1, to, n);
        to[(*n)++] = ')';
        at = close + 1;
    }
}

struct view article_front(struct arena *a, struct view v)
{
    if (view_find(v, 0, ',') == v.n)
        return v;
    char *to = arena_take(a, v.n + 1);
    size_t n = 0;
    front(v, 0, to, &n);
    return (struct view){to, n};
}
