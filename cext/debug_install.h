/* Functions by which tests install machine code, and call parts of the run time. */
#ifndef CJ_DEBUG_INSTALL_H
#define CJ_DEBUG_INSTALL_H

#include <Python.h>

#include "object.h"

/* Adds them to the module. 0, or -1 with an exception. */
int cj_debug_install_init(PyObject *module);
int cj_debug_call_init(PyObject *module);

/* Starts the run time, and returns the tests' own record of a function's code; NULL with an exception. */
CJCode *cj_debug_code(PyObject *function);

#endif
