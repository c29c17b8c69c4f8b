/* Zip: the directory. See zip.h. After PKWARE's APPNOTE.TXT 6.3.10, par. 4.3 and 4.5.3. */
#include "source/movielens/zip.h"

#include "base/mem.h"
#include "base/sys.h"
#include "source/movielens/hints.h"
#include "source/movielens/zip_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum {
    END_SIZE = 22,
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    ENTRY_SIZE = 46,
    COMMENT_MAX = 65535,
    DIRECTORY_MAX = 16 * 1024 * 1024, /* a release has 6 members; this is room for 100,000 */
    MEMBERS_MAX = 200000,
};

struct end {
    uint64_t at, count, size,
        offset; /* the end record; members, bytes and place of the directory */
};

bool zip_pread(const struct zip *z, uint64_t at, void *to, size_t n, struct err *e)
{
    if (at > z->size || n > z->size - at)
        return err_set(e, ERR_INPUT, "%s is damaged: it points beyond its own end", z->path);
    for (size_t done = 0; done < n;) {
        ssize_t got = sys_pread(z->fd, (char *)to + done, n - done, (int64_t)(at + done));
        if (got < 0)
            return err_errno(e, ERR_INPUT, errno, "cannot read %s", z->path);
        if (got == 0)
            return err_set(e, ERR_INPUT, "%s became shorter while it was read", z->path);
        done += (size_t)got;
    }
    return true;
}

static bool no_archive(const struct zip *z, struct err *e)
{
    unsigned char head[4] = {0};
    struct err ignored;
    if (z->size >= 4 && zip_pread(z, 0, head, 4, &ignored) && le32(head) == LOCAL_SIGNATURE) {
        err_set(e, ERR_INPUT, "%s is a zip archive without its end: it is not complete", z->path);
        return err_hint(e, "Download it again.");
    }
    err_set(e, ERR_INPUT, "%s is neither a folder nor a zip archive", z->path);
    return err_hint(e, "%s", HINT_RELEASE);
}

/* The end record is the last thing in the file, but for a comment of unknown length. */
static bool find_end(
    const struct zip *z, unsigned char end[END_SIZE], uint64_t *ret_at, struct err *e)
{
    size_t n = z->size < END_SIZE + COMMENT_MAX ? (size_t)z->size : END_SIZE + COMMENT_MAX;
    unsigned char *tail = mem_alloc(n);
    bool ok = zip_pread(z, z->size - n, tail, n, e), found = false;
    for (size_t i = n < END_SIZE ? 0 : n - END_SIZE + 1; ok && !found && i-- > 0;) {
        found = le32(tail + i) == END_SIGNATURE && i + END_SIZE + le16(tail + i + 20) == n;
        if (found) {
            memcpy(end, tail + i, END_SIZE);
            *ret_at = z->size - n + i;
        }
    }
    mem_free(tail);
    return ok && (found || no_archive(z, e));
}

static bool read_end64(const struct zip *z, struct end *end, struct err *e)
{
    unsigned char b[END64_SIZE] = {0};
    if (end->at < LOCATOR_SIZE || !zip_pread(z, end->at - LOCATOR_SIZE, b, LOCATOR_SIZE, e) ||
        le32(b) != LOCATOR_SIGNATURE)
        return err_set(e, ERR_INPUT, "%s is damaged: its zip64 locator is missing", z->path);
    uint64_t at = le64(b + 8);
    if (!zip_pread(z, at, b, END64_SIZE, e))
        return false;
    if (le32(b) != END64_SIGNATURE)
        return err_set(e, ERR_INPUT, "%s is damaged: its zip64 end record is missing", z->path);
    end->at = at;
    end->count = le64(b + 32);
    end->size = le64(b + 40);
    end->offset = le64(b + 48);
    return true;
}

static bool read_end(const struct zip *z, struct end *ret, struct err *e)
{
    unsigned char b[END_SIZE] = {0};
    if (!find_end(z, b, &ret->at, e))
        return false;
    ret->count = le16(b + 10);
    ret->size = le32(b + 12);
    ret->offset = le32(b + 16);
    bool is64 = ret->count == 0xFFFF || ret->size == 0xFFFFFFFF || ret->offset == 0xFFFFFFFF;
    if (is64 && !read_end64(z, ret, e))
        return false;
    if (le16(b + 4) != 0 && le16(b + 4) != 0xFFFF)
        return err_set(e, ERR_INPUT, "%s is one part of an archive in several parts", z->path);
    if (ret->offset > ret->at || ret->size > ret->at - ret->offset)
        return err_set(e, ERR_INPUT, "%s is damaged: its directory lies outside the file", z->path);
    if (ret->size > DIRECTORY_MAX || ret->count > MEMBERS_MAX)
        return err_set(e, ERR_INPUT, "%s has too many members for a MovieLens release", z->path);
    return true;
}

