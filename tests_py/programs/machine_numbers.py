"""Numbers that live in registers: what is seen of them when code is left, frames are looked at, or they grow."""

import signal
import sys
import weakref

from program import case

NAN = float("nan")


class Looks:
    """Looks, when it dies, at the locals of the function in which it dies."""

    def __init__(self, active=True):
        self.active = active

    def __del__(self):
        if self.active:
            frame = sys._getframe(1)
            print(sorted((k, v) for k, v in frame.f_locals.items() if isinstance(v, (int, float))), frame.f_lineno - frame.f_code.co_firstlineno)


@case("10, 0.5", "3, 0.25", "0, 1.0", "10, 2", "'x', 1.0", "1 << 70, 1.5")
def sums(n, step):
    total = 0.0
    i = 0
    while i < n:
        total += i * step * 2.0
        i += 1
        if i > 20:
            break
    return total, i


@case("[1, 2, 3]", "[2**29, 2**29, 2**29]", "[2**62, 2**62, 2**62, 5]", "[2**63 - 1, 1, -1]", "[-2**63, -1, 1]", "[1.5, 2]", "[True, 2]", "[]", "[None]")
def int_sum(xs):
    total = 0
    twice = 0
    for x in xs:
        total = total + x
        twice = twice + x + x
    return total, twice


@case("3, 20", "3, 40", "3, 41", "2, 70", "-2, 63", "-2, 64", "0, 5", "3, 0")
def powers(base, n):
    x = 1
    for i in range(n):
        x = x * base
    return x


@case("5", "40", "62", "63", "64", "80")
def doubling(n):
    x = 1
    y = -1
    for i in range(n):
        x = x + x
        y = y + y
        z = x - y
    return x, y, z


@case("5", "0", "1")
def unbound_before_the_loop(n):
    for i in range(n):
        square = i * 3
    try:
        return i, square
    except UnboundLocalError as e:
        return str(e)


@case("-2**63, -2**63 + 3", "0, 3", "-3, 0", "2**63 - 3, 2**63 - 1", "2**63, 2**63 + 2")
def ranges(start, stop):
    last = None
    count = 0
    for i in range(start, stop):
        count += 1
        if count > 2:
            last = i
    return count, last, i


@case("4, False", "4, True", "3, True")
def deaths(n, active):
    total = 0.0
    count = 0
    for i in range(n):
        half = i * 0.5
        keep = Looks(active)
        total += half
        count += 2
        keep = None
        total -= 0.25
    return total, count


@case("[1.0, 2.0]", "[1.0, 2.0, 'x', 3.0]", "[1.0, None]", "[NAN, 1.0]", "[1, 2.5]")
def left_in_the_middle(xs):
    acc = 0.0
    trail = []
    for x in xs:
        product = acc * 2.0
        try:
            acc = product + x
        except TypeError:
            trail.append((acc, product, x))
            acc = acc + 1.0
    return acc, trail


@case("1.0, 5", "NAN, 3", "2, 4")
def one_object(start, n):
    x = start
    y = start * 1.0
    seen = []
    for i in range(n):
        seen.append(y)
        z = y
        if z is not y or seen[-1] is not y or y not in seen:
            return "different objects", i
        y = y * 2.0
    return x is start, len(seen), seen[0] is seen[0], seen


@case("1.5, 4", "NAN, 2")
def two_names(a, n):
    for i in range(n):
        b = a * 3.0
        c = b
        if i == 2:
            found = sys._getframe().f_locals
            return found["b"] is found["c"], b is c, found["b"] == b
    return b is c, [b] == [c]


@case("3", "10")
def found_by_identity(n):
    x = NAN * 1.0
    box = []
    for i in range(n):
        if i == 1:
            box.append(x)
        y = x
        if i > 1 and y not in box:
            return "lost", i
    return x in box, len(box)


def cold_raise(signum, frame):
    raise KeyboardInterrupt(frame.f_locals["even"], frame.f_locals["six"])


@case("False", "True")
def interrupted(now):
    signal.signal(signal.SIGALRM, cold_raise)
    if now:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        even = 0.5
        six = 3
        while True:
            even = even * 1.0
            six = six % 4 * 1
            if not now:
                return "ended", even, six
    except KeyboardInterrupt as e:
        return e.args


