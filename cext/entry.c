/* Ways into compiled code that are written in C. See entry.h.
 *
 * Compiled code takes machine stack for each call, which the interpreter does not. When a thread has little of
 * it left, its next call is an island: from there on the whole process is interpreted, with the functions'
 * own entries, so that recursion goes on within one activation of the interpreter, as deep as it would without
 * compiled code. When the call returns, the entries are given back. */
#include "entry.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_function.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"
#include "internal/pycore_tstate.h"

#include "exit.h"

CJLoaderHooks cj_loader_hooks;

static vectorcallfunc interpreter_vectorcall;

/* Islands that are under way, in all threads and in this one. */
static int islands;
static __thread int own_islands;

int
cj_entry_start(void)
{
    if (interpreter_vectorcall != NULL) {
        return 0;
    }
    PyCodeObject *code = PyCode_NewEmpty("cinderjit", "fresh", 1);
    PyObject *globals = PyDict_New();
    PyObject *function = code != NULL && globals != NULL ? PyFunction_New((PyObject *)code, globals) : NULL;
    if (function != NULL) {
        interpreter_vectorcall = ((PyFunctionObject *)function)->vectorcall;
    }
    Py_XDECREF(code);
    Py_XDECREF(globals);
    Py_XDECREF(function);
    return interpreter_vectorcall == NULL ? -1 : 0;
}

vectorcallfunc
cj_interpreter_vectorcall(void)
{
    return interpreter_vectorcall;
}

bool
cj_stack_is_low(PyThreadState *tstate)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t limit = ((_PyThreadStateImpl *)tstate)->c_stack_soft_limit;
    /* Far below the limit it is another stack, of which the thread's limits say nothing. */
    return here < limit + CJ_STACK_MARGIN && here >= limit - 2 * _PyOS_STACK_MARGIN_BYTES;
}

bool
cj_entries_suspended(void)
{
    return islands > 0;
}

void
cj_enter_island(void)
{
    own_islands++;
    if (islands++ == 0 && cj_loader_hooks.suspend_entries != NULL) {
        cj_loader_hooks.suspend_entries(true);
    }
}

void
cj_leave_island(void)
{
    own_islands--;
    if (--islands == 0 && cj_loader_hooks.suspend_entries != NULL) {
        cj_loader_hooks.suspend_entries(false);
    }
}

void
cj_entry_after_fork(void)
{
    bool suspended = islands > 0;
    islands = own_islands;
    if (suspended && islands == 0 && cj_loader_hooks.suspend_entries != NULL) {
        cj_loader_hooks.suspend_entries(false);
    }
}

/* The arguments of a call of which the values of all parameters are known. */
typedef struct {
    PyObject *const *arguments; /* borrowed */
    Py_ssize_t nargs;           /* positional ones */
    PyObject *kwnames;          /* owned, or NULL */
    PyObject **made;            /* the array, where one had to be made */
} Call;

/* Undoes what binding does: values has one object for each parameter of the function, with the tuple of *args and the
 * dict of **kwargs last. Negative with an exception when memory runs out. */
