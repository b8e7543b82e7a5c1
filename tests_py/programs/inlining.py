"""Small functions and methods whose bodies stand in their callers: whatever they rely on breaks while they run."""

import gc
import sys
import traceback

from program import case

# Instrumented code stays so until it runs next.
MAY_STAY_INTERPRETED = {"start_tracing", "traced_leaf", "traced_middle", "tracing", "monitored_leaf"}


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def get(self):
        return self.x

    def total(self):
        return self.x + self.y

    def scaled(self, factor=2):
        return Point(self.x * factor, self.y * factor)

    def move(self, dx, *, dy=0):
        self.x += dx
        return self

    def shift(self, dx):
        self.x = self.x + dx
        return self

    @property
    def norm(self):
        return self.x * self.x + self.y * self.y

    def is_left_of(self, other):
        return self.get() < other.get()


class Point3(Point):
    def get(self):
        return self.y


def square(x):
    return x * x


def poly(x, a=3, b=1):
    return square(x) * a + b


def classify(x):
    if x < 0:
        return "negative"
    if x == 0:
        return "zero"
    return "positive"


def loop_in_callee(n):
    s = 0
    for i in range(n):
        s += square(i)
    return s


def nothing():
    pass


@case("3", "2.5", "2 ** 70", "'ab'", "None")
def nested_calls(x):
    return poly(x), poly(x, 2), poly(x, b=5), classify(x)


@case("Point(1, 2), 20", "Point(1.5, 2), 20", "Point('a', 'b'), 3", "Point3(1, 2), 20", "Point(2 ** 62, 1), 20", "None, 1")
def methods(p, n):
    log = []
    for i in range(n):
        log.append((p.get(), p.total(), p.norm, p.scaled(1).x, p.is_left_of(p)))
        if i % 3 == 0:
            p.shift(p.y)
    return log[-3:], nothing()


@case("10", "3.0", "None")
def loops(n):
    return loop_in_callee(n), [loop_in_callee(k) for k in range(5)]


@case("[Point(1, 2), Point(3, 4)]", "[Point(1, 2), Point3(3, 4), Point(5, 6)]", "[Point(1, 2), 7]", "[Point(1, 2), Point(None, 1)]")
def several_classes(points):
    return [p.get() + 1 for p in points], sum(p.norm for p in points)


# Every instruction of a callee as a place to leave.

def step_one(p, k):
    a = p.x
    b = p.y + k
    c = a * b
    p.x = c
    return c - a


def step_two(p, k):
    r = step_one(p, k)
    return step_one(p, r) + r


@case("Point(1, 2), 1", "Point(1.0, 2), 1", "Point(1, 2.0), 1", "Point(1, 2), 1.5", "Point(1 << 40, 1 << 50), 1", "Point('a', 2), 1",
      "Point(1, 'a'), 1", "Point([], 2), 1", "Point(True, False), True")
def leave_anywhere(p, k):
    return step_two(p, k), step_two(p, k), p.x, p.y


def divide(a, b):
    return a / b


def through(a, b):
    return divide(a, b) + 1


def twice_through(a, b):
    x = through(a, 1)
    return through(x, b)


@case("4, 2", "4, 0", "4, 'x'", "None, 1", "4.0, 0.0")
def exceptions(a, b):
    return twice_through(a, b)


@case("4, 2", "4, 0", "4, 'x'")
def caught(a, b):
    try:
        return twice_through(a, b)
    except (ZeroDivisionError, TypeError) as error:
        lines = traceback.extract_tb(error.__traceback__)
        return type(error), [(f.name, f.lineno, f.colno, f.end_colno) for f in lines]


# Frames that are looked at while inlined code runs.

def who(depth):
    frame = sys._getframe(1)
    names = []
    while frame is not None and len(names) < depth:
        names.append((frame.f_code.co_name, frame.f_lineno, sorted(frame.f_locals)))
        frame = frame.f_back
    return names


def innermost(a):
    local = a + 1
    return who(3), local


def middle(a):
    before = a * 2
    r = innermost(before)
    return r, before


@case("1", "2.5", "'x'")
def looked_at(a):
    r = middle(a)
    return r, a


def write_locals(depth, name, value):
    sys._getframe(depth).f_locals[name] = value


def overwritten(a):
    local = a
    write_locals(2, "local", a + 10)
    return local


