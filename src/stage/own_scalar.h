/* Texts, numbers and words of the writer's own form (private to stage; see own.h). */
#ifndef MOVIE_ETL_STAGE_OWN_SCALAR_H
#define MOVIE_ETL_STAGE_OWN_SCALAR_H

#include "base/node.h"

/* Where the reader is in the document. A NUL stands behind its end, so that no step needs to ask
 * whether there is a next byte. */
struct own_cursor {
    const char *p, *end;
    const char *margin; /* the column is p - margin + 1: it moves along where a character has more
                           than one byte */
    struct arena *texts; /* for those that hold escapes */
};

static inline uint32_t own_column(const struct own_cursor *c)
{
    return (uint32_t)(c->p - c->margin + 1);
}

/* The text in the double quotes at the cursor, which goes behind them. False: not in the form. */
bool own_text(struct own_cursor *c, struct view *ret);
/* The quote that ends the text whose bytes begin at p; NULL when none does. */
const char *own_text_end(const char *p);
/* The word that begins at the cursor; false when none does. */
bool own_word(struct own_cursor *c, struct view *ret);
/* null, true, false or a number into `n`. What follows is the caller's business. */
bool own_plain(struct own_cursor *c, struct node *n);

#endif
