/* Generators and coroutines whose code is compiled. Their objects and frames are CPython's own. */
#ifndef CJ_GENERATOR_H
#define CJ_GENERATOR_H

#include "object.h"

/* Generators, coroutines and asynchronous generators that have died, by the number of words of their frames behind the fields: memory to be
 * used again, as for other objects that come and go all the time. They are linked by their names. */
enum { CJ_KEPT_SLOTS = 32, CJ_KEPT_GENERATORS = 32 };
typedef struct CJKeptGenerators {
    PyGenObject *first;
    Py_ssize_t n;
} CJKeptGenerators;
extern CJKeptGenerators cj_kept_generators[CJ_KEPT_SLOTS];

/* Lets resumption from C come to compiled code. Called when the first such code is installed, any number of
 * times. */
void cj_generators_start(void);

/* Runs a generator, coroutine or asynchronous generator that is suspended or has not begun on, in machine code where it can be, and sends
 * value. Returns what was yielded or returned, which the generator's state tells apart, or NULL with an exception. */
PyObject *cj_resume(PyObject *generator, PyObject *value);

/* Lets a class's methods send and __next__ come to other functions; the function objects stay the same. Returns what send
 * was. */
PyCFunction cj_redirect_methods(PyTypeObject *type, PyCFunction send_to, iternextfunc next_from, iternextfunc next_to);

/* Target of the stub resume_slow: runs the generator or coroutine on with CPython's own code and sends value. Returns what was yielded or returned, which the generator's state tells apart, or NULL
 * with an exception. */
PyObject *cj_resume_slow(PyObject *generator, PyObject *value);

/* Target of the stub resume_delegating. The frame of a generator that runs, and is the current one, waits in its SEND for another one, which
 * has yielded, or has raised the exception that is set: result is what was yielded, stolen, or NULL. The interpreter
 * runs the frame on. Returns what that yields or returns, or NULL with an exception. */
PyObject *cj_continue_delegating(PyThreadState *tstate, _PyInterpreterFrame *frame, PyObject *result);

/* Finds out whether a call with nothing but positional arguments for all parameters only makes a generator, coroutine or
 * asynchronous generator, as cj_make_generator does: sets code->makes. */
void cj_plan_generator(CJCode *code);

/* Target of the stub make_generator, for such code: what the call of the function arguments[0] with the arguments behind
 * it, all borrowed, returns. New reference, or NULL with an exception. */
PyObject *cj_make_generator(PyThreadState *tstate, CJCode *code, PyObject **arguments);

/* What the special method of an object, found in its class, returns when it is a generator function of Python with machine
 * code: a new generator in *result, NULL with an exception. Returns whether that is so; otherwise nothing was done. */
bool cj_generator_of_method(PyObject *self, PyObject *name, PyObject **result);

#endif
