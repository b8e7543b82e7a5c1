/* The watchers. Each thing that code relies on has a record with the list of the
   objects that do; a change breaks them all. Callbacks come in the middle of the
   change, so they run no Python code and drop no references. */
#include "watch.h"

#include "class_assignment.h"
#include "frame_writes.h"
#include "internal/pycore_hashtable.h"
#include "internal/pycore_object.h"
#include "versions.h"

/* A variable that has changed this often under code that relied on it is not relied on again; nor are the attributes of a
   class. So many variables are remembered for each namespace. */
enum { OFTEN = 2, MAX_CHANGED = 32 };

typedef struct {
    CJObject *object;
    PyObject *key; /* dict: borrowed from the object's dependency; NULL: the dict must live */
} Dependent;

typedef struct {
    PyObject *weakref; /* type: owned, tells of its death */
    _Py_hashtable_t *keys; /* dict: how many dependents each key has, by its address; changes of other interned names
                              concern nobody */
    bool uninterned;       /* dict: a dependent has a key that is not interned */
    uint32_t count, capacity;
    Dependent *list;
    /* dict: keys whose changes broke code, and how often */
    uint32_t nchanged;
    struct {
        PyObject *key; /* owned */
        uint32_t times;
    } changed[MAX_CHANGED];
    uint32_t times; /* type: how often its changes broke code */
} Watched;

void (*cj_watch_function_made)(PyFunctionObject *function);
void (*cj_watch_function_changes)(PyFunctionObject *function, PyObject *new_code);
void (*cj_watch_function_dies)(PyFunctionObject *function);
void (*cj_watch_code_dies)(PyCodeObject *code);
void (*cj_watch_broken)(CJObject *object);

static _Py_hashtable_t *types, *dicts, *functions;
static int type_watcher = -1, dict_watcher = -1, function_watcher = -1, code_watcher = -1;
static const uint8_t *function_watchers; /* a bit for each in use; NULL when it is not known where they are */
static int own_modifications;
static PyObject *death_callback;

/* Functions are made and die often, those of generator expressions for one. What is known of functions by their address is
 * known of few, so that a count of these by a hash of the address tells of most others that nobody knows them. */
enum { FILTER_SIZE = 1 << 14 };
static uint8_t filter[FILTER_SIZE]; /* 255: too many to count, for ever */
static _Py_hashtable_t *known_functions;

static uint8_t *
filter_of(const void *function)
{
    uintptr_t bits = (uintptr_t)function >> 4;
    return &filter[(bits ^ bits >> 14) % FILTER_SIZE];
}

