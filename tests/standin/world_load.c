/*
 * Building the world from the command line: documents in folders win over those in JSON lines,
 * these over generated movies; of two documents of one kind the later one wins.
 */
#include "world_load.h"

#include "gen_words.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void fill_generated(const struct world *w, struct movie *m, uint32_t id)
{
    struct gen_facts f;

    gen_facts(&w->gen, id, &f);
    *m = (struct movie){.id = id,
        .day = f.day,
        .popularity_e4 = f.popularity_e4,
        .vote_count = f.vote_count,
        .vote_average_e3 = f.vote_average_e3,
        .added = DAY_NONE,
        .gone = DAY_NONE,
        .flags = f.flags};
    memcpy(m->language, words_languages[f.language].code, 2);
}

static void reserve(struct world *w, size_t more)
{
    if (w->cap - w->count >= more)
        return;
    w->cap = w->count + more > 2 * w->cap ? w->count + more : 2 * w->cap;
    w->movies = mem_take(w->movies, w->cap * sizeof *w->movies);
}

struct movie *world_insert(struct world *w, size_t at, uint32_t id)
{
    reserve(w, 1);
    memmove(w->movies + at + 1, w->movies + at, (w->count - at) * sizeof *w->movies);
    w->count++;
    fill_generated(w, &w->movies[at], id);
    return &w->movies[at];
}

/* Moves *d into the table of documents, in the place of one with this number, or at the end. */
static uint32_t push_stored(struct world *w, uint32_t number, struct stored *d)
{
    if (number > 0) {
        stored_done(&w->docs[number - 1]);
        w->docs[number - 1] = *d;
        return number;
    }
    if (w->doc_count == w->doc_cap) {
        w->doc_cap = w->doc_cap > 0 ? 2 * w->doc_cap : 256;
        w->docs = mem_take(w->docs, w->doc_cap * sizeof *w->docs);
    }
    w->docs[w->doc_count++] = *d;
    return (uint32_t)w->doc_count;
}

static void fill_stored(struct movie *m, const struct stored *d, uint32_t number)
{
    m->day = d->facts.day;
    m->popularity_e4 = d->facts.popularity_e4;
    m->vote_count = d->facts.vote_count;
    m->vote_average_e3 = d->facts.vote_average_e3;
    m->flags = d->facts.flags;
    m->touches = 0;
    memcpy(m->language, d->language, 2);
    m->stored = number;
}

void world_take_stored(struct world *w, struct movie *m, struct stored *d)
{
    uint32_t number = push_stored(w, m->stored, d);

    fill_stored(m, &w->docs[number - 1], number);
}

void world_push_change(struct world *w, int32_t day, uint32_t id)
{
    if (w->change_count == w->change_cap) {
        w->change_cap = w->change_cap > 0 ? 2 * w->change_cap : 64;
        w->changes = mem_take(w->changes, w->change_cap * sizeof *w->changes);
    }
    w->changes[w->change_count++] = (struct world_change){day, id};
}

static bool read_file(FILE *f, struct buf *text)
{
    char piece[65536];
    size_t n;

    text->len = 0;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(text, piece, n);
    return ferror(f) == 0;
}

static bool load_document(
    struct world *w, const char *where, const struct buf *text, struct buf *error)
{
    struct stored d;

    buf_fmt(error, "%s: ", where);
    if (!stored_read(text->p, text->len, &d, error))
        return false;
    error->len = 0;
    push_stored(w, 0, &d);
    return true;
}

static bool load_dir(struct world *w, const char *dir, struct buf *error)
{
    struct buf path;
    struct buf text;
    DIR *d;
    bool ok = true;

    buf_init(&path, 65536);
    buf_init(&text, BUF_MAX_ANSWER);
    buf_fmt(&path, "%s/movie", dir);
    d = opendir(buf_cstr(&path));
    if (d == NULL) {
        buf_fmt(error, "%s: %s", path.p, strerror(errno));
        ok = false;
    }
    for (const struct dirent *entry; ok && (entry = readdir(d)) != NULL;) {
        size_t length = strlen(entry->d_name);
        FILE *f;

        if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0)
            continue;
        path.len = 0;
        buf_fmt(&path, "%s/movie/%s", dir, entry->d_name);
        f = fopen(buf_cstr(&path), "r");
        if (f == NULL || !read_file(f, &text)) {
            buf_fmt(error, "%s: %s", path.p, strerror(errno));
            ok = false;
        } else {
            ok = load_document(w, path.p, &text, error);
        }
        if (f != NULL)
            fclose(f);
    }
    if (d != NULL)
        closedir(d);
    buf_done(&path);
    buf_done(&text);
    return ok;
}

