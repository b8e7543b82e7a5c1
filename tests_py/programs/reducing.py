"""object.__reduce_ex__ and copies, of plain instances and of all others, with classes, instances and copyreg changing in mid-run."""

import copy
import copyreg

from program import case


class Plain:
    def __init__(self, *values):
        for i, v in enumerate(values):
            setattr(self, "abc"[i], v)

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)


class Derived(Plain):
    pass


class WithState(Plain):
    def __getstate__(self):
        return {"a": "own state"}


class WithArguments(Plain):
    def __new__(cls, *values):
        return object.__new__(cls)

    def __getnewargs__(self):
        return 1, 2


class WithMoreArguments(WithArguments):
    def __getnewargs_ex__(self):
        return (3,), {}


class Reduces(Plain):
    def __reduce__(self):
        return Plain, (7,)


class Slots:
    __slots__ = "x", "y"


class SlotsAndDict(Plain):
    __slots__ = ("z",)


class Items(list):
    pass


class Names(dict):
    pass


class Number(int):
    pass


class Meta(type):
    pass


class Made(metaclass=Meta):
    pass


class Asks:
    def __getattr__(self, name):
        raise AttributeError(name)


class Dynamic:
    def __getattribute__(self, name):
        return object.__getattribute__(self, name)


def text(reduced):
    """Names functions, and what the state is."""
    return [getattr(part, "__name__", part) if not isinstance(part, Plain) else vars(part) for part in reduced]


def shown(x, protocol):
    method = getattr(x, "__reduce_ex__", None)
    try:
        reduced = method(protocol)
    except Exception as error:
        return type(error).__name__, str(error)
    if len(reduced) < 3:
        return text(reduced)
    state = reduced[2]
    return text(reduced[:2]), state, type(state).__name__, state is getattr(x, "__dict__", 0), len(reduced), len(list(reduced[3] or ())), len(list(reduced[4] or ()))


@case("[Plain(1, 2), Plain(3)], 4", "[Plain(), Derived(1, 2, 3)], 2", "[WithState(1), WithArguments(1), WithMoreArguments(2), Reduces()], 4",
      "[Items([1, 2]), Names(a=1), Number(5), Made(), Asks(), Dynamic()], 4", "[Plain(1), object(), Slots(), SlotsAndDict(1)], 3", "[Plain(1)], 1", "[Plain(2)], True",
      "[Plain(2)], 1 << 70", "[Plain(2)], 'x'", "[Plain(4)], 5")
def reductions(things, protocol):
    return [shown(x, protocol) for x in things for _ in range(3)]


@case("6", "4")
def instances_change(n):
    out = []
    for i in range(n):
        p = Plain(i)
        if i % 2:
            p.__dict__["__reduce__"] = lambda: (Plain, (9,))
        if i == 4:
            del p.a
        if i == 5:
            p.__dict__[5] = 6
        if i == 3:
            p.__getstate__ = lambda: "instance's state"
        out.append(str(shown(p, 4)[0]))
        out.append(sorted(map(str, vars(p))))
    return out


@case("8", "5")
def classes_change(n):
    class Local(Plain):
        pass

    out = []
    for i in range(n):
        out.append(shown(Local(i), 4))
        if i == 2:
            Local.__getstate__ = lambda self: "class's state"
        elif i == 3:
            del Local.__getstate__
        elif i == 4:
            Local.__slotnames__.append("b")
        elif i == 5:
            Local.__slotnames__ = []
        elif i == 6:
            Local.__reduce__ = lambda self: (Plain, (8,))
    return [str(x).replace("classes_change.<locals>.", "") for x in out]


def other_newobj(cls, *arguments):
    return Plain("other", cls.__name__)


@case("6", "3")
def copyreg_changes(n):
    original = copyreg.__newobj__
    out = []
    try:
        for i in range(n):
            if i == 3:
                copyreg.__newobj__ = other_newobj
            out.append(shown(Plain(i), 4))
            out.append(vars(copy.copy(Plain(i))))
    finally:
        copyreg.__newobj__ = original
    return out


@case("Plain([1, 2], {'a': (1, [2])})", "[Plain(1, [2]), (Plain(3), {}), {1: Plain({2: [3]})}]", "Derived(Plain(1), None, [Items([1])])", "[WithArguments(1), Reduces(1), Names(a=[1])]")
def copies(x):
    y, z = copy.deepcopy(x), copy.copy(x)
    return x == y, z == x, y is x, repr(type(y).__name__)


@case("[[1, 2], (3, 4), []]", "[[], (), [[]]]", "[(1,), 'ab', {5: 6}]")
def iterators(things):
    out = []
    for x in things:
        for y in x:
            out.append(y)
            for z in x:
                out.append(z)
                if len(out) % 4 == 0:
                    break
        first, second = iter(x), iter(x)
        out.append(first is second)
        for y in x:
            if type(x) is list and len(x) < 5:
                x.append(y)
    return out
