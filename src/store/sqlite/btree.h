/* Btree: a b-tree of SQLite's, written bottom-up from entries that come in the order of its
 * key: no searching, no splitting, every page full.
 *
 * The format (https://www.sqlite.org/fileformat2.html, 1.6 "B-tree Pages" and 2.1 "Record Format"),
 * as far as it is written here. Indexes and the tables WITHOUT ROWID are the same kind of tree:
 * entries are records, and each stands in it once, on a leaf or on an interior page. Tables with a
 * rowid are another kind, at the end of this.
 *
 *   leaf      0x0a, 0 (no free block), entries (2 bytes), where content begins (2; 65536 is written
 *             as 0), 0 (fragments); then for each entry, in order of key, the place of its cell
 *             (2); a gap; the cells, from the end backwards
 *   interior  0x02, the same, and behind it the page of the last child (4). A cell begins with the
 *             page of the child (4) whose entries are all smaller; the entry itself is not repeated
 *             on any leaf
 *   cell      length of the record (a varint: 7 bits a byte, the highest first, the high bit where
 *             another byte follows; here at most 3), the record
 *   record    length of its header (1), a serial type per column (1; a text's is a varint), the
 *             values. Integers take the shortest of 0 (types 8 and 9: the values 0 and 1), 1, 2, 3,
 *             4, 6, 8 bytes (types 1 to 6). A real that is a whole number is stored as an integer;
 *             others are IEEE doubles (type 7). A text of n bytes, in the database's encoding, has
 *             type 13 + 2n
 *
 * So when a leaf is full, the next entry goes up and divides it from the leaf after it. Neither the
 * last leaf nor the last page of any level may be without entries: an entry that finds its leaf
 * full is held until another one comes; when none does, the last of the full leaf goes up in its
 * place. Interior pages are built level by level from the list of dividers, and the topmost is
 * written onto the root page that SQLite gave the tree.
 *
 * The tree of a table with a rowid has all its entries on leaves (0x0d, else the same), and each
 * cell has the rowid (a varint, of 9 bytes for negative ones) behind its record's length. Between
 * two children an interior page (0x05) has the largest rowid of the one before. So there it is a
 * rowid that goes up, and nothing is held.
 *
 * A record of more than about a quarter of a page (of a table with a rowid, one that does not fit a
 * leaf) leaves its beginning there, and the rest elsewhere: overflow.h.
 *
 * Limits: records of a megabyte. About the size of an entry of memory per leaf. One writer of
 * leaves is one thread's; errors are kept in it and looked at by leaves_ok. */
#ifndef MOVIE_ETL_STORE_SQLITE_BTREE_H
#define MOVIE_ETL_STORE_SQLITE_BTREE_H

#include "base/view.h"
#include "store/sqlite/bytes.h"
#include "store/sqlite/page_file.h"

enum {
    /* bytes of the largest cell of an index: a quarter of 64 KiB, its length, a page */
    HELD = 16422 + 3 + 4,
    LEAF_HEADER = 8,
    INTERIOR_HEADER = 12,
    POINTER = 2,
};

/* A column's value as a record has it. */
struct value {
    uint64_t bits;
    uint8_t type;
    uint8_t size; /* bytes in the record */
};

static inline struct value value_int(int64_t v)
{
    uint64_t u = (uint64_t)(v < 0 ? ~v : v); /* how many bits it takes, without its sign */
    if (u <= 127)
        return (struct value){(uint64_t)v, v == 0 ? 8 : v == 1 ? 9 : 1, v != 0 && v != 1};
    if (u <= 0x7fffffff) {
        uint8_t size = (uint8_t)(2 + (u > 0x7fff) + (u > 0x7fffff));
        return (struct value){(uint64_t)v, size, size};
    }
    return u <= 0x7fffffffffff ? (struct value){(uint64_t)v, 5, 6}
                               : (struct value){(uint64_t)v, 6, 8};
}

static inline struct value value_half(unsigned halves) /* halves / 2.0 */
{
    double d = halves / 2.0;
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return halves % 2 == 0 ? value_int(halves / 2) : (struct value){bits, 7, 8};
}

/* The cells of interior pages: 4 bytes for the child, then the cell. */
struct dividers {
    uint8_t *bytes;
    size_t n, cap, count;
    bool rows; /* of a table with a rowid: the cell is that */
};

void dividers_add(struct dividers *d, uint32_t child, const uint8_t *cell, size_t n);
void dividers_done(struct dividers *d);

struct page_writer;

