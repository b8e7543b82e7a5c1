/* Leaving compiled code at an exit: the interpreter's frames are completed from the exit's table, and
 * then run on.
 *
 * Ownership has one rule. Every slot that is written gets a new reference, and afterwards each
 * value of the exit's Owned list, of which compiled code held a reference, is released once. */
#include "exit.h"
#include "frame_writes.h"

#include <string.h>

#include "collector.h"
#include "helpers.h"

#include "internal/pycore_cell.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_list.h"
#include "internal/pycore_long.h"
#include "internal/pycore_object.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"
#include "internal/pycore_tuple.h"

#include "instrumentation.h"
#include "layout.h"
#include "osr.h"
#include "quiet_death.h"
#include "opcode_ids.h"

int32_t cj_exit_countdown = INT32_MAX;
static uint32_t forced_period, forced_state, forced_taken;

/* The next distance, from Marsaglia's xorshift generator. */
static int32_t
next_countdown(void)
{
    if (forced_period == 0) {
        return INT32_MAX;
    }
    forced_state ^= forced_state << 13;
    forced_state ^= forced_state >> 17;
    forced_state ^= forced_state << 5;
    return (int32_t)(forced_state % (2 * forced_period));
}

uint32_t
cj_force_exits(uint32_t period, uint32_t seed)
{
    uint32_t taken = forced_taken;
    forced_taken = 0;
    forced_period = period < 1 << 29 ? period : 1 << 29;
    forced_state = seed != 0 ? seed : 1;
    cj_exit_countdown = next_countdown();
    return taken;
}

typedef struct {
    CJLocation at;
    PyObject *object; /* owned */
} Box;

typedef struct {
    const CJExitRegs *regs;
    const CJObject *object;
    PyObject **virtuals; /* owned, made so far */
    PyObject *few[8];    /* where they are, unless there are more */
    Box *boxes;          /* of the numbers boxed so far: a number in two slots is one object */
    size_t nboxes;
    bool failed;         /* something could not be made; MemoryError is to be raised */
} Values;

static uint64_t
raw_bits(const Values *values, const CJLocation *at)
{
    uint64_t bits = 0;
    switch ((CJLocationKind)at->kind) {
    case CJ_IN_GPR:
        return values->regs->x[at->index];
    case CJ_IN_FPR:
        memcpy(&bits, &values->regs->d[at->index], sizeof(bits));
        return bits;
    case CJ_IN_STACK:
        memcpy(&bits, (const char *)values->regs->sp + at->index, sizeof(bits));
        return bits;
    case CJ_IN_IMM:
        return (uint64_t)at->imm;
    default:
        return 0;
    }
}

static PyObject *
find_box(const Values *values, const CJLocation *at)
{
    for (size_t i = 0; i < values->nboxes; i++) {
        const CJLocation *known = &values->boxes[i].at;
        if (known->kind == at->kind && known->repr == at->repr && known->index == at->index && known->imm == at->imm) {
            return values->boxes[i].object;
        }
    }
    return NULL;
}

static void
remember_box(Values *values, const CJLocation *at, PyObject *made)
{
    Box *boxes = PyMem_RawRealloc(values->boxes, (values->nboxes + 1) * sizeof(Box));
    if (boxes != NULL) {
        boxes[values->nboxes++] = (Box){*at, Py_NewRef(made)};
        values->boxes = boxes;
    }
}

static void
release_boxes(Values *values)
{
    for (size_t i = 0; i < values->nboxes; i++) {
        Py_DECREF(values->boxes[i].object);
    }
    PyMem_RawFree(values->boxes);
}

