/* Retry-After: see retry_after.h. */
#include "source/tmdb/retry_after.h"

#include "base/date.h"
#include "base/num.h"

/* The next run of characters that are no blank, comma or hyphen; absent at the end. */
static struct view next_word(struct view *rest)
{
    size_t from = 0, to;
    while (from < rest->n && strchr(" ,-", rest->p[from]) != NULL)
        from++;
    for (to = from; to < rest->n && strchr(" ,-", rest->p[to]) == NULL; to++)
        ;
    struct view word = from == to ? (struct view){NULL, 0} : view_slice(*rest, from, to);
    *rest = view_slice(*rest, to, rest->n);
    return word;
}

static int month_of(struct view word)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char z[4] = {0};
    if (word.n != 3)
        return 0;
    memcpy(z, word.p, 3);
    const char *at = strstr(names, z);
    return at == NULL || (at - names) % 3 != 0 ? 0 : (int)((at - names) / 3) + 1;
}

static bool time_of(struct view word, int64_t *ret)
{
    int64_t h, m, s;
    if (word.n != 8 || word.p[2] != ':' || word.p[5] != ':' ||
        !num_i64_in(view_slice(word, 0, 2), 0, 23, &h) ||
        !num_i64_in(view_slice(word, 3, 5), 0, 59, &m) ||
        !num_i64_in(view_slice(word, 6, 8), 0, 60, &s))
        return false;
    *ret = h * 3600 + m * 60 + s;
    return true;
}

/* In all three forms the day of the month comes before the year, and nothing else is a plain
 * number. */
bool http_date_parse(struct view v, int64_t *ret_seconds)
{
    int64_t day = 0, year = 0, time = -1, number;
    int month = 0;
    struct view word;
    if (v.p == NULL)
        return false;
    while ((word = next_word(&v)).p != NULL) {
        if (month == 0 && (month = month_of(word)) != 0)
            continue;
        if (num_i64_in(word, 0, 9999, &number)) {
            if (day == 0)
                day = number;
            else
                year = word.n == 2 ? (number < 70 ? 2000 : 1900) + number : number;
        } else {
            (void)time_of(word, &time);
        }
    }
    struct civil c = {(int)year, month, (int)day};
    if (time < 0 || !date_is_valid(c))
        return false;
    *ret_seconds = date_day(c) * 86400 + time;
    return true;
}

int64_t retry_after_ms(struct view value, struct view date, int64_t now)
{
    int64_t seconds, at, from = now;
    value = view_trim(value);
    if (value.p == NULL || value.n == 0)
        return -1;
    if (!num_i64(value, &seconds)) {
        if (!http_date_parse(value, &at))
            return -1;
        (void)http_date_parse(date, &from);
        seconds = at - from;
    }
    if (seconds < RETRY_AFTER_MIN_MS / 1000)
        return RETRY_AFTER_MIN_MS;
    return seconds > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : seconds * 1000;
}
