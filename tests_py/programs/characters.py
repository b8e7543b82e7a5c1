"""Characters of strs: subscripts inside and outside, compared with constants and with other strs."""

from program import case


class Text(str):
    def __getitem__(self, i):
        return "own"

    def __eq__(self, other):
        return "equal?"

    __hash__ = str.__hash__


def made(character):
    """The same character by ways that need not give the object of all others."""
    return "".join([character, ""]), (character * 2)[1:], bytes([ord(character)]).decode("latin-1"), chr(ord(character))


@case("'abc\\\\n\"x'", "''", "'\\u00e9\\u0100\\U0001f600x'", "Text('abc')", "['x', 'y']", "b'xy'")
def scan(text):
    pos, found = 0, []
    while True:
        try:
            char = text[pos]
        except IndexError as e:
            found.append(str(e))
            break
        if char == '"':
            found.append("quote")
        if char == "\\":
            found.append("backslash")
        if char == "\u00e9":
            found.append("accent")
        if char == "\u0100":
            found.append("wide")
        if char != "x":
            found.append(char)
        if pos == 50:
            break
        pos += 1
    return found


@case("'abc', 0", "'abc', -1", "'abc', 3", "'abc', -4", "'abc', 10**20", "'abc', True", "'', 0", "'abc', 'b'", "[1], 0", "{0: 'x'}, 0")
def at(text, i):
    return text[i], text[i] == "a", text[i] != "a"


@case("'a'", "'\\u00e9'", "'x'", "'\\u00ff'")
def singles(character):
    return [m == character for m in made(character)], [m == "\u00e9" for m in made(character)], ["a" == m[0] for m in made(character)]


@case("'spam', 'spam'", "'spam', 'spam\\u0100'", "'\\u0100', '\\u0101'", "'', ''", "'a', ''", "'spam' * 10, 'spam' * 9 + 'spam'", "'ab', Text('ab')", "'1', 1",
      "'\\U0001f600x', '\\U0001f600y'", "'\\u0141', 'A'")
def equal(a, b):
    return a == b, a != b, b == a, a in (b,), a in [b], a in {b}, {a: 1}.get(b)


@case("[None, True, False, 0, 1, '', 'x', [], [0], (), 1.5, object]", "[1, Text(''), Text('x'), range(0), {}, {1}]")
def truths(values):
    return [bool(v) for v in values], [1 if v else 0 for v in values], [not v for v in values]
