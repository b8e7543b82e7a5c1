/* The run-time helpers: what compiled code calls for everything that it does not do itself. The list of them, with
 * the kinds of arguments and results, is the helper table of package hir, from which helpers_gen.h is made.
 *
 * Unless the description of a helper says otherwise:
 * - object arguments are borrowed and stay alive during the call; a result is a new reference;
 * - a helper with an object result returns NULL with an exception set, one with an int64_t result a negative number;
 * - the GIL is held and the thread state is the current one;
 * - the frame of the compiled function is the current frame, synchronised where the helper can run Python code: all
 *   that are Observable in the instruction table can. */
#ifndef CJ_HELPERS_H
#define CJ_HELPERS_H

#include <Python.h>
#include <stdint.h>

/* Two results, in x0 and x1. first is NULL with an exception set on an error. */
typedef struct {
    PyObject *first;
    PyObject *second; /* new reference or NULL */
} CJPair;

#include "helpers_gen.h"

#endif
