/* Exceptions that are handled in the function that raises them: from an exit to the handler's landing in the same
 * native frame.
 *
 * What is done is what cj_exit does, in the same order; but the handler is looked for once for each exit, only those
 * operands are put on the frame's stack that the handler finds there, and nothing is allocated except the
 * traceback entry. */
#include "exit.h"

#include <string.h>

#include "arena.h"
#include "exact.h"
#include "frame_writes.h"
#include "instrumentation.h"
#include "osr.h"
#include "quiet_death.h"
#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_object.h"
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"
#include "opcode_ids.h"
#include "stubs.h"

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

bool
cj_exceptions_watched(PyThreadState *tstate)
{
    const uint8_t *tools = tstate->interp->monitors.tools;
    return tools[PY_MONITORING_EVENT_RAISE] | tools[PY_MONITORING_EVENT_RERAISE] | tools[PY_MONITORING_EVENT_EXCEPTION_HANDLED];
}

void
cj_trace(PyThreadState *tstate, _PyInterpreterFrame *frame, PyObject *exception)
{
    PyObject *raised = tstate->current_exception;
    tstate->current_exception = Py_NewRef(exception);
    cj_add_traceback(tstate, frame);
    Py_DECREF(tstate->current_exception); /* the caller has it */
    tstate->current_exception = raised;
}

bool
cj_unshared(PyObject *exception, bool own)
{
    PyTypeObject *type = Py_TYPE(exception);
    return Py_REFCNT(exception) == 1 + own && type->tp_finalize == NULL && type->tp_del == NULL;
}

/* Steps over an instruction, if it is the expected one. */
static bool
step(_Py_CODEUNIT **at, int opcode)
{
    if (_PyOpcode_Deopt[(*at)->op.code] != opcode) {
        return false;
    }
    *at += 1 + _PyOpcode_Caches[opcode];
    return true;
}

/* The value of a global name, borrowed. NULL when there is none or to look for it could run other code. */
static PyObject *
global_value(_PyInterpreterFrame *frame, PyObject *name)
{
    PyObject *namespaces[2] = {frame->f_globals, frame->f_builtins}, *value = NULL;
    for (int i = 0; i < 2 && value == NULL; i++) {
        if (!PyDict_CheckExact(namespaces[i]) || !cj_dict_lookup_exact(namespaces[i], name, &value)) {
            return NULL;
        }
    }
    return value;
}

/* An except clause for classes that are global names. */
typedef struct {
    _Py_CODEUNIT *classes; /* where their names are loaded */
    _Py_CODEUNIT *next;    /* what follows when none of them fits */
    bool forgets;          /* it has no name of its own, and forgets the exception first of all */
} Clause;

/* Reads the clause that begins there. False when it is none of that kind. */
static bool
read_clause(_Py_CODEUNIT *at, Clause *clause)
{
    clause->classes = at;
    int classes = 0;
    for (int arg = at->op.arg; step(&at, LOAD_GLOBAL); arg = at->op.arg) {
        if (arg & 1) {
            return false;
        }
        classes++;
    }
    int together = at->op.arg;
    if ((step(&at, BUILD_TUPLE) ? together != classes : classes != 1) || !step(&at, CHECK_EXC_MATCH)) {
        return false;
    }
    int distance = at->op.arg;
    if (!step(&at, POP_JUMP_IF_FALSE)) {
        return false;
    }
    clause->next = at + distance;
    while (step(&at, NOT_TAKEN) || step(&at, NOP)) {
    }
    clause->forgets = step(&at, POP_TOP);
    while (step(&at, NOP)) {
    }
    clause->forgets &= step(&at, POP_EXCEPT);
    return true;
}

/* 1 when the clause is for exceptions of the class, 0 when it is not, -1 when to know it could run other code. */
static int
clause_fits(_PyInterpreterFrame *frame, const Clause *clause, PyTypeObject *raised)
{
    PyObject *names = _PyFrame_GetCode(frame)->co_names;
    _Py_CODEUNIT *at = clause->classes;
    int fits = 0;
    for (int arg = at->op.arg; step(&at, LOAD_GLOBAL); arg = at->op.arg) {
        PyObject *class = global_value(frame, PyTuple_GET_ITEM(names, arg >> 1));
        if (class == NULL || !PyExceptionClass_Check(class)) {
            return -1;
        }
        fits |= PyType_IsSubtype(raised, (PyTypeObject *)class);
    }
    return fits;
}

