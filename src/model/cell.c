/* Cell: see cell.h. */
#include "model/cell.h"

#include "base/date.h"
#include "base/num.h"

enum { JSON_MAX = 1024 * 1024, SHOWN = 200 };

static double number(const struct cell *c)
{
    return c->kind == CELL_INT ? (double)c->i : c->r;
}

static int rank(enum cell_kind k)
{
    return k == CELL_NULL ? 0 : k == CELL_TEXT ? 2 : 1;
}

int cell_cmp(const struct cell *a, const struct cell *b)
{
    if (rank(a->kind) != rank(b->kind))
        return rank(a->kind) - rank(b->kind);
    if (a->kind == CELL_NULL)
        return 0;
    if (a->kind == CELL_TEXT)
        return view_cmp(a->text, b->text);
    if (a->kind == CELL_INT && b->kind == CELL_INT)
        return (a->i > b->i) - (a->i < b->i);
    return (number(a) > number(b)) - (number(a) < number(b));
}

bool cell_eq(const struct cell *a, const struct cell *b)
{
    return cell_cmp(a, b) == 0;
}

struct cell cell_dup(struct arena *a, const struct cell *c)
{
    return c->kind == CELL_TEXT ? cell_text(arena_dup(a, c->text)) : *c;
}

/* At most SHOWN bytes, not cut inside a UTF-8 sequence. */
static struct view shorten(struct view v)
{
    if (v.n <= SHOWN)
        return v;
    size_t n = SHOWN;
    while (n > 0 && ((unsigned char)v.p[n] & 0xC0) == 0x80)
        n--;
    return view_slice(v, 0, n);
}

struct view cell_show(struct arena *a, const struct cell *c)
{
    char real[32];
    switch (c->kind) {
    case CELL_NULL:
        return view_of("NULL");
    case CELL_INT:
        return arena_print(a, "%lld", (long long)c->i);
    case CELL_REAL:
        return arena_dup(a, (struct view){real, num_print_real(c->r, real)});
    case CELL_TEXT:
        break;
    }
    struct view v = shorten(c->text);
    return arena_print(a, "%.*s%s", (int)v.n, v.p, v.n < c->text.n ? "..." : "");
}

/* These write into a NULL cell what it is to hold, part by part. A cell that is put together
 * elsewhere and copied is read in one piece right after its parts were written: the processor waits
 * for them, for every value of every movie. */
static void put_int(int64_t i, struct cell *ret)
{
    ret->kind = CELL_INT;
    ret->i = i;
}

static void put_real(double r, struct cell *ret)
{
    ret->kind = CELL_REAL;
    ret->r = r;
}

static void put_text(struct view v, struct cell *ret)
{
    v = view_trim(v);
    if (v.n == 0)
        return;
    ret->kind = CELL_TEXT;
    ret->text.p = v.p;
    ret->text.n = v.n;
}

static void put_date(struct view v, struct cell *ret)
{
    int64_t day;
    if (date_parse(view_trim(v), &day))
        put_text(v, ret);
}

static void put_instant(struct view v, struct cell *ret)
{
    int64_t seconds;
    if (instant_parse(view_trim(v), &seconds))
        put_int(seconds, ret);
}

/* An empty list says no more than none. */
static void put_json(const struct node *n, struct arena *a, struct cell *ret)
{
    struct str s;
    if (n == NULL || n->kind == NODE_NULL || (n->kind >= NODE_LIST && n->n == 0))
        return;
    str_init(&s, JSON_MAX);
    node_add_json(&s, n);
    *ret = cell_text(arena_dup(a, str_view(&s)));
    str_done(&s);
}

void field_cell(
    const struct entity *e, size_t i, const void *record, struct arena *a, struct cell *ret)
{
    const struct field *f = &e->fields[i];
    const void *at = field_in(f, record);
    bool zero_is_null = (f->flags & F_ZERO) != 0;
    *ret = cell_null();
    if (!field_has_value(record, i))
        return;
    switch (f->type) {
    case FIELD_BOOL:
    case FIELD_INT: {
        int64_t v = *(const int64_t *)at;
        if (v != 0 || !zero_is_null)
            put_int(v, ret);
        break;
    }
    case FIELD_REAL: {
        double r = *(const double *)at;
        if (r != 0 || !zero_is_null)
            put_real(r, ret);
        break;
    }
    case FIELD_TEXT:
        put_text(*(const struct view *)at, ret);
        break;
    case FIELD_DATE:
        put_date(*(const struct view *)at, ret);
        break;
    case FIELD_INSTANT:
        put_instant(*(const struct view *)at, ret);
        break;
    case FIELD_JSON:
        put_json(*(const struct node *const *)at, a, ret);
        break;
    }
}
