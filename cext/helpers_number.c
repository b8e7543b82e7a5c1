/* Numbers: boxing, arithmetic of exact types, and the generic operators. */
#include "helpers.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_long.h"

PyObject *
cj_long_box(int64_t value)
{
    return PyLong_FromLongLong(value);
}

PyObject *
cj_float_box(double value)
{
    return PyFloat_FromDouble(value);
}

PyObject *
cj_long_add(PyObject *left, PyObject *right)
{
    return _PyLong_Add((PyLongObject *)left, (PyLongObject *)right);
}

PyObject *
cj_long_sub(PyObject *left, PyObject *right)
{
    return _PyLong_Subtract((PyLongObject *)left, (PyLongObject *)right);
}

PyObject *
cj_long_mul(PyObject *left, PyObject *right)
{
    return _PyLong_Multiply((PyLongObject *)left, (PyLongObject *)right);
}

int64_t
cj_long_compare(PyObject *left, PyObject *right)
{
    PyLongObject *a = (PyLongObject *)left, *b = (PyLongObject *)right;
    if (_PyLong_BothAreCompact(a, b)) {
        Py_ssize_t x = _PyLong_CompactValue(a), y = _PyLong_CompactValue(b);
        return (x > y) - (x < y);
    }
    /* Comparing ints neither fails nor allocates. */
    if (PyObject_RichCompareBool(left, right, Py_LT)) {
        return -1;
    }
    return PyObject_RichCompareBool(left, right, Py_GT);
}

PyObject *
cj_binary_op(PyObject *left, PyObject *right, int64_t oparg)
{
    return _PyEval_BinaryOps[oparg](left, right);
}

PyObject *
cj_unary_negative(PyObject *value)
{
    return PyNumber_Negative(value);
}

PyObject *
cj_unary_invert(PyObject *value)
{
    return PyNumber_Invert(value);
}

int64_t
cj_is_true(PyObject *value)
{
    return PyObject_IsTrue(value);
}

PyObject *
cj_compare(PyObject *left, PyObject *right, int64_t op)
{
    return PyObject_RichCompare(left, right, (int)op);
}

int64_t
cj_compare_bool(PyObject *left, PyObject *right, int64_t op)
{
    /* Not PyObject_RichCompareBool: an object need not be equal to itself. */
    PyObject *result = PyObject_RichCompare(left, right, (int)op);
    if (result == NULL) {
        return -1;
    }
    int truth = PyObject_IsTrue(result);
    Py_DECREF(result);
    return truth;
}

int64_t
cj_contains(PyObject *item, PyObject *container)
{
    return PySequence_Contains(container, item);
}

int64_t
cj_is_instance(PyObject *object, PyObject *class)
{
    return PyObject_IsInstance(object, class);
}
