"""Loops over enumerate, zip, reversed and dicts, whose iterators are not made while nobody gets them. What is gone through changes
meanwhile, ends in between, or is of another class than was expected; loops are left in the middle and looked at."""

from program import case


class Pair:
    def __init__(self, x, y):
        self.x = x
        self.y = y


class Listing(list):
    def __reversed__(self):
        return iter(["mine"])


class Table(dict):
    def items(self):
        return [("mine", len(self))]


class Endless:
    """An iterator in Python."""

    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        self.n -= 1
        if self.n < 0:
            raise StopIteration
        return self.n


class Failing(Endless):
    def __next__(self):
        if self.n == 2:
            raise ValueError("in the middle")
        return super().__next__()


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return type(error).__name__, str(error), error.__traceback__.tb_next.tb_lineno - function.__code__.co_firstlineno


def numbered(items):
    out = []
    for i, item in enumerate(items):
        out.append((i, item))
        if item == 77:
            break
    return out


def numbered_from(items):
    return [i * 2 + len(str(item)) for i, item in enumerate(items, 1)]


def numbered_by_name(items):
    return {item: i for i, item in enumerate(items, start=-2)}


def numbered_large(items):
    total = 0
    for i, item in enumerate(items, 1073741822):
        total += i
        item = total - i
    return total, item


def numbered_tuples(items):
    """The pair itself is kept."""
    return [pair for pair in enumerate(items)], [len(pair) for pair in enumerate(items)]


@case("[1, 2, 3]", "(1, 2)", "'text'", "{5: 6}", "range(3)", "Endless(3)", "Failing(5)", "[1, 77, 3]", "[]", "7", "Listing([4])", "iter([1, 2])",
      "zip([1], [2])", "enumerate([1])")
def all_numbered(items):
    return (attempt(numbered, items), attempt(numbered_from, items), attempt(numbered_by_name, items), attempt(numbered_large, items),
            attempt(numbered_tuples, items))


def together(a, b):
    out = []
    for x, y in zip(a, b):
        out.append((y, x))
    return out


def three(a):
    return [x + y * z for x, y, z in zip(a, a[1:], (5, 6, 7, 8))]


def kept(a, b):
    pairs = [pair for pair in zip(a, b)]
    return pairs, [len(pair) for pair in zip(a, b, a)]


def strictly(a, b):
    out = []
    for x, y in zip(a, b, strict=True):
        out.append(x)
    return out


@case("[1, 2, 3], [4, 5, 6]", "[1, 2, 3], [4]", "[1], [2, 3]", "[], [1]", "[1], []", "(1, 2), (3, 4)", "[1, 2], (3, 4)", "(1, 2), [3, 4]", "'ab', [1]",
      "[1, 2], range(5)", "Endless(2), [1, 2, 3]", "Failing(4), [1, 2, 3, 4]", "[1, 2], 5", "{1: 2}, [3]")
def all_together(a, b):
    return attempt(together, a, b), attempt(three, list(range(4))), attempt(kept, a, b), attempt(strictly, a, b)


def same_iterator(items):
    """One iterator in two places."""
    it = iter(items)
    return [(a, b) for a, b in zip(it, it)], list(it)


def consumed(items):
    """The iterator that comes first has given an item when the second one ends."""
    first = iter(items)
    out = [a for a, _ in zip(first, [1])]
    return out, list(first)


def numbered_pairs(a, b):
    return [(i, x, y) for i, (x, y) in enumerate(zip(a, b))]


def zipped_numbers(a):
    out = []
    for (i, x), y in zip(enumerate(a), reversed(a)):
        out.append(i * 100 + x * 10 + y)
    return out


@case("[1, 2, 3]", "[1, 2, 3, 4, 5]", "[]", "[9]")
def all_nested(items):
    return same_iterator(items), consumed(items), numbered_pairs(items, items[1:]), zipped_numbers(items)


def backwards(items):
    out = []
    for item in reversed(items):
        out.append(item)
    return out


def ranges(n, step):
    out = [i for i in reversed(range(n))]
    for i in reversed(range(3, n)):
        out.append(i)
    for i in reversed(range(-n, n, 3)):
        out.append(i)
    for i in reversed(range(n, -5, -2)):
        out.append(i)
        if i > 7:
            break
    for i, j in enumerate(range(n, 9)):
        out.append((i, j))
    for i in reversed(range(0, n, step)):
        out.append(i)
    return out


@case("5, 1", "0, 1", "-4, 2", "12, -1", "True, 1", "2**40 - 2**40 + 3, 1", "2.0, 1", "4, 0", "'x', 1")
def all_ranges(n, step):
    return attempt(ranges, n, step)


