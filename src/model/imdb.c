/* IMDb ids: see imdb.h. */
#include "model/imdb.h"

bool imdb_id_is_valid(struct view v)
{
    if (v.p == NULL || v.n < 9 || v.n > 12 || v.p[0] != 't' || v.p[1] != 't')
        return false;
    for (size_t i = 2; i < v.n; i++)
        if (v.p[i] < '0' || v.p[i] > '9')
            return false;
    return true;
}
