"""Loops of generators, coroutines and class bodies that are entered while they run: they yield, raise, are thrown into and looked
at, and what they rely on breaks inside."""

import asyncio
import sys
import weakref

from program import case

factor = 3


class Thing:
    """An object that reports its end."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("end of", self.name)


class Point:
    def __init__(self, x):
        self.x = x

    def moved(self, by):
        return self.x + by


class Other(Point):
    def moved(self, by):
        return self.x - by


def finish(coroutine):
    """What a coroutine that yields Nones returns."""
    steps = 0
    try:
        while True:
            assert coroutine.send(None) is None
            steps += 1
    except StopIteration as stop:
        return stop.value, steps


class Pause:
    def __await__(self):
        yield


# ---- generators ----


def sums(items, every):
    total = 0
    for k, item in enumerate(items):
        total += item
        if k % every == every - 1:
            got = yield total
            if got is not None:
                total = got
    return total


@case("range(60), 7", "[1] * 30 + [2.5] * 30, 10", "[1] * 20 + ['x'], 30", "range(60), 1", "[2**40] * 40, 9", "[], 3")
def summed(items, every):
    return list(sums(items, every))


@case("range(60), 7", "[1.5] * 60, 20")
def sent(items, every):
    g = sums(items, every)
    out = [next(g)]
    try:
        while True:
            out.append(g.send(len(out) * 100))
    except StopIteration as stop:
        out.append(stop.value)
    return out


@case("40, 12", "40, 39", "40, 60")
def thrown_into(n, every):
    def work():
        done = 0
        try:
            for i in range(n):
                done += 1
                if i % every == every - 1:
                    try:
                        yield done
                    except KeyError as error:
                        done += error.args[0]
        finally:
            print("finally", done)

    g = work()
    out = []
    for value in g:
        out.append(value)
        if len(out) % 2:
            out.append(g.throw(KeyError(1000)) if value < 20 else None)
    return out


@case("50, 20", "50, 49")
def closed(n, every):
    def work():
        thing = Thing("of the generator")
        for i in range(n):
            if i % every == every - 1:
                try:
                    yield i, thing.name
                except GeneratorExit:
                    print("closed at", i)
                    raise

    g = work()
    print(next(g))
    g.close()
    g = work()
    print(next(g))
    del g
    return "done"


@case("40, 30", "40, 50")
def raises(n, at):
    def work():
        for i in range(n):
            x = 100 // (at - i)
        yield x

    return list(work())


@case("40, 30")
def raises_stop_iteration(n, at):
    def work():
        empty = iter(())
        for i in range(n):
            if i == at:
                next(empty)
        yield i

    return list(work())


@case("40, 7", "40, 100")
def caught_inside(n, every):
    def work():
        caught = 0
        for i in range(n):
            try:
                if i % every == every - 1:
                    raise ValueError(i)
            except ValueError as error:
                caught += error.args[0]
                if caught > 60:
                    yield caught, str(sys.exception())
        yield caught, sys.exception()

    return list(work())


@case("30", "3")
def handler_outside(n):
    def work():
        try:
            raise ValueError("outer")
        except ValueError as error:
            names = []
            for i in range(n):
                names.append(type(sys.exception()).__name__)
            yield names, str(error)

    return list(work())


@case("30, 20", "30, 29")
def returns_inside(n, at):
    def work():
        for i in range(n):
            try:
                if i == at:
                    return i
            finally:
                if i == at:
                    print("finally", i)
        yield "end"

    def outer():
        result = yield from work()
        yield result

    return list(outer())


@case("[Point(i) for i in range(30)]", "[Point(1), Other(2)] * 10", "[Point(1)] * 10 + [5]")
def receivers(points):
    def work():
        total = 0
        for p in points:
            total += p.moved(2) + p.x
        yield total

    return list(work())

@case("[Point(i) for i in range(30)], StopIteration", "[Point(1)] * 10 + [5], KeyError", "[Point(1)] * 10 + ['x'], StopIteration")
def ends_by_what_a_call_raises(points, kind):
    """An exception of a helper, of an inlined function or of a called one leaves the loop and the generator, which dies with its objects."""

    def checked(p):
        if p.x == 29:
            raise kind(p.x)
        return p.x

    def called(*ps):
        return sum(checked(p) for p in ps)

    def work():
        kept = Thing("kept")
        total = 0
        for p in points:
            total += p.moved(2) + checked(p) + called(p)
            last = Thing(f"round {total}") if total % 50 == 0 else None
        yield total, kept, last

    suspended = work()
    try:
        print(next(suspended))
    except Exception as error:
        print(type(error).__name__, error, type(error.__cause__).__name__)
        trace = error.__traceback__
        while trace is not None:
            print(trace.tb_frame.f_code.co_name, trace.tb_lineno, trace.tb_lasti)
            trace = trace.tb_next
    print(suspended.gi_frame, suspended.gi_running, list(suspended))


@case("20, 12")
def ends_by_what_a_handler_raises(n, at):
    """Raised again by a handler in the loop, from nested handlers, and by the end of with and finally."""

    class Manager:
        def __enter__(self):
            return self

        def __exit__(self, kind, value, trace):
            print("exit", kind)

    def work(how):
        for i in range(n):
            try:
                with Manager() if i == at else open("/dev/null"):
                    if i == at and how < 3:
                        raise KeyError(i)
            except KeyError as error:
                if how == 0:
                    raise
                if how == 1:
                    raise StopIteration(i) from error
                try:
                    raise ValueError(i)
                finally:
                    print("finally")
            finally:
                if i == at and how == 3:
                    raise StopAsyncIteration(i)
        yield i

    for how in range(4):
        try:
            print(list(work(how)))
        except Exception as error:
            print(repr(error), repr(error.__cause__), repr(error.__context__), error.__traceback__.tb_next.tb_lineno)


@case("30, 25")
def told_of_what_ends_a_generator(n, at):
    """Monitoring tools are told while an exception ends a generator whose loop was entered."""

    def work():
        for i in range(n):
            if i == at - 5:
                sys.monitoring.use_tool_id(3, "told")
                sys.monitoring.set_events(3, sys.monitoring.events.RAISE | sys.monitoring.events.RERAISE | sys.monitoring.events.PY_UNWIND)
                for event in (sys.monitoring.events.RAISE, sys.monitoring.events.RERAISE, sys.monitoring.events.PY_UNWIND):
                    sys.monitoring.register_callback(3, event, lambda code, at, error: print(code.co_name, at, repr(error)))
            if i == at:
                [][i]
        yield i

    suspended = work()
    try:
        next(suspended)
    except IndexError as error:
        print(repr(error))
    finally:
        sys.monitoring.set_events(3, 0)
        sys.monitoring.free_tool_id(3)
    print(list(suspended))


@case("40")
def global_changes(n):
    def work():
        global factor
        total = 0
        for i in range(n):
            total += i * factor
            if i == 25:
                factor = 7
        factor = 3
        yield total

    return list(work())


@case("12, 5", "3, 20")
def nested(n, m):
    def work():
        for i in range(n):
            total = 0
            for j in range(m):
                total += i * j
            yield total

    return list(work())


@case("6, 12")
def inner_yields(n, m):
    def work():
        for i in range(n):
            for j in range(m):
                if j > i:
                    break
                yield i, j

    return list(work())


@case("20")
def ends(n):
    def work():
        thing = Thing("first")
        for i in range(n):
            thing = Thing(i)
            if i == 15:
                del thing
                thing = None
            elif i == 17:
                yield i
        yield "done"

    return list(work())


@case("40")
def frame_written(n):
    def meddle(k):
        if k == 30:
            sys._getframe(1).f_locals["total"] = 1000

    def work():
        total = 0
        for i in range(n):
            total += i
            meddle(i)
        yield total

    return list(work())


@case("40")
def inspected(n):
    states = []

    def look(k):
        if k in (5, 30):
            states.append((g.gi_running, g.gi_frame.f_lineno - g.gi_code.co_firstlineno, g.gi_yieldfrom))
            try:
                g.send(None)
            except ValueError as error:
                states.append(str(error))

    def work():
        for i in range(n):
            look(i)
        yield i

    g = work()
    return list(g), states


@case("40")
def traced(n):
    lines = []

    def trace(frame, event, argument):
        if frame.f_code.co_name == "work":
            lines.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    def begin(k):
        if k == 30:
            sys.settrace(trace)
            sys._getframe(1).f_trace = trace
        elif k == 33:
            sys.settrace(None)

    def work():
        total = 0
        for i in range(n):
            begin(i)
            total += i
        yield total

    return list(work()), lines


@case("40")
def dies_while_it_runs(n):
    class Box:
        pass

    box = Box()

    def work():
        for i in range(n):
            if i == 30:
                box.generator = None
        yield i

    box.generator = work()
    seen = weakref.ref(box.generator)
    value = next(box.generator)
    return value, seen() is None


# ---- delegation ----


@case("12", "2")
def delegates(n):
    def part(k):
        if k % 5 == 4:
            got = yield k
            return got
        return k * 2
        yield

    def work():
        total = 0
        for i in range(n):
            result = yield from part(i)
            total += result or 0
        return total

    g = work()
    out = [next(g, None)]
    try:
        while True:
            out.append(g.send(50))
    except StopIteration as stop:
        out.append(stop.value)
    return out


# ---- coroutines ----


async def part(x, every):
    if x % every == every - 1:
        await Pause()
    return x + 1


@case("30, 100", "30, 7", "30, 1")
def awaits(n, every):
    async def main():
        total = 0
        for i in range(n):
            total += await part(i, every)
        return total

    return finish(main())


@case("30, 20", "30, 40")
def awaits_what_raises(n, at):
    async def fail(i):
        return 100 // (at - i)

    async def main():
        total = 0
        for i in range(n):
            try:
                total += await fail(i)
            except ZeroDivisionError as error:
                total += 1000
                print(error.__traceback__.tb_lineno - error.__traceback__.tb_frame.f_code.co_firstlineno)
        return total

    return finish(main())


@case("30, 20")
def awaited_raises_out(n, at):
    async def fail(i):
        return 100 // (at - i)

    async def main():
        for i in range(n):
            await fail(i)

    return finish(main())


@case("30")
def cancelled(n):
    async def main():
        done = 0
        try:
            for i in range(n):
                done += await part(i, 20)
        except asyncio.CancelledError:
            print("cancelled after", i)
            raise
        return done

    coroutine = main()
    coroutine.send(None)
    coroutine.throw(asyncio.CancelledError())


@case("30, 100", "30, 6")
def async_loops(n, every):
    async def numbers():
        for i in range(n):
            if i % every == every - 1:
                await Pause()
            yield i

    class Manager:
        async def __aenter__(self):
            return 1

        async def __aexit__(self, *rest):
            return False

    async def main():
        total = 0
        async for i in numbers():
            async with Manager() as one:
                total += i * one
        return total, [x async for x in numbers() if x % 2]

    return finish(main())


@case("8, 3")
def tasks(n, m):
    async def worker(k):
        total = 0
        for i in range(n):
            total += i * k
            await asyncio.sleep(0)
        return total

    async def main():
        return await asyncio.gather(*[worker(k) for k in range(m)])

    return asyncio.run(main())


# ---- class bodies ----


@case("30, 20", "3, 1")
def class_body(n, at):
    class Table:
        total = 0
        for i in range(n):
            total += i
            if i == at:
                found = total
        names = [name for name in ("total", "i") if name]
        while total > 100:
            total -= 7

    return Table.total, Table.i, getattr(Table, "found", None), Table.names


@case("40, 30")
def class_body_raises(n, at):
    class Table:
        for i in range(n):
            value = 100 // (at - i)

    return Table


class Noisy(dict):
    def __setitem__(self, key, value):
        if key == "i" and value % 10 == 0:
            print("set", key, value)
        super().__setitem__(key, value)

    def __missing__(self, key):
        if key == "absent":
            return 5
        raise KeyError(key)


class Meta(type):
    @classmethod
    def __prepare__(cls, name, bases):
        return Noisy()


@case("30")
def class_body_with_namespace(n):
    class Table(metaclass=Meta):
        total = 0
        for i in range(n):
            total += i + absent
            if i == 25:
                del i
                i = 100
    return Table.total, Table.i


@case("30", "'x'")
def executed(n):
    source = "total = 0\nfor i in range(30):\n    total += i * factor\n"
    own = {}
    exec(source, {"factor": n}, own)
    shared = {"factor": n}
    code = compile(source, "both", "exec")
    exec(code, shared)
    other = {}
    exec(code, {"factor": n}, other)
    return own["total"], shared["total"], other["total"]
