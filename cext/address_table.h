/* What the JIT knows by the address of an object that has no place for it. Code objects have one for data of tools, but one that has data there
   is another to the interpreter: it is larger, and not handed to other interpreters. Everything is called with the GIL held. */
#ifndef CJ_ADDRESS_TABLE_H
#define CJ_ADDRESS_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* A place of the table; without an object it is free. */
typedef struct {
    const void *object; /* borrowed: whoever enters it takes it out when it dies */
    void *data;
} CJSlot;

/* An object is found in the first slot, counted from that of its address and around, that has it; not when a free
   one comes before. There is always a free one. */
typedef struct {
    CJSlot *slots; /* a power of two of them */
    uint64_t mask; /* of the offsets of slots in bytes */
    size_t entered;
} CJAddressTable;

/* A free slot, which is the table until something is entered. */
extern CJSlot cj_free_slot;
#define CJ_EMPTY_TABLE {.slots = &cj_free_slot}

/* The data of code objects are their records. The stubs read this table too. */
extern CJAddressTable cj_code_table;

/* Where the search for an object begins, in bytes; the stub `resume` has the same in assembly. */
static inline uint64_t
cj_table_begin(const void *object, uint64_t mask)
{
    uint64_t address = (uintptr_t)object;
    return ((address ^ address >> 9) >> 1) & mask;
}

/* The data of an object, NULL when it has none. */
static inline void *
cj_table_get(const CJAddressTable *table, const void *object)
{
    for (uint64_t at = cj_table_begin(object, table->mask);; at = (at + sizeof(CJSlot)) & table->mask) {
        const CJSlot *slot = (const CJSlot *)((const char *)table->slots + at);
        if (slot->object == object || slot->object == NULL) {
            return slot->object == NULL ? NULL : slot->data;
        }
    }
}

/* Enters an object that has no data. Returns 0, or -1 without an exception when memory is short. */
int cj_table_add(CJAddressTable *table, const void *object, void *data);

/* Takes an object out and returns its data, NULL when it had none. */
void *cj_table_remove(CJAddressTable *table, const void *object);

#endif
