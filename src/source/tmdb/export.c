/* Export: the daily list of all ids, a gzip file of one JSON object a line (28 MB, a million
 * lines).
 *
 * Fetched whole into a file without a name first, and looked through once (length, checksum in the
 * gzip trailer) before a row is given: half an export would look as if half of TMDB had vanished.
 * The key is not sent. */
#include "base/date.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "source/tmdb/client.h"
#include "source/tmdb/json.h"
#include "source/tmdb/tempfile.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 64 * 1024, BLOCK = 64 * 1024, BAD_LINES_MAX = 100, BAD_LINES_SHOWN = 3 };

static const int64_t FILE_MAX = (int64_t)1 << 30, TEXT_MAX = (int64_t)16 << 30,
                     TIME_MAX_MS = 3600 * 1000;

struct download {
    int fd;
    int64_t size;
    int errnum; /* of a failed write */
};

static bool begin(void *payload)
{
    struct download *d = payload;
    d->size = 0;
    d->errnum = sys_truncate(d->fd, 0) == 0 && lseek(d->fd, 0, SEEK_SET) == 0 ? 0 : errno;
    return d->errnum == 0;
}

static bool put(void *payload, struct view bytes)
{
    struct download *d = payload;
    d->size += (int64_t)bytes.n;
    if (d->size > FILE_MAX)
        d->errnum = EFBIG;
    else if (sys_write_all(d->fd, bytes.p, bytes.n) != 0)
        d->errnum = errno;
    return d->errnum == 0;
}

/* Splits what an input gives into lines; the buffer is bounded, the text may be of any length. */
struct lines {
    struct input *in;
    struct str line;
    char *block;
    size_t at, n;
    int64_t total;
    uint64_t number;
};

/* *ret is absent at the end. A line over LINE_MAX_BYTES comes back as empty, and is left out as
 * unreadable. */
static bool next_line(struct lines *l, struct view *ret, struct err *e)
{
    str_clear(&l->line);
    *ret = (struct view){NULL, 0};
    for (;;) {
        if (l->at == l->n) {
            l->at = 0;
            if (!l->in->read(l->in, l->block, BLOCK, &l->n, e))
                return false;
            l->total += (int64_t)l->n;
            if (l->total > TEXT_MAX)
                return err_set(e, ERR_INPUT, "it unpacks to over %lld bytes", (long long)TEXT_MAX);
            if (l->n == 0)
                break;
        }
        struct view block = {l->block, l->n};
        size_t end = view_find(block, l->at, '\n');
        str_add(&l->line, view_slice(block, l->at, end));
        l->at = end < l->n ? end + 1 : end;
        if (end < l->n)
            break;
    }
    if (l->n == 0 && l->line.n == 0 && str_ok(&l->line))
        return true;
    l->number++;
    *ret = str_ok(&l->line) ? view_trim(str_view(&l->line)) : (struct view){"", 0};
    return true;
}

struct export_rows {
    bool (*take)(void *payload, const struct tmdb_export_row *row, struct err *e);
    void *payload;
    struct arena arena; /* of one line */
    uint64_t given, bad;
    const char *name;
};

static bool flag(const struct node *body, const char *key)
{
    const struct node *n = node_get(body, key);
    return n != NULL && n->kind == NODE_BOOL && n->b;
}

static bool read_row(struct view line, struct arena *a, struct tmdb_export_row *ret, struct err *e)
{
    struct node *body;
    if (!json_read(line, a, &body, e))
        return false;
    const struct node *id = node_get(body, "id"), *title = node_get(body, "original_title");
    const struct node *popularity = node_get(body, "popularity");
    if (id == NULL || id->kind != NODE_INT || id->i < 1 || id->i > ID_MAX)
        return err_set(e, ERR_DATA, "it holds no id");
    *ret = (struct tmdb_export_row){
        .tmdb_id = id->i, .adult = flag(body, "adult"), .video = flag(body, "video")};
    if (popularity != NULL && popularity->kind == NODE_REAL)
        ret->popularity = popularity->r;
    else if (popularity != NULL && popularity->kind == NODE_INT)
        ret->popularity = (double)popularity->i;
    if (title != NULL && title->kind == NODE_TEXT)
        ret->original_title = title->text;
    return true;
}

