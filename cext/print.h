/* print to a file that is given. Called with the GIL held. */
#ifndef CJ_PRINT_H
#define CJ_PRINT_H

#include <Python.h>
#include <stdbool.h>

/* Looks for the function print among the builtins. */
void cj_print_start(void);

/* Whether a call is one of builtins.print, which is what callable is then, with the one named argument file. */
bool cj_is_print_to_file(PyObject *callable, PyObject *kwnames);

/* print(*arguments, file=arguments[n]): None, or NULL with an exception. */
PyObject *cj_print_to_file(PyObject *const *arguments, Py_ssize_t n);

#endif
