"""Where the benchmark tools find and put things."""

import pathlib
import platform

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


def emulated():
    """Whether build/python runs in an emulator."""
    return platform.machine() not in ("aarch64", "arm64")