static bool take_line(struct export_rows *r, struct view line, uint64_t number, struct err *e)
{
    struct tmdb_export_row row;
    struct err why;
    arena_reset(&r->arena);
    if (read_row(line, &r->arena, &row, &why)) {
        r->given++;
        return r->take(r->payload, &row, e);
    }
    if (++r->bad <= BAD_LINES_SHOWN)
        log_line(LOG_WARNING, "%s, line %llu is left out: %s", r->name, (unsigned long long)number,
            why.text);
    if (r->bad <= BAD_LINES_MAX)
        return true;
    return err_set(e, ERR_SERVICE, "%s: %d lines cannot be read; the last: %s", r->name,
        BAD_LINES_MAX, why.text);
}

/* Unpacks the file; rows == NULL: only to see that it is whole. */
static bool read_file(int fd, const char *name, struct export_rows *rows, struct err *e)
{
    struct lines l = {.in = input_inflate_new(tempfile_input(fd, name), INFLATE_GZIP, name)};
    struct view line;
    bool ok;
    l.block = mem_alloc(BLOCK);
    str_init(&l.line, LINE_MAX_BYTES);
    while ((ok = next_line(&l, &line, e)) && line.p != NULL)
        if (rows != NULL && !(ok = take_line(rows, line, l.number, e)))
            break;
    str_done(&l.line);
    mem_free(l.block);
    input_free(l.in);
    return ok;
}

static bool give_rows(int fd, struct export_rows *rows, struct err *e)
{
    arena_init(&rows->arena);
    bool ok = read_file(fd, rows->name, rows, e);
    if (ok && rows->given == 0)
        ok = err_set(e, ERR_SERVICE, "%s holds no movie", rows->name);
    arena_done(&rows->arena);
    return ok;
}

/* Fetches the file once, with the asker's tries; *ret_exists says whether there is one. */
static bool fetch_file(
    struct tmdb_client *c, struct ask *q, struct download *d, bool *ret_exists, struct err *e)
{
    if (!asker_only(&c->asker, q, e)) {
        if (d->errnum != 0)
            err_errno(e, d->errnum == EFBIG ? ERR_SERVICE : ERR_DISK, d->errnum,
                "cannot keep the id export in a temporary file");
        return false;
    }
    *ret_exists = q->verdict == VERDICT_OK;
    return true;
}

/* A file that is damaged although its length is right is fetched again. */
static bool fetch_whole(struct tmdb_client *c, struct ask *q, struct download *d, const char *name,
    bool *ret_exists, struct err *e)
{
    for (unsigned tried = 1;; tried++) {
        if (!fetch_file(c, q, d, ret_exists, e))
            return false;
        if (!*ret_exists || read_file(d->fd, name, NULL, e))
            return true;
        if (tried == c->asker.policy.tries) {
            e->kind = ERR_SERVICE;
            e->transient = true;
            return err_in(e, "fetched %u times and never whole", tried);
        }
        log_line(LOG_WARNING, "%s; it is fetched again", e->text);
    }
}

bool tmdb_export(struct tmdb_client *c, int64_t day,
    bool (*take)(void *payload, const struct tmdb_export_row *row, struct err *e), void *payload,
    bool *ret_exists, struct err *e)
{
    struct civil date = date_civil(day);
    struct download d = {.fd = -1};
    struct http_sink sink = {begin, put, &d};
    struct ask q;
    char name[64];
    bool exists = false;
    if (!tempfile_open(&d.fd, e))
        return false;
    (void)snprintf(
        name, sizeof name, "movie_ids_%02d_%02d_%04d.json.gz", date.month, date.day, date.year);
    ask_init(&q, NULL);
    q.form = ASK_FILE;
    q.x.sink = &sink;
    q.x.timeout_ms = TIME_MAX_MS;
    (void)snprintf(
        q.what, sizeof q.what, "the id export of %04d-%02d-%02d", date.year, date.month, date.day);
    str_addf(&q.url, "%s/%s", c->export_url, name);
    struct export_rows rows = {.take = take, .payload = payload, .name = name};
    bool ok = fetch_whole(c, &q, &d, name, &exists, e) && (!exists || give_rows(d.fd, &rows, e));
    if (ok)
        *ret_exists = exists;
    ask_done(&q);
    (void)sys_close(d.fd);
    return ok;
}
