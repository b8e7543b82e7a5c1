#!/usr/bin/env python3
"""Installs the packages that some benchmarks need, at the versions that pyperformance names.

They go to build/bench/packages, not into the environment of build/python. Only packages that work
as pure Python are wanted; what a package compiles for this host is left out.
"""

import os
import pathlib
import subprocess
import sys

import catalogue
from places import PACKAGES, ROOT

# Programs whose packages work without compiled parts.
PROGRAMS = ["chameleon", "crypto_pyaes", "django_template", "docutils", "genshi", "html5lib", "mako", "networkx", "sqlglot_v2", "sympy", "tomli_loads"]


def main():
    sys.path.insert(0, str(ROOT / "tools"))
    import build  # which pip to use

    _, pip = build.builder()
    environment = dict(os.environ, PIP_ROOT_USER_ACTION="ignore", PIP_DISABLE_PIP_VERSION_CHECK="1")
    failed = []
    for name in PROGRAMS:
        requirements = catalogue.BENCHMARKS / f"bm_{name}" / "requirements.txt"
        done = subprocess.run(
            [*pip, "install", "-q", "--no-deps", "--no-compile", "--upgrade", "--target", PACKAGES, "-r", requirements],
            env=environment)
        if done.returncode != 0:
            failed.append(name)
    for library in pathlib.Path(PACKAGES).rglob("*.so"):
        library.unlink()
    if failed:
        sys.exit(f"not installed: packages of {', '.join(failed)}")


if __name__ == "__main__":
    main()
