"""Exceptions thrown into suspended generators and coroutines, by throw(), close() and death: handled there, passed on along chains, with what
everybody can see of it, and with what the handlers rely on changing just then."""

import contextlib
import gc
import sys

from program import case, jit


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies", self.name, sys.exception())

    def __repr__(self):
        return f"<{self.name}>"


class Pause:
    def __await__(self):
        return (yield "pause")


class Thrower:
    """An iterator with a throw of its own."""

    def __init__(self, answer):
        self.answer = answer

    def __iter__(self):
        return self

    def __next__(self):
        return "next"

    def throw(self, error):
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def places(error):
    """The traceback behind the caller, also as the frames tell when they have ended."""
    out = []
    trace = error.__traceback__.tb_next
    while trace is not None:
        frame = trace.tb_frame
        out.append((frame.f_code.co_name, trace.tb_lineno - frame.f_code.co_firstlineno, frame.f_lineno, trace.tb_lasti, frame.f_lasti))
        trace = trace.tb_next
    return out


def described(error):
    context = error.__context__
    out = type(error).__name__, error.args, places(error), context and (type(context).__name__, context.args), error.__suppress_context__
    while error is not None:  # no cycles
        error.__traceback__, error = None, error.__context__
    return out


def throwing(g, error):
    try:
        return g.throw(error)
    except BaseException as raised:
        return described(raised)


def closing(g):
    try:
        return g.close()
    except BaseException as raised:
        return described(raised)


def handles(n):
    total = 0
    while True:
        try:
            total += yield total
        except ValueError as error:
            total += len(error.args) + n
        except KeyError:
            return "ends", total
        except OSError:
            raise
        except LookupError as error:
            raise RuntimeError("other") from error


@case("1", "'x'", "2.5", "1 << 70")
def handled(n):
    out = []
    for errors in ([ValueError(1), ValueError(), KeyError(2)], [ValueError(), OSError(3)], [ValueError(5), LookupError(4)],
                   [StopIteration(6)], [GeneratorExit()]):
        g = handles(n)
        next(g)
        for error in errors:
            out.append(throwing(g, error))
        out.append((g.gi_frame is None, g.gi_running, throwing(g, ValueError("late"))))
    return out


def cleans(log, thing):
    try:
        yield thing
        try:
            yield "inner"
        finally:
            log.append("inner")
    finally:
        log.append(("outer", repr(sys.exception())))
        thing = None
        log.append("cleaned")


@case("3", "0")
def closed_early(n):
    log = []
    for i in range(n):
        for x in cleans(log, Loud(i)):
            x = None
            break
        print("behind", i)
    g = cleans(log, Loud("kept"))
    next(g), next(g)
    out = [closing(g), closing(g), throwing(cleans(log, Loud("not begun")), ValueError("at once"))]
    g = cleans(log, Loud("collected"))
    next(g)
    log.append(g)
    g = None
    gc.collect()
    return out, [entry for entry in log if not hasattr(entry, "close")]


def stubborn(answer):
    try:
        yield 1
    except GeneratorExit:
        if answer == "yield":
            yield 2
        elif answer == "raise":
            raise KeyError("instead")
        return answer


@case("", )
def refusals():
    out = []
    for answer in ("yield", "raise", "result", None):
        g = stubborn(answer)
        next(g)
        out.append(closing(g))
    return out


def middle(g, log):
    try:
        result = yield from g
    except ValueError as error:
        log.append(("middle", error.args, repr(error.__context__)))
        result = yield "caught"
    finally:
        log.append("leaves middle")
    yield "result", result
    return "end"


def outermost(g, log):
    thing = Loud("local")
    result = yield from middle(g, log)
    log.append(result)
    yield thing


@case("", )
def along_chains():
    out = []
    makers = [lambda: handles(1), lambda: iter(range(9)), lambda: Thrower("thrown"), lambda: Thrower(ValueError("own")), lambda: Thrower(StopIteration("stop")),
              lambda: stubborn("raise")]
    for make in makers:
        for error in (ValueError("v"), KeyError("k"), OSError("o"), GeneratorExit("g"), StopIteration("s"), StopAsyncIteration("a")):
            log = []
            g = outermost(make(), log)
            out.append(next(g))
            out.append(throwing(g, error))
            out.append([repr(x) for x in g] if not isinstance(make(), (Thrower, type(iter(range(1))))) else closing(g))
            out.append(log)
    return out


async def waits(log, name):
    try:
        return await Pause()
    except OSError:
        log.append("handled " + name)
        return "handled"


