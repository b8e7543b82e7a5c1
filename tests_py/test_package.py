"""pip builds the package for the interpreter that runs it, and installs it."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent

PROGRAM = """
def f(x):
    return x + 1
for i in range(10):
    f(i)
import cinderjit
print(cinderjit.is_jit_compiled(f), cinderjit.unavailable_reason(), cinderjit.__file__)
"""


def run(*arguments, **options):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=1200, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_pip_install(tmp_path):
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    run(python, "-m", "pip", "install", "--no-deps", ROOT)
    said = run(python, "-X", "jit-auto=5", "-c", PROGRAM, cwd=tmp_path)
    assert said.startswith(f"True None {tmp_path}/venv/")
    files = run(python, "-m", "pip", "show", "--files", "cinderjit")
    assert "cinderjit_autoload.pth" in files and "_cinderjit.cpython-314-aarch64-linux-gnu.so" in files
    assert "cp314-cp314-linux_aarch64" in next((tmp_path / "venv").glob("lib/python3.14/site-packages/cinderjit-*/WHEEL")).read_text()
