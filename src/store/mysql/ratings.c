/* Ratings by the million: chunks of them, each as LOAD DATA LOCAL from memory, or as INSERTs where the server does not
 * allow that. Both leave a row out whose key is there already, and both turn errors into warnings: so what the server
 * says of each chunk is checked. */
#include "store/mysql/server.h"

#include "base/mem.h"
#include "base/num.h"
#include "store/sql.h"

#include <stdio.h>
#include <string.h>

enum {
    ROWS_PER_CHUNK = 50000, /* one transaction: clusters limit them */
    ROWS_PER_INSERT = 1000,
    MAX_CHUNK = ROWS_PER_CHUNK * 64,
    DUPLICATE = 1062,
};

struct rating {
    int32_t user_id, movielens_id;
    uint8_t half_stars;
    int64_t rated_at;
};

struct chunk {
    struct str rows;         /* tab-separated lines */
    struct rating *ratings;
    size_t n, skipped;
};

/* ---- what the server says of a statement */

/* "Records: 50000  Deleted: 0  Skipped: 3  Warnings: 3": the number behind `name`; 0 when it is not there. */
static int64_t number_in(const char *info, const char *name)
{
    const char *at = info == NULL ? NULL : strstr(info, name);
    int64_t n = 0;
    if (at != NULL) {
        at += strlen(name);
        (void)num_i64((struct view){at, strspn(at, "0123456789")}, &n);
    }
    return n;
}

struct warnings {
    int64_t duplicates;
    bool others;
    char text[200];
};

static bool take_warning(void *payload, const struct cell *c, size_t n, struct err *e)
{
    struct warnings *w = payload;
    (void)n;
    (void)e;
    if (cell_get_int(&c[1]) == DUPLICATE) {
        w->duplicates++;
    } else if (!view_is(c[0].text, "Note")) {
        w->others = true;
        (void)snprintf(w->text, sizeof w->text, "%.*s", VIEW_ARG(cell_get_text(&c[2])));
    }
    return true;
}

/* Every row must be in, or have been left out because its key is there. */
static bool check(struct store *s, size_t rows, size_t *ret_skipped, struct err *e)
{
    struct server *q = server_of(s);
    const char *info = mysql_info(q->db);
    int64_t records = info == NULL ? (int64_t)rows : number_in(info, "Records: ");
    int64_t skipped = number_in(info, "Skipped: ") + number_in(info, "Duplicates: ");
    struct warnings w = {0};
    if (info == NULL)
        skipped = (int64_t)rows - (int64_t)mysql_affected_rows(q->db);
    if (mysql_warning_count(q->db) > 0 &&
        !server_query(s, "SHOW WARNINGS", NO_CELLS, take_warning, &w, e))
        return false;
    if (w.others)
        return err_set(e, ERR_STORE, "the server altered ratings on their way in: %s", w.text);
    if (records != (int64_t)rows || skipped < 0 || skipped > records || w.duplicates > skipped)
        return err_set(e, ERR_STORE, "the server took in %lld ratings of %zu and left out %lld",
            (long long)records, rows, (long long)skipped);
    *ret_skipped += (size_t)skipped;
    return true;
}

/* ---- a chunk */

static bool is_forbidden(unsigned code)
{
    return code == 3948 || code == 4166 || code == 1148 || code == 1235 || code == 2068;
}

static bool load(struct store *s, struct chunk *c, struct err *e)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    sql_expand(s, &sql,
        "LOAD DATA LOCAL INFILE 'movie-etl' INTO TABLE {ratings} CHARACTER SET utf8mb4"
        " (user_id, movielens_id, rating, rated_at)");
    bool ok = server_load_local(s, str_view(&sql), str_view(&c->rows), NULL, e) &&
              check(s, c->n, &c->skipped, e);
    str_done(&sql);
    return ok;
}

