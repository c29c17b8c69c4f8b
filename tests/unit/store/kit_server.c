/* The kit on a server: see kit.h. The plain connection speaks ANSI SQL, so that one text does for
 * SQLite too, and shows values as SQLite shows them. */
#include "kit_server.h"

#include "base/str.h"

#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool kit_on_server(void)
{
    return getenv("MOVIE_ETL_TEST_SERVER") != NULL;
}

void kit_server_config(struct kit *k)
{
    const char *whole = getenv("MOVIE_ETL_TEST_SERVER");
    const char *part[4] = {NULL};
    struct view v = view_of(whole);
    size_t at = 0;
    for (int i = 0; i < 4; i++) {
        if (at <= v.n) {
            size_t end = i < 3 ? view_find(v, at, ':') : v.n;
            part[i] = arena_dup(&k->a, view_slice(v, at, end)).p;
            at = end + 1;
        }
    }
    static int made;
    if (part[3] == NULL)
        fail_msg("MOVIE_ETL_TEST_SERVER is not host:port:user:password");
    k->config.host = part[0];
    k->config.port = (int)strtol(part[1], NULL, 10);
    k->config.user = part[2];
    k->config.pass = part[3];
    k->config.db = arena_print(&k->a, "unit_%ld_%d", (long)getpid(), ++made).p;
}

static MYSQL *plain(struct kit *k, const char *database)
{
    MYSQL *db = mysql_init(NULL);
    unsigned tcp = MYSQL_PROTOCOL_TCP;
    (void)mysql_optionsv(db, MYSQL_OPT_PROTOCOL, &tcp);
    (void)mysql_optionsv(db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (mysql_real_connect(db, k->config.host, k->config.user, k->config.pass, database,
            (unsigned)k->config.port, NULL, CLIENT_MULTI_STATEMENTS) == NULL ||
        mysql_query(db, "SET sql_mode = 'ANSI,STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'") != 0)
        fail_msg("%s: %s", k->config.host, mysql_error(db));
    return db;
}

static void run(MYSQL *db, const char *sql)
{
    int more = mysql_query(db, sql);
    while (more == 0) {
        MYSQL_RES *r = mysql_store_result(db);
        mysql_free_result(r);
        more = mysql_next_result(db);
    }
    if (more > 0)
        fail_msg("%s: %s", sql, mysql_error(db));
}

/* The server may take a while to end a connection: whoever looks at those to the database meanwhile
 * must not find this one. */
static void leave(MYSQL *db)
{
    (void)mysql_select_db(db, "information_schema");
    mysql_close(db);
}

void kit_server_drop(struct kit *k)
{
    MYSQL *db = plain(k, NULL);
    run(db, arena_print(&k->a, "DROP DATABASE IF EXISTS \"%s\"", k->config.db).p);
    mysql_close(db);
}

void kit_server_sql(struct kit *k, const char *sql)
{
    MYSQL *db = plain(k, k->config.db);
    run(db, sql);
    leave(db);
}

static void add_value(struct str *to, const MYSQL_FIELD *f, const char *value)
{
    char digits[40];
    if (value == NULL || (f->type != MYSQL_TYPE_FLOAT && f->type != MYSQL_TYPE_DOUBLE)) {
        str_addz(to, value == NULL ? "-" : value);
        return;
    }
    (void)snprintf(digits, sizeof digits, "%.15g", strtod(value, NULL));
    str_addz(to, digits);
    if (strpbrk(digits, ".e") == NULL)
        str_addz(to, ".0");
}

const char *kit_server_text(struct kit *k, const char *sql)
{
    MYSQL *db = plain(k, k->config.db);
    MYSQL_ROW row;
    struct str s;
    str_init(&s, 16 * 1024 * 1024);
    if (mysql_query(db, sql) != 0)
        fail_msg("%s: %s", sql, mysql_error(db));
    MYSQL_RES *r = mysql_store_result(db);
    while (r != NULL && (row = mysql_fetch_row(r)) != NULL) {
        str_addz(&s, s.n > 0 ? "; " : "");
        for (unsigned i = 0; i < mysql_num_fields(r); i++) {
            str_addz(&s, i > 0 ? "|" : "");
            add_value(&s, &mysql_fetch_fields(r)[i], row[i]);
        }
    }
    mysql_free_result(r);
    leave(db);
    const char *kept = arena_dup(&k->a, str_view(&s)).p;
    str_done(&s);
    return kept;
}

/* The server holds foreign keys for everybody but who switches them off, as a load does: every one
 * is proved. */
void kit_server_sound(struct kit *k)
{
    const char *proofs = kit_server_text(k,
        "SELECT 'SELECT ''' || table_name || ''' FROM \"' || table_name || '\" c LEFT JOIN \"' || "
        "referenced_table_name"
        " || '\" p ON p.\"' || referenced_column_name || '\" = c.\"' || column_name || '\" WHERE "
        "c.\"' || column_name ||"
        " '\" IS NOT NULL AND p.\"' || referenced_column_name || '\" IS NULL' FROM "
        "information_schema.key_column_usage"
        " WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL");
    struct view v = view_of(proofs);
    size_t n = 0;
    for (size_t at = 0; at < v.n; n++) {
        size_t end = view_find(v, at, ';');
        assert_string_equal(kit_server_text(k, arena_dup(&k->a, view_slice(v, at, end)).p), "");
        at = end + 1;
    }
    assert_true(n > 20);
}
