/* What can be asked of a loaded object: names, positions, exits, statistics. Everything is read from its encoding. */
#include "exit.h"
#include "object.h"
#include "varint.h"

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
