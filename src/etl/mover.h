/* Mover: what is loaded goes to processed/, compressed, beside everything else (private to etl).
 *
 * A file's copy is made as soon as it is loaded, which fills the time in which the reader or the
 * disk waits; the copy gets its name, and the original goes, when the load is settled: a first load
 * may commit at its very end. Until then it is a .part, a fifth of its original, which is removed
 * when the load fails and overwritten after a kill.
 *
 * Four threads, two for two cores, because one core compresses about as fast as the other reads
 * when nothing changed, and two more, because each of them waits for the disk a quarter of its
 * time, when a copy is synced and when an original goes. They let those go first who read and load,
 * and nobody waits for them before the end: a file that is not moved yet is as safe where it lies.
 * They end moves in groups, for each group waits for the disk twice; in small ones, so that the
 * last are ended by all of them at once; after mover_end in groups of any size, beside the last
 * indexes of a first load. In which order files are moved does not matter, but for those that might
 * get one name (a second NAME is processed/NAME_r2, and so may be a file in raw/): all of them but
 * the first wait until the threads are done.
 *
 * A file that cannot be moved, because it has changed since it was read or for any other reason,
 * stays where it is, and mover_finish says so; the others go on, but after a few failures of the
 * disk nothing more is begun. After a request to stop nothing more is begun either: what stays in
 * raw/ is loaded, and the next run moves it. */
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
/* A file that is loaded. */
void mover_put(struct mover *m, const struct loaded_file *file);
/* The load of all files that were put is settled. */
void mover_settle(struct mover *m);
/* No more files come, nor is more settled: what can be moved is, while the caller goes on. */
void mover_end(struct mover *m);
/* Waits until all that is settled is moved, and frees it (NULL is fine). Gives `ok`, and keeps `e`
 * if that is false; else whether all could be moved: `e` is the first failure. `failed` is told of
 * the others. */
bool mover_finish(struct mover *m, bool ok, void (*failed)(void *payload, const struct err *e),
    void *payload, struct err *e);

#endif
