/* Bytes: SQLite's numbers are big-endian everywhere. */
#ifndef MOVIE_ETL_STORE_SQLITE_BYTES_H
#define MOVIE_ETL_STORE_SQLITE_BYTES_H

#include <stdint.h>
#include <string.h>

/* One store, as in put_u64. */
static inline void put_u16(uint8_t *to, uint32_t v)
{
    uint16_t w = (uint16_t)v;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    w = __builtin_bswap16(w);
#endif
    memcpy(to, &w, sizeof w);
}

static inline void put_u32(uint8_t *to, uint32_t v)
{
    put_u16(to, v >> 16);
    put_u16(to + 2, v);
}

/* One store: the compiler does not make one of eight, and the page writer does little else. */
static inline void put_u64(uint8_t *to, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    memcpy(to, &v, sizeof v);
}

static inline uint32_t get_u16(const uint8_t *from)
{
    return (uint32_t)from[0] << 8 | from[1];
}

static inline uint32_t get_u32(const uint8_t *from)
{
    return get_u16(from) << 16 | get_u16(from + 2);
}

#endif
