"""The run time of compiled code: entries, exits, exceptions, deallocation, recursion, freeing.

The functions are compiled and installed directly, without the registry, so that what is tested
does not depend on when something is compiled or taken back.
"""

import gc
import os
import sys
import threading
import traceback
import weakref

import pytest

_cinderjit = pytest.importorskip("cinderjit._cinderjit")

DEOPT, OBSERVE, RAISE = range(3)


def compiled(*warm_up):
    """Decorator: runs the function with each of the argument tuples, then compiles it."""

    def decorate(function):
        for arguments in warm_up:
            for _ in range(3):
                try:
                    function(*arguments)
                except Exception:
                    pass
        _cinderjit._debug_compile(function)
        return function

    return decorate


def exits(function):
    """The kinds of the exits that were taken."""
    return sorted({kind for kind, *_ in _cinderjit._debug_exits(function)})


def line_in(function, frame):
    return frame.f_lineno - function.__code__.co_firstlineno


def positions(error):
    return [(f.name, f.lineno, f.colno, f.end_colno) for f in traceback.extract_tb(error.__traceback__)][1:]


# ---- entries ----


def bound(a, b=2, *args, c=3, **kwargs):
    return a, b, args, c, kwargs


CALLS = [
    ((1,), {}),
    ((1, 5), {}),
    ((1,), {"b": 7}),
    ((1, 2, 3, 4), {"c": 5, "z": 6}),
    ((), {"a": 1, "b": 2}),
    ((), {}),
    ((1,), {"a": 2}),
    ((), {"b": 1}),
]


def outcome(call, *args, **kwargs):
    try:
        return call(*args, **kwargs)
    except Exception as error:
        return type(error), str(error)


def test_arguments_are_bound_as_the_interpreter_binds_them():
    @compiled((1,), (2,))
    def bound(a, b=2, *args, c=3, **kwargs):
        return a, b, args, c, kwargs

    @compiled((1, 2),)
    def plain(a, b):
        return a, b

    for args, kwargs in CALLS:
        expected = outcome(globals()["bound"], *args, **kwargs)
        if isinstance(expected[0], type):
            expected = expected[0], expected[1].replace("bound", bound.__qualname__)
        assert outcome(bound, *args, **kwargs) == expected
    assert plain(b=1, a=2) == (2, 1)
    assert outcome(plain, 1) == (TypeError, f"{plain.__qualname__}() missing 1 required positional argument: 'b'")
    assert outcome(plain, 1, 2, 3) == (TypeError, f"{plain.__qualname__}() takes 2 positional arguments but 3 were given")


def test_many_arguments():
    @compiled(tuple(range(12)))
    def many(a, b, c, d, e, f, g, h, i, j, k, l):
        return a, b, c, d, e, f, g, h, i, j, k, l

    assert many(*"abcdefghijkl") == tuple("abcdefghijkl")


def test_closure_and_default_values():
    def make(n):
        def inner(a, b=10):
            return a + b + n

        return inner

    inner = make(100)
    for _ in range(4):
        inner(1)
    _cinderjit._debug_compile(inner)
    assert inner(1) == 111
    assert inner(1, 2) == 103
    inner.__defaults__ = (20,)
    assert inner(1) == 121


def test_the_frame_evaluator_enters_by_the_frame_entry():
    @compiled((1, 2), (3, 4))
    def add(a, b):
        return a + b

    def caller(x):
        return add(x, 1)

    assert _cinderjit._debug_evaluator(True)
    try:
        assert [caller(x) for x in (1, 2.5)] == [2, 3.5]
        assert caller.__code__ is not add.__code__
        assert eval("add(x, x)", {"add": add, "x": 21}) == 42
    finally:
        assert not _cinderjit._debug_evaluator(False)
    assert caller(1) == 2


# ---- exits ----


def test_a_failed_guard_continues_in_the_interpreter():
    @compiled((1, 2), (3, 4))
    def add(a, b):
        return a + b, b

    assert add(10**30, 1) == (10**30 + 1, 1)
    assert add("a", "b") == ("ab", "b")
    assert DEOPT in exits(add)


def test_a_frame_that_is_looked_at_shows_its_locals():
    def look():
        frame = sys._getframe(1)
        return frame.f_locals["x"], frame.f_locals["y"], frame.f_lineno

    @compiled((1,), (2,))
    def observed(x):
        y = x + 1
        seen = look()
        z = y + 1
        return seen, z

    assert observed(10) == ((10, 11, observed.__code__.co_firstlineno + 3), 12)


def test_locals_written_through_a_frame_are_seen():
    def poke():
        sys._getframe(1).f_locals["x"] = 99

    @compiled((1,), (2,))
    def written(x):
        before = x
        poke()
        return before, x

    assert written(5) == (5, 99)
    # A frame that is only looked at is left, too, until the package has set up what notices writes.
    assert OBSERVE in exits(written)


