/* Fuzz: the CSV reader, the numbers, the titles and the fast reader of a rating, on the same bytes.
 *
 * The first byte says in which steps the input is given; the rest is the file. Beside crashes it
 * looks for what must always hold: rows do not depend on the steps, a row the fast reader takes is
 * the one the ordinary reader takes, and names of titles are UTF-8 and no longer than the raw
 * title. */
#include "base/mem.h"
#include "base/text.h"
#include "source/movielens/csv.h"
#include "source/movielens/csv_number.h"
#include "source/movielens/plain.h"
#include "source/movielens/title.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Gives at most `step` bytes a call. */
struct drip {
    struct input in;
    struct view rest;
    size_t step;
};

static bool drip_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct drip *d = (struct drip *)in;
    (void)e;
    *got = n < d->step ? n : d->step;
    *got = *got < d->rest.n ? *got : d->rest.n;
    if (*got > 0)
        memcpy(to, d->rest.p, *got);
    d->rest = view_slice(d->rest, *got, d->rest.n);
    return true;
}

static void drip_close(struct input *in)
{
    mem_free(in);
}

static struct input *drip_new(struct view v, size_t step)
{
    struct drip *d = mem_alloc(sizeof *d);
    *d = (struct drip){{drip_read, drip_close}, v, step};
    return &d->in;
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void try_title(struct arena *a, struct view raw)
{
    struct title t;
    if (!utf8_is_valid(raw))
        return;
    title_parse(a, raw, &t);
    must(utf8_is_valid(t.name));
    must(t.year == 0 || (t.year >= TITLE_YEAR_MIN && t.year <= TITLE_YEAR_MAX));
    /* NFC may lengthen: at most three times in UTF-8 (Unicode Standard Annex 15). */
    must(t.name.n <= 3 * raw.n);
}

static void try_fields(struct arena *a, const struct csv_row *row)
{
    for (size_t i = 0; i < row->n && i < CSV_FIELDS; i++) {
        int64_t x = 0;
        if (csv_number_read(&row->fields[i], 1, 1000, &x) != NUMBER_BAD)
            must(x >= 1 && x <= 1000);
        if (csv_number_half_stars(&row->fields[i], &x) != NUMBER_BAD)
            must(x >= 1 && x <= 10);
        try_title(a, row->fields[i].text);
    }
}

/* The fast reader of a rating, with what it remembers of the rows before, against the ordinary one,
 * on a copy with room behind as a window has. */
static void try_plain(const struct csv *c, struct plain_before *before)
{
    struct view line;
    struct rating fast;
    if (!csv_peek(c, &line) || line.n > 200)
        return;
    char copy[200 + WINDOW_SLACK];
    memset(copy, '7', sizeof copy);
    memcpy(copy, line.p, line.n);
    const char *end = plain_rating(copy, before, &fast);
    if (end == NULL)
        return;
    struct csv_row row;
    int64_t user, movie, half, time;
    must(end == copy + line.n);
    csv_split(copy, line.n - 1, &row);
    must(row.state == CSV_ROW && row.n == 4);
    must(
        csv_number_read(&row.fields[0], 0, 9999999, &user) == NUMBER_PLAIN && user == fast.user_id);
    must(csv_number_read(&row.fields[1], 0, 9999999, &movie) == NUMBER_PLAIN &&
         movie == fast.movielens_id);
    must(csv_number_half_stars(&row.fields[2], &half) == NUMBER_PLAIN && half == fast.half_stars);
    must(csv_number_read(&row.fields[3], 0, 9999999999, &time) == NUMBER_PLAIN &&
         time == fast.rated_at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct csv whole, steps;
    struct csv_row x = {.state = CSV_ROW}, y;
    struct arena a;
    struct err e;
    struct view file = {(const char *)data + 1, size - 1};
    struct plain_before before = PLAIN_NOTHING;
    uint64_t line = 0;
    arena_init(&a);
    csv_init(&whole, input_memory_new(file));
    csv_init(&steps, drip_new(file, (size_t)data[0] + 1));
    while (x.state != CSV_END) {
        try_plain(&whole, &before);
        must(csv_next(&whole, &x, &e) && csv_next(&steps, &y, &e));
        must(x.state == y.state && x.line == y.line && x.n == y.n && x.unended == y.unended);
        must(x.line > line || x.state == CSV_END);
        must(x.state != CSV_BAD || (x.problem != NULL && x.problem == y.problem));
        for (size_t i = 0; i < x.n && i < CSV_FIELDS; i++)
            must(view_eq(x.fields[i].text, y.fields[i].text));
        if (x.state == CSV_ROW)
            try_fields(&a, &x);
        line = x.line;
        arena_reset(&a);
    }
    csv_done(&whole);
    csv_done(&steps);
    arena_done(&a);
    return 0;
}