def overwrites_caller(a):
    local = a
    write_locals(3, "total", 1000)
    return local


@case("1", "2", "2.5")
def written(a):
    total = overwritten(a)
    overwrites_caller(a)
    return total, overwritten(total)


class Noisy:
    log = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        frame = sys._getframe(1)
        names = []
        while frame is not None and len(names) < 3:
            names.append((frame.f_code.co_name, frame.f_lineno))
            frame = frame.f_back
        Noisy.log.append((self.name, names))


class Holder:
    def __init__(self, item):
        self.item = item

    def put(self, item):
        self.item = item
        return item

    def drop(self):
        self.item = None
        return self


def put_both(h, a, b):
    h.put(a)
    h.put(b)
    return h


def temporary(name):
    item = Noisy(name)
    return item.name


@case("'x'", "'y'")
def finalisers(name):
    Noisy.log = []
    h = Holder(Noisy(name + "0"))
    put_both(h, Noisy(name + "1"), Noisy(name + "2"))
    h.drop()
    text = temporary(name + "3")
    log, Noisy.log = Noisy.log, None
    return text, log


class Meddler:
    """Its death changes what inlined code relies on."""

    def __init__(self, action):
        self.action = action

    def __del__(self):
        self.action()


class Slot:
    def __init__(self, item, value):
        self.item = item
        self.value = value

    def replace(self, item):
        self.item = item
        return self.value + later(self.value)


def later(v):
    return v + 1


def new_later(v):
    return v + 100


def default_later(v, k=1):
    return v + k


def swap_code():
    later.__code__, new_later.__code__ = new_later.__code__, later.__code__


def swap_global():
    global later, new_later
    later, new_later = new_later, later


def swap_method():
    Slot.replace, Slot.other = Slot.__dict__.get("other", slot_other), Slot.replace


def slot_other(self, item):
    self.item = item
    return -self.value


def delete_value(slot=None):
    for s in slots:
        if hasattr(s, "value"):
            del s.value


def change_class():
    for s in slots:
        s.__class__ = SubSlot


class SubSlot(Slot):
    pass


slots = []


@case("'nothing', 3", "'code', 3", "'global', 3", "'method', 3", "'value', 3", "'class', 3", "'nothing', 2.5")
def changed_by_death(what, value):
    action = {"nothing": nothing, "code": swap_code, "global": swap_global, "method": swap_method,
              "value": delete_value, "class": change_class}[what]
    log = []
    for i in range(4):
        s = Slot(Meddler(action), value)
        slots[:] = [s]
        try:
            log.append(s.replace(None))
        except AttributeError as error:
            log.append(str(error))
        log.append(type(s).__name__)
    slots.clear()
    return log


def replaced(v):
    return v * 3


def calls_replaced(v):
    return replaced(v) + replaced(v + 1)


def replaced_otherwise(v):
    return v * 1000


@case("2, 0", "2, 1", "2, 2", "2, 3")
def redefined(v, how):
    global replaced
    log = [calls_replaced(v)]
    saved = replaced, replaced.__code__, replaced.__defaults__
    if how == 1:
        replaced = replaced_otherwise
    elif how == 2:
        replaced.__code__ = replaced_otherwise.__code__
    elif how == 3:
        default_later.__defaults__ = (5,)
    log.append(calls_replaced(v))
    log.append(default_later(v))
    replaced = saved[0]
    replaced.__code__ = saved[1]
    default_later.__defaults__ = (1,)
    log.append(calls_replaced(v))
    log.append(default_later(v))
    return log


# Recursion through inlined calls.

def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def leaf(n):
    return n + 1


def deep(n):
    if n == 0:
        return leaf(0)
    return deep(leaf(n) - 2)


def bottom(n=0):
    try:
        return bottom(leaf(n))
    except RecursionError:
        return n


def chain_a(n):
    return chain_b(n)


def chain_b(n):
    return chain_c(n + 1)


def chain_c(n):
    global deepest
    deepest = n
    return chain_a(n)


@case("10", "100", "101")
def recursion(n):
    global deepest
    error = None
    try:
        chain_a(0)
    except RecursionError as e:
        error = str(e)
    a = deepest
    try:
        chain_a(0)
    except RecursionError as e:
        error = str(e)
    return even(n), odd(n), deep(n), error, a == deepest, a > 100


@case
def depth_is_the_same():
    return bottom() == bottom()


