"""Truth values and None in locals of generators that were suspended by compiled code and are resumed by the interpreter."""
from program import case, jit
import sys
G1 = 2.5
G2 = [1, 2, 3]


def poke(name, value):
    sys._getframe(1).f_locals[name] = value


def g0(a, b=2):
    log = []
    j = (G2 + G2)
    f = (G1 in j)
    y = j
    x = yield [i for i in range(0) if i % 2]
    print("f is", f)
    try:
        a += 1
        poke('y', (b if f else b))
        def deep1(z):
            if z <= 0: raise LookupError(3)
            return deep1(z - 1) + 1
        try:
            jit(deep1)(3)
        except LookupError as error:
            trace, lines = error.__traceback__, []
            while trace: lines.append(trace.tb_lineno - trace.tb_frame.f_code.co_firstlineno); trace = trace.tb_next
            log.append(lines)
    except ValueError as error:
        error = None
    print("f is", f, y, a, log)
    if f:
        yield 1
    else:
        yield 2
    print(f)


@case("1", "2")
def simple(n):
    return [x for x in g0(n)]


@case("1", "2")
def loop(n):
    out = []
    for x in g0(n):
        out.append(x)
    return out


def g1(a):
    f = a == 5
    x = yield 1
    poke('a', 7)
    if f:
        yield "bad"
    poke('f', True)
    if f:
        yield "good"


@case("1", "5")
def second(n):
    out = []
    for x in g1(n):
        out.append(x)
    return out


def g2(a):
    f = a == 5
    x = yield 1
    try:
        raise LookupError
    except LookupError:
        pass
    if f:
        yield "bad"


@case("1", "5")
def third(n):
    return list(g2(n))


def g3(a):
    nothing = None
    yes = a > 0
    got = yield 1
    poke('a', 7)
    out = []
    if nothing is None:
        out.append("none")
    if nothing is not None:
        out.append("some")
    if yes:
        out.append("yes")
    if not yes:
        out.append("no")
    while not yes:
        yes = True
        out.append("looped")
    yield out


@case("1", "-1")
def fourth(n):
    return list(g3(n))
