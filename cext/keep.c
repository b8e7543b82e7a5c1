/* Constants of compiled code and the garbage collector.
 *
 * A reference from compiled code is invisible to the collector. Functions call each other through their globals,
 * so code that held its callees would keep its globals, and with them itself, alive for good. But nearly every
 * such callee is the value of a name in a watched namespace, or in the namespace of a watched class: it lives as
 * long as the code is valid without being held by it. So do the code and the default values of a watched function.
 * Only when that ends, of which watchers tell before anything changes, the code takes references of its own, for the
 * frames that still run it. */
#include "keep.h"

#include "internal/pycore_descrobject.h"
#include "internal/pycore_object.h"
#include "layout.h"

typedef struct {
    CJObject *object;
    uint32_t capacity;
} Loosening;

static void
add_loose(Loosening *loosening, PyObject *constant)
{
    CJObject *object = loosening->object;
    for (uint32_t i = 0; i < object->nloose; i++) {
        if (object->loose[i] == constant) {
            return;
        }
    }
    if (object->nloose == loosening->capacity) {
        uint32_t capacity = loosening->capacity == 0 ? 8 : 2 * loosening->capacity;
        PyObject **loose = PyMem_RawRealloc(object->loose, capacity * sizeof(*loose));
        if (loose == NULL) {
            return; /* then it stays its own */
        }
        object->loose = loose;
        loosening->capacity = capacity;
    }
    object->loose[object->nloose++] = constant;
}

/* The value is held by something else while the object is valid. */
static void
held(Loosening *loosening, PyObject *value)
{
    CJObject *object = loosening->object;
    if (_Py_IsImmortal(value) || !PyObject_IS_GC(value)) {
        return; /* it is in no cycle */
    }
    bool used = false;
    for (uint32_t i = 0; i < object->nkeep && !used; i++) {
        used = object->keep[i] == value;
    }
    for (uint32_t i = 0; i < object->nconstants && !used; i++) {
        used = object->constants[i].owned && object->constants[i].object == value;
    }
    if (used) {
        add_loose(loosening, value);
    }
}

static void
held_by_class(Loosening *loosening, PyTypeObject *type)
{
    PyObject *mro = type->tp_mro;
    for (Py_ssize_t i = 0; mro != NULL && i < PyTuple_GET_SIZE(mro); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        if (!PyType_HasFeature(base, Py_TPFLAGS_HEAPTYPE)) {
            continue;
        }
        PyObject *name, *value, *namespace = PyType_GetDict(base);
        Py_ssize_t at = 0;
        while (namespace != NULL && PyDict_Next(namespace, &at, &name, &value)) {
            held(loosening, value);
            PyObject *inner = NULL;
            if (Py_IS_TYPE(value, &PyProperty_Type)) {
                inner = ((propertyobject *)value)->prop_get;
            }
            else if (Py_IS_TYPE(value, &PyClassMethod_Type) || Py_IS_TYPE(value, &PyStaticMethod_Type)) {
                inner = ((cj_method_wrapper *)value)->callable;
            }
            if (inner != NULL) {
                held(loosening, inner);
            }
        }
        Py_XDECREF(namespace);
    }
}

static bool
is_loose(const CJObject *object, const PyObject *constant)
{
    for (uint32_t i = 0; i < object->nloose; i++) {
        if (object->loose[i] == constant) {
            return true;
        }
    }
    return false;
}

void
cj_keep_loosely(CJObject *object)
{
    Loosening loosening = {.object = object};
    held(&loosening, object->code->globals);
    for (uint32_t i = 0; i < object->ndepends; i++) {
        const CJDepend *d = &object->depends[i];
        if (d->kind == CJ_DEPEND_DICT_KEY) {
            PyObject *value = PyUnicode_CheckExact(d->key) ? PyDict_GetItemWithError(d->object, d->key) : NULL;
            if (value != NULL && PyType_Check(value)) {
                add_loose(&loosening, value); /* code never holds classes while it is valid */
            }
            else if (value != NULL) {
                held(&loosening, value);
            }
        }
        else if (d->kind == CJ_DEPEND_FUNCTION) {
            /* It may be inlined: frames borrow its code. */
            PyFunctionObject *function = (PyFunctionObject *)d->object;
            add_loose(&loosening, function->func_code);
            held(&loosening, function->func_globals);
            held(&loosening, function->func_builtins);
            PyObject *defaults = function->func_defaults;
            for (Py_ssize_t k = 0; defaults != NULL && k < PyTuple_GET_SIZE(defaults); k++) {
                held(&loosening, PyTuple_GET_ITEM(defaults, k));
            }
        }
        else if (d->kind == CJ_DEPEND_TYPE) {
            held_by_class(&loosening, (PyTypeObject *)d->object);
        }
    }
    PyErr_Clear();
    /* From here on nothing is the last reference, so nothing dies. */
    uint32_t kept = 0;
    for (uint32_t i = 0; i < object->nkeep; i++) {
        if (is_loose(object, object->keep[i])) {
            Py_DECREF(object->keep[i]);
        }
        else {
            object->keep[kept++] = object->keep[i];
        }
    }
    object->nkeep = kept;
    for (uint32_t i = 0; i < object->nconstants; i++) {
        CJConstant *constant = &object->constants[i];
        if (constant->owned && is_loose(object, constant->object)) {
            constant->owned = false;
            Py_DECREF(constant->object);
        }
    }
}

void
cj_keep_firmly(CJObject *object)
{
    for (uint32_t i = 0; i < object->nloose && !object->firm; i++) {
        Py_INCREF(object->loose[i]);
    }
    object->firm = true;
}

bool
cj_keeps_any(const CJObject *object)
{
    bool any = object->firm && object->nloose > 0;
    for (uint32_t i = 0; i < object->nkeep && !any; i++) {
        any = PyObject_IS_GC(object->keep[i]);
    }
    for (uint32_t i = 0; i < object->nconstants && !any; i++) {
        any = object->constants[i].owned && PyObject_IS_GC(object->constants[i].object);
    }
    return any;
}

void
cj_keep_nothing(CJObject *object)
{
    for (uint32_t i = 0; i < object->nconstants; i++) {
        if (object->constants[i].owned) {
            Py_DECREF(object->constants[i].object);
        }
    }
    for (uint32_t i = 0; i < object->nkeep; i++) {
        Py_DECREF(object->keep[i]);
    }
    for (uint32_t i = 0; i < object->nloose && object->firm; i++) {
        Py_DECREF(object->loose[i]);
    }
    PyMem_RawFree(object->loose);
    PyMem_RawFree(object->constants);
    PyMem_RawFree(object->keep);
}
