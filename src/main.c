/* movie-etl: see cli/cli.h; the program begins and ends there. */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
