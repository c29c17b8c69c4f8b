/*
 * See links.h. The file has no quoted fields, so splitting at commas is all there is to it.
 */
#include "links.h"

#include "buf.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>

static int compare_tmdb(const void *a, const void *b)
{
    const struct link_pair *x = a;
    const struct link_pair *y = b;

    return x->tmdb_id != y->tmdb_id ? (x->tmdb_id < y->tmdb_id ? -1 : 1)
                                    : (x->imdb > y->imdb) - (x->imdb < y->imdb);
}

static int compare_imdb(const void *a, const void *b)
{
    const struct link_pair *x = a;
    const struct link_pair *y = b;

    return (x->imdb > y->imdb) - (x->imdb < y->imdb);
}

static bool parse_line(const char *line, struct link_pair *ret)
{
    const char *imdb = strchr(line, ',');
    const char *tmdb = imdb != NULL ? strchr(imdb + 1, ',') : NULL;
    uint64_t imdb_number;
    uint64_t tmdb_number;

    if (tmdb == NULL || !text_uint(imdb + 1, (size_t)(tmdb - imdb - 1), 999999999, &imdb_number) ||
        !text_uint(tmdb + 1, strcspn(tmdb + 1, "\r\n"), UINT32_MAX, &tmdb_number))
        return false;
    *ret = (struct link_pair){(uint32_t)tmdb_number, (uint32_t)imdb_number};
    return true;
}

bool links_read(const char *path, struct links *ret)
{
    FILE *f = fopen(path, "r");
    char line[256];
    size_t cap = 0;
    size_t kept = 0;

    *ret = (struct links){0};
    if (f == NULL)
        return false;
    while (fgets(line, sizeof line, f) != NULL) {
        struct link_pair pair;

        if (!parse_line(line, &pair))
            continue;
        if (ret->count == cap) {
            cap = cap > 0 ? cap * 2 : 4096;
            ret->by_tmdb = mem_take(ret->by_tmdb, cap * sizeof *ret->by_tmdb);
        }
        ret->by_tmdb[ret->count++] = pair;
    }
    fclose(f);
    if (ret->count == 0)
        return false;
    qsort(ret->by_tmdb, ret->count, sizeof *ret->by_tmdb, compare_tmdb);
    for (size_t i = 0; i < ret->count; i++)
        if (kept == 0 || ret->by_tmdb[kept - 1].tmdb_id != ret->by_tmdb[i].tmdb_id)
            ret->by_tmdb[kept++] = ret->by_tmdb[i];
    ret->count = kept;
    ret->by_imdb = mem_take(NULL, kept * sizeof *ret->by_imdb);
    memcpy(ret->by_imdb, ret->by_tmdb, kept * sizeof *ret->by_imdb);
    qsort(ret->by_imdb, kept, sizeof *ret->by_imdb, compare_imdb);
    return true;
}

void links_done(struct links *l)
{
    free(l->by_tmdb);
    free(l->by_imdb);
    *l = (struct links){0};
}

const struct link_pair *links_of_tmdb(const struct links *l, uint32_t tmdb_id)
{
    size_t low = 0;
    size_t high = l->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->by_tmdb[middle].tmdb_id < tmdb_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->count && l->by_tmdb[low].tmdb_id == tmdb_id ? &l->by_tmdb[low] : NULL;
}

const struct link_pair *links_of_imdb(const struct links *l, uint32_t imdb)
{
    struct link_pair key = {0, imdb};

    return l->count > 0 ? bsearch(&key, l->by_imdb, l->count, sizeof key, compare_imdb) : NULL;
}
