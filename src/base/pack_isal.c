/* Packing by ISA-L: see pack.h. The one place that knows it. */
#include "base/pack.h"

#include "base/mem.h"

#include <isa-l/igzip_lib.h>

struct packer {
    struct isal_zstream stream;
    uint8_t work[ISAL_DEF_LVL2_DEFAULT];
};

struct packer *packer_new(void)
{
    return mem_alloc(sizeof(struct packer));
}

void packer_free(struct packer *p)
{
    mem_free(p);
}

/* Level 2: as fast as 1, for smaller copies; 3 takes twice as long. */
size_t packer_pack(struct packer *p, struct view text, void *to, size_t max)
{
    struct isal_zstream *s = &p->stream;
    isal_deflate_init(s);
    s->level = 2;
    s->level_buf = p->work;
    s->level_buf_size = sizeof p->work;
    s->gzip_flag = IGZIP_GZIP;
    s->end_of_stream = 1;
    s->next_in = (uint8_t *)(uintptr_t)text.p; /* it only reads there */
    s->avail_in = (uint32_t)text.n;
    s->next_out = to;
    s->avail_out = (uint32_t)max;
    bool whole = isal_deflate(s) == COMP_OK && s->internal_state.state == ZSTATE_END;
    return whole ? s->total_out : 0;
}
