#!/usr/bin/env python3
"""What single statements cost in a loop, plain and compiled, in executed instructions.

    bench/statements.py [--write] [PATTERN]…     # --write renews bench/statements.md

Each statement runs ROUNDS times in a loop of a function; what the same loop costs with `pass` is subtracted. Those whose name begins with
"one more" run one to four times in a round, and what one of them adds is counted, the median of the three differences: the loop's own variable,
which has to be an object wherever other code can look at the frame, does not count there. All functions have run
before, and are compiled, when they are counted. A PATTERN selects statements by a part of their name.
"""

import argparse
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import emulator
from places import BENCH, PYTHON, emulated

PAGE = BENCH / "statements.md"
ROUNDS = 1000

# In the namespace of all statements.
PRELUDE = """
__name__ = "statements"

import functools
import types

class Error(Exception): pass

class Point:
    def __init__(self, x): self.x = x
    def method(self): return self.x
    @property
    def field(self): return self.x
    def returns(self, a):
        try: return a
        finally: pass

class Slots:
    __slots__ = ("x",)
    def __init__(self, x): self.x = x

class Child(Point):
    def __init__(self, x): super().__init__(x)

# The try keeps a function from being inlined.
def nothing():
    try: return None
    finally: pass
def one(a):
    try: return a
    finally: pass
def two(a, b=1):
    try: return a
    finally: pass
def some(*args, **kwargs):
    try: return args
    finally: pass
def ten(a, b, c, d, e, f, g, h, i, j=1):
    try: return j
    finally: pass
def fails(table, key): return table[key]
def raises():
    raise Error
def deeper():
    try: raises()
    finally: cleanup()
def identity(a): return a
def cleanup(): pass

class Manager:
    def __enter__(self): return self
    def __exit__(self, *exception): return True

class Passing(Manager):
    def __exit__(self, *exception): return False

def passes_on(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs): return function(*args, **kwargs)
    return wrapper
wrapped = passes_on(identity)

places = types.ModuleType("places")
places.Error = Error
passing, nowhere = Passing(), iter(())

def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1

async def coroutine(): return 1
def drive(c):
    try: c.send(None)
    except StopIteration as stop: return stop.value

point, slots, table, items, text = Point(1), Slots(1), {"a": 1}, [1, 2, 3], "text"
ages, pages = {"a": 1, "b": 2, "c": 3}, ["a", "b", "c"]
"""

