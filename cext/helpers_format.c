/* Formatted strings. */
#include "helpers.h"

#include "internal/pycore_ceval.h"

PyObject *
cj_format_simple(PyObject *value)
{
    return PyUnicode_CheckExact(value) ? Py_NewRef(value) : PyObject_Format(value, NULL);
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
