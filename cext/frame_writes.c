/* Writes through frame.f_locals.
 *
 * A frame object may be made at any call, and mostly it is only looked at: logging wants the caller's line, a
 * traceback its code. Compiled code keeps the slots of local variables true wherever they can be looked at, so it may
 * go on as long as nobody has written to them. Only the mapping that f_locals returns writes, and nothing tells of
 * it. So its ways to write are replaced by ones that leave a mark before they do the same: the field of the frame
 * object in which the interpreter keeps overwritten values alive is then never NULL. */
#include "frame_writes.h"

#include <string.h>

#include "frameobject.h"
#include "internal/pycore_code.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_object.h"

static objobjargproc set_item;
static binaryfunc inplace_or;
static PyCFunction update;
static PyCFunctionFast set_default;

/* Returns 0, or -1 with an exception. The interpreter adds to the tuple when it has to. */
static int
mark(PyObject *proxy)
{
    PyFrameObject *frame = ((PyFrameLocalsProxyObject *)proxy)->frame;
    if (frame != NULL && frame->f_overwritten_fast_locals == NULL) {
        frame->f_overwritten_fast_locals = PyTuple_New(0);
        return frame->f_overwritten_fast_locals == NULL ? -1 : 0;
    }
    return 0;
}

static int
marked_set_item(PyObject *proxy, PyObject *key, PyObject *value)
{
    return mark(proxy) < 0 ? -1 : set_item(proxy, key, value);
}

static PyObject *
marked_inplace_or(PyObject *proxy, PyObject *other)
{
    return mark(proxy) < 0 ? NULL : inplace_or(proxy, other);
}

static PyObject *
marked_update(PyObject *proxy, PyObject *other)
{
    return mark(proxy) < 0 ? NULL : update(proxy, other);
}

static PyObject *
marked_set_default(PyObject *proxy, PyObject *const *arguments, Py_ssize_t nargs)
{
    return mark(proxy) < 0 ? NULL : set_default(proxy, arguments, nargs);
}

/* The definition of a method of the mapping, or NULL. */
static PyMethodDef *
method(const char *name, int flags)
{
    for (PyMethodDef *def = PyFrameLocalsProxy_Type.tp_methods; def != NULL && def->ml_name != NULL; def++) {
        if (strcmp(def->ml_name, name) == 0 && def->ml_flags == flags) {
            return def;
        }
    }
    return NULL;
}

/* The slot wrapper of the mapping's class that calls function, or NULL. */
static PyWrapperDescrObject *
wrapper(PyObject *namespace, const char *name, void *function)
{
    PyObject *found = PyDict_GetItemString(namespace, name);
    if (found == NULL || !Py_IS_TYPE(found, &PyWrapperDescr_Type) || ((PyWrapperDescrObject *)found)->d_wrapped != function) {
        return NULL;
    }
    return (PyWrapperDescrObject *)found;
}

int
cj_frame_writes_start(void)
{
    if (set_item != NULL) {
        return 0;
    }
    PyTypeObject *type = &PyFrameLocalsProxy_Type;
    PyObject *namespace = PyType_GetDict(type);
    PyMappingMethods *mapping = type->tp_as_mapping;
    PyNumberMethods *number = type->tp_as_number;
    PyMethodDef *update_def = method("update", METH_O), *default_def = method("setdefault", METH_FASTCALL);
    PyWrapperDescrObject *set_wrapper = NULL, *or_wrapper = NULL;
    if (namespace != NULL && mapping != NULL && number != NULL) {
        set_wrapper = wrapper(namespace, "__setitem__", (void *)mapping->mp_ass_subscript);
        or_wrapper = wrapper(namespace, "__ior__", (void *)number->nb_inplace_or);
    }
    Py_XDECREF(namespace); /* the class holds it */
    if (update_def == NULL || default_def == NULL || set_wrapper == NULL || or_wrapper == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the mapping that frame.f_locals returns is not the interpreter's");
        return -1;
    }
    set_item = mapping->mp_ass_subscript;
    inplace_or = number->nb_inplace_or;
    update = update_def->ml_meth;
    set_default = (PyCFunctionFast)(void (*)(void))default_def->ml_meth;
    mapping->mp_ass_subscript = marked_set_item;
    set_wrapper->d_wrapped = (void *)marked_set_item;
    number->nb_inplace_or = marked_inplace_or;
    or_wrapper->d_wrapped = (void *)marked_inplace_or;
    update_def->ml_meth = marked_update;
    default_def->ml_meth = (PyCFunction)(void (*)(void))marked_set_default;
    return 0;
}

/* Frame objects that were dropped, for frames of the same size: an exception needs one each time it is raised and
 * handled in a loop. The table is small and never emptied. */
static struct {
    int slots;
    PyFrameObject *object;
} spares[16];

static int
slots_of(_PyInterpreterFrame *frame)
{
    PyCodeObject *code = _PyFrame_GetCode(frame);
    return code->co_nlocalsplus + code->co_stacksize;
}

/* Nothing has the frame object but its frame, which has no use for it, and it is as a new one would be. */
static void
drop(_PyInterpreterFrame *frame)
{
    PyFrameObject *object = frame->frame_obj;
    frame->frame_obj = NULL;
    int slots = slots_of(frame);
    size_t at = (size_t)slots % Py_ARRAY_LENGTH(spares);
    if (spares[at].object != NULL || object->f_back != NULL || object->f_lineno != 0 || _PyObject_GC_IS_TRACKED((PyObject *)object)) {
        Py_DECREF(object);
        return;
    }
    object->f_frame = NULL;
    spares[at].object = object;
    spares[at].slots = slots;
}

/* Gives a frame without a frame object one that was dropped. False when there is none for its size. */
static bool
reuse(_PyInterpreterFrame *frame)
{
    int slots = slots_of(frame);
    size_t at = (size_t)slots % Py_ARRAY_LENGTH(spares);
    if (spares[at].object == NULL || spares[at].slots != slots) {
        return false;
    }
    frame->frame_obj = spares[at].object;
    frame->frame_obj->f_frame = frame;
    spares[at].object = NULL;
    return true;
}

PyFrameObject *
cj_frame_object(_PyInterpreterFrame *frame)
{
    if (frame->frame_obj == NULL && !reuse(frame)) {
        return PyEval_GetFrame();
    }
    return frame->frame_obj;
}

void
cj_ready_back(_PyInterpreterFrame *frame)
{
    _PyInterpreterFrame *back = frame->previous;
    if (frame->frame_obj != NULL && Py_REFCNT(frame->frame_obj) > 1 && back != NULL && back->owner == FRAME_OWNED_BY_THREAD
        && back->frame_obj == NULL && !_PyFrame_IsIncomplete(back)) {
        reuse(back);
    }
}

bool
cj_frame_written(_PyInterpreterFrame *frame)
{
    const PyFrameObject *object = frame->frame_obj;
    return object != NULL && (set_item == NULL || object->f_overwritten_fast_locals != NULL || object->f_trace != NULL);
}

bool
cj_frame_unchanged(_PyInterpreterFrame *frame)
{
    if (cj_frame_written(frame)) {
        return false;
    }
    PyFrameObject *object = frame->frame_obj;
    if (Py_REFCNT(object) == 1 && object->f_extra_locals == NULL && object->f_locals_cache == NULL
        && object->f_trace_lines && !object->f_trace_opcodes) {
        drop(frame);
    }
    return true;
}
