/* Function objects made and freed by compiled code: those of lambdas, closures and generator expressions live for a moment. */
#ifndef CJ_FUNCTIONS_H
#define CJ_FUNCTIONS_H

#include <Python.h>
#include <stdbool.h>

/* Frees a function to which no references are left, and keeps its memory for the next one; false when the interpreter has to do it.
 * Can run Python code. */
bool cj_function_free(PyObject *function);

#endif
