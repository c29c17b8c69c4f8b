/* The daily id export over a scripted host: whole or not at all, without the key, bounded. */
#include "test.h"

#include "base/date.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/sys.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct world {
    const char *file; /* NULL: there is none */
    size_t file_n;
    unsigned damaged; /* so many answers are spoilt first */
    bool sink_fails;  /* the sink will refuse */
    uint64_t requests;
    const char *authorization;
    char url[300];
};

static struct world world;
static struct fake fake;
static struct tmdb_client *client;

static void say(void *payload, struct http_exchange *x)
{
    (void)payload;
    (void)snprintf(world.url, sizeof world.url, "%s", x->url);
    world.authorization = x->authorization;
    world.requests++;
    fake_say(x, 200, "");
    if (world.file == NULL) {
        fake_say(x, 404, "<Error><Code>NoSuchKey</Code></Error>");
        return;
    }
    size_t n = world.file_n;
    if (world.sink_fails) {
        assert_false(x->sink->put(x->sink->payload, (struct view){world.file, n}));
        x->end = HTTP_SINK_FAILED;
        return;
    }
    if (world.damaged > 0) {
        world.damaged--;
        n = world.damaged % 2 == 0 ? n - 5 : n; /* without its trailer, and the other way below */
    }
    assert_true(x->sink->put(x->sink->payload, (struct view){world.file, n / 2}));
    if (n == world.file_n && world.damaged % 2 == 1) {
        x->end = HTTP_BROKEN;
        return;
    }
    assert_true(x->sink->put(x->sink->payload, (struct view){world.file + n / 2, n - n / 2}));
}

