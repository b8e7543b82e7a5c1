"""python -m cinderjit.explain: the command that makes docs/stages.md."""

import pathlib
import subprocess
import sys

EXAMPLE = pathlib.Path(__file__).parent.parent / "docs/example.py"


def explain(*arguments):
    return subprocess.run([sys.executable, "-P", "-m", "cinderjit.explain", *arguments, EXAMPLE, "total"],
                          capture_output=True, text=True, timeout=120)


def test_all_stages():
    done = explain("--markdown")
    assert done.returncode == 0, done.stderr
    for seen in ("```python", "FOR_ITER_LIST", "GuardType <float>", "callhelper get_iter", "fadd d", "; direct entry"):
        assert seen in done.stdout


def test_one_pass():
    done = explain("--stages", "simplify")
    assert done.stdout.startswith("== HIR after the pass simplify ==\nfunc locals=4")


def test_unknown_stage():
    done = explain("--stages", "nothing")
    assert done.returncode == 1
    assert 'no stage "nothing"' in done.stderr
