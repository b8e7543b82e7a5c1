/* See instrumentation.h.
 *
 * The interpreter has no message for a change of instrumentation, and a frame of compiled code that called
 * sys.settrace or the like has to be left when the call returns. All such changes from Python go through a few C
 * functions; the method tables that they are called by are made to point here. Nothing of that can be seen from Python: the
 * function objects are the same. What comes through the C API is noticed at the next entry or loop, where the
 * instrumentation version differs. */
#include "instrumentation.h"

#include <string.h>

#include <Python.h>

#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_instruments.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_pystate.h"
#include "osr.h"
#include "registry.h"

/* Calls after which code that was given back is compiled again. */
enum { CALLS_TO_RETURN = 3 };

/* Every calling convention of C functions fits: registers that a function does not take are not looked at. */
typedef PyObject *(*AnyFunction)(PyObject *, PyObject *, PyObject *, PyObject *);

typedef struct {
    const char *module, *name;
    AnyFunction original;
} Reporter;

static bool own_change; /* made by cj_set_local_events */

static PyObject *report(size_t which, PyObject *self, PyObject *a, PyObject *b, PyObject *c);

#define REPORTERS(X)                                                              \
    X(0, NULL, "settrace")                                                        \
    X(1, NULL, "setprofile")                                                      \
    X(2, NULL, "_settraceallthreads")                                             \
    X(3, NULL, "_setprofileallthreads")                                           \
    X(4, "monitoring", "set_events")                                              \
    X(5, "monitoring", "set_local_events")                                        \
    X(6, "monitoring", "clear_tool_id")                                           \
    X(7, "monitoring", "free_tool_id")                                            \
    X(8, "monitoring", "use_tool_id")

enum { SET_LOCAL_EVENTS = 5, USE_TOOL_ID = 8 };

#define DEFINE(index, module, name)                                               \
    static PyObject *report_##index(PyObject *self, PyObject *a, PyObject *b, PyObject *c) \
    {                                                                             \
        return report(index, self, a, b, c);                                      \
    }
REPORTERS(DEFINE)

#define ROW(index, module, name) {module, name, NULL},
static Reporter reporters[] = {REPORTERS(ROW)};
#define ENTRY(index, module, name) report_##index,
static const AnyFunction entries[] = {REPORTERS(ENTRY)};

/* Whether somebody else has asked for events that code can be watched by itself for. */
static bool
any_tool(const uint8_t *tools)
{
    for (int event = 0; event < _PY_MONITORING_LOCAL_EVENTS; event++) {
        if (cj_osr_foreign_tools(tools, event) != 0) {
            return true;
        }
    }
    return false;
}

uintptr_t cj_unwatched = UINTPTR_MAX;

int
cj_look_for_tools(PyThreadState *tstate)
{
    uintptr_t breaker = tstate->eval_breaker;
    if ((breaker & _PY_EVAL_EVENTS_MASK) != 0 || any_tool(tstate->interp->monitors.tools)) {
        return 0;
    }
    cj_unwatched = breaker;
    return 1;
}

/* Code objects whose calls somebody wanted to see by themselves, borrowed. Callers that are watched like that report a call as
 * one of a C function when the function is not entered by the interpreter's own vectorcall, or when there is a frame evaluator. */
static PyCodeObject **call_watched;
static size_t ncall_watched, call_watched_room;

static bool
calls_watched(const PyCodeObject *code)
{
    const _PyCoMonitoringData *data = code->_co_monitoring;
    uint8_t tools = data == NULL ? 0 : data->local_monitors.tools[PY_MONITORING_EVENT_CALL];
    for (int tool = 0; tool < PY_MONITORING_TOOL_IDS; tool++) {
        /* The events of a tool that has gone are taken back when the code is entered next. */
        if ((tools >> tool & 1) != 0 && data->tool_versions[tool] == PyInterpreterState_Get()->monitoring_tool_versions[tool]) {
            return true;
        }
    }
    return false;
}

