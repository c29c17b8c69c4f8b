/*
 * The movies there are: stored ones, generated ones, and what a test has done to them since
 * (touched, gone, added, replaced). One small row per movie; documents are printed on demand.
 */
#ifndef STANDIN_WORLD_H
#define STANDIN_WORLD_H

#include "gen.h"
#include "links.h"
#include "options.h"
#include "stored.h"

struct movie {
    uint32_t id;
    int32_t day;           /* of release; DAY_NONE */
    int64_t popularity_e4; /* with touches */
    int32_t vote_count;    /* with touches */
    int32_t vote_average_e3;
    uint32_t stored; /* 1 + place in docs; 0: generated */
    int32_t added;   /* the day it appeared; DAY_NONE: always there */
    int32_t gone;    /* the day it vanished; DAY_NONE: it is there */
    char language[2];
    unsigned char flags;
    unsigned char touches; /* stops counting at 255 */
};

/* A change that is not drawn by lot: from --changes, a touch or an addition. */
struct world_change {
    int32_t day;
    uint32_t id; /* 0: null */
};

struct world {
    struct gen gen;
    struct links links;
    struct movie *movies; /* by id */
    size_t count;
    size_t cap;
    struct stored *docs;
    size_t doc_count;
    size_t doc_cap;
    struct world_change *changes;
    size_t change_count;
    size_t change_cap;
    bool changes_given; /* --changes: nothing is drawn by lot */
    uint32_t change_rate;
    bool missing_sections;
    int32_t today;
    uint64_t version; /* counts every modification: caches compare it */
};

/* On false, error says why; world_done must be called in either case. */
bool world_init(struct world *w, const struct options *o, struct buf *error);
void world_done(struct world *w);

/* The movie, gone or not, or NULL. */
struct movie *world_find(const struct world *w, uint32_t id);
/* The movie if the API shows it. */
struct movie *world_shown(const struct world *w, uint32_t id);
/* Those that are shown and carry this IMDb id; at most max. */
unsigned world_find_imdb(const struct world *w, const char *imdb, struct movie **ret, unsigned max);
/* The stored document, or NULL for a generated movie. */
struct stored *world_stored(const struct world *w, const struct movie *m);
void world_facts(const struct world *w, const struct movie *m, struct gen_facts *ret);
void world_list_row(const struct world *w, const struct movie *m, struct buf *out);
int64_t world_revenue(const struct world *w, const struct movie *m);
/* JSON text in quotes. */
void world_title(const struct world *w, const struct movie *m, bool original, struct buf *out);

/* What a test can do; the first three are false when there is no such movie. */
bool world_touch(struct world *w, uint32_t id, int32_t day);
bool world_set_gone(struct world *w, uint32_t id, bool gone);
/* A generated movie; false when the id is taken. */
bool world_add(struct world *w, uint32_t id);
/* Stores or replaces a document; *id is its id. */
bool world_document(struct world *w, const char *text, size_t n, uint32_t *id, struct buf *error);
/* Puts the movie into the changes feed of that day without changing it. */
void world_changed(struct world *w, uint32_t id, int32_t day);
void world_set_today(struct world *w, int32_t today);

#endif
