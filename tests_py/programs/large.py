"""Many locals, many constants, deep expressions, many arguments, long functions."""

from program import case, jit


def made(source, name="f"):
    namespace = {}
    exec(compile(source, __file__, "exec"), globals(), namespace)
    return jit(namespace[name])


_cache = {}


def once(key, source):
    if key not in _cache:
        _cache[key] = made(source())
    return _cache[key]


@case("1", "2.5", "'a'")
def many_locals(x):
    def source():
        lines = ["def f(x):"]
        lines += [f"    v{i} = x + x" if i % 3 else f"    v{i} = {i}" for i in range(200)]
        lines += [f"    v{i} = v{199 - i}" for i in range(0, 200, 7)]
        lines.append("    return [" + ", ".join(f"v{i}" for i in range(200)) + "]")
        return "\n".join(lines)
    return once("locals", source)(x)


@case("1, 2", "1.5, 2.5", "'a', 'b'", "1 << 62, 1 << 62", "1, None")
def deep_expression(a, b):
    def source():
        text = "a"
        for i in range(60):
            text = f"({text} + b)" if i % 2 else f"(a + {text})"
        return f"def f(a, b):\n    return {text}"
    return once("expression", source)(a, b)


@case("1", "1.5", "'s'", "[1]")
def wide_expression(a):
    def source():
        calls = ", ".join(f"g(x + x, {i})" for i in range(120))
        return f"def g(a, b):\n    return a\ndef f(x):\n    return ({calls})"
    return once("wide", source)(a)


g = max


@case("1, 2.5", "1, 2", "2.0, 3.0")
def register_pressure(a, b):
    c = a + b
    d = a * b
    e = c - d
    f = a - b
    h = c * e
    i = d + f
    j = e * f
    k = a + c + e
    l = b + d + f  # noqa: E741
    m = h - i
    n = j + k
    o = l - m
    p = n * 2
    q = o + p
    out = []
    for r in range(3):
        s = a + r
        t = b + r
        u = c + s
        v = d + t
        w = e + u
        x = f + v
        y = h + w
        z = i + x
        out.append(s + t + u + v + w + x + y + z + j + k + l + m + n + o + p + q + a + b + c + d + e + f + h + i)
    return out, a, b, c, d, e, f, h, i, j, k, l, m, n, o, p, q


@case("0", "250", "-5", "399", "1.5")
def many_branches(x):
    def source():
        lines = ["def f(x):", "    n = 0"]
        for i in range(300):
            lines.append(f"    if x == {i}: n += {i + 1000000}")
            lines.append(f"    elif x < -{i}: n -= 1")
        lines.append("    return n")
        return "\n".join(lines)
    return once("branches", source)(x)


@case("3", "'k'")
def many_constants(x):
    def source():
        parts = ", ".join(f"({i + 1000}, {i + 0.5}, 'text {i}', b'bytes {i}')" for i in range(300))
        return f"def f(x):\n    c = ({parts})\n    return len(c), c[5], c[299], x, " + " + ".join(f"{i}.25" for i in range(50, 100))
    return once("constants", source)(x)


@case("1", "1.5")
def many_arguments(x):
    def source():
        names = ", ".join(f"a{i}" for i in range(30))
        total = " + ".join(f"a{i}" for i in range(30))
        values = ", ".join(f"x + {i}" for i in range(30))
        named = ", ".join(f"a{i}=x" for i in range(29, -1, -1))
        return f"def g({names}):\n    return {total}\ndef f(x):\n    return g({values}), g({named}), g(*range(30))"
    namespace = globals()
    if "arguments" not in _cache:
        exec(compile(source(), __file__, "exec"), namespace)
        _cache["arguments"] = jit(namespace.pop("f"))
    return _cache["arguments"](x)


@case("2", "40")
def long_loop_body(n):
    def source():
        lines = ["def f(n):", "    total = 0", "    items = []", "    for i in range(n):"]
        for k in range(150):
            lines.append(f"        total += i * {k}")
            lines.append(f"        if total % {k + 3} == 1: items.append(total % 1000)")
        lines.append("    return total, len(items), items[-1:]")
        return "\n".join(lines)
    return once("loop", source)(n)


@case("[1, 2, 3]", "'abc'")
def nested_loops(items):
    out = 0
    for a in items:
        for b in items:
            for c in items:
                for d in items:
                    for e in items:
                        if a == b == c:
                            continue
                        if a == e:
                            break
                        out += 1
                    else:
                        out += 100
    return out


@case("5")
def nested_functions(n):
    def source():
        lines = []
        for depth in range(15):
            lines.append("    " * depth + f"def f{depth}(a{depth}):")
        lines.append("    " * 15 + "return " + " + ".join(f"a{i}" for i in range(15)))
        for depth in range(14, 0, -1):
            lines.append("    " * depth + f"return f{depth}(a{depth - 1} + 1)")
        return "\n".join(lines).replace("def f0(", "def f(")
    return once("functions", source)(n)


@case("4", "'x'")
def nested_containers(x):
    return [[[[x], x], (x, [x])], {"k": [x]}, [x] * 2, [[x, [x, [x]]]]], {x: {x: {x: [x]}}}, ((((((x,),),),),),)


@case("1, 2, 3", "1.5, 2, 3", "'a', 'b', 'c'")
def call_nest(a, b, c):
    def add(x, y):
        return x + y
    jit(add)
    return add(add(add(a, b), add(b, c)), add(add(c, a), add(add(a, a), add(b, add(c, c)))))


@case("True", "False", "0", "''")
def boolean_maze(x):
    a = b = c = 0
    if x and (not x or x) and not (x and not x):
        a = 1
    if not x or (x and x) or (not x and x):
        b = 1
    c = (x and 1 or 2) if (x or not x) else 3
    while not (x and a) and c < 5:
        c += 1 if (a or not x) and (b or x) else 2
    return a, b, c


@case("5")
def try_towers(n):
    def source():
        lines = ["def f(n):", "    out = []"]
        for depth in range(15):
            lines.append("    " * (depth + 1) + "try:")
        lines.append("    " * 16 + "out.append(1 // (n - 5))")
        for depth in range(14, -1, -1):
            lines.append("    " * (depth + 1) + f"except {'ZeroDivisionError' if depth == 4 else 'KeyError'}:")
            lines.append("    " * (depth + 2) + f"out.append({depth})")
            lines.append("    " * (depth + 1) + "finally:")
            lines.append("    " * (depth + 2) + f"out.append('f{depth}')")
        lines.append("    return out")
        return "\n".join(lines)
    return once("towers", source)(n)