/* The value as a new reference; NULL for null, and also, with failed set, when it cannot be made. */
static PyObject *
new_value(Values *values, const CJLocation *at)
{
    PyObject *made;
    switch ((CJLocationKind)at->kind) {
    case CJ_IN_NOTHING:
    case CJ_IN_NULL:
        return NULL;
    case CJ_IN_CONSTANT:
        return Py_XNewRef(cj_object_constant(values->object, at->index));
    case CJ_IN_VIRTUAL:
        return Py_XNewRef(values->virtuals[at->index]);
    default:
        break;
    }
    uint64_t bits = raw_bits(values, at);
    switch ((CJRepr)at->repr) {
    case CJ_AS_OBJECT:
        return Py_XNewRef((PyObject *)bits);
    case CJ_AS_BOOL:
        return Py_NewRef((uint32_t)bits ? Py_True : Py_False);
    case CJ_AS_INT64_OR_NULL:
        if (bits == CJ_NO_INT64) {
            return NULL;
        }
        break;
    case CJ_AS_DOUBLE_OR_NULL:
        if (bits == CJ_NO_DOUBLE) {
            return NULL;
        }
        break;
    default:
        break;
    }
    made = find_box(values, at);
    if (made != NULL) {
        return Py_NewRef(made);
    }
    switch ((CJRepr)at->repr) {
    case CJ_AS_DOUBLE:
    case CJ_AS_DOUBLE_OR_NULL: {
        double number;
        memcpy(&number, &bits, sizeof(number));
        made = PyFloat_FromDouble(number);
        break;
    }
    default:
        made = PyLong_FromLongLong((long long)bits);
        break;
    }
    if (made == NULL) {
        values->failed = true;
        PyErr_Clear();
    }
    else {
        remember_box(values, at, made);
    }
    return made;
}

/* The value as the contents of a slot that holds a reference of its own. */
static _PyStackRef
new_slot(Values *values, const CJLocation *at)
{
    if (at->repr == CJ_AS_TAGGED) {
        return (_PyStackRef){.bits = raw_bits(values, at)};
    }
    PyObject *value = new_value(values, at);
    return value == NULL ? PyStackRef_NULL : PyStackRef_FromPyObjectSteal(value);
}

/* An instance of the class at[0]; then come pairs of a byte offset and the object there. Inline values are entered in their
 * order. */
static PyObject *
make_instance(Values *values, const CJLocation *at, uint32_t n)
{
    PyTypeObject *type = (PyTypeObject *)cj_object_constant(values->object, at[0].index);
    PyObject *instance = type->tp_alloc(type, 0);
    if (instance == NULL) {
        return NULL;
    }
    const Py_ssize_t first = type->tp_basicsize + (Py_ssize_t)offsetof(PyDictValues, values);
    for (uint32_t i = 1; i + 1 < n; i += 2) {
        const Py_ssize_t offset = (Py_ssize_t)raw_bits(values, &at[i]);
        PyObject *value = new_value(values, &at[i + 1]);
        *(PyObject **)((char *)instance + offset) = value;
        if (value != NULL && type->tp_flags & Py_TPFLAGS_INLINE_VALUES && offset >= first) {
            _PyDictValues_AddToInsertionOrder(_PyObject_InlineValues(instance), (offset - first) / (Py_ssize_t)sizeof(PyObject *));
        }
    }
    return instance;
}

/* An iterator at a position, in a sequence, which is exhausted if that is NULL. */
static PyObject *
make_iterator(PyTypeObject *class, PyObject *sequence, Py_ssize_t index)
{
    PyObject *made = cj_new_iterator(class);
    if (made == NULL) {
        return NULL;
    }
    if (class == &PyListIter_Type) {
        _PyListIterObject *iterator = (_PyListIterObject *)made;
        iterator->it_index = sequence != NULL ? index : -1;
        iterator->it_seq = (PyListObject *)Py_XNewRef(sequence);
    }
    else {
        _PyTupleIterObject *iterator = (_PyTupleIterObject *)made;
        iterator->it_index = index;
        iterator->it_seq = (PyTupleObject *)Py_XNewRef(sequence);
    }
    _PyObject_GC_TRACK(made);
    return made;
}

