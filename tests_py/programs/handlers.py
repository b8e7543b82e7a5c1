"""Exceptions that are raised and handled in the same function: in loops, nested, with finalisers, in handlers; what is
seen of the frame meanwhile, and what changes while an exception is being handled."""

import gc
import sys
import weakref

from program import case, jit


class Thing:
    """An object that reports its end."""

    def __init__(self, name, log):
        self.name = name
        self.log = log

    def __del__(self):
        self.log.append(f"end of {self.name}")


class Manager:
    def __init__(self, suppress=False, fail=None):
        self.suppress = suppress
        self.fail = fail
        self.seen = []

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.seen.append((kind, str(value), traceback and traceback.tb_lineno))
        if self.fail is not None:
            raise self.fail("in exit")
        return self.suppress


def lines(error):
    """Where a traceback leads: names and lines of its entries."""
    entries = []
    entry = error.__traceback__
    while entry is not None:
        entries.append((entry.tb_frame.f_code.co_name, entry.tb_lineno - entry.tb_frame.f_code.co_firstlineno, entry.tb_lasti))
        entry = entry.tb_next
    return entries


def handled():
    error = sys.exception()
    return None if error is None else (type(error).__name__, str(error), [name for name, _, _ in lines(error)])


# ---- loops ----


@case("[1, 2, 3, 4, 5], {1: 1, 3: 3, 5: 5}", "list(range(40)), {}", "list(range(40)), dict.fromkeys(range(40), 1)", "[], {}", "[1.5, 'x', None], {None: 3}")
def look_up(keys, table):
    total = 0
    missing = 0
    for key in keys:
        try:
            total += table[key]
        except KeyError:
            missing += 1
    return total, missing


@case("[1, 2, 3]", "[1, 'x', 3, None]", "['x'] * 30", "[2**40, 'x', 2**70]", "[1.5, 'x', 2]")
def sum_valid(items):
    total = 0
    for item in items:
        try:
            total += item
        except TypeError:
            continue
        total += 1
    return total


@case("30, 7", "30, 0", "30, 1", "300, 3", "3, 'x'")
def divide(n, every):
    quotients = 0
    zeros = []
    for i in range(n):
        try:
            quotients += 100 // (i % every)
        except ZeroDivisionError as error:
            zeros.append((i, str(error)))
        else:
            quotients += 1
        finally:
            quotients += 2
    return quotients, zeros


@case("[1, 2, 0, 4]", "[0] * 5", "[1] * 5", "[]", "[1, 'x']")
def leave_from_handler(items):
    for i, item in enumerate(items):
        try:
            1 / item
        except ZeroDivisionError:
            break
        except TypeError:
            return "type", i
    else:
        return "all"
    return "zero", i


@case("5", "20")
def finally_of_every_kind(n):
    log = []
    for i in range(n):
        try:
            if i % 5 == 1:
                continue
            if i % 5 == 2:
                raise KeyError(i)
            if i % 5 == 4:
                log.append("last")
        except KeyError as error:
            log.append(error.args)
            continue
        finally:
            log.append(i)
            if i == 17:
                break
    return log


