/* What a fork means for the run time: compiled code goes on in the child, but Go's threads are not there. */
#ifndef CJ_FORK_H
#define CJ_FORK_H

#include <stdbool.h>

/* Registers the handler. 0, or -1 with an exception. */
int cj_fork_start(void);

/* Whether this process is a forked child, which must never enter Go. */
bool cj_in_forked_child(void);

#endif
