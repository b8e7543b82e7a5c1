"""Instances that were made in compiled code, while nobody else has them and afterwards: their attributes and the order of these,
destructors, frames and changes of the class that interfere while they are made."""

import sys
import weakref

from program import case


class Vector:
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def scale(self, factor):
        return Vector(factor * self.x, factor * self.y, factor * self.z)

    def plus(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)


class Slots:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.right = right
        self.left = left


class Backwards:
    """The order of the keys is not that of the first instances."""

    def __init__(self, swap, value):
        if swap:
            self.b = value
            self.a = -value
        else:
            self.a = value
            self.b = -value
        self.c = self.a
        self.a = 7


def mirrored(v, normal):
    d = normal.scale(v.dot(normal))
    return v.plus(d.scale(-2.0))


@case("1.5", "2", "True")
def vectors(factor):
    v = Vector(1.0, 2.0, 3.0)
    found = []
    for i in range(60):
        w = mirrored(v, Vector(0.5 * factor, i, -1.0))
        found.append((w.x, w.y, w.z, list(vars(w))))
    return found[-1], len(found)


@case()
def orders():
    return [list(vars(Backwards(i % 3 == 0, i)).items()) for i in range(12)]


@case()
def slots():
    total = 0
    for i in range(50):
        s = Slots(i, Slots(i + 1, None))
        total += s.left * s.right.left
        if i == 40:
            del s.right.right
            print(hasattr(s.right, "right"), hasattr(s.right, "left"))
    return total


class Loud:
    """Changes, when it dies, what it finds in the locals of the code that drops it."""

    log = []

    def __del__(self):
        frame = sys._getframe(1)
        for name, value in list(frame.f_locals.items()):
            if type(value) is Keeper:
                Loud.log.append((frame.f_code.co_name, name, sorted(vars(value))))
                value.second = "set by a destructor"
                value.extra = len(Loud.log)


class Keeper:
    def __init__(self, item, drop):
        self.first = item
        if drop:
            item.held = None
        self.second = drop
        self.third = self.second


class Item:
    held = None


@case("3", "-1")
def destructors(at):
    """An object dies while another one is being made."""
    Loud.log.clear()
    found = []
    for i in range(30):
        item = Item()
        if i % 10 == at:
            item.held = Loud()
        k = Keeper(item, True)
        found.append(sorted((name, str(value)) for name, value in vars(k).items() if name != "first"))
    return found[at], found[-1], Loud.log


class Failing:
    def __init__(self, value, log):
        self.value = value
        try:
            self.inverse = 1 // value
        except ZeroDivisionError:
            log.append(list(vars(self).items()))
            raise
        self.late = self.inverse + value


@case()
def exceptions():
    log = []
    for i in range(40):
        try:
            found = vars(Failing(i % 8, log))
            found = sorted((k, v) for k, v in found.items())
        except ZeroDivisionError as error:
            local = error.__traceback__.tb_next.tb_frame.f_locals["self"]
            log.append(("failed", vars(local)))
    return found, log


def interfere(what, i):
    if i != 25:
        return
    if what == "setattr":
        Changing.__setattr__ = lambda self, name, value: object.__setattr__(self, name, (name, value))
    elif what == "del":
        Changing.__del__ = lambda self: Changing.deaths.append(sorted(vars(self)))
    elif what == "property":
        Changing.second = property(lambda self: "property", lambda self, value: None)
    elif what == "init":
        Changing.__init__ = lambda self, i, what: None
    elif what == "attribute":
        Changing.third = "of the class"


class Changing:
    deaths = []

    def __init__(self, i, what):
        self.first = i
        interfere(what, i)
        self.second = i + 1
        self.third = self.first + 1


@case("'nothing'", "'setattr'", "'del'", "'property'", "'init'", "'attribute'")
def changing(what):
    original = dict(vars(Changing))
    Changing.deaths = []
    last = []
    try:
        for i in range(30):
            c = Changing(i, what)
            last.append((sorted(vars(c).items()), getattr(c, "third", None)))
        del c
    finally:
        for name in list(vars(Changing)):
            if name not in original:
                delattr(Changing, name)
        Changing.__init__ = original["__init__"]
    return last[24:28], Changing.deaths


class Pair:
    def __init__(self, left, right):
        self.left = left
        self.right = right


class Knot:
    def __init__(self, other):
        self.me = self
        self.pair = Pair(self, other)
        self.back = self.pair.left
        self.pair.right = self.pair


@case()
def cycles():
    died = []
    for i in range(20):
        k = Knot(i)
        ref = weakref.ref(k, lambda _: died.append(1))
        k.me = k.back = k.pair.left = None
        same = k.pair.right is k.pair
        k.pair.right = None
        del k
    return same, len(died), ref() is None


def watched(depth):
    return sys._getframe(depth).f_locals


class Shown:
    def __init__(self, value, look):
        self.value = value
        if look:
            mine = watched(1)["self"]
            mine.other = self.value
            self.same = mine is self
        self.last = value


@case()
def frames():
    for i in range(30):
        s = Shown(i, i % 5 == 0)
        if i % 10 == 5:
            print(vars(s))
    return vars(s)


class Many:
    def __init__(self, n):
        self.a0 = self.a1 = self.a2 = self.a3 = self.a4 = self.a5 = n
        self.b0 = self.b1 = self.b2 = self.b3 = self.b4 = self.b5 = n + 1
        self.c0 = self.c1 = self.c2 = self.c3 = self.c4 = self.c5 = n + 2
        self.d0 = self.d1 = self.d2 = self.d3 = self.d4 = self.d5 = n + 3
        self.e0 = self.e1 = self.e2 = self.e3 = self.e4 = self.e5 = n + 4


@case()
def many_attributes():
    """More than fit inline."""
    for i in range(30):
        m = Many(i)
    return list(vars(m).items())
