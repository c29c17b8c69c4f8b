/* Stage: YAML batch files that people read and edit. Naming, writing, reading, and where a file
 * lies.
 *
 * In DATA_DIR/movies/:
 *   raw/        {type}_{scope}_{YYYYMMDD_HHMMSS}[_pN].yaml   to be processed; *.part: being written
 *               NAME.notes.part            what an unfinished fetch knows beside its records
 *   processed/  NAME[_rN].yaml.gz          loaded (_rN: for the N-th time)
 *   rejected/   NAME.rejected[N].yaml      records that were refused, with why
 *
 * The format is docs/yaml.md. A file is one header document, then one document per record, then an
 * end document with counts and the SHA-256 of everything before it. Documents are independent: one
 * that cannot be parsed is a finding and the reader goes on at the next "---" line. */
#ifndef MOVIE_ETL_STAGE_H
#define MOVIE_ETL_STAGE_H

#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/finding.h"
#include "model/tmdb.h"

enum batch_type { BATCH_INITIAL, BATCH_MISSING, BATCH_CHANGES };
const char *batch_type_name(enum batch_type t);
bool batch_type_parse(struct view v, enum batch_type *ret);

enum { BATCH_MAX_RECORDS = 1000 }; /* per file; the writer goes on in the next part by itself */

/* The header document. */
struct batch {
    struct view id; /* 16 hex digits, random */
    enum batch_type type;
    struct view scope; /* "2023", "20261101": part of the name */
    struct view query; /* for people: what was asked */
    int64_t created_at;
};

/* ---- writing */

struct batch_writer;

/* A file that a writer has finished (renamed into raw/). */
struct batch_file {
    struct view path, batch_id;
    uint64_t records, gone;
    struct view sha256; /* of the whole file */
};

enum batch_staged { STAGED_MOVIE = 1, STAGED_GONE };

/* Starts a batch of that type and scope under `data_dir`; the first file is created with the first
 * record. If an unfinished .part of the same type and scope lies in raw/, it is cut after its last
 * complete document and continued: *ret_staged receives the ids already in it and in the finished
 * files of the same batch before it (value: enum batch_staged). `finished` is called, when not
 * NULL, after each file is complete and renamed. The caller holds the lock of DATA_DIR. */
bool batch_writer_new(const char *data_dir, enum batch_type type, struct view scope,
    struct view query,
    bool (*finished)(void *payload, const struct batch_file *file, struct err *e), void *payload,
    struct map *ret_staged, struct batch_writer **ret, struct err *e);
/* Adds a record (a movie or a gone one). It is with the kernel at once, so that kill -9 loses none
 * that was written, and synced to disk every few records. */
bool batch_write(struct batch_writer *w, const struct staged_record *r, struct err *e);
/* Ends the batch: writes the end document, renames. A batch without a record leaves no file. */
bool batch_finish(struct batch_writer *w, struct err *e);
/* Frees; what is unfinished stays as .part for the next run. */
void batch_writer_free(struct batch_writer *w);
/* Completes the .part files that no batch_writer_new will go on with: all but the newest of the
 * type and scope given (an absent scope: all of them). Each is cut after its last complete
 * document, ended and renamed; one without a record is removed. Without this the records of a
 * killed run whose scope no later run has would count as staged and never be loaded. `finished` as
 * above; the caller holds the lock of DATA_DIR. */
bool batch_finish_leftovers(const char *data_dir, enum batch_type type, struct view scope,
    bool (*finished)(void *payload, const struct batch_file *file, struct err *e), void *payload,
    struct err *e);

/* Whether an unfinished batch of that type and scope lies in raw/ that was begun on that day
 * (UTC). */
bool batch_begun_on(const char *data_dir, enum batch_type type, struct view scope, int64_t day,
    bool *ret, struct err *e);

/* ---- what an unfinished fetch knows beside its records */

/* Answers that are no records (the pages of lists, that an id is left out): questions and answers,
 * a line each, in raw/NAME.notes.part. They are there for the next run of the same command,
 * whatever ended this one, so that nothing is asked for twice; a complete fetch removes them. The
 * caller holds the lock of DATA_DIR. */
struct batch_notes;
/* Finds what an earlier run noted under `name`, at most a day ago, about the same `subject` (one
 * line of text: everything the answers depend on beside their questions); anything else that lies
 * there is removed. */
bool batch_notes_open(const char *data_dir, const char *name, struct view subject,
    struct batch_notes **ret, struct err *e);
/* The earlier run's oldest answer to the question that was not taken yet; valid until
 * batch_notes_free. */
bool batch_notes_take(struct batch_notes *n, struct view question, struct view *ret_answer);
/* Written at once, for the next run; neither text holds a tab or a line end. */
bool batch_notes_add(
    struct batch_notes *n, struct view question, struct view answer, struct err *e);
/* The fetch is complete: removes the file. */
bool batch_notes_finish(struct batch_notes *n, struct err *e);
void batch_notes_free(struct batch_notes *n); /* an unfinished file stays */

