/* Files: where the four files of a release lie (a folder or a zip), and opening them. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_FILES_H
#define MOVIE_ETL_SOURCE_MOVIELENS_FILES_H

#include "source/movielens/checksums.h"
#include "source/movielens/zip.h"

enum ml_file { ML_MOVIES, ML_LINKS, ML_RATINGS, ML_TAGS, ML_FILES };

extern const char *const ml_file_names[ML_FILES];   /* "movies.csv" */
extern const char *const ml_file_headers[ML_FILES]; /* "movieId,title,genres" */

struct files {
    struct arena arena;
    bool with_ratings; /* without: ratings.csv need not be there, and must not be read */
    struct zip *zip;   /* NULL: a folder */
    const struct zip_member *member[ML_FILES];
    const char *path[ML_FILES];          /* as shown; for a folder also to be opened */
    struct view name;                    /* of the release: "ml-32m" */
    struct checksum checksums[ML_FILES]; /* the release's own; empty ones where it says none */
};

/* All four files must be there, or the other three. files_done is needed after success only. */
bool files_open(const char *path, bool with_ratings, struct files *ret, struct err *e);
void files_done(struct files *f);

/* Opens one of the files. */
bool files_read(const struct files *f, enum ml_file which, struct input **ret, struct err *e);

#endif
