/* Handling exceptions: what the instructions of handlers do. */
#include "helpers.h"

#include "exit.h"
#include "frame_writes.h"
#include "quiet_death.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_pyerrors.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"

int64_t
cj_check_exc_match(PyObject *exception, PyObject *classes)
{
    if (_PyEval_CheckExceptTypeValid(_PyThreadState_GET(), classes) < 0) {
        return -1;
    }
    return PyErr_GivenExceptionMatches(exception, classes) != 0;
}

/* Whether inlined calls, the innermost of which is the current one, can end without a trace: nobody has their frame objects, no
 * tool watches, and what only their locals keep dies without running code. */
static bool
end_unseen(PyThreadState *tstate, int64_t calls)
{
    if (calls != 0 && tstate->interp->monitors.tools[PY_MONITORING_EVENT_PY_UNWIND] != 0) {
        return false;
    }
    CJDeaths deaths;
    cj_deaths_begin(&deaths);
    for (_PyInterpreterFrame *frame = tstate->current_frame; calls > 0; calls--, frame = frame->previous) {
        if (frame->frame_obj != NULL && (!cj_frame_unchanged(frame) || frame->frame_obj != NULL)) {
            return false;
        }
        const int locals = _PyFrame_GetCode(frame)->co_nlocalsplus;
        for (int i = 0; i < locals; i++) {
            PyObject *value = PyStackRef_AsPyObjectBorrow(frame->localsplus[i]);
            if (value != NULL && !cj_ends_quietly(&deaths, value)) {
                return false;
            }
        }
    }
    return true;
}

static _PyInterpreterFrame *
outermost(PyThreadState *tstate, int64_t inlined)
{
    _PyInterpreterFrame *frame = tstate->current_frame;
    for (; inlined > 0; inlined--) {
        frame = frame->previous;
    }
    return frame;
}

/* own may be NULL. The exception that is set, as a new reference, when it is an instance of one of the classes, and the traceback entry of
 * the current frame can be left out until somebody can look: nothing but the thread has the exception, no
 * finaliser will get it and no tool watches; and those of the how / 2 inlined calls for good. None when no exception is set and how
 * is odd, which says that this means a key that cj_dict_find, or an attribute that cj_attr_find, has not found. Otherwise NULL, and the exception stays
 * set. Runs no Python code. */
PyObject *
cj_catch(PyObject *own, PyObject **classes, int64_t count, int64_t how)
{
    PyThreadState *tstate = _PyThreadState_GET();
    PyObject *raised = tstate->current_exception;
    if (raised == NULL) {
        return (how & 1) != 0 ? Py_None : NULL;
    }
    PyTypeObject *type = Py_TYPE(raised);
    bool fits = false;
    for (int64_t i = 0; i < count && !fits; i++) {
        fits = (PyObject *)type == classes[i] || (PyExceptionClass_Check(classes[i]) && PyType_IsSubtype(type, (PyTypeObject *)classes[i]));
    }
    if (!fits || !cj_unshared(raised, raised == own) || cj_exceptions_watched(tstate) || !end_unseen(tstate, how >> 1)) {
        return NULL;
    }
    _PyInterpreterFrame *frame = outermost(tstate, how >> 1);
    if (frame->frame_obj != NULL && !cj_frame_unchanged(frame)) {
        return NULL;
    }
    CJReraise again = cj_take_reraise();
    if (again.set) {
        cj_set_reraise(again.place);
        return NULL;
    }
    tstate->current_exception = NULL;
    return raised;
}

/* The exception that is set, as a new reference, with the traceback entries of the how / 2 inlined calls, which end, and of the
 * compiled function's frame. That one holds its locals itself if how is odd. NULL, and nothing has changed, when
 * tools watch or others have written to the locals. Runs destructors only where calls end. */
PyObject *
cj_take_raised(int64_t how)
{
    PyThreadState *tstate = _PyThreadState_GET();
    _PyInterpreterFrame *frame = outermost(tstate, how >> 1);
    if (tstate->current_exception == NULL || cj_exit_countdown < 0 || cj_exceptions_watched(tstate)
        || ((how & 1) == 0 && cj_frame_written(frame))) {
        return NULL;
    }
    bool again = cj_take_reraise().set; /* by the innermost one */
    for (; tstate->current_frame != frame; again = false) {
        cj_end_inlined(tstate, tstate->current_frame, again);
    }
    if (!again) {
        cj_add_traceback(tstate, frame);
    }
    PyObject *raised = tstate->current_exception;
    tstate->current_exception = NULL;
    return raised;
}

/* place is as for cj_reraise. NULL, with the exception set, when tools watch: else the exception, which is to be handled in the
 * running code. Runs no Python code. */
PyObject *
cj_raise_again(PyObject *exception, void *place)
{
    PyThreadState *tstate = _PyThreadState_GET();
    if (cj_exit_countdown < 0 || cj_exceptions_watched(tstate)) {
        cj_reraise(exception, place);
        return NULL;
    }
    if (place != NULL) {
        _PyInterpreterFrame *frame = tstate->current_frame;
        frame->instr_ptr = _PyFrame_GetBytecode(frame) + PyStackRef_UntagInt((_PyStackRef){.bits = (uintptr_t)place});
    }
    return Py_NewRef(exception);
}

/* The word that the interpreter pushes for the instruction at which the current frame stands. */
int64_t
cj_raised_place(void)
{
    _PyInterpreterFrame *frame = _PyThreadState_GET()->current_frame;
    return (int64_t)PyStackRef_TagInt(_PyInterpreterFrame_LASTI(frame)).bits;
}

void
cj_trace_handled_here(void)
{
    PyThreadState *tstate = _PyThreadState_GET();
    cj_trace(tstate, tstate->current_frame, tstate->exc_info->exc_value);
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

/* Result 0 when the current frame's locals are what the code has stored, and will be unless somebody leaves a mark; a
 * frame object that nobody else holds is dropped. Else -1, without an exception. Runs no Python code. */
int64_t
cj_settle_frame(void)
{
    _PyInterpreterFrame *frame = _PyThreadState_GET()->current_frame;
    return frame->frame_obj == NULL || cj_frame_unchanged(frame) ? 0 : -1;
}
