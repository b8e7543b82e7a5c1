/* See decimals.h.
 *
 * The layout of Decimals and contexts is in no public header, so objects with known values are made and looked at before anything is relied
 * on. What is done here needs neither rounding to the context's precision nor one of its limits, and so raises no signals; only quantize
 * has Inexact and Rounded, which are noted in the context as usual, unless they are trapped. All else is left to the module. */
#include "decimals.h"

#include "collector.h"
#include "exact.h"

#include "internal/pycore_context.h"
#include "internal/pycore_pystate.h"

/* A coefficient has one word when it is below RADIX; DIGITS is how many digits it has then at most. */
#define RADIX UINT64_C(10000000000000000000)
enum { DIGITS = 19 };

typedef struct {
    PyObject ob_base;
    Py_hash_t hash;
    uint8_t flags;
    int64_t exponent, digits, length, room;
    uint64_t *words;
    uint64_t own[4];
} Decimal;

/* Flags of a Decimal: negative; neither the number nor its words are on the heap. */
enum { NEGATIVE = 1, OWN = 16 | 32 };

typedef struct {
    PyObject ob_base;
    int64_t prec, emax, emin;
    uint32_t traps, status, newtrap;
    int32_t rounding, clamp, allcr;
} Context;

enum { INEXACT = 0x40, ROUNDED = 0x1000 };
enum { UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN, HALF_EVEN, UP_05 };
static const char *const roundings[] = {
    [UP] = "ROUND_UP", [DOWN] = "ROUND_DOWN", [CEILING] = "ROUND_CEILING", [FLOOR] = "ROUND_FLOOR",
    [HALF_UP] = "ROUND_HALF_UP", [HALF_DOWN] = "ROUND_HALF_DOWN", [HALF_EVEN] = "ROUND_HALF_EVEN", [UP_05] = "ROUND_05UP",
};

PyTypeObject *cj_decimal_type;
PyObject *cj_decimal_quantize, *cj_decimal_context_quantize;
static PyTypeObject *context_type;
static PyContextVar *variable; /* of the current context */
static bool looked;

static const uint64_t powers[DIGITS + 1] = {
    UINT64_C(1), UINT64_C(10), UINT64_C(100), UINT64_C(1000), UINT64_C(10000), UINT64_C(100000), UINT64_C(1000000), UINT64_C(10000000),
    UINT64_C(100000000), UINT64_C(1000000000), UINT64_C(10000000000), UINT64_C(100000000000), UINT64_C(1000000000000),
    UINT64_C(10000000000000), UINT64_C(100000000000000), UINT64_C(1000000000000000), UINT64_C(10000000000000000),
    UINT64_C(100000000000000000), UINT64_C(1000000000000000000), RADIX,
};

typedef struct {
    uint64_t coefficient;
    int64_t exponent;
    bool negative;
} Number;

/* How many digits a coefficient has; 0 has one. */
static inline int
count_digits(uint64_t coefficient)
{
    const int least = (64 - __builtin_clzll(coefficient | 1)) * 1233 >> 12;
    return coefficient == 0 ? 1 : least + (coefficient >= powers[least]);
}

/* The value of an exact Decimal of one word or an exact int. */
static inline bool
number_of(PyObject *object, Number *number)
{
    if (Py_IS_TYPE(object, cj_decimal_type)) {
        const Decimal *decimal = (Decimal *)object;
        number->coefficient = decimal->words[0];
        number->exponent = decimal->exponent;
        number->negative = decimal->flags & NEGATIVE;
        return (decimal->flags & ~NEGATIVE) == OWN && decimal->length == 1;
    }
    int64_t value;
    if (!cj_two_digits(object, &value)) {
        return false;
    }
    number->negative = value < 0;
    number->coefficient = value < 0 ? -(uint64_t)value : (uint64_t)value;
    number->exponent = 0;
    return true;
}

/* The current context, borrowed; NULL without an exception when there is none yet. */
static inline Context *
current_context(void)
{
    PyThreadState *tstate = _PyThreadState_GET();
    PyObject *context = variable->var_cached;
    if (context == NULL || variable->var_cached_tsid != tstate->id || variable->var_cached_tsver != tstate->context_ver) {
        if (PyContextVar_Get((PyObject *)variable, NULL, &context) < 0) {
            PyErr_Clear();
            return NULL;
        }
        if (context == NULL) {
            return NULL;
        }
        Py_DECREF(context);
    }
    return Py_IS_TYPE(context, context_type) ? (Context *)context : NULL;
}

