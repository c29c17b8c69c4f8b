/* Layout: see layout.h. */
#include "model/layout.h"

_Static_assert(
    TMDB_FIELD_COUNT + 1 <= LAYOUT_MAX_COLUMNS, "more scalars than LAYOUT_MAX_COLUMNS holds");

/* What is behind the n columns is left as it is: a layout is made for every list of every movie,
 * and clearing it would be most of that. */
static void begin(struct layout *l, const char *table)
{
    l->table = table;
    l->n = l->key_n = 0;
}

static void add(struct layout *l, struct layout_column c)
{
    if (l->n < LAYOUT_MAX_COLUMNS)
        l->columns[l->n++] = c;
}

static void add_field(struct layout *l, const struct entity *e, size_t i)
{
    const struct field *f = &e->fields[i];
    add(l, (struct layout_column){f->name, f->type, f->flags, f->max, f, i});
}

static void add_plain(
    struct layout *l, const char *name, enum field_type type, unsigned flags, int64_t max)
{
    add(l, (struct layout_column){name, type, flags, max, NULL, 0});
}

static bool in_link_row(const struct field *f)
{
    return (f->flags & F_OWN) == 0;
}

void layout_of_movie(struct layout *ret)
{
    begin(ret, "tmdb_movies");
    ret->key_n = 1;
    for (size_t i = 0; i < tmdb_movie_entity.field_n; i++)
        add_field(ret, &tmdb_movie_entity, i);
    add_plain(ret, "extra", FIELD_TEXT, F_LONG, 1000000);
}

void layout_of_list(const struct list *l, struct layout *ret)
{
    const struct entity *e = l->entity;
    begin(ret, l->table);
    add_plain(ret, "tmdb_id", FIELD_INT, F_KEY, ID_MAX);
    if (l->fixed != NULL)
        add_plain(ret, l->fixed, FIELD_TEXT, F_KEY | F_CODE, 20);
    for (size_t i = 0; i < e->field_n; i++)
        if (in_link_row(&e->fields[i]) && (e->fields[i].flags & F_KEY) != 0)
            add_field(ret, e, i);
    if (l->seq)
        add_plain(ret, "seq", FIELD_INT, F_KEY, ID_MAX);
    ret->key_n = ret->n;
    for (size_t i = 0; i < e->field_n; i++)
        if (in_link_row(&e->fields[i]) && (e->fields[i].flags & F_KEY) == 0)
            add_field(ret, e, i);
}

bool layout_of_own(const struct list *l, struct layout *ret)
{
    const struct entity *e = l->entity;
    if (e->own_table == NULL)
        return false;
    begin(ret, e->own_table);
    ret->key_n = 1;
    for (size_t i = 0; i < e->field_n; i++)
        if ((e->fields[i].flags & F_OWN_KEY) != 0) {
            add_field(ret, e, i);
            ret->columns[0].flags |= F_KEY;
        }
    for (size_t i = 0; i < e->field_n; i++)
        if ((e->fields[i].flags & F_OWN) != 0)
            add_field(ret, e, i);
    return true;
}
