/* The objects of a snapshot that is being taken: numbers them, and remembers what
   was found out about each. Used by snapshot.c, describe.c and feedback.c only. */
#ifndef CJ_SNAPSHOT_TABLE_H
#define CJ_SNAPSHOT_TABLE_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "snapshot.h"
#include "snapshot_write.h"

/* Feedback kinds, in the order of jit/snapshot/feedback.go; a test compares them. */
#define CJ_FEEDBACK_KINDS(X) \
    X(None) X(NeverExecuted) X(WarmingUp) X(Generic) \
    X(AttrInstanceValue) X(AttrWithHint) X(AttrSlot) X(AttrModule) X(AttrMethodWithValues) \
    X(AttrMethodNoDict) X(AttrMethodLazyDict) X(AttrValueWithValues) X(AttrValueNoDict) \
    X(AttrClass) X(AttrClassMeta) X(AttrProperty) X(AttrGetattribute) \
    X(StoreInstanceValue) X(StoreSlot) X(StoreWithHint) \
    X(GlobalModule) X(GlobalBuiltin) X(GlobalMissing) \
    X(CallFunction) X(CallBoundMethod) X(CallInit) \
    X(TruthAlways) \
    X(OperandsIntInt) X(OperandsFloatInt) X(OperandsIntFloat) X(OperandsUnresolved) \
    X(BranchHistory) X(GuardFailed) X(SubscriptMethod) X(GlobalEntry) \
    X(SubscriptNumbers) X(StoreSubscriptMethod) X(SuperAttr) X(OperandsFloatFloat) \
    X(LoopEntry) X(EntryClass) X(Called) X(CalledBound) X(Iterated)

typedef enum {
#define KIND(name) CJ_FEEDBACK_##name,
    CJ_FEEDBACK_KINDS(KIND)
#undef KIND
} CJFeedbackKind;

/* Object kinds, in the order of jit/snapshot/object.go; a test compares them. */
#define CJ_OBJECT_KINDS(X) \
    X(Other) X(Int) X(Bool) X(Float) X(Str) X(Bytes) X(Tuple) X(FrozenSet) X(List) X(Dict) \
    X(Slice) X(Type) X(Function) X(Code) X(Builtin) X(MethodDescr) X(ClassMethodDescr) \
    X(WrapperDescr) X(MemberDescr) X(GetSetDescr) X(Method) X(ClassMethod) X(StaticMethod) \
    X(Property) X(Module) X(Cell) X(Singleton)

typedef enum {
#define KIND(name) CJ_KIND_##name,
    CJ_OBJECT_KINDS(KIND)
#undef KIND
} CJObjectKind;

typedef struct {
    int32_t offset; /* bytes */
    uint32_t kind;
    PyObject *type, *object, *aux; /* borrowed: the table holds them */
    int64_t value;
    uint32_t version;
} CJFeedback;

typedef struct {
    CJFeedback *items;
    uint32_t count, capacity;
} CJFeedbackList;

/* A class attribute that was looked up. */
typedef struct {
    PyObject *name, *value; /* borrowed: the table holds them */
} CJClassAttr;

/* How far an object is from the code to be compiled, in calls: callees up to
   CJ_CAPTURE_DEPTH are captured with their bytecode. */
enum { CJ_ROOT = 0, CJ_CAPTURE_DEPTH = 4, CJ_FAR = 100 };

typedef struct {
    PyObject *object; /* owned */
    uint8_t level;
    bool visited;      /* what it refers to is in the table */
    bool captured;     /* code: bytecode is part of the snapshot */
    bool wants_attrs;  /* type: receivers of this type were seen */
    PyObject *globals, *builtins; /* captured code: borrowed */
    PyFunctionObject *function;   /* captured code: one of its functions, borrowed, or NULL */
    CJFeedbackList feedback;      /* captured code */
    CJClassAttr *attrs;           /* type */
    uint32_t nattrs;
} CJEntry;

typedef struct {
    CJEntry *entries; /* by id; entry 0 is unused */
    uint32_t count, capacity;
    uint32_t *slots; /* open addressing by address, 0 is empty */
    uint32_t nslots; /* power of two */
    uint32_t well_known;
    uint32_t captured_units; /* code units captured so far */
    bool frozen;             /* no new ids: unknown objects get id 0 */
    bool failed;             /* memory ran out */
    bool again;              /* an object has to be visited a second time */
    uint32_t describing;     /* the object that is being written */
    const CJLoopEntry *loop; /* what is compiled is this loop of loop_code; or NULL */
    PyCodeObject *loop_code;
    CJWriter *w;
} CJTable;

/* The id of an object, made when it is new. level is its distance. NULL gives 0. */
uint32_t cj_table_ref(CJTable *t, PyObject *object, unsigned level);

/* The id of an object in the table, or 0. */
uint32_t cj_table_find(CJTable *t, PyObject *object);

/* Decides whether the code of a function at this distance is captured, and does. */
void cj_table_capture(CJTable *t, PyCodeObject *code, PyObject *globals, PyObject *builtins, unsigned level);

/* Writes object number id, visiting what it refers to. */
void cj_describe(CJTable *t, uint32_t id);

/* Resolves the inline caches of a captured code object; visits what it finds. */
void cj_feedback_resolve(CJTable *t, uint32_t id);

/* Copies bytecode without adaptive state: caches are zeroed. */
void cj_copy_bytecode(PyCodeObject *code, uint8_t *out);

/* NULL when the bytecode can be compiled, else the reason as a static text. */
const char *cj_bytecode_refusal(PyCodeObject *code);

#endif
