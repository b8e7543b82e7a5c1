"""Functions with so many parameters that not all arguments come in registers."""

import functools
import sys

from program import case


def eight(a, b, c, d, e, f, g, h):
    try:
        return a, b, c, d, e, f, g, h
    finally:
        pass


def nine(a, b, c, d, e, f, g, h, i=9):
    h, i = i, h
    return [a, b, c, d, e, f, g, h, i]


def sixteen(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p):
    p = [p, a]
    try:
        return a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p
    finally:
        del a, p


def seventeen(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q):
    return a, q, p


def everything(a, b, c, d, e, f, g, *rest, k=11, m=12, **names):
    try:
        return a, b, c, d, e, f, g, rest, k, m, sorted(names.items())
    finally:
        pass


def generator(a, b, c, d, e, f, g, h, i, j):
    yield a, h
    h = i
    yield h, j


def cells(a, b, c, d, e, f, g, h, i):
    def inner():
        return a, h, i
    h += 1
    return inner()


def looking(a, b, c, d, e, f, g, h, i):
    frame = sys._getframe()
    return sorted(frame.f_locals.items())


def looked_at(a, b, c, d, e, f, g, h, i):
    return sorted(cold_locals().items()), h, i


def cold_locals():
    return sys._getframe(1).f_locals


def changed_locals(a, b, c, d, e, f, g, h, i):
    cold_change()
    return h, i


def cold_change():
    sys._getframe(1).f_locals["i"] = "changed"


def arithmetic(a, b, c, d, e, f, g, h, i):
    try:
        return a + h * i
    finally:
        pass


def recursive(n, b, c, d, e, f, g, h, total):
    if n == 0:
        return h, total
    try:
        return recursive(n - 1, b, c, d, e, f, g, total, total + n)
    finally:
        pass


def raising(a, b, c, d, e, f, g, h, i):
    raise ValueError(h, i)


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies:", self.name)


def dropping(a, b, c, d, e, f, g, h, i):
    h = None
    print("dropped h")
    i = None
    return "end"


class Class:
    def __init__(self, a, b, c, d, e, f, g, h, i):
        try:
            self.values = a, h, i
        finally:
            pass

    def method(self, a, b, c, d, e, f, g, h=8):
        try:
            return self.values, a, h
        finally:
            pass


@case("1", "'text'", "2.5")
def shapes(x):
    return [
        eight(1, 2, 3, 4, 5, 6, 7, x), nine(1, 2, 3, 4, 5, 6, 7, 8, x), nine(1, 2, 3, 4, 5, 6, 7, x), nine(1, 2, 3, 4, 5, 6, 7, i=x, h=0),
        sixteen(*"abcdefghijklmno", x), sixteen(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, x), seventeen(*range(16), x),
        everything(1, 2, 3, 4, 5, 6, x), everything(1, 2, 3, 4, 5, 6, 7, x, 9, k=x, z=x), everything(1, 2, 3, 4, 5, 6, 7, m=x),
        list(generator(1, 2, 3, 4, 5, 6, 7, 8, 9, x)), looking(1, 2, 3, 4, 5, 6, 7, 8, x), looked_at(1, 2, 3, 4, 5, 6, 7, 8, x),
        changed_locals(1, 2, 3, 4, 5, 6, 7, 8, x), Class(1, 2, 3, 4, 5, 6, 7, 8, x).method(1, 2, 3, 4, 5, 6, x),
        Class(1, 2, 3, 4, 5, 6, 7, 8, x).method(1, 2, 3, 4, 5, 6, 7, x),
    ]


@case("1", "2 ** 70", "'x'", "1.5")
def computed(x):
    out = []
    for k in range(20):
        out.append(arithmetic(x, 2, 3, 4, 5, 6, 7, k, k))
        out.append(cells(1, 2, 3, 4, 5, 6, 7, k, x))
    return out


@case("eight, 8", "nine, 9", "sixteen, 16", "everything, 9", "seventeen, 17")
def from_c(f, n):
    out = []
    for count in n - 2, n - 1, n, n + 1:
        try:
            out.append(functools.partial(f, *range(count - 1))("last"))
        except TypeError as error:
            out.append(str(error))
    out += list(map(f, *[[i, i + 100] for i in range(n)]))
    return out


@case("10", "300")
def deep(n):
    return recursive(n, 2, 3, 4, 5, 6, 7, 8, 0)


@case("1")
def too_deep(n):
    try:
        recursive(10 ** 6, 2, 3, 4, 5, 6, 7, 8, 0)
    except RecursionError as error:
        return str(error)


@case("1", "None")
def raised(x):
    out = []
    for i in range(5):
        try:
            raising(1, 2, 3, 4, 5, 6, 7, x, i)
        except ValueError as error:
            out.append(error.args)
    try:
        eight(1, 2, 3, 4, 5, 6, 7)
    except TypeError as error:
        out.append(str(error))
    return out


@case("1", "2")
def deaths(n):
    kept = Noisy("kept")
    for i in range(n):
        given = Noisy(("given", i))
        print(dropping(1, 2, 3, 4, 5, 6, 7, given, kept))
        given = None
        print("after")
    return sys.getrefcount(kept)


@case("'code'", "'defaults'", "'swap'", "'nothing'")
def changing(what):
    def target(a, b, c, d, e, f, g, h, i=1, *, j=2):
        try:
            return a, h, i, j
        finally:
            pass

    out = []
    for i in range(40):
        if i == 20:
            if what == "code":
                target.__code__ = (lambda a, b, c, d, e, f, g, h, i=0, j=0: ("new", h, i, j)).__code__
            elif what == "defaults":
                target.__defaults__, target.__kwdefaults__ = ("changed",), {"j": "changed too"}
            elif what == "swap":
                target = nine
        out.append(target(1, 2, 3, 4, 5, 6, 7, i))
    return out


def tail(x, y):
    return x, y


# Arguments that are computed by other calls, with their own arguments in the same place.
@case("1", "'a'")
def nested(x):
    return eight(1, 2, 3, 4, 5, 6, nine(1, 2, 3, 4, 5, 6, 7, x, 9), sixteen(*range(15), eight(1, 2, 3, 4, 5, 6, tail(x, x), x)))
