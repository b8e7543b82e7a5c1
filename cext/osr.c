#include "osr.h"

#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "frame_writes.h"
#include "instrumentation.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_instruments.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"
#include "internal/pycore_tstate.h"
#include "opcode.h"
#include "options.h"
#include "snapshot.h"

enum { TOOL = PY_MONITORING_OPTIMIZER_ID, EVENT = PY_MONITORING_EVENT_JUMP };

/* Rounds in the interpreter before a loop of watched code is compiled that was not found itself. */
enum { ROUNDS = 200 };

/* Failures of one guard before a loop is compiled again; they double with each time, up to a number of times. */
enum { FIRST_LIMIT = 4, MOST_DOUBLINGS = 12, MOST_COMPILED = 16 };

/* Frames of other classes than the code was made for, before it is made again. */
enum { MOST_MISMATCHES = 8 };

static PyObject *callback;     /* what the interpreter calls */
static PyObject *disable;      /* sys.monitoring.DISABLE */
static PyCodeObject *shim;     /* see leave_by */
static _Py_CODEUNIT *shim_return;
static bool failed_to_start;

static PyObject *jumped(PyObject *, PyObject *const *, Py_ssize_t);
static PyMethodDef callback_def = {"jumped", (PyCFunction)(void (*)(void))jumped, METH_FASTCALL, NULL};

/* ---- the tool ---- */

/* Code that a finished loop leaves through: its frame begins with an instruction that is not traced. */
static bool
make_shim(void)
{
    static const char source[] = "def outer():\n    x = None\n    def inner():\n        return x\n    return inner\ninner = outer()\n";
    PyObject *space = PyDict_New();
    PyObject *done = space == NULL ? NULL : PyRun_String(source, Py_file_input, space, space);
    PyObject *function = done == NULL ? NULL : PyDict_GetItemString(space, "inner");
    if (function != NULL && PyFunction_Check(function)) {
        shim = (PyCodeObject *)Py_NewRef(((PyFunctionObject *)function)->func_code);
    }
    Py_XDECREF(done);
    Py_XDECREF(space);
    if (shim == NULL || shim->_co_firsttraceable == 0 || shim->co_stacksize < 1) {
        return false;
    }
    _Py_CODEUNIT *units = _PyCode_CODE(shim);
    for (Py_ssize_t i = 0; i < Py_SIZE(shim); i += 1 + _PyOpcode_Caches[_PyOpcode_Deopt[units[i].op.code]]) {
        if (units[i].op.code == RETURN_VALUE) {
            shim_return = units + i;
        }
    }
    return shim_return != NULL;
}

static bool
start(void)
{
    if (callback != NULL || failed_to_start) {
        return callback != NULL;
    }
    PyObject *monitoring = PySys_GetObject("monitoring");
    disable = monitoring == NULL ? NULL : PyObject_GetAttrString(monitoring, "DISABLE");
    if (disable != NULL && cj_tool_is_observed() && make_shim()) {
        callback = PyCFunction_New(&callback_def, NULL);
    }
    failed_to_start = callback == NULL;
    PyErr_Clear();
    return !failed_to_start;
}

static bool
tool_is_taken(PyInterpreterState *interp)
{
    return interp->monitoring_tool_names[TOOL] != NULL;
}

/* Asks for the events of a code object, or no longer. The tool has its name for as long only as that takes: everybody else sees
 * that its id is free, and may take it. */
static bool
set_events(PyCodeObject *code, bool on)
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    if (tool_is_taken(interp) || interp != PyInterpreterState_Main()) {
        return false;
    }
    if (interp->monitoring_callables[TOOL][EVENT] != callback) {
        Py_XSETREF(interp->monitoring_callables[TOOL][EVENT], Py_NewRef(callback));
    }
    interp->monitoring_tool_names[TOOL] = Py_None;
    bool done = cj_set_local_events(TOOL, code, on ? 1 << EVENT : 0);
    interp->monitoring_tool_names[TOOL] = NULL;
    return done;
}

