#include "attributes.h"

#include <stdbool.h>

#include "exact.h"
#include "helpers.h"
#include "internal/pycore_object.h"
#include "internal/pycore_typeobject.h"

/* Where an instance itself can have the attribute. */
typedef enum {
    NOWHERE, /* it is a matter of the class alone */
    SLOT,    /* in the slot at a byte offset, and nowhere else */
    VALUES,  /* among its inline values, or in the dict that has taken their place */
    DICT,    /* in its dict */
    ELSEWHERE /* it is looked up in the usual way */
} Place;

/* What a class makes of a name. It is true as long as the class has this version, which no other class will have: as soon as it, or
 * one that it inherits from, is modified, it has none or another one. The names are immortal; the values belong to the classes. */
typedef struct {
    uint32_t version;
    uint8_t place;
    bool is_method;
    bool of_metaclass; /* classes as receivers: value is a data descriptor of the metaclass */
    bool only_here;    /* nothing else is asked when the instance and its classes do not have it */
    int16_t index;     /* VALUES: of the inline value, -1 when the shared keys did not have the name … */
    int16_t nkeys;     /* … when there were so many of them */
    uint32_t of_class; /* classes as receivers: the metaclass's version */
    PyObject *name;
    PyObject *value; /* what the class has, or NULL */
    union {
        descrgetfunc get; /* how the class's value is got, NULL when it is the attribute */
        descrsetfunc set; /* stores: of a data descriptor, or NULL */
    };
    Py_ssize_t offset; /* SLOT: of the slot; DICT: of the pointer to the dict */
} Entry;

enum { ENTRIES = 512, MOST_KEYS = 64 };

static Entry loads[ENTRIES], stores[ENTRIES], of_classes[ENTRIES];

static inline Entry *
entry_of(Entry *table, uint32_t version, PyObject *name)
{
    return &table[(((uintptr_t)name >> 4) + version * 37u) % ENTRIES];
}

static inline bool
is_about(const Entry *entry, uint32_t version, PyObject *name)
{
    return entry->version == version && entry->name == name && version != 0;
}

/* ---- what a class says ---- */

/* Whether the attributes of instances are found by the generic algorithm; *only_here is false when somebody is asked if that finds
 * nothing. object.__getattribute__ stands for it also in classes that have a __getattr__ in Python. */
static bool
is_generic(PyTypeObject *type, bool *only_here)
{
    *only_here = type->tp_getattro == PyObject_GenericGetAttr;
    if (*only_here || type->tp_getattro == PyModule_Type.tp_getattro) {
        return true;
    }
    PyObject *own = _PyType_Lookup(type, &_Py_ID(__getattribute__)), *hook = _PyType_Lookup(type, &_Py_ID(__getattr__));
    return hook != NULL && own != NULL && own == _PyType_Lookup(&PyBaseObject_Type, &_Py_ID(__getattribute__));
}

/* The number of a name among shared keys, -1 when they do not have it. */
static int16_t
index_of_key(PyDictKeysObject *keys, PyObject *name)
{
    for (Py_ssize_t i = 0; i < keys->dk_nentries; i++) {
        PyObject *key = DK_UNICODE_ENTRIES(keys)[i].me_key;
        if (key == name || (key != NULL && cj_strs_equal(key, name))) {
            return (int16_t)i;
        }
    }
    return -1;
}

/* Finds where instances have an attribute that is no data descriptor of the class. */
static void
find_place(Entry *entry, PyTypeObject *type)
{
    entry->offset = MANAGED_DICT_OFFSET;
    if (PyType_HasFeature(type, Py_TPFLAGS_INLINE_VALUES)) {
        PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
        if (keys != NULL && keys->dk_nentries <= MOST_KEYS && DK_IS_UNICODE(keys)) {
            entry->place = VALUES;
            entry->nkeys = (int16_t)keys->dk_nentries;
            entry->index = index_of_key(keys, entry->name);
        }
    }
    else if (PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT)) {
        entry->place = DICT;
    }
    else if (type->tp_dictoffset == 0) {
        entry->place = NOWHERE;
    }
    else if (type->tp_dictoffset > 0) {
        entry->place = DICT;
        entry->offset = type->tp_dictoffset;
    }
}

/* The member behind a descriptor of a slot that holds an object and that the class's instances have, NULL for others. */
static const PyMemberDef *
slot_of(PyTypeObject *type, PyObject *descriptor)
{
    if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type) || !PyType_IsSubtype(type, PyDescr_TYPE(descriptor))) {
        return NULL;
    }
    const PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
    return member->type == Py_T_OBJECT_EX ? member : NULL;
}

static bool
can_be_known(PyObject *name)
{
    return PyUnicode_CheckExact(name) && _Py_IsImmortal(name);
}

