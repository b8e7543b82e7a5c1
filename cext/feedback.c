/* Reading inline caches: what the interpreter has learned about each instruction,
   as records that name live objects. A cached version is believed only while the
   type or function that has it can be found. */
#define NEED_OPCODE_METADATA
#include <Python.h>

#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_function.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_long.h"
#include "internal/pycore_moduleobject.h"
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_opcode_utils.h"
#include "internal/pycore_optimizer.h"
#include "internal/pycore_instruments.h"
#include "layout.h"
#include "opcode.h"
#include "osr.h"
#include "registry.h"
#include "snapshot_table.h"
#include "versions.h"
#include "watch.h"

/* One instruction under consideration. */
typedef struct {
    CJTable *t;
    CJEntry *entry;
    unsigned level;
    PyCodeObject *code;
    int32_t offset; /* bytes, of the instruction proper */
    uint8_t op, base;
    uint32_t oparg;
    _Py_CODEUNIT *unit;
    PyObject *last_global; /* value of the LOAD_GLOBAL just before, borrowed */
    PyObject *last_class;  /* value of the last LOAD_GLOBAL, if it is a class: borrowed, or NULL */
} Site;

static void
add(Site *s, CJFeedbackKind kind, PyObject *type, PyObject *object, PyObject *aux, int64_t value, uint32_t version)
{
    CJFeedbackList *list = &s->entry->feedback;
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 32 : 2 * list->capacity;
        CJFeedback *items = realloc(list->items, capacity * sizeof(CJFeedback));
        if (items == NULL) {
            s->t->failed = true;
            return;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (CJFeedback){s->offset, kind, type, object, aux, value, version};
    /* Entries may move: the site's is found again by the caller. */
    uint32_t self = (uint32_t)(s->entry - s->t->entries);
    if (type != NULL) {
        uint32_t id = cj_table_ref(s->t, type, s->level);
        s->t->entries[id].wants_attrs = true;
    }
    cj_table_ref(s->t, object, s->level + 1);
    cj_table_ref(s->t, aux, s->level + 1);
    s->entry = &s->t->entries[self];
}

static void
capture_function(Site *s, PyObject *function)
{
    if (function == NULL || !PyFunction_Check(function)) {
        return;
    }
    uint32_t self = (uint32_t)(s->entry - s->t->entries);
    PyFunctionObject *f = (PyFunctionObject *)function;
    cj_table_capture(s->t, (PyCodeObject *)f->func_code, f->func_globals, f->func_builtins, s->level + 1);
    uint32_t code = cj_table_find(s->t, f->func_code);
    if (code != 0 && s->t->entries[code].function == NULL) {
        s->t->entries[code].function = f;
    }
    s->entry = &s->t->entries[self];
}

static PyObject *
name_at(Site *s, uint32_t index)
{
    PyObject *names = s->code->co_names;
    return index < (uint32_t)PyTuple_GET_SIZE(names) ? PyTuple_GET_ITEM(names, index) : NULL;
}

static PyObject *
type_with_version(const uint16_t *cache)
{
    return (PyObject *)cj_type_by_version(read_u32((uint16_t *)cache));
}

/* The module whose namespace has keys of this version: borrowed, or NULL. */
static PyObject *
module_with_keys(Site *s, uint32_t version)
{
    PyObject *modules = PyInterpreterState_Get()->imports.modules;
    PyObject *module = s->last_global;
    if (module != NULL && PyModule_CheckExact(module)
        && ((PyDictObject *)((PyModuleObject *)module)->md_dict)->ma_keys->dk_version == version) {
        return module;
    }
    if (modules == NULL || !PyDict_CheckExact(modules)) {
        return NULL;
    }
    Py_ssize_t at = 0;
    PyObject *key;
    while (PyDict_Next(modules, &at, &key, &module)) {
        if (PyModule_CheckExact(module)
            && ((PyDictObject *)((PyModuleObject *)module)->md_dict)->ma_keys->dk_version == version) {
            return module;
        }
    }
    return NULL;
}

/* Value of a str key in a namespace: borrowed, or NULL. Runs no Python code, because
   only tables of str keys are looked into. */
static PyObject *
namespace_get(PyObject *dict, PyObject *name)
{
    if (dict == NULL || !PyDict_CheckExact(dict) || name == NULL || !PyUnicode_CheckExact(name)
        || !DK_IS_UNICODE(((PyDictObject *)dict)->ma_keys)) {
        return NULL;
    }
    PyObject *value = PyDict_GetItemWithError(dict, name);
    if (value == NULL) {
        PyErr_Clear();
    }
    return value;
}

static void
load_attr(Site *s)
{
    _PyAttrCache *attr = (_PyAttrCache *)(s->unit + 1);
    _PyLoadMethodCache *method = (_PyLoadMethodCache *)(s->unit + 1);
    if (s->op == LOAD_ATTR_MODULE) {
        uint32_t version = read_u32(attr->version);
        PyObject *module = module_with_keys(s, version);
        PyObject *value = module == NULL ? NULL
            : namespace_get(((PyModuleObject *)module)->md_dict, name_at(s, s->oparg >> 1));
        add(s, CJ_FEEDBACK_AttrModule, NULL, value == NULL ? NULL : module, value, attr->index, version);
        capture_function(s, value);
        s->last_global = value;
        return;
    }
    PyObject *type = type_with_version(method->type_version);
    if (type == NULL) {
        add(s, CJ_FEEDBACK_Generic, NULL, NULL, NULL, 0, 0);
        return;
    }
    PyObject *descr = read_obj(method->descr);
    uint32_t keys = read_u32(method->keys_version);
    switch (s->op) {
    case LOAD_ATTR_INSTANCE_VALUE:
        add(s, CJ_FEEDBACK_AttrInstanceValue, type, NULL, NULL, attr->index, 0);
        break;
    case LOAD_ATTR_WITH_HINT:
        add(s, CJ_FEEDBACK_AttrWithHint, type, NULL, NULL, attr->index, 0);
        break;
    case LOAD_ATTR_SLOT:
        add(s, CJ_FEEDBACK_AttrSlot, type, NULL, NULL, attr->index, 0);
        break;
    case LOAD_ATTR_METHOD_WITH_VALUES:
        add(s, CJ_FEEDBACK_AttrMethodWithValues, type, descr, NULL, 0, keys);
        capture_function(s, descr);
        break;
    case LOAD_ATTR_METHOD_NO_DICT:
        add(s, CJ_FEEDBACK_AttrMethodNoDict, type, descr, NULL, 0, 0);
        capture_function(s, descr);
        break;
    case LOAD_ATTR_METHOD_LAZY_DICT:
        add(s, CJ_FEEDBACK_AttrMethodLazyDict, type, descr, NULL, method->dict_offset, 0);
        capture_function(s, descr);
        break;
    case LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES:
        add(s, CJ_FEEDBACK_AttrValueWithValues, type, descr, NULL, 0, keys);
        break;
    case LOAD_ATTR_NONDESCRIPTOR_NO_DICT:
        add(s, CJ_FEEDBACK_AttrValueNoDict, type, descr, NULL, 0, 0);
        break;
    case LOAD_ATTR_CLASS:
        add(s, CJ_FEEDBACK_AttrClass, type, descr, NULL, 0, 0);
        capture_function(s, descr);
        break;
    case LOAD_ATTR_CLASS_WITH_METACLASS_CHECK: {
        PyObject *meta = (PyObject *)cj_type_by_version(keys);
        if (meta != NULL) {
            add(s, CJ_FEEDBACK_AttrClassMeta, type, descr, meta, 0, 0);
            capture_function(s, descr);
        }
        else {
            add(s, CJ_FEEDBACK_Generic, NULL, NULL, NULL, 0, 0);
        }
        break;
    }
    case LOAD_ATTR_PROPERTY:
        add(s, CJ_FEEDBACK_AttrProperty, type, descr, NULL, 0, 0);
        capture_function(s, descr);
        break;
    case LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN:
        add(s, CJ_FEEDBACK_AttrGetattribute, type, descr, NULL, 0, 0);
        capture_function(s, descr);
        break;
    }
}

static void
store_attr(Site *s)
{
    _PyAttrCache *cache = (_PyAttrCache *)(s->unit + 1);
    PyObject *type = type_with_version(cache->version);
    CJFeedbackKind kind = s->op == STORE_ATTR_INSTANCE_VALUE ? CJ_FEEDBACK_StoreInstanceValue
        : s->op == STORE_ATTR_SLOT ? CJ_FEEDBACK_StoreSlot : CJ_FEEDBACK_StoreWithHint;
    if (type == NULL) {
        add(s, CJ_FEEDBACK_Generic, NULL, NULL, NULL, 0, 0);
    }
    else {
        add(s, kind, type, NULL, NULL, cache->index, 0);
    }
}

/* Where the value of a name stands in its namespace, if it is one whose value may change from call to call. */
static void
global_entry(Site *s, PyObject *dict, PyObject *name)
{
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    for (Py_ssize_t i = 0; keys->dk_version != 0 && i < keys->dk_nentries; i++) {
        PyDictUnicodeEntry *entry = &DK_UNICODE_ENTRIES(keys)[i];
        if (entry->me_key == name) {
            add(s, CJ_FEEDBACK_GlobalEntry, NULL, NULL, dict, (char *)&entry->me_value - (char *)keys, keys->dk_version);
            return;
        }
    }
}

static void
load_global(Site *s, uint32_t index)
{
    PyObject *name = name_at(s, index);
    PyObject *globals = s->entry->globals, *builtins = s->entry->builtins;
    s->last_global = s->last_class = NULL;
    if (name == NULL || !PyDict_CheckExact(globals) || !DK_IS_UNICODE(((PyDictObject *)globals)->ma_keys)
        || builtins == NULL || !PyDict_CheckExact(builtins) || !DK_IS_UNICODE(((PyDictObject *)builtins)->ma_keys)) {
        return;
    }
    CJFeedbackKind kind = CJ_FEEDBACK_GlobalModule;
    PyObject *dict = globals, *value = namespace_get(globals, name);
    if (value == NULL) {
        kind = CJ_FEEDBACK_GlobalBuiltin;
        dict = builtins;
        value = namespace_get(builtins, name);
    }
    if (value == NULL) {
        add(s, CJ_FEEDBACK_GlobalMissing, NULL, NULL, NULL, 0, 0);
        return;
    }
    bool often = cj_watch_changes_often(dict, name);
    if (often) {
        add(s, CJ_FEEDBACK_Generic, NULL, NULL, NULL, 0, 0);
    }
    else {
        add(s, kind, NULL, value, dict, 0, 0);
    }
    if (kind == CJ_FEEDBACK_GlobalModule && !PyFunction_Check(value) && !PyType_Check(value) && !PyModule_Check(value)) {
        global_entry(s, dict, name);
    }
    if (often) {
        return;
    }
    capture_function(s, value);
    if (PyType_Check(value)) {
        uint32_t id = cj_table_find(s->t, value);
        s->t->entries[id].wants_attrs = true;
        capture_function(s, cj_init_of((PyTypeObject *)value));
    }
    s->last_global = value;
    s->last_class = PyType_Check(value) ? value : NULL;
}

/* The class in whose body the method that is being looked at was defined: borrowed, or NULL. */
static PyObject *
defining_class(Site *s)
{
    PyFunctionObject *f = s->entry->function;
    int n = s->code->co_nfreevars;
    if (f == NULL || f->func_code != (PyObject *)s->code || f->func_closure == NULL || PyTuple_GET_SIZE(f->func_closure) != n) {
        return NULL;
    }
    for (int i = 0; i < n; i++) {
        PyObject *name = PyTuple_GET_ITEM(s->code->co_localsplusnames, s->code->co_nlocalsplus - n + i);
        if (name == &_Py_ID(__class__)) {
            PyObject *class = PyCell_GET(PyTuple_GET_ITEM(f->func_closure, i));
            return class != NULL && PyType_Check(class) ? class : NULL;
        }
    }
    return NULL;
}

/* The attribute that the classes behind the first one in its resolution order have: borrowed, or NULL. */
static PyObject *
attribute_behind(PyTypeObject *class, PyObject *name)
{
    PyObject *mro = class->tp_mro, *found = NULL;
    for (Py_ssize_t i = 1; mro != NULL && i < PyTuple_GET_SIZE(mro) && found == NULL; i++) {
        if (!PyType_Check(PyTuple_GET_ITEM(mro, i))) {
            return NULL;
        }
        PyObject *dict = PyType_GetDict((PyTypeObject *)PyTuple_GET_ITEM(mro, i));
        found = namespace_get(dict, name);
        Py_XDECREF(dict);
    }
    return found;
}

static void
super_attr(Site *s)
{
    PyObject *class = s->oparg & 2 ? s->last_class : defining_class(s);
    PyObject *name = name_at(s, s->oparg >> 2);
    s->last_class = NULL;
    PyObject *found = class == NULL || name == NULL ? NULL : attribute_behind((PyTypeObject *)class, name);
    if (found == NULL) {
        return;
    }
    add(s, CJ_FEEDBACK_SuperAttr, class, found, NULL, 0, 0);
    bool wrapped = Py_TYPE(found) == &PyStaticMethod_Type || Py_TYPE(found) == &PyClassMethod_Type;
    capture_function(s, wrapped ? ((cj_method_wrapper *)found)->callable : found);
}

static void
call(Site *s)
{
    _PyCallCache *cache = (_PyCallCache *)(s->unit + 1);
    uint32_t version = read_u32(cache->func_version);
    if (s->op == CALL_ALLOC_AND_ENTER_INIT) {
        PyObject *type = (PyObject *)cj_type_by_version(version);
        PyObject *init = NULL;
        if (type != NULL && PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_HEAPTYPE)) {
            init = cj_init_of((PyTypeObject *)type);
        }
        if (init != NULL) {
            add(s, CJ_FEEDBACK_CallInit, type, init, NULL, 0, 0);
            capture_function(s, init);
        }
        else {
            add(s, CJ_FEEDBACK_Generic, NULL, NULL, NULL, 0, 0);
        }
        return;
    }
    PyCodeObject *code = NULL;
    PyObject *function = cj_function_by_version(version, &code);
    if (code == NULL) {
        add(s, CJ_FEEDBACK_Generic, NULL, NULL, NULL, 0, 0);
        return;
    }
    bool bound = s->op == CALL_BOUND_METHOD_EXACT_ARGS || s->op == CALL_BOUND_METHOD_GENERAL
        || s->op == CALL_KW_BOUND_METHOD;
    add(s, bound ? CJ_FEEDBACK_CallBoundMethod : CJ_FEEDBACK_CallFunction, NULL, function, (PyObject *)code, 0, 0);
    capture_function(s, function);
}

