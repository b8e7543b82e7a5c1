/* The details of each kind of object in a snapshot, in the order of the binary
   form. What is written here is read by jit/snapshot/decode.go. */
#include <Python.h>

#include "internal/pycore_code.h"
#include "internal/pycore_descrobject.h"
#include "internal/pycore_dict.h"
#include "internal/pycore_function.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_long.h"
#include "internal/pycore_moduleobject.h"
#include "internal/pycore_object.h"
#include "internal/pycore_typeobject.h"
#include "entry.h"
#include "layout.h"
#include "registry.h"
#include "snapshot_table.h"
#include "watch.h"

/* Longer constants are known by their type only. */
enum { MAX_TEXT = 1 << 16, MAX_ITEMS = 256 };

enum { FLAG_IMMORTAL = 1, FLAG_BIG = 2, FLAG_VECTORCALL = 4 };

/* In the order of jit/snapshot/class.go; a test compares them. */
#define CJ_TRAITS(X) \
    X(Heap) X(InlineValues) X(ManagedDict) X(GenericGetAttr) X(GenericSetAttr) X(GenericAlloc) \
    X(DefaultNew) X(DefaultInit) X(DefaultEq) X(DefaultHash) X(TypeCall) X(Finalizer) X(Len) X(Bool) \
    X(Iter) X(IterNext) X(DescrGet) X(DescrSet) X(GetItem) X(GC) X(PythonDealloc) X(AttrsKnown) \
    X(TypeMetaclass) X(ObjectNew)

enum {
#define TRAIT(name) BIT_##name,
    CJ_TRAITS(TRAIT)
#undef TRAIT
};

static CJObjectKind
kind_of(PyObject *o)
{
    PyTypeObject *type = Py_TYPE(o);
    if (o == Py_None || o == Py_Ellipsis || o == Py_NotImplemented) {
        return CJ_KIND_Singleton;
    }
    if (PyType_Check(o)) {
        return CJ_KIND_Type;
    }
    static const struct {
        PyTypeObject *type;
        CJObjectKind kind;
    } exact[] = {
        {&PyUnicode_Type, CJ_KIND_Str}, {&PyLong_Type, CJ_KIND_Int}, {&PyBool_Type, CJ_KIND_Bool},
        {&PyFloat_Type, CJ_KIND_Float}, {&PyBytes_Type, CJ_KIND_Bytes}, {&PyTuple_Type, CJ_KIND_Tuple},
        {&PyFrozenSet_Type, CJ_KIND_FrozenSet}, {&PyList_Type, CJ_KIND_List}, {&PyDict_Type, CJ_KIND_Dict},
        {&PySlice_Type, CJ_KIND_Slice}, {&PyFunction_Type, CJ_KIND_Function}, {&PyCode_Type, CJ_KIND_Code},
        {&PyCFunction_Type, CJ_KIND_Builtin}, {&PyMethodDescr_Type, CJ_KIND_MethodDescr},
        {&PyClassMethodDescr_Type, CJ_KIND_ClassMethodDescr}, {&PyWrapperDescr_Type, CJ_KIND_WrapperDescr},
        {&PyMemberDescr_Type, CJ_KIND_MemberDescr}, {&PyGetSetDescr_Type, CJ_KIND_GetSetDescr},
        {&PyMethod_Type, CJ_KIND_Method}, {&PyClassMethod_Type, CJ_KIND_ClassMethod},
        {&PyStaticMethod_Type, CJ_KIND_StaticMethod}, {&PyProperty_Type, CJ_KIND_Property},
        {&PyModule_Type, CJ_KIND_Module}, {&PyCell_Type, CJ_KIND_Cell},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(exact); i++) {
        if (exact[i].type == type) {
            CJObjectKind kind = exact[i].kind;
            if (kind == CJ_KIND_Tuple && PyTuple_GET_SIZE(o) > MAX_ITEMS) {
                return CJ_KIND_Other;
            }
            if (kind == CJ_KIND_Str && PyUnicode_GET_LENGTH(o) > MAX_TEXT) {
                return CJ_KIND_Other;
            }
            if (kind == CJ_KIND_Bytes && PyBytes_GET_SIZE(o) > MAX_TEXT) {
                return CJ_KIND_Other;
            }
            return kind;
        }
    }
    return CJ_KIND_Other;
}

