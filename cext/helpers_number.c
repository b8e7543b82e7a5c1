/* Numbers: boxing, arithmetic of exact types, and the generic operators. */
#include "helpers.h"

#include <math.h>

#include "exact.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_long.h"
#include "internal/pycore_object.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_runtime.h"
#include "internal/pycore_typeobject.h"
#include "lists.h"
#include "sets.h"
#include "sightings.h"

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

PyObject *
cj_long_binary(PyObject *left, PyObject *right, int64_t oparg)
{
    int64_t result;
    if (cj_small_arithmetic(left, right, (int)oparg, &result)) {
        return PyLong_FromLongLong(result);
    }
    return _PyEval_BinaryOps[oparg](left, right);
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
    int64_t number;
    /* In place is no other for ints. */
    if (cj_small_arithmetic(left, right, (int)(oparg >= NB_INPLACE_ADD && oparg < NB_SUBSCR ? oparg - NB_INPLACE_ADD : oparg), &number)) {
        return PyLong_FromLongLong(number);
    }
    if (oparg == NB_SUBSCR) {
        PyObject **item = cj_item_exact(left, right);
        if (item != NULL) {
            return Py_NewRef(*item);
        }
        if (PyUnicode_CheckExact(left) && PyLong_CheckExact(right)) {
            return cj_str_subscr(left, right);
        }
        if (PySlice_Check(right) && PyList_CheckExact(left)) {
            return cj_slice_of_list(left, (PySliceObject *)right);
        }
        CJSmallRange range;
        if (PyLong_CheckExact(right) && _PyLong_IsCompact((PyLongObject *)right) && cj_small_range(left, &range)) {
            Py_ssize_t i = _PyLong_CompactValue((PyLongObject *)right);
            i += i < 0 ? range.length : 0;
            if (i >= 0 && i < range.length) {
                return PyLong_FromSsize_t(range.start + i * range.step);
            }
        }
        cj_see_container(left);
    }
    else if (PyFloat_CheckExact(left) && PyFloat_CheckExact(right)) {
        cj_see_floats();
    }
    else if (oparg == NB_ADD && PyList_CheckExact(left) && PyList_CheckExact(right)) {
        return cj_list_concat(left, right);
    }
    else if (PyAnySet_CheckExact(left) && PyAnySet_CheckExact(right)) {
        PyObject *set;
        if (cj_set_operation(left, right, (int)oparg, &set)) {
            return set;
        }
    }
    return _PyEval_BinaryOps[oparg](left, right);
}

PyObject *
cj_unary_negative(PyObject *value)
{
    int64_t number;
    return cj_two_digits(value, &number) ? PyLong_FromLongLong(-number) : PyNumber_Negative(value);
}

PyObject *
cj_unary_invert(PyObject *value)
{
    int64_t number;
    return cj_two_digits(value, &number) ? PyLong_FromLongLong(~number) : PyNumber_Invert(value);
}

int64_t
cj_is_true(PyObject *value)
{
    if (value == Py_None || value == Py_False || value == Py_True) {
        return value == Py_True;
    }
    const PyTypeObject *type = Py_TYPE(value);
    if ((type->tp_as_number == NULL || type->tp_as_number->nb_bool == NULL)
        && (type->tp_as_mapping == NULL || type->tp_as_mapping->mp_length == NULL)
        && (type->tp_as_sequence == NULL || type->tp_as_sequence->sq_length == NULL)) {
        return 1;
    }
    Py_ssize_t length = cj_length_exact(value);
    return length >= 0 ? length > 0 : PyObject_IsTrue(value);
}

PyObject *
cj_compare(PyObject *left, PyObject *right, int64_t op)
{
    int known = cj_compare_exact(left, right, (int)op);
    return known >= 0 ? PyBool_FromLong(known) : PyObject_RichCompare(left, right, (int)op);
}

int64_t
cj_compare_bool(PyObject *left, PyObject *right, int64_t op)
{
    int known = cj_compare_exact(left, right, (int)op);
    if (known >= 0) {
        return known;
    }
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
    if (PyDict_CheckExact(container)) {
        PyObject *value;
        return cj_dict_lookup_exact(container, item, &value) ? value != NULL : PyDict_Contains(container, item);
    }
    if (PyAnySet_CheckExact(container)) {
        int found = cj_set_lookup_exact(container, item);
        return found >= 0 ? found : PySequence_Contains(container, item);
    }
    bool list = PyList_CheckExact(container);
    if (!list && !PyTuple_CheckExact(container)) {
        return PySequence_Contains(container, item);
    }
    /* Comparing may change a list. */
    for (Py_ssize_t i = 0; i < Py_SIZE(container); i++) {
        PyObject *other = list ? PyList_GET_ITEM(container, i) : PyTuple_GET_ITEM(container, i);
        int equal = other == item ? 1 : cj_compare_exact(other, item, Py_EQ);
        if (equal < 0) {
            Py_INCREF(other);
            equal = PyObject_RichCompareBool(other, item, Py_EQ);
            Py_DECREF(other);
        }
        if (equal != 0) {
            return equal;
        }
    }
    return 0;
}

