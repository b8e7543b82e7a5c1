"""What callees and debuggers see of a running compiled frame, and what they may write to it."""

import gc
import inspect
import sys

from program import case


def cold_caller_locals():
    return dict(sys._getframe(1).f_locals)


def cold_write(name, new):
    sys._getframe(1).f_locals[name] = new


def cold_line():
    frame = sys._getframe(1)
    return frame.f_lineno - frame.f_code.co_firstlineno, frame.f_lasti, frame.f_code.co_name


def cold_stack():
    frame = sys._getframe(1)
    names = []
    while frame is not None and frame.f_code.co_filename == __file__:
        names.append((frame.f_code.co_qualname, frame.f_lineno))
        frame = frame.f_back
    return names


def warm_stack():
    return cold_stack()


class Witness:
    """Looks at its caller's frame from within operators."""

    def __init__(self, log):
        self.log = log

    def look(self):
        frame = sys._getframe(2)
        self.log.append((frame.f_lineno - frame.f_code.co_firstlineno, {k: v for k, v in frame.f_locals.items() if type(v) in (int, str, float)}))

    def __add__(self, other):
        self.look()
        return self

    def __eq__(self, other):
        self.look()
        return True

    def __getitem__(self, key):
        self.look()
        return key

    def __setitem__(self, key, value):
        self.look()

    @property
    def attribute(self):
        self.look()
        return 1

    def __bool__(self):
        self.look()
        return True

    def __len__(self):
        self.look()
        return 1

    def __call__(self, *args):
        self.look()
        return args

    def __iter__(self):
        self.look()
        return iter(())

    def __contains__(self, x):
        self.look()
        return True

    def __enter__(self):
        self.look()

    def __exit__(self, *args):
        self.look()

    def __format__(self, spec):
        self.look()
        return spec

    def __del__(self):
        frame = sys._getframe(1)
        self.log.append(("del", frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))

    def __lt__(self, other):
        self.look()
        return True

    def __neg__(self):
        self.look()
        return self

    def __hash__(self):
        self.look()
        return 1

    def __delitem__(self, key):
        self.look()


@case("1", "1.5", "'s'")
def seen_from_operators(x):
    log = []
    w = Witness(log)
    a = x
    w + a
    b = a
    w == b
    c = [a, b]
    w[a]
    a = "rebound"
    w[b] = a
    w.attribute
    if w:
        d = 5
    len(w)
    w(d, c)
    for _ in w:
        pass
    e = b in w
    with w:
        f = e
    f"{w:spec}"
    del a
    w < f
    -w
    {w: 1}
    del w[0]
    w = None
    return log, b, d


@case("3", "'a'", "None")
def locals_seen(x):
    y = x
    first = cold_caller_locals()
    y = [x]
    second = cold_caller_locals()
    for i in range(2):
        third = cold_caller_locals()
    del y
    fourth = cold_caller_locals()
    return first, second, {k: v for k, v in third.items() if k != "third"}, sorted(fourth)


@case("5", "2.5", "'text'")
def locals_written(x):
    y = x
    cold_write("x", "written")
    out = [x, y]
    total = 0
    for i in range(5):
        total += i
        if i == 2:
            cold_write("total", 100)
            cold_write("i", 1000)
            out.append(i)
        if i == 3:
            cold_write("y", total)
    out += [total, i, y, x]
    cold_write("fresh", 1)
    return out, "fresh" in cold_caller_locals()


@case("True", "False")
def unbound_written(flag):
    if flag:
        cold_write("z", "from outside")
    else:
        z = "own"
    return z


@case("3")
def cells_written(x):
    def inner():
        return x, y
    y = 1
    cold_write("y", "written")
    cold_write("x", "also")
    return inner(), x, y


@case("4")
def own_locals(n):
    a = n
    l1 = locals()
    l1["a"] = "changed"
    b = a
    for i in range(n):
        if i == 1:
            l2 = locals()
        a += 1
    proxy = sys._getframe().f_locals
    proxy["b"] = "through proxy"
    return l1["a"], b, a, l2["i"], sorted(l2), list(proxy)


@case("7")
def lines(n):
    out = [cold_line()]
    x = (cold_line(),
         cold_line())
    out.append(x)
    for i in range(
            2):
        out.append(cold_line())
    y = [cold_line() for _ in range(1)]; z = cold_line()  # noqa: E702
    return out, y, z, n, (
        cold_line())


@case("3")
def stacks(n):
    def inner(k):
        return inner(k - 1) if k else (cold_stack(), warm_stack())
    return inner(n)


@case("2")
def frame_kept(n):
    x = [n]
    frame = sys._getframe()
    x.append(frame.f_lineno - frame.f_code.co_firstlineno)
    n += 1
    x.append(frame.f_locals["n"])
    frame.f_locals["n"] = 50
    x.append(n)
    return frame, x