static void
write_ref(CJTable *t, PyObject *o, unsigned level)
{
    uint32_t id = cj_table_ref(t, o, level);
    /* What is said of well-known objects is the same in every snapshot. */
    if (t->describing <= t->well_known && id > t->well_known) {
        id = 0;
    }
    cj_write_u32(t->w, id);
}

/* Text of a str as UTF-8 that keeps lone surrogates. */
static void
write_str(CJTable *t, PyObject *str)
{
    if (t->w->dry) {
        return;
    }
    if (str == NULL || !PyUnicode_Check(str)) {
        cj_write_u32(t->w, 0);
    }
    else if (PyUnicode_IS_COMPACT_ASCII(str)) {
        cj_write_bytes(t->w, PyUnicode_DATA(str), PyUnicode_GET_LENGTH(str));
    }
    else {
        PyObject *text = PyUnicode_AsEncodedString(str, "utf-8", "surrogatepass");
        if (text == NULL) {
            PyErr_Clear();
            t->failed = true;
            return;
        }
        cj_write_bytes(t->w, PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text));
        Py_DECREF(text);
    }
}

/* Writes "a.b" from two names, either of which may be missing. */
static void
write_dotted(CJTable *t, PyObject *module, PyObject *name)
{
    if (t->w->dry) {
        return;
    }
    if (module == NULL || !PyUnicode_Check(module) || PyUnicode_GET_LENGTH(module) == 0) {
        write_str(t, name);
        return;
    }
    PyObject *both = name != NULL && PyUnicode_Check(name) ? PyUnicode_FromFormat("%U.%U", module, name)
                                                           : Py_NewRef(module);
    if (both == NULL) {
        PyErr_Clear();
        t->failed = true;
        return;
    }
    write_str(t, both);
    Py_DECREF(both);
}

/* A str entry of a namespace dict: borrowed, or NULL. */
static PyObject *
entry_of(PyObject *dict, PyObject *name)
{
    if (dict == NULL || !PyDict_CheckExact(dict)) {
        return NULL;
    }
    PyObject *value = PyDict_GetItemWithError(dict, name);
    if (value == NULL) {
        PyErr_Clear();
    }
    return value != NULL && PyUnicode_Check(value) ? value : NULL;
}

static void
write_name(CJTable *t, const CJEntry *entry, CJObjectKind kind)
{
    PyObject *o = entry->object;
    switch (kind) {
    case CJ_KIND_Type: {
        PyTypeObject *type = (PyTypeObject *)o;
        if (PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
            write_dotted(t, entry_of(type->tp_dict, &_Py_ID(__module__)), ((PyHeapTypeObject *)type)->ht_qualname);
        }
        else {
            cj_write_text(t->w, type->tp_name);
        }
        break;
    }
    case CJ_KIND_Function: {
        PyFunctionObject *f = (PyFunctionObject *)o;
        write_dotted(t, f->func_module, f->func_qualname);
        break;
    }
    case CJ_KIND_Code:
        write_dotted(t, entry_of(entry->globals, &_Py_ID(__name__)), ((PyCodeObject *)o)->co_qualname);
        break;
    case CJ_KIND_Builtin: {
        PyCFunctionObject *f = (PyCFunctionObject *)o;
        PyObject *name = t->w->dry ? NULL : PyUnicode_FromString(f->m_ml->ml_name);
        PyObject *owner = f->m_module;
        if (owner == NULL && f->m_self != NULL && !PyModule_Check(f->m_self)) {
            PyTypeObject *type = PyType_Check(f->m_self) ? (PyTypeObject *)f->m_self : Py_TYPE(f->m_self);
            owner = t->w->dry ? NULL : PyUnicode_FromString(type->tp_name);
            write_dotted(t, owner, name);
            Py_XDECREF(owner);
        }
        else {
            write_dotted(t, owner, name);
        }
        Py_XDECREF(name);
        PyErr_Clear();
        break;
    }
    case CJ_KIND_MethodDescr:
    case CJ_KIND_ClassMethodDescr:
    case CJ_KIND_WrapperDescr:
    case CJ_KIND_MemberDescr:
    case CJ_KIND_GetSetDescr: {
        PyDescrObject *d = (PyDescrObject *)o;
        PyObject *owner = t->w->dry ? NULL : PyUnicode_FromString(d->d_type->tp_name);
        write_dotted(t, owner, d->d_name);
        Py_XDECREF(owner);
        PyErr_Clear();
        break;
    }
    case CJ_KIND_Module:
        write_str(t, entry_of(((PyModuleObject *)o)->md_dict, &_Py_ID(__name__)));
        break;
    case CJ_KIND_Dict:
        write_str(t, entry_of(o, &_Py_ID(__name__)));
        break;
    default:
        cj_write_u32(t->w, 0);
    }
}

