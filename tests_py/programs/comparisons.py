"""Comparisons, chains, identity, membership, truth and conditional jumps."""

from program import case


class Odd:
    """Compares to something that is not a bool."""

    def __init__(self, name):
        self.name = name

    def __lt__(self, other):
        print("lt", self.name)
        return [self.name] if self.name else []

    def __eq__(self, other):
        print("eq", self.name)
        return NotImplemented

    def __bool__(self):
        print("bool", self.name)
        return bool(self.name)


class Raises:
    def __bool__(self):
        raise ValueError("no truth")

    def __eq__(self, other):
        raise KeyError("no equality")

    __hash__ = None

    def __contains__(self, item):
        raise IndexError("no content")


class BadBool:
    def __bool__(self):
        return 1


class BadLen:
    def __len__(self):
        return -1


class Len:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        print("len")
        return self.n


class Truthy:
    pass


class Container:
    def __contains__(self, item):
        print("contains", item)
        return item and "yes"


class Iterable:
    def __iter__(self):
        print("iter")
        return iter([1, 2, 3])


class Indexable:
    def __getitem__(self, i):
        if i > 3:
            raise IndexError
        return i * 10


class Sub(int):
    def __eq__(self, other):
        return "sub eq"

    def __lt__(self, other):
        return "sub lt"

    def __gt__(self, other):
        return "sub gt"

    __hash__ = int.__hash__


PAIRS = (
    "1, 2", "2.0, 2.0", "'a', 'b'", "1 << 70, 1 << 71", "(1, 2), (1, 3)", "[1], [1]", "None, 1", "Odd('x'), Odd('y')",
    "1, Sub(1)", "True, 1", "'a', 1", "b'a', 'a'", "{1}, {1, 2}", "1, 1.0", "Raises(), 1",
)


@case(*PAIRS)
def equal(a, b):
    return a == b


@case(*PAIRS)
def not_equal(a, b):
    return a != b


@case(*PAIRS)
def less(a, b):
    return a < b


@case(*PAIRS)
def jumps(a, b):
    if a < b:
        return "less"
    elif a == b:
        return "equal"
    if not a > b:
        return "not greater"
    return "greater"


@case(*PAIRS)
def loops(a, b):
    n = 0
    while a != b and n < 3:
        n += 1
        if a >= b:
            break
    else:
        return "ran out", n
    return n


@case("1, 2, 3", "1, 3, 2", "3, 2, 1", "1.0, 2, 3.5", "'a', 'b', 'c'", "Odd('a'), Odd(''), Odd('c')", "Odd(''), Odd('b'), Odd('c')", "1, 'a', 2")
def chained(a, b, c):
    return a < b < c, a < b


@case("1, 2, 3", "2, 2, 2", "1, 0, 5", "'a', 'a', 'b'", "None, None, 1")
def chained_jump(a, b, c):
    if a == b == c:
        return "all"
    if a == b != c:
        return "two"
    return "none" if a is not b else "same"


def noisy(value):
    print("value", value)
    return value


@case("1, 2, 3", "3, 2, 1", "2, 2, 5")
def chained_calls(a, b, c):
    return noisy(a) < noisy(b) <= noisy(c)


@case("None", "1", "True", "...", "'a'", "NotImplemented")
def identity(x):
    return x is None, x is not None, x is True, x is not ..., [1 if x is None else 2]


@case("3, [1, 2, 3]", "4, (1, 2, 3)", "'b', 'abc'", "1, {1: 2}", "1, {1, 2}", "1, 5", "[], {1}", "[], {1: 1}", "2, Container()", "0, Container()",
      "2, Iterable()", "20, Indexable()", "25, Indexable()", "1, Raises()", "1, 'abc'", "5, range(10)", "Raises(), [1]", "1.0, [1]", "97, b'a'")
def membership(item, container):
    first = item in container
    second = item not in container
    if item in container:
        return first, second, "in"
    return first, second, "out"


VALUES = (
    "1", "0", "''", "'a'", "[]", "[0]", "None", "True", "False", "0.0", "Truthy()", "Len(0)", "Len(2)", "Odd('')", "Raises()", "BadBool()",
    "BadLen()", "{}", "()", "1 << 80", "Truthy",
)


@case(*VALUES)
def truth(x):
    count = 0
    if x:
        count += 1
    if not x:
        count += 2
    while x:
        count += 4
        break
    return count, not x, bool(x)


@case(*VALUES)
def boolean_operators(x):
    return x and "and", x or "or", not x and "not and", (x or None) is None


@case("1, 0, 'c'", "0, 1, 'c'", "0, 0, ''", "[], {}, None", "Odd('a'), Odd(''), 1", "Raises(), 1, 2")
def short_circuits(a, b, c):
    r = a and b or c
    s = a or b and c
    t = (a if b else c) and not (b or c)
    return r, s, t


@case("1, 2", "2, 1", "1, 'a'")
def ternaries(a, b):
    return (a if a < b else b) + (0 if a else 1), "small" if a < 10 < 20 else "large"


@case("[3, 1, 2]", "[1.5, 'a']", "['b', 'a']", "[]", "[None, 1]", "[Sub(1), 2]", "[(1, 2), (1,)]")
def bubble_sort(items):
    n = len(items)
    for i in range(n):
        for j in range(n - 1 - i):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
    return items


@case("5, 3", "3, 5", "5.0, 3", "'a', 'b'", "None, 1")
def assertions(a, b):
    assert a > b, f"{a!r} and {b!r}"
    assert a
    return "fine"
