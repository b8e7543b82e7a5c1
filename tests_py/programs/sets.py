"""Operations on sets and the least and greatest of items: order of keys, keys that have to be asked, errors."""

from program import case


class Key:
    """Equal to others of its number, and says so."""

    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n % 3

    def __eq__(self, other):
        print("eq", self.n, getattr(other, "n", other))
        return isinstance(other, Key) and other.n == self.n

    def __lt__(self, other):
        print("lt", self.n)
        return self.n < other.n

    def __repr__(self):
        return f"Key({self.n})"


class Failing:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        raise ValueError("failing")

    def __repr__(self):
        return "Failing()"


class Sub(frozenset):
    def __le__(self, other):
        return "own"

    def __sub__(self, other):
        return "own"


def all_operations(a, b):
    out = []
    for operation in (
        lambda: a <= b, lambda: a < b, lambda: a >= b, lambda: a > b, lambda: a == b, lambda: a != b,
        lambda: a - b, lambda: a & b, lambda: a | b, lambda: a ^ b,
    ):
        try:
            result = operation()
        except (TypeError, ValueError) as e:
            result = type(e), str(e)
        out.append((type(result), list(result) if isinstance(result, (set, frozenset)) else result))
    return out


@case(
    "frozenset(range(20)), frozenset(range(5, 40, 3))", "{1, 2, 3}, frozenset({2, 3})", "set(), frozenset()", "set('spam'), {'p', 'm', 1}",
    "frozenset(range(0, 800, 8)), frozenset(range(0, 800, 16))", "{1, 1.5, 'x', None, ()}, {True, 1.5, (), 'x'}",
    "{Key(1), Key(4), Key(2)}, {Key(4), Key(5)}", "{Failing()}, {1}", "{1}, {Failing()}", "{10**20, -1, -2}, {10**20, -2}",
    "{1}, [1]", "Sub([1]), frozenset([1])", "frozenset([1]), Sub([1])", "frozenset(map(str, range(60))), frozenset(map(str, range(30, 90)))",
    "{2**61 - 1, 0, 2**61 + 5}, {0, 6}", "set(range(8)), set(range(8))",
)
def operations(a, b):
    return all_operations(a, b), all_operations(b, a), all_operations(a, a)


@case("50", "3")
def with_removed_keys(n):
    a, b = set(range(n)), set(range(0, n, 2))
    out = []
    for i in range(n):
        a.discard(i * 7 % n)
        b.discard(i * 3 % n)
        out.append((list(a - b), list(b & a), a <= b, b <= a, a == b, min(a, default=None)))
        a.add(i * 11 % n)
    return out


def extremes(items):
    out = []
    for function in (lambda: min(items), lambda: max(items)):
        try:
            result = function()
            out.append((type(result), result, [result is item for item in items]))
        except (TypeError, ValueError) as e:
            out.append((type(e), str(e)))
    return out


@case(
    "[3, 1, 2]", "(5,)", "[]", "{7, -7, 70}", "frozenset()", "[1, True, 1.0, 0, False]", "[2**40, 3]", "[1, 'a']", "['b', 'a']", "[1.5, float('nan'), 0.5]",
    "[Key(3), Key(1)]", "{'a': 1, 'b': 2}", "range(3)", "'hello'", "5", "[1000, 999, int('999')]",
)
def least_and_greatest(items):
    try:
        return extremes(items), min(items, default=0), max(items, default=0)
    except TypeError as e:
        return str(e)


def shadowed():
    return min([3, 2, 1])


@case("1", "2")
def other_min(n):
    global min
    first = shadowed()
    min = lambda items: "mine"
    second = shadowed()
    del min
    return first, second, shadowed()