static PyObject *
make_virtual(Values *values, const CJVirtual *recipe)
{
    const CJLocation *at = recipe->fields;
    switch ((CJVirtualKind)recipe->kind) {
    case CJ_VIRTUAL_RANGE_ITER:
        return cj_new_range_iter((int64_t)raw_bits(values, &at[0]), (int64_t)raw_bits(values, &at[1]),
                                 (int64_t)raw_bits(values, &at[2]));
    case CJ_VIRTUAL_LIST_ITER:
    case CJ_VIRTUAL_TUPLE_ITER: {
        PyObject *sequence = new_value(values, &at[0]);
        Py_ssize_t index = (Py_ssize_t)raw_bits(values, &at[1]);
        PyObject *made = make_iterator(recipe->kind == CJ_VIRTUAL_LIST_ITER ? &PyListIter_Type : &PyTupleIter_Type, sequence, index);
        Py_XDECREF(sequence);
        return made;
    }
    case CJ_VIRTUAL_REVERSED_ITER: {
        PyObject *list = new_value(values, &at[0]);
        PyObject *made = cj_reversed_iter(list, (int64_t)raw_bits(values, &at[1]));
        Py_XDECREF(list);
        return made;
    }
    case CJ_VIRTUAL_KEY_ITER:
    case CJ_VIRTUAL_VALUE_ITER:
    case CJ_VIRTUAL_ITEM_ITER: {
        PyObject *dict = new_value(values, &at[0]);
        cj_dict_iterator *made =
            (cj_dict_iterator *)cj_dict_iter(dict, (int64_t)raw_bits(values, &at[1]), recipe->kind - CJ_VIRTUAL_KEY_ITER);
        if (made != NULL) {
            made->position = (Py_ssize_t)raw_bits(values, &at[2]);
            made->left = (Py_ssize_t)raw_bits(values, &at[3]);
        }
        Py_XDECREF(dict);
        return (PyObject *)made;
    }
    case CJ_VIRTUAL_ENUMERATE: {
        PyObject *iterator = new_value(values, &at[1]);
        PyObject *made = cj_new_enumerate((int64_t)raw_bits(values, &at[0]), iterator);
        Py_DECREF(iterator);
        return made;
    }
    case CJ_VIRTUAL_INSTANCE:
        return make_instance(values, at, recipe->nfields);
    default:
        break;
    }
    uint32_t n = recipe->nfields;
    PyObject **fields = PyMem_RawCalloc(n ? n : 1, sizeof(PyObject *));
    if (fields == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < n; i++) {
        fields[i] = new_value(values, &at[i]);
    }
    PyObject *made = NULL;
    switch (values->failed ? CJ_VIRTUAL_NONE : (CJVirtualKind)recipe->kind) {
    case CJ_VIRTUAL_TUPLE:
        made = _PyTuple_FromArray(fields, n);
        break;
    case CJ_VIRTUAL_LIST:
        made = PyList_New(n);
        for (uint32_t i = 0; made != NULL && i < n; i++) {
            PyList_SET_ITEM(made, i, Py_XNewRef(fields[i]));
        }
        break;
    case CJ_VIRTUAL_METHOD:
        made = PyMethod_New(fields[0], fields[1]);
        break;
    case CJ_VIRTUAL_SLICE:
        made = PySlice_New(fields[0], fields[1], fields[2]);
        break;
    case CJ_VIRTUAL_RANGE:
        made = PyObject_Vectorcall((PyObject *)&PyRange_Type, fields, 3, NULL);
        break;
    case CJ_VIRTUAL_CELL:
        made = PyCell_New(fields[0]);
        break;
    case CJ_VIRTUAL_ZIP:
        made = cj_new_zip(fields, n);
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < n; i++) {
        Py_XDECREF(fields[i]);
    }
    PyMem_RawFree(fields);
    return made;
}

/* Stands for an iterator that cannot be made: who handles the MemoryError inside a loop gets to its head with it. */
static PyObject *exhausted;

int
cj_exits_start(void)
{
    if (exhausted == NULL) {
        PyObject *nothing = PyTuple_New(0);
        exhausted = nothing != NULL ? PyObject_GetIter(nothing) : NULL;
        Py_XDECREF(nothing);
    }
    return exhausted != NULL ? 0 : -1;
}

/* What is there instead of an object that cannot be made. */
static PyObject *
substitute(const CJVirtual *recipe)
{
    switch ((CJVirtualKind)recipe->kind) {
    case CJ_VIRTUAL_RANGE_ITER:
    case CJ_VIRTUAL_LIST_ITER:
    case CJ_VIRTUAL_TUPLE_ITER:
    case CJ_VIRTUAL_REVERSED_ITER:
    case CJ_VIRTUAL_KEY_ITER:
    case CJ_VIRTUAL_VALUE_ITER:
    case CJ_VIRTUAL_ITEM_ITER:
    case CJ_VIRTUAL_ENUMERATE:
    case CJ_VIRTUAL_ZIP:
        return Py_NewRef(exhausted);
    default:
        return Py_NewRef(Py_None);
    }
}