int
cj_watch_know_function(const void *function)
{
    if (_Py_hashtable_get_entry(known_functions, function) != NULL) {
        return 0;
    }
    if (_Py_hashtable_set(known_functions, function, (void *)function) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    uint8_t *count = filter_of(function);
    *count += *count < UINT8_MAX;
    return 0;
}

/* Whether the function that dies has to be told of; it is not known any longer. */
static bool
forget_function(const void *function)
{
    uint8_t *count = filter_of(function);
    if (*count == 0 || _Py_hashtable_get_entry(known_functions, function) == NULL) {
        return false;
    }
    _Py_hashtable_steal(known_functions, function);
    *count -= *count < UINT8_MAX;
    return true;
}

static Watched *
find(_Py_hashtable_t *table, const void *thing)
{
    return table == NULL ? NULL : _Py_hashtable_get(table, thing);
}

/* The record of a thing, made when there is none; NULL with MemoryError. */
static Watched *
record(_Py_hashtable_t *table, const void *thing)
{
    Watched *watched = find(table, thing);
    if (watched == NULL) {
        watched = calloc(1, sizeof(*watched));
        if (watched == NULL || _Py_hashtable_set(table, thing, watched) < 0) {
            free(watched);
            PyErr_NoMemory();
            return NULL;
        }
    }
    return watched;
}

static bool
is_interned(PyObject *key)
{
    return PyUnicode_CheckExact(key) && PyUnicode_CHECK_INTERNED(key);
}

/* Returns 0, or -1 with MemoryError. */
static int
count_key(Watched *watched, PyObject *key)
{
    watched->uninterned |= !is_interned(key);
    if (watched->keys == NULL) {
        watched->keys = _Py_hashtable_new(_Py_hashtable_hash_ptr, _Py_hashtable_compare_direct);
    }
    _Py_hashtable_entry_t *entry = watched->keys != NULL ? _Py_hashtable_get_entry(watched->keys, key) : NULL;
    if (entry != NULL) {
        entry->value = (void *)((uintptr_t)entry->value + 1);
        return 0;
    }
    if (watched->keys == NULL || _Py_hashtable_set(watched->keys, key, (void *)(uintptr_t)1) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static void
discount_key(Watched *watched, PyObject *key)
{
    _Py_hashtable_entry_t *entry = _Py_hashtable_get_entry(watched->keys, key);
    if ((uintptr_t)entry->value > 1) {
        entry->value = (void *)((uintptr_t)entry->value - 1);
    }
    else {
        _Py_hashtable_steal(watched->keys, key);
    }
}

/* Whether code may rely on the value of the key. */
static bool
concerns(const Watched *watched, PyObject *key)
{
    return watched->uninterned || !is_interned(key)
           || (watched->keys != NULL && _Py_hashtable_get_entry(watched->keys, key) != NULL);
}

static int
depend(Watched *watched, CJObject *object, PyObject *key)
{
    if (watched == NULL) {
        return -1;
    }
    if (watched->count == watched->capacity) {
        uint32_t capacity = watched->capacity == 0 ? 4 : 2 * watched->capacity;
        Dependent *list = realloc(watched->list, capacity * sizeof(*list));
        if (list == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        watched->list = list;
        watched->capacity = capacity;
    }
    if (key != NULL && count_key(watched, key) < 0) {
        return -1;
    }
    watched->list[watched->count++] = (Dependent){object, key};
    return 0;
}

/* Breaks all dependents, or with a key those on this key. cj_watch_broken takes what
   it is told of out of the list, so that this ends. */
static void
break_all(Watched *watched, PyObject *key)
{
    for (uint32_t i = 0; watched != NULL && i < watched->count;) {
        Dependent *d = &watched->list[i];
        bool same = key == NULL || d->key == key;
        if (!same && d->key != NULL && PyUnicode_CheckExact(key) && PyUnicode_CheckExact(d->key)
            && !(PyUnicode_CHECK_INTERNED(key) && PyUnicode_CHECK_INTERNED(d->key))) {
            same = PyUnicode_Compare(key, d->key) == 0;
        }
        if (!same) {
            i++;
            continue;
        }
        CJObject *object = d->object;
        cj_watch_broken(object);
        cj_watch_remove(object);
        i = 0;
    }
}

static void
forget(_Py_hashtable_t *table, const void *thing)
{
    Watched *watched = find(table, thing);
    if (watched != NULL) {
        _Py_hashtable_steal(table, thing);
        for (uint32_t i = 0; i < watched->nchanged; i++) {
            Py_DECREF(watched->changed[i].key); /* a str */
        }
        if (watched->keys != NULL) {
            _Py_hashtable_destroy(watched->keys);
        }
        free(watched->list);
        free(watched);
    }
}

/* Notes that code relied on the value of the key. */
static void
note_change(Watched *watched, PyObject *key)
{
    if (!PyUnicode_CheckExact(key)) {
        return;
    }
    for (uint32_t i = 0; i < watched->nchanged; i++) {
        if (PyUnicode_Compare(watched->changed[i].key, key) == 0) {
            watched->changed[i].times++;
            return;
        }
    }
    if (watched->nchanged < MAX_CHANGED) {
        watched->changed[watched->nchanged].key = Py_NewRef(key);
        watched->changed[watched->nchanged++].times = 1;
    }
}

bool
cj_watch_changes_often(PyObject *dict, PyObject *key)
{
    Watched *watched = find(dicts, dict);
    for (uint32_t i = 0; watched != NULL && i < watched->nchanged; i++) {
        if (PyUnicode_Compare(watched->changed[i].key, key) == 0) {
            return watched->changed[i].times >= OFTEN;
        }
    }
    return false;
}

void
cj_watch_own_modification(bool own)
{
    own_modifications += own ? 1 : -1;
}

void
cj_watch_type_changed(PyTypeObject *type)
{
    cj_type_versions_forget(type);
    Watched *watched = find(types, type);
    if (watched != NULL && watched->count > 0) {
        watched->times++;
    }
    break_all(watched, NULL);
}

bool
cj_watch_type_changes_often(PyTypeObject *type)
{
    Watched *watched = find(types, type);
    return watched != NULL && watched->times >= OFTEN;
}

void
cj_watch_instance_left(PyObject *self, PyTypeObject *before)
{
    break_all(find(types, before), NULL);
    /* Code that reads a module's variables watches only its namespace. */
    if (PyModule_Check(self)) {
        break_all(find(dicts, PyModule_GetDict(self)), NULL);
    }
    /* A new metaclass can have attributes that come before those of the class. */
    if (PyType_Check(self)) {
        break_all(find(types, self), NULL);
    }
}

static int
type_event(PyTypeObject *type)
{
    if (own_modifications == 0) {
        cj_watch_type_changed(type);
    }
    return 0;
}

/* Called by the weak reference to a watched type, whose address came with it. */
static PyObject *
type_dies(PyObject *Py_UNUSED(module), PyObject *weakref)
{
    Watched *dead = NULL;
    const void *address = NULL;
    /* The reference is empty by now: find the record by the reference itself. */
    _Py_hashtable_entry_t *entry;
    for (size_t i = 0; types != NULL && i < types->nbuckets && dead == NULL; i++) {
        for (entry = (_Py_hashtable_entry_t *)types->buckets[i].head; entry != NULL && dead == NULL;
             entry = (_Py_hashtable_entry_t *)entry->_Py_slist_item.next) {
            if (((Watched *)entry->value)->weakref == weakref) {
                dead = entry->value;
                address = entry->key;
            }
        }
    }
    if (dead != NULL) {
        cj_type_versions_forget((PyTypeObject *)address);
        break_all(dead, NULL);
        PyObject *reference = dead->weakref;
        forget(types, address);
        Py_DECREF(reference);
    }
    Py_RETURN_NONE;
}

static PyMethodDef type_dies_def = {"type_dies", type_dies, METH_O, NULL};

int
cj_watch_type(PyTypeObject *type)
{
    if (PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE) && !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
        return 0;
    }
    Watched *watched = record(types, type);
    if (watched == NULL) {
        return -1;
    }
    if (watched->weakref == NULL) {
        watched->weakref = PyWeakref_NewRef((PyObject *)type, death_callback);
        if (watched->weakref == NULL) {
            return -1;
        }
    }
    return PyType_Watch(type_watcher, (PyObject *)type);
}

static int
dict_event(PyDict_WatchEvent event, PyObject *dict, PyObject *key, PyObject *Py_UNUSED(value))
{
    Watched *watched = find(dicts, dict);
    switch (event) {
    case PyDict_EVENT_ADDED:
    case PyDict_EVENT_MODIFIED:
    case PyDict_EVENT_DELETED:
        if (watched != NULL && concerns(watched, key)) {
            uint32_t before = watched->count;
            break_all(watched, key);
            if (watched->count != before) {
                note_change(watched, key);
            }
        }
        break;
    case PyDict_EVENT_CLONED:
    case PyDict_EVENT_CLEARED:
        break_all(watched, NULL);
        break;
    case PyDict_EVENT_DEALLOCATED:
        break_all(watched, NULL);
        forget(dicts, dict);
        break;
    }
    return 0;
}

int
cj_watch_dict(PyObject *dict)
{
    if (find(dicts, dict) != NULL) {
        return 0;
    }
    if (record(dicts, dict) == NULL) {
        return -1;
    }
    if (PyDict_Watch(dict_watcher, dict) < 0) {
        forget(dicts, dict);
        return -1;
    }
    return 0;
}

void
cj_watch_function_dead(PyFunctionObject *function)
{
    if (forget_function(function)) {
        cj_function_versions_forget((PyObject *)function);
        break_all(find(functions, function), NULL);
        forget(functions, function);
    }
    if (cj_watch_function_dies != NULL) {
        cj_watch_function_dies(function);
    }
}

static int
function_event(PyFunction_WatchEvent event, PyFunctionObject *function, PyObject *value)
{
    switch (event) {
    case PyFunction_EVENT_CREATE:
        if (cj_watch_function_made != NULL) {
            cj_watch_function_made(function);
        }
        break;
    case PyFunction_EVENT_MODIFY_CODE:
        break_all(find(functions, function), NULL);
        if (cj_watch_function_changes != NULL) {
            cj_watch_function_changes(function, value);
        }
        break;
    case PyFunction_EVENT_MODIFY_DEFAULTS:
    case PyFunction_EVENT_MODIFY_KWDEFAULTS:
        cj_function_versions_forget((PyObject *)function);
        break_all(find(functions, function), NULL);
        if (cj_watch_function_changes != NULL) {
            cj_watch_function_changes(function, NULL);
        }
        break;
    case PyFunction_EVENT_DESTROY:
        cj_watch_function_dead(function);
        break;
    default:
        break;
    }
    return 0;
}

static int
add_dependency(CJObject *object, CJDepend *d)
{
    switch (d->kind) {
    case CJ_DEPEND_TYPE: {
        PyTypeObject *type = (PyTypeObject *)d->object;
        if (cj_watch_type(type) < 0) {
            return -1;
        }
        Watched *watched = find(types, type);
        if (watched == NULL) {
            return 0; /* it cannot change */
        }
        if (type->tp_version_tag == 0 && !PyUnstable_Type_AssignVersionTag(type)) {
            PyErr_SetString(PyExc_RuntimeError, "a class was changed so often that it has no version");
            return -1;
        }
        return depend(watched, object, NULL);
    }
    case CJ_DEPEND_DICT_KEY:
        return cj_watch_dict(d->object) < 0 ? -1 : depend(find(dicts, d->object), object, d->key);
    case CJ_DEPEND_FUNCTION:
        return cj_watch_know_function(d->object) < 0 ? -1 : depend(record(functions, d->object), object, NULL);
    }
    return 0;
}

static void
remove_from(Watched *watched, CJObject *object)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; watched != NULL && i < watched->count; i++) {
        Dependent *d = &watched->list[i];
        if (d->object != object) {
            watched->list[kept++] = *d;
        }
        else if (d->key != NULL) {
            discount_key(watched, d->key);
        }
    }
    if (watched != NULL) {
        watched->count = kept;
    }
}

void
cj_watch_remove(CJObject *object)
{
    for (uint32_t i = 0; i < object->ndepends; i++) {
        CJDepend *d = &object->depends[i];
        remove_from(find(d->kind == CJ_DEPEND_TYPE ? types : d->kind == CJ_DEPEND_DICT_KEY ? dicts : functions,
                         d->object), object);
    }
    remove_from(find(dicts, object->code->globals), object);
}

int
cj_watch_add(CJObject *object)
{
    /* The address of the globals is in the code. */
    PyObject *globals = object->code->globals;
    if (cj_watch_dict(globals) < 0 || depend(find(dicts, globals), object, NULL) < 0) {
        return -1;
    }
    for (uint32_t i = 0; i < object->ndepends; i++) {
        if (add_dependency(object, &object->depends[i]) < 0) {
            PyObject *raised = PyErr_GetRaisedException();
            cj_watch_remove(object);
            PyErr_SetRaisedException(raised);
            return -1;
        }
    }
    return 0;
}

static int
make_table(_Py_hashtable_t **table)
{
    *table = _Py_hashtable_new(_Py_hashtable_hash_ptr, _Py_hashtable_compare_direct);
    if (*table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static int
code_event(PyCodeEvent event, PyCodeObject *code)
{
    if (event == PY_CODE_EVENT_DESTROY && cj_watch_code_dies != NULL) {
        cj_watch_code_dies(code);
    }
    return 0;
}

/* Types have few watchers, and who expects some of them to be free counts from the lowest. So this takes the last. */
static int
add_last_type_watcher(void)
{
    int ids[TYPE_MAX_WATCHERS];
    int n = 0;
    while (n < TYPE_MAX_WATCHERS && (ids[n] = PyType_AddWatcher(type_event)) >= 0) {
        n++;
    }
    if (n == 0) {
        return -1;
    }
    PyErr_Clear();
    for (int i = 0; i < n - 1; i++) {
        PyType_ClearWatcher(ids[i]);
    }
    return ids[n - 1];
}

int
cj_watch_start(void)
{
    if (function_watcher >= 0) {
        return 0;
    }
    if ((types == NULL && make_table(&types) < 0) || (dicts == NULL && make_table(&dicts) < 0)
        || (functions == NULL && make_table(&functions) < 0)
        || (known_functions == NULL && make_table(&known_functions) < 0)) {
        return -1;
    }
    if (cj_class_assignment_start() < 0 || cj_frame_writes_start() < 0) {
        return -1;
    }
    if (death_callback == NULL) {
        death_callback = PyCFunction_New(&type_dies_def, NULL);
        if (death_callback == NULL) {
            return -1;
        }
    }
    if (type_watcher < 0 && (type_watcher = add_last_type_watcher()) < 0) {
        return -1;
    }
    if (dict_watcher < 0 && (dict_watcher = PyDict_AddWatcher(dict_event)) < 0) {
        return -1;
    }
    if (code_watcher < 0 && (code_watcher = PyCode_AddWatcher(code_event)) < 0) {
        return -1;
    }
    function_watcher = PyFunction_AddWatcher(function_event);
    if (function_watcher < 0) {
        return -1;
    }
    /* Another release could have the watchers elsewhere. */
    PyInterpreterState *interpreter = _PyInterpreterState_GET();
    if (interpreter->func_watchers[function_watcher] == function_event && (interpreter->active_func_watchers & 1 << function_watcher)) {
        function_watchers = &interpreter->active_func_watchers;
    }
    return 0;
}

bool
cj_watch_functions_alone(void)
{
    return function_watchers != NULL && *function_watchers == 1 << function_watcher;
}
