/* Operations on whole sets, in fewer instructions for each key than the sets' own slots take. Called with the GIL held. */
#ifndef CJ_SETS_H
#define CJ_SETS_H

#include <Python.h>
#include <stdbool.h>

/* left - right (NB_SUBTRACT) or left & right (NB_AND) of exact sets or frozensets, with the keys in the order that the interpreter's
 * functions give. *result is a new reference, or NULL with MemoryError. False, with nothing done, when the operation is another one or
 * keys would have to be asked. Runs no Python code. */
bool cj_set_operation(PyObject *left, PyObject *right, int op, PyObject **result);

#endif
