#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "osr.h"

CJOptions cj_options = {.auto_calls = -1, .list_calls = 10, .osr = true};

static FILE *log_file;
static pid_t log_owner;
static bool log_failed; /* and it has been told */

static int
set_text(char **where, PyObject *value)
{
    char *text = NULL;
    if (value != Py_None) {
        const char *utf8 = PyUnicode_Check(value) ? PyUnicode_AsUTF8(value) : NULL;
        if (utf8 == NULL) {
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_TypeError, "want a str or None");
            }
            return -1;
        }
        text = strdup(utf8);
        if (text == NULL) {
            PyErr_NoMemory();
            return -1;
        }
    }
    free(*where);
    *where = text;
    return 0;
}

static int
set_calls(int64_t *where, PyObject *value)
{
    if (value == Py_None) {
        *where = -1;
        return 0;
    }
    long long calls = PyLong_AsLongLong(value);
    if (calls == -1 && PyErr_Occurred()) {
        return -1;
    }
    if (calls < 0) {
        PyErr_SetString(PyExc_ValueError, "the number of calls must not be negative");
        return -1;
    }
    *where = calls;
    return 0;
}

static FILE *open_log(void);

PyObject *
cj_set_option(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    PyObject *value;
    if (!PyArg_ParseTuple(args, "sO:set_option", &name, &value)) {
        return NULL;
    }
    int result = 0;
    if (strcmp(name, "auto_calls") == 0) {
        result = set_calls(&cj_options.auto_calls, value);
    }
    else if (strcmp(name, "list_calls") == 0) {
        result = set_calls(&cj_options.list_calls, value);
    }
    else if (strcmp(name, "code_limit") == 0) {
        int64_t limit = 0;
        result = set_calls(&limit, value);
        cj_options.code_limit = limit < 0 ? 0 : (size_t)limit;
    }
    else if (strcmp(name, "osr") == 0) {
        int on = PyObject_IsTrue(value);
        cj_options.osr = on > 0;
        result = on < 0 ? -1 : cj_osr_sample(on > 0);
    }
    else if (strcmp(name, "debug") == 0) {
        int on = PyObject_IsTrue(value);
        result = on < 0 ? -1 : 0;
        cj_options.debug = on > 0;
    }
    else if (strcmp(name, "log_file") == 0) {
        result = set_text(&cj_options.log_file, value);
        log_failed = false;
        if (result == 0 && log_file != NULL) {
            fclose(log_file);
            log_file = NULL;
        }
        if (result == 0) {
            (void)open_log(); /* so that it is told now that it cannot be written */
        }
    }
    else if (strcmp(name, "dump") == 0) {
        result = set_text(&cj_options.dump, value);
    }
    else if (strcmp(name, "remote") == 0) {
        result = set_text(&cj_options.remote, value);
    }
    else if (strcmp(name, "compiler") == 0) {
        result = set_text(&cj_options.compiler, value);
    }
    else {
        PyErr_Format(PyExc_ValueError, "unknown option %s", name);
        result = -1;
    }
    if (result < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

bool
cj_logging(void)
{
    return cj_options.log_file != NULL || cj_options.debug || cj_options.dump != NULL;
}

/* Opens the log of this process: a child that was forked gets its own when the name has {pid}. */
static FILE *
open_log(void)
{
    if (cj_options.log_file == NULL) {
        return cj_logging() ? stderr : NULL;
    }
    bool per_process = strstr(cj_options.log_file, "{pid}") != NULL;
    if (log_file != NULL && per_process && log_owner != getpid()) {
        fclose(log_file);
        log_file = NULL;
    }
    if (log_file == NULL) {
        char path[4096];
        size_t n = 0;
        for (const char *c = cj_options.log_file; *c != 0 && n + 32 < sizeof(path);) {
            if (strncmp(c, "{pid}", 5) == 0) {
                n += (size_t)snprintf(path + n, sizeof(path) - n, "%ld", (long)getpid());
                c += 5;
            }
            else {
                path[n++] = *c++;
            }
        }
        path[n] = 0;
        log_file = fopen(path, "ae");
        log_owner = getpid();
        if (log_file == NULL && !log_failed) {
            fprintf(stderr, "cinderjit: cannot write the log %s: %s\n", path, strerror(errno));
            log_failed = true;
        }
    }
    return log_file;
}

void
cj_log(const char *format, ...)
{
    FILE *file = open_log();
    if (file == NULL) {
        return;
    }
    char line[8192];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof(line) - 1, format, args);
    va_end(args);
    if (n < 0) {
        return;
    }
    size_t size = (size_t)n < sizeof(line) - 1 ? (size_t)n : sizeof(line) - 2;
    line[size++] = '\n';
    /* One write a line, so that lines of several processes do not mix. */
    fwrite(line, 1, size, file);
    fflush(file);
}

void
cj_log_text(const char *headline, const char *text, size_t size)
{
    FILE *file = open_log();
    if (file == NULL) {
        return;
    }
    fprintf(file, "---- %s ----\n", headline);
    fwrite(text, 1, size, file);
    if (size == 0 || text[size - 1] != '\n') {
        fputc('\n', file);
    }
    fflush(file);
}