/* Remembers what was learned; of a class without a version nothing is. */
static Entry *
keep(Entry *table, Entry *new, uint32_t version)
{
    if (version == 0) {
        return NULL;
    }
    new->version = version;
    Entry *entry = entry_of(table, version, new->name);
    *entry = *new;
    return entry;
}

static Entry *
learn_load(PyTypeObject *type, PyObject *name)
{
    Entry new = {.name = name, .place = ELSEWHERE};
    if (!can_be_known(name)) {
        return NULL;
    }
    bool generic = is_generic(type, &new.only_here);
    new.value = _PyType_Lookup(type, name); /* which gives the class a version */
    const PyMemberDef *member = NULL;
    if (new.value != NULL) {
        PyTypeObject *kind = Py_TYPE(new.value);
        new.get = kind->tp_descr_get;
        new.is_method = PyType_HasFeature(kind, Py_TPFLAGS_METHOD_DESCRIPTOR);
        member = slot_of(type, new.value);
    }
    if (!generic || (new.get != NULL && !new.is_method && !new.only_here && member == NULL)) {
        /* Also when a getter can fail so that somebody else is asked. */
        return keep(loads, &new, type->tp_version_tag);
    }
    if (member != NULL && (member->flags & ~Py_READONLY) == 0) {
        new.place = SLOT;
        new.offset = member->offset;
    }
    else if (new.get != NULL && Py_TYPE(new.value)->tp_descr_set != NULL) {
        new.place = member != NULL && !new.only_here ? ELSEWHERE : NOWHERE;
    }
    else {
        find_place(&new, type);
    }
    return keep(loads, &new, type->tp_version_tag);
}

static Entry *
learn_load_of_class(PyTypeObject *class, PyTypeObject *metaclass, PyObject *name)
{
    if (!can_be_known(name)) {
        return NULL;
    }
    PyObject *of_meta = _PyType_Lookup(metaclass, name), *value = _PyType_Lookup(class, name);
    Entry new = {.name = name, .place = ELSEWHERE, .value = value, .of_class = metaclass->tp_version_tag};
    if (new.of_class == 0) {
        return NULL;
    }
    if (metaclass->tp_getattro != PyType_Type.tp_getattro) {
        return keep(of_classes, &new, class->tp_version_tag);
    }
    if (of_meta != NULL && Py_TYPE(of_meta)->tp_descr_set != NULL) {
        new.value = of_meta;
        new.get = Py_TYPE(of_meta)->tp_descr_get;
        new.of_metaclass = true;
        new.place = new.get == NULL ? ELSEWHERE : NOWHERE;
    }
    else if (value != NULL) {
        PyTypeObject *kind = Py_TYPE(value);
        /* These give themselves when they are asked for by the class. */
        bool itself = kind == &PyFunction_Type || kind == &PyWrapperDescr_Type || kind == &PyMethodDescr_Type
            || kind == &PyMemberDescr_Type || kind == &PyGetSetDescr_Type;
        new.get = itself ? NULL : kind->tp_descr_get;
        new.place = NOWHERE;
    }
    return keep(of_classes, &new, class->tp_version_tag);
}

static Entry *
learn_store(PyTypeObject *type, PyObject *name)
{
    Entry new = {.name = name, .place = ELSEWHERE};
    if (!can_be_known(name)) {
        return NULL;
    }
    new.value = _PyType_Lookup(type, name);
    const PyMemberDef *member = new.value == NULL ? NULL : slot_of(type, new.value);
    new.set = new.value == NULL ? NULL : Py_TYPE(new.value)->tp_descr_set;
    if (type->tp_setattro != PyObject_GenericSetAttr) {
        return keep(stores, &new, type->tp_version_tag);
    }
    if (member != NULL && member->flags == 0) {
        new.place = SLOT;
        new.offset = member->offset;
    }
    else if (new.set != NULL) {
        new.place = NOWHERE;
    }
    else {
        find_place(&new, type);
        new.place = new.place == NOWHERE ? ELSEWHERE : new.place;
    }
    return keep(stores, &new, type->tp_version_tag);
}

/* ---- what the instance says ---- */

static inline PyObject **
pointer_at(PyObject *owner, Py_ssize_t offset)
{
    return (PyObject **)((char *)owner + offset);
}

/* The instance's own attribute, borrowed, or NULL; false when that is not known here. */
static inline bool
of_instance(const Entry *entry, PyObject *owner, PyObject **value)
{
    *value = NULL;
    switch ((Place)entry->place) {
    case NOWHERE:
        return true;
    case ELSEWHERE:
        return false;
    case SLOT:
        *value = *pointer_at(owner, entry->offset);
        return true;
    case VALUES: {
        const PyDictValues *values = _PyObject_InlineValues(owner);
        if (values->valid) {
            if (entry->index < 0) {
                return ((PyHeapTypeObject *)Py_TYPE(owner))->ht_cached_keys->dk_nentries == entry->nkeys;
            }
            *value = values->values[entry->index];
            return true;
        }
        break;
    }
    case DICT:
        break;
    }
    PyObject *dict = *pointer_at(owner, entry->offset);
    if (dict == NULL) {
        return entry->place == DICT;
    }
    return cj_dict_lookup_exact(dict, entry->name, value);
}

