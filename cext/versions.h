/* From the version numbers in inline caches back to types and functions. */
#ifndef CJ_VERSIONS_H
#define CJ_VERSIONS_H

#include <Python.h>
#include <stdint.h>

/* The type that has this tp_version_tag, or had it before the JIT itself took the
   version away without changing the type. Borrowed, or NULL. */
PyTypeObject *cj_type_by_version(uint32_t version);

/* A function that has this func_version, or had it before the JIT installed an
   entry. Borrowed, or NULL when only the code is known; *code is borrowed too, and
   NULL when nothing is known. */
PyObject *cj_function_by_version(uint32_t version, PyCodeObject **code);

/* The Python __init__ cached by the interpreter for a class, also if the JIT has
   emptied that cache. Borrowed, or NULL. */
PyObject *cj_init_of(PyTypeObject *type);

/* Empties the inline caches that rely on the type's version, and its subclasses', without
   the JIT taking it for a change of the type. */
void cj_type_renew_version(PyTypeObject *type);

/* Forgets former versions of a type that was really changed, or died. */
void cj_type_versions_forget(PyTypeObject *type);

/* Notes that a function had this version until now, and that it is gone. */
void cj_function_version_note(PyObject *function, uint32_t version);
void cj_function_versions_forget(PyObject *function);

#endif
