"""Generators: suspended and resumed by compiled code, by the interpreter and by C, and everything that can be done to
them in between."""

import gc
import itertools
import sys
import threading
import weakref

from program import case, jit


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies", self.name)

    def __repr__(self):
        return f"<{self.name}>"


def count(n):
    i = 0
    while i < n:
        yield i
        i += 1


def echo(first):
    got = yield first
    while got is not None:
        got = yield got, first
    return "end"


def loop_over(iterable):
    total = []
    for x in iterable:
        total.append(x)
    return total


def squares(items):
    for x in items:
        yield x * x


def unbound(flag):
    if flag:
        value = Loud("value")
    yield flag
    yield value


def pairs(a, b):
    for x in a:
        for y in b:
            if x != y:
                yield x, y


def closure(n):
    step = n

    def inner(items):
        nonlocal step
        for x in items:
            yield x + step
            step += 1
    return inner


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


def delegating(iterable):
    result = yield from iterable
    yield "result", result


def careful(log):
    try:
        yield 1
        yield 2
    except ValueError as error:
        log.append(("caught", error.args))
        yield "recovered"
    finally:
        log.append("finally")


def raising(n):
    for i in range(n):
        yield i
    raise KeyError(n)


def stops(n):
    yield n
    raise StopIteration(n)


def deep(items):
    yield items
    yield (1, (yield 2), (yield 3))


def holds(*things):
    local = things
    yield
    yield local


@case("3", "0", "2.5", "'x'")
def counting(n):
    return list(count(n)), sum(count(n)), loop_over(count(n)), tuple(count(n)), max(count(n), default=None)


@case("1", "'a'", "None", "[1]")
def sending(first):
    g = echo(first)
    out = [next(g), g.send(2), g.send("x")]
    try:
        g.send(None)
    except StopIteration as stop:
        out.append(stop.value)
    try:
        next(g)
    except StopIteration as stop:
        out.append(stop.value)
    return out


@case("1")
def sending_too_early(x):
    g = echo(x)
    try:
        g.send(x)
    except TypeError as error:
        print(error)
    return next(g), next(g, "over"), next(g, "over")


@case("[1, 2, 3]", "(1.5, 2)", "{1: 2}", "'ab'", "5")
def items(xs):
    return loop_over(squares(xs))


@case("True", "False")
def unbound_locals(flag):
    g = unbound(flag)
    out = [next(g)]
    try:
        out.append(next(g).name)
    except UnboundLocalError as error:
        out.append(str(error))
    return out


@case("[1, 2], [2, 3]", "'ab', 'bc'", "[], [1]", "(1, 2.0), [2]")
def nested(a, b):
    return list(pairs(a, b)), {p for p in pairs(a, b)}, dict(pairs(a, b))


@case("1", "2.5")
def cells(n):
    inner = jit(closure(n))
    return list(inner([1, 2, 3])), list(inner([n])), inner.__closure__[0].cell_contents


@case("3", "0", "5")
def recursive(n):
    return list(tree(n)), sum(tree(n))


@case("[1, 2]", "(3,)", "count(3)", "echo(5)", "{}", "None")
def delegation(x):
    return list(delegating(x))


@case("ValueError('a')", "KeyError('k')", "GeneratorExit()", "StopIteration(1)")
def throwing(error):
    log = []
    out = []
    for skip in range(4):
        g = careful(log)
        try:
            for _ in range(skip):
                out.append(next(g))
            out.append(g.throw(error))
            out.append(list(g))
        except BaseException as caught:
            out.append((type(caught).__name__, caught.args, type(caught.__context__).__name__))
    return out, log


@case("0", "1", "2", "3")
def closing(steps):
    log = []
    g = careful(log)
    for _ in range(steps):
        next(g, None)
    print(g.close(), g.gi_frame, g.gi_running, g.gi_suspended)
    return log, list(g)


