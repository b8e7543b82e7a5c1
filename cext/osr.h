/* On-stack replacement: frames that the interpreter runs are taken over by compiled code at the begin of a loop.

   The interpreter has one door for that: at a jump at which a tool of sys.monitoring has asked for events, it calls the tool,
   and afterwards reads instruction, stack and locals of the frame anew. So code with a hot loop gets JUMP events, of itself
   only, under the tool id that is meant for optimizers. The callback runs the loop in compiled code. Where that leaves
   it, the frame is complete, and the interpreter goes on with it in place.

   Everything is called with the GIL held. */
#ifndef CJ_OSR_H
#define CJ_OSR_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#include "exit.h"
#include "object.h"
#include "registry.h"

/* A loop that was found to be hot, of the code object of a record. */
typedef struct CJLoop {
    struct CJLoop *next;
    uint32_t unit;        /* code unit of its first instruction */
    uint32_t rounds;      /* that the interpreter runs, while it is watched, before it is compiled */
    bool given_up;
    bool in_module;       /* made for frames whose namespace is their module's */
    uint32_t compiled_times, mismatches;
    uint32_t yields;      /* times that it was left because the frame is suspended */
    uint64_t entered;
    CJObject *object;     /* its machine code, or NULL */
    PyObject *builtins;   /* for which that was made; only compared */
    uint32_t nlocals;
    PyTypeObject **classes; /* of the frame's locals: NULL for none or any; only compared */
} CJLoop;

/* Watches the loops of a code object: the one that begins at a code unit is compiled after so many rounds, others after
   many. Returns whether it could be done; leaves no exception. */
bool cj_osr_watch(CJRecord *record, int unit, unsigned rounds);

/* Takes the machine code of all loops away. */
void cj_osr_take_code(CJRecord *record);

/* The same for one object, if it is of a loop; else false. It may be compiled again. */
bool cj_osr_lost(CJObject *object);

/* Frees what is known of loops. The machine code has been taken away. */
void cj_osr_forget(CJRecord *record);

/* A guard of the machine code of a loop has failed and was counted. */
void cj_osr_guard_failed(CJObject *object, uint32_t exit);

/* Somebody is going to use the tool id: no code is watched from now on, as long as he does. */
void cj_osr_release_tool(void);

/* The tool events that are not this one's. */
uint8_t cj_osr_foreign_tools(const uint8_t *tools, int event);

/* The opcode of an instruction as if no code were watched: for jumps at which only this tool has asked for events. */
uint8_t cj_osr_plain_opcode(PyCodeObject *code, uint8_t opcode);

/* Compiled code leaves its frame, which is complete, linked and counted. When the interpreter that runs it is waiting for that, it
   goes on when the compiled code returns NULL, and this returns true. */
bool cj_osr_leaves(const CJExitRegs *regs, _PyInterpreterFrame *frame);

/* Whether compiled code must not end its frame, because it is a generator's and the interpreter that runs it goes on with it. */
bool cj_osr_must_stay(const CJExitRegs *regs, const _PyInterpreterFrame *frame);

/* Loops that were compiled or entered, as a new list of dicts; NULL with an exception. The counts begin anew. */
PyObject *cj_osr_take_stats(void);

/* Begins or ends looking for hot loops, a hundred times a second. Returns 0, or -1 with an exception. */
int cj_osr_sample(bool on);

/* In the child of a fork: nobody looks for hot loops any more. */
void cj_osr_after_fork(void);

/* For the compiler's side: compiles a loop for a frame that stands at it. The machine code is in the loop afterwards, or it is given
   up. Leaves no exception. */
typedef struct CJLoopEntry CJLoopEntry;
void cj_compile_loop(CJRecord *record, CJLoop *loop, PyObject *function, const CJLoopEntry *entry);

#endif
