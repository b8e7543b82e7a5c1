/* Resuming generators and coroutines from C. See generator.h.
 *
 * The interpreter's own resumption does not come here: it runs frames inline. What does is next() and send() called
 * by C functions (sum, list, asyncio's task step, compiled code) through the slots of the types. */
#include "generator.h"

#include <string.h>

#include "internal/pycore_ceval.h"
#include "internal/pycore_cell.h"
#include "internal/pycore_code.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_genobject.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"
#include "opcode.h"

#include "collector.h"
#include "entry.h"
#include "exit.h"
#include "registry.h"
#include "stubs.h"

static iternextfunc original_next;
static sendfunc original_send;

/* In stubs_aarch64.S: calls the stub resume. */
PyObject *cj_enter_generator(const void *stub, PyThreadState *tstate, _PyInterpreterFrame *caller, PyObject *generator,
                             PyObject *value);

static const void *resume_stub;

/* Before the slots are replaced. Compiled loops come here even if no generator's own code was ever compiled. */
static void
note_originals(void)
{
    if (original_send == NULL) {
        original_next = PyGen_Type.tp_iternext;
        original_send = PyGen_Type.tp_as_async->am_send;
    }
}

PyObject *
cj_resume_slow(PyObject *generator, PyObject *value)
{
    PyThreadState *tstate = _PyThreadState_GET();
    PyObject *result;
    note_originals();
    bool island = cj_stack_is_low(tstate);
    if (island) {
        cj_enter_island();
    }
    original_send(generator, value, &result);
    if (island) {
        cj_leave_island();
    }
    return result;
}

PyObject *
cj_continue_delegating(PyThreadState *tstate, _PyInterpreterFrame *frame, PyObject *result)
{
    if (result == NULL) {
        return cj_raise_in_frame(tstate, frame);
    }
    *frame->stackpointer++ = PyStackRef_FromPyObjectSteal(result);
    frame->instr_ptr += 1 + INLINE_CACHE_ENTRIES_SEND;
    return cj_continue_frame(tstate, frame);
}

/* Whether the result is what the generator returned, not what it yielded. */
static bool
has_returned(PyObject *generator)
{
    return ((PyGenObject *)generator)->gi_frame_state >= FRAME_COMPLETED;
}

PyObject *
cj_resume(PyObject *generator, PyObject *value)
{
    PyThreadState *tstate = _PyThreadState_GET();
    return cj_enter_generator(resume_stub, tstate, tstate->current_frame, generator, value);
}

static PyObject *
next(PyObject *generator)
{
    if (((PyGenObject *)generator)->gi_frame_state >= FRAME_EXECUTING) {
        return original_next(generator);
    }
    PyObject *result = cj_resume(generator, Py_None);
    if (result != NULL && has_returned(generator)) {
        if (!Py_IsNone(result)) {
            _PyGen_SetStopIterationValue(result);
        }
        Py_CLEAR(result);
    }
    return result;
}

static PySendResult
send(PyObject *generator, PyObject *value, PyObject **result)
{
    if (((PyGenObject *)generator)->gi_frame_state >= FRAME_EXECUTING) {
        return original_send(generator, value, result);
    }
    *result = cj_resume(generator, value);
    return *result == NULL ? PYGEN_ERROR : has_returned(generator) ? PYGEN_RETURN : PYGEN_NEXT;
}

static PyCFunction original_send_method;

/* The methods send of generators and coroutines. */
static PyObject *
send_method(PyObject *generator, PyObject *value)
{
    if (((PyGenObject *)generator)->gi_frame_state >= FRAME_EXECUTING) {
        return original_send_method(generator, value);
    }
    PyObject *result = cj_resume(generator, value);
    if (result != NULL && has_returned(generator)) {
        if (Py_IsNone(result)) {
            PyErr_SetNone(PyExc_StopIteration);
        }
        else {
            _PyGen_SetStopIterationValue(result);
        }
        Py_CLEAR(result);
    }
    return result;
}

