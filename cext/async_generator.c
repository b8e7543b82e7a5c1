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
#include "helpers.h"

/* What CPython keeps to itself. The last state is ours: being iterated, and what is sent to it next gets the value in
 * sent, which was yielded before the object was made. */
typedef enum { INIT, ITER, CLOSED, PENDING } AwaitableState;

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
    return (!is_resumable(awaitable->generator) && awaitable->state != PENDING) || awaitable->state == CLOSED
        || (awaitable->state == INIT && awaitable->generator->ag_running_async);
}

typedef enum { WAITS, YIELDS, ENDS, RAISES } Outcome;

/* Runs a generator that can be resumed on. *result is a new reference to what it yields, or what the thing yields that
 * it waits for; otherwise NULL. */
static Outcome
step(PyAsyncGenObject *generator, PyObject *value, PyObject **result)
{
    generator->ag_running_async = 1;
    PyObject *passed = cj_resume((PyObject *)generator, value != NULL ? value : Py_None);
    *result = passed;
    if (passed != NULL && is_resumable(generator)) {
        if (!Py_IS_TYPE(passed, wrapped_type)) {
            return WAITS;
        }
        generator->ag_running_async = 0;
        *result = Py_NewRef(((WrappedValue *)passed)->value);
        Py_DECREF(passed);
        return YIELDS;
    }
    generator->ag_running_async = 0;
    if (passed != NULL) {
        generator->ag_closed = 1;
        Py_CLEAR(*result);
        return ENDS;
    }
    if (PyErr_ExceptionMatches(PyExc_StopAsyncIteration) || PyErr_ExceptionMatches(PyExc_GeneratorExit)) {
        generator->ag_closed = 1;
    }
    return RAISES;
}

static PyObject *
drive(ASend *awaitable, PyObject *value)
{
    PyObject *result;
    switch (awaitable->state) {
    case PENDING:
        result = awaitable->sent;
        awaitable->sent = NULL;
        awaitable->state = ITER;
        return result;
    case INIT:
        if (value == NULL || Py_IsNone(value)) {
            value = awaitable->sent;
        }
        awaitable->state = ITER;
        break;
    default:
        break;
    }
    switch (step(awaitable->generator, value, &result)) {
    case WAITS:
        return result;
    case YIELDS:
        _PyGen_SetStopIterationValue(result);
        Py_DECREF(result);
        break;
    case ENDS:
        PyErr_SetNone(PyExc_StopAsyncIteration);
        break;
    case RAISES:
        break;
    }
    awaitable->state = CLOSED;
    return NULL;
}

int64_t
cj_async_ready(PyObject *iterator)
{
    PyAsyncGenObject *generator = (PyAsyncGenObject *)iterator;
    if (!PyAsyncGen_CheckExact(iterator) || original_next == NULL || !is_resumable(generator) || generator->ag_running_async) {
        return 0;
    }
    if (!generator->ag_hooks_inited) {
        PyThreadState *tstate = _PyThreadState_GET();
        if (tstate->async_gen_firstiter != NULL) {
            return 0;
        }
        generator->ag_hooks_inited = 1;
        generator->ag_origin_or_finalizer = Py_XNewRef(tstate->async_gen_finalizer);
    }
    return 1;
}

/* The awaitable for a step in which the generator waits, and value, which is stolen, was yielded. */
static PyObject *
pending_awaitable(PyObject *generator, PyObject *value)
{
    ASend *awaitable = (ASend *)PyAsyncGen_Type.tp_as_async->am_anext(generator);
    if (awaitable == NULL) {
        ((PyAsyncGenObject *)generator)->ag_running_async = 0;
        Py_DECREF(value);
        return NULL;
    }
    awaitable->state = PENDING;
    awaitable->sent = value;
    return (PyObject *)awaitable;
}

CJPair
cj_async_step(PyObject *generator)
{
    PyObject *result;
    switch (step((PyAsyncGenObject *)generator, NULL, &result)) {
    case WAITS:
        return (CJPair){pending_awaitable(generator, result), NULL};
    case YIELDS:
        return (CJPair){result, Py_None};
    case ENDS:
        return (CJPair){Py_None, Py_False};
    case RAISES:
        break;
    }
    return (CJPair){NULL, NULL};
}

int64_t
cj_ends_async_for(PyObject *exception)
{
    return PyErr_GivenExceptionMatches(exception, PyExc_StopAsyncIteration);
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
