/* Initialisation of the C side and its part of the module's methods. */
#include "hooks.h"

#include <stdlib.h>

#include "_cgo_export.h"
#include "api.h"
#include "debug_install.h"
#include "fork.h"
#include "gocompile.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_stackref.h"

PyDoc_STRVAR(compile_snapshot_doc,
"compile_snapshot(snapshot, /)\n--\n\n"
"Run the compiler on an encoded snapshot (bytes) and return (status, bytes).\n\n"
"Nothing is installed. The status is 0 with the encoded object, 1 with the reason\n"
"why this function is not compiled, 2 with the report of a bug in the compiler.");

static PyObject *
compile_snapshot(PyObject *Py_UNUSED(module), PyObject *arg)
{
    Py_buffer snapshot;
    if (!cj_check_not_forked() || PyObject_GetBuffer(arg, &snapshot, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    void *out = NULL;
    size_t outn = 0;
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = cj_go_compile(snapshot.buf, snapshot.len, NULL, &out, &outn);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&snapshot);
    PyObject *result = Py_BuildValue("iy#", status, out, (Py_ssize_t)outn);
    free(out);
    return result;
}

static PyMethodDef methods[] = {
    {"compile_snapshot", compile_snapshot, METH_O, compile_snapshot_doc},
    {NULL, NULL, 0, NULL},
};

int
cj_init(PyObject *module)
{
    if (cj_fork_start(module) < 0 || PyModule_AddFunctions(module, methods) < 0 || PyModule_AddFunctions(module, cj_api_methods) < 0) {
        return -1;
    }
    return cj_debug_install_init(module);
}
