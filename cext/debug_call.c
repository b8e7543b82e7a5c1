/* Calling parts of the run time directly from tests: helpers by name, and exits with registers that the test made up. */
#include <stdlib.h>
#include <string.h>

#include "debug_install.h"
#include "entry.h"
#include "exit.h"
#include "helpers.h"
#include "internal/pycore_code.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"
#include "stubs.h"

enum { MOST_ARGUMENTS = 8, MOST_ITEMS = 64 };

typedef CJPair (*IntegerCall)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double, double);
typedef double (*DoubleCall)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double, double);

static const CJHelper *
find_helper(const char *name)
{
    for (uint32_t i = 0; i < cj_helper_count; i++) {
        if (strcmp(cj_helper_table[i].name, name) == 0) {
            return &cj_helper_table[i];
        }
    }
    PyErr_Format(PyExc_LookupError, "no helper %s", name);
    return NULL;
}

/* A result that may be NULL as an object: Ellipsis stands for NULL. Steals it. */
static PyObject *
or_ellipsis(PyObject *object)
{
    return object != NULL ? object : Py_NewRef(Py_Ellipsis);
}

static PyObject *
make_result(const CJHelper *helper, CJPair result)
{
    switch (helper->result[0]) {
    case 'o':
        return result.first;
    case 'n':
        return result.first == (PyObject *)(intptr_t)-1 ? NULL : or_ellipsis(result.first);
    case '2':
        return result.first == NULL ? NULL : Py_BuildValue("NN", result.first, or_ellipsis(result.second));
    case 'i':
        return PyErr_Occurred() ? NULL : PyLong_FromLongLong((long long)(intptr_t)result.first);
    default:
        return Py_NewRef(Py_None);
    }
}

PyDoc_STRVAR(debug_helper_doc,
"_debug_helper(name, /, *arguments)\n--\n\n"
"Call a helper. Objects stand for themselves, Ellipsis for NULL, a list for an array of objects that\n"
"can be written to; an array that is stolen from needs no care. Unpacking writes into its list.");

static PyObject *
debug_helper(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t n)
{
    const char *name = n > 0 ? PyUnicode_AsUTF8(arguments[0]) : NULL;
    const CJHelper *helper = name != NULL ? find_helper(name) : NULL;
    if (helper == NULL) {
        return NULL;
    }
    if ((Py_ssize_t)strlen(helper->arguments) != n - 1) {
        return PyErr_Format(PyExc_TypeError, "%s takes arguments %s", name, helper->arguments);
    }
    uint64_t values[MOST_ARGUMENTS] = {0};
    double numbers[2] = {0};
    int nvalues = 0, nnumbers = 0;
    PyObject *space[MOST_ITEMS + 1] = {NULL}, **items = space + 1, *list = NULL;
    for (Py_ssize_t i = 0; i + 1 < n; i++) {
        PyObject *given = arguments[i + 1];
        switch (helper->arguments[i]) {
        case 'a':
            if (!PyList_Check(given) || PyList_GET_SIZE(given) > MOST_ITEMS) {
                PyErr_SetString(PyExc_TypeError, "a list is needed for an array");
                return NULL;
            }
            list = given;
            for (Py_ssize_t k = 0; k < PyList_GET_SIZE(given); k++) {
                PyObject *item = PyList_GET_ITEM(given, k);
                items[k] = item == Py_Ellipsis ? NULL : item;
            }
            values[nvalues++] = (uint64_t)items;
            break;
        case 'i':
            values[nvalues++] = (uint64_t)PyLong_AsLongLong(given);
            break;
        case 'f':
            numbers[nnumbers++] = PyFloat_AsDouble(given);
            break;
        default:
            values[nvalues++] = given == Py_Ellipsis ? 0 : (uint64_t)given;
            break;
        }
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    bool steals = strcmp(name, "build_tuple") == 0 || strcmp(name, "build_list") == 0;
    bool unpacks = strncmp(name, "unpack_", 7) == 0;
    for (Py_ssize_t k = 0; steals && k < PyList_GET_SIZE(list); k++) {
        Py_INCREF(items[k]);
    }
    if (strcmp(name, "str_append") == 0) {
        Py_INCREF((PyObject *)values[0]);
    }
    if (unpacks) {
        memset(space, 0, sizeof(space));
    }
    if (helper->result[0] == 'f') {
        DoubleCall call = (DoubleCall)helper->function;
        return PyFloat_FromDouble(call(values[0], values[1], values[2], values[3], values[4], values[5], values[6],
                                       values[7], numbers[0], numbers[1]));
    }
    IntegerCall call = (IntegerCall)helper->function;
    CJPair result = call(values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7], numbers[0],
                         numbers[1]);
    for (int k = 0; unpacks && !PyErr_Occurred() && items[k] != NULL; k++) {
        int error = PyList_Append(list, items[k]);
        Py_DECREF(items[k]);
        if (error < 0) {
            return NULL;
        }
    }
    return make_result(helper, result);
}

