/* Values: see values.h. */
#include "cli/values.h"

#include "base/date.h"
#include "base/num.h"
#include "cli/args.h"

#include <stdio.h>

bool value_count(struct view v, uint64_t *ret, struct err *e)
{
    int64_t i;
    if (!num_i64_in(v, 1, INT64_MAX, &i))
        return err_set(e, ERR_USAGE, "'%.*s' is not a whole number of 1 or more", VIEW_ARG(v));
    *ret = (uint64_t)i;
    return true;
}

bool value_int_in(
    struct view v, int64_t min, int64_t max, const char *what, int *ret, struct err *e)
{
    int64_t i;
    if (!num_i64_in(v, min, max, &i))
        return err_set(e, ERR_USAGE, "'%.*s' is not %s from %lld to %lld", VIEW_ARG(v), what,
            (long long)min, (long long)max);
    *ret = (int)i;
    return true;
}

bool value_day(struct view v, int64_t *ret_day, struct err *e)
{
    int64_t day;
    if (!date_parse(v, &day))
        return err_set(e, ERR_USAGE, "'%.*s' is not a date that exists (YYYY-MM-DD)", VIEW_ARG(v));
    int year = date_civil(day).year;
    if (year < YEAR_MIN || year > YEAR_MAX)
        return err_set(
            e, ERR_USAGE, "'%.*s' is not in the years %d to %d", VIEW_ARG(v), YEAR_MIN, YEAR_MAX);
    *ret_day = day;
    return true;
}

bool value_duration(struct view v, int64_t *ret_seconds, struct err *e)
{
    static const int64_t max = 30 * 24 * 3600;
    struct view digits = v;
    int64_t unit = 1, n;
    char last = v.n > 0 ? v.p[v.n - 1] : '0';
    if (last == 's' || last == 'm' || last == 'h') {
        unit = last == 's' ? 1 : last == 'm' ? 60 : 3600;
        digits = view_slice(v, 0, v.n - 1);
    }
    if (!num_i64_in(digits, 1, max / unit, &n))
        return err_set(e, ERR_USAGE,
            "'%.*s' is not a time from 1 second to 30 days, like 90, 90s, 15m or 2h", VIEW_ARG(v));
    *ret_seconds = n * unit;
    return true;
}

bool value_size(struct view v, int64_t min, int64_t *ret_bytes, struct err *e)
{
    struct view digits = v;
    int64_t unit = 1, n;
    char last = v.n > 0 ? v.p[v.n - 1] : '0';
    if (last == 'K' || last == 'M' || last == 'G') {
        unit = last == 'K' ? 1024 : last == 'M' ? 1024 * 1024 : 1024 * 1024 * 1024;
        digits = view_slice(v, 0, v.n - 1);
    }
    if (!num_i64_in(digits, 1, INT64_MAX / unit, &n) || n * unit < min)
        return err_set(e, ERR_USAGE, "'%.*s' is not a size of %lldM or more, like 200M or 1G",
            VIEW_ARG(v), (long long)(min / (1024 * 1024)));
    *ret_bytes = n * unit;
    return true;
}

bool value_errors(struct view v, uint64_t *ret_n, double *ret_share, struct err *e)
{
    int64_t n;
    double percent;
    if (num_i64_in(v, 0, INT64_MAX, &n)) {
        *ret_n = (uint64_t)n;
        return true;
    }
    if (view_ends(v, "%") && num_real(view_slice(v, 0, v.n - 1), &percent) && percent >= 0 &&
        percent <= 100) {
        *ret_share = percent / 100;
        return true;
    }
    return err_set(e, ERR_USAGE,
        "'%.*s' is neither a number of records (100) nor a share of them (2%%)", VIEW_ARG(v));
}

bool value_id(struct view v, int64_t *ret, struct err *e)
{
    if (!num_i64_in(v, 1, INT32_MAX, ret))
        return err_set(
            e, ERR_USAGE, "'%.*s' is not a TMDB id (a number from 1 to 2147483647)", VIEW_ARG(v));
    return true;
}

bool value_choice(struct view v, const char *const *choices, size_t *ret, struct err *e)
{
    char list[200] = "";
    for (size_t i = 0; choices[i] != NULL; i++) {
        if (view_is(v, choices[i])) {
            *ret = i;
            return true;
        }
        size_t n = strlen(list);
        (void)snprintf(list + n, sizeof list - n, "%s%s",
            i == 0                   ? ""
            : choices[i + 1] == NULL ? " or "
                                     : ", ",
            choices[i]);
    }
    return err_set(e, ERR_USAGE, "'%.*s' is not %s", VIEW_ARG(v), list);
}

void nearest_init(struct nearest *n, struct view word)
{
    *n = (struct nearest){word, NULL, SIZE_MAX};
}

enum { WORD_MAX = 40 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The optimal string alignment distance: three rows of the usual table. */
size_t edit_distance(struct view a, struct view b)
{
    size_t row[3][WORD_MAX + 1];
    if (a.n > WORD_MAX || b.n > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.n; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t *now = row[i % 3], *above = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            now[j] =
                least(least(above[j], now[j - 1]) + 1, above[j - 1] + (a.p[i - 1] != b.p[j - 1]));
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[a.n % 3][b.n];
}

void nearest_try(struct nearest *n, const char *candidate)
{
    struct view c = view_of(candidate);
    size_t d = edit_distance(n->word, c), near = c.n <= 4 ? 1 : c.n <= 8 ? 2 : 3;
    /* A word that only stops early ("chang", "load") is meant, too. */
    if (n->word.n >= 3 && n->word.n < c.n && memcmp(n->word.p, c.p, n->word.n) == 0)
        d = least(d, 2);
    if (d <= near && d < n->distance) {
        n->name = candidate;
        n->distance = d;
    }
}