@case("2", "0")
def exceptions_leave(n):
    out = []
    for make in raising, stops:
        g = make(n)
        try:
            for x in g:
                out.append(x)
        except (KeyError, RuntimeError) as error:
            trace, where = error.__traceback__, []
            while trace:
                where.append((trace.tb_frame.f_code.co_name, trace.tb_lineno))
                trace = trace.tb_next
            out.append((repr(error), repr(error.__cause__), where))
        out.append(list(g))
    return out


@case("3")
def operands_on_the_stack(x):
    g = deep([x])
    return [next(g), next(g), g.send(x), g.send("y"), next(g, "over")]


@case("Loud", "list")
def destroyed(make):
    g = holds(make("a"), make("b"))
    next(g)
    del g
    print("deleted")
    g = holds(make("c"))
    next(g)
    g.close()
    print("closed")
    g = holds(make("d"))
    result = [next(g), next(g)]
    next(g, None)
    print("exhausted")
    del result
    return "end"


@case("Loud('x')", "'plain'")
def dies_in_the_generator(thing):
    def body(x):
        y = x
        del x
        yield 1
        y = None
        yield 2
    g = jit(body)(thing)
    del thing
    print(next(g))
    print(next(g))
    return list(g)


@case("1", "'s'")
def inspected(x):
    def body(a):
        b = a, a
        c = yield b
        yield c, a, b
    g = jit(body)(x)
    print(g.gi_frame.f_lineno - body.__code__.co_firstlineno, g.gi_frame.f_locals, g.gi_suspended, g.gi_yieldfrom)
    next(g)
    print(g.gi_frame.f_lineno - body.__code__.co_firstlineno, g.gi_frame.f_locals, g.gi_suspended, g.gi_running)
    g.gi_frame.f_locals["a"] = "changed"
    g.gi_frame.f_locals["b"] = Loud("new b")
    result = repr(g.send(5))
    return result, next(g, "over"), g.gi_frame


@case("5")
def looks_at_itself(n):
    def body(n):
        for i in range(n):
            frame = sys._getframe()
            frame.f_locals["n"] = i
            yield i, n, frame.f_back.f_code.co_name, frame is holder[0].gi_frame, holder[0].gi_running
            del frame
    holder = []
    holder.append(jit(body)(n))
    return list(holder[0]), sum(x[0] for x in jit(body)(0))


@case("3")
def resumes_itself(n):
    def body():
        yield 1
        try:
            next(holder[0])
        except ValueError as error:
            yield str(error)
        yield 2
    holder = [jit(body)()]
    return list(holder[0])


@case("[3, 1, 2]", "'cab'")
def expressions(xs):
    out = [sum(ord(str(x)) for x in xs), sorted(x for x in xs), set(x for x in xs if x in xs) == set(xs)]
    out.append(any(x == xs[0] for x in xs))
    out.append("".join(str(x) for x in xs))
    out.append(dict((x, i) for i, x in enumerate(xs)))
    out.append(list((x, y) for x in xs for y in xs if x < y))
    first, *rest = (x for x in xs)
    return out, first, rest, max(x for x in xs), [*(x for x in xs)]


@case("100", "20")
def chains(n):
    g = iter(range(3))
    for _ in range(n):
        g = squares(g) if n < 50 else (x for x in g)
    return list(g)


@case("1")
def mixed_resumption(x):
    g = count(10)
    out = [next(g), g.__next__(), g.send(None), list(itertools.islice(g, 2))]
    for y in g:
        out.append(y)
        break
    a, b = itertools.islice(g, 2)
    return out, a, b, list(g), next(g, None)


@case("4")
def code_changes_while_suspended(n):
    def one():
        x = 1
        yield x
        x += 1
        yield x
        yield x + offset(x)

    def other():
        yield "other"
    global offset
    g = jit(one)()
    out = [next(g), next(g)]
    one.__code__ = other.__code__
    offset = lambda x: x * n
    out.append(next(g))
    return out, list(one()), list(g)


def offset(x):
    return 0


