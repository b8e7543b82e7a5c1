#!/usr/bin/env python3
"""Runs richards of the installed pyperformance plain and with the JIT: what was compiled, how fast both are, and
the proof that compiled code ran."""

import argparse
import importlib.metadata
import sys

import catalogue
import launch
import run
import table
from places import SITE, emulated

BENCHMARK = "richards"


def version_of(package):
    found = importlib.metadata.distributions(name=package, path=[str(SITE)])
    return next(iter(found)).version


def show_compiled(record):
    functions = record["compiled"]
    size = sum(function["bytes"] or 0 for function in functions)
    own = [function for function in functions if function["name"].startswith("__main__:")]
    print(f"\ncompiled: {len(functions)} functions, {size} bytes of machine code; {len(own)} belong to the benchmark:")
    for function in own:
        print(f"  {function['bytes']:7}  {function['name'].partition(':')[2]}")
    compilation = record["compilation"]
    if compilation is not None:
        print(f"compiling took {compilation['seconds']:.2f} s")
        own = {name: reason for name, reason in compilation["refused"].items() if name.startswith("__main__:")}
        for name, reason in own.items():
            print(f"not compiled: {name}: {reason}")


def show_exits(record):
    places = record["exits"]
    if places:
        total = sum(place["count"] for place in places)
        print(f"\nexits to the interpreter: {total / len(record['warm']):.0f} a call; the most frequent:")
        print("\n".join(table.exits_text(record, 5)))


def show_speed(plain, jit):
    def row(name, instructions, seconds):
        print(f"  {name:10}  {instructions:>16}  {seconds:>10}")

    def values(record):
        seconds = table.mean(call["seconds"] for call in record["warm"])
        return table.mean(call["instructions"] for call in record["warm"]), seconds

    print("\na warm call:")
    row("", "instructions", "seconds")
    for name, record in (("plain", plain), ("with JIT", jit)):
        instructions, seconds = values(record)
        row(name, "not counted" if instructions is None else f"{instructions:,.0f}", f"{seconds:.3f}")
    (a, b), (c, d) = values(jit), values(plain)
    row("JIT/plain", "" if a is None or not c else f"{a / c:.3f}", f"{b / d:.3f}")
    if emulated():
        print("  (The seconds are those of the emulator and say little about hardware.)")


def show_proof(plain, jit):
    share = table.share(jit)
    if share is not None:
        entries = table.mean(call["entries"] for call in jit["warm"])
        print(f"\nproof: {share:.1%} of these instructions were executed in code that is in no file, "
              f"which was entered {entries:,.0f} times a call")
    elif jit["compiled"]:
        print("\nproof: only under emulation is it counted where instructions are executed")
    print(f"result: {table.same_result(plain, jit)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", default="jit", help="as for bench/run.py (default: %(default)s)")
    chosen = parser.parse_args()
    options = run.parse([])
    benchmark = catalogue.all_benchmarks()[BENCHMARK]
    request = run.request(benchmark, BENCHMARK, options)
    try:
        plain = launch.run(launch.Mode("plain"), request, options.time_limit)
        jit = launch.run(launch.Mode(chosen.mode), request, options.time_limit)
    except launch.Failure as failure:
        sys.exit(f"{failure.details}{BENCHMARK}: {failure}")
    where = "AArch64, emulated" if emulated() else "AArch64"
    print(f"{BENCHMARK} of pyperformance {version_of('pyperformance')}, CPython {plain['python']}, {where}")
    if jit["jit_absent"]:
        sys.exit(f"there is no JIT here: {jit['jit_absent']}")
    show_compiled(jit)
    show_speed(plain, jit)
    show_exits(jit)
    show_proof(plain, jit)
    if table.same_result(plain, jit) == "differs" or not jit["compiled"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