/* Makes the exit's virtual objects; for what cannot be made there is something else, with failed set. */
static bool
make_virtuals(Values *values, const CJExit *exit)
{
    memset(values->few, 0, sizeof(values->few));
    values->virtuals = exit->nvirtuals <= Py_ARRAY_LENGTH(values->few) ? values->few : PyMem_RawCalloc(exit->nvirtuals, sizeof(PyObject *));
    if (values->virtuals == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < exit->nvirtuals; i++) {
        PyObject *made = make_virtual(values, &exit->virtuals[i]);
        if (made == NULL) {
            PyErr_Clear();
            values->failed = true;
            made = substitute(&exit->virtuals[i]);
        }
        values->virtuals[i] = made;
    }
    return true;
}

static void
release_virtuals(Values *values, const CJExit *exit)
{
    for (uint32_t i = 0; i < exit->nvirtuals; i++) {
        Py_DECREF(values->virtuals[i]);
    }
    if (exit->nvirtuals > Py_ARRAY_LENGTH(values->few)) {
        PyMem_RawFree(values->virtuals);
    }
}

/* Writes the slots of a frame. Stack slots must hold something; a value that could not be made becomes None. */
static void
fill_frame(Values *values, const CJFrame *from, _PyInterpreterFrame *frame)
{
    PyCodeObject *code = _PyFrame_GetCode(frame);
    if (from->in_memory) {
        for (int i = 0; i < code->co_nlocalsplus; i++) {
            frame->localsplus[i] = PyStackRef_MakeHeapSafe(frame->localsplus[i]);
        }
    }
    else {
        for (int i = 0; i < code->co_nlocalsplus; i++) {
            if ((uint32_t)i < from->nlocals && from->locals[i].kind != CJ_IN_NOTHING) {
                frame->localsplus[i] = new_slot(values, &from->locals[i]);
            }
            else {
                frame->localsplus[i] = PyStackRef_MakeHeapSafe(frame->localsplus[i]);
            }
        }
    }
    _PyStackRef *stack = frame->localsplus + code->co_nlocalsplus;
    for (uint32_t i = 0; i < from->nstack; i++) {
        bool failed = values->failed;
        values->failed = false;
        stack[i] = new_slot(values, &from->stack[i]);
        if (values->failed) {
            stack[i] = PyStackRef_None;
        }
        values->failed |= failed;
    }
    frame->stackpointer = stack + from->nstack;
    frame->instr_ptr = _PyFrame_GetBytecode(frame) + from->offset;
    frame->return_offset = 0;
}

/* The frame of an inlined function, called from the frame previous. */
static _PyInterpreterFrame *
push_inlined(PyThreadState *tstate, Values *values, const CJFrame *from, _PyInterpreterFrame *previous)
{
    PyCodeObject *code = (PyCodeObject *)cj_object_constant(values->object, from->code);
    PyObject *function = new_value(values, &from->callee);
    _PyInterpreterFrame *frame = cj_push_frame(tstate, (size_t)code->co_framesize);
    if (frame == NULL) {
        PyErr_Clear();
        Py_DECREF(function);
        return NULL;
    }
    _PyFrame_Initialize(tstate, frame, PyStackRef_FromPyObjectSteal(function), NULL, code, 0, previous);
    return frame;
}

_PyInterpreterFrame *
cj_move_inlined(PyThreadState *tstate, _PyInterpreterFrame *native, _PyInterpreterFrame *previous)
{
    PyCodeObject *code = _PyFrame_GetCode(native);
    _PyInterpreterFrame *frame = cj_push_frame(tstate, (size_t)code->co_framesize);
    if (frame == NULL) {
        /* A frame object may refer to it. */
        Py_FatalError("cinderjit: no memory to leave compiled code");
    }
    memcpy(frame, native, offsetof(_PyInterpreterFrame, localsplus) + sizeof(_PyStackRef) * (size_t)code->co_nlocalsplus);
    frame->previous = previous;
    if (frame->frame_obj != NULL) {
        frame->frame_obj->f_frame = frame;
        native->frame_obj = NULL;
    }
    frame->f_executable = PyStackRef_MakeHeapSafe(frame->f_executable);
    frame->f_funcobj = PyStackRef_MakeHeapSafe(frame->f_funcobj);
    Py_XINCREF(frame->f_locals);
    return frame;
}

static _PyInterpreterFrame *
native_frame(const CJExitRegs *regs, const CJFrame *from)
{
    return (_PyInterpreterFrame *)((char *)regs->sp + from->native);
}

/* What the caller of an inlined function does with its result, which is stolen. Returns 0, or -1 with an
 * exception. */
