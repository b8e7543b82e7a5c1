/* The shared machine code at the start of the arena, and what compiled code refers to by name. */
#ifndef CJ_STUBS_H
#define CJ_STUBS_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/* Copies the stubs of stubs_aarch64.S and one stub for each helper into the arena, which must be
 * started and empty. 0, or -1 with an exception. */
int cj_stubs_start(void);

/* Address of a shared stub by its name in jit/object, or NULL. */
const uint8_t *cj_stub_address(const char *name);

/* The stub resume_slow, for CJCode.resume_entry. */
void *cj_resume_slow_entry(void);

/* The stub make_generator, for CJCode.direct_entry. */
void *cj_make_generator_entry(void);

/* Address of the stub of a helper by its number in the compiler's table, or NULL; of its counting twin (unlearned.h) if it is for code that
 * has been compiled before it ran. */
const uint8_t *cj_helper_stub(uint32_t number, bool unlearned);

/* Value of a named symbol: see jit/object. False when there is none. */
bool cj_symbol_value(const char *name, uint64_t *value);

/* Name of the stub or helper whose stub contains the address, or NULL. */
const char *cj_stub_name(const void *address);

/* Whether the address is in one of the shared stubs, those of helpers included. */
bool cj_is_stub(const void *address);

/* The helpers' stubs as a new list of (name, address, size); NULL with an exception. */
PyObject *cj_stub_list(void);

typedef struct {
    const char *name;
    void *function;
    const char *arguments, *result; /* kinds, as in type Helper of package hir */
} CJHelper;

/* The helpers in the order of the compiler's table, which makes helpers_gen.h. */
extern const CJHelper cj_helper_table[];
extern const uint32_t cj_helper_count;

#endif
