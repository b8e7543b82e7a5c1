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
