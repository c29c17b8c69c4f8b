/* Movie bucket: see movie_bucket.h. */
#include "store/sqlite/movie_bucket.h"

#include <string.h>

void bucket_end(struct bucket *b)
{
    if (b->last == NULL)
        return;
    uint32_t n = (uint32_t)(b->at - b->last->words);
    b->rows += n - b->last->n;
    b->last->n = n;
}

void bucket_add_block(struct bucket *b, struct bucket_room *from, uint32_t user)
{
    struct bucket_block *block = bucket_room_take(from);
    bucket_end(b);
    block->user = b->user = user;
    if (b->last == NULL)
        b->blocks = block;
    else
        b->last->next = block;
    b->last = block;
    b->at = block->words;
    b->end = block->words + BUCKET_BLOCK_ROWS;
}

/* Where the users of each pair begin. */
static void begin_pairs(const struct bucket *b, uint32_t pairs, uint32_t *begins)
{
    memset(begins, 0, pairs * sizeof *begins);
    for (const struct bucket_block *block = b->blocks; block != NULL; block = block->next)
        for (uint32_t i = 0; i < block->n; i++)
            begins[block->words[i] >> BUCKET_USER_BITS]++;
    for (uint32_t p = 0, at = 0, n; p < pairs; p++, at += n) {
        n = begins[p];
        begins[p] = at;
    }
}

void bucket_sort(
    const struct bucket *b, const int32_t *ids, uint32_t pairs, int32_t *users, uint32_t *ends)
{
    const uint32_t user = (UINT32_C(1) << BUCKET_USER_BITS) - 1;
    begin_pairs(b, pairs, ends);
    for (const struct bucket_block *block = b->blocks; block != NULL; block = block->next) {
        const int32_t *id = ids + block->user;
        for (uint32_t i = 0; i < block->n; i++) {
            uint32_t w = block->words[i];
            users[ends[w >> BUCKET_USER_BITS]++] = id[w & user];
        }
    }
}
