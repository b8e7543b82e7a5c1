/* What the generic operations do for objects of exact built-in classes, where that is a few instructions: compiled code calls
 * the generic helpers where it knows no classes, or too many. Nothing here runs Python code. */
#ifndef CJ_EXACT_H
#define CJ_EXACT_H

#include <Python.h>
#include <string.h>

#include "internal/pycore_dict.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_long.h"
#include "internal/pycore_pyhash.h"
#include "internal/pycore_unicodeobject.h"
#include "layout.h"
#include "opcode.h"

/* Whether two exact strs are equal. */
static inline bool
cj_strs_equal(PyObject *left, PyObject *right)
{
    if (left == right) {
        return true;
    }
    const Py_ssize_t n = PyUnicode_GET_LENGTH(left);
    if (n != PyUnicode_GET_LENGTH(right) || PyUnicode_KIND(left) != PyUnicode_KIND(right)) {
        return false;
    }
    const char *x = PyUnicode_DATA(left), *y = PyUnicode_DATA(right);
    const size_t size = (size_t)n * (size_t)PyUnicode_KIND(left);
    /* Mostly the first characters differ, or there are few. */
    return size == 0 || (*x == *y && memcmp(x, y, size) == 0);
}

/* The str of the character at an index of an exact str that is inside: a new reference, NULL with MemoryError. */
static inline PyObject *
cj_character(PyObject *string, Py_ssize_t index)
{
    const Py_UCS4 character = PyUnicode_READ_CHAR(string, index);
    /* Immortal; those of them that are ASCII and the others lie in different arrays. */
    return character < 256 ? (PyObject *)_Py_LATIN1_CHR(character) : PyUnicode_FromOrdinal((int)character);
}

/* Whether two objects are both exact ints of one digit; their values. */
static inline bool
cj_compact_ints(PyObject *left, PyObject *right, Py_ssize_t *x, Py_ssize_t *y)
{
    if (!PyLong_CheckExact(left) || !PyLong_CheckExact(right)
        || !_PyLong_BothAreCompact((PyLongObject *)left, (PyLongObject *)right)) {
        return false;
    }
    *x = _PyLong_CompactValue((PyLongObject *)left);
    *y = _PyLong_CompactValue((PyLongObject *)right);
    return true;
}

#define CJ_COMPARE(x, y, op)                                                                                                   \
    ((op) == Py_LT ? (x) < (y) : (op) == Py_LE ? (x) <= (y) : (op) == Py_EQ ? (x) == (y) : (op) == Py_NE ? (x) != (y) :       \
     (op) == Py_GT ? (x) > (y) : (x) >= (y))

static inline int cj_compare_sets(PyObject *left, PyObject *right, int op);

/* The answer of a rich comparison, 0 or 1; -1 when it is not known here. */
static inline int
cj_compare_exact(PyObject *left, PyObject *right, int op)
{
    Py_ssize_t x, y;
    if (cj_compact_ints(left, right, &x, &y)) {
        return CJ_COMPARE(x, y, op);
    }
    if (PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right) && (op == Py_EQ || op == Py_NE)) {
        bool equal = cj_strs_equal(left, right);
        return equal == (op == Py_EQ);
    }
    if (PyAnySet_CheckExact(left) && PyAnySet_CheckExact(right)) {
        return cj_compare_sets(left, right, op);
    }
    if (PyFloat_CheckExact(left) && PyFloat_CheckExact(right)) {
        return CJ_COMPARE(PyFloat_AS_DOUBLE(left), PyFloat_AS_DOUBLE(right), op);
    }
    /* Objects that are equal to nothing but themselves. */
    richcmpfunc plain = PyBaseObject_Type.tp_richcompare;
    if ((op == Py_EQ || op == Py_NE) && Py_TYPE(left)->tp_richcompare == plain && Py_TYPE(right)->tp_richcompare == plain) {
        return (left == right) == (op == Py_EQ);
    }
    return -1;
}

/* The value of an exact int of one or two digits. */
static inline bool
cj_two_digits(PyObject *object, int64_t *value)
{
    if (!PyLong_CheckExact(object)) {
        return false;
    }
    PyLongObject *number = (PyLongObject *)object;
    Py_ssize_t digits = _PyLong_DigitCount(number);
    if (digits > 2) {
        return false;
    }
    int64_t magnitude = digits == 0 ? 0 : number->long_value.ob_digit[0];
    if (digits == 2) {
        magnitude |= (int64_t)number->long_value.ob_digit[1] << PyLong_SHIFT;
    }
    *value = _PyLong_IsNegative(number) ? -magnitude : magnitude;
    return true;
}

