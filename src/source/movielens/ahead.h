/* Ahead: one file of a release, read by a thread of its own while what came before is scanned.
 *
 *   reader thread   reads (and inflates) the file into pieces, in order; where that is only a copy
 *                   it makes the SHA-256 too, of bytes that are still in its processor's cache
 *   a thread each   for SHA-256 where the reader inflates and, when the release says one, MD5:
 *                   neither can be divided
 *   the caller      takes the pieces in order
 *
 * There are AHEAD_PIECES pieces and no more. A piece goes back to the reader when all who hold it
 * have released it, so whoever is slowest sets the pace and memory does not grow. An error of the
 * reader comes out where it belongs: in the piece after the last good one. The reader is the only
 * one that calls the system, so its calls come in one order whatever the others do. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_AHEAD_H
#define MOVIE_ETL_SOURCE_MOVIELENS_AHEAD_H

#include "base/digest.h"
#include "base/input.h"
#include "base/thread.h"

#include <stdatomic.h>

enum {
    AHEAD_PIECE = 256 * 1024, /* bytes of a piece */
    AHEAD_PIECES = 12,
    AHEAD_LINE_MAX = 65536, /* bytes of a line that is kept whole */
    AHEAD_SLACK = 64, /* bytes behind a piece that may be looked at; what they hold means nothing */
};

/* What stands behind the last line feed of a piece. */
enum piece_rest {
    REST_NONE,    /* nothing, or the beginning of a line that the next piece has whole */
    REST_UNENDED, /* the file's last line, which has no line end */
    REST_TOO_LONG /* the beginning of a line of more than AHEAD_LINE_MAX; no piece has more of it */
};

struct piece {
    char *bytes;
    size_t fresh, n;      /* bytes[fresh..n) is new; what lies before came with the piece before */
    size_t lines, cut;    /* bytes[lines..cut) is whole lines */
    enum piece_rest rest; /* bytes[cut..n) */
    bool last;            /* the file ends here */
    bool failed;          /* reading failed: `e` says how; no bytes, no further piece */
    struct err e;
    _Atomic unsigned holders;
};

struct digests {
    struct digest_hex sha256, md5; /* md5 is "" when it was not asked for */
};

struct ahead;

/* Begins to read. `inflates`: reading `in` is more than a copy. Takes `in`, also when it fails. */
bool ahead_start(
    struct input *in_take, bool inflates, bool with_md5, struct ahead **ret, struct err *e);
/* Ends everything at once, wherever it stands. */
void ahead_free(struct ahead *a);

/* The next piece; not to be called after the last or a failed one. Its holder releases it. */
struct piece *ahead_take(struct ahead *a);
void ahead_release(struct ahead *a, struct piece *p);
/* After the last piece was released: waits for the digests. */
struct digests ahead_digests(struct ahead *a);

/* The file as a plain stream. The digests are in *digests once it has given its end. Takes `a`. */
struct input *ahead_input_new(struct ahead *a_take, struct digests *digests);

#endif
