#include "versions.h"

#include <stdlib.h>
#include <string.h>

#include "internal/pycore_function.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_hashtable.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_object.h"
#include "internal/pycore_runtime.h"
#include "watch.h"

/* Former versions, by number. Values are borrowed: types are watched, functions too,
   and both leave the tables before they die or when they change. */
static _Py_hashtable_t *former_types, *former_functions;

/* Everything that is a value in one of the tables, with its versions: Versions by value. Most functions that die are not. */
static _Py_hashtable_t *noted;

typedef struct {
    uint32_t n, room;
    uint32_t version[]; /* some may belong to another value by now */
} Versions;

static _Py_hashtable_t *
table(_Py_hashtable_t **where)
{
    if (*where == NULL) {
        *where = _Py_hashtable_new(_Py_hashtable_hash_ptr, _Py_hashtable_compare_direct);
    }
    return *where;
}

/* Adds a version to those of a value. False without memory. */
static bool
add_version(void *value, uint32_t version)
{
    Versions *known = _Py_hashtable_get(noted, value);
    if (known == NULL || known->n == known->room) {
        uint32_t room = known == NULL ? 2 : 2 * known->room;
        Versions *more = malloc(sizeof(*more) + room * sizeof(more->version[0]));
        if (more == NULL) {
            return false;
        }
        more->n = 0;
        more->room = room;
        if (known != NULL) {
            more->n = known->n;
            memcpy(more->version, known->version, known->n * sizeof(known->version[0]));
            _Py_hashtable_steal(noted, value);
            free(known);
        }
        if (_Py_hashtable_set(noted, value, more) < 0) {
            free(more);
            return false;
        }
        known = more;
    }
    known->version[known->n++] = version;
    return true;
}

static void
note(_Py_hashtable_t **where, uint32_t version, void *value)
{
    void *key = (void *)(uintptr_t)version;
    if (version == 0 || table(where) == NULL || table(&noted) == NULL || _Py_hashtable_get(*where, key) == value) {
        return;
    }
    /* Out of memory only loses feedback. */
    if (add_version(value, version)) {
        _Py_hashtable_steal(*where, key);
        (void)_Py_hashtable_set(*where, key, value);
    }
}

static void
forget(_Py_hashtable_t *where, void *value)
{
    Versions *known = where == NULL || noted == NULL ? NULL : _Py_hashtable_get(noted, value);
    if (known == NULL) {
        return;
    }
    for (uint32_t i = 0; i < known->n; i++) {
        void *key = (void *)(uintptr_t)known->version[i];
        if (_Py_hashtable_get(where, key) == value) {
            _Py_hashtable_steal(where, key);
        }
    }
    _Py_hashtable_steal(noted, value);
    free(known);
}

/* Most built-in types got their versions before the interpreter that would look for them existed, and are not in its
 * cache. */
static PyTypeObject *
builtin_type_by_version(uint32_t version)
{
    for (size_t i = 0; i < _Py_MAX_MANAGED_STATIC_TYPES; i++) {
        PyTypeObject *type = _PyRuntime.types.managed_static.types[i].type;
        if (type != NULL && type->tp_version_tag == version) {
            return type;
        }
    }
    return NULL;
}

PyTypeObject *
cj_type_by_version(uint32_t version)
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    if (version == 0) {
        return NULL;
    }
    PyTypeObject *type = interp->types.type_version_cache[version % TYPE_VERSION_CACHE_SIZE];
    if (type != NULL && type->tp_version_tag == version) {
        return type;
    }
    type = former_types == NULL ? NULL : _Py_hashtable_get(former_types, (void *)(uintptr_t)version);
    return type != NULL ? type : builtin_type_by_version(version);
}