/* Reports whether the handler that begins there has a clause that forgets the exception. */
static bool
may_forget(_Py_CODEUNIT *at)
{
    Clause clause;
    if (!step(&at, PUSH_EXC_INFO)) {
        return false;
    }
    for (; read_clause(at, &clause); at = clause.next) {
        if (clause.forgets) {
            return true;
        }
    }
    return false;
}

/* Reports whether the handler that begins there drops an exception of the class before anything else happens. */
static bool
forgets(_PyInterpreterFrame *frame, _Py_CODEUNIT *at, PyTypeObject *raised)
{
    Clause clause;
    if (!step(&at, PUSH_EXC_INFO)) {
        return false;
    }
    for (; read_clause(at, &clause); at = clause.next) {
        int fits = clause_fits(frame, &clause, raised);
        if (fits != 0) {
            return fits > 0 && clause.forgets;
        }
    }
    return false;
}

/* Whether the exit's table has nothing that stands in the way of ending all its frames in the order in which the interpreter does it. */
static bool
can_end(const CJExit *exit)
{
    for (uint32_t i = 0; i < exit->nframes; i++) {
        const CJFrame *from = &exit->frames[i];
        if (!from->in_memory || from->untraced || !all_plain(from->stack, from->nstack) || (i + 1 < exit->nframes && from->native == CJ_NOT_MADE)) {
            return false;
        }
    }
    return all_plain(exit->owned, exit->nowned) && exit->nowned <= CJ_MAX_OWNED;
}

/* Looks for the handler of an exit in the compiled code itself. It belongs to the outermost frame: functions that are inlined have
 * none. */
static void
find(const CJObject *object, _PyInterpreterFrame *frame, CJExit *exit)
{
    exit->handler.known = true;
    const CJFrame *from = &exit->frames[exit->nframes - 1];
    if (exit->nvirtuals != 0 || !from->in_memory) {
        return;
    }
    _Py_CODEUNIT *code = _PyFrame_GetBytecode(frame);
    int depth = -1, handler;
    bool push_place;
    if (!cj_find_handler(_PyFrame_GetCode(frame), (int)(cj_last_unit(code + from->offset) - code), &depth, &handler, &push_place)
        || (uint32_t)depth > from->nstack) {
        exit->handler.none = depth < 0 && can_end(exit);
        return;
    }
    if (push_place && cj_is_around_all(code + handler)) {
        exit->handler.around = true;
        exit->handler.none = can_end(exit);
        return;
    }
    const CJResume *resume = cj_find_resume(object, (uint32_t)handler);
    if (resume != NULL && all_plain(from->stack, (uint32_t)depth) && all_plain(exit->owned, exit->nowned) && exit->nowned <= CJ_MAX_OWNED) {
        exit->handler.text = resume->landing;
        exit->handler.unit = (uint32_t)handler;
        exit->handler.depth = (uint32_t)depth;
        exit->handler.push_place = push_place;
        exit->handler.may_forget = !push_place && may_forget(code + handler);
    }
}

/* Reports whether no code can run when the frame's values are released. With a traceback entry they would live as long as
 * the exception. */
static bool
dies_quietly(_PyInterpreterFrame *frame)
{
    for (_PyStackRef *at = frame->localsplus; at < frame->stackpointer; at++) {
        PyObject *value = PyStackRef_IsTaggedInt(*at) ? NULL : PyStackRef_AsPyObjectBorrow(*at);
        if (value == NULL || _Py_IsImmortal(value) || Py_REFCNT(value) > 1) {
            continue;
        }
        if (!PyUnicode_CheckExact(value) && !PyLong_CheckExact(value) && !PyFloat_CheckExact(value) && !PyBytes_CheckExact(value)) {
            return false;
        }
    }
    return true;
}

