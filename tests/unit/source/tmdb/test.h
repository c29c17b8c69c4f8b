/* cmocka with what it needs before it, and a scripted engine in libcurl's place. */
#ifndef TESTS_TMDB_TEST_H
#define TESTS_TMDB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "source/tmdb/client.h"

/* 32 hex digits, and a token of v4's form: neither is anybody's. */
#define KEY_OF_V3 "0123456789abcdef0123456789ABCDEF"
#define KEY_OF_V4 "eyJhbGciOiJub25lIn0.eyJhdWQiOiJub2JvZHkifQ.c2lnbmF0dXJl"

enum { FAKE_MAX = 64 };

/* Answers every exchange by calling `answer`, in any order (the same one in every run). */
struct fake {
    struct http http;
    void (*answer)(void *payload, struct http_exchange *x);
    void *payload;
    struct http_exchange *queue[FAKE_MAX];
    size_t n, most; /* on the way now, and at most so far */
    uint64_t submitted;
    uint64_t with_key, with_header; /* exchanges that carried the key in the URL, in a header */
    unsigned seed;
    bool freed;
};

void fake_init(
    struct fake *f, void (*answer)(void *payload, struct http_exchange *x), void *payload);
/* Fills an answer. */
void fake_say(struct http_exchange *x, int status, const char *body);
void fake_sayf(struct http_exchange *x, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A client over the fake; NULL-terminated sections (NULL: none). */
struct tmdb_client *fake_client(struct fake *f, const char *const *sections);
struct tmdb_config fake_config(const char *const *sections);
/* The number behind "name=" in the URL, or -1. */
int64_t fake_number(const struct http_exchange *x, const char *name);
bool fake_has(const struct http_exchange *x, const char *part);

/* A clock that runs `speed` times as fast as the real one, until the test's end. */
void fast_clock(double speed);
void plain_clock(void);

/* A sink that keeps what was logged. */
extern struct str logged;
void keep_log(void);
void drop_log(void);

#endif
