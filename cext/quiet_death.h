/* Objects whose end runs no code but the interpreter's own: nobody can look at any frame meanwhile. */
#ifndef CJ_QUIET_DEATH_H
#define CJ_QUIET_DEATH_H

#include <Python.h>
#include <stdbool.h>

/* Whether deallocating the object, to which no references are left, runs no Python code and no code of other
 * extensions. False when that is not plain to see. */
bool cj_dies_quietly(PyObject *dead);

/* References that end together, and what ends with them: an object dies with the last of its references. */
enum { CJ_MOST_SHARED = 32 };
typedef struct {
    Py_ssize_t followed; /* references */
    int nshared;
    struct {
        PyObject *object; /* one of several references */
        Py_ssize_t met;   /* of them */
    } shared[CJ_MOST_SHARED];
} CJDeaths;

void cj_deaths_begin(CJDeaths *deaths);

/* The same for the end of one more reference: true also when the object stays. */
bool cj_ends_quietly(CJDeaths *deaths, PyObject *value);

#endif
