/* Ask: questions to TMDB with their tries; the one place where limiter, breaker, retries and
 * classes meet.
 *
 * An asker keeps the queue itself and gives the engine at most `max_on_way` exchanges: time in a
 * queue inside libcurl would count against the request's time limit. A question is put with
 * asker_put and comes back from asker_next when it is answered for good: OK, GONE, or ID (no
 * answer, `why` says what happened). What ends the run comes back as an error of asker_next: AUTH,
 * BUG, SERVICE, CONFIG, INTERRUPTED. After an error the caller takes its questions back with
 * asker_drop before it frees them. */
#ifndef MOVIE_ETL_SOURCE_TMDB_ASK_H
#define MOVIE_ETL_SOURCE_TMDB_ASK_H

#include "base/retry.h"
#include "source/tmdb/breaker.h"
#include "source/tmdb/classify.h"
#include "source/tmdb/limiter.h"
#include "source/tmdb/tmdb.h"

enum ask_form { ASK_JSON, ASK_FILE };

/* Times the tries, where a lost answer cannot be asked for by the next run alone. */
enum { ASK_PATIENT = 4 };

struct ask {
    /* The question: ask_init, then client_set_path. */
    struct str url;
    char what[64]; /* "movie 550": names it in messages */
    enum ask_form form;
    unsigned patience;   /* the configured tries are multiplied by this; at least 1 */
    struct arena *arena; /* the answer's tree goes there */
    bool fresh;          /* nothing else is in the arena: every try starts with it reset */
    /* Whether `body` answers the question; NULL: any object does. On false (`e` says why) it is
     * asked again. */
    bool (*fits)(const struct ask *q, struct err *e);
    void *owner;
    /* The outcome. */
    enum verdict verdict; /* OK, GONE or ID */
    int64_t code;         /* TMDB's status code, 0: none */
    int64_t at;           /* of the answer: seconds UTC */
    struct node *body;    /* OK and form JSON */
    struct err why;       /* ID */
    /* ask.c's own. */
    struct http_exchange x;
    unsigned tried, sent;
    unsigned counted; /* by the breaker, since `counted_at` */
    uint64_t counted_at, failed_at; /* `answers` at its last failure, and one more */
    int64_t not_before, sent_at;
    bool on_way, waiting, probe;
    struct ask *next;
};

void ask_init(struct ask *q, struct arena *a);
void ask_done(struct ask *q);
/* The URL as it may be shown, into the arena. */
struct view ask_shown(const struct ask *q, struct arena *a);

struct asker {
    struct http *http;
    struct view key; /* never to be shown */
    const char *authorization;
    struct limiter limiter;
    struct breaker breaker;
    struct retry_policy policy;
    int64_t timeout_ms;
    unsigned max_on_way, on_way;
    uint64_t answers;         /* had so far: what tells one run of failures from the next */
    unsigned failing;         /* so many questions have failed since the last of them */
    struct ask *first, *last; /* waiting to be sent, or sent again */
    struct arena scratch;     /* bodies that are no answers, texts of messages */
    struct tmdb_counts counts;
};

/* Takes `http`. */
void asker_init(struct asker *a, struct http *http_take, double rate);
void asker_done(struct asker *a);
void asker_put(struct asker *a, struct ask *q);
/* Before all others: it belongs to something that is begun, which a run that is cut short would
 * begin anew. */
void asker_put_first(struct asker *a, struct ask *q);
/* The next question that is answered; *ret is NULL when none is left. */
bool asker_next(struct asker *a, struct ask **ret, struct err *e);
/* Forgets the question, wherever it is. */
void asker_drop(struct asker *a, struct ask *q);
/* Puts one question and waits for it alone (no other may be under way). An ID verdict is the
 * error. */
bool asker_only(struct asker *a, struct ask *q, struct err *e);

#endif
