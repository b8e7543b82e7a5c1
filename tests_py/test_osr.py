"""On-stack replacement: loops are found and entered while they run."""

import os
import subprocess
import sys

import pytest

import cinderjit
import differential


def run(program, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHONJIT")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], env=clean | environment, capture_output=True, text=True, timeout=300)
    assert done.stderr == ""
    return done.stdout


ENTERED = """
import time
import cinderjit

def entered(name):
    return sum(l["entered"] for l in cinderjit.get_and_clear_runtime_stats()["loops"] if l["function"] == name)
"""

SCRIPT = ENTERED + """
end = time.monotonic() + WAIT
found = rounds = 0
while not found and time.monotonic() < end:
    rounds += 1
    if rounds % 1000 == 0:
        found = entered("<module>")
print(found > 0)
"""

FUNCTION = ENTERED + """
def main():
    end = time.monotonic() + WAIT
    found = rounds = 0
    while not found and time.monotonic() < end:
        rounds += 1
        if rounds % 1000 == 0:
            found = entered("main")
    return found

print(main() > 0)
"""


@pytest.mark.parametrize("program, settings, wait, found", [
    (SCRIPT, {"PYTHONJITAUTO": "1000"}, 100, True),
    (FUNCTION, {"PYTHONJITAUTO": "1000"}, 100, True),
    (SCRIPT, {"PYTHONJITALL": "1"}, 100, True),
    (SCRIPT, {"PYTHONJITAUTO": "1000", "PYTHONJITOSR": "0"}, 1, False),
    (FUNCTION, {}, 1, False),
])
def test_loops_are_found(program, settings, wait, found):
    assert run(program.replace("WAIT", str(wait)), **settings) == f"{found}\n"


def test_jit_list(tmp_path):
    (tmp_path / "list").write_text("__main__:main\n")
    assert run(FUNCTION.replace("WAIT", "100"), PYTHONJITLISTFILE=str(tmp_path / "list")) == "True\n"
    (tmp_path / "list").write_text("__main__:other\n")
    assert run(FUNCTION.replace("WAIT", "1"), PYTHONJITLISTFILE=str(tmp_path / "list")) == "False\n"


def test_switched_on_and_off_in_the_process():
    program = ENTERED + """
from cinderjit import _native
native = _native.load()

def main(wait):
    end = time.monotonic() + wait
    found = rounds = 0
    while not found and time.monotonic() < end:
        rounds += 1
        if rounds % 1000 == 0:
            found = entered("main")
    return found > 0

native.set_option("osr", False)
cinderjit.compile_after_n_calls(1000)
print(main(1))
native.set_option("osr", True)
print(main(100))
cinderjit.disable(deopt_all=True)
print(main(1))
"""
    assert run(program) == "False\nTrue\nFalse\n"


# What follows watches loops by hand.

sys.path.insert(0, os.path.dirname(__file__))
from differential import LOOP_ROUNDS, loop_heads, watch_loops  # noqa: E402


def loops_of(function):
    return [loop for loop in cinderjit.get_and_clear_runtime_stats()["loops"] if loop["function"] == function.__qualname__]


@pytest.mark.parametrize("program", ["osr", "suspended_loops"])
def test_programs_whose_loops_are_entered(program):
    problems, compared = differential.run_program(differential.PROGRAMS / f"{program}.py", mode="loops")
    assert not problems, "\n\n".join(problems)
    assert compared > 0


def test_statistics():
    def f(n):
        total = 0
        for i in range(n):
            total += i
        return total

    f(20)
    watch_loops([f])
    assert f(100) == 4950
    [loop] = loops_of(f)
    assert (loop["compiled"], loop["entered"], loop["in_use"]) == (1, 1, True)
    assert loop["filename"] == __file__ and loop["lineno"] == f.__code__.co_firstlineno + 2
    assert f(100) == 4950 and f(50) == 1225
    assert loops_of(f)[0]["entered"] == 2


def test_leaving_and_entering_again_takes_no_machine_stack():
    def f(n):
        total = 0
        for i in range(n):
            total += 1 if i % 50 else 1.0
        return total

    f(20)
    watch_loops([f])
    assert f(20000) == 20000.0


def test_loop_that_is_left_often_learns():
    def f(items):
        total = 0
        for item in items:
            total = item + 1
        return total

    f([1] * 20)
    watch_loops([f])
    f([1] * 50)
    f(([1] * 5 + [1.5] * 5) * 50)
    loops_of(f)
    cinderjit.get_and_clear_runtime_stats()
    f(([1] * 5 + [1.5] * 5) * 50)
    assert sum(exit["count"] for exit in cinderjit.get_and_clear_runtime_stats()["deopt"]) < 20


def test_locals_of_other_classes():
    def f(x, n):
        for i in range(n):
            x = x + x if i < 3 else x
        return x

    f(1, 20)
    watch_loops([f])
    for value in (1, "a", 1.5, [0], (1,), 2**80, True) * 3:
        assert f(value, 10) == value * 8


def test_suppressed_and_disabled():
    def f(n):
        total = 0
        for i in range(n):
            total += i
        return total

    f(20)
    watch_loops([f])
    f(50)
    cinderjit.jit_suppress(f)
    loops_of(f)
    assert f(100) == 4950
    assert [loop["entered"] for loop in loops_of(f)] == [0]


def test_code_dies_while_its_loop_runs():
    space = {}
    exec("def f(n):\n    global f\n    for i in range(n):\n        if i == 10:\n            del f\n    return i\n", space)
    watch_loops([space["f"]])
    assert space["f"](200) == 199
    assert "f" not in space


def test_somebody_takes_the_tool():
    def f(n):
        total = 0
        for i in range(n):
            total += i
        return total

    monitoring = sys.monitoring
    tool = monitoring.OPTIMIZER_ID
    f(20)
    watch_loops([f])
    f(50)
    assert monitoring.get_tool(tool) is None
    events = []
    monitoring.use_tool_id(tool, "somebody")
    try:
        assert monitoring.register_callback(tool, monitoring.events.JUMP, lambda *a: events.append(a)) is None
        assert f(50) == 1225 and events == []
        monitoring.set_local_events(tool, f.__code__, monitoring.events.JUMP)
        loops_of(f)
        assert f(50) == 1225 and len(events) == 50
        assert [loop["entered"] for loop in loops_of(f)] == [0]
        monitoring.set_local_events(tool, f.__code__, 0)
    finally:
        monitoring.free_tool_id(tool)
    watch_loops([f])
    assert f(50) == 1225
    assert [loop["entered"] for loop in loops_of(f)] == [1]


GENERATOR = """
import time
import cinderjit

def numbers():
    k = 0
    while True:
        k += 1
        yield k

def main():
    end = time.monotonic() + WAIT
    for k in numbers():
        if k % 1000 == 0 and (cinderjit.is_jit_compiled(numbers) or time.monotonic() > end):
            break

main()
print(cinderjit.is_jit_compiled(numbers))
"""


@pytest.mark.parametrize("settings, wait, found", [
    ({"PYTHONJITAUTO": "1000"}, 100, True),
    ({"PYTHONJITAUTO": "1000", "PYTHONJITOSR": "0"}, 1, False),
    ({}, 1, False),
])
def test_generators_that_are_resumed_often_are_compiled(settings, wait, found):
    assert run(GENERATOR.replace("WAIT", str(wait)), **settings) == f"{found}\n"


def test_code_of_many_short_generators_is_compiled():
    program = """
import time
import cinderjit

def numbers(n):
    for k in range(n):
        yield k * 2

end = time.monotonic() + 100
while not cinderjit.is_jit_compiled(numbers) and time.monotonic() < end:
    sum(numbers(5000))
print(cinderjit.is_jit_compiled(numbers))
"""
    assert run(program, PYTHONJITAUTO="1000000") == "True\n"


def test_interpreted_loops_resume_machine_code(tmp_path):
    """The interpreter goes on with the loop, but no longer with the generator."""
    program = """
import dis
import time
import cinderjit

def numbers():
    k = step = 1
    while True:
        k += step
        sent = yield k
        if sent:
            step = sent

def general():
    return "FOR_ITER" in [instruction.opname for instruction in dis.get_instructions(main, adaptive=True)]

def main():
    end = time.monotonic() + 100
    values = numbers()
    after = 0
    for k in values:
        if k % 100000 == 0 and time.monotonic() > end:
            break
        if after == 0 and k % 100000 == 0 and general():
            cinderjit.get_and_clear_runtime_stats()
            values.send(1.5)
            after = 1
        elif after:
            after += 1
            if after == 5:
                break
    return k % 1

print(main(), [exit["function"] for exit in cinderjit.get_and_clear_runtime_stats()["deopt"]][:1])
"""
    (tmp_path / "list").write_text("__main__:numbers\n")
    assert run(program, PYTHONJITLISTFILE=str(tmp_path / "list")) == "0.5 ['numbers']\n"


def test_generators_in_loops_of_generators():
    def numbers(n):
        total = 0
        for i in range(n):
            total += i
        yield total

    list(numbers(20))
    watch_loops([numbers])
    assert list(numbers(100)) == [4950]
    [loop] = loops_of(numbers)
    assert (loop["compiled"], loop["entered"], loop["in_use"]) == (1, 1, True)


def test_loop_that_is_always_left_by_a_yield():
    def numbers(n):
        total = 0
        for i in range(n):
            total += i
            if total:
                yield total

    list(numbers(20))
    watch_loops([numbers])
    assert list(numbers(1000))[-1] == 499500
    [loop] = loops_of(numbers)
    assert 60 < loop["entered"] < 100 and not loop["in_use"]


def test_code_with_its_own_namespace_and_with_that_of_the_module():
    code = compile("total = 0\nfor i in range(60):\n    total += i\n", "both", "exec")
    from cinderjit import _native

    for spaces in ({}, {}), ({},), ({}, {}), ({},):
        for unit in loop_heads(code.co_code):
            _native.load().watch_loop(code, spaces[0], unit, LOOP_ROUNDS)
        exec(code, *spaces)
        assert spaces[-1]["total"] == 1770
