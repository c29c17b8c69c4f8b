/* Btree: see btree.h. This is the leaves; interior.c is what stands above them. */
#include "store/sqlite/btree.h"

#include "base/mem.h"
#include "store/sqlite/overflow.h"
#include "store/sqlite/page_writer.h"

enum {
    INDEX_LEAF = 0x0a,
    ROW_LEAF = 0x0d,
    ROWID_MAX = 9, /* bytes */
    SPARE = 1,
    HEAD_OF_THREE = 2 + 3, /* bytes of a cell before its values */
    SHORT = 40,      /* bytes of the longest entry of three values, with the place of its cell */
    FIRST_TEXT = 13, /* serial type of the empty text */
    DIVIDERS_FIRST = 4096,
    LONGEST = 1000 * 1000, /* bytes of a record: its length takes three */
    FIRST_CHUNK = 8,       /* pages */
};

void dividers_add(struct dividers *d, uint32_t child, const uint8_t *cell, size_t n)
{
    if (d->cap - d->n < n + 4) {
        d->cap = d->cap * 2 + n + DIVIDERS_FIRST;
        d->bytes = mem_grow(d->bytes, d->cap, 1);
    }
    put_u32(d->bytes + d->n, child);
    memcpy(d->bytes + d->n + 4, cell, n);
    d->n += n + 4;
    d->count++;
}

void dividers_done(struct dividers *d)
{
    mem_free(d->bytes);
    *d = (struct dividers){0};
}

void leaves_init(struct leaves *l, struct page_file *file, bool follows)
{
    *l = (struct leaves){.file = file, .follows = follows, .most = overflow_most(file, false)};
    l->writer = page_writer_new(file);
    l->held = (uint8_t *)mem_alloc(HELD + 8) + HELD + 8;
}

void leaves_init_rows(struct leaves *l, struct page_file *file)
{
    leaves_init(l, file, false);
    l->dividers.rows = true;
    l->most = overflow_most(file, true);
}

void leaves_done(struct leaves *l)
{
    page_writer_free(l->writer);
    if (l->held != NULL)
        mem_free(l->held - HELD - 8);
    dividers_done(&l->dividers);
    *l = (struct leaves){0};
}

bool leaves_ok(const struct leaves *l, struct err *e)
{
    if (l->failed)
        *e = l->e;
    return !l->failed;
}

static void close_leaf(struct leaves *l)
{
    uint8_t *page = l->page;
    size_t behind_pointers = LEAF_HEADER + (size_t)POINTER * l->entries;
    memset(page, 0, LEAF_HEADER);
    page[0] = l->dividers.rows ? ROW_LEAF : INDEX_LEAF;
    put_u16(page + 3, l->entries);
    put_u16(page + 5, l->content);
    memset(page + behind_pointers, 0, l->content - behind_pointers);
    l->at++;
}

/* A small tree takes few pages that it will not need. */
static uint32_t next_chunk(const struct leaves *l)
{
    uint32_t all = PAGE_WRITER_BYTES / l->file->page_size, part = l->taken / 4;
    return part < FIRST_CHUNK ? FIRST_CHUNK : part < all ? part : all;
}

/* After a failure the same chunk is filled again and again, until somebody looks. */
static void turn_chunk(struct leaves *l)
{
    uint32_t all = PAGE_WRITER_BYTES / l->file->page_size;
    if (!l->failed && l->at > 0)
        l->failed = !page_writer_put(l->writer, l->first, l->at, &l->e);
    l->at = 0;
    if (!l->failed)
        l->failed = !page_file_take(l->file, next_chunk(l), &l->first, &l->n, &l->e);
    l->taken += l->n;
    if (l->failed)
        l->n = all; /* of the chunk, not of the file */
}

static void open_leaf(struct leaves *l)
{
    if (l->at == l->n)
        turn_chunk(l);
    l->page = page_writer_chunk(l->writer) + (size_t)l->at * l->file->page_size;
    l->content = l->file->usable;
    l->entries = 0;
    l->room = l->file->usable - LEAF_HEADER - SPARE;
}

static const uint8_t *held_cell(const struct leaves *l)
{
    return l->held - l->held_n;
}

/* The highest 7 bits first; the ninth byte has 8. */
static uint8_t *put_rowid_before(uint8_t *end, int64_t rowid)
{
    uint64_t v = (uint64_t)rowid;
    bool nine = v >> 56 != 0;
    *--end = nine ? (uint8_t)v : (uint8_t)(v & 0x7f);
    v >>= nine ? 8 : 7;
    for (unsigned n = 1; nine ? n < ROWID_MAX : v != 0; n++, v >>= 7)
        *--end = (uint8_t)(v | 0x80);
    return end;
}

