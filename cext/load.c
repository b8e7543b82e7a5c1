/* Loading of encoded objects (jit/object/encode.go): reading the tables, placing the code, applying the relocations. */
#include <string.h>

#include <Python.h>

#include "arena.h"
#include "exit.h"
#include "internal/pycore_code.h"
#include "keep.h"
#include "object.h"
#include "sightings.h"
#include "stubs.h"
#include "varint.h"

enum { VERSION = 4 };

enum {
    SEC_STRINGS,
    SEC_EXIT_INDEX,
    SEC_EXITS,
    SEC_RELOCS,
    SEC_PATCHES,
    SEC_LINES,
    SEC_RESUMES,
    SEC_DEPENDS,
    SEC_KEEP,
    SEC_OPCODES,
    SEC_INLINED,
    SEC_NOT_INLINED,
    SEC_TEXT,
    SECTIONS
};

enum { HEADER_SCALARS = 12, HEADER_WORDS = 2 + HEADER_SCALARS + 2 * SECTIONS };

typedef enum {
    ABS64_OBJECT,
    ABS64_CJCODE,
    ABS64_SELF,
    ABS64_SYMBOL,
    ABS64_CODE_UNIT,
    ABS64_IDENTITY,
    CALL26_HELPER,
    CALL26_STUB,
} RelocKind;

typedef struct {
    uint32_t offset, count, end;
} Section;

typedef struct {
    const uint8_t *data;
    uint32_t scalars[HEADER_SCALARS];
    Section sections[SECTIONS];
    PyObject *const *objects;
    uint32_t nobjects;
} Source;

static bool
damaged(const char *what)
{
    PyErr_Format(PyExc_ValueError, "damaged compiled object: %s", what);
    return false;
}

static uint32_t
word(const uint8_t *data, size_t index)
{
    uint32_t value;
    memcpy(&value, data + 4 + 4 * index, 4);
    return value;
}

static bool
read_header(Source *source, const uint8_t *data, size_t size)
{
    if (size < 4 + 4 * HEADER_WORDS || memcmp(data, "CJOB", 4) != 0 || word(data, 0) != VERSION ||
        word(data, 1) != size) {
        return damaged("header");
    }
    source->data = data;
    for (size_t i = 0; i < HEADER_SCALARS; i++) {
        source->scalars[i] = word(data, 2 + i);
    }
    uint32_t previous = 4 + 4 * HEADER_WORDS;
    for (size_t i = 0; i < SECTIONS; i++) {
        Section *section = &source->sections[i];
        section->offset = word(data, 2 + HEADER_SCALARS + 2 * i);
        section->count = word(data, 3 + HEADER_SCALARS + 2 * i);
        section->end = i + 1 < SECTIONS ? word(data, 4 + HEADER_SCALARS + 2 * i) : (uint32_t)size;
        if (section->offset < previous || section->offset > section->end || section->end > size ||
            section->count > section->end - section->offset) {
            return damaged("sections");
        }
        previous = section->offset;
    }
    return true;
}

static CJReader
section_reader(const Source *source, int section)
{
    return (CJReader){source->data + source->sections[section].offset, source->data + source->sections[section].end, false};
}

/* The object with an id, borrowed, or NULL with an exception. */
static PyObject *
object_at(const Source *source, uint32_t id)
{
    if (id == 0 || id >= source->nobjects || source->objects[id] == NULL) {
        damaged("object id");
        return NULL;
    }
    return source->objects[id];
}

/* Memory for n elements, never of size 0. NULL with an exception. */
static void *
array(size_t n, size_t size)
{
    void *memory = PyMem_RawCalloc(n ? n : 1, size);
    if (memory == NULL) {
        PyErr_NoMemory();
    }
    return memory;
}

/* Types and code objects are watched by the registry and not kept alive. */
static bool
kept_by_watching(PyObject *object)
{
    return PyType_Check(object) || PyCode_Check(object);
}

static bool
read_strings(CJObject *object, const Source *source)
{
    uint32_t n = source->sections[SEC_STRINGS].count;
    object->string_at = array(n, sizeof(uint32_t));
    if (object->string_at == NULL) {
        return false;
    }
    CJReader reader = section_reader(source, SEC_STRINGS);
    for (uint32_t i = 0; i < n; i++) {
        object->string_at[i] = (uint32_t)(reader.at - source->data);
        reader.at += cj_read_length(&reader);
    }
    object->nstrings = n;
    return !reader.damaged || damaged("strings");
}

