#!/usr/bin/env python3
"""Writes the machine code of a benchmark's hottest compiled functions, with how often each instruction is executed.

    bench/annotated.py richards [--functions 3] [--output docs/richards-code.md]

Numbers are for one warm call of the benchmark. Instructions that are executed less often than a share (--least) of the most frequent
one of the function are left out.
Works under emulation. Other options are those of bench/run.py.
"""

import argparse
import collections
import pathlib
import re
import sys
import tempfile

import catalogue
import emulator
import hot
import launch
import run
from places import emulated

LINE = re.compile(r"([0-9a-f]+):  ([0-9a-f]{8})  (.*)")
# What instructions do, by the begin of their names; the first that fits.
KINDS = [
    ("calls and returns", ("bl ", "blr", "ret", "br ")),
    ("conditional branches", ("b.", "cb", "tb")),
    ("branches", ("b ",)),
    ("loads of constants", ("ldr x.., 0x", "adr")),
    ("loads", ("ld",)),
    ("stores", ("st",)),
    ("comparisons", ("cmp", "ccmp", "tst", "fcmp", "cmn")),
    ("moves", ("mov", "fmov", "bti", "nop")),
    ("computation", ("",)),
]


def kind(text):
    text = re.sub(r"^(ldr) [xwd]\d+, 0x.*", r"\1 x.., 0x", text)
    return next(name for name, begins in KINDS if text.startswith(begins))


def executions(blocks):
    """How often each address of compiled code was executed."""
    counts = collections.Counter()
    for block in blocks:
        if block.jit:
            for k in range(block.instructions):
                counts[block.address + 4 * k] += block.executions
    return counts


class Function:
    """A compiled function: its listing with counts."""

    def __init__(self, compiled, counts, calls):
        self.name = compiled["name"]
        self.lines = []  # (executions a call, text) of instructions, (None, text) of comments
        for line in compiled["listing"].splitlines():
            found = LINE.match(line)
            if found is None:
                self.lines.append((None, line.strip()))
            else:
                self.lines.append((counts[int(found[1], 16)] / calls, found[3].rstrip()))
        self.executed = sum(count for count, _ in self.lines if count)
        self.most = max((count for count, _ in self.lines if count), default=0)

    def kinds(self):
        found = collections.Counter()
        for count, text in self.lines:
            if count:
                found[kind(text)] += count
        return found

    def listing(self, least):
        """The lines of what is executed at least that share of the most often."""
        skipped, comment = 0, None
        for count, text in self.lines:
            if count is None:
                comment = text
            elif count < least * self.most or count == 0:
                skipped += 1
            else:
                if skipped:
                    yield f"{'':12}  … {skipped} left out"
                    skipped = 0
                if comment:
                    yield f"{'':12}  {comment}"
                    comment = None
                yield f"{count:12.0f}  {text}"
        if skipped:
            yield f"{'':12}  … {skipped} left out"


def page(row, command, total, functions, least):
    lines = [
        f"# {row}: the machine code of its hottest functions", "",
        f"Made by `{command}`. On the left, how often an instruction is executed in one warm call of the benchmark, which executes",
        f"{total / 1e6:.3f} M instructions in all; what is executed less than {least:.0%} as often as the most frequent of a function is left out. What the functions",
        "have inlined is theirs.", "",
    ]
    names = [name for name, _ in KINDS]
    lines += ["| function | M instructions | share | " + " | ".join(names) + " |", "|---|---:|---:|" + "---:|" * len(names)]
    for function in functions:
        kinds = function.kinds()
        shares = " | ".join(f"{kinds[name] / function.executed:.1%}" for name in names)
        lines.append(f"| `{function.name}` | {function.executed / 1e6:.3f} | {function.executed / total:.1%} | {shares} |")
    for function in functions:
        lines += ["", f"## `{function.name}`", "", "```", *function.listing(least), "```"]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmark", help="a benchmark or row; of several rows the first")
    parser.add_argument("--functions", type=int, default=3, help="how many (default: %(default)s)")
    parser.add_argument("--least", type=float, default=0.2, help="see above (default: %(default)s)")
    parser.add_argument("--output", type=pathlib.Path, help="the file to write (default: standard output)")
    own, rest = parser.parse_known_args()
    options = run.parse(rest)
    if not emulated():
        sys.exit("instructions are counted one by one under emulation only; on hardware use perf")
    benchmark, row = catalogue.choose([own.benchmark], catalogue.all_benchmarks())[0]
    try:
        row = run.rows_of(benchmark, row, options)[0]
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            launch.run(launch.Mode("jit"), run.request(benchmark, row, options), options.time_limit, folder)
            blocks = emulator.read_blocks(pathlib.Path(folder, "blocks"))
            compiled = hot.compiled_functions(pathlib.Path(folder))
    except launch.Failure as failure:
        sys.exit(f"{own.benchmark}: {failure}")
    counts = executions(blocks)
    functions = sorted((Function(c, counts, options.calls) for c in compiled), key=lambda f: (-f.executed, f.name))[:own.functions]
    command = " ".join(["bench/annotated.py", *sys.argv[1:]])
    text = page(row, command, sum(b.executed for b in blocks) / options.calls, functions, own.least)
    if own.output:
        own.output.write_text(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
