"""Chains of yield from and await: the whole chain is resumed at once, and everything can be looked at, changed and
ended meanwhile."""

import sys
import types

from program import case, jit


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies", self.name)

    def __repr__(self):
        return f"<{self.name}>"


def leaf(n):
    total = 0
    for i in range(n):
        got = yield i
        total += got or 0
    return ("total", total)


def chain(depth, n):
    if depth:
        result = yield from chain(depth - 1, n)
        return depth, result
    result = yield from leaf(n)
    return result


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


def exhaust(g, send=()):
    out = []
    send = iter(send)
    value = None
    try:
        while True:
            out.append(g.send(value))
            value = next(send, None)
    except StopIteration as end:
        out.append(("returns", end.value))
    except BaseException as error:
        out.append((type(error).__name__, error.args, lines(error.__traceback__)))
    return out


def lines(trace):
    out = []
    while trace:
        code = trace.tb_frame.f_code
        out.append((code.co_name, trace.tb_lineno - code.co_firstlineno, trace.tb_lasti))
        trace = trace.tb_next
    return out


def each(make, body, *args):
    """A generator between compiled ones."""
    result = yield from make(body, *args)
    return "each", result


def through(g):
    return (yield from g)


def twice(g):
    return (yield from through(g)), "twice"


@case("3, 4", "0, 2", "5, 0")
def values(depth, n):
    return list(chain(depth, n)), exhaust(chain(depth, n)), exhaust(chain(depth, n), range(10)), [x for x in chain(depth, n)]


@case("4", "0")
def trees(n):
    out = []
    for x in tree(n):
        out.append(x)
    return out, sum(tree(n)), max(tree(n), default=None)


@case("2", "0", "1.5", "'x'")
def raised_inside(n):
    def body(x):
        yield 1
        yield 2
        if x:
            raise KeyError(x)
        return Loud("result")

    def catches(g):
        try:
            yield from g
        except KeyError as error:
            yield "caught", error.args, lines(error.__traceback__)
            return "handled"
        finally:
            yield "finally"
    jit(body)
    out = exhaust(twice(twice(body(n))))
    out += exhaust(twice(jit(catches)(twice(body(n)))))
    return [repr(x) for x in out]


@case("KeyError('k')", "ValueError(1)", "GeneratorExit()", "StopIteration(3)")
def thrown_in(error):
    def body():
        try:
            yield 1
            yield 2
        except KeyError as caught:
            yield "caught"
        yield "after"
        return "end"
    out = []
    for steps in range(4):
        g = twice(twice(jit(body)()))
        try:
            for _ in range(steps):
                out.append(next(g))
            out.append(g.throw(error))
            out += exhaust(g)
        except BaseException as caught:
            out.append((type(caught).__name__, str(caught), lines(caught.__traceback__)[1:]))
        out.append(g.gi_frame is None)
    return out


@case("2")
def closed(n):
    def body():
        try:
            yield from range(10)
        finally:
            print("closed")
    g = twice(twice(jit(body)()))
    out = [next(g) for _ in range(n)]
    inner = g.gi_yieldfrom
    g.close()
    return out, inner.gi_frame, next(g, "over")


@case("3")
def looked_at(n):
    def body():
        for i in range(n):
            frames, frame = [], sys._getframe()
            while frame and frame.f_code.co_name != "looked_at":
                frames.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, frame.f_lasti))
                frame = frame.f_back
            state = [(g.gi_running, g.gi_suspended, g.gi_yieldfrom) for g in all]
            del frame
            yield frames, state
    all = []
    inner = twice(jit(body)())
    all.append(inner)
    outer = twice(inner)
    all.append(outer)
    out = list(outer)
    assert not outer.gi_running
    return out


@case("3")
def looked_at_while_suspended(n):
    g = twice(twice(leaf(n)))
    out = []
    for x in g:
        inner, names = g, []
        while inner is not None:
            names.append((inner.__name__, inner.gi_running, inner.gi_frame.f_lineno - inner.gi_code.co_firstlineno,
                          inner.gi_frame.f_lasti, sorted(inner.gi_frame.f_locals)))
            inner = inner.gi_yieldfrom
        out.append((x, names))
    return out


@case("3")
def changed_meanwhile(n):
    def body(n):
        for i in range(n):
            for g in all:
                g.gi_frame.f_locals["note"] = (i, g.__name__)
            yield i

    def notes(g):
        note = None
        yield from g
        yield note
    all = []
    inner = jit(notes)(jit(body)(n))
    outer = notes(inner)
    all += [inner, outer]
    first = [next(outer), next(outer)]
    outer.gi_frame.f_locals["note"] = Loud("from outside")
    return first, [repr(x) for x in outer]


