/* A batch file being written, and how far an unfinished one is good (private to stage).
 *
 * Every document is followed at once by the "---" line of the next one. So a document of a .part is
 * complete exactly when such a line follows it: a text cut at a line's end looks like a shorter
 * document, and this tells it apart. */
#ifndef MOVIE_ETL_STAGE_PART_H
#define MOVIE_ETL_STAGE_PART_H

#include "base/file.h"
#include "stage/stage.h"

enum { BATCH_SYNC_EVERY = 50 };

struct part_file {
    struct outfile file;
    struct digest digest; /* of all bytes before the "---" line the file ends with now */
    uint64_t records, gone, unsynced;
    struct batch header; /* texts in `texts` */
    struct arena texts;
};

/* Creates PATH.part with a header document; gives it a new id. `comment`: lines for the top. */
bool part_create(const char *path, const struct batch *header, const char *comment,
    struct part_file *ret, struct err *e);
/* `text`: whole lines, without a "---" line. */
bool part_add(struct part_file *p, struct view text, bool gone, struct err *e);
/* Writes the end document; all is on disk then. *ret_sha256: of the whole file. The file keeps its
 * name. */
bool part_end(struct part_file *p, struct digest_hex *ret_sha256, struct err *e);
void part_done(struct part_file *p); /* closes; the .part stays */

/* What an unfinished file holds. */
struct part_state {
    struct batch header; /* texts in the arena given */
    int64_t
        size; /* up to and with the "---" line behind the last complete document; 0: no header */
    uint64_t records, gone;
};
/* Gets each complete document: its id (0: cannot be told), its text with its "---" line. */
struct part_visit {
    bool (*document)(void *payload, int64_t id, bool gone, struct view text, struct err *e);
    void *payload;
};
/* `sound`: the first document that cannot be read, or has no id, counts as torn (what we wrote
 * ourselves is always sound); else only the "---" lines count. */
bool part_scan(const char *part_path, bool sound, const struct part_visit *visit, struct arena *a,
    struct part_state *ret, struct err *e);
/* Opens PATH.part to go on where `state` says. */
bool part_resume(
    const char *path, const struct part_state *state, struct part_file *ret, struct err *e);

#endif
