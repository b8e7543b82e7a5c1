/* The shared machine code at the start of the arena. See stubs.h. */
#include "stubs.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <Python.h>

#include "arena.h"
#include "address_table.h"
#include "collector.h"
#include "entry.h"
#include "exit.h"
#include "helpers.h"
#include "generator.h"
#include "instances.h"
#include "instrumentation.h"
#include "internal/pycore_frame.h"
#include "internal/pycore_freelist.h"
#include "internal/pycore_genobject.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_long.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_runtime.h"
#include "internal/pycore_tstate.h"
#include "opcode.h"
#include "unlearned.h"

#if defined(__aarch64__)

/* What objects carry the name of in Abs64Symbol for the thread state; the value is its offset from the thread
 * pointer register. */
#define THREAD_STATE_SYMBOL "tls:_Py_tss_tstate"
#define COUNTDOWN_SYMBOL "exit_countdown"

extern const uint8_t cj_stubs_begin[], cj_stubs_end[];

#define STUBS(X)                                                              \
    X(interp_entry, cj_call_interpreted)                                      \
    X(slow_entry, cj_entry_slow)                                              \
    X(vectorcall_bind, cj_vectorcall_bind)                                    \
    X(deopt, cj_exit)                                                         \
    X(resume_slow, cj_resume_slow)                                            \
    X(resume_delegating, cj_continue_delegating)                              \
    X(look_for_tools, cj_look_for_tools)                                      \
    X(make_generator, cj_make_generator)                                      \
    X(service, cj_service)                                                    \
    X(free_instance, cj_instance_free)                                        \
    X(dealloc, _Py_Dealloc)                                                   \
    X(dealloc_ints, _Py_Dealloc)

/* The same, behind those entries. */
#define STUBS_AFTER(X)                                                        \
    X(leave_frame, cj_leave_frame_slow)                                       \
    X(eval_breaker, cj_handle_eval_breaker)                                   \
    X(box_int, cj_long_box)                                                   \
    X(box_float, cj_float_box)

/* Entries that share their code's targets. */
#define VECTORCALLS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define DECLARE_VECTORCALL(n) extern const uint8_t cj_stub_vectorcall_##n[];
VECTORCALLS(DECLARE_VECTORCALL)
extern const uint8_t cj_stub_thread_target[], cj_stub_current_target[];
extern const uint8_t cj_stub_free_tuple[], cj_stub_free_tuple_ints[], cj_stub_free_list[], cj_stub_free_list_ints[];
extern const uint8_t cj_stub_free_float[], cj_stub_free_int[], cj_stub_free_generator[], cj_stub_free_generator_ints[],
    cj_stub_heap_size_target[], cj_stub_young_target[], cj_stub_kept_generators_target[], cj_stub_tracer_target[];
extern const uint8_t cj_stub_generator_type_target[], cj_stub_coroutine_type_target[], cj_stub_delegation_target[],
    cj_stub_delegation_mask_target[], cj_stub_unwatched_target[];
extern const uint8_t cj_stub_resume[], cj_stub_code_table_target[], cj_stub_none_target[];
extern const uint8_t cj_stub_small_ints_target[], cj_stub_ints_target[], cj_stub_floats_target[], cj_stub_ints_limit_target[],
    cj_stub_floats_limit_target[], cj_stub_float_type_target[], cj_stub_int_type_target[], cj_stub_tuple_type_target[],
    cj_stub_list_type_target[], cj_stub_str_type_target[], cj_stub_function_type_target[], cj_stub_short_dealloc_target[],
    cj_stub_destroy_chain_target[], cj_stub_tuples_target[], cj_stub_lists_target[], cj_stub_kept_arrays_target[],
    cj_stub_kept_ints_target[], cj_stub_instance_dealloc_target[];

