/* Watchers: what compiled code relies on, and who is told when it changes. */
#ifndef CJ_WATCH_H
#define CJ_WATCH_H

#include <Python.h>
#include <stdbool.h>

#include "object.h"

/* Registers the type, dict, function and code watchers. Returns 0, or -1 with an exception. */
int cj_watch_start(void);

/* Watches a type for changes and for its death. Returns 0, or -1 with an exception. */
int cj_watch_type(PyTypeObject *type);

/* Watches a namespace dict. Returns 0, or -1 with an exception. */
/* Whether the value of a str key has changed several times while code relied on it. */
bool cj_watch_changes_often(PyObject *dict, PyObject *key);

int cj_watch_dict(PyObject *dict);

/* Whether the type was changed several times while code relied on it. */
bool cj_watch_type_changes_often(PyTypeObject *type);

/* While set, changes of types are the JIT's own and mean nothing. */
void cj_watch_own_modification(bool own);

/* The type was changed in a way that its watcher did not report. */
void cj_watch_type_changed(PyTypeObject *type);

/* An object was given another class; before is the one that it had. */
void cj_watch_instance_left(PyObject *self, PyTypeObject *before);

/* Enters an object's dependencies into the tables. Returns 0, or -1 with an exception,
   and then none is entered. */
int cj_watch_add(CJObject *object);

/* Whoever keeps something by a function's address says so first; of other functions only cj_watch_function_dies is told that they die.
   Returns 0, or -1 with an exception. */
int cj_watch_know_function(const void *function);

/* Whether nobody else watches functions, so that those who make and free them here tell only of it: cj_watch_function_made and
   cj_watch_function_dead are all that is to be done. */
bool cj_watch_functions_alone(void);

/* A function, to which no references are left, dies. Runs no Python code. */
void cj_watch_function_dead(PyFunctionObject *function);

/* Takes an object's dependencies out of the tables. */
void cj_watch_remove(CJObject *object);

/* Told by the watcher when a function is made. May be NULL. */
extern void (*cj_watch_function_made)(PyFunctionObject *function);
/* Told before a function's code is replaced, or (new_code NULL) its defaults. May be NULL. */
extern void (*cj_watch_function_changes)(PyFunctionObject *function, PyObject *new_code);
/* Told before a function dies. May be NULL. */
extern void (*cj_watch_function_dies)(PyFunctionObject *function);
/* Told before a code object dies. May be NULL. */
extern void (*cj_watch_code_dies)(PyCodeObject *code);
/* Told of an object whose assumption does not hold any longer. */
extern void (*cj_watch_broken)(CJObject *object);

#endif