def test_a_frame_object_outlives_its_frame():
    kept = []

    def keep():
        kept.append(sys._getframe(1))

    @compiled((1,), (2,))
    def remembered(x):
        y = [x]
        keep()
        return y

    kept.clear()
    result = remembered(7)
    frame = kept[0]
    assert frame.f_locals == {"x": 7, "y": [7], "keep": keep}
    assert frame.f_locals["y"] is result
    assert frame.f_back is sys._getframe()


# ---- exceptions ----


def boom(x):
    raise ValueError(x)


def test_handlers_and_traceback_positions():
    def plain(x):
        try:
            boom(x)
        except ValueError as error:
            return error.args, positions(error)

    handled = compiled((1,), (2,))(lambda x: None)

    @compiled((1,), (2,))
    def handled(x):
        try:
            boom(x)
        except ValueError as error:
            return error.args, positions(error)

    assert handled(3)[0] == (3,)
    shift = handled.__code__.co_firstlineno + 1 - plain.__code__.co_firstlineno
    assert handled(3) == plain(3)
    assert shift > 0


def test_an_unhandled_exception_leaves_traceback_and_finally():
    log = []

    @compiled((1,), (2,))
    def finally_runs(x):
        try:
            boom(x)
        finally:
            log.append(x)

    log.clear()
    with pytest.raises(ValueError) as caught:
        finally_runs(8)
    assert log == [8]
    first = finally_runs.__code__.co_firstlineno
    assert [(name, line - first) for name, line, *_ in positions(caught.value)] == [("finally_runs", 3), ("boom", boom.__code__.co_firstlineno + 1 - first)]


def test_bare_raise_adds_no_traceback_entry():
    @compiled((1,), (2,))
    def again(x):
        try:
            boom(x)
        except ValueError:
            raise

    def plain(x):
        try:
            boom(x)
        except ValueError:
            raise

    def entries(function):
        try:
            function(1)
        except ValueError as error:
            return [f.name for f in traceback.extract_tb(error.__traceback__)][1:]

    assert entries(again) == ["again", "boom"]
    assert len(entries(again)) == len(entries(plain))


def test_raise_statements():
    class Odd(Exception):
        def __new__(cls):
            return 3

    @compiled((None, None),)
    def raising(what, cause):
        if cause is None:
            raise what
        raise what from cause

    def plain(what, cause):
        if cause is None:
            raise what
        raise what from cause

    def result(function, *arguments):
        try:
            function(*arguments)
        except BaseException as error:
            return type(error), str(error), repr(error.__cause__), error.__suppress_context__

    for arguments in [(KeyError(1), None), (KeyError, None), (3, None), (Odd, None), (KeyError, ValueError),
                      (KeyError(2), ValueError(3)), (KeyError, 3), (KeyError, Odd), (SystemExit, None)]:
        assert result(raising, *arguments) == result(plain, *arguments), arguments


def test_no_active_exception_to_raise_again():
    @compiled(())
    def nothing():
        raise

    with pytest.raises(RuntimeError, match="No active exception to reraise") as caught:
        nothing()
    assert positions(caught.value)[-1][0] == "nothing"


def test_exception_events_of_monitoring_tools():
    tool, events = 3, []
    monitoring = sys.monitoring

    @compiled((1,), (2,))
    def raising(x):
        try:
            boom(x)
        except KeyError:
            pass

    monitoring.use_tool_id(tool, "test")
    try:
        for event in ("RAISE", "PY_UNWIND", "EXCEPTION_HANDLED"):
            monitoring.register_callback(
                tool, getattr(monitoring.events, event),
                lambda code, offset, error, event=event: code is raising.__code__ and events.append(event))
        monitoring.set_events(tool, monitoring.events.RAISE | monitoring.events.PY_UNWIND | monitoring.events.EXCEPTION_HANDLED)
        with pytest.raises(ValueError):
            raising(1)
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    assert events[:2] == ["RAISE", "EXCEPTION_HANDLED"]
    assert events[-1] == "PY_UNWIND"


# ---- references ----


def test_objects_die_when_their_last_name_goes():
    log = []

    class Dying:
        def __del__(self):
            log.append("dead")

    @compiled((Dying, log.append), (Dying, log.append))
    def scopes(make, note):
        a = make()
        note("before")
        a = None
        note("after")

    log.clear()
    scopes(Dying, log.append)
    assert log == ["before", "dead", "after"]


def test_no_reference_is_lost_or_kept():
    class Thing:
        pass

    def look(thing):
        sys._getframe(1)
        return thing

    @compiled((Thing(), 1), (Thing(), 2))
    def several(thing, n):
        pair = (thing, [thing])
        other = look(thing)
        if n == 0:
            raise ValueError(pair)
        return n + 1, pair, other

    thing = Thing()
    before = sys.getrefcount(thing)
    for n in (1, 2, 10**40, 1.5, "x", 0):
        outcome(several, thing, n)
        gc.collect()
        assert sys.getrefcount(thing) == before, n


