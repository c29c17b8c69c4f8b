/* Cell: one value as a database holds it. The lingua franca between the field tables and the
 * stores.
 *
 * field_cell is where a source's way of saying "unknown" becomes NULL: "" for every text, 0 for
 * fields flagged F_ZERO, dates and instants that cannot be read. Texts are trimmed of ASCII blanks
 * at both ends, nothing else is changed. */
#ifndef MOVIE_ETL_MODEL_CELL_H
#define MOVIE_ETL_MODEL_CELL_H

#include "model/field.h"

enum cell_kind { CELL_NULL, CELL_INT, CELL_REAL, CELL_TEXT };

struct cell {
    enum cell_kind kind;
    union {
        int64_t i;
        double r;
        struct view text;
    };
};

static inline struct cell cell_null(void)
{
    return (struct cell){.kind = CELL_NULL};
}
static inline struct cell cell_int(int64_t i)
{
    return (struct cell){.kind = CELL_INT, .i = i};
}
static inline struct cell cell_real(double r)
{
    return (struct cell){.kind = CELL_REAL, .r = r};
}
static inline struct cell cell_text(struct view v) /* borrowed; absent gives NULL */
{
    return v.p == NULL ? cell_null() : (struct cell){.kind = CELL_TEXT, .text = v};
}

/* NULL first, then numbers by value, then texts by bytes. */
int cell_cmp(const struct cell *a, const struct cell *b);
bool cell_eq(const struct cell *a, const struct cell *b);
/* The cells are read soon: memory may bring their texts, which another thread wrote. Who goes
 * through many rows says so a few rows ahead; to wait for each text takes longer than what is done
 * with it. */
static inline void cells_expect(const struct cell *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (cells[i].kind == CELL_TEXT)
            __builtin_prefetch(cells[i].text.p);
}
struct cell cell_dup(struct arena *a, const struct cell *c);
/* For people: NULL, 12, 3.5, text (cut after 200 bytes), in the arena. */
struct view cell_show(struct arena *a, const struct cell *c);

/* The database value of field number i of `record`; absent and null fields give NULL. JSON fields
 * are printed into the arena, other texts are borrowed from the record. Written where it is to
 * stand, for the sake of time: see cell.c. */
void field_cell(
    const struct entity *e, size_t i, const void *record, struct arena *a, struct cell *ret);

#endif
