/*
 * The `python` of an emulated environment: a host program that becomes
 * qemu-aarch64 running the AArch64 interpreter.
 *
 * It stands where the interpreter itself would stand (usr/bin/python3.14 of the
 * sysroot; a virtual environment's bin/python is a link to it), so every place
 * that starts "the Python" by path works without binfmt_misc: subprocess and
 * multiprocessing through sys.executable, "#!" lines, venv, shells. The
 * interpreter lies beside it as python3.14.elf.
 *
 * The interpreter finds its prefix from argv[0]; so the path of the launcher,
 * made absolute, is what it is given. The process is replaced, never forked:
 * signals, exit status and standard streams need no forwarding.
 *
 * CINDERJIT_QEMU_ARGS   more arguments for the emulator, separated by blanks
 * QEMU_CPU              another CPU model than the default one below
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#if !defined(QEMU) || !defined(SYSROOT)
#error "QEMU and SYSROOT must be the absolute paths of qemu-aarch64 and of the sysroot"
#endif
#define INTERPRETER SYSROOT "/usr/bin/python3.14.elf"
#define LIBRARIES SYSROOT "/usr/lib/aarch64-linux-gnu"
/* Started by its path, and told where the libraries are, the dynamic linker needs no
 * `qemu -L`. That option redirects some system calls on absolute paths into the
 * sysroot and not others (listxattr), so that / and /usr would look inconsistent. */
#define LINKER LIBRARIES "/ld-linux-aarch64.so.1"

/* The model `max` emulates pointer authentication in software: 20 times slower. */
#define DEFAULT_CPU "neoverse-n1"

static void fail(const char *what, const char *path)
{
	fprintf(stderr, "python: %s: %s: %s\n", what, path, strerror(errno));
	exit(127);
}

/* Cuts the last component off path; "." is left if there was only one. */
static void to_parent(char path[PATH_MAX])
{
	char *slash = strrchr(path, '/');
	if (slash == NULL)
		strcpy(path, ".");
	else
		slash[slash == path] = '\0';
}

/* Appends name to dir. Returns 0 if it does not fit. */
static int join(char out[PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, name);
	return n >= 0 && n < PATH_MAX;
}

/* As a shell searches: the first executable file called name on PATH. */
static int search_path(const char *name, char out[PATH_MAX])
{
	const char *path = getenv("PATH");
	if (path == NULL)
		return 0;
	while (1) {
		const char *end = strchrnul(path, ':');
		char dir[PATH_MAX];
		snprintf(dir, sizeof dir, "%.*s", (int)(end - path), path);
		if (join(out, end == path ? "." : dir, name) && access(out, X_OK) == 0)
			return 1;
		if (*end == '\0')
			return 0;
		path = end + 1;
	}
}

/* Whether the interpreter would find a pyvenv.cfg: beside itself or one folder up. */
static int has_venv_config(const char *executable)
{
	char dir[PATH_MAX], config[PATH_MAX];
	strcpy(dir, executable);
	for (int level = 0; level < 2; level++) {
		to_parent(dir);
		if (join(config, dir, "pyvenv.cfg") && access(config, F_OK) == 0)
			return 1;
	}
	return 0;
}

/*
 * Follows links from path until one lies in a virtual environment, so that
 * build/python -> venv/bin/python is that environment's Python. A path that leads
 * to no environment is left alone.
 */
static void enter_venv(char path[PATH_MAX])
{
	char at[PATH_MAX];
	strcpy(at, path);
	for (int hops = 0; hops < 16; hops++) {
		if (has_venv_config(at)) {
			strcpy(path, at);
			return;
		}
		char target[PATH_MAX], dir[PATH_MAX], next[PATH_MAX];
		ssize_t n = readlink(at, target, sizeof target - 1);
		if (n < 0)
			return;
		target[n] = '\0';
		if (target[0] == '/') {
			strcpy(next, target);
		} else {
			strcpy(dir, at);
			to_parent(dir);
			if (!join(next, dir, target))
				return;
		}
		strcpy(at, next);
	}
}

static void make_absolute(char path[PATH_MAX])
{
	char cwd[PATH_MAX], out[PATH_MAX];
	if (path[0] == '/' || getcwd(cwd, sizeof cwd) == NULL)
		return;
	while (strncmp(path, "./", 2) == 0)
		memmove(path, path + 2, strlen(path) - 1);
	if (join(out, cwd, path))
		strcpy(path, out);
}

int main(int argc, char **argv)
{
	if (access(INTERPRETER, R_OK) != 0)
		fail("no interpreter", INTERPRETER);

	/* A name that leads nowhere (os.execv with an invented argv[0]) would leave the
	 * interpreter without its library: then the path that was executed counts. */
	char name[PATH_MAX];
	const char *given = argc > 0 ? argv[0] : "";
	if (strchr(given, '/') == NULL && search_path(given, name))
		given = name;
	if (strchr(given, '/') == NULL || access(given, X_OK) != 0)
		given = (const char *)getauxval(AT_EXECFN);
	if (given != name)
		snprintf(name, sizeof name, "%s", given);
	make_absolute(name);
	enter_venv(name);

	const char *extra = getenv("CINDERJIT_QEMU_ARGS");
	char *words = strdup(extra != NULL ? extra : "");
	char **args = calloc((size_t)argc + strlen(words) + 12, sizeof *args);
	if (words == NULL || args == NULL)
		fail("no memory", name);
	int k = 0;
	args[k++] = (char *)QEMU;
	if (getenv("QEMU_CPU") == NULL) {
		args[k++] = "-cpu";
		args[k++] = DEFAULT_CPU;
	}
	for (char *word = strtok(words, " \t\n"); word != NULL; word = strtok(NULL, " \t\n"))
		args[k++] = word;
	args[k++] = (char *)LINKER;
	args[k++] = "--inhibit-cache";
	args[k++] = "--argv0";
	args[k++] = name;
	args[k++] = "--library-path";
	args[k++] = (char *)LIBRARIES;
	args[k++] = (char *)INTERPRETER;
	for (int i = 1; i < argc; i++)
		args[k++] = argv[i];
	args[k] = NULL;
	execv(QEMU, args);
	fail("cannot start the emulator", QEMU);
}
