"""Floats: signed zeros, infinities, NaN, mixed with ints and others."""

import math

from program import case

INF = float("inf")
NAN = float("nan")


class MyFloat(float):
    def __mul__(self, other):
        return "MyFloat.__mul__"


class Degrees(float):
    pass


PAIRS = (
    "1.5, 2.25", "0.0, -0.0", "-0.0, 0.0", "INF, 1.0", "INF, -INF", "NAN, 1.0", "1e308, 1e308", "5e-324, 2.0",
    "3, 0.5", "0.5, 3", "1 << 1100, 0.5", "0.5, True", "MyFloat(2.0), 3.0", "Degrees(2.0), Degrees(3.0)", "1.0, 'a'", "1.0, 2j", "None, 1.0",
)


@case(*PAIRS)
def add(a, b):
    return a + b


@case(*PAIRS)
def subtract(a, b):
    return a - b


@case(*PAIRS)
def multiply(a, b):
    return a * b


@case(*PAIRS)
def divide(a, b):
    return a / b


@case(*PAIRS)
def floor_and_modulo(a, b):
    return a // b, a % b


@case("2.0, 3.0", "-8.0, 1.0 / 3", "2.0, 3", "0.0, -1.0", "2, -1", "NAN, 0.0", "1e300, 2.0", "-2.0, 2")
def power(a, b):
    return a ** b


@case("1.5", "-0.0", "0.0", "NAN", "-INF", "Degrees(1.0)", "3", "'a'")
def unary(a):
    return -a, +a, abs(a), not a, bool(a)


@case(*PAIRS)
def compare(a, b):
    return a == b, a != b, b == a, a is b


@case("1.5, 2.25", "0.0, -0.0", "NAN, NAN", "INF, NAN", "1, 1.0", "1 << 1100, 1e300", "2.5, 2", "1.0, 'a'")
def order(a, b):
    return a < b, a <= b, a > b, a >= b, min(a, b), max(a, b)


@case("NAN", "1.0", "INF", "7")
def identity_and_equality(x):
    return x == x, x is x, [x] == [x], x in [x], x in (1.0, 2.0)


@case("2.0", "1e-9", "0.0", "-1.0", "4", "NAN", "INF", "'a'")
def newton(x):
    guess = x / 2.0 or 1.0
    rounds = 0
    while rounds < 20:
        better = (guess + x / guess) / 2.0
        if better == guess:
            break
        guess = better
        rounds += 1
    return guess, rounds


@case("100", "10", "0", "5.0")
def harmonic(n):
    total = 0.0
    i = 1
    while i <= n:
        total += 1.0 / i
        i += 1
    return total


@case("0.1, 50", "-0.0, 3", "1, 5", "NAN, 2", "True, 2")
def accumulate(step, count):
    total = 0
    for _ in range(count):
        total += step
    return total, math.copysign(1.0, total)


@case("1.0, 2.0, 3.0", "1, 2.0, 3", "NAN, 0.0, 1.0", "1e200, 1e200, 1e200", "'a', 2.0, 3.0")
def polynomial(a, b, c):
    out = []
    x = -1.0
    while x <= 1.0:
        out.append(a * x * x + b * x + c - (a + b) * (x - c) / 3.0)
        x += 0.5
    return out


@case("4.0", "2", "-1.0", "NAN", "'x'")
def maths(x):
    return math.sin(x), math.floor(x), math.sqrt(x), math.hypot(x, 3)


@case("3.7", "-3.5", "NAN", "INF", "1e20", "7", "'12'", "'a'")
def to_int(x):
    return int(x), round(x), divmod(x, 2)


@case("3.0", "0.1", "5", "NAN", "-0.0")
def text(x):
    return str(x), repr(x), f"{x:.3f}", "%g" % x, float(str(x)), hash(x) if x == x else None


class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def dot(self, other):
        return self.x * other.x + self.y * other.y

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)


@case("1.0, 2.0", "1, 2", "NAN, 0.0", "1.5, 'a'", "True, None")
def vectors(x, y):
    v = Vector(x, y)
    w = (v + v) * 0.5
    for _ in range(4):
        w = w * 1.5 + v
    return w.x, w.y, w.dot(v)


@case("20", "0")
def mandelbrot_row(width):
    row = ""
    for column in range(width):
        cr = -2.0 + 3.0 * column / width
        ci = 0.4
        zr = zi = 0.0
        i = 0
        while zr * zr + zi * zi < 4.0 and i < 30:
            zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
            i += 1
        row += " .:-=+*#%@"[i // 4]
    return row


@case("10, 2.0", "10**30, 0.0", "2**31, 1.5", "1.5, 0.0", "1, 0")
def values_that_fail_again_and_again(x, y):
    results = []
    for _ in range(20):
        try:
            results.append((x + 0.5, x * y, x < y, x / y))
        except ZeroDivisionError as error:
            results.append(str(error))
    return results[:2], len(results)
