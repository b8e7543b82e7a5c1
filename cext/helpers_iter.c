/* Iteration, unpacking, and the tests of match statements. */
#include "helpers.h"

#include "collector.h"
#include "exact.h"
#include "generator.h"
#include "layout.h"
#include "lists.h"
#include "sightings.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_list.h"
#include "internal/pycore_long.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_range.h"
#include "internal/pycore_stackref.h"
#include "internal/pycore_tuple.h"

PyObject *
cj_sequence_iter(PyObject *sequence)
{
    if (PyList_CheckExact(sequence)) {
        _PyListIterObject *iterator = (_PyListIterObject *)cj_new_iterator(&PyListIter_Type);
        if (iterator != NULL) {
            iterator->it_index = 0;
            iterator->it_seq = (PyListObject *)Py_NewRef(sequence);
            _PyObject_GC_TRACK(iterator);
        }
        return (PyObject *)iterator;
    }
    _PyTupleIterObject *iterator = (_PyTupleIterObject *)cj_new_iterator(&PyTupleIter_Type);
    if (iterator != NULL) {
        iterator->it_index = 0;
        iterator->it_seq = (PyTupleObject *)Py_NewRef(sequence);
        _PyObject_GC_TRACK(iterator);
    }
    return (PyObject *)iterator;
}

PyObject *
cj_get_iter(PyObject *iterable)
{
    if (PyList_CheckExact(iterable) || PyTuple_CheckExact(iterable)) {
        return cj_sequence_iter(iterable);
    }
    if (PyDict_CheckExact(iterable)) {
        cj_see_dict_iterated();
        return cj_dict_iter(iterable, PyDict_GET_SIZE(iterable), 0);
    }
    static PyObject *name;
    if (name == NULL && (name = PyUnicode_InternFromString("__iter__")) == NULL) {
        return NULL;
    }
    PyObject *generator;
    if (cj_generator_of_method(iterable, name, &generator)) {
        /* The one thing that it makes and that cannot be iterated over is a coroutine. */
        if (generator == NULL || PyGen_CheckExact(generator)) {
            return generator;
        }
        PyErr_Format(PyExc_TypeError, "iter() returned non-iterator of type '%.100s'", Py_TYPE(generator)->tp_name);
        Py_DECREF(generator);
        return NULL;
    }
    return PyObject_GetIter(iterable);
}

PyObject *
cj_new_range_iter(int64_t start, int64_t step, int64_t left)
{
    _PyRangeIterObject *iterator = (_PyRangeIterObject *)cj_new_iterator(&PyRangeIter_Type);
    if (iterator == NULL) {
        return NULL;
    }
    iterator->start = start;
    iterator->step = step;
    iterator->len = left > 0 ? left : 0;
    return (PyObject *)iterator;
}

/* An object of one of the classes of iterators that need nothing but their fields, which are not set, and which the collector does
 * not know. */
static void *
new_untracked(PyTypeObject *class)
{
    return PyObject_GC_New(PyObject, class);
}

PyObject *
cj_reversed_iter(PyObject *list, int64_t index)
{
    cj_list_reverse_iterator *iterator = new_untracked(&PyListRevIter_Type);
    if (iterator != NULL) {
        iterator->index = list != NULL ? index : -1;
        iterator->list = Py_XNewRef(list);
        _PyObject_GC_TRACK(iterator);
    }
    return (PyObject *)iterator;
}

/* A tuple that an iterator gives out as often as nobody has it. */
static PyObject *
new_items(Py_ssize_t n)
{
    PyObject *items = PyTuple_New(n);
    for (Py_ssize_t i = 0; items != NULL && i < n; i++) {
        PyTuple_SET_ITEM(items, i, Py_None);
    }
    return items;
}

PyObject *
cj_dict_iter(PyObject *dict, int64_t used, int64_t kind)
{
    PyTypeObject *classes[] = {&PyDictIterKey_Type, &PyDictIterValue_Type, &PyDictIterItem_Type};
    PyObject *pair = kind == 2 ? new_items(2) : NULL;
    cj_dict_iterator *iterator = kind == 2 && pair == NULL ? NULL : new_untracked(classes[kind]);
    if (iterator == NULL) {
        Py_XDECREF(pair);
        return NULL;
    }
    iterator->dict = Py_XNewRef(dict);
    iterator->used = iterator->left = used;
    iterator->position = 0;
    iterator->pair = pair;
    _PyObject_GC_TRACK(iterator);
    return (PyObject *)iterator;
}

