/* Log: see log.h. */
#include "base/log.h"

#include "base/view.h"

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
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof text)
        memcpy(text + view_fit((struct view){text, sizeof text - 1}, sizeof text - 4), "...", 4);
    installed->line(installed->payload, level, text);
}
