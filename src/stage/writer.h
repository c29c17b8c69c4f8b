/* A batch being written (private to stage; see stage.h). */
#ifndef MOVIE_ETL_STAGE_WRITER_H
#define MOVIE_ETL_STAGE_WRITER_H

#include "stage/name.h"
#include "stage/part.h"

struct batch_writer {
    char *data_dir;
    enum batch_type type;
    struct arena texts; /* scope, query, and names */
    struct view scope, query;
    char stamp[NAME_STAMP + 1]; /* of the batch; "" before its first file */
    int64_t part;
    bool (*finished)(void *payload, const struct batch_file *file, struct err *e);
    void *payload;
    bool open, failed;
    struct part_file file;
    struct arena record; /* one record while it is written */
    struct str text;
};

/* An empty writer; freed with batch_writer_free. */
struct batch_writer *writer_new(const char *data_dir, enum batch_type type, struct view scope);
/* Goes on with the newest .part of the writer's type and scope, if there is one. */
bool writer_resume(struct batch_writer *w, struct map *staged, struct err *e);

#endif
