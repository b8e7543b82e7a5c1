#include "jitlist.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "internal/pycore_global_strings.h"
#include "internal/pycore_interp_structs.h"
#include "internal/pycore_runtime.h"

typedef struct {
    char *text;  /* as given; owned, like the next two */
    char *first; /* module, or name */
    char *rest;  /* qualname, or file */
    long line;   /* of the second form, else 0 */
} Pattern;

static Pattern *patterns;
static size_t npatterns;

bool
cj_jitlist_empty(void)
{
    return npatterns == 0;
}

static int
split(Pattern *p)
{
    char *at = strchr(p->text, '@');
    char *colon = strrchr(p->text, ':');
    if (at != NULL) {
        char *end = NULL;
        p->line = colon > at ? strtol(colon + 1, &end, 10) : 0;
        if (p->line <= 0 || *end != 0 || at == p->text || colon == at + 1) {
            return -1;
        }
        p->first = strndup(p->text, at - p->text);
        p->rest = strndup(at + 1, colon - at - 1);
        return 0;
    }
    colon = strchr(p->text, ':');
    if (colon == NULL || colon == p->text || colon[1] == 0) {
        return -1;
    }
    p->first = strndup(p->text, colon - p->text);
    p->rest = strdup(colon + 1);
    return 0;
}

static void
pattern_free(Pattern *p)
{
    free(p->text);
    free(p->first);
    free(p->rest);
}

int
cj_jitlist_add(const char *text)
{
    for (size_t i = 0; i < npatterns; i++) {
        if (strcmp(patterns[i].text, text) == 0) {
            return 0;
        }
    }
    Pattern p = {.text = strdup(text)};
    if (p.text != NULL && split(&p) < 0) {
        PyObject *shown = PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "backslashreplace");
        if (shown != NULL) {
            PyErr_Format(PyExc_ValueError, "not module:qualname nor name@file.py:line: %R", shown);
            Py_DECREF(shown);
        }
        pattern_free(&p);
        return -1;
    }
    Pattern *list = realloc(patterns, (npatterns + 1) * sizeof(*list));
    if (list != NULL) {
        patterns = list;
    }
    if (p.text == NULL || p.first == NULL || p.rest == NULL || list == NULL) {
        pattern_free(&p);
        PyErr_NoMemory();
        return -1;
    }
    patterns[npatterns++] = p;
    return 0;
}

/* UTF-8 of a str, borrowed; "" when it is none. */
static const char *
utf8(PyObject *text)
{
    const char *s = text != NULL && PyUnicode_Check(text) ? PyUnicode_AsUTF8(text) : NULL;
    if (s == NULL) {
        PyErr_Clear();
        return "";
    }
    return s;
}

static bool
ends_with_path(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && strcmp(path + n - m, end) == 0 && (n == m || end[0] == '/' || path[n - m - 1] == '/');
}

bool
cj_jitlist_matches(PyFunctionObject *function)
{
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    if (npatterns == 0) {
        return false;
    }
    PyObject *module = function->func_module;
    if ((module == NULL || !PyUnicode_Check(module)) && PyDict_CheckExact(function->func_globals)) {
        module = PyDict_GetItemWithError(function->func_globals, &_Py_ID(__name__));
        PyErr_Clear();
    }
    /* Decorators rename functions; the code keeps its name. */
    const char *module_name = utf8(module), *name = utf8(function->func_qualname);
    const char *code_name = utf8(code->co_qualname);
    for (size_t i = 0; i < npatterns; i++) {
        const Pattern *p = &patterns[i];
        if (p->line != 0) {
            if (p->line == code->co_firstlineno && ends_with_path(utf8(code->co_filename), p->rest)
                && (fnmatch(p->first, utf8(code->co_name), 0) == 0 || fnmatch(p->first, code_name, 0) == 0)) {
                return true;
            }
        }
        else if (fnmatch(p->first, module_name, 0) == 0
                 && (fnmatch(p->rest, name, 0) == 0 || fnmatch(p->rest, code_name, 0) == 0)) {
            return true;
        }
    }
    return false;
}

PyObject *
cj_jitlist_get(void)
{
    PyObject *list = PyList_New((Py_ssize_t)npatterns);
    for (size_t i = 0; list != NULL && i < npatterns; i++) {
        PyObject *text = PyUnicode_FromString(patterns[i].text);
        if (text == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, (Py_ssize_t)i, text);
    }
    return list;
}

void
cj_jitlist_clear(void)
{
    for (size_t i = 0; i < npatterns; i++) {
        pattern_free(&patterns[i]);
    }
    free(patterns);
    patterns = NULL;
    npatterns = 0;
}