/* The offsets that the assembly writes as FIELD(name): absolute symbols, which the linker puts into its instructions. */
#define FIELDS(X)                                                             \
    X(object_refcnt, offsetof(PyObject, ob_refcnt))                           \
    X(int_tag, offsetof(PyLongObject, long_value.lv_tag))                     \
    X(int_digit, offsetof(PyLongObject, long_value.ob_digit))                 \
    X(float_value, offsetof(PyFloatObject, ob_fval))                          \
    X(object_size, offsetof(PyVarObject, ob_size))                            \
    X(type_dealloc, offsetof(PyTypeObject, tp_dealloc))                       \
    X(tuple_items, offsetof(PyTupleObject, ob_item))                          \
    X(list_items, offsetof(PyListObject, ob_item))                            \
    X(list_allocated, offsetof(PyListObject, allocated))                      \
    X(generator_state, offsetof(PyGenObject, gi_frame_state))                 \
    X(generator_executable, offsetof(PyGenObject, gi_iframe.f_executable))    \
    X(generator_globals, offsetof(PyGenObject, gi_iframe.f_globals))          \
    X(generator_builtins, offsetof(PyGenObject, gi_iframe.f_builtins))        \
    X(generator_frame_object, offsetof(PyGenObject, gi_iframe.frame_obj))     \
    X(generator_frame, offsetof(PyGenObject, gi_iframe))                      \
    X(generator_previous, offsetof(PyGenObject, gi_iframe.previous))          \
    X(generator_instr_ptr, offsetof(PyGenObject, gi_iframe.instr_ptr))        \
    X(generator_stackpointer, offsetof(PyGenObject, gi_iframe.stackpointer))  \
    X(generator_weakrefs, offsetof(PyGenObject, gi_weakreflist))              \
    X(generator_name, offsetof(PyGenObject, gi_name))                         \
    X(generator_qualname, offsetof(PyGenObject, gi_qualname))                 \
    X(generator_origin, offsetof(PyGenObject, gi_origin_or_finalizer))        \
    X(generator_exc_value, offsetof(PyGenObject, gi_exc_state.exc_value))     \
    X(generator_framesize_limit, CJ_KEPT_SLOTS + FRAME_SPECIALS_SIZE)         \
    X(generator_flags, offsetof(PyGenObject, gi_hooks_inited))                \
    X(generator_function, offsetof(PyGenObject, gi_iframe.f_funcobj))         \
    X(generator_locals, offsetof(PyGenObject, gi_iframe.f_locals))            \
    X(generator_return_offset, offsetof(PyGenObject, gi_iframe.return_offset)) \
    X(generator_slots, offsetof(PyGenObject, gi_iframe.localsplus))           \
    X(function_name, offsetof(PyFunctionObject, func_name))                   \
    X(function_qualname, offsetof(PyFunctionObject, func_qualname))           \
    X(function_globals, offsetof(PyFunctionObject, func_globals))             \
    X(function_builtins, offsetof(PyFunctionObject, func_builtins))           \
    X(code_second_unit, offsetof(PyCodeObject, co_code_adaptive) + sizeof(_Py_CODEUNIT)) \
    X(thread_origin_depth, offsetof(PyThreadState, coroutine_origin_tracking_depth)) \
    X(record_code, offsetof(CJCode, code))                                    \
    X(record_object, offsetof(CJCode, object))                                \
    X(record_type, offsetof(CJCode, makes.type))                              \
    X(record_quick, offsetof(CJCode, makes.quick))                            \
    X(record_nargs, offsetof(CJCode, makes.nargs))                            \
    X(record_locals_end, offsetof(CJCode, makes.locals_end))                  \
    X(code_framesize, offsetof(PyCodeObject, co_framesize))                   \
    X(generator_exc_state, offsetof(PyGenObject, gi_exc_state))               \
    X(generator_exc_previous, offsetof(PyGenObject, gi_exc_state.previous_item)) \
    X(object_type, offsetof(PyObject, ob_type))                               \
    X(thread_exc_info, offsetof(PyThreadState, exc_info))                     \
    X(thread_current_frame, offsetof(PyThreadState, current_frame))           \
    X(thread_eval_breaker, offsetof(PyThreadState, eval_breaker))             \
    X(thread_recursion_remaining, offsetof(PyThreadState, py_recursion_remaining)) \
    X(thread_stack_limit, offsetof(_PyThreadStateImpl, c_stack_soft_limit))   \
    X(thread_delete_later, offsetof(PyThreadState, delete_later))             \
    X(record_resume_entry, offsetof(CJCode, resume_entry))                    \
    X(record_globals, offsetof(CJCode, globals))                              \
    X(record_builtins, offsetof(CJCode, builtins))                            \
    X(record_breaker, offsetof(CJCode, breaker))

