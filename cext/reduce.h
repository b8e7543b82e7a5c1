/* object.__reduce_ex__, by which objects are copied and pickled, for plain instances. Called with the GIL held. */
#ifndef CJ_REDUCE_H
#define CJ_REDUCE_H

#include <Python.h>
#include <stdbool.h>

/* The C function of object.__reduce_ex__; known after the start. */
extern PyCFunction cj_object_reduce_ex;

/* Finds cj_object_reduce_ex: 0, or -1 with an exception. */
int cj_reduce_start(void);

/* object.__reduce_ex__(self, protocol): a new reference, or NULL with an exception. */
PyObject *cj_reduce_ex(PyObject *self, PyObject *protocol);

#endif
