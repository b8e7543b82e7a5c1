#include "lists.h"

#include <string.h>

#include "collector.h"

#include "internal/pycore_list.h"

/* Copies items, with a new reference to each. */
static inline __attribute__((always_inline)) void
copy_items(PyObject **to, PyObject *const *from, Py_ssize_t n)
{
    for (PyObject *const *end = from + n; from != end;) {
        PyObject *item = *from++;
        if (!_Py_IsImmortal(item)) {
            item->ob_refcnt++;
        }
        *to++ = item;
    }
}

PyObject *
cj_list_new(Py_ssize_t n)
{
    PyListObject *list = cj_free_list();
    if (list == NULL) {
        return PyList_New(n);
    }
    PyObject **items = n == 0 ? NULL : cj_new_items(n);
    list->ob_item = items;
    list->allocated = n;
    Py_SET_SIZE(list, n);
    cj_track((PyObject *)list);
    if (items == NULL && n > 0) {
        list->allocated = 0;
        Py_SET_SIZE(list, 0);
        Py_DECREF(list);
        return PyErr_NoMemory();
    }
    return (PyObject *)list;
}

int
cj_list_grow(PyObject *object)
{
    PyListObject *list = (PyListObject *)object;
    Py_ssize_t n = PyList_GET_SIZE(object), room = (n + 1 + ((n + 1) >> 3) + 6) & ~(Py_ssize_t)3;
    PyObject **items = NULL;
    if (room < CJ_KEPT_ITEMS) {
        items = cj_new_items(room);
        if (items != NULL && n > 0) {
            memcpy(items, list->ob_item, n * sizeof(*items));
            cj_free_items(list->ob_item, list->allocated);
        }
    }
    else if (room <= PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(*items)) {
        items = PyMem_Realloc(list->ob_item, room * sizeof(*items));
    }
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    list->ob_item = items;
    list->allocated = room;
    return 0;
}

/* A new list of the items of two arrays; NULL with MemoryError. */
static PyObject *
filled(PyObject *const *first, Py_ssize_t n, PyObject *const *second, Py_ssize_t m)
{
    PyObject *list = cj_list_new(n + m);
    if (list != NULL) {
        PyObject **items = ((PyListObject *)list)->ob_item;
        copy_items(items, first, n);
        copy_items(items + n, second, m);
    }
    return list;
}

PyObject *
cj_list_concat(PyObject *left, PyObject *right)
{
    Py_ssize_t n = PyList_GET_SIZE(left), m = PyList_GET_SIZE(right);
    if (n > PY_SSIZE_T_MAX / 2 - m) {
        return PyErr_NoMemory();
    }
    return filled(((PyListObject *)left)->ob_item, n, ((PyListObject *)right)->ob_item, m);
}

PyObject *
cj_list_slice(PyObject *list, Py_ssize_t low, Py_ssize_t high)
{
    return filled(((PyListObject *)list)->ob_item + low, high - low, NULL, 0);
}

int
cj_list_fill(PyObject *object, PyObject *const *from, Py_ssize_t n, Py_ssize_t more)
{
    PyListObject *list = (PyListObject *)object;
    const Py_ssize_t room = (n + more + 1) & ~(Py_ssize_t)1;
    PyObject **items = cj_new_items(room);
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    copy_items(items, from, n);
    list->ob_item = items;
    list->allocated = room;
    Py_SET_SIZE(list, n);
    return 0;
}

int
cj_list_replace(PyObject *list, PyObject *value)
{
    PyListObject *into = (PyListObject *)list;
    Py_ssize_t n = PyList_GET_SIZE(value), former = PyList_GET_SIZE(list), room = into->allocated;
    if (n == 0 || n > room || n < room >> 1) {
        /* The list's own rules decide how much room it has then, which can be seen. */
        return PyList_SetSlice(list, 0, former, value);
    }
    PyObject **items = cj_new_items(room), **before = into->ob_item;
    if (items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    copy_items(items, ((PyListObject *)value)->ob_item, n);
    into->ob_item = items;
    Py_SET_SIZE(into, n);
    while (former > 0) {
        Py_DECREF(before[--former]);
    }
    cj_free_items(before, room);
    return 0;
}