static void __attribute__((used, noinline))
define_fields(void)
{
#define DEFINE(name, offset)                                                  \
    _Static_assert((offset) < 4096, "too far for an instruction");            \
    __asm__ volatile(".globl cj_field_" #name "\n\t.hidden cj_field_" #name "\n\t.set cj_field_" #name ", %c0" ::"i"(offset));
    FIELDS(DEFINE)
}

/* What else the assembly takes for granted: values, and words that lie side by side. */
_Static_assert(_PY_NSMALLNEGINTS == 5 && _PY_NSMALLPOSINTS == 257 && sizeof(PyLongObject) == 32, "small ints");
_Static_assert(PyLong_SHIFT == 30 && _PyLong_NON_SIZE_BITS == 3, "ints");
_Static_assert(FRAME_CREATED == -3 && FRAME_SUSPENDED == -2 && FRAME_SUSPENDED_YIELD_FROM == -1 && FRAME_EXECUTING == 0 && FRAME_CLEARED == 4 && CJ_STACK_MARGIN == 256 << 10, "resuming");
_Static_assert(sizeof(PyGC_Head) == 16 && offsetof(PyGC_Head, _gc_next) == 0 && offsetof(PyGC_Head, _gc_prev) == 8, "collector");
_Static_assert(offsetof(PyGenObject, gi_hooks_inited) % 4 == 0
                   && offsetof(PyGenObject, gi_frame_state) == offsetof(PyGenObject, gi_hooks_inited) + 3,
               "flags of generators");
_Static_assert(offsetof(_PyInterpreterFrame, return_offset) % 4 == 0
                   && offsetof(_PyInterpreterFrame, owner) == offsetof(_PyInterpreterFrame, return_offset) + 2
                   && FRAME_OWNED_BY_GENERATOR == 1 && Py_TAG_REFCNT == 1,
               "frames of generators");
_Static_assert(offsetof(PyObject, ob_refcnt) == 0 && offsetof(PyObject, ob_type) == 8, "heads of objects");
_Static_assert(sizeof(CJKeptGenerators) == 16 && offsetof(CJKeptGenerators, n) == 8 && CJ_KEPT_GENERATORS == 32, "dead generators");
_Static_assert(PyTuple_MAXSAVESIZE == 20 && Py_tuple_MAXFREELIST == 2000 && Py_lists_MAXFREELIST == 80 && sizeof(struct _Py_freelist) == 16,
               "dead tuples and lists");
_Static_assert(CJ_KEPT_ITEMS == 17 && CJ_KEPT_ARRAYS == 32 && sizeof(CJKeptArrays) == 16 && offsetof(CJKeptArrays, first) == 0,
               "arrays of dead lists");
#ifndef __SANITIZE_ADDRESS__ /* with it the header tells the margin of a sanitized interpreter, which ours is not */
_Static_assert(_PyOS_STACK_MARGIN_BYTES == 1 << 14, "deallocating");
#endif
_Static_assert(CJ_KEPT_INTS == 64 && sizeof(PyLongObject) >= offsetof(PyLongObject, long_value.ob_digit) + 2 * sizeof(digit),
               "dead ints of two digits");
_Static_assert(offsetof(struct _Py_freelist, freelist) == 0 && offsetof(struct _Py_freelist, size) == sizeof(void *), "free lists");

#define DECLARE(name, function) extern const uint8_t cj_stub_##name[], cj_stub_##name##_target[];
STUBS(DECLARE)
STUBS_AFTER(DECLARE)

typedef struct {
    const char *name;
    const uint8_t *code, *target;
    void *function;
} Stub;

#define ENTRY(name, function) {#name, cj_stub_##name, cj_stub_##name##_target, (void *)function},
#define VECTORCALL_ENTRY(n) {"vectorcall_" #n, cj_stub_vectorcall_##n, NULL, NULL},
static const Stub stubs[] = {
    STUBS(ENTRY) VECTORCALLS(VECTORCALL_ENTRY) STUBS_AFTER(ENTRY)
    {"free_float", cj_stub_free_float, NULL, NULL},
    {"free_int", cj_stub_free_int, NULL, NULL},
    {"free_tuple", cj_stub_free_tuple, NULL, NULL},
    {"free_tuple_ints", cj_stub_free_tuple_ints, NULL, NULL},
    {"free_list", cj_stub_free_list, NULL, NULL},
    {"free_list_ints", cj_stub_free_list_ints, NULL, NULL},
    {"free_generator", cj_stub_free_generator, NULL, NULL},
    {"free_generator_ints", cj_stub_free_generator_ints, NULL, NULL},
    {"resume", cj_stub_resume, NULL, NULL},
};

/* Behind the helpers' stubs are as many for the helpers of code that has been compiled before it ran. */
static uint8_t *block, *helper_stubs;
static uint64_t tls_offset; /* 0 when it was not found */

enum { HELPER_STUB_SIZE = 16 };

/* Finds where the interpreter keeps the thread state: the thread-local variable is not exported, but it is the one
 * word near the thread pointer that follows a change of thread state. */
static uint64_t
find_thread_state(void)
{
    const uintptr_t base = (uintptr_t)__builtin_thread_pointer();
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    enum { REACH = 16 << 10, MOST = 16 };
    PyThreadState *tstate = _PyThreadState_GET();
    uintptr_t found[MOST];
    size_t n = 0;
    unsigned char resident;
    for (uintptr_t at = base; at < base + REACH; at += sizeof(void *)) {
        if (at % page == 0 && mincore((void *)at, 1, &resident) != 0) {
            break;
        }
        if (*(PyThreadState *volatile *)at == tstate && n < MOST) {
            found[n++] = at;
        }
    }
    PyThreadState_Swap(NULL);
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        if (*(PyThreadState *volatile *)found[i] == NULL) {
            found[left++] = found[i];
        }
    }
    PyThreadState_Swap(tstate);
    return left == 1 && *(PyThreadState *volatile *)found[0] == tstate ? found[0] - base : 0;
}

