/* Tests of page_file's way past the system's cache, by page_writer's thread: where the system
 * refuses it after all, and where the disk is full. That what is written so is what SQLite reads,
 * the other tests of pages see. */
#include "pages_kit.h"

#include "base/mem.h"
#include "base/sys.h"
#include "store/sqlite/page_file.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CHUNKS = 5 }; /* of the table, or more: more than wait for the thread that writes them */

static void make_many_chunks(struct pages_kit *k)
{
    struct row_kind kind = sparse_rows(300000, 3);
    make_rows(k, &kind);
}

static atomic_int failing;
static int error;

static int fail_one(enum sys_call call)
{
    return call == SYS_WRITE && atomic_fetch_sub(&failing, 1) == 0 ? error : 0;
}

static const struct sys_seam seam = {.before = fail_one};

static int tear_down(void **state)
{
    sys_install(NULL);
    return pages_kit_tear_down(state);
}

/* Pages of some chunks, the n-th write of which fails with that error; false: the writer said
 * so. */
static bool write_failing(struct pages_kit *k, int n, int errnum)
{
    bool indexed;
    struct row_list *r = &k->rows;
    size_t taken;
    make_empty(k, "direct.db", 4096, 0);
    begin_pages(k, "direct.db");
    struct rating_block b = {r->users, r->movies, r->ranks, r->half_stars, r->times, r->n};
    failing = n;
    error = errnum;
    sys_install(&seam);
    bool ok = rating_pages_add(&k->pages, &b, &taken, &k->e) &&
              rating_pages_end(&k->pages, true, &indexed, &k->e);
    table_pages_close(&k->pages.pages); /* with its thread */
    kit_end_sync(k);
    sys_install(NULL);
    return ok;
}

static void pages_go_the_usual_way_then(void **state)
{
    struct pages_kit *k = *state;
    make_empty(k, "any.db", 4096, 0);
    int fd = sys_open_direct(pages_path(k, "any.db"));
    if (fd < 0)
        skip();
    (void)close(fd);
    make_many_chunks(k);
    write_plain(k, 4096, 0);
    for (int n = 0; n < CHUNKS; n++) {
        if (!write_failing(k, n, EINVAL))
            fail_msg("%s", k->e.text);
        compare_written(k);
    }
}

static void a_full_disk_is_told(void **state)
{
    struct pages_kit *k = *state;
    make_many_chunks(k);
    for (int n = 0; n < CHUNKS; n++) {
        assert_false(write_failing(k, n, ENOSPC));
        assert_int_equal(k->e.kind, ERR_DISK);
    }
}

/* Whose name another file got after it was opened: nothing goes into that one. */
static void pages_go_into_the_file_that_is_open(void **state)
{
    struct pages_kit *k = *state;
    uint8_t *pages = mem_pages((size_t)2 * MEM_PAGE), back[MEM_PAGE];
    struct page_file f;
    uint32_t first = 0, n = 0;
    memset(pages, 'x', (size_t)2 * MEM_PAGE);
    make_empty(k, "direct.db", MEM_PAGE, 0);
    make_empty(k, "other.db", MEM_PAGE, 0);
    const char *path = pages_path(k, "direct.db"), *other = pages_path(k, "other.db");
    assert_true(page_file_open(&f, path, &k->why, &k->e) && k->why == NULL);
    assert_int_equal(rename(other, path), 0);
    page_file_lasts_direct(&f, kit_sync(k));
    assert_true(page_file_take(&f, 2, &first, &n, &k->e) && n == 2);
    assert_true(page_file_write(&f, first, n, pages, &k->e));
    assert_int_equal(sys_pread(f.fd, back, MEM_PAGE, (int64_t)first * MEM_PAGE), MEM_PAGE);
    assert_memory_equal(back, pages, MEM_PAGE);
    page_file_close(&f);
    mem_free(pages);
}

static _Atomic int syncs;

static int count_syncs(enum sys_call call)
{
    atomic_fetch_add(&syncs, call == SYS_SYNC);
    return 0;
}

static const struct sys_seam counting = {.before = count_syncs};

/* Past the system's cache and through it. */
static void what_is_written_is_synced_ahead(void **state)
{
    enum { PAGES = 256, BYTES = PAGES * MEM_PAGE };
    struct pages_kit *k = *state;
    uint8_t *pages = mem_pages(BYTES);
    for (int direct = 0; direct <= 1; direct++) {
        struct page_file f;
        uint32_t first = 0, n = 0;
        make_empty(k, "direct.db", MEM_PAGE, 0);
        assert_true(page_file_open(&f, pages_path(k, "direct.db"), &k->why, &k->e));
        struct sync_ahead *sync = sync_ahead_new(f.fd);
        if (direct != 0)
            page_file_lasts_direct(&f, sync);
        else
            page_file_lasts(&f, sync);
        atomic_store(&syncs, 0);
        sys_install(&counting);
        for (int i = 0; i < SYNC_AHEAD_BYTES / BYTES; i++) {
            assert_true(page_file_take(&f, PAGES, &first, &n, &k->e) && n == PAGES);
            assert_int_equal(atomic_load(&syncs), 0);
            assert_true(page_file_write(&f, first, n, pages, &k->e));
        }
        while (atomic_load(&syncs) == 0) /* else the test's time is up */
            (void)sched_yield();
        assert_int_equal(sync_ahead_end(sync), 0);
        sys_install(NULL);
        page_file_close(&f);
    }
    mem_free(pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_go_the_usual_way_then, pages_kit_set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_is_told, pages_kit_set_up, tear_down),
        PAGES_TEST(pages_go_into_the_file_that_is_open),
        PAGES_TEST(what_is_written_is_synced_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
