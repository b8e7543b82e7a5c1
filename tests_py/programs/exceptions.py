"""try, except, else, finally, raise, from, re-raise, groups, notes; what hangs on the exception."""

import sys

from program import case


class Custom(Exception):
    def __init__(self, a, b=None):
        super().__init__(a)
        self.b = b


class RaisesInInit(Exception):
    def __init__(self):
        raise KeyError("in init")


def fail(kind):
    if kind == "value":
        raise ValueError("v")
    if kind == "key":
        raise KeyError("k")
    if kind == "custom":
        raise Custom("c", b=[1])
    if kind == "class":
        raise Custom
    if kind == "zero":
        return 1 // 0
    if kind == "attribute":
        return kind.missing
    if kind == "name":
        return undefined_name  # noqa: F821
    if kind == "index":
        return [][5]
    if kind == "type":
        return "a" + 1
    if kind == "not an exception":
        raise 5
    if kind == "base":
        raise KeyboardInterrupt("base")
    if kind == "stop":
        raise StopIteration("s")
    if kind == "init":
        raise RaisesInInit
    if kind == "bad cause":
        raise ValueError("x") from 5
    if kind == "class cause":
        raise ValueError("x") from KeyError
    if kind == "none cause":
        raise ValueError("x") from None
    if kind == "bare":
        raise
    if kind == "group":
        raise ExceptionGroup("g", [ValueError(1), TypeError(2), ExceptionGroup("h", [ValueError(3)])])
    return kind


KINDS = (
    "'value'", "'none'", "'key'", "'custom'", "'class'", "'zero'", "'attribute'", "'name'", "'index'", "'type'", "'not an exception'", "'base'", "'stop'", "'init'",
    "'bad cause'", "'class cause'", "'none cause'", "'bare'", "'group'",
)


@case(*KINDS)
def uncaught(kind):
    local = [kind]
    result = fail(kind)
    return local, result


@case(*KINDS)
def clauses(kind):
    out = []
    try:
        out.append("body")
        fail(kind)
        out.append("after")
    except ValueError as error:
        out.append(("value", error.args))
    except (KeyError, IndexError):
        out.append("lookup")
    except Custom as error:
        out.append(("custom", error.b))
        raise
    except Exception as error:
        out.append((type(error).__name__, str(error)))
    else:
        out.append("else")
    finally:
        out.append("finally")
        print(out)
    return out


@case(*KINDS)
def reraise(kind):
    try:
        fail(kind)
    except Exception:
        print("handling", sys.exception() is not None)
        raise


@case(*KINDS)
def chain_from(kind):
    try:
        fail(kind)
    except Exception as error:
        raise RuntimeError("wrapped") from error


@case(*KINDS)
def context(kind):
    try:
        fail(kind)
    except Exception:
        {}["missing"]


@case(*KINDS)
def in_finally(kind):
    try:
        return fail(kind)
    finally:
        print("finally", type(sys.exception()).__name__)


@case("'value'", "'none'")
def finally_overrides(kind):
    for _ in range(2):
        try:
            fail(kind)
        except ValueError:
            continue
        finally:
            print("finally")
    return "end"


@case("'value'", "'none'", "'key'")
def nested(kind):
    out = []
    try:
        try:
            fail(kind)
        except KeyError:
            out.append("inner key")
            fail("zero")
        finally:
            out.append("inner finally")
    except ValueError as error:
        out.append(("outer value", error.__context__))
    except ZeroDivisionError as error:
        out.append(("zero", type(error.__context__)))
    return out


@case("['none', 'value', 'key', 'none']", "['none'] * 4", "['value'] * 3")
def in_loop(kinds):
    caught = 0
    out = []
    for kind in kinds:
        try:
            out.append(fail(kind))
        except (ValueError, KeyError) as error:
            caught += 1
            last = error
            out.append(type(last).__name__)
            if caught == 3:
                break
    else:
        out.append("completed")
    return caught, out