bool
cj_caller_forgets(PyThreadState *tstate, _PyInterpreterFrame *frame, const CJExitRegs *regs)
{
    _PyInterpreterFrame *caller = frame->previous;
    const void *behind_call = ((void **)regs->x[29])[1];
    PyObject *raised = tstate->current_exception;
    if (raised == NULL || !cj_unshared(raised, false) || cj_exceptions_watched(tstate) || frame->frame_obj != NULL
        || frame->owner != FRAME_OWNED_BY_THREAD || caller == NULL || caller->owner != FRAME_OWNED_BY_THREAD
        || !cj_arena_contains(behind_call) || cj_is_stub(behind_call) || _PyFrame_IsIncomplete(caller)
        || tstate->interp->monitors.tools[PY_MONITORING_EVENT_PY_UNWIND] != 0 || !dies_quietly(frame)) {
        return false;
    }
    int depth, handler;
    bool push_place;
    _Py_CODEUNIT *code = _PyFrame_GetBytecode(frame);
    if (cj_find_handler(_PyFrame_GetCode(frame), (int)(cj_last_unit(frame->instr_ptr) - code), &depth, &handler, &push_place)) {
        return false;
    }
    code = _PyFrame_GetBytecode(caller);
    return cj_find_handler(_PyFrame_GetCode(caller), (int)(cj_last_unit(caller->instr_ptr) - code), &depth, &handler, &push_place)
           && !push_place && forgets(caller, code + handler, Py_TYPE(raised));
}

/* The references that compiled code owns at an exit: most are those of locals, which borrow them so far and get them now; the
 * others are dropped. */
typedef struct {
    uint32_t nkept, ndropped;
    uint16_t kept[CJ_MAX_OWNED]; /* slots of locals */
    PyObject *dropped[CJ_MAX_OWNED];
} Owned;

/* Sorts the references, and gives the locals theirs. */
static void
settle_owned(const CJExitRegs *regs, const CJObject *object, CJExit *exit, _PyInterpreterFrame *frame, Owned *owned)
{
    const uint32_t nlocals = (uint32_t)_PyFrame_GetCode(frame)->co_nlocalsplus;
    owned->nkept = owned->ndropped = 0;
    for (uint32_t i = 0; i < exit->nowned; i++) {
        PyObject *value = (PyObject *)bits_of(regs, object, &exit->owned[i]);
        if (value == NULL || _Py_IsImmortal(value)) {
            continue;
        }
        const uintptr_t borrowed = PyStackRef_FromPyObjectBorrow(value).bits;
        uint32_t slot = exit->handler.slots[i]; /* where it was last time */
        if (slot >= nlocals || frame->localsplus[slot].bits != borrowed) {
            for (slot = 0; slot < nlocals && frame->localsplus[slot].bits != borrowed; slot++) {
            }
            exit->handler.slots[i] = (uint16_t)(slot < UINT16_MAX ? slot : 0);
        }
        if (slot < nlocals && slot < UINT16_MAX) {
            frame->localsplus[slot].bits = (uintptr_t)value;
            owned->kept[owned->nkept++] = (uint16_t)slot;
        }
        else {
            owned->dropped[owned->ndropped++] = value;
        }
    }
}

/* Lets the locals borrow again. */
static void
unsettle_owned(_PyInterpreterFrame *frame, const Owned *owned)
{
    for (uint32_t i = 0; i < owned->nkept; i++) {
        _PyStackRef *slot = &frame->localsplus[owned->kept[i]];
        *slot = PyStackRef_Borrow(*slot);
    }
}

/* Reports whether the way to the handler is unseen: nobody has frame objects of inlined functions, which end, and what dies on
 * it runs no code. */
