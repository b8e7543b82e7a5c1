"""Subscripts and slices: read, written, deleted; of builtin and other types."""

import sys

from program import case


class Recorder:
    def __init__(self):
        self.log = []

    def __getitem__(self, key):
        self.log.append(("get", key))
        return len(self.log)

    def __setitem__(self, key, value):
        self.log.append(("set", key, value))

    def __delitem__(self, key):
        self.log.append(("del", key))


class Raising:
    def __getitem__(self, key):
        raise LookupError(key)

    def __setitem__(self, key, value):
        raise LookupError(key, value)

    def __delitem__(self, key):
        raise LookupError(key)


class Index:
    def __init__(self, n):
        self.n = n

    def __index__(self):
        print("index", self.n)
        return self.n


class MyList(list):
    def __getitem__(self, key):
        return "MyList", key


class MyDict(dict):
    def __missing__(self, key):
        print("missing", key)
        return "missing"


class Generic:
    def __class_getitem__(cls, item):
        return cls, item


class BadHash:
    def __hash__(self):
        raise ValueError("hash")


class BadEqual:
    def __hash__(self):
        return hash("a")

    def __eq__(self, other):
        raise ValueError("equal")


READS = (
    "[1, 2, 3], 1", "(1, 2, 3), 1", "'abc', 1", "{'a': 1}, 'a'", "[1, 2, 3], -1", "[1, 2, 3], 3", "(1, 2, 3), -4", "'abc', 99", "'äöü', 2",
    "'\\u4e2d\\U0001f600', 1", "{'a': 1}, 'b'", "{1: 2}, 1.0", "{1: 2}, []", "b'abc', 0", "range(5), 2", "[1, 2], True", "[1, 2], Index(1)", "[1, 2], 'a'",
    "[1, 2], 1 << 70", "MyList([1]), 0", "MyDict(), 'z'", "Recorder(), 5", "Raising(), 5", "5, 5", "None, 0", "Generic, int", "list, int", "int, 3",
    "{'a': 1}, BadHash()", "{'a': 1}, BadEqual()", "memoryview(b'xyz'), 1", "bytearray(b'xyz'), -1", "[1, 2, 3], None", "[[1], [2]], 0",
)


@case(*READS)
def read(container, key):
    return container[key]


@case("[1, 2, 3], 1, 'v'", "{'a': 1}, 'a', 'v'", "{}, 1, 2", "[1, 2, 3], -1, 0", "[1], 5, 0", "(1, 2), 0, 0", "'abc', 0, 'x'", "Recorder(), 1, 2",
      "Raising(), 1, 2", "[1, 2], True, 3", "[1, 2], 'a', 3", "{}, [], 1", "bytearray(b'ab'), 0, 65", "bytearray(b'ab'), 0, 300", "MyList([1, 2]), 0, 5",
      "MyDict(), 'k', 1", "None, 0, 0", "{'a': 1}, BadEqual(), 2", "[1, 2], 1 << 70, 3")
def write(container, key, value):
    container[key] = value
    return container


@case("[1, 2, 3], 1", "{'a': 1}, 'a'", "{}, 1", "[1, 2, 3], -1", "[1], 5", "(1, 2), 0", "Recorder(), 1", "Raising(), 1", "[1, 2], 'a'", "{}, []", "None, 0")
def delete(container, key):
    del container[key]
    return container


@case("[1, 2, 3], 1, 10", "[1.5, 2.5], 0, 1", "['a'], 0, 'b'", "{'k': 1}, 'k', 5", "{}, 'k', 5", "[[1]], 0, [2]", "Recorder(), 1, 2", "[1], 3, 1", "[1], 0, 'a'", "((1,),), 0, (2,)")
def augmented(container, key, value):
    container[key] += value
    return container


SLICES = (
    "[0, 1, 2, 3, 4, 5], 1, 4", "(0, 1, 2, 3), 1, 3", "'abcdef', 2, 4", "b'abcdef', 1, -1", "[0, 1, 2], None, None", "[0, 1], 5, 1", "'abc', -2, None",
    "[1, 2], 'a', 1", "[1, 2], 1.5, 2", "[1, 2, 3], Index(1), Index(2)", "Recorder(), 1, 2", "5, 1, 2", "{}, 1, 2", "[1, 2, 3], -100, 1 << 70", "range(10), 2, 5",
)


@case(*SLICES)
def slice_read(container, start, stop):
    return container[start:stop], container[start:], container[:stop], container[:]


