"""Tools that look at code see the same events whether it was compiled or not, frames that are running included."""

import sys
import threading

import pytest

cinderjit = pytest.importorskip("cinderjit")
if cinderjit.unavailable_reason():
    pytest.skip(cinderjit.unavailable_reason(), allow_module_level=True)

SOURCE = """
def g(a, act):
    if act:
        act()
    return a + 1

def f(a, act):
    x = g(a, act)
    y = g(x, None)
    return y
"""


def pair(compiled):
    """Fresh functions f and g, compiled or not."""
    namespace = {}
    exec(SOURCE, namespace)
    for i in range(5):
        namespace["f"](i, None)
    if compiled:
        assert cinderjit.force_compile(namespace["f"]) and cinderjit.force_compile(namespace["g"])
    return namespace["f"], namespace["g"]


def profile_events(f):
    events = []
    f(1, lambda: sys.setprofile(lambda frame, event, arg: events.append((frame.f_code.co_name, event))))
    sys.setprofile(None)
    return [e for e in events if e[0] in "fg"]


def trace_events(f):
    events = []

    def trace(frame, event, arg):
        events.append((frame.f_code.co_name, event, frame.f_lineno))
        return trace

    def act():
        sys.settrace(trace)
        sys._getframe(2).f_trace = trace

    try:
        f(1, act)
    finally:
        sys.settrace(None)
    return [e for e in events if e[0] in "fg"]


def local_events(f):
    events, monitoring = [], sys.monitoring
    monitoring.use_tool_id(3, "test")
    try:
        monitoring.register_callback(3, monitoring.events.LINE, lambda code, line: events.append(line))
        monitoring.register_callback(3, monitoring.events.PY_RETURN, lambda code, offset, value: events.append(value))
        wanted = monitoring.events.LINE | monitoring.events.PY_RETURN
        f(1, lambda: monitoring.set_local_events(3, f.__code__, wanted))
        f(5, None)
        monitoring.set_local_events(3, f.__code__, 0)
        f(9, None)
    finally:
        monitoring.free_tool_id(3)
    return events


def global_events(f):
    events, monitoring = [], sys.monitoring
    monitoring.use_tool_id(3, "test")
    try:
        monitoring.register_callback(3, monitoring.events.PY_START, lambda code, offset: events.append(code.co_name))
        f(1, lambda: monitoring.set_events(3, monitoring.events.PY_START))
        f(1, None)
        monitoring.set_events(3, 0)
        f(1, None)
    finally:
        monitoring.free_tool_id(3)
    return [e for e in events if e in "fg"]


@pytest.mark.parametrize("events", [profile_events, trace_events, local_events, global_events])
def test_events_are_those_of_the_interpreter(events):
    expected = events(pair(False)[0])
    assert expected
    f, g = pair(True)
    assert events(f) == expected
    # And again, now that it was given back.
    assert events(f) == expected


def watch_calls(local, counted):
    """What a tool is told of calls and of returns from C functions, in a function that calls one in Python, one that was made meanwhile, and len."""
    namespace = {}
    exec("def inner(a): return a\n"
         "def outer(a):\n"
         "  def made(a): return a\n"
         "  return inner(made(inner(a)) + len([a]))\n", namespace)
    inner, outer = namespace["inner"], namespace["outer"]
    for i in range(5):
        outer(i)
    if counted is not None:
        cinderjit.compile_after_n_calls(counted)
        assert cinderjit.force_compile(inner)
    monitoring = sys.monitoring
    events = monitoring.events
    seen = []
    monitoring.use_tool_id(3, "test")
    try:
        for event, name in ((events.CALL, "call"), (events.C_RETURN, "c_return")):
            monitoring.register_callback(3, event, lambda code, offset, callee, first, name=name: seen.append((name, callee.__name__)))
        if local:
            monitoring.set_local_events(3, outer.__code__, events.CALL)
        else:
            monitoring.set_events(3, events.CALL)
        for i in range(4):
            outer(i)
        monitoring.set_events(3, 0)
        monitoring.set_local_events(3, outer.__code__, 0)
        monitoring.free_tool_id(3)
        told = len(seen)
        for i in range(12):
            outer(i)
        assert len(seen) == told
        assert counted is None or (cinderjit.is_jit_compiled(inner) and cinderjit.is_jit_compiled(outer))
    finally:
        monitoring.free_tool_id(3)
        cinderjit.compile_after_n_calls(None)
    return [e for e in seen if e[1] in ("inner", "made", "len")]


@pytest.mark.parametrize("evaluator", [False, True])
@pytest.mark.parametrize("local", [False, True])
def test_calls_of_python_functions_are_not_reported_as_those_of_c_functions(local, evaluator):
    once = [("call", "inner"), ("call", "made"), ("call", "len"), ("c_return", "len"), ("call", "inner")]
    assert watch_calls(local, None) == once * 4
    try:
        if evaluator:
            cinderjit.install_frame_evaluator()
        assert watch_calls(local, 3) == once * 4
        assert cinderjit.is_frame_evaluator_installed() == evaluator
    finally:
        cinderjit.remove_frame_evaluator()


def test_an_evaluator_installed_while_calls_are_watched_waits():
    monitoring = sys.monitoring
    seen = []

    def called(a):
        return a

    def calls():
        seen.clear()
        called(len([]))
        return [callee.__name__ for callee in seen if callee in (called, len)]

    monitoring.use_tool_id(3, "test")
    try:
        monitoring.register_callback(3, monitoring.events.C_RETURN, lambda code, offset, callee, first: seen.append(callee))
        monitoring.set_events(3, monitoring.events.CALL)
        assert calls() == ["len"]
        cinderjit.install_frame_evaluator()
        assert cinderjit.is_frame_evaluator_installed() and calls() == ["len"]
        monitoring.set_events(3, 0)
        assert cinderjit.is_frame_evaluator_installed() and calls() == []
        # It is back, and goes again.
        monitoring.set_events(3, monitoring.events.CALL)
        assert calls() == ["len"]
        cinderjit.remove_frame_evaluator()
        assert not cinderjit.is_frame_evaluator_installed()
        monitoring.set_events(3, 0)
        assert not cinderjit.is_frame_evaluator_installed() and calls() == []
    finally:
        cinderjit.remove_frame_evaluator()
        monitoring.free_tool_id(3)


def test_code_is_compiled_again_afterwards():
    f, g = pair(True)
    profile_events(f)
    assert not cinderjit.is_jit_compiled(f)
    for _ in range(20):
        f(1, None)
    assert cinderjit.is_jit_compiled(f)


def test_events_of_another_thread():
    f, g = pair(True)
    seen = []

    def run():
        sys.setprofile(lambda frame, event, arg: seen.append((frame.f_code.co_name, event)))
        f(1, None)
        sys.setprofile(None)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert [e for e in seen if e[0] == "f"] == [("f", "call"), ("f", "return")]


def test_nothing_can_be_seen_of_the_reporting():
    for function in (sys.settrace, sys.setprofile, sys.monitoring.set_events):
        assert type(function) is type(len)
        assert function.__name__ in ("settrace", "setprofile", "set_events") and function.__self__ in (sys, sys.monitoring)
    with pytest.raises(TypeError):
        sys.settrace()
    assert sys.gettrace() is None