# name -> statement; the loop's function has the names of the prelude as locals too, except functions and classes.
STATEMENTS = {
    "call, no arguments": "nothing()",
    "call, twice": "nothing(); nothing()",
    "call, one argument": "one(text)",
    "call, default": "two(text)",
    "call, keyword": "two(text, b=text)",
    "call, *args": "two(*pair)",
    "call, to *args and **kwargs": "some(text, k=text)",
    "call, ten arguments": "ten(1, 2, 3, 4, 5, 6, 7, 8, 9, text)",
    "call, ten parameters": "ten(1, 2, 3, 4, 5, 6, 7, 8, 9)",
    "call, wrapped": "wrapped(text)",
    "call, wrapped, keyword": "wrapped(a=text)",
    "call, inlined": "identity(text)",
    "one more call, no arguments": "nothing()",
    "one more call, one argument": "one(point)",
    "one more call, default": "two(point)",
    "one more call, ten arguments": "ten(1, 2, 3, 4, 5, 6, 7, 8, 9, point)",
    "one more call, method": "point.returns(slots)",
    "method": "point.method()",
    "property": "point.field",
    "instance": "Point(text)",
    "instance with slots": "Slots(text)",
    "instance by super().__init__": "Child(text)",
    "builtin": "len(items)",
    "method of str": "text.upper()",
    "method of list": "items.append(text); items.pop()",
    "attribute load": "point.x",
    "attribute store": "point.x = text",
    "attribute of slots": "slots.x",
    "subscript of list": "items[1]",
    "subscript of dict": "table['a']",
    "store in dict": "table['a'] = text",
    "slice of list": "items[1:]",
    "slice of list, empty": "items[3:]",
    "slice of list, copy": "items[:]",
    "slice of list, step": "items[::2]",
    "slice of list, replaced": "items[1:3] = pair",
    "slice of str": "text[1:3]",
    "slice of tuple": "pair[1:]",
    "tuple": "pair = (text, items)",
    "list": "[text, items]",
    "dict": "{'a': text}",
    "dict, empty": "{}",
    "set": "{text, 1}",
    "list, unpacked": "[*items]",
    "unpacking": "a, b = pair",
    "unpacking, starred": "a, *b = items",
    "in str": "'e' in text",
    "swap": "a, b = text, items; a, b = b, a",
    "closure": "lambda: text",
    "key function": "max(items, key=lambda item: -item)",
    "map": "for a in map(lambda item: item, items): pass",
    "filter": "for a in filter(lambda item: item, items): pass",
    "sorted with key": "sorted(items, key=lambda item: item)",
    "f-string": "f'{text} {text}'",
    "f-string of an int": "f'{i}'",
    "generator, one item": "for a in numbers(1): pass",
    "generator, ten items": "for a in numbers(10): pass",
    "generator expression": "sum(a for a in items)",
    "generator expression, any": "any(a > 5 for a in items)",
    "generator expression, all": "all(a < 5 for a in items)",
    "generator expression, list": "list(a for a in items)",
    "generator expression, tuple": "tuple(a for a in items)",
    "generator expression, set": "set(a for a in items)",
    "generator expression, max": "max(a for a in items)",
    "generator expression, sorted": "sorted(a for a in items)",
    "generator expression, join": "''.join(a for a in pages)",
    "comprehension": "[a for a in items]",
    "list, loop": "for a in items: pass",
    "enumerate": "for a, b in enumerate(items): pass",
    "zip": "for a, b in zip(items, items): pass",
    "reversed": "for a in reversed(items): pass",
    "dict, loop": "for a in ages: pass",
    "dict, loop, of a parameter": "for a in table: pass",
    "dict.keys()": "for a in ages.keys(): pass",
    "dict.values()": "for a in ages.values(): pass",
    "dict.items()": "for a, b in ages.items(): pass",
    "coroutine": "drive(coroutine())",
    "try without raise": "try: i\n        except Error: pass",
    "with": "with manager: pass",
    "KeyError, caught": "try: table['b']\n        except KeyError: pass",
    "KeyError, named": "try: table['b']\n        except KeyError as e: pass",
    "KeyError, second clause": "try: table['b']\n        except ValueError: pass\n        except KeyError: pass",
    "KeyError, of a callee": "try: fails(table, 'b')\n        except KeyError: pass",
    "KeyError, handler calls": "try: table['b']\n        except KeyError: cleanup()",
    "AttributeError, caught": "try: point.missing\n        except AttributeError: pass",
    "raise, caught": "try: raise Error\n        except Error: pass",
    "raise, of a callee": "try: raises()\n        except Error: pass",
    "raise, finally": "try:\n            try: raise Error\n            finally: cleanup()\n        except Error: pass",
    "raise, with": "with manager: raise Error",
    "raise, of a callee's callee": "try: deeper()\n        except Error: pass",
    "raise, of a callee, named": "try: raises()\n        except Error as e: pass",
    "raise, with a text": "try: raise Error('text')\n        except Error: pass",
    "raise from": "try:\n            try: table['b']\n            except KeyError as e: raise Error from e\n        except Error: pass",
    "raise again": "try:\n            try: table['b']\n            except KeyError: raise\n        except KeyError: pass",
    "raise, outer try": "try:\n            try: table['b']\n            except ValueError: pass\n        except KeyError: pass",
    "raise, except module.class": "try: raise Error\n        except places.Error: pass",
    "raise, named and used": "try: raise Error\n        except Error as e: text = e.args",
    "raise, with, not handled": "try:\n            with passing: raise Error\n        except Error: pass",
    "IndexError, caught": "try: items[9]\n        except IndexError: pass",
    "StopIteration, caught": "try: next(nowhere)\n        except StopIteration: pass",
    "ValueError of int, caught": "try: int('x')\n        except ValueError: pass",
    "getattr with default": "getattr(point, 'missing', None)",
    "isinstance": "isinstance(point, Child)",
}

# How names of statements begin of which is measured what one more in a round costs.
MORE = "one more "

