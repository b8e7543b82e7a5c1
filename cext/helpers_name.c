/* Names that are looked up at run time: globals, builtins, class and module namespaces, imports. They
 * belong to the current frame, which is the compiled function's. */
#include "helpers.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_runtime.h"
#include "internal/pycore_stackref.h"

#define NOT_DEFINED "name '%.200s' is not defined"

static _PyInterpreterFrame *
current_frame(void)
{
    return _PyThreadState_GET()->current_frame;
}

static void
name_error(PyObject *name)
{
    _PyEval_FormatExcCheckArg(_PyThreadState_GET(), PyExc_NameError, NOT_DEFINED, name);
}

PyObject *
cj_load_global(PyObject *name)
{
    _PyInterpreterFrame *frame = current_frame();
    _PyStackRef value = PyStackRef_NULL;
    _PyEval_LoadGlobalStackRef(frame->f_globals, frame->f_builtins, name, &value);
    return PyStackRef_IsNull(value) ? NULL : PyStackRef_AsPyObjectSteal(value);
}

int64_t
cj_store_global(PyObject *value, PyObject *name)
{
    return PyDict_SetItem(current_frame()->f_globals, name, value);
}

int64_t
cj_delete_global(PyObject *name)
{
    int found = PyDict_Pop(current_frame()->f_globals, name, NULL);
    if (found == 0) {
        name_error(name);
        return -1;
    }
    return found < 0 ? -1 : 0;
}

PyObject *
cj_load_name(PyObject *name)
{
    return _PyEval_LoadName(_PyThreadState_GET(), current_frame(), name);
}

int64_t
cj_store_name(PyObject *value, PyObject *name)
{
    PyObject *namespace = current_frame()->f_locals;
    if (namespace == NULL) {
        PyErr_Format(PyExc_SystemError, "no locals found when storing %R", name);
        return -1;
    }
    if (PyDict_CheckExact(namespace)) {
        return PyDict_SetItem(namespace, name, value);
    }
    return PyObject_SetItem(namespace, name, value);
}

int64_t
cj_delete_name(PyObject *name)
{
    PyObject *namespace = current_frame()->f_locals;
    if (namespace == NULL) {
        PyErr_Format(PyExc_SystemError, "no locals when deleting %R", name);
        return -1;
    }
    if (PyObject_DelItem(namespace, name) != 0) {
        /* Whatever the mapping raised becomes a NameError. */
        name_error(name);
        return -1;
    }
    return 0;
}

PyObject *
cj_load_locals(void)
{
    PyObject *namespace = current_frame()->f_locals;
    if (namespace == NULL) {
        PyErr_SetString(PyExc_SystemError, "no locals found");
    }
    return Py_XNewRef(namespace);
}

PyObject *
cj_load_from_dict_or_globals(PyObject *mapping, PyObject *name)
{
    PyObject *value;
    _PyInterpreterFrame *frame = current_frame();
    if (PyMapping_GetOptionalItem(mapping, name, &value) != 0) {
        return value;
    }
    if (PyDict_CheckExact(frame->f_globals) && PyDict_CheckExact(frame->f_builtins)) {
        value = _PyDict_LoadGlobal((PyDictObject *)frame->f_globals, (PyDictObject *)frame->f_builtins, name);
        if (value == NULL && !PyErr_Occurred()) {
            name_error(name);
        }
        return value;
    }
    if (PyMapping_GetOptionalItem(frame->f_globals, name, &value) == 0 &&
        PyMapping_GetOptionalItem(frame->f_builtins, name, &value) == 0) {
        name_error(name);
    }
    return value;
}

PyObject *
cj_load_from_dict_or_deref(PyObject *mapping, PyObject *cell, int64_t slot)
{
    PyCodeObject *code = _PyFrame_GetCode(current_frame());
    PyObject *value;
    if (PyMapping_GetOptionalItem(mapping, PyTuple_GET_ITEM(code->co_localsplusnames, slot), &value) != 0) {
        return value;
    }
    value = PyCell_Get(cell);
    if (value == NULL) {
        _PyEval_FormatExcUnbound(_PyThreadState_GET(), code, (int)slot);
    }
    return value;
}

PyObject *
cj_load_build_class(void)
{
    PyObject *function;
    if (PyMapping_GetOptionalItem(current_frame()->f_builtins, &_Py_ID(__build_class__), &function) == 0) {
        PyErr_SetString(PyExc_NameError, "__build_class__ not found");
    }
    return function;
}

int64_t
cj_setup_annotations(void)
{
    PyObject *namespace = current_frame()->f_locals, *annotations;
    if (namespace == NULL) {
        PyErr_SetString(PyExc_SystemError, "no locals found when setting up annotations");
        return -1;
    }
    int found = PyMapping_GetOptionalItem(namespace, &_Py_ID(__annotations__), &annotations);
    if (found == 0) {
        annotations = PyDict_New();
        found = annotations == NULL ? -1 : PyObject_SetItem(namespace, &_Py_ID(__annotations__), annotations);
    }
    Py_XDECREF(annotations);
    return found < 0 ? -1 : 0;
}

PyObject *
cj_import_name(PyObject *level, PyObject *fromlist, PyObject *name)
{
    PyThreadState *tstate = _PyThreadState_GET();
    return _PyEval_ImportName(tstate, tstate->current_frame, name, fromlist, level);
}

PyObject *
cj_import_from(PyObject *module, PyObject *name)
{
    return _PyEval_ImportFrom(_PyThreadState_GET(), module, name);
}