def make_frame(a):
    b = a
    return sys._getframe()


@case("1", "'s'")
def frame_after_return(a):
    frame = make_frame(a)
    gc.collect()
    out = [frame.f_locals, frame.f_back is None, frame.f_lineno - frame.f_code.co_firstlineno]
    frame.clear()
    out.append(frame.f_locals)
    return out


def deep_frame(n):
    if n:
        return deep_frame(n - 1)
    return sys._getframe()


@case("5")
def chain_of_frames(n):
    frame = deep_frame(n)
    names = []
    while frame is not None and frame.f_code.co_filename == __file__:
        names.append((frame.f_code.co_name, frame.f_locals.get("n")))
        frame = frame.f_back
    return names


@case("3")
def clear_running(n):
    try:
        sys._getframe().clear()
    except RuntimeError as error:
        return str(error), n


@case("3")
def eval_and_exec(n):
    m = n
    out = [eval("n + m"), eval("[k for k in locals()]")]
    exec("n = 100; extra = 1")
    out.append(n)
    exec("m2 = m + 1", globals(), out_locals := {"m": m})
    return out, out_locals


@case("3")
def inspected(n):
    info = inspect.currentframe()
    caller = inspect.getouterframes(info)[0]
    return caller.function, caller.lineno - info.f_code.co_firstlineno, inspect.getargvalues(info).args


def cold_debugger(stop):
    """Sets a local of every frame of this file on the stack, as a debugger would."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        if "patched" in frame.f_locals:
            frame.f_locals["patched"] = stop
        frame = frame.f_back


def level_two(n):
    patched = n
    cold_debugger("set")
    return patched


@case("1")
def several_frames(n):
    patched = "own"
    inner = level_two(n)
    return patched, inner


@case("3")
def generator_frames(n):
    def gen():
        x = yield sys._getframe().f_back.f_code.co_name
        yield x
    g = gen()
    return next(g), g.send("sent"), g.gi_frame.f_locals, n


class Loud:
    def __init__(self, log):
        self.log = log

    def __del__(self):
        frame = sys._getframe(1)
        self.log.append(("del", frame.f_lineno - frame.f_code.co_firstlineno))


@case("5", "0", "'s'")
def lines_of_deaths(n):
    log = []
    x = Loud(log)
    y = n
    x = n
    z = Loud(log)
    del z
    log.append(y)
    if n:
        x = Loud(log)
        x = y
    q = Loud(log)
    q = 5 if n else 6
    for i in range(2):
        q = Loud(log)
        w = [Loud(log)]
        w[0] = q
        w.clear()
        q, w = i, Loud(log)
        while i < 1:
            w = x
            i += 1
    y = [Loud(log)]
    Loud(log)
    [Loud(log), Loud(log)]
    y = (q,
         w)
    return log, x, y


def cold_frame():
    return sys._getframe(1)


def cold_write_by(way, frame, name, new):
    """Every way in which the mapping of local variables is written to."""
    mapping = frame.f_locals
    if way == "item":
        mapping[name] = new
    elif way == "method":
        mapping.__setitem__(name, new)
    elif way == "update":
        mapping.update({name: new})
    elif way == "or":
        mapping |= {name: new}
    elif way == "ior":
        mapping.__ior__({name: new})
    elif way == "default":
        mapping.setdefault(name, new)


@case("'none'", "'item'", "'method'", "'update'", "'or'", "'ior'", "'default'")
def written_while_held(way):
    frame = cold_frame()
    singleton = None
    number = 1
    counts = []
    for i in range(4):
        total = number + i
        counts.append((singleton, total, len(counts)))
        if i == 1:
            cold_write_by(way, frame, "singleton", True)
        elif i == 2:
            cold_write_by(way, frame, "number", 40)
    return counts, frame.f_lineno - frame.f_code.co_firstlineno, frame.f_locals["total"]


@case("'none'", "'item'", "'default'")
def written_while_unbound(way):
    if way == "never":
        unbound = 0
    cold_frame().f_lineno
    cold_write_by(way, cold_frame(), "unbound", None)
    try:
        return unbound
    except UnboundLocalError as error:
        return str(error)


@case("3", "0")
def looked_at_in_a_loop(n):
    seen = []
    for i in range(n):
        frame = cold_frame()
        seen.append((frame.f_lineno - frame.f_code.co_firstlineno, frame.f_locals["i"], frame is cold_frame()))
        del frame
        seen.append(len(seen))
    return seen, [name for name, _ in cold_stack()]


@case("1", "2")
def extra_names_stay(x):
    cold_frame().f_locals["extra"] = x
    y = [x, len("a")]
    return y, cold_frame().f_locals.get("extra")
