"""Assignments of __class__ and other changes of classes, made by callees in the middle of compiled loops."""

import sys
import types

from program import case


class First:
    kind = "first"

    def __init__(self, x):
        self.x = x

    def name(self):
        return "First.name", self.x

    def __len__(self):
        return 1

    def __getitem__(self, key):
        return "first item", key

    @property
    def p(self):
        return "first property"


class Second:
    kind = "second"

    def name(self):
        return "Second.name", self.x

    def __len__(self):
        return 0

    def __getitem__(self, key):
        return "second item", key

    @property
    def p(self):
        return "second property"

    @property
    def x(self):
        return "property instead of a value"


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b

    def both(self):
        return self.a, self.b


class Swapped:
    __slots__ = ("a", "b")

    def both(self):
        return self.b, self.a


constant = First("constant")


def become(o, cls, now):
    if now:
        o.__class__ = cls


def cold_become(o, cls, now):
    if now:
        o.__class__ = cls


def through_descriptor(o, cls, now):
    if now:
        object.__dict__["__class__"].__set__(o, cls)


def through_setattr(o, cls, now):
    if now:
        setattr(o, "__class__", cls)


def through_object(o, cls, now):
    if now:
        object.__setattr__(o, "__class__", cls)


WAYS = [become, cold_become, through_descriptor, through_setattr, through_object]


@case("0", "1", "2", "3", "4")
def in_a_loop(way):
    change = WAYS[way]
    o = First(1)
    out = []
    for i in range(6):
        seen = [o.kind, o.x, o.name(), o[i], o.p, bool(o), len(o)]
        change(o, Second, i == 2)
        out.append((seen, o.kind, o.x, o.name(), o[i], o.p, bool(o), len(o), type(o).__name__, o.__class__.__name__,
                    isinstance(o, First), isinstance(o, Second)))
    return out


@case("6", "0")
def by_itself(n):
    o = First(1)
    out = []
    for i in range(n):
        if i == 3:
            o.__class__ = Second
        out.append((o.kind, o.x, o.name(), type(o) is First))
    return out


@case("True", "False")
def to_and_fro(often):
    o = First(1)
    out = []
    for i in range(8):
        become(o, Second if i % 2 else First, often or i == 5)
        out.append((o.kind, o.name(), o.x))
    return out


@case("6")
def of_a_constant(n):
    out = []
    try:
        for i in range(n):
            out.append((constant.kind, constant.x, type(constant).__name__, isinstance(constant, First)))
            become(constant, Second, i == 2)
            out.append((constant.kind, constant.x, type(constant).__name__, isinstance(constant, First)))
    finally:
        constant.__class__ = First
    return out


@case("6")
def of_a_new_object(n):
    out = []
    for i in range(n):
        o = First(i)
        become(o, Second, i >= 3)
        out.append((o.name(), o.x, type(o).__name__))
    return out


@case("6")
def with_slots(n):
    o = Slotted("a", "b")
    out = []
    for i in range(n):
        out.append((o.a, o.both()))
        become(o, Swapped, i == 2)
        o.a = ("a", i)
        out.append((o.a, o.b, o.both()))
    return out


@case("6")
def several_receivers(n):
    a, b = First("a"), Second()
    out = []
    for i in range(n):
        o = a if i % 2 else b
        before = o.kind
        become(o, First if type(o) is Second else Second, i == 4)
        out.append((before, o.kind, o.name() if type(o) is First else None))
    return out


@case("'slots'", "'builtin'", "'no class'")
def refused(what):
    o = First(1)
    new = {"slots": Slotted, "builtin": int, "no class": 5}[what]
    out = []
    for i in range(4):
        try:
            become(o, new, i == 2)
        except TypeError as error:
            out.append(str(error))
        out.append((o.kind, o.name()))
    return out


class Lazy(types.ModuleType):
    @property
    def value(self):
        return "property of the module's class"

    def __getattr__(self, name):
        return "lazy " + name


module = types.ModuleType("module")


def read_module():
    return module.value, type(module).__name__, isinstance(module, Lazy), module.__class__.__name__


@case("6")
def of_a_module(n):
    module.value = "variable"
    out = []
    try:
        for i in range(n):
            out.append((module.value, type(module).__name__, isinstance(module, Lazy)))
            become(module, Lazy, i == 2)
            out.append((module.value, type(module).__name__, isinstance(module, Lazy), read_module()))
        out.append(module.something)
    finally:
        module.__class__ = types.ModuleType
    out.append(read_module())
    return out


class Meta(type):
    @property
    def flavour(cls):
        return "Meta"


class OtherMeta(Meta):
    @property
    def flavour(cls):
        return "OtherMeta"


class Made(metaclass=Meta):
    attribute = "of the class"


@case("6")
def of_a_class(n):
    out = []
    try:
        for i in range(n):
            out.append((Made.flavour, Made.attribute, type(Made).__name__))
            become(Made, OtherMeta, i == 2)
            out.append((Made.flavour, Made.attribute, type(Made).__name__))
    finally:
        Made.__class__ = Meta
    return out