static bool
read_tables(CJObject *object, const Source *source)
{
    const Section *sections = source->sections;
    CJReader reader = section_reader(source, SEC_PATCHES);
    uint32_t n = sections[SEC_PATCHES].count;
    if ((object->patches = array(n, sizeof(CJPatch))) == NULL) {
        return false;
    }
    for (; object->npatches < n; object->npatches++) {
        CJPatch patch = {cj_read_u32(&reader), 0};
        patch.target = cj_read_u32(&reader);
        if (reader.damaged || patch.offset % 4 || patch.target % 4 || patch.offset >= object->text_size ||
            patch.target >= object->text_size) {
            return damaged("patch points");
        }
        object->patches[object->npatches] = patch;
    }

    reader = section_reader(source, SEC_RESUMES);
    n = sections[SEC_RESUMES].count;
    if ((object->resumes = array(n, sizeof(CJResume))) == NULL) {
        return false;
    }
    for (; object->nresumes < n; object->nresumes++) {
        CJResume resume = {cj_read_u32(&reader), 0, 0};
        resume.text = cj_read_u32(&reader);
        resume.landing = cj_read_u32(&reader);
        if (reader.damaged || resume.text % 4 || resume.text >= object->text_size || resume.landing % 4 ||
            resume.landing >= object->text_size) {
            return damaged("resume entries");
        }
        object->resumes[object->nresumes] = resume;
    }

    reader = section_reader(source, SEC_DEPENDS);
    n = sections[SEC_DEPENDS].count;
    if ((object->depends = array(n, sizeof(CJDepend))) == NULL) {
        return false;
    }
    for (; object->ndepends < n; object->ndepends++) {
        uint32_t kind = cj_read_u32(&reader), id = cj_read_u32(&reader), key = cj_read_u32(&reader);
        if (reader.damaged || kind > CJ_DEPEND_FUNCTION) {
            return damaged("dependencies");
        }
        CJDepend *depend = &object->depends[object->ndepends];
        depend->kind = (CJDependKind)kind;
        depend->object = object_at(source, id);
        if (depend->object == NULL || (key != 0 && object_at(source, key) == NULL)) {
            return false;
        }
        depend->key = key != 0 ? Py_NewRef(source->objects[key]) : NULL;
    }

    reader = section_reader(source, SEC_KEEP);
    n = sections[SEC_KEEP].count;
    if ((object->keep = array(n, sizeof(PyObject *))) == NULL) {
        return false;
    }
    for (; object->nkeep < n; object->nkeep++) {
        PyObject *kept = object_at(source, cj_read_u32(&reader));
        if (kept == NULL) {
            return false;
        }
        object->keep[object->nkeep] = Py_NewRef(kept);
    }
    return !reader.damaged || damaged("kept objects");
}

static bool
mark_location(uint8_t *used, uint32_t nobjects, const CJLocation *at)
{
    if (at->kind != CJ_IN_CONSTANT) {
        return true;
    }
    if (at->index == 0 || at->index >= nobjects) {
        return false;
    }
    used[at->index] = 1;
    return true;
}

static bool
mark_locations(uint8_t *used, uint32_t nobjects, const CJLocation *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!mark_location(used, nobjects, &list[i])) {
            return false;
        }
    }
    return true;
}

/* Collects the objects that exits name, which are then found by id when an exit is taken. */
static bool
read_constants(CJObject *object, const Source *source)
{
    uint8_t *used = array(source->nobjects, 1);
    if (used == NULL) {
        return false;
    }
    uint32_t nobjects = source->nobjects;
    bool good = true;
    for (uint32_t i = 0; good && i < object->nexits; i++) {
        CJExit exit;
        good = cj_exit_read(object, i, &exit);
        if (!good) {
            break;
        }
        good = mark_location(used, nobjects, &exit.guilty) && mark_locations(used, nobjects, exit.owned, exit.nowned);
        for (uint32_t k = 0; good && k < exit.nvirtuals; k++) {
            good = mark_locations(used, nobjects, exit.virtuals[k].fields, exit.virtuals[k].nfields);
        }
        for (uint32_t k = 0; good && k < exit.nframes; k++) {
            const CJFrame *frame = &exit.frames[k];
            good = mark_location(used, nobjects, &frame->callee) &&
                mark_locations(used, nobjects, frame->locals, frame->nlocals) &&
                mark_locations(used, nobjects, frame->stack, frame->nstack) && frame->code < nobjects;
            if (good && frame->code != 0) {
                used[frame->code] = 1;
            }
        }
        cj_exit_release(&exit);
    }
    if (!good) {
        PyMem_RawFree(used);
        return damaged("exits");
    }
    uint32_t n = 0;
    for (uint32_t id = 1; id < nobjects; id++) {
        n += used[id];
    }
    object->constants = array(n, sizeof(CJConstant));
    for (uint32_t id = 1; object->constants != NULL && id < nobjects; id++) {
        if (!used[id]) {
            continue;
        }
        PyObject *constant = object_at(source, id);
        if (constant == NULL) {
            PyMem_RawFree(used);
            return false;
        }
        object->constants[object->nconstants++] =
            (CJConstant){id, !kept_by_watching(constant), constant};
        if (object->constants[object->nconstants - 1].owned) {
            Py_INCREF(constant);
        }
    }
    PyMem_RawFree(used);
    return object->constants != NULL;
}

