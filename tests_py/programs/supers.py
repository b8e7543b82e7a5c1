"""super() resolved while compiling: resolution orders, classes and receivers that change in the middle of compiled loops."""

import abc
import sys

from program import case


class Base:
    def __new__(cls, *args):
        self = super().__new__(cls)
        self.made = cls.__name__
        return self

    def __init__(self, x):
        super().__init__()
        self.x = x

    def who(self):
        return "Base", self.x

    @classmethod
    def create(cls, x):
        return "Base.create", cls.__name__, cls(x).x

    @staticmethod
    def fixed(x):
        return "Base.fixed", x

    def line(self):
        return sys._getframe().f_lineno - sys._getframe(1).f_lineno > 0, sys._getframe(1).f_code.co_name


class Child(Base):
    def __init__(self, x):
        super().__init__(x + 1)

    def who(self):
        return "Child", super().who()

    @classmethod
    def create(cls, x):
        return "Child.create", super().create(x)

    @staticmethod
    def fixed(x):
        return "Child.fixed", x

    def both(self, x):
        return super().fixed(x), super(Child, self).fixed(x)

    def line(self):
        return super().line()

    def missing(self):
        return super().nothing()


class Grandchild(Child):
    def who(self):
        return "Grandchild", super().who()


class Other(Base):
    def who(self):
        return "Other", super().who()


class Between(Child, Other):
    """Behind Child comes Other here."""


class Unlike(Base):
    def __getattribute__(self, name):
        return object.__getattribute__(self, name)

    def who(self):
        return "Unlike", super().who()


class Listing(list):
    def append(self, x):
        super().append(x)
        return len(self)

    def __setitem__(self, i, x):
        super().__setitem__(i, (x, "set"))


class Meta(type):
    def __call__(cls, *args):
        return "Meta", super().__call__(*args)


class Made(metaclass=Meta):
    def __init__(self, x):
        self.x = x

    def __repr__(self):
        return f"Made {self.x}"


def new_who(self):
    return "replaced", self.x


def put_in_between():
    Between.__bases__ = (Other, Child)


def shadow():
    Other.who = Other.__dict__["who"]
    Base.who = new_who


def undo(saved):
    Base.who = saved
    Between.__bases__ = (Child, Other)


# Classes are given by name: code that is no longer valid holds those it was made for until it is freed.
@case("'Child'", "'Child', 'Grandchild'", "'Between', 'Child'", "'Child', 'Unlike', 'Other', 'Between', 'Grandchild'")
def receivers(*names):
    objects = [globals()[name](3) for name in names]
    return [(o.who(), o.made, vars(o)) for o in objects * 6]


@case("0", "4", "11")
def method_replaced(when):
    saved = Base.__dict__["who"]
    o, out = Grandchild(1), []
    for i in range(12):
        out.append(o.who())
        if i == when:
            shadow()
    undo(saved)
    out.append(o.who())
    return out


@case("100", "3", "0")
def order_changed(when):
    o, out = Between(5), []
    for i in range(8):
        out.append((o.who(), [c.__name__ for c in type(o).__mro__]))
        if i == when:
            put_in_between()
    undo(Base.__dict__["who"])
    out.append(o.who())
    return out


@case("'Child'", "'Grandchild'", "'Between'")
def classes(name):
    cls = globals()[name]
    return [(cls.create(i), cls.fixed(i), cls(i).both(i)) for i in range(5)]


@case("'Child'", "'Other'")
def class_of_receiver_assigned(name):
    o, out, target = Grandchild(2), [], globals()[name]
    for i in range(8):
        out.append(o.who())
        if i == 4:
            o.__class__ = target
    return out


@case("3")
def builtin_behind(n):
    items = Listing([0])
    out = [items.append(i) for i in range(n)]
    items[0] = n
    return out, list(items), [repr(Made(i)) for i in range(n)], [Made(i)[1].x for i in range(n)]


@case("Child(1)", "Grandchild(1)")
def frames_and_errors(o):
    out = [o.line()]
    for _ in range(3):
        try:
            o.missing()
        except AttributeError as error:
            out.append((str(error), error.__traceback__.tb_next.tb_lineno - error.__traceback__.tb_frame.f_code.co_firstlineno))
    try:
        Child.who(17)
    except (TypeError, AttributeError) as error:
        out.append((type(error).__name__, str(error)))
    return out


@case("'Child'", "'Base'", "'int'")
def bare_new(name):
    out, cls = [], int if name == 'int' else globals()[name]
    for _ in range(4):
        try:
            out.append(type(object.__new__(cls)).__name__)
        except TypeError as error:
            out.append(str(error))
        try:
            out.append(type(Base.__new__(cls)).__name__)
        except TypeError as error:
            out.append(str(error))
    return out


class Like(type):
    __getattribute__ = object.__getattribute__


class Number(Base, metaclass=abc.ABCMeta):
    def __new__(cls, *args):
        self = super(Number, cls).__new__(cls)
        self.number = args
        return self

    @classmethod
    def create(cls, x):
        return "Number.create", super(Number, cls).create(x)


class Ordinary(Base, metaclass=Like):
    def __new__(cls, *args):
        return super().__new__(cls)


@case("'Number'", "'Ordinary'", "'Number', 'Ordinary'")
def metaclasses(*names):
    out = []
    for i in range(8):
        for name in names:
            cls = globals()[name]
            made = cls(i)
            out.append((vars(made), cls.__mro__[0].__name__, made.who(), type.__getattribute__(cls, "create")(i)))
        if i == 5:
            Base.__new__ = staticmethod(lambda cls, *args: object.__new__(cls))
    Base.__new__ = staticmethod(base_new)
    return out


base_new = Base.__new__


@case("False", "True")
def made_abstract(change):
    from abc import ABC, abstractmethod

    class Shape(ABC):
        def __new__(cls):
            return super().__new__(cls)

    class Square(Shape):
        pass

    out = []
    for i in range(6):
        try:
            out.append(type(Square()).__name__)
        except TypeError as error:
            out.append(str(error))
        if change and i == 3:
            Square.__abstractmethods__ = frozenset({"area"})
    return out


@case("1", "2")
def default_callee(x):
    def add(a, b):
        return a + b

    def subtract(a, b):
        return a - b

    def apply(a, b, operation=add, measure=len):
        return operation(a, b), measure("abc")

    out = [apply(x, i) for i in range(6)]
    out.append(apply(x, 1, subtract))
    out += [apply(x, 1, subtract, repr) for _ in range(3)]
    apply.__defaults__ = (subtract, str)
    return out + [apply(x, i) for i in range(3)]


def recursive(n, again=None):
    return 1 if n == 0 else n * again(n - 1)


def descending(n, seen, me=None):
    seen.append(n)
    return me(n - 1, seen) if n else seen


descending.__defaults__ = (descending,)


@case("5", "0")
def recursion_by_default(n):
    recursive.__defaults__ = (recursive,)
    out = [recursive(n), descending(n, [])]
    recursive.__defaults__ = (abs,)
    out.append(recursive(n))
    recursive.__defaults__ = None
    try:
        out.append(recursive(n))
    except TypeError as error:
        out.append(str(error))
    return out
