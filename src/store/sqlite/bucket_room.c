/* Bucket room: see bucket_room.h. */
#include "store/sqlite/bucket_room.h"

#include "base/mem.h"
#include "base/thread.h"

enum { SLAB_BLOCKS = 127 };

/* A mapping of its own: giving 32 million rows' blocks back took 10 ms where malloc had them. */
struct slab {
    union {
        struct slab *below;
        char as_a_block[sizeof(struct bucket_block)];
    };
    struct bucket_block blocks[SLAB_BLOCKS];
};

_Static_assert(sizeof(struct slab) == MEM_LARGE, "a large page");

struct bucket_room {
    struct slab *slabs; /* the newest on top; NULL: none yet */
    int used;           /* blocks of that */
    struct queue *ready;
    struct thread *thread; /* puts them in there; NULL: none does */
};

struct bucket_room *bucket_room_new(void)
{
    struct bucket_room *room = mem_alloc(sizeof *room);
    room->used = SLAB_BLOCKS;
    return room;
}

static void map_slabs(void *payload)
{
    struct bucket_room *room = payload;
    struct slab *slab;
    do
        slab = mem_map_large(sizeof *slab);
    while (queue_put(room->ready, slab));
    mem_unmap(slab, sizeof *slab);
}

static struct slab *take_slab(struct bucket_room *room)
{
    struct err ignored;
    if (room->slabs == NULL)
        return mem_map(sizeof(struct slab));
    if (room->ready == NULL) {
        room->ready = queue_new(1);
        (void)thread_start(map_slabs, room, &room->thread, &ignored);
    }
    return room->thread != NULL ? queue_take(room->ready) : mem_map_large(sizeof(struct slab));
}

size_t bucket_room_bytes(size_t blocks)
{
    size_t slabs = (blocks + SLAB_BLOCKS - 1) / SLAB_BLOCKS;
    return slabs > 1 ? (slabs + 2) * sizeof(struct slab) : blocks * sizeof(struct bucket_block);
}

struct bucket_block *bucket_room_take(struct bucket_room *room)
{
    if (room->used == SLAB_BLOCKS) {
        struct slab *slab = take_slab(room);
        slab->below = room->slabs;
        room->slabs = slab;
        room->used = 0;
    }
    return &room->slabs->blocks[room->used++];
}

static void end_thread(struct bucket_room *room)
{
    if (room->ready == NULL)
        return;
    queue_close(room->ready);
    thread_join(room->thread);
    for (struct slab *slab; (slab = queue_take_now(room->ready)) != NULL;)
        mem_unmap(slab, sizeof *slab);
    queue_free(room->ready);
}

void bucket_room_free(struct bucket_room *room)
{
    if (room == NULL)
        return;
    end_thread(room);
    for (struct slab *slab = room->slabs, *below; slab != NULL; slab = below) {
        below = slab->below;
        mem_unmap(slab, sizeof *slab);
    }
    mem_free(room);
}
