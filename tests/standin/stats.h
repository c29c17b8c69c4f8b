/*
 * What the server has seen: counters, and a log of every request. Control calls are not counted.
 */
#ifndef STANDIN_STATS_H
#define STANDIN_STATS_H

#include "api.h"
#include "faults.h"

#include <stdio.h>

struct stats;

/* log may be NULL; it gets every line and is not closed. */
struct stats *stats_new(FILE *log);
void stats_free(struct stats *s);
/* Forgets everything but the connections that are open. */
void stats_reset(struct stats *s);

/* A request has come in at now (microseconds); the number of requests in the last second. */
uint64_t stats_request(
    struct stats *s, const struct http_request *req, enum endpoint endpoint, int64_t now);
/* It was answered: HTTP status (0: not at all), bytes on the wire, the fault that was applied. */
void stats_answer(struct stats *s, const struct http_request *req, uint64_t connection, int64_t now,
    int status, size_t bytes, const struct fault *fault);
void stats_opened(struct stats *s);
void stats_closed(struct stats *s);

void stats_write_json(const struct stats *s, struct buf *out);
void stats_write_log(const struct stats *s, struct buf *out);

#endif
