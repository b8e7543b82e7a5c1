/* Settings that the C side reads. The table with names, defaults and help is
   cinderjit/_options.py; it calls cj_set_option. */
#ifndef CJ_OPTIONS_H
#define CJ_OPTIONS_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t auto_calls; /* compile every function after so many calls; -1 is off */
    int64_t list_calls; /* calls before functions of the jit list are compiled */
    size_t code_limit;  /* cap on machine code in bytes; 0 for the default */
    bool osr;           /* take loops over that run long */
    bool debug;         /* log to stderr when there is no log file */
    char *log_file;     /* owned, or NULL; "{pid}" stands for the process */
    char *dump;         /* owned, or NULL: stages to log, separated by commas */
    char *remote;       /* owned, or NULL: the socket of the process that compiles */
    char *compiler;     /* owned, or NULL: options of the compiler as "name=value" lines */
} CJOptions;

extern CJOptions cj_options;

/* _cinderjit.set_option(name, value): returns None, or NULL with ValueError or TypeError. */
PyObject *cj_set_option(PyObject *module, PyObject *args);

/* Writes a text, which may have many lines, to the log below a headline. */
void cj_log_text(const char *headline, const char *text, size_t size);

/* Writes a line to the log, if there is one. */
void cj_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool cj_logging(void);

#endif
