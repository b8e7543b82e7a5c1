#include "layout.h"

#include <stddef.h>
#include <string.h>

#include "internal/pycore_ceval.h"
#include "internal/pycore_debug_offsets.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_freelist_state.h"
#include "internal/pycore_gc.h"
#include "internal/pycore_genobject.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_list.h"
#include "internal/pycore_long.h"
#include "internal/pycore_moduleobject.h"
#include "internal/pycore_object.h"
#include "internal/pycore_range.h"
#include "internal/pycore_runtime.h"
#include "internal/pycore_stackref.h"
#include "internal/pycore_tstate.h"
#include "internal/pycore_tuple.h"
#include "object.h"

#define CJ_FREELIST(list) offsetof(PyInterpreterState, object_state.freelists.list)

/* The state of a str is a set of bit fields; the compiler tells where they are. */
static uint32_t
state_word(struct _PyUnicodeObject_state state)
{
    uint32_t word = 0;
    memcpy(&word, &state, sizeof(word));
    return word;
}

static uint32_t
cj_layout_str_ascii_mask(void)
{
    struct _PyUnicodeObject_state state = {.compact = 1, .ascii = 1};
    return state_word(state);
}

static uint32_t
cj_layout_str_kind_mask(void)
{
    struct _PyUnicodeObject_state state = {.kind = 7};
    return state_word(state);
}

static uint32_t
cj_layout_str_compact_mask(void)
{
    struct _PyUnicodeObject_state state = {.compact = 1};
    return state_word(state);
}

static uint32_t
cj_layout_str_interned_mask(void)
{
    struct _PyUnicodeObject_state state = {.interned = 3};
    return state_word(state);
}

void
cj_layout_values(int64_t *values)
{
    size_t i = 0;
#define VALUE(name, value) values[i++] = (int64_t)(value);
    CJ_LAYOUT_FIELDS(VALUE)
#undef VALUE
}

/* Compares the interpreter's own description of its structures with the one that
   these headers give. */
static const char *
check_debug_offsets(void)
{
    _Py_DebugOffsets built = _Py_DebugOffsets_INIT(_Py_Debug_Cookie);
    const _Py_DebugOffsets *running = &_PyRuntime.debug_offsets;
    if (memcmp(built.cookie, running->cookie, sizeof(built.cookie)) != 0) {
        return "the interpreter does not describe its structures where it should";
    }
    if (running->version >> 16 != built.version >> 16) {
        return "it was built for another version of CPython";
    }
    if (running->free_threaded != 0) {
        return "free-threaded builds are not supported";
    }
    built.version = running->version;
    if (memcmp(&built, running, sizeof(built)) != 0) {
        return "the interpreter's structures differ from those it was built for";
    }
    return NULL;
}

static destructor python_dealloc;
static newfunc python_new;
static iternextfunc no_iternext;

iternextfunc
cj_no_iternext(void)
{
    return no_iternext;
}

newfunc
cj_python_new(void)
{
    return python_new;
}

destructor
cj_python_dealloc(void)
{
    return python_dealloc;
}

/* The same for iterators that others than lists, tuples and ranges have. */
static const char *
check_iterators(void)
{
    const char *reason = NULL;
    PyObject *list = Py_BuildValue("[iii]", 7, 8, 9), *dict = Py_BuildValue("{i:i,i:i,i:i}", 1, 2, 3, 4, 5, 6);
    PyObject *reverse = NULL, *iterator = NULL, *enumerate = NULL, *zip = NULL, *view = NULL, *item = NULL;
    if (list != NULL && dict != NULL) {
        reverse = PyObject_CallOneArg((PyObject *)&PyReversed_Type, list);
        view = PyObject_CallMethod(dict, "items", NULL);
        iterator = view != NULL ? PyObject_GetIter(view) : NULL;
        enumerate = PyObject_CallFunction((PyObject *)&PyEnum_Type, "Oi", list, 17);
        zip = PyObject_CallFunction((PyObject *)&PyZip_Type, "OO", list, dict);
        item = iterator != NULL ? PyIter_Next(iterator) : NULL;
    }
    if (reverse == NULL || item == NULL || enumerate == NULL || zip == NULL) {
        PyErr_Clear();
        reason = "there is no memory";
        goto done;
    }
    const cj_list_reverse_iterator *r = (cj_list_reverse_iterator *)reverse;
    const cj_dict_iterator *d = (cj_dict_iterator *)iterator;
    const cj_enumerate *e = (cj_enumerate *)enumerate;
    const cj_zip *z = (cj_zip *)zip;
    if (!Py_IS_TYPE(reverse, &PyListRevIter_Type) || PyListRevIter_Type.tp_basicsize != sizeof(*r) || r->index != 2 || r->list != list) {
        reason = "reverse iterators of lists differ from those it was built for";
    }
    else if (!Py_IS_TYPE(iterator, &PyDictIterItem_Type) || PyDictIterItem_Type.tp_basicsize != sizeof(*d) || d->dict != dict
             || d->used != 3 || d->position != 1 || d->left != 2 || d->pair == NULL || !PyTuple_CheckExact(d->pair)
             || PyDictIterKey_Type.tp_basicsize != sizeof(*d) || PyDictIterValue_Type.tp_basicsize != sizeof(*d)) {
        reason = "iterators of dicts differ from those it was built for";
    }
    else if (PyEnum_Type.tp_basicsize != sizeof(*e) || e->index != 17 || !Py_IS_TYPE(e->iterator, &PyListIter_Type)
             || !PyTuple_CheckExact(e->pair) || PyTuple_GET_SIZE(e->pair) != 2 || e->long_index != NULL
             || e->one != (PyObject *)&_PyLong_SMALL_INTS[_PY_NSMALLNEGINTS + 1]) {
        reason = "enumerate differs from what it was built for";
    }
    else if (PyZip_Type.tp_basicsize != sizeof(*z) || z->size != 2 || !PyTuple_CheckExact(z->iterators)
             || !Py_IS_TYPE(PyTuple_GET_ITEM(z->iterators, 1), &PyDictIterKey_Type) || !PyTuple_CheckExact(z->items)
             || PyTuple_GET_SIZE(z->items) != 2 || z->strict) {
        reason = "zip differs from what it was built for";
    }
done:
    Py_XDECREF(list);
    Py_XDECREF(dict);
    Py_XDECREF(reverse);
    Py_XDECREF(view);
    Py_XDECREF(iterator);
    Py_XDECREF(item);
    Py_XDECREF(enumerate);
    Py_XDECREF(zip);
    return reason;
}

