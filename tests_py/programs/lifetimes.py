"""When objects die: finalisers, weak references, cycles, collections in callees, resurrection."""

import gc
import sys
import weakref

from program import case

kept = []
current = None


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


class Resurrecting:
    def __del__(self):
        kept.append(self)


class Cycle:
    def __init__(self, name):
        self.me = self
        self.name = name

    def __del__(self):
        print("cycle", self.name)


def make(name):
    return Loud(name)


@case("'a'", "1")
def statements(name):
    x = Loud(name)
    print("made")
    x = Loud((name, 2))
    print("rebound")
    y = x
    x = None
    print("aliased")
    y = None
    print("gone")
    make(name)
    print("temporary")
    [Loud(1), Loud(2)]
    print("list")
    Loud(3).name
    print("attribute")
    a, b = Loud("a"), Loud("b")
    a, b = b, a
    print("swapped")
    del a
    print("deleted")


@case("3")
def in_loop(n):
    for i in range(n):
        x = Loud(i)
        print("body", i)
    print("after", x.name)


@case("2")
def replaced_in_containers(n):
    items = [Loud(i) for i in range(n)]
    items[0] = Loud("new")
    print("item")
    d = {"k": Loud("d")}
    d["k"] = Loud("d2")
    print("dict")
    d.clear()
    o = Cycle("o")
    o.x = Loud("attribute")
    o.x = 5
    print("attribute")
    o.me = None
    del o
    print("end")


@case("1", "'x'")
def on_return(n):
    x = Loud("x")
    y = Loud("y")
    return n, x.name + y.name


@case("1")
def arguments(n):
    # While the callee runs, the caller may hold the arguments too: as for any call
    # through the C API it is not defined whether rebinding drops the last reference.
    def f(a, b=Loud):
        print("in f", a.name)
        return b
    f(Loud("argument"))
    print("between")
    f(Loud("first"), Loud("second"))
    print("end")


@case("2", "0")
def on_exception(n):
    x = Loud("x")
    try:
        y = Loud("y")
        1 // (n - 2)
    except ZeroDivisionError:
        print("handler")
        del y
    print("end", x.name)


@case("3")
def weak(n):
    out = []
    x = Loud("target")
    r = weakref.ref(x, lambda r: print("callback", r() is None))
    out.append(r() is x)
    x = None
    out.append(r() is None)
    items = [Cycle(i) for i in range(n)]
    refs = [weakref.ref(c, lambda r: print("cycle callback")) for c in items]
    del items
    out.append([r() is None for r in refs])
    gc.collect()
    out.append([r() is None for r in refs])
    return out


@case("3")
def weak_in_callee(n):
    def probe(r):
        return r() is not None

    def drop(r):
        gc.collect()
        return r() is not None
    x = Cycle("x")
    r = weakref.ref(x)
    out = [probe(r), drop(r)]
    x = None
    out += [probe(r), drop(r)]
    return out, n


@case
def resurrection():
    x = Resurrecting()
    x.tag = 1
    x = None
    gc.collect()
    out = [k.tag for k in kept]
    kept.clear()
    return out, len(kept)


@case("5")
def collected_while_running(n):
    class Local:
        pass
    out = []
    for i in range(n):
        a = Local()
        b = Local()
        a.other, b.other = b, a
        r = weakref.ref(a)
        temporary = [a, (b,), {"k": a}]
        gc.collect()
        out.append(r() is a and temporary[0] is a)
        a = b = temporary = None
        gc.collect()
        out.append(r() is None)
    return out


@case("4")
def collect_in_operators(n):
    class C:
        def __add__(self, other):
            gc.collect()
            return [other]

        def __lt__(self, other):
            gc.collect()
            return True
    c = C()
    return [c + Cycle(i).name for i in range(n)], [c + [Loud(i)] for i in range(2)][0][0][0].name, c < [Cycle("z")]


