"""sys.settrace, sys.setprofile and sys.monitoring, turned on and off in the middle."""

import sys

from program import case

events = []
# Instrumented code stays so until it runs next.
MAY_STAY_INTERPRETED = {"leaf", "loop", "failing"}


def tracer(frame, event, argument):
    if frame.f_code.co_filename == __file__ and not frame.f_code.co_name.startswith(("cold_", "tracer", "profiler")):
        what = argument if event in ("return", "c_call") and isinstance(argument, (int, str)) else None
        if event == "exception":
            what = argument[0].__name__
        events.append((event, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, what))
        return tracer
    return None


def profiler(frame, event, argument):
    if frame.f_code.co_filename == __file__ and not frame.f_code.co_name.startswith(("cold_", "tracer", "profiler")):
        what = getattr(argument, "__name__", None) if event.startswith("c_") else None
        events.append((event, frame.f_code.co_name, what))


def cold_trace_on():
    sys.settrace(tracer)


def cold_trace_on_with_callers():
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame.f_trace = tracer
        frame = frame.f_back
    sys.settrace(tracer)


def cold_trace_off():
    sys.settrace(None)


def cold_profile_on():
    sys.setprofile(profiler)


def cold_profile_off():
    sys.setprofile(None)


def leaf(x):
    y = x + 1
    return y


def failing(x):
    if x == 2:
        raise ValueError(x)
    return leaf(x)


def taken():
    got = list(events)
    events.clear()
    return got


@case("1", "'a'")
def traced_callee(x):
    cold_trace_on()
    try:
        leaf(1)
        leaf(x)
    except TypeError:
        pass
    finally:
        cold_trace_off()
    leaf(2)
    return taken()


def loop(n):
    total = 0
    for i in range(n):
        if i == 2:
            cold_trace_on_with_callers()
        total += leaf(i)
        if i == 4:
            cold_trace_off()
    return total


@case("3", "6")
def trace_in_a_loop(n):
    result = loop(n)
    cold_trace_off()
    return result, taken()


@case("0", "2")
def trace_exceptions(x):
    cold_trace_on()
    try:
        failing(x)
    except ValueError:
        leaf(5)
    cold_trace_off()
    return taken()


@case("3")
def profiled(n):
    cold_profile_on()
    for i in range(n):
        leaf(i)
        len([i])
        abs(-i)
    try:
        failing(2)
    except ValueError:
        pass
    cold_profile_off()
    leaf(1)
    return taken()


def cold_jump(frame, event, argument):
    if frame.f_code.co_name != "jumping":
        return None
    if event == "line" and frame.f_lineno - frame.f_code.co_firstlineno == 3:
        frame.f_lineno = frame.f_code.co_firstlineno + 5
    return cold_jump


def jumping(n):
    out = []
    out.append(1)
    out.append(2)
    out.append(3)
    out.append(n)
    return out


@case("4")
def line_jump(n):
    sys.settrace(cold_jump)
    result = jumping(n)
    sys.settrace(None)
    return result, jumping(n)


def cold_replace_local(frame, event, argument):
    if frame.f_code.co_name == "replaced" and event == "line":
        frame.f_locals["x"] = "replaced"
    return cold_replace_local


def replaced(x):
    y = x
    z = x
    return x, y, z


@case("1")
def locals_from_tracer(x):
    sys.settrace(cold_replace_local)
    result = replaced(x)
    sys.settrace(None)
    return result, replaced(x)


TOOL = 3
M = sys.monitoring


def cold_monitor(mask, codes=None):
    M.use_tool_id(TOOL, "differential")

    def note(name):
        def callback(code, *rest):
            if code.co_filename == __file__ and not code.co_name.startswith("cold_"):
                if name == "RAISE":
                    # Whether the offset is that of the call or of its cache depends on how it was specialised.
                    rest = rest[1:]
                shown = [r if isinstance(r, (int, str)) else getattr(r, "__name__", type(r).__name__) for r in rest]
                events.append((name, code.co_name, shown))
        return callback
    for name in ("PY_START", "PY_RETURN", "LINE", "CALL", "C_RETURN", "RAISE", "PY_UNWIND", "JUMP", "BRANCH_LEFT", "BRANCH_RIGHT", "EXCEPTION_HANDLED"):
        event = getattr(M.events, name)
        if mask & event:
            M.register_callback(TOOL, event, note(name))
    if codes is None:
        M.set_events(TOOL, mask)
    else:
        for code in codes:
            M.set_local_events(TOOL, code, mask)


def cold_monitor_off():
    if M.get_tool(TOOL):
        M.set_events(TOOL, 0)
        M.free_tool_id(TOOL)


def monitored(n, mask, codes):
    total = 0
    for i in range(n):
        if i == 2:
            cold_monitor(mask, codes)
        total += leaf(i)
        if i == 4:
            cold_monitor_off()
    return total


@case("M.events.PY_START | M.events.PY_RETURN", "M.events.LINE", "M.events.CALL", "M.events.JUMP | M.events.BRANCH_LEFT | M.events.BRANCH_RIGHT")
def monitor_all(mask):
    try:
        return monitored(7, mask, None), taken()
    finally:
        cold_monitor_off()


@case("M.events.PY_START | M.events.PY_RETURN", "M.events.LINE")
def monitor_one_function(mask):
    try:
        return monitored(7, mask, [leaf.__code__]), monitored(3, 0, []), taken()
    finally:
        cold_monitor_off()


@case("M.events.RAISE | M.events.PY_UNWIND | M.events.EXCEPTION_HANDLED")
def monitor_exceptions(mask):
    cold_monitor(mask)
    out = []
    for x in (1, 2, 3):
        try:
            out.append(failing(x))
        except ValueError:
            out.append("caught")
    cold_monitor_off()
    return out, taken()


def cold_raising_tracer(frame, event, argument):
    if frame.f_code.co_name == "leaf" and event == "line":
        raise KeyError("from tracer")
    return cold_raising_tracer


@case("1")
def tracer_raises(x):
    sys.settrace(cold_raising_tracer)
    try:
        leaf(x)
    except KeyError as error:
        return str(error), sys.gettrace()
    finally:
        sys.settrace(None)


def cold_opcodes(frame, event, argument):
    if frame.f_code.co_name == "leaf":
        frame.f_trace_opcodes = True
        events.append((event, frame.f_lasti))
        return cold_opcodes
    return None


@case("1")
def opcode_events(x):
    sys.settrace(cold_opcodes)
    leaf(x)
    sys.settrace(None)
    return taken()
