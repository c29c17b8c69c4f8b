/* Runs: see aside_run.h. */
#include "store/sqlite/aside_run.h"

#include "base/mem.h"
#include "base/sys.h"
#include "store/sqlite/record.h"

#include <errno.h>

enum { LENGTH = 4 /* bytes of a row's length */ };

/* ---- writing */

size_t run_row_size(const struct cell *row, size_t width)
{
    return LENGTH + record_room(row, width);
}

void run_add_row(struct str *to, const struct cell *row, size_t width)
{
    uint8_t *start = (uint8_t *)str_room(to, run_row_size(row, width));
    size_t n = record_put(start + LENGTH, row, width);
    put_u32(start, (uint32_t)n);
    str_used(to, LENGTH + n);
}

/* ---- reading */

void run_open(struct run_reader *r, int fd, const struct run *run, size_t width)
{
    *r = (struct run_reader){.fd = fd, .left = *run, .width = width};
    r->row = mem_alloc(width * sizeof *r->row);
    size_t room = run->n < RUN_MAX_ROW ? (size_t)run->n : RUN_MAX_ROW;
    r->bytes = mem_grow(NULL, room + RECORD_SPARE, 1); /* not cleared: hundreds are open */
}

void run_close(struct run_reader *r)
{
    mem_free(r->row);
    mem_free(r->bytes);
}

bool run_ended(const struct run_reader *r)
{
    return r->left.n == 0 && r->used == r->n;
}

/* The bytes of the next row, its length among them; LENGTH when that is not there yet. */
static size_t next_size(const struct run_reader *r)
{
    if (r->n - r->used < LENGTH)
        return LENGTH;
    return LENGTH + (size_t)get_u32((const uint8_t *)r->bytes + r->used);
}

bool run_has_row(const struct run_reader *r)
{
    return r->n - r->used > LENGTH && r->n - r->used >= next_size(r);
}

static bool read_whole(struct run_reader *r, size_t n, struct err *e)
{
    while (n > 0) {
        ssize_t got = sys_pread(r->fd, r->bytes + r->n, n, r->left.at);
        if (got < 0)
            return err_errno(e, ERR_DISK, errno, "cannot read the rows that were put aside");
        if (got == 0)
            return err_set(e, ERR_DISK, "rows that were put aside are missing");
        r->n += (size_t)got;
        r->left.at += got;
        r->left.n -= got;
        n -= (size_t)got;
    }
    return true;
}

/* What is not used goes to the front. */
static void make_room(struct run_reader *r)
{
    r->n -= r->used;
    memmove(r->bytes, r->bytes + r->used, r->n);
    r->used = 0;
}

bool run_fill(struct run_reader *r, struct err *e)
{
    make_room(r);
    int64_t room = RUN_MAX_ROW - (int64_t)r->n;
    return read_whole(r, (size_t)(r->left.n < room ? r->left.n : room), e) &&
           (run_has_row(r) || err_set(e, ERR_DISK, "rows that were put aside are not whole"));
}

void run_take_row(struct run_reader *r)
{
    const char *row = r->bytes + r->used;
    r->used += next_size(r);
    r->record = (struct view){row + LENGTH, (size_t)(r->bytes + r->used - row) - LENGTH};
    record_take((const uint8_t *)r->record.p, r->row, r->width);
}
