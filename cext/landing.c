/* Exceptions that are handled in the function that raises them: from an exit to the handler's landing in the same
 * native frame.
 *
 * What is done is what cj_exit does, in the same order; but the handler is looked for once for each exit, only those
 * operands are put on the frame's stack that the handler finds there, and nothing is allocated except the
 * traceback entry. */
#include "exit.h"

#include <string.h>

#include "frame_writes.h"
#include "instrumentation.h"
#include "internal/pycore_code.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_object.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"

/* Whether the location needs nothing to be made. */
static bool
plain(const CJLocation *at)
{
    switch ((CJLocationKind)at->kind) {
    case CJ_IN_NULL:
    case CJ_IN_CONSTANT:
        return true;
    case CJ_IN_GPR:
    case CJ_IN_STACK:
        return at->repr == CJ_AS_OBJECT || at->repr == CJ_AS_TAGGED;
    default:
        return false;
    }
}

static bool
all_plain(const CJLocation *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!plain(&list[i])) {
            return false;
        }
    }
    return true;
}

static uint64_t
bits_of(const CJExitRegs *regs, const CJObject *object, const CJLocation *at)
{
    uint64_t bits;
    switch ((CJLocationKind)at->kind) {
    case CJ_IN_GPR:
        return regs->x[at->index];
    case CJ_IN_STACK:
        memcpy(&bits, (const char *)regs->sp + at->index, sizeof(bits));
        return bits;
    case CJ_IN_CONSTANT:
        return (uint64_t)cj_object_constant(object, at->index);
    default:
        return 0;
    }
}

/* Looks for the handler of an exit in the compiled code itself. */
static void
find(const CJObject *object, _PyInterpreterFrame *frame, CJExit *exit)
{
    exit->handler.known = true;
    const CJFrame *from = &exit->frames[0];
    if (exit->nframes != 1 || exit->nvirtuals != 0 || !from->in_memory) {
        return;
    }
    _Py_CODEUNIT *code = _PyFrame_GetBytecode(frame);
    int depth, handler;
    bool push_place;
    if (!cj_find_handler(_PyFrame_GetCode(frame), (int)(cj_last_unit(code + from->offset) - code), &depth, &handler, &push_place)
        || (uint32_t)depth > from->nstack) {
        return;
    }
    const CJResume *resume = cj_find_resume(object, (uint32_t)handler);
    if (resume != NULL && all_plain(from->stack, (uint32_t)depth) && all_plain(exit->owned, exit->nowned)) {
        exit->handler.text = resume->landing;
        exit->handler.unit = (uint32_t)handler;
        exit->handler.depth = (uint32_t)depth;
        exit->handler.push_place = push_place;
    }
}

static bool
watched(PyThreadState *tstate)
{
    const uint8_t *tools = tstate->interp->monitors.tools;
    return tools[PY_MONITORING_EVENT_RAISE] | tools[PY_MONITORING_EVENT_RERAISE] | tools[PY_MONITORING_EVENT_EXCEPTION_HANDLED];
}

bool
cj_land(CJExitRegs *regs, CJObject *object, uint32_t index, void **landing, PyObject **result)
{
    PyThreadState *tstate = (PyThreadState *)regs->x[19];
    _PyInterpreterFrame *frame = (_PyInterpreterFrame *)regs->x[20];
    if (object->nresumes == 0 || tstate->current_exception == NULL || cj_exit_countdown < 0) {
        return false;
    }
    CJExit *exit = cj_exit_raising(object, index);
    if (exit == NULL) {
        return false;
    }
    if (!exit->handler.known) {
        find(object, frame, exit);
    }
    if (exit->handler.text == 0 || watched(tstate) || _PyFrame_IsIncomplete(frame)) {
        return false;
    }
    PyObject *raised = tstate->current_exception;
    tstate->current_exception = NULL;
    CJReraise again = cj_take_reraise();
    PyCodeObject *code = _PyFrame_GetCode(frame);
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        frame->localsplus[i] = PyStackRef_MakeHeapSafe(frame->localsplus[i]);
    }
    _PyStackRef *top = frame->localsplus + code->co_nlocalsplus;
    const CJFrame *from = &exit->frames[0];
    for (uint32_t i = 0; i < exit->handler.depth; i++) {
        uint64_t bits = bits_of(regs, object, &from->stack[i]);
        if (from->stack[i].repr == CJ_AS_TAGGED && from->stack[i].kind != CJ_IN_CONSTANT && from->stack[i].kind != CJ_IN_NULL) {
            (*top++).bits = bits;
        }
        else {
            *top++ = bits == 0 ? PyStackRef_NULL : PyStackRef_FromPyObjectNew((PyObject *)bits);
        }
    }
    frame->stackpointer = top;
    _Py_CODEUNIT *bytecode = _PyFrame_GetBytecode(frame);
    frame->instr_ptr = bytecode + from->offset;
    frame->return_offset = 0;
    tstate->current_frame = frame;
    const uint32_t text = exit->handler.text, unit = exit->handler.unit;
    const bool push_place = exit->handler.push_place;
    for (uint32_t i = 0; i < exit->nowned; i++) {
        Py_XDECREF((PyObject *)bits_of(regs, object, &exit->owned[i]));
    }
    tstate->current_exception = raised;
    if (!again.set) {
        PyFrameObject *shown = cj_frame_object(frame);
        if (shown != NULL) {
            PyTraceBack_Here(shown);
        }
    }
    else if (again.place != CJ_SAME_PLACE) {
        frame->instr_ptr = bytecode + again.place;
    }
    top = frame->stackpointer;
    if (push_place) {
        *top++ = PyStackRef_TagInt(_PyInterpreterFrame_LASTI(frame));
    }
    *top++ = PyStackRef_FromPyObjectSteal(tstate->current_exception);
    tstate->current_exception = NULL;
    frame->stackpointer = top;
    frame->instr_ptr = bytecode + unit;
    *result = NULL;
    if (object->invalidated || cj_is_instrumented(tstate, code)) {
        frame->f_executable = PyStackRef_MakeHeapSafe(frame->f_executable);
        frame->f_funcobj = PyStackRef_MakeHeapSafe(frame->f_funcobj);
        Py_XINCREF(frame->f_locals);
        *landing = NULL;
        *result = cj_continue_frame(tstate, frame);
        return true;
    }
    frame->stackpointer = _PyFrame_Stackbase(frame);
    *landing = object->text + text;
    return true;
}
