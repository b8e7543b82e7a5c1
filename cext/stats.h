/* Statistics of exits from compiled code, and what follows from them. */
#ifndef CJ_STATS_H
#define CJ_STATS_H

#include <Python.h>
#include <stdint.h>

#include "object.h"

/* The loader's message that an exit was taken; guilty is borrowed, or NULL. */
void cj_stats_exit_taken(CJObject *object, uint32_t exit, PyObject *guilty);

/* Keeps the counts of an object that is going to be retired. Runs no Python code. */
void cj_stats_keep(CJObject *object);

/* Exits since the last call, as a new list of dicts; NULL with an exception. */
PyObject *cj_stats_take(void);

#endif
