/* Reading exits from the encoding of an object. They are kept encoded, because most are never
 * taken. */
#include "exit.h"
#include "varint.h"

#include <string.h>

/* Hands out parts of the block that holds an exit's arrays. */
typedef struct {
    char *at;
    char *end;
} Bump;

static void *
bump(Bump *memory, size_t size)
{
    char *result = memory->at;
    size = (size + 7) & ~(size_t)7;
    if (size > (size_t)(memory->end - memory->at)) {
        return NULL;
    }
    memory->at += size;
    return result;
}

static CJLocation
read_location(CJReader *reader)
{
    uint64_t value = cj_read_u64(reader);
    CJLocation location = {
        .kind = value & 7, .repr = value >> 3 & 7, .index = (uint32_t)(value >> 6), .imm = 0};
    if (location.kind == CJ_IN_IMM) {
        location.imm = cj_read_i64(reader);
    }
    return location;
}

static CJLocation *
read_locations(CJReader *reader, Bump *memory, uint32_t *count)
{
    *count = cj_read_length(reader);
    CJLocation *list = bump(memory, *count * sizeof(CJLocation));
    if (list == NULL) {
        reader->damaged = true;
        *count = 0;
        return NULL;
    }
    for (uint32_t i = 0; i < *count; i++) {
        list[i] = read_location(reader);
    }
    return list;
}

static uint32_t
exit_offset(const CJObject *object, uint32_t index)
{
    uint32_t offset;
    memcpy(&offset, object->encoded + object->exit_index + 4 * (size_t)index, 4);
    return offset;
}

/* Room for exits that are taken when no memory is left. It is given back when none of them is in use. */
static struct {
    _Alignas(16) char room[1 << 17];
    size_t used;
    unsigned live;
} reserve;

static bool
in_reserve(const void *memory)
{
    return (uintptr_t)memory - (uintptr_t)reserve.room < sizeof(reserve.room);
}

static void *
take_memory(size_t size)
{
    void *memory = PyMem_RawMalloc(size);
    size = (size + 15) & ~(size_t)15;
    if (memory != NULL || size > sizeof(reserve.room) - reserve.used) {
        return memory;
    }
    memory = reserve.room + reserve.used;
    reserve.used += size;
    reserve.live++;
    return memory;
}

bool
cj_exit_read(const CJObject *object, uint32_t index, CJExit *exit)
{
    memset(exit, 0, sizeof(*exit));
    if (index >= object->nexits) {
        return false;
    }
    uint32_t start = object->exits + exit_offset(object, index);
    uint32_t end = index + 1 < object->nexits ? object->exits + exit_offset(object, index + 1) : object->exits_end;
    if (start >= end || end > object->encoded_size) {
        return false;
    }
    CJReader reader = {object->encoded + start, object->encoded + end, false};
    /* A location takes a byte at least, a virtual two and a frame seven: for each byte, what
     * they become in memory is smaller than this. */
    size_t size = (end - start) * (sizeof(CJLocation) + 8);
    exit->memory = take_memory(size);
    if (exit->memory == NULL) {
        return false;
    }
    Bump memory = {exit->memory, (char *)exit->memory + size};
    exit->kind = (uint8_t)cj_read_u32(&reader);
    exit->reason = (uint8_t)cj_read_u32(&reader);
    cj_read_u32(&reader); /* see cj_exit_continues */
    exit->text = cj_read_u32(&reader);
    exit->guilty = read_location(&reader);
    exit->nvirtuals = cj_read_length(&reader);
    exit->virtuals = bump(&memory, exit->nvirtuals * sizeof(CJVirtual));
    for (uint32_t i = 0; exit->virtuals != NULL && i < exit->nvirtuals; i++) {
        CJVirtual *made = &exit->virtuals[i];
        made->kind = (uint8_t)cj_read_u32(&reader);
        made->fields = read_locations(&reader, &memory, &made->nfields);
    }
    exit->nframes = cj_read_length(&reader);
    exit->frames = bump(&memory, exit->nframes * sizeof(CJFrame));
    for (uint32_t i = 0; exit->frames != NULL && i < exit->nframes; i++) {
        CJFrame *frame = &exit->frames[i];
        frame->code = cj_read_u32(&reader);
        frame->callee = read_location(&reader);
        frame->offset = cj_read_u32(&reader);
        frame->next = cj_read_u32(&reader);
        uint32_t flags = cj_read_u32(&reader);
        frame->in_memory = flags & 1;
        frame->completion = flags >> 1 & 7;
        frame->untraced = flags >> 4 & 1;
        frame->unhandled = flags >> 5 & 1;
        frame->native = exit->kind != CJ_DEOPT && frame->code != 0 ? cj_read_u32(&reader) : CJ_NOT_MADE;
        frame->locals = read_locations(&reader, &memory, &frame->nlocals);
        frame->stack = read_locations(&reader, &memory, &frame->nstack);
    }
    exit->owned = read_locations(&reader, &memory, &exit->nowned);
    if (exit->virtuals == NULL || exit->frames == NULL || exit->nframes == 0 || reader.damaged) {
        cj_exit_release(exit);
        return false;
    }
    return true;
}

