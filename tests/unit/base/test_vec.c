/* Tests of base/vec: against a plain array, at its maximum, with sizes that overflow. */
#include "help.h"

#include "base/vec.h"

#include <stdlib.h>

enum { LARGEST = 40 };

struct model {
    unsigned char items[300][LARGEST];
    size_t n;
};

static bool same(const struct vec *v, const struct model *m)
{
    if (v->n != m->n || v->cap > v->max || v->n > v->cap)
        return false;
    for (size_t i = 0; i < m->n; i++)
        if (memcmp(vec_at(v, i), m->items[i], v->item) != 0)
            return false;
    return true;
}

static int by_first_byte(const void *a, const void *b)
{
    return *(const unsigned char *)a - *(const unsigned char *)b;
}

static bool is_zeroed(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != 0)
            return false;
    return true;
}

static void add_one(struct random *r, struct vec *v, struct model *m)
{
    unsigned char *item = vec_add(v);
    HOLDS(r, (item == NULL) == (m->n == v->max));
    if (item == NULL)
        return;
    HOLDS(r, is_zeroed(item, v->item));
    for (size_t i = 0; i < v->item; i++)
        item[i] = m->items[m->n][i] = (unsigned char)random_next(r);
    m->n++;
}

/* qsort need not be stable, so items are compared by their first byte and then as a multiset. */
static void sort_both(struct random *r, struct vec *v, struct model *m)
{
    long sum = 0;
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < v->item; k++)
            sum += m->items[i][k] * (long)(k + 1);
    vec_sort(v, by_first_byte);
    for (size_t i = 0; i < v->n; i++) {
        const unsigned char *item = vec_at(v, i);
        HOLDS(r, i == 0 || *(const unsigned char *)vec_at(v, i - 1) <= item[0]);
        for (size_t k = 0; k < v->item; k++)
            sum -= item[k] * (long)(k + 1);
        memcpy(m->items[i], item, v->item);
    }
    HOLDS(r, sum == 0);
}

TEST(behaves_as_an_array_with_a_maximum)
{
    static struct model m;
    struct random r;
    struct vec v;
    random_init(&r, 2);
    for (int round = 0; round < 60; round++) {
        vec_init(&v, 1 + random_below(&r, LARGEST), random_below(&r, COUNT(m.items) + 1));
        m.n = 0;
        for (int step = 0; step < 600; step++) {
            uint64_t what = random_below(&r, 100);
            if (what == 0) {
                vec_clear(&v);
                m.n = 0;
            } else if (what == 1) {
                sort_both(&r, &v, &m);
            } else {
                add_one(&r, &v, &m);
            }
            HOLDS(&r, same(&v, &m));
        }
        vec_done(&v);
    }
}

TEST(at_the_maximum_nothing_changes)
{
    struct vec v;
    vec_init(&v, sizeof(int), 17); /* one more than the first growth step */
    for (int i = 0; i < 17; i++)
        *(int *)vec_add(&v) = i;
    for (int i = 0; i < 5; i++)
        assert_null(vec_add(&v));
    assert_int_equal(v.n, 17);
    for (int i = 0; i < 17; i++)
        assert_int_equal(*(int *)vec_at(&v, (size_t)i), i);
    vec_clear(&v);
    assert_non_null(vec_add(&v));
    vec_done(&v);
    vec_init(&v, 4, 0);
    assert_null(vec_add(&v));
    vec_done(&v);
}

TEST(done_can_be_repeated_and_leaves_a_usable_vec)
{
    struct vec v = {0};
    vec_done(&v);
    vec_init(&v, 8, 3);
    (void)vec_add(&v);
    vec_done(&v);
    vec_done(&v);
    assert_int_equal(v.n, 0);
    assert_non_null(vec_add(&v));
    assert_int_equal(v.max, 3);
    vec_done(&v);
}

TEST(sorting_nothing_is_fine)
{
    struct vec v;
    vec_init(&v, 1, 10);
    vec_sort(&v, by_first_byte);
    (void)vec_add(&v);
    vec_sort(&v, by_first_byte);
    assert_int_equal(v.n, 1);
    vec_done(&v);
}

static void add_impossible_item(void *payload)
{
    struct vec v;
    (void)payload;
    vec_init(&v, SIZE_MAX / 8, 100); /* 16 of them wrap round */
    (void)vec_add(&v);
}

TEST(sizes_that_overflow_end_the_process)
{
    assert_int_equal(in_child(add_impossible_item, NULL).code, 71);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behaves_as_an_array_with_a_maximum),
        cmocka_unit_test(at_the_maximum_nothing_changes),
        cmocka_unit_test(done_can_be_repeated_and_leaves_a_usable_vec),
        cmocka_unit_test(sorting_nothing_is_fine),
        cmocka_unit_test(sizes_that_overflow_end_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
