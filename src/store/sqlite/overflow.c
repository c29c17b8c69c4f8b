/* Overflow: see overflow.h. */
#include "store/sqlite/overflow.h"

#include "base/mem.h"
#include "store/sqlite/bytes.h"

/* X of the format's own description; then M and K. */
uint32_t overflow_most(const struct page_file *f, bool rows)
{
    return rows ? f->usable - 35 : (f->usable - 12) * 64 / 255 - 23;
}

uint32_t overflow_local(const struct page_file *f, bool rows, uint32_t n)
{
    uint32_t most = overflow_most(f, rows);
    uint32_t least = (f->usable - 12) * 32 / 255 - 23;
    if (n <= most)
        return n;
    uint32_t even = least + (n - least) % (f->usable - OVERFLOW_LINK); /* fills all pages */
    return even <= most ? even : least;
}

static uint32_t pages_for(const struct page_file *f, size_t n)
{
    uint32_t each = f->usable - OVERFLOW_LINK;
    return (uint32_t)((n + each - 1) / each);
}

/* As much of it as goes on n pages. */
static struct view part_of(const struct page_file *f, struct view rest, uint32_t n)
{
    size_t most = (size_t)n * (f->usable - OVERFLOW_LINK);
    return view_slice(rest, 0, rest.n < most ? rest.n : most);
}

/* n pages side by side, which take so much; the last of them is followed by `next`. */
static bool write_run(struct page_file *f, uint32_t first, uint32_t n, uint32_t next,
    struct view bytes, struct err *e)
{
    uint8_t *pages = mem_alloc((size_t)n * f->page_size);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *page = pages + (size_t)i * f->page_size;
        struct view here = part_of(f, bytes, 1);
        put_u32(page, i + 1 < n ? first + i + 1 : next);
        memcpy(page + OVERFLOW_LINK, here.p, here.n);
        bytes = view_slice(bytes, here.n, bytes.n);
    }
    bool ok = page_file_write(f, first, n, pages, e);
    mem_free(pages);
    return ok;
}

bool overflow_write(struct page_file *f, struct view rest, uint32_t *ret_first, struct err *e)
{
    uint32_t first, n, next = 0, next_n = 0;
    if (!page_file_take(f, pages_for(f, rest.n), &first, &n, e))
        return false;
    *ret_first = first;
    for (;; first = next, n = next_n, next = 0) {
        struct view here = part_of(f, rest, n);
        rest = view_slice(rest, here.n, rest.n);
        if (rest.n > 0 && !page_file_take(f, pages_for(f, rest.n), &next, &next_n, e))
            return false;
        if (!write_run(f, first, n, next, here, e))
            return false;
        if (rest.n == 0)
            return true;
    }
}
