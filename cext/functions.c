/* See functions.h. The interpreter looks up the module's name and the builtins for each function, asks for memory and calls all
 * watchers. Here the names are found where they were last time, and memory is that of a function that died. */
#include "functions.h"

#include "collector.h"
#include "helpers.h"
#include "watch.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_function.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_moduleobject.h"
#include "internal/pycore_pystate.h"

/* Memory of dead functions, linked by their names. */
enum { MOST_KEPT = 32 };
static PyFunctionObject *kept;
static int number_kept;

/* How many entries of a namespace are searched for a name that modules have near its beginning. */
enum { MOST_SEARCHED = 16 };

/* Where namespaces have had a name. */
typedef struct {
    Py_ssize_t index;                  /* last time */
    const PyDictKeysObject *nowhere;   /* last keys without it, when they had so many entries */
    Py_ssize_t entries;
} Place;

/* The value of an interned name in a namespace whose keys are strs, borrowed; NULL when it is not near the beginning. */
static PyObject *
global_named(PyObject *globals, PyObject *name, Place *place)
{
    PyDictObject *dict = (PyDictObject *)globals;
    PyDictKeysObject *keys = dict->ma_keys;
    if (dict->ma_values != NULL || !DK_IS_UNICODE(keys)) {
        return NULL;
    }
    const PyDictUnicodeEntry *entries = DK_UNICODE_ENTRIES(keys);
    if (place->index < keys->dk_nentries && entries[place->index].me_key == name) {
        return entries[place->index].me_value;
    }
    if (place->nowhere == keys && place->entries == keys->dk_nentries) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < keys->dk_nentries && i < MOST_SEARCHED; i++) {
        if (entries[i].me_key == name) {
            place->index = i;
            return entries[i].me_value;
        }
    }
    place->nowhere = keys;
    place->entries = keys->dk_nentries;
    return NULL;
}

/* A function without defaults in the frame's namespaces, made out of kept memory; NULL without an exception when something is not as usual. */
static PyFunctionObject *
made_again(PyCodeObject *code, _PyInterpreterFrame *frame)
{
    static Place name_place, builtins_place;
    PyFunctionObject *function = kept;
    PyObject *globals = frame->f_globals, *builtins = frame->f_builtins;
    if (function == NULL || !cj_objects_at_hand() || !cj_watch_functions_alone() || globals == NULL || !PyDict_Check(globals)) {
        return NULL;
    }
    PyObject *module = global_named(globals, &_Py_ID(__name__), &name_place);
    PyObject *source = module != NULL ? global_named(globals, &_Py_ID(__builtins__), &builtins_place) : NULL;
    if (source == NULL
        || (source != builtins && !(PyModule_Check(source) && ((PyModuleObject *)source)->md_dict == builtins))) {
        return NULL;
    }
    PyObject *doc = Py_None;
    if ((code->co_flags & CO_HAS_DOCSTRING) != 0 && PyUnicode_Check(PyTuple_GET_ITEM(code->co_consts, 0))) {
        doc = PyTuple_GET_ITEM(code->co_consts, 0);
    }
    kept = (PyFunctionObject *)function->func_name;
    number_kept--;
    ((PyObject *)function)->ob_refcnt_full = 1; /* it still has its class */
    function->func_globals = Py_NewRef(globals);
    function->func_builtins = Py_NewRef(builtins);
    function->func_name = Py_NewRef(code->co_name);
    function->func_qualname = Py_NewRef(code->co_qualname);
    function->func_code = Py_NewRef(code);
    function->func_defaults = NULL;
    function->func_kwdefaults = NULL;
    function->func_closure = NULL;
    function->func_doc = Py_NewRef(doc);
    function->func_dict = NULL;
    function->func_weakreflist = NULL;
    function->func_module = Py_NewRef(module);
    function->func_annotations = NULL;
    function->func_annotate = NULL;
    function->func_typeparams = NULL;
    function->vectorcall = cj_interpreter_vectorcall();
    function->func_version = FUNC_VERSION_UNSET;
    cj_track((PyObject *)function);
    if (cj_watch_function_made != NULL) {
        cj_watch_function_made(function);
    }
    return function;
}

PyObject *
cj_make_function(PyObject *code)
{
    _PyInterpreterFrame *frame = _PyThreadState_GET()->current_frame;
    PyFunctionObject *function = made_again((PyCodeObject *)code, frame);
    if (function == NULL) {
        function = (PyFunctionObject *)PyFunction_New(code, frame->f_globals);
    }
    if (function != NULL) {
        _PyFunction_SetVersion(function, ((PyCodeObject *)code)->co_version);
    }
    return (PyObject *)function;
}

int64_t
cj_set_function_attribute(PyObject *function, PyObject *value, int64_t oparg)
{
    PyObject **field = (PyObject **)((char *)function + _Py_FunctionAttributeOffsets[oparg]);
    *field = Py_NewRef(value);
    return 0;
}

bool
cj_function_free(PyObject *object)
{
    PyFunctionObject *function = (PyFunctionObject *)object;
    if (number_kept >= MOST_KEPT || function->func_weakreflist != NULL || !cj_objects_at_hand() || !cj_watch_functions_alone()
        || !_PyObject_GC_IS_TRACKED(object)) {
        return false;
    }
    cj_watch_function_dead(function);
    cj_untrack(object);
    PyFunction_Type.tp_clear(object);
    Py_DECREF(function->func_code);
    Py_DECREF(function->func_name);
    Py_DECREF(function->func_qualname);
    function->func_name = (PyObject *)kept;
    kept = function;
    number_kept++;
    return true;
}
