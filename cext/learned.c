#include "learned.h"

#include <stdlib.h>
#include <string.h>

#include "internal/pycore_backoff.h"
#include "internal/pycore_code.h"
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_range.h"
#include "opcode.h"
#include "snapshot_table.h"
#include "versions.h"

/* A place with more classes than this is generic in any case; all places together must not grow without end. */
enum { MOST_CLASSES = CJ_MOST_CASES + 4, MOST_SEEN = 1 << 14 };

/* The index of the first entry that does not lie before an offset. */
static uint32_t
first_at(const CJLearned *learned, int32_t offset)
{
    uint32_t low = 0, high = learned->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (learned->list[middle].offset < offset) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low;
}

const CJSeen *
cj_learned_at(const CJLearned *learned, int32_t offset, uint32_t *n)
{
    uint32_t from = first_at(learned, offset), to = from;
    while (to < learned->n && learned->list[to].offset == offset) {
        to++;
    }
    *n = to - from;
    return learned->list + from;
}

static bool
make_room(CJLearned *learned)
{
    if (learned->n < learned->capacity) {
        return true;
    }
    uint32_t capacity = learned->capacity == 0 ? 16 : 2 * learned->capacity;
    CJSeen *list = capacity > MOST_SEEN ? NULL : realloc(learned->list, capacity * sizeof(*list));
    if (list == NULL) {
        return false;
    }
    learned->list = list;
    learned->capacity = capacity;
    return true;
}

bool
cj_learned_add(CJLearned *learned, int32_t offset, PyTypeObject *type, uint64_t failed)
{
    uint32_t at = first_at(learned, offset), n = 0;
    for (; at < learned->n && learned->list[at].offset == offset; at++, n++) {
        CJSeen *seen = &learned->list[at];
        PyObject *known = NULL;
        if (PyWeakref_GetRef(seen->weakref, &known) != 1) {
            continue;
        }
        Py_DECREF(known); /* somebody else holds it: it is only compared */
        if (known == (PyObject *)type) {
            bool first = seen->failed == 0 && failed > 0;
            seen->failed += failed;
            return first;
        }
    }
    if (n == MOST_CLASSES || !make_room(learned)) {
        return false;
    }
    PyObject *weakref = PyWeakref_NewRef((PyObject *)type, NULL);
    if (weakref == NULL) {
        PyErr_Clear();
        return false;
    }
    memmove(learned->list + at + 1, learned->list + at, (learned->n - at) * sizeof(CJSeen));
    learned->list[at] = (CJSeen){offset, weakref, failed};
    learned->n++;
    return failed > 0;
}

PyTypeObject *
cj_specialised_class(const _Py_CODEUNIT *unit)
{
    switch (unit->op.code) {
    case LOAD_ATTR_INSTANCE_VALUE:
    case LOAD_ATTR_WITH_HINT:
    case LOAD_ATTR_SLOT:
    case LOAD_ATTR_METHOD_WITH_VALUES:
    case LOAD_ATTR_METHOD_NO_DICT:
    case LOAD_ATTR_METHOD_LAZY_DICT:
    case LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES:
    case LOAD_ATTR_NONDESCRIPTOR_NO_DICT:
    case LOAD_ATTR_PROPERTY:
    case LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN:
        return cj_type_by_version(read_u32(((_PyLoadMethodCache *)(unit + 1))->type_version));
    case STORE_ATTR_INSTANCE_VALUE:
    case STORE_ATTR_SLOT:
    case STORE_ATTR_WITH_HINT:
        return cj_type_by_version(read_u32(((_PyAttrCache *)(unit + 1))->version));
    case TO_BOOL_ALWAYS_TRUE:
        return cj_type_by_version(read_u32(((_PyToBoolCache *)(unit + 1))->version));
    case BINARY_OP_ADD_INT:
    case BINARY_OP_SUBTRACT_INT:
    case BINARY_OP_MULTIPLY_INT:
    case COMPARE_OP_INT:
    case TO_BOOL_INT:
        return &PyLong_Type;
    case BINARY_OP_ADD_FLOAT:
    case BINARY_OP_SUBTRACT_FLOAT:
    case BINARY_OP_MULTIPLY_FLOAT:
    case COMPARE_OP_FLOAT:
        return &PyFloat_Type;
    case BINARY_OP_ADD_UNICODE:
    case BINARY_OP_INPLACE_ADD_UNICODE:
    case BINARY_OP_SUBSCR_STR_INT:
    case COMPARE_OP_STR:
    case TO_BOOL_STR:
        return &PyUnicode_Type;
    case BINARY_OP_SUBSCR_DICT:
    case STORE_SUBSCR_DICT:
        return &PyDict_Type;
    case BINARY_OP_SUBSCR_LIST_INT:
    case STORE_SUBSCR_LIST_INT:
    case UNPACK_SEQUENCE_LIST:
    case TO_BOOL_LIST:
        return &PyList_Type;
    case BINARY_OP_SUBSCR_TUPLE_INT:
    case UNPACK_SEQUENCE_TUPLE:
    case UNPACK_SEQUENCE_TWO_TUPLE:
        return &PyTuple_Type;
    case FOR_ITER_LIST:
        return &PyListIter_Type;
    case FOR_ITER_TUPLE:
        return &PyTupleIter_Type;
    case FOR_ITER_RANGE:
        return &PyRangeIter_Type;
    case FOR_ITER_GEN:
        return &PyGen_Type;
    case TO_BOOL_BOOL:
        return &PyBool_Type;
    case TO_BOOL_NONE:
        return Py_TYPE(Py_None);
    default:
        return NULL;
    }
}

void
cj_learned_note_caches(CJLearned *learned, PyCodeObject *code)
{
    if (cj_bytecode_refusal(code) != NULL) {
        return;
    }
    const _Py_CODEUNIT *units = (const _Py_CODEUNIT *)code->co_code_adaptive;
    Py_ssize_t start = -1;
    for (Py_ssize_t i = 0; i < Py_SIZE(code);) {
        uint8_t op = units[i].op.code;
        if (start < 0) {
            start = i;
        }
        if (op != EXTENDED_ARG) {
            PyTypeObject *type = cj_specialised_class(units + i);
            if (type != NULL) {
                cj_learned_add(learned, (int32_t)(start * (Py_ssize_t)sizeof(_Py_CODEUNIT)), type, 0);
            }
            start = -1;
        }
        i += 1 + _PyOpcode_Caches[_PyOpcode_Deopt[op]];
    }
}

void
cj_learn_anew(PyCodeObject *code)
{
    if (cj_bytecode_refusal(code) != NULL) {
        return;
    }
    _Py_CODEUNIT *units = (_Py_CODEUNIT *)code->co_code_adaptive;
    for (Py_ssize_t i = 0; i < Py_SIZE(code);) {
        uint8_t op = units[i].op.code;
        if (cj_specialised_class(units + i) != NULL) {
            units[i + 1].counter = make_backoff_counter(0, 0);
        }
        i += 1 + _PyOpcode_Caches[_PyOpcode_Deopt[op]];
    }
}

void
cj_learned_free(CJLearned *learned)
{
    for (uint32_t i = 0; i < learned->n; i++) {
        Py_DECREF(learned->list[i].weakref);
    }
    free(learned->list);
    *learned = (CJLearned){0};
}
