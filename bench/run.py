#!/usr/bin/env python3
"""Measures pyperformance's benchmarks plain and with the JIT.

    bench/run.py [--benchmarks richards,deltablue] [--modes plain,jit,auto=50,cpython-jit]
    bench/run.py --all
    bench/run.py --list

Under emulation executed instructions are counted; on hardware those that the processor
counts, where that is permitted, and else the time. bench/README.md says how to read the result.
"""

import argparse
import json
import pathlib
import sys

import catalogue
import launch
import refcounts
import table
from places import OUTPUT, PYTHON, emulated


def request(benchmark, row, options):
    """What the worker is asked; row None asks for the names of the program's rows."""
    return {
        "program": str(benchmark.program),
        "arguments": benchmark.arguments,
        "row": row,
        "loops": benchmark.loops(row) * options.loops,
        "sizes": None if options.original_sizes else benchmark.size(row),
        "reduction": None if options.original_sizes else benchmark.reduction(row),
        "check": benchmark.check(row),
        "warmup": options.warmup,
        "max_warmup": options.max_warmup,
        "warmup_seconds": options.time_limit / 3,
        "calls": options.calls,
    }


def key(record):
    return record["row"], record["mode"], record["settings"]


class Session:
    """The records of one output file, and the measuring of those that are not in it yet."""

    def __init__(self, options):
        self.options = options
        self.settings = json.dumps([options.warmup, options.loops, options.calls, options.original_sizes])
        self.path = options.output
        self.records = []
        if options.resume and self.path and self.path.exists():
            self.records = [json.loads(line) for line in self.path.read_text().splitlines()]
        elif self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text("")
        self.done = {key(record): record for record in self.records}
        self.shown = []

    def measure(self, benchmark, row, mode):
        known = self.done.get((row, mode.name, self.settings))
        if known is None:
            try:
                record = launch.run(mode, request(benchmark, row, self.options), self.options.time_limit)
            except launch.Failure as failure:
                record = {"failure": str(failure), "details": failure.details}
            known = {"row": row, "benchmark": benchmark.name, "mode": mode.name, "policy": mode.policy,
                     "settings": self.settings} | record
            if self.path:
                with open(self.path, "a") as file:
                    file.write(json.dumps(known) + "\n")
        self.shown.append(known)
        cells = table.line(known, table.plain_record(known, self.shown))
        print("  ".join(cell for cell in cells if cell), file=sys.stderr, flush=True)


def rows_of(benchmark, row, options):
    """The names of the rows to measure. Raises launch.Failure.

    A program has to be run to tell them; the answer is kept.
    """
    if row is not None:
        return [row]
    path = OUTPUT / "rows.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    call = " ".join([str(benchmark.program), *benchmark.arguments])
    if call not in known:
        answer = launch.run(launch.Mode("plain"), request(benchmark, None, options), options.time_limit)
        known[call] = answer["rows"]
        OUTPUT.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(known, indent=1, sort_keys=True))
    return known[call]


def show_list(benchmarks):
    for benchmark in benchmarks.values():
        print(benchmark.name if benchmark.refused is None else f"{benchmark.name}: no: {benchmark.refused}")


def show_exits(records, limit):
    for record in records:
        if "failure" in record or record["policy"] is None:
            continue
        refused = (record["compilation"] or {}).get("refused", {})
        lines = [*table.exits_text(record, limit), *(f"  not compiled: {name}: {why}" for name, why in refused.items())]
        if lines:
            print(f"\n{record['row']}, {record['mode']}, exits a call:", *lines, sep="\n")


def refcount_table(chosen, options):
    """The rows of increments and decrements of reference counts that a warm call executes in each mode."""
    lines = []
    for benchmark, row in chosen:
        if benchmark.refused:
            continue
        for name in rows_of(benchmark, row, options):
            plain = None
            for mode in options.modes:
                try:
                    inside, everywhere = refcounts.measure(mode, request(benchmark, name, options), options.calls, options.time_limit)
                except launch.Failure as failure:
                    lines.append([name, mode.name, str(failure), *[""] * 4])
                    continue
                total = sum(everywhere)
                if mode.policy is None and plain is None:
                    plain = total
                lines.append([name, mode.name, *(f"{n / 1e3:.1f} k" for n in everywhere), *(f"{n / 1e3:.1f} k" for n in inside),
                              f"{total / plain:.3f}" if plain else ""])
    return lines