static bool insert_some(struct store *s, struct chunk *c, size_t at, size_t n, struct err *e)
{
    struct str sql;
    str_init(&sql, SQL_MAX);
    sql_expand(s, &sql, "INSERT IGNORE INTO {ratings} (user_id, movielens_id, rating, rated_at) VALUES ");
    for (size_t i = at; i < at + n; i++) {
        const struct rating *r = &c->ratings[i];
        str_addf(&sql, "%s(%d,%d,%.1f,%lld)", i == at ? "" : ",", (int)r->user_id,
            (int)r->movielens_id, r->half_stars / 2.0, (long long)r->rated_at);
    }
    bool ok = server_send(s, str_view(&sql), NULL, e) && check(s, n, &c->skipped, e);
    str_done(&sql);
    return ok;
}

static bool insert(struct store *s, struct chunk *c, struct err *e)
{
    for (size_t at = 0; at < c->n; at += ROWS_PER_INSERT) {
        size_t n = c->n - at < ROWS_PER_INSERT ? c->n - at : ROWS_PER_INSERT;
        if (!insert_some(s, c, at, n, e))
            return false;
    }
    return true;
}

static bool store_chunk(struct store *s, void *payload, struct err *e)
{
    struct server *q = server_of(s);
    struct chunk *c = payload;
    c->skipped = 0;
    if (!q->no_local) {
        if (load(s, c, e))
            return true;
        if (!is_forbidden(q->code))
            return false;
        q->no_local = true;
        c->skipped = 0;
    }
    return insert(s, c, e);
}

static bool flush(struct store *s, struct chunk *c, struct load_count *count, struct err *e)
{
    if (c->n == 0)
        return true;
    if (!server_piece(s, store_chunk, c, e))
        return false;
    count->pulled += c->n;
    count->stored += c->n - c->skipped;
    c->n = 0;
    str_clear(&c->rows);
    return true;
}

/* ---- the whole */

static void add(struct chunk *c, const struct rating_block *b, size_t i)
{
    static const char *const stars[] = {
        "0", "0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5"};
    struct rating r = {b->user_id[i], b->movielens_id[i], b->half_stars[i], b->rated_at[i]};
    c->ratings[c->n++] = r;
    str_add_i64(&c->rows, r.user_id);
    str_addc(&c->rows, '\t');
    str_add_i64(&c->rows, r.movielens_id);
    str_addc(&c->rows, '\t');
    str_addz(&c->rows, r.half_stars <= 10 ? stars[r.half_stars] : "");
    str_addc(&c->rows, '\t');
    str_add_i64(&c->rows, r.rated_at);
    str_addc(&c->rows, '\n');
}

static bool load_blocks(struct store *s, const struct ml_source *source, struct chunk *c,
    struct load_count *count, struct err *e)
{
    for (;;) {
        struct rating_block b = {0};
        if (!source->ratings(source->payload, &b, e))
            return false;
        if (b.n == 0)
            return flush(s, c, count, e);
        for (size_t i = 0; i < b.n; i++) {
            add(c, &b, i);
            if (c->n == ROWS_PER_CHUNK && !flush(s, c, count, e))
                return false;
        }
    }
}

/* Where a chunk was sent twice, the second time its rows may have been there: then they are counted. */
bool server_load_ratings(
    struct store *s, const struct ml_source *source, struct load_count *ret, struct err *e)
{
    struct load_count count = {0, 0};
    struct chunk c = {.ratings = mem_grow(NULL, ROWS_PER_CHUNK, sizeof(struct rating))};
    int64_t rows = 0;
    str_init(&c.rows, MAX_CHUNK);
    bool ok = load_blocks(s, source, &c, &count, e);
    if (ok && server_of(s)->replayed) {
        ok = db_get_ints(s, "SELECT count(*) FROM {ratings}", NO_CELLS, &rows, 1, NULL, e);
        count.stored = (uint64_t)rows;
    }
    str_done(&c.rows);
    mem_free(c.ratings);
    if (ok)
        *ret = count;
    return ok;
}
