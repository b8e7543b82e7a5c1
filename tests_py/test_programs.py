"""Programs do the same interpreted and compiled. See differential.py, which also runs a single one.

Not all modes are run here unless DIFFERENTIAL_MODES says so (separated by commas, or "all"):
these take some minutes, all of them several times as long.
"""

import os
import pathlib
import subprocess
import sys

import pytest

import differential
import random_programs

HERE = pathlib.Path(__file__).parent

MODES = os.environ.get("DIFFERENTIAL_MODES", "cold,warm0,warm1,disturbed")


@pytest.fixture(autouse=True)
def native(compiler_socket, monkeypatch):
    """Have everything compiled natively, which is the same and quicker; all other tests compile in their process."""
    monkeypatch.setenv("COMPILER_SOCKET", compiler_socket)


def check(path):
    problems, compared = differential.run_program(path, mode=None if MODES == "all" else MODES)
    assert not problems, "\n\n".join(problems)
    assert compared > 0


@pytest.mark.parametrize("path", sorted(differential.PROGRAMS.glob("*.py")), ids=lambda path: path.stem)
def test_program(path):
    check(path)


WRONG = '''
import sys

from program import case


@case("1, 2", "1.5, 2")
def add(a, b):
    return a + b


@case("[]")
def grow(items):
    items.append(object())
    return len(items)


kept = []


@case("'x'")
def shout(x):
    print(x)
    raise ValueError(x)
'''


class Broken(differential.Plain):
    """Compiles wrongly: gives a function another body."""

    def __init__(self, name, source):
        self.name, self.source = name, source

    def force_compile(self, function):
        if function.__name__ == self.name:
            namespace = {}
            exec(self.source, namespace)
            function.__code__ = namespace[self.name].__code__
        return True


@pytest.mark.parametrize("name, source, place", [
    ("add", "def add(a, b): return a - -b - 0.0", "add(1, 2)"),
    ("add", "def add(a, b): return a + b + 1", "add(1.5, 2)"),
    ("grow", "def grow(items): kept.append(object()); items.append(1); return len(items)", "grow growth"),
    ("grow", "def grow(items): kept.append(items); items.append(1); return 1", "grow([])"),
    ("shout", "def shout(x): raise ValueError(x)", "shout('x')"),
    ("shout", "def shout(x):\n print(x)\n raise ValueError(x, x)", "shout('x')"),
    ("shout", "def shout(x):\n print(x)\n raise ValueError(x) from None", "shout('x')"),
])
def test_differences_are_found(tmp_path, monkeypatch, name, source, place):
    monkeypatch.syspath_prepend(str(HERE))
    path = tmp_path / "wrong.py"
    path.write_text(WRONG)
    expected = dict(differential.Run(path, "cold", None).records())
    run = differential.Run(path, "cold", Broken(name, source))
    got = dict(run.records())
    found = {key for key, value in got.items() if differential.difference(expected[key], value)}
    assert any(key.startswith(place) for key in found), found
    assert {key for key in found if not key.startswith(name)} <= {"final globals"}


def test_functions_that_stay_interpreted_are_found(tmp_path, monkeypatch):
    class Refuses(differential.Plain):
        def is_jit_compiled(self, function):
            return False

    monkeypatch.syspath_prepend(str(HERE))
    path = tmp_path / "wrong.py"
    path.write_text(WRONG)
    run = differential.Run(path, "cold", Refuses())
    list(run.records())
    assert len(run.problems) == 3


def test_crashes_are_found_and_the_rest_goes_on(tmp_path):
    path = tmp_path / "crash.py"
    path.write_text(WRONG + '''

@case
def crash():
    if "cinderjit" in sys.modules:
        import ctypes
        ctypes.string_at(0)


@case
def last():
    return 1 if "cinderjit" in sys.modules else 2
''')
    problems, compared = differential.run_program(path, mode="cold", plain=True)
    assert (len(problems), compared > 0) == (0, True)
    problems, compared = differential.run_program(path, mode="cold")
    assert "crash () call 1" in problems[0] and "exit status -11" in problems[0]
    assert any(problem.startswith("[cold] last()") for problem in problems[1:])
    assert compared > 0


@pytest.mark.parametrize("seed", range(3))
def test_random_program(tmp_path, seed):
    path = tmp_path / f"random_{seed}.py"
    path.write_text(random_programs.program(seed))
    check(path)


def test_random_programs_follow_from_their_seed():
    program = "import random_programs; print(random_programs.program(5), end='')"
    for seed in "0", "1":
        environment = dict(os.environ, PYTHONHASHSEED=seed, PYTHONPATH=str(HERE))
        done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
        assert done.stdout == random_programs.program(5)
    assert random_programs.program(5) != random_programs.program(6)


@pytest.mark.filterwarnings("ignore")
def test_random_programs_mostly_go_on(tmp_path, monkeypatch):
    """Programs that fail in their first statements would test nothing. Some may."""
    monkeypatch.syspath_prepend(str(HERE))
    told = []
    for seed in range(8):
        path = tmp_path / f"random_{seed}.py"
        path.write_text(random_programs.program(seed))
        run = differential.Run(path, "cold", None)
        told += [run.call(case, 0) for case in run.cases]
    assert len(told) == 80
    assert sum(text.startswith("returns") for text in told) > len(told) * 2 / 3
