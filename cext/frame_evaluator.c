/* The PEP 523 frame evaluator: it runs the frames whose code is compiled, and passes all others on to the evaluator that
 * was there before. */
#include <Python.h>

#include "entry.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_pystate.h"
#include "object.h"

static CJCode *(*lookup_code)(PyCodeObject *, PyObject *); /* NULL: only pass frames on */
static _PyFrameEvalFunction previous;                      /* NULL: the interpreter's own */
static bool paused;                                        /* taken out for a while; it was in front of previous */

static PyObject *
evaluate(PyThreadState *tstate, _PyInterpreterFrame *frame, int throwflag)
{
    if (lookup_code != NULL && !throwflag && frame->owner == FRAME_OWNED_BY_THREAD && !cj_entries_suspended()) {
        PyCodeObject *co = _PyFrame_GetCode(frame);
        if (frame->instr_ptr == _PyCode_CODE(co)) {
            CJCode *code = lookup_code(co, frame->f_globals);
            if (code != NULL && code->object != NULL && code->object->frame != CJ_NO_ENTRY) {
                return cj_run_frame(tstate, frame, code->object);
            }
        }
    }
    if (previous != NULL) {
        return previous(tstate, frame, throwflag);
    }
    return _PyEval_EvalFrameDefault(tstate, frame, throwflag);
}

int
cj_frame_evaluator_install(CJCode *(*lookup)(PyCodeObject *, PyObject *))
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    _PyFrameEvalFunction current = _PyInterpreterState_GetEvalFrameFunc(interp);
    lookup_code = lookup;
    if (current == evaluate || paused) {
        return 0;
    }
    previous = current == _PyEval_EvalFrameDefault ? NULL : current;
    _PyInterpreterState_SetEvalFrameFunc(interp, evaluate);
    return 0;
}

int
cj_frame_evaluator_remove(void)
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    lookup_code = NULL;
    paused = false;
    if (_PyInterpreterState_GetEvalFrameFunc(interp) == evaluate) {
        _PyInterpreterState_SetEvalFrameFunc(interp, previous != NULL ? previous : _PyEval_EvalFrameDefault);
        previous = NULL;
    }
    /* Otherwise another owner chains to this one, which goes on passing frames. */
    return 0;
}

void
cj_frame_evaluator_pause(bool pause)
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    _PyFrameEvalFunction current = _PyInterpreterState_GetEvalFrameFunc(interp);
    if (pause && current == evaluate) {
        _PyInterpreterState_SetEvalFrameFunc(interp, previous != NULL ? previous : _PyEval_EvalFrameDefault);
        paused = true;
    }
    else if (!pause && paused) {
        paused = false;
        /* Somebody may have come meanwhile. */
        previous = current == _PyEval_EvalFrameDefault ? NULL : current;
        _PyInterpreterState_SetEvalFrameFunc(interp, evaluate);
    }
}

bool
cj_frame_evaluator_installed(void)
{
    return lookup_code != NULL;
}