/* Arithmetic of exact ints of one or two digits by NB_ADD … NB_XOR; false when the result is not known here. */
static inline bool
cj_small_arithmetic(PyObject *left, PyObject *right, int op, int64_t *result)
{
    int64_t x, y;
    if (!cj_two_digits(left, &x) || !cj_two_digits(right, &y)) {
        return false;
    }
    switch (op) {
    case NB_ADD:
        *result = x + y;
        return true;
    case NB_SUBTRACT:
        *result = x - y;
        return true;
    case NB_MULTIPLY:
        return !__builtin_mul_overflow(x, y, result);
    case NB_AND:
        *result = x & y;
        return true;
    case NB_OR:
        *result = x | y;
        return true;
    case NB_XOR:
        *result = x ^ y;
        return true;
    case NB_LSHIFT:
        /* A shift by zero gives the object itself. */
        if (y <= 0 || y > 62) {
            return false;
        }
        *result = (int64_t)((uint64_t)x << y);
        return *result >> y == x;
    case NB_RSHIFT:
        if (y <= 0) {
            return false;
        }
        *result = x >> (y > 63 ? 63 : y);
        return true;
    case NB_FLOOR_DIVIDE:
    case NB_REMAINDER:
        if (y == 0) {
            return false;
        }
        int64_t quotient = x / y, remainder = x % y;
        if (remainder != 0 && (remainder < 0) != (y < 0)) {
            quotient--;
            remainder += y;
        }
        *result = op == NB_REMAINDER ? remainder : quotient;
        return true;
    }
    return false;
}

/* The first item, the distance and the number of items of a range whose ints have one digit. */
typedef struct {
    Py_ssize_t start, step, length;
} CJSmallRange;

static inline bool
cj_small_range(PyObject *object, CJSmallRange *range)
{
    const cj_range_object *r = (cj_range_object *)object;
    if (!PyRange_Check(object) || !_PyLong_IsCompact((PyLongObject *)r->length)
        || !cj_compact_ints(r->start, r->step, &range->start, &range->step)) {
        return false;
    }
    range->length = _PyLong_CompactValue((PyLongObject *)r->length);
    return true;
}

/* The number of items of an exact container, -1 for other objects and for ranges with more of them than fit into one digit. */
static inline Py_ssize_t
cj_length_exact(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    if (type == &PyList_Type || type == &PyTuple_Type || type == &PyBytes_Type) {
        return Py_SIZE(object);
    }
    if (type == &PyUnicode_Type) {
        return PyUnicode_GET_LENGTH(object);
    }
    if (type == &PyDict_Type) {
        return PyDict_GET_SIZE(object);
    }
    if (type == &PyRange_Type) {
        PyLongObject *length = (PyLongObject *)((cj_range_object *)object)->length;
        return _PyLong_IsCompact(length) ? _PyLong_CompactValue(length) : -1;
    }
    if (PyType_HasFeature(type, Py_TPFLAGS_LIST_SUBCLASS) && type->tp_as_sequence->sq_length == PyList_Type.tp_as_sequence->sq_length) {
        return Py_SIZE(object);
    }
    return type == &PySet_Type || type == &PyFrozenSet_Type ? PySet_GET_SIZE(object) : -1;
}

/* container[slice] of an exact list, tuple, str or bytes object: a new reference, NULL with an exception. Defined in helpers_subscr.c. */
PyObject *cj_slice_of_exact(PyObject *container, PySliceObject *slice);

/* Where an exact list or tuple has its item; NULL when it is something else, or the index is outside. */
static inline PyObject **
cj_item_exact(PyObject *container, PyObject *key)
{
    bool list = PyList_CheckExact(container);
    if ((!list && !PyTuple_CheckExact(container)) || !PyLong_CheckExact(key) || !_PyLong_IsCompact((PyLongObject *)key)) {
        return NULL;
    }
    Py_ssize_t i = _PyLong_CompactValue((PyLongObject *)key), n = Py_SIZE(container);
    i += i < 0 ? n : 0;
    if (i < 0 || i >= n) {
        return NULL;
    }
    return list ? &((PyListObject *)container)->ob_item[i] : &((PyTupleObject *)container)->ob_item[i];
}

/* The hash of a str that has been asked for it before, of an exact int of one or two digits, or of an object whose
 * class has the hash of object; -1 for other objects. */
static inline Py_hash_t
cj_hash_exact(PyObject *object)
{
    if (PyUnicode_CheckExact(object)) {
        return ((PyASCIIObject *)object)->hash;
    }
    if (PyLong_CheckExact(object)) {
        int64_t value;
        return !cj_two_digits(object, &value) ? -1 : value == -1 ? -2 : value;
    }
    if (Py_TYPE(object)->tp_hash == PyBaseObject_Type.tp_hash) {
        const Py_hash_t hash = _Py_HashPointerRaw(object);
        return hash == -1 ? -2 : hash;
    }
    return -1;
}

/* Whether two keys of equal hash, which are not the same object, are equal; -1 when that is not known here. */
static inline int
cj_keys_equal(PyObject *left, PyObject *right)
{
    if (PyUnicode_CheckExact(left) && PyUnicode_CheckExact(right)) {
        return cj_strs_equal(left, right);
    }
    int64_t x, y;
    return cj_two_digits(left, &x) && cj_two_digits(right, &y) ? x == y : -1;
}

/* Looks for a key of this hash in a dict, by the interpreter's order of probes. *place is where its value stands, which may be NULL; or NULL
 * when the key is not there, and *vacant is the index of the slot that it would get. False when that is not known here. */
