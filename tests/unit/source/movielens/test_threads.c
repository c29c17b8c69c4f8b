/* The readers of ratings and tags and their threads: ratings against the serial way over random and
 * damaged files, both ended at every stage, with reads, threads and archives that fail. Under the
 * thread sanitizer too (suite `threads`), so the files are small, but of several pieces each.
 * TEST_SEED=N in the environment puts another seed in the place of the usual one. */
#include "release_help.h"

#include "base/sys.h"
#include "serial.h"
#include "source/movielens/ahead.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static const char movies[] = MOVIES_HEADER "1,A (1999),x\n31,B (1999),x\n5000000,C (1999),x\n";

/* ---- random files */

static uint64_t state_of_random;

static uint64_t below(uint64_t n)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (state_of_random >> 33) % n;
}

static void add_bad(struct str *to, int64_t user)
{
    static const char *const rows[] = {"x\n", "\n", "\r\n", "1,31,4.5\n", "0,31,4.5,964982703\n",
        "9,31,7.0,964982703\n", "9,\"31\",4.0,964982703\n", "9,77,4.5,964982703\r\n",
        "\"9,31,4.5,964982703\n", "9,31,4,964982703\n", "9,31,4.50 ,964982703\n",
        "9,31,4.5,96498270x\n", ",,,\n", "1,1,1,1\n"};
    static const char nothing[] = "9,31,\0\0\0\0"
                                  "964982703\n";
    switch (below(20)) {
    case 0:
        str_add_repeat(to, '7', 65530 + below(20)); /* about as long as a line may be */
        str_addz(to, "\n");
        break;
    case 1:
        str_add_repeat(to, '7', below(700000)); /* longer than a piece, at times */
        str_addz(to, ",31,4.0,964982703\n");
        break;
    case 2:
        str_addf(to, "%lld,31.0,3.5,964982703\n", (long long)user);
        break;
    case 3:
        str_add(to, (struct view){nothing, sizeof nothing - 1});
        break;
    default:
        str_addz(to, rows[below(sizeof rows / sizeof rows[0])]);
        break;
    }
}

/* Rows sorted by user and movie, with `bad` of a thousand damaged and `again` of a thousand
 * repeated. */
static void add_rows(struct str *to, size_t bytes, uint64_t bad, uint64_t again)
{
    static const int ids[] = {1, 31, 5000000};
    int64_t user = 1;
    for (size_t at = 0; str_view(to).n < bytes; at += below(1000) >= again) {
        user = (int64_t)(at / 3) + 1;
        if (below(1000) < bad)
            add_bad(to, user);
        str_addf(to, "%lld,%d,%llu.5,%llu%s\n", (long long)user, ids[at % 3],
            (unsigned long long)below(5), (unsigned long long)(900000000 + below(700000000)),
            below(50) == 0 ? "" : "\r");
    }
    if (below(2) == 0)
        str_addf(
            to, "%lld,31,4.5,9649827%02llu", (long long)user + 1, (unsigned long long)below(100));
}

static uint64_t first_seed(void)
{
    const char *given = getenv("TEST_SEED");
    return given == NULL ? 1 : strtoull(given, NULL, 10);
}

static void random_files_read_as_the_serial_way_has_them(void **state)
{
    static const struct {
        uint64_t bad, again;
    } kinds[] = {{0, 0}, {1, 1}, {5, 500}, {100, 100}, {0, 990}, {600, 50}};
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    box_write_release(state, movies, LINKS_HEADER, "", TAGS_HEADER);
    for (uint64_t seed = first_seed(), end = seed + 2 * KINDS; seed < end; seed++) {
        struct str s;
        state_of_random = seed;
        str_init(&s, 1u << 26);
        str_addz(&s, below(4) == 0 ? "\xEF\xBB\xBF" RATINGS_HEADER : RATINGS_HEADER);
        add_rows(&s, below(3u * AHEAD_PIECE), kinds[seed % KINDS].bad, kinds[seed % KINDS].again);
        box_write(state, "ratings.csv", str_view(&s));
        const char *what = serial_difference(*state, str_view(&s));
        if (what != NULL)
            fail_msg(
                "TEST_SEED=%llu: not as the serial way has it: %s", (unsigned long long)seed, what);
        str_done(&s);
    }
}

/* ---- a release of a few pieces, read as far as it goes */

enum { PIECES = 4 };