void
cj_instrumentation_forget(const PyCodeObject *code)
{
    for (size_t i = 0; i < ncall_watched; i++) {
        if (call_watched[i] == code) {
            call_watched[i] = call_watched[--ncall_watched];
            return;
        }
    }
}

/* Notes whether somebody watches the calls of a code object by itself. Without memory for it nothing is noted. */
static void
note_watched(PyCodeObject *code)
{
    cj_instrumentation_forget(code);
    if (!calls_watched(code)) {
        return;
    }
    if (ncall_watched == call_watched_room) {
        size_t room = call_watched_room * 2 + 8;
        PyCodeObject **more = PyMem_RawRealloc(call_watched, room * sizeof(*more));
        if (more == NULL) {
            return;
        }
        call_watched = more;
        call_watched_room = room;
    }
    call_watched[ncall_watched++] = code;
}

/* Whether the calls of any code object are watched by themselves. Forgets those that are not any longer. */
static bool
any_calls_watched(void)
{
    for (size_t i = ncall_watched; i > 0; i--) {
        if (!calls_watched(call_watched[i - 1])) {
            call_watched[i - 1] = call_watched[--ncall_watched];
        }
    }
    return ncall_watched > 0;
}

static bool
monitored(PyCodeObject *code)
{
    return code->_co_monitoring != NULL && any_tool(code->_co_monitoring->local_monitors.tools);
}

/* Whether a function that compiled code relies on, and may have inlined, is monitored by itself. */
static bool
relies_on_monitored(const CJObject *object)
{
    for (uint32_t i = 0; object != NULL && i < object->ndepends; i++) {
        const CJDepend *d = &object->depends[i];
        if (d->kind == CJ_DEPEND_FUNCTION && monitored((PyCodeObject *)((PyFunctionObject *)d->object)->func_code)) {
            return true;
        }
    }
    return false;
}

static bool everything_watched;

bool
cj_everything_watched(void)
{
    /* The end may have been told to nobody. */
    return everything_watched && (any_calls_watched() || any_tool(PyInterpreterState_Get()->monitors.tools));
}

/* The instrumentation version that compiled code expects in the eval breaker. */
static uintptr_t expected_version;

static uintptr_t
current_version(void)
{
    return _Py_atomic_load_uintptr_relaxed(&_PyThreadState_GET()->eval_breaker) & ~(uintptr_t)_PY_EVAL_EVENTS_MASK;
}

void
cj_instrumentation_changed(void)
{
    const uint8_t *tools = PyInterpreterState_Get()->monitors.tools;
    bool calls = any_calls_watched();
    everything_watched = calls || any_tool(tools);
    cj_frame_evaluator_pause(calls || tools[PY_MONITORING_EVENT_CALL] != 0);
    /* A version that moved for another reason makes every entry of old code slow. */
    uintptr_t version = current_version();
    bool moved = version != expected_version;
    expected_version = version;
    CJRecord *next;
    for (CJRecord *record = cj_registry_first(); record != NULL; record = next) {
        next = record->next;
        PyCodeObject *code = record->code.code;
        bool now = everything_watched || monitored(code);
        if (record->loops != NULL && (now || moved)) {
            cj_osr_take_code(record);
        }
        if (!now && record->state == CJ_COMPILED && (moved || relies_on_monitored(record->code.object))) {
            cj_registry_take_code(record);
            cj_registry_count(record, CALLS_TO_RETURN);
        }
        if (now == record->traced || (now && record->state != CJ_COMPILED && record->state != CJ_COUNTING)) {
            continue;
        }
        record->traced = now;
        if (now && record->state == CJ_COMPILED) {
            cj_registry_take_code(record);
            cj_registry_count(record, CALLS_TO_RETURN);
        }
        else if (record->state == CJ_COUNTING) {
            cj_registry_update(record);
        }
    }
}

