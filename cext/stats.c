#include "stats.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "osr.h"
#include "registry.h"

/* One exit that was taken, of code that is gone or still there. */
typedef struct {
    char *function, *file, *text, *guilty; /* owned; guilty may be NULL */
    unsigned kind, reason;
    int line;
    uint32_t offset; /* bytes */
    uint64_t count;
} Stat;

/* What is kept beside an object: counts that were reported already, and the name of the type
   that failed each guard last. */
typedef struct {
    uint64_t *reported;
    char **guilty;
} Kept;

static Stat *stats;
static size_t nstats, stats_capacity;

/* In the order of Reason in jit/object; a test compares them. */
enum { REASON_GUARD_TYPE = 1, REASON_GUARD_VALUE = 2, REASON_LOOP_LEFT = 17 };
static const char *const reasons[] = {
    "unknown", "guard type", "guard value", "guard null", "guard flag", "overflow", "bounds", "unbound", "key missing",
    "divide by zero", "unexpected branch", "unsupported", "frame observed", "eval breaker", "invalidated", "raised",
    "reraised", "loop left",
};

static const char *const kinds[] = {"deopt", "observe", "raise"};

static Kept *
kept_of(CJObject *object)
{
    if (object->registry == NULL && object->nexits > 0) {
        Kept *kept = calloc(1, sizeof(*kept));
        if (kept != NULL) {
            kept->reported = calloc(object->nexits, sizeof(*kept->reported));
            kept->guilty = calloc(object->nexits, sizeof(*kept->guilty));
            if (kept->reported == NULL || kept->guilty == NULL) {
                free(kept->reported);
                free(kept->guilty);
                free(kept);
                kept = NULL;
            }
        }
        object->registry = kept;
    }
    return object->registry;
}

static char *
copy(PyObject *text)
{
    const char *s = text != NULL && PyUnicode_Check(text) ? PyUnicode_AsUTF8(text) : NULL;
    if (s == NULL) {
        PyErr_Clear();
        s = "";
    }
    return strdup(s);
}

static void
stat_free(Stat *s)
{
    free(s->function);
    free(s->file);
    free(s->text);
    free(s->guilty);
}

/* Exits of code that is gone, of places that differ: a program that makes functions all the time has no end of them. */
enum { MOST_STATS = 4096 };

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Adds an exit to the list, or its count to that of the same place in other code of the same function. Owns what is in s. What does not
   fit in is not counted. */
static void
add(Stat s)
{
    for (size_t i = 0; i < nstats; i++) {
        Stat *other = &stats[i];
        if (other->offset == s.offset && other->line == s.line && other->kind == s.kind && other->reason == s.reason
            && same_text(other->function, s.function) && same_text(other->file, s.file)
            && same_text(other->text, s.text) && same_text(other->guilty, s.guilty)) {
            other->count += s.count;
            stat_free(&s);
            return;
        }
    }
    if (nstats == stats_capacity && nstats < MOST_STATS) {
        size_t capacity = stats_capacity == 0 ? 64 : 2 * stats_capacity;
        Stat *list = realloc(stats, capacity * sizeof(*list));
        if (list != NULL) {
            stats = list;
            stats_capacity = capacity;
        }
    }
    if (nstats < stats_capacity) {
        stats[nstats++] = s;
    }
    else {
        stat_free(&s);
    }
}

/* Moves the counts since the last time into the list. */
static void
gather(CJObject *object)
{
    for (uint32_t i = 0; i < object->nexits; i++) {
        Kept *kept = object->exit_count[i] > 0 ? kept_of(object) : NULL;
        if (kept == NULL || object->exit_count[i] == kept->reported[i]) {
            continue;
        }
        CJExitInfo info;
        cj_exit_info(object, i, &info);
        if (info.reason == REASON_LOOP_LEFT) {
            continue; /* as it was meant */
        }
        Stat s = {
            .kind = info.kind, .reason = info.reason, .offset = info.offset * (uint32_t)sizeof(_Py_CODEUNIT),
            .count = object->exit_count[i] - kept->reported[i], .line = -1,
            .text = info.text == NULL ? strdup("") : strndup(info.text, (size_t)info.text_size),
            .guilty = kept->guilty[i] == NULL ? NULL : strdup(kept->guilty[i]),
        };
        if (info.code != NULL) {
            s.function = copy(info.code->co_qualname);
            s.file = copy(info.code->co_filename);
            s.line = PyCode_Addr2Line(info.code, (int)s.offset);
        }
        kept->reported[i] = object->exit_count[i];
        add(s);
    }
}

