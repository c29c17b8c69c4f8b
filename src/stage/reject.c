/* Refused documents, set aside to be corrected. See stage.h.
 *
 * The file takes each document once, whatever run it was refused in, so a run that is killed and
 * repeated leaves the same file. It replaces its predecessor by one rename. Findings stand above
 * their document as comments that begin with NOTE; they go when the document is refused again. */
#include "stage/stage.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "stage/document.h"
#include "stage/name.h"
#include "stage/part.h"
#include "stage/split.h"
#include "stage/tree.h"

enum { NOTES_MAX = 256 * 1024, NOTE_MAX = 4 * 1024, MAX_DOCUMENTS = 1000000 };

static const char NOTE[] = "#! ";

static const char COMMENT[] =
    "# movie-etl: records that were refused, each with the reasons above it (file:line:column of "
    "where it stood).\n"
    "#\n"
    "# Correct what is named, or delete the document (from its --- line to the next), then\n"
    "# Load:    movie-etl process --file FILE\n"
    "# What is refused then goes to a new file; the counts and the checksum at the end need not be "
    "mended.\n"
    "# More:    docs/yaml.md\n"
    "#\n"
    "# This product uses the TMDB API but is not endorsed or certified by TMDB.\n"
    "# Watch providers: data by JustWatch.\n";

struct batch_reject {
    const char *path; /* rejected/NAME.rejected.yaml */
    const char
        *work; /* the name it is written under, less ".part" (the file itself may be there) */
    struct batch header;
    struct arena texts;
    struct part_file file;
    bool open;
    struct textmap seen; /* SHA-256 of the documents that are in it */
    struct str text;
};

/* The text of a document without its "---" and without notes of ours. */
static void strip(struct view doc, struct str *to)
{
    size_t at = 0;
    if (view_starts(doc, "---")) {
        size_t end = view_find(doc, 0, '\n');
        if (view_trim(view_slice(doc, 3, end)).n >
            0) { /* something stands beside it: keep its column */
            str_addz(to, "   ");
            str_add(to, view_slice(doc, 3, end));
            str_addc(to, '\n');
        }
        at = end < doc.n ? end + 1 : end;
    }
    while (at < doc.n && view_starts(view_slice(doc, at, doc.n), NOTE)) {
        size_t end = view_find(doc, at, '\n');
        at = end < doc.n ? end + 1 : end;
    }
    str_add(to, view_slice(doc, at, doc.n));
    if (doc.n > at && doc.p[doc.n - 1] != '\n')
        str_addc(to, '\n');
}

static bool remember(struct batch_reject *j, struct view stripped, bool *ret_new, struct err *e)
{
    struct digest_hex hex = digest_of(DIGEST_SHA256, stripped);
    *ret_new = textmap_get(&j->seen, view_of(hex.z)) == NULL;
    return !*ret_new || textmap_put(&j->seen, view_of(hex.z), 1) ||
           err_set(e, ERR_DATA, "over %d documents are refused", MAX_DOCUMENTS);
}

static bool remember_old(void *payload, int64_t id, bool gone, struct view text, struct err *e)
{
    struct batch_reject *j = payload;
    bool is_new;
    (void)id;
    (void)gone;
    str_clear(&j->text);
    strip(text, &j->text);
    return remember(j, str_view(&j->text), &is_new, e);
}

/* A header, or an end, that holds something else is a document that was refused like any other. */
static enum doc_kind kind_of(struct view text)
{
    struct arena a;
    struct tree t;
    arena_init(&a);
    tree_parse(arena_dup(&a, text), 1, &a, &a, &t);
    enum doc_kind kind = doc_kind(t.root);
    bool frame = kind == DOC_BATCH || kind == DOC_END;
    if ((kind == DOC_EMPTY && t.problem_n > 0) || (frame && t.root->n > 1))
        kind = DOC_UNKNOWN;
    arena_done(&a);
    return kind;
}

/* Adds `text` (with its notes, without its "---" line) unless the same document is there. */
static bool add_once(struct batch_reject *j, struct view stripped, struct view text, struct err *e)
{
    bool is_new;
    if (!remember(j, stripped, &is_new, e))
        return false;
    return !is_new || part_add(&j->file, text, kind_of(stripped) == DOC_GONE, e);
}

/* A document of the file that is there already, as it stands; header and end are made anew. */
static bool copy_document(struct batch_reject *j, const struct chunk *c, struct err *e)
{
    enum doc_kind kind = c->first && chunk_is_preamble(c) ? DOC_EMPTY : kind_of(c->text);
    if (c->oversize || kind == DOC_BATCH || kind == DOC_END || kind == DOC_EMPTY)
        return true;
    str_clear(&j->text);
    strip(c->text, &j->text);
    struct view text = str_view(&j->text);
    if (chunk_has_bare_marker(c) && c->text.p[c->text.n - 1] == '\n')
        text = view_slice(c->text, 4, c->text.n);
    return add_once(j, str_view(&j->text), text, e);
}

/* The file is there already, perhaps edited: its documents stay. */
static bool copy_predecessor(struct batch_reject *j, struct err *e)
{
    struct input *in;
    struct split split;
    bool ok = true, end = false;
    if (!file_exists(j->path))
        return true;
    if (!input_open(j->path, &in, e))
        return false;
    split_init(&split, in, false);
    while (ok && !end) {
        struct chunk c;
        ok = split_next(&split, &c, &end, e) && (end || copy_document(j, &c, e));
    }
    split_done(&split);
    input_free(in);
    return ok;
}

