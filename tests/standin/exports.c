/*
 * The daily id exports: /exports/movie_ids_MM_DD_YYYY.json.gz and adult_movie_ids_..., one JSON
 * object a line.
 *
 * An export shows the movies of its day: those a test added later are not in it, those that
 * vanished later still are. Files are kept 90 days. The last two made are kept whole, because a
 * million lines take a second to make and to compress; nothing else is answered meanwhile.
 */
#include "api.h"

#include "text.h"

#include <stdlib.h>

enum { DAYS_KEPT = 90, FILES_KEPT = 2 };

struct export_file {
    struct buf gz;
    int32_t day;
    bool adult;
    uint64_t version;
    uint64_t used;
};

struct exports {
    struct http_writer *writer;
    struct export_file files[FILES_KEPT];
    uint64_t clock;
};

struct exports *exports_new(struct http_writer *writer)
{
    struct exports *e = mem_take(NULL, sizeof *e);

    *e = (struct exports){.writer = writer};
    for (unsigned i = 0; i < FILES_KEPT; i++)
        buf_init(&e->files[i].gz, (size_t)1 << 30);
    return e;
}

void exports_free(struct exports *e)
{
    if (e == NULL)
        return;
    for (unsigned i = 0; i < FILES_KEPT; i++)
        buf_done(&e->files[i].gz);
    free(e);
}

/* movie_ids_MM_DD_YYYY.json.gz, with or without adult_ in front. */
static bool parse_name(const char *name, int32_t *day, bool *adult)
{
    char date[11];

    *adult = strncmp(name, "adult_", 6) == 0;
    if (*adult)
        name += 6;
    if (strncmp(name, "movie_ids_", 10) != 0 || strlen(name) != 28 || name[12] != '_' ||
        name[15] != '_' || strcmp(name + 20, ".json.gz") != 0)
        return false;
    memcpy(date, name + 16, 4);
    date[4] = date[7] = '-';
    memcpy(date + 5, name + 10, 2);
    memcpy(date + 8, name + 13, 2);
    date[10] = '\0';
    return text_date(date, day);
}

static void write_line(const struct world *w, const struct movie *m, struct buf *out)
{
    buf_str(out, (m->flags & MOVIE_ADULT) != 0 ? "{\"adult\":true" : "{\"adult\":false");
    BUF_LIT(out, ",\"id\":");
    buf_uint(out, m->id);
    BUF_LIT(out, ",\"original_title\":");
    world_title(w, m, true, out);
    BUF_LIT(out, ",\"popularity\":");
    buf_fixed(out, m->popularity_e4, 4);
    buf_str(out, (m->flags & MOVIE_VIDEO) != 0 ? ",\"video\":true}\n" : ",\"video\":false}\n");
}

static void make_file(struct exports *e, const struct world *w, struct export_file *file)
{
    struct buf text;

    buf_init(&text, (size_t)3 << 30);
    for (size_t i = 0; i < w->count; i++) {
        const struct movie *m = &w->movies[i];
        bool there = (m->added == DAY_NONE || m->added <= file->day) &&
                     (m->gone == DAY_NONE || m->gone > file->day);

        if (there && ((m->flags & MOVIE_ADULT) != 0) == file->adult)
            write_line(w, m, &text);
    }
    file->gz.len = 0;
    http_gzip(e->writer, &text, &file->gz);
    buf_done(&text);
}

static const struct export_file *find_file(
    struct exports *e, const struct world *w, int32_t day, bool adult)
{
    struct export_file *file = &e->files[0];

    e->clock++;
    for (unsigned i = 0; i < FILES_KEPT; i++) {
        struct export_file *f = &e->files[i];

        if (f->version == w->version && f->day == day && f->adult == adult) {
            f->used = e->clock;
            return f;
        }
        if (f->used < file->used)
            file = f;
    }
    file->day = day;
    file->adult = adult;
    file->version = w->version;
    file->used = e->clock;
    make_file(e, w, file);
    return file;
}

void exports_answer(struct exports *e, struct call *c)
{
    const struct export_file *file;
    int32_t day;
    bool adult;

    c->answer->no_etag = true;
    if (!parse_name(c->route.id, &day, &adult) || day > c->world->today ||
        day < c->world->today - DAYS_KEPT) {
        c->answer->status = 404;
        c->answer->type = "application/xml";
        BUF_LIT(&c->answer->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                  "<Error><Code>NoSuchKey</Code></Error>\n");
        return;
    }
    file = find_file(e, c->world, day, adult);
    c->answer->type = "application/gzip";
    buf_add(&c->answer->body, file->gz.p, file->gz.len);
}
