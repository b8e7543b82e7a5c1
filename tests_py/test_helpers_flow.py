"""The run-time helpers that have to do with the order of execution: iteration, generators and coroutines, exceptions. test_helpers.py has the others."""

import ctypes
import operator
import sys
import types

import cinderjit
import pytest

from helper_calls import NULL, Raising, helper, outcome, same

# ---- iteration and matching ----


def test_iteration():
    def generator():
        yield 1
        raise ZeroDivisionError("in generator")

    iterator = helper("get_iter", "ab")
    assert [helper("iter_next", iterator) for _ in range(4)] == ["a", "b", NULL, NULL]
    running = generator()
    assert helper("iter_next", running) == 1
    assert outcome(helper, "iter_next", running) == (ZeroDivisionError, "in generator")
    same("get_iter", [5], lambda: iter(5))
    for sequence in ([1, 2], (), (3,), []):
        iterator = helper("sequence_iter", sequence)
        assert type(iterator) is type(iter(sequence)) and list(iterator) == list(sequence)
    for start, step, left in ((5, 1, 3), (2**62, -7, 2), (0, 1, 0), (0, 1, -4)):
        iterator = helper("new_range_iter", start, step, left)
        assert type(iterator) is type(iter(range(0)))
        assert list(iterator) == [start + step * i for i in range(left)] and operator.length_hint(iterator) == 0
    assert outcome(helper, "iter_next", 5) == (TypeError, "'int' object is not an iterator")
    for value in ("abc", [1], (), b"ab", {1: 2}, {1, 2}, frozenset(), range(300), [0] * 256, [0] * 257):
        same("get_len", [value], lambda: len(value))
        same("is_true", [value], lambda: int(bool(value)))
    same("get_len", [5], lambda: len(5))

    class Stops:
        def __next__(self):
            raise StopIteration(5)

    assert helper("iter_next", Stops()) is NULL


class Attributes:
    def __init__(self):
        self.x, self.y, self.z = 1, 2, 3


def dicts():
    """Dicts with all kinds of tables, with gaps and without."""
    changed = {n: str(n) for n in range(9)}
    del changed[0], changed[5], changed[8]
    texts = {"a": 1, "b": 2, "c": 3}
    del texts["a"]
    instance = Attributes()
    del instance.y
    instance.y = 4
    return [{}, {1: 2}, {"a": 1, "b": [2]}, changed, texts, Attributes().__dict__, instance.__dict__, dict.fromkeys("xyz")]


def test_iterators_at_a_position():
    """Iterators that are made in the middle of a loop: those of the interpreter, with what is left."""
    items = [1, "b", 3]
    for index in (2, 1, 0):
        made = helper("reversed_iter", items, index)
        assert type(made) is type(reversed(items)) and operator.length_hint(made) == index + 1 and list(made) == items[index::-1]
    assert list(helper("reversed_iter", NULL, 2)) == []
    for table in dicts():
        for kind, view in enumerate((table.keys(), table.values(), table.items())):
            made = helper("dict_iter", table, len(table), kind)
            assert type(made) is type(iter(view)) and operator.length_hint(made) == len(table) and list(made) == list(view)
    table = {1: 2}
    for kind in range(3):
        made = helper("dict_iter", table, 5, kind)
        assert outcome(next, made) == (RuntimeError, "dictionary changed size during iteration")
    for start in (0, -3, 2**60):
        made = helper("new_enumerate", start, iter("abc"))
        assert type(made) is enumerate and list(made) == list(enumerate("abc", start))
    kept = helper("new_enumerate", 0, iter("ab"))
    first = next(kept)
    assert next(kept) == (1, "b") and first == (0, "a")
    for iterables in (("abc", [1, 2]), ([1],), ()):
        made = helper("new_zip", [iter(one) for one in iterables], len(iterables))
        assert type(made) is zip and list(made) == list(zip(*iterables))


def test_items_of_dicts_by_position():
    class Found(ctypes.Structure):
        _fields_ = [("key", ctypes.py_object), ("value", ctypes.py_object), ("next", ctypes.c_int64)]

    for table in dicts():
        position, found = 0, []
        while True:
            at = Found.from_address(helper("dict_next", table, position))
            try:
                found.append((at.key, at.value))
            except ValueError:  # NULL
                break
            assert at.next > position
            position = at.next
        assert found == list(table.items())


# ---- generators and coroutines ----


async def coroutine():
    return 7


class Awaitable:
    def __init__(self, result):
        self.result = result

    def __await__(self):
        return self.result


