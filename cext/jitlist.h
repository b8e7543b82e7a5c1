/* The jit list: patterns of functions that are compiled without being asked for.

   A pattern is module:qualname, where both may contain the wildcards * and ?, or
   name@file.py:line, where line is the function's first one and file the end of
   its path. */
#ifndef CJ_JITLIST_H
#define CJ_JITLIST_H

#include <Python.h>
#include <stdbool.h>

bool cj_jitlist_empty(void);

/* Adds a pattern. Returns 0, or -1 with ValueError or MemoryError. */
int cj_jitlist_add(const char *pattern);

bool cj_jitlist_matches(PyFunctionObject *function);

/* The patterns as a new list of str; NULL with an exception. */
PyObject *cj_jitlist_get(void);

void cj_jitlist_clear(void);

#endif
