/* Input: a stream of bytes from a file, a gzip file, a zip member or memory, behind one call.
 *
 * Read in blocks with pread, never mapped: a file that is truncated meanwhile gives an error,
 * not a SIGBUS. A reader that needs lines or tokens keeps its own buffer. */
#ifndef MOVIE_ETL_BASE_INPUT_H
#define MOVIE_ETL_BASE_INPUT_H

#include "base/err.h"
#include "base/view.h"

#include <stdint.h>

struct input {
    /* Reads up to n bytes; *got == 0 means the end. */
    bool (*read)(struct input *in, void *to, size_t n, size_t *got, struct err *e);
    void (*close)(struct input *in); /* frees the object */
};

bool input_file_new(const char *path, struct input **ret, struct err *e);
struct input *input_memory_new(struct view v); /* borrows the bytes */
/* Inflates what `inner` gives; takes `inner`. Gzip: all members, one after the other; after the
 * last only zeros may come, 64 MiB of them at most. Raw (a zip member): one stream, nothing after
 * it is looked at. Truncation and a bad checksum are errors of kind INPUT that name `name`. */
enum inflate_form { INFLATE_GZIP, INFLATE_RAW };
struct input *input_inflate_new(struct input *inner_take, enum inflate_form form, const char *name);
void input_free(struct input *in);
/* Reads n bytes, fewer only when the end comes before. */
bool input_read_full(struct input *in, void *to, size_t n, size_t *ret, struct err *e);

/* Opens a file, through gzip when its name ends in ".gz". */
bool input_open(const char *path, struct input **ret, struct err *e);

/* CRC-32 as zip and gzip use it; start with 0. */
uint32_t crc32_add(uint32_t crc, struct view v);

#endif
