/* movie-etl-fault: the whole program, with the seam of seam.h in front of the operating system.
 * Without the variable MOVIE_ETL_TEST it is movie-etl itself. A value it does not understand ends
 * it at once with exit code 99. */
#include "seam.h"

#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_NOT_UNDERSTOOD = 99 };

static void write_counts(void)
{
    if (!seam_write_counts())
        (void)fprintf(stderr, "MOVIE_ETL_TEST: count: %s\n", strerror(errno));
}

int main(int argc, char **argv)
{
    static struct seam_plan plan;
    const char *text = getenv("MOVIE_ETL_TEST");
    struct view bad;

    if (text != NULL) {
        if (!seam_parse(text, &plan, &bad)) {
            (void)fprintf(stderr, "MOVIE_ETL_TEST: cannot use '%.*s'\n", VIEW_ARG(bad));
            return EXIT_NOT_UNDERSTOOD;
        }
        seam_install(&plan);
        (void)atexit(write_counts);
    }
    return cli_main(argc, argv);
}
