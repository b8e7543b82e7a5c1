"""Functions of module math, powers and divisions of floats that are learned while compiled code runs; isinstance; slices of lists."""

import math

from program import case

SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1e308, 5e-324, -5e-324, 709.9, -746.0, float("inf"), float("-inf"), float("nan"), 3, 0, -1, 200, True, None, "x")
ROUNDS = 70


def attempt(f, *args):
    try:
        return repr(f(*args))
    except Exception as e:
        return type(e), str(e)


def functions(x):
    return [attempt(f, x) for f in (sines, roots, exponentials, absolutes)]


def sines(x):
    return math.sin(x), math.cos(x), math.tan(x), math.atan(x)


def roots(x):
    return math.sqrt(x)


def exponentials(x):
    return math.exp(x)


def absolutes(x):
    return math.fabs(x)


@case("1.5", "2", "-1.0", "float('inf')", "0.0")
def values(x):
    return [functions(x), [functions(s) for s in SPECIAL]]


@case("0.25, 100", "0.0, 90", "1, 80")
def loops(x, n):
    total = 0.0
    for i in range(n):
        y = x + i * 0.5
        total += math.sqrt(y) + math.sin(y) * math.cos(y) + math.exp(-y) + y ** 1.5
    return total


@case("-1.0, 100", "-30.0, 100", "800.0, 3", "float('nan'), 3")
def leaves_in_loop(x, n):
    out = []
    for i in range(n):
        y = x + i
        try:
            out.append(math.sqrt(y) + math.exp(y * 10.0))
        except (ValueError, OverflowError) as e:
            out.append(str(e))
    return out


def divide(a, b):
    return a / b


def power(a, b):
    return a ** b


@case("1.5, 2.5", "2.0, 3", "7, 2", "0.0, -1.0", "-8.0, 0.5", "1e200, 3.0", "'a', 'b'")
def operations(a, b):
    first = [(attempt(divide, 1.5, n + 0.5), attempt(power, n + 0.5, 1.5)) for n in range(ROUNDS)]
    rest = [(attempt(divide, x, y), attempt(power, x, y)) for x in SPECIAL for y in SPECIAL]
    return attempt(divide, a, b), attempt(power, a, b), first[-1], rest


class Liar:
    @property
    def __class__(self):
        return int


class Raiser:
    @property
    def __class__(self):
        raise OSError("class")


class Getter:
    def __getattribute__(self, name):
        return str if name == "__class__" else object.__getattribute__(self, name)


class Meta(type):
    def __instancecheck__(cls, x):
        return x == 3


class Checked(metaclass=Meta):
    pass


class Sub(list):
    pass


# What lies about its class could not be looked at by the tests.
LIARS = {"Liar": Liar, "Raiser": Raiser, "Getter": Getter}


@case("1", "'Liar'", "'Raiser'", "'Getter'", "Sub()", "'x'", "None", "(1,)", "Checked", "Checked()", "3")
def instances(x):
    if isinstance(x, str) and x in LIARS:
        x = LIARS[x]()
    return [attempt(isinstance, x, c) for c in (int, str, list, tuple, Sub, Liar, Checked, object, type, (int, Sub), int | None)] + [
        attempt(is_list, x), attempt(is_int, x), attempt(is_sub, x)]


def is_list(x):
    return isinstance(x, list)


def is_int(x):
    return isinstance(x, int)


def is_sub(x):
    return isinstance(x, Sub)


@case("Getter")
def lies_later(cls):
    class Honest:
        pass

    x = Honest()
    out = []
    for i in range(20):
        out.append((isinstance(x, int), isinstance(x, Honest)))
        if i == 10:
            Honest.__class__ = property(lambda self: int)
        if i == 15:
            del Honest.__class__
    return out


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


@case("[1, 2, 3, 4, 5]", "[]", "[7]", "list(range(100))", "Sub([1, 2, 3])")
def slices(x):
    out = []
    for a in (None, 0, 1, 2, 4, 5, 9, -1, -2, -5, -6, -99, 2**40, -2**40):
        for b in (None, 0, 3, -1):
            for c in (None, 1, -1, 2, -2, 0):
                out.append(attempt(lambda: x[a:b:c]))
    return out


@case("[1, 2, 3, 4, 5], 3", "list(range(90)), 80", "[0, 1], 0")
def flips(x, k):
    kept = None
    for _ in range(10):
        kept = x[k::-1]
        x[:k + 1] = kept
        x[:] = x
        x[1:k] = x[1:k]
    return x, kept


@case("3")
def order_of_deaths(n):
    x = [Noisy(i) for i in range(n)]
    x[:] = [Noisy(10 + i) for i in range(n)]
    print("stored")
    y = [Noisy(20 + i) for i in range(n)]
    x[0:n] = y
    print("stored again")
    y.clear()
    print("cleared")
    return len(x)