/* Whether a context leaves a number of so many digits as it is, without a signal, whatever its sign and whether it is 0. */
static inline bool
fits(const Context *context, int64_t exponent, int digits)
{
    return digits <= context->prec && exponent >= context->emin && exponent <= context->emax - context->prec + 1;
}

static inline PyObject *
new_decimal(Number number, int digits)
{
    Decimal *decimal = (Decimal *)_PyObject_GC_New(cj_decimal_type);
    if (decimal == NULL) {
        return NULL;
    }
    decimal->hash = -1;
    decimal->flags = OWN | (number.negative ? NEGATIVE : 0);
    decimal->exponent = number.exponent;
    decimal->digits = digits;
    decimal->length = 1;
    decimal->room = Py_ARRAY_LENGTH(decimal->own);
    decimal->words = decimal->own;
    decimal->own[0] = number.coefficient;
    if (cj_young != NULL) {
        cj_track((PyObject *)decimal);
    }
    else {
        PyObject_GC_Track(decimal);
    }
    return (PyObject *)decimal;
}

/* Gives a number the lower exponent of two; false when it has too many digits then. */
static inline bool
align(Number *number, int64_t exponent)
{
    const uint64_t shift = (uint64_t)number->exponent - (uint64_t)exponent;
    number->exponent = exponent;
    return shift <= DIGITS && !__builtin_mul_overflow(number->coefficient, powers[shift], &number->coefficient);
}

PyObject *
cj_decimal_arithmetic(PyObject *left, PyObject *right, int op)
{
    Number x, y, z;
    if (!number_of(left, &x) || !number_of(right, &y)) {
        return Py_NotImplemented;
    }
    const Context *context = current_context();
    if (context == NULL) {
        return Py_NotImplemented;
    }
    if (op == NB_MULTIPLY) {
        z.negative = x.negative != y.negative;
        if (__builtin_mul_overflow(x.coefficient, y.coefficient, &z.coefficient)
            || __builtin_add_overflow(x.exponent, y.exponent, &z.exponent)) {
            return Py_NotImplemented;
        }
    }
    else {
        y.negative ^= op == NB_SUBTRACT;
        if (x.exponent != y.exponent && !(x.exponent > y.exponent ? align(&x, y.exponent) : align(&y, x.exponent))) {
            return Py_NotImplemented;
        }
        z = x.coefficient < y.coefficient ? y : x;
        if (x.negative == y.negative) {
            if (__builtin_add_overflow(x.coefficient, y.coefficient, &z.coefficient)) {
                return Py_NotImplemented;
            }
        }
        else if (x.coefficient == y.coefficient) {
            if (context->rounding == FLOOR) {
                return Py_NotImplemented;
            }
            z.coefficient = 0;
            z.negative = false;
        }
        else {
            z.coefficient -= x.coefficient < y.coefficient ? x.coefficient : y.coefficient;
        }
    }
    const int digits = z.coefficient < RADIX ? count_digits(z.coefficient) : DIGITS + 1;
    if (digits > DIGITS || !fits(context, z.exponent, digits)) {
        return Py_NotImplemented;
    }
    return new_decimal(z, digits);
}

/* Whether what is cut off, remainder of a division by divisor, makes the coefficient that is left greater by one. */
static inline bool
rounds_up(int rounding, uint64_t coefficient, bool negative, uint64_t remainder, uint64_t divisor)
{
    const uint64_t rest = divisor - remainder;
    switch (rounding) {
    case UP:
        return remainder != 0;
    case CEILING:
        return remainder != 0 && !negative;
    case FLOOR:
        return remainder != 0 && negative;
    case HALF_UP:
        return remainder >= rest;
    case HALF_DOWN:
        return remainder > rest;
    case HALF_EVEN:
        return remainder > rest || (remainder == rest && (coefficient & 1));
    default:
        return false;
    }
}

