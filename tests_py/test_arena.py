"""The memory of machine code: never writable and executable, given back when code goes, bounded."""

import gc
import pathlib
import sys

import pytest

cinderjit = pytest.importorskip("cinderjit")
_cinderjit = pytest.importorskip("cinderjit._cinderjit")
if cinderjit.unavailable_reason():
    pytest.skip(cinderjit.unavailable_reason(), allow_module_level=True)


def make(n):
    """n compiled functions with different code."""
    functions = []
    for i in range(n):
        namespace = {}
        body = "".join(f"    x = x * {i + 2} + {k}\n" for k in range(1 + i % 7))
        exec(f"def f(x):\n{body}    return x\n", namespace)
        for _ in range(3):
            namespace["f"](1)
        assert cinderjit.force_compile(namespace["f"]), cinderjit.why_not_compiled(namespace["f"])
        functions.append(namespace["f"])
    return functions


def mappings():
    return [line.split() for line in pathlib.Path("/proc/self/maps").read_text().splitlines()]


def test_no_memory_is_writable_and_executable():
    functions = make(20)
    assert functions[3](1) == eval("((((1*5+0)*5+1)*5+2)*5+3)")
    assert not [m for m in mappings() if "w" in m[1] and "x" in m[1]]


def test_memory_is_given_back_and_used_again():
    keep = make(3)
    gc.collect()
    cinderjit.force_uncompile(make(1)[0])
    before = cinderjit.get_allocator_stats()
    functions = make(60)
    during = cinderjit.get_allocator_stats()
    for f in functions:
        cinderjit.force_uncompile(f)
    del functions, f
    gc.collect()
    # Some may wait, because old words on the stack point to them.
    assert _cinderjit._debug_retire(make) < 10
    after = cinderjit.get_allocator_stats()
    assert during["used"] > before["used"]
    assert after["used"] < before["used"] + (during["used"] - before["used"]) / 5
    assert after["committed"] <= during["committed"]
    make(60)
    assert cinderjit.get_allocator_stats()["committed"] <= during["committed"] + 8192
    assert [f(2) for f in keep] == [f.__globals__["f"](2) for f in keep]


def test_the_limit_is_kept():
    limit = cinderjit.get_allocator_stats()["limit"]
    used = cinderjit.get_allocator_stats()["used"]
    try:
        cinderjit.set_max_code_size(used + 8192)
        with pytest.raises(AssertionError, match="machine code|memory|space|limit"):
            make(200)
        assert cinderjit.get_allocator_stats()["used"] <= used + 8192 + 4096
    finally:
        cinderjit.set_max_code_size(limit)
    make(2)