static int
unbind(PyObject *function, PyObject **values, Call *call)
{
    PyCodeObject *code = (PyCodeObject *)((PyFunctionObject *)function)->func_code;
    *call = (Call){.arguments = values, .nargs = code->co_argcount};
    Py_ssize_t nparameters = code->co_argcount + code->co_kwonlyargcount, next = nparameters;
    PyObject *surplus = code->co_flags & CO_VARARGS ? values[next++] : NULL;
    PyObject *keywords = code->co_flags & CO_VARKEYWORDS ? values[next++] : NULL;
    if (next == code->co_argcount) {
        return 0;
    }
    Py_ssize_t nsurplus = surplus != NULL ? PyTuple_GET_SIZE(surplus) : 0;
    Py_ssize_t nnamed = code->co_kwonlyargcount + (keywords != NULL ? PyDict_GET_SIZE(keywords) : 0);
    call->made = PyMem_New(PyObject *, nparameters + nsurplus + nnamed + 1);
    call->kwnames = nnamed > 0 ? PyTuple_New(nnamed) : NULL;
    if (call->made == NULL || (nnamed > 0 && call->kwnames == NULL)) {
        PyMem_Free(call->made);
        Py_XDECREF(call->kwnames);
        PyErr_NoMemory();
        return -1;
    }
    PyObject **to = call->made;
    memcpy(to, values, (size_t)code->co_argcount * sizeof(*to));
    to += code->co_argcount;
    if (nsurplus > 0) {
        memcpy(to, ((PyTupleObject *)surplus)->ob_item, (size_t)nsurplus * sizeof(*to));
        to += nsurplus;
    }
    call->arguments = call->made;
    call->nargs += nsurplus;
    Py_ssize_t named = 0;
    for (; named < code->co_kwonlyargcount; named++) {
        *to++ = values[code->co_argcount + named];
        PyTuple_SET_ITEM(call->kwnames, named,
                         Py_NewRef(PyTuple_GET_ITEM(code->co_localsplusnames, code->co_argcount + named)));
    }
    PyObject *name;
    for (Py_ssize_t at = 0; keywords != NULL && PyDict_Next(keywords, &at, &name, to); to++) {
        PyTuple_SET_ITEM(call->kwnames, named++, Py_NewRef(name));
    }
    return 0;
}

static void
free_call(Call *call)
{
    PyMem_Free(call->made);
    Py_XDECREF(call->kwnames);
}

/* Calls a function with the values of all its parameters. */
static PyObject *
call_with_values(vectorcallfunc function_call, PyObject *function, PyObject **values)
{
    Call call;
    if (unbind(function, values, &call) < 0) {
        return NULL;
    }
    PyObject *result = function_call(function, call.arguments, (size_t)call.nargs, call.kwnames);
    free_call(&call);
    return result;
}

PyObject *
cj_call_interpreted(PyThreadState *Py_UNUSED(tstate), CJCode *code, PyObject **arguments)
{
    PyFunctionObject *function = (PyFunctionObject *)arguments[0];
    vectorcallfunc call = function->vectorcall;
    if (call == code->vectorcall_entry) {
        call = interpreter_vectorcall;
    }
    return call_with_values(call, (PyObject *)function, arguments + 1);
}

