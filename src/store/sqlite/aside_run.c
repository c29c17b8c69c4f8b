/* Runs: see aside_run.h. */
#include "store/sqlite/aside_run.h"

#include "base/mem.h"
#include "base/sys.h"
#include "store/sqlite/bytes.h"

#include <errno.h>

enum {
    LENGTH = 4,       /* bytes of a row's length */
    NUMBER = 8,       /* of a number at most */
    KINDS = 4,        /* a cell begins with its kind + KINDS * the bytes of its number */
};

/* ---- writing */

size_t run_row_size(const struct cell *row, size_t width)
{
    size_t n = LENGTH + width * (1 + NUMBER);
    for (size_t i = 0; i < width; i++)
        n += row[i].kind == CELL_TEXT ? row[i].text.n : 0;
    return n;
}

static uint64_t number_of(const struct cell *c)
{
    uint64_t bits = 0;
    switch (c->kind) {
    case CELL_INT:
        return (uint64_t)c->i;
    case CELL_REAL:
        memcpy(&bits, &c->r, sizeof bits);
        return bits;
    case CELL_TEXT:
        return c->text.n;
    case CELL_NULL:
        break;
    }
    return 0;
}

/* Eight bytes are written; those behind the number are overwritten by what comes next. */
static char *add_cell(char *to, const struct cell *c)
{
    uint64_t v = number_of(c);
    unsigned n = v == 0 ? 0 : NUMBER - (unsigned)__builtin_clzll(v) / 8;
    *to++ = (char)((unsigned)c->kind + KINDS * n);
    if (n > 0)
        put_u64((uint8_t *)to, v << (NUMBER - n) * 8);
    to += n;
    if (c->kind != CELL_TEXT)
        return to;
    memcpy(to, c->text.p, c->text.n);
    return to + c->text.n;
}

void run_add_row(struct str *to, const struct cell *row, size_t width)
{
    char *start = str_room(to, run_row_size(row, width)), *end = start + LENGTH;
    for (size_t i = 0; i < width; i++)
        end = add_cell(end, &row[i]);
    put_u32((uint8_t *)start, (uint32_t)(end - start - LENGTH));
    str_used(to, (size_t)(end - start));
}

/* ---- reading */

void run_open(struct run_reader *r, int fd, const struct run *run, size_t width)
{
    *r = (struct run_reader){.fd = fd, .left = *run, .width = width};
    r->row = mem_alloc(width * sizeof *r->row);
    size_t room = run->n < RUN_MAX_ROW ? (size_t)run->n : RUN_MAX_ROW;
    r->bytes = mem_alloc(room + NUMBER); /* a number at the end is read with eight bytes */
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

static uint64_t get_u64(const uint8_t *from)
{
    return (uint64_t)get_u32(from) << 32 | get_u32(from + 4);
}

static const char *take_cell(const char *from, struct cell *c)
{
    unsigned head = (unsigned char)*from++, n = head / KINDS;
    uint64_t v = n == 0 ? 0 : get_u64((const uint8_t *)from) >> (NUMBER - n) * 8;
    from += n;
    c->kind = head % KINDS;
    if (c->kind == CELL_TEXT) {
        c->text = (struct view){from, (size_t)v};
        from += v;
    } else {
        memcpy(&c->i, &v, sizeof v); /* a real's bits, too */
    }
    return from;
}

void run_take_row(struct run_reader *r)
{
    const char *from = r->bytes + r->used + LENGTH;
    r->used += next_size(r);
    for (size_t i = 0; i < r->width; i++)
        from = take_cell(from, &r->row[i]);
}
