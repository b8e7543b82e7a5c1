"""Loops that are entered while they run: what the code relies on breaks inside, exceptions leave them, others look at the
frame and change it, tracing and monitoring begin and end. Module bodies run here by exec, so that they have loops too."""

import gc
import sys
import threading
import types
import weakref

from program import case, jit

# They have been traced when they would be compiled.
MAY_STAY_INTERPRETED = {"switch_on", "raise_traced"}

factor = 3


class Thing:
    """An object that reports its end."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("end of", self.name)


class Point:
    def __init__(self, x):
        self.x = x

    def moved(self, by):
        return self.x + by


class Other:
    def __init__(self, x):
        self.y = 0
        self.x = x

    def moved(self, by):
        return self.x - by


# ---- loops of all kinds ----


@case("40", "0", "1", "2", "True", "-3")
def count(n):
    total = 0
    for i in range(n):
        total += i * 2
    return total, n


@case("40", "40.5", "2**70", "'x'")
def climb(limit):
    x = 1
    rounds = 0
    while x < limit:
        x += x // 3 + 1
        rounds += 1
        if rounds > 100:
            break
    else:
        rounds = -rounds
    return x, rounds


@case("6, 7", "1, 40", "40, 1", "0, 5", "5, 0")
def nested(n, m):
    seen = []
    for i in range(n):
        inner = 0
        for j in range(m):
            if j == i:
                continue
            inner += i * j
        seen.append(inner)
    for s in seen:
        if s > 100:
            break
    else:
        s = None
    return seen, s


@case("30", "3")
def three_deep(n):
    a = b = c = 0
    while a < 3:
        a += 1
        for b in range(4):
            while True:
                c += 1
                if c % n == 0:
                    break
                if c % 5 == b:
                    break
    return a, b, c


@case("[1, 2, 3, 4, 5, 6] * 4", "[1, 2.5, 'x', 3, None, 4] * 3", "[1.5] * 10 + [2**40] * 10", "'abcdefgh' * 3", "[]", "iter([3, 4] * 10)")
def mixed(items):
    total = []
    last = None
    for item in items:
        if last is not None and type(item) is type(last):
            total.append(item + last)
        last = item
    return total, last


@case("30", "200")
def to_large(n):
    x = 1
    for i in range(n):
        x *= 3
    return x


@case("25", "2")
def becomes_float(n):
    x = 0
    for i in range(n):
        if i == 12:
            x = float(x)
        x += 1
    return x


@case("12", "1")
def comprehensions(n):
    return [x * y for x in range(n) for y in range(3)], {x: str(x) for x in range(n)}, {x % 5 for x in range(n)}


@case("20", "1")
def returns_inside(n):
    for i in range(100):
        try:
            if i == n:
                return i, "found"
        finally:
            if i == n:
                print("finally", i)
    return None


@case("[(i, str(i)) for i in range(20)]", "[(1, 2), (3,)] * 4", "[(1, 2), 5]")
def unpacks(pairs):
    out = []
    for a, b in pairs:
        out.append((b, a))
    return out


@case("20", "3")
def closures(n):
    made = []
    total = 0

    def add(k):
        nonlocal total
        total += k
        return total

    for i in range(n):
        made.append(lambda: (i, total))
        add(i)
    return total, [f() for f in made[:3]], made[-1]()


@case("20")
def unbound(n):
    for i in range(30):
        if i == n:
            del n
        elif i > 20:
            return n


@case("range(30)", "[1, 2, 3]")
def star(items):
    out = []
    for first, *rest in [tuple(items)] * 8:
        out.append((first, len(rest)))
    while out:
        last = out.pop()
    return last


# ---- what is relied on breaks ----


@case("[Point(i) for i in range(30)]", "[Point(1), Other(2)] * 10", "[Point(1)] * 10 + [Other(5)] * 10", "[Point(1), 5]")
def receivers(points):
    total = 0
    for p in points:
        total += p.moved(2) + p.x
    return total


@case("30", "5")
def class_changes(n):
    class Local:
        def step(self):
            return 1

    thing = Local()
    total = 0
    for i in range(n):
        total += thing.step()
        if i == n // 2:
            Local.step = lambda self: 100
    return total


@case("30")
def global_changes(n):
    global factor
    total = 0
    for i in range(n):
        total += i * factor
        if i == 15:
            factor = 7
    factor = 3
    return total


def helper(x):
    return x + 1


@case("30")
def function_changes(n):
    total = 0
    before = helper.__code__
    for i in range(n):
        total += helper(i)
        if i == 10:
            helper.__code__ = (lambda x: x * 2).__code__
    helper.__code__ = before
    return total


@case("30", "4")
def class_of_instance_changes(n):
    p = Point(1)
    total = 0
    for i in range(n):
        total += p.moved(1)
        if i == n // 2:
            q = Point(5)
            q.__class__ = type("Sub", (Point,), {"moved": lambda self, by: 1000})
            p = q
    return total


# ---- exceptions ----


@case("30, 20", "30, 100", "30, 0")
def raises(n, at):
    for i in range(n):
        x = 100 // (at - i)
    return x


@case("30, 20", "30, 100")
def raises_in_callee(n, at):
    def divide(a, b):
        return a // b

    for i in range(n):
        x = divide(i, at - i)
    return x


@case("30, 20", "30, 100", "30, 1")
def caught_around(n, at):
    i = None
    try:
        for i in range(n):
            1 // (at - i)
    except ZeroDivisionError as error:
        return i, str(error), error.__traceback__.tb_lineno - error.__traceback__.tb_frame.f_code.co_firstlineno
    finally:
        print("finally", i)
    return i


@case("30", "9")
def caught_inside(n):
    total = 0
    for i in range(n):
        try:
            total += 10 // (i % 4)
        except ZeroDivisionError as error:
            total += 1000
            if error.__context__ is not None:
                total += 1
        try:
            {}[i]
        except KeyError:
            total += 1
    return total, sys.exception()


@case("20", "3")
def handler_outside(n):
    """The loop is in a handler."""
    try:
        raise ValueError("outer")
    except ValueError as error:
        seen = []
        for i in range(n):
            seen.append(type(sys.exception()).__name__)
            try:
                raise KeyError(i)
            except KeyError as inner:
                seen.append(str(inner.__context__))
        return seen, str(error)


@case("30, 20")
def raised_twice(n, at):
    try:
        for i in range(n):
            try:
                1 // (at - i)
            except ZeroDivisionError as error:
                raise KeyError(i) from error
    except KeyError as error:
        return error.args, type(error.__cause__).__name__


@case("30, 20", "30, 40")
def with_inside(n, at):
    class Manager:
        def __enter__(self):
            return self

        def __exit__(self, kind, value, traceback):
            if kind is not None:
                print("exit", kind.__name__)
            return kind is KeyError

    total = 0
    for i in range(n):
        with Manager() as m:
            if i % 7 == 3:
                raise KeyError(i)
            if i == at:
                raise ValueError(i)
            total += i
    return total


@case("20", "2")
def loop_after_exception_in_condition(n):
    class Bad:
        def __init__(self):
            self.left = n

        def __bool__(self):
            self.left -= 1
            if self.left < 0:
                raise RuntimeError("no truth left")
            return True

    bad = Bad()
    rounds = 0
    while bad:
        rounds += 1
    return rounds


@case("5", "2")
def recursion(n):
    total = 0
    for i in range(6):
        if i == 4 and n > 0:
            total += recursion(n - 1)
        total += i
    return total


def dive(n):
    for i in range(4):
        if i == 2:
            return dive(n + 1)


@case("0")
def too_deep(n):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(220)
    try:
        dive(n)
    except RecursionError as error:
        return str(error)
    finally:
        sys.setrecursionlimit(limit)


# ---- others look at the frame ----


@case("20", "2")
def ends(n):
    thing = Thing("first")
    for i in range(n):
        thing = Thing(i)
        if i == 10:
            del thing
            thing = None
    return "done"


@case("20")
def weak(n):
    refs = []
    item = Thing("kept")
    refs.append(weakref.ref(item))
    for i in range(n):
        if i == 10:
            item = None
        refs.append(refs[0]() is None)
    return refs[1:]


@case("20", "3")
def looks(n):
    seen = []
    for i in range(n):
        x = i * 2
        if i % 5 == 4:
            local = sys._getframe().f_locals
            seen.append((local["i"], local["x"], len(local)))
    return seen


def look_back():
    return dict(sys._getframe(1).f_locals), sys._getframe(1).f_lineno - sys._getframe(1).f_code.co_firstlineno


@case("20", "3")
def looked_at(n):
    seen = []
    for i in range(n):
        x = i + 0.5
        if i % 7 == 2:
            local, line = look_back()
            seen.append((local["i"], local["x"], line))
    return seen


@case("20", "3")
def written(n):
    total = 0
    for i in range(n):
        if i == n // 2:
            sys._getframe().f_locals["total"] = "text"
        if isinstance(total, str):
            return total, i
        total += i
    return total


@case("20")
def kept_frame(n):
    frame = sys._getframe()
    total = 0
    for i in range(n):
        total += i
    return total, frame.f_locals["i"], frame.f_locals["total"]


def outer_frame(n):
    frames = []
    for i in range(n):
        if i == 12:
            frames.append(sys._getframe())
    return frames


@case("20")
def frame_survives(n):
    frame = outer_frame(n)[0]
    return frame.f_locals["i"], frame.f_locals["n"], frame.f_lineno - frame.f_code.co_firstlineno, frame.f_back is None


@case("20")
def traceback_frame(n):
    try:
        raises(n, 7)
    except ZeroDivisionError as error:
        frame = error.__traceback__.tb_next.tb_frame
        return frame.f_locals["i"], frame.f_lineno - frame.f_code.co_firstlineno, error.__traceback__.tb_next.tb_lasti


# ---- tools ----


def events_of(name, events):
    def trace(frame, event, argument):
        if frame.f_code.co_name == name:
            events.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
            return trace
        return None

    return trace


@case("20", "8")
def traced_from_inside(n):
    events = []
    trace = events_of("traced_from_inside", events)
    total = 0
    for i in range(n):
        if i == 6:
            sys.settrace(trace)
            sys._getframe().f_trace = trace
        total += i
    sys.settrace(None)
    return total, events


def switch_on(trace):
    sys.settrace(trace)
    sys._getframe(1).f_trace = trace


@case("20", "8")
def traced_by_callee(n):
    events = []
    total = 0
    for i in range(n):
        if i == 6:
            switch_on(events_of("traced_by_callee", events))
        if i == 10:
            sys.settrace(None)
        total += i
    sys.settrace(None)
    return total, events


def raise_traced(n, trace):
    for i in range(n):
        if i == 6:
            switch_on(trace)
        1 // (9 - i)


@case("20")
def traced_exception(n):
    events = []
    try:
        raise_traced(n, events_of("raise_traced", events))
    except ZeroDivisionError:
        pass
    finally:
        sys.settrace(None)
    return events


@case("20")
def monitored(n):
    monitoring = sys.monitoring
    events = []
    tool = 3
    code = sys._getframe().f_code
    monitoring.use_tool_id(tool, "test")
    try:
        monitoring.register_callback(tool, monitoring.events.JUMP, lambda c, a, b: events.append((a, b)) if c is code else None)
        for i in range(n):
            if i == 8:
                monitoring.set_local_events(tool, code, monitoring.events.JUMP)
            if i == 12:
                monitoring.set_local_events(tool, code, 0)
    finally:
        monitoring.free_tool_id(tool)
    return events


@case("20")
def own_tool(n):
    """The tool id for optimizers is free, and whoever takes it sees his events only."""
    monitoring = sys.monitoring
    tool = monitoring.OPTIMIZER_ID
    code = sys._getframe().f_code
    events = []
    before = monitoring.get_tool(tool)
    for i in range(n):
        if i == 6:
            monitoring.use_tool_id(tool, "mine")
            monitoring.register_callback(tool, monitoring.events.JUMP, lambda *a: events.append(a[1:]))
        if i == 9:
            monitoring.set_local_events(tool, code, monitoring.events.JUMP)
        if i == 12:
            found = monitoring.get_tool(tool), monitoring.get_local_events(tool, code)
            monitoring.set_local_events(tool, code, 0)
    monitoring.free_tool_id(tool)
    return before, events, found, monitoring.get_tool(tool)


@case("20")
def profiled(n):
    events = []
    for i in range(n):
        if i == 6:
            sys.setprofile(lambda frame, event, argument: events.append((frame.f_code.co_name, event)))
        helper(i)
        if i == 9:
            sys.setprofile(None)
    sys.setprofile(None)
    return events


# ---- threads, signals, bodies of modules and classes ----


@case("40")
def with_thread(n):
    found = []

    def work(k):
        total = 0
        for i in range(k):
            total += i
            found.append(i % 2)
        return total

    thread = threading.Thread(target=work, args=(n,))
    thread.start()
    total = 0
    for i in range(n):
        total += i
    thread.join()
    return total, sum(found)


@case("40")
def asynchronous(n):
    import ctypes

    rounds = 0
    me = threading.get_ident()
    try:
        while True:
            rounds += 1
            if rounds == n:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(me), ctypes.py_object(KeyboardInterrupt))
            if rounds > n + 10:
                return "nothing came"
    except KeyboardInterrupt:
        return rounds - n < 3


BODY = """
total = 0
names = []
for i in range({n}):
    total += i
    if i == {change}:
        total = float(total)
    names.append(helper(i))
    if i == {late}:
        late = 'defined'
        del i
