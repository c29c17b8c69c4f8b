/* Packing by libdeflate, where there is no ISA-L: see pack.h. */
#include "base/pack.h"

#include "base/mem.h"

#include <libdeflate.h>

struct packer {
    struct libdeflate_compressor *c;
};

struct packer *packer_new(void)
{
    /* The fastest one: who waits for a load waits for this too. Level 6 takes more than twice as
     * long, for a copy an eighth smaller. */
    static const int level = 1;
    struct packer *p = mem_alloc(sizeof *p);
    p->c = libdeflate_alloc_compressor(level);
    if (p->c == NULL)
        mem_exhausted();
    return p;
}

void packer_free(struct packer *p)
{
    libdeflate_free_compressor(p->c);
    mem_free(p);
}

size_t packer_pack(struct packer *p, struct view text, void *to, size_t max)
{
    return libdeflate_gzip_compress(p->c, text.p, text.n, to, max);
}
