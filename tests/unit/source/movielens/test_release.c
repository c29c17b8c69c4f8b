/* A release as a whole: headers, what is missing, checksums, folder and zip. */
#include "release_help.h"

#include "base/digest.h"
#include "base/file.h"

#include <stdio.h>
#include <unistd.h>

static const char two_movies[] = MOVIES_HEADER "1,Toy Story (1995),Adventure|Animation\r\n"
                                               "11,\"American President, The (1995)\",Comedy\r\n";

/* ---- headers */

static void wrong_headers(void **state)
{
    static const struct {
        const char *header, *part, *hint;
    } rows[] = {
        {"", "ratings.csv is empty; expected the header 'userId,movieId,rating,timestamp'",
            "MovieLens release is"},
        {"1,1,4.0,964982703\r\n",
            "ratings.csv:1: the header is '1,1,4.0,964982703', expected "
            "'userId,movieId,rating,timestamp'",
            "MovieLens release is"},
        {"userId,movieId,rating\r\n", "ratings.csv:1: the header is 'userId,movieId,rating'",
            "MovieLens"},
        {"userId,movieId,rating,timestamp,x\r\n", "ratings.csv:1", "MovieLens"},
        {"userid,movieid,rating,timestamp\r\n", "ratings.csv:1", "MovieLens"},
        {"userId;movieId;rating;timestamp\r\n", "'userId;movieId;rating;timestamp'",
            "not separated by commas"},
        {"userId\tmovieId\trating\ttimestamp\n", "ratings.csv:1", "not separated by commas"},
        {"\xFF\xFEu", "ratings.csv:1", "it is UTF-16"},
        {"1::1193::5::978300760\n", "ratings.csv:1", "before 2015"},
        {"196\t242\t3\t881250949\n", "ratings.csv:1", "ml-100k"},
        {"\"userId,movieId\n", "the header cannot be read", NULL},
        {"PK\x03\x04",
            "ratings.csv:1: the header is 'PK?"
            "?'",
            NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        box_write_release(state, two_movies, LINKS_HEADER, rows[i].header, TAGS_HEADER);
        assert_load_fails(*state, rows[i].part, rows[i].hint);
    }
    box_write_release(
        state, "movieId,imdbId,tmdbId\r\n", LINKS_HEADER, RATINGS_HEADER, TAGS_HEADER);
    assert_load_fails(*state,
        "movies.csv:1: the header is 'movieId,imdbId,tmdbId', expected 'movieId,title,genres'",
        "MovieLens");
    box_write_release(
        state, "1::Toy Story (1995)::Animation\n", LINKS_HEADER, RATINGS_HEADER, TAGS_HEADER);
    assert_load_fails(*state, "movies.csv:1", "before 2015");
    box_write_release(state, two_movies, "\n\nx\n", RATINGS_HEADER, TAGS_HEADER);
    assert_load_fails(*state, "links.csv:3: the header is 'x'", "MovieLens");
    box_write_release(state, two_movies, LINKS_HEADER, RATINGS_HEADER, "");
    assert_load_fails(*state, "tags.csv is empty", "MovieLens");
}

/* ---- what is there */

static void missing_files(void **state)
{
    struct err e;
    assert_load_fails(box_path(state, "nothing"), "nothing", NULL);
    assert_load_fails(*state, "holds no movies.csv", "MovieLens release is");
    box_write(state, "ratings.dat", view_of("1::1193::5::978300760\n"));
    assert_load_fails(*state, "holds no movies.csv", "before 2015");
    assert_true(file_remove(box_path(state, "ratings.dat"), &e));
    box_write(state, "u.data", view_of("196\t242\t3\t881250949\n"));
    assert_load_fails(*state, "holds no movies.csv", "ml-100k");
    box_write(state, "movies.csv", view_of(two_movies));
    box_write(state, "links.csv", view_of(LINKS_HEADER));
    box_write(state, "tags.csv", view_of(TAGS_HEADER));
    assert_load_fails(*state, "holds no ratings.csv", NULL);
    assert_load_fails(box_path(state, "movies.csv"), "neither a folder nor a zip archive",
        "MovieLens release is");
}

static void the_folder_above(void **state)
{
    struct err e;
    assert_true(file_make_folders(box_path(state, "ml-32m"), &e));
    box_write(state, "ml-32m/movies.csv", view_of(two_movies));
    assert_load_fails(*state, "holds no movies.csv", "give that folder");
}

static void the_name_is_the_folders(void **state)
{
    struct loaded l;
    struct err e;
    char here[4096];
    const char *const names[] = {
        "ml-test", "ml-test/", "ml-test///", "ml-test/.", "./ml-test/../ml-test/."};
    assert_true(file_make_folders(box_path(state, "ml-test"), &e));
    box_write(state, "ml-test/movies.csv", view_of(two_movies));
    box_write(state, "ml-test/links.csv", view_of(LINKS_HEADER));
    box_write(state, "ml-test/ratings.csv", view_of(RATINGS_HEADER));
    box_write(state, "ml-test/tags.csv", view_of(TAGS_HEADER));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        load_good(box_path(state, names[i]), &l);
        assert_view(l.release.name, "ml-test");
        loaded_done(&l);
    }
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(box_path(state, "ml-test")), 0);
    load_good(".", &l);
    assert_view(l.release.name, "ml-test");
    loaded_done(&l);
    assert_int_equal(chdir(here), 0);
}

