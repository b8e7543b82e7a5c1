/* Calls, intrinsics, and raising. */
#include "helpers.h"

#include "decimals.h"
#include "exit.h"
#include "internal/pycore_call.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_intrinsics.h"
#include "internal/pycore_pyerrors.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_weakref.h"
#include "print.h"
#include "reduce.h"
#include "sightings.h"

/* Whether a callable, which is no NULL, is one of the two methods quantize of module decimal. */
static inline bool
is_quantize(PyObject *callable)
{
    return callable == cj_decimal_quantize || callable == cj_decimal_context_quantize;
}

/* Now and then it is noted what is called where the callee is not known. */
static inline void
see_call(PyObject *callable, uint32_t items)
{
    static int left = CJ_CALLS_EVERY;
    if (--left == 0) {
        left = CJ_CALLS_EVERY;
        cj_see_call(callable, items);
    }
}

/* Python functions need no more than their entry; weak references are made without the tuple of arguments that classes without a
 * vectorcall get. */
PyObject *
cj_vectorcall(PyObject *callable, PyObject **arguments, int64_t nargsf, void *kwnames)
{
    const PyTypeObject *type = Py_TYPE(callable);
    if (type == &PyFunction_Type) {
        see_call(callable, CJ_ITEMS_UNKNOWN);
        return ((PyFunctionObject *)callable)->vectorcall(callable, arguments, (size_t)nargsf, kwnames);
    }
    if (type == &PyCFunction_Type) {
        const PyCFunctionObject *bound = (PyCFunctionObject *)callable;
        if (kwnames == NULL && PyVectorcall_NARGS((size_t)nargsf) == 1 && (bound->m_ml->ml_flags & ~METH_COEXIST) == METH_O) {
            PyCFunction function = bound->m_ml->ml_meth;
            return (function == cj_object_reduce_ex ? cj_reduce_ex : function)(bound->m_self, arguments[0]);
        }
    }
    else if (type == &PyMethod_Type) {
        see_call(callable, CJ_ITEMS_UNKNOWN);
    }
    else if (callable == (PyObject *)&_PyWeakref_RefType && kwnames == NULL && PyVectorcall_NARGS((size_t)nargsf) == 1) {
        return PyWeakref_NewRef(arguments[0], NULL);
    }
    if (kwnames != NULL && Py_IS_TYPE(callable, &PyCFunction_Type) && cj_is_print_to_file(callable, kwnames)) {
        const Py_ssize_t n = PyVectorcall_NARGS((size_t)nargsf);
        if (!Py_IsNone(arguments[n])) {
            return cj_print_to_file(arguments, n);
        }
    }
    if (kwnames == NULL && is_quantize(callable)) {
        PyObject *result = cj_decimal_quantized(callable, arguments, PyVectorcall_NARGS((size_t)nargsf));
        if (result != Py_NotImplemented) {
            return result;
        }
    }
    return PyObject_Vectorcall(callable, arguments, (size_t)nargsf, kwnames);
}

/* arguments[0] is self or NULL, and is counted; without self its slot is the one that the callee may write to. */
PyObject *
cj_vectorcall_maybe_self(PyObject *callable, PyObject **arguments, int64_t nargsf, void *kwnames)
{
    size_t count = (size_t)nargsf;
    if (arguments[0] == NULL) {
        arguments++;
        count = (size_t)(PyVectorcall_NARGS(count) - 1) | PY_VECTORCALL_ARGUMENTS_OFFSET;
    }
    if (PyFunction_Check(callable) || PyMethod_Check(callable)) {
        see_call(callable, CJ_ITEMS_UNKNOWN);
    }
    if (kwnames == NULL && is_quantize(callable)) {
        PyObject *result = cj_decimal_quantized(callable, arguments, PyVectorcall_NARGS(count));
        if (result != Py_NotImplemented) {
            return result;
        }
    }
    return PyObject_Vectorcall(callable, arguments, count, kwnames);
}

/* The most positional arguments that are copied to the machine stack to be passed behind self. */
enum { MOST_COPIED = 16 };

