"""Judges the JIT by random programs: runs each interpreted and compiled in one process and compares.

    build/python tests_py/fuzz.py --seeds 0-99 [--kind wild|plain] [--modes N] [--keep FOLDER] [--reduce] [--print]

A program follows from its seed (wild_programs.py, or random_programs.py with --kind plain), and so does
how it is run: in some of the modes of differential.py, always one of them with forced exits, with a random
part of its functions compiled. Many programs share a process; one that fails is run again in a process of its own, and
with --reduce made smaller as long as it fails. Failing programs are written to the folder.
"""

import argparse
import ast
import contextlib
import gc
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import typing
import warnings

HERE = pathlib.Path(__file__).parent
BATCH = 40
INTERPRETED = "without the JIT"


def source(kind, seed):
    import random_programs
    import wild_programs

    return (wild_programs if kind == "wild" else random_programs).program(seed)


class Step(typing.NamedTuple):
    """A way to run a program."""

    mode: str
    warm: int | None  # the input of each case that the interpreter sees first
    turns: int  # calls with each input
    share: float  # of the functions is compiled
    period: int  # mean distance of forced exits

    def calls(self):
        """What the calls follow from: ways that agree in this do the same without the JIT."""
        return self.warm, self.turns, self.mode == "disturbed"


def plan(seed, count):
    """How a program is run."""
    chooser = random.Random(f"modes of {seed}")
    warm, turns = chooser.randrange(4), chooser.randrange(1, 4)
    modes = ["forced", *chooser.sample([f"warm{warm}", "cold", "disturbed", "counted", "evaluator", "loops"], min(count - 1, 6))]
    return [
        Step(mode, None if mode in ("cold", "counted") else warm, 5 if mode == "counted" else turns, chooser.choice([1.0, 1.0, 0.5, 0.7]), chooser.choice([2, 5, 12, 40]))
        for mode in modes
    ]


def without_deaths(mode, told):
    """Objects in cycles die at any time where collections come at any time."""
    if mode != "disturbed":
        return told
    lines = told.replace("\nprints ", "\n").split("\n")
    return "\n".join(line for line in lines if line and not re.fullmatch(r"dies \d+", line))


def run_one(path, seed, step, expected, progress):
    """Run a program in one way; return what differs from the interpreter as a list of texts.

    What the interpreter does is looked for in expected, by the calls of the step, and noted there.
    """
    import cinderjit
    from differential import Run, collect_silently, difference, forced_exits

    mode = step.mode

    class Part(Run):
        """Compiles a random part of the functions."""

        def __init__(self, *arguments, **keywords):
            super().__init__(path, mode, *arguments, **keywords)
            self.warm, self.turns = step.warm, step.turns
            self.cases = [case for case in self.cases if len(case.inputs) > (step.warm or 0)]

        def compile_all(self):
            self.chooser = random.Random(f"functions of {seed} {mode}")
            super().compile_all()

        def compile(self, function):
            if self.chooser.random() < step.share:
                super().compile(function)

        def leaks(self):
            """Programs that change themselves at every call do not tell."""
            return ()

        def all_records(self):
            self.chooser = random.Random(f"functions of {seed} {mode}")
            return super().all_records()

    if mode == "forced":
        # The guards count from the start of the run.
        context = forced_exits(step.period, seed + 1)
    else:
        context = contextlib.nullcontext()
    if step.calls() not in expected:
        progress(INTERPRETED)
        expected[step.calls()] = dict(Part(None).all_records())
        collect_silently()
    found = []
    try:
        with context:
            run = Part(cinderjit, progress=progress)
            for key, text in run.all_records():
                differs = difference(*(without_deaths(mode, told) for told in (expected[step.calls()][key], text)))
                if differs is not None:
                    found.append(f"{step} {key}\n{differs}")
            found += run.problems
    finally:
        cinderjit.compile_after_n_calls(None)
        if mode == "evaluator":
            cinderjit.remove_frame_evaluator()
        collect_silently()
    return found


