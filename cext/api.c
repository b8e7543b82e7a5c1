#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"
#include "arena.h"
#include "exit.h"
#include "fork.h"
#include "gocompile.h"
#include "instrumentation.h"
#include "internal/pycore_function.h"
#include "internal/pycore_interp_structs.h"
#include "jitlist.h"
#include "layout.h"
#include "options.h"
#include "osr.h"
#include "registry.h"
#include "snapshot.h"
#include "stats.h"
#include "stubs.h"

static bool started;

/* The Python function behind a callable: methods and wrappers of classes are looked
   through. Borrowed, or NULL with TypeError. */
static PyFunctionObject *
function_of(PyObject *callable)
{
    PyObject *o = callable;
    for (int i = 0; i < 8; i++) {
        if (PyFunction_Check(o)) {
            return (PyFunctionObject *)o;
        }
        if (PyMethod_Check(o)) {
            o = PyMethod_GET_FUNCTION(o);
        }
        else if (PyObject_TypeCheck(o, &PyClassMethod_Type) || PyObject_TypeCheck(o, &PyStaticMethod_Type)) {
            o = ((cj_method_wrapper *)o)->callable;
        }
        else {
            break;
        }
        if (o == NULL) {
            break;
        }
    }
    PyErr_Format(PyExc_TypeError, "want a Python function, not %T", callable);
    return NULL;
}

static bool
check_started(void)
{
    if (!started) {
        PyErr_SetString(PyExc_RuntimeError, "the JIT has not been started");
    }
    return started;
}

/* The function's record, made when there is none; NULL with an exception. */
static CJRecord *
record_of(PyFunctionObject *function)
{
    return function == NULL || !check_started() ? NULL
        : cj_registry_get((PyCodeObject *)function->func_code, function->func_globals);
}

/* The function's record, or NULL with *failed telling whether that is an exception. */
static CJRecord *
known_record(PyObject *callable, bool *failed)
{
    PyFunctionObject *function = function_of(callable);
    *failed = function == NULL;
    return function == NULL || !started ? NULL
        : (CJRecord *)cj_registry_find((PyCodeObject *)function->func_code, function->func_globals);
}

static PyObject *
start(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    if (started) {
        Py_RETURN_NONE;
    }
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(PyExc_RuntimeError, "it works in the main interpreter only");
        return NULL;
    }
    const char *reason = cj_layout_check();
    if (reason != NULL) {
        PyErr_SetString(PyExc_RuntimeError, reason);
        return NULL;
    }
    if (cj_runtime_start(cj_options.code_limit) < 0 || cj_registry_start() < 0) {
        return NULL;
    }
    started = true;
    Py_RETURN_NONE;
}

static PyObject *
force_compile(PyObject *Py_UNUSED(module), PyObject *callable)
{
    PyFunctionObject *function = function_of(callable);
    CJRecord *record = record_of(function);
    if (record == NULL) {
        return NULL;
    }
    if (record->code.object == NULL && cj_compile_refusal(record) == NULL) {
        record->state = CJ_IDLE;
    }
    bool done = cj_compile_now(record, function);
    if (done && cj_registry_attach(function, record) < 0) {
        return NULL;
    }
    return PyBool_FromLong(done);
}

static PyObject *
force_uncompile(PyObject *Py_UNUSED(module), PyObject *callable)
{
    bool failed;
    CJRecord *record = known_record(callable, &failed);
    if (failed) {
        return NULL;
    }
    if (record == NULL || (record->code.object == NULL && record->state != CJ_COUNTING)) {
        Py_RETURN_FALSE;
    }
    bool had = record->code.object != NULL;
    cj_registry_uncompile(record);
    return PyBool_FromLong(had);
}

static PyObject *
lazy_compile(PyObject *Py_UNUSED(module), PyObject *callable)
{
    PyFunctionObject *function = function_of(callable);
    CJRecord *record = record_of(function);
    if (record == NULL) {
        return NULL;
    }
    if (record->code.object != NULL || cj_compile_refusal(record) != NULL) {
        return PyBool_FromLong(record->code.object != NULL);
    }
    cj_registry_count(record, 0);
    if (cj_registry_attach(function, record) < 0) {
        return NULL;
    }
    return PyBool_FromLong(cj_registry_entry(function) != NULL);
}