uint8_t
cj_osr_foreign_tools(const uint8_t *tools, int event)
{
    uint8_t of = tools[event];
    return event == EVENT && callback != NULL && !tool_is_taken(PyInterpreterState_Get()) ? of & ~(1 << TOOL) : of;
}

uint8_t
cj_osr_plain_opcode(PyCodeObject *code, uint8_t opcode)
{
    if ((opcode != INSTRUMENTED_JUMP_BACKWARD && opcode != INSTRUMENTED_JUMP_FORWARD) || code->_co_monitoring == NULL
        || cj_osr_foreign_tools(code->_co_monitoring->active_monitors.tools, EVENT) != 0) {
        return opcode;
    }
    return opcode == INSTRUMENTED_JUMP_FORWARD ? JUMP_FORWARD : JUMP_BACKWARD_NO_JIT;
}

void
cj_osr_release_tool(void)
{
    if (callback == NULL || tool_is_taken(PyInterpreterState_Get())) {
        return;
    }
    for (CJRecord *record = cj_registry_first(); record != NULL; record = record->next) {
        if (record->watched) {
            record->watched = false;
            set_events(record->code.code, false);
            PyErr_Clear();
        }
    }
    Py_CLEAR(PyInterpreterState_Get()->monitoring_callables[TOOL][EVENT]);
}

/* ---- loops ---- */

static CJLoop *
find_loop(CJRecord *record, uint32_t unit, bool make)
{
    CJLoop *loop = record->loops;
    while (loop != NULL && loop->unit != unit) {
        loop = loop->next;
    }
    if (loop == NULL && make && (loop = calloc(1, sizeof(*loop))) != NULL) {
        loop->unit = unit;
        loop->rounds = ROUNDS;
        loop->next = record->loops;
        record->loops = loop;
    }
    return loop;
}

bool
cj_osr_watch(CJRecord *record, int unit, unsigned rounds)
{
    CJLoop *loop = find_loop(record, (uint32_t)unit, true);
    if (loop == NULL || loop->given_up || !start()) {
        return false;
    }
    loop->rounds = rounds < loop->rounds ? rounds : loop->rounds;
    if (!record->watched) {
        record->watched = set_events(record->code.code, true);
        PyErr_Clear();
    }
    return record->watched;
}

static void
take_object(CJLoop *loop)
{
    CJObject *object = loop->object;
    if (object != NULL) {
        loop->object = NULL;
        cj_retire_now(object);
    }
}

void
cj_osr_take_code(CJRecord *record)
{
    for (CJLoop *loop = record->loops; loop != NULL; loop = loop->next) {
        take_object(loop);
    }
}

static CJLoop *
loop_of(const CJObject *object)
{
    CJRecord *record = object->code->registry;
    CJLoop *loop = record == NULL ? NULL : record->loops;
    while (loop != NULL && loop->object != object) {
        loop = loop->next;
    }
    return loop;
}

bool
cj_osr_lost(CJObject *object)
{
    CJLoop *loop = loop_of(object);
    if (loop != NULL) {
        take_object(loop);
    }
    return loop != NULL;
}

void
cj_osr_forget(CJRecord *record)
{
    while (record->loops != NULL) {
        CJLoop *loop = record->loops;
        record->loops = loop->next;
        free(loop->classes);
        free(loop);
    }
}

void
cj_osr_guard_failed(CJObject *object, uint32_t exit)
{
    CJLoop *loop = loop_of(object);
    if (loop == NULL) {
        return;
    }
    uint32_t doublings = loop->compiled_times < MOST_DOUBLINGS ? loop->compiled_times : MOST_DOUBLINGS;
    uint64_t limit = (uint64_t)FIRST_LIMIT << doublings;
    if (object->exit_count[exit] != 0 && object->exit_count[exit] % limit == 0) {
        take_object(loop);
    }
}

