/* Taking a snapshot. First everything is visited without writing, which numbers
   the objects and resolves the feedback; then everything is written once. */
#include "snapshot.h"

#include "internal/pycore_ceval.h"
#include "internal/pycore_code.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_function.h"
#include "internal/pycore_global_objects.h"
#include "internal/pycore_instruments.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_long.h"
#include "internal/pycore_moduleobject.h"
#include "internal/pycore_object.h"
#include "internal/pycore_opcode_utils.h"
#include "internal/pycore_pystate.h"
#include "layout.h"
#include "osr.h"
#include "snapshot_table.h"
#include "wellknown.h"

/* Callees larger than this are outlined; so is what would make the whole larger. */
enum { MAX_CALLEE_UNITS = 2000, MAX_CAPTURED_UNITS = 20000, MAX_ATTR_LOOKUPS = 20000 };

static uint32_t
slot_of(const CJTable *t, PyObject *object)
{
    uint64_t h = (uint64_t)(uintptr_t)object * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t mask = t->nslots - 1;
    uint32_t i = (uint32_t)(h >> 32) & mask;
    while (t->slots[i] != 0 && t->entries[t->slots[i]].object != object) {
        i = (i + 1) & mask;
    }
    return i;
}

static bool
grow(CJTable *t)
{
    if (t->count == t->capacity) {
        uint32_t capacity = t->capacity == 0 ? 1024 : 2 * t->capacity;
        CJEntry *entries = realloc(t->entries, capacity * sizeof(CJEntry));
        if (entries == NULL) {
            return false;
        }
        t->entries = entries;
        t->capacity = capacity;
    }
    if (2 * (t->count + 1) > t->nslots) {
        uint32_t nslots = t->nslots == 0 ? 4096 : 2 * t->nslots;
        uint32_t *slots = calloc(nslots, sizeof(*slots));
        if (slots == NULL) {
            return false;
        }
        free(t->slots);
        t->slots = slots;
        t->nslots = nslots;
        for (uint32_t id = 1; id < t->count; id++) {
            uint32_t slot = slot_of(t, t->entries[id].object);
            if (slots[slot] == 0) {
                slots[slot] = id;
            }
        }
    }
    return true;
}

uint32_t
cj_table_find(CJTable *t, PyObject *object)
{
    return object == NULL || t->nslots == 0 ? 0 : t->slots[slot_of(t, object)];
}

static uint32_t
append(CJTable *t, PyObject *object, unsigned level)
{
    if (t->failed || !grow(t)) {
        t->failed = true;
        return 0;
    }
    uint32_t id = t->count++;
    t->entries[id] = (CJEntry){.object = Py_NewRef(object), .level = level};
    uint32_t slot = slot_of(t, object);
    if (t->slots[slot] == 0) {
        t->slots[slot] = id;
    }
    return id;
}

uint32_t
cj_table_ref(CJTable *t, PyObject *object, unsigned level)
{
    uint32_t id = cj_table_find(t, object);
    if (id == 0) {
        return object == NULL || t->frozen ? 0 : append(t, object, level);
    }
    if (level < t->entries[id].level) {
        t->entries[id].level = level;
    }
    return id;
}

void
cj_table_capture(CJTable *t, PyCodeObject *code, PyObject *globals, PyObject *builtins, unsigned level)
{
    uint32_t id = cj_table_ref(t, (PyObject *)code, level);
    if (id == 0 || t->entries[id].captured || t->frozen) {
        return;
    }
    uint32_t units = (uint32_t)Py_SIZE(code);
    if (level > CJ_ROOT
        && (level > CJ_CAPTURE_DEPTH || units > MAX_CALLEE_UNITS || t->captured_units + units > MAX_CAPTURED_UNITS
            || !PyDict_CheckExact(globals) || !PyDict_CheckExact(builtins) || cj_bytecode_refusal(code) != NULL)) {
        return;
    }
    t->captured_units += units;
    CJEntry *entry = &t->entries[id];
    entry->captured = true;
    if (entry->visited) {
        /* It was seen as a mere constant before. */
        entry->visited = false;
        t->again = true;
    }
    entry->level = level;
    entry->globals = globals;
    entry->builtins = builtins;
    cj_table_ref(t, globals, CJ_FAR);
    cj_table_ref(t, builtins, CJ_FAR);
}

