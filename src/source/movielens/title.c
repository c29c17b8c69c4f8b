/* Titles: see title.h. First cleaned (clean.h), then the year is taken off, then the articles are
 * moved (article.h). */
#include "source/movielens/title.h"

#include "base/num.h"
#include "base/text.h"
#include "source/movielens/article.h"
#include "source/movielens/clean.h"

static bool year_of(struct view v, int64_t *ret)
{
    return v.n == 4 && num_i64_in(v, TITLE_YEAR_MIN, TITLE_YEAR_MAX, ret);
}

/* The length of a hyphen, en dash or em dash at the start of v, or 0. */
static size_t dash(struct view v)
{
    return view_starts(v, "-") ? 1 : view_starts(v, "\u2013") || view_starts(v, "\u2014") ? 3 : 0;
}

/* "1999", "2006-2007", "2007-" (what stands in parentheses). */
static bool read_years(struct view v, int64_t *ret_year, bool *ret_range)
{
    int64_t first, last;
    v = view_trim(v);
    if (v.n < 4 || !year_of(view_slice(v, 0, 4), &first))
        return false;
    struct view rest = view_trim(view_slice(v, 4, v.n));
    size_t n = dash(rest);
    rest = view_trim(view_slice(rest, n, rest.n));
    bool is_range = n > 0 && (rest.n == 0 || (year_of(rest, &last) && last >= first));
    if (v.n > 4 && !is_range)
        return false;
    *ret_year = first;
    *ret_range = is_range;
    return true;
}

/* Index of the '(' that begins the last parentheses of v, which end at `close`; v.n: none. */
static size_t last_open(struct view v, size_t close)
{
    for (size_t i = close; i-- > 0;)
        if (v.p[i] == '(')
            return i;
        else if (v.p[i] == ')')
            break;
    return v.n;
}

static bool is_balanced(struct view v)
{
    size_t depth = 0;
    for (size_t i = 0; i < v.n; i++) {
        depth += v.p[i] == '(';
        if (v.p[i] == ')' && depth-- == 0)
            return false;
    }
    return depth == 0;
}

/* Takes empty parentheses off the end. */
static struct view without_empty(struct view v)
{
    while (v.n > 0 && v.p[v.n - 1] == ')') {
        size_t open = last_open(v, v.n - 1);
        if (open == v.n || view_trim(view_slice(v, open + 1, v.n - 1)).n > 0)
            break;
        v = view_trim(view_slice(v, 0, open));
    }
    return v;
}

/* Takes "(1999)" off the end of v. */
static bool take_last(struct view *v, int64_t *ret_year, bool *ret_range)
{
    size_t open = v->n > 0 && v->p[v->n - 1] == ')' ? last_open(*v, v->n - 1) : v->n;
    if (open == v->n || !read_years(view_slice(*v, open + 1, v->n - 1), ret_year, ret_range))
        return false;
    *v = view_trim(view_slice(*v, 0, open));
    return true;
}

static struct view joined(struct arena *a, struct view x, struct view y)
{
    char *to = arena_take(a, x.n + y.n + 1);
    memcpy(to, x.p, x.n);
    memcpy(to + x.n, y.p, y.n);
    return (struct view){to, x.n + y.n};
}

/* "... (Mona) (1983))": one closing parenthesis too many. In "(Mona (1983))" the year belongs to
 * the alternative title, and its parentheses close. */
static bool take_doubled(struct arena *a, struct view *v, int64_t *ret_year)
{
    struct view inner = view_slice(*v, 0, v->n > 0 ? v->n - 1 : 0);
    bool range, balanced = is_balanced(*v);
    if (!view_ends(*v, "))") || !take_last(&inner, ret_year, &range))
        return false;
    if (balanced && view_ends(inner, "("))
        *v = view_trim(view_slice(inner, 0, inner.n - 1));
    else
        *v = balanced ? joined(a, inner, view_of(")")) : inner;
    return true;
}

/* "The Naked Truth (1957) (Your Past Is Showing)": a year with nothing behind it but
 * parentheses. */
static bool take_middle(struct arena *a, struct view *v, int64_t *ret_year)
{
    size_t end = v->n;
    while (end > 0 && v->p[end - 1] == ')') {
        bool range;
        struct view head = view_slice(*v, 0, end);
        size_t open = last_open(head, end - 1);
        if (open == end)
            return false;
        if (take_last(&head, ret_year, &range)) {
            *v = joined(a, head, view_slice(*v, end, v->n));
            return true;
        }
        for (end = open; end > 0 && v->p[end - 1] == ' ';)
            end--;
    }
    return false;
}

static void take_year(struct arena *a, struct view *v, struct title *ret)
{
    int64_t again;
    bool range = false;
    if (take_last(v, &ret->year, &range))
        ret->unusual = range ? "a range of years; the first is taken" : NULL;
    else if (take_doubled(a, v, &ret->year))
        ret->unusual = "a doubled parenthesis after the year";
    else if (take_middle(a, v, &ret->year))
        ret->unusual = "the year in the middle";
    else
        return;
    for (struct view rest = *v; take_last(&rest, &again, &range) && again == ret->year; *v = rest)
        ret->unusual = "the year twice";
}

void title_parse(struct arena *a, struct view raw, struct title *ret)
{
    struct view v = text_nfc(a, clean_text(a, raw));
    *ret = (struct title){{NULL, 0}, 0, NULL};
    v = without_empty(v);
    take_year(a, &v, ret);
    ret->name = article_front(a, without_empty(v));
}