@case("[3, 1, 2]", "[3, 'x', 2]", "['x', 1]", "[]")
def nested(items):
    log = []
    for item in items:
        try:
            try:
                log.append(10 // (item - 1))
            except ZeroDivisionError:
                log.append("zero")
                log.append(item + None)
            finally:
                log.append("inner")
        except TypeError as error:
            log.append((str(error), repr(error.__context__)))
        finally:
            log.append("outer")
    return log


@case("10", "50")
def outer_loop_variable(n):
    values = []
    last = None
    for i in range(n):
        for j in (1, 0, "x"):
            try:
                last = i / j
            except (ZeroDivisionError, TypeError) as error:
                last = type(error).__name__
            values.append(last)
    return len(values), values[-3:], i, j


@case("[1, 2]", "[]", "[1, 2, 3, 4]")
def iterate_by_hand(items):
    it = iter(items)
    out = []
    while True:
        try:
            out.append(next(it))
        except StopIteration as stop:
            out.append(stop.value)
            break
    return out


@case("'abc'", "''", "'a' * 40")
def indices(text):
    i = 0
    try:
        while True:
            text[i]
            i += 1
    except IndexError:
        return i


class Attributes:
    there = 1


@case("['there', 'missing', 'there']", "['missing'] * 30", "[]")
def attributes(names):
    found = 0
    thing = Attributes()
    for name in names:
        try:
            getattr(thing, name)
            thing.there
            if name == "missing":
                thing.missing
        except AttributeError as error:
            found += len(error.name)
        else:
            found += 100
    return found


# ---- what the handler sees ----


@case("0", "1", "2")
def what_is_handled(kind):
    seen = [handled()]
    try:
        if kind:
            raise ValueError("first")
        seen.append(handled())
    except ValueError:
        seen.append(handled())
        try:
            seen.append(handled())
            if kind == 2:
                raise KeyError("second")
        except KeyError:
            seen.append(handled())
        seen.append(handled())
    seen.append(handled())
    return seen


@case("1", "3", "20")
def tracebacks(n):
    out = []
    for i in range(n):
        try:
            [][i]
        except IndexError as error:
            out.append((str(error), lines(error)))
            try:
                raise KeyError(i)
            except KeyError as second:
                out.append((lines(second), second.__context__ is error, lines(second.__context__)))
    return out[-2:]


def deep(n):
    if n == 0:
        raise ValueError("deep")
    deep(n - 1)


@case("0", "3")
def from_a_callee(n):
    out = []
    for _ in range(3):
        try:
            deep(n)
        except ValueError as error:
            out.append(lines(error))
    return out


@case("'same'", "'bare'", "'from'", "'none'", "'other'", "'note'", "'nothing'")
def raise_again(how):
    try:
        try:
            try:
                raise ValueError("original")
            except ValueError as error:
                if how == "same":
                    raise error
                if how == "bare":
                    raise
                if how == "from":
                    raise KeyError("new") from error
                if how == "none":
                    raise KeyError("new") from None
                if how == "other":
                    raise KeyError("new")
                if how == "note":
                    error.add_note("a note")
                    raise
        finally:
            log = [handled()]
    except Exception as error:
        return (
            log, lines(error), repr(error), repr(error.__cause__), repr(error.__context__), error.__suppress_context__,
            getattr(error, "__notes__", None),
        )
    return log


@case("'a'", "'b'")
def uncaught_in_handler(which):
    try:
        {}[which]
    except KeyError:
        if which == "a":
            raise
        raise ValueError("from the handler")


@case("True", "False")
def name_is_deleted(fail):
    error = "before"
    try:
        if fail:
            raise ValueError(1)
    except ValueError as error:
        pass
    try:
        return error
    except UnboundLocalError as unbound:
        return str(unbound), unbound.name


@case("True", "False")
def name_is_deleted_in_handler(again):
    try:
        raise ValueError(1)
    except ValueError as error:
        del error
        if again:
            error = 5
    return sorted(locals())


# ---- with ----


@case("True", "False")
def with_suppresses(suppress):
    seen = []
    try:
        for i in range(3):
            manager = Manager(suppress)
            with manager as again:
                seen.append(manager is again)
                if i == 1:
                    raise ValueError(i)
                seen.append(i)
            seen.append(manager.seen)
    except ValueError as error:
        seen.append((str(error), lines(error)))
    return seen, manager.seen


@case("None", "KeyError", "ValueError")
def with_fails_in_exit(fail):
    try:
        with Manager(), Manager(fail=fail):
            raise ValueError("body")
    except Exception as error:
        return repr(error), repr(error.__context__), lines(error)
    return "nothing"


@case("'return'", "'continue'", "'raise'", "'break'")
def with_in_loop(how):
    manager = Manager(True)
    out = []
    for i in range(6):
        with manager:
            if i == 3:
                if how == "return":
                    return out, manager.seen
                if how == "continue":
                    continue
                if how == "break":
                    break
                raise KeyError(i)
            out.append(i)
        out.append(-i)
    return out, manager.seen


# ---- finally ----


@case("True", "False")
def return_in_finally(fail):
    try:
        if fail:
            raise ValueError("lost")
        return "body"
    finally:
        return "finally"  # noqa: B012


@case("0", "1", "2", "3")
def jump_out_of_finally(kind):
    log = []
    for i in range(4):
        try:
            if kind == 1:
                raise ValueError("lost")
            if kind == 2:
                return log
        finally:
            log.append(i)
            if i == 2:
                break  # noqa: B012
            if kind == 3:
                continue  # noqa: B012
        log.append("end")
    return log


@case("True", "False")
def finally_in_finally(fail):
    log = []
    try:
        try:
            try:
                if fail:
                    raise ValueError("1")
            finally:
                log.append(handled())
                if fail:
                    raise KeyError("2")
        finally:
            log.append(handled())
            for i in range(3):
                log.append(i)
    except KeyError as error:
        log.append((repr(error), repr(error.__context__), lines(error)))
    return log


# ---- groups ----


@case("[ValueError(1), TypeError(2)]", "[ValueError(1)]", "[TypeError(2), KeyError(3)]", "[KeyError(3), OSError(4), ValueError(5)]", "[]")
def groups(errors):
    log = []
    try:
        try:
            if errors:
                raise ExceptionGroup("group", errors)
        except* ValueError as group:
            log.append(("value", repr(group), handled()))
        except* TypeError as group:
            log.append(("type", repr(group)))
            raise LookupError("in a clause")
        except* OSError:
            log.append("os")
        else:
            log.append("else")
        finally:
            log.append("finally")
    except BaseExceptionGroup as rest:
        log.append((repr(rest), repr(rest.__cause__), repr(rest.__context__), lines(rest)))
    return log


@case("5", "30")
def groups_in_a_loop(n):
    values, others = 0, []
    for i in range(n):
        try:
            try:
                if i % 2:
                    raise ExceptionGroup("g", [ValueError(i), KeyError(i)])
                raise ValueError(i)
            except* ValueError as group:
                values += len(group.exceptions)
        except ExceptionGroup as rest:
            others.append(str(rest))
    return values, len(others)


@case("'not a group'", "'bad class'")
def groups_wrong(how):
    try:
        try:
            raise ValueError(1)
        except* (ExceptionGroup if how == "bad class" else 5):  # noqa: B030
            pass
    except TypeError as error:
        return str(error)


@case("'x'", "5", "(ValueError, 'x')", "((ValueError,),)", "()")
def bad_clause(classes):
    try:
        try:
            raise ValueError(1)
        except classes:
            return "caught"
    except (TypeError, ValueError) as error:
        return repr(error), repr(error.__context__), lines(error)


# ---- objects that end, and locals that others change ----


@case("0", "1", "2")
def ends(kind):
    log = []
    for i in range(3):
        thing = Thing(f"body {i}", log)
        try:
            other = Thing(f"in try {i}", log)
            if kind:
                raise ValueError(Thing(f"argument {i}", log))
            log.append("no error")
        except ValueError as error:
            log.append("handler")
            if kind == 2:
                thing = error
            error = None
            log.append("error gone")
        log.append("next")
    thing = other = None
    return log


def write(name, value):
    """Change a local of the frame that the handled exception passed through first."""
    sys.exception().__traceback__.tb_frame.f_locals[name] = value


def write_above(name, value, fail):
    sys._getframe(1).f_locals[name] = value
    if fail:
        raise KeyError(name)


@case("1, 2", "1, 'text'", "'text', None", "None, 3", "[], 3")
def changed_in_handler(before, after):
    x = before
    seen = []
    for i in range(3):
        try:
            raise ValueError(i)
        except ValueError:
            seen.append(x)
            write("x", after)
            seen.append(x)
        seen.append(x)
        x = before
    return seen, x


@case("1, 2, False", "1, 2, True", "1, 'text', True", "1.5, None, True")
def changed_before_raise(before, after, fail):
    x = before
    seen = []
    for _ in range(3):
        try:
            write_above("x", after, fail)
        except KeyError:
            seen.append(("handler", x))
        seen.append(x)
        x = before
    return seen


@case("3", "0")
def frame_is_kept(n):
    kept = []
    x = 1
    for i in range(n):
        try:
            raise ValueError(i)
        except ValueError as error:
            kept.append(error.__traceback__.tb_frame)
        x += 1
        if kept:
            kept[-1].f_locals["x"] = x + 100
    return x, len(kept), all(frame is sys._getframe() for frame in kept)


@case("3")
def error_is_kept(n):
    kept = []
    total = 0
    for i in range(n):
        try:
            raise ValueError(i)
        except ValueError as error:
            kept.append(error)
        total += i
    return total, [lines(error) for error in kept], [error.__traceback__.tb_frame.f_locals["total"] for error in kept]


@case("4", "40")
def same_error_again(n):
    error = ValueError("one")
    depths = []
    for _ in range(n):
        try:
            raise error
        except ValueError as again:
            depths.append(len(lines(again)))
    error.__traceback__ = None
    return depths[-1], depths[0]


@case("3")
def extra_local(n):
    for i in range(n):
        try:
            raise ValueError(i)
        except ValueError:
            write("invented", i)
    return sys._getframe().f_locals.get("invented"), n


# ---- the code changes while it handles ----


STATE = {"class": ValueError}
SWITCH = ValueError


@case("3", "30")
def global_changes_in_handler(n):
    global SWITCH
    out = []
    for i in range(n):
        try:
            if i % 2:
                raise ValueError(i)
            raise KeyError(i)
        except SWITCH as error:
            out.append(("switch", error.args))
            SWITCH = KeyError if SWITCH is ValueError else ValueError
            out.append(SWITCH.__name__)
        except Exception as error:
            out.append(("other", error.args))
    SWITCH = ValueError
    return out


class Changing:
    value = 1

    def method(self):
        return self.value


@case("5", "40")
def class_changes_in_handler(n):
    thing = Changing()
    out = []
    for i in range(n):
        try:
            out.append(thing.method() // (i % 3))
        except ZeroDivisionError:
            Changing.value += 1
            out.append(thing.method())
    Changing.value = 1
    return out


@case("'settrace'", "'monitoring'", "'off'")
def tracing_in_handler(how):
    events = []

    def trace(frame, event, argument):
        if frame.f_code is tracing_in_handler.__code__:
            events.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    total = 0
    monitoring = sys.monitoring
    if how == "monitoring":
        monitoring.use_tool_id(2, "handlers")
        for event in (monitoring.events.RAISE, monitoring.events.EXCEPTION_HANDLED, monitoring.events.RERAISE, monitoring.events.PY_UNWIND):
            monitoring.register_callback(2, event, lambda code, offset, error: events.append((code.co_name, offset, repr(error))))
    for i in range(6):
        try:
            total += 10 // (i - 2)
            if i > 3:
                raise KeyError(i)
        except ZeroDivisionError:
            if how == "settrace":
                sys.settrace(trace)
                sys._getframe().f_trace = trace
            if how == "monitoring":
                monitoring.set_events(2, monitoring.events.RAISE | monitoring.events.EXCEPTION_HANDLED | monitoring.events.RERAISE | monitoring.events.PY_UNWIND)
            total += 1
        except KeyError:
            total += 2
    if how == "settrace":
        sys.settrace(None)
    if how == "monitoring":
        monitoring.set_events(2, 0)
        for event in (monitoring.events.RAISE, monitoring.events.EXCEPTION_HANDLED, monitoring.events.RERAISE, monitoring.events.PY_UNWIND):
            monitoring.register_callback(2, event, None)
        monitoring.free_tool_id(2)
    return total, events


# ---- rest ----


@case("50", "200")
def recursion(n):
    def down(i):
        try:
            return down(i + 1) if i < n else 1 / 0
        except ZeroDivisionError:
            if i % 2:
                raise
            raise ValueError(i) from None
        except ValueError as error:
            if i:
                raise
            return error.args

    return jit(down)(0)


@case("0")
def too_deep(i):
    def forever(n):
        try:
            return forever(n + 1)
        except RecursionError:
            return "limit"

    return jit(forever)(i)


@case("'x'", "5")
def interrupted(x):
    import signal

    got = []
    for i in range(3):
        try:
            signal.raise_signal(signal.SIGINT)
            got.append("not here")
        except KeyboardInterrupt:
            got.append(i)
    return got, x


def numbers(log):
    try:
        yield 1
        yield 2
    except ValueError as error:
        log.append(str(error))
        yield 3
    finally:
        log.append("closed")


@case("0", "1", "2")
def generators(kind):
    log = []
    for _ in range(3):
        it = numbers(log)
        try:
            for value in it:
                log.append(value)
                if kind == 1:
                    raise KeyError(value)
                if kind == 2:
                    log.append(it.throw(ValueError("thrown")))
        except KeyError as error:
            log.append(error.args)
            it.close()
    return log


@case("[1, 2, 3]", "[1, 0, 3]")
def comprehension(items):
    item = "outer"
    try:
        out = [10 // item for item in items]
    except ZeroDivisionError as error:
        return item, str(error), lines(error)
    return item, out


@case("1", "0")
def unbound(kind):
    out = []
    for _ in range(2):
        try:
            if kind:
                value = 1
            out.append(value)
        except UnboundLocalError as error:
            out.append(str(error))
    return out


@case("10")
def cells(n):
    total = 0

    def add(k):
        nonlocal total
        total += k
        if k % 3 == 0:
            raise ValueError(k)

    jit(add)
    for i in range(n):
        try:
            add(i)
        except ValueError:
            total += 100
    return total


@case("'long'")
def many_handlers(text):
    a = b = c = d = e = f = g = h = 0
    for i in range(12):
        try:
            if i == 0:
                raise ValueError
            elif i == 1:
                raise KeyError
            elif i == 2:
                raise IndexError
            elif i == 3:
                raise AttributeError
            elif i == 4:
                raise OSError
            elif i == 5:
                raise RuntimeError
        except ValueError:
            a += 1
        except KeyError:
            b += 1
        except IndexError:
            c += 1
        except AttributeError:
            d += 1
        except OSError:
            e += 1
        except:  # noqa: E722
            f += 1
        else:
            g += 1
        finally:
            h += 1
    return a, b, c, d, e, f, g, h, text


@case("20")
def references(n):
    def work(items):
        count = 0
        for item in items:
            try:
                item.missing  # noqa: B018
            except AttributeError:
                count += 1
        return count

    jit(work)
    shared = object()
    before = sys.getrefcount(shared)
    for _ in range(n):
        work([shared] * 5)
    gc.collect()
    return sys.getrefcount(shared) - before


@case("5")
def no_cycles(n):
    """The frame does not keep itself alive."""
    gc.collect()
    gc.disable()
    try:
        ends = []
        for _ in range(n):
            target = Attributes()
            ends.append(weakref.ref(target))

            def work(target):
                try:
                    raise ValueError(target)
                except ValueError as error:
                    return len(error.args)

            jit(work)(target)
            target = None
        return [end() is None for end in ends]
    finally:
        gc.enable()
