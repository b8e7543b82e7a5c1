/* See fork.h. */
#include "fork.h"

#include <errno.h>
#include <pthread.h>

#include <Python.h>

#include "entry.h"

static bool forked;

static void
in_child(void)
{
    forked = true;
    cj_entry_after_fork();
}

int
cj_fork_start(void)
{
    static bool registered;
    if (registered) {
        return 0;
    }
    int error = pthread_atfork(NULL, NULL, in_child);
    if (error != 0) {
        errno = error;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    registered = true;
    return 0;
}

bool
cj_in_forked_child(void)
{
    return forked;
}
