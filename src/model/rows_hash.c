/* The hash of a list's rows, which is stored in databases: see layout.h. */
#include "model/layout.h"

#include "base/hash64.h"

/* Many small pieces are gathered first, for a piece by itself costs more than its bytes do. What
 * was gathered is hashed with the hash of all before it as the seed. */
struct hashing {
    uint64_t hash;
    size_t n;
    char bytes[4096];
};

static void flush(struct hashing *h)
{
    h->hash = hash64(h->hash, (struct view){h->bytes, h->n});
    h->n = 0;
}

/* Where n bytes go, which are few. */
static char *room(struct hashing *h, size_t n)
{
    if (n > sizeof h->bytes - h->n)
        flush(h);
    h->n += n;
    return h->bytes + h->n - n;
}

static void hash_text(struct hashing *h, struct view v)
{
    if (v.n <= sizeof h->bytes) {
        memcpy(room(h, v.n), v.p, v.n);
        return;
    }
    flush(h);
    h->hash = hash64(h->hash, v);
}

/* A kind, and eight bytes behind it. */
static void hash_word(struct hashing *h, char kind, const void *word)
{
    char *to = room(h, 9);
    to[0] = kind;
    memcpy(to + 1, word, 8);
}

static void hash_cell(struct hashing *h, const struct cell *c)
{
    uint64_t n;
    switch (c->kind) {
    case CELL_NULL:
        *room(h, 1) = 'N';
        break;
    case CELL_INT:
        hash_word(h, 'I', &c->i);
        break;
    case CELL_REAL:
        hash_word(h, 'R', &c->r);
        break;
    case CELL_TEXT:
        n = c->text.n;
        hash_word(h, 'T', &n);
        hash_text(h, c->text);
        break;
    }
}

static void hash_rows(struct hashing *h, const struct layout *l, const struct row_set *s)
{
    for (size_t c = 0; c < l->n; c++)
        hash_text(h, (struct view){l->columns[c].name, strlen(l->columns[c].name) + 1});
    for (size_t i = 0; i < s->n * s->width; i++)
        hash_cell(h, &s->cells[i]);
    flush(h);
}

static struct view hex_digits(uint64_t hash, struct arena *a)
{
    char digits[16];
    for (size_t i = sizeof digits; i-- > 0; hash >>= 4)
        digits[i] = "0123456789abcdef"[hash & 15];
    return arena_dup(a, (struct view){digits, sizeof digits});
}

struct view list_hash(
    const struct list *l, const struct row_set *rows, const struct row_set *own, struct arena *a)
{
    struct layout layout;
    struct hashing h;
    h.hash = h.n = 0;
    layout_of_list(l, &layout);
    hash_rows(&h, &layout, rows);
    if (layout_of_own(l, &layout))
        hash_rows(&h, &layout, own);
    return hex_digits(h.hash, a);
}
