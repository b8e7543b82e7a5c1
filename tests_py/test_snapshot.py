"""Snapshots of real functions decode, and say what the interpreter has learned."""

import asyncio
import gc
import json
import re
import textwrap
import types

import pytest

import cinderjit
from cinderjit import _native


@pytest.fixture(scope="module")
def native():
    return _native.load()


def snapshot_of(function):
    return cinderjit.dump(function, "snapshot")


def feedback(text, opcode):
    """The feedback lines below each instruction with this opcode in the root code."""
    found, current = [], None
    for line in text.split("\n}", 1)[0].splitlines():
        words = line.split()
        if re.match(r"\s+\d+ [A-Z]", line):
            current = [] if words[1] == opcode else None
            if current is not None:
                found.append(current)
        elif words and words[0] == "^" and current is not None:
            current.append(" ".join(words[1:]))
    return found


def named(text, reference):
    """The kind and the name of an object of a snapshot."""
    match = re.search(rf'^{reference} (\w+) "([^"]*)"', text, re.MULTILINE)
    return match.groups()


class Point:
    limit = 10

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def total(self):
        return self.x + self.y

    @property
    def double(self):
        return self.x * 2


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


FACTOR = 3


def work(n):
    total = 0
    for i in range(n):
        point = Point(i, 1)
        total += point.total() + point.double + FACTOR + Slotted(i).value + len("abc") + point.limit
        if total < 0:
            total = never(total)  # noqa: F821
    return total


def test_feedback_names_types_functions_and_values():
    work(100)
    text = snapshot_of(work)
    assert named(text, "#1") == ("code", f"{__name__}.work")
    (init, _, slotted, *_) = [lines[0] for lines in feedback(text, "CALL_ALLOC_AND_ENTER_INIT")] + [None, None]
    match = re.fullmatch(r"CallInit type=(#\d+) object=(#\d+)", init)
    assert named(text, match[1]) == ("type", f"{__name__}.Point")
    assert named(text, match[2]) == ("function", f"{__name__}.Point.__init__")
    [[method]] = feedback(text, "LOAD_ATTR_METHOD_WITH_VALUES")
    match = re.fullmatch(r"AttrMethodWithValues type=(#\d+) object=(#\d+) version=\d+", method)
    assert named(text, match[2]) == ("function", f"{__name__}.Point.total")
    [[getter]] = feedback(text, "LOAD_ATTR_PROPERTY")
    match = re.fullmatch(r"AttrProperty type=(#\d+) object=(#\d+)", getter)
    assert named(text, match[2]) == ("function", f"{__name__}.Point.double")
    [[slot]] = feedback(text, "LOAD_ATTR_SLOT")
    match = re.fullmatch(r"AttrSlot type=(#\d+) value=\d+", slot)
    assert named(text, match[1]) == ("type", f"{__name__}.Slotted")
    [[value, entry]] = [lines for lines in feedback(text, "LOAD_GLOBAL_MODULE") if len(lines) > 1]
    assert value.startswith("GlobalModule object=3 ")
    assert re.fullmatch(r"GlobalEntry aux=#\d+ value=\d+ version=\d+", entry)
    builtins = [lines[0] for lines in feedback(text, "LOAD_GLOBAL_BUILTIN")]
    assert [value.split()[1] for value in builtins] == ["object=len"]
    assert feedback(text, "LOAD_GLOBAL")[-1] == ["NeverExecuted", "GlobalMissing"]
    [[history]] = feedback(text, "POP_JUMP_IF_FALSE") or feedback(text, "POP_JUMP_IF_TRUE")
    assert history in ("BranchHistory value=0xffff", "BranchHistory value=0x0")


def test_callees_are_captured_with_their_own_feedback():
    work(100)
    text = snapshot_of(work)
    method = text[text.index(f'code "{__name__}.Point.total"'):]
    assert "AttrInstanceValue" in method[:method.index("\n}")]


def test_code_that_never_ran():
    def cold(a):
        return a.b + a.c()

    text = snapshot_of(cold)
    assert [lines[0] for lines in feedback(text, "LOAD_ATTR")] == ["NeverExecuted"] * 2
    assert feedback(text, "BINARY_OP") == [["NeverExecuted"]]


def test_mixed_arithmetic():
    def mixed(a, b):
        return a * b

    for _ in range(10):
        mixed(2.5, 3)
    assert feedback(snapshot_of(mixed), "BINARY_OP_EXTEND") == [["OperandsFloatInt"]]


def test_changed_class_is_not_believed():
    class Changing:
        def __init__(self):
            self.x = 1

    def read(o):
        return o.x

    for _ in range(10):
        read(Changing())
    Changing.extra = 1
    assert feedback(snapshot_of(read), "LOAD_ATTR_INSTANCE_VALUE") == [["Generic"]]


def test_no_addresses_and_the_same_text_twice():
    work(100)
    text = snapshot_of(work)
    assert "0x7f" not in text and "0x55" not in re.sub(r"value=0x\w+", "", text)
    assert snapshot_of(work) == text


def test_traced_code_is_refused(native):
    import sys

    def traced():
        return 1

    sys.monitoring.use_tool_id(3, "test")
    try:
        sys.monitoring.set_local_events(3, traced.__code__, sys.monitoring.events.LINE)
        with pytest.raises(ValueError, match="traced, profiled or monitored"):
            native.take_snapshot(traced)
    finally:
        sys.monitoring.set_local_events(3, traced.__code__, 0)
        sys.monitoring.free_tool_id(3)
    assert native.take_snapshot(traced)


def warm_up():
    encoder = json.JSONEncoder(indent=1)
    for _ in range(4):
        json.loads(encoder.encode({"a": [1, 2.5, None, {"b": "c"}]}))
        re.purge()
        re.compile(r"(a|b)+\d{2,3}[^x]|(?P<name>\w+)").match("abab123y")
        textwrap.wrap("hello world " * 20)

    async def main():
        await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))

    asyncio.run(main())


def test_functions_of_the_standard_library(native):
    """The decoder checks every id, table and record; nothing may be refused."""
    warm_up()
    functions = [o for o in gc.get_objects() if type(o) is types.FunctionType]
    functions.sort(key=lambda f: (str(f.__module__), f.__qualname__))
    step = max(1, len(functions) // 400)
    failed = []
    for function in functions[::step]:
        try:
            cinderjit.dump(function, "snapshot")
        except (RuntimeError, ValueError) as error:
            failed.append((function, str(error)))
    assert len(functions[::step]) >= 300
    assert failed == []


def test_reference_file_is_current(native, request):
    """jit/snapshot/reference.txt, from which Go tests take layout and well-known objects."""
    path = request.config.rootpath / "jit/snapshot/reference.txt"
    current = native.describe("reference", work)
    if current != path.read_text() and request.config.getoption("--update", default=False):
        path.write_text(current)
    differing = [
        pair for pair in zip(path.read_text().splitlines(), current.splitlines())
        if pair[0] != pair[1] and not pair[0].strip().startswith("version ")
    ]
    assert differing == []
