/* Compiled code at run time: the record of a code object, the loaded machine code,
 * and the calls by which the registry installs, invalidates and frees it.
 *
 * Everything here is called with the GIL held. */
#ifndef CJ_OBJECT_H
#define CJ_OBJECT_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "internal/pycore_interpframe_structs.h"

typedef struct CJCode CJCode;
typedef struct CJObject CJObject;

/* What is known of one code object with one globals dict. The registry makes it, and it
 * lives until the code object dies. Machine code and stubs have its address or find it, and
 * read the fields before code, and what the stub resume compares. */
struct CJCode {
    void *direct_entry;     /* never NULL: cj_interp_entry() when there is no machine code */
    void *vectorcall_entry; /* vectorcall of the machine code, or NULL */
    void *resume_entry;     /* never NULL: where the stub resume goes on; the stub resume_slow when there is no machine code */
    PyCodeObject *code;     /* borrowed; NULL after the code object died */
    PyObject *globals;      /* borrowed */
    PyObject *builtins;     /* that the machine code was made for; only compared */
    uintptr_t breaker;      /* the eval breaker that the machine code expects when nothing is asked for */
    CJObject *object;       /* the machine code in use, or NULL */
    void *registry;         /* the registry's own part */

    /* What calls make, of code whose calls only make a generator, coroutine or asynchronous generator: its class, else NULL. kept are dead ones of
     * the same size, NULL when it is too large; quick the same, but NULL when there are cells. nargs is the number of
     * parameters, prefix the length in code units of what is executed before the generator is there, locals_end the offset
     * of the operand stack in the generator. */
    struct {
        PyTypeObject *type;
        struct CJKeptGenerators *kept, *quick;
        int nargs, prefix, locals_end;
    } makes;
};

/* What an object rests on; see DependKind in jit/object. */
typedef enum {
    CJ_DEPEND_TYPE = 0,     /* object is a type that must stay unmodified */
    CJ_DEPEND_DICT_KEY = 1, /* the value of key in the dict object must stay */
    CJ_DEPEND_FUNCTION = 2, /* code and defaults of the function object must stay */
} CJDependKind;

typedef struct {
    CJDependKind kind;
    PyObject *object; /* borrowed */
    PyObject *key;    /* owned; NULL unless a dict key */
} CJDepend;

typedef struct {
    uint32_t offset;  /* bytecode offset, code units */
    uint32_t text;    /* entry, called with the frame: offset into the machine code */
    uint32_t landing; /* where an exit goes on in the native frame it came from: the same */
} CJResume;

typedef struct {
    uint32_t offset, target; /* into the machine code */
} CJPatch;

/* A use of an object by the tables of exits. */
typedef struct {
    uint32_t id;
    bool owned; /* types and code objects are not */
    PyObject *object;
} CJConstant;

enum { CJ_NO_ENTRY = UINT32_MAX };

/* Loaded machine code with the tables it needs while it runs. */
struct CJObject {
    CJCode *code;
    CJObject *next_zombie;
    uint8_t *text; /* in the arena */
    uint32_t text_size;
    uint32_t hot_size, cold_size, literal_size, stack_size, spill_size;
    uint32_t inline_depth; /* inlined calls within each other, for which recursion depth has to be left */
    uint32_t vectorcall, direct, frame, generator; /* entries, offsets into text or CJ_NO_ENTRY */
    uint32_t nresumes, npatches, ndepends, nconstants, nkeep, nexits, nlines, nstrings;
    CJResume *resumes;
    CJPatch *patches;
    CJDepend *depends;
    CJConstant *constants; /* ordered by id */
    PyObject **keep;       /* owned */
    PyObject **loose;      /* held by what the object watches, and once it is firm by the object */
    uint32_t nloose;
    bool firm;
    uint32_t *string_at;   /* offsets into encoded */
    uint64_t *exit_count;  /* how often each exit was taken */
    struct CJExit **decoded; /* by exit, those that are taken again and again; NULL before there is one */
    bool invalidated;
    void *registry;        /* the registry's own part */

    /* The encoding without its text, from which exits are read when they are taken. */
    uint8_t *encoded;
    uint32_t encoded_size;
    uint32_t name, exit_index, exits, exits_end, lines, opcodes, nopcodes, inlined, ninlined, not_inlined, nnot_inlined;
};

