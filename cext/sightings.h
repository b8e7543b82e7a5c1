/* What the generic helpers see at places of compiled code about which the interpreter's inline caches say nothing: subscripts of
 * arrays of numbers, and of objects whose class has __getitem__ or __setitem__ in Python; the Python functions that are called where
 * there are several; and of code that has been compiled before it ran about all places. */
#ifndef CJ_SIGHTINGS_H
#define CJ_SIGHTINGS_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/* What was seen at a place: a class, or what stands for a function that was called. That is the function, or its code where such
 * functions are made over and over. */
typedef struct {
    int32_t offset;    /* bytes, of the instruction proper */
    int32_t format;    /* of an array of numbers, as module array names it; 0 for other containers; or one of the below */
    PyObject *weakref; /* owned */
    uint32_t count;
    uint32_t items;    /* of CALL_FUNCTION_EX: how many positional arguments came, and one more; 0 when that is not known or varies */
} CJSighting;

/* Formats of sightings of two floats as operands, of calls of functions and of bound methods, and of what is iterated over. */
enum { CJ_TWO_FLOATS = -1, CJ_CALLED = -2, CJ_CALLED_BOUND = -3, CJ_ITERATED = -4 };

typedef struct {
    CJSighting *items; /* owned */
    uint32_t count;
} CJSightings;

/* The class array.array, borrowed; NULL when nothing has imported it, or it is not as expected. */
extern PyTypeObject *cj_array_type;

/* Looks for the class, if it is not known. Called before code is compiled. Leaves no exception. */
void cj_find_arrays(void);

/* Notes the container of a subscript that the current instruction executes generically, if it is of a class that machine code can
 * do more for. Runs no Python code. */
void cj_see_container(PyObject *container);

/* Notes that the current instruction, which has no specialised form for them, has two floats as operands. */
void cj_see_floats(void);

/* Notes that the current instruction makes an iterator of a dict. */
void cj_see_dict_iterated(void);

/* Notes what the current instruction calls, if it is a Python function or a bound method of one: of so many calls one is seen.
 * items is the CJSighting's. */
enum { CJ_CALLS_EVERY = 17, CJ_ITEMS_UNKNOWN = 0 };
void cj_see_call(PyObject *callable, uint32_t items);

/* Notes that a call, the instruction at an offset of the code, was not compiled for a callee: a function, its code, or a bound method.
 * Returns false when it is something else, or when too many are known there. */
bool cj_see_other_callee(PyCodeObject *code, int32_t offset, PyObject *callee);

/* Whether the interpreter has begun to run the code. */
bool cj_was_run(PyCodeObject *code);

/* Generic helpers would hardly be called had the interpreter run the code before it was compiled. For code that it has not run,
 * one of so many calls of them counts. */
enum { CJ_UNLEARNED_EVERY = 64 };

/* Counts such a call: code that has still not been run, and for which many count, learns and is compiled again. */
void cj_see_unlearned(void);

void cj_sightings_free(CJSightings *sightings);

#endif
