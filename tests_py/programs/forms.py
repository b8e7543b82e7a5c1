"""Forms of the language that are seldom hot: type parameters, annotations, templates, exec and eval, locals() everywhere, deletion of
every kind of name, bare super() in odd places."""

import annotationlib
import string.templatelib
import typing

from program import case

shared = 10


# ---- type parameters and annotations ----


@case("3", "'x'")
def type_parameters(x):
    def first[T: (int, str), *Rest, **Arguments = [int]](value: T, *rest: *Rest) -> T:
        return value

    class Box[T = int]:
        item: T

        def get[U](self, other: U) -> T | U:
            return self.item, other, U.__name__, T.__name__

    type Pair[T] = tuple[T, Box[T]]
    type Recursive = list[Recursive] | type(x)
    box = Box()
    box.item = x
    names = [(p.__name__, type(p).__name__, p.has_default()) for p in first.__type_params__ + Box.__type_params__]
    return (first(x, 1, 2), names, box.get(2), Pair.__value__, str(Recursive.__value__), Pair[int].__args__,
            first.__type_params__[0].__constraints__, Box.__orig_bases__, Box[str].__args__)


@case("5", "'x'")
def annotations(x):
    def f(a: x, b: missing = 1, *c: "text", d: shared | None = None) -> [x, shared]:
        inner: undefined
        local: x = 3
        return a, local

    class Annotated:
        one: x
        two: absent.name = 2
        if shared > 100:
            three: int
        else:
            four: str

    forward = annotationlib.get_annotations(f, format=annotationlib.Format.FORWARDREF)
    text = annotationlib.get_annotations(Annotated, format=annotationlib.Format.STRING)
    try:
        f.__annotations__
    except NameError as error:
        message = str(error)
    return f(1), sorted(forward), forward["a"], forward["return"], text, message


@case("4")
def conditional_annotations(n):
    source = "for i in range(%d):\n    a: int = i\nif i > 100:\n    b: str\nclass C:\n    for i in range(3):\n        x: i\n" % n
    space = {"__name__": "made"}
    exec(source, space)
    return space["a"], sorted(annotationlib.get_annotations(space["C"]).items())


@case("1", "'a'")
def typed(x):
    class Point(typing.NamedTuple):
        x: int
        y: int = 5

    return Point(x), Point.__annotations__, Point._field_defaults


# ---- templates ----


@case("3, 'text'", "2.5, None", "[1], 'long text'")
def templates(a, b):
    width = 8
    t = t"{a!r:>{width}} and {b} {{}} {a if b else shared=}"
    parts = []
    for item in t:
        match item:
            case str() as text:
                parts.append(text)
            case string.templatelib.Interpolation(value, expression, conversion, spec):
                parts.append((value, expression, conversion, spec))
    empty = t""
    joined = t"{a}" t"{b}" t"end"
    return parts, t.strings, t.values, empty.strings, joined.strings, [i.expression for i in joined.interpolations]


@case("3", "'x'")
def nested_strings(x):
    return f"{f'{x!r:>5}'!s:*^{10 + 1}}{x=}{'a' 'b'}", t"{t"{x}".values}".values[0], f"{x!a}" f"{{}}"


# ---- namespaces ----


@case("1, 2", "'a', None")
def all_locals(a, b):
    before = sorted(locals())
    c = a
    made = [sorted(k for k in locals() if not k.startswith(".")) for d in range(1)]
    inner = (lambda e: sorted(locals()))(b)
    del b
    snapshot = locals()
    snapshot["a"] = "changed"
    snapshot["new"] = 5
    return before, made, inner, a, sorted(locals()), sorted(snapshot), "c" in vars(), dir()[:3]


@case("3", "'x'")
def evaluated(x):
    y = 5
    out = [eval("x"), eval("[x, y, shared]"), eval("x", {"x": 1}), eval("[k for k in (x, y)]")]
    exec("x = 100; y += 1; z = 3")
    own = {}
    exec("def f():\n    return x\nx = 7\nclass C:\n    y = x", own)
    out += [x, y, own["f"](), own["C"].y, "z" in locals()]
    space = {"x": 1}
    exec("global x\nx = 2\ny = x", space, other := {})
    out += [space["x"], other]
    return out