static bool
lands_unseen(const CJExitRegs *regs, const CJObject *object, const CJExit *exit, const Owned *owned)
{
    for (uint32_t i = 0; i + 1 < exit->nframes; i++) {
        const CJFrame *inner = &exit->frames[i];
        if (inner->native == CJ_NOT_MADE
            || ((const _PyInterpreterFrame *)((const char *)regs->sp + inner->native))->frame_obj != NULL) {
            return false;
        }
    }
    CJDeaths deaths;
    cj_deaths_begin(&deaths);
    const CJFrame *own = &exit->frames[exit->nframes - 1];
    bool quiet = true;
    for (uint32_t i = 0; i < owned->ndropped && quiet; i++) {
        bool stays = false; /* on the handler's stack */
        for (uint32_t k = 0; k < exit->handler.depth && !stays; k++) {
            stays = bits_of(regs, object, &own->stack[k]) == (uint64_t)owned->dropped[i];
        }
        quiet = stays || cj_ends_quietly(&deaths, owned->dropped[i]);
    }
    return quiet;
}

static bool
is_local(PyObject *value, _PyInterpreterFrame *innermost, const _PyInterpreterFrame *last)
{
    for (_PyInterpreterFrame *frame = innermost;; frame = frame->previous) {
        for (int i = 0; i < _PyFrame_GetCode(frame)->co_nlocalsplus; i++) {
            if (PyStackRef_AsPyObjectBorrow(frame->localsplus[i]) == value) {
                return true;
            }
        }
        if (frame == last) {
            return false;
        }
    }
}

/* Whether no code runs when operands die that only compiled code has. */
static bool
operands_die_quietly(const CJExitRegs *regs, const CJObject *object, const CJExit *exit, _PyInterpreterFrame *innermost, _PyInterpreterFrame *last)
{
    CJDeaths deaths;
    cj_deaths_begin(&deaths);
    for (uint32_t i = 0; i < exit->nowned; i++) {
        PyObject *value = (PyObject *)bits_of(regs, object, &exit->owned[i]);
        if (value != NULL && !cj_ends_quietly(&deaths, value) && !is_local(value, innermost, last)) {
            return false;
        }
    }
    return true;
}

/* Whether the frames of inlined functions find room without a new piece of the data stack. Each makes room before the next one moves. */
static bool
inlined_fit(PyThreadState *tstate, const _PyInterpreterFrame *innermost, const _PyInterpreterFrame *outermost)
{
    for (const _PyInterpreterFrame *frame = innermost; frame != outermost; frame = frame->previous) {
        if (!_PyThreadState_HasStackSpace(tstate, _PyFrame_GetCode((_PyInterpreterFrame *)frame)->co_framesize)) {
            return false;
        }
    }
    return true;
}

/* Drops the references that compiled code owns: those to one object, or those to all others. */
static void
drop_owned(const CJExitRegs *regs, const CJObject *object, const CJExit *exit, uint64_t one, bool to_one)
{
    for (uint32_t i = 0; i < exit->nowned; i++) {
        uint64_t bits = bits_of(regs, object, &exit->owned[i]);
        if (bits != 0 && (bits == one) == to_one) {
            Py_DECREF((PyObject *)bits);
        }
    }
}

