/* Numbers: boxing, arithmetic of exact types, and the generic operators. */
#include "helpers.h"

#include <math.h>

#include "collector.h"
#include "decimals.h"
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

static inline bool
has_two_digits(uint64_t magnitude)
{
    const uint64_t rest = magnitude >> PyLong_SHIFT;
    return rest != 0 && rest >> PyLong_SHIFT == 0;
}

PyObject *
cj_long_box(int64_t value)
{
    const uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (has_two_digits(magnitude)) {
        return cj_two_digit_int(magnitude, value < 0);
    }
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

/* What an operator gives for two objects of the same class, by its slot. NotImplemented, immortal, without having asked, where the interpreter
 * may ask several slots; NULL with an exception. */
static inline PyObject *
number_slot(PyObject *left, PyObject *right, size_t oparg)
{
#define OPERATOR(name, slot, sign)                                                                                             \
    [NB_##name] = {sign, offsetof(PyNumberMethods, nb_##slot), 0},                                                             \
    [NB_INPLACE_##name] = {sign "=", offsetof(PyNumberMethods, nb_##slot), offsetof(PyNumberMethods, nb_inplace_##slot)}
    static const struct {
        const char *sign;
        uint16_t slot, inplace; /* offsets; inplace is 0 for none */
    } slots[NB_SUBSCR] = {
        OPERATOR(ADD, add, "+"), OPERATOR(AND, and, "&"), OPERATOR(FLOOR_DIVIDE, floor_divide, "//"), OPERATOR(LSHIFT, lshift, "<<"),
        OPERATOR(MATRIX_MULTIPLY, matrix_multiply, "@"), OPERATOR(MULTIPLY, multiply, "*"), OPERATOR(REMAINDER, remainder, "%"),
        OPERATOR(OR, or, "|"), OPERATOR(RSHIFT, rshift, ">>"), OPERATOR(SUBTRACT, subtract, "-"),
        OPERATOR(TRUE_DIVIDE, true_divide, "/"), OPERATOR(XOR, xor, "^"),
    };
#undef OPERATOR
    const PyTypeObject *type = Py_TYPE(left);
    const char *methods = (const char *)type->tp_as_number;
    const PySequenceMethods *sequence = type->tp_as_sequence;
    if (methods == NULL || slots[oparg].sign == NULL || type->tp_dealloc == cj_python_dealloc()
        || (sequence != NULL && (sequence->sq_concat != NULL || sequence->sq_repeat != NULL))) {
        return Py_NotImplemented;
    }
    if (cj_decimals_expected(type)) {
        cj_decimals_look(Py_TYPE(left));
    }
    const binaryfunc slot = *(const binaryfunc *)(methods + slots[oparg].slot);
    if (slot == NULL || (slots[oparg].inplace != 0 && *(const binaryfunc *)(methods + slots[oparg].inplace) != NULL)) {
        return Py_NotImplemented;
    }
    PyObject *result = slot(left, right);
    if (result == Py_NotImplemented) {
        PyErr_Format(PyExc_TypeError, "unsupported operand type(s) for %.100s: '%.100s' and '%.100s'", slots[oparg].sign,
                     Py_TYPE(left)->tp_name, Py_TYPE(right)->tp_name);
        return NULL;
    }
    return result;
}

static inline bool
decimal_operator(int64_t oparg)
{
    const int64_t op = oparg >= NB_INPLACE_ADD ? oparg - NB_INPLACE_ADD : oparg;
    return op == NB_ADD || op == NB_SUBTRACT || op == NB_MULTIPLY;
}

PyObject *
cj_binary_op(PyObject *left, PyObject *right, int64_t oparg)
{
    int64_t number;
    if (PySlice_Check(right) && oparg == NB_SUBSCR
        && (PyList_CheckExact(left) || PyUnicode_CheckExact(left) || PyTuple_CheckExact(left) || PyBytes_CheckExact(left))) {
        return cj_slice_of_exact(left, (PySliceObject *)right);
    }
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
    else if ((Py_IS_TYPE(left, cj_decimal_type) || Py_IS_TYPE(right, cj_decimal_type)) && decimal_operator(oparg)) {
        PyObject *result = cj_decimal_arithmetic(left, right, (int)(oparg >= NB_INPLACE_ADD ? oparg - NB_INPLACE_ADD : oparg));
        if (result != Py_NotImplemented) {
            return result;
        }
    }
    else if (Py_IS_TYPE(left, Py_TYPE(right))) {
        PyObject *result = number_slot(left, right, (size_t)oparg);
        if (result != Py_NotImplemented) {
            return result;
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

/* Whether an exact str has another one as a part. */
static int64_t
contains_text(PyObject *part, PyObject *text)
{
    if (PyUnicode_GET_LENGTH(part) != 1 || !PyUnicode_IS_COMPACT_ASCII(text) || !PyUnicode_IS_COMPACT_ASCII(part)) {
        return PyUnicode_Contains(text, part);
    }
    const char *at = (const char *)(((PyASCIIObject *)text) + 1), wanted = *(const char *)(((PyASCIIObject *)part) + 1);
    const Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    if (n > 16) {
        return memchr(at, wanted, n) != NULL;
    }
    for (const char *end = at + n; at != end; at++) {
        if (*at == wanted) {
            return 1;
        }
    }
    return 0;
}

/* As cj_contains, for what is more than a look into a set. */
static int64_t __attribute__((noinline))
contains_any(PyObject *item, PyObject *container)
{
    if (PyDict_CheckExact(container)) {
        PyObject *value;
        return cj_dict_lookup_exact(container, item, &value) ? value != NULL : PyDict_Contains(container, item);
    }
    if (PyAnySet_CheckExact(container)) {
        int found = cj_set_lookup_exact(container, item);
        return found >= 0 ? found : PySequence_Contains(container, item);
    }
    if (PyUnicode_CheckExact(container) && PyUnicode_CheckExact(item)) {
        return contains_text(item, container);
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

int64_t
cj_contains(PyObject *item, PyObject *container)
{
    /* Objects that are equal to nothing else, such as classes: where no other key has the same hash, nothing is called. */
    if (PyAnySet_CheckExact(container) && Py_TYPE(item)->tp_hash == PyBaseObject_Type.tp_hash) {
        const setentry *table = ((PySetObject *)container)->table;
        const size_t mask = (size_t)((PySetObject *)container)->mask, hash = (size_t)_Py_HashPointerRaw(item);
        const setentry *entry = &table[hash & mask], *last = (hash & mask) + CJ_SET_NEIGHBOURS <= mask ? entry + CJ_SET_NEIGHBOURS : entry;
        for (; entry <= last; entry++) {
            if (entry->key == item) {
                return 1;
            }
            if (entry->key == NULL) {
                return 0;
            }
            if ((size_t)entry->hash == hash) {
                break;
            }
        }
    }
    return contains_any(item, container);
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
    const PyInterpreterState *interpreter = cj_home != NULL ? cj_home : _PyInterpreterState_GET();
    if (_PyRuntime.audit_hooks.head != NULL || interpreter->audit_hooks != NULL) {
        PyObject *id = PyLong_FromVoidPtr(object);
        if (id != NULL && PySys_Audit("builtins.id", "O", id) < 0) {
            Py_CLEAR(id);
        }
        return id;
    }
    const uint64_t address = (uintptr_t)object;
    return has_two_digits(address) ? cj_two_digit_int(address, false) : PyLong_FromVoidPtr(object);
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
