/* What is known about the places of a code object beyond what the interpreter's inline caches say now: the classes
   on which guards failed, and those for which the interpreter had specialised an instruction earlier. Everything is
   called with the GIL held. */
#ifndef CJ_LEARNED_H
#define CJ_LEARNED_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "internal/pycore_code.h"

/* A place is compiled for at most so many classes, as in jit/hir/build; a test compares them. */
enum { CJ_MOST_CASES = 4 };

/* A class that a place has seen. */
typedef struct {
    int32_t offset;    /* bytes, of the instruction's first prefix */
    PyObject *weakref; /* owned, of the class */
    uint64_t failed;   /* how often a guard failed on it; 0 for one that the interpreter knew */
} CJSeen;

/* Of one code object, ordered by offset. All zero is empty. */
typedef struct {
    CJSeen *list; /* owned */
    uint32_t n, capacity;
} CJLearned;

/* Notes a class for the place at an offset. Returns whether a guard failed on it for the first time. A place keeps
   more classes than code is compiled for, so that it is known to have too many. */
bool cj_learned_add(CJLearned *learned, int32_t offset, PyTypeObject *type, uint64_t failed);

/* The classes of the place at an offset: *n of them, borrowed. */
const CJSeen *cj_learned_at(const CJLearned *learned, int32_t offset, uint32_t *n);

/* The class for which the interpreter has specialised an instruction: of the operand whose class its cheapest guard
   looks at. Borrowed; NULL when it is not specialised for a class, or that one is gone. */
PyTypeObject *cj_specialised_class(const _Py_CODEUNIT *unit);

/* Notes the class of every specialised instruction. */
void cj_learned_note_caches(CJLearned *learned, PyCodeObject *code);

/* Lets every specialised instruction specialise itself anew when it meets another class, at once instead of after
   some tens of times. */
void cj_learn_anew(PyCodeObject *code);

void cj_learned_free(CJLearned *learned);

#endif