k = 0
while k < {n}:
    k += 1
    if k % 3 == 0:
        continue
    last = k
try:
    for j in range({n}):
        1 // ({n} - 2 - j)
except ZeroDivisionError:
    pass
"""


def run_body(source, space):
    space["helper"] = helper
    code = compile(source, "body", "exec")
    jit(types.FunctionType(code, space))
    exec(code, space)
    space.pop("__builtins__", None)
    space.pop("helper")
    return space


@case("20, 10, 15", "3, 1, 1", "30, 100, 100")
def module_body(n, change, late):
    return run_body(BODY.format(n=n, change=change, late=late), {})


@case("20")
def module_body_raises(n):
    space = {}
    try:
        run_body("for i in range(20):\n    x = missing if i == 12 else i\n", space)
    except NameError as error:
        return space["i"], space["x"], str(error), error.__traceback__.tb_next.tb_next.tb_lineno


@case("20")
def class_body(n):
    class Made:
        table = []
        for i in range(20):
            table.append(i * 2)
        del i

    return Made.table, sorted(name for name in vars(Made) if not name.startswith("__"))


@case("20")
def exec_with_locals(n):
    space, local = {"a": 1}, {"a": 2}
    exec("b = 0\nfor i in range(20):\n    b += a\n    if i == 10:\n        del a\n", space, local)
    return space["a"], local


@case("12")
def generators_inside(n):
    def numbers(k):
        for i in range(k):
            yield i * 2

    total = 0
    for x in numbers(n):
        total += x
    return total, sum(y for y in numbers(n)), list(numbers(3))
