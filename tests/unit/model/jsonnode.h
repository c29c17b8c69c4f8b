/* JSON text -> nodes, for tests: bodies are easiest written as TMDB sends them. */
#ifndef MOVIE_ETL_TESTS_JSONNODE_H
#define MOVIE_ETL_TESTS_JSONNODE_H

#include "base/node.h"

/* NULL when it is no JSON. Apostrophes stand for quotes when the text holds no quote. */
struct node *json_node(struct arena *a, struct view json);
struct node *json_nodez(struct arena *a, const char *json);

#endif
