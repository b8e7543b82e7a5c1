"""match: every form of pattern."""

import dataclasses
import enum

from program import case


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Slots:
    __match_args__ = ("a", "b")
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


class BadArgs:
    __match_args__ = "ab"
    a = 1


class DoubleArgs:
    __match_args__ = ("a", "a")
    a = 1


class IntArgs:
    __match_args__ = (1,)


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Seq:
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return i


class FailingLen(list):
    def __len__(self):
        raise ValueError("len")


class Sub(int):
    pass


class Failing:
    @property
    def x(self):
        raise ValueError("x")


VALUES = (
    "0", "1", "-1", "1.0", "'text'", "b'bytes'", "None", "True", "[]", "[1]", "[1, 2]", "(1, 2, 3)", "[1, [2, 3]]", "{}", "{'k': 1}", "{'k': 1, 'z': 2}", "{'t': 'a', 'v': [1, 2]}",
    "Point(0, 0)", "Point(0, 5)", "Point(3, 3)", "Point(1, 2)", "Slots(1, 'b')", "Color.RED", "Seq()", "range(3)", "'ab'", "{1, 2}", "Sub(5)", "1j", "1 << 70", "iter([1])", "Point('a', None)",
)


@case(*VALUES)
def everything(value):
    match value:
        case 0 | -1:
            return "zero or minus one"
        case True:
            return "true"
        case None:
            return "none"
        case 1.0 | 1j:
            return "float or complex one", type(value).__name__
        case "text" | b"bytes":
            return "literal text"
        case Color.RED:
            return "red"
        case []:
            return "empty"
        case [x]:
            return "one", x
        case [1, [a, b]]:
            return "nested", a, b
        case [1, b]:
            return "two", b
        case (first, *rest, last):
            return "many", first, rest, last
        case {"t": str() as tag, "v": [*values]}:
            return "tagged", tag, values
        case {"k": k, **rest} if rest:
            return "mapping with rest", k, rest
        case {"k": k}:
            return "mapping", k
        case {}:
            return "any mapping"
        case Point(0, 0):
            return "origin"
        case Point(x=0, y=y):
            return "on the axis", y
        case Point(x, y) if x == y:
            return "diagonal", x
        case Point(int(x), y=int()):
            return "point", x
        case Slots(a, b=str(b)):
            return "slots", a, b
        case int(n) if n > 100:
            return "big", n
        case int() | float() as number:
            return "number", number
        case str(s):
            return "str", s
        case _:
            return "other", type(value).__name__


@case("BadArgs()", "DoubleArgs()", "IntArgs()", "Point(1, 2)", "5")
def bad_match_args(value):
    match value:
        case BadArgs(1) | IntArgs(1) | DoubleArgs(1, 1):
            return "matched"
        case Point(1, 2, 3):
            return "three"
    return "no"


@case("Failing()", "FailingLen()", "Point(1, 2)")
def failing(value):
    match value:
        case Failing(x=5):
            return 1
        case [a, b]:
            return 2
    return 3


NOT_A_CLASS = 5


@case("5")
def not_a_class(value):
    match value:
        case NOT_A_CLASS():
            return 1


@case("{'a': 1}", "{}", "5")
def duplicate_key(value):
    key = "a"

    class K:
        a = "a"
    match value:
        case {K.a: x, "b": y}:
            return x, y
        case {"a": x, K.a: y}:
            return key, x, y
    return "none"


@case("[1, 2, 3, 4]", "[]", "(1,)", "'abc'", "[1, 2]")
def stars(value):
    match value:
        case [_, *_, 4]:
            return "ends in four"
        case [*everything] if not everything:
            return "nothing"
        case [a, *rest]:
            return a, rest
    return "not a sequence"


@case("[('push', 1), ('push', 2), ('add',), ('dup',), ('mul',), ('print',)]", "[('add',)]", "[('push', 'x'), ('bad', 1)]", "[]")
def machine(program):
    stack = []
    for instruction in program:
        match instruction:
            case ("push", value):
                stack.append(value)
            case ("add" | "mul" as op,):
                b, a = stack.pop(), stack.pop()
                stack.append(a + b if op == "add" else a * b)
            case ("dup",):
                stack.append(stack[-1])
            case ("print",):
                print(stack)
            case other:
                return "bad", other
    return stack


def evaluate(tree):
    match tree:
        case int() | float():
            return tree
        case ("+", a, b):
            return evaluate(a) + evaluate(b)
        case ("*", a, b):
            return evaluate(a) * evaluate(b)
        case ("neg", a):
            return -evaluate(a)
        case {"let": name, "be": value}:
            return name, evaluate(value)
        case _:
            raise ValueError(tree)


@case("('+', 1, ('*', 2, 3.5))", "('neg', 'x')", "{'let': 'n', 'be': ('+', 1, 2)}", "1 << 80")
def trees(tree):
    return evaluate(tree)


@case("[[1, 2], [3]]", "[[], 5]")
def names_bound_on_the_way(value):
    a = b = "unset"
    match value:
        case [[a, 9], _]:
            return "first"
        case [[_, b], [8]]:
            return "second"
    return a, b
