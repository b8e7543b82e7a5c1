/* Compiling one code object: snapshot, compiler, loader, and putting the result to use. */
#include <Python.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "_cgo_export.h"
#include "fork.h"
#include "gocompile.h"
#include "internal/pycore_descrobject.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_object.h"
#include "internal/pycore_runtime.h"
#include "keep.h"
#include "opcode.h"
#include "options.h"
#include "osr.h"
#include "registry.h"
#include "remote.h"
#include "snapshot.h"
#include "versions.h"
#include "watch.h"

static double total_milliseconds;

double
cj_compilation_time(void)
{
    return total_milliseconds;
}

static double
milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static const char *
text_of(PyObject *str)
{
    const char *text = str != NULL && PyUnicode_Check(str) ? PyUnicode_AsUTF8(str) : NULL;
    if (text == NULL) {
        PyErr_Clear();
        return "?";
    }
    return text;
}

static const char *
module_of(const CJRecord *record)
{
    PyObject *name = PyDict_Check(record->code.globals)
        ? PyDict_GetItemWithError(record->code.globals, &_Py_ID(__name__)) : NULL;
    PyErr_Clear();
    return text_of(name);
}

/* Turns the current exception into the record's reason. */
static void
give_up_raised(CJRecord *record)
{
    PyObject *raised = PyErr_GetRaisedException();
    PyObject *text = raised == NULL ? NULL : PyObject_Str(raised);
    cj_registry_give_up(record, "%s", text == NULL ? "unknown error" : text_of(text));
    Py_XDECREF(text);
    Py_XDECREF(raised);
    PyErr_Clear();
}

/* The class in whose body the function was defined, found by its qualified name in its
   globals; borrowed, or NULL. */
static PyTypeObject *
class_of(PyFunctionObject *function)
{
    const char *name = text_of(((PyCodeObject *)function->func_code)->co_qualname);
    PyObject *scope = function->func_globals;
    const char *dot;
    while ((dot = strchr(name, '.')) != NULL) {
        PyObject *key = PyUnicode_FromStringAndSize(name, dot - name);
        PyObject *next = key != NULL && scope != NULL && PyDict_CheckExact(scope)
            ? PyDict_GetItemWithError(scope, key) : NULL;
        Py_XDECREF(key);
        PyErr_Clear();
        if (next == NULL || !PyType_Check(next)) {
            return NULL;
        }
        name = dot + 1;
        if (strchr(name, '.') == NULL) {
            return (PyTypeObject *)next;
        }
        scope = ((PyTypeObject *)next)->tp_dict;
    }
    return NULL;
}

/* Call sites that create instances, and reads of properties, never look at the function again
   once they are specialised: the class has to take its version away, so that they do. Plain methods
   need nothing. */
static void
refresh_class(PyFunctionObject *function)
{
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    PyTypeObject *type = class_of(function);
    PyObject *held = type == NULL ? NULL : _PyType_Lookup(type, code->co_name);
    bool init = held == (PyObject *)function && strcmp(text_of(code->co_name), "__init__") == 0;
    bool getter = held != NULL && Py_IS_TYPE(held, &PyProperty_Type)
        && ((propertyobject *)held)->prop_get == (PyObject *)function;
    if (init || getter) {
        Py_INCREF(type);
        cj_type_renew_version(type);
        Py_DECREF(type);
    }
}

const char *
cj_compile_refusal(const CJRecord *record)
{
    if (record->dead) {
        return "its code is gone";
    }
    if (record->suppressed) {
        return "it is suppressed by jit_suppress";
    }
    if (!cj_registry_active()) {
        return "the JIT is disabled";
    }
    if (cj_in_forked_child() && cj_options.remote == NULL) {
        return "nothing is compiled in a forked child";
    }
    if (Py_IsFinalizing()) {
        return "the interpreter is being finalized";
    }
    return NULL;
}

static int
first_line(const char *text, size_t n)
{
    const char *end = memchr(text, '\n', n);
    return (int)(end == NULL ? n : (size_t)(end - text));
}

/* Runs the compiler on a snapshot; returns the object that it makes, or NULL. The record is given up then, unless only a loop of it
   was to be compiled. */
