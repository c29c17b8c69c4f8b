/* Tests of base/str: against a plain buffer with a maximum, and at the edges of both. */
#include "help.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

struct model {
    char p[1000];
    size_t n, max;
    bool over;
};

static void model_add(struct model *m, const char *p, size_t n)
{
    if (m->over || n > m->max - m->n) {
        m->over = true;
        return;
    }
    memcpy(m->p + m->n, p, n);
    m->n += n;
}

static bool same(const struct str *s, const struct model *m)
{
    struct view v = str_view(s);
    return s->n == m->n && v.n == m->n && memcmp(v.p, m->p, m->n) == 0 && str_z(s)[m->n] == '\0' &&
           str_ok(s) == !m->over && s->cap <= s->max + 1;
}

static void add_through_room(
    struct random *r, struct str *s, struct model *m, const char *p, size_t n)
{
    size_t more = random_below(r, 5); /* asks for more than it uses */
    char *to = str_room(s, n + more);
    if (m->over || n + more > m->max - m->n) {
        HOLDS(r, to == NULL);
        m->over = true;
        return;
    }
    HOLDS(r, to != NULL);
    memset(to, '#', n + more);
    memcpy(to, p, n);
    str_used(s, n);
    model_add(m, p, n);
}

static void step(struct random *r, struct str *s, struct model *m)
{
    char p[64] = {0}, z[120];
    size_t n = random_below(r, random_below(r, 4) == 0 ? 60 : 8);
    int64_t i = (int64_t)random_next(r) >> random_below(r, 64);
    random_text(r, V("abc\xFF"), p, n);
    switch (random_below(r, 9)) {
    case 0:
        str_add(s, (struct view){p, n});
        model_add(m, p, n);
        break;
    case 1:
        str_addz(s, p);
        model_add(m, p, n);
        break;
    case 2:
        str_addc(s, (char)i);
        model_add(m, (const char[]){(char)i}, 1);
        break;
    case 3:
        str_addf(s, "<%s|%" PRId64 ">", p, i);
        n = (size_t)snprintf(z, sizeof z, "<%s|%" PRId64 ">", p, i);
        model_add(m, z, n);
        break;
    case 4:
        str_add_i64(s, i);
        model_add(m, z, (size_t)snprintf(z, sizeof z, "%" PRId64, i));
        break;
    case 5:
        memset(p, '=', n);
        str_add_repeat(s, '=', n);
        model_add(m, p, n);
        break;
    case 6:
        str_add(s, absent);
        str_addz(s, NULL);
        model_add(m, p, 0);
        break;
    case 7:
        add_through_room(r, s, m, p, n);
        break;
    default:
        if (random_below(r, 8) == 0) {
            str_clear(s);
            m->n = 0;
            m->over = false;
        }
    }
}

TEST(behaves_as_a_buffer_with_a_maximum)
{
    static struct model m;
    struct random r;
    random_init(&r, 6);
    for (int round = 0; round < 400; round++) {
        struct str s;
        m.max = 1 + random_below(&r, random_below(&r, 2) == 0 ? 20 : sizeof m.p);
        m.n = 0;
        m.over = false;
        str_init(&s, m.max);
        for (int i = 0; i < 300; i++) {
            step(&r, &s, &m);
            HOLDS(&r, same(&s, &m));
        }
        str_done(&s);
    }
}

TEST(the_maximum_can_be_reached_and_not_passed)
{
    for (size_t max = 1; max < 200; max++) {
        struct str s;
        str_init(&s, max);
        str_add_repeat(&s, 'x', max);
        assert_true(str_ok(&s));
        assert_int_equal(s.n, max);
        str_add(&s, V(""));
        assert_true(str_ok(&s));
        str_addc(&s, 'y');
        assert_false(str_ok(&s));
        assert_int_equal(s.n, max);
        assert_int_equal(strlen(str_z(&s)), max);
        str_done(&s);
    }
}

