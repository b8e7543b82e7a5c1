/* Leaving compiled code: the form of exits in memory and the calls between the files that complete them. */
#ifndef CJ_EXIT_H
#define CJ_EXIT_H

#include "object.h"

/* What the deopt stub saves; the order is the stub's. */
typedef struct {
    uint64_t x[31]; /* x16 and x17 belong to the stub */
    uint64_t sp;    /* of the compiled code; x[29] is its frame pointer */
    double d[32];
} CJExitRegs;

/* The enumerations have the values of those in jit/object/exit.go. */
typedef enum { CJ_DEOPT, CJ_OBSERVE, CJ_RAISE } CJExitKind;

typedef enum { CJ_PUSH, CJ_DISCARD, CJ_INIT, CJ_BOOL, CJ_NOT } CJCompletion;

typedef enum {
    CJ_IN_NOTHING,
    CJ_IN_NULL,
    CJ_IN_GPR,
    CJ_IN_FPR,
    CJ_IN_STACK,
    CJ_IN_CONSTANT,
    CJ_IN_IMM,
    CJ_IN_VIRTUAL,
} CJLocationKind;

typedef enum { CJ_AS_OBJECT, CJ_AS_INT64, CJ_AS_DOUBLE, CJ_AS_BOOL, CJ_AS_INT64_OR_NULL, CJ_AS_DOUBLE_OR_NULL, CJ_AS_TAGGED } CJRepr;

/* The bits that are null in a number of a kind that may be. */
#define CJ_NO_INT64 0x8000000000000000u
#define CJ_NO_DOUBLE 0x7ff0000063696a74u

typedef enum {
    CJ_VIRTUAL_TUPLE,
    CJ_VIRTUAL_LIST,
    CJ_VIRTUAL_METHOD,
    CJ_VIRTUAL_SLICE,
    CJ_VIRTUAL_RANGE,
    CJ_VIRTUAL_RANGE_ITER,
    CJ_VIRTUAL_LIST_ITER,
    CJ_VIRTUAL_TUPLE_ITER,
    CJ_VIRTUAL_CELL,
    CJ_VIRTUAL_INSTANCE,
    CJ_VIRTUAL_ENUMERATE,
    CJ_VIRTUAL_ZIP,
    CJ_VIRTUAL_REVERSED_ITER,
    CJ_VIRTUAL_KEY_ITER,
    CJ_VIRTUAL_VALUE_ITER,
    CJ_VIRTUAL_ITEM_ITER,
    CJ_VIRTUAL_NONE, /* its parts could not be made */
} CJVirtualKind;

typedef struct {
    uint8_t kind, repr;
    uint32_t index;
    int64_t imm;
} CJLocation;

typedef struct {
    uint8_t kind;
    uint32_t nfields;
    CJLocation *fields;
} CJVirtual;

#define CJ_NOT_MADE 0xffffffffu

typedef struct {
    uint32_t code; /* object id, 0 for the frame the code runs in */
    CJLocation callee;
    uint32_t offset, next; /* code units */
    uint8_t completion;
    bool in_memory;
    bool untraced;  /* the exception being handled lacks the traceback entry of this frame, which belongs to instr_ptr */
    bool unhandled; /* that exception is on top of the stack, and not being handled yet */
    uint32_t native; /* of an inlined frame: bytes above the stack pointer, or CJ_NOT_MADE, as at every deopt */
    uint32_t nlocals, nstack;
    CJLocation *locals, *stack;
} CJFrame;

/* Exits that own more references go another way. */
#define CJ_MAX_OWNED 24

typedef struct CJExit {
    uint8_t kind, reason;
    uint32_t text; /* string id */
    CJLocation guilty;
    uint32_t nvirtuals, nframes, nowned;
    CJVirtual *virtuals;
    CJFrame *frames; /* innermost first */
    CJLocation *owned;
    void *memory; /* holds all arrays */
    struct {
        uint32_t text;  /* offset of the landing into the object's text; 0 when compiled code does not handle what is raised here */
        uint32_t unit;  /* the handler's code unit */
        uint32_t depth; /* stack values that it finds, without the place and the exception */
        bool push_place;
        uint16_t slots[CJ_MAX_OWNED]; /* for each owned reference, the local that it was the last time */
        bool may_forget; /* it has an except clause that forgets the exception first of all */
        bool none;      /* there is no handler, and the frames can be ended by cj_end_raising */
        bool around;    /* there is none but the one around all of a generator, which lets most exceptions pass */
        bool known;     /* whether this was looked for */
    } handler;
} CJExit;

