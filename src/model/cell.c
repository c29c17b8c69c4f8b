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

static struct cell text_cell(struct view v)
{
    v = view_trim(v);
    return v.n == 0 ? cell_null() : cell_text(v);
}

static struct cell date_cell(struct view v)
{
    int64_t day;
    v = view_trim(v);
    return date_parse(v, &day) ? cell_text(v) : cell_null();
}

static struct cell instant_cell(struct view v)
{
    int64_t seconds;
    return instant_parse(view_trim(v), &seconds) ? cell_int(seconds) : cell_null();
}

/* An empty list says no more than none. */
static struct cell json_cell(const struct node *n, struct arena *a)
{
    struct str s;
    if (n == NULL || n->kind == NODE_NULL || (n->kind >= NODE_LIST && n->n == 0))
        return cell_null();
    str_init(&s, JSON_MAX);
    node_add_json(&s, n);
    struct view v = arena_dup(a, str_view(&s));
    str_done(&s);
    return cell_text(v);
}

struct cell field_cell(const struct entity *e, size_t i, const void *record, struct arena *a)
{
    const struct field *f = &e->fields[i];
    const void *at = field_in(f, record);
    if (!field_has_value(record, i))
        return cell_null();
    switch (f->type) {
    case FIELD_BOOL:
    case FIELD_INT: {
        int64_t v = *(const int64_t *)at;
        return v == 0 && (f->flags & F_ZERO) != 0 ? cell_null() : cell_int(v);
    }
    case FIELD_REAL: {
        double r = *(const double *)at;
        return r == 0 && (f->flags & F_ZERO) != 0 ? cell_null() : cell_real(r);
    }
    case FIELD_TEXT:
        return text_cell(*(const struct view *)at);
    case FIELD_DATE:
        return date_cell(*(const struct view *)at);
    case FIELD_INSTANT:
        return instant_cell(*(const struct view *)at);
    case FIELD_JSON:
        return json_cell(*(const struct node *const *)at, a);
    }
    return cell_null();
}
