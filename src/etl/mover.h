/* Mover: what is loaded goes to processed/, compressed, beside everything else (private to etl).
 *
 * Two threads, because one core compresses about as fast as the other reads when nothing changed.
 * They let those go first who read and load, and nobody waits for them before the end: a file that
 * is not moved yet is as safe where it lies. In which order files are moved does not matter, but
 * for those that might get one name (a second NAME is processed/NAME_r2, and so may be a file in
 * raw/): all of them but the first wait until the threads are done.
 *
 * A file that has changed since it was read stays where it is, and mover_finish says so; the others
 * go on. After a request to stop nothing more is begun: what stays in raw/ is loaded, and the next
 * run moves it. */
#ifndef MOVIE_ETL_ETL_MOVER_H
#define MOVIE_ETL_ETL_MOVER_H

#include "base/file.h"

struct mover;

struct loaded_file {
    const char *path;
    struct file_version read; /* as it was then */
};

/* For `max` files at most; everything is borrowed until mover_finish. */
bool mover_new(const char *data_dir, size_t max, struct mover **ret, struct err *e);
/* A file whose load is settled. */
void mover_put(struct mover *m, struct loaded_file *file);
/* Waits until all is moved, and frees it (NULL is fine). Gives `ok`, and keeps `e` if that is
 * false; else whether all could be moved. */
bool mover_finish(struct mover *m, bool ok, struct err *e);

#endif
