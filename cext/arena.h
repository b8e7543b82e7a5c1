/* The memory of machine code: one reserved contiguous region of which pages are committed as they
 * are needed, so that every shared stub is within reach of a bl. Never writable and
 * executable at once: code is written between cj_arena_open and cj_arena_close, with the
 * GIL held all the time, which keeps every thread out of the region. */
#ifndef CJ_ARENA_H
#define CJ_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest region: the reach of a bl. */
#define CJ_ARENA_MAX ((size_t)128 << 20)
#define CJ_ARENA_DEFAULT ((size_t)64 << 20)

/* Reserves the region. Returns 0, or -1 with errno set. limit is rounded to pages. */
int cj_arena_start(size_t limit);

/* Allocates size bytes aligned to 64, which may be written only between open and close.
 * Returns NULL when the cap is reached or memory is short. */
uint8_t *cj_arena_allocate(size_t size);
void cj_arena_free(uint8_t *block, size_t size);

/* Makes [start, start+size) writable, and executable again with the caches
 * maintained. Calls may nest when the ranges are on different pages; a page that is opened
 * twice stays writable until it is closed twice. Both abort the process when the kernel
 * refuses, because there is no way on with pages of unknown protection. */
void cj_arena_open(const uint8_t *start, size_t size);
void cj_arena_close(const uint8_t *start, size_t size);

bool cj_arena_contains(const void *address);

typedef struct {
    size_t limit;     /* the cap, bytes */
    size_t committed; /* pages in use, bytes */
    size_t used;      /* allocated blocks, bytes */
    size_t blocks;    /* number of allocated blocks */
    size_t freed;     /* bytes given back since the start */
} CJArenaStats;

void cj_arena_stats(CJArenaStats *stats);

/* Changes the cap; it cannot exceed the reserved region, and what is in use stays. */
void cj_arena_set_limit(size_t limit);

#endif
