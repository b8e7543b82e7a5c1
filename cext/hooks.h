/* What the generated module initialisation calls. */
#ifndef CJ_HOOKS_H
#define CJ_HOOKS_H

#include <Python.h>

/* Adds the C side's own names to the freshly made module _cinderjit. Called once,
 * with the GIL held. Returns 0, or -1 with an exception set. */
int cj_init(PyObject *module);

#endif