@case(*KINDS)
def groups(kind):
    out = []
    try:
        fail(kind)
    except* ValueError as group:
        out.append(("values", group.exceptions))
    except* (KeyError, TypeError) as group:
        out.append(("others", [type(e).__name__ for e in group.exceptions]))
    return out


@case("'value'")
def notes(kind):
    try:
        fail(kind)
    except ValueError as error:
        error.add_note("first note")
        error.add_note("second note")
        raise


@case("'value'", "'none'")
def exception_state(kind):
    out = [sys.exception()]
    try:
        fail(kind)
    except ValueError as error:
        out.append(sys.exception() is error)
        try:
            fail("key")
        except KeyError as inner:
            out.append(sys.exception() is inner)
            out.append(inner.__context__ is error)
        out.append(sys.exception() is error)
    out.append(sys.exception())
    return out


class NotAnException:
    pass


@case("NotAnException", "(ValueError, 5)", "ValueError", "()", "5", "(KeyError, (ValueError,))")
def bad_clause(kinds):
    try:
        fail("value")
    except kinds:
        return "caught"


@case("1", "0")
def stored_exception(n):
    kept = None
    try:
        10 // n
    except ZeroDivisionError as error:
        kept = error
    if kept is not None:
        kept.extra = "extra"
        raise kept
    return "fine"


@case("3", "0", "'x'")
def raise_in_comprehension(n):
    return [10 // (i - 1) for i in range(n)]


@case("2")
def deep(n):
    def level(k):
        if k == 0:
            fail("zero")
        try:
            level(k - 1)
        except ZeroDivisionError as error:
            raise ValueError(k) from error
        except ValueError:
            raise
    level(n)


@case("'value'", "'none'", "'base'")
def return_in_finally_path(kind):
    out = []

    def inner():
        try:
            out.append(fail(kind))
            return "returned"
        except ValueError:
            return "handled"
        finally:
            out.append("cleaned")
    return inner(), out


@case("[1, 2, 'x', 0]", "[]", "[0]", "['x']")
def accumulate(items):
    total = 0
    errors = []
    for index, item in enumerate(items):
        try:
            total += 10 / item
        except (TypeError, ZeroDivisionError) as error:
            errors.append((index, error))
    return total, errors


@case("0", "1", "2", "3", "4", "5")
def several_positions(n):
    a = [1, 2, 3]
    b = {"k": 0}
    x = (a[0] + a[n % 3]) // (b["k"] if n == 1 else 1) + (len(a) if n != 2 else len(5)) + (
        a[9] if n == 3 else 0) + (b["z"] if n == 4 else 0) + (
        "s" if n == 5 else 2)
    return x


class Finaliser:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)
        if self.name == "bad":
            raise ValueError("in del")


@case("'good'", "'bad'")
def finalisers_when_unwinding(name):
    def inner():
        f = Finaliser(name)
        g = [Finaliser(name), Finaliser("other")]
        fail("value")
        return f, g
    try:
        inner()
    except ValueError:
        print("handler")
    print("after handler")


@case("'bad'")
def error_in_finaliser(name):
    f = Finaliser(name)
    f = None
    print("next statement")
    try:
        g = Finaliser(name)
        del g
        fail("key")
    except KeyError as error:
        return error.__context__, f


@case("5", "'a'", "None")
def assertion(x):
    try:
        assert isinstance(x, int), ("not an int", x)
        assert x
    except AssertionError as error:
        return error.args
    return "passed"


@case("'value'", "'none'")
def while_true(kind):
    attempts = 0
    while True:
        try:
            attempts += 1
            if attempts > 3:
                return "gave up", attempts
            return fail(kind)
        except ValueError:
            if attempts == 2:
                kind = "other"
            continue


@case("StopIteration", "StopIteration(5)", "GeneratorExit()", "ValueError('x')", "KeyError", "None", "'text'", "object", "SystemExit(3)")
def raise_it(what):
    raise what


@case("ValueError(1), KeyError(2)", "ValueError, None", "ValueError, KeyError", "ValueError, 3", "3, 4")
def raise_from(what, cause):
    raise what from cause
