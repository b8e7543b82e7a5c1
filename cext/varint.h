/* Reading the variable-length integers of an encoded object; see jit/object/encode.go. After an error
 * a reader returns zeros. */
#ifndef CJ_VARINT_H
#define CJ_VARINT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const uint8_t *at, *end;
    bool damaged;
} CJReader;

static inline uint64_t
cj_read_u64(CJReader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    reader->damaged = true;
    reader->at = reader->end;
    return 0;
}

static inline uint32_t
cj_read_u32(CJReader *reader)
{
    uint64_t value = cj_read_u64(reader);
    if (value > UINT32_MAX) {
        reader->damaged = true;
        return 0;
    }
    return (uint32_t)value;
}

static inline int64_t
cj_read_i64(CJReader *reader)
{
    uint64_t value = cj_read_u64(reader);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* A number of elements that take at least a byte each. */
static inline uint32_t
cj_read_length(CJReader *reader)
{
    uint32_t length = cj_read_u32(reader);
    if (length > (size_t)(reader->end - reader->at)) {
        reader->damaged = true;
        reader->at = reader->end;
        return 0;
    }
    return length;
}

#endif