@case("3", "'x'")
def class_namespaces(x):
    global shared
    y = 1

    class Outer:
        global shared
        shared = x
        x = x
        y = y
        exec("z = (x, y)\nlocals()['w'] = 4")
        names = sorted(k for k in locals() if not k.startswith("_"))
        squares = [k for k in (y, y + 1)]
        kept = lambda self: (__class__, y)

        def __private(self):
            return self.__private.__name__

        def ask(self):
            return self.__private(), __class__.__name__

        class Inner:
            y = y
            del y
            try:
                y
            except NameError:
                y = "gone"
            z = [y for _ in range(2)]

        for k in range(3):
            pass
        else:
            del k

    out = shared, Outer.x, Outer.y, Outer.z, Outer.w, Outer.names, Outer.squares, Outer().kept()[1], Outer().ask(), Outer.Inner.z
    shared = 10
    return out


@case("0", "1", "2")
def deletions(which):
    global temporary
    temporary = 5
    cell = which

    def inner():
        nonlocal cell
        del cell
        return which

    out = [inner()]
    del temporary
    for source in "temporary", "cell":
        try:
            out.append(temporary if source == "temporary" else cell)
        except NameError as error:
            out.append((type(error).__name__, str(error), error.name))
    try:
        del temporary
    except NameError as error:
        out.append(str(error))
    try:
        if which:
            del out[0]
        del which, which
    except UnboundLocalError as error:
        out.append(str(error))
    return out


# ---- super ----


class Base:
    def __init__(self, n):
        self.n = n

    def value(self):
        return self.n

    @classmethod
    def make(cls, n):
        return cls(n)

    @property
    def twice(self):
        return self.n * 2


class Derived(Base):
    def value(self):
        return [super().value() for _ in range(2)], (lambda: super(Derived, self).value())()

    def gen(self):
        yield super().value()
        self = Base(5)
        try:
            yield super().twice
        except TypeError as error:
            yield str(error).replace(" ", "_")[:20]

    @classmethod
    def make(cls, n):
        return super().make(n + 1)

    @property
    def twice(self):
        return super().twice + 1

    def without(*args):
        try:
            return super().value()
        except RuntimeError as error:
            return str(error)

    def deleted(self):
        del self
        try:
            return super().value()
        except RuntimeError as error:
            return str(error)

    async def later(self):
        return super().value()

    def stored(self):
        me = super()
        return me.n, me.value(), type(me).__name__, me.__thisclass__.__name__


@case("3", "2.5")
def supers(n):
    d = Derived.make(n)
    coroutine = d.later()
    try:
        coroutine.send(None)
    except StopIteration as stop:
        later = stop.value
    return d.value(), list(d.gen()), d.twice, d.without(), d.deleted(), later, d.stored()


# ---- the rest ----


@case("[1, 2, 3]", "(1,)", "{'a': 1}", "'xy'", "5")
def odd_statements(x):
    out = []
    assert True, out.append("not evaluated")
    try:
        assert not x, (x, "message")
    except AssertionError as error:
        out.append(error.args)
    try:
        [*first, last], = [x]
        out.append((first, last))
        a = b, *c = *x, *x
        out.append((a, b, c))
        out.append({**x, "b": 2} if isinstance(x, dict) else [*x, *first])
    except (TypeError, ValueError) as error:
        out.append(str(error))
    if (n := len(out)) > 1 and (m := n * 2):
        out.append((n, m))
    out.append(x is not None is not False)
    out.append(0 < n < 5 != 3)
    print(..., NotImplemented is None, __debug__)
    return out


@case("ValueError('a')", "ExceptionGroup('g', [ValueError(1), KeyError(2)])", "ExceptionGroup('g', [OSError(1), ExceptionGroup('h', [KeyError(3)])])")
def star_clauses(error):
    out = []
    try:
        try:
            raise error
        except* ValueError as group:
            out.append(("value", [str(e) for e in group.exceptions]))
        except* (KeyError, IndexError) as group:
            out.append(("key", str(group)))
            raise RuntimeError("from the clause") from group
        else:
            out.append("else")
        finally:
            out.append("finally")
    except BaseException as rest:
        out.append((type(rest).__name__, str(rest), [str(e) for e in getattr(rest, "exceptions", ())]))
    return out
