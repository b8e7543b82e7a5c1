"""Places that call several functions, which change, come and go while the code runs."""

import gc
import sys
import types
import weakref

from program import case, jit


def one(x):
    return "one", x


def two(x, y=2):
    return "two", x, y


def three(x, *rest, k="k"):
    return "three", x, rest, k


def four(x):
    try:
        return "four", x
    finally:
        pass


def five(x):
    yield "five"
    yield x


def raising(x):
    raise KeyError(x)


def looking(x):
    frame = sys._getframe(1)
    return frame.f_code.co_name, sorted(k for k in frame.f_locals if k != "handlers")


class Bound:
    def __init__(self, n):
        self.n = n

    def method(self, x):
        return "method", self.n, x

    def other(self, x, y=5):
        return "other", self.n, x, y

    def __call__(self, x):
        return "called", self.n, x


bound = Bound(7)
KINDS = {
    "one": one, "two": two, "three": three, "four": four, "five": five, "str": str, "class": Bound, "call": bound,
    "method": bound.method, "other": bound.other, "lambda": lambda x: ("lambda", x), "append": [].append, "look": looking,
}


def call(f, x):
    return f(x)


def call_named(f, x):
    return f(x=x)


def shown(value):
    if type(value).__name__ == "generator":
        return list(value)
    return value.n if type(value) is Bound else value


@case("'one', 'one'", "'one', 'two'", "'one', 'two', 'three', 'four'", "'one', 'two', 'three', 'four', 'five', 'lambda'", "'one', 'str', 'two'",
      "'method', 'other', 'one'", "'class', 'one', 'call'", "'look', 'one', 'look', 'four'", "'append', 'one', 'method', 'lambda', 'two'")
def mixtures(*names):
    handlers = [KINDS[n] for n in names]
    out = []
    for i in range(120):
        out.append(shown(handlers[i % len(handlers)](i)))
    for i in range(120):
        out.append(shown(call(handlers[i * i % len(handlers)], i)))
    return out[::7]


@case("'one', 'four'", "'one', 'four', 'method', 'other'", "'one', 'lambda', 'str'", "'two', 'three'")
def keywords(*names):
    handlers = [KINDS[n] for n in names]
    out = []
    for i in range(60):
        try:
            out.append(shown(call_named(handlers[i % len(handlers)], i)))
        except TypeError as error:
            out.append(str(error))
    return out[::3]


