/* Page file: see page_file.h. */
#include "store/sqlite/page_file.h"

#include "base/mem.h"
#include "base/sys.h"
#include "store/sqlite/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

/* Where things stand in the header (1.3). */
enum {
    HEADER_SIZE = 100,
    AT_PAGE_SIZE = 16,
    AT_WRITE_VERSION = 18,
    AT_READ_VERSION = 19,
    AT_RESERVED = 20,
    AT_CHANGES = 24,
    AT_PAGES = 28,
    AT_FREE_TRUNK = 32,
    AT_FREE_PAGES = 36,
    AT_SCHEMA_FORMAT = 44,
    /* not 0: auto_vacuum, whose pointer map pages this writer does not keep */
    AT_LARGEST_ROOT = 52,
    AT_VALID_FOR = 92,
    AT_LIBRARY = 96,
    LOCKING_BYTE = 0x40000000,
    INDEX_LEAF = 0x0a,
    ROW_LEAF = 0x0d,
};

enum { MAX_UNUSED = 1 << 20 };
#define MAX_PAGE 0xfffffffeu

static bool fail(const struct page_file *f, const char *what, struct err *e)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return err_set(e, ERR_DISK, "%s: no space left for %s", what, f->path);
    return err_errno(e, ERR_STORE, errno, "%s: %s", what, f->path);
}

static bool read_at(struct page_file *f, uint8_t *to, size_t n, int64_t at, struct err *e)
{
    ssize_t got = sys_pread(f->fd, to, n, at);
    if (got < 0)
        return fail(f, "cannot read the database", e);
    return (size_t)got == n || err_set(e, ERR_STORE, "%s ends too early", f->path);
}

static int64_t offset_of(const struct page_file *f, uint32_t page)
{
    return (int64_t)(page - 1) * f->page_size;
}

static const char *why_unusual(const uint8_t *header)
{
    if (memcmp(header, "SQLite format 3", 16) != 0)
        return "it is no database file";
    if (header[AT_WRITE_VERSION] != 1 || header[AT_READ_VERSION] != 1)
        return "it is in write-ahead mode";
    if (get_u32(header + AT_SCHEMA_FORMAT) != 4)
        return "its schema format is an old one";
    return get_u32(header + AT_LARGEST_ROOT) != 0 ? "auto_vacuum is on" : NULL;
}

static bool read_sizes(
    struct page_file *f, uint8_t header[HEADER_SIZE], const char **ret_why, struct err *e)
{
    if (!read_at(f, header, HEADER_SIZE, 0, e))
        return false;
    *ret_why = why_unusual(header);
    uint32_t size = get_u16(header + AT_PAGE_SIZE);
    f->page_size = size == 1 ? 65536 : size;
    f->usable = f->page_size - header[AT_RESERVED];
    f->locking = *ret_why == NULL ? LOCKING_BYTE / f->page_size + 1 : 0;
    return true;
}

/* The page count in the header counts only when it was written together with the change counter
 * (1.3.7). *ret_size: what it says the file's is; -1: nothing. */
static bool read_header(struct page_file *f, const char **ret_why, int64_t *ret_size,
    int64_t *ret_there, struct err *e)
{
    uint8_t header[HEADER_SIZE];
    struct stat st;
    if (!read_sizes(f, header, ret_why, e))
        return false;
    if (*ret_why != NULL)
        return true;
    if (fstat(f->fd, &st) != 0)
        return fail(f, "cannot read the database", e);
    uint32_t pages = get_u32(header + AT_PAGES);
    bool tells = pages > 0 && memcmp(header + AT_CHANGES, header + AT_VALID_FOR, 4) == 0;
    *ret_size = tells ? (int64_t)pages * f->page_size : -1;
    *ret_there = st.st_size;
    f->next = pages + 1;
    return true;
}

static const char not_its_size[] = "its header does not tell its size";

static bool read_whole_header(struct page_file *f, const char **ret_why, struct err *e)
{
    int64_t size = 0, there = 0;
    if (!read_header(f, ret_why, &size, &there, e))
        return false;
    if (*ret_why == NULL && size != there)
        *ret_why = not_its_size;
    return true;
}

bool page_file_open_live(struct page_file *f, const char *path, struct err *e)
{
    *f = (struct page_file){.path = path, .fd = sys_open(path, O_RDWR, 0), .direct = -1};
    vec_init(&f->unused, sizeof(uint32_t), MAX_UNUSED);
    return f->fd >= 0 || fail(f, "cannot open the database", e);
}

