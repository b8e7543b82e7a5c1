"""What is dropped before its end: generators, coroutines and asynchronous generators that are suspended, in loops, handlers and `with`, exceptions
with the frames that they keep, functions and classes that were made for one call. Who runs this again and again sees memory grow if any of it stays."""

import sys

from program import case, jit


class Manager:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.log.append("enter")
        return self

    def __exit__(self, kind, error, trace):
        self.log.append(("exit", kind and kind.__name__))


def counting(log, n):
    held = [n, str(n)]
    try:
        for i in range(n):
            with Manager(log):
                yield i, held
    finally:
        log.append(("end", n, sys.exception() is not None))


def delegating(log, n):
    local = {"n": n}
    result = yield from counting(log, n)
    return result, local


class Waits:
    def __await__(self):
        got = yield self
        return got


async def waiting(log, n):
    kept = (n, [])
    try:
        for i in range(n):
            kept[1].append(await Waits())
    except ValueError as error:
        log.append(("caught", str(error)))
        await Waits()
    finally:
        log.append(("leaves", n, len(kept[1])))


async def produces(log, n):
    try:
        for i in range(n):
            yield i, await Waits()
    finally:
        log.append(("stops", n))


async def consumes(log, n):
    async for item in produces(log, n):
        log.append(item)


@case("1, 3", "0, 2", "3, 3", "9, 4")
def drop_generators(steps, n):
    log = []
    for make in counting, delegating:
        for _ in range(3):
            g = make(log, n)
            for _ in range(steps):
                if next(g, None) is None:
                    break
        del g
    return log


@case("1, 3", "0, 2", "3, 3")
def drop_chain(steps, n):
    """Generators that hold each other, dropped by the first."""
    log = []
    outer = (pair for pair in (item for item in delegating(log, n)))
    for _ in range(steps):
        log.append(next(outer, None))
    del outer
    return len(log), log


@case("1, 3", "2, 2", "0, 1", "5, 2")
def drop_coroutines(steps, n):
    log = []
    for make in waiting, consumes:
        coroutine = make(log, n)
        for step in range(steps):
            try:
                coroutine.send(None if step == 0 else step)
            except StopIteration:
                break
        coroutine.close()
        del coroutine
    return log


@case("2", "1")
def throw_into(n):
    log = []
    coroutine = waiting(log, n)
    coroutine.send(None)
    coroutine.throw(ValueError("thrown"))
    coroutine.close()
    g = delegating(log, n)
    next(g)
    try:
        g.throw(KeyError, KeyError("thrown"))
    except KeyError as error:
        log.append(error.args)
    return log


class Cause(Exception):
    pass


def fails(depth, kept):
    local = [depth, kept]
    if depth == 0:
        raise Cause(local)
    try:
        return fails(depth - 1, kept)
    except Cause as error:
        raise ValueError(depth) from error


@case("0", "1", "4")
def drop_exceptions(depth):
    """The frames of a chain of exceptions hold each other, and the exception that is in one of them."""
    told = []
    for _ in range(3):
        try:
            fails(depth, told)
        except (Cause, ValueError) as error:
            told.append(type(error).__name__)
            kept = error
    del kept
    return told


def raises_inside(n):
    values = list(range(n))
    total = 0
    for value in values:
        try:
            if value % 2:
                raise KeyError(value)
            total += value
        except KeyError as error:
            held = error
            total -= error.args[0]
            del held
    return total


@case("5", "0", "20")
def caught_in_a_loop(n):
    return raises_inside(n)


@case("1", "2.5", "'a'", "[1]", "2**70")
def made_for_one_call(x):
    """Functions and a class, compiled and dropped."""

    class Once:
        __slots__ = "x", "__weakref__"

        def __init__(self, x):
            self.x = x

        def get(self):
            return self.x, x

    def twice():
        return Once(x).get() + Once(x).get()

    jit(Once.get)
    jit(twice)
    told = [twice() for _ in range(3)]
    jit(twice)
    return told, twice() == told[0]


def changed(x):
    return x + 1


def other(x):
    return [x, x]


@case("1", "2", "2**62")
def changes_code(x):
    """The code of a function is replaced, there and back, while it is compiled."""
    before = changed.__code__
    told = [changed(x)]
    changed.__code__ = other.__code__
    jit(changed)
    told.append(changed(x))
    changed.__code__ = before
    jit(changed)
    told.append(changed(x))
    return told


class Changing:
    def method(self):
        return 1

    value = 5


def uses(o):
    return o.method() + o.value


@case("3", "1")
def changes_class(n):
    """Code that relies on a class is taken out of use, and made again."""
    told = []
    for i in range(n):
        told.append(uses(Changing()))
        Changing.value = i
        Changing.method = lambda self, i=i: i
        told.append(uses(Changing()))
        jit(uses)
    return told


def self_holding(n):
    def again():
        return again, n, counting

    jit(again)
    return again()[1]


@case("1", "'x'")
def holds_itself(n):
    """Closures that are part of a cycle with their code's constants."""
    return [self_holding(n) for _ in range(2)]
