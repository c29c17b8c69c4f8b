/* Names of batch files (private to stage; the form is in stage.h).
 *
 *   {type}_{scope}_{YYYYMMDD_HHMMSS}[_pN][_rN][.rejected[N]].yaml[.gz][.part]
 *
 * _pN: the N-th file of one batch. _rN: the N-th file of that name that came to processed/ (someone
 * put an edited copy back into raw/). .rejectedN: what was refused when .rejected(N-1) was
 * processed again. */
#ifndef MOVIE_ETL_STAGE_NAME_H
#define MOVIE_ETL_STAGE_NAME_H

#include "stage/stage.h"

enum { NAME_STAMP = 15, NAME_MAX_SCOPE = 32, NAME_MAX_NUMBER = 999999 };

struct batch_name {
    enum batch_type type;
    struct view scope, stamp; /* borrowed from the name that was read */
    int64_t part, copy;       /* from 1 */
    int64_t rejected;         /* 0: not a file of refused records */
    bool unfinished;          /* ends in .part */
};

/* Letters, digits and '-' only, at most NAME_MAX_SCOPE of them, at least one. */
bool batch_scope_is_valid(struct view scope);
/* Reads the last component of `path`; false when it is not such a name. */
bool batch_name_parse(const char *path, struct batch_name *ret);
/* By time, then part, then scope and type, then copies and refusals. */
int batch_name_cmp(const struct batch_name *a, const struct batch_name *b);
/* DATA_DIR/movies/FOLDER/NAME.yaml for a file of a batch, NUL-terminated. */
const char *batch_name_path(const char *data_dir, const struct batch_name *n, struct arena *a);

#endif