@case("[0, 1, 2, 3, 4, 5], 1, 5, 2", "'abcdef', None, None, -1", "(1, 2, 3), 2, 0, -1", "[1, 2], 0, 2, 0", "Recorder(), 1, 2, 3", "[1], 0, 1, 'a'")
def slice_step(container, start, stop, step):
    return container[start:stop:step], container[::step]


@case("[0, 1, 2, 3], 1, 3, [9]", "[0, 1, 2], 0, 0, (7, 8)", "[0, 1], 1, None, 'xy'", "[0], 0, 1, 5", "(1, 2), 0, 1, []", "Recorder(), 1, 2, 3", "bytearray(b'abc'), 0, 2, b'zz'", "{}, 1, 2, 3")
def slice_write(container, start, stop, value):
    container[start:stop] = value
    return container


@case("[0, 1, 2, 3, 4], 1, 3", "[0, 1], None, None", "'abc', 0, 1", "Recorder(), 1, 2", "[1, 2], 'a', 'b'")
def slice_delete(container, start, stop):
    del container[start:stop]
    return container


@case("[0, 1, 2, 3], 2, 10", "['a', 'b'], 1, ['z']", "Recorder(), 1, 2", "(1, 2), 1, (3,)")
def slice_augmented(container, stop, value):
    try:
        container[:stop] += [value]
    except TypeError as error:
        return container, str(error)
    return container


@case("[[1, 2], [3, 4]]", "((1, 2), (3, 4))", "['ab', 'cd']", "{0: {0: 1, 1: 2}, 1: [5, 6]}", "[[1]]", "[1, 2]")
def nested(m):
    return m[0][0], m[1][1], m[0][1], m[-1][-1]


@case("10", "3", "0")
def matrix(n):
    rows = [[i * j for j in range(n)] for i in range(n)]
    total = 0
    for i in range(n):
        for j in range(n):
            rows[i][j] += rows[j][i]
            total += rows[i][j] - rows[j][i] // 2
    return total, rows[:2]


@case("'the cat the dog the end'", "''", "'a b c a'")
def word_count(text):
    counts = {}
    for word in text.split():
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    return counts


@case("[5, 3, 8, 1]", "[]", "['b', 'a', 'c']", "[2.5, 1, 3]", "[1, 'a']", "(3, 2, 1)")
def quicksort(items):
    if len(items) < 2:
        return items
    pivot = items[0]
    low = [x for x in items[1:] if x < pivot]
    high = [x for x in items[1:] if not x < pivot]
    return quicksort(low) + [pivot] + quicksort(high)


@case("[1, 2, 3]", "(1, 2, 3)", "'abc'", "b'abc'", "{0: 'x', 1: 'y', 2: 'z'}", "range(3)", "MyList([1, 2, 3])", "Recorder()", "[1]")
def polymorphic(container):
    out = []
    for i in (0, 1, 2):
        out.append(container[i])
    return out


@case("0", "1", "-1", "9", "-9")
def constant_containers(i):
    return (10, 20, 30)[i % 3], "xyz"[i % 3], {0: "a", 1: "b"}.get(i), [1, 2, 3][i]


@case("{}", "{'a': 1}", "MyDict(a=1)", "{'a': BadHash()}")
def dict_methods(d):
    out = [d.get("a"), d.get("b", 5), d.setdefault("c", []), len(d)]
    d["c"].append(1)
    out.append(sorted(d))
    out.append(d.pop("a", "none"))
    out.append(list(d.items()))
    d.update(x=1, **{"y": 2})
    out.append(list(d.values()))
    del d["x"]
    out.append("x" in d)
    return out


@case("5", "0", "20")
def list_methods(n):
    out = []
    append = out.append
    for i in range(n):
        append(i)
        out.append(i * i)
    out.extend(x for x in range(3))
    out.insert(1, "one")
    out.reverse()
    last = out.pop()
    first = out.pop(0)
    out.sort(key=str)
    return out, last, first, out.count(1), out.index("one") if "one" in out else None


@case("[3, 1, 2], True", "[1, 'a'], False", "(1, 2), False")
def method_errors(items, reverse):
    out = []
    try:
        items.sort(reverse=reverse)
    except (TypeError, AttributeError) as error:
        out.append(str(error))
    try:
        items.append(1, 2)
    except (TypeError, AttributeError) as error:
        out.append(str(error))
    try:
        items.pop(100)
    except (IndexError, AttributeError) as error:
        out.append(str(error))
    return out, items


class Sized:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        if self.n == 13:
            frame = sys._getframe(1)
            frame.f_locals["total"] = 1000
        return self.n


