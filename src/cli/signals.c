/* Signals: see signals.h. */
#include "cli/signals.h"

#include "base/err.h"
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Only what is safe in a handler: a flag, and _exit. */
static void on_stop(int number)
{
    (void)number;
    if (sys_stop_asked())
        _exit(130); /* err_exit_code(ERR_INTERRUPTED) */
    sys_stop_set();
}

void signals_install(void)
{
    struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN};
    /* No SA_RESTART: sleeps and polls end early. The calls of base/sys.h go on by themselves. */
    (void)sigemptyset(&stop.sa_mask);
    (void)sigaddset(&stop.sa_mask, SIGINT);
    (void)sigaddset(&stop.sa_mask, SIGTERM);
    (void)sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL);
}

void streams_occupy(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)sys_open(
                "/dev/null", fd == 0 ? O_WRONLY : O_RDONLY, 0); /* takes the lowest number: fd */
}
