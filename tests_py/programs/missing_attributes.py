"""AttributeErrors that are handled at once, which need not exist, and those that have to."""

import keyword
import sys

from program import case


class Plain:
    def __init__(self, x=1):
        self.x = x


class Slots:
    __slots__ = ("x", "y")

    def __init__(self):
        self.y = 2


class Hooked:
    def __getattr__(self, name):
        print("asked for", name)
        if name == "x":
            return "hooked"
        raise AttributeError("none of mine: " + name)


class Failing:
    @property
    def x(self):
        raise AttributeError("inside")

    @property
    def y(self):
        raise KeyError("other")


class OfMeta(type):
    @property
    def x(cls):
        return "of meta"


class WithMeta(metaclass=OfMeta):
    pass


def forgotten(thing):
    try:
        return thing.x
    except AttributeError:
        return "missing"


def named(thing):
    try:
        return thing.y
    except AttributeError as e:
        return str(e), e.name, e.obj is thing


def clauses(thing):
    try:
        return thing.y
    except KeyError:
        return "key"
    except Exception:
        return "other"


def bare(thing):
    try:
        thing.x
    except:
        return "bare"
    return "there"


def not_handled(thing):
    try:
        return thing.y
    except KeyError:
        return "key"


def traced(thing):
    try:
        return thing.x
    except AttributeError:
        return sys.exception() is not None


def seen(thing):
    frame = sys._getframe()
    try:
        return thing.x
    except AttributeError:
        return frame.f_lineno > 0
    finally:
        frame = None


def called(thing):
    try:
        return thing.method()
    except AttributeError:
        return "no method"


FUNCTIONS = (forgotten, named, clauses, bare, not_handled, traced, seen, called)


@case("Plain(), object()", "object(), Plain()", "Slots(), Plain(), None", "Hooked(), 5, Slots()", "Failing(), Plain()", "WithMeta, Plain, WithMeta()", "keyword, 'text', Plain()")
def every_way(*things):
    out = []
    for k in range(5):
        for thing in things:
            for function in FUNCTIONS:
                try:
                    out.append(function(thing))
                except Exception as e:
                    out.append((type(e).__name__, str(e), e.__traceback__.tb_next.tb_lineno - function.__code__.co_firstlineno))
    return out


@case("0", "1", "2", "3", "4")
def appears(how):
    """What is missing exists after a while, and is gone again."""

    class Late:
        pass

    things = [Late() for _ in range(4)]
    out = []
    for k in range(12):
        out.append([forgotten(thing) for thing in things])
        if k == 6:
            if how == 0:
                Late.x = "of the class"
            elif how == 1:
                things[0].x = "own"
            elif how == 2:
                Late.__getattr__ = lambda self, name: name
            elif how == 3:
                things[1].__dict__ = {"x": "of a dict"}
            else:
                things[2].__class__ = Hooked
        if k == 9 and how == 0:
            del Late.x
    return out


class Dying:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dead", self.name)


@case("3")
def deaths(n):
    for k in range(n):
        try:
            Dying(k).x
        except AttributeError:
            print("handled", k)
