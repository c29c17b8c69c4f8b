/*
 * Misbehaviour on command: a list of rules, MATCH SELECT ACTION, of which the first that fires
 * decides about a request. The language is described in README.md.
 *
 * Everything is repeatable: chance comes from a seed, the request's path and query, and how often
 * that path was asked for, never from the clock or from the order in which connections are served.
 */
#ifndef STANDIN_FAULTS_H
#define STANDIN_FAULTS_H

#include "api.h"

enum fault_action {
    FAULT_NONE,
    FAULT_STATUS,
    FAULT_RESET,
    FAULT_RESET_MID_BODY,
    FAULT_SLOW,
    FAULT_STALL,
    FAULT_WRONG_LENGTH,
    FAULT_SHORT_LENGTH,
    FAULT_HTML,
    FAULT_HTML_403,
    FAULT_TRUNCATED_GZIP,
    FAULT_GARBAGE,
    FAULT_TRUNCATED_JSON,
    FAULT_SUCCESS_FALSE,
    FAULT_EMPTY_200,
    FAULT_DROP_SECTION,
    FAULT_HUGE,
    FAULT_REDIRECT,
    FAULT_BAD_UTF8,
    FAULT_WRONG_ID,
    FAULT_DRIFT,
    FAULT_DELAY, /* a rule with delay-ms and nothing else */
    FAULT_MIX,   /* becomes one of the others when it fires */
    FAULT_COUNT
};

/* What is to happen to one request. */
struct fault {
    enum fault_action action;
    int status;     /* of FAULT_STATUS */
    int code;       /* TMDB's, of FAULT_STATUS and FAULT_SUCCESS_FALSE */
    int32_t number; /* of FAULT_SLOW (bytes per second) and FAULT_DRIFT */
    uint32_t delay_ms;
    const char *text;        /* of FAULT_DROP_SECTION and FAULT_REDIRECT; the rule's own */
    const char *retry_after; /* as in the rule, NULL: none */
};

struct faults;

struct faults *faults_new(void);
void faults_free(struct faults *f);
/* Replaces all rules and forgets all counts; on false, error says why and the old rules stay. */
bool faults_set(struct faults *f, const char *spec, size_t n, struct buf *error);
unsigned faults_count(const struct faults *f);
/* Decides; recent is the number of requests within the last second, this one included. */
void faults_pick(struct faults *f, const struct http_request *req, enum endpoint endpoint,
    uint64_t recent, struct fault *ret);

const char *fault_name(enum fault_action action);

/* Carrying a fault out, step by step as an answer comes into being. */
void fault_twist(const struct fault *fault, struct api_twist *ret);
/* True when the fault is the answer and the API need not be asked. */
bool fault_replaces(const struct fault *fault, struct http_answer *answer);
/* Changes to a finished body. */
void fault_edits(const struct fault *fault, struct http_answer *answer);
enum http_spoil fault_spoils(const struct fault *fault);
/* The seconds its Retry-After asks for, 0 for none. */
uint32_t fault_quiet_seconds(const struct fault *fault);

#endif