async def passes_on(log, depth):
    local = Loud(depth)
    if depth == 0:
        return await waits(log, "leaf")
    result = await passes_on(log, depth - 1)
    log.append(depth)
    return result, local.name


async def top(log, depth):
    try:
        return await passes_on(log, depth)
    except KeyError as error:
        log.append(("top", places(error)))
        return await Pause(), "again"


@case("3", "0", "9")
def cancelled(depth):
    out = []
    for error in (OSError(1), KeyError(2), ValueError(3), GeneratorExit(), StopIteration(4), RecursionError("r")):
        log = []
        c = top(log, depth)
        out.append(c.send(None))
        out.append(throwing(c, error))
        out.append(log)
        out.append(closing(c))
    return out


@contextlib.contextmanager
def suppressing(log, *classes):
    log.append("in")
    try:
        yield log
    except classes as error:
        log.append(error.args)
    finally:
        log.append("out")


@case("ValueError(1)", "KeyError(2)", "StopIteration(3)", "RuntimeError(4)")
def context_managers(error):
    out = []
    for i in range(4):
        log = []
        try:
            with suppressing(log, ValueError, StopIteration):
                if i % 2:
                    raise error
        except Exception as raised:
            out.append((type(raised).__name__, raised.args))
        error.__traceback__ = None
        out.append(log)
    return out


def watched(n):
    thing = Loud("watched")
    try:
        yield n
    except ValueError:
        n = (n, "handled")
        yield n
        yield thing.name
    return n


@case("3", "'a'")
def looked_at(n):
    g = watched(n)
    frame = g.gi_frame
    next(g)
    out = [throwing(g, ValueError()), frame.f_locals["n"], frame.f_lineno - frame.f_code.co_firstlineno]
    g = watched(n)
    next(g)
    g.gi_frame.f_locals["n"] = 2.5
    out += [throwing(g, ValueError()), next(g)]
    del frame
    g = watched(n)
    next(g)
    out.append(throwing(g, KeyError(g.gi_frame)))
    return repr(out).count("frame"), out[:5]


def inside_handler():
    try:
        raise KeyError("first")
    except KeyError:
        try:
            yield 1
        except ValueError as error:
            yield repr(error.__context__)
    yield repr(sys.exception())


@case("", )
def contexts():
    out = []
    g = inside_handler()
    next(g)
    try:
        raise OSError("of the caller")
    except OSError:
        out.append(g.throw(ValueError("second")))
        out.append(next(g))
    g = inside_handler()
    next(g)
    out.append(throwing(g, OSError("not handled")))
    return out


limit = ValueError


def by_name(n):
    try:
        yield n
    except limit:
        return n


@case("1")
def changed_just_then(n):
    global limit
    out = []

    class Changes:
        def __del__(self):
            global limit
            limit = KeyError

    def holds(thing):
        try:
            yield from [thing, by_name(n)]
        except limit as error:
            yield "caught", type(error).__name__
    for error in (ValueError(), KeyError()):
        limit = ValueError
        g = jit(holds)(Changes())
        next(g)
        out.append(throwing(g, error))
    limit = ValueError
    return out


@case("", )
def thrown_by_itself():
    def itself():
        try:
            yield throwing(me[0], ValueError("running")), closing(me[0])
        except ValueError:
            yield "caught"
    me = []
    me.append(jit(itself)())
    out = [next(me[0]), throwing(me[0], ValueError("now")), throwing(me[0], ValueError("again"))]
    del me[0]
    return out


def cold_throwing(g, error):
    try:
        return g.throw(error)
    except BaseException as raised:
        return type(raised).__name__, raised.args


@case("", )
def traced():
    def inner(n):
        while True:
            try:
                n += yield n
            except ValueError:
                n += 1
            except KeyError:
                return n

    def outer(g):
        try:
            result = yield from g
        except OSError:
            result = "caught"
        yield result
    events = []

    def cold_tracer(frame, event, argument):
        if frame.f_code.co_name not in ("inner", "outer"):
            return None
        events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return cold_tracer
    out = []
    for error in (KeyError(1), OSError(2), TypeError(3)):
        g = jit(outer)(jit(inner)(1))
        next(g)
        sys.settrace(cold_tracer)
        try:
            out += [cold_throwing(g, ValueError(1)), cold_throwing(g, error)]
        finally:
            sys.settrace(None)
        out.append(cold_throwing(g, ValueError(4)))
    return out, events


@case("400", "3")
def many(n):
    g = handles(0)
    next(g)
    for i in range(n):
        g.throw(ValueError(i))
    return next(g)
