#include "registry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal/pycore_function.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_opcode_metadata.h"
#include "address_table.h"
#include "instrumentation.h"
#include "jitlist.h"
#include "opcode.h"
#include "options.h"
#include "osr.h"
#include "stats.h"
#include "stubs.h"
#include "versions.h"
#include "watch.h"

/* Code that broke or failed so often is left to the interpreter. */
enum { MAX_BROKEN = 20, CALLS_AFTER_BREAK = 30 };

static CJRecord *records;          /* all that are alive */
static CJRecord *graveyard;        /* dead ones that retired code may still name */
enum { MANY_BURIED = 64 };
static size_t nburied, sweep_at = MANY_BURIED;
static bool sweep_asked;
static CJAddressTable entries = CJ_EMPTY_TABLE; /* of functions: CJFunctionEntry * */
static bool started;
static bool active = true;
static bool suspended; /* a thread is short of machine stack: all entries are back */

static PyObject *counting_entry(PyObject *, PyObject *const *, size_t, PyObject *);

/* ---- records ---- */

/* The records of a code object with different globals are a list. */
static CJRecord *
first_of(PyCodeObject *code)
{
    return cj_table_get(&cj_code_table, code);
}

CJCode *
cj_registry_find(PyCodeObject *code, PyObject *globals)
{
    for (CJRecord *r = first_of(code); r != NULL; r = r->same_code) {
        if (r->code.globals == globals) {
            return &r->code;
        }
    }
    return NULL;
}

PyObject *
cj_registry_function_of(PyCodeObject *code)
{
    for (CJRecord *r = first_of(code); r != NULL; r = r->same_code) {
        for (CJFunctionEntry *entry = r->functions; entry != NULL; entry = entry->next) {
            if (entry->function->func_code == (PyObject *)code) {
                return (PyObject *)entry->function;
            }
        }
    }
    PyCodeObject *found;
    PyObject *function = cj_function_by_version(code->co_version, &found);
    return found == code ? function : NULL;
}

CJCode *
cj_registry_find_for_frame(PyCodeObject *code, PyObject *globals)
{
    CJCode *found = cj_registry_find(code, globals);
    if (found != NULL && (code->co_flags & CO_OPTIMIZED) == 0) {
        CJRecord *record = (CJRecord *)found;
        if (record->state == CJ_COUNTING && active && (record->listed || record->calls_left <= 0)) {
            cj_compile_now(record, NULL);
        }
    }
    return found;
}

