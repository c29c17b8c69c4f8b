/* The .env grammar, one line at a time:
 *
 *   KEY=VALUE                  blanks around '=' and at the ends do not count
 *   export KEY=VALUE           likewise
 *   KEY=plain text # comment   a '#' after a blank begins a comment
 *   KEY='as it stands'         nothing is special but the closing quote
 *   KEY="with \n \t \r \" \\ \$"
 *   # comment                  and empty lines
 *
 * Nothing is expanded. LF or CRLF; a byte order mark is skipped. Values hold no NUL and at most 64
 * KiB. Errors are of kind CONFIG, begin with "NAME:LINE: ", and never show a value: it may be a
 * secret. */
#ifndef MOVIE_ETL_CLI_DOTENV_H
#define MOVIE_ETL_CLI_DOTENV_H

#include "base/arena.h"
#include "base/err.h"

enum { VALUE_MAX = 65536 };

struct dotenv {
    const char *name; /* of the file, for errors */
    struct arena *arena;
    bool (*take)(void *payload, struct view key, struct view value, uint64_t line, struct err *e);
    void *payload;
};

/* Calls `take` for every assignment, in order; key and value are copies in the arena,
 * NUL-terminated. */
bool dotenv_parse(const struct dotenv *d, struct view text, struct err *e);

#endif
