/* Field tables: the shapes of records as data, so that one walk serves every use.
 *
 * An entity is a struct whose first member is `struct record`, with a table of its fields. The
 * decoder, the YAML writer and reader, the validator, the DDL, the upsert and the diff all walk
 * these tables; nothing else in the program lists the fields of a TMDB movie. docs/fields.md shows
 * how to add one. */
#ifndef MOVIE_ETL_MODEL_FIELD_H
#define MOVIE_ETL_MODEL_FIELD_H

#include "base/node.h"
#include "base/view.h"

#include <stdint.h>

/* The abstract type; the member in the struct has the C type behind FIELD_C_*. */
enum field_type {
    FIELD_BOOL,    /* int64_t 0 or 1 */
    FIELD_INT,     /* int64_t */
    FIELD_REAL,    /* double */
    FIELD_TEXT,    /* struct view */
    FIELD_DATE,    /* struct view, as the source wrote it; "" = unknown */
    FIELD_INSTANT, /* struct view, as the source wrote it; stored as seconds UTC */
    FIELD_JSON,    /* const struct node *, kept as it is; stored as JSON text */
};

#define FIELD_C_BOOL    int64_t
#define FIELD_C_INT     int64_t
#define FIELD_C_REAL    double
#define FIELD_C_TEXT    struct view
#define FIELD_C_DATE    struct view
#define FIELD_C_INSTANT struct view
#define FIELD_C_JSON    const struct node *

enum field_flag {
    F_REQUIRED = 1,  /* must be there and not null */
    F_KEY = 2,       /* part of the row's primary key; implies required */
    F_ZERO = 4,      /* TMDB's 0 means "unknown": NULL in the tables */
    /* comes from the path to the element (a country, a kind), not from the element */
    F_GROUP = 8,
    /* belongs to the thing named (a person, a company): stored in its own table, not per movie */
    F_OWN = 16,
    F_OWN_KEY = 32,  /* the key of that thing: stored in both */
    F_CODE = 64,     /* an id or code: ASCII without blanks, compared by bytes */
    F_LONG = 128,    /* a long text: never in an index */
};

struct field {
    const char *name; /* the struct's member and the table's column */
    const char *key;  /* TMDB's key; dots descend into objects */
    enum field_type type;
    unsigned flags;
    int64_t min, max; /* numbers: range; texts: max code points (bytes for F_CODE) */
    size_t offset;
    size_t key_n; /* bytes of `key` */
};

static inline struct view field_key(const struct field *f)
{
    return (struct view){f->key, f->key_n};
}

struct entity {
    const char *name;
    const struct field *fields;
    size_t field_n; /* at most 64: one presence bit each */
    size_t size;
    const char *own_table; /* where F_OWN and F_OWN_KEY fields are stored, or NULL */
};

/* Where a value stood in a YAML file. */
struct place {
    uint32_t line, column;
};

/* Presence: bit i speaks of field i. Absent (not said): keep what the database has. Null: the
 * source says none. */
struct record {
    uint64_t said, null;
    const struct place *places; /* one per field, or NULL */
    struct place at;            /* of the record itself */
};

static inline bool field_said(const struct record *r, size_t i)
{
    return (r->said >> i & 1) != 0;
}

static inline bool field_has_value(const struct record *r, size_t i)
{
    return ((r->said & ~r->null) >> i & 1) != 0;
}

static inline void *field_at(const struct field *f, void *record)
{
    return (char *)record + f->offset;
}

static inline const void *field_in(const struct field *f, const void *record)
{
    return (const char *)record + f->offset;
}

/* Elements of one list of a movie. `said`: the source delivered the list (n == 0: it says there are
 * none). */
struct rows {
    void *items;
    size_t n;
    bool said;
};

struct list {
    const char *name;    /* "cast": the member of struct tmdb_movie, the section in etl_changes */
    const char *path;    /* where its elements are, see decode.h */
    const char *section; /* TMDB's append_to_response name; NULL: part of the details themselves */
    const struct entity *entity;
    const char *table;
    /* a column that tells lists in one table apart ("kind", "cast"), or NULL */
    const char *fixed, *fixed_value;
    /* no natural key: numbered in source order (per group), key column `seq` */
    bool seq;
    size_t offset;                   /* of its struct rows in struct tmdb_movie */
};

static inline void *rows_at(const struct rows *r, const struct entity *e, size_t i)
{
    return (char *)r->items + i * e->size;
}

#endif
