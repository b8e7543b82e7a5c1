"""Runs programs compiled again and again, each time as if for the first time, and reports what grows.

    build/python tests_py/leaks.py [PROGRAM…] [--ways WAY,…] [--rounds N] [--bounded]

A round executes the program (see program.py) anew, so that there are new functions and classes, calls its cases interpreted, compiles, calls
them with all inputs, and drops everything. With that go exceptions, guards that fail, code that is taken out of use, and generators that are
dropped while they are suspended. The ways of a round:

    compiled   compiled once
    again      compiled, given back to the interpreter, compiled again
    forced     leaving compiled code every few guards though nothing failed
    loops      what is compiled are loops, and they are entered while they run

Measured are after each round: allocated blocks, objects that the collector knows, the reference counts of all objects that are
older than the rounds (their sum, as sys.gettotalrefcount has it in other builds), bytes of malloc, bytes and blocks of machine code, and functions that are compiled.

Some rounds come first that do not count. A measure grows when, of the rounds that count, each one in the second half is above all in the first. Caches
that fill do that, too, so twice as many rounds are run then; what grows still, by at least half as much a round, is a leak, unless it does
so without the JIT as well. --bounded takes one program, for CI.
"""

import argparse
import array
import collections
import contextlib
import ctypes
import gc
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

HERE = pathlib.Path(__file__).parent
WAYS = ("compiled", "again", "forced", "loops")
UNCOUNTED = 3
ROUNDS = 6
BOUNDED = ("with_statements",)
LIMIT = 1800  # seconds for one program
# What is less in a round than this is no leak: a round compiles all functions and has many calls, each of which would leave something. The
# interpreter makes a string or two for each file that is read.
LEAST = {"blocks": 2, "malloc bytes": 64}


class MallocState(ctypes.Structure):
    """struct mallinfo2 of the C library."""

    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


C_LIBRARY = ctypes.CDLL(None)
if hasattr(C_LIBRARY, "mallinfo2"):
    C_LIBRARY.mallinfo2.restype = MallocState


def malloc_bytes():
    """Bytes that malloc has handed out; 0 where it cannot be asked."""
    if not hasattr(C_LIBRARY, "mallinfo2"):
        return 0
    state = C_LIBRARY.mallinfo2()
    return state.uordblks + state.hblkhd


class Sink:
    """Takes what programs print between calls."""

    def write(self, text):
        return len(text)

    def flush(self):
        pass


SINK = Sink()


def nothing():
    """A function to be compiled."""


class Process:
    """What can grow in this process."""

    def __init__(self, keep):
        gc.collect()
        self.older = [*gc.get_objects(), *keep]

    def measure(self, compiler):
        """The measures, by name. compiler is None in a process without the JIT."""
        sys._clear_type_cache()  # which holds names that were looked up
        for _ in range(3):  # finalisers may make garbage
            gc.collect()
            if compiler is not None:
                # What was taken out of use waits for more of it before it is freed, but not here.
                compiler.force_compile(nothing)
                compiler.force_uncompile(nothing)
        told = {
            "blocks": sys.getallocatedblocks(),
            "objects": len(gc.get_objects()),
            "references": sum(map(sys.getrefcount, self.older)),
            "malloc bytes": malloc_bytes(),
        }
        if compiler is not None:
            code = compiler.get_allocator_stats()
            told |= {"code bytes": code["used"], "code blocks": code["blocks"], "compiled": len(compiler.get_compiled_functions())}
        return told


def names_of(code):
    """All that the constants and names of a code object are, and of those in it."""
    for constant in code.co_consts:
        yield constant
        if isinstance(constant, type(code)):
            yield from names_of(constant)
    for names in code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars:
        yield from names


def one_round(path, way, compiler):
    """Execute, call, compile, call and drop a program. compiler is None where nothing is to be compiled."""
    import differential

    run = differential.Run(path, {"loops": "loops", "forced": "forced"}.get(way, "warm0"), compiler)

    def call_all():
        for case in run.cases:
            for number in range(len(case.inputs)):
                run.call(case, number, watch=False)

    with contextlib.redirect_stdout(SINK):
        for case in run.cases:
            for _ in range(2):
                run.call(case, 0, watch=False)
        forced = way == "forced" and compiler is not None
        with differential.forced_exits(differential.FORCED_PERIOD, 1) if forced else contextlib.nullcontext():
            if compiler is not None and way == "loops":
                run.watch_loops()
            elif compiler is not None:
                run.compile_all()
            call_all()
            if compiler is not None and way == "again":
                for function in differential.functions_of(run.namespace, run.path):
                    compiler.force_uncompile(function)
                call_all()
                run.compile_all()
                call_all()
        run.namespace.clear()
        del run, call_all
        differential._prepared.clear()
        gc.collect()


