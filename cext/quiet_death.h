/* Objects whose end runs no code but the interpreter's own: nobody can look at any frame meanwhile. */
#ifndef CJ_QUIET_DEATH_H
#define CJ_QUIET_DEATH_H

#include <Python.h>
#include <stdbool.h>

/* Whether deallocating the object, to which no references are left, runs no Python code and no code of other
 * extensions. False when that is not plain to see. */
bool cj_dies_quietly(PyObject *dead);

#endif
