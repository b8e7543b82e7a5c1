/* Handling exceptions: what the instructions of handlers do. */
#include "helpers.h"

#include "exit.h"
#include "frame_writes.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_pyerrors.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"

/* Steals exception, which is None for none. The result is what was being handled, None for nothing; it is the
 * caller's. Runs no Python code. */
PyObject *
cj_swap_handled(PyObject *exception)
{
    _PyErr_StackItem *handled = _PyThreadState_GET()->exc_info;
    PyObject *before = handled->exc_value;
    handled->exc_value = Py_IsNone(exception) ? NULL : exception;
    return before == NULL ? Py_None : before;
}

int64_t
cj_check_exc_match(PyObject *exception, PyObject *classes)
{
    if (_PyEval_CheckExceptTypeValid(_PyThreadState_GET(), classes) < 0) {
        return -1;
    }
    return PyErr_GivenExceptionMatches(exception, classes) != 0;
}

/* own may be NULL. The exception that is set, as a new reference, when it is an instance of one of the classes, and the traceback entry of
 * the current frame can be left out until somebody can look: nothing but the thread has the exception, no
 * finaliser will get it and no tool watches. None when no exception is set and missing says
 * that this means a key that cj_dict_find has not found. Otherwise NULL, and the exception stays
 * set. Runs no Python code. */
PyObject *
cj_catch(PyObject *own, PyObject **classes, int64_t count, int64_t missing)
{
    PyThreadState *tstate = _PyThreadState_GET();
    PyObject *raised = tstate->current_exception;
    if (raised == NULL) {
        return missing ? Py_None : NULL;
    }
    PyTypeObject *type = Py_TYPE(raised);
    _PyInterpreterFrame *frame = tstate->current_frame;
    if (!cj_unshared(raised, raised == own) || cj_exceptions_watched(tstate) || (frame->frame_obj != NULL && !cj_frame_unchanged(frame))) {
        return NULL;
    }
    for (int64_t i = 0; i < count; i++) {
        if ((PyObject *)type == classes[i]
            || (PyExceptionClass_Check(classes[i]) && PyType_IsSubtype(type, (PyTypeObject *)classes[i]))) {
            tstate->current_exception = NULL;
            return raised;
        }
    }
    return NULL;
}

void
cj_trace_handled_here(void)
{
    PyThreadState *tstate = _PyThreadState_GET();
    cj_trace_handled(tstate, tstate->current_frame);
}

/* first is the part that does not match, second the part that does; each is None when it is empty. What matches becomes the
 * exception that is being handled. */
CJPair
cj_check_eg_match(PyObject *exception, PyObject *classes)
{
    PyThreadState *tstate = _PyThreadState_GET();
    CJPair parts = {NULL, NULL};
    if (_PyEval_CheckExceptStarTypeValid(tstate, classes) < 0) {
        return parts;
    }
    if (_PyEval_ExceptionGroupMatch(tstate->current_frame, exception, classes, &parts.second, &parts.first) < 0) {
        return (CJPair){NULL, NULL};
    }
    if (parts.second != NULL && !Py_IsNone(parts.second)) {
        PyErr_SetHandledException(parts.second);
    }
    return parts;
}

/* Calls __exit__ with the exception; self is NULL when the callable is bound already. */
PyObject *
cj_with_except_start(PyObject *callable, PyObject *self, PyObject *exception)
{
    PyObject *traceback = PyException_GetTraceback(exception);
    PyObject *stack[5] = {NULL, self, PyExceptionInstance_Class(exception), exception,
                          traceback == NULL ? Py_None : traceback};
    size_t with_self = self != NULL;
    PyObject *result = PyObject_Vectorcall(callable, stack + 2 - with_self,
                                           (3 + with_self) | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_XDECREF(traceback);
    return result;
}

/* Always fails. place is the word that was pushed with the exception, NULL when the place stays the same. */
int64_t
cj_reraise(PyObject *exception, void *place)
{
    PyErr_SetRaisedException(Py_NewRef(exception));
    cj_set_reraise(place == NULL ? CJ_SAME_PLACE : (int)PyStackRef_UntagInt((_PyStackRef){.bits = (uintptr_t)place}));
    return -1;
}

/* Puts value, which is stolen and may be NULL, into a local of the current frame, which owns what is there. The result is
 * what was there before; it is the caller's. Runs no Python code. */
PyObject *
cj_swap_local(PyObject *value, int64_t slot)
{
    _PyStackRef *local = &_PyThreadState_GET()->current_frame->localsplus[slot];
    _PyStackRef before = *local;
    *local = value == NULL ? PyStackRef_NULL : PyStackRef_FromPyObjectSteal(value);
    return PyStackRef_IsNull(before) ? NULL : PyStackRef_AsPyObjectSteal(before);
}

/* Result 0 when the current frame's locals are what the code has stored, and will be unless somebody leaves a mark; a
 * frame object that nobody else holds is dropped. Else -1, without an exception. Runs no Python code. */
int64_t
cj_settle_frame(void)
{
    _PyInterpreterFrame *frame = _PyThreadState_GET()->current_frame;
    return frame->frame_obj == NULL || cj_frame_unchanged(frame) ? 0 : -1;
}
