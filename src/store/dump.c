/* The canonical dump: see store.h. A line "# table TAB column TAB ..." per table, then its rows;
 * tables in the order of their names. Memory is one row's. */
#include "base/text.h"
#include "store/upsert.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 64 * 1024 * 1024 };

struct dumping {
    bool (*line)(void *payload, struct view text, struct err *e);
    void *payload;
    struct str text;
};

static bool give_line(struct dumping *d, struct err *e)
{
    if (!str_ok(&d->text))
        return err_set(e, ERR_STORE, "a row is longer than %d bytes", LINE_MAX_BYTES);
    return d->line(d->payload, str_view(&d->text), e);
}

/* -0 is 0: not every engine keeps the difference. */
static void add_real(struct str *to, double r)
{
    str_addf(to, "%.17g", r == 0 ? 0.0 : r);
}

static bool dump_row(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct dumping *d = payload;
    str_clear(&d->text);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            str_addc(&d->text, '\t');
        switch (c[i].kind) {
        case CELL_NULL:
            str_addz(&d->text, "\\N");
            break;
        case CELL_INT:
            str_add_i64(&d->text, c[i].i);
            break;
        case CELL_REAL:
            add_real(&d->text, c[i].r);
            break;
        case CELL_TEXT:
            text_add_escaped(&d->text, c[i].text);
            break;
        }
    }
    return give_line(d, e);
}

static bool dump_table(struct store *s, const struct table *t, struct dumping *d, struct err *e)
{
    str_clear(&d->text);
    str_addf(&d->text, "# %s", t->name);
    for (size_t i = 0; i < t->n; i++)
        if ((t->columns[i].flags & COL_LOCAL) == 0)
            str_addf(&d->text, "\t%s", t->columns[i].name);
    struct view sql = upsert_select_all(s, t, COL_LOCAL, &s->scratch);
    return give_line(d, e) && s->engine->query(s, sql.p, NO_CELLS, dump_row, d, e);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct table *const *)a)->name, (*(const struct table *const *)b)->name);
}

static bool dump_all(struct store *s, void *payload, struct err *e)
{
    size_t n = 0;
    const struct table **tables = arena_take_array(&s->scratch, s->schema.tables.n, sizeof *tables);
    for (size_t i = 0; i < s->schema.tables.n; i++) {
        const struct table *t = vec_at(&s->schema.tables, i);
        if (!t->ours)
            tables[n++] = t;
    }
    qsort(tables, n, sizeof *tables, by_name);
    for (size_t i = 0; i < n; i++)
        if (!dump_table(s, tables[i], payload, e))
            return false;
    return true;
}

bool store_dump(struct store *s, bool (*line)(void *payload, struct view text, struct err *e),
    void *payload, struct err *e)
{
    struct dumping d = {.line = line, .payload = payload};
    arena_reset(&s->scratch);
    str_init(&d.text, LINE_MAX_BYTES);
    bool ok = db_snapshot(s, dump_all, &d, e);
    str_done(&d.text);
    return ok;
}