@case("6, 2.0", "6, 1", "6, 'a'")
def nested(n, x):
    total = 0.0
    for i in range(n):
        row = 0.0
        for j in range(i):
            row += j * 1.5
            if row > 8.0:
                row = row - x
        total += row
    return total, i


@case("[3, 1, 2]", "[3.5, 1.5]", "[3, 'x']")
def conditional(xs):
    best = 0
    where = -1
    for i in range(len(xs)):
        v = xs[i] * 2
        if v > best:
            best = v
            where = i
    return best, where


@case("7", "2**40", "-5")
def bits(n):
    x = 1
    for i in range(10):
        x = (x ^ n) & 0xFFFF | i
        x = x + (x >> 1)
        y = ~x
    return x, y, x % 7, y // 3


class Box:
    def __init__(self, value, active):
        self.value = value
        self.keep = Looks(active)

    def mixed(self, factor, replacement):
        product = self.value * factor
        third = product * 3.0
        self.keep = replacement
        return third - product


@case("4, 1.5, False", "4, 1.5, True", "4, 2, True", "2, 'a', False")
def deaths_in_inlined_calls(n, factor, active):
    total = 0.0
    for i in range(n):
        half = i * 0.5
        box = Box(half, active)
        total += box.mixed(factor, None)
        total -= half
    return total


def cold_locals(depth):
    frame = sys._getframe(depth)
    return sorted((k, v) for k, v in frame.f_locals.items() if isinstance(v, (int, float)))


def looks_up(x, now):
    y = x * 2.0
    z = y + 1.0
    if now:
        return cold_locals(1), cold_locals(2), z
    return z


@case("3, -1", "3, 1", "5, 0")
def looked_at_from_inlined_calls(n, when):
    a = 1.0
    out = []
    for i in range(n):
        b = a * 1.5
        c = looks_up(b, i == when)
        if type(c) is tuple:
            out.append(c)
        a = b - 0.25
    return a, out


def limited(x, limit):
    grown = x * 3
    if grown > limit:
        raise OverflowError(grown)
    return grown + 1


@case("10, 1000", "10, 10**30", "3, 5", "70, 10**30")
def raised_in_inlined_calls(n, limit):
    x = 1
    try:
        for i in range(n):
            before = x
            x = limited(x, limit)
    except OverflowError as e:
        return x, before, e.args, e.__traceback__.tb_lineno - e.__traceback__.tb_frame.f_code.co_firstlineno
    return x, before


class LooksAtAll:
    """Looks, when it dies, at the locals of the two innermost functions; keeps their frames; writes to one of them."""

    kept = []

    def __init__(self, keep=False, write=None):
        self.keep, self.write = keep, write

    def __del__(self):
        frames = [sys._getframe(1), sys._getframe(2)]
        print([sorted((k, v) for k, v in f.f_locals.items() if isinstance(v, (int, float))) for f in frames])
        if self.write is not None:
            depth, name = self.write
            frames[depth].f_locals[name] = -1000.5
        if self.keep:
            LooksAtAll.kept.append(frames)


def dies_inside(held, factor, replacement):
    first = factor * 2.5
    second = first - 0.125
    held[0] = replacement
    third = second * factor
    return third + first


@case("3, {}", "3, {1: (True, None)}", "4, {2: (False, (0, 'second'))}", "4, {2: (False, (1, 'b'))}", "4, {1: (True, (1, 'a'))}", "4, {3: (True, (0, 'factor'))}")
def deaths_seen_from_two_frames(n, what):
    a = 1.0
    held = [None]
    for i in range(n):
        b = a * 1.5
        if i in what:
            held[0] = LooksAtAll(*what[i])
        c = dies_inside(held, b, None)
        a = b + c
    kept = [sorted((k, v) for k, v in f.f_locals.items() if isinstance(v, float)) for f in sum(LooksAtAll.kept, []) if f.f_code.co_name == "dies_inside"]
    LooksAtAll.kept.clear()
    return a, kept


def spins(scale, wanted):
    even = 0.5
    six = 3
    while True:
        even = even * scale
        six = six % 4 * 1
        if not wanted:
            return even + six


def tell(frame):
    return frame.f_code.co_name, frame.f_locals["even"], frame.f_locals["six"], frame.f_back.f_locals["x"]


def cold_stop(signum, frame):
    print(tell(frame))
    frame.f_locals["wanted"] = False


