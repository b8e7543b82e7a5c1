/* See instances.h.
 *
 * A class is plain when its instances have attributes in inline values only, or in slots only, and when neither the class nor what it
 * inherits has a finaliser or memory of its own. Kept memory is ready for the next instance: all words are 0 but the head, whose type is
 * the link, and the head of the inline values. Instances with inline values are kept by capacity: the same capacity never needs more
 * memory. Like the interpreter's own free lists, these count for nothing in the collector's thresholds. */
#include "instances.h"

#include "collector.h"

#include "internal/pycore_dict.h"
#include "internal/pycore_object.h"

enum { MAX_SLOTS = 16, KEPT_EACH = 64, CLASSES = 256 };

typedef enum { NOT_PLAIN, INLINE_VALUES, SLOTS } Kind;

typedef struct {
    PyTypeObject *type;
    unsigned int version; /* of the type, when this was found out */
    uint8_t kind;
    uint8_t slots;
} Class;

typedef struct {
    PyObject *first;
    Py_ssize_t n;
} Kept;

destructor cj_instance_dealloc;
static Class classes[CLASSES];
static Kept kept_values[SHARED_KEYS_MAX_SIZE + 1], kept_slots[MAX_SLOTS + 1];

int
cj_instances_start(void)
{
    PyObject *type = PyObject_CallFunction((PyObject *)&PyType_Type, "s(){}", "Class");
    if (type == NULL) {
        return -1;
    }
    cj_instance_dealloc = ((PyTypeObject *)type)->tp_dealloc;
    Py_DECREF(type);
    return 0;
}

static inline Class *
entry_of(PyTypeObject *type)
{
    const uintptr_t address = (uintptr_t)type;
    return &classes[(address >> 4 ^ address >> 12) % CLASSES];
}

static Kind
classify(PyTypeObject *type)
{
    if (type->tp_dealloc != cj_instance_dealloc || type->tp_free != PyObject_GC_Del || type->tp_finalize != NULL || type->tp_del != NULL
        || type->tp_itemsize != 0 || !PyType_HasFeature(type, Py_TPFLAGS_HAVE_GC)) {
        return NOT_PLAIN;
    }
    /* Every word behind the head has to be a slot. */
    Py_ssize_t slots = 0;
    PyTypeObject *base = type;
    for (; base->tp_dealloc == cj_instance_dealloc; base = base->tp_base) {
        const PyMemberDef *member = PyObject_GetItemData((PyObject *)base);
        for (Py_ssize_t i = 0; member != NULL && i < Py_SIZE(base); i++, member++) {
            if (member->type != Py_T_OBJECT_EX || (member->flags & Py_READONLY)) {
                return NOT_PLAIN;
            }
            slots++;
        }
    }
    if (base != &PyBaseObject_Type || type->tp_basicsize != (Py_ssize_t)(sizeof(PyObject) + slots * sizeof(PyObject *))) {
        return NOT_PLAIN;
    }
    const unsigned long managed = type->tp_flags & (Py_TPFLAGS_INLINE_VALUES | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF);
    if (slots == 0 && managed == (Py_TPFLAGS_INLINE_VALUES | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF)) {
        return INLINE_VALUES;
    }
    return slots > 0 && slots <= MAX_SLOTS && managed == 0 && type->tp_weaklistoffset == 0 && type->tp_dictoffset == 0 ? SLOTS : NOT_PLAIN;
}

/* Where nothing is at hand, or not known of the class. */
static PyObject * __attribute__((noinline))
new_by_allocator(PyTypeObject *type)
{
    Class *class = entry_of(type);
    if (class->type != type || class->version != type->tp_version_tag) {
        Kind kind = classify(type);
        *class = (Class){
            .type = type,
            .version = type->tp_version_tag,
            .kind = kind,
            .slots = kind == SLOTS ? (type->tp_basicsize - sizeof(PyObject)) / sizeof(PyObject *) : 0,
        };
    }
    return PyType_GenericAlloc(type, 0);
}

