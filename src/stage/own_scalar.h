/* Texts, numbers and words of the writer's own form (private to stage; see own.h). */
#ifndef MOVIE_ETL_STAGE_OWN_SCALAR_H
#define MOVIE_ETL_STAGE_OWN_SCALAR_H

#include "base/node.h"

/* Where the reader is in its copy of the document, which it unescapes in place: what was read is
 * never looked at again. A NUL stands behind the end, so that no step needs to ask whether there is
 * a next byte. */
struct own_cursor {
    char *p;
    const char *margin; /* the column is p - margin + 1: it moves along where a character has more
                           than one byte */
};

static inline uint32_t own_column(const struct own_cursor *c)
{
    return (uint32_t)(c->p - c->margin + 1);
}

/* The text in the double quotes at the cursor, NUL-terminated; the cursor goes behind them. False:
 * not in the form. */
bool own_text(struct own_cursor *c, struct view *ret);
/* The word that begins at the cursor; false when none does. */
bool own_word(struct own_cursor *c, struct view *ret);
/* null, true, false or a number into `n`. What follows is the caller's business. */
bool own_plain(struct own_cursor *c, struct node *n);

#endif
