/* Version: what a document of ours comes to, as a number that moves when the field tables do.
 *
 * A record that was loaded from some text need not be read again while text and version are the
 * same. */
#ifndef MOVIE_ETL_MODEL_VERSION_H
#define MOVIE_ETL_MODEL_VERSION_H

#include <stdint.h>

/* To be raised when the same text, by the same field tables, is decoded, checked or laid out
 * otherwise than before. */
enum { READING_VERSION = 1 };

/* Over every table, column, type, flag and limit, and READING_VERSION. */
uint64_t tables_version(void);

#endif