/* The frame of a function with arguments that are bound to its parameters; not linked yet. */
static _PyInterpreterFrame *
push_bound_frame(PyThreadState *tstate, PyObject *function, PyObject *const *arguments, Py_ssize_t nargs,
                 PyObject *kwnames)
{
    Py_ssize_t total = nargs + (kwnames != NULL ? PyTuple_GET_SIZE(kwnames) : 0);
    _PyStackRef few[8], *references = few;
    if (total > (Py_ssize_t)Py_ARRAY_LENGTH(few)) {
        references = PyMem_New(_PyStackRef, total);
        if (references == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
    }
    for (Py_ssize_t i = 0; i < total; i++) {
        references[i] = PyStackRef_FromPyObjectNew(arguments[i]);
    }
    PyFunctionObject *f = (PyFunctionObject *)function;
    PyObject *locals = ((PyCodeObject *)f->func_code)->co_flags & CO_OPTIMIZED ? NULL : Py_NewRef(f->func_globals);
    _PyInterpreterFrame *frame = _PyEvalFramePushAndInit(
        tstate, PyStackRef_FromPyObjectNew(function), locals, references, (size_t)nargs, kwnames, NULL);
    if (references != few) {
        PyMem_Free(references);
    }
    return frame;
}

PyObject *
cj_entry_slow(PyThreadState *tstate, CJCode *code, PyObject **arguments)
{
    PyObject *function = arguments[0];
    if (code->object == NULL || tstate->py_recursion_remaining <= (int)code->object->inline_depth) {
        /* The interpreter raises the RecursionError, in this call or in one that is inlined into it. */
        return call_with_values(interpreter_vectorcall, function, arguments + 1);
    }
    if (cj_stack_is_low(tstate)) {
        cj_enter_island();
        PyObject *result = call_with_values(interpreter_vectorcall, function, arguments + 1);
        cj_leave_island();
        return result;
    }
    /* What is left is a data stack that has to grow. */
    Call call;
    if (unbind(function, arguments + 1, &call) < 0) {
        return NULL;
    }
    _PyInterpreterFrame *frame = push_bound_frame(tstate, function, call.arguments, call.nargs, call.kwnames);
    free_call(&call);
    return frame == NULL ? NULL : cj_run_frame(tstate, frame, code->object);
}

/* The number of all parameters, *args and **kwargs included. */
static int
parameters(const PyCodeObject *code)
{
    return code->co_argcount + code->co_kwonlyargcount + !!(code->co_flags & CO_VARARGS) + !!(code->co_flags & CO_VARKEYWORDS);
}

/* The values of a function's parameters, as a direct entry takes them, and what has to live as long as the call. */
typedef struct {
    PyObject *values[1 + CJ_DIRECT_PARAMETERS];
    PyObject *held[CJ_DIRECT_PARAMETERS]; /* owned */
    int nheld;
} Bound;

static void
hold(Bound *bound, PyObject *owned)
{
    bound->held[bound->nheld++] = owned;
}

static void
release(Bound *bound)
{
    while (bound->nheld > 0) {
        Py_DECREF(bound->held[--bound->nheld]);
    }
}

/* Puts named arguments into the places of the parameters of these names; false when one has no place, or is given already. */
static bool
bind_named(PyCodeObject *code, PyObject *const *arguments, PyObject *kwnames, PyObject **values)
{
    int named = code->co_argcount + code->co_kwonlyargcount;
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(kwnames); k++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, k);
        int i = code->co_posonlyargcount;
        while (i < named && PyTuple_GET_ITEM(code->co_localsplusnames, i) != name) {
            i++;
        }
        if (i == named || values[i] != NULL) {
            return false;
        }
        values[i] = arguments[k];
    }
    return true;
}

/* Puts default values into the places of parameters that have none yet; false when there is none for one of them. */
static bool
bind_defaults(PyFunctionObject *function, PyCodeObject *code, Bound *bound)
{
    PyObject **values = bound->values + 1, *defaults = function->func_defaults, *kwdefaults = function->func_kwdefaults;
    int first = code->co_argcount - (defaults == NULL ? 0 : (int)PyTuple_GET_SIZE(defaults));
    bool used = false;
    for (int i = 0; i < code->co_argcount; i++) {
        if (values[i] == NULL) {
            if (i < first) {
                return false;
            }
            values[i] = PyTuple_GET_ITEM(defaults, i - first);
            used = true;
        }
    }
    if (used) {
        hold(bound, Py_NewRef(defaults));
    }
    for (int i = code->co_argcount; i < code->co_argcount + code->co_kwonlyargcount; i++) {
        if (values[i] == NULL) {
            /* Tables of other keys than strs may run code. */
            if (kwdefaults == NULL || !PyDict_CheckExact(kwdefaults) || !DK_IS_UNICODE(((PyDictObject *)kwdefaults)->ma_keys)) {
                return false;
            }
            values[i] = PyDict_GetItemWithError(kwdefaults, PyTuple_GET_ITEM(code->co_localsplusnames, i));
            if (values[i] == NULL) {
                return false;
            }
            hold(bound, Py_NewRef(values[i]));
        }
    }
    return true;
}

/* Finds the value of each parameter of a function whose code has a direct entry. It runs no Python code. False for
 * what the interpreter has to bind: errors, unusual names, no memory. */