/* The zip64 extra field holds, in this order, those of size, packed and offset that are all ones in
 * the entry. */
static bool read_extra64(struct view extra, struct zip_member *m)
{
    uint64_t *const wide[] = {&m->size, &m->packed, &m->at};
    const unsigned char *b = (const unsigned char *)extra.p;
    for (size_t at = 0; at + 4 <= extra.n;) {
        size_t n = le16(b + at + 2), from = at + 4, end = from + n;
        if (end > extra.n)
            return false;
        if (le16(b + at) == 1) {
            for (size_t i = 0; i < 3; i++) {
                if (*wide[i] != 0xFFFFFFFF)
                    continue;
                if (end - from < 8)
                    return false;
                *wide[i] = le64(b + from);
                from += 8;
            }
            return true;
        }
        at = end;
    }
    return m->size != 0xFFFFFFFF && m->packed != 0xFFFFFFFF && m->at != 0xFFFFFFFF;
}

/* One entry at the start of `rest`; *ret_n its length, 0 when it is damaged. */
static void read_entry(struct zip *z, struct view rest, struct zip_member *m, size_t *ret_n)
{
    const unsigned char *b = (const unsigned char *)rest.p;
    *ret_n = 0;
    if (rest.n < ENTRY_SIZE || le32(b) != ENTRY_SIGNATURE)
        return;
    size_t name = le16(b + 28), extra = le16(b + 30), comment = le16(b + 32);
    if (rest.n - ENTRY_SIZE < name + extra + comment)
        return;
    m->flags = le16(b + 8);
    m->method = le16(b + 10);
    m->crc = le32(b + 16);
    m->packed = le32(b + 20);
    m->size = le32(b + 24);
    m->at = le32(b + 42);
    m->name = arena_dup(&z->arena, view_slice(rest, ENTRY_SIZE, ENTRY_SIZE + name));
    if (read_extra64(view_slice(rest, ENTRY_SIZE + name, ENTRY_SIZE + name + extra), m))
        *ret_n = ENTRY_SIZE + name + extra + comment;
}

static bool read_directory(struct zip *z, struct err *e)
{
    struct end end = {0};
    if (!read_end(z, &end, e))
        return false;
    char *bytes = mem_alloc((size_t)end.size);
    struct view rest = {bytes, (size_t)end.size};
    bool ok = zip_pread(z, end.offset, bytes, rest.n, e);
    for (uint64_t i = 0; ok && i < end.count; i++) {
        size_t n = 0;
        struct zip_member *m = vec_add(&z->members);
        if (m != NULL)
            read_entry(z, rest, m, &n);
        ok = n > 0 || err_set(e, ERR_INPUT, "%s is damaged: its directory cannot be read", z->path);
        rest = view_slice(rest, n, rest.n);
    }
    z->directory = end.offset;
    mem_free(bytes);
    return ok;
}

bool zip_open(const char *path, struct zip **ret, struct err *e)
{
    struct stat st;
    int fd = sys_open(path, O_RDONLY, 0);
    if (fd < 0)
        return err_errno(e, ERR_INPUT, errno, "cannot open %s", path);
    struct zip *z = mem_alloc(sizeof *z);
    z->fd = fd;
    z->path = mem_alloc(strlen(path) + 1);
    memcpy(z->path, path, strlen(path));
    arena_init(&z->arena);
    vec_init(&z->members, sizeof(struct zip_member), MEMBERS_MAX);
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (!ok)
        err_set(e, ERR_INPUT, "%s is neither a folder nor a regular file", path);
    else
        z->size = (uint64_t)st.st_size;
    if (!ok || !read_directory(z, e)) {
        zip_free(z);
        return false;
    }
    *ret = z;
    return true;
}

void zip_free(struct zip *z)
{
    if (z == NULL)
        return;
    (void)sys_close(z->fd);
    mem_free(z->path);
    arena_done(&z->arena);
    vec_done(&z->members);
    mem_free(z);
}