/* The wide part of the head: an integer, or the bits of a float. Returns false when
   an int is too big to be told. */
static bool
head_value(PyObject *o, CJObjectKind kind, int64_t *value)
{
    *value = 0;
    switch (kind) {
    case CJ_KIND_Bool:
        *value = o == Py_True;
        break;
    case CJ_KIND_Int: {
        int overflow;
        long long v = PyLong_AsLongLongAndOverflow(o, &overflow);
        if (overflow != 0 || v >= (1LL << 62) || v <= -(1LL << 62)) {
            return false;
        }
        *value = v;
        break;
    }
    case CJ_KIND_Float:
        memcpy(value, &((PyFloatObject *)o)->ob_fval, sizeof(*value));
        break;
    case CJ_KIND_FrozenSet:
        *value = PySet_GET_SIZE(o);
        break;
    default:
        break;
    }
    return true;
}

static void
write_refs(CJTable *t, PyObject *o, CJObjectKind kind, unsigned level)
{
    CJWriter *w = t->w;
#define REFS(n) cj_write_u32(w, n)
    switch (kind) {
    case CJ_KIND_Tuple:
        REFS((uint32_t)PyTuple_GET_SIZE(o));
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(o); i++) {
            write_ref(t, PyTuple_GET_ITEM(o, i), level);
        }
        break;
    case CJ_KIND_Slice: {
        PySliceObject *s = (PySliceObject *)o;
        REFS(3);
        write_ref(t, s->start, level);
        write_ref(t, s->stop, level);
        write_ref(t, s->step, level);
        break;
    }
    case CJ_KIND_Builtin:
        REFS(1);
        write_ref(t, ((PyCFunctionObject *)o)->m_self, CJ_FAR);
        break;
    case CJ_KIND_MethodDescr:
    case CJ_KIND_ClassMethodDescr:
    case CJ_KIND_WrapperDescr:
    case CJ_KIND_MemberDescr:
    case CJ_KIND_GetSetDescr:
        REFS(1);
        write_ref(t, (PyObject *)((PyDescrObject *)o)->d_type, level);
        break;
    case CJ_KIND_Method:
        REFS(2);
        write_ref(t, ((PyMethodObject *)o)->im_func, level);
        write_ref(t, ((PyMethodObject *)o)->im_self, CJ_FAR);
        break;
    case CJ_KIND_ClassMethod:
    case CJ_KIND_StaticMethod:
        REFS(1);
        write_ref(t, ((cj_method_wrapper *)o)->callable, level);
        break;
    case CJ_KIND_Property: {
        propertyobject *p = (propertyobject *)o;
        REFS(3);
        write_ref(t, p->prop_get, level);
        write_ref(t, p->prop_set, level);
        write_ref(t, p->prop_del, level);
        break;
    }
    case CJ_KIND_Module:
        REFS(1);
        write_ref(t, ((PyModuleObject *)o)->md_dict, CJ_FAR);
        break;
    default:
        REFS(0);
    }
#undef REFS
}

static void
write_native(CJTable *t, PyObject *o, CJObjectKind kind)
{
    uint32_t flags = 0, member = 0;
    uint64_t offset = 0;
    switch (kind) {
    case CJ_KIND_Builtin:
        flags = ((PyCFunctionObject *)o)->m_ml->ml_flags;
        break;
    case CJ_KIND_MemberDescr: {
        PyMemberDef *m = ((PyMemberDescrObject *)o)->d_member;
        flags = m->flags;
        member = m->type;
        offset = m->offset;
        break;
    }
    default:
        flags = ((PyMethodDescrObject *)o)->d_method->ml_flags;
    }
    cj_write_u32(t->w, flags);
    cj_write_u32(t->w, member);
    cj_write_u64(t->w, offset);
}

