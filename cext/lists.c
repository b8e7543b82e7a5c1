#include "lists.h"

#include "internal/pycore_list.h"

/* Copies items, with a new reference to each. */
static void
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

/* Room for n items; NULL with MemoryError, or when n is 0. */
static PyObject **
new_items(Py_ssize_t n)
{
    PyObject **items = n == 0 ? NULL : PyMem_New(PyObject *, n);
    if (items == NULL && n > 0) {
        PyErr_NoMemory();
    }
    return items;
}

/* A new list of the items of two arrays; NULL with MemoryError. */
static PyObject *
filled(PyObject *const *first, Py_ssize_t n, PyObject *const *second, Py_ssize_t m)
{
    PyObject *made = PyList_New(0);
    PyObject **items = made == NULL ? NULL : new_items(n + m);
    if (items == NULL) {
        if (n + m > 0) {
            Py_CLEAR(made);
        }
        return made;
    }
    PyListObject *list = (PyListObject *)made;
    copy_items(items, first, n);
    copy_items(items + n, second, m);
    list->ob_item = items;
    list->allocated = n + m;
    Py_SET_SIZE(list, n + m);
    return made;
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
cj_list_replace(PyObject *list, PyObject *value)
{
    PyListObject *into = (PyListObject *)list;
    Py_ssize_t n = PyList_GET_SIZE(value), former = PyList_GET_SIZE(list), room = into->allocated;
    if (n == 0 || n > room || n < room >> 1) {
        /* The list's own rules decide how much room it has then, which can be seen. */
        return PyList_SetSlice(list, 0, former, value);
    }
    PyObject **items = new_items(room), **before = into->ob_item;
    if (items == NULL) {
        return -1;
    }
    copy_items(items, ((PyListObject *)value)->ob_item, n);
    into->ob_item = items;
    Py_SET_SIZE(into, n);
    while (former > 0) {
        Py_DECREF(before[--former]);
    }
    PyMem_Free(before);
    return 0;
}
