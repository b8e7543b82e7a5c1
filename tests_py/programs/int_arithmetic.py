"""Integers: small, at the edges of one digit and of 64 bits, big; and what is not an int."""

from program import case

BIG = 1 << 100
EDGE = (1 << 30) - 1
EDGE63 = (1 << 63) - 1


class MyInt(int):
    def __add__(self, other):
        return ("MyInt.__add__", int(self), other)


class Plain(int):
    pass


class RightFirst(int):
    def __radd__(self, other):
        return ("RightFirst.__radd__", other)

    def __rsub__(self, other):
        return NotImplemented


PAIRS = (
    "3, 4", "EDGE, 1", "-EDGE - 1, -1", "EDGE63, EDGE63", "BIG, 3", "3, -BIG", "True, 2", "1.5, 2", "2, 1.5",
    "'a', 2", "2, 'a'", "MyInt(3), 4", "4, RightFirst(3)", "Plain(3), Plain(4)", "None, 1", "2, 0", "[1], 2", "1j, 2",
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
def floor_divide(a, b):
    return a // b


@case(*PAIRS)
def true_divide(a, b):
    return a / b


@case(*PAIRS)
def modulo(a, b):
    return a % b


@case("3, 4", "-2, 3", "2, -1", "0, 0", "0, -1", "7, 100", "1.5, 2", "-8, 0.5", "BIG, 2", "'a', 2")
def power(a, b):
    return a ** b


@case(*PAIRS)
def bits(a, b):
    return a & b, a | b, a ^ b


@case("3, 4", "1, 62", "1, 63", "1, 100", "-1, 5", "-5, 1", "BIG, 3", "EDGE, 1", "3, -1", "3, 1.0", "True, True")
def shifts(a, b):
    return a << b, a >> b


@case("5", "-5", "0", "EDGE", "-EDGE - 1", "-EDGE - 2", "EDGE63", "-EDGE63 - 1", "BIG", "True", "1.5", "-0.0", "'a'", "None", "Plain(7)")
def unary(a):
    return -a, +a, abs(a), not a


@case("5", "-1", "EDGE", "-EDGE - 1", "BIG", "Plain(3)", "1.5", "'a'")
def invert(a):
    return ~a


@case("3, 4", "EDGE, EDGE", "1.5, 2", "'ab', 3", "[1], 2", "BIG, BIG", "3, 'a'", "None, 1")
def in_place(a, b):
    kept = a
    a += b
    a *= 2
    a -= b
    return a, kept


@case("3, 0", "0, 0", "BIG, 0", "1.5, 0", "3, 0.0")
def by_zero(a, b):
    results = []
    for operation in divide_true, divide_floor, divide_modulo:
        try:
            results.append(operation(a, b))
        except ZeroDivisionError as error:
            results.append(str(error))
    return results


def divide_true(a, b):
    return a / b


def divide_floor(a, b):
    return a // b


def divide_modulo(a, b):
    return a % b


@case("-7, 2", "7, -2", "-7, -2", "7, 2", "-1, EDGE", "-EDGE63 - 1, -1", "-EDGE - 1, -1", "-7.5, 2", "-0.0, 3")
def rounding(a, b):
    return a // b, a % b, divmod(a, b), (a // b) * b + a % b == a


@case("10", "100", "0", "-3", "True", "10.0")
def loop_sum(n):
    total = 0
    i = 0
    while i < n:
        total += i * i - 3
        i += 1
    return total, i


@case("5", "25", "70", "3.0")
def overflowing_loop(n):
    value = 1
    seen = []
    i = 0
    while i < n:
        value = value * 7 + 1
        if i % 5 == 0:
            seen.append(value)
        i += 1
    return value, seen


@case("EDGE - 3, 8", "EDGE63 - 3, 8", "-EDGE63 + 2, -8", "0, 4", "1.0, 4")
def across_the_edge(start, steps):
    out = []
    value = start
    step = 1 if steps > 0 else -1
    for _ in range(abs(steps)):
        value += step
        out.append(value)
    return out


@case("1000", "257", "256", "-5", "-6", "EDGE")
def identity_of_small_ints(n):
    a = n + 1
    b = n + 1
    c = a - 1
    return (a is b) == (-5 <= a <= 256), c == n, (a - n) is True + 0


@case("0", "1", "5", "12", "20")
def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


@case("1", "10", "90")
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@case("48, 18", "BIG, EDGE", "7, 0", "0, 0", "-4, 6")
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


@case("27", "97", "1", "703")
def collatz(n):
    steps = 0
    highest = n
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        highest = max(highest, n)
        steps += 1
    return steps, highest


@case("50", "2", "0")
def sieve(limit):
    flags = [True] * limit
    found = []
    for number in range(2, limit):
        if flags[number]:
            found.append(number)
            for multiple in range(number * number, limit, number):
                flags[multiple] = False
    return found


@case("0x12345678", "EDGE63", "BIG + 5", "0")
def bit_twiddling(n):
    count = 0
    reversed_bits = 0
    while n:
        reversed_bits = (reversed_bits << 1) | (n & 1)
        count += n & 1
        n >>= 1
    return count, reversed_bits


@case("12345", "EDGE63", "2.5")
def hashing(n):
    state = 14695981039346656037
    for shift in range(0, 64, 8):
        state ^= (int(n) >> shift) & 0xFF
        state = (state * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    return state


@case("1, 2, 3", "1, 2.0, 3", "BIG, EDGE, 2", "'a', 'b', 'c'")
def long_expression(a, b, c):
    return a + b + c + (a + b + (b + c + (c + a + (a + b + (b + c + (c + a))))))


@case("3", "-3", "0", "True", "2.5", "'x'")
def mixed_constants(n):
    return n * 2, 7 * n, n % 3 if n != "x" else None, n - 1000000007


@case("1, [3, 3, 3]", "5, [0, 29, 30, 31, 32, 33, 62, 63, 64, 100]", "-5, [1, 2, 32, 40]", "EDGE, [32, 33]", "-EDGE - 1, [32]", "BIG, [1, 90]", "1, [1, -1]", "1, [True, 2.0]", "3, [BIG]", "0, [2, 70]")
def shifts_by_variables(x, amounts):
    out = []
    for n in amounts:
        mask = (1 << n) - 1
        left = x << n
        right = left >> n
        out.append((mask, left, right, right >> (n - 1) if n > 0 else None, ~left, ~(mask << 3) & 0xFF, x >> n))
    return out


@case("0x12345678, 5", "0xFFFFFFFF, 7", "2**59, 3", "2**61 + 5, 3", "BIG, 3", "-2**40, 3", "3, 1", "True, 1", "{1, 2}, {2}", "1.5, 2")
def wide_bits(x, n):
    out = []
    for i in range(4):
        out.append(((x ^ n) | n, x & 0xFFFF0000FF if type(x) is int else x & x, x & n))
        if type(x) is int:
            out.append(((x >> 8) & 0xFF, (x << 4) & 0xFFFFFFFF, ~x & 0xFFFFFFFF))
            x = (x * 5) & 0x3FFFFFFFFFFFFFFF ^ i
    return out


@case("[4, 9, 13]", "[30, 2, 31, 7]", "[70, 3]")
def bit_field(widths):
    field = 0
    bits = 0
    out = []
    for n in widths:
        while bits < n:
            field <<= 8
            field += 0xA7
            bits += 8
        out.append((field >> (bits - n)) & ((1 << n) - 1))
        bits -= n
        field &= ~(((1 << n) - 1) << bits)
    return out, field, bits