static void divide_rows(struct leaves *l)
{
    uint8_t bytes[ROWID_MAX], *end = bytes + sizeof bytes, *at = put_rowid_before(end, l->rowid);
    dividers_add(&l->dividers, l->first + l->at, at, (size_t)(end - at));
    close_leaf(l);
    open_leaf(l);
}

bool leaves_turn(struct leaves *l)
{
    if (l->page == NULL && !l->follows) {
        open_leaf(l);
        return false;
    }
    if (l->dividers.rows) {
        divide_rows(l);
        return false;
    }
    l->room = 0;
    if (l->held_n == 0)
        return true;
    /* The child of the first divider of a part that follows is the last leaf of the part before:
     * btree_build. */
    dividers_add(&l->dividers, l->page == NULL ? 0 : l->first + l->at, held_cell(l), l->held_n);
    l->held_n = 0;
    if (l->page != NULL)
        close_leaf(l);
    open_leaf(l);
    return false;
}

/* ---- entries that differ in their last value */

/* What stands before the last value: the second, and before that eight bytes that end with the
 * first. */
struct same {
    uint64_t begin, second; /* as put_u64 takes them */
    uint32_t begin_n, second_n;
    uint8_t last_type, last_n;
};

/* The first takes three bytes at most. */
static inline struct same same_of(const struct value v[3])
{
    uint32_t begin_n = HEAD_OF_THREE + v[0].size, record = begin_n - 1u + v[1].size + v[2].size;
    uint64_t head = (uint64_t)record << 32 | 4u << 24 | (uint32_t)v[0].type << 16 |
                    (uint32_t)v[1].type << 8 | v[2].type;
    uint64_t first = v[0].size == 0 ? 0 : v[0].bits; /* the value 1 takes no bytes */
    return (struct same){
        head << 8 * v[0].size | first, v[1].bits, begin_n, v[1].size, v[2].type, v[2].size};
}

/* As many as the leaf has room for, and as have a value of the same type; returns how many. Written
 * as leaves_add does, so up to three bytes below the cell too. */
static uint32_t fill_leaf(struct leaves *l, const struct same same, const int32_t *last, uint32_t n)
{
    uint32_t size = same.begin_n + same.second_n + same.last_n, content = l->content, i = 0,
             most = l->room / (size + POINTER);
    uint8_t *at = l->page + content, *place = l->page + LEAF_HEADER + (size_t)POINTER * l->entries;
    for (n = n < most ? n : most; i < n && value_int(last[i]).type == same.last_type; i++) {
        put_u64(at - 8, (uint64_t)last[i]);
        at -= same.last_n;
        put_u64(at - 8, same.second);
        at -= same.second_n;
        put_u64(at - 8, same.begin);
        at -= same.begin_n;
        content -= size;
        put_u16(place + (size_t)POINTER * i, content);
    }
    leaves_filled(l, i, l->room - i * (size + POINTER));
    return i;
}

void leaves_add_lasts(struct leaves *l, struct value v[3], const int32_t *last, uint32_t n)
{
    bool fits = HEAD_OF_THREE + v[0].size <= 8;
    for (uint32_t i = 0, filled; i < n; i += filled) {
        v[2] = value_int(last[i]);
        filled = fits && l->page != NULL ? fill_leaf(l, same_of(v), last + i, n - i) : 0;
        if (filled > 0)
            continue;
        leaves_add(l, v, 3);
        filled = 1;
    }
}

/* Each leaf but a part's last two is left for an entry that did not fit, so it has at least what
 * is left without the longest. A part takes whole chunks, and at the locking page begins a new
 * one. */
uint32_t leaves_pages(const struct page_file *f, uint64_t bytes, uint32_t parts)
{
    uint32_t chunk = PAGE_WRITER_BYTES / f->page_size;
    uint32_t least = f->usable - LEAF_HEADER - SPARE - SHORT;
    return (uint32_t)(bytes / least) + parts * (chunk + 3) + 2;
}

/* ---- texts */

static uint32_t varint_size(uint32_t v)
{
    return 1u + (v > 0x7f) + (v > 0x3fff);
}

static uint8_t *put_varint_before(uint8_t *end, uint32_t v)
{
    *--end = v & 0x7f;
    while ((v >>= 7) != 0)
        *--end = (uint8_t)(v | 0x80);
    return end;
}

