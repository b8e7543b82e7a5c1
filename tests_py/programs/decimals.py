"""Arithmetic of decimal.Decimal: numbers of all sizes around one word, all roundings, precisions, limits and traps, with the flags after each
operation; contexts, classes and modules that change in mid-run."""

import contextvars
import decimal
import io
import random
import sys
import threading
from decimal import Context, Decimal, getcontext, localcontext, setcontext

from program import case

ROUNDINGS = [
    decimal.ROUND_UP, decimal.ROUND_DOWN, decimal.ROUND_CEILING, decimal.ROUND_FLOOR, decimal.ROUND_HALF_UP, decimal.ROUND_HALF_DOWN,
    decimal.ROUND_HALF_EVEN, decimal.ROUND_05UP,
]
SPECIAL = ["NaN", "-NaN12", "sNaN", "Infinity", "-Infinity", "0", "-0", "0E+7", "-0E-9", "0E-30", "0.00", "1E+999999", "1E-999999"]


class Own(Decimal):
    pass


class Adds(Decimal):
    def __add__(self, other):
        return "adds"

    def __rmul__(self, other):
        return "rmul"

    def quantize(self, *arguments):
        return "quantize"


class Contexts(Context):
    def quantize(self, *arguments):
        return "quantize"


def number(choose):
    kind = choose.randrange(12)
    if kind == 0:
        return Decimal(choose.choice(SPECIAL))
    if kind == 1:
        return choose.choice([0, 1, -1, 7, 10**18, 2**60 - 1, 2**60, -(2**60), 10**19 - 1, 10**19, 2**64, -(10**30), True])
    if kind == 2:
        return Own(choose.randrange(-1000, 1000))
    digits = choose.choice([1, 1, 2, 3, 4, 5, 8, 9, 10, 17, 18, 19, 19, 20, 25, 38, 40, 80])
    top = 10**digits
    value = choose.choice([top - 1, top // 10, top // 2, top // 2 + 1, choose.randrange(top), choose.randrange(top)])
    sign = choose.choice(["", "-"])
    exponent = choose.choice([0, 0, -1, -2, -2, -3, -5, -6, -7, -8, -18, -19, -20, -digits, 1, 2, 5, 19, 20, choose.randrange(-60, 60)])
    return Decimal(f"{sign}{value}E{exponent}")


def context_of(choose):
    limit = choose.choice([999999, 999999, 999999, 10, 20, 40, 0])
    trapped = [x for x in getcontext().traps if choose.random() < 0.15]
    return Context(prec=choose.choice([1, 2, 3, 5, 9, 18, 19, 20, 28, 28, 28, 50]), rounding=choose.choice(ROUNDINGS), Emin=-limit, Emax=limit,
                   clamp=choose.choice([0, 0, 1]), capitals=choose.choice([0, 1]), traps=trapped)


def shown(function, *arguments):
    try:
        result = function(*arguments)
    except Exception as error:
        result = type(error).__name__, str(error)
    else:
        result = type(result).__name__, repr(result), result.as_tuple() if isinstance(result, Decimal) else None
    return result, flags_of(getcontext())


def flags_of(context):
    return "".join(str(int(x)) for x in context.flags.values())


def plus(x, y):
    return x + y


def minus(x, y):
    return x - y


def times(x, y):
    return x * y


def plus_in_place(x, y):
    x += y
    return x


def minus_in_place(x, y):
    x -= y
    return x


def times_in_place(x, y):
    x *= y
    return x


def quantize(x, y):
    return x.quantize(y)


def quantize_rounded(x, y):
    return x.quantize(y, decimal.ROUND_UP)


def quantize_by(context, x, y):
    return context.quantize(x, y)


def printed(x):
    file = io.StringIO()
    print(x, file=file)
    print(x, x, file=file)
    return file.getvalue()


OPERATIONS = [plus, minus, times, plus_in_place, minus_in_place, times_in_place, quantize, quantize_rounded]


@case("1, 12", "2, 12", "3, 12")
def random_numbers(seed, n):
    choose, out = random.Random(seed), []
    with localcontext():
        plus(Decimal(1), Decimal(2))
        for _ in range(n):
            setcontext(context_of(choose))
            x, y = number(choose), number(choose)
            if choose.random() < 0.2:
                x = Decimal(choose.choice([5, 15, 25, -25, 50, 149, -150, 150, 151, 250, -250, 999]))
                y = Decimal("1E+1") if choose.random() < 0.5 else Decimal("1E+2")
            for operation in OPERATIONS:
                if choose.random() < 0.5:
                    getcontext().clear_flags()
                out.append(shown(operation, x, y))
            other = context_of(choose)
            out.append((shown(quantize_by, other, x, y), flags_of(other)))
            out.append(shown(printed, x))
    return out


@case("'1.25', '0.1'", "'-2.5', '1'", "'0', '-0'")
def every_rounding(x, y):
    out, x, y = [], Decimal(x), Decimal(y)
    with localcontext() as context:
        for rounding in ROUNDINGS:
            context.rounding = rounding
            for precision in 2, 19:
                context.prec = precision
                for name in (None, decimal.Inexact, decimal.Rounded):
                    context.traps = {key: int(key is name) for key in context.traps}
                    for operation in (plus, minus, quantize):
                        context.clear_flags()
                        out.append(shown(operation, x, y))
    return out


@case("12", "7")
def contexts_switch(n):
    out = []

    def work(x):
        y = x * Decimal("1.000001") + 1
        return str(y), shown(quantize, y, Decimal("0.1")), flags_of(getcontext()), getcontext().prec

    def inside():
        getcontext().prec = 4
        return work(Decimal("1234.567"))

    def elsewhere():
        out.append(work(Decimal("1234.567")))
        getcontext().prec = 3
        out.append(work(Decimal("1234.567")))

    with localcontext():
        for i in range(n):
            x = Decimal(i) * Decimal("1.1")
            out.append(work(x))
            if i % 6 == 1:
                with localcontext() as context:
                    context.prec = 3
                    out.append(work(x))
            elif i % 6 == 2:
                out.append(contextvars.copy_context().run(inside))
            elif i % 6 == 3:
                thread = threading.Thread(target=elsewhere)
                thread.start()
                thread.join()
            elif i % 6 == 4:
                setcontext(Contexts(prec=7, traps=[]))
                out.append((work(x), type(getcontext()).__name__))
            elif i % 6 == 5:
                setcontext(Context(prec=20))
    return out


@case("lambda: None", "lambda: decimal.DefaultContext.__setattr__('prec', 6)")
def first_in_thread(change):
    out, before = [], decimal.DefaultContext.prec

    def work():
        if change() is None:
            printed(Decimal("1.5"))
            decimal.DefaultContext.prec = 9
        out.append((str(Decimal(2) * Decimal("1.23456789012")), getcontext().prec))

    def only_prints():
        out.append(printed(Decimal("-12.50")))
        decimal.DefaultContext.prec = 11
        out.append(getcontext().prec)

    try:
        for function in (work, only_prints, work):
            thread = threading.Thread(target=function)
            thread.start()
            thread.join()
    finally:
        decimal.DefaultContext.prec = before
    return out


@case("Decimal(3), Decimal('1.5')", "Own(3), Own(4)", "Adds(3), Adds(4)", "Decimal(3), Adds(4)", "3, Decimal(4)", "True, Decimal(4)", "Decimal(3), 1.5", "Decimal(1), None", "Decimal(1), 1j", "1 << 70, Decimal(2)")
def classes(x, y):
    with localcontext():
        return [shown(operation, x, y) for operation in OPERATIONS] + [shown(quantize_by, context, x, y) for context in (Context(prec=5), Contexts())]


def this_module():
    return decimal


def another_module():
    saved = sys.modules.pop("_decimal", None)
    try:
        import _decimal
    finally:
        if saved is not None:
            sys.modules["_decimal"] = saved
    return _decimal


def in_python():
    import _pydecimal

    return _pydecimal


@case("this_module", "another_module", "in_python")
def other_modules(make):
    module, out = make(), []
    with localcontext(), module.localcontext() as context:
        for i in range(8):
            context.prec = 2 + i % 4
            x, y = module.Decimal(i) / 8, module.Decimal("0.1")
            for operation in OPERATIONS[:7]:
                try:
                    z = operation(x, y)
                    out.append((str(z), str(type(z)), [str(x.__name__) for x, on in context.flags.items() if on]))
                except Exception as error:
                    out.append((type(error).__name__, str(error)))
            for mixed in (plus, times, quantize):
                try:
                    out.append(str(mixed(Decimal(i), module.Decimal(2))))
                except Exception as error:
                    out.append(type(error).__name__)
            out.append(printed(x))
    return out
