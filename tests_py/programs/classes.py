"""Methods, properties, static and class methods, super, metaclasses, construction."""

from program import case


class Base:
    shared = [1]

    def __init__(self, x=1):
        self.x = x

    def get(self):
        return self.x

    def who(self):
        return "Base"

    @property
    def double(self):
        return self.x * 2

    @double.setter
    def double(self, value):
        self.x = value / 2

    @double.deleter
    def double(self):
        del self.x

    @classmethod
    def create(cls, x):
        return cls(x)

    @staticmethod
    def static(x):
        return x, x


class Child(Base):
    def __init__(self, x, y=2):
        super().__init__(x)
        self.y = y

    def who(self):
        return "Child of " + super().who()

    @property
    def double(self):
        return super().double + 1

    @classmethod
    def create(cls, x):
        return super().create(x)

    def attribute(self):
        return super().shared, super(Child, self).get()


class Left(Base):
    def who(self):
        return "Left " + super().who()


class Right(Base):
    def who(self):
        return "Right " + super().who()


class Diamond(Left, Right):
    def who(self):
        return "Diamond " + super().who()


@case("1", "1.5", "'a'", "None", "1 << 70")
def basics(x):
    b = Base(x)
    return b.get(), b.who(), Base.static(x), b.static(x), b.create(x).x, Base.create(x).get(), b.x is x


@case("1", "2.5", "'a'", "None")
def properties(x):
    b = Base(x)
    out = [b.x]
    try:
        out.append(b.double)
        b.double = 7
        out.append(b.x)
        del b.double
        out.append(b.x)
    except (TypeError, AttributeError) as error:
        out.append(str(error))
    try:
        Child(1).double = 3
    except AttributeError as error:
        out.append(str(error))
    return out


@case("Base(1)", "Child(2)", "Left(3)", "Diamond(4)", "None", "Base")
def polymorphic(o):
    try:
        return o.who(), o.get(), o.double, o.x
    except (AttributeError, TypeError) as error:
        return str(error)


@case("[Base(1), Child(2), Left(3), Right(4), Diamond(5)]", "[Base(1)] * 5", "[]", "[Child(1), None]")
def megamorphic(objects):
    total = 0
    names = []
    for o in objects:
        total += o.get()
        names.append(o.who())
    return total, names


@case("1", "'s'")
def supers(x):
    c = Child(x)
    return c.who(), c.attribute(), Child.create(x).y, Diamond(x).who(), Diamond.__mro__


class BadSuper:
    def no_self():
        return super().x

    def wrong(self):
        return super(int, self).x

    def missing(self):
        return super().nothing

    def rebound(self):
        self = 5
        return super().__init__


@case("'no_self'", "'wrong'", "'missing'", "'rebound'")
def bad_super(name):
    if name == "no_self":
        return BadSuper.no_self()
    return getattr(BadSuper(), name)()


class ReturnsValue:
    def __init__(self, value):
        return value


class NoInit:
    pass


class NewOnly:
    def __new__(cls, *args):
        self = super().__new__(cls)
        self.args = args
        return self


class NewElsewhere:
    def __new__(cls, what):
        return what

    def __init__(self, what):
        print("init", what)


class Both:
    def __new__(cls, a, b=2):
        print("new", a, b)
        return object.__new__(cls)

    def __init__(self, a, b=3):
        print("init", a, b)
        self.a = a


class Raising:
    def __init__(self, x):
        self.x = x
        raise ValueError(x)


class Finalised:
    def __init__(self, x):
        self.x = x
        if x == 2:
            raise KeyError(x)

    def __del__(self):
        print("del", self.x)


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


class KeywordInit:
    def __init__(self, *, a, **more):
        self.a, self.more = a, more


class Meta(type):
    def __call__(cls, *args, **kwargs):
        print("meta call", args)
        return super().__call__(*args, **kwargs)


class WithMeta(metaclass=Meta):
    def __init__(self, x):
        self.x = x


