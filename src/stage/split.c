/* Split: see split.h. */
#include "stage/split.h"

enum { BLOCK = 128 * 1024, MARKER = 3 };

void split_init(struct split *s, struct input *in, bool hashing)
{
    *s = (struct split){.in = in, .line = 1, .hashing = hashing};
    str_init(&s->buffer, DOCUMENT_MAX + 2 * BLOCK);
    if (hashing)
        digest_init(&s->digest, DIGEST_SHA256);
}

void split_done(struct split *s)
{
    digest_done(&s->digest);
    str_done(&s->buffer);
}

/* Leaves the first n bytes of the document at hand behind: as far as lines were counted. */
static void pass(struct split *s, size_t n)
{
    if (n == 0)
        return;
    struct view v = {s->buffer.p + s->start, n};
    if (s->hashing)
        digest_add(&s->digest, v);
    s->line += s->lines;
    s->lines = 0;
    s->offset += n;
    s->start += n;
}

/* Reads more; the document at hand moves to the front of the buffer first. */
static bool refill(struct split *s, struct err *e)
{
    size_t got;
    if (err_stopped(e))
        return false;
    if (s->start > 0) {
        s->buffer.n -= s->start;
        memmove(s->buffer.p, s->buffer.p + s->start, s->buffer.n);
        s->scan -= s->start;
        s->start = 0;
    }
    char *to = str_room(&s->buffer, BLOCK);
    if (to == NULL)
        return err_set(e, ERR_BUG, "a document outgrew its buffer");
    if (!s->in->read(s->in, to, BLOCK, &got, e))
        return false;
    str_used(&s->buffer, got);
    s->ended = got == 0;
    return true;
}

static bool ends_marker(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Passes bytes, many at once, as far as no line among them can begin a document. */
static void pass_lines(struct split *s)
{
    enum { STEP = 64 };
    while (s->buffer.n - s->scan >= STEP + MARKER) {
        const char *p = s->buffer.p + s->scan;
        unsigned char lines = 0, markers = 0;
        for (size_t i = 0; i < STEP; i++) {
            lines = (unsigned char)(lines + (p[i] == '\n'));
            markers |= (p[i] == '\n') & (p[i + 1] == '-') & (p[i + 2] == '-');
        }
        if (markers != 0)
            return;
        s->lines += lines;
        s->scan += STEP;
    }
}

/* Looks for the next line that begins a document, from s->scan on. Sets s->scan to its start, or as
 * far as it is certain that there is none. */
static bool find_marker(struct split *s)
{
    struct view v = str_view(&s->buffer);
    for (;;) {
        pass_lines(s);
        size_t newline = view_find(v, s->scan, '\n'), at = newline + 1;
        s->scan = newline;
        if (newline == v.n)
            return false;
        size_t left = v.n - at;
        if (left <= MARKER && !s->ended)
            return false; /* cannot tell yet */
        s->lines++;
        if (left >= MARKER && memcmp(v.p + at, "---", MARKER) == 0 &&
            (left == MARKER || ends_marker(v.p[at + MARKER]))) {
            s->scan = at;
            return true;
        }
        s->scan = at;
    }
}

/* The document at hand is too large: what was looked through of it is passed over. */
static void pass_over(struct split *s, struct chunk *c)
{
    c->oversize = true;
    pass(s, s->scan - s->start);
    c->endless = s->offset - c->offset > PASSED_MAX;
    if (c->endless) {
        s->buffer.n = s->start;
        s->ended = true;
    }
}

static struct view without_mark(struct view v, bool first)
{
    return first && view_starts(v, "\xEF\xBB\xBF") ? view_slice(v, 3, v.n) : v;
}

bool split_next(struct split *s, struct chunk *ret, bool *ret_end, struct err *e)
{
    pass(s, s->size);
    s->size = 0;
    s->scan = s->start;
    struct chunk c = {.line = s->line, .offset = s->offset, .first = !s->begun};
    bool found = false;
    while (!(found = find_marker(s)) && !s->ended) {
        if (s->scan - s->start > DOCUMENT_MAX)
            pass_over(s, &c);
        if (!c.endless && !refill(s, e))
            return false;
    }
    s->size = (found ? s->scan : s->buffer.n) - s->start;
    *ret_end = s->size == 0 && !c.oversize;
    s->begun = true;
    c.last = !found;
    c.oversize = c.oversize || s->size > DOCUMENT_MAX;
    c.text = (struct view){str_z(&s->buffer) + s->start, c.oversize ? 0 : s->size};
    c.text = without_mark(c.text, c.first);
    *ret = c;
    return true;
}

bool chunk_has_bare_marker(const struct chunk *c)
{
    return view_starts(c->text, "---\n");
}

bool chunk_is_preamble(const struct chunk *c)
{
    for (size_t at = 0; at < c->text.n;) {
        size_t end = view_find(c->text, at, '\n');
        struct view line = view_trim(view_slice(c->text, at, end));
        if (line.n > 0 && line.p[0] != '#' && c->text.p[at] != '%')
            return false;
        at = end + 1;
    }
    return true;
}
