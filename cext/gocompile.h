/* The door from C to the compiler; the other side is compile.go. */
#ifndef CJ_GOCOMPILE_H
#define CJ_GOCOMPILE_H

#include <stddef.h>

enum cj_compiled {
    CJ_COMPILE_DONE = 0,     /* the buffer is the encoded object */
    CJ_COMPILE_GIVEN_UP = 1, /* the buffer is the reason, as text */
    CJ_COMPILE_BUG = 2,      /* the compiler panicked; the buffer says where */
};

#endif
