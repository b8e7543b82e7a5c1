/* The memory of machine code. See arena.h.
 *
 * Free blocks are kept in an array ordered by address, so that neighbours merge and the
 * first fit is the lowest address: code stays dense, and whole pages become free and are given
 * back to the kernel. */
#include "arena.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 64 };

typedef struct {
    size_t offset, size;
} Hole;

static struct {
    uint8_t *base;
    size_t reserved, limit, page;
    size_t top; /* everything from here on was never allocated */
    Hole *holes;
    size_t nholes, capacity;
    uint8_t *open;      /* by page: how many opens are not closed yet */
    uint8_t *committed; /* by page: 1 when it has memory */
    CJArenaStats stats;
} arena;

static size_t
round_up(size_t value, size_t unit)
{
    return (value + unit - 1) / unit * unit;
}

int
cj_arena_start(size_t limit)
{
    if (arena.base != NULL) {
        return 0;
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    /* The whole reach is reserved, whatever the cap, so that the cap can be raised later. */
    void *base = mmap(NULL, CJ_ARENA_MAX, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return -1;
    }
    size_t pages = CJ_ARENA_MAX / page;
    arena.open = calloc(pages, 1);
    arena.committed = calloc(pages, 1);
    if (arena.open == NULL || arena.committed == NULL) {
        free(arena.open);
        free(arena.committed);
        munmap(base, CJ_ARENA_MAX);
        errno = ENOMEM;
        return -1;
    }
    arena.base = base;
    arena.page = page;
    arena.reserved = CJ_ARENA_MAX;
    cj_arena_set_limit(limit);
    return 0;
}

void
cj_arena_set_limit(size_t limit)
{
    if (limit == 0) {
        limit = CJ_ARENA_DEFAULT;
    }
    limit = round_up(limit, arena.page ? arena.page : 4096);
    arena.limit = limit < CJ_ARENA_MAX ? limit : CJ_ARENA_MAX;
}

static void
insert_hole(size_t index, Hole hole)
{
    if (arena.nholes == arena.capacity) {
        size_t capacity = arena.capacity ? 2 * arena.capacity : 64;
        Hole *holes = realloc(arena.holes, capacity * sizeof(Hole));
        if (holes == NULL) {
            return; /* the block is lost, which harms nobody */
        }
        arena.holes = holes;
        arena.capacity = capacity;
    }
    memmove(&arena.holes[index + 1], &arena.holes[index], (arena.nholes - index) * sizeof(Hole));
    arena.holes[index] = hole;
    arena.nholes++;
}

static void
remove_hole(size_t index)
{
    arena.nholes--;
    memmove(&arena.holes[index], &arena.holes[index + 1], (arena.nholes - index) * sizeof(Hole));
}

uint8_t *
cj_arena_allocate(size_t size)
{
    size = round_up(size ? size : 1, ALIGNMENT);
    if (arena.base == NULL || size > arena.limit) {
        return NULL;
    }
    size_t offset = SIZE_MAX;
    for (size_t i = 0; i < arena.nholes; i++) {
        Hole *hole = &arena.holes[i];
        if (hole->size >= size && hole->offset + size <= arena.limit) {
            offset = hole->offset;
            hole->offset += size;
            hole->size -= size;
            if (hole->size == 0) {
                remove_hole(i);
            }
            break;
        }
    }
    if (offset == SIZE_MAX) {
        if (arena.top + size > arena.limit) {
            return NULL;
        }
        offset = arena.top;
        arena.top += size;
    }
    size_t last = (offset + size - 1) / arena.page;
    for (size_t page = offset / arena.page; page <= last; page++) {
        if (!arena.committed[page]) {
            arena.committed[page] = 1;
            arena.stats.committed += arena.page;
        }
    }
    arena.stats.used += size;
    arena.stats.blocks++;
    return arena.base + offset;
}

/* Gives back the memory of the pages that lie wholly in the hole. */
static void
release_pages(Hole hole)
{
    size_t first = round_up(hole.offset, arena.page), end = (hole.offset + hole.size) / arena.page * arena.page;
    if (first >= end) {
        return;
    }
    if (mprotect(arena.base + first, end - first, PROT_NONE) == 0) {
        madvise(arena.base + first, end - first, MADV_DONTNEED);
    }
    for (size_t page = first / arena.page; page < end / arena.page; page++) {
        if (arena.committed[page]) {
            arena.committed[page] = 0;
            arena.stats.committed -= arena.page;
        }
    }
}

void
cj_arena_free(uint8_t *block, size_t size)
{
    Hole hole = {(size_t)(block - arena.base), round_up(size ? size : 1, ALIGNMENT)};
    arena.stats.used -= hole.size;
    arena.stats.freed += hole.size;
    arena.stats.blocks--;
    size_t low = 0, high = arena.nholes;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (arena.holes[middle].offset < hole.offset) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    if (low < arena.nholes && hole.offset + hole.size == arena.holes[low].offset) {
        hole.size += arena.holes[low].size;
        remove_hole(low);
    }
    if (low > 0 && arena.holes[low - 1].offset + arena.holes[low - 1].size == hole.offset) {
        low--;
        hole.offset = arena.holes[low].offset;
        hole.size += arena.holes[low].size;
        remove_hole(low);
    }
    release_pages(hole);
    if (hole.offset + hole.size == arena.top) {
        arena.top = hole.offset;
        return;
    }
    insert_hole(low, hole);
}

static void
protect(const uint8_t *start, size_t size, int protection)
{
    if (mprotect((void *)start, size, protection) != 0) {
        fprintf(stderr, "cinderjit: cannot change the protection of machine code: %s\n", strerror(errno));
        abort();
    }
}

/* Changes the protection of the pages of a range whose count of opens passes between 0 and 1,
 * in as few system calls as there are runs of such pages. */
static void
change(const uint8_t *start, size_t size, int step, int protection)
{
    size_t first = (size_t)(start - arena.base) / arena.page;
    size_t end = ((size_t)(start - arena.base) + size + arena.page - 1) / arena.page;
    size_t run = SIZE_MAX;
    for (size_t page = first; page <= end; page++) {
        bool changes = false;
        if (page < end) {
            uint8_t before = arena.open[page];
            arena.open[page] = (uint8_t)(before + step);
            changes = step > 0 ? before == 0 : before == 1;
        }
        if (changes && run == SIZE_MAX) {
            run = page;
        }
        else if (!changes && run != SIZE_MAX) {
            protect(arena.base + run * arena.page, (page - run) * arena.page, protection);
            run = SIZE_MAX;
        }
    }
}

void
cj_arena_open(const uint8_t *start, size_t size)
{
    change(start, size, 1, PROT_READ | PROT_WRITE);
}

void
cj_arena_close(const uint8_t *start, size_t size)
{
    /* Maintenance by address needs the page to be readable only; it is done while the data
     * is still certain to be in this thread's view. */
    __builtin___clear_cache((char *)start, (char *)start + size);
    change(start, size, -1, PROT_READ | PROT_EXEC);
}

bool
cj_arena_contains(const void *address)
{
    const uint8_t *at = address;
    return arena.base != NULL && at >= arena.base && at < arena.base + arena.reserved;
}

void
cj_arena_stats(CJArenaStats *stats)
{
    *stats = arena.stats;
    stats->limit = arena.limit;
}
