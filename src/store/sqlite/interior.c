/* Interior: the pages above the leaves, level by level; see btree.h. */
#include "store/sqlite/btree.h"

#include "base/mem.h"

enum {
    INDEX_INTERIOR = 0x02,
    ROW_INTERIOR = 0x05,
    CHILD = 4,
    RUN_BYTES = 256 * 1024, /* four pages of the largest kind */
};

/* Pages one behind the other that go into the file together: one by one each would wait for what
 * else goes there. */
struct run {
    struct page_file *file;
    uint8_t *pages;
    uint32_t first, n;
};

/* One level: the dividers between its pages (each with the page left of it), and the last page. */
struct level {
    struct dividers dividers;
    uint32_t last;
};

static size_t rowid_size(const uint8_t *rowid)
{
    size_t n = 1;
    while (n < 9 && rowid[n - 1] >= 0x80)
        n++;
    return n;
}

static size_t entry_size(const struct page_file *f, bool rows, const uint8_t *entry)
{
    return CHILD + (rows ? rowid_size(entry + CHILD) : cell_size(f, entry + CHILD));
}

static bool fits_one_page(const struct page_file *f, const struct dividers *d)
{
    return d->n + POINTER * d->count <= f->usable - INTERIOR_HEADER;
}

static bool write_run(struct run *r, struct err *e)
{
    uint32_t n = r->n;
    r->n = 0;
    return n == 0 || page_file_write(r->file, r->first, n, r->pages, e);
}

/* Where page `number` is made. NULL: those before it could not be written. */
static uint8_t *next_page(struct run *r, uint32_t number, struct err *e)
{
    uint32_t size = r->file->page_size;
    bool behind = r->n > 0 && number == r->first + r->n && r->n < RUN_BYTES / size;
    if (!behind && !write_run(r, e))
        return NULL;
    if (!behind)
        r->first = number;
    return memset(r->pages + (size_t)r->n++ * size, 0, size);
}

/* Page `number`, of the n entries that begin at `entries`. */
static bool add_page(struct run *r, uint32_t number, bool rows, const uint8_t *entries, size_t n,
    uint32_t last, struct err *e)
{
    uint8_t *page = next_page(r, number, e);
    uint32_t content = r->file->usable;
    if (page == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint32_t size = (uint32_t)entry_size(r->file, rows, entries);
        content -= size;
        memcpy(page + content, entries, size);
        put_u16(page + INTERIOR_HEADER + POINTER * i, content);
        entries += size;
    }
    page[0] = rows ? ROW_INTERIOR : INDEX_INTERIOR;
    put_u16(page + 3, (uint32_t)n);
    put_u16(page + 5, content);
    put_u32(page + 8, last);
    return true;
}

/* How many of the `left` entries from `entry` on go into the next page: as many as fit, and of what
 * follows at least one must remain besides the one that goes up. Fills *ret_bytes with their
 * size. */
static size_t page_full(const struct page_file *f, bool rows, const uint8_t *entry, size_t left,
    size_t *ret_bytes)
{
    size_t used = INTERIOR_HEADER, n = 0, bytes = 0;
    while (n < left && used + POINTER + entry_size(f, rows, entry + bytes) <= f->usable) {
        used += POINTER + entry_size(f, rows, entry + bytes);
        bytes += entry_size(f, rows, entry + bytes);
        n++;
    }
    if (n + 1 == left) {
        bytes = 0;
        n--;
        for (size_t i = 0; i < n; i++)
            bytes += entry_size(f, rows, entry + bytes);
    }
    *ret_bytes = bytes;
    return n;
}

/* Pages for a level that needs several; what divides them makes the level above. */
static bool add_level(struct run *r, const struct level *l, struct level *above, struct err *e)
{
    const uint8_t *entry = l->dividers.bytes;
    size_t left = l->dividers.count;
    bool rows = l->dividers.rows;
    while (left > 0) {
        uint32_t number;
        size_t bytes, n = page_full(r->file, rows, entry, left, &bytes);
        const uint8_t *up = entry + bytes;
        uint32_t right = n == left ? l->last : get_u32(up);
        if (!page_file_take_one(r->file, &number, e) ||
            !add_page(r, number, rows, entry, n, right, e))
            return false;
        left -= n;
        if (left == 0) {
            above->last = number;
            return true;
        }
        dividers_add(&above->dividers, number, up + CHILD, entry_size(r->file, rows, up) - CHILD);
        entry = up + entry_size(r->file, rows, up);
        left--;
    }
    return err_set(e, ERR_BUG, "a b-tree level without a last page");
}

static bool write_levels(struct page_file *f, uint32_t root, struct level *l, struct err *e)
{
    struct run r = {.file = f, .pages = mem_pages(RUN_BYTES)};
    bool ok = true;
    while (ok && !fits_one_page(f, &l->dividers)) {
        struct level above = {.dividers = {.rows = l->dividers.rows}};
        ok = add_level(&r, l, &above, e);
        dividers_done(&l->dividers);
        *l = above;
    }
    const struct dividers *d = &l->dividers;
    ok = ok && add_page(&r, root, d->rows, d->bytes, d->count, l->last, e) && write_run(&r, e);
    dividers_done(&l->dividers);
    mem_free(r.pages);
    return ok;
}

/* All parts as one level. The first divider of a part that follows stands behind the last leaf of
 * the one before. */
static struct level join(struct leaves *parts, size_t n)
{
    const struct page_file *f = parts[0].file;
    struct level l = {parts[0].dividers, parts[0].last};
    parts[0].dividers = (struct dividers){0};
    for (size_t i = 1; i < n; i++) {
        const struct dividers *d = &parts[i].dividers;
        for (size_t at = 0; at < d->n; at += entry_size(f, d->rows, d->bytes + at)) {
            const uint8_t *entry = d->bytes + at;
            dividers_add(&l.dividers, at == 0 ? l.last : get_u32(entry), entry + CHILD,
                entry_size(f, d->rows, entry) - CHILD);
        }
        l.last = parts[i].last;
        dividers_done(&parts[i].dividers);
    }
    return l;
}

bool btree_build(struct page_file *f, uint32_t root, struct leaves *parts, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!leaves_ok(&parts[i], e))
            return false;
    if (parts[0].page == NULL)
        return true;
    for (size_t i = n; i-- > 0;)
        page_file_give_back(f, parts[i].last + 1, parts[i].n - parts[i].at);
    if (n == 1 && parts[0].dividers.count == 0) { /* the root is the only leaf */
        page_file_give_back(f, parts[0].last, 1);
        return page_file_write(f, root, 1, parts[0].page, e);
    }
    struct level l = join(parts, n);
    return write_levels(f, root, &l, e);
}
