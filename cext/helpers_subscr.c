/* Subscripts and slices. */
#include "helpers.h"

#include <string.h>

#include "exact.h"
#include "exit.h"
#include "lists.h"
#include "sightings.h"

#include "internal/pycore_freelist.h"
#include "internal/pycore_pyerrors.h"
#include "internal/pycore_pystate.h"

/* As PyDict_GetItemRef. */
static inline int
dict_item(PyObject *dict, PyObject *key, PyObject **value)
{
    if (!cj_dict_lookup_exact(dict, key, value)) {
        return PyDict_GetItemRef(dict, key, value);
    }
    Py_XINCREF(*value);
    return *value != NULL;
}

PyObject *
cj_dict_get(PyObject *dict, PyObject *key, PyObject *missing)
{
    PyObject *value;
    return dict_item(dict, key, &value) == 0 ? Py_NewRef(missing) : value;
}

PyObject *
cj_dict_subscr(PyObject *dict, PyObject *key)
{
    PyObject *value;
    if (dict_item(dict, key, &value) == 0) {
        _PyErr_SetKeyError(key);
    }
    return value;
}

/* As cj_dict_subscr; but NULL without an exception when the key is missing, if the exception would not get a traceback
 * entry in the current frame anyway: see cj_catch. */
PyObject *
cj_dict_find(PyObject *dict, PyObject *key)
{
    PyObject *value;
    if (dict_item(dict, key, &value) == 0) {
        PyThreadState *tstate = _PyThreadState_GET();
        if (tstate->current_frame->frame_obj != NULL || cj_exceptions_watched(tstate)) {
            _PyErr_SetKeyError(key);
        }
    }
    return value;
}

/* As PyDict_SetItem. The value of a key that is there is replaced at once, and a new key is put into a table that has room, unless somebody
 * watches the dict. */
int64_t
cj_dict_store(PyObject *container, PyObject *key, PyObject *value)
{
    PyDictObject *dict = (PyDictObject *)container;
    PyDictKeysObject *keys = dict->ma_keys;
    const Py_hash_t hash = cj_hash_exact(key);
    PyObject **place;
    size_t vacant;
    if ((dict->_ma_watcher_tag & DICT_WATCHER_MASK) != 0 || !cj_dict_place(container, key, hash, &place, &vacant)) {
        return PyDict_SetItem(container, key, value);
    }
    if (place != NULL && *place != NULL) {
        PyObject *before = *place;
        *place = Py_NewRef(value);
        Py_DECREF(before);
        return 0;
    }
    if (place != NULL || dict->ma_values != NULL || keys->dk_usable <= 0) {
        return PyDict_SetItem(container, key, value);
    }
    const Py_ssize_t index = keys->dk_nentries++;
    if (DK_IS_UNICODE(keys)) {
        DK_UNICODE_ENTRIES(keys)[index] = (PyDictUnicodeEntry){.me_key = Py_NewRef(key), .me_value = Py_NewRef(value)};
    }
    else {
        DK_ENTRIES(keys)[index] = (PyDictKeyEntry){.me_hash = hash, .me_key = Py_NewRef(key), .me_value = Py_NewRef(value)};
    }
    if (keys->dk_log2_size >= 8) {
        ((int16_t *)keys->dk_indices)[vacant] = (int16_t)index;
    }
    else {
        ((int8_t *)keys->dk_indices)[vacant] = (int8_t)index;
    }
    keys->dk_usable--;
    keys->dk_version = 0;
    dict->ma_used++;
    return 0;
}

int64_t
cj_store_subscr(PyObject *container, PyObject *key, PyObject *value)
{
    if (PyDict_CheckExact(container)) {
        return cj_dict_store(container, key, value);
    }
    PyObject **item = PyList_CheckExact(container) ? cj_item_exact(container, key) : NULL;
    if (item == NULL) {
        if (PyList_CheckExact(container) && PySlice_Check(key) && Py_IsNone(((PySliceObject *)key)->step)
            && (PyList_CheckExact(value) || PyTuple_CheckExact(value))) {
            return cj_store_slice(container, ((PySliceObject *)key)->start, ((PySliceObject *)key)->stop, value);
        }
        cj_see_container(container);
        return PyObject_SetItem(container, key, value);
    }
    PyObject *before = *item;
    *item = Py_NewRef(value);
    Py_DECREF(before);
    return 0;
}

int64_t
cj_delete_subscr(PyObject *container, PyObject *key)
{
    return PyObject_DelItem(container, key);
}

/* The bound of a slice of n items: none is given, or an exact int of one digit. */
static inline __attribute__((always_inline)) bool
bound_of_slice(PyObject *given, Py_ssize_t none, Py_ssize_t n, Py_ssize_t *bound)
{
    if (Py_IsNone(given)) {
        *bound = none;
        return true;
    }
    if (!PyLong_CheckExact(given) || !_PyLong_IsCompact((PyLongObject *)given)) {
        return false;
    }
    Py_ssize_t i = _PyLong_CompactValue((PyLongObject *)given);
    i += i < 0 ? n : 0;
    *bound = i < 0 ? 0 : i > n ? n : i;
    return true;
}