static CJObject *
compile_snapshot(CJRecord *record, const CJSnapshot *snapshot, bool loop)
{
    void *out = NULL;
    size_t outn = 0;
    CJObject *object = NULL;
    int status = cj_options.remote == NULL
        ? cj_go_compile(snapshot->data, snapshot->size, cj_options.compiler, &out, &outn)
        : cj_remote_compile(cj_options.remote, snapshot->data, snapshot->size, cj_options.compiler, &out, &outn);
    int shown = (int)(outn > 400 ? 400 : outn);
    switch (status) {
    case CJ_COMPILE_DONE:
        object = cj_load(out, outn, snapshot->objects, snapshot->nobjects, &record->code);
        if (object == NULL && loop) {
            PyErr_Clear();
        }
        else if (object == NULL) {
            give_up_raised(record);
        }
        break;
    case CJ_COMPILE_GIVEN_UP:
        if (!loop) {
            cj_registry_give_up(record, "%.*s", shown, (const char *)out);
        }
        else if (cj_logging()) {
            cj_log("Gave up compiling a loop of %s:%s: %.*s", module_of(record), text_of(record->code.code->co_qualname), shown,
                   (const char *)out);
        }
        break;
    default:
        /* The stack is for the log. */
        if (!loop) {
            cj_registry_give_up(record, "bug in the compiler: %.*s", first_line(out, outn), (const char *)out);
        }
        cj_log("Bug in the compiler at %s:%s\n%.*s", module_of(record),
               text_of(record->code.code->co_qualname), (int)outn, (const char *)out);
    }
    free(out);
    return object;
}

/* Logs the stages that are asked for. */
static void
dump_stages(const CJRecord *record, const CJSnapshot *snapshot)
{
    char stage[64], headline[512];
    for (const char *at = cj_options.dump; at != NULL && *at != 0;) {
        size_t n = strcspn(at, ",");
        snprintf(stage, sizeof(stage), "%.*s", (int)n, at);
        at += n + (at[n] == ',' ? 1 : 0);
        void *out = NULL;
        size_t size = 0;
        cj_go_describe(stage, snapshot->data, snapshot->size, cj_options.compiler, &out, &size);
        snprintf(headline, sizeof(headline), "%s of %s:%s", stage, module_of(record),
                 text_of(record->code.code->co_qualname));
        cj_log_text(headline, out, size);
        free(out);
    }
}

static void
compile(CJRecord *record, PyFunctionObject *function)
{
    const char *reason = NULL;
    double start = milliseconds();
    PyObject *builtins = function != NULL ? function->func_builtins : cj_builtins_of(record->code.globals);
    CJSnapshot *snapshot = cj_snapshot_take(record->code.code, record->code.globals, builtins,
                                            (PyObject *)function, NULL, &reason);
    if (snapshot == NULL) {
        if (reason != NULL) {
            cj_registry_give_up(record, "%s", reason);
        }
        else {
            give_up_raised(record);
        }
        return;
    }
    if (cj_options.dump != NULL && !cj_in_forked_child()) {
        dump_stages(record, snapshot);
    }
    CJObject *object = compile_snapshot(record, snapshot, false);
    cj_snapshot_free(snapshot);
    if (object == NULL) {
        return;
    }
    if (record->dead || cj_watch_add(object) < 0) {
        cj_object_free(object);
        if (!record->dead) {
            give_up_raised(record);
        }
        return;
    }
    cj_keep_loosely(object);
    record->code.builtins = builtins;
    cj_object_install(object);
    record->state = CJ_COMPILED;
    record->compiled_times++;
    record->milliseconds = milliseconds() - start;
    free(record->reason);
    record->reason = NULL;
    cj_registry_update(record);
    if (cj_logging()) {
        cj_log("Finished compiling %s:%s in %.3f ms, code size %u bytes, stack %u bytes", module_of(record),
               text_of(record->code.code->co_qualname), record->milliseconds, object->text_size,
               object->stack_size);
    }
}

/* Compiles counted functions that a function which was compiled calls or contains: they are as hot as it is. Nobody would count
 * the calls of those that are inlined, but other callers, and the interpreter after an exit, want their machine code. */
static void
compile_callees(const CJObject *object)
{
    enum { MOST_CALLEES = 64, MOST_NESTED = 8 };
    static int nested;
    if (nested == MOST_NESTED) {
        return;
    }
    PyObject *callees[MOST_CALLEES];
    int n = 0;
    for (uint32_t i = 0; i < object->ndepends && n < MOST_CALLEES; i++) {
        if (object->depends[i].kind == CJ_DEPEND_FUNCTION) {
            callees[n++] = Py_NewRef(object->depends[i].object);
        }
    }
    nested++;
    for (int i = 0; i < n; i++) {
        CJFunctionEntry *entry = cj_registry_entry((PyFunctionObject *)callees[i]);
        /* One that lost its code is to learn first. */
        if (entry != NULL && entry->record->state == CJ_COUNTING && entry->record->compiled_times == 0) {
            cj_compile_now(entry->record, (PyFunctionObject *)callees[i]);
        }
        Py_DECREF(callees[i]);
    }
    nested--;
}

