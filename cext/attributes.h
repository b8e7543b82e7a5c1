/* What is known of the attributes of classes: one cache for all places of compiled code that have seen too many classes,
 * or none, to have an entry of their own. */
#ifndef CJ_ATTRIBUTES_H
#define CJ_ATTRIBUTES_H

#include <Python.h>

typedef enum {
    CJ_ATTRIBUTE_FOUND,
    CJ_ATTRIBUTE_FAILED,  /* looking it up has raised an exception */
    CJ_ATTRIBUTE_MISSING, /* there is none, and nobody else would be asked: AttributeError */
    CJ_ATTRIBUTE_UNKNOWN  /* to be looked up in the usual way */
} CJAttributeState;

/* The attribute of an object, in the way PyObject_GetAttr finds it: *value is a new reference when it is found. If self is given,
 * a method is not bound: *self is then a new reference to the object, and NULL for what is no method. Getters run Python code. */
CJAttributeState cj_attribute_load(PyObject *owner, PyObject *name, PyObject **value, PyObject **self);

/* Stores an attribute as PyObject_SetAttr does; 0, -1 with an exception, or 1 when it has to be stored in the usual way. */
int cj_attribute_store(PyObject *owner, PyObject *name, PyObject *value);

#endif