static PyObject *
jit_suppress(PyObject *Py_UNUSED(module), PyObject *callable)
{
    CJRecord *record = record_of(function_of(callable));
    if (record == NULL) {
        return NULL;
    }
    record->suppressed = true;
    cj_registry_uncompile(record);
    cj_registry_give_up(record, "it is suppressed by jit_suppress");
    return Py_NewRef(callable);
}

static PyObject *
jit_unsuppress(PyObject *Py_UNUSED(module), PyObject *callable)
{
    PyFunctionObject *function = function_of(callable);
    CJRecord *record = record_of(function);
    if (record == NULL) {
        return NULL;
    }
    if (record->suppressed) {
        record->suppressed = false;
        record->state = CJ_IDLE;
        free(record->reason);
        record->reason = NULL;
        cj_registry_consider(function);
    }
    return Py_NewRef(callable);
}

static PyObject *
is_jit_compiled(PyObject *Py_UNUSED(module), PyObject *callable)
{
    bool failed;
    CJRecord *record = known_record(callable, &failed);
    if (failed) {
        return NULL;
    }
    if (record == NULL || record->code.object == NULL) {
        Py_RETURN_FALSE;
    }
    PyFunctionObject *function = function_of(callable);
    if (cj_registry_is_generator(record)) {
        return PyBool_FromLong(function->func_builtins == record->code.builtins);
    }
    CJFunctionEntry *entry = cj_registry_entry(function);
    return PyBool_FromLong(entry != NULL && entry->record == record);
}

static PyObject *
get_compiled_functions(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    PyObject *list = PyList_New(0);
    for (CJRecord *record = cj_registry_first(); list != NULL && record != NULL; record = record->next) {
        CJFunctionEntry *entry = record->code.object == NULL ? NULL : record->functions;
        for (; entry != NULL && list != NULL; entry = entry->next) {
            if (PyList_Append(list, (PyObject *)entry->function) < 0) {
                Py_CLEAR(list);
            }
        }
    }
    return list;
}

/* Methods that tell a number about a function's machine code, 0 when there is none. */
#define NUMBER(name, field)                                                             \
    static PyObject *name(PyObject *Py_UNUSED(module), PyObject *callable)              \
    {                                                                                   \
        bool failed;                                                                    \
        CJRecord *record = known_record(callable, &failed);                             \
        if (failed) {                                                                   \
            return NULL;                                                                \
        }                                                                               \
        CJObject *object = record == NULL ? NULL : record->code.object;                 \
        return PyLong_FromUnsignedLong(object == NULL ? 0 : object->field);             \
    }

NUMBER(get_compiled_size, text_size)
NUMBER(get_compiled_stack_size, stack_size)
NUMBER(get_compiled_spill_stack_size, spill_size)

/* For tools that see machine code from outside, such as a profiler. */
static PyObject *
get_compiled_address(PyObject *Py_UNUSED(module), PyObject *callable)
{
    bool failed;
    CJRecord *record = known_record(callable, &failed);
    if (failed) {
        return NULL;
    }
    return PyLong_FromVoidPtr(record == NULL || record->code.object == NULL ? NULL : record->code.object->text);
}

static PyObject *
get_helper_stubs(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    return cj_stub_list();
}

static PyObject *
get_function_compilation_time(PyObject *Py_UNUSED(module), PyObject *callable)
{
    bool failed;
    CJRecord *record = known_record(callable, &failed);
    return failed ? NULL : PyFloat_FromDouble(record == NULL ? 0 : record->milliseconds);
}

static PyObject *
get_compilation_time(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    return PyFloat_FromDouble(cj_compilation_time());
}