# Runs in build/python.
MEASURE = """
import json, sys
sys.path.append(sys.argv[1])
import counters
prelude, statements, rounds, jit, counts = json.load(sys.stdin)
counter = counters.best(counts)
namespace = {}
exec(prelude, namespace)
loops = []
for statement in ["pass", *statements]:
    exec(f"def loop(n, point, slots, table, items, text, manager, pair):\\n    for i in range(n):\\n        {statement}\\n", namespace)
    loops.append(namespace["loop"])
def run(loop, n):
    loop(n, namespace["point"], namespace["slots"], {"a": 1}, [1, 2, 3], "text", namespace["Manager"](), (1, 2))
for loop in loops:
    for _ in range(20):
        run(loop, 5)
if jit:
    import cinderjit
    reason = cinderjit.unavailable_reason()
    if reason is not None:
        sys.exit(reason)
    functions = [f for f in namespace.values() if hasattr(f, "__code__")]
    for kind in namespace["Point"], namespace["Slots"], namespace["Child"], namespace["Manager"]:
        functions += [getattr(f, "fget", f) for f in vars(kind).values() if hasattr(f, "__code__") or hasattr(f, "fget")]
    for function in [*functions, *loops]:
        cinderjit.force_compile(function)
    cinderjit.compile_after_n_calls(20) # what statements make: lambdas and generators
    for _ in range(10):
        for loop in loops:
            run(loop, 40)
        for loop in loops:
            cinderjit.force_compile(loop)
for loop in loops:
    counter.mark()
    run(loop, rounds)
    counter.mark()
found = counter.readings()
spent = [after - before for before, after in zip(found[::2], found[1::2])]
answer = [r.own if r.own is not None else r.nanoseconds for r in spent]
json.dump([counter.name, [(n - answer[0]) / rounds for n in answer[1:]]], sys.stdout)
"""


def measure(statements, jit):
    """The counter's name, and what one round of each statement costs."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        variables = dict(os.environ, PYTHONHASHSEED="0")
        counts = None
        if emulated():
            counts = str(pathlib.Path(folder, "counts"))
            variables["CINDERJIT_QEMU_ARGS"] = emulator.arguments(counts)
        once = list(statements.values())
        more = ["; ".join([text] * n) for name, text in statements.items() if name.startswith(MORE) for n in (2, 3, 4)]
        question = json.dumps([PRELUDE, once + more, ROUNDS, jit, counts])
        done = subprocess.run([PYTHON, "-P", "-c", MEASURE, BENCH / "worker"], input=question, env=variables, stdout=subprocess.PIPE,
                              text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(done.returncode)
    counter, costs = json.loads(done.stdout)
    rest = iter(costs[len(once):])
    answer = []
    for name, cost in zip(statements, costs):
        if name.startswith(MORE):
            all_four = [cost, *itertools.islice(rest, 3)]
            cost = statistics.median(more - less for less, more in itertools.pairwise(all_four))
        answer.append(cost)
    return counter, answer


def as_table(statements):
    (counter, plain), (_, jit) = measure(statements, False), measure(statements, True)
    unit = "ns" if counter == "time" else "instructions"
    rows = [f"| statement | | plain, {unit} | jit | plain/jit |", "|---|---|---:|---:|---:|"]
    for (name, statement), before, after in zip(statements.items(), plain, jit):
        shown = " ".join(line.strip() for line in statement.splitlines())
        rows.append(f"| {name} | `{shown}` | {before:.0f} | {after:.0f} | {f'{before / after:.2f}' if after >= 0.5 else ''} |")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    parser.add_argument("--write", action="store_true", help="write bench/statements.md too")
    options = parser.parse_args()
    if options.write and options.patterns:
        parser.error("--write is for all statements")
    chosen = {name: text for name, text in STATEMENTS.items() if not options.patterns or any(p in name for p in options.patterns)}
    if not chosen:
        parser.error("no statement has such a name")
    text = as_table(chosen)
    print(text)
    if options.write:
        PAGE.write_text(f"# What statements cost\n\nOne round of a loop, without what the loop itself costs. Written by `bench/statements.py --write`.\n\n{text}\n")


if __name__ == "__main__":
    main()
