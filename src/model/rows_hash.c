/* The hash of a list's rows, which is stored in databases: see layout.h. */
#include "model/layout.h"

#include "base/digest.h"
#include "base/num.h"

/* A digest of many small pieces: they are gathered first, for a piece by itself costs more than its
 * bytes do. */
struct hashing {
    struct digest digest;
    size_t n;
    char bytes[4096];
};

static void flush(struct hashing *h)
{
    digest_add(&h->digest, (struct view){h->bytes, h->n});
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
    digest_add(&h->digest, v);
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
    char real[32];
    uint64_t n;
    switch (c->kind) {
    case CELL_NULL:
        *room(h, 1) = 'N';
        break;
    case CELL_INT:
        hash_word(h, 'I', &c->i);
        break;
    case CELL_REAL:
        *room(h, 1) = 'R';
        hash_text(h, (struct view){real, num_print_real(c->r, real) + 1});
        break;
    case CELL_TEXT:
        n = c->text.n;
        hash_word(h, 'T', &n);
        hash_text(h, c->text);
        break;
    }
}

struct view row_set_hash(const struct layout *l, const struct row_set *s, struct arena *a)
{
    struct hashing h;
    h.n = 0;
    digest_init(&h.digest, DIGEST_SHA256);
    for (size_t c = 0; c < l->n; c++)
        hash_text(&h, (struct view){l->columns[c].name, strlen(l->columns[c].name) + 1});
    for (size_t i = 0; i < s->n * s->width; i++)
        hash_cell(&h, &s->cells[i]);
    flush(&h);
    struct digest_hex hex = digest_end(&h.digest);
    return arena_dup(a, (struct view){hex.z, 16});
}