/* What _Py_DebugOffsets does not tell: found by looking at objects whose contents
   are known. */
static const char *
check_private_structures(void)
{
    const char *reason = NULL;
    PyObject *range = NULL, *wrapper = NULL, *class = NULL;
    PyInterpreterState *interp = PyInterpreterState_Get();

    PyObject *len = interp->callable_cache.len;
    if (len == NULL || !PyCFunction_Check(len) || strcmp(((PyCFunctionObject *)len)->m_ml->ml_name, "len") != 0
        || interp->common_consts[CONSTANT_ASSERTIONERROR] != PyExc_AssertionError) {
        return "the interpreter state differs from the one it was built for";
    }
    PyThreadState *tstate = PyThreadState_Get();
    if (tstate->interp != interp || tstate->datastack_top > tstate->datastack_limit) {
        return "the thread state differs from the one it was built for";
    }
    range = PyObject_CallFunction((PyObject *)&PyRange_Type, "iii", 3, 17, 2);
    wrapper = range != NULL ? PyStaticMethod_New(Py_None) : NULL;
    class = wrapper != NULL ? PyObject_CallFunction((PyObject *)&PyType_Type, "s(){sO}", "class", "__new__", Py_None)
                            : NULL;
    if (class == NULL) {
        PyErr_Clear();
        reason = "there is no memory";
        goto done;
    }
    PyTypeObject *type = (PyTypeObject *)class;
    python_dealloc = type->tp_dealloc;
    python_new = type->tp_new;
    no_iternext = type->tp_iternext;
    if (!PyUnstable_Type_AssignVersionTag(type)
        || interp->types.type_version_cache[type->tp_version_tag % TYPE_VERSION_CACHE_SIZE] != type) {
        reason = "the interpreter's table of type versions is not where it should be";
        goto done;
    }
    cj_range_object *r = (cj_range_object *)range;
    if (PyRange_Type.tp_basicsize != sizeof(cj_range_object)
        || r->start != (PyObject *)&_PyLong_SMALL_INTS[_PY_NSMALLNEGINTS + 3]
        || r->stop != (PyObject *)&_PyLong_SMALL_INTS[_PY_NSMALLNEGINTS + 17]
        || r->step != (PyObject *)&_PyLong_SMALL_INTS[_PY_NSMALLNEGINTS + 2]
        || r->length != (PyObject *)&_PyLong_SMALL_INTS[_PY_NSMALLNEGINTS + 7]) {
        reason = "range objects differ from those it was built for";
    }
    else if (((cj_method_wrapper *)wrapper)->callable != Py_None) {
        reason = "static methods differ from those it was built for";
    }
    else if (PyFunction_Type.tp_basicsize != sizeof(PyFunctionObject)
             || PyMethod_Type.tp_basicsize != sizeof(PyMethodObject)
             || PyCFunction_Type.tp_basicsize != sizeof(PyCFunctionObject)
             || PyListIter_Type.tp_basicsize != sizeof(_PyListIterObject)
             || PyTupleIter_Type.tp_basicsize != sizeof(_PyTupleIterObject)
             || PyRangeIter_Type.tp_basicsize != sizeof(_PyRangeIterObject)
             || PySlice_Type.tp_basicsize != sizeof(PySliceObject)
             || PyCell_Type.tp_basicsize != sizeof(PyCellObject)
             || PyType_Type.tp_basicsize != sizeof(PyHeapTypeObject)) {
        reason = "the sizes of objects differ from those it was built for";
    }
done:
    Py_XDECREF(range);
    Py_XDECREF(wrapper);
    Py_XDECREF(class);
    return reason;
}

const char *
cj_layout_check(void)
{
    const char *reason = check_debug_offsets();
    if (reason == NULL) {
        reason = check_private_structures();
    }
    return reason != NULL ? reason : check_iterators();
}
