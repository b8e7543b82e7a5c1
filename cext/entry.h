/* Ways into compiled code that are written in C, and what the shared stubs call. */
#ifndef CJ_ENTRY_H
#define CJ_ENTRY_H

#include "object.h"

/* The distance above the thread's c_stack_soft_limit that compiled code keeps; StackMargin in jit/object. */
#define CJ_STACK_MARGIN ((uintptr_t)256 << 10)

/* Targets of the stubs interp_entry and slow_entry. arguments are the registers x0 … x7 of the direct
 * call: the function and its positional arguments, all borrowed. New reference, or NULL with an exception. */
PyObject *cj_call_interpreted(PyThreadState *tstate, CJCode *code, PyObject **arguments);
PyObject *cj_entry_slow(PyThreadState *tstate, CJCode *code, PyObject **arguments);

/* Target of the stub vectorcall_bind: binds the arguments as the interpreter does, with its errors, and runs the
 * function by its frame entry. */
PyObject *cj_vectorcall_bind(PyObject *function, PyObject *const *arguments, size_t nargsf, PyObject *kwnames,
                             CJCode *code);

/* Whether the machine stack is too short for compiled code. */
bool cj_stack_is_low(PyThreadState *tstate);

/* Around what runs in the interpreter because of that: nothing enters compiled code in between. */
void cj_enter_island(void);
void cj_leave_island(void);

/* Whether some thread is short of machine stack, so that nothing enters compiled code. */
bool cj_entries_suspended(void);

/* Captures the interpreter's own vectorcall. 0, or -1 with an exception. */
int cj_entry_start(void);

/* In the child of a fork: forgets the other threads. */
void cj_entry_after_fork(void);

/* In stubs_aarch64.S: calls a frame entry. The frame is the current one and counted in the recursion depth. */
PyObject *cj_enter(const void *entry, PyThreadState *tstate, _PyInterpreterFrame *frame);

/* Parameters that a direct entry takes at most, and those that come in registers. */
enum { CJ_DIRECT_PARAMETERS = 16, CJ_REGISTER_PARAMETERS = 7 };

/* There too: calls a direct entry. frame is the caller's; values are the function and one for each of its parameters, borrowed. The
 * first one is for functions with no more than CJ_REGISTER_PARAMETERS. */
PyObject *cj_enter_direct_small(const void *entry, CJCode *code, PyThreadState *tstate, _PyInterpreterFrame *frame,
                                PyObject *const values[1 + CJ_DIRECT_PARAMETERS]);
PyObject *cj_enter_direct(const void *entry, CJCode *code, PyThreadState *tstate, _PyInterpreterFrame *frame,
                          PyObject *const values[1 + CJ_DIRECT_PARAMETERS]);

#endif
