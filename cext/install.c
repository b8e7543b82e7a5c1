/* Installing objects, invalidating them and freeing what no thread runs any more.
 *
 * An object that is taken out of use can still be running: native frames of it can be anywhere on any thread's
 * stack, also after their interpreter frame is gone, while the last references of their locals are dropped. Each
 * such frame has left a return address into the object's text on its stack, because it is in a call. So a
 * retired object is freed when no word on any stack points into it. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <Python.h>

#include "arena.h"
#include "async_generator.h"
#include "internal/pycore_ceval.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_runtime.h"
#include "internal/pycore_tstate.h"
#include "generator.h"
#include "keep.h"
#include "object.h"
#include "stubs.h"

static CJObject *zombies;
static size_t nzombies, zombie_bytes;

/* How much may wait before retiring an object looks for what can be freed. */
enum { MANY_ZOMBIES = 32, MANY_BYTES = 1 << 20 };

CJCode
cj_code_idle(PyCodeObject *code, PyObject *globals)
{
    CJCode idle = {.resume_entry = cj_resume_slow_entry(), .code = code, .globals = globals};
    cj_plan_generator(&idle);
    idle.direct_entry = cj_idle_entry(&idle);
    return idle;
}

void *
cj_idle_entry(const CJCode *code)
{
    return code->code != NULL && code->makes.type != NULL ? cj_make_generator_entry() : cj_interp_entry();
}

void
cj_object_install(CJObject *object)
{
    CJCode *code = object->code;
    CJObject *before = code->object;
    code->object = object;
    code->direct_entry = object->direct != CJ_NO_ENTRY ? object->text + object->direct : cj_idle_entry(code);
    code->vectorcall_entry = object->vectorcall != CJ_NO_ENTRY ? object->text + object->vectorcall : NULL;
    if (object->generator != CJ_NO_ENTRY) {
        code->resume_entry = object->text + object->generator;
        code->breaker = _Py_atomic_load_uintptr_relaxed(&_PyThreadState_GET()->eval_breaker) & ~(uintptr_t)_PY_EVAL_EVENTS_MASK;
        cj_generators_start();
        if (code->code->co_flags & CO_ASYNC_GENERATOR) {
            cj_async_generators_start();
        }
    }
    if (before != NULL && before != object) {
        cj_object_retire(before);
    }
}

/* Makes every check of a running frame leave the code. */
static void
invalidate(CJObject *object)
{
    if (object->invalidated) {
        return;
    }
    object->invalidated = true;
    if (object->npatches == 0) {
        return;
    }
    cj_arena_open(object->text, object->text_size);
    for (uint32_t i = 0; i < object->npatches; i++) {
        const CJPatch *patch = &object->patches[i];
        uint32_t branch = 0x14000000 | ((uint32_t)((int32_t)(patch->target - patch->offset) / 4) & 0x03ffffff);
        memcpy(object->text + patch->offset, &branch, 4);
    }
    cj_arena_close(object->text, object->text_size);
}

static bool sweep_asked;

static int
sweep(void *Py_UNUSED(unused))
{
    sweep_asked = false;
    cj_free_zombies();
    return 0;
}

/* The zombies by address of their text, and whether a stack has a word that points into it. */
typedef struct {
    uintptr_t start, end;
    CJObject *object;
    bool used;
} Candidate;

typedef struct {
    Candidate *list;
    size_t n;
} Candidates;

static int
by_address(const void *a, const void *b)
{
    uintptr_t left = ((const Candidate *)a)->start, right = ((const Candidate *)b)->start;
    return (left > right) - (left < right);
}

/* Reads whatever stands on a stack, also where no variable is. */
__attribute__((no_sanitize("address"))) static void
scan_words(Candidates *candidates, const uintptr_t *at, const uintptr_t *end)
{
    for (; at < end; at++) {
        uintptr_t value = *at;
        if (!cj_arena_contains((const void *)value)) {
            continue;
        }
        size_t low = 0, high = candidates->n;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (candidates->list[middle].end < value) {
                low = middle + 1;
            }
            else {
                high = middle;
            }
        }
        /* A return address may be the address after the last instruction. */
        if (low < candidates->n && candidates->list[low].start <= value) {
            candidates->list[low].used = true;
        }
        if (low + 1 < candidates->n && candidates->list[low + 1].start == value) {
            candidates->list[low + 1].used = true;
        }
    }
}

/* Reads the stack of another thread downwards from its top; what was never touched is left out. */
static bool
scan_other_stack(Candidates *candidates, uintptr_t bottom, uintptr_t top)
{
    enum { PAGES = 64 };
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char resident[PAGES];
    bottom = bottom & -page;
    top = (top + page - 1) & -page;
    while (top > bottom) {
        uintptr_t start = top - bottom > PAGES * page ? top - PAGES * page : bottom;
        if (mincore((void *)start, top - start, resident) != 0) {
            /* Part of it is not mapped: the stack of the main thread grows. Go by single pages. */
            start = top - page;
            if (mincore((void *)start, page, resident) != 0) {
                return true;
            }
        }
        for (uintptr_t at = start; at < top; at += page) {
            if (resident[(at - start) / page] & 1) {
                scan_words(candidates, (const uintptr_t *)at, (const uintptr_t *)(at + page));
            }
        }
        top = start;
    }
    return true;
}

