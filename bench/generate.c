/* Writes a release shaped like ml-32m: as many ratings, movies and tags as asked for, the same
 * bytes for the same numbers and seed, on every machine.
 *
 *   generate FOLDER RATINGS MOVIES TAGS SEED
 *
 * About 159 ratings per user, most users with few, sorted by user and movie; low movie ids rated
 * most; CRLF. Beside the four files lies expected.json: count, sums and checksum of the ratings, by
 * which every engine proves that it holds them all. Stand-alone: knows nothing of the program that
 * is measured. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PER_USER = 159,
    FEWEST = 20,
    HIGHEST_ID = 292757,
    IDS_AT_LEAST = 3,
    MANY = 3000,
    BUFFER = 1 << 20
};

struct random {
    uint64_t state;
};

struct sums {
    uint64_t count, users, movies, half_stars, instants, checksum;
};

struct making {
    struct random random;
    FILE *ratings, *tags;
    uint64_t rows, tag_rows, movies; /* to make */
    uint64_t made, tags_made;
    int32_t *ids; /* of the movies, rising */
    struct sums sums;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* splitmix64 */
static uint64_t next(struct random *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t below(struct random *r, uint64_t n)
{
    return next(r) % n;
}

static double fraction(struct random *r)
{
    return (double)(next(r) >> 11) / 9007199254740992.0;
}

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL)
        die(path);
    (void)setvbuf(f, NULL, _IOFBF, BUFFER);
    return f;
}

static void finish(FILE *f)
{
    if (ferror(f) || fclose(f) != 0)
        die("cannot write");
}

/* ---- movies.csv and links.csv */

static void write_movies(struct making *m, const char *folder)
{
    static const char *const genres[] = {"Drama", "Comedy", "Action|Thriller", "Comedy|Romance",
        "Documentary", "Horror", "Adventure|Animation|Children|Comedy|Fantasy",
        "(no genres listed)", "Crime|Film-Noir|Mystery", "Drama|War"};
    FILE *movies = create(folder, "movies.csv"), *links = create(folder, "links.csv");
    uint64_t top = HIGHEST_ID > m->movies * IDS_AT_LEAST ? HIGHEST_ID : m->movies * IDS_AT_LEAST;
    (void)fputs("movieId,title,genres\r\n", movies);
    (void)fputs("movieId,imdbId,tmdbId\r\n", links);
    for (uint64_t i = 0; i < m->movies; i++) {
        int id = (int)(1 + i * top / m->movies);
        bool comma = below(&m->random, 12) == 0;
        m->ids[i] = id;
        (void)fprintf(movies, "%d,%sThe Film of Number %d%s (%d)%s,%s\r\n", id, comma ? "\"" : "",
            id, comma ? ", The" : "", (int)(2023 - below(&m->random, 110)), comma ? "\"" : "",
            genres[below(&m->random, sizeof genres / sizeof genres[0])]);
        (void)fprintf(links, "%d,%07d,", id, 100000 + id);
        if (below(&m->random, 500) != 0)
            (void)fprintf(links, "%d", id * 3 + 7);
        (void)fputs("\r\n", links);
    }
    finish(movies);
    finish(links);
}

/* ---- ratings.csv and tags.csv */

/* As people rate: 4 most often, half stars less than whole ones. */
static int half_stars(struct random *r)
{
    static const uint8_t up_to[] = {4, 14, 16, 29, 38, 96, 141, 212, 234, 255};
    uint64_t x = below(r, 256);
    int i = 0;
    while (i < 9 && x > up_to[i])
        i++;
    return i + 1;
}

