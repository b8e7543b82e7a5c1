"""Runs programs interpreted and compiled and compares everything that can be seen of them.

    build/python tests_py/differential.py PROGRAM… [--mode MODE,…] [--case CASE] [--thorough] [--plain]

A program (see program.py and programs/) runs in a process of its own, in several modes:

    cold       compiled before the first call: no feedback, generic code
    warm0      compiled after some calls with the first input of each case, then called
               with the others: guards fail
    warm1 …    the same with the second input and so on, up to warm5; with --thorough to the last
    half       as warm0, but every other function stays interpreted
    evaluator  as warm0, with the frame evaluator installed
    counted    compiled when called for the third time, with whatever else runs in the process
    disturbed  as warm0, with a collection at nearly every allocation and another thread that wants to run
    loops      as warm0, but what is compiled are loops, and they are entered while they run
    forced     as warm0, leaving compiled code every few guards though nothing failed

The same sequence of calls runs first without the JIT, before it is imported. Compared are
results by value and type, exceptions with all that belongs to them, output, the order of
finalisers, changes of reference counts, growth of memory and the final globals. With
--plain nothing is compiled, which shows whether a program is deterministic at all.
"""

import argparse
import contextlib
import difflib
import functools
import gc
import io
import json
import marshal
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import types
import warnings
from opcode import opmap

HERE = pathlib.Path(__file__).parent
PROGRAMS = HERE / "programs"
WARM_UP = 5
LEARNED = 6
REPETITIONS = 20
MORE_OFTEN = 12  # what has grown has to do so again
# In the mode "forced" the mean number of guards and checks of the frame between exits.
FORCED_PERIOD = 12
# Rounds of a loop that the interpreter runs first, in the mode "loops".
LOOP_ROUNDS = 0
EXTENDED_ARG, JUMP_BACKWARD = opmap["EXTENDED_ARG"], opmap["JUMP_BACKWARD"]
MAX_CRASHES = 12
# Functions of these kinds may stay interpreted; why_not_compiled has to say why.
MAY_STAY_INTERPRETED = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR


_prepared = {}


# What is told of the reference count of an argument.
COUNT = "reference count of argument {}: {}"
UNKNOWN = "unknown"


class Plain:
    """Stands for the JIT where nothing is to be compiled."""

    def force_compile(self, function):
        return True

    def is_jit_compiled(self, function):
        return True

    def why_not_compiled(self, function):
        return None

    def install_frame_evaluator(self):
        pass

    def remove_frame_evaluator(self):
        pass

    def compile_after_n_calls(self, calls):
        pass


@contextlib.contextmanager
def forced_exits(period, seed):
    """What is compiled meanwhile has places at which it leaves without reason, and does so once in a while."""
    from cinderjit import _native

    module = _native.load()
    module.set_option("compiler", "\n".join([*os.environ.get("PYTHONJITOPTIONS", "").split(","), "force_exits=1"]))
    module.force_exits(period, seed)
    try:
        yield
    finally:
        module.force_exits(0, 0)
        module.set_option("compiler", os.environ.get("PYTHONJITOPTIONS", "").replace(",", "\n"))