@case("4")
def traced_while_suspended(n):
    g = count(n)
    events = []

    def trace(frame, event, arg):
        if frame.f_code is count.__code__:
            events.append((event, frame.f_lineno - frame.f_code.co_firstlineno, arg))
        return trace
    out = [next(g)]
    old = sys.gettrace()
    sys.settrace(trace)
    try:
        out.append(next(g))
        for x in g:
            out.append(x)
            break
    finally:
        sys.settrace(old)
    return out, events, list(g)


@case("3")
def profiled(n):
    events = []

    def profile(frame, event, arg):
        if frame.f_code is squares.__code__:
            events.append((event, arg))
    old = sys.getprofile()
    sys.setprofile(profile)
    try:
        result = list(squares(range(n)))
    finally:
        sys.setprofile(old)
    return result, events


@case("3")
def handled_exceptions(n):
    def body():
        for i in range(n):
            yield sys.exception()
    out = [list(jit(body)())]
    try:
        raise ValueError(n)
    except ValueError:
        g = body()
        out.append([type(next(g)).__name__, type(sys.exception()).__name__])
    out.append(next(g))
    try:
        raise KeyError(n)
    except KeyError:
        out.append(type(next(g)).__name__)
    return out


@case("50")
def collected(n):
    class Node:
        pass

    def body(node):
        node.me = node
        yield node
        yield node
    alive = []
    for _ in range(n):
        node = Node()
        node.g = jit(body)(node) if _ == 0 else body(node)
        next(node.g)
        alive.append(weakref.ref(node))
    del node
    gc.collect()
    return sum(r() is not None for r in alive)


@case("20")
def in_threads(n):
    results = []

    def work():
        results.append(sum(squares(count(n))))
    threads = [threading.Thread(target=work) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    g = count(n)
    out = []
    for _ in range(3):
        t = threading.Thread(target=lambda: out.append(next(g)))
        t.start()
        t.join()
    return results, out, next(g)


@case("300")
def deep_recursion(n):
    def nest(k):
        if k:
            for x in nest(k - 1):
                yield x + 1
        else:
            yield 0
    jit(nest)
    out = list(nest(n // 3))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(n)
    try:
        list(nest(10 * n))
    except RecursionError:
        out.append("too deep")
    finally:
        sys.setrecursionlimit(limit)
    return out


@case("3", "2.0")
def returns(n):
    def body(k):
        yield k
        return k, k

    def outer(k):
        x = yield from jit(body)(k)
        return x
    out = []
    g = outer(n)
    while True:
        try:
            out.append(next(g))
        except StopIteration as stop:
            return out, stop.value
    return None


@case("5")
def many_yields(n):
    def body(a):
        b = yield a
        c = yield b
        d = yield c
        try:
            e = yield d
            f = yield e
        finally:
            yield "finally"
        with Context():
            g = yield f
            yield g
        yield [(yield a), {(yield b): (yield c)}, f"{(yield d)}"]
    g = jit(body)(n)
    out = [next(g)]
    try:
        while True:
            out.append(g.send(len(out)))
    except StopIteration:
        return out


class Context:
    def __enter__(self):
        print("enter")

    def __exit__(self, *exc):
        print("exit", exc[0])


@case("3")
def switched_types(n):
    out = []
    for xs in [1, 2], [1.5, 2], ["a", "b"], [[1], [2]], range(n), "xy":
        try:
            out.append(list(doubled(xs)))
        except TypeError as error:
            out.append(str(error))
    return out


def doubled(xs):
    last = None
    for x in xs:
        yield x + x
        last = x
    yield last


def one(x):
    return x + 1


def two(x):
    return one(x) + 1


def calls_small_functions():
    x = 0
    while True:
        x = two(x)
        yield x


def below(n, g):
    if n:
        return below(n - 1, g)
    for x in g:
        return x


@case("calls_small_functions()")
def depth_left(g):
    """The calls in a generator count, inlined or not."""
    next(g)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    out = []
    try:
        for n in range(100, 300):
            try:
                below(n, g)
            except RecursionError as error:
                out.append((n, next(g, "over")))
                if len(out) == 2:
                    break
    finally:
        sys.setrecursionlimit(limit)
    # The first one has ended the generator, or was raised before it was resumed.
    return len(out)
