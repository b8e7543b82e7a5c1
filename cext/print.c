/* See print.h.
 *
 * The interpreter's function binds the file's method write for each str that it writes, and makes a str of each separator. */
#include "print.h"

#include "decimals.h"

#include "internal/pycore_global_strings.h"
#include "internal/pycore_object.h"
#include "internal/pycore_runtime.h"
#include "internal/pycore_unicodeobject.h"

static PyMethodDef *print; /* NULL when it was replaced before the start */

void
cj_print_start(void)
{
    PyObject *module = PyImport_ImportModule("builtins");
    PyObject *function = module == NULL ? NULL : PyObject_GetAttrString(module, "print");
    if (function != NULL && PyCFunction_CheckExact(function) && PyCFunction_GET_SELF(function) == module
        && strcmp(((PyCFunctionObject *)function)->m_ml->ml_name, "print") == 0) {
        print = ((PyCFunctionObject *)function)->m_ml;
    }
    Py_XDECREF(function);
    Py_XDECREF(module);
    PyErr_Clear();
}

bool
cj_is_print_to_file(PyObject *callable, PyObject *kwnames)
{
    return ((PyCFunctionObject *)callable)->m_ml == print && PyTuple_GET_SIZE(kwnames) == 1 && PyTuple_GET_ITEM(kwnames, 0) == &_Py_ID(file);
}

/* file.write(str(object)), in that order: 0, or -1 with an exception. */
static int
write_to(PyObject *file, PyObject *object)
{
    PyObject *method = NULL;
    const int unbound = _PyObject_GetMethod(file, &_Py_ID(write), &method);
    if (method == NULL) {
        return -1;
    }
    PyObject *text = Py_IS_TYPE(object, cj_decimal_type) ? cj_decimal_str(object) : Py_NotImplemented, *result = NULL;
    if (text == Py_NotImplemented) {
        text = PyObject_Str(object);
    }
    if (text != NULL) {
        PyObject *arguments[] = {file, text};
        /* A class may have another class's method. */
        const PyMethodDef *definition = unbound && Py_IS_TYPE(method, &PyMethodDescr_Type) && PyObject_TypeCheck(file, PyDescr_TYPE(method))
            ? ((PyMethodDescrObject *)method)->d_method
            : NULL;
        if (definition != NULL && definition->ml_flags == METH_O) {
            result = definition->ml_meth(file, text);
        }
        else {
            result = PyObject_Vectorcall(method, arguments + !unbound, (size_t)(1 + unbound) | (unbound ? 0 : PY_VECTORCALL_ARGUMENTS_OFFSET), NULL);
        }
        Py_DECREF(text);
    }
    Py_DECREF(method);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

PyObject *
cj_print_to_file(PyObject *const *arguments, Py_ssize_t n)
{
    PyObject *file = arguments[n];
    for (Py_ssize_t i = 0; i < n; i++) {
        if ((i > 0 && write_to(file, (PyObject *)_Py_LATIN1_CHR(' ')) < 0) || write_to(file, arguments[i]) < 0) {
            return NULL;
        }
    }
    return write_to(file, (PyObject *)_Py_LATIN1_CHR('\n')) < 0 ? NULL : Py_None;
}
