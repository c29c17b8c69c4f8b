/* Table: see table.h. */
#include "store/table.h"

#include <string.h>

enum { MAX_TABLES = 100 };

const struct table *schema_find(const struct schema *s, const char *name)
{
    for (size_t i = 0; i < s->tables.n; i++) {
        const struct table *t = vec_at(&s->tables, i);
        if (strcmp(t->name, name) == 0)
            return t;
    }
    return NULL;
}

const struct column *table_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->columns[i].name, name) == 0)
            return &t->columns[i];
    return NULL;
}

bool column_is_key(const struct table *t, const struct column *c)
{
    return (size_t)(c - t->columns) < t->key_n;
}

static struct table *add_table(struct schema *s, const char *name, size_t key_n)
{
    struct table *t = vec_add(&s->tables);
    if (t != NULL)
        *t = (struct table){.name = name, .key_n = key_n};
    return t;
}

static bool add_column(struct table *t, const struct column *c, struct err *e)
{
    if (t->n == TABLE_MAX_COLUMNS)
        return err_set(e, ERR_BUG, "table %s has more than %d columns", t->name, TABLE_MAX_COLUMNS);
    t->columns[t->n++] = *c;
    return true;
}

static bool add_plain(struct schema *s, const struct table *plain, struct err *e)
{
    struct table *t = vec_add(&s->tables);
    if (t == NULL)
        return err_set(e, ERR_BUG, "more than %d tables", MAX_TABLES);
    *t = *plain;
    while (t->n < TABLE_MAX_COLUMNS && t->columns[t->n].name != NULL)
        t->n++;
    for (size_t i = 0; i < t->key_n; i++)
        t->columns[i].flags |= COL_REQUIRED;
    return true;
}

static struct column column_of(const struct layout *l, size_t i)
{
    const struct layout_column *c = &l->columns[i];
    unsigned required = i < l->key_n ? (unsigned)COL_REQUIRED : 0;
    return (struct column){
        c->name, c->type, (c->flags & (F_CODE | F_LONG)) | required, c->max, NULL, NULL};
}

/* A record's own columns and those we add: when it was fetched, what is known of its lists and of
 * the text it came in. */
static bool add_movie(struct schema *s, struct err *e)
{
    static const struct column ours[] = {
        {"fetched_at", FIELD_INSTANT, COL_REQUIRED | COL_LOCAL, 0, NULL, NULL},
        {"gone_at", FIELD_INSTANT, 0, 0, NULL, NULL},
        {"section_hashes", FIELD_TEXT, F_LONG, 10000, NULL, NULL},
        {"content", FIELD_INT, COL_LOCAL, INT64_MAX, NULL, NULL},
    };
    struct layout l;
    layout_of_movie(&l);
    struct table *t = add_table(s, l.table, l.key_n);
    bool ok = t != NULL || err_set(e, ERR_BUG, "more than %d tables", MAX_TABLES);
    for (size_t i = 0; ok && i < l.n; i++) {
        struct column c = column_of(&l, i);
        ok = add_column(t, &c, e);
    }
    for (size_t i = 0; ok && i < sizeof ours / sizeof ours[0]; i++)
        ok = add_column(t, &ours[i], e);
    return ok;
}

static struct table *find_or_add(
    struct schema *s, const struct layout *l, bool *ret_new, struct err *e)
{
    for (size_t i = 0; i < s->tables.n; i++) {
        struct table *t = vec_at(&s->tables, i);
        if (strcmp(t->name, l->table) == 0) {
            *ret_new = false;
            return t;
        }
    }
    *ret_new = true;
    struct table *t = add_table(s, l->table, l->key_n);
    if (t == NULL)
        err_set(e, ERR_BUG, "more than %d tables", MAX_TABLES);
    return t;
}

/* Lists that share a table must agree on its key; other columns are united. */
static bool add_layout(
    struct schema *s, const struct layout *l, struct table **ret, bool *ret_new, struct err *e)
{
    struct table *t = find_or_add(s, l, ret_new, e);
    if (t == NULL)
        return false;
    for (size_t i = 0; i < l->n; i++) {
        struct column c = column_of(l, i);
        const struct column *old = table_column(t, c.name);
        bool same_key = old == NULL || column_is_key(t, old) == (i < l->key_n);
        if (!*ret_new && (t->key_n != l->key_n || !same_key || (old == NULL && i < l->key_n)))
            return err_set(e, ERR_BUG, "lists disagree about the key of table %s", t->name);
        if (old == NULL && !add_column(t, &c, e))
            return false;
    }
    *ret = t;
    return true;
}

static bool add_own(struct schema *s, const struct list *l, struct err *e)
{
    static const struct column fetched_at = {
        "fetched_at", FIELD_INSTANT, COL_REQUIRED | COL_LOCAL, 0, NULL, NULL};
    struct layout own;
    struct table *t;
    bool is_new;
    if (!layout_of_own(l, &own))
        return true;
    return add_layout(s, &own, &t, &is_new, e) && (!is_new || add_column(t, &fetched_at, e));
}

/* A list's rows belong to a record, and to the things they name. */
static void add_references(struct table *t, const struct list *l)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->columns[i].name, "tmdb_id") == 0) {
            t->columns[i].to_table = "tmdb_movies";
            t->columns[i].to_column = "tmdb_id";
        }
    for (size_t f = 0; f < l->entity->field_n; f++) {
        const struct field *field = &l->entity->fields[f];
        for (size_t i = 0; (field->flags & F_OWN_KEY) != 0 && i < t->n; i++)
            if (strcmp(t->columns[i].name, field->name) == 0) {
                t->columns[i].to_table = l->entity->own_table;
                t->columns[i].to_column = field->name;
            }
    }
}

static bool add_list(struct schema *s, const struct list *l, struct err *e)
{
    struct layout layout;
    struct table *t;
    bool is_new;
    layout_of_list(l, &layout);
    if (!add_layout(s, &layout, &t, &is_new, e))
        return false;
    add_references(t, l);
    return true;
}

bool schema_build(struct schema *ret, struct err *e)
{
    bool ok = true;
    vec_init(&ret->tables, sizeof(struct table), MAX_TABLES);
    for (const struct table *t = plain_tables; ok && t->name != NULL; t++)
        ok = add_plain(ret, t, e);
    ok = ok && add_movie(ret, e);
    for (size_t i = 0; ok && i < TMDB_LIST_COUNT; i++)
        ok = add_own(ret, &tmdb_lists[i], e);
    for (size_t i = 0; ok && i < TMDB_LIST_COUNT; i++)
        ok = add_list(ret, &tmdb_lists[i], e);
    if (!ok)
        schema_done(ret);
    return ok;
}

void schema_done(struct schema *s)
{
    vec_done(&s->tables);
}
