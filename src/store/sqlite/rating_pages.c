/* Rating pages: see rating_pages.h. */
#include "store/sqlite/rating_pages.h"

/* What the process takes besides the index's memory: blocks of the source, chunks of pages,
 * SQLite's cache. */
enum { OTHER_MEMORY = 48 * 1024 * 1024, FIRST_SAMPLES = 8 };

static size_t index_memory(const struct ranked_source *source)
{
    int64_t all = source->memory < LOAD_MEMORY_LEAST ? LOAD_MEMORY_LEAST : source->memory;
    return (size_t)(all - OTHER_MEMORY);
}

bool rating_pages_begin(struct rating_pages *p, const char *path, uint32_t table_root,
    uint32_t index_root, const struct ranked_source *source, const char **ret_why, struct err *e)
{
    *p = (struct rating_pages){
        .table_root = table_root, .index_root = index_root, .last = INT64_MIN};
    bool table = false, index = false;
    if (!page_file_open(&p->file, path, ret_why, e))
        return false;
    if (*ret_why != NULL)
        return true;
    bool ok = page_file_root_is_empty(&p->file, table_root, &table, e) &&
              page_file_root_is_empty(&p->file, index_root, &index, e);
    if (!ok || !table || !index) {
        *ret_why = "its tables are not empty";
        page_file_close(&p->file);
        return ok;
    }
    leaves_init(&p->table, &p->file, false);
    rating_index_init(&p->index, source->movies, source->movie_n, index_memory(source));
    return true;
}

void rating_pages_close(struct rating_pages *p)
{
    leaves_done(&p->table);
    rating_index_done(&p->index);
    page_file_close(&p->file);
}

static int64_t key_of(const struct rating_block *b, size_t i)
{
    return b->user_id[i] * (INT64_C(1) << 32) + b->movielens_id[i];
}

static struct rating_sample row_of(const struct rating_block *b, size_t i)
{
    return (struct rating_sample){
        b->user_id[i], b->movielens_id[i], b->half_stars[i], b->rated_at[i]};
}

/* The first row, and then ever more seldom: one in each block that begins behind twice as many. */
static void take_samples(struct rating_pages *p, const struct rating_block *b, size_t n)
{
    if (n == 0)
        return;
    p->last_row = row_of(b, n - 1);
    if (p->rows < p->next_sample || p->sample_n == SAMPLES)
        return;
    p->samples[p->sample_n] = row_of(b, p->sample_n % n);
    p->sample_n++;
    p->next_sample = p->rows < FIRST_SAMPLES ? FIRST_SAMPLES : p->rows * 2;
}

bool rating_pages_add(
    struct rating_pages *p, const struct ranked_block *block, size_t *ret_taken, struct err *e)
{
    const struct rating_block *b = &block->ratings;
    size_t n = 0;
    for (; n < b->n; n++) {
        int64_t key = key_of(b, n);
        if (key <= p->last)
            break;
        p->last = key;
        struct value v[] = {value_int(b->user_id[n]), value_int(b->movielens_id[n]),
            value_half(b->half_stars[n]), value_int(b->rated_at[n])};
        leaves_add(&p->table, v, 4);
    }
    take_samples(p, b, n);
    rating_index_add(&p->index, block, 0, n);
    p->rows += n;
    *ret_taken = n;
    return leaves_ok(&p->table, e);
}

bool rating_pages_end(struct rating_pages *p, bool indexed, bool *ret_indexed, struct err *e)
{
    *ret_indexed = false;
    leaves_end(&p->table);
    if (p->table.put != p->rows)
        return err_set(e, ERR_BUG, "the page writer lost rows");
    if (p->rows > 0)
        p->samples[p->sample_n++] = p->last_row;
    return btree_build(&p->file, p->table_root, &p->table, 1, e) &&
           (!indexed || rating_index_build(&p->index, &p->file, p->index_root, ret_indexed, e)) &&
           page_file_finish(&p->file, e);
}
