/* Finding hot loops. A thread of its own asks now and then for a look at the stacks, by a pending call, which the interpreter
   serves where a frame can be looked at. A frame that is found in the same loop twice in a row runs long: its code is
   watched. Code of generators and coroutines that is found twice in a row is compiled, and entered when they are resumed
   next. Code that nobody looks at costs nothing. */
#include "osr.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "internal/pycore_backoff.h"
#include "internal/pycore_code.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_interpframe.h"
#include "internal/pycore_opcode_metadata.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_stackref.h"
#include "jitlist.h"
#include "opcode.h"
#include "options.h"

enum {
    MOST_FRAMES = 24,  /* of each thread are looked at */
    MOST_THREADS = 8,
    SHORTEST = 10,     /* milliseconds between looks */
    LONGEST = 160,
    IN_VAIN = 50,      /* looks before they become rarer */
    MOST_TO_COMPILE = 8, /* generators and coroutines at one look */
    MOST_COMPILED = 8, /* times that one is compiled because it was seen */
    ROUNDS = 16,       /* that show that it is worth while: a frame that runs long may do so in one round */
};

typedef struct {
    const _PyInterpreterFrame *frame;
    const PyCodeObject *code; /* only compared */
} Seen;

static Seen before[MOST_FRAMES * MOST_THREADS];
static int nbefore;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake;
static pthread_t sampler;
static bool running, stopping, asked; /* guarded by the lock, after the thread has begun */
static int interval = SHORTEST;

/* The first code unit of the outermost loop that an instruction is in; -1 if there is none. */
static int
outermost_loop(PyCodeObject *code, int at)
{
    const _Py_CODEUNIT *units = _PyCode_CODE(code);
    int begin = -1, end = -1;
    uint32_t extended = 0;
    for (int i = 0; i < Py_SIZE(code);) {
        uint8_t op = _PyOpcode_Deopt[cj_osr_plain_opcode(code, units[i].op.code)];
        uint32_t oparg = extended << 8 | units[i].op.arg;
        int next = i + 1 + _PyOpcode_Caches[op];
        if (op == JUMP_BACKWARD) {
            int to = next - (int)oparg;
            if (to >= 0 && to <= at && at <= i && (begin < 0 || to < begin || (to == begin && i > end))) {
                begin = to;
                end = i;
            }
        }
        extended = op == EXTENDED_ARG ? oparg : 0;
        i = next;
    }
    return begin;
}

/* The record of a frame's code, if loops of it may be compiled; else NULL. */
static CJRecord *
wanted(_PyInterpreterFrame *frame, PyCodeObject *code)
{
    CJRecord *record = (CJRecord *)cj_registry_find(code, frame->f_globals);
    if (record == NULL || (record->state == CJ_IDLE && record->compiled_times == 0 && record->reason == NULL)) {
        PyObject *function = PyStackRef_IsNull(frame->f_funcobj) ? NULL : PyStackRef_AsPyObjectBorrow(frame->f_funcobj);
        if (function == NULL || !PyFunction_Check(function)
            || (cj_options.auto_calls < 0 && !cj_jitlist_matches((PyFunctionObject *)function))) {
            return NULL;
        }
        record = cj_registry_get(code, frame->f_globals);
        if (record == NULL) {
            PyErr_Clear();
        }
    }
    else if (record->state != CJ_COUNTING && record->state != CJ_COMPILED) {
        return NULL;
    }
    return record == NULL || record->suppressed || record->traced ? NULL : record;
}

/* Whether the frame, or if it is NULL any frame of the code, was on a stack at the last look. */
static bool
seen_before(const _PyInterpreterFrame *frame, const PyCodeObject *code)
{
    for (int i = 0; i < nbefore; i++) {
        if ((before[i].frame == frame || frame == NULL) && before[i].code == code) {
            return true;
        }
    }
    return false;
}

/* Functions of generators and coroutines that are to be compiled, with references. */
static PyObject *to_compile[MOST_TO_COMPILE];
static int nto_compile;

static void
compile_later(const CJRecord *record, const _PyInterpreterFrame *frame)
{
    PyObject *function = PyStackRef_IsNull(frame->f_funcobj) ? NULL : PyStackRef_AsPyObjectBorrow(frame->f_funcobj);
    if (record->compiled_times < MOST_COMPILED && nto_compile < MOST_TO_COMPILE && function != NULL
        && PyFunction_Check(function) && ((PyFunctionObject *)function)->func_code == (PyObject *)record->code.code
        && ((PyFunctionObject *)function)->func_globals == record->code.globals) {
        to_compile[nto_compile++] = Py_NewRef(function);
    }
}

/* Returns how many there were. Arbitrary code may run. */
static int
compile_found(void)
{
    int n = nto_compile;
    while (nto_compile > 0) {
        PyFunctionObject *function = (PyFunctionObject *)to_compile[--nto_compile];
        CJRecord *record = (CJRecord *)cj_registry_find((PyCodeObject *)function->func_code, function->func_globals);
        if (record != NULL) {
            cj_compile_now(record, function);
        }
        Py_DECREF(function);
    }
    return n;
}

/* The interpreter runs a generator on by itself where it has specialised a loop for that. If machine code of the loop is not to be
 * expected, but there is some of the generator, the instruction becomes the general one again, for ever: it calls the generator's
 * class. */
