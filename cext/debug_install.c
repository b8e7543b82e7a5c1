/* Installing machine code by hand, for tests of the run time: no registry, no watchers, nothing is taken back by itself. */
#include "debug_install.h"

#include <stdlib.h>

#include "_cgo_export.h"
#include "entry.h"
#include "fork.h"
#include "gocompile.h"
#include "internal/pycore_function.h"
#include "object.h"
#include "snapshot.h"

typedef struct DebugCode {
    CJCode code;
    struct DebugCode *next;
} DebugCode;

static DebugCode *codes;

static CJCode *
find_code(PyCodeObject *code, PyObject *globals)
{
    for (DebugCode *known = codes; known != NULL; known = known->next) {
        if (known->code.code == code && known->code.globals == globals) {
            return &known->code;
        }
    }
    return NULL;
}

/* Records are never freed, and keep code and globals alive. */
static CJCode *
code_for(PyCodeObject *code, PyObject *globals)
{
    CJCode *known = find_code(code, globals);
    if (known != NULL) {
        return known;
    }
    DebugCode *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    made->code = cj_code_idle((PyCodeObject *)Py_NewRef(code), Py_NewRef(globals));
    made->next = codes;
    codes = made;
    return &made->code;
}

static CJCode *
code_for_function(PyObject *function)
{
    PyFunctionObject *f = (PyFunctionObject *)function;
    return code_for((PyCodeObject *)f->func_code, f->func_globals);
}

/* Functions that have a compiled entry, for suspend_entries. */
static PyObject *installed;

static void (*suspend_others)(bool); /* the registry's, if it has started in this process, or NULL */

static void
suspend_entries(bool suspend)
{
    if (suspend_others != NULL) {
        suspend_others(suspend);
    }
    for (Py_ssize_t i = 0; installed != NULL && i < PyList_GET_SIZE(installed); i++) {
        PyFunctionObject *function = (PyFunctionObject *)PyList_GET_ITEM(installed, i);
        CJCode *code = find_code((PyCodeObject *)function->func_code, function->func_globals);
        bool use = !suspend && code != NULL && code->object != NULL && code->vectorcall_entry != NULL;
        function->vectorcall = use ? (vectorcallfunc)code->vectorcall_entry : cj_interpreter_vectorcall();
        if (code != NULL) {
            code->direct_entry = !suspend && code->object != NULL ? code->object->text + code->object->direct
                                                                  : cj_interp_entry();
        }
    }
}

static bool
start(void)
{
    if (cj_runtime_start(0) < 0) {
        return false;
    }
    if (cj_loader_hooks.code_for == NULL) {
        cj_loader_hooks.code_for = code_for;
    }
    if (cj_loader_hooks.suspend_entries != suspend_entries) {
        suspend_others = cj_loader_hooks.suspend_entries;
        cj_loader_hooks.suspend_entries = suspend_entries;
    }
    if (installed == NULL) {
        installed = PyList_New(0);
    }
    return installed != NULL;
}

CJCode *
cj_debug_code(PyObject *function)
{
    return start() ? code_for_function(function) : NULL;
}

static bool
install(PyObject *function, const uint8_t *data, size_t size, PyObject *const *objects, uint32_t nobjects)
{
    CJCode *code = code_for_function(function);
    CJObject *object = code != NULL ? cj_load(data, size, objects, nobjects, code) : NULL;
    if (object == NULL || PyList_Append(installed, function) < 0) {
        return false;
    }
    cj_object_install(object);
    if (code->vectorcall_entry != NULL) {
        PyFunction_SetVectorcall((PyFunctionObject *)function, (vectorcallfunc)code->vectorcall_entry);
    }
    return true;
}

PyDoc_STRVAR(debug_install_doc,
"_debug_install(function, object, objects, /)\n--\n\n"
"Load an encoded object, whose ids are indices into the tuple objects, as the machine code of the\n"
"function. Item 0 is not used.");

static PyObject *
debug_install(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *function, *objects;
    Py_buffer data;
    if (!PyArg_ParseTuple(args, "O!y*O!:_debug_install", &PyFunction_Type, &function, &data, &PyTuple_Type, &objects)) {
        return NULL;
    }
    bool done = start() &&
        install(function, data.buf, (size_t)data.len, ((PyTupleObject *)objects)->ob_item,
                (uint32_t)PyTuple_GET_SIZE(objects));
    PyBuffer_Release(&data);
    return done ? Py_NewRef(Py_None) : NULL;
}

