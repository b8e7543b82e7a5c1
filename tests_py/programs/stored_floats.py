"""Floats stored over floats in fields and lists: compiled code may write into the old object, if nobody can tell."""

import gc
import sys

from program import case


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


class MyFloat(float):
    def __del__(self):
        print("del", float(self))


def move(p, dx):
    p.x += dx * 2.0
    p.y = p.x * 0.5


@case("Point(1.0, 2.0)", "Slotted(1.0, 2.0)", "Point(1, 2)", "Slotted(MyFloat(1.5), MyFloat(2.5))", "Point(MyFloat(1.5), None)")
def fields(p):
    for i in range(10):
        move(p, i + 0.5)
    return p.x, p.y


@case("Point(1.0, 2.0)", "Slotted(1.0, 2.0)")
def kept_elsewhere(p):
    seen = []
    for i in range(10):
        before = p.x
        seen.append(before)
        p.x = before * 1.5
        p.y = p.x
        p.x = p.y + 1.0
        seen.append(p.y)
        before = p.x
        p.x = before + 0.25
        seen.append(before)
    return seen, p.x, p.y


@case("[1.0, 2.0, 3.0]", "[1, 2.0, 3.0]", "[1.0, MyFloat(2.0), 3.0]")
def items(v):
    out = []
    for i in range(10):
        a = v[0]
        v[0] = a * 2.0 + v[1]
        v[1] -= v[0] * 0.5
        v[2] = v[2] + a
        out.append((a, v[1]))
        b = v[1]
        v[1] = b + 1.5
        if b == v[1]:
            out.append("equal")
    return out, v


@case("[0.5] * 5", "[0.5, 0.5, 0.5, 0.5, 0.5]", "[float(n) for n in range(5)]", "[None] * 5")
def shared(v):
    w = list(v)
    for _ in range(3):
        for i in range(5):
            v[i] = (v[i] or 0.0) + i * 1.5
    v[1] = v[2]
    v[2] = v[1] * 2.0
    v[3] = v[3] * 1.0
    v[4] = 2.0
    v[4] = v[4] * v[4]
    return v, w


def constant(p):
    p.x = 1.5
    p.x = p.x * 2.0
    return p.x


@case("Point(0.0, 0.0)")
def constants(p):
    return [constant(p) for _ in range(5)]


@case("Point(1.0, 2.0)")
def identity(p):
    out = []
    for i in range(5):
        x = p.x * 1.5
        p.x = x
        out.append((p.x is x, p.x == x))
        p.y = y = x + 1.0
        out.append(p.y is y)
        p.x = p.y
        out.append(p.x is y)
        p.y = p.y * 2.0
        out.append(p.x is y)
        out.append(p.x)
    return out


def take(p, x):
    p.x = x * 2.0 + 1.0
    return x


@case("Point(1.0, 2.0)", "Slotted(0.5, 2.0)")
def passed_on(p):
    out = []
    for i in range(6):
        out.append(take(p, p.x))
        out.append(take(p, p.x) + p.x)
    return out


def fill(p):
    yield p.x
    p.x = p.x + 1.0
    x = p.x
    yield x
    p.x = p.x * 2.0
    yield x
    yield p.x


@case("Point(1.0, 2.0)")
def suspended(p):
    return [list(fill(p)) for _ in range(5)]


@case("[3.0, 1.0, 2.0]")
def while_sorted(v):
    log = []

    def key(x):
        v[:] = [x * 2.0]
        v[0] = v[0] + 1.0
        log.append((x, v[0]))
        return x

    try:
        v.sort(key=key)
    except ValueError as e:
        log.append(str(e))
    return log, [2.0 * x for x in map(lambda x: x, v)]


@case("[1.5, 2.5, 3.5]")
def while_iterated(v):
    out = []
    for x in v:
        v[0] = v[0] * 2.0
        v[1] = v[1] + x
        v[2] = v[2] - x
        out.append(x)
    for i, x in enumerate(v):
        v[i] = x + 0.5
        out.append((x, v[i]))
    return out, [x for x in zip(v, v)]


class Leaves(Exception):
    pass


class Tracked:
    def __init__(self):
        self.x = 1.0


@case("'a'", "2.0", "None")
def fails_behind(other):
    p = Tracked()
    out = []
    for i in range(5):
        try:
            p.x = p.x * 2.0
            p.x = p.x + (other if i == 3 else 1.0)
        except TypeError as e:
            out.append(str(e))
        out.append(p.x)
    return out


@case("Point(0.5, 1.0)")
def shown(p):
    out = []
    for i in range(6):
        x = p.x
        p.x = x + 1.0
        frame = sys._getframe()
        out.append(frame.f_locals["x"])
        p.x = p.x * 1.5
        out.append(sys._getframe().f_locals["x"])
    return out


@case("Point(0.5, 1.0)", "Slotted(0.5, 1.0)")
def in_dict(p):
    d = {}
    for i in range(6):
        d[p.x] = i
        p.x = p.x + 1.0
        d[i] = p.x
        p.x = p.x * 2.0
    return d, vars(p) if isinstance(p, Point) else None


@case("Point(0.5, 1.0)")
def dict_made(p):
    out = []
    for i in range(6):
        p.x = p.x + 1.0
        if i == 2:
            out.append(vars(p))
        if i == 4:
            out.append(dict(p.__dict__))
    return out, p.x


@case("Point(0.5, 1.0)")
def deleted(p):
    out = []
    for i in range(6):
        p.x = p.y * 2.0
        p.y = p.x * 0.75
        if i % 2:
            del p.x
        out.append(p.__dict__.copy())
    return out


@case("7")
def references(n):
    p = Point(1.5, 2.5)
    for i in range(n):
        p.x = p.x * 1.5
        p.y = p.x + p.y
    return sys.getrefcount(p.x) == sys.getrefcount(p.y), len(gc.get_referrers(p)) >= 0