class AsyncItems:
    def __init__(self, iterator=None, item=None):
        self.iterator = iterator or self
        self.item = item

    def __aiter__(self):
        return self.iterator

    def __anext__(self):
        return self.item


def test_what_yield_from_delegates_to():
    generator = (x for x in "ab")
    assert helper("get_yield_from_iter", generator, 0) is generator
    assert list(helper("get_yield_from_iter", [1, 2], 0)) == [1, 2]
    same("get_yield_from_iter", [5, 0], lambda: iter(5))
    waiting = coroutine()
    assert helper("get_yield_from_iter", waiting, 1) is waiting
    assert outcome(helper, "get_yield_from_iter", waiting, 0) == (
        TypeError, "cannot 'yield from' a coroutine object in a non-coroutine generator")
    waiting.close()


def test_what_await_waits_for():
    waiting = coroutine()
    assert helper("get_awaitable", waiting, 0) is waiting
    waiting.close()
    iterator = iter("x")
    assert helper("get_awaitable", Awaitable(iterator), 0) is iterator
    assert outcome(helper, "get_awaitable", 5, 0) == (TypeError, "'int' object can't be awaited")
    assert outcome(helper, "get_awaitable", 5, 1) == (
        TypeError, "'async with' received an object from __aenter__ that does not implement __await__: int")
    assert outcome(helper, "get_awaitable", Awaitable(3), 0)[0] is TypeError


def test_asynchronous_iterators():
    items = AsyncItems()
    assert helper("get_aiter", items) is items
    assert outcome(helper, "get_aiter", 5) == (TypeError, "'async for' requires an object with __aiter__ method, got int")
    assert outcome(helper, "get_aiter", AsyncItems(5)) == (
        TypeError, "'async for' received an object from __aiter__ that does not implement __anext__: int")
    waiting = coroutine()
    assert helper("get_anext", AsyncItems(item=waiting)) is waiting
    waiting.close()
    assert outcome(helper, "get_anext", AsyncItems(item=5)) == (
        TypeError, "'async for' received an invalid object from __anext__: int")


def test_steps_of_asynchronous_generators():
    @types.coroutine
    def pause(value):
        return (yield value)

    async def items(wait):
        yield 1
        if wait:
            yield await pause("waits")

    async def fails():
        raise KeyError(1)
        yield

    assert cinderjit.force_compile(items)
    assert helper("async_ready", 5) == helper("async_ready", AsyncItems()) == 0
    plain = items(False)
    assert helper("async_ready", plain) == 1
    assert helper("async_step", plain) == (1, None)
    assert helper("async_ready", plain) == 1
    assert helper("async_step", plain) == (None, False)
    assert helper("async_ready", plain) == 0
    assert not plain.ag_running

    waiting = items(True)
    assert helper("async_step", waiting) == (1, None)
    awaitable, second = helper("async_step", waiting)
    assert second == NULL and waiting.ag_running
    assert helper("async_ready", waiting) == 0
    assert awaitable.send(None) == "waits"
    with pytest.raises(StopIteration) as end:
        awaitable.send("sent")
    assert end.value.value == "sent" and not waiting.ag_running
    assert outcome(awaitable.send, None)[0] is RuntimeError

    failing = fails()
    assert outcome(helper, "async_step", failing) == (KeyError, "1")
    assert not failing.ag_running and helper("async_ready", failing) == 0


def test_end_of_asynchronous_loops():
    class Stop(StopAsyncIteration):
        pass

    assert helper("ends_async_for", StopAsyncIteration()) == helper("ends_async_for", Stop(1)) == 1
    assert helper("ends_async_for", StopIteration()) == 0


def test_send():
    def echo():
        got = yield "first"
        got = yield got
        raise KeyError(got)

    running = echo()
    assert helper("send", running, None) == ("first", NULL)
    assert helper("send", running, 5) == (5, NULL)
    assert outcome(helper, "send", running, 6) == (KeyError, "6")
    assert helper("send", iter([1]), None) == (1, NULL)
    assert helper("send", iter([]), None) == (None, None)
    waiting = coroutine()
    assert helper("send", waiting, None) == (7, None)


def unpacked(name, value, oparg):
    out = []
    assert helper(name, value, oparg, out) == 0
    return out


