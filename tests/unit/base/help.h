/* Help for the unit tests of base: seeded randomness, a folder to work in, failing calls, child
 * processes.
 *
 * It uses nothing of what it helps to test except the seam (sys_install) and `struct view`.
 * Properties draw from a seed that they print when they fail; TEST_SEED=N in the environment
 * puts another in its place. */
#ifndef MOVIE_ETL_TESTS_UNIT_BASE_HELP_H
#define MOVIE_ETL_TESTS_UNIT_BASE_HELP_H

#include "base/err.h"
#include "base/sys.h"
#include "base/view.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEST(name)   static void name(void **state __attribute__((unused)))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifndef WITH_ASAN
#define WITH_ASAN 0
#endif

/* A literal as a view: NUL bytes inside are kept. */
#define V(literal) ((struct view){(literal), sizeof(literal) - 1})
static const struct view absent = {NULL, 0};

struct random {
    uint64_t seed, state;
};

void random_init(struct random *r, uint64_t seed);
uint64_t random_next(struct random *r);
uint64_t random_below(struct random *r, uint64_t n); /* 0 to n-1; n at least 1 */
/* Fills `to` with n bytes drawn from `alphabet`. */
void random_text(struct random *r, struct view alphabet, char *to, size_t n);

/* What a property claims; names the seed when it does not hold. */
#define HOLDS(r, claim)                                                                            \
    do {                                                                                           \
        if (!(claim))                                                                              \
            fail_msg("TEST_SEED=%" PRIu64 " breaks: %s", (r)->seed, #claim);                       \
    } while (0)

/* A code point, or a surrogate, as UTF-8 by arithmetic; bytes in `to`. */
size_t code_point_put(unsigned c, char to[4]);

void text_is(struct view v, const char *z, size_t n, const char *file, int line);
#define assert_text(v, literal) text_is((v), "" literal, sizeof(literal) - 1, __FILE__, __LINE__)

/* Setup and teardown of a test that writes files: a new folder, the working directory meanwhile. */
int folder_setup(void **state);
int folder_teardown(void **state);
#define in_folder(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

/* Whole files with the C library alone. file_is: is there, with just these bytes. */
void file_put(const char *path, struct view v);
bool file_is(const char *path, struct view v);
bool is_there(const char *path);
int64_t bytes_of(const char *path); /* -1: not there */

/* From now on the n-th call of that kind (from 1) fails with errnum; errnum 0 kills the process
 * instead. */
void fault_install(enum sys_call call, int n, int errnum);
/* Ends that; gives how many calls of the kind there were. */
int fault_clear(void);

struct child_end {
    int code, signal; /* exit code, or -1 and the signal that ended it */
    char said[1000];  /* the beginning of what it wrote to stderr */
};

/* Runs f in a child, which ends with exit code 0 when f returns. No cmocka assertions in f. */
struct child_end in_child(void (*f)(void *payload), void *payload);

#endif
