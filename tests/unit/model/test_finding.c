/* Findings: merging parts gives what adding everything to one collector gives, also past the number
 * that is kept. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/finding.h"

#include <stdlib.h>

static void add(struct findings *f, enum rule rule, int i)
{
    findings_add(f, rule, (uint64_t)i, 3, view_of("key"), "field", "number %d", i);
}

static void assert_same(const struct findings *a, const struct findings *b)
{
    assert_memory_equal(a->per_rule, b->per_rule, sizeof a->per_rule);
    assert_memory_equal(a->per_severity, b->per_severity, sizeof a->per_severity);
    assert_int_equal(a->kept.n, b->kept.n);
    for (size_t i = 0; i < a->kept.n; i++) {
        const struct finding *x = vec_at(&a->kept, i), *y = vec_at(&b->kept, i);
        assert_int_equal(x->rule, y->rule);
        assert_int_equal(x->line, y->line);
        assert_int_equal(x->column, y->column);
        assert_true(view_eq(x->file, y->file));
        assert_true(view_eq(x->key, y->key));
        assert_true(view_eq(x->field, y->field));
        assert_true(view_eq(x->text, y->text));
    }
}

/* Parts of so many findings each; every third is of another rule. */
static void merged_is_as_added(void **state)
{
    static const int parts[] = {0, 1, 900, 700, 2500, 3, 0, 1200};
    struct findings whole, merged;
    int i = 0;
    (void)state;
    findings_init(&whole);
    findings_init(&merged);
    findings_in_file(&whole, "a.csv");
    for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
        struct findings part;
        int begin = i;
        findings_init(&part);
        findings_in_file(&part, "a.csv");
        for (; i < begin + parts[p]; i++) {
            enum rule rule = i % 3 == 0 ? RULE_ML_ORPHAN : RULE_ML_FIXED;
            add(&whole, rule, i);
            add(&part, rule, i);
        }
        findings_merge(&merged, &part);
        findings_done(&part);
    }
    assert_true(whole.per_rule[RULE_ML_ORPHAN] > FINDINGS_KEPT_PER_RULE);
    assert_same(&whole, &merged);
    findings_done(&whole);
    findings_done(&merged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(merged_is_as_added)};
    return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