/* Notes the classes of the frame's locals. What they were before counts as any class where it is another one now. */
static bool
note_classes(CJLoop *loop, PyCodeObject *code, const _PyInterpreterFrame *frame)
{
    bool first = loop->classes == NULL;
    uint32_t n = (uint32_t)code->co_nlocalsplus;
    if (first) {
        loop->classes = calloc(n + 1, sizeof(*loop->classes));
        loop->nlocals = n;
    }
    if (loop->classes == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        _PyStackRef slot = frame->localsplus[i];
        PyTypeObject *type = PyStackRef_IsNull(slot) ? NULL : Py_TYPE(PyStackRef_AsPyObjectBorrow(slot));
        loop->classes[i] = first || loop->classes[i] == type ? type : NULL;
    }
    return true;
}

/* Whether the frame's namespace is that of its module. What has no namespace of its own has local variables only. */
static bool
is_in_module(const _PyInterpreterFrame *frame)
{
    return frame->f_locals != NULL && frame->f_locals == frame->f_globals;
}

/* Whether the machine code of the loop is made for frames like this one. */
static bool
fits(const CJLoop *loop, const _PyInterpreterFrame *frame)
{
    if (loop->in_module != is_in_module(frame)) {
        return false;
    }
    for (uint32_t i = 0; i < loop->nlocals; i++) {
        _PyStackRef slot = frame->localsplus[i];
        if (loop->classes[i] != NULL
            && (PyStackRef_IsNull(slot) || Py_TYPE(PyStackRef_AsPyObjectBorrow(slot)) != loop->classes[i])) {
            return false;
        }
    }
    return true;
}

static void
compile_loop(CJRecord *record, CJLoop *loop, _PyInterpreterFrame *frame)
{
    PyCodeObject *code = record->code.code;
    if (cj_compile_refusal(record) != NULL) {
        loop->given_up = true;
        return;
    }
    if (++loop->compiled_times > MOST_COMPILED || !note_classes(loop, code, frame)) {
        loop->given_up = true;
        return;
    }
    loop->mismatches = 0;
    loop->builtins = frame->f_builtins;
    loop->in_module = is_in_module(frame);
    CJLoopEntry entry = {
        .unit = loop->unit, .in_module = loop->in_module,
        .nclasses = loop->nlocals, .classes = loop->classes,
    };
    cj_compile_loop(record, loop, PyStackRef_AsPyObjectBorrow(frame->f_funcobj), &entry);
}

/* ---- entering ---- */

/* A frame that the interpreter has lent to compiled code. */
typedef struct {
    _PyInterpreterFrame *frame;
    _Py_CODEUNIT *jump; /* the instruction that the interpreter is at */
    bool stays;         /* compiled code has left it, and the interpreter goes on */
} Lent;

/* In stubs_aarch64.S: as cj_enter. Keeps lent where cj_osr_leaves finds it; the code returns to cj_enter_loop_return. */
extern PyObject *cj_enter_loop(const void *entry, PyThreadState *tstate, _PyInterpreterFrame *frame, Lent *lent);
extern const char cj_enter_loop_return[];

/* What the interpreter has lent to the compiled code that leaves, if it is this frame. */
static Lent *
lent_to(const CJExitRegs *regs, const _PyInterpreterFrame *frame)
{
    const uint64_t *native = (const uint64_t *)regs->x[29];
    if (native[1] != (uint64_t)(uintptr_t)cj_enter_loop_return) {
        return NULL;
    }
    Lent *lent = (Lent *)((const uint64_t *)native[0])[4];
    return lent->frame == frame ? lent : NULL;
}

bool
cj_osr_must_stay(const CJExitRegs *regs, const _PyInterpreterFrame *frame)
{
    return frame->owner == FRAME_OWNED_BY_GENERATOR && lent_to(regs, frame) != NULL;
}

bool
cj_osr_leaves(const CJExitRegs *regs, _PyInterpreterFrame *frame)
{
    Lent *lent = lent_to(regs, frame);
    /* At the jump itself the interpreter would not notice that it was sent there: it jumps, without looking for signals first. A generator
     * cannot end here, so it has to put up with that. */
    if (lent == NULL || (frame->instr_ptr == lent->jump && frame->owner != FRAME_OWNED_BY_GENERATOR)) {
        return false;
    }
    lent->stays = true;
    return true;
}

