/* Formatted strings. */
#include "helpers.h"

#include <string.h>

#include "internal/pycore_ceval.h"
#include "internal/pycore_long.h"

/* The str of an int of one digit. */
static PyObject *
decimal(Py_ssize_t value)
{
    char text[24], *at = text + sizeof(text);
    size_t left = value < 0 ? -(size_t)value : (size_t)value;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left != 0);
    if (value < 0) {
        *--at = '-';
    }
    const Py_ssize_t n = text + sizeof(text) - at;
    PyObject *string = PyUnicode_New(n, 127);
    if (string != NULL) {
        memcpy(((PyASCIIObject *)string) + 1, at, n);
    }
    return string;
}

PyObject *
cj_format_simple(PyObject *value)
{
    if (PyUnicode_CheckExact(value)) {
        return Py_NewRef(value);
    }
    if (PyLong_CheckExact(value)) {
        return _PyLong_IsCompact((PyLongObject *)value) ? decimal(_PyLong_CompactValue((PyLongObject *)value)) : PyLong_Type.tp_str(value);
    }
    return PyObject_Format(value, NULL);
}

PyObject *
cj_format_with_spec(PyObject *value, PyObject *spec)
{
    return PyObject_Format(value, spec);
}

PyObject *
cj_convert_value(PyObject *value, int64_t oparg)
{
    return _PyEval_ConversionFuncs[oparg](value);
}
