"""Places that see one class after the other: what was learnt changes while the code runs, and after it was compiled again."""

import gc
import weakref

from program import case, jit


class Inline:
    """Its attribute is an inline value."""

    def __init__(self, x=1):
        self.x = x

    def kind(self):
        return "inline", self.x

    def __len__(self):
        return self.x


class Shifted:
    """The same at another place."""

    def __init__(self, x=2):
        self.a = self.b = None
        self.x = x

    def kind(self):
        return "shifted", self.x

    def __bool__(self):
        return self.x > 1


class Slotted:
    __slots__ = ("x",)

    def __init__(self, x=3):
        self.x = x

    def kind(self):
        return "slotted", self.x


class Computed:
    @property
    def x(self):
        return 4

    def kind(self):
        return "computed", self.x


class Shared:
    """Its attribute is the class's."""

    x = 5

    def kind(self):
        return "shared", self.x


class Dynamic:
    def __getattr__(self, name):
        if name == "x":
            return 6
        return lambda: ("dynamic", name)


class Derived(Inline):
    pass


EVERY = (Inline, Shifted, Slotted, Computed, Shared, Dynamic, Derived)

SEQUENCES = ("(1, 2)", "[3, 4]", "'ab'", "range(5, 7)", "{7: 8, 9: 10}", "Pair(11, 12)", "iter((13, 14))", "(1, 2, 3)", "[1]", "None")


class Pair(tuple):
    def __new__(cls, a, b):
        return tuple.__new__(cls, (a, b))

    def __iter__(self):
        return iter(("own", "iterator"))


@case("((1, 2), (3, 4))", "([1, 2], [3, 4])", "((1, 2), [3, 4])", "('ab', (1, 2), [3, 4], range(2))", "([1, 2], (1, 2, 3))", "((1, 2), [1])",
      "(Pair(1, 2), (1, 2))", "(iter('xy'), [1, 2], {1: 2, 3: 4})")
def unpack(items):
    out = []
    for k in range(6):
        for item in items:
            a, b = item
            out.append((a, b))
        for item in items:
            (c, d), = (item,)
            out.append((d, c))
    return out


@case("1", "2", "3", "4", "5", "6", "7")
def unpack_in_turn(turns):
    """More classes with each call; a place for each of many."""
    kinds = ((1, 2), [3, 4], "ef", Pair(7, 8), range(9, 11), {1: 2, 3: 4}, frozenset((5, 6)))
    out = []
    for k in range(4 * turns):
        item = kinds[k % turns]
        a, b = item
        c, d = item
        e, f = item
        g, h = item
        out.append((a, b, c, d, e, f, g, h))
    return out


def total(things):
    s = 0
    for thing in things:
        s += thing.x
    return s


def kinds(things):
    return [thing.kind() for thing in things]


def store(things, value):
    for thing in things:
        try:
            thing.x = value
        except AttributeError as e:
            value = str(e)
    return [getattr(thing, "x", None) for thing in things]


@case("1", "2", "3", "4", "5", "6", "7")
def attributes_in_turn(turns):
    things = [EVERY[k % turns]() for k in range(3 * turns)]
    return total(things), kinds(things), store(things, 10), total(things), kinds(things)


@case("0, 1", "1, 0", "2, 3", "4, 5", "6, 0", "3, 6", "5, 2")
def attributes_of_two(first, second):
    things = [EVERY[first](), EVERY[second]()] * 4
    return total(things), kinds(things), store(things, 20), total(things)


@case("0", "1", "2", "3", "4")
def class_changes_between(round):
    """The classes that were learnt are changed: values, methods, properties in turn."""
    class A:
        x = 1

        def kind(self):
            return "A"

    class B:
        def __init__(self):
            self.x = 2

        def kind(self):
            return "B"

    class C(B):
        __slots__ = ()

    things = [A(), B(), C()] * 3
    out = []

    def note():
        out.append((total(things), kinds(things)))
    for k in range(3):
        note()
    if round == 0:
        A.x = property(lambda self: 30)
    elif round == 1:
        B.kind = lambda self: "new B"
    elif round == 2:
        del A.x
        for thing in things:
            thing.x = 7
    elif round == 3:
        C.x = 9
        B.x = property(lambda self: 40, lambda self, value: None)
    else:
        A.__getattribute__ = lambda self, name: 50 if name == "x" else (lambda: "caught " + name)
    for k in range(3):
        note()
    return out