def raise_inlined(signum, frame):
    raise KeyboardInterrupt(*tell(frame))


@case("None", "cold_stop", "raise_inlined")
def interrupted_in_inlined_call(handler):
    if handler is not None:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
    x = 1.25
    try:
        for i in range(3):
            x = x * 2.0 - 1.25
            x += spins(1.0, handler is not None and i == 0) - 3.5
    except KeyboardInterrupt as e:
        return e.args, x
    return x


# ---- deaths that run no code, until one does ----


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class Bare(Point):
    """Has no weak references."""


class Slotted(Point):
    __slots__ = ("more",)


def show(what):
    frame = sys._getframe(2)
    print(what, sorted((k, v) for k, v in frame.f_locals.items() if isinstance(v, (int, float))))


class Slots:
    __slots__ = ("first", "second")

    def __init__(self, first, second):
        self.first = first
        self.second = second


class MoreSlots(Slots):
    __slots__ = ("third",)

    def __init__(self, first, second):
        self.first = self.second = first
        self.third = second


class WeakSlots(Slots):
    __slots__ = ("__weakref__",)


class Shows:
    def __del__(self):
        show("a value dies")


def a_point(i, what, when, kept):
    x = float(i)
    if i == when:
        if what == "value":
            return Point(x, Shows())
        if what == "nested":
            return Point(x, [x, (Point(Shows(), x), "text")])
        if what == "shared":
            shown = Shows()
            return Point(shown, shown)
        if what == "dict":
            point = Point(x, x)
            vars(point)["other"] = Shows()
            return point
        if what == "deleter":
            Bare.__del__ = lambda self: show("a point dies")
            return Bare(x, x)
        if what == "weakref":
            point = Point(x, x)
            kept.append(weakref.ref(point, lambda reference: show("told of a death")))
            return point
        if what == "slot":
            point = Slotted(x, x)
            point.more = Shows()
            return point
        if what == "twice":
            inner = [x]
            return [inner, [Shows()] * 2, inner]
        if what == "twice quiet":
            inner = [x]
            kept.append(inner)
            return [inner, [x] * 2, inner, (inner, inner)]
        if what == "only slots":
            return Slots(x, Shows())
        if what == "slots of a base":
            return MoreSlots(x, Shows())
        if what == "weak slot":
            slots = WeakSlots(x, x)
            kept.append(weakref.ref(slots, lambda reference: show("told of a death")))
            return slots
        if what == "long":
            return Point([x] * 20, [Shows()])
        if what == "resurrected":
            Bare.__del__ = lambda self: kept.append(self)
            return Bare(x, x)
        if what == "value in dict":
            return {x: i, i: Shows()}
        if what == "key of dict":
            return {"text": x, Shows(): [x]}
        if what == "twice in dict":
            shown = Shows()
            return {1: shown, 2: x, shown: shown}
        if what == "in set":
            return {x, i, Shows()}
        if what == "weakref of set":
            items = {x, i}
            kept.append(weakref.ref(items, lambda reference: show("told of a death")))
            return items
    if "dict" in what and what != "dict":
        return ({}, {"x": x, "y": (x, [i])}, {x: {}, (i, x): {i: i}}, dict.fromkeys(range(20), x), {**{"removed": x}})[i % 5]
    if "set" in what:
        return (set(), {x}, {x, i, (x, "text")}, set(range(40)))[i % 4]
    if "slot" in what:
        return (Slots, MoreSlots, WeakSlots)[i % 3](x, (x, i))
    return Bare(x, x) if what in ("deleter", "resurrected") else Point(x, (x, i))


@case(*(f"{what!r}, {when}" for what in ("value", "nested", "shared", "dict", "deleter", "weakref", "slot", "long", "resurrected", "twice", "twice quiet", "only slots", "slots of a base", "weak slot", "value in dict", "key of dict", "twice in dict", "in set", "weakref of set") for when in (3, -1)))
def quiet_deaths(what, when):
    kept = []
    total = 0.5
    count = 0
    held = None
    try:
        for i in range(6):
            total = total * 1.25
            count += 3
            held = a_point(i, what, when, kept)
            total = total + 0.25
            held = None
            total = total - count
        return total, count, len(kept)
    finally:
        Bare.__dict__.get("__del__") and delattr(Bare, "__del__")
