/* Writing a batch: names, files of BATCH_MAX_RECORDS records, records. See stage.h; one file is
 * part.h, going on with an unfinished batch is resume.c. */
#include "stage/stage.h"

#include "base/date.h"
#include "base/mem.h"
#include "base/sys.h"
#include "model/encode.h"
#include "stage/document.h"
#include "stage/emit.h"
#include "stage/split.h"
#include "stage/tree.h"
#include "stage/writer.h"

/* A name that is taken gives way to that of the next second; a day of them is enough. */
enum { NAME_TRIES = 86400, SMALLEST_NODE = 3 };

static const char COMMENT[] =
    "# movie-etl batch file: movies as TMDB describes them, to be looked at, corrected and "
    "loaded.\n"
    "#\n"
    "# Correct: change values where they stand; texts go in double quotes. A movie is one "
    "document, from its --- line\n"
    "#          to the next: delete it, or write  review: \"rejected\"  in its etl line, and it is "
    "not loaded.\n"
    "#          null says that TMDB has no value; a key that is not there leaves the database as "
    "it is.\n"
    "#          The counts and the checksum at the end need not be mended.\n"
    "# Check:   movie-etl validate FILE\n"
    "# Load:    movie-etl process --file FILE\n"
    "# More:    docs/yaml.md\n"
    "#\n"
    "# This product uses the TMDB API but is not endorsed or certified by TMDB.\n"
    "# Watch providers: data by JustWatch.\n";

struct batch_writer *writer_new(const char *data_dir, enum batch_type type, struct view scope)
{
    struct batch_writer *w = mem_alloc(sizeof *w);
    w->data_dir = mem_alloc(strlen(data_dir) + 1);
    memcpy(w->data_dir, data_dir, strlen(data_dir));
    w->type = type;
    arena_init(&w->texts);
    arena_init(&w->record);
    w->scope = arena_dup(&w->texts, scope);
    w->query = view_of("");
    w->part = 1;
    str_init(&w->text, DOCUMENT_MAX - 4); /* its "---" line comes on top */
    return w;
}

bool batch_writer_new(const char *data_dir, enum batch_type type, struct view scope,
    struct view query,
    bool (*finished)(void *payload, const struct batch_file *file, struct err *e), void *payload,
    struct map *ret_staged, struct batch_writer **ret, struct err *e)
{
    if (!batch_scope_is_valid(scope))
        return err_set(e, ERR_BUG, "\"%.*s\" cannot be the scope of a batch", VIEW_ARG(scope));
    struct batch_writer *w = writer_new(data_dir, type, scope);
    if (query.p != NULL)
        w->query = arena_dup(&w->texts, query);
    w->finished = finished;
    w->payload = payload;
    if (!writer_resume(w, ret_staged, e)) {
        batch_writer_free(w);
        return false;
    }
    *ret = w;
    return true;
}

/* ---- files */

static bool is_taken(const struct batch_writer *w, const char *path, struct arena *a)
{
    const char *processed = batch_folder_path(w->data_dir, FOLDER_PROCESSED, a);
    return file_exists(path) || file_exists(arena_print(a, "%s.part", path).p) ||
           file_exists(arena_print(a, "%s/%s.gz", processed, file_base_name(path)).p);
}

/* A free name: that of the batch so far, else of this second or the next free one. */
static bool choose_name(
    struct batch_writer *w, int64_t now, struct arena *a, const char **ret, struct err *e)
{
    struct batch_name n = {.type = w->type, .scope = w->scope, .part = w->part};
    for (int i = 0; i < NAME_TRIES; i++) {
        if (i > 0 || w->stamp[0] == '\0')
            memcpy(w->stamp, instant_print_file(a, now + i).p, NAME_STAMP);
        n.stamp = view_of(w->stamp);
        *ret = batch_name_path(w->data_dir, &n, a);
        if (!is_taken(w, *ret, a))
            return true;
    }
    return err_set(e, ERR_INPUT, "no name is free for %s", *ret);
}

static bool begin_file(struct batch_writer *w, struct err *e)
{
    const char *path = NULL;
    int64_t now = sys_now();
    struct batch header = {
        .type = w->type, .scope = w->scope, .query = w->query, .created_at = now};
    struct arena a;
    arena_init(&a);
    bool ok = file_make_folders(batch_folder_path(w->data_dir, FOLDER_RAW, &a), e) &&
              choose_name(w, now, &a, &path, e) && part_create(path, &header, COMMENT, &w->file, e);
    arena_done(&a);
    w->open = ok;
    return ok;
}