/* Methods that make an object from a function's machine code. */
static PyObject *
from_object(PyObject *callable, PyObject *(*make)(CJObject *), PyObject *(*empty)(void))
{
    bool failed;
    CJRecord *record = known_record(callable, &failed);
    if (failed) {
        return NULL;
    }
    return record == NULL || record->code.object == NULL ? empty() : make(record->code.object);
}

static PyObject *
empty_list(void)
{
    return PyList_New(0);
}

static PyObject *
get_function_hir_opcode_counts(PyObject *Py_UNUSED(module), PyObject *callable)
{
    return from_object(callable, cj_object_opcodes, PyDict_New);
}

static PyObject *
get_inlined_calls(PyObject *Py_UNUSED(module), PyObject *callable)
{
    return from_object(callable, cj_object_inlined, empty_list);
}

static PyObject *
get_refused_calls(PyObject *Py_UNUSED(module), PyObject *callable)
{
    return from_object(callable, cj_object_not_inlined, empty_list);
}

static PyObject *
get_and_clear_runtime_stats(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    PyObject *deopts = cj_stats_take();
    PyObject *loops = deopts == NULL ? NULL : cj_osr_take_stats();
    if (loops == NULL) {
        Py_XDECREF(deopts);
        return NULL;
    }
    return Py_BuildValue("{s:N, s:N}", "deopt", deopts, "loops", loops);
}

/* Turns what a Go function gave into a str or an exception, and frees it. */
static PyObject *
text_result(int status, void *out, size_t size)
{
    PyObject *text = PyUnicode_DecodeUTF8(out, (Py_ssize_t)size, "backslashreplace");
    free(out);
    if (text != NULL && status != CJ_COMPILE_DONE) {
        PyErr_SetObject(PyExc_RuntimeError, text);
        Py_CLEAR(text);
    }
    return text;
}

static PyObject *
disassemble(PyObject *Py_UNUSED(module), PyObject *callable)
{
    bool failed;
    CJRecord *record = known_record(callable, &failed);
    if (failed || !cj_check_not_forked()) {
        return NULL;
    }
    CJObject *object = record == NULL ? NULL : record->code.object;
    if (object == NULL) {
        PyErr_SetString(PyExc_ValueError, "the function is not compiled");
        return NULL;
    }
    char *notes = cj_object_notes(object);
    if (notes == NULL) {
        return PyErr_NoMemory();
    }
    void *out = NULL;
    size_t size = 0;
    int status = cj_go_disassemble(object->text, object->text_size, object->literal_size, (uintptr_t)object->text, notes, &out, &size);
    free(notes);
    return text_result(status, out, size);
}

/* A snapshot of the function; NULL with an exception. */
static CJSnapshot *
take(PyObject *callable)
{
    PyFunctionObject *function = function_of(callable);
    const char *reason = NULL;
    if (function == NULL || !check_started()) {
        return NULL;
    }
    CJSnapshot *snapshot = cj_snapshot_take((PyCodeObject *)function->func_code, function->func_globals,
                                            function->func_builtins, (PyObject *)function, NULL, &reason);
    if (snapshot == NULL && reason != NULL) {
        PyErr_SetString(PyExc_ValueError, reason);
    }
    return snapshot;
}

static PyObject *
take_snapshot(PyObject *Py_UNUSED(module), PyObject *callable)
{
    CJSnapshot *snapshot = take(callable);
    PyObject *bytes = snapshot == NULL ? NULL
        : PyBytes_FromStringAndSize((char *)snapshot->data, (Py_ssize_t)snapshot->size);
    cj_snapshot_free(snapshot);
    return bytes;
}

static PyObject *
describe(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *stage;
    PyObject *callable;
    if (!PyArg_ParseTuple(args, "sO:describe", &stage, &callable) || !cj_check_not_forked()) {
        return NULL;
    }
    void *out = NULL;
    size_t size = 0;
    bool known = strcmp(stage, "reference") == 0 || cj_go_check_options(NULL, (char *)stage, &out, &size) == CJ_COMPILE_DONE;
    if (!known) {
        PyErr_Format(PyExc_ValueError, "%.*s", (int)size, (const char *)out);
        free(out);
        return NULL;
    }
    free(out);
    CJSnapshot *snapshot = take(callable);
    if (snapshot == NULL) {
        return NULL;
    }
    int status = cj_go_describe((char *)stage, snapshot->data, snapshot->size, cj_options.compiler, &out, &size);
    cj_snapshot_free(snapshot);
    return text_result(status, out, size);
}