def parse(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="modes:\n" + launch.Mode.__doc__.split("\n", 2)[2])
    parser.add_argument("--benchmarks", metavar="A,B", help="benchmarks or rows; default: the core rows")
    parser.add_argument("--all", action="store_true", help="every benchmark that can run here")
    parser.add_argument("--list", action="store_true", help="name the benchmarks, and why some cannot run; measure nothing")
    parser.add_argument("--modes", default="plain,jit", metavar="M,N", help="default: %(default)s")
    parser.add_argument("--warmup", type=int, default=3, help="calls before the measured ones (default: %(default)s)")
    parser.add_argument("--max-warmup", type=int, default=80,
                        help="calls to wait until no more functions are compiled (default: %(default)s)")
    parser.add_argument("--calls", type=int, default=3, help="measured calls (default: %(default)s)")
    parser.add_argument("--loops", type=int, default=1, help="runs of the benchmark in a call (default: %(default)s)")
    parser.add_argument("--original-sizes", action="store_true", help="do not reduce the benchmarks' arguments")
    parser.add_argument("--time-limit", type=float, default=300, metavar="S", help="seconds for a process (default: %(default)s)")
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT / "results.jsonl",
                        help="file of the full records, one JSON object a line (default: build/bench/results.jsonl)")
    parser.add_argument("--resume", action="store_true", help="measure only what the output file does not have")
    parser.add_argument("--exits", type=int, default=0, metavar="N",
                        help="show the N places of each row where compiled code is left most often, and refused functions")
    parser.add_argument("--refcounts", action="store_true",
                        help="run each row again and show how many reference counts a warm call changes (under emulation)")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the table to this file too")
    options = parser.parse_args(arguments)
    try:
        options.modes = [launch.Mode(text) for text in options.modes.split(",")]
    except ValueError as error:
        parser.error(str(error))
    return options


def main(arguments=None):
    options = parse(arguments)
    if not PYTHON.exists():
        sys.exit("build/python is missing; make build")
    benchmarks = catalogue.all_benchmarks()
    if options.list:
        return show_list(benchmarks)
    names = list(benchmarks) if options.all else (options.benchmarks or ",".join(catalogue.CORE)).split(",")
    try:
        chosen = catalogue.choose(names, benchmarks)
    except KeyError as error:
        sys.exit(f"unknown benchmark {error.args[0]}; --list names them")
    session = Session(options)
    refused = []
    for benchmark, row in chosen:
        if benchmark.refused:
            refused.append(f"{benchmark.name}: {benchmark.refused}")
            continue
        try:
            rows = rows_of(benchmark, row, options)
        except launch.Failure as failure:
            refused.append(f"{benchmark.name}: {failure}")
            continue
        for name in rows:
            for mode in options.modes:
                session.measure(benchmark, name, mode)
    lines = table.lines(session.shown)
    ending = [*table.summary(session.shown), *(f"not run: {reason}" for reason in refused)]
    print(table.as_text(lines))
    print("\n".join(ending))
    if options.exits:
        show_exits(session.shown, options.exits)
    counted = []
    if options.refcounts:
        if not emulated():
            sys.exit("reference counts are counted under emulation only")
        counted = refcount_table(chosen, options)
        print(table.as_text(counted, refcounts.COLUMNS))
    if options.markdown:
        text = table.as_markdown(lines) + "\n\n" + "".join(f"- {sentence}\n" for sentence in ending)
        if counted:
            text += "\n" + table.as_markdown(counted, refcounts.COLUMNS) + "\n"
        options.markdown.write_text(text)
    return 1 if any("failure" in record for record in session.shown) else 0


if __name__ == "__main__":
    sys.exit(main())