static bool end_part(struct batch_writer *w, struct part_file *f, struct err *e)
{
    struct digest_hex sha256;
    bool ok = part_end(f, &sha256, e) && outfile_commit(&f->file, e);
    if (ok && w->finished != NULL) {
        struct batch_file file = {
            view_of(f->file.path), f->header.id, f->records, f->gone, view_of(sha256.z)};
        ok = w->finished(w->payload, &file, e);
    }
    part_done(f);
    return ok;
}

/* The next file is begun before the full one gets its name: a run that is killed in between would
 * leave no .part, and with it nothing by which the next run could tell that the batch goes on. */
static bool next_file(struct batch_writer *w, struct err *e)
{
    struct part_file full = w->file;
    w->part++;
    if (begin_file(w, e))
        return end_part(w, &full, e);
    w->file = full;
    w->open = true;
    return false;
}

/* ---- records */

static uint64_t count_nodes(const struct node *n)
{
    uint64_t count = 1;
    if (n->kind == NODE_LIST || n->kind == NODE_OBJECT)
        for (const struct node *c = n->first; c != NULL; c = c->next)
            count += count_nodes(c);
    return count;
}

/* False when the movie has more values than the reader accepts (each takes SMALLEST_NODE bytes at
 * least). */
static bool emit_movie(const struct staged_record *r, struct arena *a, struct str *to)
{
    struct node *etl = node_new(a, NODE_OBJECT), *movie = tmdb_encode(&r->movie, a);
    node_put(etl, view_of("fetched_at"), node_text(a, instant_print(a, r->at)));
    node_put(etl, view_of("review"), node_text(a, r->review));
    emit_line(to, "etl", etl);
    emit_member(to, "movie", movie);
    return to->n / SMALLEST_NODE < TREE_MAX_NODES || count_nodes(movie) < TREE_MAX_NODES - 4;
}

static bool emit_gone(const struct staged_record *r, struct arena *a, struct str *to)
{
    struct node *gone = node_new(a, NODE_OBJECT);
    node_put(gone, view_of("id"), node_int(a, r->tmdb_id));
    node_put(gone, view_of("status_code"), node_int(a, r->status_code));
    node_put(gone, view_of("seen_at"), node_text(a, instant_print(a, r->at)));
    emit_line(to, "gone", gone);
    return true;
}

/* The record as a document; false when it could not be read back. */
static bool emit_record(struct batch_writer *w, const struct staged_record *r, struct err *e)
{
    arena_reset(&w->record);
    str_clear(&w->text);
    bool readable =
        r->gone ? emit_gone(r, &w->record, &w->text) : emit_movie(r, &w->record, &w->text);
    return (readable && str_ok(&w->text)) ||
           err_set(e, ERR_DATA, "tmdb %lld is too large for a batch file", (long long)r->tmdb_id);
}

static bool is_full(const struct part_file *f)
{
    return f->records + f->gone >= BATCH_MAX_RECORDS;
}

static bool write_record(struct batch_writer *w, const struct staged_record *r, struct err *e)
{
    if (!w->open && !begin_file(w, e))
        return false;
    if (is_full(&w->file) && !next_file(w, e)) /* one that was gone on with */
        return false;
    return part_add(&w->file, str_view(&w->text), r->gone, e) &&
           (!is_full(&w->file) || next_file(w, e));
}

bool batch_write(struct batch_writer *w, const struct staged_record *r, struct err *e)
{
    if (w->failed)
        return err_set(e, ERR_BUG, "a batch went on being written after it had failed");
    if (!r->gone && !field_has_value(&r->movie.record, TMDB_tmdb_id))
        return err_set(e, ERR_BUG, "a movie without an id was to be staged");
    if (!emit_record(w, r, e))
        return false;
    w->failed = !write_record(w, r, e);
    return !w->failed;
}

bool batch_finish(struct batch_writer *w, struct err *e)
{
    if (w->failed)
        return err_set(e, ERR_BUG, "a batch was to be finished after it had failed");
    if (!w->open)
        return true;
    bool ok;
    if (w->file.records + w->file.gone > 0) {
        ok = end_part(w, &w->file, e);
    } else {
        ok = file_remove(w->file.file.part, e);
        part_done(&w->file);
    }
    w->open = false;
    w->failed = !ok;
    return ok;
}

void batch_writer_free(struct batch_writer *w)
{
    struct err ignored;
    if (w == NULL)
        return;
    if (w->open) {
        if (!w->failed) /* a stop request came: what is written need not be fetched again */
            (void)outfile_sync(&w->file.file, &ignored);
        part_done(&w->file);
    }
    arena_done(&w->texts);
    arena_done(&w->record);
    str_done(&w->text);
    mem_free(w->data_dir);
    mem_free(w);
}
