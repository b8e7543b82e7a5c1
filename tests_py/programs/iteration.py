"""for loops over everything, and the iteration protocol gone wrong."""

import itertools

from program import case


class Range3:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration
        return self.n


class NotIterator:
    def __iter__(self):
        return 5


class NextFails:
    def __iter__(self):
        return self

    def __next__(self):
        raise ValueError("next")


class IterFails:
    def __iter__(self):
        raise ValueError("iter")


class OldStyle:
    def __getitem__(self, i):
        if i == 3:
            raise IndexError
        return i * i


class SubList(list):
    pass


class SubListIter(list):
    def __iter__(self):
        return iter("own")


class SubDict(dict):
    pass


class Loud:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return LoudIterator(self.items)


class LoudIterator:
    def __init__(self, items):
        self.items = list(items)

    def __next__(self):
        if not self.items:
            raise StopIteration
        return self.items.pop(0)

    def __del__(self):
        print("iterator dies")


EVERYTHING = (
    "[1, 2, 3]", "(1, 2, 3)", "'abc'", "'aé中'", "b'abc'", "range(3)", "range(10, 0, -3)", "range(0)", "range(1 << 70, (1 << 70) + 2)", "{1: 'a', 2: 'b'}", "{'x', }",
    "{'k': 1}.items()", "{'k': 1}.values()", "enumerate('ab')", "zip('ab', (1, 2))", "reversed([1, 2])", "map(str, [1, 2])", "filter(None, [0, 1])", "Range3()", "OldStyle()",
    "NotIterator()", "NextFails()", "IterFails()", "5", "None", "SubList([1, 2])", "SubListIter([1, 2])", "SubDict(a=1)", "iter([1])", "(x * 2 for x in (1, 2))", "Loud('ab')",
    "itertools.count()", "bytearray(b'ab')", "memoryview(b'ab')", "frozenset([1])", "iter(lambda: 1, 1)", "[]", "dict.fromkeys('abc')", "range(300, 303)", "range(-7, -4)",
)


@case(*EVERYTHING)
def loop(items):
    out = []
    for x in items:
        out.append(x)
        if len(out) >= 5:
            break
    else:
        out.append("else")
    return out


@case(*EVERYTHING)
def builtin(items):
    if isinstance(items, itertools.count):
        items = itertools.islice(items, 3)
    return list(items)


@case("5", "0", "-3", "True", "2.5", "'a'", "1 << 33", "10 ** 20")
def ranges(n):
    total = 0
    for i in range(n):
        total += i
        if i > 20:
            break
    return total


@case("0, 10, 3", "10, 0, -3", "0, 5, 0", "0, 5, 1.5", "5, 5, 1", "(1 << 30) - 2, (1 << 30) + 2, 1", "(1 << 63) - 2, (1 << 63) + 1, 1", "-(1 << 63) + 1, -(1 << 63) - 2, -1")
def ranges_with_steps(start, stop, step):
    out = []
    for i in range(start, stop, step):
        out.append(i)
    return out, i if out else None


@case("[[1, 2], [3]]", "['ab', 'c']", "[range(2), (x for x in 'xy')]", "[[1], 5]")
def nested(rows):
    out = []
    for row in rows:
        for x in row:
            if x == 3:
                continue
            out.append(x)
        else:
            out.append("|")
    return out


@case("['a', 'b', 'c']", "()", "'xy'")
def enumerated(items):
    out = []
    for i, x in enumerate(items, 5):
        out.append((i, x))
    for i, (j, x) in enumerate(enumerate(items)):
        out.append((i, j, x))
    return out


@case("[1, 2, 3], 'ab'", "(), ()", "range(3), [4, 5, 6, 7]")
def zipped(a, b):
    out = [x + y if isinstance(y, int) else (x, y) for x, y in zip(a, b)]
    try:
        for x, y in zip(a, b, strict=True):
            out.append((y, x))
    except ValueError as error:
        out.append(str(error))
    return out


@case("{'a': 1, 'b': 2}", "{}", "{1: [2]}", "SubDict(z=1)", "5")
def dict_loops(d):
    out = []
    for k in d:
        out.append(k)
    for k, v in d.items():
        out.append((v, k))
    for v in d.values():
        out.append(v)
    return out


@case("10", "3")
def while_loops(n):
    out = []
    while n:
        n -= 1
        if n % 4 == 3:
            continue
        if n == 1:
            break
        out.append(n)
    else:
        out.append("else")
    while True:
        n += 1
        if n > 5:
            return out, n


@case("Range3()", "iter([1, 2, 3, 4])", "iter('abcd')", "iter(range(4))")
def resumed(iterator):
    first = []
    for x in iterator:
        first.append(x)
        if len(first) == 2:
            break
    return first, next(iterator, "end"), list(iterator)


@case("[3, 1, 2]", "'hello'", "{2: 1, 1: 2}", "[]", "5")
def consumers(items):
    return sorted(items), list(reversed(list(items))), set(items) == frozenset(items), min(items, default=None), any(items), all(items), list(map(str, items)), tuple(items)


@case("20", "0")
def primes(n):
    out = []
    for i in range(2, n):
        for p in out:
            if i % p == 0:
                break
        else:
            out.append(i)
    return out


@case("[1, 2, 3]", "(4, 5)", "'ab'")
def loop_variable_survives(items):
    for x in items:
        y = x
    for x in ():
        y = "never"
    return x, y


@case("[5, 6, 7]", "range(5, 8)", "'abc'", "(1.5, 2, 3)")
def index_loop(items):
    out = []
    i = 0
    while i < len(items):
        out.append(items[i])
        i += 1
    for i in range(len(items) - 1, -1, -1):
        out.append(items[i])
    return out


@case("3", "'x'")
def iter_next(n):
    it = iter([n, n])
    out = [next(it), next(it), next(it, "default")]
    try:
        next(it)
    except StopIteration as error:
        out.append(error.value)
    return out