static void
resume_by_class(_PyInterpreterFrame *caller)
{
    _Py_CODEUNIT *at = caller->instr_ptr;
    if (at->op.code != FOR_ITER_GEN || !PyStackRef_RefcountOnObject(caller->f_executable)) {
        return;
    }
    PyCodeObject *code = _PyFrame_GetCode(caller);
    CJRecord *record = wanted(caller, code);
    bool hopeless = record == NULL || (record->code.object == NULL && record->watched && record->loops != NULL);
    for (const CJLoop *loop = record == NULL ? NULL : record->loops; loop != NULL; loop = loop->next) {
        hopeless &= loop->given_up;
    }
    if (hopeless) {
        CJLearned *learned = cj_registry_learned(code);
        if (learned != NULL) {
            cj_learned_note_caches(learned, code); /* the compiler is to know what it was */
        }
        at->op.code = FOR_ITER;
        at[1].counter = initial_unreachable_backoff_counter();
    }
}

/* The code of a generator or coroutine is hot. The record is NULL when it is not wanted. */
static void
look_at_generator(const _PyInterpreterFrame *frame, const CJRecord *record)
{
    _PyInterpreterFrame *caller = frame->previous;
    if (record == NULL) {
        return;
    }
    if (record->code.object == NULL) {
        compile_later(record, frame);
    }
    else if (caller != NULL && (caller->owner == FRAME_OWNED_BY_THREAD || caller->owner == FRAME_OWNED_BY_GENERATOR)) {
        resume_by_class(caller);
    }
}

/* Looks at a thread's frames. Those of compiled code do not own their code object, except generators'. */
static int
look_at_frames(PyThreadState *tstate, Seen *seen, int n)
{
    int found = 0, left = MOST_FRAMES;
    for (_PyInterpreterFrame *frame = tstate->current_frame; frame != NULL && left > 0; frame = frame->previous, left--) {
        bool generator = frame->owner == FRAME_OWNED_BY_GENERATOR;
        if (!generator && (frame->owner != FRAME_OWNED_BY_THREAD || !PyStackRef_RefcountOnObject(frame->f_executable))) {
            continue;
        }
        PyCodeObject *code = _PyFrame_GetCode(frame);
        /* Tasks come and go with frames of the same code. */
        if (generator && seen_before(NULL, code)) {
            look_at_generator(frame, wanted(frame, code));
        }
        if (seen_before(frame, code)) {
            CJRecord *record = wanted(frame, code);
            int unit = record == NULL ? -1 : outermost_loop(code, (int)(frame->instr_ptr - _PyFrame_GetBytecode(frame)));
            if (unit >= 0 && !record->watched && cj_osr_watch(record, unit, ROUNDS)) {
                found++;
            }
        }
        seen[n + MOST_FRAMES - left] = (Seen){frame, code};
    }
    return found;
}

/* The pending call. */
static int
look(void *Py_UNUSED(unused))
{
    static int in_vain;
    PyObject *raised = PyErr_GetRaisedException();
    Seen seen[MOST_FRAMES * MOST_THREADS] = {{NULL, NULL}};
    int found = 0, n = 0;
    PyInterpreterState *interp = PyInterpreterState_Get();
    if (cj_registry_active() && cj_options.osr && interp == PyInterpreterState_Main()) {
        for (PyThreadState *tstate = PyInterpreterState_ThreadHead(interp); tstate != NULL && n < MOST_THREADS;
             tstate = PyThreadState_Next(tstate), n++) {
            found += look_at_frames(tstate, seen, n * MOST_FRAMES);
        }
        found += compile_found();
    }
    nbefore = n * MOST_FRAMES;
    memcpy(before, seen, sizeof(seen[0]) * (size_t)nbefore);
    in_vain = found > 0 ? 0 : in_vain + 1;
    pthread_mutex_lock(&lock);
    asked = false;
    if (found > 0) {
        interval = SHORTEST;
    }
    else if (in_vain >= IN_VAIN && interval < LONGEST) {
        interval *= 2;
        in_vain = 0;
    }
    pthread_mutex_unlock(&lock);
    PyErr_SetRaisedException(raised);
    return 0;
}

static void *
ask_again_and_again(void *Py_UNUSED(unused))
{
    pthread_mutex_lock(&lock);
    while (!stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (long)interval * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        while (!stopping && pthread_cond_timedwait(&wake, &lock, &until) != ETIMEDOUT) {
        }
        /* While the last one waits, nothing runs that would have to be looked at. */
        if (!stopping && !asked) {
            asked = true;
            pthread_mutex_unlock(&lock);
            int full = Py_AddPendingCall(look, NULL);
            pthread_mutex_lock(&lock);
            if (full != 0) {
                asked = false;
            }
        }
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void
stop(void *Py_UNUSED(unused))
{
    if (!running) {
        return;
    }
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
    pthread_join(sampler, NULL);
    running = stopping = asked = false;
}

void
cj_osr_after_fork(void)
{
    running = false; /* the thread is the parent's */
    pthread_mutex_init(&lock, NULL);
}

int
cj_osr_sample(bool on)
{
    static bool registered, prepared;
    if (!on) {
        stop(NULL);
        return 0;
    }
    if (running) {
        return 0;
    }
    if (!prepared) {
        pthread_condattr_t attributes;
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&wake, &attributes);
        pthread_condattr_destroy(&attributes);
        prepared = true;
    }
    if (!registered && PyUnstable_AtExit(PyInterpreterState_Get(), stop, NULL) < 0) {
        return -1;
    }
    registered = true;
    /* Signals are for the program's own threads. */
    sigset_t all, mine;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mine);
    running = pthread_create(&sampler, NULL, ask_again_and_again, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &mine, NULL);
    return 0; /* without the thread, loops wait for the next call */
}