static void out_of_order(void **state)
{
    struct movielens *m;
    struct findings f;
    struct rating_block b;
    struct ml_tag t;
    struct err e;
    bool end;
    box_write_release(state, two_movies, LINKS_HEADER, RATINGS_HEADER, TAGS_HEADER);
    findings_init(&f);
    assert_true(movielens_open(*state, true, &m, &e));
    assert_false(movielens_ratings_next(m, &f, &b, &e));
    assert_int_equal(e.kind, ERR_BUG);
    assert_false(movielens_tag_next(m, &f, &t, &end, &e));
    assert_int_equal(e.kind, ERR_BUG);
    movielens_free(m);
    movielens_free(NULL);
    findings_done(&f);
}

static bool refuse(void *payload, const struct ml_movie *m, struct err *e)
{
    (void)payload;
    return err_set(e, ERR_STORE, "movie %d is refused", (int)m->movielens_id);
}

static void take_may_end_it(void **state)
{
    struct movielens *m;
    struct findings f;
    struct err e;
    box_write_release(state, two_movies, LINKS_HEADER, RATINGS_HEADER, TAGS_HEADER);
    findings_init(&f);
    assert_true(movielens_open(*state, true, &m, &e));
    assert_int_equal(movielens_ratings_bytes(m), strlen(RATINGS_HEADER));
    assert_false(movielens_movies(m, &f, refuse, NULL, &e));
    assert_int_equal(e.kind, ERR_STORE);
    assert_string_equal(e.text, "movie 1 is refused");
    movielens_free(m);
    findings_done(&f);
}

/* ---- digests */

static const char *const files[] = {"movies.csv", "links.csv", "ratings.csv", "tags.csv"};
static const char *const texts[] = {two_movies, LINKS_HEADER "1,0114709,862\r\n",
    RATINGS_HEADER "1,1,4.0,964982703\r\n", TAGS_HEADER "1,1,fun,964982703\r\n"};

static void write_texts(void **state)
{
    box_write_release(state, texts[0], texts[1], texts[2], texts[3]);
}

static void assert_digests(const struct ml_release *r)
{
    const struct view got[] = {
        r->movies_sha256, r->links_sha256, r->ratings_sha256, r->tags_sha256};
    for (size_t i = 0; i < 4; i++)
        assert_view(got[i], digest_of(DIGEST_SHA256, view_of(texts[i])).z);
}

static void fingerprint(void **state)
{
    struct loaded l;
    struct arena a;
    struct ml_release r;
    struct err e;
    arena_init(&a);
    write_texts(state);
    load_good(*state, &l);
    assert_digests(&l.release);
    assert_true(movielens_fingerprint(*state, true, &a, &r, &e));
    assert_digests(&r);
    assert_true(view_eq(r.name, l.release.name));
    loaded_done(&l);
    assert_false(movielens_fingerprint(box_path(state, "nothing"), true, &a, &r, &e));
    arena_done(&a);
}

/* A checksums.txt with one of its forms; `wrong` (or -1) is the file whose sum is another's. */
static void write_checksums(void **state, const char *form, bool name_first, int wrong)
{
    struct str s;
    str_init(&s, 10000);
    str_addz(&s, "# a line of another kind\r\nd41d8cd98f00b204e9800998ecf8427e  README.txt\n\n");
    for (int i = 0; i < 4; i++) {
        struct digest_hex md5 = digest_of(DIGEST_MD5, view_of(texts[i == wrong ? (i + 1) % 4 : i]));
        const char *x = name_first ? files[i] : md5.z, *y = name_first ? md5.z : files[i];
        const char *mark = strstr(form, "%s");
        str_add(&s, (struct view){form, (size_t)(mark - form)});
        str_addz(&s, x);
        const char *second = strstr(mark + 2, "%s");
        str_add(&s, (struct view){mark + 2, (size_t)(second - mark - 2)});
        str_addz(&s, y);
        str_addz(&s, second + 2);
    }
    box_write(state, "checksums.txt", str_view(&s));
    str_done(&s);
}