PyObject *
cj_decimal_quantized(PyObject *method, PyObject *const *arguments, Py_ssize_t n)
{
    Context *context;
    if (method == cj_decimal_quantize && n == 2) {
        context = current_context();
    }
    else if (method == cj_decimal_context_quantize && n == 3 && Py_IS_TYPE(arguments[0], context_type)) {
        context = (Context *)*arguments++;
    }
    else {
        return Py_NotImplemented;
    }
    Number number, pattern;
    if (context == NULL || !Py_IS_TYPE(arguments[0], cj_decimal_type) || !Py_IS_TYPE(arguments[1], cj_decimal_type)
        || !number_of(arguments[0], &number) || !number_of(arguments[1], &pattern) || context->rounding < UP || context->rounding > HALF_EVEN) {
        return Py_NotImplemented;
    }
    uint32_t status = 0;
    if (number.exponent >= pattern.exponent) {
        if (!align(&number, pattern.exponent)) {
            return Py_NotImplemented;
        }
    }
    else {
        const uint64_t shift = (uint64_t)pattern.exponent - (uint64_t)number.exponent;
        if (shift > DIGITS || number.coefficient == 0) {
            return Py_NotImplemented;
        }
        const uint64_t divisor = powers[shift], remainder = number.coefficient % divisor;
        number.coefficient /= divisor;
        number.coefficient += rounds_up(context->rounding, number.coefficient, number.negative, remainder, divisor);
        number.exponent = pattern.exponent;
        status = ROUNDED | (remainder != 0 ? INEXACT : 0);
    }
    const int digits = number.coefficient < RADIX ? count_digits(number.coefficient) : DIGITS + 1;
    if (digits > DIGITS || !fits(context, number.exponent, digits) || (context->traps & status) != 0) {
        return Py_NotImplemented;
    }
    PyObject *result = new_decimal(number, digits);
    if (result != NULL) {
        context->status |= status;
    }
    return result;
}

PyObject *
cj_decimal_str(PyObject *value)
{
    Number number;
    /* The module makes the thread's context, if there is none, even for this. */
    if (!number_of(value, &number) || number.exponent > 0 || number.exponent < -DIGITS || current_context() == NULL) {
        return Py_NotImplemented;
    }
    const int behind = (int)-number.exponent, digits = count_digits(number.coefficient);
    if (digits - behind <= -6) {
        return Py_NotImplemented;
    }
    const int written = digits > behind ? digits : behind + 1;
    PyObject *text = PyUnicode_New(number.negative + written + (behind > 0), 127);
    if (text == NULL) {
        return NULL;
    }
    char *start = (char *)PyUnicode_1BYTE_DATA(text), *at = start + PyUnicode_GET_LENGTH(text);
    for (int i = 0; i < written; i++) {
        if (i == behind && i > 0) {
            *--at = '.';
        }
        *--at = (char)('0' + number.coefficient % 10);
        number.coefficient /= 10;
    }
    if (number.negative) {
        *start = '-';
    }
    return text;
}

bool
cj_decimals_expected(const PyTypeObject *type)
{
    return !looked && strcmp(type->tp_name, "decimal.Decimal") == 0;
}

/* Whether Decimals look as they should. */
static bool
decimals_are_known(PyTypeObject *type)
{
    static const struct {
        const char *text;
        uint8_t flags;
        int64_t exponent, digits, length;
        uint64_t words[2];
    } samples[] = {
        {"-123.45", OWN | NEGATIVE, -2, 5, 1, {12345}},
        {"0", OWN, 0, 1, 1, {0}},
        {"-0E+7", OWN | NEGATIVE, 7, 1, 1, {0}},
        {"9999999999999999999", OWN, 0, 19, 1, {RADIX - 1}},
        {"1.234567890123456789012345E-50", OWN, -74, 25, 2, {UINT64_C(7890123456789012345), 123456}},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(samples); i++) {
        Decimal *decimal = (Decimal *)PyObject_CallFunction((PyObject *)type, "s", samples[i].text);
        const bool known = decimal != NULL && Py_IS_TYPE(decimal, type) && decimal->hash == -1 && decimal->flags == samples[i].flags
            && decimal->exponent == samples[i].exponent && decimal->digits == samples[i].digits && decimal->length == samples[i].length
            && decimal->room == Py_ARRAY_LENGTH(decimal->own) && decimal->words == decimal->own && decimal->own[0] == samples[i].words[0]
            && (decimal->length == 1 || decimal->own[1] == samples[i].words[1]);
        Py_XDECREF(decimal);
        if (!known) {
            return false;
        }
    }
    static const char *const special[] = {"Infinity", "NaN", "sNaN", "-NaN123"};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(special); i++) {
        Decimal *decimal = (Decimal *)PyObject_CallFunction((PyObject *)type, "s", special[i]);
        const bool known = decimal != NULL && (decimal->flags & OWN) == OWN && (decimal->flags & ~(OWN | NEGATIVE)) != 0;
        Py_XDECREF(decimal);
        if (!known) {
            return false;
        }
    }
    return true;
}

