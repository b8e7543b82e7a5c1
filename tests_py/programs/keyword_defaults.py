"""Default values of keyword-only parameters, which change, go and come back while functions that rely on them run."""

import gc

from program import case


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies:", self.name)


def small(a, *, k=3):
    return a, k


def larger(a, b=2, *rest, k=3, m, **more):
    try:
        return a, b, rest, k, m, sorted(more)
    finally:
        pass


def never_inlined(a, *, k=3, m=None):
    try:
        return a, k, m
    finally:
        pass


def reset():
    small.__kwdefaults__ = {"k": 3}
    larger.__kwdefaults__ = {"k": 3}
    never_inlined.__kwdefaults__ = {"k": 3, "m": None}


def change(what, f):
    if what == "item":
        f.__kwdefaults__["k"] = "changed"
    elif what == "equal key":
        f.__kwdefaults__["".join(["", "k"])] = "by another object"
    elif what == "dict":
        f.__kwdefaults__ = {"k": "of another dict"}
    elif what == "removed item":
        del f.__kwdefaults__["k"]
    elif what == "removed":
        del f.__kwdefaults__
    elif what == "none":
        f.__kwdefaults__ = None
    elif what == "cleared":
        f.__kwdefaults__.clear()
    elif what == "more":
        f.__kwdefaults__["m"] = "m"
    elif what == "strange":
        f.__kwdefaults__[1] = 2
    elif what == "subclass":
        f.__kwdefaults__ = type("Dict", (dict,), {})(k="of a subclass")
    elif what == "shared":
        small.__kwdefaults__ = larger.__kwdefaults__ = never_inlined.__kwdefaults__
        small.__kwdefaults__["k"] = "shared"
    elif what == "code":
        f.__code__ = (lambda a, *, m=1, k=1: ("new code", a, m, k)).__code__
    elif what == "noisy":
        f.__kwdefaults__ = {"k": Noisy("k"), "m": 1}


CHANGES = ("'nothing'", "'item'", "'dict'", "'removed item'", "'removed'", "'none'", "'cleared'", "'more'", "'strange'", "'subclass'", "'shared'",
           "'equal key'", "'code'", "'noisy'")


def attempt(f, *args, **kwargs):
    try:
        return f(*args, **kwargs)
    except TypeError as error:
        return str(error)


def shown(value):
    return tuple(v.name if type(v) is Noisy else v for v in value) if type(value) is tuple else value


@case(*CHANGES)
def changed_between(what):
    codes = small.__code__, larger.__code__, never_inlined.__code__
    out = []
    try:
        for i in range(40):
            if i == 20:
                for f in small, larger, never_inlined:
                    change(what, f)
            for call in (lambda: small(i), lambda: larger(i, m=1), lambda: larger(i, 1, 2, m=1, x=3), lambda: never_inlined(i),
                         lambda: never_inlined(i, m=2), lambda: never_inlined(i, k=2), lambda: small(a=i)):
                try:
                    out.append(shown(call()))
                except TypeError as error:
                    out.append(str(error))
    finally:
        small.__code__, larger.__code__, never_inlined.__code__ = codes
        reset()
        gc.collect()
    return out[::3]


def in_loop(what, n):
    out = []
    for i in range(n):
        if i == n // 2:
            change(what, small)
            change(what, never_inlined)
        out.append(shown(small(i)))
        out.append(shown(never_inlined(i)))
    return out


@case(*CHANGES)
def changed_inside(what):
    codes = small.__code__, never_inlined.__code__
    try:
        return in_loop(what, 60)
    except TypeError as error:
        return str(error)
    finally:
        small.__code__, never_inlined.__code__ = codes
        reset()


def changes_itself(a, *, k=5, m=6):
    changes_itself.__kwdefaults__["k"] = [a]
    try:
        return k, m
    finally:
        del k


@case("1", "2")
def changed_by_callee(n):
    out = [changes_itself(i) for i in range(10 * n)]
    changes_itself.__kwdefaults__ = {"k": 5, "m": 6}
    return out


def made(i):
    def inner(x, *, k=i, m=(i,)):
        return x, k, m
    return inner


def call_made(f, x):
    return f(x)


@case("0", "3")
def closures(start):
    return [call_made(made(start + i // 10), i) for i in range(60)]


class Class:
    def __init__(self, x, *, k=1):
        self.x, self.k = x, k

    def method(self, *, m=2):
        return self.x, self.k, m

    @property
    def value(self, *, v=3):
        return self.x, v

    def __getitem__(self, i, *, g=4):
        return i, g


@case("'init'", "'method'", "'none'")
def classes(what):
    out = []
    try:
        for i in range(40):
            if i == 20 and what == "init":
                Class.__init__.__kwdefaults__["k"] = "changed"
            elif i == 20 and what == "method":
                Class.method.__kwdefaults__ = {"m": "changed"}
            c = Class(i)
            out.append((c.method(), c.value, c[i]))
    finally:
        Class.__init__.__kwdefaults__, Class.method.__kwdefaults__ = {"k": 1}, {"m": 2}
    return out[::4]


def generator(n, *, step=2, also=None):
    while n > 0:
        yield n, also
        n -= step


@case("1", "3")
def generators(step):
    out = []
    for i in range(30):
        if i == 15:
            generator.__kwdefaults__["step"] = step
        out.append(list(generator(5)))
        out.append(sum(x for x, _ in generator(4, also=i)))
    generator.__kwdefaults__["step"] = 2
    return out