static void write_large(void **state, struct str *ret)
{
    state_of_random = 7;
    box_write_release(state, movies, LINKS_HEADER, "", TAGS_HEADER);
    str_init(ret, 1u << 26);
    str_addz(ret, RATINGS_HEADER);
    add_rows(ret, (size_t)PIECES * AHEAD_PIECE - AHEAD_PIECE / 2, 0, 0);
    box_write(state, "ratings.csv", str_view(ret));
}

struct sums {
    char text[100];
};

static struct sums sums_of(const struct str *ratings)
{
    struct sums sums;
    (void)snprintf(sums.text, sizeof sums.text, "%s  ratings.csv\n",
        digest_of(DIGEST_MD5, str_view(ratings)).z);
    return sums;
}

/* `sums`: NULL for none. */
static void write_zip(
    void **state, const char *name, const struct str *ratings, const char *sums, struct str *ret)
{
    const struct zip_spec members[] = {{"ml/checksums.txt", view_of(sums), false},
        {"ml/movies.csv", view_of(movies), true}, {"ml/links.csv", view_of(LINKS_HEADER), true},
        {"ml/tags.csv", view_of(TAGS_HEADER), true}, {"ml/ratings.csv", str_view(ratings), true}};
    str_init(ret, 1u << 26);
    zip_print(ret, members + (sums == NULL), 5 - (sums == NULL));
    box_write(state, name, str_view(ret));
}

static bool no_movie(void *payload, const struct ml_movie *movie, struct err *e)
{
    (void)payload;
    (void)movie;
    (void)e;
    return true;
}

struct reading {
    struct movielens *m;
    struct findings findings;
    struct err e;
};

static void begin_reading(struct reading *r, const char *path)
{
    findings_init(&r->findings);
    if (!movielens_open(path, true, &r->m, &r->e) ||
        !movielens_movies(r->m, &r->findings, no_movie, NULL, &r->e))
        fail_msg("%s", r->e.text);
}

static void end_reading(struct reading *r)
{
    movielens_free(r->m);
    findings_done(&r->findings);
}

/* Takes up to `most` blocks; how many came. *ret_failed: the one after them was an error. */
static size_t take_blocks(struct reading *r, size_t most, bool *ret_failed)
{
    struct rating_block b = {.n = 1};
    size_t n = 0;
    *ret_failed = false;
    while (n < most) {
        *ret_failed = !movielens_ratings_next(r->m, &r->findings, &b, &r->e);
        if (*ret_failed || b.n == 0)
            break;
        n++;
    }
    return n;
}

static void end_at_any_block(const char *path)
{
    for (size_t most = 0; most <= PIECES; most++) {
        struct reading r;
        bool failed;
        begin_reading(&r, path);
        assert_int_equal(take_blocks(&r, most, &failed), most);
        assert_false(failed);
        end_reading(&r);
    }
}

static void it_may_be_ended_at_any_block(void **state)
{
    struct str s, zip;
    write_large(state, &s);
    end_at_any_block(*state);
    box_write(state, "checksums.txt", view_of(sums_of(&s).text));
    end_at_any_block(*state);
    write_zip(state, "ml.zip", &s, sums_of(&s).text, &zip);
    end_at_any_block(box_path(state, "ml.zip"));
    str_done(&zip);
    str_done(&s);
}

/* ---- digests, each made where it costs least */

static void assert_digests(const char *path, const struct str *s, bool right)
{
    struct reading r;
    bool failed;
    begin_reading(&r, path);
    assert_int_equal(take_blocks(&r, SIZE_MAX, &failed), PIECES);
    assert_false(failed);
    assert_view(movielens_release(r.m)->ratings_sha256, digest_of(DIGEST_SHA256, str_view(s)).z);
    assert_int_equal(r.findings.per_rule[RULE_ML_CHECKSUM], !right);
    end_reading(&r);
}

static void digests_are_of_all_pieces(void **state)
{
    struct str s, zip;
    write_large(state, &s);
    assert_digests(*state, &s, true);
    for (int right = 0; right < 2; right++) {
        struct sums sums = sums_of(&s);
        if (!right)
            sums.text[0] = sums.text[0] == '0' ? '1' : '0';
        box_write(state, "checksums.txt", view_of(sums.text));
        assert_digests(*state, &s, right);
        write_zip(state, "ml.zip", &s, sums.text, &zip);
        assert_digests(box_path(state, "ml.zip"), &s, right);
        str_done(&zip);
    }
    str_done(&s);
}

/* ---- failing reads */