PyObject *
cj_function_by_version(uint32_t version, PyCodeObject **code)
{
    *code = NULL;
    if (version < FUNC_VERSION_FIRST_VALID) {
        return NULL;
    }
    PyInterpreterState *interp = PyInterpreterState_Get();
    struct _func_version_cache_item *item =
        &interp->func_state.func_version_cache[version % FUNC_VERSION_CACHE_SIZE];
    PyFunctionObject *function = item->func;
    if (function == NULL || function->func_version != version) {
        function = former_functions == NULL ? NULL
            : _Py_hashtable_get(former_functions, (void *)(uintptr_t)version);
    }
    if (function != NULL) {
        *code = (PyCodeObject *)function->func_code;
    }
    else if (item->code != NULL && ((PyCodeObject *)item->code)->co_version == version) {
        *code = (PyCodeObject *)item->code;
    }
    return (PyObject *)function;
}

PyObject *
cj_init_of(PyTypeObject *type)
{
    PyObject *init = _PyType_Lookup(type, &_Py_ID(__init__));
    return init != NULL && PyFunction_Check(init) ? init : NULL;
}

typedef struct {
    PyTypeObject **types; /* owned */
    uint32_t *versions;
    Py_ssize_t n, capacity;
} Family;

/* Adds a type and all below it. Returns -1 without an exception when memory is short. */
static int
family_add(Family *f, PyTypeObject *type)
{
    for (Py_ssize_t i = 0; i < f->n; i++) {
        if (f->types[i] == type) {
            return 0;
        }
    }
    if (f->n == f->capacity) {
        Py_ssize_t capacity = f->capacity == 0 ? 16 : 2 * f->capacity;
        PyTypeObject **types = PyMem_Realloc(f->types, capacity * sizeof(*types));
        if (types == NULL) {
            return -1;
        }
        f->types = types;
        uint32_t *versions = PyMem_Realloc(f->versions, capacity * sizeof(*versions));
        if (versions == NULL) {
            return -1;
        }
        f->versions = versions;
        f->capacity = capacity;
    }
    f->types[f->n] = (PyTypeObject *)Py_NewRef(type);
    f->versions[f->n++] = type->tp_version_tag;
    PyObject *name = PyUnicode_InternFromString("__subclasses__");
    PyObject *below = name == NULL ? NULL
        : PyObject_CallMethodOneArg((PyObject *)&PyType_Type, name, (PyObject *)type);
    Py_XDECREF(name);
    if (below == NULL || !PyList_Check(below)) {
        PyErr_Clear();
        Py_XDECREF(below);
        return 0;
    }
    int result = 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(below); i++) {
        PyObject *sub = PyList_GET_ITEM(below, i);
        if (PyType_Check(sub)) {
            result = family_add(f, (PyTypeObject *)sub);
        }
    }
    Py_DECREF(below);
    return result;
}

void
cj_type_renew_version(PyTypeObject *type)
{
    if (type->tp_version_tag == 0 || PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE)) {
        return;
    }
    PyObject *raised = PyErr_GetRaisedException();
    Family f = {0};
    (void)family_add(&f, type);
    cj_watch_own_modification(true);
    PyType_Modified(type);
    cj_watch_own_modification(false);
    for (Py_ssize_t i = 0; i < f.n; i++) {
        /* Without a version nobody would tell of the next change. */
        if (f.versions[i] != 0 && PyUnstable_Type_AssignVersionTag(f.types[i])
            && cj_watch_type(f.types[i]) == 0) {
            note(&former_types, f.versions[i], f.types[i]);
        }
        else {
            PyErr_Clear();
            cj_watch_type_changed(f.types[i]);
        }
        Py_DECREF(f.types[i]);
    }
    PyMem_Free(f.types);
    PyMem_Free(f.versions);
    PyErr_SetRaisedException(raised);
}

void
cj_type_versions_forget(PyTypeObject *type)
{
    forget(former_types, type);
}

void
cj_function_version_note(PyObject *function, uint32_t version)
{
    if (version >= FUNC_VERSION_FIRST_VALID) {
        if (cj_watch_know_function(function) < 0) {
            PyErr_Clear(); /* only feedback is lost */
            return;
        }
        note(&former_functions, version, function);
    }
}

void
cj_function_versions_forget(PyObject *function)
{
    forget(former_functions, function);
}