struct leaves {
    struct page_file *file;
    uint32_t most; /* bytes of the longest record that stands in its cell */
    /* another part of the tree comes before this one: its first entry divides the two */
    bool follows;
    uint32_t first, n, at; /* pages of the chunk, and which of them is being filled */
    uint32_t taken;        /* pages of all chunks */
    struct page_writer *writer;
    uint8_t *page; /* in the chunk; NULL: no leaf yet */
    uint32_t content, entries, room;
    uint8_t *held;   /* where an entry that found its leaf full ends; HELD + 8 bytes before it */
    uint32_t held_n; /* its bytes, 0: none */
    uint32_t last;   /* after the end: the last leaf */
    struct dividers dividers;
    int64_t rowid; /* of the last entry, in a table with one */
    uint64_t put;  /* entries so far */
    bool failed;
    struct err e;
};

/* `follows`: there will be at least one entry before this part's first, and two in it. */
void leaves_init(struct leaves *l, struct page_file *file, bool follows);
/* Of a table with a rowid. */
void leaves_init_rows(struct leaves *l, struct page_file *file);
void leaves_done(struct leaves *l);
bool leaves_ok(const struct leaves *l, struct err *e);

/* The leaf is full. True: the entry is to be held. False: a new leaf was begun. */
bool leaves_turn(struct leaves *l);

/* The value's last 8 bytes end at `end`, so it may be written over 8 bytes wherever what stands
 * before it comes later. */
static inline uint8_t *put_value_before(uint8_t *end, struct value v)
{
    put_u64(end - 8, v.bits);
    return end - v.size;
}

/* Where a cell of `size` bytes is to end. *ret_held: it is not on a leaf yet. */
static inline uint8_t *leaves_begin(struct leaves *l, uint32_t size, bool *ret_held)
{
    *ret_held = size + POINTER > l->room && leaves_turn(l);
    return *ret_held ? l->held : l->page + l->content;
}

/* That cell is written. */
static inline void leaves_entered(struct leaves *l, uint32_t size, bool held)
{
    l->put++;
    if (held) {
        l->held_n = size;
        return;
    }
    l->content -= size;
    l->room -= size + POINTER;
    put_u16(l->page + LEAF_HEADER + (size_t)POINTER * l->entries++, l->content);
}

/* So many cells are written, one below the other, with their places; so much room is left. */
static inline void leaves_filled(struct leaves *l, uint32_t n, uint32_t room)
{
    l->content -= l->room - room - n * POINTER;
    l->room = room;
    l->entries += n;
    l->put += n;
}

/* Adds the entry of these values, 3 to 6, whose record is short: at most 127 bytes. From the end
 * backwards, so that nothing has to be written byte by byte: what is written too much lies below,
 * and is overwritten next. Below the cell that is three bytes at most: the place of its own
 * pointer, and the one byte that every leaf leaves free for this. */
static inline void leaves_add(struct leaves *l, const struct value *v, uint32_t n)
{
    uint32_t size = 2 + n;
    for (uint32_t i = 0; i < n; i++)
        size += v[i].size;
    bool held;
    uint8_t *at = leaves_begin(l, size, &held);
    for (uint32_t i = n; i-- > 0;)
        at = put_value_before(at, v[i]);
    uint64_t head = size - 1;
    head = head << 8 | (n + 1);
    for (uint32_t i = 0; i < n; i++)
        head = head << 8 | v[i].type;
    put_u64(at - 8, head);
    leaves_entered(l, size, held);
}

/* The same for entries of three values that differ in the last: the values of `last` one after the
 * other, in the place of v[2]. */
void leaves_add_lasts(struct leaves *l, struct value v[3], const int32_t *last, uint32_t n);

/* The same with a text before the value v[at]; two values at least. False: the record
 * would need an overflow page, and nothing was added. */
bool leaves_add_text(
    struct leaves *l, const struct value *v, uint32_t n, uint32_t at, struct view text);

/* The same with a whole record, of which what has no room in the entry goes elsewhere. False: it is
 * longer than a megabyte. */
bool leaves_add_record(struct leaves *l, struct view record);
/* The same into a table with a rowid, larger than the last one's. */
bool leaves_add_row(struct leaves *l, int64_t rowid, struct view record);

/* Bytes of a cell of a leaf of an index. */
uint32_t cell_size(const struct page_file *f, const uint8_t *cell);

/* How many pages suffice for the leaves of a tree of so many parts, whose entries, of three values
 * at most, take so many bytes with the places of their cells. */
uint32_t leaves_pages(const struct page_file *f, uint64_t bytes, uint32_t parts);
/* No more entries; what is held finds its place, and all is written. */
void leaves_end(struct leaves *l);

/* Makes the tree of these parts (ended; one behind the other in order of key, all but the first
 * with `follows`) on its root page, which is an empty leaf. Takes the parts' dividers. */
bool btree_build(struct page_file *f, uint32_t root, struct leaves *parts, size_t n, struct err *e);

#endif