static PyObject *
report(size_t which, PyObject *self, PyObject *a, PyObject *b, PyObject *c)
{
    if (which == USE_TOOL_ID && PyInterpreterState_Get() == PyInterpreterState_Main()) {
        /* Arguments come as an array and its length. */
        PyObject *tool = (Py_ssize_t)(intptr_t)b > 0 ? ((PyObject *const *)a)[0] : NULL;
        if (tool != NULL && PyLong_CheckExact(tool) && PyLong_AsLong(tool) == PY_MONITORING_OPTIMIZER_ID) {
            cj_osr_release_tool();
        }
        PyErr_Clear();
    }
    PyObject *result = reporters[which].original(self, a, b, c);
    if (own_change) {
        return result;
    }
    if (PyInterpreterState_Get() == PyInterpreterState_Main()) {
        PyObject *raised = PyErr_GetRaisedException();
        if (which == SET_LOCAL_EVENTS && result != NULL) {
            /* It has taken three arguments. */
            note_watched((PyCodeObject *)((PyObject *const *)a)[1]);
        }
        cj_instrumentation_changed();
        PyErr_SetRaisedException(raised);
    }
    return result;
}

bool
cj_tool_is_observed(void)
{
    return reporters[USE_TOOL_ID].original != NULL;
}

bool
cj_set_local_events(int tool, PyCodeObject *code, int events)
{
    PyObject *monitoring = PySys_GetObject("monitoring"); /* borrowed */
    PyObject *function = monitoring == NULL || reporters[SET_LOCAL_EVENTS].original == NULL ? NULL
        : PyObject_GetAttrString(monitoring, reporters[SET_LOCAL_EVENTS].name);
    PyObject *result = NULL;
    if (function != NULL && PyCFunction_CheckExact(function)) {
        own_change = true;
        result = PyObject_CallFunction(function, "iOi", tool, code, events);
        own_change = false;
    }
    Py_XDECREF(function);
    Py_XDECREF(result);
    return result != NULL;
}

void
cj_instrumentation_start(void)
{
    expected_version = current_version();
    for (size_t i = 0; i < Py_ARRAY_LENGTH(reporters); i++) {
        Reporter *reporter = &reporters[i];
        PyObject *owner = PyImport_AddModuleRef("sys");
        if (owner != NULL && reporter->module != NULL) {
            Py_SETREF(owner, PyObject_GetAttrString(owner, reporter->module));
        }
        PyObject *function = owner != NULL ? PyObject_GetAttrString(owner, reporter->name) : NULL;
        /* A version without the function, or a function that somebody replaced, is left alone. */
        if (function != NULL && PyCFunction_CheckExact(function) && reporter->original == NULL) {
            PyMethodDef *method = ((PyCFunctionObject *)function)->m_ml;
            bool fits = (i != USE_TOOL_ID && i != SET_LOCAL_EVENTS) || method->ml_flags == METH_FASTCALL;
            if (strcmp(method->ml_name, reporter->name) == 0 && fits) {
                reporter->original = (AnyFunction)(void (*)(void))method->ml_meth;
                method->ml_meth = (PyCFunction)(void (*)(void))entries[i];
            }
        }
        PyErr_Clear();
        Py_XDECREF(function);
        Py_XDECREF(owner);
    }
}

bool
cj_is_instrumented(PyThreadState *tstate, PyCodeObject *code)
{
    uintptr_t breaker = _Py_atomic_load_uintptr_relaxed(&tstate->eval_breaker);
    if ((breaker & ~(uintptr_t)_PY_EVAL_EVENTS_MASK) !=
        _Py_atomic_load_uintptr_relaxed(&code->_co_instrumentation_version)) {
        return true;
    }
    const _PyCoMonitoringData *monitoring = code->_co_monitoring;
    return monitoring != NULL && any_tool(monitoring->active_monitors.tools);
}