static int set_up(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    fake_init(&fake, say, NULL);
    client = fake_client(&fake, NULL);
    fast_clock(1000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plain_clock();
    assert_int_equal(fake.n, 0);
    tmdb_client_free(client);
    return 0;
}

struct got {
    struct str text;
    uint64_t n;
};

static bool take_row(void *payload, const struct tmdb_export_row *row, struct err *e)
{
    struct got *r = payload;
    (void)e;
    r->n++;
    str_addf(&r->text, "%lld %g %d %d %.*s|", (long long)row->tmdb_id, row->popularity, row->adult,
        row->video, VIEW_ARG(row->original_title));
    return true;
}

/* gzips `text` with base and keeps it in `to`. */
static void pack(const char *text, struct str *to)
{
    char plain[] = "/tmp/tmdb-test-XXXXXX", packed[sizeof plain + 3];
    struct err e;
    int fd = mkstemp(plain);
    assert_true(fd >= 0);
    assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    (void)close(fd);
    (void)snprintf(packed, sizeof packed, "%s.gz", plain);
    struct gzip *g = gzip_new();
    assert_true(gzip_file(g, plain, packed, &e));
    gzip_free(g);
    assert_true(file_read(packed, to, &e));
    (void)unlink(plain);
    (void)unlink(packed);
}

static bool fetch_export(struct got *r, bool *exists, struct err *e)
{
    *r = (struct got){.n = 0};
    str_init(&r->text, 1 << 20);
    return tmdb_export(client, date_day((struct civil){2026, 3, 9}), take_row, r, exists, e);
}

static const char three_rows[] =
    "{\"adult\":false,\"id\":1,\"original_title\":\"A\",\"popularity\":1.5,\"video\":false}\n"
    "{\"adult\":true,\"id\":2,\"original_title\":\"\xc3\xa9\",\"popularity\":2,\"video\":true}\r\n"
    "\n"
    "nonsense\n"
    "{\"id\":0}\n"
    "{\"id\":3}";

static void the_export_is_streamed(void **state)
{
    struct str gz;
    struct got r;
    struct err e;
    bool exists = false;
    (void)state;
    str_init(&gz, 1 << 20);
    pack(three_rows, &gz);
    world.file = gz.p;
    world.file_n = gz.n;
    assert_true(fetch_export(&r, &exists, &e));
    assert_true(exists);
    assert_string_equal(str_z(&r.text), "1 1.5 0 0 A|2 2 1 1 \xc3\xa9|3 0 0 0 |");
    assert_string_equal(world.url, "http://127.0.0.1:9/exports/movie_ids_03_09_2026.json.gz");
    assert_null(world.authorization);
    assert_int_equal(fake.with_key + fake.with_header, 0);
    assert_int_equal(world.requests, 1);
    str_done(&r.text);
    str_done(&gz);
}

static void a_missing_export_is_said_so(void **state)
{
    struct got r;
    struct err e;
    bool exists = true;
    (void)state;
    assert_true(fetch_export(&r, &exists, &e));
    assert_false(exists);
    assert_int_equal(r.n, 0);
    str_done(&r.text);
}

/* Cut on the way, or whole in length but without its trailer: not one row is given before it is
 * whole. */
static void a_damaged_export_is_fetched_again(void **state)
{
    struct str gz;
    struct got r;
    struct err e;
    bool exists = false;
    (void)state;
    str_init(&gz, 1 << 20);
    pack(three_rows, &gz);
    world.file = gz.p;
    world.file_n = gz.n;
    world.damaged = 2;
    assert_true(fetch_export(&r, &exists, &e));
    assert_int_equal(r.n, 3);
    assert_int_equal(world.requests, 3);
    str_done(&r.text);
    world.damaged = 1000;
    assert_false(fetch_export(&r, &exists, &e));
    assert_int_equal(r.n, 0);
    assert_int_equal(e.kind, ERR_SERVICE);
    str_done(&r.text);
    str_done(&gz);
}

static void an_export_that_is_none_is_refused(void **state)
{
    struct str gz, text;
    struct got r;
    struct err e;
    bool exists = false;
    (void)state;
    str_init(&gz, 1 << 20);
    str_init(&text, 1 << 20);
    for (int i = 0; i < 200; i++)
        str_addz(&text, "nonsense\n");
    pack(str_z(&text), &gz);
    world.file = gz.p;
    world.file_n = gz.n;
    assert_false(fetch_export(&r, &exists, &e));
    assert_int_equal(e.kind, ERR_SERVICE);
    str_done(&r.text);
    str_clear(&gz);
    pack("", &gz);
    world.file = gz.p;
    world.file_n = gz.n;
    assert_false(fetch_export(&r, &exists, &e));
    str_done(&r.text);
    /* a line longer than any title is left out, and the next one is read */
    str_clear(&gz);
    str_clear(&text);
    str_addz(&text, "{\"id\":1,\"original_title\":\"");
    str_add_repeat(&text, 'x', 200000);
    str_addz(&text, "\"}\n{\"id\":2}\n");
    pack(str_z(&text), &gz);
    world.file = gz.p;
    world.file_n = gz.n;
    assert_true(fetch_export(&r, &exists, &e));
    assert_string_equal(str_z(&r.text), "2 0 0 0 |");
    str_done(&r.text);
    str_done(&text);
    str_done(&gz);
}

static int no_room(enum sys_call call)
{
    return call == SYS_WRITE ? ENOSPC : 0;
}

static void a_full_disk_is_said_so(void **state)
{
    static const struct sys_seam seam = {.before = no_room};
    struct got r;
    struct err e;
    bool exists = false;
    (void)state;
    world.file = "whatever";
    world.file_n = 8;
    world.sink_fails = true;
    sys_install(&seam);
    assert_false(fetch_export(&r, &exists, &e));
    sys_install(NULL);
    assert_int_equal(e.kind, ERR_DISK);
    assert_non_null(strstr(e.text, "temporary file"));
    assert_int_equal(world.requests, 1);
    str_done(&r.text);
}

#define EXPORT_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXPORT_TEST(the_export_is_streamed),
        EXPORT_TEST(a_missing_export_is_said_so),
        EXPORT_TEST(a_damaged_export_is_fetched_again),
        EXPORT_TEST(an_export_that_is_none_is_refused),
        EXPORT_TEST(a_full_disk_is_said_so),
    };
    return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