/* The frame has ended in compiled code, and the interpreter still runs it. It gets another one in the same place that does nothing but return
 * the result, or, without result, raise the exception that is set. References to function and code are stolen; nothing
 * else needs them, but those who called this may. */
static PyObject *
leave_by(PyThreadState *tstate, _PyInterpreterFrame *frame, PyObject **top, _PyStackRef function, PyObject *code, PyObject *result)
{
    tstate->datastack_top = top;
    _PyFrame_Initialize(tstate, frame, function, code, shim, 0, tstate->current_frame);
    tstate->current_frame = frame;
    tstate->py_recursion_remaining--;
    if (result == NULL) {
        return NULL;
    }
    *frame->stackpointer++ = PyStackRef_FromPyObjectSteal(result);
    frame->instr_ptr = shim_return;
    return Py_NewRef(Py_None);
}

/* Whether compiled code may take the frame over. */
static bool
may_enter(PyThreadState *tstate, _PyInterpreterFrame *frame, CJLoop *loop)
{
    PyCodeObject *code = _PyFrame_GetCode(frame);
    CJObject *object = loop->object;
    if (frame->frame_obj != NULL) {
        cj_frame_unchanged(frame); /* drops it if nobody holds it */
    }
    return frame->frame_obj == NULL && !object->invalidated && !cj_entries_suspended() && tstate->tracing == 1
        && tstate->py_recursion_remaining > (int)object->inline_depth && !cj_stack_is_low(tstate)
        && !cj_is_instrumented(tstate, code) && frame->f_builtins == loop->builtins
        && (frame->owner == FRAME_OWNED_BY_GENERATOR
            /* The frame is the last one on the data stack, and does not begin a chunk, which would be freed with it. */
            || ((PyObject **)frame + code->co_framesize == tstate->datastack_top
                && (PyObject **)frame != tstate->datastack_chunk->data && code->co_framesize >= shim->co_framesize));
}

/* What the callback returns for a generator or coroutine that goes on in the interpreter. When a loop is left again and again because
 * it is suspended, it is not worth while. */
static PyObject *
after_generator(const _PyInterpreterFrame *frame, CJLoop *loop)
{
    enum { MOST_YIELDS = 64 };
    loop->yields += _PyOpcode_Deopt[frame->instr_ptr->op.code] == YIELD_VALUE;
    if (loop->yields >= MOST_YIELDS && loop->yields > loop->entered / 2) {
        loop->given_up = true;
        take_object(loop);
        return Py_NewRef(disable);
    }
    return Py_NewRef(Py_None);
}

static PyObject *
enter(PyThreadState *tstate, _PyInterpreterFrame *frame, CJLoop *loop)
{
    CJObject *object = loop->object;
    const CJResume *resume = cj_find_resume(object, loop->unit);
    if (resume == NULL) {
        loop->given_up = true;
        return Py_NewRef(disable);
    }
    loop->entered++;
    Lent lent = {.frame = frame, .jump = frame->instr_ptr};
    PyObject **top = tstate->datastack_top;
    const _PyStackRef function = frame->f_funcobj, executable = frame->f_executable;
    PyObject *locals = frame->f_locals;
    const int what = tstate->what_event;
    /* The frame of a generator owns these as long as it exists. It never ends in compiled code. */
    const bool generator = frame->owner == FRAME_OWNED_BY_GENERATOR;
    if (!generator) {
        frame->f_funcobj = PyStackRef_Borrow(function);
        frame->f_executable = PyStackRef_Borrow(executable);
    }
    frame->stackpointer = _PyFrame_Stackbase(frame);
    tstate->what_event = -1;
    tstate->tracing--;

    PyObject *result = cj_enter_loop(object->text + resume->text, tstate, frame, &lent);

    tstate->tracing++;
    tstate->what_event = what;
    if (generator) {
        if (!lent.stays) {
            Py_FatalError("cinderjit: the frame of a generator has ended in a loop");
        }
        return after_generator(frame, loop);
    }
    if (lent.stays) {
        PyStackRef_CLOSE(function);
        PyStackRef_CLOSE(executable);
        Py_XDECREF(locals);
        return Py_NewRef(Py_None);
    }
    PyObject *raised = result == NULL ? PyErr_GetRaisedException() : NULL;
    Py_XDECREF(locals);
    PyErr_SetRaisedException(raised);
    return leave_by(tstate, frame, top, function, PyStackRef_AsPyObjectSteal(executable), result);
}

