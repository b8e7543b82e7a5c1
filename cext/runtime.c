/* Starting the run time of compiled code. */
#include "arena.h"
#include "collector.h"
#include "entry.h"
#include "exit.h"
#include "instances.h"
#include "instrumentation.h"
#include "print.h"
#include "reduce.h"
#include "stubs.h"

static bool started;

int
cj_runtime_start(size_t limit)
{
    if (started) {
        return 0;
    }
    if (cj_arena_start(limit) < 0) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    cj_collector_start();
    if (cj_entry_start() < 0 || cj_exits_start() < 0 || cj_instances_start() < 0 || cj_stubs_start() < 0 || cj_reduce_start() < 0) {
        return -1;
    }
    cj_instrumentation_start();
    cj_print_start();
    started = true;
    return 0;
}

bool
cj_runtime_started(void)
{
    return started;
}