/* Reads an exit from the object's encoding. False when the encoding is damaged or memory is
 * short. The exit is released with cj_exit_release. */
bool cj_exit_read(const CJObject *object, uint32_t index, CJExit *exit);
void cj_exit_release(CJExit *exit);

/* As cj_exit_read, for an exit that is being taken: one that was taken before is kept decoded, and its arrays, which must
 * not be changed, belong to the object. */
bool cj_exit_take(CJObject *object, uint32_t index, CJExit *exit);

/* The exit as it is kept; it belongs to the object. NULL when it cannot be read or memory is short. */
CJExit *cj_exit_kept(CJObject *object, uint32_t index);

/* The same for exits at which something is raised. NULL for other ones. */
CJExit *cj_exit_raising(CJObject *object, uint32_t index);

/* Releases what cj_exit_take has kept. */
void cj_exits_forget(CJObject *object);

/* Makes what exits need when there is no memory. Fails with an exception. */
int cj_exits_start(void);

/* Exits that code compiled with the option force_exits takes without reason, for tests: guards and
 * checks count this number down, and leave when it has become negative. */
extern int32_t cj_exit_countdown;

/* From now on such an exit is taken after 1 to 2 * period of these places, chosen by the seed. A period of 0
 * stops it. Returns how many were taken since the last call. */
uint32_t cj_force_exits(uint32_t period, uint32_t seed);

/* The kind of exit number index, which exists. */
CJExitKind cj_exit_kind(const CJObject *object, uint32_t index);

/* Where the code goes on, as an offset into its text, when a frame object that was found has changed nothing; 0 when
 * the exit has to be taken. */
uint32_t cj_exit_continues(const CJObject *object, uint32_t index);

/* The object with an id that the object's exits use, borrowed. */
PyObject *cj_object_constant(const CJObject *object, uint32_t id);

/* The resume entry of a code unit, or NULL. */
const CJResume *cj_find_resume(const CJObject *object, uint32_t offset);

/* Called by the deopt stub. Leaves the compiled code at an exit and runs what is left of its
 * frame, and of those inlined into it, in the interpreter. Returns the function's result: a
 * new reference, or NULL with an exception set; x16 in regs becomes 0.
 *
 * The code does not end when an exception was raised whose handler is compiled: x16 becomes the
 * address of the handler's resume block, which takes over the frame, and the stub goes there with
 * the native frame as it is. Nor does it end when a frame object was found that has changed nothing: x16 becomes
 * the address behind the check, and the stub goes there with all registers as they were. */
PyObject *cj_exit(CJExitRegs *regs, CJObject *object, uint32_t index);

typedef struct {
    PyObject *result; /* of the function, when it was left: a new reference, or NULL with an exception */
    uint64_t left;
} CJServed;

/* Called by the service stub: a cold path of compiled code at which locals are machine numbers, while their slots can be
 * seen. Deallocates dead or, when it is NULL, serves the eval breaker. The slots show the numbers' objects
 * meanwhile. The frame is left, by the Observe exit with the given number, when that is asked for or when somebody
 * has made a frame object. */
CJServed cj_service(CJExitRegs *regs, CJObject *object, uint32_t index, PyObject *dead);

/* Raises the exception that is set at an exit whose handler is in the same compiled code, without more ado than the
 * interpreter has: *at becomes the address of the landing. False, with nothing changed, when the exit is
 * not of that kind, when something watches, or when it shows more than one frame. The frame's locals are the slots'. When
 * the code cannot go on because of what destructors did meanwhile, *at is NULL and *result the function's. */
bool cj_land(CJExitRegs *regs, CJObject *object, uint32_t index, void **at, PyObject **result);

/* Ends the frame of compiled code, and those inlined into it, with the exception that is set at an exit for which there is no
 * handler, without more ado than the interpreter has. False, with nothing changed, when that cannot be done. */
bool cj_end_raising(CJExitRegs *regs, CJObject *object, uint32_t index);

/* The functions below are about a frame that is linked (tstate->current_frame), complete, with all its
 * references its own and counted in the recursion depth, as the interpreter would have it. */