static void checksums(void **state)
{
    static const struct {
        const char *form;
        bool name_first;
    } forms[] = {{"%s  %s\n", false}, {"%s *%s\r\n", false}, {"%s  ml-32m/%s\n", false},
        {"%s  ./%s\n", false}, {"%s: %s\n", true}, {"%s:%s\r\n", true}, {"MD5 (%s) = %s\n", true},
        {"MD5 (ml-32m/%s) = %s\r\n", true}};
    write_texts(state);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        for (int wrong = -1; wrong < 4; wrong++) {
            struct loaded l;
            write_checksums(state, forms[i].form, forms[i].name_first, wrong);
            load_good(*state, &l);
            if (wrong < 0) {
                assert_no_finding(&l);
            } else {
                assert_one_finding(&l, RULE_ML_CHECKSUM, 0, "checksums.txt says");
                assert_view(((const struct finding *)vec_at(&l.findings.kept, 0))->file,
                    box_path(state, files[wrong]));
            }
            assert_int_equal(l.ratings.n, 1);
            loaded_done(&l);
        }
}

/* Sums in capitals are sums; lines that are none, and files that are not named, are no matter. */
static void checksums_that_say_little(void **state)
{
    struct loaded l;
    char upper[100];
    struct digest_hex md5 = digest_of(DIGEST_MD5, view_of(texts[0]));
    for (size_t i = 0; md5.z[i] != '\0'; i++)
        md5.z[i] = md5.z[i] >= 'a' ? (char)(md5.z[i] - 'a' + 'A') : md5.z[i];
    (void)snprintf(upper, sizeof upper, "%s  movies.csv\n", md5.z);
    const char *const sums[] = {upper, "", "movies.csv\n", "xyz  movies.csv\n",
        "MD5 (movies.csv) =\n", "MD5 (movies.csv\n", ":\n", "movies.csv:\n",
        "d41d8cd98f00b204e9800998ecf8427  movies.csv\n", "d41d8cd98f00b204e9800998ecf8427e\n",
        "d41d8cd98f00b204e9800998ecf8427e  xmovies.csv"};
    write_texts(state);
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        box_write(state, "checksums.txt", view_of(sums[i]));
        load_good(*state, &l);
        assert_no_finding(&l);
        loaded_done(&l);
    }
    box_write(state, "checksums.txt", view_of("d41d8cd98f00b204e9800998ecf8427e  movies.csv"));
    load_good(*state, &l);
    assert_one_finding(&l, RULE_ML_CHECKSUM, 0, "d41d8cd98f00b204e9800998ecf8427e");
    loaded_done(&l);
}

/* ---- zips */

static void write_release_zip(void **state, const struct zip_spec *members, size_t n)
{
    struct str zip;
    str_init(&zip, 1u << 24);
    zip_print(&zip, members, n);
    box_write(state, "ml-x.zip", str_view(&zip));
    str_done(&zip);
}

