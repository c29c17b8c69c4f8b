/* Memory: see mem.h. */
#ifdef __linux__
#define _DEFAULT_SOURCE /* madvise, MAP_ANONYMOUS */
#endif
#include "base/mem.h"

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

/* A hint, for the large pages that are within it as a whole. */
static void want_large(char *p, size_t n)
{
#ifdef MADV_HUGEPAGE
    size_t skip = (MEM_LARGE - (uintptr_t)p % MEM_LARGE) % MEM_LARGE;
    if (n >= skip + MEM_LARGE)
        (void)madvise(p + skip, (n - skip) / MEM_LARGE * MEM_LARGE, MADV_HUGEPAGE);
#else
    (void)p;
    (void)n;
#endif
}

void *mem_pages(size_t n)
{
    void *p = aligned_alloc(n % MEM_LARGE == 0 ? MEM_LARGE : MEM_PAGE, n);
    if (p != NULL) {
        want_large(p, n);
        return memset(p, 0, n);
    }
    mem_exhausted();
}

void *mem_table(size_t n)
{
    char *p = mem_alloc(n);
    want_large(p, n);
    return p;
}

void *mem_map(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        mem_exhausted();
    return p;
}

void *mem_map_large(size_t n)
{
    char *p = mem_map(n + MEM_LARGE); /* not every system puts it where a large page may begin */
    size_t skip = (MEM_LARGE - (uintptr_t)p % MEM_LARGE) % MEM_LARGE;
    if (skip > 0)
        mem_unmap(p, skip);
    mem_unmap(p + skip + n, MEM_LARGE - skip);
    p += skip;
    want_large(p, n);
    for (size_t i = 0; i < n; i += MEM_PAGE)
        *(volatile char *)(p + i) = 0;
    return p;
}

void mem_unmap(void *p, size_t n)
{
    (void)munmap(p, n);
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