static void write_rating(struct making *m, uint64_t user, int32_t movie, int stars, uint64_t at)
{
    static const char *const texts[] = {
        "", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0", "4.5", "5.0"};
    struct sums *s = &m->sums;
    (void)fprintf(
        m->ratings, "%" PRIu64 ",%d,%s,%" PRIu64 "\r\n", user, (int)movie, texts[stars], at);
    s->count++;
    s->users += user;
    s->movies += (uint64_t)movie;
    s->half_stars += (uint64_t)stars;
    s->instants += at;
    s->checksum +=
        (user * 1000003 + (uint64_t)movie * 10007 + (uint64_t)stars * 101 + at) % 1000000007;
}

/* Spread evenly, so that their number is exact. */
static void write_tags(struct making *m, uint64_t user, int32_t movie, uint64_t at)
{
    static const char *const words[] = {"dark", "comedy", "based on a book", "twist ending",
        "sci-fi", "atmospheric", "surreal", "funny", "\"so bad, it's good\"", "cult film", "space",
        "dystopia"};
    while (m->tags_made < (m->made + 1) * m->tag_rows / m->rows) {
        const char *word = words[below(&m->random, sizeof words / sizeof words[0])];
        if (word[0] == '"' || below(&m->random, 3) > 0)
            (void)fprintf(m->tags, "%" PRIu64 ",%d,%s,%" PRIu64 "\r\n", user, (int)movie, word, at);
        else
            (void)fprintf(m->tags, "%" PRIu64 ",%d,%s %" PRIu64 ",%" PRIu64 "\r\n", user,
                (int)movie, word, below(&m->random, 12000), at);
        at += 7;
        m->tags_made++;
    }
}

static int by_number(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* `n` different movies, rising: positions in m->ids. */
static void choose(struct making *m, int32_t *to, uint64_t n)
{
    uint64_t have = 0;
    while (have < n) {
        for (uint64_t i = have; i < n; i++) {
            double u = fraction(&m->random);
            to[i] = (int32_t)(u * u * u * (double)m->movies);
        }
        qsort(to, n, sizeof *to, by_number);
        have = 0;
        for (uint64_t i = 0; i < n; i++)
            if (i == 0 || to[i] != to[i - 1])
                to[have++] = to[i];
    }
}

/* 20 and an exponential tail, as many as there are left and as one person can have seen. */
static uint64_t how_many(struct making *m)
{
    uint64_t n = FEWEST, most = m->movies / 8 < MANY ? m->movies / 8 : MANY;
    while (n < most && below(&m->random, PER_USER - FEWEST + 1) != 0)
        n++;
    return n > m->rows - m->made ? m->rows - m->made : n;
}

static void write_users(struct making *m)
{
    int32_t chosen[MANY];
    for (uint64_t user = 1; m->made < m->rows; user++) {
        uint64_t n = how_many(m), at = 850000000 + below(&m->random, 840000000);
        choose(m, chosen, n);
        for (uint64_t i = 0; i < n; i++) {
            int32_t movie = m->ids[chosen[i]];
            at += below(&m->random, 100);
            write_rating(m, user, movie, half_stars(&m->random), at);
            write_tags(m, user, movie, at + 3);
            m->made++;
        }
    }
}

static void write_expected(const struct making *m, const char *folder)
{
    FILE *f = create(folder, "expected.json");
    const struct sums *s = &m->sums;
    (void)fprintf(f,
        "[%" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 "]\n",
        s->count, s->users, s->movies, s->half_stars, s->instants, s->checksum);
    finish(f);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        (void)fputs("usage: generate FOLDER RATINGS MOVIES TAGS SEED\n", stderr);
        return 2;
    }
    struct making m = {.rows = strtoull(argv[2], NULL, 10),
        .movies = strtoull(argv[3], NULL, 10),
        .tag_rows = strtoull(argv[4], NULL, 10),
        .random = {strtoull(argv[5], NULL, 10)}};
    if (m.rows == 0 || m.movies < (uint64_t)8 * FEWEST || m.movies > 10000000) {
        (void)fputs("generate: at least one rating and 160 movies\n", stderr);
        return 2;
    }
    m.ids = malloc(m.movies * sizeof *m.ids);
    if (m.ids == NULL)
        die("memory");
    write_movies(&m, argv[1]);
    m.ratings = create(argv[1], "ratings.csv");
    m.tags = create(argv[1], "tags.csv");
    (void)fputs("userId,movieId,rating,timestamp\r\n", m.ratings);
    (void)fputs("userId,movieId,tag,timestamp\r\n", m.tags);
    write_users(&m);
    finish(m.ratings);
    finish(m.tags);
    write_expected(&m, argv[1]);
    free(m.ids);
    return 0;
}
