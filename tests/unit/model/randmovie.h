/* Random bodies of movies from a seed, made by walking the field tables: every field absent, null
 * or present, every list absent, empty or filled, texts that break things. For property tests of
 * model and stage. */
#ifndef MOVIE_ETL_TESTS_RANDMOVIE_H
#define MOVIE_ETL_TESTS_RANDMOVIE_H

#include "model/tmdb.h"

struct rng {
    uint64_t state;
};

uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* n > 0 */

/* A text of the kinds that YAML readers take for something else, or a random one. */
struct view random_text(struct rng *r, struct arena *a);
/* A body as TMDB would send it, with `id` as its id. Unknown keys are in it too. */
struct node *random_body(struct rng *r, int64_t id, struct arena *a);

/* The nasty texts by themselves; ends with an absent view. */
extern const struct view nasty_texts[];

/* Equal in all that is said; places are disregarded. NULL when equal, else where they differ. */
const char *movie_difference(
    const struct tmdb_movie *a, const struct tmdb_movie *b, struct arena *arena);

#endif
