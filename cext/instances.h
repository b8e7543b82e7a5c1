/* Instances of plain classes: their memory is kept when they die and used again. */
#ifndef CJ_INSTANCES_H
#define CJ_INSTANCES_H

#include <Python.h>
#include <stdbool.h>

/* Learns what is to be known about classes. 0, or -1 with an exception. */
int cj_instances_start(void);

/* How Python classes let their instances die; NULL before cj_instances_start. */
extern destructor cj_instance_dealloc;

/* A new instance of a class with the generic allocator, without attributes and known to the collector. NULL with MemoryError. */
PyObject *cj_instance_new(PyTypeObject *type);

/* Frees an instance without references if nothing but it, ints and floats dies then, so that no code runs that could look at
 * anything; else returns 0 and has done nothing. Calls nothing and uses general registers only. */
int64_t cj_instance_free(PyObject *dead);

#endif
