"""The making and the death of generators and coroutines, whose memory is used again: what they keep alive, what the collector, weak
references and tools see of them, and chains of them that are looked at one by one."""

import gc
import sys
import tracemalloc
import types
import weakref

from program import case, jit


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies", self.name)


class LoudName(str):
    def __del__(self):
        print("dies", str(self))


def one(x):
    yield x


def three(x, y, z=None):
    a = yield x
    yield y, a
    return z


async def alike(x):
    return x


def consume(make, n):
    out = []
    for i in range(n):
        for item in make(i):
            out.append(item)
    return out


async def awaits(n):
    total = 0
    for i in range(n):
        total += await alike(i)
    return total


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value


@case("5", "40", "0")
def made_again(n):
    """Of both kinds and in turns, from the same memory."""
    first = consume(one, n)
    second = run(awaits(n))
    generators = [one(i) for i in range(n)]
    coroutines = [alike(i) for i in range(n)]
    kinds = {type(g).__name__ for g in generators} | {type(c).__name__ for c in coroutines}
    third = [next(g) for g in generators], [run(c) for c in coroutines]
    ended = [next(g, "over") for g in generators]
    del generators, coroutines
    return first, second, sorted(kinds), third, ended, consume(one, n)


@case("True, None", "Loud, 5", "2**70, 'x'")
def arguments_kept(x, y):
    a, b = Loud("a"), Loud("b")
    g = three(a, b, z=y)
    frame = dict(g.gi_frame.f_locals)
    names = sorted(frame), g.__name__, g.__qualname__, g.gi_code.co_name, g.gi_running, g.gi_suspended
    del frame, a
    print("first", next(g).name)
    b = None
    print("second", g.send(x)[1] is x)
    print("third", next(g, "over"))
    del g
    print("dead")
    return names, consume(one, 3)


@case("one", "three.__get__(1)", "alike")
def names_die(function):
    """The names belong to the function, and to each generator that was made when it had them."""
    make = types.FunctionType(one.__code__, globals())
    jit(make)
    consume(make, 3)
    make.__name__ = LoudName("first name")
    make.__qualname__ = LoudName("first qualname")
    g = make(1)
    make.__name__ = make.__qualname__ = LoudName("both")
    print(g.__name__, g.__qualname__, next(g), next(g, None))
    del g
    print("first is dead")
    consume(make, 2)
    h = make(2)
    del make
    print(next(h), next(h, None), h.__name__)
    del h
    return "end"


@case("1", "'x'", "Loud('argument')")
def code_dies(x):
    """The last generator of a function keeps its code, and nothing else does when it has died."""
    namespace = {}
    exec("def f(x):\n    yield x\n    yield 2\n", namespace)
    f = namespace.pop("f")
    jit(f)
    for _ in range(3):
        consume(f, 2)
    seen = []
    reference = weakref.ref(f.__code__, lambda r: seen.append("code"))
    g = f(x)
    next(g)
    del f
    gc.collect()
    seen.append(next(g))
    seen.append(next(g, "over"))
    seen.append(reference() is None)
    del g
    gc.collect()
    return seen


@case("1", "4", "0")
def weak(n):
    seen = []
    for i in range(n):
        g = one(i)
        r = weakref.ref(g, lambda r, i=i: seen.append(i))
        for x in g:
            seen.append(("item", x, r() is g))
        del g
        seen.append(r() is None)
    return seen, consume(one, n)


def collects(x):
    gc.collect()
    yield x
    yield gc.is_tracked(x), len([o for o in gc.get_objects() if type(o) is types.GeneratorType and o.gi_code is collects.__code__])


@case("[1]", "(1, [2])", "{}")
def collector(x):
    out = consume(collects, 2)
    g = collects(x)
    out += [next(g), gc.is_tracked(g), any(o is g for o in gc.get_objects()), any(o is g for o in gc.get_referrers(x))]
    out.append(next(g))
    cycle = [collects(x)]
    cycle.append(cycle)
    next(cycle[0])
    del cycle
    gc.collect()
    out.append(next(g, "over"))
    return out, gc.is_tracked(g)