int
cj_stubs_start(void)
{
    if (block != NULL) {
        return 0;
    }
    tls_offset = find_thread_state();
    if (tls_offset == 0) {
        PyErr_SetString(PyExc_RuntimeError, "the interpreter's thread state cannot be found in thread-local storage");
        return -1;
    }
    size_t size = (size_t)(cj_stubs_end - cj_stubs_begin);
    size_t total = size + 2 * cj_helper_count * HELPER_STUB_SIZE;
    block = cj_arena_allocate(total);
    if (block == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    cj_arena_open(block, total);
    memcpy(block, cj_stubs_begin, size);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(stubs); i++) {
        if (stubs[i].target != NULL) {
            memcpy(block + (stubs[i].target - cj_stubs_begin), &stubs[i].function, sizeof(void *));
        }
    }
    struct _Py_freelists *lists = &_PyInterpreterState_GET()->object_state.freelists;
    const struct {
        const uint8_t *target;
        uint64_t value;
    } words[] = {
        {cj_stub_thread_target, tls_offset},
        {cj_stub_current_target, offsetof(PyThreadState, current_frame)},
        {cj_stub_small_ints_target, (uint64_t)_PyLong_SMALL_INTS},
        {cj_stub_ints_target, (uint64_t)&lists->ints},
        {cj_stub_floats_target, (uint64_t)&lists->floats},
        {cj_stub_ints_limit_target, Py_ints_MAXFREELIST},
        {cj_stub_floats_limit_target, Py_floats_MAXFREELIST},
        {cj_stub_float_type_target, (uint64_t)&PyFloat_Type},
        {cj_stub_int_type_target, (uint64_t)&PyLong_Type},
        {cj_stub_tuple_type_target, (uint64_t)&PyTuple_Type},
        {cj_stub_list_type_target, (uint64_t)&PyList_Type},
        {cj_stub_str_type_target, (uint64_t)&PyUnicode_Type},
        {cj_stub_function_type_target, (uint64_t)&PyFunction_Type},
        {cj_stub_short_dealloc_target, (uint64_t)cj_dealloc},
        {cj_stub_destroy_chain_target, (uint64_t)_PyTrash_thread_destroy_chain},
        {cj_stub_tuples_target, (uint64_t)lists->tuples},
        {cj_stub_lists_target, (uint64_t)&lists->lists},
        {cj_stub_kept_arrays_target, (uint64_t)cj_kept_arrays},
        {cj_stub_kept_ints_target, (uint64_t)&cj_kept_ints},
        {cj_stub_instance_dealloc_target, (uint64_t)cj_instance_dealloc},
        /* Without them the stubs that need them call C. */
        {cj_stub_young_target, (uint64_t)cj_young},
        {cj_stub_heap_size_target, (uint64_t)cj_tracked},
        {cj_stub_code_table_target, (uint64_t)&cj_code_table},
        {cj_stub_none_target, (uint64_t)Py_None},
        /* By the size of the whole frame. */
        {cj_stub_kept_generators_target, (uint64_t)cj_kept_generators - FRAME_SPECIALS_SIZE * sizeof(CJKeptGenerators)},
        {cj_stub_tracer_target, (uint64_t)&_PyRuntime.ref_tracer.tracer_func},
        {cj_stub_unwatched_target, (uint64_t)&cj_unwatched},
        {cj_stub_generator_type_target, (uint64_t)&PyGen_Type},
        {cj_stub_coroutine_type_target, (uint64_t)&PyCoro_Type},
        {cj_stub_delegation_target, YIELD_VALUE | 1 << 8 | RESUME_CHECK << 16 | (uint64_t)(JUMP_BACKWARD_NO_INTERRUPT | 5 << 8) << 32},
        {cj_stub_delegation_mask_target, 0xffff00ffffff},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(words); i++) {
        memcpy(block + (words[i].target - cj_stubs_begin), &words[i].value, sizeof(words[i].value));
    }
    helper_stubs = block + size;
    for (uint32_t i = 0; i < 2 * cj_helper_count; i++) {
        const uint32_t code[] = {
            0x58000050, /* ldr x16, . + 8 */
            0xd61f0200, /* br x16 */
        };
        uint8_t *stub = helper_stubs + i * HELPER_STUB_SIZE;
        memcpy(stub, code, sizeof(code));
        void *helper = cj_helper_table[i % cj_helper_count].function;
        if (i >= cj_helper_count) {
            helper = cj_unlearned_helper(helper);
        }
        memcpy(stub + 8, &helper, sizeof(helper));
    }
    cj_arena_close(block, total);
    return 0;
}

