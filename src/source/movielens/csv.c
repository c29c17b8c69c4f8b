/* CSV: see csv.h. A row is first cut into fields without changing a byte (it may turn out that more
 * must be read, or that the row is bad and its lines are to be read again); only then are doubled
 * quotes undone, in place. */
#include "source/movielens/csv.h"

#include "source/movielens/plain.h"

enum { WINDOW = 4 * CSV_ROW_MAX };

enum cut { CUT_DONE, CUT_MORE, CUT_BAD };

static const char too_long[] = "the row is longer than 65536 bytes";
static const char no_end[] = "a quoted field that begins here has no end within 65536 bytes";
static const char file_ends[] = "the file ends inside a quoted field that begins here";
static const char after_quote[] =
    "something stands between a closing quote and the next comma or line end";

void csv_init(struct csv *c, struct input *in)
{
    *c = (struct csv){.line = 1};
    window_init(&c->window, in, WINDOW);
}

void csv_done(struct csv *c)
{
    window_done(&c->window);
}

/* Index of the first comma or line feed at or after `at`, or v.n. *ret_quote: a quote stands before
 * it. */
static size_t field_end(struct view v, size_t at, bool *ret_quote)
{
    size_t i = at;
    bool quote = false;
    for (; i + 8 <= v.n; i += 8) {
        uint64_t word = plain_word(v.p + i), quotes = plain_that_are(word, '"'),
                 ends = plain_that_are(word, ',') | plain_that_are(word, '\n');
        quote |= (quotes & -quotes) - 1 < (ends & -ends) - 1;
        if (ends != 0) {
            *ret_quote = quote;
            return i + (size_t)__builtin_ctzll(ends) / 8;
        }
    }
    for (; i < v.n && v.p[i] != ',' && v.p[i] != '\n'; i++)
        quote |= v.p[i] == '"';
    *ret_quote = quote;
    return i;
}

/* Index of the comma, line feed or end that follows an unquoted field; carriage returns before a
 * line end do not belong to it. */
static enum cut cut_plain(
    struct view v, size_t at, bool ended, struct csv_field *f, size_t *ret_next)
{
    bool quote;
    size_t i = field_end(v, at, &quote);
    if (i == v.n && !ended)
        return CUT_MORE;
    *ret_next = i;
    if (i == v.n || v.p[i] == '\n')
        while (i > at && v.p[i - 1] == '\r')
            i--;
    f->text = view_slice(v, at, i);
    f->loose = quote;
    return CUT_DONE;
}

/* Index of the closing quote of the field whose quote opened before `at`, or v.n. */
static size_t closing_quote(struct view v, size_t at)
{
    size_t q = view_find(v, at, '"');
    while (q + 1 < v.n && v.p[q + 1] == '"')
        q = view_find(v, q + 2, '"');
    return q;
}

static enum cut cut_quoted(struct view v, size_t at, bool ended, struct csv_field *f,
    size_t *ret_next, const char **ret_problem)
{
    size_t q = closing_quote(v, at + 1), i = q + 1;
    *ret_problem = ended ? file_ends : no_end;
    if (q >= v.n)
        return ended ? CUT_BAD : CUT_MORE;
    while (i < v.n && v.p[i] == '\r')
        i++;
    if (i == v.n && !ended)
        return CUT_MORE;
    *ret_problem = after_quote;
    if (i < v.n && v.p[i] != '\n' && (v.p[i] != ',' || i != q + 1))
        return CUT_BAD;
    f->quoted = true;
    f->text = view_slice(v, at + 1, q);
    *ret_next = i;
    return CUT_DONE;
}

/* Cuts the row that begins at v. On CUT_MORE and CUT_BAD ret->problem says what is wrong if no more
 * comes. */
static enum cut cut_row(struct view v, bool ended, struct csv_row *ret, size_t *ret_used)
{
    size_t at = 0, next = 0;
    ret->quotes = false;
    for (ret->n = 0;; ret->n++) {
        struct csv_field f = {.column = at + 1};
        ret->problem = too_long;
        bool quote = at < v.n && v.p[at] == '"';
        enum cut r = quote ? cut_quoted(v, at, ended, &f, &next, &ret->problem)
                           : cut_plain(v, at, ended, &f, &next);
        if (r != CUT_DONE)
            return r;
        ret->quotes |= quote;
        if (ret->n < CSV_FIELDS)
            ret->fields[ret->n] = f;
        if (next == v.n || v.p[next] == '\n')
            break;
        at = next + 1;
    }
    ret->n++;
    ret->unended = next == v.n;
    *ret_used = ret->unended ? next : next + 1;
    return CUT_DONE;
}

