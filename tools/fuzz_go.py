"""Runs all of Go's fuzz targets, one after the other, for some seconds each.

    tools/fuzz_go.py [--seconds N] [TARGET…]

A target is PACKAGE.NAME, such as jit/hir.FuzzParse; all without names. What a target finds is kept by Go beside it, in testdata/fuzz, as a
test from then on. docs/fuzzing.md says what they are.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("aarch64", "jit", "tests_go")
# What Go's packages must have: who renames one of these sees that it is not run any more.
EXPECTED = {"jit/bytecode.FuzzAnalyze", "jit/hir.FuzzParse", "tests_go.FuzzCompile", "jit/regalloc.FuzzAllocate"}
# Beside the fuzzing itself: building the instrumented test, and the seeds.
PATIENCE = 600  # seconds


def targets():
    """(package, name) of every fuzz target, in order."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*_test.go")):
            for name in re.findall(r"^func (Fuzz\w+)\(", path.read_text(), re.M):
                yield path.parent.relative_to(ROOT).as_posix(), name


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: %(default)s)")
    options = parser.parse_args()
    found = {f"{package}.{name}": (package, name) for package, name in targets()}
    absent = (EXPECTED | set(options.targets)) - found.keys()
    if absent:
        sys.exit(f"there is no {', '.join(sorted(absent))}")
    failed = []
    for target in options.targets or found:
        package, name = found[target]
        command = [
            "go", "test", f"./{package}", "-run", "^$", "-fuzz", f"^{name}$", "-fuzztime", f"{options.seconds}s",
            # By time, making inputs as long as snapshots smaller would take most of it.
            "-fuzzminimizetime", "500x", "-parallel", str(min(2, os.cpu_count() or 1))]
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=options.seconds + PATIENCE)
        executions = re.findall(r"execs: (\d+)", done.stdout)
        print(f"{target}: {executions[-1] if executions else 0} executions, {'nothing found' if done.returncode == 0 else 'FAILED'}", flush=True)
        if done.returncode != 0:
            failed.append(target)
            print(done.stdout, flush=True)
    print(f"{len(options.targets or found)} targets, {len(failed)} failed", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
