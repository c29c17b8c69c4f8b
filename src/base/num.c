/* Numbers: see num.h. The only file that may call strtod; the locale's decimal point stays "."
 * because nothing in this program calls setlocale for LC_NUMERIC. */
#include "base/num.h"

#include "base/mem.h"

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

bool num_real(struct view v, double *ret)
{
    char small[64], *z = small; /* the view is not terminated, as strtod wants it */
    if (v.p == NULL || v.n == 0 || !is_json_number(v))
        return false;
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

size_t num_print_real(double d, char to[32])
{
    int n = 0;
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
