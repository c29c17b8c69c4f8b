/* Log: events for people (plain lines) and machines (JSON), through a sink that cli installs.
 *
 * Library code logs what happened on the way (a retry, a file begun), never a failure it
 * returns: that is the caller's. Without a sink nothing is printed. Lines over 2000 bytes are
 * cut between two characters and end in "...". Texts hold no secrets. */
#ifndef MOVIE_ETL_BASE_LOG_H
#define MOVIE_ETL_BASE_LOG_H

enum log_level { LOG_WARNING, LOG_INFO, LOG_DETAIL };

struct log_sink {
    void (*line)(void *payload, enum log_level level, const char *text);
    void *payload;
};

void log_install(const struct log_sink *sink); /* kept by reference; NULL: silence */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
