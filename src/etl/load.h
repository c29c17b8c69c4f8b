/* Loading one batch file (private to etl).
 *
 * Two steps. The survey, in threads that are ahead of this one (feed.h), reads and checks
 * everything and touches nothing: a file that is not complete, or has more errors than allowed, is
 * refused before its first record is loaded. The load then applies the good records in groups, one
 * transaction each, in which the file's position moves too, so that a run that is killed goes on at
 * the next record. Those that have not changed wait to be written together, and the position with
 * them (gather.h). */
#ifndef MOVIE_ETL_ETL_LOAD_H
#define MOVIE_ETL_ETL_LOAD_H

#include "base/file.h"
#include "check/check.h"
#include "etl/apply.h"

enum mark {
    MARK_NONE,
    MARK_BAD,     /* it is refused */
    MARK_NOTED,   /* it is good, but there are findings about it */
};

/* What the survey found. */
struct survey {
    struct arena arena;
    struct file_version read; /* the file as it was before it was opened */
    struct batch header;
    struct batch_summary summary;
    struct map marks; /* index of a document -> enum mark, for those that have one */
    uint64_t documents, bad;
    bool usable; /* complete, with a proper header */
};

/* `known`: see batch_know; NULL: everything is read and checked. */
bool survey_file(const char *path, struct map *known, struct check_run *run,
    struct findings *findings, struct survey *ret, struct err *e);
struct feed_kept;
/* The same, and keeps the records (feed_group.h). */
bool survey_keeping(const char *path, struct map *known, struct check_run *run,
    struct findings *findings, struct feed_kept *kept, struct survey *ret, struct err *e);
void survey_done(struct survey *s);

struct load_result {
    uint64_t rejected;
    bool was_loaded; /* nothing to do: this very file is loaded already */
    bool settled;    /* what was loaded before this file will stay (store_settle) */
};

struct feed;

/* Applies the records of the surveyed file that `feed` gave last; on success its state is "loaded".
 * The findings of `a` receive what the database refused. A dry run says what it would do and
 * changes nothing. */
bool load_file(struct apply *a, const char *path, const struct survey *s, struct feed *feed,
    struct load_result *ret, struct err *e);

#endif
