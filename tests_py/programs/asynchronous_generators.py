"""Asynchronous generators: driven by async for, asend, athrow and aclose, by an event loop and by hand, from compiled and
interpreted code, and everything that can be done to them in between."""

import asyncio
import contextlib
import gc
import inspect
import sys
import types
import warnings

from program import case, jit


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies", self.name)

    def __repr__(self):
        return f"<{self.name}>"


@types.coroutine
def pause(value):
    """Suspends everything up to whoever drives it, and is what that one sends."""
    return (yield value)


def drive(awaitable, answers=()):
    """Runs an awaitable by hand; what it yields, and how it ends."""
    log = []
    answers = iter(answers)
    step = awaitable.__await__() if hasattr(awaitable, "__await__") else awaitable
    answer = None
    try:
        while True:
            log.append(step.send(answer))
            answer = next(answers, None)
    except StopIteration as end:
        return log, "returns", end.value
    except BaseException as error:
        return log, type(error).__name__, str(error)


async def count(n):
    for i in range(n):
        yield i


async def paused(n):
    for i in range(n):
        got = await pause(("before", i))
        yield i, got
        await pause(("after", i))


async def echo(first):
    got = yield first
    while got is not None:
        got = yield got, first
    yield "end"


async def careful(log):
    try:
        yield 1
        await pause("waits")
        yield 2
    except ValueError as error:
        log.append(("caught", error.args))
        yield "recovered"
    finally:
        log.append("finally")
        await pause("in finally")
        log.append("finally is over")


async def total(items):
    result = 0
    async for x in items:
        result += x
    return result


async def collect(items):
    out = []
    async for x in items:
        out.append(x)
    else:
        out.append("else")
    return out


async def doubled(items):
    async for x in items:
        yield x * 2


class Tree:
    def __init__(self, left, value, right):
        self.left, self.value, self.right = left, value, right

    async def __aiter__(self):
        if self.left:
            async for x in self.left:
                yield x
        yield self.value
        if self.right:
            async for x in self.right:
                yield x


def make_tree(items):
    if not items:
        return None
    middle = len(items) // 2
    return Tree(make_tree(items[:middle]), items[middle], make_tree(items[middle + 1:]))


@case("4", "0", "1")
def counting(n):
    return drive(total(count(n))), drive(collect(count(n))), drive(collect(doubled(count(n))))


@case("3", "0")
def suspending(n):
    return drive(collect(paused(n)), range(10)), drive(collect(doubled(paused(n))))


@case("[1, 2, 3, 4, 5]", "'abc'", "[]")
def trees(items):
    async def flat(tree):
        return [x async for x in tree] if tree else None
    return drive(flat(make_tree(items)))


@case("1", "'a'", "None")
def sending(first):
    g = echo(first)
    out = [drive(g.asend(None)), drive(g.asend(2)), drive(g.asend("x")), drive(g.__anext__()), drive(g.asend(3))]
    return out, drive(g.__anext__()), drive(g.asend(1))


@case("1")
def sending_too_early(x):
    g = echo(x)
    return drive(g.asend(x)), drive(g.asend(None)), drive(g.asend(x))


@case("ValueError('a')", "KeyError('k')", "GeneratorExit()", "StopAsyncIteration(1)", "StopIteration(1)")
def throwing(error):
    log, out = [], []
    for skip in range(4):
        g = careful(log)
        for _ in range(skip):
            out.append(drive(g.__anext__()))
        out.append(drive(g.athrow(error)))
        out.append(drive(g.__anext__()))
        out.append(drive(g.aclose()))
    return out, log


@case("0", "1", "2", "3")
def closing(steps):
    log, out = [], []
    g = careful(log)
    for _ in range(steps):
        out.append(drive(g.__anext__()))
    out += [drive(g.aclose()), drive(g.aclose()), drive(g.__anext__())]
    return out, log, g.ag_running, g.ag_frame, g.ag_await


@case("3")
def exceptions_leave(n):
    async def raising():
        for i in range(n):
            yield i
        raise KeyError(n)

    async def stops():
        yield n
        raise StopAsyncIteration(n)

    async def stops_otherwise():
        yield n
        raise StopIteration(n)
    out = []
    for make in jit(raising), jit(stops), jit(stops_otherwise):
        g = make()
        try:
            out.append(drive(total(g)))
            drive(total(g))
            make().__anext__().send(None)
        except StopIteration as end:
            out.append(end.value)
    return out


