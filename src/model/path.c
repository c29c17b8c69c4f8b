/* Path steps: see path.h. */
#include "model/path.h"

static size_t name_end(struct view v)
{
    size_t i = 0;
    while (i < v.n && v.p[i] != '.' && v.p[i] != '[' && v.p[i] != '{')
        i++;
    return i;
}

static struct step bracket_step(struct view *path)
{
    bool keys = path->p[0] == '{';
    size_t close = view_find(*path, 0, keys ? '}' : ']');
    struct view inside = view_slice(*path, 1, close);
    *path = view_slice(*path, close + 1, path->n);
    if (keys)
        return (struct step){STEP_GROUP_KEYS, inside};
    if (inside.n == 0)
        return (struct step){STEP_ALL, inside};
    if (inside.p[0] == '=')
        return (struct step){STEP_VALUE, view_slice(inside, 1, inside.n)};
    return (struct step){STEP_GROUP_LIST, inside};
}

struct step path_next(struct view *path)
{
    if (path->n > 0 && path->p[0] == '.')
        *path = view_slice(*path, 1, path->n);
    if (path->n == 0)
        return (struct step){STEP_END, {"", 0}};
    if (path->p[0] == '[' || path->p[0] == '{')
        return bracket_step(path);
    size_t end = name_end(*path);
    struct step s = {STEP_KEY, view_slice(*path, 0, end)};
    *path = view_slice(*path, end, path->n);
    return s;
}