bool page_file_open(struct page_file *f, const char *path, const char **ret_why, struct err *e)
{
    *ret_why = NULL;
    if (!page_file_open_live(f, path, e))
        return false;
    bool ok = read_whole_header(f, ret_why, e);
    if (!ok || *ret_why != NULL)
        (void)sys_close(f->fd);
    return ok;
}

bool page_file_cut_live(
    struct page_file *f, const char **ret_why, bool *ret_cut, struct err *e)
{
    int64_t size = 0, there = 0;
    *ret_cut = false;
    if (!read_header(f, ret_why, &size, &there, e))
        return false;
    if (*ret_why == NULL && (size < 0 || size > there))
        *ret_why = not_its_size;
    *ret_cut = *ret_why == NULL && size < there;
    return !*ret_cut || sys_truncate(f->fd, size) == 0 ||
           fail(f, "cannot write the database", e);
}

void page_file_begin_behind(struct page_file *f, uint32_t known)
{
    f->known = known;
    f->next = known + 1;
    vec_clear(&f->unused);
}

static bool is_one_file(int a, int b)
{
    struct stat x, y;
    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

void page_file_lasts(struct page_file *f, struct sync_ahead *sync)
{
    f->sync = sync;
}

/* By its name, which another file may have got meanwhile. */
void page_file_lasts_direct(struct page_file *f, struct sync_ahead *sync)
{
    int fd = sys_open_direct(f->path);
    page_file_lasts(f, sync);
    if (fd >= 0 && !is_one_file(fd, f->fd)) {
        (void)sys_close(fd);
        fd = -1;
    }
    f->direct = fd;
}

bool page_file_waits(const struct page_file *f)
{
    return f->direct >= 0 && !atomic_load(&f->refused);
}

void page_file_close(struct page_file *f)
{
    if (f->direct >= 0)
        (void)sys_close(f->direct);
    (void)sys_close(f->fd);
    vec_done(&f->unused);
}

bool page_file_reserve(struct page_file *f, uint32_t n, struct err *e)
{
    uint32_t first = f->next;
    if (first > MAX_PAGE - n)
        return err_set(e, ERR_STORE, "%s has no page numbers left", f->path);
    f->next = f->end = first + n;
    if (!page_file_finish(f, e))
        return false;
    f->next = first;
    if (f->sync != NULL)
        sys_make_room(f->fd, offset_of(f, first), (int64_t)n * f->page_size);
    return true;
}

bool page_file_resume(struct page_file *f, struct err *e)
{
    const char *why = NULL;
    uint32_t rest = f->next, end = f->end;
    if (!read_whole_header(f, &why, e))
        return false;
    if (why != NULL || f->next < end)
        return err_set(e, ERR_BUG, "reserved pages are gone: %s", why == NULL ? "it shrank" : why);
    f->end = 0;
    if (rest <= f->locking && f->locking < end) {
        page_file_give_back(f, f->locking + 1, end - f->locking - 1);
        end = f->locking;
    }
    page_file_give_back(f, rest, end - rest);
    return true;
}

bool page_file_root_is_empty(
    struct page_file *f, uint32_t root, bool rows, bool *ret, struct err *e)
{
    uint8_t page[8];
    *ret = false;
    if (root < 2 || root >= f->next)
        return true;
    if (!read_at(f, page, sizeof page, offset_of(f, root), e))
        return false;
    *ret = page[0] == (rows ? ROW_LEAF : INDEX_LEAF) && get_u16(page + 3) == 0;
    return true;
}

bool page_file_take(
    struct page_file *f, uint32_t want, uint32_t *ret_first, uint32_t *ret_n, struct err *e)
{
    uint32_t next = atomic_load(&f->next), first, n;
    do {
        first = next == f->locking ? next + 1 : next;
        n = first < f->locking && want > f->locking - first ? f->locking - first : want;
        if (f->end != 0 && first >= f->end)
            return err_set(e, ERR_BUG, "more pages are needed than were reserved");
        n = f->end != 0 && n > f->end - first ? f->end - first : n;
        if (first > MAX_PAGE - n)
            return err_set(e, ERR_STORE, "%s has no page numbers left", f->path);
    } while (!atomic_compare_exchange_weak(&f->next, &next, first + n));
    *ret_first = first;
    *ret_n = n;
    return true;
}

/* What lies at the end has not been given out then. */
void page_file_give_back(struct page_file *f, uint32_t first, uint32_t n)
{
    uint32_t end = first + n, next = first == f->locking + 1 ? f->locking : first;
    if (atomic_compare_exchange_strong(&f->next, &end, next))
        return;
    for (uint32_t i = n; i-- > 0;) {
        uint32_t *slot = vec_add(&f->unused);
        if (slot != NULL)
            *slot = first + i;
    }
}

bool page_file_take_one(struct page_file *f, uint32_t *ret, struct err *e)
{
    uint32_t n;
    if (f->unused.n == 0)
        return page_file_take(f, 1, ret, &n, e);
    *ret = *(uint32_t *)vec_at(&f->unused, --f->unused.n);
    return true;
}

/* *ret_done: the pages are written past the system's cache. */
static bool write_direct(struct page_file *f, int64_t at, size_t bytes, const uint8_t *pages,
    bool *ret_done, struct err *e)
{
    bool fits = at % MEM_PAGE == 0 && bytes % MEM_PAGE == 0 && (uintptr_t)pages % MEM_PAGE == 0;
    *ret_done = false;
    if (!fits || !page_file_waits(f))
        return true;
    *ret_done = sys_pwrite_all(f->direct, pages, bytes, at) == 0;
    if (*ret_done)
        return true;
    if (errno != EINVAL)
        return fail(f, "cannot write the database", e);
    atomic_store(&f->refused, true);
    return true;
}

bool page_file_write(
    struct page_file *f, uint32_t first, uint32_t n, const uint8_t *pages, struct err *e)
{
    if (first <= f->known) /* a root page by itself */
        return f->keep(f->payload, first, pages, e);
    size_t bytes = (size_t)n * f->page_size;
    bool done = false;
    if (n > 1 && !write_direct(f, offset_of(f, first), bytes, pages, &done, e))
        return false;
    if (!done && sys_pwrite_all(f->fd, pages, bytes, offset_of(f, first)) != 0)
        return fail(f, "cannot write the database", e);
    if (f->sync == NULL)
        return true;
    if (!done && n > 1) /* those alone have little to gain */
        sys_write_out(f->fd, offset_of(f, first), (int64_t)bytes);
    sync_ahead_wrote(f->sync, bytes);
    return true;
}

/* One trunk page: the next one, how many leaves it names, their numbers. SQLite leaves the last six
 * places empty for the sake of old versions (1.5), and so does this. */
static bool write_trunk(struct page_file *f, uint32_t *trunk, uint32_t *count, struct err *e)
{
    uint8_t *page = mem_alloc(f->page_size);
    uint32_t number = *(uint32_t *)vec_at(&f->unused, --f->unused.n), n = 0,
             most = f->usable / 4 - 8;
    while (n < most && f->unused.n > 0)
        put_u32(page + 8 + 4 * (size_t)n++, *(uint32_t *)vec_at(&f->unused, --f->unused.n));
    put_u32(page, *trunk);
    put_u32(page + 4, n);
    *trunk = number;
    *count += n + 1;
    bool ok = page_file_write(f, number, 1, page, e);
    mem_free(page);
    return ok;
}

/* Pages that were never written are holes, or lie behind the end: the file gets its size from the
 * header's count. */
bool page_file_finish_live(struct page_file *f, uint8_t *header, struct err *e)
{
    uint32_t trunk = get_u32(header + AT_FREE_TRUNK), count = get_u32(header + AT_FREE_PAGES);
    while (f->unused.n > 0)
        if (!write_trunk(f, &trunk, &count, e))
            return false;
    if (sys_truncate(f->fd, (int64_t)(f->next - 1) * f->page_size) != 0)
        return fail(f, "cannot write the database", e);
    put_u32(header + AT_PAGES, f->next - 1);
    put_u32(header + AT_FREE_TRUNK, trunk);
    put_u32(header + AT_FREE_PAGES, count);
    /* Also where SQLite has just counted its own change: by this number whoever has pages of before
     * in a cache sees that they are old, and who wrote it takes his for new. */
    uint32_t changes = get_u32(header + AT_CHANGES) + 1;
    put_u32(header + AT_CHANGES, changes);
    put_u32(header + AT_VALID_FOR, changes);
    return true;
}

bool page_file_finish(struct page_file *f, struct err *e)
{
    uint8_t header[HEADER_SIZE];
    if (!read_at(f, header, sizeof header, 0, e) || !page_file_finish_live(f, header, e))
        return false;
    put_u32(header + AT_LIBRARY, (uint32_t)sqlite3_libversion_number());
    return sys_pwrite_all(f->fd, header, sizeof header, 0) == 0 ||
           fail(f, "cannot write the database", e);
}
