"""f-strings, t-strings, format specifications."""

from program import case


class Formats:
    def __format__(self, spec):
        return f"<{spec}>"

    def __repr__(self):
        return "Formats()"

    def __str__(self):
        return "str of Formats"


class BadFormat:
    def __format__(self, spec):
        return 5


class RaisingRepr:
    def __repr__(self):
        raise ValueError("repr")


class SubStr(str):
    def __str__(self):
        return "substr"


VALUES = ("5", "2.5", "'text'", "None", "Formats()", "[1, 'a']", "1 << 80", "True", "BadFormat()", "RaisingRepr()", "SubStr('s')", "b'bytes'", "float('nan')", "'é\\n'")


@case(*VALUES)
def plain(x):
    return f"{x}", f"a{x}b", f"{x}{x}"


@case(*VALUES)
def conversions(x):
    return f"{x!r}", f"{x!s}", f"{x!a}", f"{x=}", f"{x!r:>20}"


@case(*VALUES)
def with_spec(x):
    return f"{x:>12}"


@case("5, 10", "2.5, 3", "'ab', 6", "Formats(), 4", "None, 5", "5, 'x'")
def nested_spec(x, width):
    return f"{x:{width}}|{x:<{width}}|{x:{'^'}{width}}"


@case("3.14159, 2", "3, 1", "'x', 1", "-0.0, 3", "1e300, 0")
def precision(x, digits):
    return f"{x:.{digits}f} {x:+.{digits}e}"


@case("255", "-5", "True", "2.5", "'a'", "1 << 70")
def integers(x):
    return f"{x:d} {x:x} {x:#o} {x:b} {x:,} {x:08d} {x:_}"


@case("'a', 1, 2.0", "None, [], {}", "Formats(), 'x', 1 << 64")
def many_parts(a, b, c):
    return f"{a} and {b!r} and {c:>8} then {a}{b}{c} {{literal}} {a if b else c} {(lambda: a)()!r}"


@case("'q'")
def nested_quotes(q):
    return f"{f'{q}' + f"{'x' * 2}"}{'\n'.join([q, q])}"


@case("5", "'a'", "Formats()", "RaisingRepr()")
def templates(x):
    t = t"a {x} b {x!r:>5} {x + x if x == 5 else 0}"
    return t.strings, [(i.expression, i.conversion, i.format_spec, type(i.value).__name__) for i in t.interpolations], type(t).__name__


@case("5, 10", "'a', 'b'")
def template_values(x, y):
    t = t"{x}{y:{x}}" + t"end"
    return t.values, t.strings, [i.format_spec for i in t.interpolations]


@case("5", "'abc'", "2.5", "None")
def other_ways(x):
    out = []
    for format in ("{}", "{0!r}", "{x:>5}", "{0:d}", "{1}", "{x.real}", "{0[0]}"):
        try:
            out.append(format.format(x, x=x))
        except (ValueError, IndexError, TypeError, AttributeError, KeyError) as error:
            out.append(str(error))
    return out


@case("20", "0")
def building(n):
    text = ""
    for i in range(n):
        text += f"{i},"
        if i % 5 == 0:
            text = f"[{text}]"
    return text, len(text)


@case("5", "None")
def debug_specs(x):
    return f"{x = }", f"{x=!s}", f"{x + 1 if x else 0=}"


@case("'ab'")
def strings(s):
    return s + s, s * 3, s.upper() + s.title(), s[::-1], "".join([s, s]), s.replace("a", "xx"), s.split("a"), s.encode().decode(), s < s + "c", hash(s) == hash("ab"), s.find("b"), s.startswith("a"), s.center(9, "*")


class Returning:
    """Formats as what it was given, which may be an instance of a subclass of str."""

    def __init__(self, text):
        self.text = text

    def __format__(self, spec):
        return self.text


@case("'a', 'b'", "'', ''", "'é', 'b'", "'a', '\\u20ac'", "'\\U0001f600', 'é'", "'', 'ab'", "Returning('xy'), Returning(SubStr('z'))", "'a' * 1000, 'é' * 1000")
def joined(x, y):
    texts = [f"{x}{y}", f"{y}{x}{y}", f"{x} {y}", f"{x}" f"{y}é", f"{x}{x}{y}{y}"]
    return [(t, len(t), t.isascii(), hash(t) == hash("".join(list(t))), type(t)) for t in texts]


@case("0", "7", "-7", "10", "-10", "1073741823", "-1073741823", "1073741824", "2**62", "-(2**62)", "True", "10**30")
def numbers(x):
    """Characters of digits are objects of their own."""
    return f"{x}", f"{x}" is f"{x}", f"<{x}{x + 1}>", f"{-x}", len(f"{x}")
