/* Traceback entries: one for each frame that an exception passes. The memory of those that have died is kept for the next ones,
 * as the interpreter does it for many other classes. */
#include "exit.h"
#include "frame_writes.h"

#include "internal/pycore_interpframe.h"
#include "internal/pycore_object.h"
#include "internal/pycore_pystate.h"

enum { MAX_KEPT = 32 };

static PyTracebackObject *kept[MAX_KEPT];
static int nkept;
static PyInterpreterState *home; /* whose entries are kept; NULL until the first one is made */
static destructor original_dealloc;

static void
dealloc(PyObject *self)
{
    if (nkept == MAX_KEPT || _PyInterpreterState_GET() != home) {
        original_dealloc(self);
        return;
    }
    PyTracebackObject *entry = (PyTracebackObject *)self;
    PyObject_GC_UnTrack(self);
    Py_XDECREF(entry->tb_next);
    Py_XDECREF(entry->tb_frame);
    if (nkept == MAX_KEPT) {
        PyObject_GC_Del(self);
        return;
    }
    kept[nkept++] = entry;
}

/* A new entry without contents, which the collector does not know yet; NULL with MemoryError. */
static PyTracebackObject *
new_entry(PyThreadState *tstate)
{
    if (nkept > 0 && tstate->interp == home) {
        PyTracebackObject *entry = kept[--nkept];
        _PyObject_Init((PyObject *)entry, &PyTraceBack_Type);
        return entry;
    }
    if (home == NULL) {
        home = tstate->interp;
        original_dealloc = PyTraceBack_Type.tp_dealloc;
        PyTraceBack_Type.tp_dealloc = dealloc;
    }
    return PyObject_GC_New(PyTracebackObject, &PyTraceBack_Type);
}

void
cj_add_traceback(PyThreadState *tstate, _PyInterpreterFrame *frame)
{
    PyFrameObject *shown = cj_frame_object(frame);
    if (shown == NULL) {
        if (tstate->current_exception == NULL) {
            PyErr_NoMemory(); /* PyEval_GetFrame has cleared it */
        }
        return;
    }
    PyObject *raised = tstate->current_exception;
    tstate->current_exception = NULL;
    PyTracebackObject *entry = new_entry(tstate);
    if (entry == NULL) {
        PyErr_Clear();
        tstate->current_exception = raised;
        PyTraceBack_Here(shown);
        return;
    }
    PyObject **chain = &((PyBaseExceptionObject *)raised)->traceback;
    entry->tb_next = (PyTracebackObject *)*chain;
    entry->tb_frame = (PyFrameObject *)Py_NewRef(shown);
    entry->tb_lasti = _PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT);
    entry->tb_lineno = -1; /* follows from the place when somebody asks */
    PyObject_GC_Track(entry);
    *chain = (PyObject *)entry;
    tstate->current_exception = raised;
}
