/* Sort key: see sort_key.h. */
#include "store/sqlite/sort_key.h"

enum { TAG_INT = 0x10, TAG_REAL = 0x20, TAG_TEXT = 0x30, NUMBER = 8, MOST = 1 + NUMBER };

size_t sort_key_room(const struct cell *row, size_t width)
{
    size_t n = width * MOST;
    for (size_t i = 0; i < width; i++)
        n += row[i].kind == CELL_TEXT ? row[i].text.n : 0;
    return n;
}

static uint8_t *put_int(uint8_t *to, int64_t v)
{
    uint64_t u = (uint64_t)(v < 0 ? ~v : v);
    unsigned n = 1;
    while (n < NUMBER && u >> 8 * n != 0)
        n++;
    *to++ = (uint8_t)(v < 0 ? TAG_INT - n : TAG_INT + n);
    for (unsigned i = n; i-- > 0;)
        *to++ = (uint8_t)((uint64_t)v >> 8 * i);
    return to;
}

/* Negative ones the other way round. */
static uint8_t *put_real(uint8_t *to, double r)
{
    uint64_t bits, sign = (uint64_t)1 << 63;
    r += 0.0; /* -0.0 becomes 0.0 */
    memcpy(&bits, &r, sizeof bits);
    *to++ = TAG_REAL;
    put_u64(to, (bits & sign) != 0 ? ~bits : bits | sign);
    return to + NUMBER;
}

static uint8_t *put_text(uint8_t *to, struct view text)
{
    *to++ = TAG_TEXT;
    memcpy(to, text.p, text.n);
    to[text.n] = 0;
    return to + text.n + 1;
}

size_t sort_key_put(uint8_t *to, const struct cell *row, size_t width)
{
    uint8_t *at = to;
    for (size_t i = 0; i < width; i++) {
        switch (row[i].kind) {
        case CELL_INT:
            at = put_int(at, row[i].i);
            break;
        case CELL_REAL:
            at = put_real(at, row[i].r);
            break;
        case CELL_TEXT:
            at = put_text(at, row[i].text);
            break;
        case CELL_NULL:
            *at++ = SORT_KEY_NULL;
        }
    }
    return (size_t)(at - to);
}

int64_t sort_key_int(const uint8_t *key)
{
    bool negative = key[0] < TAG_INT;
    unsigned n = negative ? TAG_INT - key[0] : key[0] - TAG_INT;
    uint64_t v = negative ? UINT64_MAX : 0;
    for (unsigned i = 1; i <= n; i++)
        v = v << 8 | key[i];
    return (int64_t)v;
}

size_t sort_key_first(const uint8_t *key)
{
    if (key[0] == SORT_KEY_NULL)
        return 1;
    if (key[0] == TAG_TEXT)
        return 2 + strlen((const char *)key + 1);
    if (key[0] == TAG_REAL)
        return MOST;
    return 1 + (size_t)(key[0] < TAG_INT ? TAG_INT - key[0] : key[0] - TAG_INT);
}
