/* Tests of base/mem: zeroed memory, growth that keeps its contents, the end of the process when
 * there is none. */
#include "help.h"

#include "base/mem.h"

#include <stdlib.h>

TEST(memory_is_zeroed_even_when_it_was_used)
{
    for (int round = 0; round < 100; round++) {
        unsigned char *p = mem_alloc(500);
        for (size_t i = 0; i < 500; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xFF, 500);
        mem_free(p);
    }
}

TEST(pages_are_zeroed_and_stand_where_pages_do)
{
    static const size_t sizes[] = {MEM_PAGE, (size_t)2 * MEM_PAGE, (size_t)3 * MEM_PAGE,
        MEM_LARGE - MEM_PAGE, MEM_LARGE, MEM_LARGE + MEM_PAGE, (size_t)2 * MEM_LARGE};
    for (size_t k = 0; k < COUNT(sizes); k++) {
        unsigned char *p = mem_pages(sizes[k]);
        assert_int_equal((uintptr_t)p % (sizes[k] % MEM_LARGE == 0 ? MEM_LARGE : MEM_PAGE), 0);
        for (size_t i = 0; i < sizes[k]; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xFF, sizes[k]);
        mem_free(p);
    }
}

TEST(tables_of_any_size_are_zeroed)
{
    static const size_t sizes[] = {0, 1, MEM_PAGE, 2097151, 2097152, 4194303, 4194304, 9000001};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *p = mem_table(sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(p[k], 0);
        memset(p, 0xFF, sizes[i]);
        mem_free(p);
    }
}

TEST(what_is_mapped_is_zeroed_also_after_others_gave_theirs_back)
{
    enum { ODD = 3 * MEM_PAGE + 17 };
    for (int round = 0; round < 10; round++) {
        unsigned char *p = mem_map(ODD), *q = mem_map(ODD);
        for (size_t i = 0; i < ODD; i++)
            assert_int_equal(p[i] | q[i], 0);
        memset(p, 0xFF, ODD);
        mem_unmap(p, ODD);
        memset(q, 0xFF, ODD);
        mem_unmap(q, ODD);
    }
}

TEST(nothing_is_a_valid_pointer)
{
    void *p = mem_alloc(0), *q = mem_grow(NULL, 0, 8), *r = mem_grow(NULL, 8, 0);
    assert_non_null(p);
    assert_non_null(q);
    assert_non_null(r);
    mem_free(p);
    mem_free(q);
    mem_free(r);
    mem_free(NULL);
}

TEST(growing_keeps_the_contents)
{
    unsigned char *p = NULL;
    for (size_t n = 1; n < 3000; n++) {
        p = mem_grow(p, n, 1);
        p[n - 1] = (unsigned char)n;
    }
    for (size_t n = 1; n < 3000; n++)
        assert_int_equal(p[n - 1], (unsigned char)n);
    mem_free(p);
}

static void alloc_too_much(void *payload)
{
    (void)payload;
    mem_free(mem_alloc(SIZE_MAX / 2));
}

static void grow_too_much(void *payload)
{
    (void)payload;
    mem_free(mem_grow(NULL, SIZE_MAX / 4, 2));
}

static void grow_over_size_max(void *payload)
{
    (void)payload;
    mem_free(mem_grow(NULL, SIZE_MAX / 2 + 2, 2)); /* would wrap round to 2 bytes */
}

static void map_too_much(void *payload)
{
    (void)payload;
    mem_unmap(mem_map(SIZE_MAX / 2), SIZE_MAX / 2);
}

static void be_told(void *payload)
{
    (void)payload;
    mem_exhausted();
}

TEST(exhaustion_says_so_and_ends_with_71)
{
    void (*const ways[])(void *) = {
        alloc_too_much,
        grow_too_much,
        grow_over_size_max,
        map_too_much,
        be_told,
    };
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct child_end end = in_child(ways[i], NULL);
        assert_int_equal(end.code, err_exit_code(ERR_NOMEM));
        assert_non_null(strstr(end.said, "movie-etl: memory is exhausted\n"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_even_when_it_was_used),
        cmocka_unit_test(pages_are_zeroed_and_stand_where_pages_do),
        cmocka_unit_test(tables_of_any_size_are_zeroed),
        cmocka_unit_test(what_is_mapped_is_zeroed_also_after_others_gave_theirs_back),
        cmocka_unit_test(nothing_is_a_valid_pointer),
        cmocka_unit_test(growing_keeps_the_contents),
        cmocka_unit_test(exhaustion_says_so_and_ends_with_71),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
