/* An exception in a frame of compiled code: traceback, monitoring events, the handler from the exception table,
 * or the end of the frame. What happens, and in which order, is what the interpreter does. */
#include "exit.h"
#include "frame_writes.h"

#include <string.h>

#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_intrinsics.h"
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_pyerrors.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"
#include "opcode_ids.h"

/* Set from cj_set_reraise until the exception is looked at. */
static CJReraise reraise;

void
cj_set_reraise(int place)
{
    reraise = (CJReraise){true, place};
}

CJReraise
cj_take_reraise(void)
{
    CJReraise taken = reraise;
    reraise = (CJReraise){false, CJ_SAME_PLACE};
    return taken;
}

_Py_CODEUNIT *
cj_last_unit(_Py_CODEUNIT *instruction)
{
    return instruction + _PyOpcode_Caches[_PyOpcode_Deopt[instruction->op.code]];
}

typedef int (*MonitorCall)(PyMonitoringState *, PyObject *, int32_t);

/* Reports an exception event that has no instrumented instruction. Returns -1 when a tool raised. */
static int
monitor(PyThreadState *tstate, _PyInterpreterFrame *frame, int event, MonitorCall call, _Py_CODEUNIT *at)
{
    uint8_t tools = tstate->interp->monitors.tools[event];
    if (tools == 0) {
        return 0;
    }
    PyMonitoringState state = {.active = tools};
    int offset = (int)(at - _PyFrame_GetBytecode(frame)) * (int)sizeof(_Py_CODEUNIT);
    return call(&state, (PyObject *)_PyFrame_GetCode(frame), offset);
}

void
cj_end_inlined(PyThreadState *tstate, _PyInterpreterFrame *native, bool again)
{
    _PyInterpreterFrame *frame = cj_move_inlined(tstate, native, native->previous);
    for (int i = 0; i < _PyFrame_GetCode(frame)->co_nlocalsplus; i++) {
        frame->localsplus[i] = PyStackRef_MakeHeapSafe(frame->localsplus[i]);
    }
    frame->stackpointer = _PyFrame_Stackbase(frame);
    tstate->py_recursion_remaining--;
    tstate->current_frame = frame;
    if (!again) {
        cj_add_traceback(tstate, frame);
    }
    cj_unwind_frame(tstate, frame);
}

/* Adds the frame to the traceback of the exception that is set, and tells the monitoring tools. Nothing is added when it
 * is raised again. */
static void
note_exception(PyThreadState *tstate, _PyInterpreterFrame *frame, CJReraise again)
{
    if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_SystemError, "error return without exception set");
        again.set = false;
    }
    if (again.set) {
        _Py_CODEUNIT *at = frame->instr_ptr;
        if (again.place != CJ_SAME_PLACE) {
            frame->instr_ptr = _PyFrame_GetBytecode(frame) + again.place;
        }
        monitor(tstate, frame, PY_MONITORING_EVENT_RERAISE, _PyMonitoring_FireReraiseEvent, at);
        return;
    }
    if (!_PyFrame_IsIncomplete(frame)) {
        /* The frame is the current one, so this is its frame object. */
        cj_add_traceback(tstate, frame);
    }
    _PyEval_MonitorRaise(tstate, frame, cj_last_unit(frame->instr_ptr));
}

static int
table_number(const uint8_t **at)
{
    int value = **at & 63;
    while (*(*at)++ & 64) {
        value = value << 6 | (**at & 63);
    }
    return value;
}

bool
cj_find_handler(PyCodeObject *code, int unit, int *depth, int *handler, bool *push_offset)
{
    /* Entries are ordered by start and do not overlap. */
    const uint8_t *at = (const uint8_t *)PyBytes_AS_STRING(code->co_exceptiontable);
    const uint8_t *end = at + PyBytes_GET_SIZE(code->co_exceptiontable);
    while (at < end) {
        int start = table_number(&at);
        int size = table_number(&at);
        int target = table_number(&at);
        int depth_and_flag = table_number(&at);
        if (start > unit) {
            return false;
        }
        if (unit < start + size) {
            *handler = target;
            *depth = depth_and_flag >> 1;
            *push_offset = depth_and_flag & 1;
            return true;
        }
    }
    return false;
}