static void
add_well_known(CJTable *t)
{
    append(t, Py_None, CJ_FAR); /* entry 0, never looked up */
    t->slots[slot_of(t, Py_None)] = 0;
    Py_CLEAR(t->entries[0].object);
#define ADD(name, object) append(t, (PyObject *)(object), CJ_FAR);
    CJ_WELL_KNOWN(ADD)
#undef ADD
    for (int i = 0; i < _PY_NSMALLNEGINTS + _PY_NSMALLPOSINTS; i++) {
        append(t, (PyObject *)&_PyLong_SMALL_INTS[i], CJ_FAR);
    }
    t->well_known = t->count - 1;
}

/* Visits all objects that were not visited yet, and those that they bring in. */
static void
visit(CJTable *t)
{
    do {
        t->again = false;
        for (uint32_t id = t->well_known + 1; id < t->count && !t->failed; id++) {
            if (!t->entries[id].visited) {
                t->entries[id].visited = true;
                cj_describe(t, id);
            }
        }
    } while (t->again && !t->failed);
}

static int
compare_names(const void *a, const void *b)
{
    PyObject *x = *(PyObject *const *)a, *y = *(PyObject *const *)b;
    int order = PyUnicode_Compare(x, y);
    return order != 0 ? order : x < y ? -1 : x > y;
}

/* The distinct names that captured code uses, sorted by their text. */
static PyObject **
used_names(CJTable *t, size_t *count)
{
    size_t n = 0;
    for (uint32_t id = 1; id < t->count; id++) {
        if (t->entries[id].captured) {
            n += PyTuple_GET_SIZE(((PyCodeObject *)t->entries[id].object)->co_names);
        }
    }
    PyObject **names = malloc((n + 1) * sizeof(*names));
    if (names == NULL) {
        t->failed = true;
        return NULL;
    }
    n = 0;
    for (uint32_t id = 1; id < t->count; id++) {
        if (!t->entries[id].captured) {
            continue;
        }
        PyObject *tuple = ((PyCodeObject *)t->entries[id].object)->co_names;
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
            names[n++] = PyTuple_GET_ITEM(tuple, i);
        }
    }
    qsort(names, n, sizeof(*names), compare_names);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || PyUnicode_Compare(names[kept - 1], names[i]) != 0) {
            names[kept++] = names[i];
        }
    }
    *count = kept;
    return names;
}

/* Looks up the used names on the classes of receivers. UTF-8 orders texts as code
   points do, so that the order holds in the binary form too. */
static void
look_up_attributes(CJTable *t)
{
    size_t nnames = 0;
    PyObject **names = used_names(t, &nnames);
    uint32_t budget = MAX_ATTR_LOOKUPS;
    uint32_t count = t->count;
    for (uint32_t id = t->well_known + 1; id < count && !t->failed; id++) {
        PyTypeObject *type = (PyTypeObject *)t->entries[id].object;
        if (!t->entries[id].wants_attrs || nnames > budget || !PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
            t->entries[id].wants_attrs = false;
            continue;
        }
        budget -= nnames;
        CJClassAttr *attrs = malloc((nnames + 1) * sizeof(*attrs));
        if (attrs == NULL) {
            t->failed = true;
            break;
        }
        uint32_t n = 0;
        for (size_t i = 0; i < nnames; i++) {
            PyObject *value = _PyType_Lookup(type, names[i]);
            if (value != NULL) {
                attrs[n++] = (CJClassAttr){names[i], value};
                cj_table_ref(t, value, t->entries[id].level + 1);
            }
        }
        t->entries[id].visited = false;
        t->entries[id].attrs = attrs;
        t->entries[id].nattrs = n;
    }
    for (uint32_t id = 1; id <= t->well_known; id++) {
        t->entries[id].wants_attrs = false;
    }
    free(names);
}

/* The instrumentation version that the eval breaker shows while nothing is to be
   done, or a reason. */
static const char *
instrumentation(PyCodeObject *code, uint64_t *version)
{
    PyInterpreterState *interp = PyInterpreterState_Get();
    *version = _PyThreadState_GET()->eval_breaker & ~(uintptr_t)_PY_EVAL_EVENTS_MASK;
    if (code->_co_instrumentation_version == *version) {
        return NULL;
    }
    for (int event = 0; event < _PY_MONITORING_UNGROUPED_EVENTS; event++) {
        if (interp->monitors.tools[event] != 0) {
            return "the code is being traced, profiled or monitored";
        }
    }
    if (code->_co_monitoring != NULL) {
        for (int event = 0; event < _PY_MONITORING_LOCAL_EVENTS; event++) {
            if (cj_osr_foreign_tools(code->_co_monitoring->local_monitors.tools, event) != 0) {
                return "the code is being traced, profiled or monitored";
            }
        }
    }
    return NULL;
}

