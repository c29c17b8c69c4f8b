/* Kit: what the tests of store share: a folder of its own per test, a store in it, and a plain
 * SQLite connection beside it that looks at the file without the code under test.
 *
 * With MOVIE_ETL_TEST_SERVER=host:port:user:password in the environment the store is a database of
 * its own on that server, and the plain connection goes there: SQL that both understand is asked of
 * it. Tests that are about the embedded file stand in a list of their own and do not run then. */
#ifndef MOVIE_ETL_TESTS_STORE_KIT_H
#define MOVIE_ETL_TESTS_STORE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/sys.h"
#include "store/store.h"

struct kit {
    char dir[64];
    struct store_config config; /* DIR/movies.db, foreign keys on */
    struct store *s;            /* open for creating when kit_set_up is used */
    struct arena a;
    struct err e;
};

int kit_set_up(void **state);
int kit_set_up_empty(void **state); /* the folder only */
int kit_tear_down(void **state);
#define KIT_TEST(name) cmocka_unit_test_setup_teardown(name, kit_set_up, kit_tear_down)
bool kit_on_server(void);
/* The kind of error when a row is against a constraint: on a server it may be one row of many,
 * which is then found. */
#define KIT_AGAINST     (kit_on_server() ? ERR_DATA : ERR_STORE)
#define KIT_EMPTY(name) cmocka_unit_test_setup_teardown(name, kit_set_up_empty, kit_tear_down)

const char *kit_path(struct kit *k, const char *name); /* below dir */
void kit_open(struct kit *k, enum store_mode mode);
void kit_close(struct kit *k);
/* Opening fails with that kind; the words are in k->e. */
void kit_refused(struct kit *k, enum store_mode mode, enum err_kind kind);

/* Through the plain connection to DIR/movies.db. */
void kit_sql(struct kit *k, const char *sql);
int64_t kit_int(struct kit *k, const char *sql);
const char *kit_text(
    struct kit *k, const char *sql); /* rows joined by "; ", columns by "|", NULL as "-" */
/* integrity_check and foreign_key_check find nothing; on a server: every reference leads
 * somewhere. */
void kit_sound(struct kit *k);

/* The canonical dump, lines ended. */
struct view kit_dump(struct kit *k);

/* The n-th file call of the kind fails from now on (n == 0: none); *kit_calls counts. */
struct kit_fault {
    int kind; /* enum sys_call, or KIT_ANY */
    int64_t n;
    int errnum;
    _Atomic int64_t calls; /* threads make some */
};
enum { KIT_ANY = -1 };
extern struct kit_fault kit_fault;
void kit_arm(int kind, int64_t n, int errnum);
void kit_disarm(void);
/* A clock that runs `speed` times as fast and `offset` seconds ahead. */
void kit_clock(double speed, int64_t offset);

#define must(call)                                                                                 \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, k->e.text);                                                  \
    } while (0)
#define must_fail(call, kind_)                                                                     \
    do {                                                                                           \
        if (call)                                                                                  \
            fail_msg("%s did not fail", #call);                                                    \
        if (k->e.kind != (kind_))                                                                  \
            fail_msg("%s: %s: %s", #call, err_name(k->e.kind), k->e.text);                         \
    } while (0)
#define assert_says(text_)                                                                         \
    do {                                                                                           \
        if (strstr(k->e.text, (text_)) == NULL)                                                    \
            fail_msg("'%s' is not in '%s'", (text_), k->e.text);                                   \
    } while (0)
#define assert_view(v, z)                                                                          \
    do {                                                                                           \
        if (!view_is((v), (z)))                                                                    \
            fail_msg("'%.*s' is not '%s'", VIEW_ARG(v), (z));                                      \
    } while (0)

#endif
