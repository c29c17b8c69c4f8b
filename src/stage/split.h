/* Split: a stream of YAML into its documents, at the lines that begin with "---" (private to
 * stage).
 *
 * YAML forbids such a line inside any scalar (YAML 1.2.2, rule c-forbidden), so a document that is
 * broken, even an unclosed quote, cannot reach into the next one. One document is in memory at a
 * time, at most DOCUMENT_MAX bytes of it. A larger one is passed over; but where no next one begins
 * within PASSED_MAX bytes, this is no batch file, and may be as long as a file with holes can
 * be. */
#ifndef MOVIE_ETL_STAGE_SPLIT_H
#define MOVIE_ETL_STAGE_SPLIT_H

#include "base/digest.h"
#include "base/input.h"
#include "base/str.h"

enum { DOCUMENT_MAX = 32 * 1024 * 1024, PASSED_MAX = 8 * DOCUMENT_MAX };

/* A document as it stands in the file: its "---" line (the very first document may lack it) and
 * what follows. */
struct chunk {
    struct view
        text; /* without a byte order mark; empty when oversize; valid until the next split_next */
    uint64_t line;    /* of its first line, from 1 */
    uint64_t offset;  /* of its first byte in the file */
    bool first, last; /* in the file; nothing but the end of the file follows the last one */
    bool oversize;    /* over DOCUMENT_MAX: passed over */
    bool endless;     /* oversize, and over PASSED_MAX: taken for the last, whatever follows */
};

struct split {
    struct input *in;
    struct str buffer;
    size_t start, scan; /* of the document at hand; up to where no next one begins */
    size_t size;        /* of the document given last */
    uint64_t lines;     /* that end between start and scan */
    uint64_t line, offset;
    bool begun, ended;
    bool hashing;
    struct digest
        digest; /* of all bytes before the document given last (unless that is oversize) */
};

/* Borrows `in`. `hashing`: keep `digest`. */
void split_init(struct split *s, struct input *in, bool hashing);
void split_done(struct split *s);
/* *ret_end (and no *ret) after the last document; `digest` then covers the whole file, unless that
 * was endless. Ends with ERR_INTERRUPTED when the program is to stop. */
bool split_next(struct split *s, struct chunk *ret, bool *ret_end, struct err *e);

/* Whether the document begins with a line that is "---" and nothing else, complete with its
 * newline. */
bool chunk_has_bare_marker(const struct chunk *c);
/* Whether nothing stands in it but blank lines, comments and directives (%YAML): the top of a
 * file. */
bool chunk_is_preamble(const struct chunk *c);

#endif