/* Whether contexts look as they should. */
static bool
contexts_are_known(PyObject *module, PyTypeObject *type)
{
    PyObject *nothing = PyTuple_New(0), *inexact = PyObject_GetAttrString(module, "Inexact"), *rounded = PyObject_GetAttrString(module, "Rounded");
    bool known = nothing != NULL && inexact != NULL && rounded != NULL;
    for (int i = 0; known && i <= UP_05; i++) {
        const int clamp = i & 1;
        PyObject *names = Py_BuildValue("{s:i,s:i,s:i,s:s,s:i,s:i,s:[OO],s:[O]}", "prec", 37 + i, "Emin", -1234, "Emax", 5678 + i, "rounding",
                                        roundings[i], "capitals", 1, "clamp", clamp, "flags", inexact, rounded, "traps", clamp ? rounded : inexact);
        Context *context = names != NULL ? (Context *)PyObject_Call((PyObject *)type, nothing, names) : NULL;
        known = context != NULL && Py_IS_TYPE(context, type) && context->prec == 37 + i && context->emin == -1234 && context->emax == 5678 + i
            && context->rounding == i && context->clamp == clamp && context->status == (INEXACT | ROUNDED)
            && context->traps == (clamp ? ROUNDED : INEXACT);
        Py_XDECREF(context);
        Py_XDECREF(names);
    }
    Py_XDECREF(nothing);
    Py_XDECREF(inexact);
    Py_XDECREF(rounded);
    return known;
}

/* The one variable called decimal_context that has this value: a new reference, or NULL. */
static PyObject *
variable_with(PyObject *context)
{
    PyObject *found = NULL, *all = PyContext_CopyCurrent(), *iterator = all != NULL ? PyObject_GetIter(all) : NULL, *each;
    int number = 0;
    while (iterator != NULL && (each = PyIter_Next(iterator)) != NULL) {
        PyObject *value = NULL;
        if (PyContextVar_CheckExact(each) && PyUnicode_EqualToUTF8(((PyContextVar *)each)->var_name, "decimal_context")
            && PyContextVar_Get(each, NULL, &value) == 0 && value == context) {
            number++;
            Py_XSETREF(found, Py_NewRef(each));
        }
        Py_XDECREF(value);
        Py_DECREF(each);
    }
    Py_XDECREF(iterator);
    Py_XDECREF(all);
    if (number != 1) {
        Py_CLEAR(found);
    }
    return found;
}

/* Whether objects of a class that nobody can change begin with a structure of that size and have no dict. */
static bool
is_fixed(PyTypeObject *type, size_t size)
{
    return PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) && PyType_HasFeature(type, Py_TPFLAGS_IMMUTABLETYPE)
        && PyType_HasFeature(type, Py_TPFLAGS_HAVE_GC) && !PyType_HasFeature(type, Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF)
        && type->tp_dictoffset == 0 && type->tp_itemsize == 0 && (size_t)type->tp_basicsize >= size && type->tp_free == PyObject_GC_Del;
}

static PyObject *
method_of(PyTypeObject *type)
{
    PyObject *method = PyObject_GetAttrString((PyObject *)type, "quantize");
    if (method != NULL && !Py_IS_TYPE(method, &PyMethodDescr_Type)) {
        Py_CLEAR(method);
    }
    return method;
}

void
cj_decimals_look(PyTypeObject *type)
{
    looked = true;
    PyObject *module = PyType_GetModule(type);
    if (module == NULL || !is_fixed(type, sizeof(Decimal)) || type->tp_basicsize != sizeof(Decimal) || !decimals_are_known(type)) {
        PyErr_Clear();
        return;
    }
    PyObject *contexts = PyObject_GetAttrString(module, "Context"), *get = PyObject_GetAttrString(module, "getcontext"), *context = NULL;
    if (contexts != NULL && PyType_Check(contexts) && is_fixed((PyTypeObject *)contexts, sizeof(Context)) && get != NULL
        && PyCFunction_CheckExact(get) && PyCFunction_GET_SELF(get) == module && contexts_are_known(module, (PyTypeObject *)contexts)) {
        context = PyObject_CallNoArgs(get);
    }
    PyObject *found = context != NULL && PyObject_TypeCheck(context, (PyTypeObject *)contexts) ? variable_with(context) : NULL;
    PyObject *method = found != NULL ? method_of(type) : NULL;
    PyObject *context_method = method != NULL ? method_of((PyTypeObject *)contexts) : NULL;
    if (context_method != NULL) {
        /* All of this lives as long as the process. */
        variable = (PyContextVar *)Py_NewRef(found);
        context_type = (PyTypeObject *)Py_NewRef(contexts);
        cj_decimal_quantize = Py_NewRef(method);
        cj_decimal_context_quantize = Py_NewRef(context_method);
        cj_decimal_type = (PyTypeObject *)Py_NewRef(type);
    }
    Py_XDECREF(context_method);
    Py_XDECREF(method);
    Py_XDECREF(found);
    Py_XDECREF(context);
    Py_XDECREF(get);
    Py_XDECREF(contexts);
    PyErr_Clear();
}
