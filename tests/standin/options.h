/*
 * The command line.
 */
#ifndef STANDIN_OPTIONS_H
#define STANDIN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum { OPTIONS_LIST_MAX = 16 };

struct options {
    uint16_t port;
    const char *port_file;
    const char *dirs[OPTIONS_LIST_MAX];
    unsigned dir_count;
    const char *jsonl[OPTIONS_LIST_MAX];
    unsigned jsonl_count;
    const char *keys[OPTIONS_LIST_MAX];
    unsigned key_count;
    const char *gone[OPTIONS_LIST_MAX];
    unsigned gone_count;
    uint32_t generate;
    uint32_t first_id;
    uint64_t seed;
    bool small;
    const char *links;
    int32_t today; /* a day */
    const char *log_file;
    const char *faults;
    const char *faults_file;
    uint32_t delay_ms;
    const char *changes_file;
    uint32_t change_rate; /* movies per thousand that change on a day */
    int32_t pile_day;
    uint32_t pile_percent;
    bool missing_sections;
    bool chunked;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_BAD };

/* Says on stderr what is wrong, on stdout the help. */
enum options_result options_parse(int argc, char **argv, struct options *ret);

#endif