@case("3")
def tracebacks(n):
    async def raising():
        for i in range(n):
            yield i
        raise KeyError(n)
    out = []
    try:
        total(doubled(jit(raising)())).send(None)
    except KeyError as error:
        trace = error.__traceback__
        while trace:
            out.append((trace.tb_frame.f_code.co_name, trace.tb_lineno, trace.tb_lasti > 0))
            trace = trace.tb_next
    return out


@case("1")
def inspected(x):
    async def body(a):
        b = a, a
        c = yield b
        await pause("waiting")
        yield c, a, b
    g = jit(body)(x)
    first = body.__code__.co_firstlineno

    def state():
        frame = g.ag_frame
        awaited = g.ag_await
        print(frame and (frame.f_lineno - first, dict(frame.f_locals)), g.ag_running, g.ag_suspended, awaited and type(awaited).__name__,
              inspect.getasyncgenstate(g))
    state()
    step = g.__anext__()
    print(drive(step))
    state()
    print(drive(step))
    step = g.asend(5)
    print(step.send(None))
    state()
    g.ag_frame.f_locals["b"] = Loud("new b")
    g.ag_frame.f_locals["a"] = "changed"
    other = g.__anext__()
    try:
        other.send(None)
    except RuntimeError as error:
        print(error)
    print(repr(drive(step)))
    state()
    print(drive(g.__anext__()))
    state()
    return g.__name__, repr(g).startswith("<async_generator object asynchronous_generators.inspected")


@case("4")
def resumes_itself(n):
    async def body():
        yield 1
        try:
            await holder[0].__anext__()
        except RuntimeError as error:
            yield str(error)
        try:
            holder[0].asend(None).send(None)
        except RuntimeError as error:
            yield str(error)
        yield n
    holder = [jit(body)()]
    return drive(collect(holder[0]))


@case("2", "0")
def hooks(n):
    log = []
    old = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=lambda g: log.append(("first", g.__name__)),
                           finalizer=lambda g: log.append(("final", g.__name__, drive(g.aclose()))))
    try:
        for make in count, careful:
            g = make([] if make is careful else n + 2)
            for _ in range(n):
                log.append(drive(g.__anext__()))
            del g
            log.append("deleted")
        g = count(3)

        async def some():
            async for x in g:
                if x == n:
                    break
            async for x in doubled(g):
                return x
        log.append(drive(some()))
        del g
        gc.collect()
    finally:
        sys.set_asyncgen_hooks(*old)
    return log


@case("1")
def first_hook_fails(x):
    def refuse(g):
        raise KeyError(g.__name__)
    old = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=refuse)
    try:
        g = count(3)
        out = [drive(collect(g)), drive(collect(g))]
    finally:
        sys.set_asyncgen_hooks(*old)
    return out


@case("Loud", "list")
def destroyed(make):
    async def holds(*things):
        local = things
        yield
        yield local
    g = holds(make("a"), make("b"))
    drive(g.__anext__())
    del g
    print("deleted")
    g = holds(make("c"))
    result = [drive(g.__anext__()), drive(g.__anext__())]
    drive(g.__anext__())
    print("exhausted")
    del result
    return "end"


@case("3")
def passes_loud(n):
    async def make():
        for i in range(n):
            yield Loud(i)

    async def use():
        async for x in jit(make)():
            print(x)
        async for x in jit(make)():
            del x
        async for x in jit(make)():
            return repr(x)
    return drive(jit(use)())


@case("3")
def reused(n):
    g = count(n)
    step = g.__anext__()
    out = [drive(step), drive(step), drive(g.asend(1))]
    step = g.__anext__()
    step.close()
    out.append(drive(step))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        step = g.asend(1)
        del step
        out += [str(w.message) for w in seen]
    return out, drive(g.__anext__())


@case("4")
def comprehensions(n):
    async def use():
        plain = [x async for x in count(n)]
        chosen = {x: y async for x in count(n) if x % 2 async for y in count(x)}
        lazy = (x + 1 async for x in count(n))
        return plain, chosen, {x async for x in lazy}, [x async for x in lazy], [x async for x in (y async for y in paused(n))]
    return drive(use())


@case("3")
def in_a_loop_that_raises(n):
    out = []

    async def use():
        for i in range(n):
            try:
                async for x in count(n):
                    if x == i:
                        raise ValueError(x)
                    out.append(x)
            except ValueError as error:
                out.append(error.args)
            finally:
                out.append("finally")
        return out
    return drive(jit(use)())


