/*
 * Tests of the stand-in's parts that curl cannot reach: every generated movie is valid JSON with
 * ids that are nobody else's, lists and details agree, a request may arrive in any pieces.
 * Prints TAP.
 */
#include "counts.h"
#include "gen.h"
#include "http.h"
#include "jsontext.h"
#include "text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOVIES = 1500 };

static unsigned tests;
static unsigned failed;

static void ok(bool good, const char *name)
{
    tests++;
    failed += !good;
    printf("%s %u - %s\n", good ? "ok" : "not ok", tests, name);
}

/* The whole document of a generated movie with every section. */
static json_t *load_movie(const struct gen *g, uint32_t id, size_t *size)
{
    struct gen_facts f;
    struct buf text;
    json_error_t problem;
    json_t *doc;

    buf_init(&text, BUF_MAX_ANSWER);
    gen_facts(g, id, &f);
    gen_details(g, id, &f, &text);
    for (int s = 0; s < SECTION_COUNT; s++) {
        buf_fmt(&text, ",\"%s\":", section_name((enum section)s));
        gen_section(g, id, &f, (enum section)s, 1, &text);
    }
    BUF_LIT(&text, "}");
    doc = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, &problem);
    if (doc == NULL)
        printf("# movie %u: %s at %d: %.60s\n", id, problem.text, problem.position,
            text.p + problem.position - 30);
    *size += text.len;
    buf_done(&text);
    return doc;
}

/* Counts the values of `key` in the objects of list; false when one was seen before. */
static bool count_ids(struct counts *seen, const json_t *list, const char *key)
{
    bool fresh = true;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_object_get(json_array_get(list, i), key));
        fresh = fresh && id != NULL && strlen(id) == 24 &&
                counts_add(seen, text_hash(id, strlen(id), 9)) == 1;
    }
    return fresh;
}

static bool row_agrees(const struct gen *g, uint32_t id, const json_t *doc)
{
    static const char *const keys[] = {"adult", "backdrop_path", "id", "title", "original_language",
        "original_title", "overview", "popularity", "poster_path", "softcore", "video",
        "vote_average", "vote_count"};
    struct gen_facts f;
    struct buf text;
    json_t *row;
    bool same = true;

    buf_init(&text, BUF_MAX_ANSWER);
    gen_facts(g, id, &f);
    gen_list_row(g, id, &f, &text);
    row = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, NULL);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        same = same && row != NULL &&
               json_equal(json_object_get(row, keys[i]), json_object_get(doc, keys[i]));
    same = same && (json_object_get(row, "release_date") == NULL ||
                       json_equal(json_object_get(row, "release_date"),
                           json_object_get(doc, "release_date")));
    same = same && json_array_size(json_object_get(row, "genre_ids")) ==
                       json_array_size(json_object_get(doc, "genres"));
    json_decref(row);
    buf_done(&text);
    return same;
}

static void test_generator(bool small)
{
    struct gen g = {.seed = 42, .small = small};
    struct counts seen = {0};
    size_t size = 0;
    size_t credits = 0;
    unsigned valid = 0;
    unsigned fresh = 0;
    unsigned agree = 0;

    for (uint32_t id = 1; id <= MOVIES; id++) {
        json_t *doc = load_movie(&g, id, &size);
        const json_t *c = json_object_get(doc, "credits");
        const json_t *videos = json_object_get(json_object_get(doc, "videos"), "results");
        const json_t *reviews = json_object_get(json_object_get(doc, "reviews"), "results");

        valid += doc != NULL;
        fresh += count_ids(&seen, json_object_get(c, "cast"), "credit_id") &&
                 count_ids(&seen, json_object_get(c, "crew"), "credit_id") &&
                 count_ids(&seen, videos, "id") && count_ids(&seen, reviews, "id");
        credits += json_array_size(json_object_get(c, "cast")) +
                   json_array_size(json_object_get(c, "crew"));
        agree += row_agrees(&g, id, doc);
        json_decref(doc);
    }
    ok(valid == MOVIES, small ? "small movies are valid JSON" : "real-size movies are valid JSON");
    ok(fresh == MOVIES, "no credit, video or review id comes twice");
    ok(agree == MOVIES, "list rows agree with details");
    credits /= MOVIES;
    size /= MOVIES;
    printf("# on average %zu bytes with every section, %zu credits\n", size, credits);
    ok(small ? size < 10000 : size > 25000 && size < 45000, "the average size is as promised");
    ok(small ? credits < 10 : credits > 50 && credits < 70, "so is the number of credits");
    counts_done(&seen);
}

