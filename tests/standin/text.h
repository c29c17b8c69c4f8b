/*
 * Small things about text that the other files share: numbers, calendar days, percent-decoding,
 * and the hash and random numbers that make everything the server says repeatable.
 */
#ifndef STANDIN_TEXT_H
#define STANDIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A calendar day, counted from 1970-01-01. */
#define DAY_NONE INT32_MIN

/* Decimal digits only, the whole of s, not over max. */
bool text_uint(const char *s, size_t n, uint64_t max, uint64_t *ret);
/* The same for a C string. */
bool text_number(const char *s, uint64_t max, uint64_t *ret);
/* A decimal number with up to 4 digits after the point, in ten-thousandths. */
bool text_e4(const char *s, int64_t *ret);

/* Exactly YYYY-MM-DD and a day that exists. */
bool text_date(const char *s, int32_t *ret);
void text_day(int32_t day, char out[static 11]);
int32_t text_civil(int year, unsigned month, unsigned day_of_month);
void text_civil_of(int32_t day, int *year, unsigned *month, unsigned *day_of_month);
/* The IMF date of RFC 9110 5.6.7 for a Unix time, by which Date and Retry-After are written. */
void text_http_date(int64_t unix_time, char out[static 32]);

/* Decodes %XX and, where plus is true, '+'. out has room for n + 1 bytes. */
void text_url_decode(const char *s, size_t n, bool plus, char *out);

/* Finalizer of splitmix64: a good 64-bit mix of one number. */
static inline uint64_t mix64(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t text_hash(const void *p, size_t n, uint64_t seed);

struct rng {
    uint64_t state;
};

static inline uint32_t rng_next(struct rng *r)
{
    r->state += 0x9e3779b97f4a7c15u;
    return (uint32_t)(mix64(r->state) >> 32);
}

/* A number below n (n > 0). */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
    return (uint32_t)(((uint64_t)rng_next(r) * n) >> 32);
}

/* True once in n times on average. */
static inline bool rng_one_in(struct rng *r, uint32_t n)
{
    return rng_below(r, n) == 0;
}

#endif