/* Default values of keyword-only parameters, in dicts of which changes are told. */
static void
write_named_defaults(CJTable *t, PyFunctionObject *f)
{
    PyCodeObject *code = (PyCodeObject *)f->func_code;
    PyObject *dict = f->func_kwdefaults, *named[2 * CJ_DIRECT_PARAMETERS];
    uint32_t n = 0;
    if (dict == NULL || !PyDict_CheckExact(dict) || !DK_IS_UNICODE(((PyDictObject *)dict)->ma_keys)
        || code->co_kwonlyargcount > CJ_DIRECT_PARAMETERS) {
        dict = NULL;
    }
    for (int i = 0; dict != NULL && i < code->co_kwonlyargcount; i++) {
        PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, code->co_argcount + i);
        PyObject *value = PyDict_GetItemWithError(dict, name);
        if (value == NULL) {
            PyErr_Clear();
        }
        else if (!cj_watch_changes_often(dict, name)) {
            named[n++] = name;
            named[n++] = value;
        }
    }
    write_ref(t, n > 0 ? dict : NULL, CJ_FAR);
    cj_write_u32(t->w, n);
    for (uint32_t i = 0; i < n; i++) {
        write_ref(t, named[i], CJ_FAR);
    }
}

static void
write_function(CJTable *t, PyFunctionObject *f, unsigned level)
{
    CJWriter *w = t->w;
    write_ref(t, f->func_code, level);
    write_ref(t, f->func_globals, CJ_FAR);
    write_ref(t, f->func_builtins, CJ_FAR);
    PyObject *defaults = f->func_defaults;
    Py_ssize_t n = defaults == NULL || !PyTuple_Check(defaults) ? 0 : PyTuple_GET_SIZE(defaults);
    if (n > ((PyCodeObject *)f->func_code)->co_argcount) {
        /* Code that takes fewer arguments was assigned: the last ones count. */
        n = ((PyCodeObject *)f->func_code)->co_argcount;
    }
    cj_write_u32(w, (uint32_t)n);
    for (Py_ssize_t i = 0; i < n; i++) {
        write_ref(t, PyTuple_GET_ITEM(defaults, PyTuple_GET_SIZE(defaults) - n + i), CJ_FAR);
    }
    write_named_defaults(t, f);
    CJCode *known = cj_registry_find((PyCodeObject *)f->func_code, f->func_globals);
    uint32_t bits = (f->func_kwdefaults != NULL ? 1 : 0) | (f->func_closure != NULL ? 2 : 0)
        | (known != NULL ? 4 : 0) | (known != NULL && known->object != NULL ? 8 : 0);
    cj_write_u32(w, bits);
    cj_write_u32(w, f->func_version);
}

static bool
same_slot(void *a, void *b)
{
    return a == b;
}

/* Whether object.__new__ accepts the class: no base that is made in C makes instances in another way. */
static bool
object_new_accepts(PyTypeObject *type)
{
    while (type != NULL && PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && type->tp_new == cj_python_new()) {
        type = type->tp_base;
    }
    return type != NULL && type->tp_new == PyBaseObject_Type.tp_new;
}

static uint32_t
traits_of(PyTypeObject *type, const CJEntry *entry)
{
    uint32_t traits = 0;
#define SET(name, condition) traits |= (uint32_t)((condition) ? 1 : 0) << BIT_##name
    PyNumberMethods *number = type->tp_as_number;
    PySequenceMethods *sequence = type->tp_as_sequence;
    PyMappingMethods *mapping = type->tp_as_mapping;
    SET(Heap, PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE));
    SET(InlineValues, PyType_HasFeature(type, Py_TPFLAGS_INLINE_VALUES));
    SET(ManagedDict, PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT));
    SET(GenericGetAttr, type->tp_getattro == PyObject_GenericGetAttr);
    SET(GenericSetAttr, type->tp_setattro == PyObject_GenericSetAttr);
    SET(GenericAlloc, type->tp_alloc == PyType_GenericAlloc);
    SET(DefaultNew, type->tp_new == PyBaseObject_Type.tp_new);
    SET(DefaultInit, type->tp_init == PyBaseObject_Type.tp_init);
    SET(DefaultEq, type->tp_richcompare == PyBaseObject_Type.tp_richcompare);
    SET(DefaultHash, type->tp_hash == PyBaseObject_Type.tp_hash);
    SET(TypeCall, same_slot(Py_TYPE(type)->tp_call, PyType_Type.tp_call));
    SET(Finalizer, type->tp_finalize != NULL || type->tp_del != NULL);
    SET(Len, (mapping != NULL && mapping->mp_length != NULL) || (sequence != NULL && sequence->sq_length != NULL));
    SET(Bool, number != NULL && number->nb_bool != NULL);
    SET(Iter, type->tp_iter != NULL);
    SET(IterNext, type->tp_iternext != NULL && type->tp_iternext != cj_no_iternext());
    SET(DescrGet, type->tp_descr_get != NULL);
    SET(DescrSet, type->tp_descr_set != NULL);
    SET(GetItem, (mapping != NULL && mapping->mp_subscript != NULL) || (sequence != NULL && sequence->sq_item != NULL));
    SET(GC, PyType_HasFeature(type, Py_TPFLAGS_HAVE_GC));
    SET(PythonDealloc, type->tp_dealloc == cj_python_dealloc());
    SET(AttrsKnown, entry->wants_attrs && !cj_watch_type_changes_often(type));
    SET(TypeMetaclass, Py_TYPE(type) == &PyType_Type);
    SET(ObjectNew, object_new_accepts(type));
