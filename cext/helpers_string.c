/* Exact strs. */
#include "helpers.h"

#include "exact.h"
#include "internal/pycore_runtime.h"
#include "internal/pycore_unicodeobject.h"

int64_t
cj_str_eq(PyObject *left, PyObject *right)
{
    return cj_strs_equal(left, right);
}

PyObject *
cj_str_concat(PyObject *left, PyObject *right)
{
    return PyUnicode_Concat(left, right);
}

PyObject *
cj_str_item(PyObject *string, int64_t index)
{
    return cj_character(string, index);
}

PyObject *
cj_str_subscr(PyObject *string, PyObject *index)
{
    if (_PyLong_IsCompact((PyLongObject *)index)) {
        Py_ssize_t i = _PyLong_CompactValue((PyLongObject *)index), n = PyUnicode_GET_LENGTH(string);
        i += i < 0 ? n : 0;
        if (i >= 0 && i < n) {
            return cj_character(string, i);
        }
    }
    return PyObject_GetItem(string, index);
}

/* Whether right can be put behind left in left's own memory: nobody else can see left, nothing was derived from its
 * contents, and its characters are as wide as right's. */
static bool
grows_in_place(PyObject *left, PyObject *right)
{
    return Py_REFCNT(left) == 1 && ((PyASCIIObject *)left)->hash == -1 && !PyUnicode_CHECK_INTERNED(left) &&
        PyUnicode_GET_LENGTH(left) > 0 && PyUnicode_GET_LENGTH(right) > 0 &&
        PyUnicode_KIND(right) <= PyUnicode_KIND(left) && PyUnicode_IS_ASCII(right) >= PyUnicode_IS_ASCII(left) &&
        PyUnicode_GET_LENGTH(left) <= PY_SSIZE_T_MAX - PyUnicode_GET_LENGTH(right);
}

/* Steals left when it succeeds. */
PyObject *
cj_str_append(PyObject *left, PyObject *right)
{
    if (!grows_in_place(left, right)) {
        PyObject *result = PyUnicode_Concat(left, right);
        if (result != NULL) {
            Py_DECREF(left);
        }
        return result;
    }
    Py_ssize_t before = PyUnicode_GET_LENGTH(left), added = PyUnicode_GET_LENGTH(right);
    PyObject *result = left;
    if (PyUnicode_Resize(&result, before + added) < 0 ||
        PyUnicode_CopyCharacters(result, before, right, 0, added) < 0) {
        return NULL;
    }
    return result;
}