/* The value that an absolute relocation writes. */
static bool
absolute(const CJObject *object, const Source *source, RelocKind kind, uint32_t id, int64_t addend, uint32_t symbol,
         uint64_t *value)
{
    if (kind == ABS64_SELF) {
        *value = (uint64_t)object;
        return true;
    }
    if (kind == ABS64_SYMBOL) {
        Py_ssize_t size;
        const char *text = cj_object_string((CJObject *)object, symbol, &size);
        char name[128];
        if (text == NULL || size >= (Py_ssize_t)sizeof(name)) {
            return damaged("symbol");
        }
        memcpy(name, text, (size_t)size);
        name[size] = 0;
        if (!cj_symbol_value(name, value)) {
            PyErr_Format(PyExc_ValueError, "compiled object needs the unknown symbol %s", name);
            return false;
        }
        *value += (uint64_t)addend;
        return true;
    }
    PyObject *target = object_at(source, id);
    if (target == NULL) {
        return false;
    }
    switch (kind) {
    case ABS64_OBJECT:
    case ABS64_IDENTITY:
        *value = (uint64_t)target + (uint64_t)addend;
        return true;
    case ABS64_CODE_UNIT:
        if (!PyCode_Check(target)) {
            return damaged("code object");
        }
        *value = (uint64_t)(_PyCode_CODE((PyCodeObject *)target) + addend);
        return true;
    case ABS64_CJCODE: {
        PyObject *globals = object->code->globals;
        if (PyFunction_Check(target)) {
            globals = ((PyFunctionObject *)target)->func_globals;
            target = ((PyFunctionObject *)target)->func_code;
        }
        if (!PyCode_Check(target)) {
            return damaged("function");
        }
        CJCode *code = cj_loader_hooks.code_for((PyCodeObject *)target, globals);
        *value = (uint64_t)code;
        return code != NULL;
    }
    default:
        return damaged("relocation");
    }
}

/* Writes the immediate of a b or bl at `at`, which is loaded at `place`. */
static bool
branch(uint8_t *at, const uint8_t *place, const uint8_t *target)
{
    int64_t distance = target - place;
    uint32_t instruction;
    memcpy(&instruction, at, 4);
    if (target == NULL || distance < -((int64_t)1 << 27) || distance >= (int64_t)1 << 27 || distance % 4 != 0) {
        return damaged("branch target");
    }
    instruction = (instruction & 0xfc000000) | ((uint32_t)(distance >> 2) & 0x03ffffff);
    memcpy(at, &instruction, 4);
    return true;
}

/* Applies the relocations to a copy of the text at copy, which is to be placed at object->text. */
static bool
relocate(CJObject *object, const Source *source, uint8_t *copy)
{
    CJReader reader = section_reader(source, SEC_RELOCS);
    const bool unlearned = !cj_was_run(object->code->code);
    for (uint32_t i = 0; i < source->sections[SEC_RELOCS].count; i++) {
        uint32_t offset = cj_read_u32(&reader);
        RelocKind kind = (RelocKind)cj_read_u32(&reader);
        uint32_t id = cj_read_u32(&reader);
        int64_t addend = cj_read_i64(&reader);
        uint32_t symbol = cj_read_u32(&reader);
        uint32_t size = kind >= CALL26_HELPER ? 4 : 8;
        if (reader.damaged || kind > CALL26_STUB || offset % size != 0 || offset > object->text_size ||
            size > object->text_size - offset) {
            return damaged("relocations");
        }
        if (kind == CALL26_HELPER) {
            if (!branch(copy + offset, object->text + offset, cj_helper_stub(id, unlearned))) {
                return false;
            }
        }
        else if (kind == CALL26_STUB) {
            Py_ssize_t length;
            const char *text = cj_object_string(object, symbol, &length);
            char name[32] = "";
            if (text != NULL && length < (Py_ssize_t)sizeof(name)) {
                memcpy(name, text, (size_t)length);
            }
            if (!branch(copy + offset, object->text + offset, cj_stub_address(name))) {
                return false;
            }
        }
        else {
            uint64_t value;
            if (!absolute(object, source, kind, id, addend, symbol, &value)) {
                return false;
            }
            memcpy(copy + offset, &value, 8);
        }
    }
    return true;
}