void
cj_compile_loop(CJRecord *record, CJLoop *loop, PyObject *function, const CJLoopEntry *entry)
{
    const char *reason = NULL;
    double start = milliseconds();
    cj_find_arrays();
    PyObject *builtins = loop->builtins;
    CJSnapshot *snapshot = cj_snapshot_take(record->code.code, record->code.globals, builtins, function, entry, &reason);
    PyErr_Clear();
    if (snapshot != NULL && cj_options.dump != NULL) {
        dump_stages(record, snapshot);
    }
    CJObject *object = snapshot == NULL ? NULL : compile_snapshot(record, snapshot, true);
    cj_snapshot_free(snapshot);
    if (object != NULL && (record->dead || cj_watch_add(object) < 0)) {
        PyErr_Clear();
        cj_object_free(object);
        object = NULL;
    }
    total_milliseconds += milliseconds() - start;
    if (object == NULL) {
        loop->given_up = true;
        return;
    }
    cj_keep_loosely(object);
    loop->object = object;
    if (cj_logging()) {
        cj_log("Finished compiling the loop at line %d of %s:%s in %.3f ms, code size %u bytes, stack %u bytes",
               PyCode_Addr2Line(record->code.code, (int)(entry->unit * sizeof(_Py_CODEUNIT))), module_of(record),
               text_of(record->code.code->co_qualname), milliseconds() - start, object->text_size, object->stack_size);
    }
    compile_callees(object);
}

/* Has the interpreter run this code? Its first instruction was specialised then. */
static bool
has_run(PyCodeObject *code)
{
    const _Py_CODEUNIT *units = (const _Py_CODEUNIT *)code->co_code_adaptive;
    for (Py_ssize_t i = 0; i < Py_SIZE(code);) {
        uint8_t op = units[i].op.code;
        if (_PyOpcode_Deopt[op] == RESUME) {
            return op == RESUME_CHECK;
        }
        i += 1 + _PyOpcode_Caches[_PyOpcode_Deopt[op]];
    }
    return false;
}

/* Compiles the generator expressions in a function that was compiled, and other generators that are made there. Their functions
   live for one call, mostly, and none may be alive at any time that somebody looks for functions to compile. */
static void
compile_inner_generators(CJRecord *record)
{
    PyObject *constants = record->code.code->co_consts;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(constants); i++) {
        PyCodeObject *code = (PyCodeObject *)PyTuple_GET_ITEM(constants, i);
        if (!PyCode_Check(code) || (code->co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) == 0 || !has_run(code)) {
            continue;
        }
        CJRecord *inner = cj_registry_get(code, record->code.globals);
        if (inner == NULL) {
            PyErr_Clear();
            return;
        }
        if (inner->state == CJ_IDLE && inner->reason == NULL && !inner->suppressed) {
            cj_compile_now(inner, NULL);
        }
    }
}

bool
cj_compile_now(CJRecord *record, PyFunctionObject *function)
{
    if (record->code.object != NULL) {
        return true;
    }
    PyObject *raised = PyErr_GetRaisedException();
    PyObject *code = Py_XNewRef(record->code.code);
    const char *reason = cj_compile_refusal(record);
    if (reason != NULL) {
        CJState state = record->state;
        cj_registry_give_up(record, "%s", reason);
        /* It may be compiled when the reason is gone. */
        record->state = state == CJ_COUNTING ? CJ_IDLE : state;
        cj_registry_update(record);
    }
    else if (cj_find_arrays(), record->code.object == NULL) {
        double begin = milliseconds();
        if (cj_options.debug) {
            cj_log("Compiling %s:%s", module_of(record), text_of(record->code.code->co_qualname));
        }
        compile(record, function);
        total_milliseconds += milliseconds() - begin;
        if (record->state == CJ_GIVEN_UP && cj_logging()) {
            cj_log("Gave up compiling %s:%s: %s", module_of(record), text_of(record->code.code->co_qualname),
                   record->reason);
        }
    }
    bool done = record->code.object != NULL;
    if (done && function != NULL) {
        if (cj_registry_attach(function, record) < 0) {
            PyErr_Clear();
        }
        refresh_class(function);
    }
    if (done) {
        compile_inner_generators(record);
        if (record->code.object != NULL) {
            compile_callees(record->code.object);
        }
    }
    Py_XDECREF(code);
    PyErr_SetRaisedException(raised);
    return done;
}
