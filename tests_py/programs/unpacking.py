"""Unpacking, starred targets, displays with * and **."""

from program import case


class Iter:
    def __init__(self, *items):
        self.items = items

    def __iter__(self):
        for item in self.items:
            print("yield", item)
            yield item
        print("exhausted")


class Raising:
    def __iter__(self):
        yield 1
        raise ValueError("stop here")


class SubTuple(tuple):
    def __iter__(self):
        return iter(("from", "iter"))


class Keys:
    def keys(self):
        return iter(["a", "b"])

    def __getitem__(self, key):
        return key + "!"


PAIRS = ("(1, 2)", "[1, 2]", "'ab'", "Iter(1, 2)", "(1,)", "[1, 2, 3]", "{1: 'a', 2: 'b'}", "range(2)", "(x for x in 'ab')", "5", "None", "Raising()", "SubTuple((1, 2))", "b'xy'", "()", "Iter(1)", "Iter(1, 2, 3)")


@case(*PAIRS)
def two(items):
    a, b = items
    return a, b


@case("(1, 2, 3)", "[1.5, 'x', None]", "'abc'", "(1, 2)", "Iter(1, 2, 3, 4)", "5")
def three(items):
    a, b, c = items
    return c, b, a


@case("(1, (2, 3))", "['a', 'bc']", "(1, 2)", "[[1, 2], [3, 4]]", "(1, (2, 3, 4))")
def nested(items):
    a, (b, c) = items
    return a, b, c


@case("(1, 2, 3, 4)", "[1]", "[1, 2]", "'abcde'", "Iter(1, 2, 3)", "()", "range(4)", "5", "Raising()")
def starred(items):
    a, *b = items
    *c, d = items if not hasattr(items, "items") else [1, 2]
    return a, b, c, d


@case("(1, 2, 3, 4)", "[1, 2]", "[1]", "'ab'", "range(10)")
def middle(items):
    first, *rest, last = items
    return first, rest, last


@case("[(1, 2), (3, 4)]", "{'a': 1}.items()", "['ab', 'cd']", "[(1, 2, 3)]", "[5]", "enumerate('xy')", "zip([1], [2])")
def in_for(items):
    out = []
    for a, b in items:
        out.append((b, a))
    return out


@case("1, 2", "'a', None")
def swaps(a, b):
    a, b = b, a
    a, b, c = b, a, b
    [x, y] = a, b
    return a, b, c, x, y


@case("[1, 2]", "(1.5,)", "'ab'", "{'k': 1}", "Iter(7)", "5", "None", "Raising()")
def displays(items):
    out = [0, *items, 9]
    return out, (*items, *out) if not hasattr(items, "items") else None, {*out, 5}


@case("{'a': 1}", "{}", "{'b': 2, 'c': 3}", "Keys()", "[('a', 1)]", "None", "{1: 2}")
def dict_displays(d):
    return {"a": 0, **d, "z": 9}, {**d, **{"b": "later"}}


@case("1, 2", "[], 2", "'k', 'v'", "1, []")
def display_values(a, b):
    return [a, b], (a, b, a), {a: b, b: a} if not isinstance(b, list) else {a: b}, {b, 1} if not isinstance(b, list) else set(), [[a], [b]], ()


class Target:
    pass


@case("(1, 2, 3)", "'xyz'", "(1, 2)")
def odd_targets(items):
    t = Target()
    d = {}
    l = [0, 0]  # noqa: E741
    t.a, d["k"], l[1] = items
    return t.a, d, l


@case("3")
def evaluation_order(n):
    log = []

    def f(x):
        log.append(x)
        return {} if isinstance(x, str) else x
    f("target 1")[f(1)], f("target 2")[f(2)] = f(3), f(4)
    return log


@case("5")
def large(n):
    a, b, c, d, e, f, g, h = range(n, n + 8)
    a, b, c, d, e, f, g, h = h, g, f, e, d, c, b, a
    return [a, b, c, d, e, f, g, h], (a, b, c, d, e, f, g, h, n), {a: b, c: d, e: f, g: h}, {a, b, c, d, e, f, g, h}


@case("[3, 4]", "[]")
def list_grows(items):
    out = [*items]
    out += items
    out += (x for x in items)
    out[len(out):] = items
    return [*out, *items], [*out][::-1]


def ends(items):
    import sys

    first, *rest = items
    *others, last = items
    one, *between, two = items
    return first, rest, others, last, one, between, two, [sys.getsizeof(part) for part in (rest, others, between)]


@case("[1, 2, 3, 4]", "(1, 2, 3)", "[1, 2]", "(1,)", "[]", "Iter(1, 2, 3)", "'text'", "{1: 2, 3: 4}", "7")
def all_ends(items):
    return ends(items)


@case("[1, 2, 3]", "()", "(1, 2)", "[]", "'ab'", "{'a': 1}")
def copies(items):
    import sys

    parts = [*items], [*items, *items], [0, *items], {*items}, (*items,), {**dict.fromkeys(items, 1)}
    return [(part, sys.getsizeof(part)) for part in parts]


@case("1, 2, 'c'", "1, 1, True", "'a', 'b', 'a'", "2.5, None, (1,)", "8, 16, 0", "[], 1, 2", "-1, -2, 2**61 - 2", "'', 'x', 5")
def sets(a, b, c):
    return sorted({a, b, c}, key=repr), list({a, b, c, 3, 4, 5, 6}), len({a}), {a, b} == {b, a}, {} == {**{}}, [x := {}, x]
