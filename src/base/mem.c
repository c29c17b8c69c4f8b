/* Memory: see mem.h. */
#include "base/mem.h"

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_exhausted(void)
{
    static const char line[] = "movie-etl: memory is exhausted\n";
    ssize_t ignored = write(STDERR_FILENO, line, sizeof line - 1);
    (void)ignored;
    _exit(err_exit_code(ERR_NOMEM));
}

void *mem_alloc(size_t n)
{
    void *p = calloc(1, n == 0 ? 1 : n);
    if (p == NULL)
        mem_exhausted();
    return p;
}

void *mem_pages(size_t n)
{
    void *p = aligned_alloc(MEM_PAGE, n);
    if (p != NULL)
        return memset(p, 0, n);
    mem_exhausted();
}

void *mem_grow(void *p, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        mem_exhausted();
    size_t n = count * size;
    void *q = realloc(p, n == 0 ? 1 : n);
    if (q == NULL)
        mem_exhausted();
    return q;
}

void mem_free(void *p)
{
    free(p);
}
