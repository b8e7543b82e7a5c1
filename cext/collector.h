/* The lists in which the interpreter's collector and its free lists keep objects, for code that makes and frees objects as the interpreter
 * does, without its functions. Called with the GIL held, in the interpreter that runs compiled code. */
#ifndef CJ_COLLECTOR_H
#define CJ_COLLECTOR_H

#include <Python.h>

#include "internal/pycore_freelist_state.h"
#include "internal/pycore_gc.h"
#include "internal/pycore_long.h"
#include "internal/pycore_object.h"
#include "internal/pycore_runtime.h"

/* The list that new objects come to; NULL when the collector is not the one with generations that these headers have: early releases
 * of 3.14 have another one. The others are known when it is. */
extern PyGC_Head *cj_young;
extern Py_ssize_t *cj_tracked; /* the number of objects in all lists */
extern PyInterpreterState *cj_home;
extern struct _Py_freelists *cj_free_lists;

/* Deallocates a function or an object that is exactly a str, to which no references are left, as the interpreter does. */
void cj_dealloc(PyObject *object);

/* Looks whether the collector is known. */
void cj_collector_start(void);

static inline void
cj_track(PyObject *object)
{
    PyGC_Head *head = _Py_AS_GC(object), *last = (PyGC_Head *)cj_young->_gc_prev;
    _PyGCHead_SET_NEXT(last, head);
    head->_gc_prev = (uintptr_t)last;
    head->_gc_next = (uintptr_t)cj_young;
    cj_young->_gc_prev = (uintptr_t)head;
    ++*cj_tracked;
}

static inline void
cj_untrack(PyObject *object)
{
    PyGC_Head *head = _Py_AS_GC(object), *before = _PyGCHead_PREV(head), *behind = _PyGCHead_NEXT(head);
    _PyGCHead_SET_NEXT(before, behind);
    _PyGCHead_SET_PREV(behind, before);
    head->_gc_next = head->_gc_prev = 0;
    --*cj_tracked;
}

/* Whether objects can be taken out of the free lists here: nobody wants to know of it. */
static inline bool
cj_objects_at_hand(void)
{
    return cj_young != NULL && _PyRuntime.ref_tracer.tracer_func == NULL;
}

/* Takes an object out of a free list, with one reference and its class; NULL when the list is empty. */
static inline PyObject *
cj_take_free(struct _Py_freelist *list)
{
    PyObject *object = list->freelist;
    if (object != NULL) {
        list->freelist = *(void **)object;
        list->size--;
        object->ob_refcnt_full = 1;
    }
    return object;
}

/* An iterator of lists, tuples or ranges, whose fields are not set and which the collector does not know yet. */
static inline PyObject *
cj_new_iterator(PyTypeObject *class)
{
    PyObject *iterator = NULL;
    if (cj_objects_at_hand()) {
        iterator = cj_take_free(class == &PyListIter_Type ? &cj_free_lists->list_iters
                                : class == &PyTupleIter_Type ? &cj_free_lists->tuple_iters
                                                             : &cj_free_lists->range_iters);
    }
    if (iterator != NULL) {
        return iterator;
    }
    return PyType_IS_GC(class) ? PyObject_GC_New(PyObject, class) : PyObject_New(PyObject, class);
}

/* Whether the collector has to know of a tuple because of this item. */
static inline bool
cj_concerns_collector(PyObject *item)
{
    return PyType_HasFeature(Py_TYPE(item), Py_TPFLAGS_HAVE_GC);
}

/* A tuple of 1 to PyTuple_MAXSAVESIZE items, which are not set and which the collector does not know yet; NULL when none is at hand. */
static inline PyTupleObject *
cj_free_tuple(Py_ssize_t n)
{
    PyTupleObject *tuple = NULL;
    if ((size_t)(n - 1) < PyTuple_MAXSAVESIZE && cj_objects_at_hand()) {
        tuple = (PyTupleObject *)cj_take_free(&cj_free_lists->tuples[n - 1]);
        if (tuple != NULL) {
            tuple->ob_hash = -1;
        }
    }
    return tuple;
}

/* A list without items, which the collector does not know yet; NULL when none is at hand. */
static inline PyListObject *
cj_free_list(void)
{
    return cj_objects_at_hand() ? (PyListObject *)cj_take_free(&cj_free_lists->lists) : NULL;
}

/* Arrays of dead lists, by the number of items for which they have room, linked by their first words. The stub free_list puts them
 * there. */
enum { CJ_KEPT_ITEMS = 17, CJ_KEPT_ARRAYS = 32 };
typedef struct {
    PyObject **first;
    Py_ssize_t n;
} CJKeptArrays;
extern CJKeptArrays cj_kept_arrays[CJ_KEPT_ITEMS];

/* Memory of PyMem for n items, at least one; NULL without an exception. */
static inline PyObject **
cj_new_items(Py_ssize_t n)
{
    if (n < CJ_KEPT_ITEMS && cj_kept_arrays[n].first != NULL) {
        CJKeptArrays *kept = &cj_kept_arrays[n];
        PyObject **items = kept->first;
        kept->first = (PyObject **)*items;
        kept->n--;
        return items;
    }
    return PyMem_New(PyObject *, n);
}

/* Gives back what cj_new_items gave, or a list's array with that room. */
static inline void
cj_free_items(PyObject **items, Py_ssize_t room)
{
    if (room > 0 && room < CJ_KEPT_ITEMS && cj_kept_arrays[room].n < CJ_KEPT_ARRAYS && cj_objects_at_hand()) {
        CJKeptArrays *kept = &cj_kept_arrays[room];
        *items = (PyObject *)kept->first;
        kept->first = items;
        kept->n++;
        return;
    }
    PyMem_Free(items);
}

/* Dead ints of two digits, which the interpreter keeps no list of. The stub free_int puts them there. */
enum { CJ_KEPT_INTS = 64 };
extern struct _Py_freelist cj_kept_ints;

/* The int of these two digits, of which the high one is not 0: a new reference, NULL with MemoryError. */
static inline PyObject *
cj_two_digit_int(uint64_t magnitude, bool negative)
{
    PyLongObject *number = cj_objects_at_hand() ? (PyLongObject *)cj_take_free(&cj_kept_ints) : NULL;
    if (number == NULL) {
        number = PyObject_Malloc(sizeof(*number));
        if (number == NULL) {
            return PyErr_NoMemory();
        }
        _PyObject_Init((PyObject *)number, &PyLong_Type);
    }
    number->long_value.lv_tag = 2 << _PyLong_NON_SIZE_BITS | (negative ? SIGN_NEGATIVE : 0);
    number->long_value.ob_digit[0] = (digit)(magnitude & PyLong_MASK);
    number->long_value.ob_digit[1] = (digit)(magnitude >> PyLong_SHIFT);
    return (PyObject *)number;
}

#endif
