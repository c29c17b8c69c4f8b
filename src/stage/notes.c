/* Notes of an unfinished fetch: see stage.h.
 *
 * The file is only ever appended to, a line at a time, so that a run that is killed after hours has
 * lost nothing; what makes a line whole is its checksum. Reading stops at the first line that is
 * not: a torn end, or a line that somebody edited; from there on it is asked again. In memory is
 * only what an earlier run left. */
#include "stage/stage.h"

#include "base/date.h"
#include "base/file.h"
#include "base/input.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "stage/name.h"

enum {
    NOTES_MAX = 64 * 1024 * 1024,
    NOTES_LINES_MAX = 2 * 1000 * 1000,
    NOTE_MAX = 64 * 1024,
    CRC_DIGITS = 8
};
/* Older lists are asked for again: what they name may be gone, and more may have come. */
static const int64_t GOOD_FOR_SECONDS = 86400;

static const char COMMENT[] =
    "# What an unfinished movie-etl fetch has been told so far, beside the records in the .part "
    "file: the next run of\n"
    "# the same command goes on from here. It is removed when the fetch is complete; removed by "
    "hand, TMDB is asked\n"
    "# again. A line: checksum, question, tab, answer (for a page of a list: pages, results, "
    "ids).\n";

struct note {
    struct view answer; /* in `text` */
    uint64_t next;      /* index + 1 of the next note on the same question; 0: none */
    bool taken;
};

struct batch_notes {
    const char *path; /* without ".part" */
    struct arena texts;
    struct view subject;
    struct outfile file;
    bool open;
    struct str text;          /* of the file that was found */
    struct vec notes;         /* struct note */
    struct textmap questions; /* -> index + 1 of the first note */
};

static void keep(struct batch_notes *n, struct view question, struct view answer)
{
    struct note *slot = vec_add(&n->notes);
    uint64_t index = n->notes.n, *first = textmap_get(&n->questions, question);
    if (slot == NULL)
        return;
    *slot = (struct note){.answer = answer};
    if (first == NULL) {
        (void)textmap_put(&n->questions, question, index);
        return;
    }
    struct note *last = vec_at(&n->notes, (size_t)*first - 1);
    while (last->next != 0)
        last = vec_at(&n->notes, (size_t)last->next - 1);
    last->next = index;
}

static struct view print_crc(struct arena *a, struct view note)
{
    return arena_print(a, "%08lx", (unsigned long)crc32_add(0, note));
}

/* "CRC question\tanswer"; false when it is not whole. */
static bool read_line(struct batch_notes *n, struct view line)
{
    struct arena a;
    if (line.n < CRC_DIGITS + 1 || line.p[CRC_DIGITS] != ' ')
        return false;
    struct view crc = view_slice(line, 0, CRC_DIGITS),
                note = view_slice(line, CRC_DIGITS + 1, line.n);
    size_t tab = view_find(note, 0, '\t');
    arena_init(&a);
    bool whole = tab < note.n && view_eq(crc, print_crc(&a, note));
    arena_done(&a);
    if (whole)
        keep(n, view_slice(note, 0, tab), view_slice(note, tab + 1, note.n));
    return whole;
}

/* *ret_size: up to where it is whole. */
static void read_lines(struct batch_notes *n, int64_t *ret_size)
{
    struct view v = str_view(&n->text);
    size_t from = 0;
    for (size_t end; (end = view_find(v, from, '\n')) < v.n; from = end + 1) {
        struct view line = view_slice(v, from, end);
        if (!view_starts(line, "#") && !read_line(n, line))
            break;
    }
    *ret_size = (int64_t)from;
}

static void forget(struct batch_notes *n)
{
    vec_clear(&n->notes);
    textmap_done(&n->questions);
    textmap_init(&n->questions, NOTES_LINES_MAX);
    str_done(&n->text);
}

/* Whether what was read is about this subject, and not too old. */
static bool is_good(struct batch_notes *n)
{
    struct view begun, subject;
    int64_t at;
    return batch_notes_take(n, view_of("begun"), &begun) && instant_parse(begun, &at) &&
           at <= sys_now() && sys_now() - at <= GOOD_FOR_SECONDS &&
           batch_notes_take(n, view_of("subject"), &subject) && view_eq(subject, n->subject);
}

