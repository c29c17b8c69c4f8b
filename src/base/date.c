/* Dates: see date.h. The day arithmetic is Howard Hinnant's "days_from_civil" (public description:
 * chrono-compatible low-level date algorithms). */
#include "base/date.h"

#include "base/num.h"

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z */
static const int64_t FIRST_INSTANT = -62135596800, LAST_INSTANT = 253402300799;

int64_t date_day(struct civil c)
{
    int64_t y = c.month <= 2 ? c.year - 1 : c.year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (c.month > 2 ? c.month - 3 : c.month + 9) + 2) / 5 + c.day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct civil date_civil(int64_t day)
{
    int64_t z = day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    return (struct civil){
        (int)(yoe + era * 400 + (month <= 2)), (int)month, (int)(doy - (153 * mp + 2) / 5 + 1)};
}

bool date_is_valid(struct civil c)
{
    if (c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31)
        return false;
    struct civil back = date_civil(date_day(c));
    return back.month == c.month && back.day == c.day;
}

static bool digits(struct view v, size_t from, size_t count, int *ret)
{
    int64_t i;
    if (from + count > v.n || v.p[from] == '-' || !num_i64(view_slice(v, from, from + count), &i))
        return false;
    *ret = (int)i;
    return true;
}

bool date_parse(struct view v, int64_t *ret_day)
{
    struct civil c;
    if (v.p == NULL || v.n != 10 || v.p[4] != '-' || v.p[7] != '-' || !digits(v, 0, 4, &c.year) ||
        !digits(v, 5, 2, &c.month) || !digits(v, 8, 2, &c.day) || !date_is_valid(c))
        return false;
    *ret_day = date_day(c);
    return true;
}

/* "", "Z", " UTC", "+HH:MM", "-HH:MM", "+HHMM"; gives the offset from UTC in seconds. */
static bool parse_zone(struct view v, int64_t *ret_offset)
{
    int h, m;
    *ret_offset = 0;
    if (v.n == 0 || view_is(v, "Z") || view_is(v, "z") || view_is(v, " UTC") || view_is(v, " GMT"))
        return true;
    if (v.p[0] != '+' && v.p[0] != '-')
        return false;
    size_t minutes_at = v.n == 6 && v.p[3] == ':' ? 4 : 3;
    if (v.n != minutes_at + 2 || !digits(v, 1, 2, &h) || !digits(v, minutes_at, 2, &m) || h > 23 ||
        m > 59)
        return false;
    *ret_offset = (v.p[0] == '-' ? -1 : 1) * (h * 3600 + m * 60);
    return true;
}

static bool parse_time(struct view v, int64_t *ret_seconds)
{
    int h, m, s;
    if (v.n < 8 || v.p[2] != ':' || v.p[5] != ':' || !digits(v, 0, 2, &h) || !digits(v, 3, 2, &m) ||
        !digits(v, 6, 2, &s) || h > 23 || m > 59 || s > 60)
        return false;
    size_t at = 8;
    if (at < v.n && v.p[at] == '.') {
        at++;
        while (at < v.n && v.p[at] >= '0' && v.p[at] <= '9')
            at++;
        if (at == 9)
            return false;
    }
    int64_t offset;
    if (!parse_zone(view_slice(v, at, v.n), &offset))
        return false;
    *ret_seconds = h * 3600 + m * 60 + s - offset;
    return true;
}

bool instant_parse(struct view v, int64_t *ret_seconds)
{
    int64_t day, time = 0;
    if (v.p == NULL || v.n < 10 || !date_parse(view_slice(v, 0, 10), &day))
        return false;
    if (v.n > 10 &&
        ((v.p[10] != 'T' && v.p[10] != ' ') || !parse_time(view_slice(v, 11, v.n), &time)))
        return false;
    int64_t seconds = day * 86400 + time;
    if (seconds < FIRST_INSTANT || seconds > LAST_INSTANT)
        return false;
    *ret_seconds = seconds;
    return true;
}

struct view date_print(struct arena *a, int64_t day)
{
    struct civil c = date_civil(day);
    return arena_print(a, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static int second_of_day(int64_t seconds)
{
    return (int)((seconds % 86400 + 86400) % 86400);
}

struct view instant_print(struct arena *a, int64_t seconds)
{
    struct civil c = date_civil(instant_day(seconds));
    int t = second_of_day(seconds);
    return arena_print(
        a, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, t / 3600, t / 60 % 60, t % 60);
}

struct view instant_print_file(struct arena *a, int64_t seconds)
{
    struct civil c = date_civil(instant_day(seconds));
    int t = second_of_day(seconds);
    return arena_print(
        a, "%04d%02d%02d_%02d%02d%02d", c.year, c.month, c.day, t / 3600, t / 60 % 60, t % 60);
}
