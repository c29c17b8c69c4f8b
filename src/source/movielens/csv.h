/* CSV after RFC 4180, a row at a time, over any `struct input`.
 *
 * Quoted fields, doubled quotes, line ends CRLF and LF (also mixed, also inside quotes, also
 * missing at the end of the file), blank lines passed over, a UTF-8 byte order mark at the start
 * tolerated. Bytes are not judged: whether they are UTF-8 is the caller's question.
 *
 * A row that cannot be read is CSV_BAD with the reason, and reading goes on at the line after the
 * one it began on: a quote that is never closed costs one line, not the rest of the file. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_CSV_H
#define MOVIE_ETL_SOURCE_MOVIELENS_CSV_H

#include "source/movielens/window.h"

enum {
    CSV_FIELDS = 6,      /* fields that are kept of a row; more are counted */
    CSV_ROW_MAX = 65536, /* bytes of a row, quotes and line end included */
};

enum csv_state { CSV_ROW, CSV_BAD, CSV_END };

struct csv_field {
    struct view text; /* quoting undone */
    uint64_t column;  /* 1-based byte in the row where the field begins, its quote included */
    bool quoted;
    bool loose; /* not quoted, yet holds a quote: taken literally */
};

struct csv_row {
    enum csv_state state;
    uint64_t line; /* 1-based, where the row begins */
    struct csv_field fields[CSV_FIELDS];
    size_t n;
    bool quotes;         /* one of them is quoted, be it one that is not kept */
    bool unended;        /* the file ends without a newline after this row */
    const char *problem; /* of CSV_BAD */
};

struct csv {
    struct window window;
    uint64_t line; /* of the next row */
    bool began;
};

void csv_init(struct csv *c, struct input *in_take);
void csv_done(struct csv *c);
/* The row's texts are valid until the next call. False only when the input cannot be read. */
bool csv_next(struct csv *c, struct csv_row *ret, struct err *e);

/* For readers that know a quicker way with rows in a plain form: the next line, line feed included,
 * if the window holds it whole; nothing is undone or judged. csv_pass passes over it, or csv_next
 * reads it the ordinary way. */
bool csv_peek(const struct csv *c, struct view *ret);
void csv_pass(struct csv *c, size_t n);

/* One row from a single line in memory, without its line end; undoes quoting in place. CSV_ROW or
 * CSV_BAD. */
void csv_split(char *line, size_t n, struct csv_row *ret);

#endif
