/* Fill tree: see fill_tree.h. */
#include "store/sqlite/fill_tree.h"

#include "base/mem.h"
#include "store/sqlite/aside_index.h"
#include "store/sqlite/btree.h"
#include "store/sqlite/db.h"
#include "store/sqlite/record.h"
#include "store/sqlite/sort_key.h"

enum {
    MAX_ITEMS = 100 * 1000 * 1000,
    BLOCK = 256 * 1024, /* bytes, or one longer entry */
    MOST = UINT16_MAX,  /* of a key and of a record, in memory */
    HEADER = 4,
};

struct fill_block {
    struct fill_block *next;
    size_t used;
    uint8_t bytes[]; /* entries, one behind the other */
};

void fill_tree_init(struct fill_tree *t, const struct table *table, const struct index *index)
{
    *t = (struct fill_tree){.table = table, .index = index};
    if (index != NULL) {
        t->width = t->key_n = index_entry_columns(index, table, t->columns);
        return;
    }
    t->rowid = sqlite_has_rowid(table);
    t->key_n = table->key_n;
    while (t->width < table->n) {
        t->columns[t->width] = t->width;
        t->width++;
    }
}

void fill_tree_done(struct fill_tree *t)
{
    for (struct fill_block *b = t->blocks, *next; b != NULL; b = next) {
        next = b->next;
        mem_free(b);
    }
    mem_free(t->items);
    t->blocks = t->last = NULL;
    t->items = NULL;
    t->room = t->n = 0;
}

/* As the column is declared (tables are STRICT): SQLite need not look at it. */
static bool suits(const struct column *c, const struct cell *value)
{
    switch (value->kind) {
    case CELL_INT:
        return c->type == FIELD_INT || c->type == FIELD_BOOL || c->type == FIELD_INSTANT;
    case CELL_REAL:
        return c->type == FIELD_REAL;
    case CELL_TEXT:
        return c->type == FIELD_TEXT || c->type == FIELD_DATE || c->type == FIELD_JSON;
    case CELL_NULL:
        break;
    }
    return (c->flags & COL_REQUIRED) == 0;
}

/* The values of the entry. */
static void choose(struct fill_tree *t, const struct cell *row, struct cell *ret)
{
    for (size_t i = 0; i < t->width; i++) {
        const struct cell *value = &row[t->columns[i]];
        ret[i] = *value;
        t->refused = t->refused || !suits(&t->table->columns[t->columns[i]], value) ||
                     (i < t->key_n && value->kind == CELL_TEXT &&
                         memchr(value->text.p, 0, value->text.n) != NULL);
    }
}

static void add_block(struct fill_tree *t, size_t n)
{
    struct fill_block *b = mem_grow(NULL, sizeof *b + n, 1);
    *b = (struct fill_block){0};
    if (t->last == NULL)
        t->blocks = b;
    else
        t->last->next = b;
    t->last = b;
    t->room = n;
}

static uint8_t *make_room(struct fill_tree *t, size_t n)
{
    if (t->room < n)
        add_block(t, n < BLOCK ? BLOCK : n);
    return t->last->bytes + t->last->used;
}

/* Of a table's row; the key of an index may have NULLs. */
static bool has_key(const struct fill_tree *t, const struct cell *row)
{
    size_t i = 0;
    while (t->index == NULL && i < t->key_n && row[i].kind != CELL_NULL)
        i++;
    return t->index != NULL || i == t->key_n;
}

/* A rowid is not in its record: there its column is NULL. */
bool fill_tree_add(struct fill_tree *t, const struct cell *row, struct err *e)
{
    struct cell values[TABLE_MAX_COLUMNS];
    if (!has_key(t, row))
        return err_set(e, ERR_BUG, "a row of %s has no key", t->table->name);
    choose(t, row, values);
    uint8_t *to =
        make_room(t, HEADER + sort_key_room(values, t->key_n) + record_room(values, t->width));
    size_t key_n = sort_key_put(to + HEADER, values, t->key_n);
    if (t->rowid)
        values[0] = cell_null();
    size_t record_n = record_put(to + HEADER + key_n, values, t->width);
    if (t->n == MAX_ITEMS || key_n > MOST || record_n > MOST)
        return err_set(e, ERR_BUG, "too many rows, or too long ones, for %s", t->table->name);
    put_u16(to, (uint32_t)key_n);
    put_u16(to + 2, (uint32_t)record_n);
    t->n++;
    t->last->used += HEADER + key_n + record_n;
    t->room -= HEADER + key_n + record_n;
    return true;
}

void fill_tree_row(const struct fill_tree *t, size_t i, struct cell *ret)
{
    const struct fill_item *item = &t->items[i];
    record_take((const uint8_t *)fill_record(item).p, ret, t->width);
    if (t->rowid)
        ret[0] = cell_int(sort_key_int((const uint8_t *)fill_key(item).p));
}

/* Of a unique index of one column: whether two entries have the same value. Nothing is like
 * NULL. */
static bool value_twice(const struct fill_tree *t)
{
    const struct fill_item *items = t->items;
    for (size_t i = 1; i < t->n; i++) {
        struct view a = fill_key(&items[i - 1]), b = fill_key(&items[i]);
        size_t n = sort_key_first((const uint8_t *)a.p);
        if (a.p[0] != SORT_KEY_NULL && n <= b.n && memcmp(a.p, b.p, n) == 0)
            return true;
    }
    return false;
}

static void list_items(struct fill_tree *t)
{
    struct fill_item *item = t->items = mem_grow(NULL, t->n, sizeof *item);
    for (const struct fill_block *b = t->blocks; b != NULL; b = b->next)
        for (const uint8_t *at = b->bytes; at < b->bytes + b->used;
             at += HEADER + get_u16(at) + get_u16(at + 2))
            (item++)->entry = at;
}

bool fill_tree_sort(struct fill_tree *t)
{
    bool same = false;
    list_items(t);
    fill_sort(t->items, t->n, &same);
    return !t->refused && !same && (t->index == NULL || !t->index->unique || !value_twice(t));
}

bool fill_tree_leaves(const struct fill_tree *t, struct leaves *l)
{
    const struct fill_item *items = t->items;
    bool ok = true;
    for (size_t i = 0; ok && i < t->n; i++) {
        struct view record = fill_record(&items[i]);
        ok = t->rowid
                 ? leaves_add_row(l, sort_key_int((const uint8_t *)fill_key(&items[i]).p), record)
                 : leaves_add_record(l, record);
    }
    leaves_end(l);
    return ok;
}

bool fill_tree_write(const struct fill_tree *t, struct page_file *f, struct err *e)
{
    struct leaves leaves;
    if (t->rowid)
        leaves_init_rows(&leaves, f);
    else
        leaves_init(&leaves, f, false);
    bool ok = fill_tree_leaves(t, &leaves) ||
              err_set(e, ERR_BUG, "a row of %s is too long", t->table->name);
    ok = ok && btree_build(f, t->root, &leaves, 1, e);
    leaves_done(&leaves);
    return ok;
}
