/* Attributes, special methods and super(). */
#include "helpers.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_object.h"
#include "internal/pycore_stackref.h"
#include "internal/pycore_typeobject.h"

PyObject *
cj_load_attr(PyObject *owner, PyObject *name)
{
    return PyObject_GetAttr(owner, name);
}

/* Attributes of classes that getattr was asked for: valid as long as the class has this version, which no other class will
 * have. The names are immortal; the values belong to the classes. */
typedef struct {
    PyTypeObject *class;
    PyObject *name, *value;
    unsigned int version;
} ClassAttribute;

enum { CLASS_ATTRIBUTES = 256 };

/* The attribute of a class whose metaclass is type itself, as the class has it; NULL when it is not known to be got as it is. Borrowed. */
static PyObject *
class_attribute(PyTypeObject *class, PyObject *name)
{
    static ClassAttribute known[CLASS_ATTRIBUTES];
    ClassAttribute *entry = &known[((uintptr_t)class >> 4 ^ (uintptr_t)name >> 3) % CLASS_ATTRIBUTES];
    if (entry->class == class && entry->name == name && entry->version == class->tp_version_tag) {
        return entry->value;
    }
    if (!_Py_IsImmortal(name)) {
        return NULL;
    }
    PyObject *of_type = _PyType_Lookup(&PyType_Type, name), *value = _PyType_Lookup(class, name);
    if (value == NULL || class->tp_version_tag == 0 || (of_type != NULL && Py_TYPE(of_type)->tp_descr_set != NULL)) {
        return NULL;
    }
    PyTypeObject *kind = Py_TYPE(value);
    if (kind->tp_descr_get != NULL && kind != &PyFunction_Type && kind != &PyWrapperDescr_Type && kind != &PyMethodDescr_Type) {
        return NULL;
    }
    *entry = (ClassAttribute){class, name, value, class->tp_version_tag};
    return value;
}

PyObject *
cj_getattr(PyObject *owner, PyObject *name, PyObject *missing)
{
    if (PyType_CheckExact(owner)) {
        PyObject *value = class_attribute((PyTypeObject *)owner, name);
        if (value != NULL) {
            return Py_NewRef(value);
        }
    }
    if (missing == NULL) {
        return PyObject_GetAttr(owner, name);
    }
    PyObject *value;
    return PyObject_GetOptionalAttr(owner, name, &value) == 0 ? Py_NewRef(missing) : value;
}

CJPair
cj_load_method(PyObject *owner, PyObject *name)
{
    PyObject *method = NULL;
    if (_PyObject_GetMethod(owner, name, &method)) {
        return (CJPair){method, Py_NewRef(owner)};
    }
    return (CJPair){method, NULL};
}

int64_t
cj_store_attr(PyObject *owner, PyObject *value, PyObject *name)
{
    return PyObject_SetAttr(owner, name, value);
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
    _PyStackRef method_and_self[2] = {PyStackRef_NULL, PyStackRef_FromPyObjectNew(owner)};
    int found = _PyObject_LookupSpecialMethod(_Py_SpecialMethods[oparg].name, method_and_self);
    if (found > 0) {
        PyObject *method = PyStackRef_AsPyObjectSteal(method_and_self[0]);
        PyObject *self =
            PyStackRef_IsNull(method_and_self[1]) ? NULL : PyStackRef_AsPyObjectSteal(method_and_self[1]);
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