/* What a descriptor of a class gives, which is kept alive meanwhile. */
static CJAttributeState
got(const Entry *entry, PyObject *owner, PyObject *class, PyObject **value)
{
    PyObject *descriptor = Py_NewRef(entry->value);
    *value = entry->get(descriptor, owner, class);
    Py_DECREF(descriptor);
    return *value == NULL ? CJ_ATTRIBUTE_FAILED : CJ_ATTRIBUTE_FOUND;
}

static CJAttributeState
load_of_class(PyTypeObject *class, PyTypeObject *metaclass, PyObject *name, PyObject **value)
{
    const Entry *entry = entry_of(of_classes, class->tp_version_tag, name);
    if ((!is_about(entry, class->tp_version_tag, name) || entry->of_class != metaclass->tp_version_tag)
        && (entry = learn_load_of_class(class, metaclass, name)) == NULL) {
        return CJ_ATTRIBUTE_UNKNOWN;
    }
    if (entry->place == ELSEWHERE) {
        return CJ_ATTRIBUTE_UNKNOWN;
    }
    if (entry->of_metaclass) {
        return got(entry, (PyObject *)class, (PyObject *)metaclass, value);
    }
    if (entry->get != NULL) {
        return got(entry, NULL, (PyObject *)class, value);
    }
    *value = Py_NewRef(entry->value);
    return CJ_ATTRIBUTE_FOUND;
}

CJAttributeState
cj_attribute_load(PyObject *owner, PyObject *name, PyObject **value, PyObject **self)
{
    PyTypeObject *type = Py_TYPE(owner);
    const Entry *entry = entry_of(loads, type->tp_version_tag, name);
    if (self != NULL) {
        *self = NULL;
    }
    if (!is_about(entry, type->tp_version_tag, name)) {
        if (PyType_HasFeature(type, Py_TPFLAGS_TYPE_SUBCLASS)) {
            return load_of_class((PyTypeObject *)owner, type, name, value);
        }
        if ((entry = learn_load(type, name)) == NULL) {
            return CJ_ATTRIBUTE_UNKNOWN;
        }
    }
    PyObject *own;
    if (!of_instance(entry, owner, &own)) {
        if (entry->place != VALUES || (entry = learn_load(type, name)) == NULL || !of_instance(entry, owner, &own)) {
            return CJ_ATTRIBUTE_UNKNOWN;
        }
    }
    if (own != NULL) {
        *value = Py_NewRef(own);
        return CJ_ATTRIBUTE_FOUND;
    }
    if (entry->value == NULL || entry->place == SLOT) {
        return entry->only_here ? CJ_ATTRIBUTE_MISSING : CJ_ATTRIBUTE_UNKNOWN;
    }
    if (entry->is_method && self != NULL) {
        *self = Py_NewRef(owner);
    }
    else if (entry->get != NULL) {
        return got(entry, owner, (PyObject *)type, value);
    }
    *value = Py_NewRef(entry->value);
    return CJ_ATTRIBUTE_FOUND;
}

int
cj_attribute_store(PyObject *owner, PyObject *name, PyObject *value)
{
    PyTypeObject *type = Py_TYPE(owner);
    const Entry *entry = entry_of(stores, type->tp_version_tag, name);
    if (!is_about(entry, type->tp_version_tag, name) && (entry = learn_store(type, name)) == NULL) {
        return 1;
    }
    PyObject **place, *before;
    if (entry->place == ELSEWHERE) {
        return 1;
    }
    if (entry->place == SLOT) {
        place = pointer_at(owner, entry->offset);
    }
    else if (entry->set != NULL) {
        PyObject *descriptor = Py_NewRef(entry->value);
        int error = entry->set(descriptor, owner, value);
        Py_DECREF(descriptor);
        return error;
    }
    else {
        PyObject *dict = *pointer_at(owner, entry->offset);
        if (dict != NULL) {
            return cj_dict_store(dict, name, value);
        }
        PyDictValues *values = entry->place == VALUES ? _PyObject_InlineValues(owner) : NULL;
        if (values == NULL || !values->valid || entry->index < 0) {
            return 1;
        }
        place = &values->values[entry->index];
        if (*place == NULL) {
            _PyDictValues_AddToInsertionOrder(values, entry->index);
        }
    }
    before = *place;
    *place = Py_NewRef(value);
    Py_XDECREF(before);
    return 0;
}
