/* Arithmetic of exact decimal.Decimal objects whose digits fit one machine word. Called with the GIL held, in the interpreter that runs
 * compiled code. */
#ifndef CJ_DECIMALS_H
#define CJ_DECIMALS_H

#include <Python.h>
#include <stdbool.h>

/* The class decimal.Decimal, its method quantize and that of decimal.Context; NULL as long as cj_decimals_look has not found them. */
extern PyTypeObject *cj_decimal_type;
extern PyObject *cj_decimal_quantize, *cj_decimal_context_quantize;

/* Whether the class of a C extension may be decimal.Decimal, and was not looked at yet. */
bool cj_decimals_expected(const PyTypeObject *type);

/* Learns the layout of the objects of module _decimal, if it is the one known here. Runs no Python code and leaves no exception. */
void cj_decimals_look(PyTypeObject *type);

/* left + right, left - right, left * right by op (NB_ADD, NB_SUBTRACT, NB_MULTIPLY) of exact Decimals and ints, one of which is a Decimal: a
 * new reference, NULL with MemoryError, or NotImplemented, immortal, when the result is not known here; nothing has happened then. */
PyObject *cj_decimal_arithmetic(PyObject *left, PyObject *right, int op);

/* What method, one of the two methods quantize, gives for self and n - 1 positional arguments; results as above. */
PyObject *cj_decimal_quantized(PyObject *method, PyObject *const *arguments, Py_ssize_t n);

/* str(value) of an exact Decimal; results as above. */
PyObject *cj_decimal_str(PyObject *value);

#endif
