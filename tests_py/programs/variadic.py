"""Calls of known functions with *args, **kwargs and keyword-only parameters: compiled callers build what they get."""

import sys
import traceback

from program import case, jit


def star(a, *rest):
    return a, rest


def keywords(a, b=2, **more):
    more["seen"] = a
    return b, more


def everything(a, b=2, *rest, k, **more):
    return a, b, rest, k, sorted(more.items())


def keep_tuple(*rest):
    return rest


def keep_dict(**more):
    return more


def middle(*rest):
    # Too much for inlining: it stays a call.
    try:
        return [x for x in rest]
    finally:
        rest = None


def named(*rest, **more):
    try:
        return list(rest), dict(more)
    finally:
        rest = more = None


@case("1", "None", "'text'", "[1]")
def positional(x):
    return star(x), star(x, x), star(x, 1, 2.5, x), middle(), middle(x), middle(x, x, 3)


@case("1", "None", "'text'")
def by_name(x):
    first = keywords(x), keywords(x, 3), keywords(a=x), keywords(x, c=x), keywords(c=1, a=x, d=x)
    return first, named(x), named(x, k=x), named(k=x, j=2), everything(x, k=x), everything(x, 1, 2, 3, k=x, z=x, y=1)


@case("1")
def wrong(x):
    out = []
    for call in (lambda: everything(x), lambda: everything(k=x), lambda: star(), lambda: keywords(x, 1, 2), lambda: star(x, b=1),
                 lambda: keywords(x, a=2)):
        try:
            out.append(call())
        except TypeError as error:
            out.append(str(error))
    return out


@case("1", "'a'")
def fresh_each_time(x):
    dicts = [keep_dict(), keep_dict(), keep_dict(k=x)]
    dicts[0]["changed"] = x
    dicts[2]["k"] = None
    return dicts, keep_dict(), keep_dict(k=x), keep_tuple() is keep_tuple(), keep_tuple(x)


class Log:
    def __init__(self, level, *handlers, name="log"):
        self.level = level
        self.handlers = handlers
        self.name = name

    def debug(self, message, *args, **more):
        if self.level <= 1:
            return self.emit(message, args, **more)
        return None

    def emit(self, message, args, extra=None):
        return message % args, extra


@case("2", "1", "None")
def methods(level):
    log = Log(2, "a", name="x")
    out = []
    for n in range(4):
        out.append(log.debug("m"))
        out.append(log.debug("%s", n))
        try:
            out.append(log.debug("%s %s", n, n, extra=n))
            out.append(log.debug("%s", n, unknown=1))
        except TypeError as error:
            out.append((type(error), str(error)))
        log.level = level
    return out, log.handlers, log.name


def raising(*args, **kwargs):
    assert args
    raise ValueError(args, kwargs)


@case("1")
def tracebacks(x):
    out = []
    for call in (lambda: raising(x, 2, k=x), lambda: raising(k=x)):
        try:
            call()
        except (ValueError, AssertionError) as error:
            out.append((str(error), [(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)]))
    return out


def look(*args, **kwargs):
    frame = sys._getframe()
    inside = sorted(frame.f_locals), frame.f_locals["args"] == args
    frame.f_locals["args"] = ("written",)
    return inside, args, kwargs, frame.f_back.f_code.co_name


@case("1", "None")
def frames(x):
    return look(x, 2), look(k=x), look()


class Noted:
    def __init__(self, name, log):
        self.name = name
        self.log = log

    def __del__(self):
        self.log.append(self.name)


@case("'a'")
def deaths(name):
    log = []
    kept = keep_tuple(Noted(name, log), Noted("b", log))
    log.append("called")
    del kept
    log.append("dropped")
    kept = keep_dict(k=Noted(name, log))
    log.append("called again")
    kept.clear()
    log.append("cleared")
    return log


def changing(a, *rest):
    return a, rest


def other(a, b=0, *rest):
    return b, rest


@case("3")
def code_changes(n):
    out = []
    before = changing.__code__, changing.__defaults__
    try:
        for i in range(n + 3):
            out.append(changing(i, 1, 2))
            if i == n:
                changing.__code__ = other.__code__
                changing.__defaults__ = (7,)
    finally:
        changing.__code__, changing.__defaults__ = before
    return out


def deep(n, *rest, **more):
    return deep(n - 1, n, *rest, **more) if n else len(rest) + len(more)


def endless(*rest):
    return endless(1, *rest[:2])


def endless_plain(n, *rest):
    return endless_plain(n + 1, n)


@case("5", "40")
def recursion(n):
    out = [deep(n), deep(n, 1, k=2)]
    for call in (endless, lambda: endless_plain(0)):
        try:
            call()
        except RecursionError as error:
            out.append(str(error))
    return out


def generate(*items, **more):
    for item in items:
        yield item
    yield sorted(more)


@case("1")
def generators(x):
    return list(generate()), list(generate(x, 2)), list(generate(k=x)), list(generate(x, k=x, j=2))


def cold_target(*rest, **more):
    return rest, more


@case("1", "None")
def interpreted_callees(x):
    return cold_target(), cold_target(x), cold_target(x, k=x), cold_target(k=1, j=x)


@case("1", "2.5", "'x'")
def lambdas(x):
    f = lambda *a, **k: (a, k)  # noqa: E731
    g = jit(lambda *, k, j: (k, j))
    return f(x), f(), f(x, y=x), g(k=x, j=1), g(j=x, k=2)


def seven(a, b, c, d, e, *f, **g):
    return a, b, c, d, e, f, g


def eight(a, b, c, d, e, f, *g, **h):
    return a, b, c, d, e, f, g, h


@case("1")
def many(x):
    return seven(x, 2, 3, 4, 5), seven(x, 2, 3, 4, 5, 6, 7, k=x), eight(x, 2, 3, 4, 5, 6), eight(1, 2, 3, 4, 5, 6, 7, x, k=x)


@case("1, 2.5", "1.5, 2", "3, 4", "True, 2.5", "'a', 'b'")
def mixed_numbers(a, b):
    total = []
    for x, y in ((a, b), (b, a), (a, a), (b, b)):
        try:
            total.append((x + y, x < y, x == y, x - y, x * y, x / y))
        except TypeError as error:
            total.append(str(error))
    return total
