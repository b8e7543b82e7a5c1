"""Calls from C of compiled functions whose arguments have to be bound: defaults, names, *args and **kwargs."""

import functools
import sys

from program import case


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies:", self.name)


def plain(a, b=2, c=3):
    return a, b, c


def only(a, *, k, m=7):
    return a, k, m


def positional(a, b=5, /, c=6):
    return a, b, c


def rest(a, *more):
    return a, more, type(more).__name__


def named(a=1, **more):
    more["a"] = a
    return sorted(more.items())


def everything(a, b=2, *more, k=3, **names):
    return a, b, more, k, sorted(names.items())


def many(a, b, c, d, e, f, g, h=8, i=9):
    return a + b + c + d + e + f + g + h + i


def where(a, b=1, *more):
    frame = sys._getframe()
    return sorted(frame.f_locals.items()), frame.f_code.co_name


def changed_in_mid_call(a, b=None, *, k=None):
    changed_in_mid_call.__defaults__ = (Noisy("later"),)
    changed_in_mid_call.__kwdefaults__ = {"k": Noisy("later k")}
    return a, b.name, k.name


def escaping(*more, **names):
    return more, names


FUNCTIONS = [plain, only, positional, rest, named, everything, many, where, escaping]


def attempt(f, *args, **kwargs):
    try:
        return functools.partial(f, *args)(**kwargs)
    except TypeError as error:
        return str(error)


@case("plain", "everything", "positional", "rest", "named", "only", "many", "where", "escaping")
def shapes(f):
    out = [attempt(f, *range(n)) for n in range(10)]
    out += [attempt(f, 1, **names) for names in
            ({"b": 4}, {"c": 4, "b": 5}, {"k": 1}, {"m": 1, "k": 2}, {"x": 1}, {"a": 1}, {"k": 1, "x": 2, "more": 3}, {"a": 1, "b": 2})]
    key = "".join(["k"])
    out.append(attempt(f, 1, **{key: 9}))
    return out


@case("[3, 1, 2]", "[]")
def by_builtins(items):
    return (list(map(plain, items)), sorted(items, key=lambda x, sign=-1: sign * x), list(map(rest, items, items)),
            list(map(everything, items, items, items)), max(items, key=lambda x, *more: -x, default=0),
            list(filter(lambda x, limit=1: x > limit, items)))


@case("1", "2")
def defaults_replaced(x):
    changed_in_mid_call.__defaults__ = (Noisy("first"),)
    changed_in_mid_call.__kwdefaults__ = {"k": Noisy("first k")}
    out = list(map(changed_in_mid_call, [x, x]))
    changed_in_mid_call.__defaults__ = changed_in_mid_call.__kwdefaults__ = None
    return out


class Name(str):
    def __hash__(self):
        print("hash")
        return str.__hash__(self)

    def __eq__(self, other):
        print("eq")
        return str.__eq__(self, other)


@case("1")
def strange_defaults(x):
    def f(a, *, k=1):
        return a, k

    out = [attempt(f, x)]
    f.__kwdefaults__ = {Name("k"): 5, 3: 4}
    out += [attempt(f, x), attempt(f, x, k=2)]
    f.__kwdefaults__ = {}
    return out + [attempt(f, x), attempt(f, x, k=2)]


@case("Noisy('a'), Noisy('b')")
def lives(a, b):
    out = [attempt(escaping, a, b, x=a), attempt(rest, a, b, b), attempt(rest, Noisy("temporary"))[2]]
    kept = [more for more, _ in [attempt(escaping, a)]]
    return len(out), len(kept[0]), [type(x).__name__ for x in out]


@case("300")
def deep(n):
    def down(n, sofar=0, *more):
        return sofar if n == 0 else functools.partial(down, n - 1)(sofar + 1)

    try:
        return down(n), down(n * 40)
    except RecursionError as error:
        return str(error)