@case("3", "12")
def traced_memory(n):
    """Memory that is used again, while each new object is reported."""
    consume(one, n)
    tracemalloc.start()
    try:
        generators = [one(i) for i in range(n)]
        out = [next(g) for g in generators]
        [next(g, None) for g in generators]
    finally:
        tracemalloc.stop()
    return out, consume(one, n)


@case("2", "5")
def origins(n):
    before = run(awaits(n))
    sys.set_coroutine_origin_tracking_depth(n)
    try:
        c = alike(n)
        origin = c.cr_origin is not None and [entry[2] for entry in c.cr_origin][:1]
        value = run(c)
    finally:
        sys.set_coroutine_origin_tracking_depth(0)
    d = alike(n)
    return before, origin, value, d.cr_origin, run(d), run(awaits(n))


@case("1", "(1, 2)", "[3]")
def references(x):
    """A generator counts its arguments once."""
    def count():
        return sys.getrefcount(x)
    before = count()
    generators = [three(x, x) for _ in range(50)]
    during = count() - before
    for g in generators:
        for _ in g:
            pass
    ended = count() - before
    del generators, g
    return during > 50 if before < 2**30 else during, ended, count() - before


def deep(n, leaf):
    if n:
        yield from deep(n - 1, leaf)
    else:
        yield from leaf()
    return n


def looks():
    frame, names = sys._getframe(), []
    while frame.f_code in (deep.__code__, looks.__code__):
        names.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, frame.f_lasti))
        frame = frame.f_back
    yield names
    yield "suspended"
    yield sys._getframe().f_back.f_code.co_name


@case("0", "1", "6")
def chain_seen(n):
    """Each frame of a chain tells the truth while the last one runs, and when all are suspended."""
    for _ in range(3):
        g = deep(n, looks)
        seen = [next(g), next(g)]
        inner, states = g, []
        while isinstance(inner, types.GeneratorType):
            frame = inner.gi_frame
            states.append((inner.gi_running, inner.gi_suspended, frame.f_back, frame.f_lasti, frame.f_lineno - frame.f_code.co_firstlineno))
            inner = inner.gi_yieldfrom
        seen.append(next(g))
    return seen, states, list(g)


def step_of(chain, depth):
    for _ in range(depth):
        chain = chain.gi_yieldfrom
    return chain


def numbers():
    for i in range(12):
        yield i


@case("3, 1", "5, 5", "4, 0")
def chain_taken_apart(n, depth):
    """Somebody else resumes, throws into and closes what the others wait for."""
    g = deep(n, numbers)
    out = [next(g), next(g)]
    part = step_of(g, depth)
    out.append(next(part))
    out.append(next(g))
    try:
        part.throw(KeyError("thrown"))
    except KeyError as error:
        out.append(str(error))
    out.append(next(g, "over"))
    h = deep(n, numbers)
    out.append(next(h))
    step_of(h, depth).close()
    out.append(next(h, "over"))
    out.append(list(deep(n, numbers)))
    return out


@case("2", "4")
def chain_monitored(n):
    """Tools that come and go between two items; for all code, and for one link only."""
    monitoring = sys.monitoring
    g = deep(n, numbers)
    events = []
    out = [next(g), next(g)]
    monitoring.use_tool_id(4, "test")
    try:
        monitoring.register_callback(4, monitoring.events.PY_YIELD, lambda code, offset, value: events.append((code.co_name, value)))
        monitoring.set_local_events(4, deep.__code__, monitoring.events.PY_YIELD)
        out += [next(g), next(g)]
        monitoring.set_local_events(4, deep.__code__, 0)
        out.append(next(g))
        monitoring.set_events(4, monitoring.events.PY_YIELD)
        out += [next(g), next(g)]
        monitoring.set_events(4, 0)
        out.append(next(g))
    finally:
        monitoring.set_local_events(4, deep.__code__, 0)
        monitoring.set_events(4, 0)
        monitoring.free_tool_id(4)
    out += list(g)
    return out, events