enum { CJ_SAME_PLACE = -1 };

typedef struct {
    bool set;
    int place; /* code unit, or CJ_SAME_PLACE */
} CJReraise;

/* Runs the frame on from its instr_ptr. Consumes it. */
PyObject *cj_continue_frame(PyThreadState *tstate, _PyInterpreterFrame *frame);

/* Raises the exception that is set at the instruction instr_ptr: adds the traceback entry, and finds the handler. True:
 * the frame stands at the handler, with what belongs there on its stack. False: there is none, the stack is empty,
 * and tools have been told that the frame ends. With passes, handlers that would only raise again are passed over. */
bool cj_raise_to_handler(PyThreadState *tstate, _PyInterpreterFrame *frame, CJReraise again, bool passes);

/* Whether the handler that begins there is the one that is around the whole body of each generator and coroutine. It raises the exception again as of
 * where it was raised, and changes nothing unless cj_passes_around_all is false for its class. */
bool cj_is_around_all(const _Py_CODEUNIT *at);
bool cj_passes_around_all(const PyTypeObject *raised);

/* The handler of a code unit in the exception table: its code unit, the depth of the stack it finds, and whether the place of
 * the instruction is pushed. False when there is none. */
bool cj_find_handler(PyCodeObject *code, int unit, int *depth, int *handler, bool *push_place);

/* The last code unit of the instruction, caches included: the position that the interpreter reports to
 * monitoring tools with an exception. */
_Py_CODEUNIT *cj_last_unit(_Py_CODEUNIT *instruction);

/* Adds the current frame, as of its instr_ptr, to the traceback of the exception that is set. When memory is short another
 * exception is set afterwards. Runs no Python code. */
void cj_add_traceback(PyThreadState *tstate, _PyInterpreterFrame *frame);

/* The frame of an inlined call, in the native frame, moves to the data stack, with references of its own, and becomes one that
 * previous has called. Its memory in the native frame can be used for the next call. */
_PyInterpreterFrame *cj_move_inlined(PyThreadState *tstate, _PyInterpreterFrame *native, _PyInterpreterFrame *previous);

/* The inlined call of the frame, in the native frame, which is the current one, ends with the exception that is set. It gets
 * no traceback entry when it has raised again. */
void cj_end_inlined(PyThreadState *tstate, _PyInterpreterFrame *native, bool again);

/* Adds the current frame, as of its instr_ptr, to the traceback of the exception, which the caller keeps alive. */
void cj_trace(PyThreadState *tstate, _PyInterpreterFrame *frame, PyObject *exception);

/* Whether the current frame, which leaves compiled code with the exception that is set, needs no traceback entry, because
 * nobody can look at it before the exception is gone: the frame was called by compiled code directly, its
 * caller's handler begins with an except clause that fits and has no name, and forgets the exception first of all. */
bool cj_caller_forgets(PyThreadState *tstate, _PyInterpreterFrame *frame, const CJExitRegs *regs);

/* Whether the thread alone, and the calling code if it has a reference of its own, has the exception, and no finaliser
 * will get it. */
bool cj_unshared(PyObject *exception, bool own);

/* Whether a monitoring tool wants to know of exceptions. */
bool cj_exceptions_watched(PyThreadState *tstate);

/* Ends the frame with the exception that is set. Tools have been told. */
void cj_unwind_frame(PyThreadState *tstate, _PyInterpreterFrame *frame);

/* Raises the exception that is set at the instruction instr_ptr: adds the traceback entry and goes on
 * in the handler, or clears the frame and returns NULL. Consumes the frame. */
PyObject *cj_raise_in_frame(PyThreadState *tstate, _PyInterpreterFrame *frame);

/* Says that the exception set is being raised again, so that the frame that gets it next adds no traceback
 * entry; its instr_ptr becomes the code unit place. For helpers, directly before they return their error. */
void cj_set_reraise(int place);

/* What was said last, which is then forgotten: other exceptions may come before this one is looked at. */
CJReraise cj_take_reraise(void);

/* Gives the frame references of its own in place of borrowed ones: locals, function, code. */
void cj_own_frame(_PyInterpreterFrame *frame);

/* Allocates a frame of size words on the thread's data stack. NULL with MemoryError. */
_PyInterpreterFrame *cj_push_frame(PyThreadState *tstate, size_t size);

#endif