static PyObject *
check_options(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    if (cj_options.compiler == NULL && cj_options.dump == NULL) {
        Py_RETURN_NONE;
    }
    if (!cj_check_not_forked()) {
        return NULL;
    }
    void *out = NULL;
    size_t size = 0;
    if (cj_go_check_options(cj_options.compiler, cj_options.dump, &out, &size) != CJ_COMPILE_DONE) {
        PyErr_Format(PyExc_ValueError, "%.*s", (int)size, (const char *)out);
    }
    free(out);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
append_jit_list(PyObject *Py_UNUSED(module), PyObject *pattern)
{
    const char *text = PyUnicode_Check(pattern) ? PyUnicode_AsUTF8(pattern) : NULL;
    if (text == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_TypeError, "want a str, not %T", pattern);
        }
        return NULL;
    }
    if (!check_started() || cj_jitlist_add(text) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
get_jit_list(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    return cj_jitlist_get();
}

static PyObject *
clear_jit_list(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    cj_jitlist_clear();
    Py_RETURN_NONE;
}

static PyObject *
consider_all(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    if (!check_started() || cj_registry_consider_all() < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
get_compile_after_n_calls(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    if (cj_options.auto_calls < 0) {
        Py_RETURN_NONE;
    }
    return PyLong_FromLongLong(cj_options.auto_calls);
}

static PyObject *
set_active(PyObject *Py_UNUSED(module), PyObject *args)
{
    int on, deopt_all;
    if (!PyArg_ParseTuple(args, "pp:set_active", &on, &deopt_all) || !check_started()) {
        return NULL;
    }
    cj_registry_set_active(on);
    if (deopt_all) {
        for (CJRecord *record = cj_registry_first(); record != NULL; record = record->next) {
            if (record->code.object != NULL) {
                cj_registry_take_code(record);
                cj_registry_count(record, 0);
            }
            cj_osr_take_code(record);
        }
    }
    Py_RETURN_NONE;
}

static PyObject *
is_active(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    return PyBool_FromLong(started && cj_registry_active());
}

static PyObject *
why_not_compiled(PyObject *Py_UNUSED(module), PyObject *callable)
{
    bool failed;
    CJRecord *record = known_record(callable, &failed);
    if (failed) {
        return NULL;
    }
    if (record != NULL && record->code.object != NULL) {
        Py_RETURN_NONE;
    }
    if (record == NULL) {
        return PyUnicode_FromString("nobody has asked for it");
    }
    if (record->reason != NULL) {
        return PyUnicode_DecodeUTF8(record->reason, (Py_ssize_t)strlen(record->reason), "replace");
    }
    if (record->state == CJ_COUNTING) {
        return PyUnicode_FromFormat("it is compiled after %lld more calls",
                                    (long long)(record->calls_left < 0 ? 1 : record->calls_left + 1));
    }
    return PyUnicode_FromString(record->compiled_times > 0 ? "its machine code was taken away"
                                                           : "nobody has asked for it");
}

static PyObject *
install_frame_evaluator(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    if (!check_started() || cj_frame_evaluator_install(cj_registry_find_for_frame) < 0) {
        return NULL;
    }
    cj_instrumentation_changed(); /* somebody may look at calls already */
    Py_RETURN_NONE;
}

static PyObject *
remove_frame_evaluator(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    if (started && cj_frame_evaluator_remove() < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
is_frame_evaluator_installed(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    return PyBool_FromLong(started && cj_frame_evaluator_installed());
}

static PyObject *
get_allocator_stats(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    CJArenaStats s = {0};
    if (started) {
        cj_arena_stats(&s);
    }
    return Py_BuildValue("{s:n, s:n, s:n, s:n, s:n}", "limit", (Py_ssize_t)s.limit, "committed",
                         (Py_ssize_t)s.committed, "used", (Py_ssize_t)s.used, "blocks", (Py_ssize_t)s.blocks,
                         "freed", (Py_ssize_t)s.freed);
}

static PyObject *
set_max_code_size(PyObject *Py_UNUSED(module), PyObject *size)
{
    Py_ssize_t limit = PyLong_AsSsize_t(size);
    if (limit == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (limit < 0) {
        PyErr_SetString(PyExc_ValueError, "the size must not be negative");
        return NULL;
    }
    if (!check_started()) {
        return NULL;
    }
    cj_arena_set_limit((size_t)limit);
    Py_RETURN_NONE;
}

/* For tests: watches the loop that begins at a code unit, which is compiled after so many rounds. */
static PyObject *
watch_loop(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *code, *globals;
    int unit;
    unsigned rounds;
    if (!PyArg_ParseTuple(args, "O!O!iI:watch_loop", &PyCode_Type, &code, &PyDict_Type, &globals, &unit, &rounds)
        || !check_started()) {
        return NULL;
    }
    CJRecord *record = cj_registry_get((PyCodeObject *)code, globals);
    return record == NULL ? NULL : PyBool_FromLong(cj_osr_watch(record, unit, rounds));
}

/* For tests: see cj_force_exits. */
static PyObject *
force_exits(PyObject *Py_UNUSED(module), PyObject *args)
{
    unsigned int period, seed;
    if (!PyArg_ParseTuple(args, "II:force_exits", &period, &seed)) {
        return NULL;
    }
    return PyLong_FromUnsignedLong(cj_force_exits(period, seed));
}

#define NO_ARGS(name) {#name, name, METH_NOARGS, NULL}
#define ONE_ARG(name) {#name, name, METH_O, NULL}

/* Documentation is in the package's wrappers. */
PyMethodDef cj_api_methods[] = {
    NO_ARGS(start),
    {"set_option", cj_set_option, METH_VARARGS, NULL},
    ONE_ARG(force_compile),
    ONE_ARG(force_uncompile),
    ONE_ARG(lazy_compile),
    ONE_ARG(jit_suppress),
    ONE_ARG(jit_unsuppress),
    ONE_ARG(is_jit_compiled),
    NO_ARGS(get_compiled_functions),
    ONE_ARG(get_compiled_size),
    ONE_ARG(get_compiled_address),
    NO_ARGS(get_helper_stubs),
    ONE_ARG(get_compiled_stack_size),
    ONE_ARG(get_compiled_spill_stack_size),
    ONE_ARG(get_function_compilation_time),
    NO_ARGS(get_compilation_time),
    ONE_ARG(get_function_hir_opcode_counts),
    ONE_ARG(get_inlined_calls),
    ONE_ARG(get_refused_calls),
    NO_ARGS(get_and_clear_runtime_stats),
    ONE_ARG(disassemble),
    ONE_ARG(take_snapshot),
    {"describe", describe, METH_VARARGS, NULL},
    NO_ARGS(check_options),
    ONE_ARG(append_jit_list),
    NO_ARGS(get_jit_list),
    NO_ARGS(clear_jit_list),
    NO_ARGS(consider_all),
    NO_ARGS(get_compile_after_n_calls),
    {"set_active", set_active, METH_VARARGS, NULL},
    {"force_exits", force_exits, METH_VARARGS, NULL},
    {"watch_loop", watch_loop, METH_VARARGS, NULL},
    NO_ARGS(is_active),
    ONE_ARG(why_not_compiled),
    NO_ARGS(install_frame_evaluator),
    NO_ARGS(remove_frame_evaluator),
    NO_ARGS(is_frame_evaluator_installed),
    NO_ARGS(get_allocator_stats),
    ONE_ARG(set_max_code_size),
    {NULL, NULL, 0, NULL},
};
