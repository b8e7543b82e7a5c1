/* Making objects and putting things into them. */
#include "helpers.h"

#include "collector.h"
#include "exact.h"
#include "instances.h"
#include "lists.h"

#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_function.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_interpolation.h"
#include "internal/pycore_list.h"
#include "internal/pycore_pyerrors.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_runtime.h"
#include "internal/pycore_setobject.h"
#include "internal/pycore_template.h"
#include "internal/pycore_tuple.h"
#include "internal/pycore_unicodeobject.h"
#include "internal/pycore_ceval.h"

/* The items are stolen when the call succeeds. */
PyObject *
cj_build_tuple(PyObject **items, int64_t n)
{
    PyTupleObject *tuple = cj_free_tuple(n);
    if (tuple != NULL) {
        bool concerned = false;
        for (int64_t i = 0; i < n; i++) {
            tuple->ob_item[i] = items[i];
            concerned = concerned || cj_concerns_collector(items[i]);
        }
        if (concerned) {
            cj_track((PyObject *)tuple);
        }
        return (PyObject *)tuple;
    }
    /* Objects are stack references of their own; the tuple is tracked as the interpreter does it. */
    return _PyTuple_FromStackRefStealOnSuccess((const _PyStackRef *)items, n);
}

/* The items are stolen when the call succeeds. */
PyObject *
cj_build_list(PyObject **items, int64_t n)
{
    PyObject *list = cj_list_new(n);
    for (int64_t i = 0; list != NULL && i < n; i++) {
        PyList_SET_ITEM(list, i, items[i]);
    }
    return list;
}

/* Puts a key into a new set that nobody has yet, if it is one whose hash is at hand, its place in the table is vacant, and the table need
 * not grow. */
static bool
put_first(PyObject *object, PyObject *key)
{
    PySetObject *set = (PySetObject *)object;
    const Py_hash_t hash = cj_hash_exact(key);
    setentry *entry = &set->table[(size_t)hash & (size_t)set->mask];
    if (hash == -1 || entry->key != NULL || set->fill >= (set->mask + 1) / 2) {
        return false;
    }
    *entry = (setentry){Py_NewRef(key), hash};
    set->fill++;
    set->used++;
    return true;
}

PyObject *
cj_build_set(PyObject **items, int64_t n)
{
    PyObject *set = PySet_New(NULL);
    for (int64_t i = 0; set != NULL && i < n; i++) {
        if (!put_first(set, items[i]) && _PySet_AddTakeRef((PySetObject *)set, Py_NewRef(items[i])) != 0) {
            Py_CLEAR(set);
        }
    }
    return set;
}

PyObject *
cj_build_map(PyObject **items, int64_t n)
{
    return _PyDict_FromItems(items, 2, items + 1, 2, n / 2);
}

PyObject *
cj_new_dict(void)
{
    return PyDict_New();
}

int64_t
cj_dict_put(PyObject *dict, PyObject *key, PyObject *value)
{
    return PyDict_SetItem(dict, key, value);
}

PyObject *
cj_build_string(PyObject **items, int64_t n)
{
    /* Mostly they are of ASCII characters only. */
    Py_ssize_t size = 0;
    for (int64_t i = 0; i < n && size >= 0; i++) {
        const Py_ssize_t more = PyUnicode_GET_LENGTH(items[i]);
        size = PyUnicode_IS_ASCII(items[i]) && more <= PY_SSIZE_T_MAX / 2 - size ? size + more : -1;
    }
    if (size <= 0 || n == 1) {
        return _PyUnicode_JoinArray(&_Py_STR(empty), items, n);
    }
    PyObject *result = PyUnicode_New(size, 127);
    if (result != NULL) {
        char *to = PyUnicode_DATA(result);
        for (int64_t i = 0; i < n; i++) {
            const Py_ssize_t length = PyUnicode_GET_LENGTH(items[i]);
            memcpy(to, PyUnicode_DATA(items[i]), length);
            to += length;
        }
    }
    return result;
}

PyObject *
cj_build_slice(PyObject **items, int64_t n)
{
    return PySlice_New(items[0], items[1], n == 3 ? items[2] : NULL);
}

PyObject *
cj_build_interpolation(PyObject *value, PyObject *expression, PyObject *format, int64_t oparg)
{
    return _PyInterpolation_Build(value, expression, (int)(oparg >> 2), oparg & 1 ? format : &_Py_STR(empty));
}

PyObject *
cj_build_template(PyObject *strings, PyObject *interpolations)
{
    return _PyTemplate_Build(strings, interpolations);
}

PyObject *
cj_new_cell(PyObject *contents)
{
    return PyCell_New(contents);
}

PyObject *
cj_new_object(PyObject *class)
{
    return cj_instance_new((PyTypeObject *)class);
}

int64_t
cj_list_append(PyObject *list, PyObject *item)
{
    Py_ssize_t n = PyList_GET_SIZE(list);
    /* A list that is being sorted has less than no room. */
    if (n >= ((PyListObject *)list)->allocated && cj_list_grow(list) < 0) {
        return -1;
    }
    PyList_SET_ITEM(list, n, Py_NewRef(item));
    Py_SET_SIZE(list, n + 1);
    return 0;
}

int64_t
cj_list_extend(PyObject *list, PyObject *iterable)
{
    if (((PyListObject *)list)->ob_item == NULL && (PyList_CheckExact(iterable) || PyTuple_CheckExact(iterable))
        && Py_SIZE(iterable) > 0) {
        return cj_list_fill(list, PySequence_Fast_ITEMS(iterable), Py_SIZE(iterable), 0);
    }
    PyObject *none = _PyList_Extend((PyListObject *)list, iterable);
    if (none == NULL) {
        if (PyErr_ExceptionMatches(PyExc_TypeError) && Py_TYPE(iterable)->tp_iter == NULL &&
            !PySequence_Check(iterable)) {
            PyErr_Clear();
            PyErr_Format(PyExc_TypeError, "Value after * must be an iterable, not %.200s",
                         Py_TYPE(iterable)->tp_name);
        }
        return -1;
    }
    Py_DECREF(none);
    return 0;
}

int64_t
cj_set_add(PyObject *set, PyObject *item)
{
    return _PySet_AddTakeRef((PySetObject *)set, Py_NewRef(item));
}

int64_t
cj_set_update(PyObject *set, PyObject *iterable)
{
    return _PySet_Update(set, iterable);
}

int64_t
cj_map_add(PyObject *dict, PyObject *key, PyObject *value)
{
    return _PyDict_SetItem_Take2((PyDictObject *)dict, Py_NewRef(key), Py_NewRef(value));
}

int64_t
cj_dict_update(PyObject *dict, PyObject *update)
{
    int error = PyDict_Update(dict, update);
    if (error < 0 && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object is not a mapping", Py_TYPE(update)->tp_name);
    }
    return error;
}

int64_t
cj_dict_merge(PyObject *dict, PyObject *update, PyObject *callable)
{
    int error = _PyDict_MergeEx(dict, update, 2);
    if (error < 0) {
        _PyEval_FormatKwargsError(_PyThreadState_GET(), callable, update);
    }
    return error;
}
