/* Names of batch files: see name.h. */
#include "stage/name.h"

#include "base/file.h"
#include "base/num.h"

static const char *const types[] = {"initial", "missing", "changes"};

const char *batch_type_name(enum batch_type t)
{
    return types[t];
}

bool batch_type_parse(struct view v, enum batch_type *ret)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (view_is(v, types[i])) {
            *ret = (enum batch_type)i;
            return true;
        }
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool batch_scope_is_valid(struct view v)
{
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-')
            return false;
    }
    return v.n > 0 && v.n <= NAME_MAX_SCOPE;
}

static bool cut_suffix(struct view *v, const char *suffix)
{
    bool has = view_ends(*v, suffix);
    if (has)
        v->n -= strlen(suffix);
    return has;
}

/* Cuts MARK and a number from 2 off the end of `v`. *ret stays as it is when they are not there. */
static void cut_number(struct view *v, const char *mark, int64_t *ret)
{
    size_t digits = 0, m = strlen(mark);
    while (digits < v->n && is_digit(v->p[v->n - 1 - digits]))
        digits++;
    struct view head = view_slice(*v, 0, v->n - digits);
    if (digits == 0 || v->p[v->n - digits] == '0' || !view_ends(head, mark))
        return;
    if (num_i64_in(view_slice(*v, v->n - digits, v->n), 2, NAME_MAX_NUMBER, ret))
        v->n = head.n - m;
}

/* ".rejected" or ".rejectedN" */
static int64_t cut_rejected(struct view *v)
{
    int64_t number = 0;
    cut_number(v, ".rejected", &number);
    return number == 0 && cut_suffix(v, ".rejected") ? 1 : number;
}

/* "_YYYYMMDD_HHMMSS" */
static bool cut_stamp(struct view *v, struct view *ret)
{
    if (v->n < NAME_STAMP + 1)
        return false;
    struct view s = view_slice(*v, v->n - NAME_STAMP, v->n);
    for (size_t i = 0; i < s.n; i++)
        if (i == 8 ? s.p[i] != '_' : !is_digit(s.p[i]))
            return false;
    v->n -= NAME_STAMP;
    *ret = s;
    return cut_suffix(v, "_");
}

bool batch_name_parse(const char *path, struct batch_name *ret)
{
    struct batch_name n = {.part = 1, .copy = 1};
    struct view v = view_of(file_base_name(path));
    n.unfinished = cut_suffix(&v, ".part");
    (void)cut_suffix(&v, ".gz");
    if (!cut_suffix(&v, ".yaml"))
        return false;
    n.rejected = cut_rejected(&v);
    cut_number(&v, "_r", &n.copy);
    cut_number(&v, "_p", &n.part);
    if (!cut_stamp(&v, &n.stamp))
        return false;
    size_t end = view_find(v, 0, '_');
    if (end == v.n || !batch_type_parse(view_slice(v, 0, end), &n.type))
        return false;
    n.scope = view_slice(v, end + 1, v.n);
    if (!batch_scope_is_valid(n.scope))
        return false;
    *ret = n;
    return true;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int batch_name_cmp(const struct batch_name *a, const struct batch_name *b)
{
    int c = view_cmp(a->stamp, b->stamp);
    if (c == 0)
        c = compare(a->part, b->part);
    if (c == 0)
        c = view_cmp(a->scope, b->scope);
    if (c == 0)
        c = compare((int64_t)a->type, (int64_t)b->type);
    if (c == 0)
        c = compare(a->copy, b->copy);
    return c != 0 ? c : compare(a->rejected, b->rejected);
}

const char *batch_folder_path(const char *data_dir, enum batch_folder folder, struct arena *a)
{
    static const char *const names[] = {"raw", "processed", "rejected"};
    return arena_print(a, "%s/movies/%s", data_dir, names[folder]).p;
}

const char *batch_name_path(const char *data_dir, const struct batch_name *n, struct arena *a)
{
    const char *part = "";
    if (n->part > 1)
        part = arena_print(a, "_p%lld", (long long)n->part).p;
    return arena_print(a, "%s/%s_%.*s_%.*s%s.yaml", batch_folder_path(data_dir, FOLDER_RAW, a),
        types[n->type], VIEW_ARG(n->scope), VIEW_ARG(n->stamp), part)
        .p;
}