static void
scan_stacks(Candidates *candidates)
{
    PyThreadState *current = _PyThreadState_GET();
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    for (PyInterpreterState *interp = PyInterpreterState_Head(); interp != NULL;
         interp = PyInterpreterState_Next(interp)) {
        for (PyThreadState *tstate = PyInterpreterState_ThreadHead(interp); tstate != NULL;
             tstate = PyThreadState_Next(tstate)) {
            _PyThreadStateImpl *impl = (_PyThreadStateImpl *)tstate;
            if (impl->c_stack_top == 0) {
                continue; /* it has never run Python code */
            }
            if (tstate == current) {
                scan_words(candidates, (const uintptr_t *)(here & -sizeof(void *)), (const uintptr_t *)impl->c_stack_top);
            }
            else {
                scan_other_stack(candidates, impl->c_stack_hard_limit, impl->c_stack_top);
            }
        }
    }
}

/* Greenlets keep parts of stacks in the heap, where they cannot be found. */
static bool
stacks_are_elsewhere(void)
{
    PyObject *name = PyUnicode_FromString("greenlet");
    PyObject *module = name != NULL ? PyImport_GetModule(name) : NULL;
    bool found = module != NULL || PyErr_Occurred();
    PyErr_Clear();
    Py_XDECREF(module);
    Py_XDECREF(name);
    return found;
}

/* Whether some frame may still run the code. Runs no other code. */
static bool
may_run(CJObject *object)
{
    PyObject *raised = PyErr_GetRaisedException();
    uintptr_t start = (uintptr_t)object->text;
    /* Not on the stack, where the scan would find it. */
    static Candidate candidate;
    candidate = (Candidate){start, start + object->text_size, object, false};
    Candidates candidates = {&candidate, 1};
    bool elsewhere = stacks_are_elsewhere();
    if (!elsewhere) {
        scan_stacks(&candidates);
    }
    PyErr_SetRaisedException(raised);
    return elsewhere || candidate.used;
}

/* Freeing drops references, which may run any code; a watcher has objects retired in the middle of the change of a dict or type, where
 * that is not allowed. So it waits for the eval breaker. */
static void
ask_for_sweep(void)
{
    if (!sweep_asked) {
        sweep_asked = Py_AddPendingCall(sweep, NULL) == 0;
    }
}

void
cj_object_retire(CJObject *object)
{
    CJCode *code = object->code;
    if (may_run(object)) {
        cj_keep_firmly(object);
    }
    if (code->object == object) {
        code->object = NULL;
        code->direct_entry = cj_idle_entry(code);
        code->vectorcall_entry = NULL;
        code->resume_entry = cj_resume_slow_entry();
    }
    invalidate(object);
    object->next_zombie = zombies;
    zombies = object;
    nzombies++;
    zombie_bytes += object->text_size;
    if (nzombies >= MANY_ZOMBIES || zombie_bytes >= MANY_BYTES || cj_keeps_any(object)) {
        ask_for_sweep();
    }
}

void
cj_object_left(CJObject *object)
{
    if (object->invalidated && cj_keeps_any(object)) {
        ask_for_sweep();
    }
}

size_t
cj_free_zombies(void)
{
    if (zombies == NULL) {
        return 0;
    }
    PyObject *raised = PyErr_GetRaisedException();
    Candidates candidates = {PyMem_RawMalloc(nzombies * sizeof(Candidate)), 0};
    if (candidates.list == NULL || stacks_are_elsewhere()) {
        PyMem_RawFree(candidates.list);
        PyErr_SetRaisedException(raised);
        return nzombies;
    }
    for (CJObject *object = zombies; object != NULL; object = object->next_zombie) {
        uintptr_t start = (uintptr_t)object->text;
        candidates.list[candidates.n++] = (Candidate){start, start + object->text_size, object, false};
    }
    qsort(candidates.list, candidates.n, sizeof(Candidate), by_address);
    scan_stacks(&candidates);
    /* The list is complete again before anything is freed: dropping references can run code that retires more. */
    zombies = NULL;
    nzombies = zombie_bytes = 0;
    for (size_t i = 0; i < candidates.n; i++) {
        if (candidates.list[i].used) {
            CJObject *object = candidates.list[i].object;
            object->next_zombie = zombies;
            zombies = object;
            nzombies++;
            zombie_bytes += object->text_size;
        }
    }
    for (size_t i = 0; i < candidates.n; i++) {
        if (!candidates.list[i].used) {
            cj_object_free(candidates.list[i].object);
        }
    }
    PyMem_RawFree(candidates.list);
    PyErr_SetRaisedException(raised);
    return nzombies;
}