/* "" -> " in the bytes of the fields themselves, which lie in `bytes`. */
static void undo_quotes(struct csv_row *row, char *bytes)
{
    for (size_t k = 0; k < row->n && k < CSV_FIELDS; k++) {
        struct view *v = &row->fields[k].text;
        size_t from = row->fields[k].quoted ? view_find(*v, 0, '"') : v->n;
        if (from == v->n)
            continue;
        char *p = bytes + (v->p - bytes);
        size_t to = from;
        for (size_t i = from; i < v->n; i++) {
            p[to++] = p[i];
            i += p[i] == '"'; /* every quote inside is followed by its twin */
        }
        v->n = to;
    }
}

/* Of a row, in whose quoted fields there may be more of them than at its end. */
static uint64_t line_feeds(const struct csv_row *row, struct view v)
{
    uint64_t n = 0;
    if (!row->quotes)
        return !row->unended;
    for (size_t i = view_find(v, 0, '\n'); i < v.n; i = view_find(v, i + 1, '\n'))
        n++;
    return n;
}

/* Passes over the rest of a line; when it goes on beyond the window, over the rest of that too. */
static bool skip_line(struct csv *c, struct err *e)
{
    struct window *w = &c->window;
    for (;;) {
        struct view rest = window_rest(w);
        size_t i = view_find(rest, 0, '\n');
        if (i < rest.n) {
            w->at += i + 1;
            c->line++;
            return true;
        }
        w->at = w->n;
        if (w->ended)
            return true;
        if (!window_fill(w, e))
            return false;
    }
}

/* Cuts the next row, reading more as long as that can help. */
static bool cut_next(
    struct csv *c, struct csv_row *ret, size_t *ret_used, enum cut *ret_cut, struct err *e)
{
    struct window *w = &c->window;
    for (;;) {
        struct view rest = window_rest(w);
        *ret_cut = cut_row(rest, w->ended, ret, ret_used);
        if (*ret_cut != CUT_MORE || rest.n > CSV_ROW_MAX)
            return true;
        if (!window_fill(w, e))
            return false;
    }
}

static bool is_blank_line(const struct csv_row *row)
{
    return row->n == 1 && row->fields[0].text.n == 0 && !row->fields[0].quoted;
}

static bool begin(struct csv *c, struct err *e)
{
    if (c->began)
        return true;
    c->began = true;
    if (!window_fill(&c->window, e))
        return false;
    window_pass_bom(&c->window);
    return true;
}

bool csv_next(struct csv *c, struct csv_row *ret, struct err *e)
{
    struct window *w = &c->window;
    if (!begin(c, e))
        return false;
    do {
        enum cut cut;
        size_t used = 0;
        if (w->at == w->n && !window_fill(w, e))
            return false;
        ret->state = CSV_END;
        ret->line = c->line;
        ret->n = 0;
        ret->unended = false;
        ret->problem = NULL;
        if (w->at == w->n)
            return true;
        if (!cut_next(c, ret, &used, &cut, e))
            return false;
        if (cut != CUT_DONE || used > CSV_ROW_MAX) {
            ret->state = CSV_BAD;
            ret->problem = cut == CUT_DONE ? too_long : ret->problem;
            ret->n = 0;
            ret->unended = false;
            return skip_line(c, e);
        }
        ret->state = CSV_ROW;
        ret->problem = NULL;
        c->line += line_feeds(ret, (struct view){w->bytes + w->at, used});
        undo_quotes(ret, w->bytes);
        w->at += used;
    } while (is_blank_line(ret));
    return true;
}

bool csv_peek(const struct csv *c, struct view *ret)
{
    struct view rest = window_rest(&c->window);
    size_t n = view_find(rest, 0, '\n');
    *ret = view_slice(rest, 0, n + 1);
    return n < rest.n;
}

void csv_pass(struct csv *c, size_t n)
{
    c->window.at += n;
    c->line++;
}

void csv_split(char *line, size_t n, struct csv_row *ret)
{
    size_t used = 0;
    *ret = (struct csv_row){.state = CSV_ROW};
    enum cut cut = n > CSV_ROW_MAX ? CUT_BAD : cut_row((struct view){line, n}, true, ret, &used);
    if (cut == CUT_DONE && used == n) {
        undo_quotes(ret, line);
        return;
    }
    ret->state = CSV_BAD;
    ret->problem = n > CSV_ROW_MAX   ? too_long
                   : cut == CUT_DONE ? "a line end inside the row"
                                     : ret->problem;
    ret->n = 0;
}
