/* Hash64: see hash64.h. */
#include "base/hash64.h"

#include <string.h>

/* Odd, with about as many ones as zeros; no eight bytes of them are UTF-8, so that no text can
 * cancel one. */
static const uint64_t P0 = 0xa0761d6478bd642fu, P1 = 0xe7037ed1a0b428dbu, P2 = 0x8ebc6af09c88c6e3u;

static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes, the first one lowest. */
static uint64_t word_at(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

uint64_t hash64(uint64_t seed, struct view v)
{
    enum { STEP = 16 };
    uint64_t h = mix(seed ^ P0, P1);
    size_t at = 0;
    for (; v.n - at >= STEP; at += STEP)
        h = mix(word_at(v.p + at) ^ P1, word_at(v.p + at + STEP / 2) ^ h);
    char rest[STEP] = {0};
    if (v.n > at)
        memcpy(rest, v.p + at, v.n - at);
    h = mix(word_at(rest) ^ P1, word_at(rest + STEP / 2) ^ h);
    return mix(h ^ P2, (uint64_t)v.n ^ P1);
}
