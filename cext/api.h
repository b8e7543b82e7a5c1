/* The C methods of _cinderjit that take functions and objects. */
#ifndef CJ_API_H
#define CJ_API_H

#include <Python.h>

extern PyMethodDef cj_api_methods[];

#endif
