/* What a fork means for the run time: compiled code goes on in the child, but Go's threads are not there. */
#ifndef CJ_FORK_H
#define CJ_FORK_H

#include <Python.h>
#include <stdbool.h>

/* Registers the handler. In the child it makes the generated functions of the module, all of which are Go's, refuse. 0, or -1
 * with an exception. */
int cj_fork_start(PyObject *module);

/* Whether this process is a forked child, which must never enter Go. */
bool cj_in_forked_child(void);

/* False with a RuntimeError in a forked child. */
bool cj_check_not_forked(void);

#endif