def growth(noted):
    """Growth a round of each measure of which all values in the second half are above those in the first."""
    told = {}
    for name, values in noted.items():
        half = len(values) // 2
        first, second = values[:half], values[half:]
        if min(second) > max(first):
            told[name] = (sum(second) / len(second) - sum(first) / len(first)) / half
    return told


def leaks(path, way, compiler, process, rounds):
    """Growth a round of each measure that does not come to rest."""

    names = [*process.measure(compiler)]

    def some(number):
        # What is noted would grow itself, if there were not room for it before.
        noted = {name: array.array("q", bytes(8 * number)) for name in names}
        for step in range(number):
            one_round(path, way, compiler)
            for name, value in process.measure(compiler).items():
                noted[name][step] = value
        return noted

    some(UNCOUNTED)
    told = growth(some(rounds))
    if told:
        more = growth(some(2 * rounds))
        told = {name: more[name] for name, before in told.items() if more.get(name, 0) >= max(before / 2, LEAST.get(name, 0))}
    return told


def child(path, ways, rounds, results):
    """Measure one program in this process; write what grows to a file."""
    import differential
    import program

    sys.unraisablehook = lambda report: None
    warnings.simplefilter("ignore")
    keep = [*names_of(differential.fresh_code(path))]
    process = Process(keep)
    plain = {way: leaks(path, way, None, process, rounds) for way in ways[:1]}
    import cinderjit
    import native_compiler

    native_compiler.use()
    cinderjit.force_compile(nothing)  # loads what there is
    process = Process(keep)
    told = {}
    for way in ways:
        told[way] = leaks(path, way, cinderjit, process, rounds)
        program.set_compile(None)
    pathlib.Path(results).write_text(json.dumps({"plain": plain[ways[0]], "compiled": told}))


def check(path, ways=WAYS, rounds=ROUNDS):
    """Run a program in a process of its own; return what grows, as text, and None if nothing does."""
    with tempfile.TemporaryDirectory(prefix="leaks") as folder:
        results = os.path.join(folder, "results")
        command = [sys.executable, "-X", "faulthandler", __file__, str(path), "--child", results, "--ways", ",".join(ways), "--rounds", str(rounds)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHONJIT")} | {"PYTHONHASHSEED": "0"}
        # Memory in the caches of malloc would count as handed out.
        environment["GLIBC_TUNABLES"] = "glibc.malloc.tcache_count=0"
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
        if done.returncode != 0:
            return f"exit status {done.returncode}\n{done.stdout[-3000:]}"
        measured = json.loads(pathlib.Path(results).read_text())
    lines = []
    for way, told in measured["compiled"].items():
        for name, change in told.items():
            interpreted = measured["plain"].get(name, 0)
            if change > 1.5 * interpreted:
                lines.append(f"{way}: {name} grow by {change:.1f} a round, interpreted by {interpreted:.1f}")
    return "\n".join(lines) or None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*", help="names in programs/ or paths; all without one")
    parser.add_argument("--ways", default=",".join(WAYS), help="only these ways, separated by commas")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds that count (default: %(default)s)")
    parser.add_argument("--bounded", action="store_true", help=f"only {', '.join(BOUNDED)}, fewer rounds")
    parser.add_argument("--local", action="store_true", help="compile in the same process (see native_compiler.py)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    ways = options.ways.split(",")
    if options.child:
        child(options.programs[0], ways, options.rounds, options.child)
        return 0
    import differential

    if not options.local:
        from native_compiler import compile_natively

        compile_natively()
    rounds = 4 if options.bounded else options.rounds
    names = options.programs or (BOUNDED if options.bounded else sorted(p.stem for p in differential.PROGRAMS.glob("*.py")))
    outcome = collections.Counter()
    for name in names:
        path = name if name.endswith(".py") else differential.PROGRAMS / f"{name}.py"
        started = time.monotonic()
        told = check(path, ways, rounds)
        outcome[told is None] += 1
        print(f"{pathlib.Path(path).stem}: {'flat' if told is None else 'GROWS'}, {time.monotonic() - started:.0f} s", flush=True)
        if told is not None:
            print("    " + told.replace("\n", "\n    "), flush=True)
    print(f"{outcome[True]} programs flat, {outcome[False]} not", flush=True)
    return outcome[False] != 0


if __name__ == "__main__":
    sys.exit(main())
