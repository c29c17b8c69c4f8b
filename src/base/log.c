/* Log: see log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

static const struct log_sink *installed;

void log_install(const struct log_sink *sink)
{
    installed = sink;
}

void log_line(enum log_level level, const char *fmt, ...)
{
    char text[2000];
    va_list ap;
    if (installed == NULL)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    installed->line(installed->payload, level, text);
}