bool
cj_end_raising(CJExitRegs *regs, CJObject *object, uint32_t index)
{
    PyThreadState *tstate = (PyThreadState *)regs->x[19];
    _PyInterpreterFrame *frame = (_PyInterpreterFrame *)regs->x[20];
    if (tstate->current_exception == NULL || cj_exit_countdown < 0) {
        return false;
    }
    CJExit *exit = cj_exit_raising(object, index);
    if (exit == NULL || _PyFrame_IsIncomplete(frame)) {
        return false;
    }
    if (!exit->handler.known) {
        find(object, frame, exit);
    }
    if (!exit->handler.none || (frame->owner != FRAME_OWNED_BY_THREAD && frame->owner != FRAME_OWNED_BY_GENERATOR)
        || cj_osr_must_stay(regs, frame)
        || (exit->handler.around && !cj_passes_around_all(Py_TYPE(tstate->current_exception))) || cj_exceptions_watched(tstate)
        || tstate->interp->monitors.tools[PY_MONITORING_EVENT_PY_UNWIND] != 0
        || !inlined_fit(tstate, tstate->current_frame, frame)
        || (exit->nframes > 1 && !operands_die_quietly(regs, object, exit, tstate->current_frame, frame))) {
        return false;
    }
    const CJReraise reraised = cj_take_reraise(); /* by the innermost one */
    bool again = reraised.set;
    for (; tstate->current_frame != frame; again = false) {
        cj_end_inlined(tstate, tstate->current_frame, again);
    }
    PyCodeObject *code = _PyFrame_GetCode(frame);
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        frame->localsplus[i] = PyStackRef_MakeHeapSafe(frame->localsplus[i]);
    }
    frame->f_executable = PyStackRef_MakeHeapSafe(frame->f_executable);
    frame->f_funcobj = PyStackRef_MakeHeapSafe(frame->f_funcobj);
    Py_XINCREF(frame->f_locals);
    frame->stackpointer = _PyFrame_Stackbase(frame);
    const CJFrame *from = &exit->frames[exit->nframes - 1];
    frame->instr_ptr = _PyFrame_GetBytecode(frame) + from->offset;
    uint64_t first = 0;
    if (exit->nframes == 1 && frame->instr_ptr->op.code == RAISE_VARARGS && frame->instr_ptr->op.arg == 2 && from->nstack >= 2) {
        /* What is raised is dropped before its cause. */
        first = bits_of(regs, object, &from->stack[from->nstack - 2]);
    }
    drop_owned(regs, object, exit, first, true);
    drop_owned(regs, object, exit, first, false);
    if (again && reraised.place != CJ_SAME_PLACE) {
        frame->instr_ptr = _PyFrame_GetBytecode(frame) + reraised.place;
    }
    else if (!again && !cj_caller_forgets(tstate, frame, regs)) {
        cj_add_traceback(tstate, frame);
    }
    cj_unwind_frame(tstate, frame);
    return true;
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
    if (exit->handler.text == 0 || cj_exceptions_watched(tstate) || _PyFrame_IsIncomplete(frame)) {
        return false;
    }
    PyObject *raised = tstate->current_exception;
    PyCodeObject *code = _PyFrame_GetCode(frame);
    _Py_CODEUNIT *bytecode = _PyFrame_GetBytecode(frame);
    /* The frames of inlined functions go without a trace, or another way. For the traceback entry of the handling frame alone, to look
     * whether anybody can see it costs more than to make it. */
    const bool unseen = exit->nframes > 1;
    Owned owned = {.nkept = 0, .ndropped = 0};
    if (unseen) {
        if (!exit->handler.may_forget || !cj_unshared(raised, false)
            || !forgets(frame, bytecode + exit->handler.unit, Py_TYPE(raised))) {
            return false;
        }
        settle_owned(regs, object, exit, frame, &owned);
        if (!lands_unseen(regs, object, exit, &owned)) {
            unsettle_owned(frame, &owned);
            return false;
        }
    }
    tstate->current_exception = NULL;
    CJReraise again = cj_take_reraise();
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        frame->localsplus[i] = PyStackRef_MakeHeapSafe(frame->localsplus[i]);
    }
    _PyStackRef *top = frame->localsplus + code->co_nlocalsplus;
    const CJFrame *from = &exit->frames[exit->nframes - 1];
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
    frame->instr_ptr = bytecode + from->offset;
    frame->return_offset = 0;
    tstate->current_frame = frame;
    const uint32_t text = exit->handler.text, unit = exit->handler.unit;
    const bool push_place = exit->handler.push_place;
    if (unseen) {
        for (uint32_t i = 0; i < owned.ndropped; i++) {
            Py_DECREF(owned.dropped[i]);
        }
    }
    else {
        for (uint32_t i = 0; i < exit->nowned; i++) {
            Py_XDECREF((PyObject *)bits_of(regs, object, &exit->owned[i]));
        }
    }
    tstate->current_exception = raised;
    if (again.set) {
        if (again.place != CJ_SAME_PLACE) {
            frame->instr_ptr = bytecode + again.place;
        }
    }
    else if (!unseen) {
        cj_add_traceback(tstate, frame);
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
        *result = cj_osr_leaves(regs, frame) ? NULL : cj_continue_frame(tstate, frame);
        return true;
    }
    frame->stackpointer = _PyFrame_Stackbase(frame);
    *landing = object->text + text;
    return true;
}
