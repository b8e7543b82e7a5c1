/* Tracing, profiling and monitoring: compiled code reports no events, so code that is being looked at is given back to
 * the interpreter at once, frames that run it included, and compiled again when that is over. */
#ifndef CJ_INSTRUMENTATION_H
#define CJ_INSTRUMENTATION_H

#include <Python.h>
#include <stdbool.h>

/* Makes the functions that change instrumentation report it. Called once, with the GIL, before anything is compiled. */
void cj_instrumentation_start(void);

/* Compares what is instrumented with what is compiled. For changes that were not reported. */
void cj_instrumentation_changed(void);

/* Whether no function may have an entry of ours, as somebody looks at all code, or at calls. */
bool cj_everything_watched(void);

/* A code object dies. */
void cj_instrumentation_forget(const PyCodeObject *code);

/* Whether only the interpreter may run the code in this thread: tools want events, or it has to be brought up to date. */
bool cj_is_instrumented(PyThreadState *tstate, PyCodeObject *code);

/* Whether cj_osr_release_tool is called when somebody takes the tool id for optimizers. */
bool cj_tool_is_observed(void);

/* Asks for events of a code object, for a tool of this package, without reporting it. False, with an exception or without, when it
 * cannot be done. */
bool cj_set_local_events(int tool, PyCodeObject *code, int events);

/* The eval breaker with which no tool wanted events of all code. As long as it has that value, only code that tools look at by
 * itself is instrumented, which its instructions tell. */
extern uintptr_t cj_unwatched;

/* Target of the stub look_for_tools. Whether cj_unwatched is the eval breaker now. */
int cj_look_for_tools(PyThreadState *tstate);

#endif