/* Calls with self or NULL in front of the items of a tuple, without keywords. */
static PyObject *
call_with_items(PyObject *callable, vectorcallfunc call, PyObject *self, PyObject *tuple)
{
    Py_ssize_t n = PyTuple_GET_SIZE(tuple);
    PyObject *arguments[MOST_COPIED + 2];
    if (self == NULL) {
        return call(callable, ((PyTupleObject *)tuple)->ob_item, n, NULL);
    }
    arguments[1] = self;
    memcpy(arguments + 2, ((PyTupleObject *)tuple)->ob_item, n * sizeof(*arguments));
    return call(callable, arguments + 1, (size_t)(n + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}

/* keywords may be NULL. shared: it is a dict that has not been copied; who is called by a convention that passes a dict gets a copy. */
PyObject *
cj_call_function_ex(PyObject *callable, PyObject *self, PyObject *arguments, PyObject *keywords, int64_t shared)
{
    PyObject *tuple;
    if (PyTuple_CheckExact(arguments)) {
        tuple = Py_NewRef(arguments);
    }
    else {
        if (_Py_Check_ArgsIterable(_PyThreadState_GET(), callable, arguments) < 0) {
            return NULL;
        }
        tuple = PySequence_Tuple(arguments);
        if (tuple == NULL) {
            return NULL;
        }
    }
    PyObject *result;
    vectorcallfunc call = PyVectorcall_Function(callable);
    const bool plain = keywords == NULL || (PyDict_CheckExact(keywords) && PyDict_GET_SIZE(keywords) == 0);
    if (PyFunction_Check(callable) || PyMethod_Check(callable)) {
        see_call(callable, plain && PyTuple_CheckExact(arguments) ? (uint32_t)PyTuple_GET_SIZE(tuple) + 1 : CJ_ITEMS_UNKNOWN);
    }
    if (call != NULL && plain && (self == NULL || PyTuple_GET_SIZE(tuple) <= MOST_COPIED)) {
        result = call_with_items(callable, call, self, tuple);
        /* Python functions keep to the rule that exactly one of result and exception is there. */
        if (!PyFunction_Check(callable)) {
            result = _Py_CheckFunctionResult(_PyThreadState_GET(), callable, result, NULL);
        }
        Py_DECREF(tuple);
        return result;
    }
    if (self != NULL) {
        PyObject *first = PyTuple_Pack(1, self);
        PyObject *all = first != NULL ? PySequence_Concat(first, tuple) : NULL;
        Py_XDECREF(first);
        Py_SETREF(tuple, all);
    }
    if (tuple == NULL) {
        return NULL;
    }
    PyObject *copy = NULL;
    if (shared && call == NULL) {
        keywords = copy = PyDict_Copy(keywords);
    }
    result = shared && keywords == NULL ? NULL : PyObject_Call(callable, tuple, keywords);
    Py_XDECREF(copy);
    Py_DECREF(tuple);
    return result;
}

PyObject *
cj_call_intrinsic_1(PyObject *value, int64_t oparg)
{
    return _PyIntrinsics_UnaryFunctions[oparg].func(_PyThreadState_GET(), value);
}

PyObject *
cj_call_intrinsic_2(PyObject *first, PyObject *second, int64_t oparg)
{
    return _PyIntrinsics_BinaryFunctions[oparg].func(_PyThreadState_GET(), first, second);
}

/* Calls an exception class without arguments. Where class and metaclass add nothing to Exception's way, that is gone directly. */
static PyObject *
new_exception(PyObject *class)
{
    const PyTypeObject *type = (PyTypeObject *)class, *plain = (PyTypeObject *)PyExc_Exception;
    if (plain->tp_vectorcall != NULL && Py_IS_TYPE(class, &PyType_Type) && type->tp_new == plain->tp_new && type->tp_init == plain->tp_init) {
        return plain->tp_vectorcall(class, NULL, 0, NULL);
    }
    return PyObject_CallNoArgs(class);
}

/* The instance of what a raise statement names, as a new reference. NULL when it is no exception, with the exception
 * that tells so. */
static PyObject *
exception_instance(PyObject *given, const char *no_exception)
{
    if (PyExceptionInstance_Check(given)) {
        return Py_NewRef(given);
    }
    if (!PyExceptionClass_Check(given)) {
        PyErr_SetString(PyExc_TypeError, no_exception);
        return NULL;
    }
    PyObject *value = new_exception(given);
    if (value != NULL && !PyExceptionInstance_Check(value)) {
        PyErr_Format(PyExc_TypeError, "calling %R should have returned an instance of BaseException, not %R", given,
                     Py_TYPE(value));
        Py_CLEAR(value);
    }
    return value;
}

/* Always fails. exception is NULL for a bare raise; cause is NULL without from. */
int64_t
cj_raise_varargs(PyObject *exception, PyObject *cause)
{
    if (exception == NULL) {
        /* Generators that handle nothing have an empty item. */
        _PyErr_StackItem *handled = _PyThreadState_GET()->exc_info;
        while (handled->exc_value == NULL && handled->previous_item != NULL) {
            handled = handled->previous_item;
        }
        if (handled->exc_value == NULL || Py_IsNone(handled->exc_value)) {
            PyErr_SetString(PyExc_RuntimeError, "No active exception to reraise");
        }
        else {
            PyErr_SetRaisedException(Py_NewRef(handled->exc_value));
            cj_set_reraise(CJ_SAME_PLACE);
        }
        return -1;
    }
    PyObject *value = exception_instance(exception, "exceptions must derive from BaseException");
    if (value == NULL) {
        return -1;
    }
    if (cause != NULL) {
        PyObject *fixed = NULL;
        if (!Py_IsNone(cause)) {
            fixed = exception_instance(cause, "exception causes must derive from BaseException");
            if (fixed == NULL) {
                Py_DECREF(value);
                return -1;
            }
        }
        PyException_SetCause(value, fixed);
    }
    /* A class is raised as that class, whatever its call returned. */
    PyErr_SetObject(PyExceptionClass_Check(exception) ? exception : (PyObject *)Py_TYPE(value), value);
    Py_DECREF(value);
    return -1;
}

/* Always fails. */
int64_t
cj_init_result_error(PyObject *result)
{
    PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'", Py_TYPE(result)->tp_name);
    return -1;
}
