"""The leak check finds what grows, and nothing else."""

import array
import sys

import pytest

cinderjit = pytest.importorskip("cinderjit")
if cinderjit.unavailable_reason() is not None:
    pytest.skip(cinderjit.unavailable_reason(), allow_module_level=True)

import leaks  # noqa: E402


@pytest.mark.parametrize("values, change", [
    ([5, 5, 5, 5], 0),
    ([1, 2, 3, 4], 1),
    ([1, 9, 2, 8], 0),
    ([4, 3, 2, 1], 0),
    ([1, 1, 1, 5, 1, 1], 0),
    ([1, 2, 2, 9, 9, 9], 22 / 9),
])
def test_growth(values, change):
    told = leaks.growth({"measure": array.array("q", values)})
    assert told == ({"measure": pytest.approx(change)} if change else {})


PROGRAM = """
import sys
from program import case

{kept}

@case("2", "2.5")
def add(x):
    {grow}
    return x + x

def generator():
    yield 1
    yield 2

@case
def drop():
    return next(generator())
"""


@pytest.mark.parametrize("kept, grow, told", [
    ("", "", None),
    ("kept = []", "kept.append(object())", None),
    # Only what compiled code leaves behind counts: by then the package is there.
    ("kept = sys.modules.setdefault('kept by a test', [])", "'cinderjit' in sys.modules and kept.append([x])", "objects grow by 4"),
])
def test_programs(tmp_path, monkeypatch, compiler_socket, kept, grow, told):
    monkeypatch.setenv("COMPILER_SOCKET", compiler_socket)
    path = tmp_path / "growing.py"
    path.write_text(PROGRAM.format(kept=kept, grow=grow))
    got = leaks.check(path, ("compiled",), 4)
    assert got is None if told is None else told in (got or ""), got