@case("0", "1", "2")
def class_assigned_between(round):
    class A:
        def __init__(self):
            self.x = 1

        def kind(self):
            return "A", self.x

    class B:
        def __init__(self):
            self.x = 2

        def kind(self):
            return "B", self.x

        def __len__(self):
            return 0

    things = [A(), B()] * 3
    out = []
    for k in range(12):
        if k == 3 * round + 2:
            for thing in things:
                thing.__class__ = A if k % 2 else B
        out.append((total(things), kinds(things), [bool(thing) for thing in things]))
    return out


@case("3", "9", "20")
def classes_that_die(n):
    """Each class is gone when the next one comes."""
    out = []
    for k in range(n):
        class Local:
            def __init__(self):
                self.x = k

            def kind(self):
                return "local", self.x
        thing = Local()
        out.append((total([thing] * 2), kinds([thing])))
        ref = weakref.ref(Local)
        del thing, Local
        gc.collect()
        out.append(ref() is None)
    return out


@case("0", "1", "2")
def many_classes(round):
    """More classes at a place than are ever compiled for; then they change."""
    def make(k):
        class Many:
            number = k

            def __init__(self):
                self.x = k

            def kind(self):
                return "many", self.number, self.x
        return Many
    classes = [make(k) for k in range(12)]
    things = [c() for c in classes]
    out = []
    for k in range(6):
        out.append((total(things), kinds(things)))
        if k == 2:
            if round == 0:
                classes[3].kind = lambda self: "replaced"
                things[5].kind = lambda: "in the instance"
            elif round == 1:
                classes[7].number = "changed"
                del classes[4].kind
                classes[4].kind = lambda self: "back"
            else:
                classes[2].x = property(lambda self: 1000)
                things[1].__class__ = classes[9]
    return out


@case("()", "[]", "None", "0", "1", "2.5", "''", "'x'", "Inline(0)", "Shifted(1)", "Slotted()", "{}", "Derived(0)", "1 << 70")
def truth_in_turn(value):
    out = []
    for other in (value, None, value, 1, True, Slotted(), value):
        if other:
            out.append("true")
        out.append(not other)
        out.append(1 if other and other is not True else 2)
    return out


@case("([1, 2], [3])", "((1, 2), (3,))", "([1, 2], (3, 4), range(3), 'ab')", "(range(2), [5], {6}, {7: 8}, 'xy')", "((x for x in 'ab'), [1])",
      "([], (), range(0))", "([1], 5)")
def loops_in_turn(sequences):
    out = []
    for k in range(4):
        for sequence in sequences:
            for item in sequence:
                out.append(item)
            else:
                out.append("end")
    return out


def loop_of(items):
    out = []
    for item in items:
        out.append(item)
    return out


@case("[1, 2]", "(3, 4)", "range(3)", "'ab'", "(x for x in 'de')", "{1: 2}", "Pair(1, 2)", "7")
def loop_in_turn(items):
    return loop_of(items), loop_of([0]), loop_of((0,)), loop_of(items)


@case("[10, 20, 30], 1", "(10, 20, 30), 2", "'abc', 0", "{1: 2}, 1", "[10, 20], -1", "(10,), 0", "'ab', 5", "{1: 2}, 3", "range(4), 2", "[1, 2], slice(1)",
      "'abc', slice(2)", "[1, 2], True", "{True: 3}, 1", "Pair(1, 2), 1")
def items_in_turn(container, index):
    out = []
    for k in range(3):
        for c, i in ((container, index), ([1, 2], 0), ((3, 4), 1), ({1: 5}, 1), ("xyz", 2)):
            out.append(c[i])
    return out


@case("1, 2", "1.5, 2", "'a', 'b'", "[1], [2]", "1 << 80, 3", "2, 0.5", "True, 1", "(1,), (2,)")
def sums_in_turn(a, b):
    out = []
    for x, y in ((a, b), (1, 2), (0.5, 0.25), ("x", "y"), (b, a)):
        out.append(x + y)
        out.append(x == y)
        try:
            out.append(x < y)
        except TypeError as e:
            out.append(str(e))
    return out


@case("3")
def callee_in_turn(n):
    """An inlined callee sees other classes than it did when it was compiled."""
    @jit
    def get(thing):
        return thing.x

    @jit
    def loop(things):
        s = 0
        for thing in things:
            s += get(thing)
        return s
    out = []
    for k in range(n):
        for cls in EVERY:
            out.append(loop([cls(), Inline(), cls()]))
    return out