/* CPython's table of mixed operand types is private; the entry's own guard tells
   which types it takes. */
static void
binary_op_extend(Site *s)
{
    _PyBinaryOpCache *cache = (_PyBinaryOpCache *)(s->unit + 1);
    _PyBinaryOpSpecializationDescr *descr;
    memcpy(&descr, cache->external_cache, sizeof(descr));
    CJFeedbackKind kind = CJ_FEEDBACK_OperandsUnresolved;
    PyObject *number = PyFloat_FromDouble(1.5);
    if (number == NULL) {
        PyErr_Clear();
        s->t->failed = true;
        return;
    }
    PyObject *one = (PyObject *)&_PyLong_SMALL_INTS[_PY_NSMALLNEGINTS + 1];
    if (descr != NULL && descr->guard != NULL) {
        if (descr->guard(one, one)) {
            kind = CJ_FEEDBACK_OperandsIntInt;
        }
        else if (descr->guard(number, one)) {
            kind = CJ_FEEDBACK_OperandsFloatInt;
        }
        else if (descr->guard(one, number)) {
            kind = CJ_FEEDBACK_OperandsIntFloat;
        }
    }
    Py_DECREF(number);
    add(s, kind, NULL, NULL, NULL, 0, 0);
}

/* Instructions that are not specialised: did they ever run? */
static void
unspecialised(Site *s)
{
    uint16_t counter = s->unit[1].cache;
    if (s->op == JUMP_BACKWARD || s->op == RESUME) {
        if (s->op == JUMP_BACKWARD && counter == initial_jump_backoff_counter().value_and_backoff) {
            add(s, CJ_FEEDBACK_NeverExecuted, NULL, NULL, NULL, 0, 0);
        }
        return;
    }
    uint16_t fresh = adaptive_counter_warmup().value_and_backoff;
    CJFeedbackKind kind = CJ_FEEDBACK_Generic;
    if (counter == fresh) {
        kind = CJ_FEEDBACK_NeverExecuted;
    }
    else if (counter < fresh && (counter & 15) == (fresh & 15)) {
        kind = CJ_FEEDBACK_WarmingUp;
    }
    add(s, kind, NULL, NULL, NULL, 0, 0);
}