static int
complete_call(_PyInterpreterFrame *frame, CJCompletion completion, PyObject *result)
{
    int truth;
    switch (completion) {
    case CJ_PUSH:
        break;
    case CJ_DISCARD:
        Py_DECREF(result);
        return 0;
    case CJ_INIT:
        if (!Py_IsNone(result)) {
            PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'", Py_TYPE(result)->tp_name);
            Py_DECREF(result);
            return -1;
        }
        return 0;
    case CJ_BOOL:
    case CJ_NOT:
        truth = PyObject_IsTrue(result);
        Py_DECREF(result);
        if (truth < 0) {
            return -1;
        }
        result = Py_NewRef(truth == (completion == CJ_BOOL) ? Py_True : Py_False);
        break;
    }
    *frame->stackpointer++ = PyStackRef_FromPyObjectSteal(result);
    return 0;
}

void
cj_own_frame(_PyInterpreterFrame *frame)
{
    PyCodeObject *code = _PyFrame_GetCode(frame);
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        frame->localsplus[i] = PyStackRef_MakeHeapSafe(frame->localsplus[i]);
    }
    frame->f_executable = PyStackRef_MakeHeapSafe(frame->f_executable);
    frame->f_funcobj = PyStackRef_MakeHeapSafe(frame->f_funcobj);
    Py_XINCREF(frame->f_locals);
}

/* Whether all that is left to do is to end a generator, which somebody has the frame object of. Nothing can be learned from that. */
static bool
only_returns(const _PyInterpreterFrame *frame)
{
    return frame->owner == FRAME_OWNED_BY_GENERATOR && frame->instr_ptr->op.code == RETURN_VALUE;
}

PyObject *
cj_continue_frame(PyThreadState *tstate, _PyInterpreterFrame *frame)
{
    if (only_returns(frame)) {
        PyObject *result = PyStackRef_AsPyObjectSteal(*--frame->stackpointer);
        tstate->py_recursion_remaining++;
        tstate->current_frame = frame->previous;
        _PyEval_FrameClearAndPop(tstate, frame);
        return result;
    }
    /* The interpreter links the frame and counts it again. */
    tstate->py_recursion_remaining++;
    tstate->current_frame = frame->previous;
    return _PyEval_EvalFrameDefault(tstate, frame, 0);
}

const CJResume *
cj_find_resume(const CJObject *object, uint32_t offset)
{
    for (uint32_t i = 0; i < object->nresumes; i++) {
        if (object->resumes[i].offset == offset) {
            return &object->resumes[i];
        }
    }
    return NULL;
}

/* Where compiled code handles the exception for which the frame was prepared, or NULL. Meanwhile the code may have been
 * taken out of use, or somebody may watch the frame. */
static void *
find_landing(const CJObject *object, _PyInterpreterFrame *frame)
{
    if (object->invalidated || cj_is_instrumented(_PyThreadState_GET(), _PyFrame_GetCode(frame))) {
        return NULL;
    }
    const CJResume *resume = cj_find_resume(object, (uint32_t)(frame->instr_ptr - _PyFrame_GetBytecode(frame)));
    return resume != NULL ? object->text + resume->landing : NULL;
}

static bool
has_handler(_PyInterpreterFrame *frame)
{
    int depth, handler;
    bool push_place;
    const int unit = (int)(cj_last_unit(frame->instr_ptr) - _PyFrame_GetBytecode(frame));
    return cj_find_handler(_PyFrame_GetCode(frame), unit, &depth, &handler, &push_place);
}

/* The outermost frame goes on in the interpreter. */
static PyObject *
continue_outermost(const CJExitRegs *regs, PyThreadState *tstate, _PyInterpreterFrame *frame)
{
    return cj_osr_leaves(regs, frame) ? NULL : cj_continue_frame(tstate, frame);
}

/* Runs the frames, innermost first; each one's result goes to the next. When the last one goes on in compiled code, landing
 * becomes its address. */
