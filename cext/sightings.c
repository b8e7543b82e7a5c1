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
#include "learned.h"
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

/* A place keeps more callees than code is compiled for, so that it is known to have too many. */
enum { MOST_CALLEES = CJ_MOST_CASES + 4 };

static CJSighting *
find_or_add(CJSightings *sightings, int32_t offset, PyObject *seen, int32_t format)
{
    CJSighting *dead = NULL;
    uint32_t callees = 0;
    for (uint32_t i = 0; i < sightings->count; i++) {
        CJSighting *s = &sightings->items[i];
        if (s->offset != offset) {
            continue;
        }
        callees += s->format == CJ_CALLED || s->format == CJ_CALLED_BOUND;
        PyObject *known = NULL;
        if (PyWeakref_GetRef(s->weakref, &known) != 1) {
            dead = s;
            continue;
        }
        Py_DECREF(known);
        if (known == seen && s->format == format) {
            return s;
        }
    }
    CJSighting *free_one = dead;
    if (free_one == NULL) {
        if (sightings->count == MOST_SIGHTINGS || callees == MOST_CALLEES) {
            return NULL;
        }
        CJSighting *items = realloc(sightings->items, (sightings->count + 1) * sizeof(*items));
        if (items == NULL) {
            return NULL;
        }
        sightings->items = items;
        free_one = &items[sightings->count];
    }
    PyObject *weakref = PyWeakref_NewRef(seen, NULL);
    if (weakref == NULL) {
        PyErr_Clear();
        return NULL;
    }
    if (dead != NULL) {
        Py_DECREF(dead->weakref);
    }
    else {
        sightings->count++;
    }
    /* Of a class that has nothing to learn the place is remembered too, so that it is found at once. */
    bool useful = format != 0 || subscripted_by_function((PyTypeObject *)seen);
    *free_one = (CJSighting){offset, format, weakref, useful ? 0 : LAST_LIMIT + 1, CJ_ITEMS_UNKNOWN};
    return free_one;
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

/* The place at which compiled code stands. */
typedef struct {
    PyCodeObject *code;
    CJRecord *record; /* of the machine code that runs */
    CJSightings *sightings;
    int32_t offset;
} Place;

static bool
find_place(Place *place)
{
    PyThreadState *tstate = _PyThreadState_GET();
    _PyInterpreterFrame *frame = tstate->current_frame;
    PyObject *executable = frame == NULL ? NULL : PyStackRef_AsPyObjectBorrow(frame->f_executable);
    if (executable == NULL || !PyCode_Check(executable)) {
        return false;
    }
    place->code = (PyCodeObject *)executable;
    place->sightings = cj_registry_sightings(place->code);
    place->record = place->sightings == NULL ? NULL : running(tstate, frame);
    place->offset = (int32_t)((char *)frame->instr_ptr - (char *)_PyCode_CODE(place->code));
    return place->record != NULL && place->record->code.object != NULL;
}

/* Counts what was seen, and has the code compiled again when that is due. */
static void
count(CJSighting *sighting, const Place *place, uint32_t weight)
{
    if (sighting == NULL || sighting->count > LAST_LIMIT) {
        return;
    }
    uint32_t before = sighting->count;
    sighting->count += weight;
    for (uint32_t limit = FIRST_LIMIT; limit <= LAST_LIMIT; limit *= FACTOR) {
        if (before < limit && sighting->count >= limit) {
            cj_registry_recompile_soon(place->record);
            return;
        }
    }
}

/* Notes a class at the current instruction. */
static void
see(PyTypeObject *type, int32_t format)
{
    Place place;
    if (find_place(&place)) {
        count(find_or_add(place.sightings, place.offset, (PyObject *)type, format), &place, 1);
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
cj_see_dict_iterated(void)
{
    see(&PyDict_Type, CJ_ITERATED);
}

void
cj_see_floats(void)
{
    see(&PyFloat_Type, CJ_TWO_FLOATS);
}

/* What stands for a callee in a sighting, with its format; NULL when it is no function in Python. */
static PyObject *
callee_of(PyObject *callable, int32_t *format)
{
    *format = CJ_CALLED;
    if (PyMethod_Check(callable)) {
        *format = CJ_CALLED_BOUND;
        callable = PyMethod_GET_FUNCTION(callable);
    }
    if (PyFunction_Check(callable)) {
        PyFunctionObject *function = (PyFunctionObject *)callable;
        bool made_often = function->func_closure != NULL || (((PyCodeObject *)function->func_code)->co_flags & CO_NESTED);
        return made_often ? function->func_code : callable;
    }
    return PyCode_Check(callable) ? callable : NULL;
}

/* Functions that come and go at a place are known by their code there: when one has died, or is known like that. */
static PyObject *
what_lasts(const CJSightings *sightings, int32_t offset, PyObject *callee)
{
    if (!PyFunction_Check(callee)) {
        return callee;
    }
    PyObject *code = ((PyFunctionObject *)callee)->func_code;
    for (uint32_t i = 0; i < sightings->count; i++) {
        const CJSighting *s = &sightings->items[i];
        if (s->offset != offset || (s->format != CJ_CALLED && s->format != CJ_CALLED_BOUND)) {
            continue;
        }
        PyObject *known = NULL;
        bool alive = PyWeakref_GetRef(s->weakref, &known) == 1;
        Py_XDECREF(known);
        if (!alive || known == code) {
            return code;
        }
    }
    return callee;
}

/* The base form of an instruction that calls what is on the stack. */
static bool
calls(PyCodeObject *code, int32_t offset)
{
    uint8_t base = _PyOpcode_Deopt[cj_osr_plain_opcode(code, _PyCode_CODE(code)[offset / (int32_t)sizeof(_Py_CODEUNIT)].op.code)];
    return base == CALL || base == CALL_KW || base == CALL_FUNCTION_EX;
}

/* Whether the code has been compiled with as many functions at a place as it can call there directly. */
static bool
has_all_callees(const CJSightings *sightings, int32_t offset)
{
    int compiled = 0;
    for (uint32_t i = 0; i < sightings->count; i++) {
        const CJSighting *s = &sightings->items[i];
        compiled += s->offset == offset && (s->format == CJ_CALLED || s->format == CJ_CALLED_BOUND) && s->count >= FIRST_LIMIT;
    }
    return compiled >= CJ_MOST_CASES;
}

void
cj_see_call(PyObject *callable, uint32_t items)
{
    int32_t format;
    PyObject *callee = callee_of(callable, &format);
    Place place;
    if (callee == NULL || !find_place(&place) || !calls(place.code, place.offset) || has_all_callees(place.sightings, place.offset)) {
        return;
    }
    CJSighting *sighting = find_or_add(place.sightings, place.offset, what_lasts(place.sightings, place.offset, callee), format);
    if (sighting != NULL && items != CJ_ITEMS_UNKNOWN) {
        sighting->items = sighting->count == 0 || sighting->items == items ? items : CJ_ITEMS_UNKNOWN;
    }
    enum { WEIGHT = 4 }; /* it stands for more calls than that */
    count(sighting, &place, WEIGHT);
}

bool
cj_see_other_callee(PyCodeObject *code, int32_t offset, PyObject *callee)
{
    int32_t format;
    CJSightings *sightings = cj_registry_sightings(code);
    callee = callee_of(callee, &format);
    if (sightings == NULL || callee == NULL) {
        return false;
    }
    while (_PyCode_CODE(code)[offset / (int32_t)sizeof(_Py_CODEUNIT)].op.code == EXTENDED_ARG) {
        offset += (int32_t)sizeof(_Py_CODEUNIT);
    }
    CJSighting *sighting = calls(code, offset) ? find_or_add(sightings, offset, what_lasts(sightings, offset, callee), format) : NULL;
    if (sighting == NULL) {
        return false;
    }
    sighting->count++;
    return true;
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
