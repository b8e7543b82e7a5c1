"""Receivers of several classes, told apart once and then used in inlined code; and what makes that wrong while it runs."""

from program import case


class State:
    def __init__(self):
        self.ready, self.held, self.count = True, False, 0

    def run(self):
        self.ready, self.held = False, False
        self.count += 1
        return self

    def summary(self):
        return self.ready, self.held, self.count


class Task(State):
    def step(self, hook):
        out = self.work(hook)
        self.run()
        hook(self)
        return out, self.kind(), self.summary()


class A(Task):
    def work(self, hook): return "a", self.count
    def kind(self): return "A"


class B(Task):
    def work(self, hook): return "b", self.held
    def kind(self): return "B"


class C(Task):
    def work(self, hook): return "c", self.ready
    def kind(self): return "C"


class D(Task):
    def work(self, hook): return "d", self.count + 1
    def kind(self): return "D"


class Fifth(Task):
    def work(self, hook): return "fifth"
    def kind(self): return "Fifth"


class Other(Task):
    """Attributes in another order."""
    def __init__(self):
        self.count, self.held, self.ready, self.more = 0, False, True, None

    def work(self, hook): return "other", self.more
    def kind(self): return "Other"


def nothing(task): pass


def to_d(task): task.__class__ = D


def to_other(task): task.__class__ = Fifth


def hide_kind(task): task.kind = lambda: "hidden"


def drop(task): del task.count


def new_kind(task): A.kind = lambda self: "new kind"


def old_kind(task): A.kind = lambda self: "A"


def with_dict(task): task.__dict__["more"] = 1


HOOKS = [nothing, to_d, to_other, hide_kind, drop, new_kind, with_dict]
EVERY = [A, B, C, D]


@case("0", "1", "2", "3", "4", "5", "6")
def hooked(number):
    hook = HOOKS[number]
    out = []
    tasks = [cls() for cls in EVERY]
    for i in range(8):
        for task in tasks:
            try:
                out.append(task.step(hook if i == 5 and isinstance(task, A) else nothing))
            except (AttributeError, TypeError) as e:
                out.append(str(e))
    old_kind(None)
    return out


@case("True", "False")
def more_classes(late):
    """State.run alone has seen another class than those that step has told apart."""
    out = []
    state = State()
    kinds = EVERY + [Fifth, Other] if not late else EVERY
    for i in range(12):
        out.append(state.run().summary())
        for cls in kinds:
            out.append(cls().step(nothing))
        if i == 8:
            kinds = EVERY + [Fifth, Other]
    return out


class Meta(type):
    asked = []

    def __instancecheck__(cls, instance):
        Meta.asked.append((cls.__name__, type(instance).__name__))
        return type(instance).__name__ == "E"


class Checked(metaclass=Meta):
    pass


class SubChecked(Checked):
    pass


class E:
    pass


@case("'E'", "'Checked'", "'SubChecked'", "'int'")
def instances(first):
    """The exact class needs no question; all others are for the metaclass."""
    things = {"E": E(), "Checked": Checked(), "SubChecked": SubChecked(), "int": 1}
    order = [first, *things, first]
    out = []
    for i in range(6):
        for name in order:
            thing = things[name]
            out.append((isinstance(thing, Checked), isinstance(thing, SubChecked), isinstance(thing, E), isinstance(thing, int)))
    out.append(list(Meta.asked))
    Meta.asked.clear()
    return out


@case("3", "9")
def a_class_that_changes(at):
    out = []
    thing = E()
    for i in range(12):
        out.append(isinstance(thing, Checked))
        if i == at:
            thing.__class__ = type("E2", (), {})
        out.append((isinstance(thing, E), type(thing).__name__))
    Meta.asked.clear()
    return out


class Inner:
    def __init__(self, x):
        self.x = x
        self.y = x


class Outer:
    def __init__(self, x):
        self.first, self.second = Inner(x), Inner(x + 1)
        self.third = Inner(x + 2)


def nested(n, x):
    """Calls at several depths of loops, of one callee and of many copies."""
    first, second, third, fourth = Outer(x), Outer(x), Outer(x), Outer(x)
    out = [o.third.y for o in (first, second, third, fourth)]
    for i in range(n):
        o = Outer(i)
        out.append(o.first.x)
        for j in range(n):
            out.append((Outer(j).second.y, Inner(x).x, Inner(j).y))
    return out


@case("3, 1", "2, 'text'", "2, 1.5")
def depths(n, x):
    try:
        return nested(n, x)
    except TypeError as e:
        return str(e)
