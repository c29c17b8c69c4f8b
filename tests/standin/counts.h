/*
 * A map from 64-bit keys to how often they were seen, for the requests of a run.
 */
#ifndef STANDIN_COUNTS_H
#define STANDIN_COUNTS_H

#include "http.h"

#include <stddef.h>
#include <stdint.h>

struct counts {
    uint64_t *keys; /* 0: free */
    uint32_t *seen;
    size_t cap; /* a power of two */
    size_t used;
};

void counts_done(struct counts *c);
/* Counts key once more; how often it has been seen with this time. */
uint32_t counts_add(struct counts *c, uint64_t key);
/* What makes two requests the same: path and query but for the credential. */
uint64_t counts_key(const struct http_request *req);

#endif
