/* Fuzz: the ratings reader, its pieces and threads, fast and careful way together, against the
 * careful way alone, line by line (serial.h). The first byte says how many good rows stand before
 * the input; its four highest values put it where the first or the second piece ends. */
#include "../unit/source/movielens/serial.h"
#include "base/str.h"
#include "source/movielens/ahead.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[4096];
static const char *const names[] = {"movies.csv", "links.csv", "tags.csv", "ratings.csv"};

static void write_file(const char *name, struct view bytes)
{
    char path[5000];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0)
        abort();
}

static void forget_folder(void)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[5000];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static void make_folder(void)
{
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(folder, sizeof folder, "%s/fuzz-ratings-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    if (mkdtemp(folder) == NULL)
        abort();
    (void)atexit(forget_folder);
    write_file("movies.csv",
        view_of("movieId,title,genres\n1,A (1999),x\n31,B (1999),x\n5000000,C (1999),x\n"));
    write_file("links.csv", view_of("movieId,imdbId,tmdbId\n"));
    write_file("tags.csv", view_of("userId,movieId,tag,timestamp\n"));
}

#define HEADER "userId,movieId,rating,timestamp\r\n"
enum { ROW = 24 }; /* bytes of each that stands before the input */

/* The last one that ends within the piece, or the one before it. */
static int rows_before(uint8_t told)
{
    const int first = (AHEAD_PIECE - (int)sizeof HEADER + 1) / ROW,
              second = first + AHEAD_PIECE / ROW, many[] = {first - 1, first, second - 1, second};
    return told < 252 ? told : many[told - 252];
}

/* The last of them is user 10001's, whom the input may repeat. */
static void begin_text(struct str *text, const uint8_t *data, size_t size)
{
    str_addz(text, HEADER);
    for (int user = 10000 + rows_before(data[0]); user > 10000; user--)
        str_addf(text, "%d,31,3.5,%s\n", user, user % 2 == 0 ? "964981234\r" : "1649812345");
    str_add(text, (struct view){(const char *)data + 1, size - 1});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text;
    if (size == 0)
        return 0;
    if (folder[0] == '\0')
        make_folder();
    str_init(&text, 1u << 26);
    begin_text(&text, data, size);
    write_file("ratings.csv", str_view(&text));
    const char *what = serial_difference(folder, str_view(&text));
    if (what != NULL) {
        (void)fprintf(stderr, "not as the serial way has it: %s\n", what);
        abort();
    }
    str_done(&text);
    return 0;
}
