/* LOAD DATA LOCAL: the server asks the client for a file by name. It gets the rows in memory that
 * the statement at hand is about, and nothing else ever: a hostile server may ask for any file at
 * any time. */
#include "store/mysql/server.h"

#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FILE_NAME "movie-etl"

static int file_begin(void **ret, const char *name, void *payload)
{
    struct server *q = payload;
    *ret = q;
    return q->file == NULL || strcmp(name, FILE_NAME) != 0;
}

static int file_read(void *payload, char *to, unsigned n)
{
    struct local_file *f = ((struct server *)payload)->file;
    size_t some = f->data.n - f->at < n ? f->data.n - f->at : n;
    memcpy(to, f->data.p + f->at, some);
    f->at += some;
    return (int)some;
}

static void file_end(void *payload)
{
    (void)payload;
}

static int file_error(void *payload, char *to, unsigned n)
{
    (void)payload;
    (void)snprintf(to, n, "the server asked for a file that it was not offered");
    return EACCES;
}

void server_guard_files(struct server *q)
{
    mysql_set_local_infile_handler(q->db, file_begin, file_read, file_end, file_error, q);
}

bool server_load_local(
    struct store *s, struct view sql, struct view data, int64_t *ret_rows, struct err *e)
{
    struct server *q = server_of(s);
    struct local_file file = {data, 0};
    q->file = &file;
    bool ok = server_send(s, sql, ret_rows, e);
    q->file = NULL;
    return ok;
}

bool server_is_forbidden(unsigned code)
{
    return code == 3948 || code == 4166 || code == 1148 || code == 1235 || code == 2068;
}

int64_t server_said(const struct server *q, const char *name, int64_t silent)
{
    const char *info = mysql_info(q->db);
    const char *at = info == NULL ? NULL : strstr(info, name);
    int64_t n = 0;
    if (at != NULL) {
        at += strlen(name);
        (void)num_i64((struct view){at, strspn(at, "0123456789")}, &n);
    }
    return info == NULL ? silent : n;
}