static bool load_jsonl(struct world *w, const char *file, struct buf *error)
{
    FILE *f = fopen(file, "r");
    struct buf text;
    char *line = NULL;
    size_t cap = 0;
    ssize_t length;
    unsigned long number = 0;
    bool ok = true;

    if (f == NULL) {
        buf_fmt(error, "%s: %s", file, strerror(errno));
        return false;
    }
    while (ok && (length = getline(&line, &cap, f)) >= 0) {
        char where[512];

        number++;
        if (strspn(line, " \t\r\n") == (size_t)length)
            continue;
        snprintf(where, sizeof where, "%s:%lu", file, number);
        buf_init(&text, BUF_MAX_ANSWER);
        buf_add(&text, line, (size_t)length);
        ok = load_document(w, where, &text, error);
        buf_done(&text);
    }
    free(line);
    fclose(f);
    return ok;
}

static int compare_movies(const void *a, const void *b)
{
    const struct movie *x = a;
    const struct movie *y = b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x->stored > y->stored) - (x->stored < y->stored);
}

/* Rows for everything; where an id has several, the last one loaded (the highest number) stays. */
static void build_rows(struct world *w, const struct options *o)
{
    size_t kept = 0;

    reserve(w, o->generate + w->doc_count);
    for (uint32_t i = 0; i < o->generate; i++)
        fill_generated(w, &w->movies[w->count++], o->first_id + i);
    for (size_t i = 0; i < w->doc_count; i++) {
        struct movie *m = &w->movies[w->count++];
        fill_generated(w, m, w->docs[i].id);
        fill_stored(m, &w->docs[i], (uint32_t)i + 1);
    }
    if (w->count == 0)
        return;
    qsort(w->movies, w->count, sizeof *w->movies, compare_movies);
    for (size_t i = 0; i < w->count; i++) {
        if (kept > 0 && w->movies[kept - 1].id == w->movies[i].id)
            kept--;
        w->movies[kept++] = w->movies[i];
    }
    w->count = kept;
}

/* A-B,C,... */
static bool apply_gone(struct world *w, const char *list, struct buf *error)
{
    while (*list != '\0') {
        size_t length = strcspn(list, ",");
        size_t first_length = strcspn(list, "-,");
        uint64_t first;
        uint64_t last;

        if (!text_uint(list, first_length, UINT32_MAX - 1, &first) ||
            (first_length < length && !text_uint(list + first_length + 1, length - first_length - 1,
                                          UINT32_MAX - 1, &last))) {
            buf_fmt(error, "--gone-ids: cannot use '%s'", list);
            return false;
        }
        if (first_length == length)
            last = first;
        for (size_t i = 0; i < w->count; i++) /* gone for ever, in every export */
            if (w->movies[i].id >= first && w->movies[i].id <= last)
                w->movies[i].gone = 0;
        list += length;
        list += *list == ',';
    }
    return true;
}

static bool parse_change(char *line, struct world_change *ret)
{
    uint64_t id = 0;
    char *rest;

    if (strlen(line) < 12 || (line[10] != ' ' && line[10] != '\t'))
        return false;
    line[10] = '\0';
    rest = line + 11 + strspn(line + 11, " \t");
    if (!text_date(line, &ret->day))
        return false;
    if (strcmp(rest, "null") != 0 && !text_number(rest, UINT32_MAX, &id))
        return false;
    ret->id = (uint32_t)id;
    return true;
}

static bool load_changes(struct world *w, const char *file, struct buf *error)
{
    FILE *f = fopen(file, "r");
    char line[256];
    unsigned long number = 0;
    bool ok = true;

    if (f == NULL) {
        buf_fmt(error, "%s: %s", file, strerror(errno));
        return false;
    }
    while (ok && fgets(line, sizeof line, f) != NULL) {
        struct world_change change;

        number++;
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        ok = parse_change(line, &change);
        if (ok)
            world_push_change(w, change.day, change.id);
        else
            buf_fmt(error, "%s:%lu: expected 'YYYY-MM-DD ID'", file, number);
    }
    fclose(f);
    w->changes_given = true;
    return ok;
}

bool world_init(struct world *w, const struct options *o, struct buf *error)
{
    *w = (struct world){.today = o->today,
        .change_rate = o->change_rate,
        .missing_sections = o->missing_sections,
        .version = 1};
    w->gen = (struct gen){.seed = o->seed,
        .small = o->small,
        .pile_day = o->pile_day,
        .pile_percent = o->pile_percent};
    if (o->links != NULL && !links_read(o->links, &w->links)) {
        buf_fmt(error, "%s: not a links.csv", o->links);
        return false;
    }
    if (o->links != NULL)
        w->gen.links = &w->links;
    for (unsigned i = 0; i < o->jsonl_count; i++)
        if (!load_jsonl(w, o->jsonl[i], error))
            return false;
    for (unsigned i = 0; i < o->dir_count; i++)
        if (!load_dir(w, o->dirs[i], error))
            return false;
    build_rows(w, o);
    for (unsigned i = 0; i < o->gone_count; i++)
        if (!apply_gone(w, o->gone[i], error))
            return false;
    return o->changes_file == NULL || load_changes(w, o->changes_file, error);
}

void world_done(struct world *w)
{
    for (size_t i = 0; i < w->doc_count; i++)
        stored_done(&w->docs[i]);
    free(w->docs);
    free(w->movies);
    free(w->changes);
    links_done(&w->links);
    *w = (struct world){0};
}
