/* Record: see record.h. */
#include "store/sqlite/record.h"

#include "store/sqlite/btree.h"
#include "store/table.h"

enum {
    TYPE_BYTES = 5,    /* of a serial type at most */
    SHORT_HEADER = 127, /* the longest whose length takes one byte */
    TYPE_NULL = 0,
    TYPE_REAL = 7,
    TYPE_ZERO = 8,
    TYPE_ONE = 9,
    FIRST_TEXT = 13,
};

size_t record_room(const struct cell *row, size_t width)
{
    size_t n = 2 + width * (TYPE_BYTES + sizeof(int64_t)) + RECORD_SPARE;
    for (size_t i = 0; i < width; i++)
        n += row[i].kind == CELL_TEXT ? row[i].text.n : 0;
    return n;
}

static uint32_t type_of(const struct cell *c)
{
    switch (c->kind) {
    case CELL_INT:
        return value_int(c->i).type;
    case CELL_REAL:
        return TYPE_REAL;
    case CELL_TEXT:
        return FIRST_TEXT + 2 * (uint32_t)c->text.n;
    case CELL_NULL:
        break;
    }
    return TYPE_NULL;
}

static unsigned varint_size(uint32_t v)
{
    unsigned n = 1;
    while ((v >>= 7) != 0)
        n++;
    return n;
}

static uint8_t *put_varint(uint8_t *to, uint32_t v)
{
    for (unsigned n = varint_size(v); n-- > 0;)
        *to++ = (uint8_t)((v >> 7 * n & 0x7f) | (n > 0 ? 0x80 : 0));
    return to;
}

static uint8_t *put_number(uint8_t *to, uint64_t bits, unsigned size)
{
    if (size > 0)
        put_u64(to, bits << 8 * (sizeof bits - size));
    return to + size;
}

static uint8_t *put_value(uint8_t *to, const struct cell *c)
{
    uint64_t bits;
    struct value v;
    switch (c->kind) {
    case CELL_INT:
        v = value_int(c->i);
        return put_number(to, v.bits, v.size);
    case CELL_REAL:
        memcpy(&bits, &c->r, sizeof bits);
        return put_number(to, bits, sizeof bits);
    case CELL_TEXT:
        memcpy(to, c->text.p, c->text.n);
        return to + c->text.n;
    case CELL_NULL:
        break;
    }
    return to;
}

size_t record_put(uint8_t *to, const struct cell *row, size_t width)
{
    uint32_t types[TABLE_MAX_COLUMNS], header = 1;
    for (size_t i = 0; i < width; i++) {
        types[i] = type_of(&row[i]);
        header += varint_size(types[i]);
    }
    uint8_t *at = put_varint(to, header + (header > SHORT_HEADER));
    for (size_t i = 0; i < width; i++)
        at = put_varint(at, types[i]);
    for (size_t i = 0; i < width; i++)
        at = put_value(at, &row[i]);
    return (size_t)(at - to);
}

/* ---- and back */

static const uint8_t *take_varint(const uint8_t *from, uint32_t *ret)
{
    *ret = *from & 0x7f;
    while ((*from++ & 0x80) != 0)
        *ret = *ret << 7 | (*from & 0x7f);
    return from;
}

static int64_t number_at(const uint8_t *from, unsigned size)
{
    uint64_t high = (uint64_t)get_u32(from) << 32 | get_u32(from + 4);
    return (int64_t)high >> 8 * (sizeof high - size);
}

static const uint8_t *take_value(const uint8_t *from, uint32_t type, struct cell *ret)
{
    static const uint8_t sizes[FIRST_TEXT] = {0, 1, 2, 3, 4, 6, 8, 8};
    if (type >= FIRST_TEXT) {
        *ret = cell_text((struct view){(const char *)from, (type - FIRST_TEXT) / 2});
        return from + ret->text.n;
    }
    if (type == TYPE_NULL) {
        *ret = cell_null();
    } else if (type == TYPE_ZERO || type == TYPE_ONE) {
        *ret = cell_int(type == TYPE_ONE);
    } else if (type == TYPE_REAL) {
        int64_t bits = number_at(from, sizeof bits);
        ret->kind = CELL_REAL;
        memcpy(&ret->r, &bits, sizeof bits);
    } else {
        *ret = cell_int(number_at(from, sizes[type]));
    }
    return from + sizes[type];
}

void record_take(const uint8_t *record, struct cell *ret, size_t n)
{
    uint32_t header, type;
    const uint8_t *at = take_varint(record, &header), *value = record + header;
    for (size_t i = 0; i < n; i++) {
        at = take_varint(at, &type);
        value = take_value(value, type, &ret[i]);
    }
}