static void test_imdb(void)
{
    struct gen g = {.seed = 42};
    unsigned found = 0;
    unsigned carried = 0;
    unsigned shared = 0;
    unsigned null = 0;

    for (uint32_t id = 1; id <= 20000; id++) {
        char imdb[GEN_IMDB_SIZE];
        uint32_t ids[2];
        unsigned n;

        if (!gen_imdb(&g, id, imdb)) {
            null++;
            continue;
        }
        if (strlen(imdb) < 9)
            continue;
        carried++;
        n = gen_find_imdb(&g, imdb, ids);
        found += n > 0 && (ids[0] == id || (n == 2 && ids[1] == id));
        shared += n == 2;
    }
    ok(found == carried, "every IMDb id leads back to its movie");
    ok(shared > 0, "some lead to two");
    ok(null > 7000 && null < 9000, "two fifths of the movies have none");
}

static void test_request_pieces(void)
{
    static const char text[] = "\r\nPOST /3/a%20b/c?x=1%2B2&y&z=a+b HTTP/1.1\r\nHost: h\r\n"
                               "ACCEPT-ENCODING: deflate, gzip;q=0.5\r\nContent-Length:  4 \r\n"
                               "Authorization: Bearer a.b.c\r\n\r\nbodyGET / HTTP/1.1\r\n\r\n";
    size_t whole = (size_t)(strstr(text, "GET /") - text);
    struct http_request *req = mem_take(NULL, sizeof *req);
    bool good = true;

    for (size_t n = 0; n <= sizeof text - 1; n++) {
        /* a block of its own, so that reading past the end is noticed */
        char *piece = mem_strndup(text, n);
        enum http_parsed parsed = http_parse(piece, n, req);

        if (n >= whole)
            good = good && parsed == HTTP_DONE && req->head_length + req->body_length == whole &&
                   memcmp(req->body, "body", 4) == 0;
        else
            good = good && parsed == (n >= whole - 4 ? HTTP_HEAD : HTTP_MORE);
        free(piece);
    }
    ok(good, "a request may come in any pieces");
    http_parse(text, sizeof text - 1, req);
    ok(strcmp(req->path, "/3/a b/c") == 0 && strcmp(http_param(req, "x"), "1+2") == 0 &&
            strcmp(http_param(req, "y"), "") == 0 && strcmp(http_param(req, "z"), "a b") == 0 &&
            http_param(req, "w") == NULL,
        "path and parameters are decoded");
    ok(req->accepts_gzip && req->keep_alive && strcmp(req->authorization, "Bearer a.b.c") == 0,
        "headers are read whatever their case");
    free(req);
}

static void test_dates(void)
{
    static const char *const bad[] = {"2026-02-29", "2026-2-01", "2026-13-01", "2026-00-10",
        "2026-01-00", "2026-04-31", "1900-02-29", "2026/01/01", "2026-01-011", "", "2026-01-0x"};
    int32_t day;
    int32_t previous = 0;
    bool good = text_date("1874-01-01", &previous) && text_date("1970-01-01", &day) && day == 0;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        good = good && !text_date(bad[i], &day);
    ok(good && text_date("2000-02-29", &day), "dates that do not exist are refused");
    for (int32_t d = previous; d < 60000 && good; d++) {
        char text[11];

        text_day(d, text);
        good = text_date(text, &day) && day == d;
    }
    ok(good, "every day survives being printed and read");
}

static void test_json_text(void)
{
    static const char text[] = " { \"a\" : [ 1 , {\"b\": \"x ] } , \\\" y\"} ] ,\n\"c\": -1.50e3,"
                               "\"d\" : \"\", \"e\":null }\t";
    struct buf compact;
    struct jsontext_member m;
    const char *at;
    unsigned n = 0;

    buf_init(&compact, 65536);
    jsontext_compact(text, sizeof text - 1, &compact);
    ok(strcmp(buf_cstr(&compact), "{\"a\":[1,{\"b\":\"x ] } , \\\" y\"}],\"c\":-1.50e3,\"d\":\"\","
                                  "\"e\":null}") == 0,
        "white space goes, but not within strings");
    for (at = compact.p; jsontext_next(&at, &m); n++)
        if (m.key[0] == 'c')
            ok(m.value_length == 7 && memcmp(m.value, "-1.50e3", 7) == 0,
                "numbers stay as written");
    ok(n == 4 && strcmp(at, "}") == 0, "all members are stepped through");
    buf_done(&compact);
}

int main(void)
{
    test_generator(false);
    test_generator(true);
    test_imdb();
    test_request_pieces();
    test_dates();
    test_json_text();
    printf("1..%u\n", tests);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
