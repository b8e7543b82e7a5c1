/* The code registry: which code objects the JIT knows, how functions reach their
   machine code, and when code is compiled. Everything is called with the GIL held. */
#ifndef CJ_REGISTRY_H
#define CJ_REGISTRY_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "learned.h"
#include "object.h"
#include "sightings.h"

typedef enum {
    CJ_IDLE,     /* known, nothing hooked */
    CJ_COUNTING, /* compiled when calls_left reaches zero */
    CJ_COMPILED,
    CJ_GIVEN_UP, /* reason says why; not tried again by itself */
} CJState;

/* A function whose vectorcall the JIT has set. */
typedef struct CJFunctionEntry {
    PyFunctionObject *function; /* borrowed: the entry goes when it dies */
    struct CJRecord *record;
    struct CJFunctionEntry *next, **self; /* the list of the same record */
    vectorcallfunc installed; /* NULL while the function has its own entry */
    uint32_t saved_version; /* func_version to give back */
} CJFunctionEntry;

/* The registry's part of a CJCode. */
typedef struct CJRecord {
    CJCode code; /* first, so that a record is its CJCode */
    struct CJRecord *same_code; /* with other globals */
    struct CJRecord *next, **self; /* the list of all */
    CJState state;
    bool suppressed; /* by jit_suppress: never compiled */
    bool dead;       /* the code object or the globals died */
    bool traced;     /* instrumented for a tool: counting waits until that is over */
    bool listed;     /* counted because of the jit list */
    int64_t calls_left;
    uint32_t compiled_times, broken_times;
    char *reason; /* owned, or NULL */
    double milliseconds; /* of the last compilation */
    CJFunctionEntry *functions;
    struct CJLoop *loops; /* that may have machine code of their own; see osr.h */
    bool watched;         /* their rounds in the interpreter are seen */
    CJLearned learned; /* about the code object: of its first record only */
    CJSightings sightings;
    uint32_t unlearned; /* see cj_see_unlearned */
} CJRecord;

/* Hooks the registry into the loader and the watchers. Returns 0, or -1 with an exception. */
int cj_registry_start(void);

/* The record of a code object with these globals, or NULL. */
CJCode *cj_registry_find(PyCodeObject *code, PyObject *globals);

/* The same for a frame that is about to run. The body of a module or class that was asked for, by the jit list or because
   everything is compiled, is compiled then: it runs once and is never called. */
CJCode *cj_registry_find_for_frame(PyCodeObject *code, PyObject *globals);

/* The same as cj_registry_find, made when there is none; NULL with an exception. */
CJRecord *cj_registry_get(PyCodeObject *code, PyObject *globals);

/* The first of all records; the rest follow by next. */
CJRecord *cj_registry_first(void);

/* A function with this code that is alive: borrowed, or NULL when none is known. */
PyObject *cj_registry_function_of(PyCodeObject *code);

/* Lets the function's calls come to the record's current entry. Returns 0, or -1 with an
   exception; a function that another owner has hooked is left alone, which is no error. */
int cj_registry_attach(PyFunctionObject *function, CJRecord *record);

/* Whether there is machine code, and it is resumed instead of called. Its functions have entries, as far as they were seen, but
   their vectorcall is the interpreter's. */
bool cj_registry_is_generator(const CJRecord *record);

/* Has the function been hooked? Its entry, or NULL. */
CJFunctionEntry *cj_registry_entry(PyFunctionObject *function);

/* Makes the vectorcall of all the record's functions what its state asks for. */
void cj_registry_update(CJRecord *record);

/* Hooks a function when the modes say so: counted calls, the jit list. */
void cj_registry_consider(PyFunctionObject *function);

/* Considers all functions on the heap. Returns 0, or -1 with an exception. */
int cj_registry_consider_all(void);

/* The record starts counting anew: it is compiled at call number calls + 1. */
void cj_registry_count(CJRecord *record, int64_t calls);

/* Has the interpreter run a loop of the code? */
bool cj_registry_loops(const CJRecord *record);

/* Takes machine code away that keeps failing; it is compiled anew after a few calls, if it loops at the next. */
void cj_registry_recompile_soon(CJRecord *record);

/* Takes the machine code away, that of loops included, and leaves the rest to the caller. */
void cj_registry_take_code(CJRecord *record);

/* Takes the machine code of one object away. */
void cj_retire_now(CJObject *object);

/* Takes the machine code away. The record becomes idle. */
void cj_registry_uncompile(CJRecord *record);

/* Sets the reason why there is no machine code; formats like PyUnicode_FromFormat's
   simple cases (%s, %d). */
void cj_registry_give_up(CJRecord *record, const char *format, ...);

/* While off, counting stops and nothing is compiled by itself; compiled code stays. */
void cj_registry_set_active(bool active);
bool cj_registry_active(void);

/* Compiles now. function is one with this code, or NULL. Returns whether there is machine
   code afterwards; if not, the record has a reason. Leaves no exception. */
bool cj_compile_now(CJRecord *record, PyFunctionObject *function);

/* Why the record is not compiled now, whatever its code is like, or NULL. */
const char *cj_compile_refusal(const CJRecord *record);

/* Milliseconds spent compiling since the start. */
double cj_compilation_time(void);

/* What was learned about a code object, or NULL while nothing has been. */
CJLearned *cj_registry_learned(PyCodeObject *code);

/* What helpers saw in code, for them to add to; NULL when it is not known. */
CJSightings *cj_registry_sightings(PyCodeObject *code);

/* Notes that an operand of this type failed a guard in code. When that is new there, the interpreter looks at all places of
   the code anew, because what changed here is likely to have changed elsewhere. */
void cj_registry_note_failure(PyCodeObject *code, int32_t offset, PyTypeObject *type);

#endif
