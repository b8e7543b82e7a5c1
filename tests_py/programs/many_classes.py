"""Places that have seen more classes than are told apart there: what classes say about their attributes is remembered for all
places together, and changes while the code runs."""

import enum
import types

from program import case


class Base:
    kind = "base"

    def method(self):
        return "method of", type(self).__name__

    @property
    def doubled(self):
        return self.x * 2

    @doubled.setter
    def doubled(self, value):
        self.x = value // 2

    @classmethod
    def of_class(cls):
        return cls.__name__

    @staticmethod
    def static():
        return "static"


class Inline(Base):
    def __init__(self):
        self.x = 1


class Shifted(Base):
    def __init__(self):
        self.a = self.b = None
        self.x = 2


class Slotted(Base):
    __slots__ = ("x",)

    def __init__(self):
        self.x = 3


class OfClass(Base):
    x = 4


class Computed(Base):
    def __init__(self):
        self.stored = 5

    @property
    def x(self):
        return self.stored

    @x.setter
    def x(self, value):
        self.stored = value


class Hooked(Base):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return 6


class HookedProperty(Base):
    """Its property fails, so that __getattr__ is asked."""

    @property
    def x(self):
        raise AttributeError("inner")

    @x.setter
    def x(self, value):
        print("set", value)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return 7


class OfList(list, Base):
    def __init__(self):
        self.x = 8


class OfInt(int, Base):
    x = 9


class Setter(Base):
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value + 100)

    x = 10


class Reader(Base):
    x = 11

    def __getattribute__(self, name):
        return object.__getattribute__(self, name)


class NonData:
    def __get__(self, instance, owner):
        return 12 if instance is None else 13


class WithNonData(Base):
    x = NonData()


EVERY = (Inline, Shifted, Slotted, OfClass, Computed, Hooked, HookedProperty, OfList, OfInt, Setter, Reader, WithNonData)


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as e:
        return type(e).__name__, str(e)


def read(thing):
    return thing.x, thing.kind, thing.method(), thing.doubled, thing.of_class(), thing.static()


def write(thing, value):
    thing.x = value
    return thing.x


def remember(thing):
    thing.extra = thing.kind
    thing.doubled = 22
    return thing.extra, thing.x


def forget(thing):
    del thing.x


@case("EVERY", "EVERY[::-1]", "EVERY[:3]", "EVERY[:5]", "(Inline, Computed)", "(Shifted, Inline, OfList)", "(Inline, Slotted, Setter)",
      "(Computed, Hooked, Inline, Shifted)")
def ways(classes):
    things = [c() for c in classes]
    out = []
    for k in range(5):
        for thing in things:
            out.append(attempt(read, thing))
            out.append(attempt(write, thing, k))
            out.append(attempt(remember, thing))
    return out


@case("EVERY", "EVERY[:6]")
def empty_again(classes):
    """Attributes that are gone, slots that are empty."""
    things = [c() for c in classes]
    out = []
    for k in range(3):
        for thing in things:
            out.append(attempt(read, thing))
            out.append(attempt(forget, thing))
            out.append(attempt(read, thing))
            out.append(attempt(write, thing, k))
    return out


def fresh():
    return [type("Fresh%d" % i, (Base,), {"x": i}) for i in range(7)]


def read_kind(thing):
    return thing.kind, thing.x


@case("'kind'", "'x'", "'other'")
def shadowed_later(name):
    """Instances get what only their classes had: inline, in dicts, and by the class of another instance's keys."""
    classes = fresh()
    out = []
    for turn in range(4):
        for c in classes:
            thing = c()
            out.append(read_kind(thing))
            if turn == 1:
                setattr(thing, name, "inline")
            elif turn == 2:
                thing.__dict__[name] = "in the dict"
            elif turn == 3:
                thing.__dict__ = {name: "in another dict", 5: 6}
            out.append(read_kind(thing))
            out.append(getattr(thing, "other", "none"))
    return out


@case("0", "1", "2", "3", "4", "5")
def changed_classes(how):
    """A class changes between two reads at one place."""
    classes = fresh()
    things = [c() for c in classes]
    out = []
    for turn in range(4):
        out.append([read_kind(thing) for thing in things])
        if turn == 2:
            if how == 0:
                Base.kind = "changed"
            elif how == 1:
                classes[1].kind = "own"
            elif how == 2:
                classes[2].x = property(lambda self: "computed")
            elif how == 3:
                things[3].__class__ = classes[4]
            elif how == 4:
                classes[5].__bases__ = (Inline,)
            else:
                classes[6].__getattribute__ = lambda self, name: "all " + name
    Base.kind = "base"
    out.append([read_kind(thing) for thing in things])
    return out


class Meta(type):
    of_meta = "meta"

    def ask(cls):
        return "asked", cls.__name__

    @property
    def data(cls):
        return "data of meta"


class WithMeta(metaclass=Meta):
    data = "own data"
    value = 1

    def function(self):
        return "function"


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


def of_class(c, *names):
    return c.__name__, c.__mro__[0].__name__, attempt(lambda: c.data), attempt(lambda: c.value), attempt(lambda: c.of_meta)


def call_of_class(c):
    return c.function(None), c.ask()


@case("1", "2")
def classes_themselves(turns):
    out = []
    many = [Meta("M%d" % i, (WithMeta,), {"value": i}) for i in range(6)]
    for k in range(3 * turns):
        for c in (*EVERY, *many, WithMeta, Colour, Meta, type):
            out.append(of_class(c))
            out.append(attempt(call_of_class, c))
            out.append(attempt(lambda: c.RED))
        if k == 3:
            Meta.data = "no property any more"
        if k == 4:
            many[2].__class__ = type("OtherMeta", (Meta,), {"of_meta": "other"})
    Meta.data = property(lambda cls: "data of meta")
    return out


def variable(module):
    return module.value, module.__name__


@case("3", "7")
def modules(n):
    many = [types.ModuleType("m%d" % i) for i in range(n)]
    for i, m in enumerate(many):
        m.value = i
    out = [variable(m) for m in many]
    many[0].value = "changed"
    del many[1].value
    many[1].__getattr__ = lambda name: "of the module's getattr: " + name
    del many[2].value
    out += [attempt(variable, m) for m in many]
    return out


class Loud:
    """Its attribute's death looks at the place it had."""

    def __init__(self, owner):
        self.owner = owner

    def __del__(self):
        print("dead", self.owner.__dict__.get("x"))


@case("7")
def deaths(n):
    things = [type("Fresh%d" % i, (Base,), {})() for i in range(n)]
    for thing in things:
        write(thing, Loud(thing))
        write(thing, Loud(thing))
        write(thing, 1)
    d = {}
    for k in range(3):
        for key in ("a", 1, "b", 2.5, None):
            d[key] = [key, k]
            d[key] = k
    return d
