/* Writing the binary form of a snapshot; jit/snapshot/encode.go says what it is.
   A dry writer only visits: it counts nothing and stores nothing. */
#ifndef CJ_SNAPSHOT_WRITE_H
#define CJ_SNAPSHOT_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint8_t *data;
    size_t size, capacity;
    bool dry;
    bool failed; /* memory ran out; what was written is incomplete */
} CJWriter;

static inline void
cj_write(CJWriter *w, const void *bytes, size_t n)
{
    if (w->dry || w->failed) {
        return;
    }
    if (n > w->capacity - w->size) {
        size_t capacity = w->capacity < 4096 ? 4096 : w->capacity;
        while (n > capacity - w->size) {
            capacity *= 2;
        }
        uint8_t *data = realloc(w->data, capacity);
        if (data == NULL) {
            w->failed = true;
            return;
        }
        w->data = data;
        w->capacity = capacity;
    }
    if (n > 0) {
        memcpy(w->data + w->size, bytes, n);
        w->size += n;
    }
}

static inline void cj_write_u32(CJWriter *w, uint32_t v) { cj_write(w, &v, sizeof(v)); }
static inline void cj_write_u64(CJWriter *w, uint64_t v) { cj_write(w, &v, sizeof(v)); }

static inline void
cj_write_bytes(CJWriter *w, const void *bytes, size_t n)
{
    cj_write_u32(w, (uint32_t)n);
    cj_write(w, bytes, n);
}

static inline void
cj_write_text(CJWriter *w, const char *text)
{
    cj_write_bytes(w, text, strlen(text));
}

#endif
