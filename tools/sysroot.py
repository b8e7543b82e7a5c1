"""Makes build/: sysroot, virtual environment and build/python.

    tools/sysroot.py [--refresh]

On a host that is not AArch64: Debian's AArch64 CPython 3.14 unpacked below
build/sysroot, run by an emulator behind a launcher (see launcher.c). On an AArch64
host: a virtual environment of the python3.14 found there. Either way build/venv
is the environment, and build/python its interpreter.

A repeated run finds the same inputs and does nothing. --refresh downloads the
packages again.
"""

import argparse
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

import debian
import hosttools
import wheels

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SYSROOT = BUILD / "sysroot"
VENV = BUILD / "venv"
PYTHON = BUILD / "python"
REQUIREMENTS = ROOT / "tools" / "requirements.txt"

WANTED = [
    "python3.14", "libpython3.14", "libpython3.14-dev", "libpython3.14-testsuite", "python3.14-venv",
    "libstdc++6",
]
# Dependencies whose files nothing here reads.
UNWANTED = ("debconf_", "openssl_", "ca-certificates_", "net-tools_", "libc-dev-bin_")


def digest(*parts):
    """One short text that changes when a part does; the path of a file stands for its content."""
    sum_ = hashlib.sha256()
    for part in parts:
        sum_.update(part.read_bytes() if isinstance(part, pathlib.Path) and part.is_file() else str(part).encode())
        sum_.update(b"\0")
    return sum_.hexdigest()


def current(stamp, value):
    return stamp.exists() and stamp.read_text() == value


def unpack(refresh):
    """Unpacks the packages into build/sysroot."""
    archives = debian.packages(WANTED, refresh)
    stamp = BUILD / "sysroot.stamp"
    value = digest(ROOT, UNWANTED, *[f"{p.name} {p.stat().st_size}" for p in archives])
    if current(stamp, value) and SYSROOT.exists():
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(SYSROOT, ignore_errors=True)
    # The merged layout first, so that packages which still name /lib land in it.
    for name in ("lib", "bin", "sbin"):
        (SYSROOT / "usr" / name).mkdir(parents=True)
        (SYSROOT / name).symlink_to(f"usr/{name}")
    for archive in archives:
        if not archive.name.startswith(UNWANTED):
            subprocess.run(["dpkg-deb", "-x", archive, SYSROOT], check=True)
    for name in ("lib", "bin", "sbin"):
        if not (SYSROOT / name).is_symlink():
            sys.exit(f"a package replaced {name}, which must be a link to usr/{name}")
    python = SYSROOT / "usr/bin/python3.14"
    python.rename(python.with_name("python3.14.elf"))
    # ensurepip looks for its wheels at the path that the interpreter was configured with.
    for config in (SYSROOT / "usr/lib/python3.14").glob("_sysconfigdata*.py"):
        text = config.read_text()
        config.write_text(text.replace("'/usr/share/python-wheels", f"'{SYSROOT}/usr/share/python-wheels"))
    stamp.write_text(value)


def launch():
    """Compiles the launcher to where the interpreter was."""
    source = ROOT / "tools" / "launcher.c"
    target = SYSROOT / "usr/bin/python3.14"
    emulator = shutil.which("qemu-aarch64")
    stamp = BUILD / "launcher.stamp"
    value = digest(source, emulator, SYSROOT)
    if current(stamp, value) and target.exists():
        return
    fresh = BUILD / "launcher.new"
    subprocess.run(
        ["gcc", "-O2", "-Wall", "-o", fresh, source, f'-DQEMU="{emulator}"', f'-DSYSROOT="{SYSROOT}"'], check=True)
    os.replace(fresh, target)
    stamp.write_text(value)


def native_python():
    """The interpreter of an AArch64 host."""
    found = os.environ.get("CINDERJIT_PYTHON") or shutil.which("python3.14")
    if found is None:
        sys.exit("python3.14 not found on this host; install it or set CINDERJIT_PYTHON")
    return pathlib.Path(found)


def environment(base):
    """Makes build/venv, with the pinned packages of requirements.txt, and build/python."""
    stamp = BUILD / "venv.stamp"
    value = digest(str(base), VENV, *requirements())
    if current(stamp, value) and PYTHON.exists():
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(VENV, ignore_errors=True)
    PYTHON.unlink(missing_ok=True)
    subprocess.run([base, "-m", "venv", VENV], check=True)
    PYTHON.symlink_to("venv/bin/python")
    wheels.install([PYTHON, "-m", "pip"], requirements())
    stamp.write_text(value)


def requirements():
    """The pinned packages of requirements.txt."""
    lines = (line.partition("#")[0].strip() for line in REQUIREMENTS.read_text().splitlines())
    return [line for line in lines if line]


def main():
    parser = argparse.ArgumentParser(description="make build/sysroot, build/venv and build/python")
    parser.add_argument("--refresh", action="store_true", help="download the packages again")
    options = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    lock = open(BUILD / "lock", "w")  # held until this process ends
    fcntl.flock(lock, fcntl.LOCK_EX)
    if hosttools.native():
        base = native_python()
    else:
        hosttools.ensure()
        unpack(options.refresh)
        launch()
        base = SYSROOT / "usr/bin/python3.14"
    environment(base)


if __name__ == "__main__":
    main()
