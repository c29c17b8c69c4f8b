/* Engine: what a database must be able to do for us (private to store), and the store built on it.
 *
 * Everything above SQL is shared; an engine runs statements, knows its dialect, and has its own
 * fast way to take in ratings. SQL given to an engine is complete: names are quoted and prefixed
 * (sql.h), values are `?`. Row callbacks borrow their cells and must not use the store: a
 * connection runs one query at a time. */
#ifndef MOVIE_ETL_STORE_ENGINE_H
#define MOVIE_ETL_STORE_ENGINE_H

#include "base/str.h"
#include "store/store.h"
#include "store/table.h"

typedef bool row_fn(void *payload, const struct cell *cells, size_t n, struct err *e);

enum put_kind {
    PUT_ROW,   /* a row that is there is updated */
    PUT_NEW,   /* a row that is there stays as it is */
    /* what is known of a thing that many records name: per column the value with the newer
     * `fetched_at`, but one that is known rather than none */
    PUT_NEWER,
    PUT_KINDS
};

/* INSERT of whole rows: "head VALUES (?, ...) tail"; the engine chooses how many rows go into one
 * statement. */
struct put {
    const struct table *table;
    enum put_kind kind;
    const char *columns; /* quoted, in parentheses */
    const char *head, *tail;
    const char *one; /* the statement for one row */
    size_t width;
};

/* What to print behind INSERT ... VALUES so that a row that is there is treated as `kind` says. */
struct upsert {
    const struct table *table;
    const char *const *columns; /* that the statement sets, key columns first */
    size_t n;
    enum put_kind kind;
};

struct dialect {
    const char *now; /* an expression: seconds since 1970 by the server's clock */
    /* behind a SELECT whose rows the transaction will change; "" where writers exclude each other
     * from the start */
    const char *for_update;
    /* What is in the database, whoever made it: (kind, name, table) of all tables, views and
     * indexes, kind being VIEW or INDEX in letters of any case, and anything else for a table; the
     * names of the columns of table `?`. */
    const char *objects, *columns;
    bool updates_joined;   /* UPDATE t JOIN (SELECT ...) SET ...: many rows in one statement */
    bool references_apart; /* ADD COLUMN cannot carry a foreign key; it is added beside it */
    bool indexes_inside;   /* CREATE TABLE carries indexes: on servers each statement is synced */
    /* An identifier, quoted. */
    void (*name)(struct str *to, struct view identifier);
    void (*type)(struct str *to, const struct table *t, const struct column *c);
    /* Behind the closing parenthesis of CREATE TABLE. */
    void (*table_tail)(struct str *to, const struct table *t);
    /* A column of an index: long texts need a length on some engines. */
    void (*index_column)(struct str *to, const struct column *c);
    void (*drop_index)(
        struct str *to, struct view index, struct view table); /* both quoted and prefixed */
    void (*upsert_tail)(struct str *to, const struct upsert *u);
    /* A column for ORDER BY such that texts sort by their bytes. */
    void (*by_bytes)(struct str *to, const struct column *c);
    /* A text literal (without quotes in it) and a column, as one text. */
    void (*concat)(struct str *to, const char *text, const char *column);
    /* A scalar subquery: the values of `expr` over `from` (FROM and WHERE, may refer to the outer
     * query), ordered by `order`, at most `limit` (0: all), joined by ", ". */
    void (*join_texts)(
        struct str *to, const char *expr, const char *from, const char *order, int limit);
};

enum begin_kind {
    BEGIN_WRITE, /* holds the right to write from the start */
    BEGIN_READ,  /* everything read until the end is of one moment */
};

enum object_kind { OBJECT_TABLE, OBJECT_VIEW, OBJECT_INDEX };
struct object {
    enum object_kind kind;
    struct view name;
    struct view table; /* of an index */
};

struct load_count {
    uint64_t pulled, stored;
};

/* Ratings on their way into an engine. */
struct rating_source {
    /* n == 0: the end */
    bool (*next)(void *payload, struct rating_block *ret, struct err *e);
    void *payload;
    const int32_t *movies; /* ids in rising order */
    size_t movie_n;
    int64_t csv_bytes; /* about how large the ratings are as a CSV file; 0: not known */
    int64_t memory;    /* bytes that the process may take */
};