PyObject *
cj_instance_new(PyTypeObject *type)
{
    const Class *class = entry_of(type);
    if (class->type != type || class->version != type->tp_version_tag || class->version == 0 || !cj_objects_at_hand()) {
        return new_by_allocator(type);
    }
    Kept *kept = &kept_slots[class->slots];
    if (class->kind == INLINE_VALUES) {
        /* A class gives its instances room for fewer and fewer attributes that it does not know yet. */
        PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
        const size_t fewer = keys->dk_usable > 1, room = shared_keys_usable_size(keys) - fewer;
        if (room > SHARED_KEYS_MAX_SIZE || kept_values[room].first == NULL) {
            return PyType_GenericAlloc(type, 0);
        }
        kept = &kept_values[room];
        keys->dk_usable -= fewer;
    }
    PyObject *object = kept->first;
    if (object == NULL) { /* always, where the class is not plain */
        return PyType_GenericAlloc(type, 0);
    }
    kept->first = (PyObject *)object->ob_type;
    kept->n--;
    object->ob_refcnt_full = 1;
    object->ob_type = type;
    Py_INCREF(type);
    cj_track(object);
    return object;
}

/* Puts a number without references into its free list. */
static inline void
free_number(PyObject *number)
{
    struct _Py_freelist *list = Py_IS_TYPE(number, &PyFloat_Type) ? &cj_free_lists->floats : &cj_free_lists->ints;
    *(void **)number = list->freelist;
    list->freelist = number;
    list->size++;
}

/* Whether this one of n attributes can lose its reference: it lives on, or is a number that its free list has room for. */
static inline bool
can_drop(PyObject *value, PyObject *const *values, Py_ssize_t n)
{
    const uint32_t count = value->ob_refcnt;
    if ((int32_t)count < 0 || count > (uint64_t)n) {
        return true;
    }
    if (count == 1) {
        if (Py_IS_TYPE(value, &PyFloat_Type)) {
            return cj_free_lists->floats.size + n < Py_floats_MAXFREELIST;
        }
        return Py_IS_TYPE(value, &PyLong_Type) && _PyLong_IsCompact((PyLongObject *)value)
               && cj_free_lists->ints.size + n < Py_ints_MAXFREELIST;
    }
    uint32_t here = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        here += values[i] == value;
    }
    return count > here;
}

int64_t __attribute__((target("general-regs-only"), noinline))
cj_instance_free(PyObject *dead)
{
    PyTypeObject *type = Py_TYPE(dead);
    const Class *class = entry_of(type);
    if (class->type != type || class->version != type->tp_version_tag || class->version == 0 || class->kind == NOT_PLAIN
        || !cj_objects_at_hand() || ((int32_t)((PyObject *)type)->ob_refcnt >= 0 && ((PyObject *)type)->ob_refcnt < 2)) {
        return 0;
    }
    PyObject **values = (PyObject **)(dead + 1);
    Py_ssize_t n = class->slots;
    Kept *kept = &kept_slots[n];
    if (class->kind == INLINE_VALUES) {
        PyDictValues *inline_values = (PyDictValues *)(dead + 1);
        n = inline_values->capacity;
        kept = &kept_values[n];
        if (!inline_values->valid || _PyObject_ManagedDictPointer(dead)->dict != NULL
            || *(PyObject **)((char *)dead + MANAGED_WEAKREF_OFFSET) != NULL) {
            return 0;
        }
        values = inline_values->values;
    }
    if (kept->n == KEPT_EACH) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        if (values[i] != NULL && !can_drop(values[i], values, n)) {
            return 0;
        }
    }
    if (_Py_AS_GC(dead)->_gc_next != 0) {
        cj_untrack(dead);
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *value = values[i];
        if (value == NULL) {
            continue;
        }
        values[i] = NULL;
        if ((int32_t)value->ob_refcnt >= 0 && --value->ob_refcnt == 0) {
            free_number(value);
        }
    }
    if (class->kind == INLINE_VALUES) {
        ((PyDictValues *)(dead + 1))->size = 0;
    }
    if ((int32_t)((PyObject *)type)->ob_refcnt >= 0) {
        ((PyObject *)type)->ob_refcnt--;
    }
    dead->ob_type = (PyTypeObject *)kept->first;
    kept->first = dead;
    kept->n++;
    return 1;
}