const uint8_t *
cj_stub_address(const char *name)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(stubs); i++) {
        if (strcmp(stubs[i].name, name) == 0) {
            return block + (stubs[i].code - cj_stubs_begin);
        }
    }
    return NULL;
}

const uint8_t *
cj_helper_stub(uint32_t number, bool unlearned)
{
    return number < cj_helper_count ? helper_stubs + (number + (unlearned ? cj_helper_count : 0)) * HELPER_STUB_SIZE : NULL;
}

bool
cj_symbol_value(const char *name, uint64_t *value)
{
    if (strcmp(name, THREAD_STATE_SYMBOL) == 0) {
        *value = tls_offset;
        return true;
    }
    if (strcmp(name, COUNTDOWN_SYMBOL) == 0) {
        *value = (uint64_t)&cj_exit_countdown;
        return true;
    }
    *value = (uint64_t)dlsym(RTLD_DEFAULT, name);
    return *value != 0;
}

void *
cj_resume_slow_entry(void)
{
    return (void *)cj_stub_address("resume_slow");
}

void *
cj_make_generator_entry(void)
{
    return (void *)cj_stub_address("make_generator");
}

PyObject *
cj_stub_list(void)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && block != NULL && i < 2 * cj_helper_count; i++) {
        const uint32_t number = i % cj_helper_count;
        PyObject *entry = Py_BuildValue("(sKi)", cj_helper_table[number].name,
                                        (unsigned long long)(uintptr_t)cj_helper_stub(number, i >= cj_helper_count), HELPER_STUB_SIZE);
        if (entry == NULL || PyList_Append(list, entry) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(entry);
    }
    return list;
}

const char *
cj_stub_name(const void *address)
{
    const uint8_t *at = address;
    if (block == NULL || at < block) {
        return NULL;
    }
    if (at >= helper_stubs) {
        size_t number = (size_t)(at - helper_stubs) / HELPER_STUB_SIZE;
        return number < 2 * cj_helper_count ? cj_helper_table[number % cj_helper_count].name : NULL;
    }
    const Stub *found = NULL;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(stubs); i++) {
        if (block + (stubs[i].code - cj_stubs_begin) <= at && (found == NULL || stubs[i].code > found->code)) {
            found = &stubs[i];
        }
    }
    return found != NULL ? found->name : NULL;
}

bool
cj_is_stub(const void *address)
{
    const uint8_t *at = address;
    return at >= block && at < helper_stubs + 2 * cj_helper_count * HELPER_STUB_SIZE;
}

void *
cj_interp_entry(void)
{
    return (void *)cj_stub_address("interp_entry");
}

#endif
