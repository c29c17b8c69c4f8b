/* Pack: text -> a gzip member; private to gzip.c, which reads back by libdeflate whatever comes of
 * it. By ISA-L where the build finds it (pack_isal.c): 2.4 times as fast, for copies a twentieth
 * larger. Else by libdeflate (pack_deflate.c), for ISA-L is not packaged for every processor. */
#ifndef MOVIE_ETL_BASE_PACK_H
#define MOVIE_ETL_BASE_PACK_H

#include "base/view.h"

struct packer;

struct packer *packer_new(void);
void packer_free(struct packer *p);
/* The member's length; 0: it is longer than `max`. For n bytes of text there is always one that is
 * not longer than libdeflate_gzip_compress_bound says. */
size_t packer_pack(struct packer *p, struct view text, void *to, size_t max);

#endif