@case("'code'", "'defaults'", "'kwdefaults'", "'swap'", "'nothing'")
def changing(what):
    def plain(x, y="y", *, k="k"):
        return "plain", x, y, k

    def second(x, y="z"):
        return "second", x, y

    def third(x):
        return "third", x

    handlers = [plain, second, third]
    out = []
    for i in range(150):
        if i in (50, 100):
            if what == "code":
                handlers[i // 50 - 1].__code__ = (lambda x, y=0, *, k=0: ("new code", x, y, k)).__code__
            elif what == "defaults":
                plain.__defaults__, second.__defaults__ = (i,), (i, i)
            elif what == "kwdefaults":
                plain.__kwdefaults__ = {"k": i}
            elif what == "swap":
                handlers[i // 50] = one if i == 50 else four
        try:
            out.append(handlers[i % 3](i))
        except TypeError as error:
            out.append(str(error))
    return out


@case("'code'", "'defaults'", "'kwdefaults'", "'item'")
def changing_globals(what):
    saved = one.__code__, two.__defaults__, three.__kwdefaults__
    handlers = [one, two, three, four]
    out = []
    try:
        for i in range(120):
            if i == 60:
                if what == "code":
                    one.__code__ = four.__code__
                elif what == "defaults":
                    two.__defaults__ = ("changed",)
                elif what == "kwdefaults":
                    three.__kwdefaults__ = {"k": "changed"}
                else:
                    three.__kwdefaults__["k"] = "changed in place"
            out.append(call(handlers[i % 4], i))
    finally:
        one.__code__, two.__defaults__ = saved[:2]
        three.__kwdefaults__ = {"k": "k"}
    return out


@case("'inside'", "'outside'")
def changed_by_callee(where):
    def changes(x):
        if x == 70:
            second.__code__ = one.__code__
            handlers[2] = four
        return "changes", x

    def second(x):
        return "second", x

    handlers = [changes, second, one]
    if where == "inside":
        return [handlers[i % 3](i) for i in range(120)]
    return [call(handlers[i % 3], i) for i in range(120)]


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies:", self.name)


def made(i):
    cell = [i]

    def counts(x, y=i, z=None):
        cell[0] += x
        return cell[0], y, z

    def names(x, y=3, *, k=i):
        return cell[0], x, y, k

    return counts if i % 3 else names


# Closures that are made anew for every call: one code, other cells and default values.
@case("0", "1", "4")
def closures(start):
    return [call(made(start + i), i) for i in range(120)]


def made_with(value):
    def inner(x, keep=value):
        return keep.name, x
    return inner


@case("1", "2")
def closures_that_die(n):
    out = []
    for i in range(70):
        out.append(call(made_with(Noisy(i) if i % 30 == 0 else bound_named), i))
        out.append(call(lambda x: ("new", x), i) if n == 2 else None)
    return out


class Named:
    name = "named"


bound_named = Named()


@case("'none'", "'fewer'", "'more'", "'subclass'", "'removed'")
def closures_with_other_defaults(what):
    class Tuple(tuple):
        pass

    def make(i):
        def inner(x, y=i):
            return x, y
        if i > 60:
            if what == "fewer":
                inner.__defaults__ = ()
            elif what == "more":
                inner.__defaults__ = (7, 8)
            elif what == "subclass":
                inner.__defaults__ = Tuple((9,))
            elif what == "removed":
                del inner.__defaults__
        return inner

    out = []
    for i in range(100):
        try:
            out.append(call(make(i), i))
        except TypeError as error:
            out.append(str(error))
    return out


# The default values go while the call that got them runs.
@case("1")
def defaults_that_go(n):
    def make(i):
        def inner(x, y=Noisy(i)):
            inner.__defaults__ = (None,)
            gc.collect(0) if i == 40 else None
            return x, y.name
        return inner
    return [call(make(i), i) for i in range(60)]


@case("0", "1")
def functions_that_die(n):
    out = []
    for i in range(80):
        space = {}
        exec(f"def f(x): return x, {i % 5}", space)
        out.append(call(space["f"], i))
    return out


def function_of(source, **names):
    """A function that is in no namespace."""
    space = dict(names)
    exec(source, space)
    return space.pop("f")


@case("1", "3", "7")
def functions_that_die_between(period):
    """The same call gets a function that dies, and others that may get its memory; its weak reference tells when."""
    out = []
    for i in range(140):
        if i % (20 * period) == 0:
            f = function_of("def f(x): return x, keep.name, n", keep=Noisy(i), n=i)
            reference = weakref.ref(f, lambda r, i=i: out.append(("dead", i)))
        out.append(call(f, i) if i % 3 else call(one, i))
        if i % (20 * period) == 20 * period - 1:
            f = None
            out.append(("gone", reference() is None))
    return out


@case("60", "61")
def functions_that_die_in_their_call(at):
    """What is called last of all holds the function is gone while it runs."""
    def other(x):
        return "other", x

    handlers = [function_of("def f(x):\n    clear(x)\n    return x, keep.name", keep=Noisy("kept")), other, one]

    def clear(x):
        if x == at:
            handlers[0] = other
            gc.collect(0)
            print("cleared", x)

    handlers[0].__globals__["clear"] = clear
    return [handlers[i % 3 if i != at else 0](i) for i in range(120)]


@case("50")
def methods_of_functions_that_die(n):
    out = []
    for i in range(2 * n):
        if i % n == 0:
            f = function_of("def f(self, x): return self.n, x, keep.name", keep=Noisy(i))
            bound_one = f.__get__(bound)
            del f
        out.append(call(bound_one, i))
        out.append(call(bound.method, i))
    del bound_one
    print("no more")
    return out[::9]


def spread(f, args, kwargs):
    return f(*args, **kwargs)


def passing(f, *args, **kwargs):
    try:
        return f(*args, **kwargs)
    finally:
        pass


@case("'one', 'four'", "'two', 'method', 'other'", "'three', 'one', 'str', 'class'", "'raising', 'one'", "'five', 'one'")
def spreading(*names):
    handlers = [KINDS.get(n, raising) for n in names]
    out = []
    for i in range(160):
        f = handlers[i % len(handlers)]
        args = (i,) if i % 80 < 60 else [i] if i % 2 else (i, i)
        try:
            out.append(shown(passing(f, *args)))
            out.append(shown(spread(f, args, {})))
            out.append(shown(spread(f, args, {"k": i} if i % 20 == 19 else {})))
        except (TypeError, KeyError) as error:
            out.append((type(error), str(error)))
    return out[::5]


def often(f, n, *args):
    out = None
    for i in range(n):
        out = f(*args)
    return out


@case("1", "2", "3")
def spreading_often(n):
    out = []
    for f in ([four], [four, two], [four, two, bound.method, looking])[n - 1]:
        out += [often(f, 2000, 1), often(f, 10, 1)]
    saved = two.__defaults__
    two.__defaults__ = ("other",)
    try:
        out.append(often(two, 10, 1))
        try:
            often(four, 10, 1, 2)
        except TypeError as error:
            out.append(str(error))
    finally:
        two.__defaults__ = saved
    return out


# An exception in one of the functions, handled by the caller and not.
@case("'one', 'raising'", "'raising', 'four', 'one'", "'raising', 'method'")
def exceptions(*names):
    handlers = [KINDS.get(n, raising) for n in names]
    caught = 0
    for i in range(100):
        try:
            call(handlers[i % len(handlers)], i)
        except KeyError as error:
            caught += error.args[0]
    for i in range(100):
        handlers[i % len(handlers)](i)
    return caught


def deep(f, n):
    return n if n == 0 else f(deep if n % 2 else deeper, n - 1)


def deeper(f, n):
    return n if n == 0 else f(deeper if n % 3 else deep, n - 1)


@case("10", "50")
def recursion(n):
    out = [deep(deeper, n + i % 4) for i in range(40)]
    try:
        deep(deep, 10 ** 6)
    except RecursionError:
        out.append("too deep")
    return out


# Methods kept in variables, whose instances differ and die.
@case("'method'", "'other'")
def methods(name):
    out = []
    for i in range(100):
        f = getattr(Bound(i), name if i % 4 else "method")
        out.append(f(i))
        g = Bound.method if i % 2 else Bound.other
        out.append(g(bound, i))
    return out


@case("3", "4")
def with_jit(n):
    def inner(x):
        return x * n

    def outer(f):
        return f(f(2))
    jit(outer)
    return [outer(inner if i % 3 else jit(lambda x: x + i)) for i in range(80)]


def default_of(x, y=None):
    return x, y


# Functions that come and go, of the same code and of another, with defaults of their own: the place knows their code.
@case("3", "12", "30")
def come_and_go(n):
    out = []
    for i in range(n):
        f = types.FunctionType(default_of.__code__ if i % 5 else two.__code__, globals(), None, (Noisy(i),) if i % 4 == 0 else (i,))
        for k in range(40):
            result = call(f, k)
        out.append(result if i % 4 else len(result))
        if i % 3 == 1:
            f.__defaults__ = ("other",)
            out.append(call(f, i))
        if i % 7 == 3:
            f.__defaults__ = None
            try:
                call(f, i)
            except TypeError as error:
                out.append(str(error))
        result = None
        print(i)
        del f
    return out
