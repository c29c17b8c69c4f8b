/* Table pages: see table_pages.h. */
#include "store/sqlite/table_pages.h"

/* What the process takes besides the index's memory: blocks of the source, chunks of pages,
 * SQLite's cache, movies that wait. */
enum { OTHER_MEMORY = 60 * 1024 * 1024, FIRST_SAMPLES = 8 };

static size_t index_memory(int64_t memory)
{
    return (size_t)((memory < LOAD_MEMORY_LEAST ? LOAD_MEMORY_LEAST : memory) - OTHER_MEMORY);
}

bool table_pages_begin(
    struct table_pages *p, const struct table_place *place, const char **ret_why, struct err *e)
{
    *p = (struct table_pages){.table_root = place->table_root, .index_root = place->index_root};
    bool table = false, index = false;
    if (!page_file_open(&p->file, place->path, ret_why, e))
        return false;
    if (*ret_why != NULL)
        return true;
    bool ok = page_file_root_is_empty(&p->file, p->table_root, false, &table, e) &&
              page_file_root_is_empty(&p->file, p->index_root, false, &index, e);
    if (!ok || !table || !index) {
        *ret_why = "its tables are not empty";
        page_file_close(&p->file);
        return ok;
    }
    if (place->sync != NULL)
        page_file_lasts_direct(&p->file, place->sync);
    p->beside = place->beside;
    leaves_init(&p->table, &p->file, false);
    movie_index_init(
        &p->index, place->kind, place->movies, place->movie_n, index_memory(place->memory));
    return true;
}

void table_pages_close(struct table_pages *p)
{
    movie_index_drop(&p->index);
    leaves_done(&p->table);
    movie_index_done(&p->index);
    page_file_close(&p->file);
}

/* From the first block, and then ever more seldom: from each that begins behind twice as many. */
bool table_pages_wants_sample(struct table_pages *p)
{
    if (p->rows < p->next_sample || p->sample_n == SAMPLES)
        return false;
    p->next_sample = p->rows < FIRST_SAMPLES ? FIRST_SAMPLES : p->rows * 2;
    return true;
}

/* Pages for the index's leaves become the database's, and it is begun; unless there are none. */
static bool leave_index(struct table_pages *p, struct err *e)
{
    uint32_t pages = 0;
    movie_index_plan(&p->index, &p->file, p->beside, &pages);
    if (pages == 0)
        return true;
    if (!page_file_reserve(&p->file, pages, e))
        return false;
    movie_index_begin(&p->index, &p->file);
    p->going = true;
    return true;
}

bool table_pages_end(struct table_pages *p, bool indexed, bool *ret_indexed, struct err *e)
{
    *ret_indexed = false;
    leaves_end(&p->table);
    if (p->table.put != p->rows)
        return err_set(e, ERR_BUG, "the page writer lost rows");
    if (!btree_build(&p->file, p->table_root, &p->table, 1, e) ||
        (indexed && p->beside > 0 && !leave_index(p, e)))
        return false;
    if (p->going) {
        *ret_indexed = true;
        return true;
    }
    return (!indexed || movie_index_build(&p->index, &p->file, p->index_root, ret_indexed, e)) &&
           page_file_finish(&p->file, e);
}

bool table_pages_join(struct table_pages *p, struct err *e)
{
    p->going = false;
    movie_index_wait(&p->index);
    return page_file_resume(&p->file, e) &&
           movie_index_end(&p->index, &p->file, p->index_root, e) && page_file_finish(&p->file, e);
}