PyDoc_STRVAR(debug_compile_doc,
"_debug_compile(function, /)\n--\n\n"
"Compile a function and install the code; raise RuntimeError with the reason when that is\n"
"not possible.");

static PyObject *
debug_compile(PyObject *Py_UNUSED(module), PyObject *function)
{
    if (!PyFunction_Check(function)) {
        PyErr_SetString(PyExc_TypeError, "a Python function is needed");
        return NULL;
    }
    if (!cj_check_not_forked() || !start()) {
        return NULL;
    }
    PyFunctionObject *f = (PyFunctionObject *)function;
    const char *reason = NULL;
    CJSnapshot *snapshot = cj_snapshot_take((PyCodeObject *)f->func_code, f->func_globals, f->func_builtins, function, NULL, &reason);
    if (snapshot == NULL) {
        return reason != NULL ? PyErr_Format(PyExc_RuntimeError, "%s", reason) : PyErr_NoMemory();
    }
    void *out = NULL;
    size_t size = 0;
    int status = cj_go_compile(snapshot->data, snapshot->size, NULL, &out, &size);
    bool done = false;
    if (status != CJ_COMPILE_DONE) {
        PyErr_Format(PyExc_RuntimeError, "%.*s", (int)size, (const char *)out);
    }
    else {
        done = install(function, out, size, snapshot->objects, snapshot->nobjects);
    }
    free(out);
    cj_snapshot_free(snapshot);
    return done ? Py_NewRef(Py_None) : NULL;
}

PyDoc_STRVAR(debug_retire_doc,
"_debug_retire(function, /)\n--\n\n"
"Take back a function's machine code and return how many retired objects are still in use.");

static PyObject *
debug_retire(PyObject *Py_UNUSED(module), PyObject *function)
{
    CJCode *code = PyFunction_Check(function) ? code_for_function(function) : NULL;
    if (code != NULL && code->object != NULL) {
        cj_object_retire(code->object);
        PyFunction_SetVectorcall((PyFunctionObject *)function, cj_interpreter_vectorcall());
    }
    return PyErr_Occurred() ? NULL : PyLong_FromSize_t(cj_free_zombies());
}

PyDoc_STRVAR(debug_exits_doc,
"_debug_exits(function, /)\n--\n\n"
"Exits of a function's machine code that were taken: a list of (kind, reason, text, offset, count).");

static PyObject *
debug_exits(PyObject *Py_UNUSED(module), PyObject *function)
{
    PyObject *list = PyList_New(0);
    CJCode *code = PyFunction_Check(function) ? code_for_function(function) : NULL;
    for (uint32_t i = 0; list != NULL && code != NULL && code->object != NULL && i < code->object->nexits; i++) {
        if (code->object->exit_count[i] == 0) {
            continue;
        }
        CJExitInfo info;
        cj_exit_info(code->object, i, &info);
        PyObject *item = Py_BuildValue("IIs#IK", info.kind, info.reason, info.text, info.text_size, info.offset,
                                       (unsigned long long)code->object->exit_count[i]);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

PyDoc_STRVAR(debug_evaluator_doc,
"_debug_evaluator(install, /)\n--\n\n"
"Install or remove the frame evaluator, for functions installed by _debug_install and _debug_compile.");

static PyObject *
debug_evaluator(PyObject *Py_UNUSED(module), PyObject *on)
{
    int error = PyObject_IsTrue(on) ? cj_frame_evaluator_install(find_code) : cj_frame_evaluator_remove();
    return error < 0 ? NULL : PyBool_FromLong(cj_frame_evaluator_installed());
}

static PyMethodDef methods[] = {
    {"_debug_install", debug_install, METH_VARARGS, debug_install_doc},
    {"_debug_compile", debug_compile, METH_O, debug_compile_doc},
    {"_debug_retire", debug_retire, METH_O, debug_retire_doc},
    {"_debug_exits", debug_exits, METH_O, debug_exits_doc},
    {"_debug_evaluator", debug_evaluator, METH_O, debug_evaluator_doc},
    {NULL, NULL, 0, NULL},
};

int
cj_debug_install_init(PyObject *module)
{
    return PyModule_AddFunctions(module, methods) < 0 ? -1 : cj_debug_call_init(module);
}
