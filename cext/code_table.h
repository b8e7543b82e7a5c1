/* What the JIT knows by the address of a code object. Code objects have a place for data of tools, but one that has data there
   is another to the interpreter: it is larger, and not handed to other interpreters. So this is a table of its own, which the
   stubs read too. Everything is called with the GIL held. */
#ifndef CJ_CODE_TABLE_H
#define CJ_CODE_TABLE_H

#include <Python.h>
#include <stddef.h>
#include <stdint.h>

/* A place of the table; without code it is free. */
typedef struct {
    PyCodeObject *code; /* borrowed: whoever enters it takes it out when it dies */
    void *data;
} CJCodeSlot;

/* A code object is found in the first slot, counted from that of its address and around, that has it; not when a free
   one comes before. There is always a free one. */
typedef struct {
    CJCodeSlot *slots; /* a power of two of them */
    uint64_t mask;     /* of the offsets of slots in bytes */
} CJCodeTable;

extern CJCodeTable cj_code_table;

/* Where the search for a code object begins, in bytes; the stub `resume` has the same in assembly. */
static inline uint64_t
cj_code_table_begin(const PyCodeObject *code, uint64_t mask)
{
    uint64_t address = (uintptr_t)code;
    return ((address ^ address >> 9) >> 1) & mask;
}

/* The data of a code object, NULL when it has none. */
static inline void *
cj_code_table_get(const PyCodeObject *code)
{
    CJCodeTable table = cj_code_table;
    for (uint64_t at = cj_code_table_begin(code, table.mask);; at = (at + sizeof(CJCodeSlot)) & table.mask) {
        const CJCodeSlot *slot = (const CJCodeSlot *)((const char *)table.slots + at);
        if (slot->code == code || slot->code == NULL) {
            return slot->code == NULL ? NULL : slot->data;
        }
    }
}

/* Enters a code object that has no data. Returns 0, or -1 without an exception when memory is short. */
int cj_code_table_add(PyCodeObject *code, void *data);

/* Takes a code object out and returns its data, NULL when it had none. */
void *cj_code_table_remove(const PyCodeObject *code);

#endif