PyCFunction
cj_redirect_methods(PyTypeObject *type, PyCFunction send_to, iternextfunc next_from, iternextfunc next_to)
{
    PyCFunction before = NULL;
    for (PyMethodDef *def = type->tp_methods; def != NULL && def->ml_name != NULL; def++) {
        if (strcmp(def->ml_name, "send") == 0 && def->ml_flags == METH_O) {
            before = def->ml_meth;
            def->ml_meth = send_to;
        }
    }
    PyObject *namespace = PyType_GetDict(type);
    PyObject *wrapper = namespace != NULL ? PyDict_GetItemString(namespace, "__next__") : NULL;
    if (wrapper != NULL && Py_IS_TYPE(wrapper, &PyWrapperDescr_Type)
        && ((PyWrapperDescrObject *)wrapper)->d_wrapped == (void *)next_from) {
        ((PyWrapperDescrObject *)wrapper)->d_wrapped = (void *)next_to;
    }
    Py_XDECREF(namespace);
    return before;
}

CJKeptGenerators cj_kept_generators[CJ_KEPT_SLOTS] = {[0 ... CJ_KEPT_SLOTS - 1] = {NULL, CJ_KEPT_GENERATORS}};

static int
frame_slots(const PyCodeObject *code)
{
    return code->co_framesize - FRAME_SPECIALS_SIZE;
}

static destructor original_dealloc;

/* The stub free_generator does the same in the usual case. */
static void
dealloc(PyObject *self)
{
    PyGenObject *generator = (PyGenObject *)self;
    /* The object has no field that tells its size. A frame that was cleared keeps its code. */
    int slots = PyStackRef_IsNull(generator->gi_iframe.f_executable) ? CJ_KEPT_SLOTS : frame_slots(_PyFrame_GetCode(&generator->gi_iframe));
    if (generator->gi_frame_state != FRAME_CLEARED || generator->gi_weakreflist != NULL || generator->gi_exc_state.exc_value != NULL
        || slots >= CJ_KEPT_SLOTS || cj_kept_generators[slots].n == CJ_KEPT_GENERATORS || _PyInterpreterState_GET() != cj_home) {
        original_dealloc(self);
        return;
    }
    /* One that has finished is not finalised. */
    cj_untrack(self);
    if (!PyGen_CheckExact(self)) {
        Py_CLEAR(((PyCoroObject *)self)->cr_origin_or_finalizer);
    }
    PyStackRef_CLEAR(generator->gi_iframe.f_executable);
    Py_DECREF(generator->gi_name);
    Py_DECREF(generator->gi_qualname);
    CJKeptGenerators *kept = &cj_kept_generators[slots];
    if (kept->n == CJ_KEPT_GENERATORS) {
        PyObject_GC_Del(self);
        return;
    }
    generator->gi_name = (PyObject *)kept->first;
    kept->first = generator;
    kept->n++;
}

/* A new generator, coroutine or asynchronous generator of the function, whose frame is not initialised. NULL with
 * MemoryError. */
static inline PyGenObject *
new_generator(PyFunctionObject *function, const CJCode *record)
{
    CJKeptGenerators *kept = record->makes.kept;
    if (kept == NULL || kept->first == NULL) {
        return (PyGenObject *)_Py_MakeCoro(function);
    }
    PyGenObject *generator = kept->first;
    kept->first = (PyGenObject *)generator->gi_name;
    kept->n--;
    Py_SET_TYPE((PyObject *)generator, record->makes.type);
    if (_PyRuntime.ref_tracer.tracer_func == NULL) {
        ((PyObject *)generator)->ob_refcnt_full = 1;
    }
    else {
        _Py_NewReference((PyObject *)generator);
    }
    generator->gi_exc_state.previous_item = NULL;
    generator->gi_origin_or_finalizer = NULL;
    generator->gi_hooks_inited = generator->gi_closed = generator->gi_running_async = 0;
    generator->gi_name = Py_NewRef(function->func_name);
    generator->gi_qualname = Py_NewRef(function->func_qualname);
    cj_track((PyObject *)generator);
    return generator;
}

