"""Instances that die and whose memory is used again: what dies with them and when, weak references, dicts, slots, classes that change."""

import gc
import sys
import weakref

from program import case


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


class Point:
    def __init__(self, x, y=0.0):
        self.x = x
        self.y = y


class Third(Point):
    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a, b=None):
        self.a = a
        if b is not None:
            self.b = b


class MoreSlots(Slots):
    __slots__ = ("c",)

    def __init__(self, a, b, c):
        super().__init__(a, b)
        self.c = c


class SlotsAndDict(Slots):
    def __init__(self, a):
        self.a = a
        self.extra = a


class Weak:
    __slots__ = ("a", "__weakref__")

    def __init__(self, a):
        self.a = a


class Empty:
    pass


class Error(Exception):
    def __init__(self, code):
        self.code = code


class Named(str):
    def __init__(self, text):
        self.length = len(text)


@case("0", "5", "200")
def numbers(n):
    total = 0
    for i in range(n):
        p = Point(i * 1000, i * 0.5)
        q = Third(p.x + 1, p.y + 0.25, i)
        total += p.x + p.y + q.x + q.y + q.z
    return total


@case("3", "100")
def slots(n):
    total = 0
    for i in range(n):
        s = Slots(i * 1000)
        total += s.a + hasattr(s, "b")
        m = MoreSlots(i, i * 0.5, i * 3000)
        total += m.a + m.b + m.c
        d = SlotsAndDict(i)
        total += d.a + d.extra + hasattr(d, "b")
    return total


@case("4")
def order(n):
    for i in range(n):
        p = Point(Loud("x"), Loud("y"))
        p = None
        print("point")
        m = MoreSlots(Loud("a"), Loud("b"), Loud("c"))
        m = None
        print("slots")
        Third(Loud("x"), i * 1.5, Loud("z"))
        print("temporary")


@case("40")
def attributes_that_others_have(n):
    shared, counts = Loud("shared"), []
    before = sys.getrefcount(shared)
    for i in range(n):
        p = Point(shared, shared)
        counts.append(sys.getrefcount(shared) - before)
        p = None
        counts.append(sys.getrefcount(shared) - before)
    big = 10 ** 30
    for i in range(n):
        p = Point(big + i, (i, "text" + str(i)))
        q = Point(p, p)
        p = None
        r = Point([i], {i: q})
        q = r.y[i].x.x - i == big
    shared = None
    print("end")
    return counts, q, sys.getrefcount(Point) - sys.getrefcount(Point)


@case("60")
def several_references(n):
    seen = []
    for i in range(n):
        x = float(i)
        p = Point(x, x)
        x = None
        p = Slots(i + 1000.5, None)
        p = None
        value = [i]
        p = Point(value, value)
        value = None
        seen.append(p.x is p.y)
    return all(seen)


@case("50")
def fresh(n):
    """Used memory shows nothing of its former life."""
    found = []
    for i in range(n):
        p = Point(i, i)
        p.more = i
        p = None
        q = Empty()
        found.append(sorted(vars(q)))
        q = None
        p = Point(i)
        found.append(list(vars(p).items()))
        p = None
        s = Slots(i, i)
        s = None
        s = Slots(i)
        found.append((hasattr(s, "b"), gc.is_tracked(s)))
    return found[-3:], len(found)


@case("30")
def weak(n):
    gone = []
    for i in range(n):
        p = Point(i)
        r = weakref.ref(p, lambda r: gone.append("point"))
        p = None
        w = Weak(i)
        q = weakref.ref(w, lambda r: gone.append("weak"))
        w = None
        if r() is not None or q() is not None:
            gone.append("still there")
        p = Point(i)
        gone.append(weakref.getweakrefcount(p))
    return len(gone), gone[-3:]


@case("30")
def dicts(n):
    kept = []
    for i in range(n):
        p = Point(i)
        d = p.__dict__
        p = None
        d["later"] = i
        kept.append(d)
        q = Point(i)
        q.__dict__ = {"x": i}
        q = None
        r = Point(i)
        del r.x
        r = None
        s = Point(i)
        kept.append(sorted(vars(s)))
    return kept[-2:]


@case("40")
def others(n):
    total = 0
    for i in range(n):
        e = Error(i)
        total += e.code
        e = None
        s = Named("abc")
        total += s.length + len(s)
    return total


@case("60")
def finaliser_comes_and_goes(n):
    class Late:
        def __init__(self, i):
            self.i = i

    told = []
    for i in range(n):
        late = Late(i)
        late = None
        if i == 20:
            Late.__del__ = lambda self: told.append(self.i)
        elif i == 30:
            del Late.__del__
        elif i == 40:
            Late.i = 7
            told.append(Late(50).i)
    return told


@case("60")
def class_changes(n):
    class One:
        def __init__(self, i):
            self.i = i

    class Two:
        def __init__(self, i):
            self.i = i

        def __del__(self):
            told.append(self.i)

    told = []
    for i in range(n):
        one = One(i)
        if i % 20 == 10:
            one.__class__ = Two
        one = None
    return told


@case("30")
def classes_that_die(n):
    died = []
    for i in range(n):
        class Short:
            def __init__(self, i):
                self.i = i

        r = weakref.ref(Short)
        short = Short(i)
        Short = None
        gc.collect() if i % 10 == 0 else None
        short = None
        died.append(i)
    gc.collect()
    return r() is None, len(died)


@case("2000")
def cycles(n):
    """The collector still sees everything, and comes."""
    before = sum(s["collections"] for s in gc.get_stats())
    for i in range(n):
        p = Point(i)
        p.x = p
        p = None
        q = Slots(i)
        q.b = Point(q)
        q = None
    came = sum(s["collections"] for s in gc.get_stats()) > before
    gc.collect()
    left = [o for o in gc.get_objects() if type(o) is Point or type(o) is Slots]
    return came, len(left)


class Node:
    def __init__(self, next):
        self.next = next


@case("30000")
def long_chain(n):
    node = None
    for i in range(n):
        node = Node(node)
    node = None
    return "done"


class Nosy:
    def __init__(self, i):
        self.i = i

    def __del__(self):
        frame = sys._getframe(1)
        print("nosy", frame.f_locals.get("i"), frame.f_locals.get("total"))


@case("4")
def looked_at(n):
    total = 0
    for i in range(n):
        total += i * 1000
        p = Point(Nosy(i), total)
        p = None
    return total


@case("100")
def many_attributes(n):
    class Wide:
        def __init__(self, n):
            for i in range(n):
                setattr(self, f"a{i}", i * 1000)

    total = 0
    for i in range(n):
        w = Wide(i % 40)
        total += len(vars(w))
        w = None
        w = Wide(i % 7)
        total += sum(v for k, v in w.__dict__.items())
    return total