@case("2**62")
def wide_ranges(n):
    return [i for i, _ in zip(reversed(range(n)), "ab")], [i for i in reversed(range(n, n + 2))], [i for i in reversed(range(2**30 - 3, 2**30 - 1))]


def backwards_shrinking(items):
    out = []
    for item in reversed(items):
        out.append(item)
        items.pop()
        if len(items) > 1:
            items.pop(0)
    return out, items


def backwards_growing(items):
    out = []
    for i, item in enumerate(reversed(items)):
        items.append(i)
        items.insert(0, -i)
        out.append(item)
    return out, items


@case("[1, 2, 3]", "(1, 2, 3)", "range(4)", "{1: 2, 3: 4}", "'abc'", "Listing([1, 2])", "5", "[]", "[1, 2, 3, 4, 5, 6, 7]", "{1, 2}")
def all_backwards(items):
    out = [attempt(backwards, items)]
    if isinstance(items, list):
        out += [attempt(backwards_shrinking, list(items)), attempt(backwards_growing, list(items))]
    return out


def keys(table):
    return [key for key in table]


def named_keys(table):
    return [key for key in table.keys()]


def values(table):
    total = []
    for value in table.values():
        total.append(value)
    return total


def entries(table):
    out = []
    for key, value in table.items():
        out.append((value, key))
    return out


def entry_tuples(table):
    return [entry for entry in table.items()], {entry[0]: i for i, entry in enumerate(table.items())}


@case("{'a': 1, 'b': 2}", "{}", "{1: 2, 'x': None, (3,): 4}", "dict.fromkeys(range(40), 0)", "vars(Pair(1, 2))", "Table(a=1)", "[1]", "holes()", "globals().keys() and {}",
      "type(sys := __import__('sys')).__mro__[-1].__dict__ and {1: 1}")
def all_tables(table):
    return attempt(keys, table), attempt(named_keys, table), attempt(values, table), attempt(entries, table), attempt(entry_tuples, table)


def holes():
    table = {i: str(i) for i in range(20)}
    for i in (0, 1, 5, 7, 18, 19):
        del table[i]
    return table


def growing(table):
    out = []
    for key in table:
        out.append(key)
        if key == 2:
            table["new"] = 1
    return out


def shrinking(table, wanted):
    out = []
    for key, value in table.items():
        out.append(key)
        if key == wanted:
            del table[key]
    return out


def exchanging(table):
    """As many items as before, but other keys."""
    out = []
    for value in table.values():
        out.append(value)
        if len(out) == 2:
            del table[1]
            table["other"] = 1
            del table[2]
            table["another"] = 2
            if len(table) > 3:
                table.pop(3, None)
                table["last"] = 3
    return out


def assigning(table):
    """Values may change, and an item come anew in its old place."""
    out = []
    for key, value in table.items():
        table[key] = value + 1
        table[1] = 100
        out.append((key, value, table[key]))
    return out


def leaving(table):
    for key in table:
        del table[key]
        break
    for key, value in table.items():
        table.clear()
        return key, value, len(table)


def again(table):
    """The error leaves the loop; the next one begins anew."""
    out = []
    for _ in range(3):
        try:
            for key in table.keys():
                out.append(key)
                table[len(table) + 10] = 0
        except RuntimeError as error:
            out.append(str(error))
    return out


def attributes(pair):
    out = []
    for name, value in vars(pair).items():
        out.append((name, value))
        pair.x = 5
    for name in vars(pair):
        out.append(name)
        if len(out) > 3:
            pair.z = 1
    return out


@case
def all_changing():
    def table():
        return {1: 1, 2: 2, 3: 3, 4: 4}

    return (attempt(growing, table()), attempt(shrinking, table(), 2), attempt(shrinking, table(), 4), attempt(shrinking, {}, 1), attempt(exchanging, table()),
            attempt(exchanging, {1: 1, 2: 2, 3: 3}), attempt(assigning, table()), leaving(table()), again(table()), attempt(attributes, Pair(1, 2)))


class Key:
    """A key whose hash and comparison are in Python, and which tells when it dies."""

    def __init__(self, log, name):
        self.log, self.name = log, name

    def __hash__(self):
        return 7

    def __eq__(self, other):
        return self is other

    def __del__(self):
        self.log.append(self.name)
        # Another loop over a dict while the first one is at work.
        for key, value in {"in": 1, "del": 2}.items():
            self.log.append((key, value))


def dying_keys(log):
    table = {Key(log, i): Key(log, -i) for i in range(4)}
    for key, value in table.items():
        log.append("round")
        table[key] = key.name
        value = None
    key = None
    for key in table.keys():
        log.append(key.name)
    key = None
    for value in {1: Key(log, "a"), 2: Key(log, "b")}.values():
        log.append("value")
    log.append("behind")


