/* Judging the fields of a row, for all four files: what is bad becomes a finding. See release.h. */
#include "source/movielens/release.h"

#include "base/text.h"
#include "source/movielens/csv_number.h"

#include <inttypes.h>

bool row_shape(struct place *p, const struct csv_row *row, size_t n)
{
    p->line = row->line;
    p->user_id = p->movielens_id = 0;
    if (row->state == CSV_BAD)
        note(p, RULE_ML_ROW, 0, NULL, "%s; left out", row->problem);
    else if (row->n != n)
        note(p, RULE_ML_ROW, 0, NULL, "the row has %zu fields, expected %zu%s; left out", row->n, n,
            row->unended ? "; the file ends here without a line end: it is probably cut off" : "");
    return row->state == CSV_ROW && row->n == n;
}

bool field_number(struct place *p, const struct csv_field *f, const char *name, int64_t min,
    int64_t max, int64_t *ret)
{
    enum csv_number r = csv_number_read(f, min, max, ret);
    if (r == NUMBER_BAD)
        note(p, RULE_ML_VALUE, f->column, name,
            "'%s' is not a whole number from %" PRId64 " to %" PRId64 "; row left out",
            shown(f->text).z, min, max);
    else if (r == NUMBER_FIXED)
        note(p, RULE_ML_FIXED, f->column, name, "%s'%s' read as %" PRId64,
            f->quoted ? "quoted " : "", shown(f->text).z, *ret);
    return r != NUMBER_BAD;
}

bool field_text(struct place *p, const struct csv_field *f, const char *name, size_t max)
{
    size_t bad = utf8_bad_at(f->text), nul = view_find(f->text, 0, '\0');
    if (f->text.n > max)
        note(p, RULE_ML_VALUE, f->column, name, "%zu bytes, more than %zu; row left out", f->text.n,
            max);
    else if (bad < f->text.n)
        note(p, RULE_ML_VALUE, f->column, name, "not valid UTF-8 at byte %zu of '%s'; row left out",
            bad + 1, shown(f->text).z);
    else if (nul < f->text.n)
        note(p, RULE_ML_VALUE, f->column, name, "a NUL byte in '%s'; row left out",
            shown(f->text).z);
    else if (f->loose)
        note(p, RULE_ML_FIXED, f->column, name,
            "a quote in a field that is not quoted, taken literally: '%s'", shown(f->text).z);
    return f->text.n <= max && bad == f->text.n && nul == f->text.n;
}