void
cj_stats_keep(CJObject *object)
{
    gather(object);
    Kept *kept = object->registry;
    if (kept != NULL) {
        for (uint32_t i = 0; i < object->nexits; i++) {
            free(kept->guilty[i]);
        }
        free(kept->guilty);
        free(kept->reported);
        free(kept);
        object->registry = NULL;
    }
}

static const char *
name_in(const char *const *names, size_t n, unsigned i)
{
    return i < n ? names[i] : "?";
}

PyObject *
cj_stats_take(void)
{
    for (CJRecord *record = cj_registry_first(); record != NULL; record = record->next) {
        if (record->code.object != NULL) {
            gather(record->code.object);
        }
        for (CJLoop *loop = record->loops; loop != NULL; loop = loop->next) {
            if (loop->object != NULL) {
                gather(loop->object);
            }
        }
    }
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < nstats; i++) {
        const Stat *s = &stats[i];
        PyObject *entry = Py_BuildValue(
            "{s:s, s:s, s:s, s:z, s:s, s:i, s:I, s:K, s:z}",
            "kind", name_in(kinds, Py_ARRAY_LENGTH(kinds), s->kind),
            "reason", name_in(reasons, Py_ARRAY_LENGTH(reasons), s->reason),
            "description", s->text == NULL ? "" : s->text,
            "function", s->function,
            "filename", s->file == NULL ? "" : s->file,
            "lineno", s->line,
            "offset", s->offset,
            "count", (unsigned long long)s->count,
            "guilty_type", s->guilty);
        if (entry == NULL || PyList_Append(list, entry) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(entry);
    }
    if (list != NULL) {
        for (size_t i = 0; i < nstats; i++) {
            stat_free(&stats[i]);
        }
        nstats = 0;
    }
    return list;
}

/* How often a guard may fail before the function is compiled again. A place can have something to learn more than
   once (the class, then that the int is a large one), and a large function has several such places; so the limit
   stays for the first compilations, and then doubles with each, up to a limit of its own. Of a function with a loop an
   exit costs the rest of the call, and a call may teach one class of one place only. */
enum { FIRST_LIMIT = 16, UNDOUBLED = 5, FIRST_LIMIT_OF_LOOPS = 1, UNDOUBLED_OF_LOOPS = 24, MAX_DOUBLINGS = 12 };

void
cj_stats_exit_taken(CJObject *object, uint32_t exit, PyObject *guilty)
{
    CJRecord *record = object->code->registry;
    if (record == NULL) {
        return; /* installed by a test, beside the registry */
    }
    if (cj_exit_kind(object, exit) != CJ_DEOPT) {
        return;
    }
    Kept *kept = kept_of(object);
    if (guilty != NULL && kept != NULL && kept->guilty[exit] == NULL) {
        kept->guilty[exit] = strdup(Py_TYPE(guilty)->tp_name);
    }
    bool called = record->code.object == object;
    if (object->invalidated || record->dead || (!called && record->loops == NULL)) {
        return;
    }
    CJExitInfo info;
    cj_exit_info(object, exit, &info);
    if (info.reason == REASON_LOOP_LEFT) {
        return;
    }
    /* Every class and every function called that came is noted, so that the next compilation knows all of them. A guard
       that is about neither stands for object itself. */
    bool about_class = guilty != NULL && info.reason == REASON_GUARD_TYPE;
    bool may_be_callee = guilty != NULL && (about_class || info.reason == REASON_GUARD_VALUE);
    int32_t offset = (int32_t)(info.offset * sizeof(_Py_CODEUNIT));
    if (info.code != NULL) {
        bool noted = may_be_callee && cj_see_other_callee(info.code, offset, guilty);
        if (!noted || PyCode_Check(guilty)) {
            cj_registry_note_failure(info.code, offset, about_class ? Py_TYPE(guilty) : &PyBaseObject_Type);
        }
    }
    if (!called) {
        cj_osr_guard_failed(object, exit);
        return;
    }
    bool loops = cj_registry_loops(record);
    unsigned undoubled = loops ? UNDOUBLED_OF_LOOPS : UNDOUBLED;
    unsigned doublings = record->compiled_times > undoubled ? record->compiled_times - undoubled : 0;
    unsigned first = loops ? FIRST_LIMIT_OF_LOOPS : FIRST_LIMIT;
    uint64_t limit = (uint64_t)first << (doublings > MAX_DOUBLINGS ? MAX_DOUBLINGS : doublings);
    if (object->exit_count[exit] == 0 || object->exit_count[exit] % limit != 0) {
        return;
    }
    cj_registry_recompile_soon(record);
}