/* What the loader needs from the registry. The two must be set before the first cj_load. */
typedef struct {
    /* The record for a code object with these globals, made when there is none; NULL with an
     * exception when it cannot be made. */
    CJCode *(*code_for)(PyCodeObject *code, PyObject *globals);
    /* Called after an exit was taken and counted, before the interpreter continues. guilty is the
     * borrowed value that failed a guard, or NULL. May invalidate the object. May be NULL. */
    void (*exit_taken)(CJObject *object, uint32_t exit, PyObject *guilty);
    /* Takes every vectorcall and direct entry back (true), or gives them again (false), while
     * some thread is short of machine stack. May be NULL. */
    void (*suspend_entries)(bool suspend);
} CJLoaderHooks;

extern CJLoaderHooks cj_loader_hooks;

/* Prepares the arena, the shared stubs and the helper table. Returns 0, or -1 with an
 * exception. limit is the cap on machine code in bytes, 0 for the default. */
int cj_runtime_start(size_t limit);
bool cj_runtime_started(void);

/* Loads an encoded object for code. objects[id] are the objects of the snapshot, by id; entry 0 is not
 * used. Returns NULL with an exception: MemoryError when the arena is full, ValueError when the
 * encoding is damaged. The result is not reachable from any entry until cj_object_install. */
CJObject *cj_load(const uint8_t *data, size_t size, PyObject *const *objects, uint32_t nobjects, CJCode *code);

/* Makes the object the code's machine code: sets object, direct_entry and vectorcall_entry of its CJCode. The
 * functions' own vectorcall fields are the registry's. An object that was there before is retired. */
void cj_object_install(CJObject *object);

/* Takes the object out of its CJCode, makes running frames leave it at their next check, and frees
 * it as soon as no thread is in it. The object must not be used by the caller afterwards. */
void cj_object_retire(CJObject *object);

/* A frame has left the object at an exit. If it is retired and keeps anything alive it will be freed soon, rather than with others. */
void cj_object_left(CJObject *object);

/* Frees an object that was never installed. Others are retired. */
void cj_object_free(CJObject *object);

/* Frees retired objects that no thread is in. Returns how many are left. */
size_t cj_free_zombies(void);

/* The vectorcall of a function as the interpreter made it. */
vectorcallfunc cj_interpreter_vectorcall(void);

/* Value of CJCode.direct_entry for code without an entry of its own: calls are interpreted, and those of generators
 * and the like make the generator. */
void *cj_interp_entry(void);
void *cj_idle_entry(const CJCode *code);

/* A record without machine code, but for the parts of the registry. */
CJCode cj_code_idle(PyCodeObject *code, PyObject *globals);

/* Runs a frame that was pushed but not linked yet and stands at its start. Consumes the frame. */
PyObject *cj_run_frame(PyThreadState *tstate, _PyInterpreterFrame *frame, CJObject *object);

/* The same for a frame that stands at a resume entry, with its operand stack in memory. */
PyObject *cj_resume_frame(PyThreadState *tstate, _PyInterpreterFrame *frame, CJObject *object, uint32_t text);

/* PEP 523. install returns 0, or -1 with an exception; another owner's evaluator is chained to. */
int cj_frame_evaluator_install(CJCode *(*lookup)(PyCodeObject *, PyObject *globals));
int cj_frame_evaluator_remove(void);
bool cj_frame_evaluator_installed(void);
/* Takes it out while somebody looks at calls, and puts it back: an interpreter with an evaluator calls Python functions as if they
   were C functions, and reports them as such. Nothing is done while another owner is in front of it. */
void cj_frame_evaluator_pause(bool pause);

/* Reading a loaded object. Strings are borrowed from it. */
const char *cj_object_name(CJObject *object, Py_ssize_t *size);
const char *cj_object_string(CJObject *object, uint32_t id, Py_ssize_t *size);

/* Description of an exit for statistics. */
typedef struct {
    unsigned kind;   /* ExitKind of jit/object */
    unsigned reason; /* Reason of jit/object */
    const char *text;
    Py_ssize_t text_size;
    PyCodeObject *code; /* borrowed: of the innermost frame */
    uint32_t offset;    /* code units, in that code */
} CJExitInfo;

void cj_exit_info(CJObject *object, uint32_t exit, CJExitInfo *info);

/* Bytecode position of a machine code offset: code (borrowed) and code unit, or false. */
bool cj_object_position(CJObject *object, uint32_t text_offset, PyCodeObject **code, int32_t *offset);

/* What a listing of the machine code shows besides it, in the form that cj_go_disassemble takes; malloc'ed, or NULL when
 * memory is short. */
char *cj_object_notes(CJObject *object);

/* Counts of HIR opcodes as a new dict; inlined calls as a new list of (callee, offset); refused ones as a
 * new list of (callee, offset, reason). NULL with an exception. */
PyObject *cj_object_opcodes(CJObject *object);
PyObject *cj_object_inlined(CJObject *object);
PyObject *cj_object_not_inlined(CJObject *object);

#endif