/* The items low to high of a range, whose step they keep. NULL with an exception. */
static PyObject *
slice_of_range(PyObject *container, const CJSmallRange *range, Py_ssize_t low, Py_ssize_t high)
{
    PyObject *start = PyLong_FromSsize_t(range->start + low * range->step);
    PyObject *stop = PyLong_FromSsize_t(range->start + high * range->step);
    PyObject *length = PyLong_FromSsize_t(high < low ? 0 : high - low);
    cj_range_object *slice = NULL;
    if (start != NULL && stop != NULL && length != NULL) {
        slice = _Py_FREELIST_POP(cj_range_object, ranges);
        if (slice == NULL) {
            slice = PyObject_New(cj_range_object, &PyRange_Type);
        }
    }
    if (slice == NULL) {
        Py_XDECREF(start);
        Py_XDECREF(stop);
        Py_XDECREF(length);
        return NULL;
    }
    slice->start = start;
    slice->stop = stop;
    slice->step = Py_NewRef(((cj_range_object *)container)->step);
    slice->length = length;
    return (PyObject *)slice;
}

/* The items low to high of an exact list, tuple, str or bytes object. NULL with an exception. Its callers save fewer registers as it is not
 * inlined. */
static PyObject *__attribute__((noinline))
slice_of_exact(PyObject *container, Py_ssize_t low, Py_ssize_t high)
{
    if (PyList_CheckExact(container)) {
        return cj_list_slice(container, low, high);
    }
    if (PyTuple_CheckExact(container)) {
        return PyTuple_GetSlice(container, low, high);
    }
    if (PyBytes_CheckExact(container)) {
        return low == 0 && high == PyBytes_GET_SIZE(container) ? Py_NewRef(container)
            : PyBytes_FromStringAndSize(PyBytes_AS_STRING(container) + low, high - low);
    }
    if (PyUnicode_IS_COMPACT_ASCII(container) && high - low > 1 && high - low < PyUnicode_GET_LENGTH(container)) {
        PyObject *part = PyUnicode_New(high - low, 127);
        if (part != NULL) {
            memcpy(((PyASCIIObject *)part) + 1, (const char *)(((PyASCIIObject *)container) + 1) + low, high - low);
        }
        return part;
    }
    return PyUnicode_Substring(container, low, high);
}

static bool
has_exact_slices(PyObject *container)
{
    return PyList_CheckExact(container) || PyTuple_CheckExact(container) || PyUnicode_CheckExact(container) || PyBytes_CheckExact(container);
}

/* A part of a slice: none is given, or an exact int of one digit. */
static bool
part_of_slice(PyObject *given, Py_ssize_t none, Py_ssize_t *part)
{
    const bool number = PyLong_CheckExact(given) && _PyLong_IsCompact((PyLongObject *)given);
    *part = number ? _PyLong_CompactValue((PyLongObject *)given) : none;
    return number || Py_IsNone(given);
}

/* container[start], container[start + step] … as a list, tuple, bytes object or ASCII str, as the container is. NULL with MemoryError. */
static PyObject *
items_of_exact(PyObject *container, Py_ssize_t start, Py_ssize_t step, Py_ssize_t count)
{
    PyObject *result;
    if (PyList_CheckExact(container) || PyTuple_CheckExact(container)) {
        PyObject **from = PySequence_Fast_ITEMS(container) + start;
        result = PyList_CheckExact(container) ? cj_list_new(count) : PyTuple_New(count);
        PyObject **to = result != NULL ? PySequence_Fast_ITEMS(result) : NULL;
        for (Py_ssize_t i = 0; to != NULL && i < count; i++) {
            to[i] = Py_NewRef(from[i * step]);
        }
        return result;
    }
    const char *from;
    char *to;
    if (PyBytes_CheckExact(container)) {
        result = PyBytes_FromStringAndSize(NULL, count);
        if (result == NULL || count == 0) {
            return result;
        }
        from = PyBytes_AS_STRING(container);
        to = PyBytes_AS_STRING(result);
    }
    else {
        from = (const char *)(((PyASCIIObject *)container) + 1);
        result = count == 1 ? cj_character(container, start) : PyUnicode_New(count, 127);
        if (result == NULL || count <= 1) {
            return result;
        }
        to = (char *)(((PyASCIIObject *)result) + 1);
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        to[i] = from[start + i * step];
    }
    return result;
}

