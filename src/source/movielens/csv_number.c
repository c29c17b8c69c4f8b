/* Numbers of a CSV field: see csv_number.h. */
#include "source/movielens/csv_number.h"

#include "base/num.h"

struct view csv_number_bare(struct view v)
{
    v = view_trim(v);
    size_t point = view_find(v, 0, '.');
    for (size_t i = point + 1; i < v.n; i++)
        if (v.p[i] != '0')
            return v;
    return point == 0 || point + 1 >= v.n ? v : view_slice(v, 0, point);
}

/* Nothing but digits, and few enough for the number to fit. */
static bool few_digits(struct view v, int64_t *ret)
{
    enum { FEW = 18 };
    int64_t i = 0;
    bool other = v.n == 0 || v.n > FEW;
    for (size_t k = 0; !other && k < v.n; k++) {
        other = v.p[k] < '0' || v.p[k] > '9';
        i = i * 10 + (v.p[k] - '0');
    }
    *ret = i;
    return !other;
}

enum csv_number csv_number_read(const struct csv_field *f, int64_t min, int64_t max, int64_t *ret)
{
    struct view bare = f->text;
    int64_t i;
    if (few_digits(bare, &i) && i >= min && i <= max) {
        *ret = i;
        return f->quoted ? NUMBER_FIXED : NUMBER_PLAIN;
    }
    bare = csv_number_bare(bare);
    if (bare.n == 0 || bare.p[0] == '-' || !num_i64_in(bare, min, max, ret))
        return NUMBER_BAD;
    return f->quoted || bare.n != f->text.n ? NUMBER_FIXED : NUMBER_PLAIN;
}

enum csv_number csv_number_half_stars(const struct csv_field *f, int64_t *ret)
{
    double stars;
    struct view v = f->text;
    if (!num_real(view_trim(v), &stars) || stars < 0.5 || stars > 5 ||
        stars * 2 != (double)(int)(stars * 2))
        return NUMBER_BAD;
    *ret = (int64_t)(stars * 2);
    return f->quoted || v.n != 3 || v.p[1] != '.' ? NUMBER_FIXED : NUMBER_PLAIN;
}