def loop_heads(bytecode):
    """The code units to which the loops in bytecode without inline caches' contents jump back."""
    heads, argument = set(), 0
    for at in range(0, len(bytecode), 2):
        operation, argument = bytecode[at], argument << 8 | bytecode[at + 1]
        if operation == JUMP_BACKWARD:
            heads.add(at // 2 + 2 - argument)
        if operation != EXTENDED_ARG:
            argument = 0
    return heads


def watch_loops(functions):
    """Let every loop of these functions, and of those that they make, be compiled and entered after some rounds."""
    from cinderjit import _native

    module = _native.load()

    def watch(code, space):
        for unit in loop_heads(code.co_code):
            module.watch_loop(code, space, unit, LOOP_ROUNDS)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                watch(constant, space)

    for function in functions:
        watch(function.__code__, function.__globals__)


def functions_of(namespace, path):
    """All functions of a program that can be reached from its globals, in order of definition."""
    found = {}

    def visit(value):
        if isinstance(value, (staticmethod, classmethod, types.MethodType)):
            visit(value.__func__)
        elif isinstance(value, property):
            for part in (value.fget, value.fset, value.fdel):
                visit(part)
        elif isinstance(value, types.FunctionType):
            if value.__code__.co_filename == path and id(value) not in found:
                found[id(value)] = value
                visit(value.__dict__.get("__wrapped__"))
        elif isinstance(value, (dict, list, tuple)):
            for item in list(value.values() if isinstance(value, dict) else value):
                if isinstance(item, types.FunctionType):
                    visit(item)
        elif isinstance(value, type) and value.__module__ == namespace["__name__"] and id(value) not in found:
            found[id(value)] = None
            for member in list(value.__dict__.values()):
                visit(member)

    for value in list(namespace.values()):
        visit(value)
    functions = [f for f in found.values() if f is not None and not f.__name__.startswith("cold_")]
    return sorted(functions, key=lambda f: (f.__code__.co_firstlineno, f.__qualname__))


@functools.lru_cache(2)
def _marshalled(source, path):
    with warnings.catch_warnings(action="ignore"):
        return marshal.dumps(compile(source, path, "exec"))


def fresh_code(path):
    """The code of a program, of which the interpreter knows nothing yet. Compiling it takes much longer than reading it again."""
    return marshal.loads(_marshalled(pathlib.Path(path).read_text(), path))


class Run:
    """One mode of one program in this process."""

    def __init__(self, path, mode, compiler, only=None, skip=(), progress=lambda text: None):
        import program

        self.path = str(path)
        self.mode = mode
        self.compiler = compiler
        self.progress = progress
        self.problems = []
        program.set_compile(None)
        self.namespace = {"__name__": "program_under_test", "__file__": self.path, "__builtins__": __builtins__}
        code = fresh_code(self.path)
        self.cases = program.collect(self.namespace, lambda namespace: exec(code, namespace))
        if only is not None:
            self.cases = [case for case in self.cases if case.name == only]
        self.skip = set(skip)
        self.warm = int(mode[4:]) if mode.startswith("warm") else 0 if mode in ("half", "evaluator", "disturbed", "forced", "loops") else None
        self.others = {id(case.function) for case in self.cases}
        self.turns = {"cold": 2, "warm0": 2, "counted": 5, "forced": 3, "loops": 2}.get(mode, 1)
        if self.warm:
            self.cases = [case for case in self.cases if len(case.inputs) > self.warm]
        self.cases = [case for case in self.cases if f"{mode} {case.name}" not in self.skip]
        self.others -= {id(case.function) for case in self.cases}

    def prepared(self, case, number):
        """The code that evaluates an input."""
        text = case.inputs[number]
        if text not in _prepared:
            _prepared[text] = compile(f"__call__({text})", f"<input {text}>", "eval")
        return _prepared[text]

    def machine_code(self):
        """What tells whether machine code was made or freed meanwhile."""
        if isinstance(self.compiler, (Plain, type(None))):
            return None
        told = self.compiler.get_allocator_stats()
        return told["used"], told["blocks"]

    def call(self, case, number, watch=True):
        """Call a case; return everything there is to say about what it did."""
        from observe import describe, describe_exception

        held = []

        def collect(*arguments, **keywords):
            held.extend(arguments)
            held.extend(keywords.values())
            return arguments, keywords

        self.namespace["__call__"] = collect
        arguments, keywords = eval(self.prepared(case, number), self.namespace)
        del self.namespace["__call__"]
        for item in list(held):
            if type(item) in (list, tuple) and len(item) < 10:
                held.extend(item)
            elif type(item) is dict and len(item) < 10:
                held.extend(item.values())
        code = self.machine_code()
        before = [sys.getrefcount(item) for item in held]
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            try:
                result = case.function(*arguments, **keywords)
            except BaseException as error:
                told = "raises " + describe_exception(error) if watch else ""
                error = None
            else:
                told = "returns " + describe(result) if watch else ""
                del result
        after = [sys.getrefcount(item) for item in held]
        if not watch:
            return None
        parts = [told, "prints " + output.getvalue() if output.getvalue() else ""]
        parts.append("arguments after: " + describe((arguments, keywords)))
        if self.mode != "disturbed":  # where cycles die at any time
            changing = self.machine_code() != code
            for i, (item, a, b) in enumerate(zip(held, before, after)):
                # CPython's cache of type lookups holds names; machine code, which comes and goes, holds what it was compiled for.
                if changing and isinstance(item, (type, types.FunctionType, types.ModuleType, types.CodeType)):
                    parts.append(COUNT.format(i, UNKNOWN))
                elif a != b and a < 1 << 29 and type(item) is not str:
                    parts.append(COUNT.format(i, f"{b - a:+}"))
        return re.sub(" at 0x[0-9a-f]+", " at an address", "\n".join(part for part in parts if part))

    def compile(self, function):
        """Compile a function, or note why that is a fault."""
        kind = function.__code__.co_flags & MAY_STAY_INTERPRETED
        error = None
        try:
            self.compiler.force_compile(function)
        except Exception as caught:
            error = caught
        if self.compiler.is_jit_compiled(function):
            return
        reason = self.compiler.why_not_compiled(function)
        allowed = self.namespace.get("MAY_STAY_INTERPRETED", {})
        if (kind or function.__name__ in allowed) and isinstance(reason, str) and reason:
            return
        self.problems.append(f"{function.__qualname__} is not compiled: {reason!r} (force_compile: {error!r})")

    def compile_all(self):
        import program

        program.set_compile(self.compile)
        functions = [f for f in functions_of(self.namespace, self.path) if id(f) not in self.others]
        for index, function in enumerate(functions):
            if self.mode == "half" and index % 2:
                continue
            self.progress(f"compile {function.__qualname__}")
            self.compile(function)

    def watch_loops(self):
        import program

        program.set_compile(lambda function: watch_loops([function]))
        watch_loops(functions_of(self.namespace, self.path))

    def records(self):
        """Do everything; yield (key, text) of each thing to compare."""
        with forced_exits(FORCED_PERIOD, 1) if self.mode == "forced" and not isinstance(self.compiler, (Plain, type(None))) else contextlib.nullcontext():
            yield from self.all_records()

    def all_records(self):
        from observe import describe_globals

        if self.warm is not None:
            for case in self.cases:
                self.progress(f"{case.name} warm-up")
                for _ in range(WARM_UP):
                    self.call(case, self.warm % len(case.inputs), watch=False)
                collect_silently()
        if self.mode == "loops" and not isinstance(self.compiler, (Plain, type(None))):
            self.watch_loops()
        elif self.compiler is not None and self.mode == "counted":
            self.compiler.compile_after_n_calls(2)
        elif self.compiler is not None:
            self.compile_all()
            if self.mode == "evaluator":
                self.compiler.install_frame_evaluator()
        with disturbance() if self.mode == "disturbed" else contextlib.nullcontext():
            yield from self.compared_calls()
        if self.mode in ("cold", "warm0", "forced", "loops"):
            yield from self.leaks()
        yield "final globals", "\n".join(f"{n} = {v}" for n, v in describe_globals(self.namespace).items())

    def compared_calls(self):
        for case in self.cases:
            count = len(case.inputs)
            first = 0 if self.warm is None else self.warm + 1
            for step in range(count):
                number = (first + step) % count
                for turn in range(self.turns):
                    name = f"{case.name}({case.inputs[number]}) call {turn + 1}"
                    self.progress(f"{case.name} ({case.inputs[number]}) call {turn + 1}")
                    yield name, self.call(case, number)
            collect_silently()

    def leaks(self):
        """What grows or shrinks when cases are repeated: label to change by call."""
        for case in self.cases:
            self.progress(f"{case.name} repeated")
            told = self.growth(case, REPETITIONS)
            for more in range(1, MORE_OFTEN + 1):
                if not told:
                    break
                # A leak repeats itself; a cache that fills does not, nor does what machine code takes that is there at the
                # end and was not at the start: that depends on the number of calls.
                again = self.growth(case, REPETITIONS + more)
                told = {what: often for what, often in told.items() if again.get(what) == often}
            yield f"{case.name} growth", told

    def growth(self, case, repetitions):
        from observe import Counts, memory

        inputs = [(f"input {i}", self.prepared(case, i)) for i in range(len(case.inputs))]
        for number in range(len(case.inputs)):
            self.call(case, number, watch=False)
        counts = Counts(self.namespace, *inputs)
        before = counts.take()  # is itself in memory until the end
        memory()
        start = memory()
        for _ in range(repetitions):
            for number in range(len(case.inputs)):
                self.call(case, number, watch=False)
        end = memory()
        after = counts.take()
        told = counts.drift(before, after)
        told.update(blocks=end[0] - start[0], objects=end[1] - start[1])
        return {what: round(change / repetitions) for what, change in told.items() if abs(change) > 0.7 * repetitions}


def difference(expected, got):
    """What differs between two records, as text; None for nothing."""
    if expected == got:
        return None
    if isinstance(expected, dict):
        # Less garbage is no fault, and memory that the interpreter gives back was there by chance.
        wrong = {
            what: (expected.get(what, 0), got.get(what, 0))
            for what in expected | got
            if expected.get(what, 0) != got.get(what, 0)
            and (what not in ("blocks", "objects") or got.get(what, 0) > max(expected.get(what, 0), 0))
        }
        return "\n".join(f"{what} changes by {b} a call, interpreted by {a}" for what, (a, b) in wrong.items()) or None
    expected, got = expected.splitlines(), got.splitlines()
    unknown = tuple(line.removesuffix(UNKNOWN) for line in got if line.startswith(COUNT[:27]) and line.endswith(UNKNOWN))
    if unknown:
        expected, got = ([line for line in lines if not line.startswith(unknown)] for lines in (expected, got))
    return "\n".join(difflib.unified_diff(expected, got, "interpreted", "compiled", lineterm="", n=1)) or None


@contextlib.contextmanager
def disturbance():
    """Makes collections and requests for the GIL come at every possible place."""
    stop = threading.Event()

    def wake():
        while not stop.wait(0.0005):
            pass

    thread = threading.Thread(target=wake)
    interval = sys.getswitchinterval()
    threshold = gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(1)
    gc.enable()
    thread.start()
    try:
        yield
    finally:
        gc.disable()
        gc.set_threshold(*threshold)
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


def collect_silently():
    with contextlib.redirect_stdout(io.StringIO()):
        gc.collect()


def unraisable(report):
    from observe import describe

    error = report.exc_value
    print(f"unraisable {report.err_msg} {describe(report.object)} {type(error).__name__}{describe(error.args)}")


def modes_of(path, thorough):
    cases = Run(path, "cold", None).cases
    most = max((len(case.inputs) for case in cases), default=0)
    return ["cold", *(f"warm{number}" for number in range(most if thorough else min(most, LEARNED))), "half", "evaluator", "disturbed", "forced", "loops", "counted"]


def child(options):
    """Run one program in all its modes; write what differs, line by line, to the results file."""
    sys.unraisablehook = unraisable
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, category, *rest: print(f"{category.__name__}: {message}")
    gc.disable()
    import observe, program  # noqa: E401, F401 (before the freeze)

    gc.freeze()
    path = options.programs[0]
    results = open(options.results, "a", buffering=1) if options.results else sys.stdout
    place = [""]

    def progress(text):
        place[0] = f"{mode} {text}"
        if options.results:
            results.write(json.dumps({"at": place[0]}) + "\n")

    def problem(key, text):
        results.write(json.dumps({"mode": mode, "key": key, "problem": text}) + "\n")

    modes = modes_of(path, options.thorough)
    if options.mode:
        modes = [mode for mode in modes if mode in options.mode.split(",")]
    expected = {}
    for mode in modes:
        place[0] = f"plain {mode}"
        expected[mode] = dict(Run(path, mode, None, options.case, options.skip).records())
        collect_silently()
    if options.plain:
        compiler = Plain()
    else:
        import cinderjit as compiler
        import native_compiler

        native_compiler.use()
        gc.freeze()
    compared = 0
    for mode in modes:
        try:
            run = Run(path, mode, compiler, options.case, options.skip, progress)
            for key, text in run.records():
                compared += 1
                differs = difference(expected[mode][key], text)
                if differs is not None:
                    problem(key, differs)
            if mode == "evaluator":
                compiler.remove_frame_evaluator()
            if mode == "loops" and not options.plain:
                loops = compiler.get_and_clear_runtime_stats()["loops"]
                if loops and not any(loop["entered"] for loop in loops):
                    run.problems.append("no loop was entered")
            for text in run.problems:
                problem("compile", text)
            del run
        except BaseException:
            problem(place[0], traceback.format_exc())
        collect_silently()
    results.write(json.dumps({"done": True, "compared": compared}) + "\n")


def run_program(path, mode=None, case=None, plain=False, thorough=False, timeout=300, options=None):
    """Run a program in processes of its own; return (list of problems as text, number of comparisons).

    A process that crashes or hangs is one problem; the others cases are run again without
    the one that did it. options are those of the compiler, as in PYTHONJITOPTIONS.
    """
    skip, problems = [], []
    while True:
        with tempfile.NamedTemporaryFile("r", prefix="differential") as results:
            command = [sys.executable, "-X", "faulthandler", str(HERE / "differential.py"), str(path), "--results", results.name]
            command += ["--plain"] * plain + ["--thorough"] * thorough + (["--mode", mode] if mode else []) + (["--case", case] if case else [])
            for name in skip:
                command += ["--skip", name]
            environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHONJIT")}
            environment["PYTHONHASHSEED"] = "0"
            if options:
                environment["PYTHONJITOPTIONS"] = options
            started = time.monotonic()
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            try:
                said = process.communicate(timeout=timeout)[0]
                ended = f"exit status {process.returncode}"
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGABRT)
                try:
                    said = process.communicate(timeout=10)[0]
                except subprocess.TimeoutExpired:
                    process.kill()
                    said = process.communicate()[0]
                ended = f"stopped after {time.monotonic() - started:.0f} s"
            lines = [json.loads(line) for line in results.read().splitlines() if line.endswith("}")]
        found = [f"[{line['mode']}] {line['key']}\n{line['problem']}" for line in lines if "problem" in line]
        if lines and "done" in lines[-1] and process.returncode == 0:
            return problems + found, lines[-1]["compared"]
        place = [line["at"] for line in lines if "at" in line]
        place = place[-1] if place else "start"
        text = f"[{place}] {ended}\n{said[-3000:]}"
        words = place.split()
        culprit = " ".join(words[:2])
        if len(words) < 3 or words[1] == "compile" or culprit in skip or len(skip) >= MAX_CRASHES:
            return problems + found + [text], 0
        problems.append(text)
        skip.append(culprit)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*", help="names in programs/ or paths; all without one")
    parser.add_argument("--mode", help="only these modes, separated by commas")
    parser.add_argument("--case", help="only this case")
    parser.add_argument("--skip", action="append", default=[], help=argparse.SUPPRESS)
    parser.add_argument("--thorough", action="store_true", help="learn from every input")
    parser.add_argument("--plain", action="store_true", help="compile nothing")
    parser.add_argument("--options", help="options of the compiler, as in PYTHONJITOPTIONS")
    parser.add_argument("--results", help=argparse.SUPPRESS)
    parser.add_argument("--local", action="store_true", help="compile in the same process (see native_compiler.py)")
    parser.add_argument("--here", action="store_true", help="in this process, for a debugger")
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    names = options.programs or sorted(p.stem for p in PROGRAMS.glob("*.py"))
    options.programs = [name if name.endswith(".py") else str(PROGRAMS / f"{name}.py") for name in names]
    if options.results or options.here:
        child(options)
        return 0
    if not options.local:
        from native_compiler import compile_natively

        compile_natively()
    failed = 0
    for path in options.programs:
        started = time.monotonic()
        problems, compared = run_program(path, options.mode, options.case, options.plain, options.thorough, options=options.options)
        print(f"{pathlib.Path(path).stem}: {compared} comparisons, {len(problems)} problems, {time.monotonic() - started:.1f} s", flush=True)
        for text in problems:
            print("   ", text.replace("\n", "\n    "))
        failed += bool(problems)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