/* The part of an exact list, tuple, str or bytes object from first to last, by by. NULL without exception when that is nothing simple. */
static PyObject *__attribute__((noinline))
stepped_part(PyObject *container, PyObject *first, PyObject *last, PyObject *by)
{
    Py_ssize_t start, stop, step;
    if (part_of_slice(by, 1, &step) && step != 0 && step != 1 && part_of_slice(first, step < 0 ? PY_SSIZE_T_MAX : 0, &start)
        && part_of_slice(last, step < 0 ? PY_SSIZE_T_MIN : PY_SSIZE_T_MAX, &stop)) {
        const Py_ssize_t count = PySlice_AdjustIndices(cj_length_exact(container), &start, &stop, step);
        /* One byte has one object. */
        if (PyUnicode_CheckExact(container) ? PyUnicode_IS_COMPACT_ASCII(container) : !PyBytes_CheckExact(container) || count != 1) {
            return items_of_exact(container, start, step, count);
        }
    }
    return NULL;
}

/* The same for any step. */
static inline PyObject *
part_of_exact(PyObject *container, PyObject *start, PyObject *stop, PyObject *step)
{
    if (!Py_IsNone(step) && step != (PyObject *)&_PyLong_SMALL_INTS[_PY_NSMALLNEGINTS + 1]) {
        return stepped_part(container, start, stop, step);
    }
    Py_ssize_t n = cj_length_exact(container), low, high;
    if (bound_of_slice(start, 0, n, &low) && bound_of_slice(stop, n, n, &high)) {
        return slice_of_exact(container, low, high < low ? low : high);
    }
    return NULL;
}

PyObject *
cj_slice_of_exact(PyObject *container, PySliceObject *slice)
{
    PyObject *part = part_of_exact(container, slice->start, slice->stop, slice->step);
    return part != NULL || PyErr_Occurred() ? part : PyObject_GetItem(container, (PyObject *)slice);
}

PyObject *
cj_slice_subscr(PyObject *container, PyObject *slice)
{
    return has_exact_slices(container) ? cj_slice_of_exact(container, (PySliceObject *)slice) : cj_binary_op(container, slice, NB_SUBSCR);
}

PyObject *
cj_slice_part(PyObject *container, PyObject *start, PyObject *stop, PyObject *step)
{
    PyObject *part = has_exact_slices(container) ? part_of_exact(container, start, stop, step) : NULL;
    if (part != NULL || PyErr_Occurred()) {
        return part;
    }
    PyObject *slice = PySlice_New(start, stop, step);
    if (slice != NULL) {
        part = cj_slice_subscr(container, slice);
        Py_DECREF(slice);
    }
    return part;
}

enum { MOST_REPLACED = 64 };

/* list[low:high] = value for a list or tuple of exactly as many items, MOST_REPLACED at most. The old items are dropped at the end, the last
 * first, as CPython does it. */
static void
replace_items(PyObject *list, Py_ssize_t low, Py_ssize_t high, PyObject *value)
{
    PyObject *old[MOST_REPLACED], **items = ((PyListObject *)list)->ob_item + low, **others = PySequence_Fast_ITEMS(value);
    Py_ssize_t n = high - low;
    for (Py_ssize_t i = 0; i < n; i++) {
        old[i] = items[i];
        items[i] = Py_NewRef(others[i]);
    }
    while (--n >= 0) {
        Py_DECREF(old[n]);
    }
}

PyObject *
cj_binary_slice(PyObject *container, PyObject *start, PyObject *stop)
{
    Py_ssize_t low, high;
    if (has_exact_slices(container)) {
        Py_ssize_t n = cj_length_exact(container);
        if (bound_of_slice(start, 0, n, &low) && bound_of_slice(stop, n, n, &high)) {
            return slice_of_exact(container, low, high < low ? low : high);
        }
    }
    CJSmallRange range;
    if (PyRange_Check(container) && cj_small_range(container, &range) && bound_of_slice(start, 0, range.length, &low)
        && bound_of_slice(stop, range.length, range.length, &high)) {
        return slice_of_range(container, &range, low, high);
    }
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
    if (PyList_CheckExact(container) && (PyList_CheckExact(value) || PyTuple_CheckExact(value))) {
        Py_ssize_t n = PyList_GET_SIZE(container), low, high;
        if (bound_of_slice(start, 0, n, &low) && bound_of_slice(stop, n, n, &high)) {
            if (high - low == Py_SIZE(value) && high - low <= MOST_REPLACED) {
                replace_items(container, low, high, value);
                return 0;
            }
            if (low == 0 && high == n && PyList_CheckExact(value)) {
                return cj_list_replace(container, value);
            }
            return PyList_SetSlice(container, low, high, value);
        }
    }
    PyObject *slice = PySlice_New(start, stop, NULL);
    if (slice == NULL) {
        return -1;
    }
    int error = PyObject_SetItem(container, slice, value);
    Py_DECREF(slice);
    return error;
}
