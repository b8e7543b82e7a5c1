/* Attributes, special methods and super(). */
#include "helpers.h"

#include "attributes.h"
#include "exit.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_object.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"
#include "internal/pycore_typeobject.h"

PyObject *
cj_load_attr(PyObject *owner, PyObject *name)
{
    PyObject *value = NULL;
    return cj_attribute_load(owner, name, &value, NULL) >= CJ_ATTRIBUTE_MISSING ? PyObject_GetAttr(owner, name) : value;
}

/* As cj_load_attr; but NULL without an exception when there is certainly no such attribute, if the exception would not get a
 * traceback entry in the current frame anyway: see cj_catch. */
PyObject *
cj_attr_find(PyObject *owner, PyObject *name)
{
    PyObject *value = NULL;
    CJAttributeState state = cj_attribute_load(owner, name, &value, NULL);
    if (state < CJ_ATTRIBUTE_MISSING) {
        return value;
    }
    if (state == CJ_ATTRIBUTE_MISSING) {
        PyThreadState *tstate = _PyThreadState_GET();
        if (tstate->current_frame->frame_obj == NULL && !cj_exceptions_watched(tstate)) {
            return NULL;
        }
    }
    return PyObject_GetAttr(owner, name);
}

PyObject *
cj_getattr(PyObject *owner, PyObject *name, PyObject *missing)
{
    PyObject *value = NULL;
    CJAttributeState state = cj_attribute_load(owner, name, &value, NULL);
    if (state == CJ_ATTRIBUTE_FOUND) {
        return value;
    }
    if (missing == NULL) {
        return state == CJ_ATTRIBUTE_FAILED ? NULL : PyObject_GetAttr(owner, name);
    }
    if (state == CJ_ATTRIBUTE_UNKNOWN) {
        return PyObject_GetOptionalAttr(owner, name, &value) == 0 ? Py_NewRef(missing) : value;
    }
    if (state == CJ_ATTRIBUTE_FAILED) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
            return NULL;
        }
        PyErr_Clear();
    }
    return Py_NewRef(missing);
}

CJPair
cj_load_method(PyObject *owner, PyObject *name)
{
    CJPair found = {NULL, NULL};
    if (cj_attribute_load(owner, name, &found.first, &found.second) >= CJ_ATTRIBUTE_MISSING
        && _PyObject_GetMethod(owner, name, &found.first)) {
        found.second = Py_NewRef(owner);
    }
    return found;
}

int64_t
cj_store_attr(PyObject *owner, PyObject *value, PyObject *name)
{
    int stored = cj_attribute_store(owner, name, value);
    return stored > 0 ? PyObject_SetAttr(owner, name, value) : stored;
}

int64_t
cj_delete_attr(PyObject *owner, PyObject *name)
{
    return PyObject_DelAttr(owner, name);
}

void
cj_note_inserted(PyObject *instance, PyObject *class, int64_t offset)
{
    PyDictValues *values = _PyObject_InlineValues(instance);
    Py_ssize_t start = ((PyTypeObject *)class)->tp_basicsize + (Py_ssize_t)offsetof(PyDictValues, values);
    _PyDictValues_AddToInsertionOrder(values, (offset - start) / (Py_ssize_t)sizeof(PyObject *));
}

/* Whether super(class, self).name can be looked up without making the super object. */
static int
is_plain_super(PyObject *global_super, PyObject *class)
{
    return global_super == (PyObject *)&PySuper_Type && PyType_Check(class);
}

/* The attribute through a super object. Bit 1 of the oparg tells super(class, self) from super(). */
static PyObject *
attribute_of_super(PyObject *global_super, PyObject *class, PyObject *self, PyObject *name, int64_t oparg)
{
    PyObject *arguments[] = {class, self};
    PyObject *super = PyObject_Vectorcall(global_super, arguments, (size_t)(oparg & 2), NULL);
    if (super == NULL) {
        return NULL;
    }
    PyObject *attribute = PyObject_GetAttr(super, name);
    Py_DECREF(super);
    return attribute;
}

PyObject *
cj_load_super_attr(PyObject *global_super, PyObject *class, PyObject *self, PyObject *name, int64_t oparg)
{
    if (is_plain_super(global_super, class)) {
        return _PySuper_Lookup((PyTypeObject *)class, self, name, NULL);
    }
    return attribute_of_super(global_super, class, self, name, oparg);
}

CJPair
cj_load_super_method(PyObject *global_super, PyObject *class, PyObject *self, PyObject *name, int64_t oparg)
{
    if (!is_plain_super(global_super, class)) {
        return (CJPair){attribute_of_super(global_super, class, self, name, oparg), NULL};
    }
    int is_method = 0;
    bool generic = Py_TYPE(self)->tp_getattro == PyObject_GenericGetAttr;
    PyObject *method = _PySuper_Lookup((PyTypeObject *)class, self, name, generic ? &is_method : NULL);
    return (CJPair){method, method != NULL && is_method ? Py_NewRef(self) : NULL};
}

CJPair
cj_load_special(PyObject *owner, int64_t oparg)
{
    /* By the class's version, which changes with the class and is never given twice. */
    enum { CLASSES = 32, SPECIALS = SPECIAL_MAX + 1 };
    static struct {
        unsigned version;
        PyObject *method; /* borrowed from the class; it takes self */
    } known[CLASSES][SPECIALS];
    PyTypeObject *type = Py_TYPE(owner);
    const unsigned version = type->tp_version_tag;
    if (version != 0 && oparg < SPECIALS && known[version % CLASSES][oparg].version == version) {
        return (CJPair){Py_NewRef(known[version % CLASSES][oparg].method), Py_NewRef(owner)};
    }
    _PyStackRef method_and_self[2] = {PyStackRef_NULL, PyStackRef_FromPyObjectNew(owner)};
    int found = _PyObject_LookupSpecialMethod(_Py_SpecialMethods[oparg].name, method_and_self);
    if (found > 0) {
        PyObject *method = PyStackRef_AsPyObjectSteal(method_and_self[0]);
        PyObject *self =
            PyStackRef_IsNull(method_and_self[1]) ? NULL : PyStackRef_AsPyObjectSteal(method_and_self[1]);
        if (self == owner && version != 0 && version == type->tp_version_tag && oparg < SPECIALS) {
            known[version % CLASSES][oparg].version = version;
            known[version % CLASSES][oparg].method = method;
        }
        return (CJPair){method, self};
    }
    if (found == 0) {
        const char *format = _PyEval_SpecialMethodCanSuggest(owner, (int)oparg)
            ? _Py_SpecialMethods[oparg].error_suggestion
            : _Py_SpecialMethods[oparg].error;
        PyErr_Format(PyExc_TypeError, format, owner);
    }
    PyStackRef_XCLOSE(method_and_self[1]);
    return (CJPair){NULL, NULL};
}
