"""Attributes of every kind, read, written and deleted."""

import sys
import types

from program import case


class Plain:
    kind = "class attribute"

    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


class Slots:
    __slots__ = ("a", "b")


class SlotsAndDict(Slots):
    pass


class Getattr:
    def __init__(self):
        self.real = "real"

    def __getattr__(self, name):
        print("getattr", name)
        if name == "bad":
            raise AttributeError("own message")
        if name == "worse":
            raise KeyError(name)
        return name.upper()


class Getattribute:
    x = 1

    def __getattribute__(self, name):
        print("getattribute", name)
        return object.__getattribute__(self, name)


class Setattr:
    def __setattr__(self, name, value):
        print("setattr", name, value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        print("delattr", name)
        object.__delattr__(self, name)


class Data:
    def __get__(self, instance, owner):
        print("data get", instance is None)
        return "data"

    def __set__(self, instance, value):
        print("data set", value)

    def __delete__(self, instance):
        print("data delete")


class NonData:
    def __get__(self, instance, owner):
        return "non-data"


class Descriptors:
    a = Data()
    b = NonData()

    @property
    def readonly(self):
        return "readonly"

    @property
    def failing(self):
        raise AttributeError("inner")


class DescriptorsAndGetattr(Descriptors):
    def __getattr__(self, name):
        return "fallback " + name


class Lazy:
    def __init__(self):
        self.__dict__["a"] = "from dict"

    a = NonData()


class MetaWithAttribute(type):
    from_meta = "meta"

    @property
    def a(cls):
        return "meta property of " + cls.__name__


class WithMeta(metaclass=MetaWithAttribute):
    x = "x"


class Raises:
    def __getattr__(self, name):
        raise ValueError(name)


def slots(**values):
    s = Slots()
    for name, value in values.items():
        setattr(s, name, value)
    return s


def full_dict(n):
    p = Plain()
    for i in range(n):
        setattr(p, f"x{i}", i)
    p.a = "late"
    return p


def with_dict():
    p = Plain(a="was inline")
    p.__dict__["b"] = "put"
    return p


def replaced_dict():
    p = Plain(a=1)
    p.__dict__ = {"a": "new dict"}
    return p


OBJECTS = (
    "Plain(a=1)", "Plain(b=2)", "Plain(c=1, a=2)", "slots(a='slot')", "slots()", "Getattr()", "Getattribute()", "Descriptors()", "DescriptorsAndGetattr()", "Lazy()", "WithMeta",
    "Raises()", "full_dict(40)", "with_dict()", "replaced_dict()", "types.SimpleNamespace(a=5)", "types.ModuleType('m')", "sys", "5", "None", "Plain", "'str'",
)


@case(*OBJECTS)
def read(o):
    return o.a


@case(*OBJECTS)
def read_twice_and_class(o):
    first = o.a
    second = o.a
    return first, second, o.__class__


WRITABLE = (
    "Plain(a=1)", "Plain()", "Plain(c=1)", "slots(a='slot')", "slots()", "Setattr()", "Descriptors()", "DescriptorsAndGetattr()", "Lazy()", "full_dict(40)", "with_dict()",
    "replaced_dict()", "types.SimpleNamespace(a=5)", "5", "None", "'str'", "Getattr()", "SlotsAndDict()",
)


@case(*WRITABLE)
def write(o):
    o.a = "written"
    o.a = o.a + "!" if isinstance(o.a, str) else o.a
    return o.a


@case(*WRITABLE)
def delete(o):
    del o.a
    return hasattr(o, "a")


@case("Plain(a=1)", "Plain(a=1.5)", "slots(a=3)", "Plain(a='s')", "Descriptors()", "Plain()", "with_dict()")
def augment(o):
    o.a += 1
    o.a *= 2
    return o.a


@case("Plain()", "SlotsAndDict()", "Plain(z=1)", "full_dict(25)", "with_dict()")
def many_writes(o):
    o.a = 1
    o.b = "b"
    o.c = o.a + 1
    o.d = None
    del o.b
    o.b = "again"
    o.a = 2
    return list(o.__dict__.items())


@case("Plain(a=1)", "Plain()", "Getattr()", "Descriptors()", "DescriptorsAndGetattr()", "None", "Getattribute()")
def missing(o):
    out = []
    for get in (lambda: o.missing, lambda: o.bad, lambda: o.worse, lambda: o.kind, lambda: o.failing, lambda: o.readonly):
        try:
            out.append(get())
        except (AttributeError, KeyError) as error:
            # What a property raises gets a name only where the interpreter has not specialised.
            out.append((type(error), str(error), str(error) == "inner" or getattr(error, "name", None)))
    return out


@case("Descriptors()")
def readonly(o):
    o.readonly = 5


@case("Plain(a=1)", "Plain(b=1)")
def class_attribute_shadowed(o):
    out = [o.kind]
    o.kind = "instance"
    out.append(o.kind)
    del o.kind
    out.append(o.kind)
    return out


@case("8", "0")
def method_shadowed(n):
    class C:
        def m(self):
            return "method"
    out = []
    c = C()
    for i in range(n):
        if i == 4:
            c.m = lambda: "instance"
        out.append(c.m())
    return out


@case("[Plain(a=1), Plain(b=0, a=2), slots(a=3), Getattr(), types.SimpleNamespace(a=4)]", "[Plain(a=1)] * 6", "[Plain(a=1), Plain()]")
def polymorphic(objects):
    return [o.a for o in objects]


@case("Plain(a=Plain(a=Plain(a=5)))", "Plain(a=Plain(a=slots(a=7)))", "Plain(a=Plain(a=None))")
def chain(o):
    return o.a.a.a


@case("Plain(x=0)", "Plain(y=1, x=1.5)", "with_dict()")
def loop(o):
    for i in range(10):
        o.x = getattr(o, "x", 0) + i
        o.last = i
    return o.x, o.last


@case("Plain(a=1)", "slots(a=1)", "Descriptors()", "None")
def builtin_access(o):
    out = [getattr(o, "a", "default"), hasattr(o, "zzz"), getattr(o, "__class__").__name__]
    try:
        setattr(o, "zz", 1)
        out.append(o.zz)
        delattr(o, "zz")
    except (AttributeError, TypeError) as error:
        out.append(str(error))
    return out


@case("sys", "types", "types.ModuleType('empty')")
def modules(m):
    try:
        return m.__name__, m.maxsize
    except AttributeError as error:
        return str(error)


@case
def type_attributes():
    out = [int.__name__, Plain.kind, WithMeta.a, WithMeta.from_meta, WithMeta.x, Plain.__dict__["kind"]]
    Plain.kind = "changed"
    out.append(Plain.kind)
    Plain.kind = "class attribute"
    out.append(Plain().kind)
    try:
        int.foo = 1
    except TypeError as error:
        out.append(str(error))
    return out


@case("'a'", "'é'", "'__dunder__'")
def names(name):
    p = Plain()
    setattr(p, name, 1)
    return getattr(p, name), p.__dict__


class Private:
    def __init__(self):
        self.__hidden = 1

    def get(self):
        return self.__hidden


@case
def mangled():
    return Private().get(), Private().__dict__


class Self:
    def __init__(self):
        self.me = self
        self.n = 0

    def bump(self):
        self.n += 1
        return self


@case("5")
def cycles(n):
    s = Self()
    for _ in range(n):
        s.me.me.bump().bump()
    s.me = None
    return s.n