static PyObject *
run_frames(const CJExitRegs *regs, PyThreadState *tstate, const CJExit *exit, _PyInterpreterFrame **frames, uint32_t first, bool raise,
           CJReraise again, const CJObject *object, void **landing)
{
    PyObject *result = NULL;
    for (uint32_t i = first; i < exit->nframes; i++) {
        _PyInterpreterFrame *frame = frames[i];
        if (i > first) {
            if (result == NULL || complete_call(frame, (CJCompletion)exit->frames[i].completion, result) < 0) {
                raise = true;
            }
            else {
                raise = false;
                frame->instr_ptr = _PyFrame_GetBytecode(frame) + exit->frames[i].next;
            }
        }
        const bool stays = i + 1 == exit->nframes && cj_osr_must_stay(regs, frame);
        if (raise && stays && !has_handler(frame)) {
            /* What is outside of the handler around all is that handler itself: the interpreter raises once more. */
            PyErr_Clear();
            raise = false;
        }
        if (raise && cj_raise_to_handler(tstate, frame, i == first ? again : (CJReraise){false, CJ_SAME_PLACE}, !stays)) {
            raise = false;
            if (i + 1 == exit->nframes && (*landing = find_landing(object, frame)) != NULL) {
                frame->stackpointer = _PyFrame_Stackbase(frame);
                return NULL;
            }
        }
        if (raise) {
            cj_unwind_frame(tstate, frame);
            result = NULL;
        }
        else {
            result = i + 1 == exit->nframes ? continue_outermost(regs, tstate, frame) : cj_continue_frame(tstate, frame);
        }
    }
    return result;
}

/* Gives a slot the reference back that it had before it was made to own one. Something else owns the object. */
static void
borrow_again(_PyStackRef *slot, _PyStackRef before)
{
    if (slot->bits != before.bits) {
        PyStackRef_CLOSE(*slot);
        *slot = before;
    }
}

static void
count_exit(CJObject *object, uint32_t index, PyObject *guilty)
{
    object->exit_count[index]++;
    if (cj_loader_hooks.exit_taken != NULL) {
        cj_loader_hooks.exit_taken(object, index, guilty);
    }
}

static void
unreadable(void)
{
    Py_FatalError("cinderjit: an exit of compiled code cannot be read");
}

/* Makes the traceback entry that the exception of the outermost frame lacks. */
static void
trace(Values *values, const CJExit *exit, _PyInterpreterFrame *outermost)
{
    PyThreadState *tstate = (PyThreadState *)values->regs->x[19];
    const CJFrame *frame = &exit->frames[exit->nframes - 1];
    PyObject *exception = frame->unhandled ? new_value(values, &frame->stack[frame->nstack - 1]) : Py_NewRef(tstate->exc_info->exc_value);
    cj_trace(tstate, outermost, exception);
    Py_DECREF(exception);
}

/* Leaves at an exit. With raised_at, the exception that is set is raised there instead. made are the exit's virtual objects when
 * they exist already; they are consumed. Result and regs->x[16] as of cj_exit. */