bool leaves_add_text(
    struct leaves *l, const struct value *v, uint32_t n, uint32_t at, struct view text)
{
    if (text.n > LONGEST)
        return false;
    uint32_t bytes = (uint32_t)text.n, type = FIRST_TEXT + 2 * bytes,
             header = 1 + n + varint_size(type), record = header + bytes;
    for (uint32_t i = 0; i < n; i++)
        record += v[i].size;
    if (record > l->most)
        return false;
    uint32_t size = varint_size(record) + record;
    bool held;
    uint8_t *to = leaves_begin(l, size, &held);
    for (uint32_t i = n; i-- > at;)
        to = put_value_before(to, v[i]);
    to -= bytes;
    memcpy(to, text.p, bytes);
    for (uint32_t i = at; i-- > 0;)
        to = put_value_before(to, v[i]);
    for (uint32_t i = n; i-- > at;)
        *--to = v[i].type;
    to = put_varint_before(to, type);
    for (uint32_t i = at; i-- > 0;)
        *--to = v[i].type;
    *--to = (uint8_t)header;
    (void)put_varint_before(to, record);
    leaves_entered(l, size, held);
    return true;
}

/* ---- whole records */

/* What stays of a record in its cell, and where the rest of it is. */
struct payload {
    struct view local;
    uint32_t all;  /* bytes of the record */
    uint32_t rest; /* page; 0: nothing is left */
    uint32_t size; /* bytes in the cell */
};

static struct payload lay_out(struct leaves *l, struct view record)
{
    uint32_t n = (uint32_t)record.n, local;
    if (n <= l->most)
        return (struct payload){record, n, 0, varint_size(n) + n};
    local = overflow_local(l->file, l->dividers.rows, n);
    struct payload p = {view_slice(record, 0, local), n, 0, varint_size(n) + local + OVERFLOW_LINK};
    if (!l->failed)
        l->failed = !overflow_write(l->file, view_slice(record, local, n), &p.rest, &l->e);
    return p;
}

/* Returns where it begins; its length comes before. */
static uint8_t *put_payload_before(uint8_t *end, const struct payload *p)
{
    if (p->local.n < p->all)
        put_u32(end -= OVERFLOW_LINK, p->rest);
    end -= p->local.n;
    return memcpy(end, p->local.p, p->local.n);
}

bool leaves_add_record(struct leaves *l, struct view record)
{
    if (record.n > LONGEST)
        return false;
    struct payload p = lay_out(l, record);
    bool held;
    uint8_t *to = put_payload_before(leaves_begin(l, p.size, &held), &p);
    (void)put_varint_before(to, p.all);
    leaves_entered(l, p.size, held);
    return true;
}

bool leaves_add_row(struct leaves *l, int64_t rowid, struct view record)
{
    if (record.n > LONGEST)
        return false;
    uint8_t bytes[ROWID_MAX], *end = bytes + sizeof bytes, *at = put_rowid_before(end, rowid);
    uint32_t id = (uint32_t)(end - at);
    struct payload p = lay_out(l, record);
    bool held;
    uint8_t *to = put_payload_before(leaves_begin(l, p.size + id, &held), &p) - id;
    memcpy(to, at, id);
    (void)put_varint_before(to, p.all);
    l->rowid = rowid;
    leaves_entered(l, p.size + id, held);
    return true;
}

uint32_t cell_size(const struct page_file *f, const uint8_t *cell)
{
    uint32_t n = 0, length = 0;
    do
        n = n << 7 | (cell[length] & 0x7f);
    while (cell[length++] >= 0x80);
    uint32_t local = overflow_local(f, false, n);
    return length + local + (local < n ? OVERFLOW_LINK : 0);
}

/* ---- the end */

/* No entry came that would have begun a leaf: the last one of the full leaf goes up, and the held
 * one is alone. */
static void place_held(struct leaves *l)
{
    const uint8_t *last = l->page + l->content;
    uint32_t size = cell_size(l->file, last);
    dividers_add(&l->dividers, l->first + l->at, last, size);
    l->content += size;
    l->entries--;
    close_leaf(l);
    open_leaf(l);
    l->content -= l->held_n;
    memcpy(l->page + l->content, held_cell(l), l->held_n);
    l->entries = 1;
    put_u16(l->page + LEAF_HEADER, l->content);
    l->held_n = 0;
}

void leaves_end(struct leaves *l)
{
    if (l->page == NULL)
        return;
    if (l->held_n > 0)
        place_held(l);
    l->last = l->first + l->at;
    close_leaf(l);
    if (!l->failed)
        l->failed = !page_writer_end(l->writer, l->first, l->at, &l->e);
}
