/* Ratings that are not in the plain form: read them if they can be read, say why if not. See
 * ratings.h. */
#include "source/movielens/ratings.h"

#include "source/movielens/csv_number.h"

#include <inttypes.h>

static bool field_half_stars(struct place *p, const struct csv_field *f, int64_t *ret)
{
    enum csv_number r = csv_number_half_stars(f, ret);
    if (r == NUMBER_BAD)
        note(p, RULE_ML_VALUE, f->column, "rating",
            "'%s' is not a rating from 0.5 to 5.0 in half steps; row left out", shown(f->text).z);
    else if (r == NUMBER_FIXED)
        note(p, RULE_ML_FIXED, f->column, "rating", "%s'%s' read as %" PRId64 ".%d",
            f->quoted ? "quoted " : "", shown(f->text).z, *ret / 2, *ret % 2 == 0 ? 0 : 5);
    return r != NUMBER_BAD;
}

bool ratings_careful(struct place *p, char *line, size_t n, bool unended, struct rating *ret)
{
    struct csv_row row;
    csv_split(line, n, &row);
    row.line = p->line;
    row.unended = unended;
    if (row.state == CSV_ROW && row.n == 1 && row.fields[0].text.n == 0)
        return false;
    const struct csv_field *f = row.fields;
    if (!row_shape(p, &row, 4) || !field_number(p, &f[0], "userId", 1, ML_ID_MAX, &ret->user_id) ||
        !field_number(p, &f[1], "movieId", 1, ML_ID_MAX, &ret->movielens_id))
        return false;
    p->user_id = ret->user_id;
    p->movielens_id = ret->movielens_id;
    if (!field_half_stars(p, &f[2], &ret->half_stars) ||
        !field_number(p, &f[3], "timestamp", 0, ML_TIME_MAX, &ret->rated_at))
        return false;
    if (unended && ret->rated_at < ML_TIME_CUT) {
        note(p, RULE_ML_ROW, f[3].column, "timestamp",
            "the file ends without a line end and in the middle of this timestamp: it is cut off; "
            "row left out");
        return false;
    }
    return true;
}