@case("[[1, 2], [3], []]", "[[1], 'abc', (1, 2), {1: 2}, range(5), Sized(4)]", "[[1], [2], Sized(13), [3]]", "[[1], Sized(-1)]", "[[1], 3]", "[Sized(2**40), []]", "[[0] * 3] * 20 + ['x']", "[SubList('ab'), []]")
def sizes(items):
    total = 0
    scaled = 0.5
    out = []
    for x in items:
        n = len(x)
        scaled = scaled * 1.5 + n
        if len(x) > 1:
            total += n
        out.append(n)
    return total, scaled, out


class SubList(list):
    def __len__(self):
        return 77


@case("3, [1, 2, 3]", "2**40, [1, 2**40]", "5, (1, 2)", "1, [True]", "1, [1.0, 2]", "300, [299, int('300')]", "2, [1, Equal()]", "2, [0, Raises(), 2]", "True, [2, 1]", "7, {7: 1}", "'a', ['a']", "3, 'abc'", "5, [4, None, 5]")
def held_ints(x, container):
    return x in container, x not in container, [y for y in (1, 2, x) if y in container]


class Equal:
    def __eq__(self, other):
        return True


class Raises:
    def __eq__(self, other):
        raise KeyError(other)


@case("[1, 2, 3, 4, 5]", "'hello'", "(1, 2, 3)", "b'bytes'", "'h\\xe9llo\\u20ac'", "SubList([1, 2, 3])", "range(9)", "[]", "()", "''")
def slices_by_bounds(x):
    out = []
    for a in (None, 0, 1, 3, 9, -1, -3, -9, 2**40, -(2**70), True, Index(2)):
        for b in (None, 0, 2, 4, -1, -4, 2**40, False, Index(-1)):
            part = x[a:b]
            out.append((part, type(part) is type(x), part is x))
    return out


class Index:
    def __init__(self, n):
        self.n = n

    def __index__(self):
        return self.n


@case("range(10)", "range(3, 40, 7)", "range(9, -9, -2)", "range(0)", "range(2**30 - 4, 2**30 + 4)", "range(2**70)", "range(True)")
def ranges_taken_apart(items):
    """As divide-and-conquer does it."""
    n = len(items) if items.stop < 2**60 else 7
    if not n:
        return [items]
    i = n // 2
    out = [(items[:i], items[i], items[i + 1:], items[-1], items[Index(0)], bool(items[i:]))]
    for j in (n, -n - 1, 2**40):
        try:
            out.append(items[j])
        except IndexError as e:
            out.append(str(e))
    return out + ranges_taken_apart(items[:i]) if n < 7 else out


@case("[7]", "[]", "'ab'", "(8, 9, 10)", "None", "5")
def slices_stored(value):
    out = []
    for a in (None, 1, 3, -2, 9, -9, Index(1), 2**70):
        for b in (None, 0, 2, -1, 20, True):
            x = [1, 2, 3, 4]
            try:
                x[a:b] = value
            except TypeError as e:
                out.append(str(e))
            out.append(x)
            y = [1, 2, 3]
            y[a:b] = y
            out.append(y)
    return out


class Ended:
    def __init__(self, name, log, items):
        self.name, self.log, self.items = name, log, items

    def __del__(self):
        self.log.append((self.name, len(self.items)))


@case("[1, 2, 3, 4, 5], 2", "[2**40, 'a', None], 0", "[], 0", "[1], 0", "list(range(40)), 39", "[1, 2], 5", "(1, 2, 3), 1")
def move_to_front(items, at):
    """Slices joined and stored over the whole list, which keeps its room."""
    import sys
    out = []
    same = items
    for k in range(4):
        joined = items[at:at + 1] + items[0:at] + items[at + 1:]
        try:
            items[:] = joined
            out.append(sys.getsizeof(items))
            items[:] = items
            items[:] = items + joined[:1]
            out.append((list(items), sys.getsizeof(items), sys.getsizeof(items[1:]), sys.getsizeof(items + joined)))
            items[:] = items[:1]
            items[:] = []
            out.append(sys.getsizeof(items))
            items[:] = joined
            items[:] = tuple(joined)
            items[:] = iter(joined)
            items[:] = 5
        except TypeError as error:
            out.append(str(error))
    return out, same is items, items


@case("3", "0", "9")
def items_replaced_die(n):
    """They die when the list has the new ones, the last first."""
    log = []
    items = []
    items[:] = [Ended(k, log, items) for k in range(n)]
    for k in range(3):
        log.append("next")
        items[:] = [Ended(k * 100 + i, log, items) for i in range(len(items))]
        items[:] = items[1:] + items[:1]
    log.append("last")
    items[:] = []
    return log
