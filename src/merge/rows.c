/* Diff of relationship sets: a merge of two sorted sequences. See merge.h. */
#include "merge/merge.h"

static int cmp_keys(const struct cell *a, const struct cell *b, size_t key_n)
{
    for (size_t i = 0; i < key_n; i++) {
        int c = cell_cmp(&a[i], &b[i]);
        if (c != 0)
            return c;
    }
    return 0;
}

static bool same_row(const struct cell *a, const struct cell *b, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (!cell_eq(&a[i], &b[i]))
            return false;
    return true;
}

static void add_row(struct row_set *to, const struct cell *row)
{
    memcpy(row_set_at(to, to->n), row, to->width * sizeof *row);
    to->n++;
}

static struct row_set empty_set(struct arena *a, size_t rows, size_t width)
{
    return (struct row_set){arena_take_unset(a, rows * width, sizeof(struct cell)), width, 0};
}

void merge_rows(const struct row_set *old, const struct row_set *fresh, size_t key_n,
    struct arena *a, struct row_diff *ret)
{
    *ret = (struct row_diff){
        .put = empty_set(a, fresh->n, fresh->width), .remove = empty_set(a, old->n, key_n)};
    size_t i = 0, k = 0;
    while (i < old->n || k < fresh->n) {
        int c = i == old->n     ? 1
                : k == fresh->n ? -1
                                : cmp_keys(row_set_at(old, i), row_set_at(fresh, k), key_n);
        if (c < 0) {
            add_row(&ret->remove, row_set_at(old, i++));
            ret->removed++;
        } else if (c > 0) {
            add_row(&ret->put, row_set_at(fresh, k++));
            ret->added++;
        } else {
            if (!same_row(row_set_at(old, i++), row_set_at(fresh, k), fresh->width)) {
                add_row(&ret->put, row_set_at(fresh, k));
                ret->updated++;
            }
            k++;
        }
    }
}
