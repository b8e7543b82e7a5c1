/* Whether a frame object has changed the frame that it shows. */
#ifndef CJ_FRAME_WRITES_H
#define CJ_FRAME_WRITES_H

#include <Python.h>
#include <stdbool.h>

#include "internal/pycore_interpframe_structs.h"

/* Begins to notice writes through f_locals. Returns 0, or -1 with an exception. Calls after the first do nothing. */
int cj_frame_writes_start(void);

/* The frame runs compiled code and has a frame object. Reports whether its local variables are what the code has
 * stored, so that it may go on. A frame object that nobody else holds is dropped: the next one who asks gets a new
 * one. Runs no Python code. */
bool cj_frame_unchanged(_PyInterpreterFrame *frame);

/* Whether somebody may have written to the locals of a frame through its frame object. Changes nothing. */
bool cj_frame_written(_PyInterpreterFrame *frame);

/* The frame object of the current frame, which is complete: borrowed, made when there is none. NULL when memory is
 * short, without an exception. */
PyFrameObject *cj_frame_object(_PyInterpreterFrame *frame);

/* For a frame that ends: when somebody keeps its frame object, that one will want the frame object of the caller, for which one
 * that was dropped is taken if there is one. */
void cj_ready_back(_PyInterpreterFrame *frame);

#endif