def test_unpacking():
    def two(x):
        a, b = x
        return [a, b]

    def star(x):
        a, *b, c = x
        return [a, b, c]

    for value in [(1, 2), [3, 4], "ab", iter([5, 6]), {7: 8, 9: 10}]:
        if not hasattr(value, "__next__"):
            assert unpacked("unpack_sequence", value, 2) == two(value)
    assert unpacked("unpack_sequence", iter([5, 6]), 2) == [5, 6]
    for value in [(1,), (1, 2, 3), 5, "abc", {1, 2, 3}, Raising()]:
        assert outcome(unpacked, "unpack_sequence", value, 2) == outcome(two, value)
    for value in [(1, 2), [1, 2, 3, 4], "xyz"]:
        assert unpacked("unpack_ex", value, 1 | 1 << 8) == star(value)
    for value in [(1,), 5]:
        assert outcome(unpacked, "unpack_ex", value, 1 | 1 << 8) == outcome(star, value)


def test_matching():
    class Point:
        __match_args__ = ("x", "y")

        def __init__(self, x, y):
            self.x, self.y = x, y

    point = Point(1, 2)
    assert helper("match_class", point, Point, (), 2) == (1, 2)
    assert helper("match_class", point, Point, ("y",), 1) == (1, 2)
    assert helper("match_class", 5, Point, (), 0) is None
    assert helper("match_class", point, Point, ("z",), 0) is None
    assert outcome(helper, "match_class", point, Point, (), 3)[0] is TypeError
    assert outcome(helper, "match_class", point, 5, (), 0)[0] is TypeError
    assert helper("match_keys", {"a": 1, "b": 2}, ("a", "b")) == (1, 2)
    assert helper("match_keys", {"a": 1}, ("a", "b")) is None


# ---- raising ----


def test_raising():
    assert outcome(helper, "raise_varargs", KeyError("k"), NULL) == (KeyError, "'k'")
    assert outcome(helper, "raise_varargs", KeyError, NULL) == (KeyError, "")
    assert outcome(helper, "raise_varargs", 5, NULL) == (TypeError, "exceptions must derive from BaseException")
    assert outcome(helper, "raise_varargs", KeyError, 5) == (TypeError, "exception causes must derive from BaseException")
    try:
        helper("raise_varargs", KeyError, ValueError)
    except KeyError as error:
        assert type(error.__cause__) is ValueError and error.__suppress_context__
    assert outcome(helper, "raise_varargs", NULL, NULL) == (RuntimeError, "No active exception to reraise")
    assert outcome(helper, "init_result_error", 5) == (TypeError, "__init__() should return None, not 'int'")


# ---- handling ----


def test_exception_clauses():
    error = KeyError("k")
    for classes in (KeyError, LookupError, ValueError, (ValueError, KeyError), (), BaseException):
        assert helper("check_exc_match", error, classes) == isinstance(error, classes)
    for classes in (5, (KeyError, "x"), "KeyError", int):

        def clause(classes=classes):
            try:
                raise error
            except classes:
                pass

        kind, text = outcome(clause)
        assert kind is TypeError
        assert outcome(helper, "check_exc_match", error, classes) == (kind, text)


def test_group_clauses():
    value, key = ValueError(1), KeyError(2)
    group = ExceptionGroup("g", [value, key])
    try:
        raise RuntimeError("handled meanwhile")
    except RuntimeError:
        rest, match = helper("check_eg_match", group, ValueError)
        assert rest.exceptions == (key,) and match.exceptions == (value,)
        assert sys.exception() is match
        rest, match = helper("check_eg_match", group, OSError)
        assert rest.exceptions == group.exceptions and match is None
        rest, match = helper("check_eg_match", value, ValueError)
        assert rest is None and match.exceptions == (value,)
        for classes in (5, ExceptionGroup, (ValueError, BaseExceptionGroup)):
            kind, _ = outcome(helper, "check_eg_match", group, classes)
            assert kind is TypeError


def test_exit_methods():
    seen = []

    def leave(*arguments):
        seen.append(arguments)
        return "left"

    error = ValueError(1)
    assert helper("with_except_start", leave, NULL, error) == "left"
    assert helper("with_except_start", leave, "self", error) == "left"
    try:
        raise error
    except ValueError:
        assert helper("with_except_start", leave, NULL, error) == "left"
    assert seen == [(ValueError, error, None), ("self", ValueError, error, None), (ValueError, error, error.__traceback__)]
    same("with_except_start", [raiser, NULL, error], raiser)


def raiser(*arguments):
    raise ZeroDivisionError("raiser")


def test_raising_again():
    error = ValueError("again")
    entries = error.__traceback__
    try:
        helper("reraise", error, NULL)
    except ValueError as again:
        assert again is error and entries is None
    else:
        raise AssertionError("nothing was raised")
