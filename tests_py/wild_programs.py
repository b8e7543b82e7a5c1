"""Random programs with everything that makes a JIT's life hard.

On top of random_programs: generators that are sent to, thrown into and left alone, coroutines, handlers
with causes and contexts, finalisers, and changes of globals, classes, code and defaults while the program runs.
"""

import random_programs

PRELUDE = '''
import functools
import itertools
import sys


class D:
    """Tells of its end."""

    def __init__(self, tag):
        self.tag = tag

    def __del__(self):
        print("dies", self.tag)


class A:
    """Attributes that are computed, and one that is watched."""

    count = 0

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return len(name)

    @property
    def watched(self):
        return self._watched

    @watched.setter
    def watched(self, value):
        self._watched = value
        A.count += 1

    @classmethod
    def made(cls, x=1):
        self = cls()
        self.watched = x
        return self

    @staticmethod
    def twice(x):
        return x * 2

    def __call__(self, *args, **kwargs):
        return len(args), sorted(kwargs)

    def __bool__(self):
        return self.watched != 0

    def __contains__(self, x):
        return x == 1

    def __iter__(self):
        yield 1
        yield self.watched


class Tick:
    """Something to await: suspends n times."""

    def __init__(self, n):
        self.n = n

    def __await__(self):
        for i in range(self.n):
            yield i
        return self.n

    async def __aenter__(self):
        await Tick(1)
        return self.n

    async def __aexit__(self, kind, value, trace):
        await Tick(1)
        return kind is ValueError

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n <= 0:
            raise StopAsyncIteration
        self.n -= 1
        return await Tick(self.n)


def drive(coroutine, most=60):
    steps = 0
    try:
        while steps < most:
            coroutine.send(None)
            steps += 1
    except StopIteration as end:
        return steps, end.value
    coroutine.close()
    return steps, "left"


def helper(x, y=2, *rest, z=3, **more):
    return cut(x), y, len(rest), z, len(more)


def helper_2(x, y=5, *rest, z=4, **more):
    return y, cut(x), len(rest), z, len(more)


def small(x):
    return x


def small_2(x):
    return [x]


def other_sum(self):
    return 1000


def frames():
    frame = sys._getframe(1)
    return frame.f_lineno - frame.f_code.co_firstlineno, sorted(n for n in frame.f_locals if len(n) == 1)


def poke(name, value):
    sys._getframe(1).f_locals[name] = value


def change(k):
    """Change something that other code relies on. Returns what."""
    global G0, G1, helper, small
    k = k % 14 if type(k) is int else 0
    if k == 0:
        G0 += 1
    elif k == 1:
        G0 = 2.5 if type(G0) is int else 3
    elif k == 2:
        P.kind = P.kind[-1] + "k"
    elif k == 3:
        Q.sum = other_sum
    elif k == 4:
        if "sum" in Q.__dict__:
            del Q.sum
    elif k == 5:
        helper.__code__, helper_2.__code__ = helper_2.__code__, helper.__code__
    elif k == 6:
        helper.__defaults__ = (len(helper.__defaults__ or ()),)
    elif k == 7:
        helper.__kwdefaults__ = {"z": 30}
    elif k == 8:
        small, globals()["small_2"] = small_2, small
    elif k == 9:
        OBJECT.__class__ = Q if type(OBJECT) is P else P
    elif k == 10:
        if "len" in globals():
            del globals()["len"]
        else:
            globals()["len"] = lambda x: 7
    elif k == 11:
        P.fresh = property(lambda self: self.x)
    elif k == 12:
        OBJECT.__dict__ = {"x": 5, "y": 6}
    else:
        small.__code__ = (lambda x: (x, x)).__code__
    return k


def cold_change(k):
    return change(k)


OBJECT = P(1, 2)
'''


