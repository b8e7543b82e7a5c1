/* See reduce.h.
 *
 * The interpreter's function asks object and class for six attributes, and the table of modules for copyreg, each time. What the class
 * says is remembered here by its version. The object itself says something else only by names in its dict that begin with two
 * underscores. */
#include "reduce.h"

#include "exact.h"
#include "helpers.h"

#include "internal/pycore_descrobject.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_moduleobject.h"
#include "internal/pycore_object.h"
#include "internal/pycore_runtime.h"
#include "internal/pycore_typeobject.h"

PyCFunction cj_object_reduce_ex;

/* Classes whose instances are reduced to their class and their dict. The list of their slots is in the namespace of the class, and empty unless somebody
 * has changed it. */
enum { CLASSES = 16, MOST_NAMES = 16 };
static struct {
    PyTypeObject *type;
    unsigned int version;
    PyObject *slots;
} known[CLASSES];

/* The module copyreg for which the interpreter's function has been called once: it is no longer being imported. */
static PyObject *imported;

int
cj_reduce_start(void)
{
    PyObject *method = _PyType_Lookup(&PyBaseObject_Type, &_Py_ID(__reduce_ex__));
    if (method == NULL || !Py_IS_TYPE(method, &PyMethodDescr_Type)) {
        PyErr_SetString(PyExc_RuntimeError, "object.__reduce_ex__ is not what it was");
        return -1;
    }
    cj_object_reduce_ex = ((PyMethodDescrObject *)method)->d_method->ml_meth;
    return 0;
}

/* The list of the slots of a plain class, borrowed; NULL without an exception for other classes. */
static PyObject *
look_at(PyTypeObject *type)
{
    if (!Py_IS_TYPE(type, &PyType_Type) || !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || !PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT)
        || type->tp_getattro != PyObject_GenericGetAttr || type->tp_new == NULL || type->tp_itemsize != 0
        || type->tp_basicsize != PyBaseObject_Type.tp_basicsize || !PyUnstable_Type_AssignVersionTag(type)) {
        return NULL;
    }
    PyTypeObject *plain = &PyBaseObject_Type;
    if (_PyType_Lookup(type, &_Py_ID(__reduce__)) != _PyType_Lookup(plain, &_Py_ID(__reduce__))
        || _PyType_Lookup(type, &_Py_ID(__getstate__)) != _PyType_Lookup(plain, &_Py_ID(__getstate__))
        || _PyType_Lookup(type, &_Py_ID(__getnewargs_ex__)) != NULL || _PyType_Lookup(type, &_Py_ID(__getnewargs__)) != NULL) {
        return NULL;
    }
    PyObject *names = type->tp_dict, *slots;
    if (names == NULL || !PyDict_CheckExact(names) || !cj_dict_lookup_exact(names, &_Py_ID(__slotnames__), &slots) || slots == NULL
        || !PyList_CheckExact(slots)) {
        return NULL;
    }
    return slots;
}

static bool
is_plain(PyTypeObject *type)
{
    const size_t at = ((uintptr_t)type >> 6) % CLASSES;
    if (known[at].type != type || known[at].version != type->tp_version_tag || known[at].version == 0) {
        PyObject *slots = look_at(type);
        if (slots == NULL) {
            return false;
        }
        known[at].type = type;
        known[at].version = type->tp_version_tag;
        known[at].slots = slots;
    }
    return PyList_GET_SIZE(known[at].slots) == 0;
}

/* Whether an instance has attributes of its own. */
static bool
has_attributes(PyObject *self)
{
    if (PyType_HasFeature(Py_TYPE(self), Py_TPFLAGS_INLINE_VALUES)) {
        const PyDictValues *values = _PyObject_InlineValues(self);
        if (values->valid) {
            for (int i = 0; i < values->capacity; i++) {
                if (values->values[i] != NULL) {
                    return true;
                }
            }
            return false;
        }
    }
    const PyDictObject *dict = _PyObject_GetManagedDict(self);
    return dict != NULL && dict->ma_used != 0;
}

/* Whether one of few names, which are strs, may hide a method of the class. */
static bool
hides_methods(PyObject *dict)
{
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    if (!PyDict_CheckExact(dict) || !DK_IS_UNICODE(keys) || keys->dk_nentries > MOST_NAMES) {
        return true;
    }
    const PyDictUnicodeEntry *entry = DK_UNICODE_ENTRIES(keys), *end = entry + keys->dk_nentries;
    for (; entry != end; entry++) {
        PyObject *name = entry->me_key;
        if (name != NULL && PyUnicode_GET_LENGTH(name) > 1 && PyUnicode_READ_CHAR(name, 0) == '_' && PyUnicode_READ_CHAR(name, 1) == '_') {
            return true;
        }
    }
    return false;
}

/* The function that makes an object of a class, borrowed; NULL without an exception when it has to be looked for. */
static PyObject *
function_newobj(PyObject **module)
{
    PyObject *modules = PyImport_GetModuleDict(), *function;
    if (modules == NULL || !PyDict_CheckExact(modules) || !cj_dict_lookup_exact(modules, &_Py_ID(copyreg), module) || *module == NULL
        || !PyModule_CheckExact(*module)) {
        *module = NULL;
        return NULL;
    }
    PyObject *names = ((PyModuleObject *)*module)->md_dict;
    return cj_dict_lookup_exact(names, &_Py_ID(__newobj__), &function) ? function : NULL;
}

PyObject *
cj_reduce_ex(PyObject *self, PyObject *protocol)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject *module, *newobj, *state = NULL;
    if (!PyLong_CheckExact(protocol) || !_PyLong_IsCompact((PyLongObject *)protocol)
        || _PyLong_CompactValue((PyLongObject *)protocol) < 2 || !is_plain(type)) {
        return cj_object_reduce_ex(self, protocol);
    }
    newobj = function_newobj(&module);
    if (newobj == NULL || module != imported) {
        PyObject *result = cj_object_reduce_ex(self, protocol);
        imported = result != NULL ? module : NULL;
        return result;
    }
    if (has_attributes(self)) {
        state = PyObject_GenericGetDict(self, NULL);
        if (state == NULL) {
            return NULL;
        }
        if (hides_methods(state)) {
            Py_DECREF(state);
            return cj_object_reduce_ex(self, protocol);
        }
    }
    PyObject *class = Py_NewRef(type), *arguments = cj_build_tuple(&class, 1);
    if (arguments == NULL) {
        Py_DECREF(class);
        Py_XDECREF(state);
        return NULL;
    }
    PyObject *items[] = {Py_NewRef(newobj), arguments, state != NULL ? state : Py_None, Py_None, Py_None};
    PyObject *result = cj_build_tuple(items, Py_ARRAY_LENGTH(items));
    if (result == NULL) {
        Py_DECREF(newobj);
        Py_DECREF(arguments);
        Py_XDECREF(state);
    }
    return result;
}