static void a_zip_is_as_good_as_a_folder(void **state)
{
    static const struct {
        const char *prefix, *name;
    } rows[] = {
        {"ml-32m/", "ml-32m"}, {"", "ml-x"}, {"a/b/ml-32m/", "ml-32m"}, {"ml-32m\\", "ml-32m"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct zip_spec members[6];
        char names[6][64];
        struct loaded l;
        struct arena a;
        struct ml_release r;
        struct err e;
        for (size_t k = 0; k < 4; k++) {
            (void)snprintf(names[k], sizeof names[k], "%s%s", rows[i].prefix, files[k]);
            members[k + 1] = (struct zip_spec){names[k], view_of(texts[k]), k % 2 == 0};
        }
        members[0] = (struct zip_spec){"__MACOSX/ml-32m/movies.csv", view_of("x"), false};
        members[5] = (struct zip_spec){"other/README.txt", view_of("x"), false};
        write_release_zip(state, members, 6);
        load_good(box_path(state, "ml-x.zip"), &l);
        assert_no_finding(&l);
        assert_digests(&l.release);
        assert_view(l.release.name, rows[i].name);
        assert_int_equal(l.movies.n, 2);
        assert_int_equal(l.release.links, 1);
        assert_int_equal(l.ratings.n, 1);
        assert_int_equal(l.tags.n, 1);
        loaded_done(&l);
        arena_init(&a);
        assert_true(movielens_fingerprint(box_path(state, "ml-x.zip"), true, &a, &r, &e));
        assert_digests(&r);
        assert_view(r.name, rows[i].name);
        arena_done(&a);
    }
}

static void checksums_in_a_zip(void **state)
{
    struct str sums;
    struct loaded l;
    str_init(&sums, 10000);
    str_addf(&sums, "%s  ratings.csv\n", digest_of(DIGEST_MD5, view_of("x")).z);
    const struct zip_spec members[] = {{"m/movies.csv", view_of(texts[0]), true},
        {"m/links.csv", view_of(texts[1]), true},
        {"m/ratings.csv", view_of("userId,movieId,rating,timestamp\r\n1,1,9.0,964982703\r\n"),
            true},
        {"m/tags.csv", view_of(texts[3]), true}, {"m/checksums.txt", str_view(&sums), true}};
    write_release_zip(state, members, 5);
    load_good(box_path(state, "ml-x.zip"), &l);
    assert_int_equal(l.findings.kept.n, 2);
    assert_int_equal(l.findings.per_rule[RULE_ML_CHECKSUM], 1);
    assert_int_equal(l.findings.per_rule[RULE_ML_VALUE], 1);
    const struct finding *f = vec_at(&l.findings.kept, 0);
    assert_view(f->file, box_path(state, "ml-x.zip/m/ratings.csv"));
    assert_int_equal(f->line, 2);
    loaded_done(&l);
    str_done(&sums);
}

static void zips_that_are_no_release(void **state)
{
    const struct zip_spec two[] = {
        {"ml-25m/movies.csv", view_of(""), false}, {"ml-32m/movies.csv", view_of(""), false}};
    const struct zip_spec twice[] = {
        {"m/movies.csv", view_of(""), false}, {"m/movies.csv", view_of(""), false}};
    const struct zip_spec some[] = {
        {"m/movies.csv", view_of(""), false}, {"m/links.csv", view_of(""), false}};
    const struct zip_spec split[] = {
        {"a/movies.csv", view_of(""), false}, {"b/ratings.csv", view_of(""), false}};
    const struct zip_spec old[] = {{"ml-10M100K/ratings.dat", view_of(""), false}};
    const struct zip_spec oldest[] = {{"ml-100k/u.data", view_of(""), false}};
    const struct zip_spec other[] = {{"x", view_of(""), false}};
    write_release_zip(state, two, 2);
    assert_load_fails(box_path(state, "ml-x.zip"), "more than one release: ml-25m/ and ml-32m/",
        "folder of one release");
    write_release_zip(state, twice, 2);
    assert_load_fails(box_path(state, "ml-x.zip"), "holds m/movies.csv twice", NULL);
    write_release_zip(state, some, 2);
    assert_load_fails(box_path(state, "ml-x.zip"), "holds no ratings.csv", "MovieLens release is");
    write_release_zip(state, split, 2);
    assert_load_fails(box_path(state, "ml-x.zip"), "more than one release", NULL);
    write_release_zip(state, old, 1);
    assert_load_fails(box_path(state, "ml-x.zip"), "holds no movies.csv", "before 2015");
    write_release_zip(state, oldest, 1);
    assert_load_fails(box_path(state, "ml-x.zip"), "holds no movies.csv", "ml-100k");
    write_release_zip(state, other, 1);
    assert_load_fails(box_path(state, "ml-x.zip"), "holds no movies.csv", "MovieLens release is");
    write_release_zip(state, NULL, 0);
    assert_load_fails(box_path(state, "ml-x.zip"), "holds no movies.csv", "MovieLens release is");
}

/* A file that ends early inside the archive, or whose checksum is wrong, is an error, not a shorter
 * load. */
static void a_damaged_zip(void **state)
{
    struct str zip;
    struct zip_spec members[4];
    str_init(&zip, 1u << 24);
    for (size_t k = 0; k < 4; k++)
        members[k] = (struct zip_spec){files[k], view_of(texts[k]), false};
    zip_print(&zip, members, 4);
    char *rating = NULL;
    for (size_t i = 0; rating == NULL && i + 9 < zip.n; i++)
        if (memcmp(zip.p + i, "964982703", 9) == 0)
            rating = zip.p + i;
    assert_non_null(rating);
    rating[8] = '4';
    box_write(state, "ml-x.zip", str_view(&zip));
    assert_load_fails(
        box_path(state, "ml-x.zip"), "ml-x.zip/ratings.csv is damaged: its checksum is", NULL);
    str_done(&zip);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, box_setup, box_teardown)
    const struct CMUnitTest tests[] = {
        TEST(wrong_headers),
        TEST(missing_files),
        TEST(the_folder_above),
        TEST(the_name_is_the_folders),
        TEST(out_of_order),
        TEST(take_may_end_it),
        TEST(fingerprint),
        TEST(checksums),
        TEST(checksums_that_say_little),
        TEST(a_zip_is_as_good_as_a_folder),
        TEST(checksums_in_a_zip),
        TEST(zips_that_are_no_release),
        TEST(a_damaged_zip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