class Writer(random_programs.Writer):
    """Writes a program; its functions are f0 …, generators g0 …, coroutines a0 …"""

    def __init__(self, seed):
        super().__init__(seed)
        self.lines.append(PRELUDE)
        self.generators = []
        self.coroutines = []
        self.kind = "function"
        self.deaths = 0
        self.labels = 0

    def label(self, stem):
        self.labels += 1
        return f"{stem}{self.labels}"

    def make_int(self, depth):
        e = self.expression
        if self.random.randrange(100) < 25:
            choices = [
                lambda: f"change({e('int', depth)})",
                lambda: f"cold_change({self.random.randrange(14)})",
                lambda: "G0",
                lambda: f"({self.label('w')} := {e('int', depth)})",
                lambda: f"(lambda u, v=2: u + v)({e('int', depth)})",
                lambda: f"A.made({e('int', depth)}).watched",
                lambda: f"A.twice({e('int', depth)})",
                lambda: f"len([*A.made({e('int', depth)})])",
                lambda: f"sum({e('list', depth)})",
                lambda: f"functools.reduce(lambda u, v: cut(u * v), {e('list', depth)}, 1)",
                lambda: "OBJECT.sum()",
                lambda: "OBJECT.x",
                lambda: f"len(small({e('list', depth)}))",
                lambda: f"({e('int', depth)} ** 2)",
                lambda: f"round({e('float', depth)})",
                lambda: f"int('0x' + hex({e('int', depth)})[-1], 16)",
                lambda: f"{{{e('int', depth)}, {e('int', depth)}}}.__len__()",
            ]
            if self.generators and self.kind != "generator":
                choices += [lambda: f"sum(1 for _ in itertools.islice({self.generator_call()}, 9))",
                            lambda: f"len(list(itertools.islice({self.generator_call()}, 7)))"]
            if self.coroutines and self.kind == "function":
                choices.append(lambda: f"drive({self.coroutine_call()})[0]")
            if self.kind == "coroutine":
                choices.append(lambda: f"(await Tick({self.pick(0, 1, 2)}))")
            return self.random.choice(choices)()
        return super().make_int(depth)

    def make_tuple(self, depth):
        e = self.expression
        if self.random.randrange(100) < 25:
            return self.pick(
                lambda: f"helper({e('int', depth)})",
                lambda: f"helper({e('int', depth)}, {e('int', depth)}, {e('any', depth)}, z={e('int', depth)}, w=1)",
                lambda: f"helper(*{e('tuple', depth)}, **{{'z': {e('int', depth)}}})",
                lambda: f"A()({e('int', depth)}, k={e('int', depth)})",
                lambda: "frames()",
                lambda: f"tuple(map(small, {e('list', depth)}))",
                lambda: f"tuple(zip({e('list', depth)}, {e('tuple', depth)}))[:2]",
            )()
        return super().make_tuple(depth)

    def generator_call(self):
        return f"{self.random.choice(self.generators)}({self.expression('int', 1)}, {self.expression('int', 1)})"

    def coroutine_call(self):
        return f"{self.random.choice(self.coroutines)}({self.expression('int', 1)}, {self.expression('int', 1)})"

    def statement(self, indent, loops):
        if self.random.randrange(100) < 60 or indent > 4:
            if self.kind == "generator" and self.chance(30):
                return self.yielding(indent)
            return super().statement(indent, loops)
        choices = [self.handler, self.handler, self.dying, self.dying, self.poking, self.local_class, self.unpacking, self.global_use, self.nested_with, self.deep_raise]
        if self.generators and self.kind != "generator":
            choices += [self.consumer] * 3
        if self.kind == "generator":
            choices += [self.yielding] * 4
        if self.kind == "coroutine":
            choices += [self.awaiting] * 4
        if loops:
            choices.append(self.try_in_loop)
        self.random.choice(choices)(indent, loops)

    def yielding(self, indent, loops=0):
        e = self.expression
        self.put(indent, self.pick(
            lambda: f"yield {e()}",
            lambda: f"yield {e('int')}",
            lambda: f"x = yield {e()}",
            lambda: f"yield from {e(self.pick('list', 'tuple', 'str'))}",
            lambda: f"log.append((yield {e('int')}))",
            lambda: f"yield from itertools.islice({self.generator_call()}, 3)" if self.generators else f"yield {e()}",
        )())

    def awaiting(self, indent, loops):
        e = self.expression
        what = self.random.randrange(4)
        if what == 0:
            self.put(indent, f"async with Tick({self.pick(0, 2)}) as x:")
            self.block(indent + 1, 3, 2)
        elif what == 1 and loops < 2:
            self.put(indent, f"async for x in Tick({self.pick(0, 2, 4)}):")
            self.block(indent + 1, 3, loops + 1)
        elif what == 2 and self.coroutines:
            self.put(indent, f"log.append(await {self.coroutine_call()})")
        else:
            self.put(indent, f"{self.fresh('int')} = await Tick({e('bool', 1)})")

    def handler(self, indent, loops):
        """A try with several ways out."""
        e = self.expression
        star = self.chance(15) and self.kind == "function"
        self.put(indent, "try:")
        self.block(indent + 1, 3, 2 if star else loops)
        if self.chance(60):
            self.put(indent + 1, self.pick(
                f"raise {self.pick('ValueError', 'KeyError', 'TypeError')}({e('int', 1)})", f"{{}}[{e('int', 1)}]", "[][1]", "None.nothing", f"1 // ({e('int', 1)} * 0)",
                "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])", f"({e('any', 1)})()", "nowhere"))
        if star:
            self.put(indent, f"except* {self.pick('ValueError', 'TypeError', 'Exception')} as error:")
            self.put(indent + 1, "log.append(len(error.exceptions))")
            return
        if self.chance(75):
            name = self.pick("ValueError", "(TypeError, KeyError)", "ZeroDivisionError", "LookupError", "Exception")
            self.put(indent, f"except {name} as error:")
            if self.chance(50):
                self.block(indent + 1, 2, 2)
            self.put(indent + 1, self.pick(
                "log.append(type(error.__context__))", "log.append(repr(error))", "raise", "raise RuntimeError('from') from error", "log.append(sys.exception() is error)",
                "log.append(error.__traceback__.tb_lineno - error.__traceback__.tb_frame.f_code.co_firstlineno)", "error = None", "del error", "return log, str(error)" if self.kind == "function" else "return",
                "x = error"))
            if self.chance(40) and name != "Exception":
                self.put(indent, "except Exception as error:")
                self.put(indent + 1, self.pick("log.append('other')", "raise", "pass"))
            if self.chance(30):
                self.put(indent, "else:")
                self.block(indent + 1, 2, loops)
            if self.chance(40):
                self.put(indent, "finally:")
                self.block(indent + 1, 2, 2)
        else:
            self.put(indent, "finally:")
            self.block(indent + 1, 2, 2)
            if self.chance(20):
                self.put(indent + 1, "log.append(sys.exception().__class__.__name__)")

    def try_in_loop(self, indent, loops):
        self.put(indent, "try:")
        self.block(indent + 1, 2, loops)
        self.put(indent + 1, f"if {self.expression('bool', 1)}: {self.pick('break', 'continue', 'raise ValueError')}")
        self.put(indent, "except ValueError:")
        self.put(indent + 1, self.pick("continue", "break", "pass"))
        self.put(indent, "finally:")
        self.put(indent + 1, "log.append('f')")

    def deep_raise(self, indent, loops):
        """An exception through several functions, with its traceback looked at."""
        name = self.label("deep")
        self.put(indent, f"def {name}(z):")
        self.put(indent + 1, f"if z <= 0: raise LookupError({self.expression('int', 1)})")
        self.put(indent + 1, f"return {name}(z - 1) + 1")
        self.put(indent, "try:")
        self.put(indent + 1, f"jit({name})({self.pick(0, 1, 3)})")
        self.put(indent, "except LookupError as error:")
        self.put(indent + 1, "trace, lines = error.__traceback__, []")
        self.put(indent + 1, "while trace: lines.append(trace.tb_lineno - trace.tb_frame.f_code.co_firstlineno); trace = trace.tb_next")
        self.put(indent + 1, "log.append(lines)")

    def dying(self, indent, loops):
        self.deaths += 1
        name = self.pick("d1", "d2")
        self.put(indent, f"{name} = D({self.deaths})")
        self.put(indent, self.pick(
            f"{name} = None", f"del {name}", "pass", f"log.append({name})", f"small({name})", f"{name} = D({self.deaths + 1000})", f"x = [{name}]", f"{name}.me = {name}",
            f"{name} = small({name})"))

    def poking(self, indent, loops):
        names = [n for n in self.variables if len(n) == 1]
        name = self.random.choice(names)
        self.put(indent, f"poke({name!r}, {self.expression(self.variables[name], 1)})")

    def local_class(self, indent, loops):
        name = self.label("C")
        base = self.pick("P", "Q", "A", "object", "int", "list")
        self.put(indent, f"class {name}({base}):")
        self.put(indent + 1, f"kind = {self.pick(repr(name), 'str(a)', 'repr(b)')}")
        self.put(indent + 1, "def sum(self): return 5")
        self.put(indent + 1, self.pick("def __init__(self, *args): super().__init__(*args)", "pass", "__slots__ = ()", "def __eq__(self, other): return True"))
        arguments = "1" if base in ("P", "Q", "int") else ""
        self.put(indent, f"jit({name}.sum)")
        self.put(indent, f"log.append({name}({arguments}).{self.pick('sum()', 'kind', 'kind.upper()', '__class__.__name__')})")

    def unpacking(self, indent, loops):
        e = self.expression
        self.put(indent, self.pick(
            lambda: f"p, *x = {e('list', 2)} or [1]",
            lambda: f"*x, p = {e('list', 2)} or [1]",
            lambda: f"(p, q), r = ({e('int', 1)}, {e('int', 1)}), {e('int', 1)}",
            lambda: f"p, q = q, p = ({e('int', 1)}, 2)",
            lambda: f"x, y = {e('any', 2)}",
            lambda: f"j[{self.pick(0, 1)}:] = {e('list', 2)}" if self.variables.get("j") == "list" else "pass",
            lambda: f"x = [p for q in [{e('list', 1)}, [1, 2]] for p in q if p]",
            lambda: f"x = {{p: q for p, q in zip({e('list', 1)}, 'abc')}}",
            lambda: f"x = [z := {e('int', 1)}, z + 1]",
            lambda: f"x = {e('str', 1)} {e('str', 1).strip('()') if False else ''}",
            lambda: f"x = f'{{{self.atom('int')}:>5}}|{{{self.atom('float')}:.2f}}|{{{self.atom('any')}!r}}'",
        )())

    def global_use(self, indent, loops):
        self.put(indent, self.pick(
            f"log.append((G0, OBJECT.kind, OBJECT.sum(), small({self.expression('int', 1)})))", f"change({self.random.randrange(14)})", "OBJECT.x = G0", "OBJECT.y += 1",
            "log.append(len('abc'))", "log.append(helper(1, 2))", "log.append(getattr(OBJECT, 'fresh', None))", "log.append(OBJECT == P(1))"))

    def nested_with(self, indent, loops):
        self.put(indent, "with M() as x, M():")
        self.block(indent + 1, 2, loops)
        if self.chance(40):
            self.put(indent + 1, self.pick("raise TypeError", "1 // 0", "raise KeyError(1)", "return log, 'with'" if self.kind == "function" else "return"))

    def consumer(self, indent, loops):
        name = self.label("it")
        call = self.generator_call()
        what = self.random.randrange(6)
        if what < 2 and loops < 2:
            counter = self.label("n")
            self.put(indent, f"{counter} = 0")
            self.put(indent, f"for x in {call}:")
            self.put(indent + 1, f"{counter} += 1")
            self.put(indent + 1, f"if {counter} > 6: break")
            self.block(indent + 1, 2, loops + 1)
            return
        self.put(indent, f"{name} = {call}")
        self.put(indent, f"log.append(next({name}, None))")
        for _ in range(self.random.randrange(3)):
            # As in a program that knows that generators end.
            self.put(indent, "try:")
            self.put(indent + 1, self.pick(
                f"log.append({name}.send({self.expression('any', 1)}))", f"log.append({name}.throw(ValueError(3)))", f"{name}.close()", f"log.append(next({name}))",
                f"log.append(({name}.gi_running, {name}.gi_frame is None))", f"log.append(list(itertools.islice({name}, 3)))", f"log.append({name}.gi_yieldfrom is None)"))
            self.put(indent, "except (StopIteration, ValueError, RuntimeError) as error:")
            self.put(indent + 1, "log.append(type(error))")
        if self.chance(40):
            self.put(indent, f"del {name}")

    def attempt(self, number):
        generators, coroutines = len(self.generators), len(self.coroutines)
        if super().attempt(number):
            return True
        del self.generators[generators:], self.coroutines[coroutines:]
        return False

    def function(self, number):
        # Every third or so is no plain function; those come early so that others can use them.
        self.kind = "generator" if number % 5 == 0 else "coroutine" if number % 5 == 2 else "function"
        if self.kind == "function":
            return super().function(number)
        self.variables = {"a": "int", "b": "int"}
        self.counters = set()
        self.closures = 0
        self.leaf = True
        coroutine = self.kind == "coroutine"
        name = f"{'a' if coroutine else 'g'}{number}"
        self.lines += ["", "", f"{'async ' if coroutine else ''}def {name}(a, b=2):"]
        self.put(1, "log = []")
        for kind in self.NAMES:
            if self.chance(50):
                value = self.expression(kind, 1)
                self.put(1, f"{self.fresh(kind)} = {value}")
        for _ in range(self.random.randrange(3, 8)):
            self.statement(1, 0)
        if coroutine:
            self.put(1, f"return len(log), {self.expression('int', 1)}")
            self.coroutines.append(name)
        else:
            self.put(1, f"yield {self.expression('int', 1)}")
            self.generators.append(name)


def program(seed, functions=10):
    """The source text of the program that belongs to a seed."""
    return Writer(seed).text(functions)
