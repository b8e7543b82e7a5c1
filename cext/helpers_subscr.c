/* Subscripts and slices. */
#include "helpers.h"

#include "internal/pycore_pyerrors.h"

PyObject *
cj_dict_subscr(PyObject *dict, PyObject *key)
{
    PyObject *value;
    if (PyDict_GetItemRef(dict, key, &value) == 0) {
        _PyErr_SetKeyError(key);
    }
    return value;
}

int64_t
cj_store_subscr(PyObject *container, PyObject *key, PyObject *value)
{
    return PyObject_SetItem(container, key, value);
}

int64_t
cj_delete_subscr(PyObject *container, PyObject *key)
{
    return PyObject_DelItem(container, key);
}

PyObject *
cj_binary_slice(PyObject *container, PyObject *start, PyObject *stop)
{
    PyObject *slice = PySlice_New(start, stop, NULL);
    if (slice == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_GetItem(container, slice);
    Py_DECREF(slice);
    return result;
}

int64_t
cj_store_slice(PyObject *container, PyObject *start, PyObject *stop, PyObject *value)
{
    PyObject *slice = PySlice_New(start, stop, NULL);
    if (slice == NULL) {
        return -1;
    }
    int error = PyObject_SetItem(container, slice, value);
    Py_DECREF(slice);
    return error;
}
