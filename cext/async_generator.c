/* Resuming asynchronous generators. See async_generator.h.
 *
 * An asend object, which __anext__() and asend() return, resumes its generator by a function of CPython's own that
 * cannot be redirected. So the slot and the method by which the object itself is driven are: what is usual is done
 * here, with the generator resumed as any other one, and the rest by the original. */
#include "async_generator.h"

#include <Python.h>

#include "internal/pycore_frame.h"
#include "internal/pycore_genobject.h"
#include "internal/pycore_intrinsics.h"
#include "internal/pycore_pystate.h"

#include "generator.h"

/* What CPython keeps to itself. */
typedef enum { INIT, ITER, CLOSED } AwaitableState;

typedef struct {
    PyObject_HEAD
    PyAsyncGenObject *generator;
    PyObject *sent; /* NULL for __anext__() */
    AwaitableState state;
} ASend;

typedef struct {
    PyObject_HEAD
    PyObject *value;
} WrappedValue;

static PyTypeObject *wrapped_type;
static iternextfunc original_next;
static PyCFunction original_send;

/* Whether the generator is suspended, or has not begun: can be resumed at all. */
static bool
is_resumable(const PyAsyncGenObject *generator)
{
    return generator->ag_frame_state < FRAME_EXECUTING;
}

/* Whether the original has to raise something, or say that the generator is exhausted. */
static bool
is_unusual(const ASend *awaitable)
{
    return !is_resumable(awaitable->generator) || awaitable->state == CLOSED
        || (awaitable->state == INIT && awaitable->generator->ag_running_async);
}

/* Runs a generator that can be resumed on. What it awaits yields is returned; when it yields itself, NULL is
 * returned and *yielded is a new reference; otherwise NULL, *yielded is NULL, and an exception is set. */
static PyObject *
step(PyAsyncGenObject *generator, PyObject *value, PyObject **yielded)
{
    *yielded = NULL;
    generator->ag_running_async = 1;
    PyObject *result = cj_resume((PyObject *)generator, value != NULL ? value : Py_None);
    if (result != NULL && is_resumable(generator) && !Py_IS_TYPE(result, wrapped_type)) {
        return result;
    }
    generator->ag_running_async = 0;
    if (result != NULL && is_resumable(generator)) {
        *yielded = Py_NewRef(((WrappedValue *)result)->value);
        Py_DECREF(result);
        return NULL;
    }
    if (result != NULL) {
        Py_DECREF(result);
        PyErr_SetNone(PyExc_StopAsyncIteration);
    }
    if (PyErr_ExceptionMatches(PyExc_StopAsyncIteration) || PyErr_ExceptionMatches(PyExc_GeneratorExit)) {
        generator->ag_closed = 1;
    }
    return NULL;
}

static PyObject *
drive(ASend *awaitable, PyObject *value)
{
    if (awaitable->state == INIT) {
        if (value == NULL || Py_IsNone(value)) {
            value = awaitable->sent;
        }
        awaitable->state = ITER;
    }
    PyObject *yielded;
    PyObject *result = step(awaitable->generator, value, &yielded);
    if (result == NULL) {
        if (yielded != NULL) {
            _PyGen_SetStopIterationValue(yielded);
            Py_DECREF(yielded);
        }
        awaitable->state = CLOSED;
    }
    return result;
}

static PyObject *
asend_next(PyObject *awaitable)
{
    return is_unusual((ASend *)awaitable) ? original_next(awaitable) : drive((ASend *)awaitable, NULL);
}

static PyObject *
asend_send(PyObject *awaitable, PyObject *value)
{
    return is_unusual((ASend *)awaitable) ? original_send(awaitable, value) : drive((ASend *)awaitable, value);
}

typedef struct {
    PyObject *seen[2];
    int n;
} Visited;

static int
note_visit(PyObject *object, void *visited)
{
    Visited *v = visited;
    if (v->n < 2) {
        v->seen[v->n] = object;
    }
    v->n++;
    return 0;
}

/* Whether objects of a class have references where they are expected, last of all, and no others. */
static bool
has_layout(PyTypeObject *type, size_t size, PyObject *imitation, PyObject *first, PyObject *second)
{
    if (type->tp_basicsize != (Py_ssize_t)size || type->tp_itemsize != 0 || type->tp_traverse == NULL) {
        return false;
    }
    Visited visited = {.n = 0};
    type->tp_traverse(imitation, note_visit, &visited);
    return visited.n == (second != NULL ? 2 : 1) && visited.seen[0] == first && visited.seen[1] == second;
}

static bool
find_wrapped_type(void)
{
    PyObject *wrapped = _PyIntrinsics_UnaryFunctions[INTRINSIC_ASYNC_GEN_WRAP].func(_PyThreadState_GET(), Py_None);
    if (wrapped == NULL) {
        PyErr_Clear();
        return false;
    }
    wrapped_type = Py_TYPE(wrapped);
    Py_DECREF(wrapped);
    return true;
}

void
cj_async_generators_start(void)
{
    if (original_next != NULL || !find_wrapped_type()) {
        return;
    }
    ASend awaitable = {.generator = (PyAsyncGenObject *)Py_None, .sent = Py_True};
    WrappedValue wrapped = {.value = Py_None};
    if (!has_layout(&_PyAsyncGenASend_Type, sizeof(ASend), (PyObject *)&awaitable, Py_None, Py_True)
        || !has_layout(wrapped_type, sizeof(WrappedValue), (PyObject *)&wrapped, Py_None, NULL)) {
        return;
    }
    original_next = _PyAsyncGenASend_Type.tp_iternext;
    _PyAsyncGenASend_Type.tp_iternext = asend_next;
    original_send = cj_redirect_methods(&_PyAsyncGenASend_Type, asend_send, original_next, asend_next);
}
