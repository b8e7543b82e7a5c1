"""Class methods and static methods of known classes, methods of receivers told apart, lists of derived classes, and objects that
are equal to nothing but themselves; and what makes the code for them wrong while it runs."""

from program import case


class Strength:
    made = 0

    def __init__(self, value):
        self.value = value

    @classmethod
    def of(cls, value):
        cls.made += value == 99  # a change of the class on which callers rely
        return cls(value)

    @classmethod
    def weaker(cls, left, right):
        return left.value > right.value

    @classmethod
    def weakest(cls, left, right):
        return left if cls.weaker(left, right) else right

    @staticmethod
    def name(value):
        return f"strength {value}"

    def plain(value):
        return "plain", value


class Derived(Strength):
    @classmethod
    def weaker(cls, left, right):
        return left.value < right.value


class Meta(type):
    @property
    def weakest(cls):
        return lambda left, right: ("of the metaclass", left.value, right.value)


def values(*found):
    return [x.value if isinstance(x, Strength) else x for x in found]


def change(what):
    if what == 1:
        Strength.weaker = classmethod(lambda cls, left, right: left.value == right.value)
    elif what == 2:
        Strength.name = staticmethod(lambda value: "another name")
    elif what == 3:
        Strength.weakest = lambda left, right: "a function"
    elif what == 4:
        Strength.__class__ = Meta
    elif what == 5:
        Strength.plain = classmethod(lambda cls, value: (cls.__name__, value))
    elif what == 6:
        del Strength.name


ORIGINAL = {name: vars(Strength)[name] for name in ("weaker", "name", "weakest", "plain")}


def restore():
    Strength.__class__ = type
    for name, value in ORIGINAL.items():
        setattr(Strength, name, value)


@case("0", "1", "2", "3", "4", "5", "6")
def class_methods(what):
    left, right = Strength.of(1), Strength.of(2)
    try:
        for i in range(6):
            if i == 3:
                change(what)
            try:
                print(i, values(Strength.weakest(left, right), Derived.weakest(left, right)), Strength.name(i), Strength.plain(i))
            except AttributeError as error:
                print(i, error)
    finally:
        restore()
    return Strength.weaker(left, right)


@case("1, 5", "99, 40")
def changing_class(value, times):
    """A class method that changes its class each time."""
    before = Strength.made
    total = 0
    for _ in range(times):
        total += Strength.of(value).value
    return total, Strength.made - before


@case()
def wrong_arguments():
    try:
        return Strength.weaker(1)
    except TypeError as error:
        return str(error)


class Node:
    def __init__(self, value):
        self.first, self.second, self.direction = value, value + 1, value % 2


class Binary(Node):
    def output(self, hook):
        if self.direction:
            hook(self)
            return self.first
        return self.second


class Scaled(Binary):
    pass


class Unary(Node):
    def __init__(self, value):
        self.only = value

    def output(self, hook):
        hook(self)
        return self.only


class Stay(Unary):
    pass


def nothing(node): pass
def to_stay(node): node.__class__ = Stay
def to_binary(node): node.__class__ = Binary
def drop(node): node.__dict__.clear()
def shadow(node): node.output = lambda hook: "shadowed"
def replace(node): Binary.output = lambda self, hook: ("replaced", self.first)


OUTPUT = Binary.output
HOOKS = [nothing, to_stay, to_binary, drop, shadow, replace]


def outputs(nodes, hook):
    found = []
    for node in nodes:
        try:
            found.append(node.output(hook))
        except AttributeError as error:
            found.append(str(error))
    return found


@case("0", "1", "2", "3", "4", "5")
def told_apart(number):
    nodes = [kind(value) for value in range(4) for kind in (Binary, Scaled, Unary, Stay)]
    try:
        for _ in range(3):
            print(outputs(nodes, nothing))
        for _ in range(3):
            print(outputs(nodes, HOOKS[number]))
    finally:
        Binary.output = OUTPUT


class Collection(list):
    pass


class Counted(list):
    def append(self, item):
        print("append", item)
        super().append(item)

    def __len__(self):
        return 7


class Broken(list):
    def __len__(self):
        raise ValueError("no length")


def fill(made, items):
    for item in items:
        made.append(item)
    return len(made), list.__len__(made), bool(made), list(made)


@case("Collection", "Counted", "Broken", "list")
def lists(kind):
    made = kind()
    try:
        print(fill(made, [1, "two", None]))
        print(fill(made, []))
    except ValueError as error:
        print(error)
    if kind is Collection:
        try:
            Collection.__len__ = lambda self: 11
            print(fill(made, [4.0]))
            Collection.append = lambda self, item: print("not appended", item)
            print(fill(made, [5]))
        finally:
            del Collection.__len__
            if "append" in vars(Collection):
                del Collection.append
    return kind is list


class Plain:
    pass


class Equal:
    def __eq__(self, other):
        print("eq")
        return True

    __hash__ = None


class Unequal:
    def __ne__(self, other):
        print("ne")
        return False


def compared(left, right):
    found = []
    if left == right:
        found.append("equal")
    if left != right:
        found.append("unequal")
    return found, left == right, left != right


@case()
def identities():
    first, second = Plain(), Plain()
    things = [first, second, None, Equal(), Unequal(), object(), Plain, 1]
    for left in things:
        print([compared(left, right) for right in things])
    try:
        Plain.__eq__ = lambda self, other: True
        print(compared(first, second), compared(first, None), compared(None, first))
    finally:
        del Plain.__eq__
    return compared(first, second)
