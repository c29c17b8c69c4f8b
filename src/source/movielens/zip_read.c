/* Zip: one member as a stream. See zip.h. Two inputs around base's inflater: below it the member's
 * packed bytes, above it a check of length and CRC-32. */
#include "source/movielens/zip_bytes.h"

#include "base/mem.h"

enum { LOCAL_SIZE = 30, FLAG_ENCRYPTED = 1, METHOD_STORED = 0, METHOD_DEFLATE = 8 };
enum { DEFLATE_RATIO_MAX = 1032 }; /* deflate's best: 258 bytes for 2 bits */

struct range_input {
    struct input in;
    const struct zip *zip;
    uint64_t at, left;
};

static bool range_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct range_input *r = (struct range_input *)in;
    *got = n < r->left ? n : (size_t)r->left;
    if (!zip_pread(r->zip, r->at, to, *got, e))
        return false;
    r->at += *got;
    r->left -= *got;
    return true;
}

static void range_close(struct input *in)
{
    mem_free(in);
}

struct checked_input {
    struct input in;
    struct input *inner;
    char *name;
    uint64_t left;
    uint32_t crc, want;
};

static bool check_end(const struct checked_input *c, struct err *e)
{
    if (c->left > 0)
        return err_set(e, ERR_INPUT, "%s is damaged: it is shorter than the archive says", c->name);
    if (c->crc != c->want)
        return err_set(e, ERR_INPUT, "%s is damaged: its checksum is %08x, the archive says %08x",
            c->name, (unsigned)c->crc, (unsigned)c->want);
    return true;
}

static bool checked_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct checked_input *c = (struct checked_input *)in;
    if (!c->inner->read(c->inner, to, n, got, e))
        return false;
    if (*got > c->left)
        return err_set(e, ERR_INPUT, "%s is damaged: it is longer than the archive says", c->name);
    c->crc = crc32_add(c->crc, (struct view){to, *got});
    c->left -= *got;
    return *got > 0 || n == 0 || check_end(c, e);
}

static void checked_close(struct input *in)
{
    struct checked_input *c = (struct checked_input *)in;
    input_free(c->inner);
    mem_free(c->name);
    mem_free(c);
}

/* Reads the local header, which must agree with the directory; *ret_at: where the packed bytes
 * begin. */
static bool find_bytes(const struct zip *z, const struct zip_member *m, const char *name,
    uint64_t *ret_at, struct err *e)
{
    unsigned char b[LOCAL_SIZE];
    if (!zip_pread(z, m->at, b, LOCAL_SIZE, e))
        return false;
    uint64_t at = m->at + LOCAL_SIZE + le16(b + 26) + le16(b + 28);
    bool ok = le32(b) == LOCAL_SIGNATURE && le16(b + 26) == m->name.n && le16(b + 8) == m->method;
    char *local = mem_alloc(m->name.n);
    ok = ok && zip_pread(z, m->at + LOCAL_SIZE, local, m->name.n, e) &&
         view_eq(m->name, (struct view){local, m->name.n});
    mem_free(local);
    if (!ok || at > z->directory || m->packed > z->directory - at)
        return err_set(e, ERR_INPUT, "%s is damaged: it is not where the archive says", name);
    *ret_at = at;
    return true;
}

static bool can_read(const struct zip_member *m, const char *name, struct err *e)
{
    if ((m->flags & FLAG_ENCRYPTED) != 0)
        return err_set(e, ERR_INPUT, "%s is encrypted", name);
    if (m->method != METHOD_STORED && m->method != METHOD_DEFLATE) {
        err_set(e, ERR_INPUT, "%s is compressed with method %u, which movie-etl cannot read", name,
            m->method);
        return err_hint(e, "Unpack the archive and give the folder.");
    }
    if (m->method == METHOD_STORED ? m->packed != m->size : m->size / DEFLATE_RATIO_MAX > m->packed)
        return err_set(e, ERR_INPUT, "%s is damaged: its sizes contradict each other", name);
    return true;
}

bool zip_read(const struct zip *z, const struct zip_member *m, const char *name, struct input **ret,
    struct err *e)
{
    uint64_t at = 0;
    if (!can_read(m, name, e) || !find_bytes(z, m, name, &at, e))
        return false;
    struct range_input *r = mem_alloc(sizeof *r);
    *r = (struct range_input){{range_read, range_close}, z, at, m->packed};
    struct checked_input *c = mem_alloc(sizeof *c);
    *c = (struct checked_input){
        .in = {checked_read, checked_close}, .left = m->size, .want = m->crc};
    c->inner = m->method == METHOD_DEFLATE ? input_inflate_new(&r->in, INFLATE_RAW, name) : &r->in;
    c->name = mem_alloc(strlen(name) + 1);
    memcpy(c->name, name, strlen(name));
    *ret = &c->in;
    return true;
}