def child(options):
    """Run programs in this process; write what differs, line by line, to the results file."""
    import differential
    import observe, program  # noqa: E401, F401 (before the freeze)

    sys.unraisablehook = differential.unraisable
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, category, *rest: print(f"{category.__name__}: {message}")
    import cinderjit

    import native_compiler

    native_compiler.use()
    gc.disable()
    gc.freeze()
    results = open(options.results, "a", buffering=1)

    def note(**facts):
        results.write(json.dumps(facts) + "\n")

    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        for seed in options.list:
            path = pathlib.Path(options.file) if options.file else pathlib.Path(folder, f"random_{seed}.py")
            if not options.file:
                path.write_text(source(options.kind, seed))
            expected = {}
            for number, step in enumerate(plan(seed, options.modes)):
                if options.step is not None and number != options.step:
                    continue
                note(seed=seed, step=number, at="start")
                try:
                    for text in run_one(path, seed, step, expected, lambda at: note(seed=seed, step=number, at=at)):
                        note(seed=seed, step=number, problem=text)
                except BaseException:
                    note(seed=seed, step=number, problem=traceback.format_exc())
            note(seed=seed, done=True)
    note(end=True)


def start(options, seeds, file=None, step=None, limit=None):
    """Run seeds in one process. Returns (problems {seed: [(step, text)]}, seeds done, number of the seed that ended it or None)."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        results, said = os.path.join(folder, "results"), os.path.join(folder, "said")
        open(results, "w").close()
        command = [sys.executable, "-X", "faulthandler", os.path.abspath(__file__), "--results", results, "--kind", options.kind, "--modes", str(options.modes),
                   "--list", *map(str, seeds)]
        if file is not None:
            command += ["--file", str(file)]
        if step is not None:
            command += ["--step", str(step)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHONJIT")} | {"PYTHONHASHSEED": "0"}
        with open(said, "w") as output:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            size, since, ended = 0, time.monotonic(), None
            while ended is None:
                try:
                    ended = f"exit status {process.wait(timeout=0.5)}"
                except subprocess.TimeoutExpired:
                    grown = os.path.getsize(results)
                    if grown != size:
                        size, since = grown, time.monotonic()
                    elif time.monotonic() - since > (limit or options.limit):
                        process.send_signal(signal.SIGABRT)
                        with contextlib.suppress(subprocess.TimeoutExpired):
                            process.wait(timeout=10)
                        ended = "hangs"
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        problems, done, at, finished = {}, [], {}, False
        for line in open(results):
            if not line.endswith("\n"):
                break
            facts = json.loads(line)
            if "problem" in facts:
                problems.setdefault(facts["seed"], []).append((facts["step"], facts["problem"]))
            elif "at" in facts:
                at = facts
            elif "done" in facts:
                done.append(facts["seed"])
            else:
                finished = True
        if finished:
            return problems, done, None
        text = pathlib.Path(said).read_text(errors="replace")
        seed = at.get("seed", seeds[0])
        if at.get("at") == INTERPRETED:
            print(f"seed {seed} takes too long, or too much memory, without the JIT", flush=True)
            return problems, done, seed
        problems.setdefault(seed, []).append((at.get("step", 0), f"{ended} at {at.get('at')}\n{text[-3000:]}"))
        return problems, done, seed


def removals(tree):
    """Lists of statements with the index and number of what could be left out, larger parts first."""
    places = []
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody", "handlers"):
            body = getattr(node, name, None)
            if isinstance(body, list) and (name != "body" or len(body) > 1 or isinstance(node, ast.Module)):
                places.append((node, name))
    return places


def reduce(options, path, seed, step, budget):
    """Leave out statements of the program in path as long as it fails in the same step; writes the result there."""
    text = path.read_text()
    attempts = 0
    ends = time.monotonic() + budget

    def fails(candidate):
        nonlocal attempts
        attempts += 1
        try:
            compile(candidate, "<reduced>", "exec")
        except (SyntaxError, ValueError):
            return False
        with tempfile.TemporaryDirectory(prefix="reduce") as folder:
            file = pathlib.Path(folder, "reduced.py")
            file.write_text(candidate)
            problems, _, _ = start(options, [seed], file, step, limit=20)
        # Not programs that cannot even be loaded.
        return any(not text.startswith("Traceback") for _, text in problems.get(seed, ()))

    with warnings.catch_warnings(action="ignore"):
        changed = True
        while changed and time.monotonic() < ends:
            changed = False
            tree = ast.parse(text)
            for number in range(len(removals(tree))):
                node, name = removals(tree)[number] if number < len(removals(tree)) else (None, None)
                if node is None:
                    break
                size = len(getattr(node, name))
                while size >= 1 and time.monotonic() < ends:
                    at = 0
                    while at < len(getattr(node, name)) and time.monotonic() < ends:
                        body = getattr(node, name)
                        kept = body[:at] + body[at + size:]
                        if not kept and name == "body":
                            kept = [ast.Pass()]
                            if len(body) == 1 and isinstance(body[0], ast.Pass):
                                break
                        setattr(node, name, kept)
                        candidate = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
                        if candidate != text and fails(candidate):
                            text, changed = candidate, True
                            path.write_text(text)
                        else:
                            setattr(node, name, body)
                            at += size
                    size //= 2
    return attempts


def judge(options, seeds):
    """Run all seeds; return those that fail."""
    started = time.monotonic()
    failed = {}
    count = 0
    left = list(seeds)
    while left:
        batch, left = left[:BATCH], left[BATCH:]
        problems, done, ended = start(options, batch)
        failed |= problems
        if ended is not None:
            done.append(ended)
            left = [seed for seed in batch if seed not in done] + left
        count += len(done)
        for seed, found in problems.items():
            alone, _, _ = start(options, [seed])
            again = "" if seed in alone else " (not in a process of its own)"
            for step, text in found[:6]:
                print(f"seed {seed}, step {step}{again}: {text}".replace("\n", "\n    "), flush=True)
            if options.keep:
                file = pathlib.Path(options.keep, f"{options.kind}_{seed}.py")
                file.write_text(source(options.kind, seed))
                if options.reduce and alone:
                    step = alone[seed][0][0]
                    attempts = reduce(options, file, seed, step, options.reduce)
                    print(f"seed {seed}: {len(file.read_text().splitlines())} lines left after {attempts} attempts, fails with --file {file} --seeds {seed} --step {step}", flush=True)
        print(f"{count} of {len(seeds)} programs, {len(failed)} failed, {time.monotonic() - started:.0f} s", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="0-9", metavar="A-B", help="the first and the last seed")
    parser.add_argument("--kind", default="wild", choices=["wild", "plain"])
    parser.add_argument("--modes", type=int, default=3, help="ways to run each program in (default: %(default)s)")
    parser.add_argument("--limit", type=int, default=120, help="seconds without progress that count as a hang (default: %(default)s)")
    parser.add_argument("--keep", help="a folder for the programs that fail")
    parser.add_argument("--reduce", nargs="?", type=int, const=300, metavar="SECONDS", help="make kept programs smaller, for at most so long each")
    parser.add_argument("--print", action="store_true", help="print the program of the first seed")
    parser.add_argument("--file", help="run this program, as that of the first seed")
    parser.add_argument("--step", type=int, help="only this of the ways")
    parser.add_argument("--local", action="store_true", help="compile in the same process (see native_compiler.py)")
    parser.add_argument("--results", help=argparse.SUPPRESS)
    parser.add_argument("--list", nargs="*", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    if options.results:
        child(options)
        return 0
    if not options.local:
        from native_compiler import compile_natively

        compile_natively()
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    if options.print:
        print(source(options.kind, seeds[0]), end="")
        return 0
    if options.file:
        problems, _, _ = start(options, [seeds[0]], options.file, options.step)
        for step, text in problems.get(seeds[0], ()):
            print(f"step {step}: {text}")
        return bool(problems)
    return bool(judge(options, seeds))


if __name__ == "__main__":
    sys.exit(main())
