"""Exceptions that are raised to a handler in the same code: by finally, from, raise alone, with statements and inlined callees."""

import sys

import witnesses
from program import case
from witnesses import TABLES, BadKey, Default, Own, Thing, handled, lines


class Kept(witnesses.Kept):
    instances = []


class Mortal(witnesses.Mortal):
    log = []


@case(*TABLES)
def finally_and_again(table, keys):
    out = []
    for key in keys:
        i = len(out)
        try:
            try:
                table[key]
            finally:
                out.append((i, handled()))
                i = -i
        except (LookupError, TypeError) as error:
            out.append((i, lines(error), repr(error.__context__)))
    return out[-4:]


@case(*TABLES)
def raised_from(table, keys):
    out = []
    for key in keys:
        try:
            try:
                table[key]
            except LookupError as error:
                raise Own(key) from error
            except TypeError:
                raise
        except (Own, TypeError) as error:
            out.append((repr(error), lines(error), repr(error.__cause__), error.__cause__ and lines(error.__cause__)))
    return out[-3:]


@case("3", "30")
def again_and_again(n):
    seen = []
    for i in range(n):
        try:
            try:
                try:
                    {}[i]
                except IndexError:
                    seen.append("index")
            except KeyError as error:
                kept = error
                raise
        except LookupError as error:
            seen.append((error is kept, lines(error), handled()))
    return seen[-2:]


def bare():
    raise


def bare_for(kind):
    if kind is not None:
        raise kind
    raise


@case("Own", "Kept", "Mortal", "None")
def bare_in_callee(kind):
    seen = []
    for i in range(3):
        try:
            try:
                bare_for(kind)
            except (Own, RuntimeError):
                bare()
        except Exception as error:
            seen.append((repr(error), lines(error)))
        try:
            bare_for(kind)
        except Exception:
            seen.append(i)
    del seen[:-3]
    Kept.instances.clear()
    return seen, len(Mortal.log)


def with_local(log, kind):
    thing = Thing("local", log)
    other = [thing]
    raise kind


def with_temporary(log, table):
    return (Thing("temporary", log), table["missing"])


@case("Own", "Own(1)", "Kept", "Mortal", "ValueError", "3")
def locals_of_inlined(kind):
    log = []
    for i in range(3):
        try:
            with_local(log, kind)
        except Exception:
            log.append(i)
        try:
            with_local(log, kind)
        except Exception as error:
            log.append((i, lines(error)))
        log.append(len(log))
        try:
            with_temporary(log, {})
        except KeyError:
            log.append(-i)
    Kept.instances.clear()
    return log


def deep(n, table):
    if n == 0:
        return table["missing"]
    return deeper(n - 1, table)


def deeper(n, table):
    return deep(n, table)


@case("0", "1", "4")
def through_callees(depth):
    seen = []
    for i in range(3):
        try:
            deep(depth, {"here": i})
        except KeyError as error:
            seen.append((lines(error), [entry.f_locals["n"] for entry in frames(error)]))
    return seen[-1]


def frames(error):
    entry = error.__traceback__.tb_next
    while entry is not None:
        yield entry.tb_frame
        entry = entry.tb_next


def cleans_up(log, table, key):
    try:
        return table[key]
    finally:
        log.append(handled())


@case("'a'", "'b'", "[]")
def cleaned_up(key):
    log = []
    for i in range(3):
        try:
            log.append(cleans_up(log, {"a": i}, key))
        except (KeyError, TypeError) as error:
            log.append(lines(error))
    return log[-2:]


class Suppressing:
    def __init__(self, log, answer):
        self.log, self.answer = log, answer

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.log.append((kind, handled(), traceback and traceback.tb_lineno - traceback.tb_frame.f_code.co_firstlineno))
        return self.answer


@case("True", "False", "None", "1")
def suppressed(answer):
    log = []
    manager = Suppressing(log, answer)
    for i in range(3):
        try:
            with manager as inner:
                inner.last = i
                {}[i]
            log.append("suppressed")
        except KeyError as error:
            log.append((inner.last, lines(error)))
    return log


@case("3")
def written_by_callee(n):
    def write_and_fail(i):
        sys._getframe(1).f_locals["i"] = -i
        raise Own(i)

    out = []
    for i in range(1, n + 1):
        try:
            write_and_fail(i)
        except Own:
            pass
        out.append(i)
        try:
            write_and_fail(i)
        except Own as error:
            out.append((i, lines(error)))
        out.append(i)
    return out


# ---- what dies on the way to the handler ----


class Looking:
    """Dies as an operand, and does something with what is there then."""

    def __init__(self, log, what):
        self.log, self.what = log, what

    def __del__(self):
        caller = sys._getframe(1)
        self.log.append((handled(), caller.f_lineno - caller.f_code.co_firstlineno))
        if self.what == "write":
            caller.f_locals["i"] = -5
        elif self.what == "keep":
            self.log.append(caller.f_locals["i"])
        elif self.what == "raise":
            try:
                raise Own(self.what)
            except Own as error:
                self.log.append(repr(error.__context__))

    def __iter__(self):
        return self

    def __next__(self):
        return "missing"


def closing(log, what):
    try:
        while True:
            yield what
    finally:
        log.append(handled())
        if what == "raise":
            raise Own(what)


@case("3, None", "3, 'write'", "3, 'keep'", "3, 'raise'")
def operands_die_first(n, what):
    log = []
    for i in range(n):
        try:
            (Looking(log, None), Looking(log, what), {}[i])
        except KeyError:
            log.append((i, handled()))
        try:
            [Looking(log, what), {}[i]]
        except KeyError as error:
            log.append((i, lines(error), error.__context__))
        try:
            Looking(log, what) + {}[i]
        except KeyError:
            pass
    return log


@case("3, None", "3, 'write'", "3, 'keep'", "3, 'raise'")
def iterators_die_first(n, what):
    log = []
    for i in range(n):
        try:
            for key in Looking(log, what):
                {}[key]
        except KeyError:
            log.append((i, handled()))
        try:
            for key in closing(log, what):
                {}[key]
        except KeyError as error:
            log.append((lines(error), repr(error.__context__)))
        try:
            try:
                raise Own(i)
            except Own:
                for key in closing(log, what):
                    {}[key]
        except LookupError as error:
            log.append((i, lines(error), repr(error.__context__)))
    return log


@case("'raised', 'cause'")
def no_exceptions(raised, cause):
    """What is dropped first."""
    log = []

    def plain():
        raise Thing(raised, log)

    def with_cause():
        raise Thing(raised, log) from Thing(cause, log)

    def in_handler():
        try:
            raise Thing(raised, log) from Thing(cause, log)
        except TypeError as error:
            return str(error)

    def cause_is_none():
        raise ValueError(raised) from Thing(cause, log)

    out = [in_handler()]
    for function in plain, with_cause, cause_is_none:
        try:
            function()
        except TypeError as error:
            out.append(str(error))
    return out, log
