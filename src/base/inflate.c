/* Inflating: the one place that knows zlib. See input.h. */
#include "base/input.h"
#include "base/mem.h"

#include <zlib.h>

enum { BLOCK = 128 * 1024, PADDING_MAX = 64 * 1024 * 1024 };

/* zlib's memory is ours: without any the process ends here, and zlib never calls good data
 * damaged for it. */
static void *zlib_alloc(void *unused, unsigned count, unsigned size)
{
    (void)unused;
    return mem_alloc((size_t)count * size);
}

static void zlib_free(void *unused, void *p)
{
    (void)unused;
    mem_free(p);
}

enum place { IN_MEMBER, AFTER_MEMBER, AT_END };

struct inflate_input {
    struct input in;
    struct input *inner;
    z_stream z;
    char *name;
    enum inflate_form form;
    enum place place;
    size_t padding; /* zeros that came after a member */
    unsigned char block[BLOCK];
};

/* The next block of compressed data; none of it (avail_in == 0): the inner input has ended. */
static bool refill(struct inflate_input *s, struct err *e)
{
    size_t got;
    if (!s->inner->read(s->inner, s->block, BLOCK, &got, e))
        return false;
    s->z.next_in = s->block;
    s->z.avail_in = (uInt)got;
    return true;
}

/* After a gzip member: the end, another member (RFC 1952, par. 2.2), or zeros to the end, as
 * tapes have them and gzip(1) accepts. */
static bool pass_member(struct inflate_input *s, struct err *e)
{
    for (;;) {
        if (s->z.avail_in == 0 && !refill(s, e))
            return false;
        if (s->z.avail_in == 0) {
            s->place = AT_END;
            return true;
        }
        if (*s->z.next_in != 0)
            break;
        if (++s->padding > PADDING_MAX)
            return err_set(
                e, ERR_INPUT, "%s is damaged: over %d zeros behind its data", s->name, PADDING_MAX);
        s->z.next_in++;
        s->z.avail_in--;
    }
    if (s->padding > 0)
        return err_set(e, ERR_INPUT, "%s is damaged: zeros within it", s->name);
    s->place = IN_MEMBER;
    (void)inflateReset(&s->z);
    return true;
}

/* One step within a member. zlib goes first: it may hold text, or the end mark, without any more
 * input. */
static bool inflate_some(struct inflate_input *s, struct err *e)
{
    int r = inflate(&s->z, Z_NO_FLUSH);
    if (r == Z_STREAM_END) {
        s->place = s->form == INFLATE_GZIP ? AFTER_MEMBER : AT_END;
        return true;
    }
    if (r == Z_OK)
        return true;
    if (r != Z_BUF_ERROR || s->z.avail_in > 0)
        return err_set(e, ERR_INPUT, "%s is damaged: %s", s->name,
            s->z.msg != NULL ? s->z.msg : "its compressed data cannot be read");
    if (!refill(s, e))
        return false;
    return s->z.avail_in > 0 ||
           err_set(e, ERR_INPUT, "%s is truncated: its compressed data ends too early", s->name);
}

/* Inflates until the output has something, or the last stream ends. */
static bool inflate_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct inflate_input *s = (struct inflate_input *)in;
    size_t want = n > (1u << 30) ? (1u << 30) : n;
    s->z.next_out = to;
    s->z.avail_out = (uInt)want;
    if (want == 0) { /* zlib without room for output makes no progress, for ever */
        *got = 0;
        return true;
    }
    while (s->place != AT_END && s->z.avail_out == want)
        if (!(s->place == AFTER_MEMBER ? pass_member(s, e) : inflate_some(s, e)))
            return false;
    *got = want - s->z.avail_out;
    return true;
}

static void inflate_close(struct input *in)
{
    struct inflate_input *s = (struct inflate_input *)in;
    (void)inflateEnd(&s->z);
    input_free(s->inner);
    mem_free(s->name);
    mem_free(s);
}

struct input *input_inflate_new(struct input *inner, enum inflate_form form, const char *name)
{
    struct inflate_input *s = mem_alloc(sizeof *s);
    s->in = (struct input){inflate_read, inflate_close};
    s->inner = inner;
    s->form = form;
    s->name = mem_alloc(strlen(name) + 1);
    memcpy(s->name, name, strlen(name));
    s->z.zalloc = zlib_alloc;
    s->z.zfree = zlib_free;
    (void)inflateInit2(
        &s->z, form == INFLATE_GZIP ? 15 + 16 : -15); /* a failure shows at the first read */
    return &s->in;
}

uint32_t crc32_add(uint32_t crc, struct view v)
{
    if (v.n == 0)
        return crc; /* for an absent text zlib would give the CRC of nothing */
    return (uint32_t)crc32_z(crc, (const unsigned char *)v.p, v.n);
}
