/* Classify: HTTP status, TMDB's status code and the way an exchange ended -> what becomes of the
 * request.
 *
 * Pure. The codes and their verdicts are in codes.def. */
#ifndef MOVIE_ETL_SOURCE_TMDB_CLASSIFY_H
#define MOVIE_ETL_SOURCE_TMDB_CLASSIFY_H

#include "base/err.h"
#include "base/node.h"
#include "source/tmdb/http.h"

enum verdict {
    VERDICT_OK,    /* an answer */
    VERDICT_RETRY, /* the service or the way to it: ask again later, a bounded number of times */
    VERDICT_THROTTLED, /* too many requests: everybody waits, then ask again */
    VERDICT_ID,        /* no answer for this id; asking again would not help */
    VERDICT_GONE,      /* TMDB says that there is no such thing */
    VERDICT_STOP,      /* the same would happen to every request: end the run */
};

struct code {
    int code, http;
    enum verdict verdict;
    enum err_kind kind;
    const char *meaning;
};

/* The documented code, or NULL. */
const struct code *code_of(int64_t code);
/* The whole table. */
const struct code *codes_all(size_t *ret_n);

struct class
{
    enum verdict verdict;
    enum err_kind kind;     /* of the error, when it is one */
    int64_t code;           /* TMDB's; 0: none in the answer */
    const struct code *row; /* of a documented code, or NULL */
};

/* `body` is the answer as a tree, NULL when it is no JSON. An answer is OK when it is a JSON object
 * that does not say success: false; whether it answers the question is the asker's to see. */
struct class classify(const struct http_exchange *x, const struct node *body);
/* An answer that is a file instead of JSON. */
struct class classify_file(const struct http_exchange *x);

const char *verdict_name(enum verdict v); /* "retry", as docs/tmdb.md calls it */

#endif
