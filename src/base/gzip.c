/* Gzip: see gzip.h. */
#include "base/gzip.h"

#include "base/input.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>

/* ---- writing */

struct packing {
    struct input *from;
    const char *to;
    int fd;
    struct packer *packer;
    char *text, *packed; /* a portion, and what becomes of it at the worst */
    size_t packed_max;
};

static bool write_member(struct packing *p, size_t n, struct err *e)
{
    size_t packed =
        packer_pack(p->packer, (struct view){p->text, n}, p->packed, p->packed_max);
    if (packed == 0)
        return err_set(e, ERR_BUG, "%s: a portion outgrew its bound", p->to);
    return sys_write_all(p->fd, p->packed, packed) == 0 ||
           err_errno(e, ERR_DISK, errno, "cannot write %s", p->to);
}

/* An empty text has one member, too. */
static bool write_members(struct packing *p, struct err *e)
{
    size_t n = GZIP_PORTION;
    for (bool first = true; n == GZIP_PORTION; first = false)
        if (!input_read_full(p->from, p->text, GZIP_PORTION, &n, e) ||
            ((first || n > 0) && !write_member(p, n, e)))
            return false;
    return sys_fsync(p->fd) == 0 || err_errno(e, ERR_DISK, errno, "cannot sync %s", p->to);
}

static bool pack(struct packing *p, struct err *e)
{
    p->packer = packer_new();
    p->packed_max = libdeflate_gzip_compress_bound(NULL, GZIP_PORTION);
    p->text = mem_grow(NULL, GZIP_PORTION, 1);
    p->packed = mem_grow(NULL, p->packed_max, 1);
    bool ok = write_members(p, e);
    mem_free(p->text);
    mem_free(p->packed);
    packer_free(p->packer);
    return ok;
}

bool gzip_file(const char *from, const char *to, struct err *e)
{
    struct packing p = {.to = to};
    if (!input_file_new(from, &p.from, e))
        return false;
    p.fd = sys_open(to, O_WRONLY | O_CREAT | O_EXCL, 0666);
    bool ok = p.fd >= 0;
    if (ok) {
        ok = pack(&p, e);
        (void)sys_close(p.fd);
        if (!ok) /* of no use to anybody, and in the way of the next try */
            (void)sys_unlink(to);
    } else {
        err_errno(e, errno == EEXIST ? ERR_INPUT : ERR_DISK, errno, "cannot create %s", to);
    }
    input_free(p.from);
    return ok;
}

/* ---- comparing */

struct checking {
    struct input *packed, *plain;
    struct libdeflate_decompressor *d;
    char *text, *unpacked; /* a portion of the original, and one of the copy */
    char *block;           /* of the copy; at `at` begins a member, if that is not the end */
    size_t block_max, member_max, at, n;
    bool ended; /* nothing of the copy comes after the block */
};

/* Has the next member whole in the block, if it is not larger than any that gzip_file writes. */
static bool refill(struct checking *c, struct err *e)
{
    size_t left = c->n - c->at, got;
    if (c->ended || left >= c->member_max)
        return true;
    memmove(c->block, c->block + c->at, left);
    if (!input_read_full(c->packed, c->block + left, c->block_max - left, &got, e))
        return false;
    c->at = 0;
    c->n = left + got;
    c->ended = c->n < c->block_max;
    return true;
}

/* Whether the member at hand says what comes next in the original. */
static bool says_next(struct checking *c, bool *ret_same, struct err *e)
{
    size_t used = 0, got = 0, n;
    if (!input_read_full(c->plain, c->text, GZIP_PORTION, &n, e))
        return false;
    *ret_same = libdeflate_gzip_decompress_ex(c->d, c->block + c->at, c->n - c->at, c->unpacked,
                    GZIP_PORTION, &used, &got) == LIBDEFLATE_SUCCESS &&
                got == n && memcmp(c->unpacked, c->text, n) == 0;
    c->at += used;
    return true;
}

static bool ends_with_it(struct checking *c, bool *ret_same, struct err *e)
{
    size_t more;
    if (!input_read_full(c->plain, c->text, 1, &more, e))
        return false;
    *ret_same = more == 0;
    return true;
}

static bool compare(struct checking *c, bool *ret_same, struct err *e)
{
    if (!refill(c, e))
        return false;
    do {
        if (!says_next(c, ret_same, e) || !refill(c, e))
            return false;
    } while (*ret_same && c->at < c->n);
    return !*ret_same || ends_with_it(c, ret_same, e);
}

static bool check(struct input *packed, struct input *plain, bool *ret_same, struct err *e)
{
    struct checking c = {.packed = packed, .plain = plain, .d = libdeflate_alloc_decompressor()};
    if (c.d == NULL)
        mem_exhausted();
    c.member_max = libdeflate_gzip_compress_bound(NULL, GZIP_PORTION);
    c.block_max = 2 * c.member_max;
    c.text = mem_grow(NULL, GZIP_PORTION, 1);
    c.unpacked = mem_grow(NULL, GZIP_PORTION, 1);
    c.block = mem_grow(NULL, c.block_max, 1);
    bool ok = compare(&c, ret_same, e);
    mem_free(c.text);
    mem_free(c.unpacked);
    mem_free(c.block);
    libdeflate_free_decompressor(c.d);
    return ok;
}

bool gzip_says(const char *packed, const char *plain, bool *ret_same, struct err *e)
{
    struct input *x, *y;
    if (!input_file_new(packed, &x, e))
        return false;
    bool ok = input_file_new(plain, &y, e);
    if (ok) {
        ok = check(x, y, ret_same, e);
        input_free(y);
    }
    input_free(x);
    return ok;
}