static void
resolve(Site *s)
{
    PyObject *last_global = s->last_global;
    s->last_global = NULL;
    switch (s->base) {
    case POP_JUMP_IF_FALSE:
    case POP_JUMP_IF_TRUE:
    case POP_JUMP_IF_NONE:
    case POP_JUMP_IF_NOT_NONE:
        add(s, CJ_FEEDBACK_BranchHistory, NULL, NULL, NULL, s->unit[1].cache, 0);
        return;
    case LOAD_GLOBAL:
        if (s->op == LOAD_GLOBAL) {
            unspecialised(s);
        }
        load_global(s, s->oparg >> 1);
        return;
    case LOAD_NAME:
        if (s->t->loop != NULL && s->t->loop->in_module && s->code == s->t->loop_code) {
            load_global(s, s->oparg);
        }
        return;
    case LOAD_SUPER_ATTR:
        if (s->op == LOAD_SUPER_ATTR) {
            unspecialised(s);
        }
        super_attr(s);
        return;
    }
    if (_PyOpcode_Caches[s->base] == 0) {
        return;
    }
    if (s->op == s->base) {
        unspecialised(s);
        return;
    }
    switch (s->op) {
    case STORE_ATTR_INSTANCE_VALUE:
    case STORE_ATTR_SLOT:
    case STORE_ATTR_WITH_HINT:
        store_attr(s);
        return;
    case CALL_PY_EXACT_ARGS:
    case CALL_PY_GENERAL:
    case CALL_BOUND_METHOD_EXACT_ARGS:
    case CALL_BOUND_METHOD_GENERAL:
    case CALL_KW_PY:
    case CALL_KW_BOUND_METHOD:
    case CALL_ALLOC_AND_ENTER_INIT:
        call(s);
        return;
    case TO_BOOL_ALWAYS_TRUE: {
        _PyToBoolCache *cache = (_PyToBoolCache *)(s->unit + 1);
        PyObject *type = type_with_version(cache->version);
        if (type != NULL) {
            add(s, CJ_FEEDBACK_TruthAlways, type, NULL, NULL, 0, 0);
        }
        else {
            add(s, CJ_FEEDBACK_Generic, NULL, NULL, NULL, 0, 0);
        }
        return;
    }
    case BINARY_OP_EXTEND:
        binary_op_extend(s);
        return;
    }
    if (s->base == LOAD_ATTR) {
        s->last_global = last_global;
        load_attr(s);
        if (s->op != LOAD_ATTR_MODULE) {
            s->last_global = NULL;
        }
    }
}

