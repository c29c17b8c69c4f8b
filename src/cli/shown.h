/* Text as it may be shown: what comes from files and servers must not steer the terminal or break a
 * JSON line. */
#ifndef MOVIE_ETL_CLI_SHOWN_H
#define MOVIE_ETL_CLI_SHOWN_H

#include "base/str.h"

/* Control characters (C0, DEL, C1) and bytes that are not UTF-8 become \x1b; those in `keep`
 * stay. */
void add_shown(struct str *to, struct view v, const char *keep);
/* As add_shown, cut after `width` columns; characters from U+1100 on count as two, which is never
 * too few. */
void add_cut(struct str *to, struct view v, size_t width);
/* Columns of valid UTF-8, counted likewise. */
size_t columns_of(struct view v);
/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void add_json(struct str *to, struct view v);

#endif
