/* The fast readers' parts: rows in the plain form, "userId,movieId,d.d,timestamp" and LF or CRLF,
 * ids of 1 to 7 digits, a timestamp of 9 or 10 (a tag's row has the same ends). Every byte is
 * checked; whatever is not exactly so is refused, and is not wrong therefore: the careful readers
 * decide.
 *
 * Eight bytes at a time in one machine word ("SWAR"): first find how many digits lead, then turn
 * them into a number with three multiplications, without a branch per digit. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_PLAIN_H
#define MOVIE_ETL_SOURCE_MOVIELENS_PLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    PLAIN_MAX = 8 + 8 + 4 + 12
}; /* bytes of a row in the plain form, at most; 8 more may be looked at */

struct rating {
    int64_t user_id, movielens_id, half_stars, rated_at;
};

/* Eight bytes as a number, the first byte lowest. */
static inline uint64_t plain_word(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

/* Digits as their values: a byte that is one becomes 0..9, any other becomes more. */
static inline uint64_t plain_digits(uint64_t word)
{
    return word ^ 0x3030303030303030u;
}

/* The high bit of each byte that is no digit. Only the lowest of them can be relied on (a carry may
 * spoil those above), and only that one is used. */
static inline uint64_t plain_others(uint64_t digits)
{
    return ((digits + 0x7676767676767676u) | digits) & 0x8080808080808080u;
}

/* Eight digit values to the number they write: pairs, then fours, then all eight. */
static inline uint32_t plain_value(uint64_t digits)
{
    digits = digits * 10 + (digits >> 8);
    uint64_t high = (digits & 0x000000FF000000FFu) * (100 + (UINT64_C(1000000) << 32));
    uint64_t low = (digits >> 16 & 0x000000FF000000FFu) * (1 + (UINT64_C(10000) << 32));
    return (uint32_t)((high + low) >> 32);
}

/* A number of 1 to 7 digits and the comma behind it; moves *p past both. */
static inline bool plain_id(const char **p, int64_t *ret)
{
    uint64_t digits = plain_digits(plain_word(*p));
    uint64_t others = plain_others(digits);
    if (others == 0 || (others & 0x80) != 0)
        return false;
    unsigned bits = (unsigned)__builtin_ctzll(others) - 7; /* 8 for each digit: 8..56 */
    *ret = plain_value(digits << (64 - bits));
    *p += bits / 8 + 1;
    return (*p)[-1] == ',';
}

/* "3.5," */
static inline bool plain_half_stars(const char **p, int64_t *ret)
{
    unsigned whole = (unsigned)((*p)[0] - '0'), part = (unsigned)((*p)[2] - '0');
    *ret = (int64_t)(whole * 2 + (part == 5));
    bool ok = (*p)[1] == '.' && (*p)[3] == ',' && whole <= 5 && (part == 0 || part == 5);
    *p += 4;
    return ok && *ret >= 1 && *ret <= 10;
}

/* 9 or 10 digits and the line end. Branches on purpose: their outcome is nearly always the one
 * before, so the processor goes on with the next row without waiting for this one. */
static inline const char *plain_time(const char *p, int64_t *ret)
{
    uint64_t digits = plain_digits(plain_word(p));
    unsigned ninth = (unsigned)(p[8] - '0'), tenth = (unsigned)(p[9] - '0');
    if (plain_others(digits) != 0 || ninth > 9)
        return NULL;
    *ret = (int64_t)plain_value(digits) * 10 + ninth;
    p += 9;
    if (tenth <= 9) {
        *ret = *ret * 10 + tenth;
        p++;
    }
    if (p[0] == '\r' && p[1] == '\n')
        return p + 2;
    return p[0] == '\n' ? p + 1 : NULL;
}

/* "userId," of the row before. A file is sorted by user, so most rows begin as the one before did;
 * comparing eight bytes is quicker than reading the number again. Begins as {0}. */
struct plain_user {
    uint64_t bytes, mask;
    size_t n;
    int64_t id;
};

static inline bool plain_same_user(const char **p, struct plain_user *last, int64_t *ret)
{
    uint64_t word = plain_word(*p);
    if (last->n > 0 && (word & last->mask) == last->bytes) {
        *p += last->n;
        *ret = last->id;
        return true;
    }
    const char *begin = *p;
    if (!plain_id(p, ret))
        return false;
    last->n = (size_t)(*p - begin); /* 2..8 */
    last->mask = UINT64_MAX >> (64 - 8 * last->n);
    last->bytes = word & last->mask;
    last->id = *ret;
    return true;
}

/* Reads the row at `p`, behind which 8 + PLAIN_MAX bytes may be looked at. Returns where the next
 * row begins, or NULL. Zero ids and late timestamps are not judged here. */
static inline const char *plain_rating(const char *p, struct plain_user *last, struct rating *ret)
{
    bool ok = plain_same_user(&p, last, &ret->user_id) && plain_id(&p, &ret->movielens_id) &&
              plain_half_stars(&p, &ret->half_stars);
    return ok ? plain_time(p, &ret->rated_at) : NULL;
}

#endif