/* What else was seen here, by compiled code that failed or by the interpreter earlier. The interpreter's classes count
   where it has another one now; where it has given up, they would tell less than that. Then what it has now is noted, for the next time.
   Compiled code leaves to the first prefix of an instruction, which is at the offset start. */
static void
add_learned(Site *s, int32_t start, CJLearned *learned)
{
    PyTypeObject *now = cj_specialised_class(s->unit);
    uint32_t n;
    const CJSeen *seen = cj_learned_at(learned, start, &n);
    bool gone = false;
    for (uint32_t i = 0; i < n; i++) {
        PyObject *type = NULL;
        if (PyWeakref_GetRef(seen[i].weakref, &type) != 1) {
            gone = true;
            continue;
        }
        if (seen[i].failed > 0 || (now != NULL && type != (PyObject *)now)) {
            add(s, CJ_FEEDBACK_GuardFailed, type, NULL, NULL, (int64_t)seen[i].failed, 0);
        }
        Py_DECREF(type); /* the table has it */
    }
    if (gone && n > CJ_MOST_CASES) {
        /* Classes come and go here. */
        add(s, CJ_FEEDBACK_GuardFailed, (PyObject *)&PyBaseObject_Type, NULL, NULL, 1, 0);
    }
    if (now != NULL) {
        cj_learned_add(learned, start, now, 0);
    }
}

