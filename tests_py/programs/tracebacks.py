"""Formatted tracebacks: lines, carets, names, chained and nested."""

import traceback

from program import case, jit


def divide(a, b):
    return (a + b) / (a - b)


def outer(a, b):
    values = [divide(a, b),
              divide(a + 1,
                     b)]
    return values


def show(function, *arguments):
    try:
        return function(*arguments)
    except BaseException as error:
        text = "".join(traceback.format_exception(error))
        # The lines of the tests themselves are not of interest.
        print(text.replace(__file__, "FILE"))
        return None


@case("3, 1", "2, 2", "1, 2", "'a', 1", "None, None")
def simple(a, b):
    return show(outer, a, b)


class Thing:
    def __init__(self, parts):
        self.parts = parts

    @property
    def first(self):
        return self.parts[0]

    def method(self, key):
        return self.first[key].upper()

    def __getattr__(self, name):
        raise AttributeError(f"no {name}")

    def __add__(self, other):
        return self.parts + other.parts

    def __getitem__(self, key):
        return self.parts[key]

    def __iter__(self):
        for part in self.parts:
            yield part / 2

    def __enter__(self):
        return self.parts[0]

    def __exit__(self, *rest):
        raise ValueError("exit")

    def __bool__(self):
        return self.parts[0] > 0

    def __eq__(self, other):
        return self.parts < other


@case("Thing([{'k': 'v'}]), 'k'", "Thing([{'k': 1}]), 'k'", "Thing([]), 'k'", "Thing(5), 'k'", "Thing([{}]), 'k'")
def methods(thing, key):
    return show(thing.method, key)


def operations(which, thing, other):
    if which == 0:
        return thing + other
    if which == 1:
        return thing[other] + thing.method(3)
    if which == 2:
        return [x for x in thing]
    if which == 3:
        with thing as x:
            return x.bit_length()
    if which == 4:
        return "yes" if thing else "no"
    if which == 5:
        return thing == other
    if which == 6:
        return thing.nothing(1, 2)
    if which == 7:
        a, b, c = thing.parts
        return a, b, c
    if which == 8:
        return f"{thing.parts!r:>10} {thing.parts:>10}"
    if which == 9:
        return {**thing.parts}
    if which == 10:
        return thing(*other.parts, **{"x": 1})
    if which == 11:
        thing.parts[0].x = 1
    if which == 12:
        del thing.parts[10]
    if which == 13:
        thing.parts[0:2].sort(key=lambda x: x.missing)
    if which == 14:
        from os import nothing_of_this_name  # noqa: F401
    if which == 15:
        import no_module_of_this_name  # noqa: F401
    if which == 16:
        return -thing
    if which == 17:
        return thing.parts in other.parts.nothing
    if which == 18:
        match thing:
            case Thing(a, b):
                return a, b
    if which == 19:
        for x, y in thing.parts:
            print(x, y)
    return "done"


@case(*[f"{i}, Thing([1, 'a']), Thing((1,))" for i in range(20)])
def each_operation(which, thing, other):
    return show(operations, which, thing, other)


def recursive(n):
    if n == 0:
        raise LookupError("bottom")
    return recursive(n - 1) + 1


@case("2", "30")
def recursion(n):
    return show(recursive, n)


def chained(n):
    try:
        recursive(n)
    except LookupError as error:
        try:
            int("not a number")
        except ValueError:
            raise KeyError("third") from error


@case("1")
def chains(n):
    return show(chained, n)


def grouped():
    errors = []
    for i in range(2):
        try:
            divide(i, i)
        except ZeroDivisionError as error:
            error.add_note(f"note {i}")
            errors.append(error)
    raise ExceptionGroup("several", errors)


@case
def groups():
    return show(grouped)


def through_builtins(items):
    return sorted(items, key=lambda x: 1 / x), list(map(lambda x: x.y, items))


@case("[1, 2]", "[1, 0]", "[]")
def callbacks(items):
    return show(through_builtins, items)


def closure_error(n):
    def inner(m):
        return n / m

    jit(inner)
    return inner(n) + \
        inner(0)


@case("1", "0")
def closures(n):
    return show(closure_error, n)


def long_lines(a):
    return (a.first
            .second(1, 2, [a.third,
                           a.fourth]) + "padding of the line" + "padding of the line") if a is not None else (lambda: a.nothing + 5)()


@case("None", "5")
def multi_line(a):
    return show(long_lines, a)


@case("3")
def stack_from_inside(n):
    def walk():
        return [(f.name, f.lineno, f.colno, f.end_colno) for f in traceback.extract_stack() if f.filename == __file__]
    return walk(), [walk() for _ in range(1)], (walk(),
                                                walk())


@case("2, 2")
def format_exc(a, b):
    try:
        outer(a, b)
    except ZeroDivisionError:
        return traceback.format_exc(limit=-2).replace(__file__, "FILE")


class Closes:
    def __enter__(self):
        return self

    def __exit__(self, *details):
        return None


def with_statement(n):
    with Closes():
        return 1 // n


def finally_clause(n):
    try:
        n = 1 // n
    finally:
        n = 2
    return n


def generates(n):
    with Closes():
        yield 1 // n


@case("1", "0")
def frames_that_have_ended(n):
    """They stand where the exception was raised, not where it was raised again."""
    out = []
    for function in (with_statement, finally_clause, lambda n: list(generates(n))):
        try:
            out.append(function(n))
        except ZeroDivisionError as error:
            trace = error.__traceback__.tb_next
            while trace is not None:
                out.append((trace.tb_lineno, trace.tb_frame.f_lineno, trace.tb_lasti, trace.tb_frame.f_lasti))
                trace = trace.tb_next
    return out
