/* A box for tests of stage: a folder of its own, an arena, findings, and a batch read to its
 * end. */
#ifndef MOVIE_ETL_TESTS_BOX_H
#define MOVIE_ETL_TESTS_BOX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "stage/stage.h"

enum { BOX_RECORDS = 5000 };

struct box {
    char dir[64]; /* DATA_DIR */
    struct arena a;
    struct gzip *gzip;
    struct findings f;
    /* of the batch read last */
    struct batch header;
    struct staged_record records[BOX_RECORDS];
    bool bad[BOX_RECORDS];
    struct view documents[BOX_RECORDS];
    size_t n;
    struct batch_summary summary;
};

int box_set_up(void **state);
int box_tear_down(void **state);
#define BOX_TEST(name) cmocka_unit_test_setup_teardown(name, box_set_up, box_tear_down)

const char *box_path(struct box *b, const char *name);           /* below dir */
void box_put(struct box *b, const char *path, struct view text); /* makes folders */
struct view box_get(struct box *b, const char *path);
/* Names in a folder below dir, sorted, joined by blanks. */
const char *box_list(struct box *b, const char *folder);

/* Reads a batch to its end; findings are new each time. */
void box_read_text(struct box *b, struct view text);
void box_read_file(struct box *b, const char *path);

const struct finding *box_finding(const struct box *b, size_t i);
void box_print_findings(const struct box *b);
/* The i-th finding has that rule and place. */
#define assert_finding(b, i, rule_, line_, column_)                                                \
    do {                                                                                           \
        const struct finding *f_ = box_finding((b), (i));                                          \
        if (f_->rule != (rule_) || f_->line != (line_) || f_->column != (column_))                 \
            box_print_findings(b);                                                                 \
        assert_int_equal(f_->rule, (rule_));                                                       \
        assert_int_equal(f_->line, (line_));                                                       \
        assert_int_equal(f_->column, (column_));                                                   \
    } while (0)
#define assert_findings(b, count)                                                                  \
    do {                                                                                           \
        if ((b)->f.kept.n != (count))                                                              \
            box_print_findings(b);                                                                 \
        assert_int_equal((b)->f.kept.n, (count));                                                  \
    } while (0)
#define assert_view(v, z) assert_true(view_is((v), (z)))
#define must(call)                                                                                 \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, e.text);                                                     \
    } while (0)

/* A sound file: a header of lines 1 to 9, `documents` from line 10 on, and the end document. */
struct view box_batch(struct box *b, const char *documents, int records, int gone);

/* Documents of one movie (550, "Fight Club") and a gone one; reads a file of `documents`. */
extern const char box_two[];
void box_read_documents(struct box *b, const char *documents, int records, int gone);
/* `text`, with `what` (which is in it) replaced by `with`. */
const char *box_edit(struct box *b, const char *text, const char *what, const char *with);

/* A movie with an id and a title, and a gone one. */
struct staged_record box_movie(struct box *b, int64_t id, const char *title);
struct staged_record box_gone(int64_t id);

/* Both steps of moving a file that was read just now. */
bool box_move_processed(struct box *b, const char *path, bool *ret_moved, struct err *e);

#endif
