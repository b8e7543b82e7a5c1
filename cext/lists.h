/* Making lists, and whole lists at once, in fewer instructions for each item than the list's own slots take. Called with the GIL held. */
#ifndef CJ_LISTS_H
#define CJ_LISTS_H

#include <Python.h>

/* A list of n items, which are not set: they have to be before anything else can happen. NULL with MemoryError. */
PyObject *cj_list_new(Py_ssize_t n);

/* Makes room for items behind those of an exact list that has none left, as much as append does. Returns 0, or -1 with MemoryError. */
int cj_list_grow(PyObject *list);

/* The items of two exact lists in a new one; NULL with MemoryError. Runs no Python code. */
PyObject *cj_list_concat(PyObject *left, PyObject *right);

/* The items of an exact list from low on, up to high, which are bounds within it and in order. */
PyObject *cj_list_slice(PyObject *list, Py_ssize_t low, Py_ssize_t high);

/* Puts n items into an exact list that has no array, with as much room as extend makes for that many and some more, one at least together. Returns 0, or -1 with MemoryError. */
int cj_list_fill(PyObject *list, PyObject *const *items, Py_ssize_t n, Py_ssize_t more);

/* What list[:] = value does for exact lists. The former items are released when the list has the new ones, the last
   first. Returns 0, or -1 with MemoryError and the list as it was. */
int cj_list_replace(PyObject *list, PyObject *value);

#endif
