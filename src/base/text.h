/* Text: UTF-8 checks and Unicode folding. Wraps utf8proc. */
#ifndef MOVIE_ETL_BASE_TEXT_H
#define MOVIE_ETL_BASE_TEXT_H

#include "base/arena.h"
#include "base/str.h"

/* Index of the first byte that is not well-formed UTF-8 (overlong forms, surrogates and code
 * points over U+10FFFF included), or v.n. */
size_t utf8_bad_at(struct view v);
static inline bool utf8_is_valid(struct view v)
{
    return utf8_bad_at(v) == v.n;
}
/* Bytes of the well-formed sequence at p, of which `left` may be read (behind a NUL none need be);
 * 0: it is not one. */
size_t utf8_sequence(const char *p, size_t left);
uint64_t utf8_length(struct view v); /* code points in valid UTF-8 */
size_t utf8_fit(struct view v, uint64_t max); /* bytes of its first `max` code points */

/* NFC; a text that is so already may come back itself, one that is not valid UTF-8 does. */
struct view text_nfc(struct arena *a, struct view v);
/* The exact fold for identity: NFKC case fold without accents being dropped; punctuation and
 * symbols removed; every run of white space, hyphens, dashes and slashes one space, no blanks at
 * the ends. "" when nothing is left, and for what is not valid UTF-8. */
struct view text_fold(struct arena *a, struct view v);

/* Appends `v` as the inside of a JSON string, escaped so that YAML 1.1, YAML 1.2 and JSON
 * readers all read the same value: C0, C1, DEL, U+0085, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF
 * (YAML readers refuse the last two when raw), '"' and '\' are escaped, all else raw, bytes that
 * are no UTF-8 included. */
void text_add_escaped(struct str *to, struct view v);

#endif