static void
pop_stack(_PyInterpreterFrame *frame, int depth)
{
    _PyStackRef *top = _PyFrame_Stackbase(frame) + depth;
    while (frame->stackpointer > top) {
        /* Off the stack first: the destructor can look at the frame. */
        _PyStackRef value = *--frame->stackpointer;
        PyStackRef_XCLOSE(value);
    }
}

bool
cj_is_around_all(const _Py_CODEUNIT *at)
{
    return at[0].op.code == CALL_INTRINSIC_1 && at[0].op.arg == INTRINSIC_STOPITERATION_ERROR && at[1].op.code == RERAISE && at[1].op.arg == 1;
}

bool
cj_passes_around_all(const PyTypeObject *raised)
{
    if (!PyType_HasFeature((PyTypeObject *)raised, Py_TPFLAGS_HEAPTYPE)) {
        /* No static class is derived from these. */
        return (PyObject *)raised != PyExc_StopIteration && (PyObject *)raised != PyExc_StopAsyncIteration;
    }
    return !PyType_IsSubtype((PyTypeObject *)raised, (PyTypeObject *)PyExc_StopIteration)
           && !PyType_IsSubtype((PyTypeObject *)raised, (PyTypeObject *)PyExc_StopAsyncIteration);
}

bool
cj_raise_to_handler(PyThreadState *tstate, _PyInterpreterFrame *frame, CJReraise again, bool passes)
{
    _Py_CODEUNIT *code = _PyFrame_GetBytecode(frame);
    _Py_CODEUNIT *at = cj_last_unit(frame->instr_ptr);
    note_exception(tstate, frame, again);
    for (;;) {
        int depth, handler;
        bool push_offset;
        if (!cj_find_handler(_PyFrame_GetCode(frame), (int)(at - code), &depth, &handler, &push_offset)) {
            break;
        }
        if (passes && push_offset && cj_is_around_all(code + handler) && !cj_exceptions_watched(tstate)
            && cj_passes_around_all(Py_TYPE(tstate->current_exception))) {
            at = code + handler + 1;
            continue;
        }
        pop_stack(frame, depth);
        if (push_offset) {
            *frame->stackpointer++ = PyStackRef_TagInt(_PyInterpreterFrame_LASTI(frame));
        }
        PyObject *exception = PyErr_GetRaisedException();
        *frame->stackpointer++ = PyStackRef_FromPyObjectSteal(exception);
        at = code + handler;
        if (tstate->interp->monitors.tools[PY_MONITORING_EVENT_EXCEPTION_HANDLED] != 0) {
            PyErr_SetRaisedException(Py_NewRef(exception));
            int error = monitor(tstate, frame, PY_MONITORING_EVENT_EXCEPTION_HANDLED,
                                _PyMonitoring_FireExceptionHandledEvent, at);
            if (error < 0) {
                at--;
                continue;
            }
            PyErr_Clear();
        }
        frame->instr_ptr = at;
        return true;
    }
    pop_stack(frame, 0);
    monitor(tstate, frame, PY_MONITORING_EVENT_PY_UNWIND, _PyMonitoring_FirePyUnwindEvent, at);
    return false;
}

void
cj_unwind_frame(PyThreadState *tstate, _PyInterpreterFrame *frame)
{
    tstate->py_recursion_remaining++;
    tstate->current_frame = frame->previous;
    cj_ready_back(frame);
    _PyEval_FrameClearAndPop(tstate, frame);
}

PyObject *
cj_raise_in_frame(PyThreadState *tstate, _PyInterpreterFrame *frame)
{
    if (cj_raise_to_handler(tstate, frame, cj_take_reraise(), true)) {
        return cj_continue_frame(tstate, frame);
    }
    cj_unwind_frame(tstate, frame);
    return NULL;
}