static bool
bind(PyObject *callable, PyObject *const *arguments, Py_ssize_t nargs, PyObject *kwnames, Bound *bound)
{
    PyFunctionObject *function = (PyFunctionObject *)callable;
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    PyObject **values = bound->values + 1;
    bound->values[0] = callable;
    bound->nheld = 0;
    for (int i = parameters(code) - 1; i >= 0; i--) {
        values[i] = NULL;
    }
    int next = code->co_argcount + code->co_kwonlyargcount;
    Py_ssize_t direct = nargs < code->co_argcount ? nargs : code->co_argcount;
    memcpy(values, arguments, (size_t)direct * sizeof(*values));
    if ((nargs > direct && !(code->co_flags & CO_VARARGS))
        || (kwnames != NULL && !bind_named(code, arguments + nargs, kwnames, values))
        || !bind_defaults(function, code, bound)) {
        goto failed;
    }
    if (code->co_flags & CO_VARARGS) {
        PyObject *surplus = PyTuple_New(nargs - direct);
        if (surplus == NULL) {
            goto failed;
        }
        for (Py_ssize_t i = direct; i < nargs; i++) {
            PyTuple_SET_ITEM(surplus, i - direct, Py_NewRef(arguments[i]));
        }
        hold(bound, values[next++] = surplus);
    }
    if (code->co_flags & CO_VARKEYWORDS) {
        values[next] = PyDict_New();
        if (values[next] == NULL) {
            goto failed;
        }
        hold(bound, values[next]);
    }
    return true;
failed:
    PyErr_Clear();
    release(bound);
    return false;
}

static PyObject *
enter_direct(CJCode *code, PyThreadState *tstate, PyObject *const values[1 + CJ_DIRECT_PARAMETERS])
{
    return (parameters(code->code) <= CJ_REGISTER_PARAMETERS ? cj_enter_direct_small : cj_enter_direct)(code->direct_entry, code, tstate, tstate->current_frame,
                                                                                   values);
}

/* Whether a function with positional parameters only gets all arguments but some that have default values. */
static bool
only_defaults_missing(const PyFunctionObject *function, Py_ssize_t nargs)
{
    const PyCodeObject *code = (PyCodeObject *)function->func_code;
    return function->func_defaults != NULL && code->co_kwonlyargcount == 0
           && (code->co_flags & (CO_VARARGS | CO_VARKEYWORDS)) == 0 && nargs <= code->co_argcount
           && code->co_argcount - nargs <= PyTuple_GET_SIZE(function->func_defaults);
}

PyObject *
cj_vectorcall_bind(PyObject *function, PyObject *const *arguments, size_t nargsf, PyObject *kwnames, CJCode *code)
{
    PyThreadState *tstate = _PyThreadState_GET();
    Bound bound;
    const bool direct = code->object != NULL && code->object->direct != CJ_NO_ENTRY;
    const Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (direct && kwnames == NULL && only_defaults_missing((PyFunctionObject *)function, nargs)) {
        const Py_ssize_t n = ((PyCodeObject *)((PyFunctionObject *)function)->func_code)->co_argcount;
        PyObject *values[1 + CJ_DIRECT_PARAMETERS], *defaults = Py_NewRef(((PyFunctionObject *)function)->func_defaults);
        PyObject *const *last = &PyTuple_GET_ITEM(defaults, PyTuple_GET_SIZE(defaults));
        values[0] = function;
        for (Py_ssize_t i = 0; i < n; i++) {
            values[1 + i] = i < nargs ? arguments[i] : last[i - n];
        }
        PyObject *result = enter_direct(code, tstate, values);
        Py_DECREF(defaults);
        return result;
    }
    if (direct
        && bind(function, arguments, nargs, kwnames, &bound)) {
        PyObject *result = enter_direct(code, tstate, bound.values);
        release(&bound);
        return result;
    }
    _PyInterpreterFrame *frame =
        push_bound_frame(tstate, function, arguments, nargs, kwnames);
    if (frame == NULL) {
        return NULL;
    }
    /* Looked at last: binding may have run code. */
    CJObject *object = code->object;
    if (object == NULL) {
        return _PyEval_EvalFrame(tstate, frame, 0);
    }
    return cj_run_frame(tstate, frame, object);
}

/* Interprets a frame that cannot be entered by compiled code. */
static PyObject *
interpret(PyThreadState *tstate, _PyInterpreterFrame *frame)
{
    if (tstate->py_recursion_remaining > 0 && cj_stack_is_low(tstate)) {
        cj_enter_island();
        PyObject *result = _PyEval_EvalFrameDefault(tstate, frame, 0);
        cj_leave_island();
        return result;
    }
    return _PyEval_EvalFrameDefault(tstate, frame, 0);
}

