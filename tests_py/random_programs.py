"""Makes random programs for differential.py, and runs them.

    build/python tests_py/random_programs.py [--seed N] [--count N] [--print]

A program follows from its seed. Its cases are functions of three arguments that are called
with ints at first and with other things later. Programs end: loops are bounded and
numbers are kept small. What they compute has no meaning; exceptions are welcome.
"""

import argparse
import pathlib
import random
import sys
import tempfile
import time
import warnings

HERE = pathlib.Path(__file__).parent

PRELUDE = '''
from program import case, jit

G0 = 3
G1 = 2.5
G2 = [1, 2, 3]


class P:
    kind = "P"

    def __init__(self, x, y=1):
        self.x = x
        self.y = y

    def sum(self):
        return self.x + self.y

    def shift(self, d):
        self.x += d
        return self

    def __add__(self, other):
        return P(self.x + other, self.y)

    def __eq__(self, other):
        return isinstance(other, P) and self.x == other.x

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return (self.x, self.y)[i]


class Q(P):
    kind = "Q"
    __hash__ = None

    def sum(self):
        return self.x - self.y

    @property
    def twice(self):
        return self.x * 2


class S:
    __slots__ = ("x", "y")
    kind = "S"

    def __init__(self, x, y=0):
        self.x = x
        self.y = y

    def sum(self):
        return self.x * self.y

    def shift(self, d):
        self.y = d
        return self

    def __add__(self, other):
        return Q(other, self.y)


class M:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        return kind is not None and issubclass(kind, (TypeError, ZeroDivisionError))


def cut(x):
    return x % 1000003 if type(x) is int else x


def nth(items, i):
    return items[i % len(items)] if items else 0
'''

INPUTS = (
    "1, 2, 3", "7, -3, 0", "1.5, 2.5, -0.5", "(1 << 30) - 1, 2, 1 << 62", "'ab', 'c', 'abc'", "[1, 2], [3], 1", "P(1, 2), 3, S(4)", "None, True, 2", "1 << 100, 3, 1.0",
)


