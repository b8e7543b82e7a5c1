"""Functions, classes, globals and builtins changed while compiled code that relies on them runs."""

import builtins

from program import case

limit = 10
value = "first"


def helper(x):
    return "helper", x


def replacement(x, y=5):
    return "replacement", x, y


def with_default(a, b=2, *, k=3):
    return a, b, k


class Plain:
    attribute = "class"

    def __init__(self, x=0):
        self.x = x

    def method(self):
        return "method", self.x


class Other:
    attribute = "other"

    def __init__(self, x=0):
        self.x = ("other", x)

    def method(self):
        return "other method", self.x


@case("'code'", "'defaults'", "'kwdefaults'", "'nothing'")
def change_function(what):
    def target(a, b=2, *, k=3):
        return a, b, k

    def change(i):
        if i != 3:
            return
        if what == "code":
            target.__code__ = (lambda a, b=0, *, k=0: ("new code", a, b, k)).__code__
        elif what == "defaults":
            target.__defaults__ = ("new default",)
        elif what == "kwdefaults":
            target.__kwdefaults__ = {"k": "new k"}
    out = []
    for i in range(6):
        change(i)
        out.append(target(i))
    return out


@case("'code'", "'defaults'", "'kwdefaults'", "'kw gone'", "'defaults gone'")
def change_global_function(what):
    code, defaults, kwdefaults = with_default.__code__, with_default.__defaults__, dict(with_default.__kwdefaults__)
    out = []
    try:
        for i in range(6):
            if i == 3:
                if what == "code":
                    with_default.__code__ = (lambda a, b=0, *, k=0: ("new code", a, b, k)).__code__
                elif what == "defaults":
                    with_default.__defaults__ = ("new default",)
                elif what == "kwdefaults":
                    with_default.__kwdefaults__["k"] = "new k"
                elif what == "kw gone":
                    with_default.__kwdefaults__ = None
                else:
                    del with_default.__defaults__
            out.append(with_default(i))
    except TypeError as error:
        out.append(str(error))
    finally:
        with_default.__code__, with_default.__defaults__, with_default.__kwdefaults__ = code, defaults, kwdefaults
    out.append(with_default(9))
    return out


def own_code(n):
    if n == 2:
        own_code.__code__ = other_own_code.__code__
    return "old", n


def other_own_code(n):
    return "new", n


@case
def change_own_code_while_running():
    saved = own_code.__code__
    out = [own_code(i) for i in range(4)]
    own_code.__code__ = saved
    out.append(own_code(1))
    return out


def recursive_change(n):
    if n == 0:
        recursive_change.__code__ = other_recursive.__code__
        return ["bottom"]
    return [n, *recursive_change(n - 1)]


def other_recursive(n):
    return ["other", n]


@case("3")
def change_code_below(n):
    saved = recursive_change.__code__
    out = recursive_change(n), recursive_change(n)
    recursive_change.__code__ = saved
    return out


def set_method(cls, name, function):
    setattr(cls, name, function)


@case("'method'", "'attribute'", "'delete'", "'class'", "'base'", "'getattr'", "'dict'", "'instance'")
def change_class(what):
    class C(Plain):
        def method(self):
            return "C.method", self.x
    c = C(1)
    out = []
    for i in range(8):
        if i == 4:
            if what == "method":
                C.method = lambda self: "patched"
            elif what == "attribute":
                C.attribute = "patched"
            elif what == "delete":
                del C.method
            elif what == "class":
                c.__class__ = Other
            elif what == "base":
                C.__bases__ = (Other,)
            elif what == "getattr":
                C.__getattr__ = lambda self, name: "got " + name
                C.__getattribute__ = lambda self, name: "any " + name if name != "method" else (lambda: "got method")
            elif what == "dict":
                c.__dict__ = {"x": "from dict"}
            else:
                c.method = lambda: "on the instance"
                c.attribute = "on the instance"
        out.append((c.method(), c.attribute, c.x))
    return out


@case("'rebind'", "'delete'", "'shadow'", "'builtin'")
def change_globals(what):
    global value
    out = []
    saved_len = builtins.len
    try:
        for i in range(6):
            if i == 3:
                if what == "rebind":
                    value = "second"
                elif what == "delete":
                    del globals()["value"]
                elif what == "shadow":
                    globals()["len"] = lambda x: "shadowed"
                else:
                    builtins.len = lambda x: "replaced"
            out.append((value, len([1, 2])))
    except NameError as error:
        out.append(str(error))
    finally:
        value = "first"
        globals().pop("len", None)
        builtins.len = saved_len
    out.append((value, len([1])))
    return out


def poke(name, new):
    globals()[name] = new


@case("5", "15", "'x'")
def global_as_loop_limit(new):
    poke("limit", 10)
    out = []
    i = 0
    try:
        while i < limit:
            out.append(i)
            i += 1
            if i == 3:
                poke("limit", new)
    except TypeError as error:
        out.append(str(error))
    poke("limit", 10)
    return out


@case("True", "False")
def new_builtin(delete):
    builtins.fresh_builtin = "fresh"
    out = [fresh_builtin]  # noqa: F821
    if delete:
        del builtins.fresh_builtin
    try:
        out.append(fresh_builtin)  # noqa: F821
    except NameError as error:
        out.append(str(error))
    if not delete:
        del builtins.fresh_builtin
    return out


