/*
 * Numbers, days, percent-decoding, hash: see text.h.
 *
 * The day arithmetic is the usual era-based one for the proleptic Gregorian calendar, so that no
 * time zone and no library state can have a say in it.
 */
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

bool text_uint(const char *s, size_t n, uint64_t max, uint64_t *ret)
{
    uint64_t value = 0;

    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint64_t digit = (uint64_t)(unsigned char)s[i] - '0';

        if (digit > 9 || value > max / 10 || digit > max - value * 10)
            return false;
        value = value * 10 + digit;
    }
    *ret = value;
    return true;
}

bool text_number(const char *s, uint64_t max, uint64_t *ret)
{
    return text_uint(s, strlen(s), max, ret);
}

bool text_e4(const char *s, int64_t *ret)
{
    const char *point = strchr(s, '.');
    size_t whole_length = point != NULL ? (size_t)(point - s) : strlen(s);
    size_t digits = point != NULL ? strlen(point + 1) : 0;
    uint64_t whole;
    uint64_t part = 0;

    if (!text_uint(s, whole_length, 1000000000, &whole) || digits > 4)
        return false;
    if (point != NULL && !text_uint(point + 1, digits, 9999, &part))
        return false;
    for (; digits < 4; digits++)
        part *= 10;
    *ret = (int64_t)(whole * 10000 + part);
    return true;
}

int32_t text_civil(int year, unsigned month, unsigned day_of_month)
{
    int y = year - (month <= 2);
    int era = (y >= 0 ? y : y - 399) / 400;
    unsigned of_era = (unsigned)(y - era * 400);
    unsigned of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day_of_month - 1;

    return era * 146097 + (int)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

void text_civil_of(int32_t day, int *year, unsigned *month, unsigned *day_of_month)
{
    int z = day + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;

    *day_of_month = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = (int)yoe + era * 400 + (*month <= 2);
}

bool text_date(const char *s, int32_t *ret)
{
    uint64_t year;
    uint64_t month;
    uint64_t mday;
    int32_t day;
    char again[11];

    if (strlen(s) != 10 || s[4] != '-' || s[7] != '-')
        return false;
    if (!text_uint(s, 4, 9999, &year) || !text_uint(s + 5, 2, 12, &month) ||
        !text_uint(s + 8, 2, 31, &mday) || month == 0 || mday == 0)
        return false;
    day = text_civil((int)year, (unsigned)month, (unsigned)mday);
    text_day(day, again); /* 2023-02-30 comes back as another day */
    if (strcmp(again, s) != 0)
        return false;
    *ret = day;
    return true;
}

void text_day(int32_t day, char out[static 11])
{
    int year;
    unsigned month;
    unsigned mday;
    unsigned y;

    text_civil_of(day, &year, &month, &mday);
    y = year < 0 ? 0 : (unsigned)year % 10000;
    out[0] = (char)('0' + y / 1000);
    out[1] = (char)('0' + y / 100 % 10);
    out[2] = (char)('0' + y / 10 % 10);
    out[3] = (char)('0' + y % 10);
    out[4] = '-';
    out[5] = (char)('0' + month / 10);
    out[6] = (char)('0' + month % 10);
    out[7] = '-';
    out[8] = (char)('0' + mday / 10);
    out[9] = (char)('0' + mday % 10);
    out[10] = '\0';
}

void text_http_date(int64_t unix_time, char out[static 32])
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t t = (time_t)unix_time;
    struct tm tm;

    if (gmtime_r(&t, &tm) == NULL) {
        out[0] = '\0';
        return;
    }
    snprintf(out, 32, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday,
        months[tm.tm_mon], (tm.tm_year + 1900) % 10000, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void text_url_decode(const char *s, size_t n, bool plus, char *out)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '%' && n - i > 2 && hex_value(s[i + 1]) >= 0 && hex_value(s[i + 2]) >= 0) {
            *out++ = (char)(hex_value(s[i + 1]) * 16 + hex_value(s[i + 2]));
            i += 2;
        } else {
            *out++ = plus && s[i] == '+' ? ' ' : s[i];
        }
    }
    *out = '\0';
}

uint64_t text_hash(const void *p, size_t n, uint64_t seed)
{
    const unsigned char *bytes = p;
    uint64_t h = seed ^ (n * 0x9fb21c651e98df25u);
    uint64_t word = 0;

    for (; n >= 8; n -= 8, bytes += 8) {
        memcpy(&word, bytes, 8);
        h = (h ^ word) * 0x9fb21c651e98df25u;
        h ^= h >> 29;
    }
    word = 0;
    if (n > 0)
        memcpy(&word, bytes, n);
    return mix64(h ^ word);
}