static PyObject *
leave(CJExitRegs *regs, CJObject *object, uint32_t index, CJExit exit, _Py_CODEUNIT *raised_at, PyObject **made)
{
    PyThreadState *tstate = (PyThreadState *)regs->x[19];
    _PyInterpreterFrame *outermost = (_PyInterpreterFrame *)regs->x[20];
    bool forced = cj_exit_countdown < 0;
    if (forced) {
        cj_exit_countdown = next_countdown();
        forced_taken++;
    }
    bool raise = exit.kind == CJ_RAISE || raised_at != NULL;
    PyObject *raised = raise ? PyErr_GetRaisedException() : NULL;
    CJReraise again = cj_take_reraise();
    if (!raise) {
        /* A helper that failed: the interpreter executes the instruction again and raises it itself. */
        PyErr_Clear();
    }

    Values values = {.regs = regs, .object = object, .virtuals = made};
    if (exit.frames[exit.nframes - 1].untraced) {
        tstate->current_frame = outermost;
        trace(&values, &exit, outermost);
    }
    _PyInterpreterFrame *few[8], **frames = few;
    if (exit.nframes > Py_ARRAY_LENGTH(few)) {
        frames = PyMem_RawMalloc(exit.nframes * sizeof(*frames));
    }
    if (frames == NULL || (made == NULL && !make_virtuals(&values, &exit))) {
        Py_FatalError("cinderjit: no memory to leave compiled code");
    }
    PyObject *guilty = exit.guilty.repr == CJ_AS_OBJECT ? new_value(&values, &exit.guilty) : NULL;

    /* From the outside in. first is the innermost frame that could be made. */
    uint32_t first = exit.nframes - 1;
    frames[first] = outermost;
    _Py_CODEUNIT *here = outermost->instr_ptr;
    fill_frame(&values, &exit.frames[first], outermost);
    const _PyStackRef executable = outermost->f_executable, function = outermost->f_funcobj;
    outermost->f_executable = PyStackRef_MakeHeapSafe(executable);
    outermost->f_funcobj = PyStackRef_MakeHeapSafe(function);
    Py_XINCREF(outermost->f_locals);
    while (first > 0) {
        const CJFrame *inner = &exit.frames[first - 1];
        _PyInterpreterFrame *frame = inner->native != CJ_NOT_MADE ? cj_move_inlined(tstate, native_frame(regs, inner), frames[first])
                                                                   : push_inlined(tstate, &values, inner, frames[first]);
        if (frame == NULL) {
            values.failed = true;
            break;
        }
        first--;
        frames[first] = frame;
        here = frame->instr_ptr;
        fill_frame(&values, &exit.frames[first], frame);
        tstate->py_recursion_remaining--;
    }
    if (raised_at != NULL) {
        frames[first]->instr_ptr = raised_at;
    }
    tstate->current_frame = frames[first];
    _Py_CODEUNIT *next = frames[first]->instr_ptr;
    if (exit.kind == CJ_OBSERVE) {
        /* What dies now dies in the instruction that the frame is at, before the one that it goes on with. */
        frames[first]->instr_ptr = here;
    }

    release_boxes(&values);
    release_virtuals(&values, &exit);
    for (uint32_t i = 0; i < exit.nowned; i++) {
        const CJLocation *at = &exit.owned[i];
        Py_XDECREF(at->kind == CJ_IN_CONSTANT ? cj_object_constant(object, at->index)
                                              : (PyObject *)raw_bits(&values, at));
    }
    frames[first]->instr_ptr = next;
    if (!raise && !forced && !only_returns(frames[first])) {
        count_exit(object, index, guilty);
    }
    cj_object_left(object);
    Py_XDECREF(guilty);

    if (raised != NULL) {
        PyErr_SetRaisedException(raised);
    }
    if (values.failed) {
        PyErr_NoMemory();
        raise = true;
    }
    void *landing = NULL;
    PyObject *result = NULL;
    _PyInterpreterFrame *innermost = frames[first];
    if (exit.kind == CJ_RAISE && first == 0 && innermost->instr_ptr->op.code == RAISE_VARARGS) {
        /* What it raises it has taken off the stack before, and drops it before the cause. */
        int n = innermost->instr_ptr->op.arg;
        _PyStackRef *taken = innermost->stackpointer -= n;
        for (int i = 0; i < n; i++) {
            PyStackRef_XCLOSE(taken[i]);
        }
    }
    if (exit.kind == CJ_RAISE && exit.nframes == 1 && !values.failed && !again.set && !forced
        && cj_caller_forgets(tstate, outermost, regs)) {
        cj_unwind_frame(tstate, outermost);
    }
    else {
        result = run_frames(regs, tstate, &exit, frames, first, raise, again, object, &landing);
    }
    if (landing != NULL) {
        /* Compiled code has no references of its own to these, unless the frame is a generator's. */
        borrow_again(&outermost->f_executable, executable);
        borrow_again(&outermost->f_funcobj, function);
        Py_XDECREF(outermost->f_locals);
    }
    else if (raised != NULL && !forced) {
        count_exit(object, index, NULL);
    }
    regs->x[16] = (uint64_t)landing;
    if (frames != few) {
        PyMem_RawFree(frames);
    }
    cj_exit_release(&exit);
    return result;
}

/* Reports whether the running frame, or one that it is inlined into up to the outermost, has a frame object, and those
 * that exist have changed nothing. An inlined frame must get rid of its frame object, because nothing would hand the
 * frame over to it at the end of the call. Exits that are forced come here without frame objects. */
static bool
frames_unchanged(PyThreadState *tstate, _PyInterpreterFrame *outermost)
{
    bool any = false;
    for (_PyInterpreterFrame *frame = tstate->current_frame; frame != NULL; frame = frame->previous) {
        if (frame->frame_obj != NULL) {
            any = true;
            if (!cj_frame_unchanged(frame) || (frame != outermost && frame->frame_obj != NULL)) {
                return false;
            }
        }
        if (frame == outermost) {
            return any;
        }
    }
    return false;
}

