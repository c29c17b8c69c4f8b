/* Version: see version.h. */
#include "model/version.h"

#include "base/hash64.h"
#include "model/layout.h"

#include <string.h>

static uint64_t add_text(uint64_t h, const char *text)
{
    return hash64(h, (struct view){text, strlen(text)});
}

static uint64_t add_int(uint64_t h, uint64_t i)
{
    char bytes[sizeof i];
    for (size_t b = 0; b < sizeof i; b++)
        bytes[b] = (char)(i >> 8 * b & 0xff);
    return hash64(h, (struct view){bytes, sizeof bytes});
}

static uint64_t add_entity(uint64_t h, const struct entity *e)
{
    for (size_t i = 0; i < e->field_n; i++) {
        const struct field *f = &e->fields[i];
        h = add_text(add_text(h, f->name), f->key);
        h = add_int(add_int(h, (uint64_t)f->type), f->flags);
        h = add_int(add_int(h, (uint64_t)f->min), (uint64_t)f->max);
    }
    return h;
}

uint64_t tables_version(void)
{
    uint64_t h = add_entity(add_int(0, READING_VERSION), &tmdb_movie_entity);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        const struct list *l = &tmdb_lists[i];
        h = add_entity(add_text(add_text(h, l->path), l->table), l->entity);
        h = add_text(h, l->fixed == NULL ? "" : l->fixed_value);
        h = add_int(h, l->seq);
    }
    for (const struct tmdb_ignored *i = tmdb_ignored; i->key != NULL; i++)
        h = add_text(h, i->key);
    return h;
}
