/* Has a snapshot compiled by another process; the other end is jit/remote. */
#ifndef CJ_REMOTE_H
#define CJ_REMOTE_H

#include <stddef.h>

/* Like cj_go_compile, with the path of the socket. Where nobody answers, the result is CJ_COMPILE_GIVEN_UP with
   the reason. Goes without Go, so that forked children may call it. */
int cj_remote_compile(const char *path, const void *snapshot, size_t n, const char *options, void **out, size_t *outn);

#endif