static void
write_header(CJTable *t, uint32_t root, uint32_t function, uint64_t version)
{
    CJWriter *w = t->w;
    int64_t layout[CJ_LAYOUT_COUNT];
    cj_layout_values(layout);
    cj_write(w, "CJSN", 4);
    cj_write_u32(w, 1);
    cj_write_u64(w, CJ_LAYOUT_HASH);
    cj_write_u32(w, 0);
    cj_write_u32(w, CJ_LAYOUT_COUNT);
    cj_write(w, layout, sizeof(layout));
    cj_write_u32(w, root);
    cj_write_u32(w, function);
    cj_write_u64(w, version);
    cj_write_u32(w, t->count - 1);
}

static void
table_clear(CJTable *t)
{
    for (uint32_t id = 0; id < t->count; id++) {
        Py_XDECREF(t->entries[id].object);
        free(t->entries[id].feedback.items);
        free(t->entries[id].attrs);
    }
    free(t->entries);
    free(t->slots);
}

/* Hands the objects over to the snapshot. */
static CJSnapshot *
finish(CJTable *t, CJWriter *w)
{
    CJSnapshot *s = malloc(sizeof(*s));
    PyObject **objects = malloc(t->count * sizeof(*objects));
    if (s == NULL || objects == NULL) {
        free(s);
        free(objects);
        return NULL;
    }
    for (uint32_t id = 0; id < t->count; id++) {
        objects[id] = t->entries[id].object;
        t->entries[id].object = NULL;
    }
    uint32_t size = (uint32_t)w->size;
    memcpy(w->data + 16, &size, sizeof(size));
    *s = (CJSnapshot){.data = w->data, .size = w->size, .objects = objects, .nobjects = t->count};
    return s;
}

CJSnapshot *
cj_snapshot_take(PyCodeObject *code, PyObject *globals, PyObject *builtins, PyObject *function, const CJLoopEntry *loop,
                 const char **reason)
{
    uint64_t version = 0;
    *reason = NULL;
    if (!PyDict_CheckExact(globals) || builtins == NULL || !PyDict_CheckExact(builtins)) {
        *reason = "its globals or builtins are not a plain dict";
    }
    if (*reason == NULL) {
        *reason = cj_bytecode_refusal(code);
    }
    if (*reason == NULL) {
        *reason = instrumentation(code, &version);
    }
    if (*reason != NULL) {
        return NULL;
    }
    CJWriter dry = {.dry = true}, out = {0};
    CJTable t = {.w = &dry, .loop = loop, .loop_code = code};
    CJSnapshot *snapshot = NULL;
    if (!grow(&t)) {
        goto done;
    }
    add_well_known(&t);
    cj_table_capture(&t, code, globals, builtins, CJ_ROOT);
    uint32_t root = cj_table_find(&t, (PyObject *)code);
    cj_table_ref(&t, function, CJ_ROOT);
    t.entries[root].function = function != NULL && PyFunction_Check(function) ? (PyFunctionObject *)function : NULL;
    visit(&t);
    look_up_attributes(&t);
    visit(&t);
    t.frozen = true;
    t.w = &out;
    write_header(&t, root, cj_table_find(&t, function), version);
    for (uint32_t id = 1; id < t.count && !t.failed; id++) {
        cj_describe(&t, id);
    }
    if (!t.failed && !out.failed && out.size < UINT32_MAX) {
        snapshot = finish(&t, &out);
    }
done:
    table_clear(&t);
    if (snapshot == NULL) {
        free(out.data);
        PyErr_NoMemory();
    }
    return snapshot;
}

void
cj_snapshot_free(CJSnapshot *snapshot)
{
    if (snapshot == NULL) {
        return;
    }
    for (uint32_t id = 0; id < snapshot->nobjects; id++) {
        Py_XDECREF(snapshot->objects[id]);
    }
    free(snapshot->objects);
    free(snapshot->data);
    free(snapshot);
}

PyObject *
cj_builtins_of(PyObject *globals)
{
    PyObject *builtins = PyDict_Check(globals) ? PyDict_GetItemWithError(globals, &_Py_ID(__builtins__)) : NULL;
    if (builtins == NULL) {
        PyErr_Clear();
        return PyInterpreterState_Get()->builtins;
    }
    if (PyModule_Check(builtins)) {
        builtins = ((PyModuleObject *)builtins)->md_dict;
    }
    return builtins;
}