static atomic_int reads, failing_read;

static int fail_read(enum sys_call call)
{
    return call == SYS_READ && atomic_fetch_add(&reads, 1) + 1 == atomic_load(&failing_read) ? EIO
                                                                                             : 0;
}

static const struct sys_seam failing = {.before = fail_read, .clock_speed = 1};

static void fail_at_any_read(const char *path)
{
    for (int n = 1; n <= PIECES + 1; n++) {
        struct reading r;
        struct rating_block b;
        bool failed;
        begin_reading(&r, path);
        atomic_store(&reads, 0);
        atomic_store(
            &failing_read, n); /* a file is read a piece at a time, then once more for its end */
        sys_install(&failing);
        size_t good = take_blocks(&r, SIZE_MAX, &failed);
        bool again = movielens_ratings_next(r.m, &r.findings, &b, &r.e);
        end_reading(&r);
        sys_install(NULL);
        assert_true(failed);
        assert_false(again); /* whoever goes on asking gets the same answer */
        assert_int_equal(good, n <= PIECES ? n - 1 : PIECES - 1);
        assert_non_null(strstr(r.e.text, "cannot read"));
        assert_int_equal(r.e.kind, ERR_INPUT);
    }
}

static void a_failing_read_comes_out_behind_the_last_good_block(void **state)
{
    struct str s;
    write_large(state, &s);
    fail_at_any_read(*state);
    box_write(state, "checksums.txt", view_of(sums_of(&s).text));
    fail_at_any_read(*state);
    str_done(&s);
}

/* ---- threads that cannot be started */

int __real_pthread_create(
    pthread_t *id, const pthread_attr_t *attr, void *(*run)(void *), void *arg);
int __wrap_pthread_create(
    pthread_t *id, const pthread_attr_t *attr, void *(*run)(void *), void *arg);
static int threads_left = 1000;

int __wrap_pthread_create(
    pthread_t *id, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
    return threads_left-- > 0 ? __real_pthread_create(id, attr, run, arg) : EAGAIN;
}

static void read_with_fewer_threads(const char *path, int needed)
{
    for (int left = 0; left <= needed; left++) {
        struct reading r;
        bool failed;
        begin_reading(&r, path);
        threads_left = left;
        (void)take_blocks(&r, 1, &failed);
        threads_left = 1000;
        assert_true(failed == (left < needed));
        if (failed)
            assert_non_null(strstr(r.e.text, "cannot start a thread"));
        end_reading(&r);
    }
}

static void threads_that_cannot_be_started_are_an_error(void **state)
{
    struct str s, zip;
    write_large(state, &s);
    read_with_fewer_threads(*state, 1); /* the reader */
    box_write(state, "checksums.txt", view_of(sums_of(&s).text));
    read_with_fewer_threads(*state, 2); /* MD5 too */
    write_zip(state, "ml.zip", &s, sums_of(&s).text, &zip);
    read_with_fewer_threads(box_path(state, "ml.zip"), 3); /* and SHA-256 */
    str_done(&zip);
    str_done(&s);
}

/* ---- tags, which a thread reads in batches of 4,096 */

enum { TAGS = 4 * 4096 + 100, EVERY = 500 };
#define LONG "long enough for several pieces of the file, "

/* Every so often a bad row before the good one, from line 2 on. */
static void write_tags(void **state, struct str *ret)
{
    str_init(ret, 1u << 26);
    str_addz(ret, TAGS_HEADER);
    for (int i = 0; i < TAGS; i++) {
        if (i % EVERY == EVERY - 1)
            str_addf(ret, "%d,77,nobody has this,964982703\n", i + 1);
        str_addf(ret,
            i % 3 == 0 ? "%d,31,\"" LONG "%d\",964982703\r\n" : "%d,31,tag %d,964982703\n", i + 1,
            i);
    }
    box_write_release(state, movies, LINKS_HEADER, RATINGS_HEADER, "");
    box_write(state, "tags.csv", str_view(ret));
}