def dying_lists(log):
    for i, key in enumerate([Key(log, "first"), Key(log, "second")]):
        log.append(i)
    log.append("behind")
    for x, y in zip([Key(log, "x")], [Key(log, "y"), Key(log, "yy")]):
        log.append("zip")
    log.append("behind zip")
    for key in reversed([Key(log, "r"), Key(log, "s")]):
        log.append("reversed")
        break
    log.append("end")


@case
def all_deaths():
    log = []
    dying_keys(log)
    dying_lists(log)
    return log


def looked_at(items, table):
    """Frames are looked at, and locals changed, in the middle."""
    import sys

    out = []
    for i, item in enumerate(items):
        frame = sys._getframe()
        frame.f_locals["item"] = item * 10
        out.append((i, item))
        for x, y in zip(items, items):
            frame.f_locals["x"] = x + 1
            out.append((x, y))
    for key, value in table.items():
        frame.f_locals["value"] = [value]
        out.append((key, value))
    return out


def yielding(items, table):
    for i, item in enumerate(items):
        yield i, item
    for x, y in zip(items, reversed(items)):
        yield x * 10 + y
    for key, value in table.items():
        yield key
        yield value
    for key in table:
        table[key] = yield key


@case("[1, 2, 3], {'a': 1, 'b': 2}", "[], {}", "[5], {1: 2.5}")
def all_seen(items, table):
    generator = yielding(items, table)
    out = []
    for step in range(100):
        try:
            out.append(generator.send(None if step == 0 else step))
        except StopIteration:
            break
    return looked_at(items, table), out, table


def raising(items, table):
    """Exceptions leave one loop, and a handler goes on in the next."""
    out = []
    for i, item in enumerate(items):
        try:
            for x, y in zip(items, items):
                out.append(10 // (x - i))
        except ZeroDivisionError as error:
            out.append(error.__traceback__.tb_lineno - raising.__code__.co_firstlineno)
        try:
            for key, value in table.items():
                out.append(key + value)
        except TypeError as error:
            out.append(str(error))
    return out


def sums(items, table):
    """Numbers in registers beside the positions, and wide ones."""
    total, product = 0, 1
    for i, item in enumerate(items):
        total += i * item
        product *= item + i + 1
    for key, value in table.items():
        total += value
    for x, y in zip(items, reversed(items)):
        total += x * y
    return total, product


@case("[1, 2, 3], {1: 2, 3: 4}", "[1.5, 2.5], {1: 0.5}", "[2**40, 3], {1: 2**70}", "[0, 1], {1: 'x'}", "list(range(50)), dict.fromkeys(range(50), 3)")
def all_numbers(items, table):
    return attempt(raising, items, table), attempt(sums, items, table)


def replaced_names(items):
    """The names mean something else while the loops run."""
    global enumerate, zip
    out = []
    try:
        for i, item in enumerate(items):
            if i == 1:
                enumerate = backwards_pairs
            for j, other in enumerate(items):
                out.append((i, item, j, other))
    finally:
        del enumerate
    return out


def backwards_pairs(items):
    return [(item, -1) for item in items]


@case("[1, 2, 3]")
def all_replaced(items):
    return replaced_names(items)


def keys_of(table, wanted=None):
    out = []
    for key in table:
        if key == wanted:
            table[key, key] = 1
        out.append(key)
    return out


@case
def learned_dicts():
    """What is iterated over has been a dict so often that it is taken for one."""
    out = []
    for i in range(300):
        out = keys_of({i: 1, "a": 2})
    for other in ([1, 2], (3,), {4}, "ab", Table(x=1), {5: 6}, vars(Pair(7, 8)), {}, 9):
        out.append(attempt(keys_of, other))
    return out, attempt(keys_of, {1: 2, 3: 4}, 1), attempt(keys_of, {1: 2, 3: 4}, 3)


def filled(table, keys, value):
    for key in keys:
        table[key] = value
        value = key
    return table


@case("{}, ['a', 'b', 'a', 1, (2, 3)], 0", "{1: 2}, [1, 1, 2**70], None", "{}, [[]], 1", "[0, 0], [1, 0], 5", "Table(), ['x', 'x'], 2", "vars(Pair(1, 2)), ['x', 'z', 'y', 'x'], 3",
      "{}, range(40), 1", "{}, [1.5, 'nan', True, 1], 1", "5, [1], 2")
def all_filled(table, keys, value):
    return attempt(filled, table, keys, value), table
