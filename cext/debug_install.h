/* Functions by which tests install machine code. */
#ifndef CJ_DEBUG_INSTALL_H
#define CJ_DEBUG_INSTALL_H

#include <Python.h>

/* Adds them to the module. 0, or -1 with an exception. */
int cj_debug_install_init(PyObject *module);

#endif
