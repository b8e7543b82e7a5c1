"""Builds the C side with the sanitizers for addresses and undefined behaviour, and runs programs with it.

    tools/sanitize.py [--modes MODE,…] [--bounded] [PROGRAM…]

The library is built beside the installed one, into build/sanitized, which PYTHONPATH puts in front; so nothing else changes. Programs
are those of tests_py/differential.py, all without names; --bounded takes a few, for CI. Python objects come from malloc, one by one, so that
one that is used after its end, or beyond it, is found. Machine code is not instrumented; what it hands to C, and the C library's functions are.

What the sanitizers say is printed, and in build/sanitized/report.*.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

import build
import extension
import hosttools
import sysroot
from sysroot import BUILD, ROOT

FOLDER = BUILD / "sanitized"
REPORT = FOLDER / "report"
RUNTIMES = ("libasan.so", "libubsan.so")
BOUNDED = ("dropped", "caught")
MODES = "cold,warm0,forced,loops"
# Symbols that only a library has whose code was instrumented.
TRACES = (b"__asan_report_load8", b"__ubsan_handle_shift_out_of_bounds")


def toolchain():
    """That of the build, with the sanitizers."""
    made = extension.sysroot_toolchain()
    environment = made.environment
    environment["CGO_CFLAGS"] += " -fsanitize=address,undefined -fno-sanitize-recover=undefined"
    environment["CGO_LDFLAGS"] = "-fsanitize=address,undefined"
    # The shadow of the addresses covers those of the emulated process; Go would choose addresses beyond it.
    environment["GOEXPERIMENT"] = "norandomizedheapbase64"
    return made


def make():
    """Brings build/sanitized up to date; returns the paths of the sanitizers' own libraries."""
    extension.DEBUG = True  # names in the reports
    sys.path.append(str(build.BACKEND))  # for generated sources that are not up to date
    tools = toolchain()
    made = FOLDER / f"_cinderjit{extension.SUFFIX}"
    FOLDER.mkdir(exist_ok=True)
    extension.build(tools, made)
    code = made.read_bytes()
    absent = [name.decode() for name in TRACES if name not in code]
    if absent:
        sys.exit(f"{made} is not instrumented: no {', '.join(absent)}")
    shutil.rmtree(FOLDER / "cinderjit", ignore_errors=True)
    shutil.copytree(build.SITE / "cinderjit", FOLDER / "cinderjit")
    shutil.copy2(made, FOLDER / "cinderjit")
    compiler = tools.environment.get("CC", "gcc")
    return [
        os.path.realpath(subprocess.run([compiler, f"-print-file-name={name}"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip())
        for name in RUNTIMES]


def environment(runtimes):
    """The variables with which build/python runs the sanitized library."""
    preload = "LD_PRELOAD=" + ":".join(runtimes)
    # The interpreter leaves objects behind when it ends; that is no finding.
    settings = f"detect_leaks=0:halt_on_error=1:print_stacktrace=1:log_path={REPORT}"
    more = {"PYTHONPATH": str(FOLDER), "PYTHONMALLOC": "malloc", "ASAN_OPTIONS": settings, "UBSAN_OPTIONS": settings}
    if hosttools.native():
        more["LD_PRELOAD"] = ":".join(runtimes)
    else:
        more["CINDERJIT_QEMU_ARGS"] = f"{os.environ.get('CINDERJIT_QEMU_ARGS', '')} -E {preload}".strip()
    return os.environ | more


def findings():
    return sorted(FOLDER.glob("report.*"))


def python(variables, *arguments, **options):
    return subprocess.run([sysroot.PYTHON, "-P", *map(str, arguments)], cwd=ROOT, env=variables, **options)


def check_itself(variables):
    """The library is the one that is loaded, and what it should find is found."""
    program = (
        "import ctypes, sys, cinderjit; from cinderjit import _native; _native.load()\n"
        "assert cinderjit.__file__.startswith(sys.argv[1]), cinderjit.__file__\n"
        "print('loaded', flush=True); ctypes.memset(ctypes.create_string_buffer(64), 0, 65)")
    done = python(variables, "-c", program, FOLDER, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    found = findings()
    if "loaded" not in done.stdout or not found or "heap-buffer-overflow" not in found[0].read_text():
        sys.exit(f"the sanitized library does not work: exit status {done.returncode}\n{done.stdout}")
    for file in found:
        file.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--modes", default=MODES, help="those of tests_py/differential.py (default: %(default)s)")
    parser.add_argument("--bounded", action="store_true", help=f"only {', '.join(BOUNDED)}")
    options = parser.parse_args()
    variables = environment(make())
    for file in findings():
        file.unlink()
    check_itself(variables)
    programs = options.programs or (BOUNDED if options.bounded else ())
    status = python(variables, "tests_py/differential.py", "--mode", options.modes, *programs).returncode
    for file in findings():
        print(f"{file.relative_to(ROOT)}:\n{file.read_text(errors='replace')}")
    print(f"{len(findings())} findings of the sanitizers")
    return bool(status or findings())


if __name__ == "__main__":
    sys.exit(main())
