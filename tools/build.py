"""Builds the wheel and installs it into build/venv.

    tools/build.py [--wheel FOLDER]

Nothing is done when no source has changed since the last time. With --wheel the wheel
is also copied to FOLDER.
"""

import argparse
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tomllib
import zipfile

import extension
import hosttools
import sysroot
import wheels
from sysroot import BUILD, ROOT, VENV

SITE = VENV / "lib/python3.14/site-packages"
STAMP = BUILD / "build.stamp"
BACKEND = BUILD / "backend"
WHEELS = BUILD / "wheel"


def sources():
    """Every file that the wheel depends on."""
    for name in ("go.mod", "go.sum", "setup.py", "pyproject.toml", "cinderjit_autoload.pth", "LICENSE",
                 "THIRD_PARTY_LICENSES", "README.md"):
        yield ROOT / name
    for name in ("aarch64", "cext", "cinderjit", "jit", "pybind"):
        for folder, folders, files in os.walk(ROOT / name):
            folders[:] = sorted(set(folders) - {"testdata", "__pycache__"})
            for file in sorted(files):
                path = pathlib.Path(folder, file)
                if not file.endswith("_test.go") and not path.is_symlink():
                    yield path
    yield ROOT / "tools/extension.py"
    yield ROOT / "tools/build.py"
    yield BUILD / "venv.stamp"


def fingerprint():
    # Names count too: a file that is renamed changes the build.
    return sysroot.digest(extension.DEBUG, *[part for path in sources() for part in (path, path.relative_to(ROOT).as_posix())])


def builder():
    """The Python that runs the build backend, and its pip.

    Under emulation that would be slow, so a host of another architecture uses its own.
    """
    if hosttools.native():
        return [sysroot.PYTHON], [sysroot.PYTHON, "-m", "pip"]
    pip = next((sysroot.SYSROOT / "usr/share/python-wheels").glob("pip-*.whl"))
    return [sys.executable], [sys.executable, pip / "pip"]


def make_wheel():
    """Builds the wheel and returns its path."""
    python, pip = builder()
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    stamp = BUILD / "backend.stamp"
    value = sysroot.digest(str(python), *wanted)
    if not sysroot.current(stamp, value):
        shutil.rmtree(BACKEND, ignore_errors=True)
        wheels.install(pip, wanted, "--target", BACKEND)
        stamp.write_text(value)
    # setuptools never removes what it copied before.
    for old in [*BUILD.glob("lib.*"), *BUILD.glob("bdist.*"), WHEELS]:
        shutil.rmtree(old, ignore_errors=True)
    WHEELS.mkdir()
    environment = dict(os.environ, PYTHONPATH=str(BACKEND))
    if not hosttools.native():
        environment["CINDERJIT_CROSS"] = "1"
    log = BUILD / "wheel.log"
    with open(log, "w") as output:
        done = subprocess.run(
            [*python, "-c", "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])", WHEELS],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.stderr.write(log.read_text())
        sys.exit("the build failed; the messages above are also in build/wheel.log")
    return next(WHEELS.glob("*.whl"))


def make_compilerd():
    """Builds the compiler as a program of its own, for this machine: see docs/remote.md."""
    fresh = BUILD / "compilerd.new"
    subprocess.run(["go", "build", "-o", fresh, "./jit/remote/compilerd"], cwd=ROOT, check=True)
    fresh.rename(BUILD / "compilerd")  # the old one may be running


def install(wheel):
    """Puts the wheel's files in place of those of the last one, as pip would.

    Every file is a new one, so that a process which has the old library mapped goes on
    with it.
    """
    for record in SITE.glob("cinderjit-*.dist-info/RECORD"):
        for line in record.read_text().splitlines():
            (SITE / line.split(",")[0]).unlink(missing_ok=True)
        shutil.rmtree(record.parent)
    shutil.rmtree(SITE / "cinderjit", ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(SITE)
        info = next(name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
    (SITE / info).with_name("INSTALLER").write_text("cinderjit-build\n")


def link_into_base():
    """Lets environments that are made from the emulated Python start with the JIT, as those of pyperformance.

    A Python of the host is not ours to change; cinderjit/startup says what to do there.
    """
    if hosttools.native():
        return
    link = sysroot.SYSROOT / "usr/lib/python3.14/sitecustomize.py"  # the package's leads nowhere
    link.unlink(missing_ok=True)
    link.symlink_to(SITE / "cinderjit/startup/sitecustomize.py")


def link_into_sources():
    """Links what was built into cinderjit/, so that an import from the checkout works too."""
    package = ROOT / "cinderjit"
    names = [f"_cinderjit{extension.SUFFIX}", *extension.WRAPPERS]
    for name in names:
        link = package / name
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(SITE / "cinderjit" / name, package))


def main():
    parser = argparse.ArgumentParser(description="build the wheel and install it into build/venv")
    parser.add_argument("--wheel", metavar="FOLDER", type=pathlib.Path, help="copy the wheel to FOLDER too")
    options = parser.parse_args()
    lock = open(BUILD / "lock", "w")  # held until this process ends
    fcntl.flock(lock, fcntl.LOCK_EX)
    value = fingerprint()
    wheel = next(WHEELS.glob("*.whl"), None)
    if wheel is None or not sysroot.current(STAMP, value) or not (SITE / "cinderjit").exists() or not (BUILD / "compilerd").exists():
        wheel = make_wheel()
        install(wheel)
        link_into_base()
        link_into_sources()
        make_compilerd()
        STAMP.write_text(value)
    if options.wheel:
        options.wheel.mkdir(parents=True, exist_ok=True)
        shutil.copy2(wheel, options.wheel)


if __name__ == "__main__":
    main()
