/* What the generic helpers see at places of compiled code about which the interpreter's inline caches say nothing: subscripts of
 * arrays of numbers, and of objects whose class has __getitem__ or __setitem__ in Python; and of code that has been compiled before it
 * ran about all places. */
#ifndef CJ_SIGHTINGS_H
#define CJ_SIGHTINGS_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/* A class that a helper saw at a place. */
typedef struct {
    int32_t offset;    /* bytes, of the instruction proper */
    int32_t format;    /* of an array of numbers, as module array names it; 0 for other containers; CJ_TWO_FLOATS */
    PyObject *weakref; /* owned, of the class */
    uint32_t count;
} CJSighting;

/* The format of a sighting of two floats as operands. */
enum { CJ_TWO_FLOATS = -1 };

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

/* Whether the interpreter has begun to run the code. */
bool cj_was_run(PyCodeObject *code);

/* Generic helpers would hardly be called had the interpreter run the code before it was compiled. For code that it has not run,
 * one of so many calls of them counts. */
enum { CJ_UNLEARNED_EVERY = 64 };

/* Counts such a call: code that has still not been run, and for which many count, learns and is compiled again. */
void cj_see_unlearned(void);

void cj_sightings_free(CJSightings *sightings);

#endif
