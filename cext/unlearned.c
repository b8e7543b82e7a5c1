/* The counting twins of generic helpers. Only code that has been compiled before the interpreter ran it calls them, so the
 * helpers themselves count nothing. Ownership, errors and what may run are the helper's. */
#include "unlearned.h"

#include "helpers.h"
#include "sightings.h"

/* Now and then one of the calls counts. */
static int left = CJ_UNLEARNED_EVERY;

static inline void
count(void)
{
    if (--left < 0) {
        left = CJ_UNLEARNED_EVERY;
        cj_see_unlearned();
    }
}

static PyObject *
load_attr(PyObject *owner, PyObject *name)
{
    count();
    return cj_load_attr(owner, name);
}

static CJPair
load_method(PyObject *owner, PyObject *name)
{
    count();
    return cj_load_method(owner, name);
}

static int64_t
store_attr(PyObject *owner, PyObject *value, PyObject *name)
{
    count();
    return cj_store_attr(owner, value, name);
}

static PyObject *
vectorcall_maybe_self(PyObject *callable, PyObject **arguments, int64_t nargsf, void *kwnames)
{
    count();
    return cj_vectorcall_maybe_self(callable, arguments, nargsf, kwnames);
}

static PyObject *
iter_next(PyObject *iterator)
{
    count();
    return cj_iter_next(iterator);
}

static PyObject *
binary_op(PyObject *left_operand, PyObject *right_operand, int64_t oparg)
{
    count();
    return cj_binary_op(left_operand, right_operand, oparg);
}

static int64_t
is_true(PyObject *value)
{
    count();
    return cj_is_true(value);
}

static int64_t
compare_bool(PyObject *left_operand, PyObject *right_operand, int64_t op)
{
    count();
    return cj_compare_bool(left_operand, right_operand, op);
}

void *
cj_unlearned_helper(void *helper)
{
    const struct {
        void *helper, *twin;
    } twins[] = {
        {(void *)cj_load_attr, (void *)load_attr},
        {(void *)cj_load_method, (void *)load_method},
        {(void *)cj_store_attr, (void *)store_attr},
        {(void *)cj_vectorcall_maybe_self, (void *)vectorcall_maybe_self},
        {(void *)cj_iter_next, (void *)iter_next},
        {(void *)cj_binary_op, (void *)binary_op},
        {(void *)cj_is_true, (void *)is_true},
        {(void *)cj_compare_bool, (void *)compare_bool},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(twins); i++) {
        if (twins[i].helper == helper) {
            return twins[i].twin;
        }
    }
    return helper;
}
