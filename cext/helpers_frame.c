/* What compiled code needs for its own frame. */
#include "helpers.h"

#include "exit.h"
#include "instrumentation.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_pystate.h"

void *
cj_get_tstate(void)
{
    return _PyThreadState_GET();
}

/* The thread's word differs from what the code was compiled for: events are pending, or instrumentation has changed.
 * Result 0: go on; 1: the interpreter has to go on at the instruction; -1: an exception is set. */
int64_t
cj_handle_eval_breaker(void)
{
    PyThreadState *tstate = _PyThreadState_GET();
    uintptr_t breaker = _Py_atomic_load_uintptr_relaxed(&tstate->eval_breaker);
    if (breaker & _PY_EVAL_EVENTS_MASK) {
        if (_Py_HandlePending(tstate) != 0) {
            return -1;
        }
    }
    if (!cj_is_instrumented(tstate, _PyFrame_GetCode(tstate->current_frame))) {
        return 0;
    }
    cj_instrumentation_changed();
    return 1;
}

/* The frame was unlinked and taken off the data stack, its slots hold borrowed references, and it has a frame object, which
 * may outlive it. */
void
cj_leave_frame_slow(void *at)
{
    _PyInterpreterFrame *frame = at;
    PyThreadState *tstate = _PyThreadState_GET();
    /* Back onto the data stack while it is being cleared, so that nothing is put in its place. */
    tstate->datastack_top = (PyObject **)frame + _PyFrame_GetCode(frame)->co_framesize;
    cj_own_frame(frame);
    _PyEval_FrameClearAndPop(tstate, frame);
}
