/* See fork.h. */
#include "fork.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <Python.h>

#include "entry.h"
#include "osr.h"

static bool forked;
static PyMethodDef *generated; /* functions that enter Go */

bool
cj_check_not_forked(void)
{
    if (forked) {
        PyErr_SetString(PyExc_RuntimeError, "the compiler does not run in a forked child");
    }
    return !forked;
}

static PyObject *
refuse(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(arguments))
{
    cj_check_not_forked();
    return NULL;
}

/* For what a wrapper's destructor calls: the object belonged to the parent's Go. */
static PyObject *
do_nothing(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(arguments))
{
    Py_RETURN_NONE;
}

static void
in_child(void)
{
    forked = true;
    for (PyMethodDef *def = generated; def != NULL && def->ml_name != NULL; def++) {
        def->ml_meth = strcmp(def->ml_name, "DecRef") == 0 ? do_nothing : refuse;
    }
    cj_entry_after_fork();
    cj_osr_after_fork();
}

int
cj_fork_start(PyObject *module)
{
    static bool registered;
    if (registered) {
        return 0;
    }
    PyModuleDef *definition = PyModule_GetDef(module);
    generated = definition != NULL ? definition->m_methods : NULL;
    int error = pthread_atfork(NULL, NULL, in_child);
    if (error != 0) {
        errno = error;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    registered = true;
    return 0;
}

bool
cj_in_forked_child(void)
{
    return forked;
}
