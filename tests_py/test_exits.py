"""Exits of compiled code that are taken with made-up registers: every representation, objects that compiled code did
without, chains of inlined frames."""

import ctypes
import dis
import gc
import pathlib
import sys
import traceback

import pytest

import cinderjit

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import encoded as e

sys.path.pop(0)

_cinderjit = pytest.importorskip("cinderjit._cinderjit")


def units(function, name, occurrence=0):
    """The offset in code units of the n-th instruction with a name."""
    return [i.offset // 2 for i in dis.get_instructions(function) if i.opname == name][occurrence]


def take(function, arguments, exits, registers, objects=(), exit=0, raised=None):
    return _cinderjit._debug_exit(function, arguments, e.encode(exits), (None, *objects), exit, registers, raised)


def values(a, b, c):
    return a, b, c


def deopt(locals, **options):
    return e.exit_(e.DEOPT, [e.frame(units(values, "RESUME"), locals=locals)], **options)


def test_representations():
    thing = [1]
    exit = deopt([e.register(1), e.vector(2), e.slot(3, e.INT)])
    assert take(values, (), [exit], {"x1": (thing,), "v2": 1.5, "s3": -7}) == (thing, 1.5, -7)
    exit = deopt([e.register(28, e.TRUTH), e.number(-(2**63)), e.number(5)])
    assert take(values, (), [exit], {"x28": 1}) == (True, -(2**63), 5)
    exit = deopt([e.constant(1), e.slot(0), e.slot(1, e.FLOAT)])
    assert take(values, (), [exit], {"s0": (thing,), "s1": 2.5}, ["const"]) == ("const", thing, 2.5)


def test_small_numbers_are_the_interpreters_own():
    result = take(values, (), [deopt([e.register(0, e.INT)] * 3)], {"x0": 7})
    seven = int("7")
    assert all(x is seven for x in result)


def test_locals_that_stay_where_they_are():
    assert take(values, ("a", "b", "c"), [deopt([e.NOTHING, e.register(1, e.INT), e.NOTHING])], {"x1": 4}) == ("a", 4, "c")


def test_an_unbound_local():
    with pytest.raises(UnboundLocalError, match="'y'"):
        def unbound(x):
            if x:
                y = 1
            return y

        exit = e.exit_(e.DEOPT, [e.frame(units(unbound, "LOAD_FAST_CHECK"), locals=[e.constant(1), e.NULL])])
        take(unbound, (0,), [exit], {}, [0])


def test_references_that_compiled_code_owned():
    class Thing:
        pass

    thing = Thing()
    exit = deopt([e.register(1), e.register(1), e.constant(1)], owned=[e.register(1), e.register(1)])
    for _ in range(2):
        # What the made-up registers own.
        for _ in range(2):
            give_reference(thing)
        before = sys.getrefcount(thing)
        assert take(values, (), [exit], {"x1": (thing,)}, [None]) == (thing, thing, None)
        assert sys.getrefcount(thing) == before - 2


def give_reference(thing):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


VIRTUALS = [
    ((e.TUPLE, [e.number(1), e.constant(1)]), lambda v: v == (1, "one")),
    ((e.LIST, [e.vector(0)]), lambda v: v == [0.5]),
    ((e.METHOD, [e.constant(2), e.constant(1)]), lambda v: v() == "ONE"),
    ((e.SLICE, [e.number(1), e.number(5), e.constant(3)]), lambda v: v == slice(1, 5, None)),
    ((e.RANGE, [e.number(1), e.number(9), e.number(2)]), lambda v: v == range(1, 9, 2)),
    ((e.RANGE_ITER, [e.number(3), e.number(2), e.number(3)]), lambda v: list(v) == [3, 5, 7]),
    ((e.LIST_ITER, [e.constant(4), e.number(1)]), lambda v: list(v) == [20, 30]),
    ((e.TUPLE_ITER, [e.constant(5), e.number(2)]), lambda v: list(v) == [30]),
    ((e.LIST_ITER, [e.NULL, e.number(0)]), lambda v: list(v) == []),
    ((e.CELL, [e.constant(1)]), lambda v: v.cell_contents == "one"),
    ((e.ENUMERATE, [e.number(5), e.constant(6)]), lambda v: list(v) == [(5, "x"), (6, "y")]),
]


@pytest.mark.parametrize("recipe, good", VIRTUALS)
def test_objects_that_were_not_made(recipe, good):
    objects = ["one", str.upper, None, [10, 20, 30], (10, 20, 30), iter("xy")]
    exit = deopt([e.virtual(0), e.virtual(0), e.virtual(1)], virtuals=[recipe, (e.TUPLE, [e.virtual(0)])])
    first, second, third = take(values, (), [exit], {"v0": 0.5}, objects)
    assert first is second and third == (first,)
    assert good(first)
    assert gc.is_tracked(first) or not isinstance(first, (list, type(iter([]))))


def test_an_instance_that_was_not_made():
    class Point:
        def __init__(self, x, y):
            self.x = x
            self.y = y

    reference = Point(1, 2)
    # The attributes follow the object and the four bytes that describe them, in words.
    x = Point.__basicsize__ + 8
    recipe = (e.INSTANCE, [e.constant(1), e.number(x), e.number(3), e.number(x + 8), e.number(4)])

    def first(a, b, c):
        return a

    exit = e.exit_(e.DEOPT, [e.frame(units(first, "RESUME"), locals=[e.virtual(0), e.NULL, e.NULL])], virtuals=[recipe])
    made = take(first, (), [exit], {}, [Point])
    assert type(made) is Point and vars(made) == {"x": 3, "y": 4} and list(vars(made)) == ["x", "y"]
    made.z = 5
    assert vars(made) == {"x": 3, "y": 4, "z": 5} and vars(reference) == {"x": 1, "y": 2}


# ---- inlined frames ----


def inner(p, q):
    r = p * q
    return r


def outer(x):
    y = inner(x, 3)
    return y + 1


def caller_frame(function, locals, completion=e.PUSH, call="CALL", stack=(), **options):
    at = units(function, call)
    following = [i.offset // 2 for i in dis.get_instructions(function) if i.offset // 2 > at][0]
    return e.frame(at, locals=locals, next=following, completion=completion, stack=stack, **options)


def chain(kind, innermost, outermost, **options):
    return e.exit_(kind, [innermost, outermost], **options)


def inlined(function, name, locals, stack=(), occurrence=0):
    return e.frame(units(function, name, occurrence), locals=locals, stack=stack, code=1, callee=e.constant(2))


def test_an_inlined_frame_is_made_and_its_caller_goes_on():
    exit = chain(e.DEOPT, inlined(inner, "RESUME", [e.register(0, e.INT), e.number(3), e.NULL]),
                 caller_frame(outer, [e.register(0, e.INT), e.NULL]))
    assert take(outer, (5,), [exit], {"x0": 5}, [inner.__code__, inner]) == 16


def test_an_inlined_frame_in_the_middle_of_an_expression():
    exit = chain(e.DEOPT, inlined(inner, "BINARY_OP", [e.NULL] * 3, [e.register(1, e.INT), e.vector(1)]),
                 caller_frame(outer, None))
    assert take(outer, (5,), [exit], {"x1": 6, "v1": 0.5}, [inner.__code__, inner]) == 4.0


def test_an_exception_passes_inlined_frames():
    exit = chain(e.DEOPT, inlined(inner, "RESUME", [e.constant(3), e.constant(3), e.NULL]), caller_frame(outer, None))
    with pytest.raises(TypeError) as caught:
        take(outer, (5,), [exit], {}, [inner.__code__, inner, None])
    names = [(f.name, f.lineno) for f in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-2:] == [("outer", outer.__code__.co_firstlineno + 1), ("inner", inner.__code__.co_firstlineno + 1)]


def test_an_inlined_frame_that_raises():
    exit = chain(e.RAISE, inlined(inner, "BINARY_OP", [e.NULL] * 3, [e.number(1), e.number(2)]),
                 caller_frame(catching, None))
    assert take(catching, (5,), [exit], {}, [inner.__code__, inner], raised=KeyError("k")) == ("caught", 5)


def catching(x):
    try:
        return inner(x, 3)
    except KeyError:
        return "caught", x


def test_what_a_caller_does_with_the_result():
    def run(completion, locals, stack=()):
        exit = chain(e.DEOPT, inlined(inner, "RESUME", locals), caller_frame(discarding, None, completion, stack=stack))
        return take(discarding, (7,), [exit], {}, [inner.__code__, inner])

    six = [e.number(2), e.number(3), e.NULL]
    zero = [e.number(0), e.number(3), e.NULL]
    assert run(e.PUSH, six) == 6
    assert run(e.BOOL, six) is True and run(e.NOT, six) is False
    assert run(e.BOOL, zero) is False and run(e.NOT, zero) is True
    # The value below takes the place of the result.
    assert run(e.DISCARD, six, [e.number(42)]) == 42
    with pytest.raises(TypeError, match="__init__\\(\\) should return None, not 'int'"):
        run(e.INIT, six, [e.number(42)])


def discarding(x):
    return inner(x, 3)


def depth():
    frame, n = sys._getframe(1), 0
    while frame:
        frame, n = frame.f_back, n + 1
    return n


def leaf(a, b):
    return depth()


def calls_leaf(x):
    return leaf(x, 3)


def test_inlined_frames_are_frames():
    exit = e.exit_(e.DEOPT, [e.frame(units(leaf, "RESUME"), locals=[e.number(1), e.number(3)], code=1, callee=e.constant(2)),
                             caller_frame(calls_leaf, None)])
    # take() is one more frame.
    assert take(calls_leaf, (1,), [exit], {}, [leaf.__code__, leaf]) == calls_leaf(1) + 1


def test_recursion_is_counted_as_if_nothing_were_inlined():
    def left(function, *arguments):
        """How deep recursion gets below the innermost frame."""
        try:
            function(*arguments)
        except RecursionError as error:
            n, entry = 0, error.__traceback__
            while entry:
                n, entry = n + 1, entry.tb_next
            return n

    exit = e.exit_(e.DEOPT, [e.frame(units(endless, "RESUME"), locals=[e.number(1), e.number(3)], code=1, callee=e.constant(2)),
                             caller_frame(calls_endless, None)])
    # The traceback is as long as recursion is deep, whoever is in it.
    inlined = left(lambda: take(calls_endless, (1,), [exit], {}, [endless.__code__, endless]))
    assert inlined == left(lambda: calls_endless(1))


def endless(a, b):
    return endless(a, b)


def calls_endless(x):
    return endless(x, 3)


def test_frames_that_do_not_fit_on_the_data_stack():
    exit = chain(e.DEOPT, inlined(inner, "RESUME", [e.number(2), e.number(3), e.NULL]), caller_frame(outer, None))

    def deeper(n):
        return take(outer, (5,), [exit], {}, [inner.__code__, inner]) if n == 0 else deeper(n - 1)

    assert [deeper(n) for n in range(150)] == [7] * 150


# ---- damage ----


def test_damaged_objects_are_refused():
    good = e.encode([deopt([e.constant(1)] * 3)])
    with pytest.raises(ValueError, match="damaged"):
        _cinderjit._debug_exit(values, (), good, (None,), 0, {}, None)
    for n in (0, 3, 50, len(good) - 1):
        with pytest.raises(ValueError, match="damaged"):
            _cinderjit._debug_exit(values, (), good[:n], (None, 1), 0, {}, None)
    for offset in range(4, len(good) - 16):
        damaged = bytearray(good)
        damaged[offset] ^= 0x41
        try:
            _cinderjit._debug_install(values, bytes(damaged), (None, 1))
        except (ValueError, MemoryError):
            pass
        finally:
            _cinderjit._debug_retire(values)


def test_a_frame_that_is_only_looked_at_stays_in_compiled_code():
    cinderjit = pytest.importorskip("cinderjit")

    def look():
        return sys._getframe(1).f_lineno

    def looked_at(n):
        lines = []
        for _ in range(n):
            lines.append(look())
        return lines

    def written_to(n):
        value = None
        for _ in range(n):
            write("value", n)
        return value

    def write(name, value):
        sys._getframe(1).f_locals[name] = value

    cinderjit.enable()
    for function in looked_at, written_to:
        for _ in range(10):
            function(2)
        assert cinderjit.force_compile(function)
    cinderjit.get_and_clear_runtime_stats()
    assert looked_at(3) == [looked_at.__code__.co_firstlineno + 3] * 3
    assert cinderjit.get_and_clear_runtime_stats()["deopt"] == []
    assert written_to(3) == 3
    assert [exit["reason"] for exit in cinderjit.get_and_clear_runtime_stats()["deopt"]] == ["frame observed"]


def test_exits_without_memory():
    """Compiled code is left with a MemoryError, or as always, when nothing can be allocated: decoding an exit, too."""
    testcapi = pytest.importorskip("_testcapi")

    def inner(x, y):
        return x + y

    def outer(x, y):
        total = 1.5
        for i in (1, 2):
            total = total * 2.5 + i
            y = inner(x, y)
        return total, y

    def handling(text):
        try:
            text.replace("&", "&amp;")
            return "replaced"
        except MemoryError:
            return "no memory"

    def looping(items):
        # The loops go on with their iterators, which an exit has to make.
        caught, total = False, 1.5
        for item in items:
            for _ in range(2):
                try:
                    total = total + item
                except MemoryError:
                    caught = True
        return "no memory" if caught else total

    def call(function, arguments, allocations):
        testcapi.set_nomemory(allocations, 0)
        try:
            result = function(*arguments)
        except MemoryError:
            result = None
        finally:
            testcapi.remove_mem_hooks()
        return result

    calls = [(outer, (1, 2)), (outer, ("a", "b")), (outer, (1.5, 2)), (outer, (2**70, 1)), (handling, ("\u8f58&" * 4,)), (looping, ([1, 2**70, 2.5, 1],))]
    expected = [function(*arguments) for function, arguments in calls]
    for _ in range(20):
        outer(1, 2)
        handling("a")
        looping([1, 2])
    for function in (outer, handling, looping):
        assert cinderjit.force_compile(function)
    failed = 0
    for (function, arguments), result in zip(calls, expected):
        seen = [call(function, arguments, n) for n in (*range(25), 1000)]
        assert seen[-1] == result and all(found in (None, result, "no memory") for found in seen)
        failed += len([found for found in seen if found != result])
        cinderjit.force_uncompile(function)
        assert cinderjit.force_compile(function)
    assert failed > 2