CJRecord *
cj_registry_get(PyCodeObject *code, PyObject *globals)
{
    CJRecord *record = (CJRecord *)cj_registry_find(code, globals);
    if (record != NULL) {
        return record;
    }
    record = calloc(1, sizeof(*record));
    if (record == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    record->code = cj_code_idle(code, globals);
    record->code.registry = record;
    CJRecord *first = first_of(code);
    if (first != NULL) {
        record->same_code = first->same_code;
        first->same_code = record;
    }
    else if (cj_table_add(&cj_code_table, code, record) < 0) {
        free(record);
        PyErr_NoMemory();
        return NULL;
    }
    record->next = records;
    record->self = &records;
    if (records != NULL) {
        records->self = &record->next;
    }
    records = record;
    return record;
}

CJRecord *
cj_registry_first(void)
{
    return records;
}

/* Frees dead records once no retired code is left that could name them. */
static void
sweep(void)
{
    if (graveyard == NULL || cj_free_zombies() > 0) {
        return;
    }
    while (graveyard != NULL) {
        CJRecord *record = graveyard;
        graveyard = record->next;
        free(record->reason);
        free(record);
    }
    nburied = 0;
}

static int
sweep_later(void *Py_UNUSED(unused))
{
    sweep();
    sweep_at = nburied + MANY_BURIED;
    sweep_asked = false;
    return 0;
}

/* Records die in the middle of a code object's death, where no retired code may be freed. */
static void
bury(CJRecord *record)
{
    *record->self = record->next;
    if (record->next != NULL) {
        record->next->self = record->self;
    }
    record->dead = true;
    record->code.code = NULL;
    cj_learned_free(&record->learned);
    cj_sightings_free(&record->sightings);
    record->next = graveyard;
    graveyard = record;
    if (++nburied >= sweep_at && !sweep_asked) {
        sweep_asked = Py_AddPendingCall(sweep_later, NULL) == 0;
    }
}

static void
set_reason(CJRecord *record, const char *format, va_list args)
{
    char text[512];
    vsnprintf(text, sizeof(text), format, args);
    free(record->reason);
    record->reason = strdup(text);
}

void
cj_registry_give_up(CJRecord *record, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_reason(record, format, args);
    va_end(args);
    record->state = CJ_GIVEN_UP;
    cj_registry_update(record);
}

/* ---- functions ---- */

CJFunctionEntry *
cj_registry_entry(PyFunctionObject *function)
{
    return cj_table_get(&entries, function);
}

/* What dead functions leave to new ones: some programs make as many as they call. */
static CJFunctionEntry *unused;

static void
unlink_entry(CJFunctionEntry *entry)
{
    *entry->self = entry->next;
    if (entry->next != NULL) {
        entry->next->self = entry->self;
    }
    cj_table_remove(&entries, entry->function);
    entry->next = unused;
    unused = entry;
}

/* Gives the function back as it was, so that callers specialise again; the entry stays. */
static void
release(CJFunctionEntry *entry)
{
    PyFunctionObject *function = entry->function;
    if (entry->installed == NULL) {
        return;
    }
    if (function->vectorcall == entry->installed) {
        function->vectorcall = cj_interpreter_vectorcall();
        if (entry->saved_version >= FUNC_VERSION_FIRST_VALID) {
            _PyFunction_SetVersion(function, entry->saved_version);
        }
        else {
            function->func_version = entry->saved_version;
        }
    }
    cj_function_versions_forget((PyObject *)function);
    entry->installed = NULL;
}

static void
detach(CJFunctionEntry *entry)
{
    release(entry);
    unlink_entry(entry);
}

/* The entry that the record's functions should have, NULL for the interpreter's. */
static vectorcallfunc
wanted_entry(const CJRecord *record)
{
    switch (record->state) {
    case CJ_COMPILED:
        return (vectorcallfunc)record->code.vectorcall_entry;
    case CJ_COUNTING:
        return active && !record->traced ? counting_entry : NULL;
    default:
        return NULL;
    }
}

/* A version that nobody can have any longer must not stay in the interpreter's table:
   the table is cleared of dying functions by their version. */
static void
clear_version(PyFunctionObject *function)
{
    uint32_t version = function->func_version;
    if (version >= FUNC_VERSION_FIRST_VALID) {
        struct _func_version_cache_item *item =
            &PyInterpreterState_Get()->func_state.func_version_cache[version % FUNC_VERSION_CACHE_SIZE];
        if (item->func == function) {
            item->func = NULL;
        }
    }
    function->func_version = FUNC_VERSION_CLEARED;
}

static void
install(CJFunctionEntry *entry, vectorcallfunc call)
{
    PyFunctionObject *function = entry->function;
    if (entry->installed == NULL) {
        if (function->vectorcall != cj_interpreter_vectorcall()) {
            return; /* somebody else hooked it meanwhile */
        }
        entry->saved_version = function->func_version;
        cj_function_version_note((PyObject *)function, function->func_version);
        clear_version(function);
    }
    else if (function->vectorcall != entry->installed) {
        return;
    }
    function->vectorcall = entry->installed = call;
}

void
cj_registry_update(CJRecord *record)
{
    vectorcallfunc call = wanted_entry(record);
    CJFunctionEntry *next;
    for (CJFunctionEntry *entry = record->functions; entry != NULL; entry = next) {
        next = entry->next;
        if (call != NULL) {
            install(entry, suspended ? cj_interpreter_vectorcall() : call);
        }
        else if (record->state == CJ_COUNTING || record->state == CJ_COMPILED) {
            release(entry);
        }
        else {
            detach(entry);
        }
    }
}

bool
cj_registry_is_generator(const CJRecord *record)
{
    return record->code.object != NULL && record->code.object->generator != CJ_NO_ENTRY;
}

int
cj_registry_attach(PyFunctionObject *function, CJRecord *record)
{
    vectorcallfunc call = wanted_entry(record);
    CJFunctionEntry *entry = cj_registry_entry(function);
    if (entry != NULL && entry->record != record) {
        detach(entry);
        entry = NULL;
    }
    if (entry != NULL || (call == NULL && !cj_registry_is_generator(record)) || function->vectorcall != cj_interpreter_vectorcall()
        || (record->state == CJ_COMPILED && function->func_builtins != record->code.builtins)) {
        return 0;
    }
    entry = unused;
    if (entry == NULL) {
        entry = malloc(sizeof(*entry));
    }
    else {
        unused = entry->next;
    }
    if (entry == NULL || cj_table_add(&entries, function, entry) < 0) {
        free(entry);
        PyErr_NoMemory();
        return -1;
    }
    *entry = (CJFunctionEntry){.function = function, .record = record, .next = record->functions, .self = &record->functions};
    if (entry->next != NULL) {
        entry->next->self = &entry->next;
    }
    record->functions = entry;
    if (call != NULL) {
        install(entry, suspended ? function->vectorcall : call);
    }
    return 0;
}

/* ---- modes ---- */

/* Has a loop of this code gone round in the interpreter? */
static bool
has_looped(PyCodeObject *code)
{
    if (code == NULL) {
        return false;
    }
    const _Py_CODEUNIT *units = (const _Py_CODEUNIT *)code->co_code_adaptive;
    for (Py_ssize_t i = 0; i < Py_SIZE(code);) {
        uint8_t op = cj_osr_plain_opcode(code, units[i].op.code);
        if (op == JUMP_BACKWARD_NO_JIT || op == JUMP_BACKWARD_JIT) {
            return true;
        }
        i += 1 + _PyOpcode_Caches[_PyOpcode_Deopt[op]];
    }
    return false;
}

bool
cj_registry_loops(const CJRecord *record)
{
    return has_looped(record->code.code);
}

/* Is it time? A function of the jit list that loops has shown its types after few calls. */
static bool
is_due(CJRecord *record)
{
    enum { CALLS_OF_LOOPS = 2 };
    int64_t left = record->calls_left--;
    return left <= 0
        || (record->listed && cj_options.list_calls - left == CALLS_OF_LOOPS && has_looped(record->code.code));
}

/* Before a call that the interpreter runs to learn: what the caches know is noted, so that they are free for something else. */
static void
keep_learning(PyCodeObject *code)
{
    CJLearned *learned = cj_registry_learned(code);
    if (learned != NULL) {
        cj_learned_note_caches(learned, code);
        cj_learn_anew(code);
    }
}

static PyObject *
counting_entry(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    PyFunctionObject *function = (PyFunctionObject *)callable;
    CJFunctionEntry *entry = cj_registry_entry(function);
    if (entry != NULL && entry->record->state == CJ_COUNTING && active) {
        if (is_due(entry->record)) {
            PyObject *keep = Py_NewRef(callable);
            cj_compile_now(entry->record, function);
            Py_DECREF(keep); /* the caller has one too */
        }
        else if (entry->record->compiled_times > 0) {
            keep_learning((PyCodeObject *)function->func_code);
        }
    }
    vectorcallfunc call = function->vectorcall;
    return (call == counting_entry ? cj_interpreter_vectorcall() : call)(callable, args, nargsf, kwnames);
}

void
cj_registry_count(CJRecord *record, int64_t calls)
{
    record->state = CJ_COUNTING;
    record->calls_left = calls;
    record->traced = record->traced || cj_everything_watched();
    free(record->reason);
    record->reason = NULL;
    cj_registry_update(record);
}

static void
consider(PyFunctionObject *function, PyCodeObject *code)
{
    CJRecord *record = (CJRecord *)cj_registry_find(code, function->func_globals);
    if (record != NULL && cj_registry_is_generator(record)) {
        /* Generators find their code by themselves. Functions of generator expressions are made often. */
        return;
    }
    bool fresh = record == NULL
        || (record->state == CJ_IDLE && record->compiled_times == 0 && record->reason == NULL && !record->suppressed);
    if (fresh) {
        if (!active || (cj_options.auto_calls < 0 && cj_jitlist_empty())) {
            return;
        }
        int64_t calls = cj_options.auto_calls;
        bool listed = (calls < 0 || calls > cj_options.list_calls) && cj_jitlist_matches(function);
        if (listed) {
            calls = cj_options.list_calls;
        }
        if (calls < 0) {
            return;
        }
        record = cj_registry_get(code, function->func_globals);
        if (record == NULL) {
            PyErr_Clear();
            return;
        }
        cj_registry_count(record, calls);
        record->listed = listed;
    }
    if (record->state == CJ_GIVEN_UP) {
        return;
    }
    if (cj_registry_attach(function, record) < 0) {
        PyErr_Clear();
    }
}

void
cj_registry_consider(PyFunctionObject *function)
{
    consider(function, (PyCodeObject *)function->func_code);
}

typedef struct {
    PyObject **list; /* owned */
    size_t n, capacity;
    bool failed;
} Functions;

static int
collect(PyObject *object, void *arg)
{
    Functions *found = arg;
    if (!PyFunction_Check(object)) {
        return 1;
    }
    if (found->n == found->capacity) {
        size_t capacity = found->capacity == 0 ? 4096 : 2 * found->capacity;
        PyObject **list = realloc(found->list, capacity * sizeof(*list));
        if (list == NULL) {
            found->failed = true;
            return 0;
        }
        found->list = list;
        found->capacity = capacity;
    }
    found->list[found->n++] = Py_NewRef(object);
    return 1;
}

int
cj_registry_consider_all(void)
{
    Functions found = {0};
    PyUnstable_GC_VisitObjects(collect, &found);
    for (size_t i = 0; i < found.n; i++) {
        cj_registry_consider((PyFunctionObject *)found.list[i]);
        Py_DECREF(found.list[i]);
    }
    free(found.list);
    if (found.failed) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

void
cj_registry_set_active(bool on)
{
    active = on;
    for (CJRecord *record = records; record != NULL; record = record->next) {
        if (record->state == CJ_COUNTING) {
            cj_registry_update(record);
        }
    }
}

bool
cj_registry_active(void)
{
    return active;
}

/* ---- losing machine code ---- */

void
cj_retire_now(CJObject *object)
{
    cj_stats_keep(object);
    cj_watch_remove(object);
    cj_object_retire(object);
}

/* Takes the machine code away for which functions have entries. */
static void
take_called_code(CJRecord *record)
{
    if (record->code.object != NULL) {
        cj_retire_now(record->code.object);
    }
}

void
cj_registry_take_code(CJRecord *record)
{
    take_called_code(record);
    cj_osr_take_code(record);
}

void
cj_registry_uncompile(CJRecord *record)
{
    cj_registry_take_code(record);
    record->state = CJ_IDLE;
    cj_registry_update(record);
    sweep();
}

void
cj_registry_recompile_soon(CJRecord *record)
{
    enum { CALLS_TO_LEARN = 3 };
    take_called_code(record);
    cj_registry_count(record, cj_registry_loops(record) ? 0 : CALLS_TO_LEARN);
}

/* A watcher's message, in the middle of a change. */
static void
broken(CJObject *object)
{
    CJRecord *record = object->code->registry;
    if (cj_osr_lost(object)) {
        return;
    }
    take_called_code(record);
    if (record->dead) {
        return;
    }
    if (++record->broken_times > MAX_BROKEN) {
        cj_registry_give_up(record, "what it relies on changes too often");
        return;
    }
    CJFunctionEntry *entry = record->functions;
    record->state = CJ_COUNTING;
    record->calls_left = CALLS_AFTER_BREAK;
    if (entry != NULL) {
        cj_registry_update(record);
    }
}

static void
function_changes(PyFunctionObject *function, PyObject *new_code)
{
    CJFunctionEntry *entry = cj_registry_entry(function);
    if (entry != NULL && new_code != NULL) {
        detach(entry);
        entry = NULL;
    }
    if (new_code != NULL && PyCode_Check(new_code)) {
        consider(function, (PyCodeObject *)new_code);
        entry = cj_registry_entry(function);
    }
    /* The interpreter clears the version after this. */
    if (entry != NULL && entry->installed != NULL) {
        entry->saved_version = FUNC_VERSION_CLEARED;
        cj_function_versions_forget((PyObject *)function);
    }
}

static void
function_dies(PyFunctionObject *function)
{
    CJFunctionEntry *entry = cj_registry_entry(function);
    if (entry != NULL) {
        /* Nobody calls it any more, unless another watcher keeps it alive. */
        if (function->vectorcall == entry->installed) {
            function->vectorcall = cj_interpreter_vectorcall();
        }
        clear_version(function);
        unlink_entry(entry);
    }
}

static void
code_dies(PyCodeObject *code)
{
    cj_instrumentation_forget(code);
    CJRecord *same;
    for (CJRecord *record = cj_table_remove(&cj_code_table, code); record != NULL; record = same) {
        same = record->same_code;
        cj_registry_take_code(record);
        record->state = CJ_IDLE;
        cj_registry_update(record);
        cj_osr_forget(record);
        bury(record);
    }
}

CJLearned *
cj_registry_learned(PyCodeObject *code)
{
    CJRecord *record = first_of(code);
    return record == NULL ? NULL : &record->learned;
}

void
cj_registry_note_failure(PyCodeObject *code, int32_t offset, PyTypeObject *type)
{
    CJLearned *learned = cj_registry_learned(code);
    if (learned != NULL && cj_learned_add(learned, offset, type, 1)) {
        keep_learning(code);
    }
}

CJSightings *
cj_registry_sightings(PyCodeObject *code)
{
    CJRecord *record = first_of(code);
    return record == NULL ? NULL : &record->sightings;
}

/* ---- hooks ---- */

static CJCode *
code_for(PyCodeObject *code, PyObject *globals)
{
    return (CJCode *)cj_registry_get(code, globals);
}

static void
suspend_entries(bool suspend)
{
    suspended = suspend;
    for (CJRecord *record = records; record != NULL; record = record->next) {
        CJObject *object = record->code.object;
        if (object != NULL) {
            record->code.direct_entry = suspend || object->direct == CJ_NO_ENTRY
                ? cj_idle_entry(&record->code) : object->text + object->direct;
            record->code.resume_entry = suspend || object->generator == CJ_NO_ENTRY
                ? cj_resume_slow_entry() : object->text + object->generator;
        }
        if (record->functions != NULL) {
            cj_registry_update(record);
        }
    }
}

int
cj_registry_start(void)
{
    if (started) {
        return 0;
    }
    cj_watch_function_made = cj_registry_consider;
    cj_watch_function_changes = function_changes;
    cj_watch_function_dies = function_dies;
    cj_watch_code_dies = code_dies;
    cj_watch_broken = broken;
    cj_loader_hooks.code_for = code_for;
    cj_loader_hooks.suspend_entries = suspend_entries;
    cj_loader_hooks.exit_taken = cj_stats_exit_taken;
    if (cj_watch_start() < 0) {
        return -1;
    }
    started = true;
    return 0;
}