/* The loop that the frame stands at is compiled if it is time. Whether there is machine code for this frame. */
static bool
prepare(CJRecord *record, CJLoop *loop, _PyInterpreterFrame *frame)
{
    if (loop->object != NULL && !fits(loop, frame) && ++loop->mismatches >= MOST_MISMATCHES) {
        take_object(loop);
    }
    if (loop->object == NULL) {
        if (loop->rounds > 0) {
            loop->rounds--;
            return false;
        }
        compile_loop(record, loop, frame);
    }
    return loop->object != NULL && fits(loop, frame);
}

/* The callback: (code, offset of the jump, offset to which it jumps). */
static PyObject *
jumped(PyObject *Py_UNUSED(self), PyObject *const *args, Py_ssize_t nargs)
{
    PyThreadState *tstate = _PyThreadState_GET();
    _PyInterpreterFrame *frame = tstate->current_frame;
    if (nargs != 3 || frame == NULL || (frame->owner != FRAME_OWNED_BY_THREAD && frame->owner != FRAME_OWNED_BY_GENERATOR)
        || !PyLong_Check(args[1]) || !PyLong_Check(args[2])) {
        return Py_NewRef(disable);
    }
    PyCodeObject *code = _PyFrame_GetCode(frame);
    long from = PyLong_AsLong(args[1]), to = PyLong_AsLong(args[2]);
    CJRecord *record = (CJRecord *)cj_registry_find(code, frame->f_globals);
    PyObject *function = PyStackRef_IsNull(frame->f_funcobj) ? NULL : PyStackRef_AsPyObjectBorrow(frame->f_funcobj);
    if ((PyObject *)code != args[0] || to < 0 || to >= from || record == NULL || record->suppressed || function == NULL
        || !PyFunction_Check(function)) {
        return Py_NewRef(disable);
    }
    CJLoop *loop = find_loop(record, (uint32_t)to / sizeof(_Py_CODEUNIT), true);
    if (loop == NULL || loop->given_up) {
        return Py_NewRef(disable);
    }
    if (!cj_registry_active() || !cj_options.osr || !prepare(record, loop, frame) || !may_enter(tstate, frame, loop)) {
        return Py_NewRef(loop->given_up ? disable : Py_None);
    }
    return enter(tstate, frame, loop);
}

/* ---- statistics ---- */

static PyObject *
describe_loop(const CJRecord *record, const CJLoop *loop)
{
    PyCodeObject *code = record->code.code;
    return Py_BuildValue("{s:O, s:O, s:i, s:I, s:K, s:O}", "function", code->co_qualname, "filename", code->co_filename,
                         "lineno", PyCode_Addr2Line(code, (int)(loop->unit * sizeof(_Py_CODEUNIT))),
                         "compiled", (unsigned int)loop->compiled_times, "entered", (unsigned long long)loop->entered,
                         "in_use", loop->object != NULL ? Py_True : Py_False);
}

PyObject *
cj_osr_take_stats(void)
{
    PyObject *list = PyList_New(0);
    for (CJRecord *record = cj_registry_first(); record != NULL && list != NULL; record = record->next) {
        for (CJLoop *loop = record->loops; loop != NULL && list != NULL; loop = loop->next) {
            if (loop->compiled_times == 0) {
                continue;
            }
            PyObject *entry = describe_loop(record, loop);
            if (entry == NULL || PyList_Append(list, entry) < 0) {
                Py_CLEAR(list);
            }
            Py_XDECREF(entry);
            loop->entered = loop->yields = 0;
        }
    }
    return list;
}