@case("100000")
def too_deep(n):
    try:
        return even(n)
    except RecursionError as error:
        return str(error), even(10)


# Tracing that begins in the middle.

def start_tracing(log):
    def tracer(frame, event, arg):
        log.append((event, frame.f_code.co_name, frame.f_lineno))
        return tracer
    sys.settrace(tracer)


def traced_leaf(x):
    y = x + 1
    return y


def traced_middle(x, log, on):
    a = traced_leaf(x)
    if on:
        start_tracing(log)
    b = traced_leaf(a)
    return a + b


@case("1, False", "1, True", "1.5, True")
def tracing(x, on):
    log = []
    try:
        r = traced_middle(x, log, on)
        r += traced_leaf(r)
    finally:
        sys.settrace(None)
    return r, [e for e in log if e[1].startswith("traced_")]


def monitored_leaf(x):
    return x * 2


def calls_monitored(x, log, on):
    a = monitored_leaf(x)
    if on:
        cold_monitor(log)
    return a + monitored_leaf(a)


def cold_monitor(log):
    monitoring = sys.monitoring
    monitoring.use_tool_id(3, "test")
    monitoring.register_callback(3, monitoring.events.PY_START, lambda code, offset: log.append(code.co_name))
    monitoring.set_local_events(3, monitored_leaf.__code__, monitoring.events.PY_START)


def cold_monitor_off():
    sys.monitoring.set_local_events(3, monitored_leaf.__code__, 0)
    sys.monitoring.free_tool_id(3)


@case("1, False", "1, True", "2.5, True")
def monitoring_one(x, on):
    log = []
    r = calls_monitored(x, log, on)
    r += calls_monitored(x, log, False)
    if on:
        cold_monitor_off()
    return r, log, calls_monitored(x, log, False)


# What is not inlined, and what is called from inlined code.

def generator(n):
    for i in range(n):
        yield leaf(i)


def with_handler(x):
    try:
        return square(x)
    except TypeError:
        return "no"


def sum_of(xs):
    return sum(xs)


def uses_generator(n):
    return sum_of(generator(n))


@case("4", "4.0", "'x'")
def refused(n):
    return with_handler(n), uses_generator(n) if isinstance(n, int) else None


def make_adder(k):
    def add(x):
        return x + k
    return add


def apply(f, x):
    return f(x)


add_one, add_two = make_adder(1), make_adder(2)


@case("1", "1.5", "'x'")
def closures(x):
    return apply(add_one, x), apply(add_two, x), apply(square, x), add_one(x)


class Counter:
    made = 0

    def __init__(self, start):
        Counter.made += 1
        self.n = check(start)


def check(v):
    if v is None:
        raise ValueError("no start")
    return v


class BadInit:
    def __init__(self, v):
        self.v = v
        return v


@case("1", "None", "'s'")
def construction(v):
    log = []
    for cls in (Counter, BadInit):
        try:
            log.append(vars(cls(v)))
        except (ValueError, TypeError) as error:
            log.append((str(error), [f.name for f in traceback.extract_tb(error.__traceback__)]))
    return log


class Tree:
    def __init__(self, left=None, right=None, value=0):
        self.left = left
        self.right = right
        self.value = value

    def weight(self):
        w = self.value
        if self.left is not None:
            w += self.left.weight()
        if self.right is not None:
            w += self.right.weight()
        return w


@case("3", "4.5", "'x'")
def recursive_methods(v):
    return Tree(Tree(value=v), Tree(Tree(value=v), None, v), v).weight()


def collects(x):
    gc.collect()
    return x


def around_collection(x):
    box = [x]
    r = collects(box)
    return r, box


@case("1", "[]", "Point(1, 2)")
def collection(x):
    r, box = around_collection(x)
    return r is box, len(box)


def compare_bool(a, b):
    return a < b


def both(a, b):
    return compare_bool(a, b) and compare_bool(b, a + 10)


def negated(a, b):
    return not compare_bool(a, b)


@case("1, 2", "2, 1", "1.5, 2", "'a', 'b'", "1, None")
def truth(a, b):
    r = []
    if compare_bool(a, b):
        r.append("less")
    if negated(a, b):
        r.append("not less")
    r.append(compare_bool(a, b))
    r.append(negated(a, b))
    if isinstance(a, int):
        r.append(both(a, b))
    return r