#undef SET
    return traits;
}

static void
write_shared_keys(CJTable *t, PyTypeObject *type)
{
    PyDictKeysObject *keys = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)
        && PyType_HasFeature(type, Py_TPFLAGS_INLINE_VALUES) ? ((PyHeapTypeObject *)type)->ht_cached_keys : NULL;
    if (keys == NULL || !DK_IS_UNICODE(keys)) {
        cj_write_u32(t->w, 0);
        cj_write_u32(t->w, 0);
        return;
    }
    cj_write_u32(t->w, keys->dk_version);
    cj_write_u32(t->w, (uint32_t)keys->dk_nentries);
    for (Py_ssize_t i = 0; i < keys->dk_nentries; i++) {
        write_str(t, DK_UNICODE_ENTRIES(keys)[i].me_key);
    }
}

static void
write_class(CJTable *t, uint32_t id)
{
    CJWriter *w = t->w;
    PyTypeObject *type = (PyTypeObject *)t->entries[id].object;
    unsigned level = t->entries[id].level;
    if (t->entries[id].wants_attrs && type->tp_version_tag == 0) {
        PyUnstable_Type_AssignVersionTag(type);
    }
    cj_write_u64(w, type->tp_flags);
    cj_write_u32(w, type->tp_version_tag);
    cj_write_u64(w, type->tp_basicsize);
    cj_write_u64(w, type->tp_itemsize);
    cj_write_u64(w, type->tp_dictoffset);
    cj_write_u64(w, type->tp_weaklistoffset);
    write_ref(t, (PyObject *)type->tp_base, CJ_FAR);
    PyObject *mro = type->tp_mro;
    Py_ssize_t n = mro == NULL ? 0 : PyTuple_GET_SIZE(mro);
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!PyType_Check(PyTuple_GET_ITEM(mro, i))) {
            n = 0;
        }
    }
    cj_write_u32(w, (uint32_t)n);
    for (Py_ssize_t i = 0; i < n; i++) {
        write_ref(t, PyTuple_GET_ITEM(mro, i), CJ_FAR);
    }
    cj_write_u32(w, traits_of(type, &t->entries[id]));
    write_shared_keys(t, type);
    cj_write_u32(w, t->entries[id].nattrs);
    for (uint32_t i = 0; i < t->entries[id].nattrs; i++) {
        write_str(t, t->entries[id].attrs[i].name);
        write_ref(t, t->entries[id].attrs[i].value, level + 1);
    }
    PyObject *init = NULL, *getitem = NULL;
    if (t->entries[id].wants_attrs && PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)) {
        init = _PyType_Lookup(type, &_Py_ID(__init__));
        init = init != NULL && PyFunction_Check(init) ? init : NULL;
        getitem = _PyType_Lookup(type, &_Py_ID(__getitem__));
        getitem = getitem != NULL && PyFunction_Check(getitem) ? getitem : NULL;
    }
    write_ref(t, init, level + 1);
    write_ref(t, getitem, level + 1);
}

static void
write_strs(CJTable *t, PyObject *tuple)
{
    cj_write_u32(t->w, (uint32_t)PyTuple_GET_SIZE(tuple));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        write_str(t, PyTuple_GET_ITEM(tuple, i));
    }
}

static void
write_feedback(CJTable *t, const CJFeedbackList *list)
{
    cj_write_u32(t->w, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        const CJFeedback *f = &list->items[i];
        cj_write_u32(t->w, (uint32_t)f->offset);
        cj_write_u32(t->w, f->kind);
        cj_write_u32(t->w, cj_table_find(t, f->type));
        cj_write_u32(t->w, cj_table_find(t, f->object));
        cj_write_u32(t->w, cj_table_find(t, f->aux));
        cj_write_u64(t->w, (uint64_t)f->value);
        cj_write_u32(t->w, f->version);
    }
}