static void tags_come_in_order_with_their_findings(void **state)
{
    struct str s;
    struct loaded l;
    write_tags(state, &s);
    load_good(*state, &l);
    assert_int_equal(l.tags.n, TAGS);
    assert_int_equal(l.release.tags, TAGS);
    for (int i = 0; i < TAGS; i++) {
        const struct ml_tag *t = vec_at(&l.tags, (size_t)i);
        char text[80];
        (void)snprintf(text, sizeof text, i % 3 == 0 ? LONG "%d" : "tag %d", i);
        assert_int_equal(t->user_id, i + 1);
        assert_view(t->tag, text);
    }
    assert_int_equal(l.findings.kept.n, TAGS / EVERY);
    for (size_t i = 0; i < l.findings.kept.n; i++) {
        const struct finding *f = vec_at(&l.findings.kept, i);
        assert_int_equal(f->line, (i + 1) * (EVERY + 1));
    }
    loaded_done(&l);
    str_done(&s);
}

/* Takes up to `most` tags; how many came. */
static size_t take_tags(struct reading *r, size_t most, bool *ret_failed)
{
    struct ml_tag tag;
    bool end = false;
    size_t n = 0;
    for (*ret_failed = false; n < most && !*ret_failed && !end; n += !*ret_failed && !end)
        *ret_failed = !movielens_tag_next(r->m, &r->findings, &tag, &end, &r->e);
    return n;
}

static void tags_may_be_ended_anywhere(void **state)
{
    struct str s;
    write_tags(state, &s);
    for (size_t most = 0; most < TAGS; most += 1000) {
        struct reading r;
        bool failed;
        begin_reading(&r, *state);
        assert_int_equal(take_tags(&r, most, &failed), most);
        assert_false(failed);
        end_reading(&r);
    }
    str_done(&s);
}

/* All whole lines of the first piece are there, and the error each time it is asked for. */
static void a_failing_read_comes_out_behind_the_last_tag(void **state)
{
    struct str s;
    struct reading r;
    bool failed;
    write_tags(state, &s);
    begin_reading(&r, *state);
    atomic_store(&reads, 0);
    atomic_store(&failing_read, 2);
    sys_install(&failing);
    size_t good = take_tags(&r, SIZE_MAX, &failed);
    bool first = failed;
    (void)take_tags(&r, 1, &failed);
    end_reading(&r);
    sys_install(NULL);
    assert_in_range(good, 4096, TAGS - 1);
    assert_true(first && failed);
    assert_non_null(strstr(r.e.text, "cannot read"));
    str_done(&s);
}

static void without_a_thread_there_are_no_tags(void **state)
{
    enum { NEEDED = 2 }; /* the reader of the file, the reader of its rows */
    struct str s;
    write_tags(state, &s);
    for (int left = 0; left <= NEEDED; left++) {
        struct reading r;
        bool failed;
        begin_reading(&r, *state);
        threads_left = left;
        (void)take_tags(&r, 1, &failed);
        threads_left = 1000;
        assert_true(failed == (left < NEEDED));
        if (failed)
            assert_non_null(strstr(r.e.text, "cannot start a thread"));
        end_reading(&r);
    }
    str_done(&s);
}

/* ---- from a zip */

static void a_damaged_archive_fails_after_its_last_good_block(void **state)
{
    struct str s, zip;
    struct reading r;
    bool failed;
    write_large(state, &s);
    write_zip(state, "good.zip", &s, NULL, &zip);
    const char *what = serial_difference(box_path(state, "good.zip"), str_view(&s));
    if (what != NULL)
        fail_msg("not as the serial way has it: %s", what);
    /* The checksum in the directory's last entry: the file is what it was until its end. */
    struct view v = str_view(&zip);
    size_t entry = v.n - 22 - strlen("ml/ratings.csv") - 46;
    char *bytes = malloc(v.n);
    memcpy(bytes, v.p, v.n);
    bytes[entry + 16] = (char)~bytes[entry + 16];
    box_write(state, "bad.zip", (struct view){bytes, v.n});
    begin_reading(&r, box_path(state, "bad.zip"));
    assert_int_equal(take_blocks(&r, SIZE_MAX, &failed), PIECES - 1);
    assert_true(failed);
    assert_non_null(strstr(r.e.text, "its checksum is"));
    end_reading(&r);
    free(bytes);
    str_done(&zip);
    str_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            random_files_read_as_the_serial_way_has_them, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(it_may_be_ended_at_any_block, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(digests_are_of_all_pieces, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(
            a_failing_read_comes_out_behind_the_last_good_block, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(
            threads_that_cannot_be_started_are_an_error, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(
            a_damaged_archive_fails_after_its_last_good_block, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(
            tags_come_in_order_with_their_findings, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(tags_may_be_ended_anywhere, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(
            a_failing_read_comes_out_behind_the_last_tag, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(
            without_a_thread_there_are_no_tags, box_setup, box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