def change_class(cls, o, what, other):
    if what == "attribute":
        cls.kind = "changed"
    elif what == "new data descriptor":
        cls.x = property(lambda self: "shadowed by the class")
    elif what == "method":
        cls.name = lambda self: "patched"
    elif what == "delete method":
        del cls.name
    elif what == "method of the base":
        cls.__base__.inherited = lambda self: "patched in the base"
    elif what == "bases":
        cls.__bases__ = (other,)
    elif what == "__dict__":
        o.__dict__ = {"x": "from another dict", "kind": "from another dict"}
    elif what == "shadow":
        o.name = lambda: "instance"
        o.kind = "instance"
    elif what == "delete value":
        del o.x
    elif what == "more values":
        for i in range(40):
            setattr(o, f"more{i}", i)
    elif what == "code":
        cls.name.__code__ = (lambda self: ("new code", self.x)).__code__
    elif what == "defaults":
        cls.name.__defaults__ = ("new default",)
    elif what == "getattribute":
        cls.__getattribute__ = lambda self, name: "any " + name if name in ("x", "kind") else object.__getattribute__(self, name)
    elif what == "__class__ attribute":
        cls.__class__ = property(lambda self: other)
    elif what == "len":
        cls.__len__ = lambda self: 7
    elif what == "name":
        cls.__name__ = "Renamed"


@case("'attribute'", "'new data descriptor'", "'method'", "'delete method'", "'method of the base'", "'bases'", "'__dict__'",
      "'shadow'", "'delete value'", "'more values'", "'code'", "'defaults'", "'getattribute'", "'__class__ attribute'",
      "'len'", "'name'", "'nothing'")
def changed_by_a_callee(what):
    class Base:
        def inherited(self):
            return "Base"

    class OtherBase:
        kind = "other base"

        def inherited(self):
            return "OtherBase"

    class C(Base):
        kind = "C"

        def __init__(self):
            self.x = 1

        def name(self, y=2):
            return "C.name", self.x, y

        def __len__(self):
            return 3

    o = C()
    out = []
    for i in range(6):
        try:
            before = o.x, o.kind, o.inherited(), o.name(), len(o)
            if i == 3:
                change_class(C, o, what, OtherBase)
            out.append((before, o.inherited(), o.kind, len(o), isinstance(o, OtherBase), type(o).__name__))
            out.append((o.name(), o.x))
        except AttributeError as error:
            out.append(str(error))
    return out


@case("4", "9")
def in_a_frame_below(depth):
    o = First(1)

    def down(n):
        before = o.name()
        if n == 0:
            o.__class__ = Second
            return [before]
        out = down(n - 1)
        out.append((n, before, o.name(), o.x))
        return out
    return down(depth)


@case("6")
def from_a_finaliser(n):
    o = First(1)

    class Changer:
        def __init__(self, armed):
            self.armed = armed

        def __del__(self):
            become(o, Second, self.armed)
    out = []
    for i in range(n):
        before = o.name()
        c = Changer(i == 3)
        c = None
        out.append((before, o.name(), o.x, c))
    return out


@case("5")
def by_an_operator(n):
    o = First(1)

    class Changer:
        def __init__(self, armed):
            self.armed = armed

        def __add__(self, other):
            become(o, Second, self.armed)
            return "sum"

        def __iter__(self):
            yield 1
            become(o, Second, self.armed)
            yield 2

        def __eq__(self, other):
            become(o, Second, self.armed)
            return True
    out = []
    for armed in (False, True):
        for i in range(n):
            c = Changer(armed and i == 3)
            o.__class__ = First
            out.append((o.x, c + 1, o.x, o.name()))
            o.__class__ = First
            for k in c:
                out.append((k, o.x))
            out.append(o.name())
            o.__class__ = First
            out.append((o.x, c == 1, o.x, o.kind))
    return out


@case("12")
def classes_that_die(n):
    """Classes of the same shape and, as likely as not, at the same address."""
    out = []
    for i in range(n):
        if i % 2:
            class C:
                def __init__(self):
                    self.a = "a"
                    self.b = "b"

                def get(self):
                    return "odd", self.b
        else:
            class C:
                def __init__(self):
                    self.b = "b"
                    self.a = "a"

                def get(self):
                    return "even", self.a
        o = C()
        out.append((read_ab(o), o.get()))
    return out


def read_ab(o):
    return o.a, o.b, o.get()


@case
def descriptor_is_the_same():
    d = object.__dict__["__class__"]
    return type(d).__name__, d.__name__, d.__doc__, d.__get__(1), sys.getsizeof(d), repr(d), d.__objclass__


class Before:
    pass


class After:
    pass


@case("Before(), 1", "Before(), 7", "Before(), 20")
def asked_again(thing, at):
    answers = []
    for i in range(12):
        answers.append(isinstance(thing, Before))
        if i == at:
            thing.__class__ = After
        answers.append((isinstance(thing, Before), isinstance(thing, After)))
    return answers