static void
write_code(CJTable *t, uint32_t id)
{
    CJWriter *w = t->w;
    PyCodeObject *code = (PyCodeObject *)t->entries[id].object;
    unsigned level = t->entries[id].level;
    bool captured = t->entries[id].captured;
    write_ref(t, t->entries[id].globals, CJ_FAR);
    write_ref(t, t->entries[id].builtins, CJ_FAR);
    write_str(t, code->co_filename);
    cj_write_u32(w, code->co_firstlineno);
    cj_write_u32(w, code->co_flags);
    cj_write_u32(w, code->co_argcount);
    cj_write_u32(w, code->co_posonlyargcount);
    cj_write_u32(w, code->co_kwonlyargcount);
    cj_write_u32(w, code->co_stacksize);
    cj_write_u32(w, code->co_nlocalsplus);
    cj_write_u32(w, code->co_nlocals);
    cj_write_u32(w, code->co_ncellvars);
    cj_write_u32(w, code->co_nfreevars);
    cj_write_u32(w, code->co_framesize);
    write_strs(t, code->co_localsplusnames);
    cj_write_bytes(w, PyBytes_AS_STRING(code->co_localspluskinds), PyBytes_GET_SIZE(code->co_localspluskinds));
    cj_write_u32(w, captured);
    if (!captured) {
        return;
    }
    size_t nbytes = _PyCode_NBYTES(code);
    cj_write_u32(w, (uint32_t)nbytes);
    if (!w->dry) {
        uint8_t *copy = malloc(nbytes);
        if (copy == NULL) {
            t->failed = true;
            return;
        }
        cj_copy_bytecode(code, copy);
        cj_write(w, copy, nbytes);
        free(copy);
    }
    cj_write_bytes(w, PyBytes_AS_STRING(code->co_exceptiontable), PyBytes_GET_SIZE(code->co_exceptiontable));
    cj_write_bytes(w, PyBytes_AS_STRING(code->co_linetable), PyBytes_GET_SIZE(code->co_linetable));
    cj_write_u32(w, (uint32_t)PyTuple_GET_SIZE(code->co_consts));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(code->co_consts); i++) {
        write_ref(t, PyTuple_GET_ITEM(code->co_consts, i), CJ_FAR);
    }
    cj_write_u32(w, (uint32_t)PyTuple_GET_SIZE(code->co_names));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(code->co_names); i++) {
        write_ref(t, PyTuple_GET_ITEM(code->co_names, i), CJ_FAR);
    }
    if (w->dry) {
        cj_feedback_resolve(t, id);
    }
    write_feedback(t, &t->entries[id].feedback);
    (void)level;
}

void
cj_describe(CJTable *t, uint32_t id)
{
    CJWriter *w = t->w;
    PyObject *o = t->entries[id].object;
    unsigned level = t->entries[id].level;
    CJObjectKind kind = kind_of(o);
    t->describing = id;
    uint8_t flags = _Py_IsImmortal(o) ? FLAG_IMMORTAL : 0;
    int64_t value;
    if (!head_value(o, kind, &value)) {
        flags |= FLAG_BIG;
    }
    if (PyVectorcall_Function(o) != NULL) {
        flags |= FLAG_VECTORCALL;
    }
    uint8_t head[4] = {kind, flags, 0, 0};
    cj_write(w, head, sizeof(head));
    write_ref(t, (PyObject *)Py_TYPE(o), CJ_FAR);
    write_name(t, &t->entries[id], kind);
    cj_write_u64(w, (uint64_t)value);
    switch (kind) {
    case CJ_KIND_Str:
        write_str(t, o);
        break;
    case CJ_KIND_Bytes:
        cj_write_bytes(w, PyBytes_AS_STRING(o), PyBytes_GET_SIZE(o));
        break;
    default:
        cj_write_u32(w, 0);
    }
    write_refs(t, o, kind, level);
    switch (kind) {
    case CJ_KIND_Function:
        write_function(t, (PyFunctionObject *)o, level);
        break;
    case CJ_KIND_Type:
        write_class(t, id);
        break;
    case CJ_KIND_Code:
        write_code(t, id);
        break;
    case CJ_KIND_Builtin:
    case CJ_KIND_MethodDescr:
    case CJ_KIND_ClassMethodDescr:
    case CJ_KIND_MemberDescr:
        write_native(t, o, kind);
        break;
    default:
        break;
    }
}