/* ---- reading */

struct batch_reader;

/* Opens a batch file (plain or .gz) and reads its header document. Problems of the header are
 * findings; false only when the file cannot be read at all. */
bool batch_open(
    const char *path, struct findings *findings, struct batch_reader **ret, struct err *e);
const struct batch *batch_header(const struct batch_reader *r);
/* What was loaded before: tmdb_id -> content (staged_record) of records whose document need not be
 * read again when it says just that. Only the first documents of an id count: whatever else comes
 * of it forgets what was known. `known` is borrowed; files read one after the other may share
 * it. */
void batch_know(struct batch_reader *r, struct map *known);
/* Leaves the checksum out, for a file that is read a second time: batch_summary then says nothing
 * of it. Before the first batch_next. */
void batch_no_digest(struct batch_reader *r);
/* The next record, decoded into `a` with the places of its values. Its document is in `texts` (may
 * be the same), and so are its texts but for `extra`: mostly they are pieces of it. Nothing is left
 * there of documents that are no records. *ret_end at the end of the file. *ret_bad: the document
 * was refused (its findings were added); *ret then holds only what is known of id and place. */
bool batch_next(struct batch_reader *r, struct findings *findings, struct arena *texts,
    struct arena *a, struct staged_record *ret, bool *ret_bad, bool *ret_end, struct err *e);
/* After the end: whether the end document is there (also a finding when not), whether checksum and
 * counts match (findings when not), and the SHA-256 of the file as it is (of a .gz: of what it
 * holds). */
struct batch_summary {
    bool complete, edited;
    uint64_t records, gone,
        bad; /* movies and gone ones that can be used; documents that were refused */
    struct digest_hex sha256;
};
void batch_summary(const struct batch_reader *r, struct batch_summary *ret);
void batch_reader_free(struct batch_reader *r);
/* The text of the document that batch_next gave last, as it stands in the file, its "---" line
 * included (for rejected/); empty when it is over 32 MiB. It is in `texts`, but when the record is
 * unchanged: then it is valid until the next batch_next. */
struct view batch_document(const struct batch_reader *r);

/* ---- folders */

enum batch_folder { FOLDER_RAW, FOLDER_PROCESSED, FOLDER_REJECTED };
/* NUL-terminated, in the arena. */
const char *batch_folder_path(const char *data_dir, enum batch_folder folder, struct arena *a);
/* Paths (const char *) of the complete batch files of that type in the folder, oldest first (by the
 * time in their names, then part). */
bool batch_list(const char *data_dir, enum batch_folder folder, enum batch_type type,
    struct arena *a, struct vec *ret, struct err *e);
/* Ids of every record in files of all types that lie in raw/, the unfinished ones included; value:
 * 1 movie, 2 gone. */
bool batch_staged_ids(const char *data_dir, struct map *ret, struct err *e);
/* raw/NAME.yaml -> processed/NAME.yaml.gz, in two steps, durable in this order: the compressed copy
 * is complete, then the original goes. A file that does not lie under DATA_DIR/movies stays where
 * it is. So does one that is not what it was when it was read (`read`), which is an error of kind
 * INPUT: what somebody has changed meanwhile is not loaded. */
struct batch_move {
    const char *path; /* borrowed */
    struct file_version read;
    const char *to;   /* in processed/; NULL: nothing is to be done */
    const char *part; /* what is to get that name; NULL: a copy has it already */
};
struct gzip;
/* The first step, of which nobody sees anything: the copy, as NAME.yaml.gz.part, compressed with
 * `g` (base/gzip.h). What a killed run left there is overwritten. Texts of the move are put into
 * `a`. */
bool batch_move_begin(const char *data_dir, const char *path, const struct file_version *read,
    struct gzip *g, struct arena *a, struct batch_move *ret, struct err *e);
/* Instead of the second step: the file stays, and there is no copy. */
void batch_move_drop(const struct batch_move *m);
/* The second step, for several at once, because the disk is waited for twice. A failure is that of
 * one file; it is told, and the others go on. No two of them may be bound for the same name. */
void batch_moves_end(struct batch_move *const *moves, size_t n,
    void (*failed)(void *payload, const struct err *e), void *payload);
/* Appends refused documents to rejected/NAME.rejected.yaml: a batch file of its own (same header
 * with a new id) whose documents are preceded by comment lines with their findings. Each document
 * is in it once, however often it is added, so a run that is killed and repeated leaves the same
 * file; what the file held before stays, edited or not. From a file that lies in rejected/ itself
 * it goes to NAME.rejected2.yaml, and so on. No document, no file. */
struct batch_reject;
bool batch_reject_new(const char *data_dir, const char *path, const struct batch *header,
    struct batch_reject **ret, struct err *e);
bool batch_reject_add(struct batch_reject *j, struct view document, const struct findings *findings,
    size_t first_finding, struct err *e);
bool batch_reject_finish(struct batch_reject *j, struct err *e);
void batch_reject_free(struct batch_reject *j);

#endif
