"""Lookups in dicts: keys that are equal but not the same, equal hashes, deleted keys, tables of every kind and size."""

import gc

from program import case


class Text(str):
    pass


class Collides:
    """Has the hash of a given object and is equal to what it is told."""

    def __init__(self, like, equal):
        self.hash = hash(like)
        self.equal = equal

    def __hash__(self):
        return self.hash

    def __eq__(self, other):
        print("compared with", other)
        if self.equal is None:
            raise ArithmeticError(str(other))
        return self.equal


class Fields:
    def __init__(self, **fields):
        self.__dict__.update(fields)


def shared(*names):
    """The namespace of an instance whose class has more names than it."""
    Fields(first=0, second=1, third=2)
    one = Fields()
    for name in names:
        setattr(one, name, name.upper())
    return one.__dict__


def without(n, *deleted):
    table = {str(i): i for i in range(n)}
    for key in deleted:
        del table[key]
    return table


def fresh(text):
    """An equal str that is another object and has not been asked for its hash."""
    return "".join(list(text))


KEYS = ("1, '1', 'first', 'second', fresh('first'), fresh('199'), -1, -2, 0, True, 1.0, 2**30, -2**70, None, (1, 2), Text('first'), b'1', "
        "Collides('first', False), Collides(1, True), Collides(-2, None)")


def answer(table, key):
    out = []
    try:
        out.append(table[key])
    except (KeyError, ArithmeticError, TypeError) as error:
        out.append(repr(error))
    try:
        out.append(key in table)
        out.append(key not in table)
    except (ArithmeticError, TypeError) as error:
        out.append(repr(error))
    return out


@case("{'first': 1, 'second': 2}, [" + KEYS + "]",
      "{'first': 1, 1: 2, -1: 3, -2: 4, 2.0: 5, (1, 2): 6, None: 7}, [" + KEYS + "]",
      "{Collides('first', True): 1, Collides(1, False): 2}, [" + KEYS + "]",
      "{Collides('first', None): 1, Text('second'): 2}, [" + KEYS + "]",
      "{}, [" + KEYS + "]",
      "without(300, '1', '17', '299'), [" + KEYS + "]",
      "without(30, '1', *map(str, range(2, 29))), [" + KEYS + "]",
      "without(70000), ['1', '69999', fresh('69999'), '70000', 1]",
      "{i: -i for i in range(-5, 400)}, [" + KEYS + "]",
      "shared('second', 'first'), [" + KEYS + "]",
      "shared(), ['first', 'second', fresh('third')]",
      "{1: 'x'}, [[], {}, set()]")
def lookups(table, keys):
    return [answer(table, key) for key in keys]


@case("{'a': 1}", "shared('first')", "{1: 2}", "{}")
def changing(table):
    """What was there goes, comes back, and the table grows meanwhile."""
    out = []
    for i in range(40):
        key = fresh("key%d" % (i % 7))
        out.append(key in table)
        table[key] = i
        out.append(table[key])
        if i % 3 == 0:
            del table[key]
            out.append(key in table)
        if i == 20:
            table[i] = "a key of another kind"
            out.append(table[20])
    return out, sorted(map(str, table.items()))


@case("1.5, 'a', object()", "[], 2, 3", "(1, []), {}, 4", "(1, 2), (object(), ()), None")
def tuples_that_are_tracked(x, y, z):
    """A tuple is known to the collector of cycles only if something in it may be."""
    tuples = [(x,), (x, y), (x, y, z), (), (z,), ((x, y), z), (1, x)]
    return [gc.is_tracked(t) for t in tuples]