@case("3")
def managers(n):
    @contextlib.asynccontextmanager
    async def managed(name):
        out.append(("enter", name))
        try:
            yield name
        except KeyError as error:
            out.append(("swallowed", error.args))
        finally:
            out.append(("exit", name))
    out = []

    async def use():
        async with managed("a") as a, managed("b"):
            out.append(a)
        async with managed("c"):
            raise KeyError(n)
        try:
            async with managed("d"):
                raise ValueError(n)
        except ValueError as error:
            out.append(error.args)
        async with contextlib.aclosing(count(n)) as items:
            async for x in items:
                out.append(x)
                break
        return drive(items.__anext__())
    return drive(use()), out


@case("3")
def in_the_event_loop(n):
    async def ticks(name):
        try:
            for i in range(n):
                await asyncio.sleep(0)
                yield name, i
        finally:
            await asyncio.sleep(0)
            log.append((name, "ends"))

    async def worker(name):
        async for tick in ticks(name):
            log.append(tick)

    async def stops_early(name):
        async for tick in ticks(name):
            log.append(tick)
            break

    async def cancelled():
        task = asyncio.create_task(worker("c"))
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            log.append("cancelled")

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(jit(worker)("a"))
            group.create_task(worker("b"))
        await stops_early("d")
        await cancelled()
    log = []
    asyncio.run(main())
    return log


@case("4")
def traced(n):
    events = []

    def trace(frame, event, arg):
        if frame.f_code in (count.__code__, doubled.__code__):
            events.append((event, frame.f_lineno - frame.f_code.co_firstlineno, repr(arg) if event != "exception" else arg[0].__name__))
        return trace
    g = doubled(count(n))
    out = [drive(g.__anext__())]
    old = sys.gettrace()
    sys.settrace(trace)
    try:
        out.append(drive(g.__anext__()))
        out.append(drive(collect(g)))
    finally:
        sys.settrace(old)
    return out, [(event, line, arg.split(" at ")[0]) for event, line, arg in events], drive(collect(count(2)))


@case("4")
def code_changes_while_suspended(n):
    async def one():
        x = 1
        yield x
        x += 1
        yield x
        yield x + offset(x)

    async def other():
        yield "other"
    global offset
    g = jit(one)()
    out = [drive(g.__anext__()), drive(g.__anext__())]
    one.__code__ = other.__code__
    offset = lambda x: x * n
    out.append(drive(g.__anext__()))
    return out, drive(collect(one())), drive(collect(g))


def offset(x):
    return 0


@case("3")
def handled_exceptions(n):
    async def body():
        for i in range(n):
            yield sys.exception()
    out = [drive(collect(jit(body)()))]
    g = body()
    try:
        raise ValueError(n)
    except ValueError:
        try:
            g.__anext__().send(None)
        except StopIteration as error:
            out.append([type(error.value).__name__, type(error.__context__).__name__, type(sys.exception()).__name__])
    out.append(drive(g.__anext__()))
    return out


@case("200")
def deep(n):
    async def nest(k):
        if k:
            async for x in nest(k - 1):
                yield x + 1
        else:
            yield 0
    jit(nest)
    out = [drive(collect(nest(n // 4)))]
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(n)
    try:
        out.append(drive(collect(nest(10 * n)))[1])
    finally:
        sys.setrecursionlimit(limit)
    return out


@case("[1, 2]", "5", "None")
def not_asynchronous(x):
    return drive(collect(x)), drive(total(x))


class Own:
    """Another kind of asynchronous iterator, in the same loops."""

    def __init__(self, n, wait):
        self.n, self.wait = n, wait

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.n:
            raise StopAsyncIteration
        self.n -= 1
        if self.wait:
            await pause(self.n)
        return self.n


@case("count(3)", "Own(3, False)", "Own(2, True)", "paused(2)", "doubled(Own(2, True))", "doubled(count(2))", "make_tree([1, 2])")
def any_iterator(items):
    return drive(collect(items))


@case("3")
def stopped_inside(n):
    """StopAsyncIteration that comes from the body of the loop does not end it."""
    async def use(kind):
        out = []
        try:
            async for x in count(n):
                out.append(x)
                if x == 1:
                    raise kind(x)
        except StopAsyncIteration as error:
            out.append((error.args, error.__context__))
        return out
    return drive(jit(use)(StopAsyncIteration)), drive(use(KeyError))
