/* The code registry: which code objects the JIT knows, how functions reach their
   machine code, and when code is compiled. */
#ifndef CJ_REGISTRY_H
#define CJ_REGISTRY_H

#include <Python.h>
#include <stdbool.h>

#include "object.h"

/* The record of a code object with these globals, or NULL. */
CJCode *cj_registry_find(PyCodeObject *code, PyObject *globals);

#endif