class Writer:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = [PRELUDE]
        self.functions = []

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    # Variables of each kind, so that programs mostly go on without TypeErrors as long as
    # their arguments are ints. Lists and tuples hold ints, objects have ints in them.
    NAMES = {"int": "pqr", "float": "vw", "str": "st", "list": "jk", "tuple": "lm", "dict": "dg", "obj": "no", "bool": "ef", "any": "xy"}

    # Expressions. kind is int, float, str, list, dict, obj, bool or any.

    def expression(self, kind="any", depth=3):
        if depth <= 0 or self.chance(15):
            return self.atom(kind)
        if kind == "any":
            kind = self.pick("int", "int", "int", "float", "str", "list", "obj", "bool", "tuple", "any")
            if kind == "any":
                return self.atom(kind)
        return getattr(self, "make_" + kind)(depth - 1)

    def atom(self, kind):
        names = [name for name, k in self.variables.items() if k == kind or kind == "any"]
        if self.variables and self.random.randrange(1000) < 2:
            return self.random.choice(list(self.variables))
        if names and self.chance(75):
            return self.random.choice(names)
        return {
            "int": lambda: str(self.pick(0, 1, 2, 3, -1, 5, 7, 10, 255, 256, 257, 1000, 2**30 - 1, 2**31, 2**62, 2**63)),
            "float": lambda: self.pick("0.0", "-0.0", "1.5", "2.0", "1e10", "0.1", "-3.25"),
            "str": lambda: self.pick("''", "'a'", "'xyz'", "'é'", "'long text'"),
            "bool": lambda: self.pick("True", "False"),
            "list": lambda: self.pick("[]", "[1, 2, 3]", "[5]", "G2"),
            "tuple": lambda: self.pick("(3, 4, 5)", "(1, 2)", "(1, 300)"),
            "dict": lambda: self.pick("{}", "{'a': 1}", "{1: 2, 'x': 3}"),
            "obj": lambda: self.pick("P(1)", "Q(2, 3)", "S(5)", "P(7, 8)"),
            "any": lambda: self.pick("None", "1", "G0", "G1", "'s'", "2.5", "()"),
        }[kind]()

    def make_int(self, depth):
        e = self.expression
        return self.pick(
            lambda: f"({e('int', depth)} {self.pick('+', '-', '*', '&', '|', '^')} {e('int', depth)})",
            lambda: f"({e('int', depth)} {self.pick('+', '-')} {e('int', depth)})",
            lambda: f"cut({e('int', depth)})",
            lambda: f"({e('int', depth)} {self.pick('//', '%')} ({e('int', depth)} or 7))",
            lambda: f"({e('int', depth)} {self.pick('//', '%')} {self.pick(3, 7, 1000, 'c')})",
            lambda: f"({e('int', depth)} {self.pick('<<', '>>')} {self.pick(0, 1, 5, 31)})",
            lambda: f"{self.pick('-', '+', '~')}{e('int', depth)}",
            lambda: f"len({e(self.pick('str', 'list', 'tuple'), depth)})",
            lambda: f"({e('int', depth)} if {e('bool', depth)} else {e('int', depth)})",
            lambda: f"nth({e(self.pick('list', 'tuple'), depth)}, {e('int', depth - 1)})",
            lambda: f"G2[{e('int', depth - 1)} % 3]",
            lambda: f"{e('dict', depth)}.get({e('int', depth)}, {e('int', depth)})",
            lambda: f"{e('tuple', depth)}[{self.pick(0, 1, -1)}]",
            lambda: f"{e('obj', depth)}.{self.pick('x', 'y', 'sum()')}",
            lambda: f"sum({self.pick('i', 'i * i', 'i % 3', '1')} for i in range({self.pick(0, 3, 6)}))",
            lambda: f"int({e('float', depth)})",
            lambda: f"max({e('int', depth)}, {e('int', depth)})",
            lambda: f"abs({e('int', depth)})",
            self.call,
        )()

    def make_float(self, depth):
        e = self.expression
        return self.pick(
            lambda: f"({e('float', depth)} {self.pick('+', '-', '*')} {e(self.pick('float', 'float', 'int'), depth)})",
            lambda: f"({e(self.pick('int', 'float'), depth)} / ({e('float', depth)} or 4.0))",
            lambda: f"(-{e('float', depth)})",
            lambda: f"float(cut({e('int', depth)}))",
            lambda: f"({e('float', depth)} ** 2)",
            lambda: f"min({e('float', depth)}, {e('float', depth)})",
        )()

    def make_str(self, depth):
        e = self.expression
        return self.pick(
            lambda: f"({e('str', depth)} + {e('str', depth)})",
            lambda: f"str({e('int', depth)})",
            lambda: f"f\"{{{e('any', depth).replace(chr(34), chr(39))}}}|{{{self.atom('int')}}}\"",
            lambda: f"{e('str', depth)}[{self.pick('1:', ':2', '::-1')}]",
            lambda: f"({e('str', depth)} * {self.pick(0, 1, 2)})",
            lambda: f"{e('str', depth)}.{self.pick('upper()', 'strip()', 'replace(\'a\', \'b\')', 'title()')}",
            lambda: f"type({e('any', depth)}).__name__",
            lambda: f"','.join(str(c) for c in {e(self.pick('list', 'str', 'tuple'), depth)})",
            lambda: f"{e('obj', depth)}.kind",
        )()

    def make_bool(self, depth):
        e = self.expression
        return self.pick(
            lambda: f"({e('int', depth)} {self.pick('<', '<=', '==', '!=', '>', '>=')} {e('int', depth)})",
            lambda: f"({e('float', depth)} {self.pick('<', '==', '>=')} {e(self.pick('int', 'float'), depth)})",
            lambda: f"({e('any', depth)} {self.pick('==', '!=', 'is', 'is not')} {e('any', depth)})",
            lambda: f"(not {e('any', depth)})",
            lambda: f"({e('bool', depth)} {self.pick('and', 'or')} {e('bool', depth)})",
            lambda: f"({e('any', depth)} in {e(self.pick('list', 'tuple', 'dict'), depth)})",
            lambda: f"({e('int', depth)} < {e('int', depth)} <= {e('int', depth)})",
            lambda: f"isinstance({e('any', depth)}, {self.pick('int', 'float', 'str', '(int, list)', 'P')})",
            lambda: f"({e('str', depth)} {self.pick('<', '==', 'in')} {e('str', depth)})",
        )()

    def make_list(self, depth):
        e = self.expression
        return self.pick(
            lambda: "[" + ", ".join(e("int", depth - 1) for _ in range(self.random.randrange(4))) + "]",
            lambda: f"[{self.pick('i', 'i + 1', '-i')} for i in {e(self.pick('list', 'tuple'), depth)}]",
            lambda: f"[i for i in range({self.pick(0, 2, 5)}) if {self.pick('i % 2', 'i > 1', 'not i')}]",
            lambda: f"({e('list', depth)} + {e('list', depth)})",
            lambda: f"{e('list', depth)}[{self.pick('1:', ':2', '::-1', ':')}]",
            lambda: f"sorted({e('list', depth)}{self.pick('', ', key=str', ', reverse=True')})",
            lambda: f"[*{e(self.pick('list', 'tuple'), depth)}, {e('int', depth)}]",
            lambda: f"list({e('tuple', depth)})",
        )()

    def make_tuple(self, depth):
        e = self.expression
        return self.pick(
            lambda: f"({e('int', depth)}, {e('int', depth)})",
            lambda: f"tuple([1, 2, *{e('list', depth)}])",
            lambda: f"divmod({e('int', depth)}, {e('int', depth)} or 9)",
            lambda: f"({e('int', depth)}, *{e('tuple', depth)})",
        )()

    def make_dict(self, depth):
        e = self.expression
        return self.pick(
            lambda: f"{{{e('int', depth)}: {e('int', depth)}, {e('str', depth)}: {e('int', depth)}}}",
            lambda: f"{{k: v for k, v in enumerate({e('list', depth)})}}",
            lambda: f"{{**{e('dict', depth)}, 'z': {e('int', depth)}}}",
        )()

    def make_obj(self, depth):
        e = self.expression
        return self.pick(
            lambda: f"{self.pick('P', 'Q', 'S')}({e('int', depth)})",
            lambda: f"{self.pick('P', 'Q', 'S')}({e('int', depth)}, y={e('int', depth)})",
            lambda: f"{e('obj', depth)}.shift({e('int', depth)})",
            lambda: f"({e('obj', depth)} + {e('int', depth)})",
        )()

    def call(self):
        if self.leaf or not self.functions:
            return self.atom("int")
        name = self.random.choice(self.functions)
        arguments = [self.expression("any" if self.chance(3) else "int", 1) for _ in range(3)]
        style = self.random.randrange(4)
        if style == 0:
            return f"{name}({arguments[0]}, c={arguments[1]}, b={arguments[2]})"
        if style == 1:
            return f"{name}(*({arguments[0]}, {arguments[1]}), {arguments[2]})"
        return f"{name}({', '.join(arguments)})"

    # Statements.

    def put(self, indent, text):
        self.lines.append("    " * indent + text)

    def fresh(self, kind):
        """The name to assign something of a kind to."""
        name = self.random.choice(self.NAMES[kind])
        self.variables[name] = kind
        return name

    def block(self, indent, size, loops):
        before = dict(self.variables)
        for _ in range(self.random.randrange(1, size + 1)):
            self.statement(indent, loops)
        if self.chance(97):
            # Names that only a branch binds are seldom used after it all the same.
            self.variables = before | {n: k for n, k in self.variables.items() if n in before}

    def statement(self, indent, loops):
        e = self.expression
        what = self.random.randrange(100)
        deep = indent > 4
        if what < 28:
            kind = self.pick("int", "int", "int", "float", "str", "list", "obj", "tuple", "dict", "any")
            value = e(kind)
            self.put(indent, f"{self.fresh(kind)} = {value}")
        elif what < 38:
            names = [n for n, k in self.variables.items() if k in ("int", "float", "str") and n not in self.counters]
            if names:
                name = self.random.choice(names)
                self.put(indent, f"{name} += {e(self.variables[name], 2)}")
            else:
                self.put(indent, f"print({e()})")
        elif what < 50 and not deep:
            self.put(indent, f"if {e(self.pick('bool', 'bool', 'any'), 2)}:")
            self.block(indent + 1, 3, loops)
            if self.chance(50):
                self.put(indent, "else:")
                self.block(indent + 1, 3, loops)
        elif what < 60 and not deep and loops < 2:
            name = f"i{indent}"
            self.counters.add(name)
            over, kind = self.pick(
                (f"range({self.pick(0, 2, 4)})", "int"), (e("list", 1), "int"), (e("str", 1), "str"), (f"enumerate({e('list', 1)})", "tuple"), (e("tuple", 1), "int"),
                (e("dict", 1), "any"), (f"range({self.pick(1, 5)}, {self.pick(0, 9)}, {self.pick(2, -1)})", "int"), (f"zip({e('list', 1)}, {e('tuple', 1)})", "tuple"))
            self.put(indent, f"for {name} in {over}:")
            self.variables[name] = kind
            self.block(indent + 1, 3, loops + 1)
            self.counters.discard(name)
            if self.chance(97):
                self.variables.pop(name, None)
        elif what < 66 and not deep and loops < 2:
            name = f"n{indent}"
            self.counters.add(name)
            self.put(indent, f"{name} = {self.pick(1, 3, 5)}")
            self.variables[name] = "int"
            self.put(indent, f"while {name} > 0:")
            self.put(indent + 1, f"{name} -= 1")
            self.block(indent + 1, 3, loops + 1)
            self.counters.discard(name)
            if self.chance(97):
                self.variables.pop(name, None)
        elif what < 74 and not deep:
            self.put(indent, "try:")
            self.block(indent + 1, 3, loops)
            self.put(indent, f"except {self.pick('Exception', 'TypeError', '(ValueError, IndexError)', 'ArithmeticError')} as error:")
            self.put(indent + 1, self.pick("log.append(repr(error))", "log.append(type(error))", "pass", "print(error)"))
            if self.chance(30):
                self.put(indent, "finally:")
                self.block(indent + 1, 2, 2)
        elif what < 78:
            self.put(indent, f"log.append({e()})")
        elif what < 81 and loops:
            self.put(indent, f"if {e('bool', 2)}: {self.pick('break', 'continue')}")
        elif what < 84:
            target = self.atom("obj")
            self.put(indent, f"{target}.{self.pick('x', 'y', 'y')} {self.pick('=', '=', '+=')} {e('int', 2)}")
        elif what < 87:
            if self.chance(50):
                self.put(indent, f"G2[{e('int', 1)} % 3] = cut({e('int', 2)})")
            else:
                self.put(indent, f"{self.atom('dict')}[{e('int', 1)}] = {e('int', 2)}")
        elif what < 90:
            pair = f"({e('int', 2)}, {e('str', 2)})" if self.chance(50) else f"{e('tuple', 2)}[:2]"
            first, second = self.fresh("int"), self.fresh("str" if pair[0] == "(" and pair[-1] == ")" else "int")
            self.put(indent, f"{first}, {second} = {pair}")
        elif what < 92 and not deep:
            self.put(indent, "with M():")
            self.block(indent + 1, 3, loops)
        elif what < 94 and not deep:
            self.put(indent, f"match {e()}:")
            for pattern in self.random.sample(["0 | 1", "int(z)", "[z, *_]", "{'a': z}", "P(x=z)", "str()", "None"], 2):
                self.put(indent + 1, f"case {pattern}:")
                self.put(indent + 2, f"log.append({e('int', 2)})")
        elif what < 96:
            names = [n for n in self.variables if len(n) == 1]
            name = self.random.choice(names)
            captured = self.pick("nonlocal", "read")
            self.closures += 1
            self.put(indent, f"def inner{self.closures}(z):")
            if captured == "nonlocal":
                self.put(indent + 1, f"nonlocal {name}")
                self.put(indent + 1, f"{name} = z")
            self.put(indent + 1, f"return {name}, z")
            self.put(indent, f"log.append(jit(inner{self.closures})({e(self.variables[name], 2)}))")
        elif what < 97:
            names = [n for n in self.variables if n in "xy"]
            if names:
                name = self.random.choice(names)
                self.put(indent, f"del {name}")
                del self.variables[name]
            else:
                self.put(indent, "pass")
        elif what < 98:
            self.put(indent, f"if {e('bool', 2)} and {e('bool', 2)}: return {e()}")
        elif what < 99:
            self.put(indent, f"if {e('bool', 2)} and {e('bool', 2)} and {e('bool', 2)}: raise {self.pick('ValueError', 'KeyError')}({e('any', 1)})")
        else:
            self.put(indent, f"log.append(sorted(locals()) if {e('bool', 1)} else [])")

    def function(self, number):
        self.variables = {"a": "int", "b": "int", "c": "int"}
        self.counters = set()
        self.closures = 0
        # Calls go to functions that do not call: programs stay short.
        self.leaf = number % 2 == 0
        inputs = list(INPUTS[1:])
        self.random.shuffle(inputs)
        shown = ", ".join(f'"{text}"' for text in [INPUTS[0], *inputs[:4]])
        name = f"f{number}"
        self.lines += ["", "", f"@case({shown})", f"def {name}(a, b=2, c=3):"]
        self.put(1, "log = []")
        for kind in self.NAMES:
            if self.chance(70):
                value = self.expression(kind, 1)
                self.put(1, f"{self.fresh(kind)} = {value}")
        for _ in range(self.random.randrange(4, 12)):
            self.statement(1, 0)
        if self.leaf:
            self.put(1, "log.clear() if len(log) > 5 else print(log)")
            self.put(1, f"return {self.expression('int')}")
            self.functions.append(name)
            return
        self.put(1, f"return log, {', '.join(self.random.sample(sorted(n for n in self.variables if n in 'abc'), 2))}, {self.expression()}")

    def text(self, functions):
        for number in range(functions):
            while not self.attempt(number):
                pass
        return "\n".join(self.lines) + "\n"

    def attempt(self, number):
        """Write a function; take it back and return False when it is none, such as for a nonlocal after the use of the name."""
        lines, known = len(self.lines), len(self.functions)
        self.function(number)
        try:
            with warnings.catch_warnings(action="ignore"):
                compile("\n".join(self.lines[lines:]), "<random>", "exec")
        except SyntaxError:
            del self.lines[lines:], self.functions[known:]
            return False
        return True


def program(seed, functions=10):
    """The source text of the program that belongs to a seed."""
    return Writer(seed).text(functions)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--functions", type=int, default=10)
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--keep", help="a folder for the programs that fail")
    options = parser.parse_args()
    if options.print:
        print(program(options.seed, options.functions))
        return 0
    sys.path.insert(0, str(HERE))
    from differential import run_program

    failed = 0
    for seed in range(options.seed, options.seed + options.count):
        with tempfile.TemporaryDirectory(prefix="programs") as folder:
            path = pathlib.Path(folder, f"random_{seed}.py")
            path.write_text(program(seed, options.functions))
            started = time.monotonic()
            problems, compared = run_program(path)
            print(f"seed {seed}: {compared} comparisons, {len(problems)} problems, {time.monotonic() - started:.1f} s", flush=True)
            for text in problems:
                print("   ", text.replace("\n", "\n    "))
            if problems and options.keep:
                pathlib.Path(options.keep, path.name).write_text(path.read_text())
            failed += bool(problems)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