/* Tags on their way into an engine: whole rows of their table, none twice, a user's of a movie
 * numbered. They rise in key until the source says that it is over. */
struct tag_block {
    struct row_set rows;   /* valid until the next call; none: see the other two */
    const uint32_t *movie; /* the place of each row's movie among the release's movies */
    bool ended;            /* that was all */
    /* What follows is not in order. The source looks into the table from now on, and finds there
     * whatever it has given. */
    bool unordered;
};
struct tag_source {
    bool (*next)(void *payload, struct tag_block *ret, struct err *e);
    void *payload;
    const int32_t *movies; /* as of rating_source, like `memory` */
    size_t movie_n;
    int64_t memory;
};

struct engine {
    const struct dialect *dialect;
    unsigned tries; /* of a small transaction that fails for a passing reason; 0: one */
    void (*close)(struct store *s);
    /* The database is known to be ours, or empty: sets it up for writing. Not inside a
     * transaction. */
    bool (*prepare)(struct store *s, struct err *e);

    bool (*begin)(struct store *s, enum begin_kind kind, struct err *e);
    /* On failure the transaction is over and nothing of it remains. */
    bool (*commit)(struct store *s, struct err *e);
    void (*rollback)(struct store *s); /* fine without a transaction */

    /* *ret_rows, when not NULL: rows found and written (for an UPDATE also those that already were
     * so). Prepared statements are kept by their text. */
    bool (*exec)(struct store *s, const char *sql, const struct cell *args, size_t n,
        int64_t *ret_rows, struct err *e);
    /* The same statement for each row. */
    bool (*exec_rows)(struct store *s, const char *sql, const struct row_set *rows, struct err *e);
    bool (*put_rows)(
        struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
    /* As put_rows, for rows of which none is there: of records that are new, and of what these are
     * the first to name. What they refer to was written before them. NULL: put_rows does. */
    bool (*put_new)(
        struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
    /* As put_rows, for whole rows (upsert_put_all) in the order of their keys: of records that are
     * new (PUT_ROW), or of what these name (PUT_NEWER). They need not be in their table before
     * bring_in is called, or the transaction is committed and what is gathered settled. All that
     * one transaction puts into a table before that comes by the same way, so that rows with the
     * same key come in their order. NULL: put_rows does. */
    bool (*put_aside)(
        struct store *s, const struct put *p, const struct row_set *rows, struct err *e);
    /* Whether rows that are put aside for this table may come before what they refer to; NULL:
     * no. */
    bool (*puts_early)(const struct store *s, const struct table *t);
    bool (*bring_in)(struct store *s, struct err *e); /* NULL: nothing waits */
    bool (*query)(struct store *s, const char *sql, const struct cell *args, size_t n, row_fn *row,
        void *payload, struct err *e);

    /* Runs `work`, which loads a release, with one outcome, set up for mass: foreign keys are not
     * checked meanwhile (`work` proves them), and the engine picks its cheapest safe way. `fresh`:
     * no rows of any size will be overwritten. Begins and ends what it needs of transactions; when
     * `work` fails nothing of it remains. While it runs, the names of a release's tables may stand
     * for shadows of them (s->shadow). */
    bool (*bulk)(struct store *s, bool fresh,
        bool (*work)(struct store *s, void *payload, struct err *e), void *payload, struct err *e);
    bool bulk_is_one; /* bulk is one transaction, whatever `work` writes */
    /* As bulk, for work that empties tables, in an order in which it may end halfway; NULL: bulk
     * does. */
    bool (*sweep)(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
        void *payload, struct err *e);
    /* Empties one table; NULL: by DELETE. */
    bool (*empty)(struct store *s, const char *table, int64_t *ret_rows, struct err *e);
    /* The write lease was taken, perhaps from somebody who still believes to have it; NULL: nothing
     * to do. */
    bool (*took_lease)(struct store *s, struct err *e);
    /* Pulls all blocks of the source into the (empty) ratings table and its index; of rows with one
     * key the first stays. Unless some were left out, the index may come at the end of bulk, and
     * nobody looks into the table before that. */
    bool (*load_ratings)(struct store *s, const struct rating_source *source,
        struct load_count *ret, struct err *e);
    /* Pulls all blocks of the source into the (empty) table of tags and its index; NULL:
     * load_tag_rows does. */
    bool (*load_tags)(struct store *s, const struct tag_source *source, struct err *e);
    /* All rows that are put into these tables (names, the last NULL), which are empty, may wait
     * until fill_end, in memory; nobody looks into the tables before that. Only where `building`
     * says yes. NULL: none wait. */
    bool (*fill_begin)(struct store *s, const char *const *tables, struct err *e);
    bool (*fill_end)(struct store *s, struct err *e);
    /* See store_check_room; NULL: nobody can say. */
    bool (*check_room)(struct store *s, int64_t batch_bytes, struct err *e);
    /* The first load of TMDB records begins or is over: rows go everywhere in their tables, so that
     * pages are written again and again. Foreign keys need not be checked meanwhile. */
    bool (*mass)(struct store *s, bool begins, struct err *e);
    /* Records come that are not the first: transactions may be gathered until mass is over, for
     * moments only. NULL: they are not. */
    void (*gather)(struct store *s);
    bool (*is_due)(const struct store *s); /* see store_is_due; NULL: never */
    /* The transaction at hand is part of what is gathered, nobody else can write before that is
     * committed, and settle renews the lease; NULL: never. */
    bool (*shuts_out)(const struct store *s);
    /* See store_settle; NULL: what is committed is settled. */
    bool (*settle)(struct store *s, bool now, bool *ret_settled, struct err *e);
    bool (*again)(struct store *s, const struct err *why); /* see store_again; NULL: never */
    /* During bulk: the tables of a release and of its movies are empty, and nobody else sees them
     * before it is over. NULL: never. */
    bool (*building)(const struct store *s);
    /* An index that is `late` goes while that lasts, and comes (again), with what depends on it: a
     * missing index says that all of it is missing. */
    bool (*drop_late)(struct store *s, const struct index *ix, struct err *e);
    bool (*make_late)(
        struct store *s, const struct index *const *indexes, size_t n, struct err *e);
    /* Gives space back to the system where that is possible now; failure is no harm. */
    void (*tidy)(struct store *s);
};

/* A table of TMDB rows, with the statements for it; `layout` is the list's own (a table may serve
 * several lists). Own tables have but the layout: their rows are whole (upsert_put_all). */
struct shape {
    struct layout layout;
    struct put put;
    size_t in_table[LAYOUT_MAX_COLUMNS]; /* of a list: where its columns stand in the table */
    /* rows of one record, by key; records: by a list of ids (sql.h); own tables: NULL */
    const char *select;
    const char *remove; /* by key; own tables: NULL */
    bool present;       /* own: the list has one */
};

struct store {
    const struct engine *engine;
    void *db; /* the engine's connection */
    enum store_mode mode;
    const char *name; /* store_name */
    const char *prefix;
    bool foreign_keys;
    /* put before the names in sql_shadowed; NULL: they are themselves */
    const char *shadow;
    bool shadows_movies; /* they are those of linked movies too */
    bool born; /* this process made the tables: nobody has built anything upon them */
    bool writing;                   /* between store_begin and store_commit */
    int64_t token, lease_seconds;   /* token 0: no lease */
    int64_t change_run, change_seq; /* the last row of etl_changes written; run 0: not known */
    struct schema schema;
    struct put *puts; /* of whole rows, PUT_KINDS per table; made when first needed (upsert.c) */
    struct shape movie, lists[TMDB_LIST_COUNT], own[TMDB_LIST_COUNT];
    struct seen *seen; /* things named that were written; NULL: none since the last rollback */
    struct arena arena;   /* as long as the store */
    struct arena scratch; /* as long as one call of store.h */
    struct str sql;       /* the statement at hand (sql.h) */
};

/* sqlite/open.c: opens or creates the file and sets s->engine, s->db, s->name. */
bool sqlite_open(struct store *s, const struct store_config *config, struct err *e);
/* mysql/open.c: connects to one of config's hosts. */
bool server_open(struct store *s, const struct store_config *config, struct err *e);

#endif
