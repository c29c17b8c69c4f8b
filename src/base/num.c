/* Numbers: see num.h. The only file that may call strtod; the locale's decimal point stays "."
 * because nothing in this program calls setlocale for LC_NUMERIC. */
#include "base/num.h"

#include "base/mem.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool num_i64(struct view v, int64_t *ret)
{
    size_t i = v.n > 0 && v.p[0] == '-';
    bool negative = i == 1;
    uint64_t u = 0, max = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    if (v.p == NULL || i == v.n)
        return false;
    for (; i < v.n; i++) {
        unsigned digit = (unsigned char)v.p[i] - (unsigned)'0';
        if (digit > 9 || u > (max - digit) / 10)
            return false;
        u = u * 10 + digit;
    }
    *ret = negative ? (int64_t)(0 - u) : (int64_t)u;
    return true;
}

bool num_i64_in(struct view v, int64_t min, int64_t max, int64_t *ret)
{
    int64_t i;
    if (!num_i64(v, &i) || i < min || i > max)
        return false;
    *ret = i;
    return true;
}

static size_t skip_digits(struct view v, size_t at)
{
    while (at < v.n && v.p[at] >= '0' && v.p[at] <= '9')
        at++;
    return at;
}

/* JSON: -? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)? */
static bool is_json_number(struct view v)
{
    size_t at = v.n > 0 && v.p[0] == '-', end = skip_digits(v, at);
    if (end == at || (end - at > 1 && v.p[at] == '0'))
        return false;
    if (end < v.n && v.p[end] == '.') {
        at = end + 1;
        end = skip_digits(v, at);
        if (end == at)
            return false;
    }
    if (end < v.n && (v.p[end] == 'e' || v.p[end] == 'E')) {
        at = end + 1;
        if (at < v.n && (v.p[at] == '+' || v.p[at] == '-'))
            at++;
        end = skip_digits(v, at);
        if (end == at)
            return false;
    }
    return end == v.n;
}

/* Powers of ten that a double holds exactly, as far as they are of use here. */
static const double TENS[] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
enum { EXACT_DIGITS = 15 };

/* A number of at most 15 digits and no exponent is a whole number over a power of ten, both exact
 * as doubles: their quotient is rounded once, and so correctly (W. D. Clinger, How to Read Floating
 * Point Numbers Accurately, 1990). Needs arithmetic in double, not in a wider type. `v` is a JSON
 * number. */
static bool short_real(struct view v, double *ret)
{
    double whole = 0;
    size_t digits = 0, decimals = 0, at = v.p[0] == '-';
    bool point = false;
    if (FLT_EVAL_METHOD != 0 || v.n > EXACT_DIGITS + 2)
        return false;
    for (; at < v.n; at++) {
        if (v.p[at] == '.') {
            point = true;
            continue;
        }
        if (v.p[at] < '0' || v.p[at] > '9' || ++digits > EXACT_DIGITS)
            return false;
        whole = whole * 10 + (v.p[at] - '0');
        decimals += point;
    }
    *ret = v.p[0] == '-' ? -(whole / TENS[decimals]) : whole / TENS[decimals];
    return true;
}

bool num_real(struct view v, double *ret)
{
    char small[64], *z = small; /* the view is not terminated, as strtod wants it */
    if (v.p == NULL || v.n == 0 || !is_json_number(v))
        return false;
    if (short_real(v, ret))
        return true;
    if (v.n >= sizeof small)
        z = mem_alloc(v.n + 1);
    memcpy(z, v.p, v.n);
    z[v.n] = '\0';
    double d = strtod(z, NULL);
    if (z != small)
        mem_free(z);
    if (!isfinite(d))
        return false;
    *ret = d;
    return true;
}

static size_t print_digits(uint64_t u, size_t least, char *to)
{
    char digits[24];
    size_t n = 0;
    for (; u != 0 || n < least; u /= 10)
        digits[n++] = (char)('0' + u % 10);
    for (size_t i = 0; i < n; i++)
        to[i] = digits[n - 1 - i];
    return n;
}

/* Most numbers have few decimals: W/10^k with a W of at most 15 digits. Of a double that is the one
 * nearest to such a number, 15 digits give this number back (DBL_DIG), so it is what %.15g prints;
 * the quotient tells whether it is the nearest, for it is rounded once (see short_real). 0: not so
 * short. */
static size_t print_short_real(double d, char to[32])
{
    enum { MOST_DECIMALS = 6 };
    double size = fabs(d);
    size_t n = 0;
    if (FLT_EVAL_METHOD != 0 || !(size >= 1e-4 && size < 1e9))
        return 0;
    for (size_t k = 0; k <= MOST_DECIMALS; k++) {
        double whole = nearbyint(size * TENS[k]);
        if (whole / TENS[k] != size) /* of W below 10^15 */
            continue;
        uint64_t w = (uint64_t)whole, ten = (uint64_t)TENS[k];
        if (d < 0)
            to[n++] = '-';
        n += print_digits(w / ten, 1, to + n);
        to[n++] = '.';
        n += print_digits(w % ten, k == 0 ? 1 : k, to + n);
        to[n] = '\0';
        return n;
    }
    return 0;
}

size_t num_print_real(double d, char to[32])
{
    int n = 0;
    size_t quick = print_short_real(d, to);
    if (quick > 0)
        return quick;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(to, 32, "%.*g", digits, d);
        if (strtod(to, NULL) == d)
            break;
    }
    if (strpbrk(to, ".eEn") == NULL) { /* keep it a real number for every reader */
        to[n++] = '.';
        to[n++] = '0';
        to[n] = '\0';
    }
    return (size_t)n;
}