static bool resume(struct batch_notes *n, struct err *e)
{
    int64_t size, whole;
    const char *part = arena_print(&n->texts, "%s.part", n->path).p;
    if (!file_exists(part))
        return true;
    if (!file_size(part, &size, e) || (size <= NOTES_MAX && !file_read(part, &n->text, e)))
        return false;
    read_lines(n, &whole);
    if (size > NOTES_MAX || !is_good(n)) {
        forget(n);
        return file_remove(part, e);
    }
    log_line(LOG_INFO,
        "going on with %s: %zu answers are in it, %lld bytes behind them were cut off", part,
        n->notes.n - 2, (long long)(size - whole));
    n->open = outfile_resume(&n->file, n->path, whole, e);
    return n->open;
}

bool batch_notes_open(const char *data_dir, const char *name, struct view subject,
    struct batch_notes **ret, struct err *e)
{
    struct batch_notes *n = mem_alloc(sizeof *n);
    arena_init(&n->texts);
    n->subject = arena_dup(&n->texts, subject);
    const char *folder = batch_folder_path(data_dir, FOLDER_RAW, &n->texts);
    n->path = arena_print(&n->texts, "%s/%s.notes", folder, name).p;
    str_init(&n->text, NOTES_MAX + 1);
    vec_init(&n->notes, sizeof(struct note), NOTES_LINES_MAX);
    textmap_init(&n->questions, NOTES_LINES_MAX);
    if (!resume(n, e)) {
        batch_notes_free(n);
        return false;
    }
    *ret = n;
    return true;
}

bool batch_notes_take(struct batch_notes *n, struct view question, struct view *ret_answer)
{
    const uint64_t *first = textmap_get(&n->questions, question);
    for (uint64_t i = first == NULL ? 0 : *first; i != 0;) {
        struct note *note = vec_at(&n->notes, (size_t)i - 1);
        if (!note->taken) {
            note->taken = true;
            *ret_answer = note->answer;
            return true;
        }
        i = note->next;
    }
    return false;
}

/* In one write, which the end of the process leaves whole. */
static bool write_line(
    struct batch_notes *n, struct view question, struct view answer, struct err *e)
{
    struct arena a;
    arena_init(&a);
    struct view note =
        arena_print(&a, "%.*s\t%.*s", (int)question.n, question.p, (int)answer.n, answer.p);
    struct view line = arena_print(&a, "%s %.*s\n", print_crc(&a, note).p, (int)note.n, note.p);
    bool ok = outfile_write(&n->file, line, e) && outfile_flush(&n->file, e);
    arena_done(&a);
    return ok;
}

static bool begin(struct batch_notes *n, struct err *e)
{
    struct arena a;
    arena_init(&a);
    struct view path = view_of(n->path);
    const char *folder =
        arena_dup(&a, view_slice(path, 0, path.n - strlen(file_base_name(n->path)))).p;
    n->open = file_make_folders(folder, e) && outfile_create(&n->file, n->path, e);
    bool ok = n->open && outfile_write(&n->file, view_of(COMMENT), e) &&
              write_line(n, view_of("begun"), instant_print(&a, sys_now()), e) &&
              write_line(n, view_of("subject"), n->subject, e);
    arena_done(&a);
    return ok;
}

static bool is_writable(struct view v)
{
    return v.p != NULL && v.n <= NOTE_MAX && memchr(v.p, '\n', v.n) == NULL &&
           memchr(v.p, '\t', v.n) == NULL;
}

bool batch_notes_add(struct batch_notes *n, struct view question, struct view answer, struct err *e)
{
    if (!is_writable(question) || !is_writable(answer))
        return err_set(e, ERR_BUG, "a note that does not fit into a line was to be made");
    if (!n->open && !begin(n, e))
        return false;
    if (n->file.size + (int64_t)(question.n + answer.n) + CRC_DIGITS + 3 > NOTES_MAX)
        return true; /* the rest will be asked again */
    return write_line(n, question, answer, e);
}

bool batch_notes_finish(struct batch_notes *n, struct err *e)
{
    if (!n->open)
        return true;
    n->open = false;
    bool ok = file_remove(n->file.part, e);
    outfile_done(&n->file);
    return ok;
}

void batch_notes_free(struct batch_notes *n)
{
    if (n == NULL)
        return;
    if (n->open)
        outfile_done(&n->file);
    str_done(&n->text);
    vec_done(&n->notes);
    textmap_done(&n->questions);
    arena_done(&n->texts);
    mem_free(n);
}