/* The result is the address of three words that the next call overwrites: a borrowed key and value, NULL at the end, and a position. */
int64_t
cj_dict_next(PyObject *container, int64_t position)
{
    static struct {
        PyObject *key, *value;
        int64_t next;
    } found;
    const PyDictObject *dict = (const PyDictObject *)container;
    PyDictKeysObject *keys = dict->ma_keys;
    const Py_ssize_t n = keys->dk_nentries;
    found.key = found.value = NULL;
    if (dict->ma_values != NULL) {
        if (position < dict->ma_used) {
            const uint8_t at = get_insertion_order_array(dict->ma_values)[position];
            found.key = DK_UNICODE_ENTRIES(keys)[at].me_key;
            found.value = dict->ma_values->values[at];
        }
    }
    else if (DK_IS_UNICODE(keys)) {
        const PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[position];
        for (; position < n && entry->me_value == NULL; entry++) {
            position++;
        }
        if (position < n) {
            found.key = entry->me_key;
            found.value = entry->me_value;
        }
    }
    else {
        const PyDictKeyEntry *entry = &DK_ENTRIES(keys)[position];
        for (; position < n && entry->me_value == NULL; entry++) {
            position++;
        }
        if (position < n) {
            found.key = entry->me_key;
            found.value = entry->me_value;
        }
    }
    found.next = position + 1;
    return (intptr_t)&found;
}

PyObject *
cj_new_enumerate(int64_t start, PyObject *iterator)
{
    PyObject *pair = new_items(2);
    cj_enumerate *made = pair != NULL ? new_untracked(&PyEnum_Type) : NULL;
    if (made == NULL) {
        Py_XDECREF(pair);
        return NULL;
    }
    made->index = start;
    made->iterator = Py_NewRef(iterator);
    made->pair = pair;
    made->long_index = NULL;
    made->one = (PyObject *)&_PyLong_SMALL_INTS[_PY_NSMALLNEGINTS + 1];
    _PyObject_GC_TRACK(made);
    return (PyObject *)made;
}

PyObject *
cj_new_zip(PyObject **iterators, int64_t n)
{
    PyObject *all = _PyTuple_FromArray(iterators, n), *items = all != NULL ? new_items(n) : NULL;
    cj_zip *made = items != NULL ? new_untracked(&PyZip_Type) : NULL;
    if (made == NULL) {
        Py_XDECREF(all);
        Py_XDECREF(items);
        return NULL;
    }
    made->size = n;
    made->iterators = all;
    made->items = items;
    made->strict = 0;
    _PyObject_GC_TRACK(made);
    return (PyObject *)made;
}

PyObject *
cj_get_yield_from_iter(PyObject *iterable, int64_t in_coroutine)
{
    if (PyCoro_CheckExact(iterable)) {
        if (!in_coroutine) {
            PyErr_SetString(PyExc_TypeError, "cannot 'yield from' a coroutine object in a non-coroutine generator");
            return NULL;
        }
        return Py_NewRef(iterable);
    }
    return PyGen_CheckExact(iterable) ? Py_NewRef(iterable) : cj_get_iter(iterable);
}

PyObject *
cj_get_awaitable(PyObject *awaitable, int64_t place)
{
    return _PyEval_GetAwaitable(awaitable, (int)place);
}

PyObject *
cj_get_aiter(PyObject *iterable)
{
    PyAsyncMethods *methods = Py_TYPE(iterable)->tp_as_async;
    if (methods == NULL || methods->am_aiter == NULL) {
        PyErr_Format(PyExc_TypeError, "'async for' requires an object with __aiter__ method, got %.100s",
                     Py_TYPE(iterable)->tp_name);
        return NULL;
    }
    static PyObject *name;
    if (name == NULL && (name = PyUnicode_InternFromString("__aiter__")) == NULL) {
        return NULL;
    }
    PyObject *iterator;
    if (!cj_generator_of_method(iterable, name, &iterator)) {
        iterator = methods->am_aiter(iterable);
    }
    if (iterator == NULL) {
        return NULL;
    }
    methods = Py_TYPE(iterator)->tp_as_async;
    if (methods == NULL || methods->am_anext == NULL) {
        PyErr_Format(PyExc_TypeError,
                     "'async for' received an object from __aiter__ that does not implement __anext__: %.100s",
                     Py_TYPE(iterator)->tp_name);
        Py_DECREF(iterator);
        return NULL;
    }
    return iterator;
}

PyObject *
cj_get_anext(PyObject *iterator)
{
    return _PyEval_GetANext(iterator);
}

