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

/* The high bit of each byte that is `c`. Only the lowest of them can be relied on, as below. */
static inline uint64_t plain_that_are(uint64_t word, char c)
{
    const uint64_t ones = 0x0101010101010101u;
    word ^= ones * (unsigned char)c;
    return (word - ones) & ~word & (ones << 7);
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
    digits = digits * (10 * 256 + 1) >> 8 & 0x00FF00FF00FF00FFu;
    digits = digits * (100 * 65536 + 1) >> 16 & 0x0000FFFF0000FFFFu;
    return (uint32_t)(digits * (10000 * (UINT64_C(1) << 32) + 1) >> 32);
}

/* How many bits 1 to 7 digits take that lead, 8 each, or 0; from plain_others. */
static inline unsigned plain_bits(uint64_t others)
{
    return others == 0 ? 0 : (unsigned)__builtin_ctzll(others) - 7;
}

/* A number of 1 to 7 digits and the comma behind it; moves *p past both. */
static inline bool plain_id(const char **p, int64_t *ret)
{
    uint64_t digits = plain_digits(plain_word(*p));
    unsigned bits = plain_bits(plain_others(digits));
    if (bits == 0)
        return false;
    *ret = plain_value(digits << (64 - bits));
    *p += bits / 8 + 1;
    return (*p)[-1] == ',';
}

/* "3.5,": what the two digits may mean, and whether exactly that is written. Where they mean no
 * rating stands what would mean another: four NULs are not 0. */
static inline bool plain_half_stars(const char **p, int64_t *ret)
{
    static const char written[16][4] = {
        "none", "0.5,", "1.0,", "1.5,", "2.0,", "2.5,", "3.0,", "3.5,", "4.0,", "4.5,", "5.0,"};
    const char *at = *p;
    unsigned half_stars = ((unsigned)at[0] & 7) * 2 + ((unsigned)at[2] & 1);
    *ret = half_stars;
    *p += 4;
    return memcmp(written[half_stars], at, 4) == 0;
}

/* 9 or 10 digits and the line end. Branches on purpose: their outcome is nearly always the one
 * before, so the processor goes on with the next row without waiting for this one. */
static inline const char *plain_time(const char *p, int64_t *ret)
{
    uint64_t digits = plain_digits(plain_word(p)), ninth = (unsigned char)p[8] - UINT64_C(48),
             tenth = (unsigned char)p[9] - UINT64_C(48);
    if (plain_others(digits) != 0 || ninth > 9)
        return NULL;
    uint64_t time = (uint64_t)plain_value(digits) * 10 + ninth;
    p += 9;
    if (tenth <= 9) {
        time = time * 10 + tenth;
        p++;
    }
    *ret = (int64_t)time;
    if (p[0] == '\r' && p[1] == '\n')
        return p + 2;
    return p[0] == '\n' ? p + 1 : NULL;
}

/* What the row before tells of the next one. Where that is as told, the processor need not wait
 * for what it reads here to know where the next field begins. Begins as PLAIN_NOTHING. */
struct plain_before {
    /* "userId,": a file is sorted by user, so most rows begin as the one before did */
    uint64_t user_bytes, user_mask;
    size_t user_n;
    int64_t user_id;
    /* movies rise with each user, so most ids have as many digits as the one before: which bytes
     * of plain_others tell so, what they are then, and how far to shift the digits */
    uint64_t movie_mask, movie_others;
    unsigned movie_shift;
    size_t movie_n; /* with the comma */
};

#define PLAIN_NOTHING                                                                              \
    {                                                                                              \
        .user_bytes = 1, .movie_others = 1                                                         \
    } /* with masks of 0: nothing is so */

/* Comparing eight bytes is quicker than reading the number again. */
static inline bool plain_user(const char **p, struct plain_before *b, int64_t *ret)
{
    uint64_t word = plain_word(*p);
    if ((word & b->user_mask) == b->user_bytes) {
        *p += b->user_n;
        *ret = b->user_id;
        return true;
    }
    const char *begin = *p;
    if (!plain_id(p, ret) || *ret == 0)
        return false;
    b->user_n = (size_t)(*p - begin); /* 2..8 */
    b->user_mask = UINT64_MAX >> (64 - 8 * b->user_n);
    b->user_bytes = word & b->user_mask;
    b->user_id = *ret;
    return true;
}

/* Another number of digits than before. */
static inline bool plain_turn(struct plain_before *b, uint64_t others)
{
    unsigned bits = plain_bits(others);
    if (bits == 0)
        return false;
    b->movie_mask = UINT64_C(0x8080808080808080) >> (56 - bits);
    b->movie_others = UINT64_C(0x80) << bits;
    b->movie_shift = 64 - bits;
    b->movie_n = bits / 8 + 1;
    return true;
}

static inline bool plain_movie(const char **p, struct plain_before *b, int64_t *ret)
{
    uint64_t digits = plain_digits(plain_word(*p)), others = plain_others(digits);
    if ((others & b->movie_mask) != b->movie_others && !plain_turn(b, others))
        return false;
    *ret = plain_value(digits << b->movie_shift);
    *p += b->movie_n;
    return (*p)[-1] == ',';
}

/* Reads the row at `p`, behind which 8 + PLAIN_MAX bytes may be looked at. Returns where the next
 * row begins, or NULL. Whether the movie's id is 0 and the timestamp late is not judged here. */
static inline const char *plain_rating(const char *p, struct plain_before *b, struct rating *ret)
{
    bool ok = plain_user(&p, b, &ret->user_id) && plain_movie(&p, b, &ret->movielens_id) &&
              plain_half_stars(&p, &ret->half_stars);
    return ok ? plain_time(p, &ret->rated_at) : NULL;
}

#endif
