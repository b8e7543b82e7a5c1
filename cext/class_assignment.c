/* Assignment of __class__.
 *
 * Code that has seen the class of an object once believes that it stays, over calls too. No watcher tells of
 * an instance that is given another class, so the setter behind the one descriptor that does it, __class__ of
 * object, is replaced. The descriptor stays the object that it was. */
#include "class_assignment.h"

#include <Python.h>

#include "watch.h"

static setter assign;
static PyGetSetDef watched_assignment; /* the descriptor's definition, except for the setter */

/* Nothing can run between the change and the message: the last reference to the old class is held here. */
static int
assign_and_tell(PyObject *self, PyObject *value, void *closure)
{
    PyTypeObject *before = (PyTypeObject *)Py_NewRef(Py_TYPE(self));
    int status = assign(self, value, closure);
    if (Py_TYPE(self) != before) {
        cj_watch_instance_left(self, before);
    }
    Py_DECREF(before);
    return status;
}

int
cj_class_assignment_start(void)
{
    if (assign != NULL) {
        return 0;
    }
    PyObject *namespace = PyType_GetDict(&PyBaseObject_Type);
    PyObject *descriptor = namespace == NULL ? NULL : PyDict_GetItemString(namespace, "__class__");
    Py_XDECREF(namespace);
    if (descriptor == NULL || !Py_IS_TYPE(descriptor, &PyGetSetDescr_Type)
        || ((PyGetSetDescrObject *)descriptor)->d_getset->set == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "object.__class__ is not the interpreter's");
        return -1;
    }
    PyGetSetDescrObject *getset = (PyGetSetDescrObject *)descriptor;
    watched_assignment = *getset->d_getset;
    assign = watched_assignment.set;
    watched_assignment.set = assign_and_tell;
    getset->d_getset = &watched_assignment;
    return 0;
}