void
cj_generators_start(void)
{
    if (resume_stub != NULL) {
        return;
    }
    note_originals();
    resume_stub = cj_stub_address("resume");
    original_dealloc = PyGen_Type.tp_dealloc;
    if (cj_young != NULL && PyCoro_Type.tp_dealloc == original_dealloc && PyAsyncGen_Type.tp_dealloc == original_dealloc) {
        PyGen_Type.tp_dealloc = PyCoro_Type.tp_dealloc = PyAsyncGen_Type.tp_dealloc = dealloc;
        for (int i = 0; i < CJ_KEPT_SLOTS; i++) {
            cj_kept_generators[i].n = 0;
        }
    }
    PyGen_Type.tp_iternext = next;
    PyGen_Type.tp_as_async->am_send = send;
    PyCoro_Type.tp_as_async->am_send = send;
    original_send_method = cj_redirect_methods(&PyGen_Type, send_method, original_next, next);
    cj_redirect_methods(&PyCoro_Type, send_method, original_next, next);
}

/* The code in front of RETURN_GENERATOR makes the cells. Its length in code units, RETURN_GENERATOR included, or 0 when
 * there is something else. */
static Py_ssize_t
prefix_length(const PyCodeObject *code)
{
    const _Py_CODEUNIT *units = (const _Py_CODEUNIT *)code->co_code_adaptive;
    for (Py_ssize_t i = 0; i < Py_SIZE(code); i++) {
        switch (units[i].op.code) {
        case RETURN_GENERATOR:
            return i + 1;
        case COPY_FREE_VARS:
        case MAKE_CELL:
            break;
        default:
            return 0;
        }
    }
    return 0;
}

void
cj_plan_generator(CJCode *code)
{
    const PyCodeObject *co = code->code;
    int kind = co->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR);
    int prefix = (int)prefix_length(co);
    if (kind != 0 && (co->co_flags & CO_OPTIMIZED) != 0 && (co->co_flags & (CO_VARARGS | CO_VARKEYWORDS)) == 0
        && co->co_kwonlyargcount == 0 && prefix > 0) {
        code->makes.type = kind == CO_GENERATOR ? &PyGen_Type : kind == CO_COROUTINE ? &PyCoro_Type : &PyAsyncGen_Type;
        code->makes.nargs = co->co_argcount;
        code->makes.prefix = prefix;
        code->makes.kept = frame_slots(co) < CJ_KEPT_SLOTS ? &cj_kept_generators[frame_slots(co)] : NULL;
        code->makes.quick = prefix == 1 && co->co_argcount <= CJ_REGISTER_PARAMETERS ? code->makes.kept : NULL;
        code->makes.locals_end = (int)offsetof(PyGenObject, gi_iframe.localsplus) + co->co_nlocalsplus * (int)sizeof(_PyStackRef);
    }
}

/* Fills the cells of a frame whose parameters are set. Returns 0, or -1 with MemoryError. */
static int
make_cells(_PyInterpreterFrame *frame, PyCodeObject *code, PyFunctionObject *function)
{
    for (const _Py_CODEUNIT *unit = (_Py_CODEUNIT *)code->co_code_adaptive; unit->op.code != RETURN_GENERATOR; unit++) {
        int arg = unit->op.arg;
        if (unit->op.code == MAKE_CELL) {
            PyObject *value = PyStackRef_IsNull(frame->localsplus[arg])
                ? NULL : PyStackRef_AsPyObjectBorrow(frame->localsplus[arg]);
            PyObject *cell = PyCell_New(value);
            if (cell == NULL) {
                return -1;
            }
            PyStackRef_XCLOSE(frame->localsplus[arg]);
            frame->localsplus[arg] = PyStackRef_FromPyObjectSteal(cell);
        }
        else {
            _PyStackRef *slot = &frame->localsplus[code->co_nlocalsplus - arg];
            for (int i = 0; i < arg; i++) {
                slot[i] = PyStackRef_FromPyObjectNew(PyTuple_GET_ITEM(function->func_closure, i));
            }
        }
    }
    return 0;
}