PyObject *
cj_exit(CJExitRegs *regs, CJObject *object, uint32_t index)
{
    if (index < object->nexits && cj_exit_kind(object, index) == CJ_RAISE) {
        void *landing;
        PyObject *result;
        if (cj_land(regs, object, index, &landing, &result)) {
            regs->x[16] = (uint64_t)landing;
            return result;
        }
        if (cj_end_raising(regs, object, index)) {
            regs->x[16] = 0;
            return NULL;
        }
    }
    uint32_t at = object->invalidated ? 0 : cj_exit_continues(object, index);
    if (at != 0 && frames_unchanged((PyThreadState *)regs->x[19], (_PyInterpreterFrame *)regs->x[20])) {
        regs->x[16] = (uint64_t)(object->text + at);
        return NULL;
    }
    CJExit exit;
    if (!cj_exit_take(object, index, &exit)) {
        unreadable();
    }
    return leave(regs, object, index, exit, NULL, NULL);
}

/* The frame that the last one of an exit's frames, or one inlined into it, is in memory. */
static _PyInterpreterFrame *
frame_in_memory(const CJExitRegs *regs, const CJFrame *from)
{
    return (_PyInterpreterFrame *)(from->code == 0 ? regs->x[20] : regs->sp + from->native);
}

/* Shows machine numbers and virtual objects in the slots of all frames of an exit, or takes them out again. */
static void
show_numbers(Values *values, const CJExit *exit, bool show)
{
    for (uint32_t k = 0; k < exit->nframes; k++) {
        const CJFrame *from = &exit->frames[k];
        _PyInterpreterFrame *frame = frame_in_memory(values->regs, from);
        for (uint32_t i = 0; i < from->nlocals; i++) {
            if (from->locals[i].kind == CJ_IN_NOTHING) {
                continue;
            }
            _PyStackRef old = frame->localsplus[i];
            frame->localsplus[i] = show ? new_slot(values, &from->locals[i]) : PyStackRef_NULL;
            if (!show) {
                PyStackRef_XCLOSE(old);
            }
        }
    }
}

/* Reports whether one of the frames of an exit has a frame object. */
static bool
any_frame_object(const CJExitRegs *regs, const CJExit *exit)
{
    for (uint32_t k = 0; k < exit->nframes; k++) {
        if (frame_in_memory(regs, &exit->frames[k])->frame_obj != NULL) {
            return true;
        }
    }
    return false;
}

CJServed
cj_service(CJExitRegs *regs, CJObject *object, uint32_t index, PyObject *dead)
{
    if (dead != NULL && cj_dies_quietly(dead)) {
        _Py_Dealloc(dead);
        return (CJServed){NULL, 0};
    }
    CJExit read = {.memory = NULL}, *exit = cj_exit_kept(object, index);
    if (exit == NULL) {
        if (!cj_exit_read(object, index, &read)) {
            unreadable();
        }
        exit = &read;
    }
    const bool untraced = exit->frames[exit->nframes - 1].untraced;
    Values values = {.regs = regs, .object = object};
    if (untraced) {
        trace(&values, exit, (_PyInterpreterFrame *)regs->x[20]);
    }
    if (!make_virtuals(&values, exit)) {
        Py_FatalError("cinderjit: no memory to show a frame");
    }
    show_numbers(&values, exit, true);
    release_boxes(&values);
    int64_t status = 0;
    if (dead != NULL) {
        _Py_Dealloc(dead);
    }
    else if (values.failed) {
        PyErr_NoMemory();
        status = -1;
    }
    else {
        status = cj_handle_eval_breaker();
    }
    /* Virtual objects that somebody can have changed, or whose class has changed, are real from now on. */
    if (status == 0 && !untraced && ((!any_frame_object(regs, exit) && (exit->nvirtuals == 0 || !object->invalidated))
                        || (!object->invalidated && exit->nvirtuals == 0
                            && frames_unchanged((PyThreadState *)regs->x[19], (_PyInterpreterFrame *)regs->x[20])))) {
        show_numbers(&values, exit, false);
        release_virtuals(&values, exit);
        cj_exit_release(&read);
        return (CJServed){NULL, 0};
    }
    /* What the slots show now may have been changed, and is what the interpreter goes on with. */
    if (read.memory == NULL && !cj_exit_read(object, index, &read)) {
        unreadable();
    }
    read.frames[read.nframes - 1].untraced = false;
    for (uint32_t k = 0; k < read.nframes; k++) {
        read.frames[k].in_memory = true;
    }
    _Py_CODEUNIT *raised_at = status < 0 ? frame_in_memory(regs, &read.frames[0])->instr_ptr : NULL;
    return (CJServed){leave(regs, object, index, read, raised_at, values.virtuals), 1};
}
