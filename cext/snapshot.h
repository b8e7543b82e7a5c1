/* A snapshot: all that the compiler may know about a code object, as one flat
   buffer, and the objects that its ids stand for. */
#ifndef CJ_SNAPSHOT_H
#define CJ_SNAPSHOT_H

#include <Python.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t *data;
    size_t size;
    PyObject **objects; /* by id, owned; entry 0 is NULL */
    uint32_t nobjects;  /* entry 0 counted */
} CJSnapshot;

/* A loop of the code, for which alone it is compiled. */
typedef struct CJLoopEntry {
    uint32_t unit;          /* code unit of its first instruction */
    bool in_module;         /* the frame's locals are its globals */
    uint32_t nclasses;
    PyTypeObject **classes; /* of the frame's local variables: borrowed, NULL for any */
} CJLoopEntry;

/* Takes a snapshot of code with the given namespaces (exact dicts). function is the
   function for which it is taken, or NULL; loop is NULL when all of the code is compiled. Runs no Python code. Returns NULL and
   stores a static text in *reason when the code cannot be compiled as it is now,
   or NULL with *reason NULL and MemoryError set. */
CJSnapshot *cj_snapshot_take(PyCodeObject *code, PyObject *globals, PyObject *builtins,
                             PyObject *function, const CJLoopEntry *loop, const char **reason);

/* Frees the snapshot and its references; arbitrary code may run. NULL is allowed. */
void cj_snapshot_free(CJSnapshot *snapshot);

/* The builtins dict that a function with these globals sees: borrowed, or NULL. */
PyObject *cj_builtins_of(PyObject *globals);

#endif