/* A slot for a value of a register: an int, a float, or an object in a tuple. */
static uint64_t
raw_value(PyObject *given)
{
    uint64_t bits = 0;
    if (PyTuple_Check(given)) {
        bits = (uint64_t)PyTuple_GET_ITEM(given, 0);
    }
    else if (PyFloat_Check(given)) {
        double number = PyFloat_AS_DOUBLE(given);
        memcpy(&bits, &number, sizeof(bits));
    }
    else {
        bits = (uint64_t)PyLong_AsLongLong(given);
    }
    return bits;
}

static bool
set_registers(CJExitRegs *regs, uint64_t *stack, size_t nstack, PyObject *given)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    while (PyDict_Next(given, &at, &key, &value)) {
        const char *name = PyUnicode_AsUTF8(key);
        if (name == NULL) {
            return false;
        }
        unsigned long number = strtoul(name + 1, NULL, 10);
        uint64_t bits = raw_value(value);
        if (name[0] == 'x' && number < 31) {
            regs->x[number] = bits;
        }
        else if (name[0] == 'v' && number < 32) {
            memcpy(&regs->d[number], &bits, sizeof(bits));
        }
        else if (name[0] == 's' && number < nstack) {
            stack[number] = bits;
        }
        else {
            PyErr_SetString(PyExc_ValueError, "registers are x0, v0, and s0 for a slot of the stack");
            return false;
        }
    }
    return !PyErr_Occurred();
}

PyDoc_STRVAR(debug_exit_doc,
"_debug_exit(function, arguments, object, objects, exit, registers, raised, /)\n--\n\n"
"Take an exit of an encoded object as if compiled code of the function had got there with these registers, and\n"
"with the exception raised if it is not None. Each tuple in registers gives the exit one reference.");

static PyObject *
debug_exit(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *function, *arguments, *objects, *registers, *raised;
    Py_buffer data;
    unsigned index;
    if (!PyArg_ParseTuple(args, "O!O!y*O!IO!O:_debug_exit", &PyFunction_Type, &function, &PyTuple_Type, &arguments, &data,
                          &PyTuple_Type, &objects, &index, &PyDict_Type, &registers, &raised)) {
        return NULL;
    }
    CJCode *code = cj_debug_code(function);
    CJObject *object = code == NULL ? NULL
                                    : cj_load(data.buf, (size_t)data.len, ((PyTupleObject *)objects)->ob_item,
                                              (uint32_t)PyTuple_GET_SIZE(objects), code);
    PyBuffer_Release(&data);
    uint64_t stack[16] = {0}, record[2] = {0}; /* the latter stands for the saved frame pointer and return address */
    CJExitRegs regs = {.sp = (uint64_t)stack};
    if (object == NULL || !set_registers(&regs, stack, Py_ARRAY_LENGTH(stack), registers)) {
        return NULL;
    }
    /* What compiled code would have done: a linked frame with borrowed arguments. */
    PyThreadState *tstate = _PyThreadState_GET();
    PyFunctionObject *f = (PyFunctionObject *)function;
    PyCodeObject *co = (PyCodeObject *)f->func_code;
    _PyInterpreterFrame *frame = cj_push_frame(tstate, (size_t)co->co_framesize);
    if (frame == NULL) {
        return NULL;
    }
    _PyFrame_Initialize(tstate, frame, PyStackRef_FromPyObjectBorrow(function), NULL, co, 0, tstate->current_frame);
    PyStackRef_CLOSE(frame->f_executable);
    frame->f_executable = PyStackRef_Borrow(frame->f_executable);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(arguments) && i < co->co_nlocalsplus; i++) {
        frame->localsplus[i] = PyStackRef_FromPyObjectBorrow(PyTuple_GET_ITEM(arguments, i));
    }
    tstate->py_recursion_remaining--;
    tstate->current_frame = frame;
    regs.x[19] = (uint64_t)tstate;
    regs.x[20] = (uint64_t)frame;
    regs.x[29] = (uint64_t)record;
    if (!Py_IsNone(raised)) {
        PyErr_SetRaisedException(Py_NewRef(raised));
    }
    PyObject *result = cj_exit(&regs, object, index);
    PyObject *error = PyErr_GetRaisedException();
    cj_object_free(object);
    PyErr_SetRaisedException(error);
    return result;
}

static PyMethodDef methods[] = {
    {"_debug_helper", (PyCFunction)(void (*)(void))debug_helper, METH_FASTCALL, debug_helper_doc},
    {"_debug_exit", debug_exit, METH_VARARGS, debug_exit_doc},
    {NULL, NULL, 0, NULL},
};

int
cj_debug_call_init(PyObject *module)
{
    return PyModule_AddFunctions(module, methods);
}
