/* Errors: see err.h. The table err.def gives each kind its exit code and standing hint. */
#include "base/err.h"

#include "base/sys.h"
#include "base/view.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct err_row {
    const char *name;
    int code;
    const char *hint;
};

static const struct err_row rows[] = {
#define ERR(name, code, hint) {#name, code, hint},
#include "base/err.def"
#undef ERR
};

/* Ends a text that vsnprintf has cut to size - 1 bytes in dots, between two characters. */
static void end_in_dots(char *to, size_t size)
{
    memcpy(to + view_fit((struct view){to, size - 1}, size - 4), "...", 4);
}

PRINTF_LIKE(3, 0)
static void put(char *to, size_t size, const char *fmt, va_list ap)
{
    int n = vsnprintf(to, size, fmt, ap);
    if (n >= 0 && (size_t)n >= size)
        end_in_dots(to, size);
}

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    va_list ap;
    e->kind = kind;
    e->transient = false;
    e->hint[0] = '\0';
    va_start(ap, fmt);
    put(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    return false;
}

/* strerror_r has two incompatible forms; with _POSIX_C_SOURCE this is the one returning int. */
static void errno_text(int errnum, char *to, size_t size)
{
    if (strerror_r(errnum, to, size) != 0)
        (void)snprintf(to, size, "error %d", errnum);
}

/* Appends ": more" to e->text, cut when it does not fit. */
static void append(struct err *e, const char *more)
{
    size_t n = strlen(e->text);
    int m = snprintf(e->text + n, sizeof e->text - n, ": %s", more);
    if (m >= 0 && (size_t)m >= sizeof e->text - n)
        end_in_dots(e->text, sizeof e->text);
}

/* Where the standing hint of the caller's kind would lead astray; NULL: it does not. */
static const char *errno_hint(int errnum)
{
    switch (errnum) {
    case EMFILE:
    case ENFILE:
        return "Too many files are open at once: raise the limit (ulimit -n) and run it again.";
    case EFBIG:
        return "No file may become larger here: raise the limit (ulimit -f), or choose another "
               "place with DATA_DIR or SQL_PATH.";
    default:
        return NULL;
    }
}

bool err_errno(struct err *e, enum err_kind kind, int errnum, const char *fmt, ...)
{
    char why[200];
    va_list ap;
    err_set(e, errnum == ENOSPC || errnum == EDQUOT ? ERR_DISK : kind, "%s", "");
    va_start(ap, fmt);
    put(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    errno_text(errnum, why, sizeof why);
    append(e, why);
    const char *hint = errno_hint(errnum);
    if (hint != NULL)
        (void)err_hint(e, "%s", hint);
    return false;
}

bool err_in(struct err *e, const char *fmt, ...)
{
    char old[sizeof e->text];
    va_list ap;
    memcpy(old, e->text, sizeof old);
    va_start(ap, fmt);
    put(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    append(e, old);
    return false;
}

bool err_hint(struct err *e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
    return false;
}

bool err_stopped(struct err *e)
{
    return sys_stop_asked() && !err_set(e, ERR_INTERRUPTED, "stopped on request");
}

int err_exit_code(enum err_kind kind)
{
    return rows[kind].code;
}

const char *err_name(enum err_kind kind)
{
    return rows[kind].name;
}

const char *err_hint_of(const struct err *e)
{
    return e->hint[0] != '\0' ? e->hint : rows[e->kind].hint;
}
