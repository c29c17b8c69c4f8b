/* Head: see head.h. */
#include "stage/head.h"

#include "base/date.h"
#include "base/hash64.h"
#include "base/num.h"
#include "model/tmdb.h"

/* Passes `text` at the beginning of `rest`. */
static bool pass(struct view *rest, const char *text)
{
    if (!view_starts(*rest, text))
        return false;
    *rest = view_slice(*rest, strlen(text), rest->n);
    return true;
}

/* Takes what stands before the next `end`, and passes both. */
static struct view take_until(struct view *rest, char end)
{
    size_t at = view_find(*rest, 0, end);
    struct view taken = view_slice(*rest, 0, at);
    *rest = view_slice(*rest, at < rest->n ? at + 1 : at, rest->n);
    return taken;
}

/* What needs no escapes and holds no quote is the same in the file and in memory. */
static bool is_plain_word(struct view v)
{
    for (size_t i = 0; i < v.n; i++)
        if (!(v.p[i] >= '0' && v.p[i] <= '9') && !(v.p[i] >= 'a' && v.p[i] <= 'z'))
            return false;
    return v.n > 0;
}

static bool read_imdb_id(struct view *rest, struct view *ret)
{
    *ret = (struct view){NULL, 0};
    if (pass(rest, "  imdb_id: null\n"))
        return true;
    if (!pass(rest, "  imdb_id: \""))
        return false;
    *ret = take_until(rest, '"');
    return is_plain_word(*ret) && pass(rest, "\n");
}

static bool read_id(struct view *rest, int64_t *ret)
{
    if (!pass(rest, "  id: "))
        return false;
    struct view digits = take_until(rest, '\n');
    return is_plain_word(digits) && num_i64(digits, ret) && *ret >= 1 && *ret <= ID_MAX;
}

bool head_read(struct view document, uint64_t version, struct head *ret)
{
    struct view rest = document;
    if (!pass(&rest, "---\netl: {fetched_at: \"") ||
        !instant_parse(take_until(&rest, '"'), &ret->fetched_at) ||
        !pass(&rest, ", review: null}\n"))
        return false;
    struct view content = rest;
    if (!pass(&rest, "movie:\n") || !read_id(&rest, &ret->tmdb_id) ||
        !read_imdb_id(&rest, &ret->imdb_id))
        return false;
    ret->content = (int64_t)(hash64(version, content) >> 1 | 1);
    return true;
}
