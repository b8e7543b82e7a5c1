"""Where the benchmark tools find and put things."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
BUILD = ROOT / "build"
PYTHON = BUILD / "python"
SYSROOT = BUILD / "sysroot"
SITE = BUILD / "venv/lib/python3.14/site-packages"

# All that these tools write.
OUTPUT = BUILD / "bench"
# Packages that only benchmarks need; see packages.py.
PACKAGES = OUTPUT / "packages"


EM_AARCH64 = 183


def emulated():
    """Whether build/python runs in an emulator: it is a program of the host then, whatever this process runs in."""
    with open(PYTHON, "rb") as program:
        return int.from_bytes(program.read(20)[18:], "little") != EM_AARCH64
