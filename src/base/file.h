/* Files: reading whole ones, writing atomically, folders, locks.
 *
 * An `outfile` is written beside its final name (PATH + ".part"), fsynced and renamed when
 * complete, and the folder is fsynced: a reader sees the whole file or none. */
#ifndef MOVIE_ETL_BASE_FILE_H
#define MOVIE_ETL_BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>

/* What stands behind the last slash; points into `path`. */
const char *file_base_name(const char *path);
bool file_exists(const char *path);
/* Something has that name, if only a link that leads nowhere. */
bool file_has_name(const char *path);
bool file_is_folder(const char *path);
/* A regular file that is not reached through a symbolic link of that name. */
bool file_is_plain(const char *path);
/* Both exist and are one and the same file or folder, whatever their names. */
bool file_is_same(const char *a, const char *b);
/* Which file it is and in what state: whoever writes to it or puts another in its place changes
 * that, as far as the clock of the file system tells. */
struct file_version {
    uint64_t device, inode;
    int64_t size, seconds, nanoseconds; /* of its last change */
};
/* All zero when there is none to look at. */
struct file_version file_look(const char *path);
bool file_version_eq(const struct file_version *a, const struct file_version *b);
bool file_size(const char *path, int64_t *ret, struct err *e);
/* Reads all of a file into `to` (appended); a file over `to`'s maximum is an error. A pipe is read
 * until who writes to it closes it. That nobody opens it within ten seconds to write to it is an
 * error, ERR_INTERRUPTED that the program is to stop meanwhile. */
bool file_read(const char *path, struct str *to, struct err *e);
/* mkdir -p, mode 0777 less the umask. */
bool file_make_folders(const char *path, struct err *e);
bool file_remove(const char *path, struct err *e); /* a missing file is fine */
/* rename, then fsync of the target's folder; both in one file system. */
bool file_move(const char *from, const char *to, struct err *e);
bool file_sync_folder_of(const char *path, struct err *e);
/* Names (char *, in the arena) in a folder that end in `suffix`, sorted by bytes; "." entries
 * left out. */
bool file_list(
    const char *folder, const char *suffix, struct arena *a, struct vec *ret, struct err *e);
/* Bytes an unprivileged user may still write in the file system that holds `path`. */
bool file_free_space(const char *path, int64_t *ret, struct err *e);

/* When create or resume fails, the outfile is one that outfile_done takes. */
struct outfile {
    int fd;
    char *path, *part; /* final name; the name while it is written */
    struct str buffer;
    int64_t size; /* bytes given so far */
    bool failed;  /* a write or a sync did: nothing but outfile_done works any more */
};

/* Creates PATH.part; when that or PATH itself exists already, it is an error of kind INPUT. */
bool outfile_create(struct outfile *o, const char *path, struct err *e);
/* Opens an existing PATH.part and cuts it at `size`, to go on there; a shorter one is an error
 * of kind INPUT. */
bool outfile_resume(struct outfile *o, const char *path, int64_t size, struct err *e);
bool outfile_write(struct outfile *o, struct view v, struct err *e);
bool outfile_flush(struct outfile *o, struct err *e); /* what was written survives this process */
bool outfile_sync(struct outfile *o, struct err *e);  /* flush and fsync: it survives the machine */
/* Sync, rename, sync of the folder. When only the last of these fails, the file has its final
 * name all the same. */
bool outfile_commit(struct outfile *o, struct err *e);
void outfile_done(struct outfile *o); /* closes; an uncommitted .part stays */

/* flock on `path` (created). *ret_fd stays open while the lock is held; false with ERR_LOCKED
 * when another process has it. Released by sys_close or the end of the process. */
bool file_lock(const char *path, int *ret_fd, struct err *e);

/* A new file at `path` that is this process's own until *ret_fd is closed (flock). What a killed
 * process left there is removed first: a plain file of which `left` says so. Anything else stays,
 * and is ERR_REFUSED. ERR_LOCKED while another process has it. */
bool file_claim(const char *path, bool (*left)(int fd), int *ret_fd, struct err *e);
/* A `left` for files that have their name only while they are empty. */
bool file_is_empty(int fd);
/* Removes what a killed process left at such a path; failure is no harm. */
void file_remove_unclaimed(const char *path, bool (*left)(int fd));
/* Gives the file its final name, which must not exist: nothing is ever overwritten. Syncs the
 * folder, not the file; when only that, or taking the old name away, fails, the file has its final
 * name all the same. */
bool file_publish(const char *from, const char *to, struct err *e);

#endif
