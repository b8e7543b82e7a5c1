/* See collector.h. */
#include "collector.h"

#include "functions.h"

#include "internal/pycore_interp.h"
#include "internal/pycore_pystate.h"

PyInterpreterState *cj_home;
PyGC_Head *cj_young;
Py_ssize_t *cj_tracked;
struct _Py_freelists *cj_free_lists;
CJKeptArrays cj_kept_arrays[CJ_KEPT_ITEMS];
struct _Py_freelist cj_kept_ints;

void
cj_collector_start(void)
{
#ifndef _PyGC_NEXT_MASK_OLD_SPACE_1
    struct _gc_runtime_state *collector = &_PyInterpreterState_GET()->gc;
    PyObject *newest = cj_young == NULL ? PyList_New(0) : NULL;
    if (newest == NULL) {
        PyErr_Clear();
        return;
    }
    PyGC_Head *head = _Py_AS_GC(newest);
    if (head->_gc_next == (uintptr_t)collector->generation0) {
        cj_home = _PyInterpreterState_GET();
        cj_young = (PyGC_Head *)head->_gc_next;
        cj_tracked = &collector->heap_size;
        cj_free_lists = &cj_home->object_state.freelists;
    }
    Py_DECREF(newest);
#endif
}

void
cj_dealloc(PyObject *object)
{
    if (cj_objects_at_hand()) {
        if (PyFunction_Check(object)) {
            if (cj_function_free(object)) {
                return;
            }
        }
        else {
            const PyASCIIObject *str = (PyASCIIObject *)object;
            if (str->state.compact && str->state.ascii && !str->state.interned && !str->state.statically_allocated) {
                PyObject_Free(object);
                return;
            }
        }
    }
    _Py_Dealloc(object);
}