/* Opens the file to be written: goes on with what a killed run left, or begins anew. */
static bool start(struct batch_reject *j, struct err *e)
{
    const char *part = arena_print(&j->texts, "%s.part", j->work).p;
    struct part_visit visit = {remember_old, j};
    struct part_state state = {.size = 0};
    if (file_exists(part)) {
        if (!part_scan(part, false, &visit, &j->texts, &state, e))
            return false;
        if (state.size == 0 && !file_remove(part, e))
            return false;
    }
    if (state.size > 0)
        j->open = part_resume(j->work, &state, &j->file, e);
    else
        j->open = part_create(j->work, &j->header, COMMENT, &j->file, e);
    return j->open && copy_predecessor(j, e);
}

/* NAME.yaml[.gz] -> NAME.rejected.yaml; NAME.rejected.yaml -> NAME.rejected2.yaml, and so on. */
static struct view rejected_name(const char *path, struct arena *a)
{
    struct view v = view_of(file_base_name(path));
    int64_t number = 1;
    struct batch_name n = {.rejected = 0};
    if (batch_name_parse(path, &n))
        number = n.rejected + 1;
    if (view_ends(v, ".gz"))
        v.n -= 3;
    if (view_ends(v, ".yaml"))
        v.n -= 5;
    for (size_t dot = v.n; n.rejected > 0 && dot > 0; dot--)
        if (view_starts(view_slice(v, dot - 1, v.n), ".rejected"))
            v.n = dot - 1;
    if (number == 1)
        return arena_print(a, "%.*s.rejected.yaml", VIEW_ARG(v));
    return arena_print(a, "%.*s.rejected%lld.yaml", VIEW_ARG(v), (long long)number);
}

bool batch_reject_new(const char *data_dir, const char *path, const struct batch *header,
    struct batch_reject **ret, struct err *e)
{
    struct batch_reject *j = mem_alloc(sizeof *j);
    arena_init(&j->texts);
    const char *folder = batch_folder_path(data_dir, FOLDER_REJECTED, &j->texts);
    j->path = arena_print(&j->texts, "%s/%.*s", folder, VIEW_ARG(rejected_name(path, &j->texts))).p;
    j->work = arena_print(&j->texts, "%s.new", j->path).p;
    j->header = *header;
    j->header.scope = arena_dup(&j->texts, header->scope);
    j->header.query = arena_dup(&j->texts, header->query);
    textmap_init(&j->seen, MAX_DOCUMENTS);
    str_init(&j->text, DOCUMENT_MAX + 16);
    bool left = file_exists(arena_print(&j->texts, "%s.part", j->work).p);
    if (left && !start(j, e)) {
        batch_reject_free(j);
        return false;
    }
    *ret = j;
    return true;
}

/* "#! error schema.type changes_....yaml:12:7 title: ..." */
static void add_note(struct str *to, const struct finding *f, struct arena *a)
{
    struct str line;
    const struct rule_info *rule = rule_info(f->rule);
    const char *file = f->file.p == NULL ? "" : file_base_name(arena_dup(a, f->file).p);
    str_init(&line, NOTE_MAX);
    str_addf(&line, "%s %s %s:%llu:%llu ", severity_name(rule->severity), rule->id, file,
        (unsigned long long)f->line, (unsigned long long)f->column);
    if (f->field.p != NULL) {
        str_add(&line, f->field);
        str_addz(&line, ": ");
    }
    str_add(&line, f->text);
    struct view v = str_view(&line);
    str_addz(to, NOTE);
    text_add_escaped(
        to, view_slice(v, 0, utf8_bad_at(v))); /* a cut text may end inside a character */
    str_addc(to, '\n');
    str_done(&line);
}

static void add_notes(
    struct str *to, const struct findings *findings, size_t first, struct arena *a)
{
    for (size_t i = first; i < findings->kept.n && to->n < NOTES_MAX - 2 * NOTE_MAX; i++)
        add_note(to, vec_at(&findings->kept, i), a);
    if (to->n == 0)
        str_addz(to, "#! (over so many findings of its kind that the reason was only counted)\n");
}

static bool add_document(struct batch_reject *j, struct view document,
    const struct findings *findings, size_t first, struct err *e)
{
    struct arena a;
    struct str text;
    arena_init(&a);
    str_init(&text, DOCUMENT_MAX + NOTES_MAX);
    add_notes(&text, findings, first, &a);
    str_clear(&j->text);
    strip(document, &j->text);
    str_add(&text, str_view(&j->text));
    bool ok = (str_ok(&text) && str_ok(&j->text)) ||
              err_set(e, ERR_BUG, "a refused document outgrew its buffer");
    ok = ok && add_once(j, str_view(&j->text), str_view(&text), e);
    str_done(&text);
    arena_done(&a);
    return ok;
}

bool batch_reject_add(struct batch_reject *j, struct view document, const struct findings *findings,
    size_t first_finding, struct err *e)
{
    if (document.n == 0) {
        log_line(
            LOG_WARNING, "a document over %d bytes was refused and is not set aside", DOCUMENT_MAX);
        return true;
    }
    if (!j->open) {
        const char *folder = arena_dup(
            &j->texts, (struct view){j->path, (size_t)(file_base_name(j->path) - j->path)})
                                 .p;
        if (!file_make_folders(folder, e) || !start(j, e))
            return false;
    }
    return add_document(j, document, findings, first_finding, e);
}

bool batch_reject_finish(struct batch_reject *j, struct err *e)
{
    struct digest_hex ignored;
    if (!j->open)
        return true;
    bool ok = part_end(&j->file, &ignored, e) && file_move(j->file.file.part, j->path, e);
    part_done(&j->file);
    j->open = false;
    return ok;
}

void batch_reject_free(struct batch_reject *j)
{
    if (j == NULL)
        return;
    if (j->open)
        part_done(&j->file);
    textmap_done(&j->seen);
    str_done(&j->text);
    arena_done(&j->texts);
    mem_free(j);
}