class DelReplaces:
    """Rebinds a local of the frame that drops it."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        frame = sys._getframe(1)
        if "victim" in frame.f_locals:
            frame.f_locals["victim"] = "replaced by a finaliser"


@case("1")
def finaliser_writes_local(n):
    victim = "own"
    x = DelReplaces("x")
    x = n
    print("next statement")
    out = [victim, x]
    victim = DelReplaces("v")
    victim = 5
    print("next statement")
    out.append(victim)
    return out


class DelRaises:
    def __del__(self):
        raise KeyError("raised in del")


@case("1")
def finaliser_raises(n):
    x = DelRaises()
    x = n
    y = [DelRaises()]
    y[0] = x
    return x, y


class DelDeep:
    def __init__(self, n):
        self.next = DelDeep(n - 1) if n else None

    def __del__(self):
        if self.next is None:
            print("bottom")


@case("100")
def deep_death(n):
    x = DelDeep(n)
    x = None
    nested = None
    for _ in range(5000):
        nested = [nested]
    nested = None
    return x, nested


def rebind_current(n):
    global current
    current = Loud(("global", n))
    print("bound")


@case("2")
def globals_die(n):
    global current
    for i in range(n):
        rebind_current(i)
    current = None
    print("end")


def uses_current():
    return current.name


@case("3")
def constant_globals_die(n):
    global current
    out = []
    for i in range(n):
        current = Loud(i)
        out.append(uses_current())
        out.append(uses_current())
        print("before", i)
        current = None
        print("after", i)
    return out


@case("3")
def functions_die(n):
    def make_function(i):
        loud = Loud(i)

        def f():
            return loud.name
        return f
    for i in range(n):
        f = make_function(i)
        print(f())
        f = None
        print("after")


@case("3")
def classes_die(n):
    out = []
    for i in range(n):
        class Local:
            marker = Loud(i)

            def m(self):
                return i
        out.append(Local().m())
        r = weakref.ref(Local)
        del Local
        gc.collect()
        out.append(r() is None)
    return out


@case("3")
def refcounts(n):
    # A local is not necessarily a counted reference; what is in the heap is.
    x = object()
    items = [x] * n
    more = sys.getrefcount(x)
    items.append((x, x))
    even_more = sys.getrefcount(x)
    items.clear()
    return even_more - more, more - sys.getrefcount(x)


@case("3")
def generators_die(n):
    def gen():
        try:
            x = Loud("in generator")
            yield x.name
        finally:
            print("closed")
    for i in range(n):
        g = gen()
        next(g)
        print("dropping", i)
        g = None
    for name in gen():
        break
    print("end", name)


class WeakSub(weakref.ref):
    pass


@case("Loud('weak')", "5", "Cycle('weak')", "frozenset((1, 2))", "None", "(1, 2)")
def weak_references(thing):
    """One object has one plain weak reference; not every class allows any."""
    made = []
    for k in range(3):
        for arguments in ((thing,), (thing, None), (), (thing, print, 3)):
            try:
                made.append(weakref.ref(*arguments))
            except TypeError as error:
                made.append(str(error))
        try:
            made.append(weakref.ref(thing))
            made.append(weakref.ref(weakref.ref(thing)))
        except TypeError as error:
            made.append(str(error))
        try:
            made.append(WeakSub(thing))
            made.append(weakref.ref(thing, lambda ref: print("callback", ref() is None)))
            made.append(weakref.ref(thing, callback=None))
        except TypeError as error:
            made.append(str(error))
    same = [made[0] is other for other in made]
    name = getattr(thing, "name", None)
    thing = None
    gc.collect()
    return name, same, [m if isinstance(m, str) else m() is None for m in made]


class Operand:
    """Takes part in every operation, and tells of its death."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dies", self.name)

    def __lt__(self, other):
        return True

    __eq__ = __getitem__ = __contains__ = __call__ = lambda self, *others: 1
    __hash__ = object.__hash__

    def __setitem__(self, key, value):
        pass

    def __delitem__(self, key):
        pass

    def __add__(self, other):
        return 2

    __iadd__ = __add__

    def method(self, *arguments):
        return 3


def pair(first, second):
    return 4


@case
def operands_in_order():
    """Operands to which nothing else refers die from the top of the stack."""
    o = Operand
    print(o(1) < o(2), o(3) == o(4), o(5) is o(6), o(7) in o(8))
    print(o(1)[o(2)], o(3)[o(4) : o(5)], o(6) + o(7))
    o(1)[o(2)] = o(3)
    o(4)[o(5) : o(6)] = o(7)
    del o(1)[o(2)]
    print(o(1)(o(2), o(3)), o(4).method(o(5), o(6)))
    print([o(1), o(2)] == [o(3), o(4)], f"{o(5).name}{o(6).name}")
    x = o(1)
    x += o(2)
    print(isinstance(o(3), type(o(4))), max(o(5).name, o(6).name))
    for operation in divmod, lambda a, b: [a, b][2], lambda a, b: a.missing + b:
        try:
            operation(o(1), o(2))
        except (TypeError, IndexError, AttributeError) as error:
            print(type(error).__name__)
    try:
        divmod(o(1), o(2))
    except TypeError:
        print("no divmod")
    try:
        o(3).missing(o(4))
    except AttributeError:
        print("no method")
    try:
        o(1) @ o(2)
    except TypeError:
        print("no product")
    try:
        raise o(1) from o(2)
    except TypeError:
        print("no exception")
