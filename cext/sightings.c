#include "sightings.h"

#include <stdlib.h>
#include <string.h>

#include "internal/pycore_frame.h"
#include "internal/pycore_global_strings.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_tstate.h"
#include "layout.h"
#include "opcode.h"
#include "osr.h"
#include "registry.h"

PyTypeObject *cj_array_type;

/* The places of one code object that are remembered, and how often a class has to be seen at one until the code is compiled
 * again: then, and at each multiple, as long as a power of FACTOR says. */
enum { MOST_SIGHTINGS = 64, FIRST_LIMIT = 64, FACTOR = 16, LAST_LIMIT = FIRST_LIMIT * FACTOR * FACTOR };

/* Does an array of this format have these bytes where they are expected? */
static bool
as_expected(PyTypeObject *type, const char *format, const void *bytes, Py_ssize_t size)
{
    PyObject *array = PyObject_CallFunction((PyObject *)type, "sy#", format, bytes, size);
    if (array == NULL) {
        PyErr_Clear();
        return false;
    }
    const cj_array_object *head = (const cj_array_object *)array;
    Py_buffer view;
    bool fits = false;
    if (type->tp_basicsize >= (Py_ssize_t)sizeof(*head) && PyObject_GetBuffer(array, &view, PyBUF_SIMPLE) == 0) {
        fits = view.len == size && view.buf == head->items && memcmp(head->items, bytes, size) == 0
            && Py_SIZE(array) * (Py_ssize_t)sizeof(int64_t) == size && head->allocated >= Py_SIZE(array) && head->description->format == *format;
        PyBuffer_Release(&view);
    }
    PyErr_Clear();
    Py_DECREF(array);
    return fits;
}

void
cj_find_arrays(void)
{
    static bool unexpected;
    PyObject *modules = PyInterpreterState_Get()->imports.modules;
    if (cj_array_type != NULL || unexpected || modules == NULL || !PyDict_CheckExact(modules)) {
        return;
    }
    PyObject *module = PyDict_GetItemString(modules, "array");
    if (module == NULL || !PyModule_CheckExact(module)) {
        return;
    }
    PyObject *found = PyDict_GetItemString(PyModule_GetDict(module), "array");
    if (found == NULL || !PyType_Check(found) || strcmp(((PyTypeObject *)found)->tp_name, "array.array") != 0
        || !PyType_HasFeature((PyTypeObject *)found, Py_TPFLAGS_IMMUTABLETYPE)) {
        return;
    }
    static const double numbers[] = {1.5, -2.25, 1e300};
    static const int64_t ints[] = {1, -2, INT64_MAX};
    Py_INCREF(found);
    if (as_expected((PyTypeObject *)found, "d", numbers, sizeof(numbers))
        && as_expected((PyTypeObject *)found, "q", ints, sizeof(ints))) {
        cj_array_type = (PyTypeObject *)found; /* kept */
    }
    else {
        unexpected = true;
        Py_DECREF(found);
    }
}

void
cj_sightings_free(CJSightings *sightings)
{
    for (uint32_t i = 0; i < sightings->count; i++) {
        Py_XDECREF(sightings->items[i].weakref);
    }
    free(sightings->items);
    *sightings = (CJSightings){0};
}

/* Is subscripting an instance a call of a Python function? */
static bool
subscripted_by_function(PyTypeObject *type)
{
    PyObject *get = _PyType_Lookup(type, &_Py_ID(__getitem__)), *set = _PyType_Lookup(type, &_Py_ID(__setitem__));
    return (get != NULL && PyFunction_Check(get)) || (set != NULL && PyFunction_Check(set));
}

