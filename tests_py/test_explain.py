"""python -m cinderjit.explain: the command that makes docs/stages.md."""

import pathlib
import re
import subprocess
import sys

EXAMPLE = pathlib.Path(__file__).parent.parent / "docs/example.py"


def explain(*arguments):
    return subprocess.run([sys.executable, "-P", "-m", "cinderjit.explain", *arguments, EXAMPLE, "total"],
                          capture_output=True, text=True, timeout=120)


def test_all_stages():
    done = explain("--markdown")
    assert done.returncode == 0, done.stderr
    for seen in ("```python", "FOR_ITER_LIST", "GuardType <float>", "## LIR with registers", "fadd d", "; direct entry"):
        assert seen in done.stdout


def test_the_page_is_what_the_command_makes_now():
    """But for the numbers that depend on what the interpreter has loaded before."""
    root = EXAMPLE.parent.parent
    done = subprocess.run([sys.executable, "-P", "-m", "cinderjit.explain", "--markdown", "docs/example.py", "total"],
                          cwd=root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    stages, page = (re.sub(r"version[ =][0-9]+", "version", text) for text in (done.stdout, (root / "docs/stages.md").read_text()))
    assert stages == page, "make docs renews it"


def test_one_pass():
    done = explain("--stages", "simplify")
    assert done.stdout.startswith("== HIR after the pass simplify ==\nfunc locals=4")


def test_calls_that_are_not_inlined(tmp_path):
    file = tmp_path / "program.py"
    file.write_text("def callee(x):\n    try:\n        return x\n    finally:\n        pass\n\n"
                    "def caller(x):\n    return callee(x)\n\nfor i in range(20):\n    caller(i)\n")
    for options, heading in ((["--stages", "hir"], "== Calls that are not inlined =="), (["--markdown"], "## Calls that are not inlined")):
        done = subprocess.run([sys.executable, "-P", "-m", "cinderjit.explain", *options, file, "caller"],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert heading in done.stdout
        assert "line 8, __main__.callee: has exception handlers" in done.stdout


def test_unknown_stage():
    done = explain("--stages", "nothing")
    assert done.returncode == 1
    assert 'no stage "nothing"' in done.stderr


def test_files_and_functions_that_are_none():
    for file, name, message in (("/does/not/exist", "f", "No such file or directory: '/does/not/exist'"),
                                (EXAMPLE, "nothing", "example.py has no function nothing"), (EXAMPLE, "Point", "example.py has no function Point")):
        done = subprocess.run([sys.executable, "-P", "-m", "cinderjit.explain", file, name], capture_output=True, text=True, timeout=120)
        assert done.returncode == 1 and done.stderr.endswith(message + "\n") and "Traceback" not in done.stderr
