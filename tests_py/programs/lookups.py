"""dict.get, id, isinstance and membership with the classes that have short ways, and others in mid-run."""

import sys

from program import case

heard = []
listening = False
hooked = False  # a hook stays for good


def hear(event, arguments):
    if listening and event == "builtins.id":
        heard.append(len(arguments))
        if len(heard) > 2:
            raise ValueError("enough")


class Counting(dict):
    def get(self, key, default="none"):
        return "own get", key, default


class Odd:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return isinstance(other, Odd) and self.n == other.n

    __hash__ = object.__hash__


class Collides:
    def __init__(self, held):
        self.held = held

    def __hash__(self):
        return 1

    def __eq__(self, other):
        self.held.clear()
        print("cleared")
        return False


class Plain:
    pass


class Derived(Plain):
    pass


def look(d, key):
    return d.get(key), d.get(key, 0), d.get(key, default)


default = "default"


@case("{}, 1", "{1: 2, 'a': 3}, 'a'", "{int: 5}, int", "Counting({1: 5}), 1", "{1: 2}, []", "{2**40: 3, -1: 4}, 2**40", "None, 1")
def gets(d, key):
    out = []
    for _ in range(3):
        try:
            out.append(look(d, key))
        except (TypeError, AttributeError) as error:
            out.append(str(error))
    return out


@case("3", "0")
def class_of_receiver_changes(when):
    out = []
    for i in range(6):
        d = Counting({i: "x"}) if i == when else {i: "x"}
        out.append((look(d, i), look(d, i + 1)))
    return out


@case("1", "1.0", "True", "'a'", "int", "Odd(3)", "2**35", "-1")
def members(key):
    sets = {1, "a", int, 2**35, -2}, frozenset([key]), {Odd(3)}, frozenset(range(100)), set()
    return [(key in s, key not in s) for s in sets * 2]


@case("1", "'a'")
def set_changes_while_compared(key):
    held = {"b", 1.5}
    held.add(Collides(held))
    return [(key in held, len(held)) for _ in range(3)]


@case("1", "2")
def identities(n):
    objects = [Plain() for _ in range(n)] + [None, 5, identities]
    memo = {id(o): o for o in objects}
    return [memo[id(o)] is o and memo.get(id(o)) is o and id(o) in memo and id(o) in set(memo) for o in objects], type(id(n)).__name__


@case("False", "True")
def audited(listen):
    global listening, hooked
    out = []
    heard.clear()
    for i in range(5):
        if i == 1 and not hooked:
            hooked = True
            sys.addaudithook(hear)
        listening = listen and i > 0
        try:
            out.append(id(None) == id(None))
        except ValueError as error:
            out.append((str(error), error.__traceback__.tb_lineno - audited.__code__.co_firstlineno))
    listening = False
    return out, heard


@case("Plain()", "Derived()", "5", "int", "None")
def instances(x):
    return [(isinstance(x, Plain), isinstance(x, (int, Plain)), isinstance(x, (str, (Derived, type)))) for _ in range(3)]


@case("10", "3", "0")
def class_is_told_otherwise(when):
    out, x = [], Derived()
    for i in range(6):
        out.append((isinstance(x, int), isinstance(x, (float, str)), isinstance(x, (float, int)), isinstance(x, Plain)))
        if i == when:
            Derived.__class__ = property(lambda self: int)
    if when < 6:
        del Derived.__class__
    out.append(isinstance(x, int))
    return out


class Meta(type):
    def __subclasscheck__(cls, other):
        return "checked" if other is int else []

    def __getattr__(cls, name):
        return "meta", name


class Checking(metaclass=Meta):
    known = 1


class Pretending:
    __bases__ = (Plain,)


@case(
    "Derived, Plain", "Plain, Derived", "int, (str, (float, int))", "bool, int", "int, Checking", "str, Checking", "1, int", "int, 1", "Derived, ()",
    "Pretending(), Plain", "int | str, int", "int, int | str", "Checking, Checking", "int, type",
)
def subclass(a, b):
    out = []
    for _ in range(3):
        try:
            out.append(issubclass(a, b))
        except TypeError as e:
            out.append(str(e))
    return out


def representation(class_):
    return getattr(class_, "__repr__", None)


class Changing:
    attribute = "first"

    @property
    def computed(self):
        return "computed"

    @classmethod
    def bound(cls):
        return "bound", cls.__name__

    @staticmethod
    def free():
        return "free"


class Below(Changing):
    pass


@case("2", "0")
def attributes_of_changing_classes(n):
    out = []

    def look():
        out.append((getattr(Below, "attribute", "none"), getattr(Changing, "attribute", "none"), representation(Below) is object.__repr__))
        try:
            out.append(getattr(Below, "later"))
        except AttributeError as e:
            out.append(str(e))
        out.append((type(getattr(Below, "computed")).__name__, getattr(Below, "bound")(), getattr(Below, "free")(), getattr(Below, "__name__")))

    for i in range(3):
        look()
    Changing.attribute = "second"
    look()
    Below.attribute = "own"
    look()
    Changing.later = len
    look()
    Below.__repr__ = lambda self: "mine"
    look()
    del Below.__repr__, Changing.later, Below.attribute
    Changing.attribute = "first"
    look()
    return out


@case("int", "Meta", "Checking", "5", "Changing()", "Derived", "type", "len")
def representations(x):
    r = representation(x)
    return type(r), r in (int.__repr__, object.__repr__, type.__repr__), getattr(x, "known", 0), getattr(x, "__doc__", 1), getattr(x, "mro", 2) is None


@case("20", "1")
def bound_methods(n):
    items, seen, names = [], set(), {}
    append, add, pop, extend = items.append, seen.add, items.pop, items.extend
    out = []
    for i in range(n):
        append(i)
        add(i % 5)
        if i % 6 == 5:
            out.append(pop(0))
            extend([i, i])
        if i == n - 2:
            append = print
            add = names.get
    try:
        extend(5)
    except TypeError as e:
        out.append(str(e))
    return items, sorted(seen), out


@case("'e', 'text'", "'x', 'a'", "'', 'text'", "'', ''", "'ex', 'text'", "'\u00e4', '\u00e4\u00f6'", "'a', '\u20ac a'", "'\u20ac', 'abc'", "'z', 'a' * 40 + 'z'", "'q', 'a' * 40",
      "5, 'text'", "'5', b'5'", "chr(0), 'a' + chr(0) + 'b'", "'textt', 'text'", "'\x7f', '\x80'")
def in_text(part, text):
    return part in text, part not in text
