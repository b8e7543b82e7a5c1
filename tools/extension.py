"""Builds the shared library cinderjit._cinderjit: generate, compile, link.

gopy is used as a generator only. From the exported names of pybind/ come a Go
file, a C file and two Python files; they lie in build/_extension, together they are
the main package of a library that also contains cext/ and the compiler. For
another architecture than the host's only the C compiler and GOARCH differ.

CINDERJIT_DEBUG=1   keep the symbols
CINDERJIT_CC        another cross compiler than aarch64-linux-gnu-gcc
"""

import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
OUTPUT = BUILD / "_extension"
SUFFIX = ".cpython-314-aarch64-linux-gnu.so"
MODULE = "github.com/cinderjit/cinderjit"
# The Python files that come with the library, as they are called in the package.
WRAPPERS = ("go.py", "pybind.py")
# Keep the symbols, for gdb and perf.
DEBUG = os.environ.get("CINDERJIT_DEBUG") == "1"


class Toolchain:
    """Go, the C compiler and the headers for the target; include is the folder of its Python.h."""

    def __init__(self, include):
        include = pathlib.Path(include)
        if not (include / "Python.h").exists():
            sys.exit(f"no Python.h in {include}" + (
                ": run `make sysroot` first" if BUILD in include.parents else ": install Python's development files"))
        environment = dict(os.environ)
        for name in ("GOARCH", "GOOS"):
            environment.pop(name, None)
        host = subprocess.run(
            ["go", "env", "GOHOSTARCH"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        self.generator_environment = dict(environment)
        self.generator_environment.pop("CC", None)
        self.flags = [f"-I{include}", f"-I{include}/internal", *_platform_flags(include)]
        self.environment = dict(
            environment, GOARCH="arm64", CGO_ENABLED="1", CGO_CFLAGS=" ".join(["-O2", "-g", *self.flags]))
        if host.stdout.strip() != "arm64":
            self.environment["CC"] = os.environ.get("CINDERJIT_CC", "aarch64-linux-gnu-gcc")


def _platform_flags(include):
    # Debian's pyconfig.h includes <aarch64-linux-gnu/python3.14/pyconfig.h>. The
    # folder that holds it holds the C library's headers too, which are newer than
    # the cross compiler's, so a folder with nothing but this one is made.
    platform = include.parent / "aarch64-linux-gnu" / include.name
    if not platform.exists():
        return []
    folder = BUILD / "include"
    link = folder / "aarch64-linux-gnu" / include.name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(platform)
    return [f"-I{folder}"]


def sysroot_toolchain():
    """The toolchain for the Python of build/sysroot, whatever Python runs this."""
    return Toolchain(BUILD / "sysroot/usr/include/python3.14")


def running_toolchain():
    """The toolchain for the interpreter that runs this."""
    return Toolchain(sysconfig.get_paths()["include"])


def build(toolchain, library=OUTPUT / f"_cinderjit{SUFFIX}"):
    """Brings the library up to date and returns (library, [Python wrappers])."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with open(OUTPUT.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _generate(toolchain)
        # Compiled code names helpers by number: the C table has to be that of this compiler.
        subprocess.run(
            ["go", "run", "./jit/hir/genhelpers"], cwd=ROOT, env=toolchain.generator_environment, check=True)
        # Symbols only where asked for: they are half of the size.
        strip = [] if DEBUG else ["-ldflags=-s -w"]
        subprocess.run(
            ["go", "build", "-trimpath", "-buildmode=c-shared", *strip, "-o", library, f"./{OUTPUT.relative_to(ROOT)}"],
            cwd=ROOT, env=toolchain.environment, check=True)
        return library, [OUTPUT / name for name in WRAPPERS]


def _generate(toolchain):
    """Writes the generated sources, unless pybind/ is as it was."""
    sources = sorted(p for p in (ROOT / "pybind").glob("*.go") if not p.name.endswith("_test.go"))
    stamp = OUTPUT / "stamp"
    sum_ = hashlib.sha256(repr(toolchain.flags).encode())
    for path in [*sources, ROOT / "go.mod", pathlib.Path(__file__)]:
        sum_.update(path.read_bytes())
    if stamp.exists() and stamp.read_text() == sum_.hexdigest():
        return
    shutil.rmtree(OUTPUT)
    OUTPUT.mkdir()
    environment = toolchain.generator_environment
    subprocess.run(
        [_tool("gopy"), "gen", "-name=cinderjit", "-package-prefix=cinderjit", "-rename=true", "-no-make", "-no-warn",
         f"-vm={sys.executable}", f"-output={OUTPUT}", f"{MODULE}/pybind"],
        cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    _patch_go(OUTPUT / "cinderjit.go", environment)
    subprocess.run(
        ["go", "tool", "cgo", "-objdir", OUTPUT / "_cgo", "-exportheader", "cinderjit_go.h", "--", *toolchain.flags,
         "cinderjit.go"],
        cwd=OUTPUT, env=toolchain.environment, check=True)
    shutil.rmtree(OUTPUT / "_cgo")
    _patch_bindings(OUTPUT / "build.py")
    subprocess.run([sys.executable, "build.py"], cwd=OUTPUT, env=_python_environment(), check=True)
    for name in WRAPPERS:
        _patch_wrapper(OUTPUT / name)
    stamp.write_text(sum_.hexdigest())


def _tool(name):
    """The path of a tool pinned in go.mod."""
    found = subprocess.run(["go", "tool", "-n", name], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return found.stdout.strip()


def _python_environment():
    """This process's import path for a child, which is a build's isolated one under pip."""
    return dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))


def _patch_go(path, environment):
    # The compiler flags name the build machine's Python, and link a libpython.
    text, found = re.subn(r"(?m)^#cgo .*\n", "", path.read_text())
    if found != 2:
        sys.exit(f"gopy wrote {found} #cgo lines, expected 2")
    text = _replace_once(text, f'"{MODULE}/pybind"', f'"{MODULE}/pybind"\n\t_ "{MODULE}/cext"')
    path.write_text(text)
    subprocess.run([_tool("goimports"), "-w", path], cwd=ROOT, env=environment, check=True)


def _patch_bindings(path):
    """Makes the module's initialisation end with cj_init, the C side's own."""
    text = _replace_once(
        path.read_text(), "mod.generate(",
        "mod.add_include('\"hooks.h\"')\n"
        "mod.after_init.write_code('if (cj_init(m) < 0) return MOD_ERROR;')\n"
        "mod.generate(")
    path.write_text(text)
    shutil.copyfile(ROOT / "cext" / "hooks.h", path.with_name("hooks.h"))


def _patch_wrapper(path):
    """Removes the change of working directory: no import may change it, even for a moment."""
    lines = path.read_text().splitlines(keepends=True)
    unwanted = re.compile(r"os\.chdir\(|cwd = os\.getcwd\(|currentdir = ")
    kept = [line for line in lines if not unwanted.match(line)]
    if len(lines) - len(kept) != 4:
        sys.exit(f"{path.name}: gopy's change of directory looks different")
    text = "".join(kept).replace("import os,sys,inspect,collections", "import collections", 1)
    path.write_text(re.sub(r"(?m)^# gopy gen .*\n", "", text))


def _replace_once(text, old, new):
    if text.count(old) != 1:
        sys.exit(f"gopy's output has {text.count(old)} times {old!r}, expected one")
    return text.replace(old, new)