def test_a_result_survives_the_frame():
    class Thing:
        pass

    @compiled((1,), (2,))
    def make(x):
        local = Thing()
        local.value = x
        return local

    things = [make(i) for i in range(50)]
    assert [t.value for t in things] == list(range(50))
    ref = weakref.ref(things.pop())
    assert ref() is None


# ---- recursion and stacks ----


def recursion(n):
    if n == 0:
        return 0
    return recursion(n - 1) + 1


def depth_of(function):
    try:
        function(10**9)
    except RecursionError as error:
        depth, entry = 0, error.__traceback__
        while entry:
            depth, entry = depth + 1, entry.tb_next
        return depth, str(error)


def make_recursion():
    namespace = {}
    exec("def recursion(n):\n    if n == 0:\n        return 0\n    return recursion(n - 1) + 1\n", namespace)
    function = namespace["recursion"]
    for _ in range(5):
        function(5)
    _cinderjit._debug_compile(function)
    return function


def test_recursion_limit_is_reached_at_the_same_depth():
    recursion(10)
    assert depth_of(make_recursion()) == depth_of(recursion)


def test_deep_recursion_does_not_need_machine_stack():
    function = make_recursion()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        assert function(100_000) == 100_000
        assert function(10) == 10
    finally:
        sys.setrecursionlimit(limit)


def test_deep_recursion_in_a_thread():
    function = make_recursion()
    limit = sys.getrecursionlimit()
    results = []
    sys.setrecursionlimit(10**6)
    try:
        thread = threading.Thread(target=lambda: results.append(function(60_000)))
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
    assert results == [60_000]


def test_frames_that_start_a_chunk_of_the_data_stack():
    # The depth at which the first chunk is full depends on what is below; every
    # depth in the range of one chunk is tried.
    function = make_recursion()

    def deeper(n, m):
        return function(m) if n == 0 else deeper(n - 1, m)

    for n in range(0, 120, 7):
        for m in range(0, 40):
            assert deeper(n, m) == m


def test_two_threads_in_compiled_code():
    @compiled((10,), (20,))
    def count(n):
        total = 0
        for i in range(n):
            total += i
        return total

    results = []
    threads = [threading.Thread(target=lambda: results.append(count(200_000))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [sum(range(200_000))] * 3


# ---- freeing ----


def test_retired_code_is_freed_when_nobody_runs_it():
    @compiled((1,), (2,))
    def retired(x):
        return x + 1

    assert _cinderjit._debug_retire(retired) == 0
    assert retired(1) == 2


def test_running_code_can_be_retired():
    @compiled()
    def running(x):
        waiting = _cinderjit._debug_retire(running)
        return x, waiting

    assert running(5) == (5, 1)
    assert _cinderjit._debug_retire(running) == 0


def test_code_that_another_thread_runs_is_kept():
    entered, leave = threading.Event(), threading.Event()

    @compiled()
    def waits(x):
        entered.set()
        leave.wait(30)
        return x + 1

    results = []
    thread = threading.Thread(target=lambda: results.append(waits(1)))
    thread.start()
    assert entered.wait(30)
    assert _cinderjit._debug_retire(waits) == 1
    leave.set()
    thread.join()
    assert results == [2]
    assert _cinderjit._debug_retire(waits) == 0


def test_code_that_the_main_thread_runs_is_kept():
    waiting = []

    def retire():
        waiting.append(_cinderjit._debug_retire(joins))

    @compiled()
    def joins(x):
        thread = threading.Thread(target=retire)
        thread.start()
        thread.join()
        return x + 1

    assert joins(1) == 2
    assert waiting == [1]
    assert _cinderjit._debug_retire(joins) == 0


# ---- fork ----


def test_compiled_code_goes_on_in_a_forked_child():
    function = make_recursion()
    child = os.fork()
    if child == 0:
        ok = function(50) == 50 and outcome(function, "x")[0] is TypeError
        os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_one_code_object_with_several_globals():
    cinderjit = pytest.importorskip("cinderjit")
    code = compile("def f(x):\n    return x + y\n", "several", "exec")
    functions = []
    for y in range(5):
        namespace = {"y": y}
        exec(code, namespace)
        f = type(namespace["f"])(functions[0].__code__ if functions else namespace["f"].__code__, namespace)
        for _ in range(4):
            f(1)
        cinderjit.force_compile(f)
        functions.append(f)
    assert [f(10) for f in functions] == [10, 11, 12, 13, 14]
    for f in functions[:-1]:
        assert cinderjit.is_jit_compiled(f)
    # The records of code that died are not found again.
    del functions, f, code, namespace
    gc.collect()
    sys.setprofile(None)
    sys.setprofile(None)