static bool
place_text(CJObject *object, const Source *source)
{
    uint8_t *copy = array(object->text_size, 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, source->data + source->sections[SEC_TEXT].offset, object->text_size);
    object->text = cj_arena_allocate(object->text_size);
    if (object->text == NULL) {
        PyErr_SetString(PyExc_MemoryError, "the space for machine code is used up");
    }
    bool good = object->text != NULL && relocate(object, source, copy);
    if (good) {
        cj_arena_open(object->text, object->text_size);
        memcpy(object->text, copy, object->text_size);
        cj_arena_close(object->text, object->text_size);
    }
    PyMem_RawFree(copy);
    return good;
}

static bool
bad_entry(const CJObject *object, uint32_t entry)
{
    return entry != CJ_NO_ENTRY && (entry % 4 != 0 || entry >= object->text_size);
}

static bool
fill(CJObject *object, const Source *source)
{
    const uint32_t *scalars = source->scalars;
    const Section *sections = source->sections;
    object->name = scalars[0];
    object->hot_size = scalars[2];
    object->cold_size = scalars[3];
    object->literal_size = scalars[4];
    object->vectorcall = scalars[5];
    object->direct = scalars[6];
    object->frame = scalars[7];
    object->stack_size = scalars[8];
    object->spill_size = scalars[9];
    object->generator = scalars[10];
    object->inline_depth = scalars[11];
    object->text_size = sections[SEC_TEXT].count;
    if (bad_entry(object, object->vectorcall) || bad_entry(object, object->direct) || bad_entry(object, object->frame) ||
        bad_entry(object, object->generator)) {
        return damaged("entries");
    }
    object->encoded_size = sections[SEC_TEXT].offset;
    object->encoded = array(object->encoded_size, 1);
    if (object->encoded == NULL) {
        return false;
    }
    memcpy(object->encoded, source->data, object->encoded_size);
    object->exit_index = sections[SEC_EXIT_INDEX].offset;
    object->exits = sections[SEC_EXITS].offset;
    object->exits_end = sections[SEC_EXITS].end;
    object->nexits = sections[SEC_EXITS].count;
    if (sections[SEC_EXIT_INDEX].count != object->nexits ||
        sections[SEC_EXIT_INDEX].end - object->exit_index < 4 * (uint64_t)object->nexits) {
        return damaged("exit index");
    }
    object->exit_count = array(object->nexits, sizeof(uint64_t));
    object->lines = sections[SEC_LINES].offset;
    object->nlines = sections[SEC_LINES].count;
    object->opcodes = sections[SEC_OPCODES].offset;
    object->nopcodes = sections[SEC_OPCODES].count;
    object->inlined = sections[SEC_INLINED].offset;
    object->ninlined = sections[SEC_INLINED].count;
    object->not_inlined = sections[SEC_NOT_INLINED].offset;
    object->nnot_inlined = sections[SEC_NOT_INLINED].count;
    return object->exit_count != NULL && read_strings(object, source) && read_tables(object, source) &&
        read_constants(object, source) && place_text(object, source);
}

CJObject *
cj_load(const uint8_t *data, size_t size, PyObject *const *objects, uint32_t nobjects, CJCode *code)
{
    Source source = {.objects = objects, .nobjects = nobjects};
    if (!read_header(&source, data, size)) {
        return NULL;
    }
    CJObject *object = array(1, sizeof(CJObject));
    if (object == NULL) {
        return NULL;
    }
    object->code = code;
    if (!fill(object, &source)) {
        PyObject *error = PyErr_GetRaisedException();
        cj_object_free(object);
        PyErr_SetRaisedException(error);
        return NULL;
    }
    return object;
}

void
cj_object_free(CJObject *object)
{
    if (object->text != NULL) {
        cj_arena_free(object->text, object->text_size);
    }
    for (uint32_t i = 0; i < object->ndepends; i++) {
        Py_XDECREF(object->depends[i].key);
    }
    cj_keep_nothing(object);
    PyMem_RawFree(object->string_at);
    PyMem_RawFree(object->patches);
    PyMem_RawFree(object->resumes);
    PyMem_RawFree(object->depends);
    cj_exits_forget(object);
    PyMem_RawFree(object->exit_count);
    PyMem_RawFree(object->encoded);
    PyMem_RawFree(object);
}
