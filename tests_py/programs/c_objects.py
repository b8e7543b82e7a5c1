"""Objects of classes made in C: operators between two of one class, and print to files of all kinds."""

import array
import datetime
import io
import sys
from collections import Counter, OrderedDict, deque
from decimal import Decimal, getcontext
from fractions import Fraction

from program import case


class Own(Decimal):
    def __add__(self, other):
        return "own add"

    def __mul__(self, other):
        log.append("mul")
        return NotImplemented


class Time(datetime.tzinfo):
    def utcoffset(self, when):
        log.append("offset")
        return datetime.timedelta(hours=1)


log = []
OPERATIONS = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
    "**": lambda x, y: x**y,
    "|": lambda x, y: x | y,
    "&": lambda x, y: x & y,
    "^": lambda x, y: x ^ y,
    "<<": lambda x, y: x << y,
    ">>": lambda x, y: x >> y,
    "@": lambda x, y: x @ y,
}


def in_place(x, y):
    out = []
    z = x
    for name in "+ - * / // % | & ^ << >> @ **".split():
        z = x
        try:
            if name == "+":
                z += y
            elif name == "-":
                z -= y
            elif name == "*":
                z *= y
            elif name == "/":
                z /= y
            elif name == "//":
                z //= y
            elif name == "%":
                z %= y
            elif name == "|":
                z |= y
            elif name == "&":
                z &= y
            elif name == "^":
                z ^= y
            elif name == "<<":
                z <<= y
            elif name == ">>":
                z >>= y
            elif name == "@":
                z @= y
            else:
                z **= y
            out.append((name, repr(z), z is x))
        except Exception as error:
            out.append((name, type(error).__name__, str(error)))
    return out


def operate(x, y):
    out = []
    for name, operation in OPERATIONS.items():
        try:
            out.append((name, repr(operation(x, y))))
        except Exception as error:
            out.append((name, type(error).__name__, str(error)))
    return out


@case(
    "lambda: (Decimal(7), Decimal(2))", "lambda: (Fraction(1, 3), Fraction(2, 5))", "lambda: (Own(3), Own(4))", "lambda: (Decimal(3), Own(4))",
    "lambda: (datetime.timedelta(5), datetime.timedelta(2))", "lambda: (datetime.datetime(2020, 1, 2, tzinfo=Time()), datetime.datetime(2020, 1, 1, tzinfo=Time()))",
    "lambda: (deque([1]), deque([2]))", "lambda: (array.array('i', [1]), array.array('i', [2]))", "lambda: (b'a', b'b')", "lambda: (bytearray(b'a'), bytearray(b'b'))",
    "lambda: ('a%s', 'b')", "lambda: ('a%s%s', 'b')", "lambda: ((1,), (2,))", "lambda: ({1: 2}, {3: 4})", "lambda: (OrderedDict(a=1), OrderedDict(b=2))", "lambda: (Counter('aab'), Counter('ab'))", "lambda: ({1, 2}, {2})",
    "lambda: (frozenset({1, 2}), frozenset({2}))", "lambda: (1j, 2 - 1j)", "lambda: (None, None)", "lambda: (int, str)", "lambda: (int, int)", "lambda: (True, False)", "lambda: (2.5, 0.0)", "lambda: (1 << 70, 5)", "lambda: (list[int], list[str])",
    "lambda: ({}.keys(), {1: 2}.keys())", "lambda: (Decimal(1), Decimal(0))", "lambda: (Decimal('sNaN'), Decimal(1))",
)
def operators(make):
    log.clear()
    return operate(*make()), in_place(*make()), list(log)


class Writes:
    def write(self, text):
        log.append(("write", text))
        if text == "bad":
            raise ValueError("bad text")
        return len(text)


class Changing(io.StringIO):
    pass


class Borrows:
    write = io.StringIO.write


class NoMethod:
    pass


class Shows:
    def __init__(self, text, then=None):
        self.text = text
        self.then = then

    def __str__(self):
        log.append(("str", self.text))
        if self.then is not None:
            self.then()
        return self.text


class ShowsNothing:
    def __str__(self):
        return 5


def put(file, *things):
    try:
        for x in things:
            print(x, file=file)
            print(x, 1, x, file=file)
        print(file=file)
        print(*things, file=file)
        print("a", "b", sep="-", file=file)
        print("a", file=file, end="")
        print("a", file=file, flush=False)
    except Exception as error:
        log.append((type(error).__name__, str(error), error.__traceback__.tb_lineno - put.__code__.co_firstlineno))
    return file.getvalue() if isinstance(file, io.StringIO) else None


def closed():
    file = io.StringIO()
    file.close()
    return file


def own_write():
    file = Changing()
    file.write = lambda text: log.append(("instance", text))
    return file


@case(
    "lambda: (io.StringIO(), 1, 'x', None, Decimal('1.50'), [1])", "lambda: (Changing(), Shows('a'), 'b')", "lambda: (Writes(), 'a', 'bad', 'c')", "lambda: (own_write(), 1, 2)",
    "lambda: (None, 'to standard output', 3)", "lambda: (sys.stdout, 'there too')", "lambda: (NoMethod(), 1)", "lambda: (io.BytesIO(), 'str')", "lambda: (io.StringIO(), 1, ShowsNothing(), 2)",
    "lambda: (Borrows(), 1)", "lambda: (5, 1)", "lambda: (Writes, 'class')", "lambda: (io.TextIOWrapper(io.BytesIO()), 'a', 'b')",
)
def printing(make):
    log.clear()
    file, *things = make()
    try:
        closed_one = closed()
        closed_one.read()
    except ValueError:
        log.append("closed")
    result = put(file, *things)
    put(closed_one, 1)
    return result, list(log)


@case("6", "3")
def replaced_meanwhile(n):
    log.clear()
    file = Changing()

    def replace():
        Changing.write = lambda self, text: log.append(("class", text))

    def restore():
        if "write" in vars(Changing):
            del Changing.write

    try:
        for i in range(n):
            print(Shows("s%d" % i, replace if i == 2 else restore if i == 4 else None), i, file=file)
    finally:
        restore()
    return file.getvalue(), list(log)


@case("20", "5")
def totals(n):
    getcontext().prec = 12
    total, out = Decimal(0), io.StringIO()
    for i in range(n):
        x = Decimal(i) / Decimal(7)
        total += x * x
        print(total, file=out)
        print(i, x, file=out)
    return str(total), out.getvalue()
