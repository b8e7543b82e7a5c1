/* What can be asked of a loaded object: names, positions, exits, statistics. Everything is read from its encoding. */
#include "exit.h"
#include "object.h"
#include "stubs.h"
#include "varint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
cj_object_string(CJObject *object, uint32_t id, Py_ssize_t *size)
{
    *size = 0;
    if (id >= object->nstrings) {
        return NULL;
    }
    CJReader reader = {object->encoded + object->string_at[id], object->encoded + object->encoded_size, false};
    *size = (Py_ssize_t)cj_read_length(&reader);
    return (const char *)reader.at;
}

const char *
cj_object_name(CJObject *object, Py_ssize_t *size)
{
    return cj_object_string(object, object->name, size);
}

void
cj_exit_info(CJObject *object, uint32_t index, CJExitInfo *info)
{
    *info = (CJExitInfo){.text = "", .code = object->code->code};
    CJExit exit;
    if (!cj_exit_read(object, index, &exit)) {
        return;
    }
    info->kind = exit.kind;
    info->reason = exit.reason;
    info->text = cj_object_string(object, exit.text, &info->text_size);
    info->offset = exit.frames[0].offset;
    if (exit.frames[0].code != 0) {
        info->code = (PyCodeObject *)cj_object_constant(object, exit.frames[0].code);
    }
    cj_exit_release(&exit);
}

bool
cj_object_position(CJObject *object, uint32_t text_offset, PyCodeObject **code, int32_t *offset)
{
    CJReader reader = {object->encoded + object->lines, object->encoded + object->encoded_size, false};
    uint32_t at = 0, id = 0;
    int32_t unit = -1;
    for (uint32_t i = 0; i < object->nlines; i++) {
        at += cj_read_u32(&reader);
        if (at > text_offset || reader.damaged) {
            break;
        }
        id = cj_read_u32(&reader);
        unit = (int32_t)cj_read_i64(&reader);
    }
    if (unit < 0) {
        return false;
    }
    *code = id == 0 ? object->code->code : (PyCodeObject *)cj_object_constant(object, id);
    *offset = unit;
    return *code != NULL;
}

/* The notes that come with the instructions from one offset to another: the source line that they belong to, and the stubs
 * and helpers that they call. */
static void
note(const CJObject *object, FILE *notes, uint32_t from, uint32_t to, const char *name, int line)
{
    if (line > 0) {
        fprintf(notes, "%u line %s, line %d\n", from, name, line);
    }
    for (; from < to; from += 4) {
        uint32_t word;
        memcpy(&word, object->text + from, sizeof(word));
        if ((word & 0x7c000000) != 0x14000000) { /* b, bl */
            continue;
        }
        const uint8_t *target = object->text + from + ((int32_t)(word << 6) >> 4);
        const char *called = target < object->text || target >= object->text + object->text_size ? cj_stub_name(target) : NULL;
        if (called != NULL) {
            fprintf(notes, "%u call %s\n", from, called);
        }
    }
}

char *
cj_object_notes(CJObject *object)
{
    char *text = NULL;
    size_t size;
    FILE *notes = open_memstream(&text, &size);
    if (notes == NULL) {
        return NULL;
    }
    CJReader reader = {object->encoded + object->lines, object->encoded + object->encoded_size, false};
    const char *name = "";
    int line = 0;
    uint32_t from = 0, at = 0, end = object->text_size - object->literal_size;
    for (uint32_t i = 0; i < object->nlines; i++) {
        at += cj_read_u32(&reader);
        uint32_t id = cj_read_u32(&reader);
        int32_t unit = (int32_t)cj_read_i64(&reader);
        PyCodeObject *code = id == 0 ? object->code->code : (PyCodeObject *)cj_object_constant(object, id);
        const char *next_name = code != NULL ? PyUnicode_AsUTF8(code->co_qualname) : NULL;
        int next = code != NULL && unit >= 0 ? PyCode_Addr2Line(code, unit * (int)sizeof(_Py_CODEUNIT)) : 0;
        if (next_name == NULL || at > end || reader.damaged) {
            PyErr_Clear();
            break;
        }
        if (next != line || strcmp(next_name, name) != 0) {
            note(object, notes, from, at, name, line);
            from = at;
            line = next;
            name = next_name;
        }
    }
    note(object, notes, from, end, name, line);
    if (fclose(notes) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static PyObject *
read_text(CJObject *object, CJReader *reader)
{
    Py_ssize_t size;
    const char *text = cj_object_string(object, cj_read_u32(reader), &size);
    return PyUnicode_DecodeUTF8(text != NULL ? text : "", size, "replace");
}

PyObject *
cj_object_opcodes(CJObject *object)
{
    CJReader reader = {object->encoded + object->opcodes, object->encoded + object->encoded_size, false};
    PyObject *result = PyDict_New();
    for (uint32_t i = 0; result != NULL && i < object->nopcodes; i++) {
        PyObject *name = read_text(object, &reader);
        PyObject *count = PyLong_FromUnsignedLong(cj_read_u32(&reader));
        if (name == NULL || count == NULL || PyDict_SetItem(result, name, count) < 0) {
            Py_CLEAR(result);
        }
        Py_XDECREF(name);
        Py_XDECREF(count);
    }
    return result;
}

/* Entries of a section of calls as tuples. */
static PyObject *
read_calls(CJObject *object, uint32_t section, uint32_t n, bool with_reason)
{
    CJReader reader = {object->encoded + section, object->encoded + object->encoded_size, false};
    PyObject *result = PyList_New(0);
    for (uint32_t i = 0; result != NULL && i < n; i++) {
        PyObject *callee = read_text(object, &reader);
        unsigned long offset = cj_read_u32(&reader);
        PyObject *reason = with_reason ? read_text(object, &reader) : NULL;
        PyObject *entry = NULL;
        if (callee != NULL && (reason != NULL || !with_reason)) {
            entry = with_reason ? Py_BuildValue("OkO", callee, offset, reason) : Py_BuildValue("Ok", callee, offset);
        }
        if (entry == NULL || PyList_Append(result, entry) < 0) {
            Py_CLEAR(result);
        }
        Py_XDECREF(callee);
        Py_XDECREF(reason);
        Py_XDECREF(entry);
    }
    return result;
}

PyObject *
cj_object_inlined(CJObject *object)
{
    return read_calls(object, object->inlined, object->ninlined, false);
}

PyObject *
cj_object_not_inlined(CJObject *object)
{
    return read_calls(object, object->not_inlined, object->nnot_inlined, true);
}
