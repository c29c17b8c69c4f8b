/* Identity: which movie a MovieLens row belongs to. See merge.h and docs/merge.md.
 *
 * MovieLens gives two ids per row. The IMDb id is unique in every release seen; the TMDB id is not,
 * and is now and then plainly wrong, so that a contradiction of the two is settled for the IMDb id
 * unless title and year speak for the link. */
#include "merge/merge.h"

#include "base/date.h"
#include "base/text.h"
#include "model/imdb.h"

#include <stdlib.h>

int64_t year_of_date(struct view date)
{
    int64_t day;
    return date_parse(date, &day) ? date_civil(day).year : 0;
}

static bool fold_is_one_of(struct view folded, const struct tmdb_facts *t, struct arena *scratch)
{
    if (folded.n == 0)
        return false;
    return view_eq(folded, text_fold(scratch, t->title)) ||
           (t->original_title.p != NULL && view_eq(folded, text_fold(scratch, t->original_title)));
}

static struct view without_aka(struct view v)
{
    static const char *const marks[] = {"a.k.a. ", "a.k.a ", "aka ", "A.K.A. "};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (view_starts(v, marks[i]))
            return view_slice(v, strlen(marks[i]), v.n);
    return v;
}

bool titles_agree(struct view title, const struct tmdb_facts *t, struct arena *scratch)
{
    if (title.p == NULL || t->title.p == NULL)
        return false;
    if (fold_is_one_of(text_fold(scratch, title), t, scratch))
        return true;
    size_t open = view_find(title, 0, '(');
    if (open < title.n &&
        fold_is_one_of(text_fold(scratch, view_slice(title, 0, open)), t, scratch))
        return true;
    while (open < title.n) {
        size_t close = view_find(title, open, ')');
        struct view inside = without_aka(view_slice(title, open + 1, close));
        if (fold_is_one_of(text_fold(scratch, inside), t, scratch))
            return true;
        open = view_find(title, close, '(');
    }
    return false;
}

static bool years_agree(int64_t a, int64_t b)
{
    return a == 0 || b == 0 || llabs(a - b) <= 1;
}

/* Two valid IMDb ids that differ contradict each other; a missing one says nothing. */
static bool imdb_contradicts(struct view a, struct view b)
{
    return imdb_id_is_valid(a) && imdb_id_is_valid(b) && !view_eq(a, b);
}

struct link merge_link(const struct ml_movie *row, const struct tmdb_facts *linked,
    const struct tmdb_facts *const *by_imdb, size_t by_imdb_n, struct arena *scratch)
{
    bool contradiction = linked != NULL && imdb_contradicts(row->imdb_id, linked->imdb_id);
    bool replaced = linked != NULL && linked->gone && by_imdb_n == 1;
    if (linked != NULL && !contradiction && !replaced)
        return (struct link){linked->tmdb_id, LINK_BY_TMDB_ID, false};
    if (by_imdb_n == 1 && imdb_id_is_valid(row->imdb_id))
        return (struct link){by_imdb[0]->tmdb_id, LINK_BY_IMDB_ID, contradiction};
    if (linked != NULL && titles_agree(row->title, linked, scratch) &&
        years_agree(row->year, year_of_date(linked->release_date)))
        return (struct link){linked->tmdb_id, LINK_BY_TITLE, true};
    return (struct link){-row->movielens_id, LINK_NONE, contradiction};
}