/* The second result is None when the receiver has returned, NULL when it has yielded. */
CJPair
cj_send(PyObject *receiver, PyObject *value)
{
    PyObject *result;
    PySendResult kind = PyIter_Send(receiver, value, &result);
    return (CJPair){result, kind == PYGEN_RETURN ? Py_None : NULL};
}

/* The result is NULL, without an exception, when the iterator is exhausted, and -1 on an error. */
PyObject *
cj_iter_next(PyObject *iterator)
{
    PyObject *const failed = (PyObject *)(intptr_t)-1;
    iternextfunc next = Py_TYPE(iterator)->tp_iternext;
    if (next == NULL) {
        PyErr_Format(PyExc_TypeError, "'%.100s' object is not an iterator", Py_TYPE(iterator)->tp_name);
        return failed;
    }
    PyObject *item = next(iterator);
    if (item != NULL) {
        return item;
    }
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_StopIteration)) {
            return failed;
        }
        PyThreadState *tstate = _PyThreadState_GET();
        _PyEval_MonitorRaise(tstate, tstate->current_frame, tstate->current_frame->instr_ptr);
        PyErr_Clear();
    }
    return NULL;
}

int64_t
cj_get_len(PyObject *object)
{
    Py_ssize_t length = cj_length_exact(object);
    return length >= 0 ? length : PyObject_Length(object);
}

/* Unpacks into out, which has room for all items, in order. after is -1 without a starred target. */
static int64_t
unpack(PyObject *iterable, int before, int after, PyObject **out)
{
    int n = before + (after >= 0 ? after + 1 : 0);
    /* The interpreter's function writes stack references downwards. */
    _PyStackRef *references = (_PyStackRef *)out;
    if (!_PyEval_UnpackIterableStackRef(_PyThreadState_GET(), iterable, before, after, references + n)) {
        return -1;
    }
    for (int low = 0, high = n - 1; low <= high; low++, high--) {
        _PyStackRef first = references[high], last = references[low];
        out[low] = PyStackRef_AsPyObjectSteal(first);
        if (low != high) {
            out[high] = PyStackRef_AsPyObjectSteal(last);
        }
    }
    return 0;
}

/* out receives n new references, or none on an error. */
int64_t
cj_unpack_sequence(PyObject *sequence, int64_t n, PyObject **out)
{
    PyObject *const *items;
    if (PyTuple_CheckExact(sequence) && PyTuple_GET_SIZE(sequence) == n) {
        items = ((PyTupleObject *)sequence)->ob_item;
    }
    else if (PyList_CheckExact(sequence) && PyList_GET_SIZE(sequence) == n) {
        items = ((PyListObject *)sequence)->ob_item;
    }
    else {
        return unpack(sequence, (int)n, -1, out);
    }
    for (int64_t i = 0; i < n; i++) {
        out[i] = Py_NewRef(items[i]);
    }
    return 0;
}

/* out receives new references: the items before the starred target, its list, the items after it. */
int64_t
cj_unpack_ex(PyObject *iterable, int64_t oparg, PyObject **out)
{
    const Py_ssize_t before = oparg & 0xff, after = oparg >> 8;
    if ((PyList_CheckExact(iterable) || PyTuple_CheckExact(iterable)) && Py_SIZE(iterable) >= before + after) {
        const Py_ssize_t n = Py_SIZE(iterable);
        PyObject **items = PySequence_Fast_ITEMS(iterable), *middle = cj_list_new(0);
        if (middle == NULL) {
            return -1;
        }
        if (n > before && cj_list_fill(middle, items + before, n - before - after, after) < 0) {
            Py_DECREF(middle);
            return -1;
        }
        for (Py_ssize_t i = 0; i < before; i++) {
            *out++ = Py_NewRef(items[i]);
        }
        *out++ = middle;
        for (Py_ssize_t i = n - after; i < n; i++) {
            *out++ = Py_NewRef(items[i]);
        }
        return 0;
    }
    return unpack(iterable, (int)(oparg & 0xff), (int)(oparg >> 8), out);
}

PyObject *
cj_match_class(PyObject *subject, PyObject *class, PyObject *names, int64_t npositional)
{
    PyObject *attributes = _PyEval_MatchClass(_PyThreadState_GET(), subject, class, npositional, names);
    if (attributes == NULL && !PyErr_Occurred()) {
        return Py_NewRef(Py_None);
    }
    return attributes;
}

PyObject *
cj_match_keys(PyObject *subject, PyObject *keys)
{
    return _PyEval_MatchKeys(_PyThreadState_GET(), subject, keys);
}
