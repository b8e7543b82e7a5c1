#include "versions.h"

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

/* Everything that is a value in one of the tables. Most functions that die are not, and are not
   searched for. */
static _Py_hashtable_t *noted;

static _Py_hashtable_t *
table(_Py_hashtable_t **where)
{
    if (*where == NULL) {
        *where = _Py_hashtable_new(_Py_hashtable_hash_ptr, _Py_hashtable_compare_direct);
    }
    return *where;
}

static void
note(_Py_hashtable_t **where, uint32_t version, void *value)
{
    void *key = (void *)(uintptr_t)version;
    if (version == 0 || table(where) == NULL || table(&noted) == NULL) {
        return;
    }
    if (_Py_hashtable_get_entry(noted, value) == NULL && _Py_hashtable_set(noted, value, value) < 0) {
        return;
    }
    if (_Py_hashtable_get_entry(*where, key) != NULL) {
        _Py_hashtable_steal(*where, key);
    }
    /* Out of memory only loses feedback. */
    (void)_Py_hashtable_set(*where, key, value);
}

typedef struct {
    void *value;
    void *found[64];
    int n;
} Search;

static int
collect(_Py_hashtable_t *Py_UNUSED(t), const void *key, const void *value, void *arg)
{
    Search *search = arg;
    if (value == search->value && search->n < (int)Py_ARRAY_LENGTH(search->found)) {
        search->found[search->n++] = (void *)key;
    }
    return 0;
}

static void
forget(_Py_hashtable_t *where, void *value)
{
    if (where == NULL || noted == NULL || _Py_hashtable_get_entry(noted, value) == NULL) {
        return;
    }
    _Py_hashtable_steal(noted, value);
    Search search = {.value = value};
    do {
        search.n = 0;
        _Py_hashtable_foreach(where, collect, &search);
        for (int i = 0; i < search.n; i++) {
            _Py_hashtable_steal(where, search.found[i]);
        }
    } while (search.n == (int)Py_ARRAY_LENGTH(search.found));
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