/* A function that was called here, or its code. */
static void
add_callee(Site *s, const CJSighting *seen, PyObject *callee)
{
    PyObject *code = PyCode_Check(callee) ? callee : NULL;
    PyObject *function = code != NULL ? cj_registry_function_of((PyCodeObject *)code) : callee;
    add(s, seen->format == CJ_CALLED ? CJ_FEEDBACK_Called : CJ_FEEDBACK_CalledBound, NULL, function, code, seen->count, seen->items);
    capture_function(s, function);
}

/* What generic helpers have seen here. */
static void
add_sightings(Site *s)
{
    const CJSightings *seen = cj_registry_sightings(s->code);
    for (uint32_t i = 0; seen != NULL && i < seen->count; i++) {
        PyObject *type = NULL;
        if (seen->items[i].offset != s->offset || PyWeakref_GetRef(seen->items[i].weakref, &type) != 1) {
            continue;
        }
        if (seen->items[i].format == CJ_CALLED || seen->items[i].format == CJ_CALLED_BOUND) {
            add_callee(s, &seen->items[i], type);
        }
        else if (seen->items[i].format == CJ_TWO_FLOATS) {
            add(s, CJ_FEEDBACK_OperandsFloatFloat, NULL, NULL, NULL, 0, 0);
        }
        else if (seen->items[i].format == CJ_ITERATED) {
            add(s, CJ_FEEDBACK_Iterated, type, NULL, NULL, 0, 0);
        }
        else if (seen->items[i].format != 0) {
            add(s, CJ_FEEDBACK_SubscriptNumbers, type, NULL, NULL, seen->items[i].format, 0);
        }
        else {
            bool stores = s->base == STORE_SUBSCR;
            PyObject *method = _PyType_Lookup((PyTypeObject *)type, stores ? &_Py_ID(__setitem__) : &_Py_ID(__getitem__));
            if (method != NULL && PyFunction_Check(method)) {
                add(s, stores ? CJ_FEEDBACK_StoreSubscriptMethod : CJ_FEEDBACK_SubscriptMethod, type, method, NULL, 0, 0);
                capture_function(s, method);
            }
        }
        Py_DECREF(type); /* the table has it */
    }
}