TEST(over_stays_until_cleared)
{
    struct str s;
    str_init(&s, 4);
    str_addz(&s, "ab");
    str_addz(&s, "cde");
    str_addc(&s, 'c'); /* would fit, but the chain is broken */
    str_add(&s, V(""));
    assert_false(str_ok(&s));
    assert_text(str_view(&s), "ab");
    assert_null(str_room(&s, 0));
    str_clear(&s);
    assert_true(str_ok(&s));
    assert_text(str_view(&s), "");
    str_addz(&s, "cdef");
    assert_text(str_view(&s), "cdef");
    str_done(&s);
}

TEST(sizes_that_overflow_are_over)
{
    struct str s;
    str_init(&s, 10);
    str_addc(&s, 'a');
    assert_null(str_room(&s, SIZE_MAX));
    str_clear(&s);
    str_addc(&s, 'a');
    str_add_repeat(&s, 'b', SIZE_MAX - 1);
    assert_false(str_ok(&s));
    assert_text(str_view(&s), "a");
    str_done(&s);
}

TEST(a_new_text_is_empty_not_absent)
{
    struct str s;
    str_init(&s, 1);
    assert_text(str_view(&s), "");
    assert_string_equal(str_z(&s), "");
    str_clear(&s);
    assert_true(str_ok(&s));
    str_done(&s);
    str_done(&s);
    str_addc(&s, 'a');
    assert_text(str_view(&s), "a");
    str_done(&s);
    struct str zeroed = {0};
    str_done(&zeroed);
    str_addc(&zeroed, 'a');
    assert_false(str_ok(&zeroed));
    assert_text(str_view(&zeroed), "");
    str_done(&zeroed);
}

TEST(integers_at_their_edges)
{
    struct str s;
    str_init(&s, 100);
    str_add_i64(&s, INT64_MIN);
    str_addc(&s, ' ');
    str_add_i64(&s, INT64_MAX);
    str_addc(&s, ' ');
    str_add_i64(&s, 0);
    str_add_i64(&s, -1);
    assert_text(str_view(&s), "-9223372036854775808 9223372036854775807 0-1");
    str_done(&s);
}

/* Both memory debuggers of the builds (glibc's MALLOC_PERTURB_, which meson sets, and ASan's
 * fill) make the bytes of a new block non-zero. */
TEST(room_not_used_leaves_the_text_terminated)
{
    struct str s;
    char *used = mem_alloc(64);
    memset(used, 'x', 64);
    mem_free(used);
    str_init(&s, 100);
    assert_non_null(str_room(&s, 10));
    assert_int_equal(str_z(&s)[0], '\0');
    str_done(&s);
}

TEST(a_text_printf_cannot_make_is_over)
{
    struct str s;
    str_init(&s, 100);
    str_addf(&s, "a%lsb", L"\x100"); /* the C locale has no such letter: vsnprintf gives -1 */
    assert_false(str_ok(&s));
    assert_text(str_view(&s), "");
    str_done(&s);
}

TEST(the_largest_maximum_does_not_wrap_round)
{
    struct str s;
    str_init(&s, SIZE_MAX);
    str_addz(&s, "abc");
    assert_true(str_ok(&s));
    assert_text(str_view(&s), "abc");
    assert_null(str_room(&s, SIZE_MAX - 3));
    str_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behaves_as_a_buffer_with_a_maximum),
        cmocka_unit_test(the_maximum_can_be_reached_and_not_passed),
        cmocka_unit_test(over_stays_until_cleared), cmocka_unit_test(sizes_that_overflow_are_over),
        cmocka_unit_test(a_new_text_is_empty_not_absent), cmocka_unit_test(integers_at_their_edges),
        cmocka_unit_test(room_not_used_leaves_the_text_terminated),
        cmocka_unit_test(a_text_printf_cannot_make_is_over),
        cmocka_unit_test(the_largest_maximum_does_not_wrap_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
