"""Truth values, loops, subscripts and comparisons whose operands have several classes, and get more of them while the code runs."""

from program import case


class Plain:
    pass


class Sized:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        print("len", self.n)
        if self.n > 5:
            raise ValueError("length")
        return self.n


class Truthful:
    def __init__(self, truth):
        self.truth = truth

    def __bool__(self):
        print("bool", self.truth)
        return self.truth


class Dying:
    """Seen to die where the test has dropped it."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dead", self.name)


def truth(x):
    if x:
        return "true"
    return "false"


def either(x, y):
    return x or y, x and y, not x


@case("None, Plain()", "None, [], [1]", "0, 5, None, True", "'', 'a', None, (), (1,)", "{}, {1: 2}, None, Plain(), []", "Sized(0), Sized(2), None",
      "Plain(), Truthful(False), None", "2.5, 0.0, None, 10 ** 30, 0j", "None, [], {}, 0, '', False, (), Plain(), Sized(1), Truthful(True)")
def truths(*values):
    out = []
    for k in range(8):
        for v in values:
            out.append((truth(v), either(v, k)))
    return out


@case("3")
def truth_changes(n):
    class Changing:
        pass

    values = [None, Changing(), [], Changing()]
    out = []
    for k in range(4 * n):
        for v in values:
            out.append(truth(v))
        if k == n:
            Changing.__len__ = lambda self: 0
        if k == 2 * n:
            Changing.__bool__ = lambda self: True
        if k == 3 * n:
            values[1].__class__ = Plain
    return out


def make(kind, k):
    return None if kind == 0 else Dying(k) if kind == 1 else [Dying(-k)] if kind == 2 else ""


@case("4")
def dying_tests(n):
    for k in range(3 * n):
        print(k)
        if make(k % n, k):
            print("yes")
        else:
            print("no")
        while not make(k % n, k + 100):
            print("never")
            break


def total(items):
    s = 0
    for item in items:
        s += item
    return s


def first(items):
    for item in items:
        return item
    else:
        return "empty"


def numbers(n):
    yield from range(n)


def failing():
    yield 1
    raise KeyError("failing")


@case("[1, 2], (3, 4)", "[1], (2,), range(3)", "(1, 2), [], {5: 6}, {7}", "[1], numbers(3), (4,), b'ab'", "[1], failing(), (2, 3)", "range(2), [10 ** 20], (1,), map(abs, (-1,))")
def loops(*kinds):
    out = []
    for k in range(8):
        for items in kinds:
            try:
                out.append((first(items), total(items)))
            except KeyError as e:
                out.append(repr(e))
    return out


@case("5")
def lists_that_grow(n):
    out = []
    for k in range(n):
        for kind in ([1, 2], (1, 2), {1: 2}):
            for item in kind:
                if len(out) < 400 and isinstance(kind, list) and len(kind) < 5:
                    kind.append(item)
                out.append(item)
    return out


def item(container, key):
    return container[key]


class Own:
    def __getitem__(self, key):
        return "own", key


class OwnList(list):
    def __getitem__(self, key):
        return "list", key


@case("([1, 2], 0), ({0: 5}, 0)", "((1, 2), 1), ([3, 4], -1)", "([1], 0), ({'a': 1}, 'a'), ({'a': 1}, 'b')", "('ab', 1), ([1, 2], 1), ((1, 2), 5)",
      "([1, 2, 3], slice(1, 2)), ((1, 2), 0), ({}, 0)", "([1], 0), (Own(), 3), (OwnList([1]), 0), ((1,), True)", "([1], 10 ** 30), ({10 ** 30: 1}, 10 ** 30), ('a', 'b')",
      "({1: 2}, []), ([1], 0)", "('xyz', 0), ({'x': 1}, 'x'), ([1], -1), ('é', 0)")
def subscripts(*pairs):
    out = []
    for k in range(8):
        for container, key in pairs:
            try:
                out.append(item(container, key))
            except Exception as e:
                out.append((type(e).__name__, str(e)))
    return out


def same(x, y):
    if x == y:
        return "same"
    return "other"


def differ(x):
    return x != "abc", "abc" == x


class Equal:
    def __eq__(self, other):
        print("eq", other)
        return [other]


class Wrong:
    def __eq__(self, other):
        raise TypeError("wrong")


@case("'a', 'b', None", "'a', 1, 'abc', 2.5", "'abc', Equal(), 'x'", "None, 'abc', Wrong()", "'a', type('S', (str,), {})('a'), 'a'")
def comparisons(*values):
    out = []
    for k in range(6):
        for x in values:
            for y in values:
                try:
                    out.append((same(x, y), differ(x)))
                except TypeError as e:
                    out.append(str(e))
    return out