/* The loop for which the code is compiled begins here. */
static void
add_loop_entry(Site *s)
{
    const CJLoopEntry *loop = s->t->loop;
    add(s, CJ_FEEDBACK_LoopEntry, NULL, NULL, NULL, loop->in_module, 0);
    for (uint32_t i = 0; i < loop->nclasses; i++) {
        if (loop->classes[i] != NULL) {
            add(s, CJ_FEEDBACK_EntryClass, (PyObject *)loop->classes[i], NULL, NULL, i, 0);
        }
    }
}

void
cj_feedback_resolve(CJTable *t, uint32_t id)
{
    CJEntry *entry = &t->entries[id];
    PyCodeObject *code = (PyCodeObject *)entry->object;
    _Py_CODEUNIT *units = (_Py_CODEUNIT *)code->co_code_adaptive;
    Py_ssize_t n = Py_SIZE(code);
    Site site = {.t = t, .entry = entry, .level = entry->level, .code = code};
    CJLearned *learned = cj_registry_learned(code);
    uint32_t extended = 0;
    int32_t start = -1;
    for (Py_ssize_t i = 0; i < n;) {
        site.entry = &t->entries[id];
        site.unit = units + i;
        site.offset = (int32_t)(i * sizeof(_Py_CODEUNIT));
        site.op = cj_osr_plain_opcode(code, site.unit->op.code);
        site.base = _PyOpcode_Deopt[site.op];
        site.oparg = extended << 8 | site.unit->op.arg;
        if (start < 0) {
            start = site.offset;
        }
        if (site.op == EXTENDED_ARG) {
            extended = site.oparg;
            i++;
            continue;
        }
        extended = 0;
        if (t->loop != NULL && code == t->loop_code && start == (int32_t)(t->loop->unit * sizeof(_Py_CODEUNIT))) {
            add_loop_entry(&site);
        }
        resolve(&site);
        if (learned != NULL) {
            add_learned(&site, start, learned);
        }
        add_sightings(&site);
        start = -1;
        i += 1 + _PyOpcode_Caches[site.base];
    }
}

void
cj_copy_bytecode(PyCodeObject *code, uint8_t *out)
{
    const _Py_CODEUNIT *units = (const _Py_CODEUNIT *)code->co_code_adaptive;
    Py_ssize_t n = Py_SIZE(code);
    memset(out, 0, n * sizeof(_Py_CODEUNIT));
    for (Py_ssize_t i = 0; i < n;) {
        uint8_t op = cj_osr_plain_opcode(code, units[i].op.code);
        out[2 * i] = op;
        out[2 * i + 1] = units[i].op.arg;
        i += 1 + _PyOpcode_Caches[_PyOpcode_Deopt[op]];
    }
}

const char *
cj_bytecode_refusal(PyCodeObject *code)
{
    const _Py_CODEUNIT *units = (const _Py_CODEUNIT *)code->co_code_adaptive;
    Py_ssize_t n = Py_SIZE(code);
    for (Py_ssize_t i = 0; i < n;) {
        uint8_t op = cj_osr_plain_opcode(code, units[i].op.code);
        if (op == ENTER_EXECUTOR) {
            return "the interpreter's own optimiser runs this code";
        }
        if (op >= MIN_INSTRUMENTED_OPCODE) {
            return "the code is being traced, profiled or monitored";
        }
        i += 1 + _PyOpcode_Caches[_PyOpcode_Deopt[op]];
    }
    return NULL;
}