CJExitKind
cj_exit_kind(const CJObject *object, uint32_t index)
{
    return (CJExitKind)object->encoded[object->exits + exit_offset(object, index)];
}

uint32_t
cj_exit_continues(const CJObject *object, uint32_t index)
{
    if (index >= object->nexits) {
        return 0;
    }
    CJReader reader = {object->encoded + object->exits + exit_offset(object, index), object->encoded + object->exits_end,
                       false};
    cj_read_u32(&reader); /* kind */
    cj_read_u32(&reader); /* reason */
    uint32_t at = cj_read_u32(&reader);
    return reader.damaged || at >= object->text_size ? 0 : at;
}

void
cj_exit_release(CJExit *exit)
{
    if (!in_reserve(exit->memory)) {
        PyMem_RawFree(exit->memory);
    }
    else if (--reserve.live == 0) {
        reserve.used = 0;
    }
    exit->memory = NULL;
}

/* Keeps an exit decoded, if there is memory for good: its arrays belong to the object then. */
static void
keep(CJObject *object, uint32_t index, CJExit *exit)
{
    if (in_reserve(exit->memory)) {
        return;
    }
    if (object->decoded == NULL) {
        object->decoded = PyMem_RawCalloc(object->nexits, sizeof(*object->decoded));
    }
    CJExit *kept = object->decoded != NULL ? PyMem_RawMalloc(sizeof(*kept)) : NULL;
    if (kept != NULL) {
        *kept = *exit;
        object->decoded[index] = kept;
        exit->memory = NULL;
    }
}

bool
cj_exit_take(CJObject *object, uint32_t index, CJExit *exit)
{
    if (object->decoded != NULL && index < object->nexits && object->decoded[index] != NULL) {
        *exit = *object->decoded[index];
        exit->memory = NULL;
        return true;
    }
    if (!cj_exit_read(object, index, exit)) {
        return false;
    }
    if (object->exit_count[index] != 0) {
        keep(object, index, exit);
    }
    return true;
}

CJExit *
cj_exit_raising(CJObject *object, uint32_t index)
{
    if (index >= object->nexits || cj_exit_kind(object, index) != CJ_RAISE) {
        return NULL;
    }
    return cj_exit_kept(object, index);
}

CJExit *
cj_exit_kept(CJObject *object, uint32_t index)
{
    if (object->decoded != NULL && index < object->nexits && object->decoded[index] != NULL) {
        return object->decoded[index];
    }
    CJExit exit;
    if (!cj_exit_read(object, index, &exit)) {
        return NULL;
    }
    keep(object, index, &exit);
    if (exit.memory != NULL) {
        cj_exit_release(&exit);
        return NULL;
    }
    return object->decoded[index];
}

void
cj_exits_forget(CJObject *object)
{
    for (uint32_t i = 0; object->decoded != NULL && i < object->nexits; i++) {
        if (object->decoded[i] != NULL) {
            cj_exit_release(object->decoded[i]);
            PyMem_RawFree(object->decoded[i]);
        }
    }
    PyMem_RawFree(object->decoded);
    object->decoded = NULL;
}

PyObject *
cj_object_constant(const CJObject *object, uint32_t id)
{
    uint32_t low = 0, high = object->nconstants;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (object->constants[middle].id < id) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low < object->nconstants && object->constants[low].id == id ? object->constants[low].object : NULL;
}
