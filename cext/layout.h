/* Offsets and constants of the interpreter's structures, as these headers have them,
   and the proof that the running interpreter has them too. */
#ifndef CJ_LAYOUT_H
#define CJ_LAYOUT_H

#include <Python.h>
#include <stdint.h>

#include "layout_fields.h"

/* Structures that CPython keeps private; cj_layout_check compares them with
   real objects. */
typedef struct {
    PyObject_HEAD
    PyObject *start, *stop, *step, *length;
} cj_range_object;

typedef struct {
    PyObject_HEAD
    Py_ssize_t index; /* of the next item; -1 when exhausted */
    PyObject *list;   /* owned; NULL when exhausted */
} cj_list_reverse_iterator;

/* Of keys, values and items. */
typedef struct {
    PyObject_HEAD
    PyObject *dict;      /* owned; NULL when exhausted */
    Py_ssize_t used;     /* how many items the dict must have; -1 when it had others */
    Py_ssize_t position; /* where to look for the next one in the table */
    PyObject *pair;      /* owned; of items, a tuple to be given out if nobody has it */
    Py_ssize_t left;     /* how many have not come yet */
} cj_dict_iterator;

typedef struct {
    PyObject_HEAD
    Py_ssize_t index;
    PyObject *iterator;   /* owned */
    PyObject *pair;       /* owned; a tuple to be given out if nobody has it */
    PyObject *long_index; /* owned; NULL while index is enough */
    PyObject *one;        /* immortal */
} cj_enumerate;

typedef struct {
    PyObject_HEAD
    Py_ssize_t size;
    PyObject *iterators; /* owned, a tuple of that size */
    PyObject *items;     /* owned; a tuple to be given out if nobody has it */
    int strict; /* of which the interpreter may look at the first byte only */
} cj_zip;

typedef struct {
    PyObject_HEAD
    PyObject *callable; /* of a classmethod or staticmethod */
} cj_method_wrapper;

/* The head of array.array's instances. cj_find_arrays compares it with real ones. */
typedef struct {
    char format; /* as module array names it: 'd', 'i' … */
} cj_array_description;

typedef struct {
    PyObject_VAR_HEAD
    char *items;
    Py_ssize_t allocated;
    const cj_array_description *description;
} cj_array_object;

/* Returns NULL when the running interpreter has the layout of the headers, else
   a static text saying what differs. The GIL must be held. */
const char *cj_layout_check(void);

/* The deallocator that all classes made in Python have; known after the check. */
destructor cj_python_dealloc(void);

/* The tp_new of classes with a __new__ that is made in Python; known after the check. */
newfunc cj_python_new(void);

/* The tp_iternext of classes that have no __next__; known after the check. */
iternextfunc cj_no_iternext(void);

/* Stores the values of CJ_LAYOUT_FIELDS, CJ_LAYOUT_COUNT of them. */
void cj_layout_values(int64_t *values);

#endif
