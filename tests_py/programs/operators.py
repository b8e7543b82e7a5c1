"""Operators overloaded, reflected, in place, refusing, raising; every operator of the language."""

from program import case


class Num:
    def __init__(self, v):
        self.v = v

    def __add__(self, other):
        print("add")
        return Num(self.v + other.v) if isinstance(other, Num) else NotImplemented

    def __radd__(self, other):
        print("radd")
        return ("radd", other)

    def __sub__(self, other):
        return NotImplemented

    def __mul__(self, other):
        raise ArithmeticError("mul")

    def __neg__(self):
        return Num(-self.v)

    def __pos__(self):
        return "pos"

    def __invert__(self):
        return "invert"

    def __matmul__(self, other):
        return "matmul", other

    def __rmatmul__(self, other):
        return "rmatmul", other

    def __lshift__(self, other):
        return "lshift"

    def __rpow__(self, other):
        return "rpow", other

    def __pow__(self, other, modulo=None):
        return "pow", other, modulo

    def __iadd__(self, other):
        print("iadd")
        self.v += 1
        return self

    def __imul__(self, other):
        return NotImplemented

    def __getitem__(self, key):
        return key

    def __eq__(self, other):
        return isinstance(other, Num) and self.v == other.v

    def __hash__(self):
        return hash(self.v)

    def __lt__(self, other):
        return NotImplemented

    def __gt__(self, other):
        print("gt")
        return "gt"


class Sub(Num):
    def __radd__(self, other):
        print("Sub.radd")
        return "Sub.radd"


class Bare:
    pass


class Iadd(list):
    def __iadd__(self, other):
        print("Iadd", other)
        return "replaced"


VALUES = (
    "3, 4", "Num(1), Num(2)", "Num(1), 5", "5, Num(1)", "Num(1), Sub(2)", "Sub(1), Num(2)", "Bare(), Bare()", "Bare(), Num(1)", "1.5, Num(1)", "'a', 'b'", "[1], [2]",
    "(1,), (2,)", "'a', 3", "[1], 3", "3, [1]", "{1, 2}, {2, 3}", "{'a': 1}, {'b': 2}", "b'a', b'b'", "1, 'a'", "None, None", "True, False", "2, 1.5", "[1], (2,)",
)


@case(*VALUES)
def binary(a, b):
    out = []
    for operation in BINARY:
        try:
            out.append(operation(a, b))
        except (TypeError, ArithmeticError, ValueError, AttributeError) as error:
            out.append((type(error), str(error)))
    return out


BINARY = (
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a @ b, lambda a, b: a / b, lambda a, b: a // b, lambda a, b: a % b, lambda a, b: a ** b,
    lambda a, b: a << b, lambda a, b: a >> b, lambda a, b: a & b, lambda a, b: a | b, lambda a, b: a ^ b, lambda a, b: a < b, lambda a, b: a <= b, lambda a, b: a == b,
    lambda a, b: a != b, lambda a, b: a > b, lambda a, b: a >= b,
)


@case(*VALUES)
def in_place(a, b):
    out = []
    for operation in INPLACE:
        try:
            out.append(operation(a, b))
        except (TypeError, ArithmeticError, ValueError) as error:
            out.append((type(error), str(error)))
    return out


def iadd(a, b):
    a += b
    return a


def isub(a, b):
    a -= b
    return a


def imul(a, b):
    a *= b
    return a


def imatmul(a, b):
    a @= b
    return a


def itruediv(a, b):
    a /= b
    return a


def ifloordiv(a, b):
    a //= b
    return a


def imod(a, b):
    a %= b
    return a


def ipow(a, b):
    a **= b
    return a


def ilshift(a, b):
    a <<= b
    return a


def irshift(a, b):
    a >>= b
    return a


def iand(a, b):
    a &= b
    return a


def ior(a, b):
    a |= b
    return a


def ixor(a, b):
    a ^= b
    return a


INPLACE = iadd, isub, imul, imatmul, itruediv, ifloordiv, imod, ipow, ilshift, irshift, iand, ior, ixor


@case("3", "2.5", "Num(1)", "Bare()", "'a'", "True", "None", "[1]", "1j")
def unary(a):
    out = []
    for operation in (lambda: -a, lambda: +a, lambda: ~a, lambda: not a):
        try:
            out.append(operation())
        except TypeError as error:
            out.append(str(error))
    return out


@case("[1]", "(1,)", "'a'", "Iadd([1])", "5", "Num(1)")
def aliasing(a):
    b = a
    a += a if not isinstance(a, Num) else 1
    return a, b, a is b


@case("'ab', 5", "'x', 0", "'é', 3", "'ab', 'cd'", "1, 2")
def string_building(piece, n):
    text = ""
    if isinstance(n, int):
        for i in range(n):
            text += piece
            other = text
            text += "-"
        return text, n and other
    return piece + n + piece


class Money:
    def __init__(self, cents):
        self.cents = cents

    def __add__(self, other):
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.cents + other.cents)

    __radd__ = __add__

    def __eq__(self, other):
        return self.cents == other.cents

    def __le__(self, other):
        return self.cents <= other.cents

    def __iter__(self):
        return iter(divmod(self.cents, 100))


@case("[Money(150), Money(275)]", "[Money(1)]", "[Money(1), 2]")
def money(amounts):
    total = Money(0)
    for amount in amounts:
        total = total + amount
        total += amount
    return list(total), total <= Money(10), total == Money(850)


@case("Num(1), 2", "5, Num(2)", "2, 3")
def pow_three(a, b):
    try:
        return pow(a, b, 7)
    except TypeError as error:
        return str(error)


@case("'%s and %d', ('a', 1)", "'%s', 'x'", "'%d', 'x'", "'%(a)s', {'a': 1}", "b'%d', 5", "'%s %s', (1,)", "5, 3")
def percent(a, b):
    return a % b
