"""Tuples and lists that die: what dies with them and when, objects that are in them several times, arrays that are used again, the collector."""

import gc
import sys

from program import case


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


class Nosy:
    """Looks at the locals of whoever lets it die."""

    def __del__(self):
        frame = sys._getframe(1)
        print("nosy", sorted(name for name in frame.f_locals), frame.f_locals.get("i"), frame.f_locals.get("total"))


class Writing:
    def __del__(self):
        sys._getframe(1).f_locals["total"] = 1000


class Sub(tuple):
    def __del__(self):
        print("sub", len(self))


class Stack(list):
    pass


def two(a, b):
    return a, b


@case("3", "0", "'xy'")
def order(n):
    pair = (Loud("a"), Loud("b"), Loud("c"))
    pair = None
    print("tuple")
    items = [Loud("d"), n, Loud("e")]
    items = None
    print("list")
    nested = ([Loud("f")], (Loud("g"), [Loud("h"), (Loud("i"),)]))
    nested = None
    print("nested")
    x = Loud("x")
    several = (x, x, x)
    x = None
    print("still there")
    several = None
    print("several times")
    one = [[]] * 4
    one = None
    sub = Sub((1, 2))
    sub = None
    stack = Stack([Loud("s")])
    stack = None
    print("end")


@case("20", "5")
def numbers_in_registers(n):
    """The index is no object while the containers die."""
    total = 0
    shared = "shared" * n
    for i in range(n):
        pair = (i, shared)
        items = [shared, i, shared]
        both = (items, pair)
        same = [pair, pair]
        total += len(items) + len(same) + i
        pair = (total * 10000, 1.5 * i, str(i))
        items = [total * 20000, 2.5 * i, str(i) + shared]
    return total, pair, items, both, same, sys.getrefcount(shared)


@case("6", "3")
def watched(n):
    total = 0
    for i in range(n):
        pair = (i, Nosy() if i == n - 2 else None)
        pair = [i, Nosy() if i == n - 1 else i]
        total += i
    pair = None
    return total


@case("6", "1")
def written(n):
    total = 0
    for i in range(n):
        pair = (i, Writing() if i == n - 2 else None)
        pair = None
        total += 1
    return total


@case("40", "3")
def returned(n):
    result = []
    for i in range(n):
        a, b = two(i, [i])
        b, a = two(*two(b, a))
        result.append(two(a, b))
        del result[: i // 2]
    return result


@case("70", "17", "0")
def growing(n):
    grown, before = [], None
    sizes = []
    for i in range(n):
        grown.append(i)
        sizes.append(sys.getsizeof(grown))
    copies = [grown[:k] for k in range(min(n, 20))]
    for c in copies:
        c.append("more")
        sizes.append(sys.getsizeof(c))
    for k in range(20):
        built = [k, k, k]
        built.append(k)
        built.extend(grown)
        built += [k]
        sizes.append(sys.getsizeof(built))
        built.clear()
        built.append(1)
        sizes.append(sys.getsizeof(built))
        before = built
    return sizes, copies, before


@case("[3, 1, 2]", "[1, 'a']", "[]")
def appended_while_sorted(items):
    def key(x):
        items.append(x)
        return x

    try:
        items.sort(key=key)
    except (ValueError, TypeError) as e:
        return type(e), str(e), len(items)
    return items


@case("8", "30")
def collected(n):
    found = []
    for i in range(n):
        atoms = (i, "x")
        cycle = [i]
        pair = (cycle, i)
        cycle.append(pair)
        if i % 4 == 0:
            gc.collect()
        found.append((gc.is_tracked(cycle), gc.is_tracked(pair), len(atoms)))
        pair = cycle = atoms = None
    gc.collect()
    return found


class Field:
    def __init__(self, value, other=None):
        self.value, self.other = value, other


@case("6", "2")
def shared_between_levels(n):
    """Who looks dies with the last of several references that all end now, in containers of different depth."""
    total = 0
    for i in range(n):
        nosy = Nosy()
        thing = (nosy, (nosy,))
        del nosy
        total += 1
        thing = None
        nosy = Nosy()
        thing = [[nosy], {"a": nosy}, {1}]
        del nosy
        total += 1
        thing = None
        nosy = Nosy()
        thing = Field(nosy, Field((nosy, i), nosy))
        kept = nosy if i % 2 else None
        del nosy
        total += 1
        thing = None
        total += 1
        kept = None
    return total


@case("5000", "10")
def deep(n):
    chain = ()
    for i in range(n):
        chain = (chain, i) if i % 2 else [chain, i]
    chain = None
    chain = ()
    for i in range(n * 20):
        chain = (chain,)
    chain = None
    return n


@case("50", "4")
def hashed(n):
    seen = {}
    for i in range(n):
        key = (i % 7, str(i % 3))
        seen[key] = hash(key) == hash((i % 7, str(i % 3)))
        key = None
    return sorted(seen.items())


@case("int, len", "None, 1", "(), 'a'", "gc, Stack", "iter(()), b'x'", "Stack.append, 1.5", "(1,), (1, [])")
def tracked(x, y):
    # A collection would untrack what holds nothing that the collector has to know of.
    gc.disable()
    made = [(x,), (y,), (x, y), (y, x), (x, x, x), ((x,),), two(x, y)]
    found = [gc.is_tracked(t) for t in made]
    gc.enable()
    return found