class FromInt(int):
    def __init__(self, value):
        self.extra = value


class FromTuple(tuple):
    def __new__(cls, *items):
        return super().__new__(cls, items)


class FromException(Exception):
    def __init__(self, code):
        super().__init__(code, "text")
        self.code = code


@case("None", "5", "'x'")
def init_returning(value):
    return ReturnsValue(value)


@case("1", "2", "3")
def construct(x):
    out = []
    for make in MAKERS:
        try:
            out.append(make(x))
        except (TypeError, ValueError, KeyError) as error:
            out.append((type(error), error.args))
    return out


MAKERS = (
    lambda x: NoInit(), lambda x: NoInit(x), lambda x: NewOnly(), lambda x: NewOnly(x, 2), lambda x: NewElsewhere(x), lambda x: NewElsewhere(NewElsewhere), lambda x: Both(x),
    lambda x: Both(x, b=x), lambda x: Both(), lambda x: Raising(x), lambda x: Finalised(x), lambda x: Slotted(x, x), lambda x: Slotted(x), lambda x: KeywordInit(a=x, c=2),
    lambda x: KeywordInit(x), lambda x: WithMeta(x), lambda x: WithMeta(), lambda x: FromInt(x), lambda x: FromTuple(x, 1), lambda x: FromException(x), lambda x: Base(),
    lambda x: Base(x, 2), lambda x: Child(), lambda x: object(), lambda x: object(1), lambda x: Base.__new__(Base), lambda x: type("Dynamic", (Base,), {})(x),
)


@case("20", "0")
def many_instances(n):
    total = 0
    for i in range(n):
        p = Slotted(i, i + 1)
        q = Base(p.a * p.b)
        total += q.get() + p.b
    return total


@case("3", "'a'")
def finalisers(x):
    Finalised(x)
    print("after the first")
    f = Finalised(x)
    f = Finalised("other")
    print("rebound")
    del f
    print("deleted")
    try:
        Finalised(2)
    except KeyError:
        print("handled")
    print("end")


class Counter:
    instances = 0

    def __init__(self):
        Counter.instances += 1
        self.number = Counter.instances

    def __init_subclass__(cls, **kwargs):
        print("subclass", cls.__name__, kwargs)
        super().__init_subclass__()


@case("3")
def class_attributes(n):
    Counter.instances = 0
    made = [Counter().number for _ in range(n)]
    Counter.instances -= 1

    class Sub(Counter, tag="t"):
        instances = 100
    made.append(Sub().number)
    return made, Counter.instances, Sub.instances


@case("1", "None")
def class_bodies(x):
    class Local(Base if x else object):
        attribute = x
        items = [x for _ in range(2)]

        def method(self):
            return __class__, self.attribute

        def outer(self):
            return Local
    o = Local()
    return o.method()[1], o.method()[0] is Local, o.outer() is Local, Local.items, Local.__qualname__


@case("4")
def bound_methods(n):
    b = Base(n)
    get = b.get
    b.x = "changed"
    f = Base.get
    return get(), f(b), get.__self__ is b, get == b.get, [m() for m in (b.get, b.who)]


class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


@case("10", "0")
def linked_list(n):
    head = None
    for i in range(n):
        head = Node(i, head)
    total = 0
    reversed_head = None
    while head is not None:
        total += head.value
        head.next, reversed_head, head = reversed_head, head, head.next
    values = []
    while reversed_head:
        values.append(reversed_head.value)
        reversed_head = reversed_head.next
    return total, values


class Shape:
    def area(self):
        raise NotImplementedError(type(self).__name__)

    def describe(self):
        return f"{type(self).__name__} of {self.area():.2f}"


class Square(Shape):
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side * self.side


class Circle(Shape):
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return 3.14159 * self.radius ** 2


@case("[Square(2), Circle(1.5)]", "[Square(2)]", "[Circle(2), Shape()]", "[Square('a')]")
def shapes(shapes):
    return [s.describe() for s in shapes]