@case("3")
def resumed_inside(n):
    def body():
        yield 1
        for g in all:
            try:
                next(g)
            except ValueError as error:
                yield str(error)
        yield 2
    all = []
    outer = twice(jit(body)())
    all.append(outer)
    return exhaust(outer)


@case("5")
def taken_apart(n):
    """Generators in the middle of a chain are resumed by others too."""
    inner = leaf(n)
    middle = twice(inner)
    outer = twice(middle)
    out = [next(outer), next(outer), next(middle), next(inner)]
    out.append(next(outer, "over"))
    out.append(exhaust(outer))
    return out, exhaust(middle), exhaust(inner)


@case("5")
def exhausted_elsewhere(n):
    inner = leaf(n)
    outer = twice(inner)
    out = [next(outer), list(inner)]
    return out, exhaust(outer)


@case("3")
def exchanged(n):
    """What is waited for ends, and the next one begins, at each level."""
    def body(k):
        for i in range(k):
            yield from (x for x in range(i))
            result = yield from leaf(i)
            yield result
            yield from "ab"
    return list(twice(jit(body)(n))), exhaust(twice(each(jit(body), n)), range(20))


@case("150", "700")
def deep(n):
    def nest(k):
        if k:
            yield from nest(k - 1)
        else:
            yield 0
            yield 1
    jit(nest)
    g = nest(n)
    return list(nest(n)), next(g), list(g)


@case("3")
def traced_from_inside(n):
    events = []

    def trace(frame, event, arg):
        if frame.f_code.co_name in ("body", "through", "twice"):
            events.append((event, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, arg))
        return trace

    def body():
        yield 1
        sys.setprofile(trace)
        yield 2
        yield 3
        sys.setprofile(None)
        yield 4
    g = twice(jit(body)())
    out = []
    for x in g:
        out.append(x)
    return out, events, list(twice(leaf(n)))


@case("2")
def monitored_from_inside(n):
    events = []
    tool = 3

    def note(name):
        return lambda code, *rest: events.append((name, code.co_name)) if code.co_name in ("body", "through", "twice") else None
    monitoring = sys.monitoring

    def body():
        yield 1
        monitoring.use_tool_id(tool, "test")
        kinds = monitoring.events
        for kind in ("PY_YIELD", "PY_RESUME", "PY_RETURN"):
            monitoring.register_callback(tool, getattr(kinds, kind), note(kind))
        monitoring.set_events(tool, kinds.PY_YIELD | kinds.PY_RESUME | kinds.PY_RETURN)
        yield 2
        yield 3
        return n
    g = twice(jit(body)())
    try:
        out = exhaust(g)
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return out, events, list(twice(leaf(n)))


@case("2")
def handled_exceptions(n):
    def body():
        yield sys.exception()
        try:
            raise KeyError(n)
        except KeyError:
            yield sys.exception().args
        yield sys.exception()

    def handling(g):
        try:
            raise ValueError(n)
        except ValueError:
            yield from g
        yield sys.exception()
    out = list(twice(jit(body)()))
    out += [x if x is None else repr(x) for x in twice(jit(handling)(twice(body())))]
    try:
        raise IndexError(n)
    except IndexError:
        out += [repr(x) for x in twice(body())]
    return out


@types.coroutine
def pause(value):
    return (yield value)


async def await_deep(depth, n):
    if depth:
        return await await_deep(depth - 1, n) + 1
    total = 0
    for i in range(n):
        total += await pause(i) or 0
    return total


@case("3, 3", "0, 2", "4, 0")
def coroutines(depth, n):
    c = await_deep(depth, n)
    out = exhaust(c, range(10))
    try:
        c.send(None)
    except RuntimeError as error:
        out.append(str(error))
    return out


@case("2")
def coroutine_awaited_twice(n):
    async def outer(c):
        await pause("first")
        try:
            await c
        except RuntimeError as error:
            await pause(str(error))
        return await await_deep(n, n)
    c = await_deep(n, n)
    first = exhaust(jit(outer)(c), range(9))
    return first, exhaust(outer(c), range(9))


@case("2")
def destroyed_in_the_chain(n):
    def body(thing):
        yield repr(thing)
        yield n
        return thing

    def drops(g):
        result = yield from g
        del g
        print("ended", result)
        result = None
        yield "next"
    g = twice(jit(drops)(twice(jit(body)(Loud("thing")))))
    out = [next(g), next(g), next(g)]
    print("last")
    out.append(next(g, "over"))
    return out
