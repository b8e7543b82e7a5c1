/* See quiet_death.h. */
#include "quiet_death.h"

#include "instances.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_object.h"
#include "internal/pycore_range.h"

/* How deep it is looked into objects, and how many references of each are followed and how many in all. */
enum { MAX_DEPTH = 3, MAX_REFERENCES = 16, MAX_WALKED = 128 };

static bool quiet(CJDeaths *deaths, PyObject *object, int depth);

/* Whether the end of an object of the class can have no effect but that its memory is free. */
static bool
is_simple(const PyTypeObject *type)
{
    return type == &PyFloat_Type || type == &PyLong_Type || type == &PyUnicode_Type || type == &PyBytes_Type || type == &PyRangeIter_Type;
}

/* Counts a reference to an object that has several. Returns how many were met so far, 0 when that is not known. */
static Py_ssize_t
meet(CJDeaths *deaths, PyObject *object)
{
    for (int i = 0; i < deaths->nshared; i++) {
        if (deaths->shared[i].object == object) {
            return ++deaths->shared[i].met;
        }
    }
    if (deaths->nshared == CJ_MOST_SHARED) {
        return 0;
    }
    deaths->shared[deaths->nshared].object = object;
    return deaths->shared[deaths->nshared++].met = 1;
}

/* Whether giving up these references is quiet. An object that has more of them than are given up stays. */
static bool
all_quiet(CJDeaths *deaths, PyObject *const *references, Py_ssize_t n, int depth)
{
    deaths->followed += n;
    if (n > MAX_REFERENCES || deaths->followed > MAX_WALKED) {
        return false;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *object = references[i];
        if (object == NULL || _Py_IsImmortal(object) || is_simple(Py_TYPE(object)) || Py_REFCNT(object) > MAX_WALKED) {
            continue;
        }
        if (Py_REFCNT(object) > 1) {
            const Py_ssize_t met = meet(deaths, object);
            if (met == 0) {
                return false;
            }
            if (met < Py_REFCNT(object)) {
                continue;
            }
        }
        if (!quiet(deaths, object, depth - 1)) {
            return false;
        }
    }
    return true;
}

/* Whether instances have nothing but what classes made by Python code give them: attributes in the instance, and slots. */
static bool
plain_instances(PyTypeObject *type)
{
    if (type->tp_dealloc != cj_instance_dealloc || type->tp_finalize != NULL || type->tp_del != NULL || type->tp_itemsize != 0
        || (type->tp_weaklistoffset > 0) || (type->tp_dictoffset > 0)) {
        return false;
    }
    while (type->tp_dealloc == cj_instance_dealloc) {
        type = type->tp_base;
    }
    return type == &PyBaseObject_Type;
}

static bool
instance_quiet(CJDeaths *deaths, PyObject *object, PyTypeObject *type, int depth)
{
    if (!plain_instances(type)
        || (PyType_HasFeature(type, Py_TPFLAGS_MANAGED_WEAKREF) && *(PyObject **)((char *)object + MANAGED_WEAKREF_OFFSET) != NULL)) {
        return false;
    }
    if (PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT)) {
        if (_PyObject_ManagedDictPointer(object)->dict != NULL) {
            return false;
        }
        if (PyType_HasFeature(type, Py_TPFLAGS_INLINE_VALUES)) {
            PyDictValues *values = _PyObject_InlineValues(object);
            if (!values->valid || !all_quiet(deaths, values->values, values->capacity, depth)) {
                return false;
            }
        }
    }
    /* The slots are behind the head. Inline values are behind the size of the instance. */
    const Py_ssize_t slots = (type->tp_basicsize - (Py_ssize_t)sizeof(PyObject)) / (Py_ssize_t)sizeof(PyObject *);
    return all_quiet(deaths, (PyObject *const *)(object + 1), slots, depth);
}

/* A dict that nobody watches, with a table of its own. */
static bool
dict_quiet(CJDeaths *deaths, const PyDictObject *dict, int depth)
{
    PyDictKeysObject *keys = dict->ma_keys;
    PyObject *references[MAX_REFERENCES];
    const Py_ssize_t n = keys->dk_nentries;
    if (dict->ma_values != NULL || (dict->_ma_watcher_tag & DICT_WATCHER_MASK) != 0 || 2 * n > MAX_REFERENCES) {
        return false;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (DK_IS_UNICODE(keys)) {
            references[2 * i] = DK_UNICODE_ENTRIES(keys)[i].me_key;
            references[2 * i + 1] = DK_UNICODE_ENTRIES(keys)[i].me_value;
        }
        else {
            references[2 * i] = DK_ENTRIES(keys)[i].me_key;
            references[2 * i + 1] = DK_ENTRIES(keys)[i].me_value;
        }
    }
    return all_quiet(deaths, references, 2 * n, depth);
}

/* A set of few items, without a weak reference. */
static bool
set_quiet(CJDeaths *deaths, const PySetObject *set, int depth)
{
    PyObject *references[PySet_MINSIZE];
    if (set->weakreflist != NULL || set->table != set->smalltable) {
        return false;
    }
    for (size_t i = 0; i < PySet_MINSIZE; i++) {
        references[i] = set->table[i].key;
    }
    return all_quiet(deaths, references, PySet_MINSIZE, depth);
}

static bool
quiet(CJDeaths *deaths, PyObject *object, int depth)
{
    PyTypeObject *type = Py_TYPE(object);
    if (is_simple(type)) {
        return true;
    }
    if (depth == 0) {
        return false;
    }
    if (type == &PyTuple_Type) {
        return all_quiet(deaths, ((PyTupleObject *)object)->ob_item, PyTuple_GET_SIZE(object), depth);
    }
    if (type == &PyList_Type) {
        return all_quiet(deaths, ((PyListObject *)object)->ob_item, PyList_GET_SIZE(object), depth);
    }
    if (type == &PyDict_Type) {
        return dict_quiet(deaths, (PyDictObject *)object, depth);
    }
    if (type == &PySet_Type) {
        return set_quiet(deaths, (PySetObject *)object, depth);
    }
    return instance_quiet(deaths, object, type, depth);
}

bool
cj_dies_quietly(PyObject *dead)
{
    CJDeaths deaths;
    cj_deaths_begin(&deaths);
    return quiet(&deaths, dead, MAX_DEPTH);
}

void
cj_deaths_begin(CJDeaths *deaths)
{
    deaths->followed = deaths->nshared = 0;
}

bool
cj_ends_quietly(CJDeaths *deaths, PyObject *value)
{
    return all_quiet(deaths, &value, 1, MAX_DEPTH + 1);
}
