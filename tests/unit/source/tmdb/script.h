/* A scripted TMDB that answers about movies: what it says of one is a matter of the id. */
#ifndef TESTS_TMDB_SCRIPT_H
#define TESTS_TMDB_SCRIPT_H

#include "test.h"

#include "base/map.h"
#include "base/sys.h"

extern const char *const two_sections[]; /* keywords, reviews */

/* What the script says of a movie; by id. */
enum {
    PLAIN = 100, /* and every id not named below */
    GONE = 200,
    GONE_44,
    GONE_21,
    WALL_404, /* a 404 that is not TMDB's */
    ALWAYS_500,
    WRONG_ID,
    WRONG_ID_ONCE,
    NOT_JSON,
    ADULT,
    NO_KEYWORDS, /* the section is missing, its endpoint has it */
    NULL_KEYWORDS,
    NEVER_KEYWORDS,  /* and the endpoint says 404 */
    MANY_REVIEWS,    /* 3 pages, with a row twice */
    BROKEN_REVIEWS,  /* page 2 cannot be had */
    SHAKY_REVIEWS,   /* page 2 comes at the 13th try */
    ENDLESS_REVIEWS, /* 1000 pages */
    BAD_TYPE,
    BAD_KEY,        /* 401 */
    ADULT_BAD_TYPE, /* adult, and no title */
    BAD_INPUT,      /* 400, code 47 */
};

struct script {
    struct map asked; /* id -> requests about it, sections and pages included */
    unsigned reviews_asked, keywords_asked;
    bool all_down, all_unreadable, parts_down;
    int64_t down_until; /* sys_mono_ms */
};

struct run {
    int64_t next, last;
    const int64_t *ids; /* instead of next..last, 0 at the end */
    unsigned outcomes[4], taken;
    struct tmdb_result result; /* the last one; its record is only looked at within take */
    void (*look)(struct run *r, const struct tmdb_result *result);
    unsigned fail_at, stop_at, ended;
    size_t keywords, reviews;
    bool keywords_said, reviews_said;
    int64_t keyword_id;
};

struct setting {
    struct script script;
    struct fake fake;
    struct tmdb_client *c;
    struct findings findings;
    struct run run;
    struct err e;
};

extern struct setting setting; /* too large for a stack */

/* What the test asks for is in s->run. */
void script_begin(struct setting *s, const char *const *sections);
void script_end(struct setting *s);
bool script_fetch(struct setting *s);

/* One movie, with two_sections. */
void fetch_one(int64_t id);
/* Requests about that movie. */
uint64_t times_asked(int64_t id);

#endif