static CJSighting *
find_or_add(CJSightings *sightings, int32_t offset, PyTypeObject *type, int format)
{
    for (uint32_t i = 0; i < sightings->count; i++) {
        CJSighting *s = &sightings->items[i];
        PyObject *known = NULL;
        if (s->offset == offset && s->format == format && PyWeakref_GetRef(s->weakref, &known) == 1) {
            Py_DECREF(known);
            if (known == (PyObject *)type) {
                return s;
            }
        }
    }
    if (sightings->count == MOST_SIGHTINGS) {
        return NULL;
    }
    CJSighting *items = realloc(sightings->items, (sightings->count + 1) * sizeof(*items));
    if (items == NULL) {
        return NULL;
    }
    sightings->items = items;
    PyObject *weakref = PyWeakref_NewRef((PyObject *)type, NULL);
    if (weakref == NULL) {
        PyErr_Clear();
        return NULL;
    }
    /* Of a class that has nothing to learn the place is remembered too, so that it is found at once. */
    bool useful = format != 0 || subscripted_by_function(type);
    items[sightings->count] = (CJSighting){offset, format, weakref, useful ? 0 : LAST_LIMIT + 1};
    return &items[sightings->count++];
}

/* The record of the machine code that runs in a frame, which may be that of an inlined call: those are in native frames. */
static CJRecord *
running(PyThreadState *tstate, _PyInterpreterFrame *frame)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), top = ((_PyThreadStateImpl *)tstate)->c_stack_top;
    while (frame != NULL && (uintptr_t)frame >= here && (uintptr_t)frame < top) {
        frame = frame->previous;
    }
    PyObject *code = frame == NULL ? NULL : PyStackRef_AsPyObjectBorrow(frame->f_executable);
    return code == NULL || !PyCode_Check(code) ? NULL : (CJRecord *)cj_registry_find((PyCodeObject *)code, frame->f_globals);
}

/* Notes a class at the current instruction, and has the code compiled again when that is due. */
static void
see(PyTypeObject *type, int format)
{
    PyThreadState *tstate = _PyThreadState_GET();
    _PyInterpreterFrame *frame = tstate->current_frame;
    PyObject *executable = frame == NULL ? NULL : PyStackRef_AsPyObjectBorrow(frame->f_executable);
    if (executable == NULL || !PyCode_Check(executable)) {
        return;
    }
    PyCodeObject *code = (PyCodeObject *)executable;
    CJSightings *sightings = cj_registry_sightings(code);
    CJRecord *record = sightings == NULL ? NULL : running(tstate, frame);
    if (record == NULL || record->code.object == NULL) {
        return;
    }
    int32_t offset = (int32_t)((char *)frame->instr_ptr - (char *)_PyCode_CODE(code));
    CJSighting *sighting = find_or_add(sightings, offset, type, format);
    if (sighting == NULL || sighting->count > LAST_LIMIT) {
        return;
    }
    sighting->count++;
    for (uint32_t limit = FIRST_LIMIT; limit <= LAST_LIMIT; limit *= FACTOR) {
        if (sighting->count == limit) {
            cj_registry_recompile_soon(record);
            return;
        }
    }
}

void
cj_see_container(PyObject *container)
{
    PyTypeObject *type = Py_TYPE(container);
    if (type == cj_array_type) {
        see(type, ((cj_array_object *)container)->description->format);
    }
    else if (type == &PyBytes_Type) {
        see(type, 'B');
    }
    else if (type->tp_dealloc == cj_python_dealloc()) {
        see(type, 0);
    }
}

void
cj_see_floats(void)
{
    see(&PyFloat_Type, CJ_TWO_FLOATS);
}

/* So many calls of generic helpers have to count for one code. */
enum { UNLEARNED_MANY = 8 };

bool
cj_was_run(PyCodeObject *code)
{
    const _Py_CODEUNIT *units = (const _Py_CODEUNIT *)code->co_code_adaptive;
    for (Py_ssize_t i = 0; i < Py_SIZE(code);) {
        uint8_t op = cj_osr_plain_opcode(code, units[i].op.code);
        if (_PyOpcode_Deopt[op] == RESUME) {
            return op != RESUME;
        }
        i += 1 + _PyOpcode_Caches[_PyOpcode_Deopt[op]];
    }
    return true;
}

void
cj_see_unlearned(void)
{
    PyThreadState *tstate = _PyThreadState_GET();
    CJRecord *record = tstate->current_frame == NULL ? NULL : running(tstate, tstate->current_frame);
    if (record == NULL || record->code.object == NULL || record->compiled_times > 1 || cj_was_run(record->code.code)) {
        return;
    }
    if (++record->unlearned == UNLEARNED_MANY) {
        cj_registry_recompile_soon(record);
    }
}