/* The stub make_generator does the same in the usual case. */
PyObject *
cj_make_generator(PyThreadState *tstate, CJCode *record, PyObject **arguments)
{
    PyFunctionObject *function = (PyFunctionObject *)arguments[0];
    /* Calls that are counted have to be seen. */
    bool counted = record->object == NULL && function->vectorcall != cj_interpreter_vectorcall();
    if (counted || tstate->py_recursion_remaining <= 1 || tstate->coroutine_origin_tracking_depth != 0) {
        return cj_call_interpreted(tstate, record, arguments);
    }
    PyCodeObject *code = record->code;
    PyGenObject *generator = new_generator(function, record);
    if (generator == NULL) {
        return NULL;
    }
    _PyInterpreterFrame *frame = &generator->gi_iframe;
    int nargs = record->makes.nargs;
    _PyFrame_Initialize(tstate, frame, PyStackRef_FromPyObjectNew(function), NULL, code, nargs, NULL);
    for (int i = 0; i < nargs; i++) {
        frame->localsplus[i] = PyStackRef_FromPyObjectNew(arguments[i + 1]);
    }
    frame->owner = FRAME_OWNED_BY_GENERATOR;
    frame->instr_ptr += record->makes.prefix;
    generator->gi_frame_state = FRAME_CREATED;
    if (record->makes.prefix > 1 && make_cells(frame, code, function) < 0) {
        /* Not begun, so that its death does not run anything. */
        generator->gi_frame_state = FRAME_COMPLETED;
        Py_CLEAR(generator);
    }
    return (PyObject *)generator;
}

/* The functions that are special methods of classes, as far as they were looked up: NULL where the class has something else. Borrowed,
 * because a class with the same version has the same methods. */
enum { KNOWN_METHODS = 64 };
static struct {
    PyTypeObject *type;
    unsigned version;
    PyObject *name, *function;
} known_methods[KNOWN_METHODS];

/* Returns a new reference, or NULL without an exception. */
static PyFunctionObject *
function_of_class(PyTypeObject *type, PyObject *name)
{
    size_t at = ((uintptr_t)type >> 4 ^ (uintptr_t)name >> 5) % KNOWN_METHODS;
    unsigned version = type->tp_version_tag;
    if (version != 0 && known_methods[at].version == version && known_methods[at].type == type && known_methods[at].name == name) {
        return (PyFunctionObject *)Py_XNewRef(known_methods[at].function);
    }
    PyObject *method = _PyType_LookupRef(type, name);
    if (method != NULL && !PyFunction_Check(method)) {
        Py_CLEAR(method);
    }
    known_methods[at].type = type;
    known_methods[at].version = type->tp_version_tag;
    known_methods[at].name = name;
    known_methods[at].function = method;
    return (PyFunctionObject *)method;
}

bool
cj_generator_of_method(PyObject *self, PyObject *name, PyObject **result)
{
    PyTypeObject *type = Py_TYPE(self);
    PyFunctionObject *function = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) ? function_of_class(type, name) : NULL;
    if (function == NULL) {
        return false;
    }
    CJCode *record = cj_registry_find((PyCodeObject *)function->func_code, function->func_globals);
    bool makes = record != NULL && record->object != NULL && record->makes.type != NULL && record->makes.nargs == 1;
    if (makes) {
        *result = cj_make_generator(_PyThreadState_GET(), record, (PyObject *[]){(PyObject *)function, self});
    }
    Py_DECREF(function);
    return makes;
}
