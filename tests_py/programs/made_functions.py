"""Functions that are made and die in compiled code: what they are given, what dies with them, and namespaces that change."""

import gc
import sys
import types
import weakref

from program import case


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies:", self.name)


def closure(a):
    def inner(b=a):
        "The text."
        return a, b
    return inner


def short_lived(n, a):
    found = None
    for i in range(n):
        found = (lambda: a)()
    return found


def keyed(items):
    return sorted(items, key=lambda item: -item), max(items, key=lambda item: item % 3), list(map(lambda item: item + 1, items))


def with_defaults(a):
    def inner(x=Noisy("default"), *, k=Noisy("keyword")):
        return x, k
    return inner.__name__


def annotated(a):
    def inner(x: int = 1) -> str:
        return a
    return inner


def described(function):
    return (function.__name__, function.__qualname__, function.__module__, function.__doc__, function.__defaults__, function.__kwdefaults__,
            function.__dict__, function.__closure__ and len(function.__closure__), function.__annotations__,
            function.__globals__ is globals(), function.__builtins__ is __builtins__ or function.__builtins__ is vars(__builtins__),
            function.__type_params__, gc.is_tracked(function))


def generic(a):
    def inner[T](x: T) -> T:
        return a
    return inner.__type_params__[0].__name__


for _ in range(60):
    short_lived(3, 1), keyed([3, 1, 2]), described(closure(2)), annotated(1), generic(2)


@case
def descriptions():
    return [described(closure(i)) for i in range(3)] + [described(annotated(1))], annotated(2).__annotations__, generic(1)


@case
def attributes_do_not_come_back():
    found = []
    for i in range(50):
        made = closure(i)
        found.append((made.__name__, made.__dict__, made.__doc__, made.__kwdefaults__))
        made.__name__ = "other"
        made.text = i
        made.__doc__ = "changed"
        made.__kwdefaults__ = {"z": 1}
        made.__defaults__ = (7,)
        made.__module__ = "elsewhere"
    return found[-2:]


@case
def deaths():
    with_defaults(1)
    holder = closure(Noisy("in a cell"))
    print("made")
    del holder
    print("gone")
    for i in range(3):
        (lambda x=Noisy(i): x)
        print("after", i)


@case
def weak_references():
    found = []
    for i in range(40):
        made = closure(i)
        watch = weakref.ref(made, lambda dead: found.append(i))
        alive = watch() is made
        del made
        found.append((alive, watch() is None))
    return found[-4:]


@case
def cycles():
    def build(noisy):
        def inner():
            return inner, noisy
        return None
    for i in range(5):
        build(Noisy(i))
    gc.collect()
    print("collected")
    short_lived(40, 1)


@case
def module_name_changes():
    global __name__
    before, found = __name__, []
    for i in range(40):
        if i == 20:
            __name__ = "renamed"
        found.append((lambda: i).__module__)
    del __name__
    found.append((lambda: i).__module__)
    __name__ = before
    found.append((lambda: i).__module__ == before)
    return [name if name in ("renamed", None) else type(name).__name__ for name in found[18:]]


@case
def builtins_change():
    global __builtins__
    before, found = __builtins__, []
    space = dict(before if isinstance(before, dict) else vars(before))
    space["len"] = lambda items: "other"
    for i in range(40):
        if i == 20:
            __builtins__ = space
        found.append((lambda: len("abc"))())
    __builtins__ = before
    found.append((lambda: len("abc"))())
    return found[17:23], found[-2:]


@case
def other_namespaces():
    source = "def make(n):\n    for i in range(n):\n        f = lambda: i\n    return f.__module__, f()\n"
    found = []
    for extra in ({}, {"__name__": "there"}, {"__name__": 5}, {"a" + str(i): i for i in range(30)}, {1: 2}):
        space = dict(extra)
        exec(source, space)
        for _ in range(5):
            result = space["make"](30)
        found.append(result)
    return found


@case
def deep_closures():
    made = None
    for i in range(3000):
        made = (lambda before: lambda: before)(made)
    for _ in range(2990):
        made = made()
    return made() is not None


@case
def many_at_once():
    kept = [closure(i) for i in range(200)]
    found = [f() for f in kept[:3]]
    del kept
    again = [closure(i) for i in range(100)]
    return found, [f() for f in again[-3:]]


@case
def code_replaced():
    found = []
    for i in range(40):
        made = closure(i)
        if i % 7 == 3:
            made.__code__ = closure.__code__.replace(co_freevars=("a",), co_cellvars=()) if False else made.__code__.replace(co_name="new")
        found.append((made.__code__.co_name, made()))
    return found[-6:]


@case
def tracked_by_tools():
    seen = []
    for i in range(5):
        made = closure(i)
        seen.append((sys.getrefcount(made), isinstance(made, types.FunctionType), len(gc.get_referents(made)) > 3))
    return seen