PyObject *
cj_resume_frame(PyThreadState *tstate, _PyInterpreterFrame *frame, CJObject *object, uint32_t text)
{
    if (text == CJ_NO_ENTRY || tstate->py_recursion_remaining <= (int)object->inline_depth || cj_stack_is_low(tstate)) {
        return interpret(tstate, frame);
    }
    /* While compiled code runs, slots hold borrowed references; this function holds what they owned. */
    _PyStackRef few[24], *held = few;
    size_t slots = (size_t)(frame->stackpointer - frame->localsplus) + 2, nheld = 0;
    if (slots > Py_ARRAY_LENGTH(few)) {
        held = PyMem_New(_PyStackRef, slots);
        if (held == NULL) {
            return interpret(tstate, frame);
        }
    }
    for (_PyStackRef *slot = frame->localsplus; slot < frame->stackpointer; slot++) {
        if (PyStackRef_RefcountOnObject(*slot)) {
            held[nheld++] = *slot;
            *slot = PyStackRef_Borrow(*slot);
        }
    }
    held[nheld++] = frame->f_funcobj;
    frame->f_funcobj = PyStackRef_Borrow(frame->f_funcobj);
    held[nheld++] = frame->f_executable;
    frame->f_executable = PyStackRef_Borrow(frame->f_executable);
    PyObject *locals = frame->f_locals;
    frame->stackpointer = _PyFrame_Stackbase(frame);
    frame->previous = tstate->current_frame;

    tstate->current_frame = frame;
    tstate->py_recursion_remaining--;
    PyObject *result = cj_enter(object->text + text, tstate, frame);

    /* Compiled code does not pop chunks of the data stack. If the interpreter ended the frame, the chunk is gone. */
    if (tstate->datastack_top == (PyObject **)frame && tstate->datastack_chunk->data == (PyObject **)frame) {
        _PyThreadState_PopFrame(tstate, frame);
    }
    for (size_t i = 0; i < nheld; i++) {
        PyStackRef_CLOSE(held[i]);
    }
    Py_XDECREF(locals);
    if (held != few) {
        PyMem_Free(held);
    }
    return result;
}

PyObject *
cj_run_frame(PyThreadState *tstate, _PyInterpreterFrame *frame, CJObject *object)
{
    return cj_resume_frame(tstate, frame, object, object->frame);
}

/* Makes room for size words on the data stack in a chunk of its own. */
static PyObject **
push_chunk(PyThreadState *tstate, size_t size)
{
    size_t bytes = _PY_DATA_STACK_CHUNK_SIZE;
    while (bytes < sizeof(PyObject *) * (size + 1000)) {
        bytes *= 2;
    }
    /* The allocator with which the interpreter frees chunks. */
    PyObjectArenaAllocator allocator;
    PyObject_GetArenaAllocator(&allocator);
    _PyStackChunk *chunk = allocator.alloc(allocator.ctx, bytes);
    if (chunk == NULL) {
        return NULL;
    }
    chunk->previous = tstate->datastack_chunk;
    chunk->size = bytes;
    chunk->top = 0;
    if (tstate->datastack_chunk != NULL) {
        tstate->datastack_chunk->top = (size_t)(tstate->datastack_top - &tstate->datastack_chunk->data[0]);
    }
    tstate->datastack_chunk = chunk;
    tstate->datastack_limit = (PyObject **)((char *)chunk + bytes);
    /* A frame at the start of a chunk takes the chunk with it; the first chunk stays. */
    return &chunk->data[chunk->previous == NULL];
}

_PyInterpreterFrame *
cj_push_frame(PyThreadState *tstate, size_t size)
{
    PyObject **base;
    if (_PyThreadState_HasStackSpace(tstate, (int)size)) {
        base = tstate->datastack_top;
    }
    else {
        base = push_chunk(tstate, size);
        if (base == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
    }
    tstate->datastack_top = base + size;
    return (_PyInterpreterFrame *)base;
}