static inline __attribute__((always_inline)) bool
cj_dict_place(PyObject *dict, PyObject *key, Py_hash_t hash, PyObject ***place, size_t *vacant)
{
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    PyDictValues *values = ((PyDictObject *)dict)->ma_values;
    const bool names = DK_IS_UNICODE(keys);
    if (hash == -1 || keys->dk_log2_size >= 16 || (names && !PyUnicode_CheckExact(key))) {
        return false;
    }
    const size_t mask = ((size_t)1 << keys->dk_log2_size) - 1;
    const bool wide = keys->dk_log2_size >= 8;
    size_t perturb = (size_t)hash;
    *vacant = SIZE_MAX;
    for (size_t at = (size_t)hash & mask;; perturb >>= 5, at = (at * 5 + perturb + 1) & mask) {
        const Py_ssize_t index = wide ? ((int16_t *)keys->dk_indices)[at] : ((int8_t *)keys->dk_indices)[at];
        if (index < 0) {
            if (*vacant == SIZE_MAX) {
                *vacant = at;
            }
            if (index == DKIX_EMPTY) {
                *place = NULL;
                return true;
            }
            continue;
        }
        int found = 0;
        if (names) {
            PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[index];
            found = entry->me_key == key
                    || (((PyASCIIObject *)entry->me_key)->hash == hash && cj_strs_equal(entry->me_key, key));
            *place = values != NULL ? &values->values[index] : &entry->me_value;
        }
        else {
            PyDictKeyEntry *entry = &DK_ENTRIES(keys)[index];
            found = entry->me_key == key ? 1 : entry->me_hash == hash ? cj_keys_equal(entry->me_key, key) : 0;
            *place = &entry->me_value;
        }
        if (found != 0) {
            return found > 0;
        }
    }
}

/* Looks for a key in a dict. *value is borrowed, NULL when the key is not there. False, without *value, when that is not known here. */
static inline bool
cj_dict_lookup_exact(PyObject *dict, PyObject *key, PyObject **value)
{
    PyObject **place;
    size_t vacant;
    if (!cj_dict_place(dict, key, cj_hash_exact(key), &place, &vacant)) {
        return false;
    }
    *value = place != NULL ? *place : NULL;
    return true;
}

/* How many slots of a set behind the first one are looked at before the next jump, if the table has so many. */
enum { CJ_SET_NEIGHBOURS = 9 };

/* Whether an exact set or frozenset has a key with this hash, by the interpreter's order of probes; -1 when that is not known here. */
static inline int
cj_set_lookup_hash(PyObject *set, PyObject *key, Py_hash_t hash)
{
    const setentry *table = ((PySetObject *)set)->table;
    const size_t mask = (size_t)((PySetObject *)set)->mask;
    size_t perturb = (size_t)hash;
    for (size_t at = (size_t)hash & mask;; perturb >>= 5, at = (at * 5 + 1 + perturb) & mask) {
        const setentry *last = &table[at + CJ_SET_NEIGHBOURS <= mask ? at + CJ_SET_NEIGHBOURS : at];
        for (const setentry *entry = &table[at]; entry <= last; entry++) {
            if (entry->key == key) {
                return 1;
            }
            if (entry->key == NULL) {
                return 0;
            }
            if (entry->hash == hash) {
                int equal = cj_keys_equal(entry->key, key);
                if (equal != 0) {
                    return equal;
                }
            }
        }
    }
}

/* The same for any key. */
static inline int
cj_set_lookup_exact(PyObject *set, PyObject *key)
{
    const Py_hash_t hash = cj_hash_exact(key);
    return hash == -1 ? -1 : cj_set_lookup_hash(set, key, hash);
}

/* Whether an exact set or frozenset has all keys of another; -1 when that is not known here. */
static inline int
cj_set_has_all(PyObject *set, PyObject *keys)
{
    const setentry *entry = ((PySetObject *)keys)->table;
    for (Py_ssize_t left = PySet_GET_SIZE(keys); left > 0; entry++) {
        if (entry->key != NULL && entry->hash != -1) {
            int found = cj_set_lookup_hash(set, entry->key, entry->hash);
            if (found <= 0) {
                return found;
            }
            left--;
        }
    }
    return 1;
}

/* The answer of a rich comparison of exact sets or frozensets; -1 when it is not known here. */
static inline int
cj_compare_sets(PyObject *left, PyObject *right, int op)
{
    if (op == Py_GE || op == Py_GT) {
        PyObject *other = left;
        left = right;
        right = other;
        op = op == Py_GE ? Py_LE : Py_LT;
    }
    const Py_ssize_t n = PySet_GET_SIZE(left), m = PySet_GET_SIZE(right);
    if (op == Py_EQ || op == Py_NE) {
        int equal = n == m ? cj_set_has_all(right, left) : 0;
        return equal < 0 ? equal : equal == (op == Py_EQ);
    }
    return n > m || (op == Py_LT && n == m) ? 0 : cj_set_has_all(right, left);
}

#endif
