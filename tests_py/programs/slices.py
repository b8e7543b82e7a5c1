"""Slices of lists, tuples, strs and bytes, with constant and with variable bounds, and of what only looks like them."""

from program import case


class Text(str):
    def __getitem__(self, index):
        return "own", index


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


def constant(x):
    return x[1:3], x[1:], x[:2], x[:], x[0:0], x[3:1], x[-2:], x[:-1], x[9:], x[-9:2], x[::2], x[::-1], x[1:2], x[-1:], x[:1]


def variable(x, i, j):
    return x[i:j]


def same(x, i, j):
    return x[i:j] is x, x[:] is x


def assigned(items, i, j, value):
    items[i:j] = value
    return items


CONTAINERS = ["", "a", "text", "longer text of some words", "gr\u00fc\u00dfe aus", "\u4e16\u754c\u4e16\u754c\u4e16", "\U0001f600smile\U0001f600", b"", b"a",
              b"bytes", (), (1,), (1, "two", 3.0, None), [], [1], [1, "two", 3.0, None]]
BOUNDS = [None, 0, 1, 2, 3, -1, -2, 100, -100, 10 ** 30, -10 ** 30, True]

for _ in range(40):
    for container in "text", b"bytes", (1, 2, 3, 4), [1, 2, 3, 4]:
        constant(container), variable(container, 1, 3), same(container, 0, 4)


@case
def constants():
    return [constant(c) for c in CONTAINERS]


@case
def variables():
    return [[variable(c, i, j) for i in BOUNDS for j in BOUNDS] for c in CONTAINERS]


@case
def kinds():
    return [[type(part).__name__ for part in constant(c)] for c in CONTAINERS]


@case
def identity():
    return [same(c, 0, 100) for c in CONTAINERS if c], ["".join(["a", "b", "c"])[1:2] == "b"]


@case
def other_classes():
    found = []
    for x in (Text("text"), range(9), bytearray(b"bytes"), memoryview(b"bytes")):
        parts = variable(x, 1, 3), x[1:3], x[:2]
        found.append([bytes(p) if isinstance(p, memoryview) else p for p in parts])
    return found


@case
def bounds_of_other_classes():
    return [variable(c, Index(1), Index(-1)) for c in CONTAINERS]


@case
def wrong_bounds():
    found = []
    for c in "text", b"bytes", (1, 2), [1], 5, None, {}:
        for i in "a", 1.5, 2:
            try:
                found.append(variable(c, i, 3))
            except (TypeError, KeyError) as error:
                found.append((type(error).__name__, str(error)))
    return found


@case
def bound_changes_the_list():
    items = [1, 2, 3, 4]

    class Clears:
        def __index__(self):
            items.clear()
            return 1

    return variable(items, Clears(), 3), items


@case
def parts_are_new():
    text = "some words"
    parts = [text[i:i + 2] for i in range(9)]
    return parts, {p: i for i, p in enumerate(parts)}, hash(text[0:4]) == hash("some"), text[0:4] == "some", text[:4].upper(), text[5:].isascii()


def every_second(x):
    return x[::2], x[::-1], x[1::3], x[:1:-1], x[-2:-9:-2], x[5:1:2], x[::7], x[1:2:5]


def stepping(x, i, j, k):
    return x[i:j:k]


class Small(bytes):
    pass


@case
def steps():
    found = []
    for x in ("words here", "w", "", "\u00e4\u00f6\u00fc\u00df", "\u20ac uro", [1, 2, 3, 4, 5, 6], [], (1, 2, 3, 4, 5), (), b"bytes", b"", range(9), Small(b"small"), Text("text")):
        found.append(every_second(x))
        for k in (1, -1, 3, -4, 2**40, -(2**40), True, None):
            found.append([stepping(x, i, j, k) for i in (None, 0, -3, 4, 2**35) for j in (None, 2, -1, -(2**35))])
    return found


class Asked:
    """Keeps what it is asked for."""

    def __init__(self):
        self.keys = []

    def __getitem__(self, key):
        self.keys.append(key)
        if key.start == 33:
            raise KeyError(key)
        return key


def of_any(x, i, j, k):
    first = x[i:j:k]
    return first, x[j:i:k], x[i:j:k]


@case
def asked():
    """The slices that somebody gets exist: they are different objects, with the parts that were written."""
    found = []
    for i in range(40):
        x = Asked() if i % 4 == 3 else [1, 2, 3, 4, 5]
        try:
            found.append(of_any(x, i, "b", None) if type(x) is Asked else of_any(x, i % 5, 0, -1 - i % 2))
        except KeyError as error:
            found.append(repr(error))
        if type(x) is Asked:
            found.append((x.keys, len({id(key) for key in x.keys})))
    try:
        of_any([1, 2], 0, 1, 0)
    except ValueError as error:
        frame = error.__traceback__.tb_next.tb_frame
        found.append((str(error), frame.f_locals["i"], frame.f_lineno - frame.f_code.co_firstlineno))
    return found


@case
def single_characters():
    """The parts of one character are the objects that all others are."""
    return "abcd"[1::3] is "b", b"abcd"[1::3] is b"b", "abc"[5::2] is "", ()[::2] is (), [type(p) for p in (Small(b"abc")[::2], Text("abc")[::2])]


@case
def wrong_steps():
    found = []
    for x in "text", b"bytes", (1, 2), [1], range(3), 5, None, {}:
        for k in 0, "a", 1.5:
            try:
                found.append(stepping(x, None, None, k))
            except (TypeError, KeyError, ValueError) as error:
                found.append((type(error).__name__, str(error)))
    return found


@case
def replaced_by_tuples():
    items = [1, 2, 3, 4]
    found = []
    for value in ((7, 8), (), (9,), (1, 2, 3), [5, 6]):
        items[1:3] = value
        found.append(list(items))
    return found
