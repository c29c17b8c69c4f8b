/* Tree: see aside_tree.h. */
#include "store/sqlite/aside_tree.h"

#include "store/sqlite/db.h"

void tree_init(struct tree *t, const struct merge_source *from, struct page_file *file)
{
    *t = (struct tree){.from = *from};
    leaves_init(&t->leaves, file, false);
}

void tree_init_folded(struct tree *t, const struct merge_source *from, struct page_file *file,
    const struct table *table, const struct index *index, struct tree *index_tree)
{
    *t = (struct tree){.from = *from};
    if (sqlite_has_rowid(table))
        leaves_init_rows(&t->leaves, file);
    else
        leaves_init(&t->leaves, file, false);
    if (index != NULL)
        leaves_init(&index_tree->leaves, file, false);
    t->fold = fold_new(table, &t->leaves, index, index == NULL ? NULL : &index_tree->leaves);
}

void tree_done(struct tree *t)
{
    fold_free(t->fold);
    leaves_done(&t->leaves);
}

static bool rises(const struct tree *t, const struct cell *row)
{
    int c = 0;
    for (size_t i = 0; c == 0 && i < t->from.width; i++)
        c = cell_cmp(&t->last[i], &row[i]);
    return c < 0 || t->leaves.put == 0;
}

static void keep_key(struct tree *t, const struct run_reader *r)
{
    memcpy(t->last_bytes, r->record.p, r->record.n);
    for (size_t i = 0; i < t->from.width; i++) {
        t->last[i] = r->row[i];
        if (r->row[i].kind == CELL_TEXT)
            t->last[i].text.p = t->last_bytes + (r->row[i].text.p - r->record.p);
    }
}

/* What is refused ends the merging, without an error. */
static bool end_refused(struct err *e)
{
    return err_set(e, ERR_DATA, "rows do not make a tree");
}

static bool add_row(void *payload, const struct run_reader *r, struct err *e)
{
    struct tree *t = payload;
    t->refused = !rises(t, r->row) || !leaves_add_record(&t->leaves, r->record);
    if (t->refused)
        return end_refused(e);
    keep_key(t, r);
    return leaves_ok(&t->leaves, e);
}

static bool fold_row(void *payload, const struct run_reader *r, struct err *e)
{
    struct tree *t = payload;
    return fold_add(t->fold, r->row, &t->refused, e) && (!t->refused || end_refused(e));
}

static bool write_folded(struct tree *t)
{
    return aside_merge(&t->from, &(struct merge_taker){.take = fold_row, .payload = t}, &t->e) &&
           fold_end(t->fold, &t->refused, &t->e);
}

static bool write_plain(struct tree *t)
{
    bool ok = aside_merge(&t->from, &(struct merge_taker){.take = add_row, .payload = t}, &t->e);
    leaves_end(&t->leaves);
    return ok && leaves_ok(&t->leaves, &t->e);
}

void tree_write(struct tree *t)
{
    bool ok = t->fold != NULL ? write_folded(t) : write_plain(t);
    t->failed = !ok && !t->refused;
}