/* Whether an object is an instance of a class, which is no metaclass' matter; -1 when that is not known here. */
static int
is_instance_exact(PyObject *object, PyObject *class)
{
    PyTypeObject *type = Py_TYPE(object);
    if ((PyObject *)type == class) {
        return 1;
    }
    if (!PyType_CheckExact(class)) {
        return -1;
    }
    if (PyType_IsSubtype(type, (PyTypeObject *)class)) {
        return 1;
    }
    /* Objects may tell another class than they have. */
    static PyObject *honest;
    if (honest == NULL) {
        honest = _PyType_Lookup(&PyBaseObject_Type, &_Py_ID(__class__));
    }
    return type->tp_getattro == PyObject_GenericGetAttr && _PyType_Lookup(type, &_Py_ID(__class__)) == honest ? 0 : -1;
}

int64_t
cj_is_instance(PyObject *object, PyObject *class)
{
    int known = 0;
    if (PyTuple_CheckExact(class)) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(class) && known == 0; i++) {
            known = is_instance_exact(object, PyTuple_GET_ITEM(class, i));
        }
    }
    else {
        known = is_instance_exact(object, class);
    }
    return known >= 0 ? known : PyObject_IsInstance(object, class);
}

int64_t
cj_is_subclass(PyObject *derived, PyObject *class)
{
    if (PyType_CheckExact(class) && PyType_Check(derived)) {
        return derived == class || PyType_IsSubtype((PyTypeObject *)derived, (PyTypeObject *)class);
    }
    return PyObject_IsSubclass(derived, class);
}

PyObject *
cj_object_id(PyObject *object)
{
    if (_PyRuntime.audit_hooks.head != NULL || _PyInterpreterState_GET()->audit_hooks != NULL) {
        PyObject *id = PyLong_FromVoidPtr(object);
        if (id != NULL && PySys_Audit("builtins.id", "O", id) < 0) {
            Py_CLEAR(id);
        }
        return id;
    }
    return PyLong_FromVoidPtr(object);
}

/* The least or greatest of exact ints of one digit, the first of several; NULL when others are among them, or there are none. Every
 * step-th of the words from items on is one, or not if it is NULL. */
static PyObject *
extremum_of_ints(PyObject *const *items, Py_ssize_t n, int step, bool greatest)
{
    PyObject *best = NULL;
    Py_ssize_t value = 0;
    for (PyObject *const *end = items + n * step; items != end; items += step) {
        if (*items == NULL) {
            continue;
        }
        if (!PyLong_CheckExact(*items) || !_PyLong_IsCompact((PyLongObject *)*items)) {
            return NULL;
        }
        const Py_ssize_t x = _PyLong_CompactValue((PyLongObject *)*items);
        if (best == NULL || (greatest ? x > value : x < value)) {
            best = *items;
            value = x;
        }
    }
    return best;
}

PyObject *
cj_extremum(PyObject *iterable, PyObject *function, int64_t greatest)
{
    PyObject *best = NULL;
    if (PyList_CheckExact(iterable)) {
        best = extremum_of_ints(((PyListObject *)iterable)->ob_item, PyList_GET_SIZE(iterable), 1, greatest);
    }
    else if (PyTuple_CheckExact(iterable)) {
        best = extremum_of_ints(((PyTupleObject *)iterable)->ob_item, PyTuple_GET_SIZE(iterable), 1, greatest);
    }
    else if (PyAnySet_CheckExact(iterable)) {
        /* What stands for a key that was removed is no int. */
        const PySetObject *set = (PySetObject *)iterable;
        best = extremum_of_ints(&set->table->key, set->mask + 1, sizeof(setentry) / sizeof(PyObject *), greatest);
    }
    return best != NULL ? Py_NewRef(best) : PyObject_CallOneArg(function, iterable);
}

double
cj_float_pow(double base, double exponent)
{
    /* Elsewhere CPython has rules of its own, complex results and errors. */
    if (!(base > 0) || !isfinite(base) || !isfinite(exponent)) {
        return Py_NAN;
    }
    double result = pow(base, exponent);
    return isfinite(result) ? result : Py_NAN;
}

double
cj_float_math(double x, int64_t function)
{
    if (!isfinite(x)) {
        return Py_NAN;
    }
    double result;
    switch (function) {
    case 0:
        result = sin(x);
        break;
    case 1:
        result = cos(x);
        break;
    case 2:
        result = tan(x);
        break;
    case 3:
        result = atan(x);
        break;
    case 4:
        result = exp(x);
        break;
    default:
        result = fabs(x);
    }
    return isfinite(result) ? result : Py_NAN;
}
