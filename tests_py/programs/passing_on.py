"""Wrappers that pass *args and **kwargs on, and what is in the dict, in the tuple or in the way when the call is made."""

import functools
import sys

from program import case


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies:", self.name)


def target(a, b=2, *more, c=3, **names):
    return a, b, more, c, sorted(names.items())


def simple(a, b=1):
    return a, b


def pass_on(*args, **kwargs):
    return target(*args, **kwargs)


def pass_simple(*args, **kwargs):
    return simple(*args, **kwargs)


def pass_positional(*args):
    return simple(*args)


def pass_to(function, *args, **kwargs):
    return function(*args, **kwargs)


def pass_local(function, names):
    more = dict(names)
    return function(**more)


def add_before(*args, **kwargs):
    kwargs["b"] = "added"
    return simple(*args, **kwargs)


def add_sometimes(add, *args, **kwargs):
    if add:
        kwargs["b"] = "added"
    return simple(*args, **kwargs)


def rebound(other, *args, **kwargs):
    if other is not None:
        kwargs = other
    return simple(*args, **kwargs)


def through_frame():
    names = sys._getframe(1).f_locals
    if "kwargs" in names:
        names["kwargs"]["b"] = "through the frame"


def looked_at(look, *args, **kwargs):
    if look:
        through_frame()
    return simple(*args, **kwargs)


def keeps(**names):
    names["kept"] = True
    return names


def pass_to_keeper(**kwargs):
    result = keeps(**kwargs)
    return sorted(result), sorted(kwargs)


def pass_behind(a, *args, **kwargs):
    return simple(a, *args, **kwargs)


def pass_between(*args):
    return [7, *args], (8, *args), simple(9, *args)


def rebound_behind(a, *args):
    if a is None:
        args = [5]
    return simple(a, *args)


def behind(i):
    return pass_behind(i), pass_behind(i, i), pass_behind(i, b=i), pass_between(i), rebound_behind(i, i), rebound_behind(None)


class Base:
    def method(self, *args, **kwargs):
        return type(self).__name__, args, sorted(kwargs.items())


class Derived(Base):
    def method(self, *args, **kwargs):
        return super().method(*args, **kwargs)


class Callable:
    def __call__(self, *args, **kwargs):
        return args, sorted(kwargs.items())


class Made:
    def __init__(self, a, b=None):
        self.a, self.b = a, b


class Strange(dict):
    def keys(self):
        return ["a", "b"]

    def __getitem__(self, key):
        return "strange " + key


def decorate(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


@decorate
def decorated(a, b=5):
    return a, b


@decorate
def raising(a):
    return 1 // a


def use(i):
    return pass_on(i), pass_on(i, i), pass_simple(i), pass_simple(i, b=i), pass_positional(i, 4), decorated(i), decorated(a=i)


def failure(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        found = []
        tb = error.__traceback__
        while tb is not None:
            found.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
            tb = tb.tb_next
        return type(error).__name__, str(error), found


for _ in range(40):
    use(3), behind(3)
    pass_to(simple, 1), pass_to(simple, 1, b=3), pass_local(keeps, {"x": 1})
    add_before(1), add_sometimes(False, 1), rebound(None, 1), looked_at(False, 1), pass_to_keeper(x=1)
    Derived().method(1, k=2)


@case
def passed():
    return [use(i) for i in range(3)]


@case
def passed_behind():
    return [behind(i) for i in range(3)], failure(pass_behind, 1, 2, 3), failure(pass_behind), failure(pass_between), failure(pass_behind, 1, a=2)


@case
def dies_behind():
    def take(a, *args):
        return gone(a, *args)

    def gone(a, b=None):
        print("inside", a.name)
        del a, b
        print("inside still")

    for i in range(3):
        take(Noisy("first"), Noisy("second"))
        print("after")


@case
def kinds_of_callables():
    return [pass_to(simple, 1), pass_to(Callable(), 1, k=2), pass_to(Made, 1, b=2).b, pass_to(dict, a=1, b=2), pass_to(dict),
            pass_to(functools.partial(simple, 1), b=7), pass_to(len, "abc"), pass_to("{0} {k}".format, "x", k="y"),
            pass_to(Derived().method, 1, k=3), pass_to(max, 3, 4), pass_to(max, [1], key=str), pass_to(sorted, [2, 1], reverse=True)]


@case
def partial_does_not_share():
    def build(**kwargs):
        made = functools.partial(keeps, **kwargs)
        kwargs["later"] = 1
        return sorted(made.keywords), sorted(kwargs)
    return [build(a=1) for _ in range(30)][-1]


@case
def changed_dict():
    return [add_before(1), add_sometimes(True, 1), add_sometimes(False, 1), [add_sometimes(i % 3 == 0, i) for i in range(60)][-3:]]


@case
def changed_through_the_frame():
    return [looked_at(i > 40, i) for i in range(50)][38:43]


@case
def rebound_parameter():
    return [rebound({"b": 4}, 1), rebound(None, 1), rebound(Strange(), 1) if False else failure(rebound, Strange()), failure(rebound, 5, 1),
            failure(rebound, {1: 2}, 1), [rebound({} if i % 2 else None, i) for i in range(50)][-2:]]


@case
def callee_has_its_own_dict():
    return [pass_to_keeper(x=i) for i in range(30)][-1]


@case
def errors():
    return [failure(pass_simple), failure(pass_simple, 1, 2, 3), failure(pass_simple, 1, a=2), failure(pass_simple, 1, z=2),
            failure(pass_to, 5, 1), failure(pass_to, len, 1, 2), failure(pass_to, len, k=1), failure(raising, 0), failure(raising),
            failure(pass_positional), failure(lambda: simple(*5)), failure(lambda: simple(**5))]


@case
def function_changes():
    global simple
    before, results = simple, []
    for i in range(60):
        if i == 50:
            def simple(*args, **kwargs):
                return "other", args, kwargs
        results.append(pass_simple(i))
        results.append(pass_simple(i, b=1))
    simple = before
    return results[96:104]


@case
def arguments_die():
    def take(*args, **kwargs):
        return gone(*args, **kwargs)

    def gone(a, b=None):
        print("inside", a.name)
        del a, b
        print("inside still")

    for i in range(3):
        take(Noisy("first"), b=Noisy("second"))
        print("after")


@case
def many_items():
    items = tuple(range(40))

    class Counts:
        def method(self, *args):
            return len(args), sum(args)

        def forward(self, *args):
            return self.method(*args)

    return [Counts().forward(*items[:n]) for n in (0, 1, 15, 16, 17, 40) for _ in range(5)]


@case
def recursion():
    def down(*args, **kwargs):
        return args[0] and down(args[0] - 1, **kwargs)
    try:
        return down(100), down(10 ** 6, k=1)
    except RecursionError as error:
        return type(error).__name__
