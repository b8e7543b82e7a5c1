/* See sets.h. */
#include "sets.h"

#include "exact.h"

#include "internal/pycore_setobject.h"

typedef enum { PUT, FAILED, UNKNOWN } Outcome;

/* Puts a key that it does not have into a set that has no dummies. */
static Outcome
put(PySetObject *set, PyObject *key, Py_hash_t hash)
{
    const size_t mask = (size_t)set->mask;
    if ((size_t)(set->fill + 1) * 5 >= mask * 3) {
        /* The table grows. The hash is asked for again. */
        if (cj_hash_exact(key) != hash) {
            return UNKNOWN;
        }
        return _PySet_AddTakeRef(set, Py_NewRef(key)) == 0 ? PUT : FAILED;
    }
    size_t perturb = (size_t)hash;
    for (size_t at = (size_t)hash & mask;; perturb >>= 5, at = (at * 5 + 1 + perturb) & mask) {
        setentry *last = &set->table[at + CJ_SET_NEIGHBOURS <= mask ? at + CJ_SET_NEIGHBOURS : at];
        for (setentry *entry = &set->table[at]; entry <= last; entry++) {
            if (entry->key == NULL) {
                entry->key = Py_NewRef(key);
                entry->hash = hash;
                set->fill++;
                set->used++;
                return PUT;
            }
            if (entry->hash == hash && cj_keys_equal(entry->key, key) != 0) {
                return UNKNOWN;
            }
        }
    }
}

bool
cj_set_operation(PyObject *left, PyObject *right, int op, PyObject **result)
{
    const Py_ssize_t n = PySet_GET_SIZE(left), m = PySet_GET_SIZE(right);
    PyObject *keys = left, *others = right;
    if (op == NB_AND) {
        if (left == right) {
            return false;
        }
        if (m <= n) {
            keys = right;
            others = left;
        }
    }
    else if (op != NB_SUBTRACT || n >> 2 > m) {
        return false;
    }
    *result = PyFrozenSet_CheckExact(left) ? PyFrozenSet_New(NULL) : PySet_New(NULL);
    const setentry *entry = ((PySetObject *)keys)->table;
    for (Py_ssize_t rest = PySet_GET_SIZE(keys); *result != NULL && rest > 0; entry++) {
        if (entry->key == NULL || entry->hash == -1) {
            continue;
        }
        rest--;
        const int found = cj_set_lookup_hash(others, entry->key, entry->hash);
        Outcome outcome = PUT;
        if (found == (op == NB_AND)) {
            outcome = put((PySetObject *)*result, entry->key, entry->hash);
        }
        else if (found < 0) {
            outcome = UNKNOWN;
        }
        if (outcome != PUT) {
            Py_CLEAR(*result);
            return outcome == FAILED;
        }
    }
    return true;
}
