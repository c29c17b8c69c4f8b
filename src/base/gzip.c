/* Gzip: see gzip.h. */
#include "base/gzip.h"

#include "base/input.h"
#include "base/mem.h"
#include "base/pack.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>

struct gzip {
    struct packer *packer;
    struct libdeflate_decompressor *unpacker;
    char *text, *unpacked; /* a portion, and what its member says */
    char *packed;          /* the member, as it was made and as it was read back */
    size_t packed_max;
};

struct packing {
    const struct gzip *with;
    struct input *from;
    const char *to;
    int fd;
    int64_t at; /* where the next member goes */
};

static bool write_member(const struct packing *p, size_t text_n, size_t *ret, struct err *e)
{
    const struct gzip *g = p->with;
    *ret = packer_pack(g->packer, (struct view){g->text, text_n}, g->packed, g->packed_max);
    if (*ret == 0)
        return err_set(e, ERR_BUG, "%s: a portion outgrew its bound", p->to);
    return sys_write_all(p->fd, g->packed, *ret) == 0 ||
           err_errno(e, ERR_DISK, errno, "cannot write %s", p->to);
}

/* All n bytes at p->at; fewer when the file ends before. */
static bool read_back(const struct packing *p, size_t n, size_t *ret, struct err *e)
{
    ssize_t got = 1;
    for (*ret = 0; *ret < n && got > 0; *ret += (size_t)got) {
        got = sys_pread(p->fd, p->with->packed + *ret, n - *ret, p->at + (int64_t)*ret);
        if (got < 0)
            return err_errno(e, ERR_DISK, errno, "cannot read %s", p->to);
    }
    return true;
}

/* Whether the file says there what was to be written. */
static bool check_member(const struct packing *p, size_t n, size_t text_n, struct err *e)
{
    const struct gzip *g = p->with;
    size_t got, used, said;
    if (!read_back(p, n, &got, e))
        return false;
    return (got == n &&
               libdeflate_gzip_decompress_ex(g->unpacker, g->packed, n, g->unpacked, GZIP_PORTION,
                   &used, &said) == LIBDEFLATE_SUCCESS &&
               used == n && said == text_n && memcmp(g->unpacked, g->text, text_n) == 0) ||
           err_set(e, ERR_DISK, "%s does not say what was written: the disk is bad", p->to);
}

/* An empty text has one member, too. */
static bool write_members(struct packing *p, struct err *e)
{
    size_t n = GZIP_PORTION, packed;
    while (n == GZIP_PORTION) {
        if (!input_read_full(p->from, p->with->text, GZIP_PORTION, &n, e))
            return false;
        if (n == 0 && p->at > 0)
            break;
        if (!write_member(p, n, &packed, e) || !check_member(p, packed, n, e))
            return false;
        p->at += (int64_t)packed;
    }
    return sys_fsync(p->fd) == 0 || err_errno(e, ERR_DISK, errno, "cannot sync %s", p->to);
}

struct gzip *gzip_new(void)
{
    struct gzip *g = mem_alloc(sizeof *g);
    g->packer = packer_new();
    g->unpacker = libdeflate_alloc_decompressor();
    if (g->unpacker == NULL)
        mem_exhausted();
    g->packed_max = libdeflate_gzip_compress_bound(NULL, GZIP_PORTION);
    g->text = mem_grow(NULL, GZIP_PORTION, 1);
    g->unpacked = mem_grow(NULL, GZIP_PORTION, 1);
    g->packed = mem_grow(NULL, g->packed_max, 1);
    return g;
}

void gzip_free(struct gzip *g)
{
    if (g == NULL)
        return;
    mem_free(g->text);
    mem_free(g->unpacked);
    mem_free(g->packed);
    libdeflate_free_decompressor(g->unpacker);
    packer_free(g->packer);
    mem_free(g);
}

bool gzip_file(struct gzip *g, const char *from, const char *to, struct err *e)
{
    struct packing p = {.with = g, .to = to};
    if (!input_file_new(from, &p.from, e))
        return false;
    p.fd = sys_open(to, O_RDWR | O_CREAT | O_EXCL, 0666);
    bool ok = p.fd >= 0;
    if (ok) {
        ok = write_members(&p, e);
        (void)sys_close(p.fd);
        if (!ok) /* of no use to anybody, and in the way of the next try */
            (void)sys_unlink(to);
    } else {
        err_errno(e, errno == EEXIST ? ERR_INPUT : ERR_DISK, errno, "cannot create %s", to);
    }
    input_free(p.from);
    return ok;
}