@case("6")
def patch_init(n):
    class C:
        def __init__(self, x):
            self.x = x
    out = []
    for i in range(n):
        if i == 2:
            C.__init__ = lambda self, x: setattr(self, "x", ("patched", x))
        if i == 4:
            C.__new__ = lambda cls, x: "not an instance"
        made = C(i)
        out.append(made.x if isinstance(made, C) else made)
    return out


@case("6")
def patch_property(n):
    class C:
        @property
        def p(self):
            return "old"

        def __len__(self):
            return 1

        def __add__(self, other):
            return "old add"

        def __eq__(self, other):
            return "old eq"

        def __getitem__(self, key):
            return "old item"

        def __iter__(self):
            return iter(["old iter"])

        def __contains__(self, x):
            return True

        def __call__(self):
            return "old call"

        def __bool__(self):
            return True
    c = C()
    out = []
    for i in range(n):
        if i == 3:
            C.p = property(lambda self: "new")
            C.__len__ = lambda self: 2
            C.__add__ = lambda self, other: "new add"
            C.__eq__ = lambda self, other: "new eq"
            C.__getitem__ = lambda self, key: "new item"
            C.__iter__ = lambda self: iter(["new iter"])
            C.__contains__ = lambda self, x: False
            C.__call__ = lambda self: "new call"
            C.__bool__ = lambda self: False
        out.append((c.p, len(c), c + 1, c == 1, c[0], [*c], 1 in c, c(), "true" if c else "false"))
    return out


class Evil:
    """Changes things from within operators."""

    def __init__(self, action):
        self.action = action

    def __add__(self, other):
        self.action()
        return 1

    def __eq__(self, other):
        self.action()
        return True

    def __hash__(self):
        self.action()
        return 1

    def __index__(self):
        self.action()
        return 0

    def __bool__(self):
        self.action()
        return False

    def __del__(self):
        self.action()


@case("'add'", "'eq'", "'hash'", "'index'", "'bool'", "'del'")
def changed_from_within(how):
    def action():
        poke("value", "changed")
        poke("helper", replacement)
        Plain.attribute = "changed"
    saved = helper
    p = Plain(1)
    evil = Evil(action)
    before = value, helper(1), p.attribute
    if how == "add":
        evil + 1
    elif how == "eq":
        evil == 1
    elif how == "hash":
        {evil: 1}
    elif how == "index":
        [1][evil]
    elif how == "bool":
        if evil:
            pass
    else:
        evil = None
    after = value, helper(1), p.attribute
    evil = None
    poke("value", "first")
    poke("helper", saved)
    Plain.attribute = "class"
    return before, after


@case("[1, 2, 3, 4, 5]", "['a', 'b', 'c']", "[]")
def list_changed_while_iterating(items):
    out = []
    for x in items:
        out.append(x)
        if len(out) == 2:
            items.pop()
        if len(out) == 1:
            items.append("added")
    return out, items


@case("{'a': 1, 'b': 2}", "{}", "{1: 1}")
def dict_changed_while_iterating(d):
    out = []
    try:
        for k in d:
            out.append(k)
            if len(out) == 1:
                d["new"] = 1
    except RuntimeError as error:
        out.append(str(error))
    try:
        for k, v in d.items():
            out.append((k, v))
            d[k] = "changed"
            if len(out) > 10:
                break
    except RuntimeError as error:
        out.append(str(error))
    return out


@case("4")
def monkeypatch_module(n):
    import math
    saved = math.sqrt
    out = []
    try:
        for i in range(n):
            if i == 2:
                math.sqrt = lambda x: "patched"
            out.append(math.sqrt(i))
    finally:
        math.sqrt = saved
    return out


@case("4")
def instance_dict_games(n):
    out = []
    for i in range(n):
        p = Plain(i)
        d = p.__dict__
        d["x"] = "through dict"
        out.append(p.x)
        p.x = "through attribute"
        out.append(d["x"])
        if i % 2:
            del d["x"]
            out.append(hasattr(p, "x"))
        p.__dict__.clear()
        p.y = i
        out.append(vars(p))
        out.append(d is p.__dict__)
    return out


@case("True", "False")
def type_attributes_of_builtin_subclasses(patch):
    class L(list):
        def append(self, x):
            super().append(("L", x))
    items = L()
    for i in range(4):
        if i == 2 and patch:
            del L.append
        items.append(i)
    return list(items)


counter = 0
watched_value = 10


def counts_in_globals(n):
    global counter
    total = 0
    for i in range(n):
        counter += watched_value
        total += counter
    return total


@case("'watched_value'", "''.join(['watched', '_value'])", "''.join(['count', 'er'])", "'unrelated'")
def globals_written_under_new_names(name):
    """The name that is assigned is another str than the one in the code."""
    global counter, watched_value
    counter, watched_value = 0, 10
    first = counts_in_globals(4)
    globals()[name] = 3
    second = counts_in_globals(4)
    globals().pop("unrelated", None)
    return first, second, counter
