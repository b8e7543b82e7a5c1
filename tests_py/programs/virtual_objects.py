"""Tuples and instances that nobody else gets, so that compiled code does without them: what is seen of them when code is left, by
destructors that look at frames, and when their class changes."""

import sys

from program import case


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def scale(self, factor):
        return Point(self.x * factor, self.y * factor)

    def add(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def both(self):
        return self.x, self.y


class Slots:
    __slots__ = ("first", "second")

    def __init__(self, first, second):
        self.second = second
        self.first = first


def pair(a, b):
    return a + b, a - b


def swapped(t):
    return t[1], t[0]


@case("[1, 2, 3] * 20", "[1, 2, 3] * 10 + [2.5] + [1] * 10", "[5] * 20 + [True, 10**20, 'x', 3]")
def tuples(values):
    """Ints become something else while a tuple is in a local."""
    total = 1
    try:
        for v in values:
            t = pair(total, v)
            u = swapped(t)
            x = u[0] + v
            y = u[1] * v
            a, b = t
            total = (x + y + a - b) % 1000
    except TypeError as error:
        return str(error), t, u
    return total, t, u


@case("[1.5, 2.0] * 20", "[1.5] * 30 + [1, 2, 3.5]", "[2.0] * 25 + ['y', 2.0]", "[0.5] * 30 + [None]")
def instances(values):
    p = Point(1.0, 2.0)
    try:
        for v in values:
            q = p.scale(0.5)
            r = q.add(Point(v, 1.0)).scale(v)
            p = Point(r.x - q.y, r.y)
            s = q.x + v
    except TypeError as error:
        return str(error), vars(p), vars(q), vars(r)
    return vars(p), vars(q), list(vars(r).items()), s


def identity(values, limit):
    """A number is the same object in a local and in a field."""
    for v in values:
        n = v + 1000.5
        p = Point(n, v)
        t = (n, p.x, v)
        k = v * 2.0
        if k > limit:
            return p.x is n, t[0] is n, t[1] is n, t[2] is v, p.y is v, (k, p.both()[0] is n)
    return None


@case("1000.0", "25.0", "3.0")
def identities(limit):
    values = [float(i) for i in range(30)]
    found = [identity(values, limit) for _ in range(40)]
    return found[0], found[-1], identity(values[:10] + [10, 11, 50], 75)


class Sum:
    def __init__(self):
        self.total = 0
        self.last = None


def summed(values):
    s = Sum()
    for v in values:
        s.total += v
        if v > 3:
            s.last = v
    return s.total, s.last


@case()
def accumulated():
    """A field with another value in each round of a loop."""
    found = [summed([1, 2, 5, 3]) for _ in range(40)]
    return found[-1], summed([1] * 10), summed([4, 2.5, 1]), summed([2**62] * 10), summed([1, 5, "x"] if False else [True, 9])


def nested(a, b):
    p = Point(Point(a, (a, b)), Slots(b, (b, (a,))))
    t = (p.x, p.y.second)
    c = t[0].y[1] + t[1][1][0]
    d = p.y.first + c
    return d, c


@case()
def nested_objects():
    found = [nested(i, 2 * i) for i in range(40)]
    return found[-1], nested(1.5, 2), nested("a", "b"), nested([1], [2])


class Loud:
    """Looks, when it dies, at the frame that drops it, and changes what it finds."""

    log = []

    def __init__(self, change):
        self.change = change

    def __del__(self):
        found = sys._getframe(1).f_locals
        p, t = found.get("p"), found.get("t")
        if p is not None:
            Loud.log.append((p.x, p.y, t, p.y is found["y"]))
            if self.change:
                p.x = 100.0
                Loud.kept = p


def dropping(items, y):
    p = Point(1.0, y)
    t = (y, 2)
    for i in range(len(items)):
        items[i] = None
        p.y = y + p.x
        y = p.y
    return p.x, p.y, t[1]


@case("False", "True")
def destructors(change):
    Loud.log.clear()
    Loud.kept = None
    found = []
    for i in range(40):
        items = [None, None, None]
        if i > 30:
            items[1] = Loud(change)
        found.append(dropping(items, 1.0))
    log, kept = Loud.log[-2:], Loud.kept and Loud.kept.both()
    Loud.log.clear()
    Loud.kept = None
    return found[0], found[31:], log, kept


def told(i, what):
    if i == 25:
        if what == "del":
            Point.__del__ = lambda self: deaths.append(("died", self.x))
        elif what == "scale":
            Point.scale = lambda self, factor: Point(self.x, "another")
        elif what == "raise":
            raise KeyError(i)
        elif what == "frame":
            deaths.append(sorted(sys._getframe(1).f_locals.items()))
        elif what == "init":
            Point.__init__ = lambda self, x, y: vars(self).update(x=y, y=x)
    return 2.0


deaths = []


@case("'nothing'", "'del'", "'scale'", "'raise'", "'frame'", "'init'")
def changes(what):
    """What is on the stack is not there, while other code runs."""
    original = dict(vars(Point))
    deaths.clear()
    found = []
    try:
        for i in range(30):
            try:
                q = Point(i * 1.0, 0.5).scale(told(i, what))
                found.append(q.both())
                del q
            except KeyError as error:
                found.append(("caught", str(error)))
    finally:
        for name in ("__init__", "scale"):
            setattr(Point, name, original[name])
        if "__del__" not in original and "__del__" in vars(Point):
            del Point.__del__
    return found[23:], deaths


class Dying:
    order = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Dying.order.append(self.name)


def die_together(n):
    p = Point(Dying(("x", n)), Dying(("y", n)))
    t = (Dying(("first", n)), Dying(("second", n)))
    a = Dying(("local", n))
    return n


def die_one_by_one(n):
    p = Point(Dying(("x", n)), Dying(("y", n)))
    p.x = None
    t = (Dying(("first", n)), p, Dying(("second", n)))
    p = None
    u = t[0]
    t = None
    return u.name


@case()
def orders_of_deaths():
    Dying.order.clear()
    for i in range(30):
        die_together(i)
        die_one_by_one(i)
    return Dying.order[-18:]


def branches(values, flag):
    total = 0
    for v in values:
        p = Point(v, 0)
        if flag:
            p.y = v
        else:
            p.x = 1
        if v == 7:
            p.z = total
        total += p.x * 10 + p.y
    return total


@case()
def ways():
    for i in range(40):
        found = branches([1, 2, 3], True), branches([4, 5], False)
    return found, branches([6, 7, 8], True), branches([1, 2.5, 7], False)


def many(n):
    """More in one exit than there are registers."""
    a = Point(n + 0.5, n + 1.5)
    b = Point(n + 2.5, a.x)
    c = (a.x, a.y, b.x, b.y, n)
    d = Point(c[0] + c[1], c[2] + c[3])
    e = (d.x, d.y, c[4], a.y * 2.0)
    f = e[0] + e[1] + e[2] + e[3]
    g = f * n
    return g, f


@case()
def many_values():
    found = [many(i * 1.0) for i in range(40)]
    return found[-1], many(3), many(True), many(1e300)
