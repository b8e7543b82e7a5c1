"""Locals, unbound locals, cells, closures, nonlocal and global names."""

from program import case, jit

counter = 0
shadow = "global"


@case("True", "False", "0", "1", "None")
def maybe_unbound(flag):
    if flag:
        value = "bound"
    return value


@case("1", "0")
def deleted(flag):
    value = [1]
    if flag:
        del value
    try:
        return value
    except UnboundLocalError as error:
        return type(error), error.name, str(error)


@case
def delete_twice():
    value = 1
    del value
    del value


@case
def delete_and_rebind():
    out = []
    for i in range(4):
        value = i
        out.append(value)
        del value
        if i % 2:
            value = "again"
            out.append(value)
    return out, value


@case("0", "1", "2")
def unbound_in_loop(n):
    for _ in range(n):
        found = n
    return found


@case
def exception_name_vanishes():
    try:
        raise ValueError("x")
    except ValueError as error:
        pass
    return error


def make_counter(start):
    count = start

    def step(by=1):
        nonlocal count
        count += by
        return count

    def reset():
        nonlocal count
        count = start

    return jit(step), jit(reset)


@case("0", "1.5", "'a'", "1 << 62", "None")
def counters(start):
    step, reset = make_counter(start)
    out = [step() if not isinstance(start, str) else step("b")]
    try:
        out.append(step(5))
    except TypeError as error:
        out.append(str(error))
    reset()
    out.append(step.__closure__[0].cell_contents)
    return out


@case("3", "0")
def closures_in_loop(n):
    made = []
    for i in range(n):
        def late():
            return i
        made.append(jit(late))
        made.append(jit(lambda i=i: i * 10))
    return [f() for f in made]


@case("True", "False")
def empty_cell(fill):
    def inner():
        return value
    jit(inner)
    if fill:
        value = 7
    try:
        return inner()
    except NameError as error:
        return type(error), str(error), error.name


@case
def delete_cell():
    value = 1

    def inner():
        return value
    jit(inner)
    first = inner()
    del value
    try:
        inner()
    except NameError as error:
        return first, str(error)


@case("5", "'s'", "[1]")
def argument_is_cell(value):
    def get():
        return value

    def put(new):
        nonlocal value
        old, value = value, new
        return old
    jit(get)
    jit(put)
    out = [get(), put("new"), get(), value]
    value = "direct"
    out.append(get())
    return out


def three_levels(a):
    b = a + a

    def middle(c):
        d = b + c

        def inner(e):
            nonlocal b
            b = e
            return a, b, c, d, e
        return jit(inner)
    return jit(middle), lambda: b


@case("1", "'x'", "2.5")
def nesting(a):
    middle, get = three_levels(a)
    inner = middle(a)
    return get(), inner(a), get(), middle(a)(a)


@case("3", "0")
def global_counter(n):
    global counter
    counter = 0
    for _ in range(n):
        counter += 1
    bump()
    return counter


def bump():
    global counter
    counter += 100


@case
def global_deleted():
    global fleeting
    fleeting = 1
    out = [fleeting]
    del fleeting
    try:
        fleeting
    except NameError as error:
        out.append(str(error))
    try:
        del fleeting
    except NameError as error:
        out.append(str(error))
    return out


@case
def class_scope():
    shadow = "local"

    class Body:
        first = shadow
        shadow = "class"
        second = shadow
        items = [shadow for _ in range(2)]

        def method(self):
            return shadow
    return Body.first, Body.second, Body.items, Body().method()


@case("4", "10")
def recursive_closure(n):
    def fib(k):
        return k if k < 2 else fib(k - 1) + fib(k - 2)
    return jit(fib)(n)


@case("[1, 2, 3]", "'ab'", "()")
def lambdas(items):
    add = lambda x, y=2, *rest, z=3, **more: (x, y, rest, z, sorted(more))  # noqa: E731
    return [add(i) for i in items], list(map(lambda x: (x, x), items)), (lambda: items)(), add(1, 2, 3, z=4, w=5)


@case("6", "0")
def late_binding_of_globals(n):
    out = []
    for i in range(n):
        if i == 3:
            globals()["helper"] = other_helper
        out.append(helper(i))
    globals()["helper"] = first_helper
    return out


def first_helper(x):
    return "first", x


def other_helper(x):
    return "other", x


helper = first_helper


@case("1, 2", "'a', 'b'", "None, []")
def swap_and_rotate(a, b):
    a, b = b, a
    c = a
    a, b, c = c, a, b
    (a, b), c = (c, a), b
    a = b = c = (a, b, c)
    return a, b, c


@case("10")
def walrus(n):
    out = [y for x in range(n) if (y := x * x) % 2]
    while (n := n - 3) > 0:
        out.append(n)
    return out, y, n


@case("1", "None", "[]")
def shadowing(len):
    max = len
    return max, [len for len in (1, 2)], len


@case("2", "3")
def many_cells(n):
    a = b = c = d = e = n

    def f():
        nonlocal a, c, e
        a += b
        c += d
        e += a
        return a, b, c, d, e
    jit(f)
    return [f() for _ in range(n)], a, c, e


@case("3")
def decorators(n):
    log = []

    def outer(tag):
        def decorate(f):
            def wrapper(*args, **kwargs):
                log.append((tag, args, kwargs))
                return f(*args, **kwargs)
            return jit(wrapper)
        return decorate

    @outer("a")
    @outer("b")
    def inner(x, y=1):
        return x * y
    return [inner(i, y=i) for i in range(n)], log
