#!/usr/bin/env python3
"""Runs pyperformance itself, several times with the JIT, and says whether every run went well.

    bench/pyperformance_runs.py [--benchmarks richards] [--runs 15] [--modes list,auto=50]

pyperformance measures in a virtual environment of its own, which it makes once and keeps in
build/bench/pyperformance. A run is good when pyperformance reports success and its worker processes
logged at least --functions functions of the program itself as compiled.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from places import OUTPUT, PYTHON

FOLDER = OUTPUT / "pyperformance"
VARIABLES = ("PYTHONPATH", "PYTHONJITAUTO", "PYTHONJITLISTFILE", "PYTHONJITLOGFILE", "PYTHONJITDEBUG")
COMPILED = re.compile(r"^Finished compiling (__main__:\S+)", re.MULTILINE)


def settings(mode, logs):
    """Environment variables of a mode: list for all functions of the program, or auto=N."""
    found = {"PYTHONJITLOGFILE": str(logs / "{pid}"), "PYTHONJITDEBUG": "1"}
    # The folder is needed where the interpreter is the host's own.
    startup = subprocess.run([PYTHON, "-P", "-m", "cinderjit.startup"], capture_output=True, text=True, check=True)
    found["PYTHONPATH"] = startup.stdout.strip()
    word, _, value = mode.partition("=")
    if word == "list":
        patterns = FOLDER / "jitlist"
        patterns.write_text("__main__:*\n")
        found["PYTHONJITLISTFILE"] = str(patterns)
    elif word == "auto" and value.isdigit():
        found["PYTHONJITAUTO"] = value
    else:
        sys.exit(f"unknown mode {mode}")
    return found


def pyperformance(arguments, log, **environment):
    """Runs the command; returns its exit status. Its output goes to the file log."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with open(log, "w") as output:
        return subprocess.run(
            [PYTHON, "-m", "pyperformance", *arguments], cwd=FOLDER, env=clean | environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT).returncode


def one_run(benchmark, mode, number, least):
    """Returns what is wrong with a run, or None, and a text about it."""
    name = f"{benchmark}-{mode.replace('=', '')}-{number}"
    logs = FOLDER / "logs" / name
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    output, result = FOLDER / f"{name}.log", FOLDER / f"{name}.json"
    result.unlink(missing_ok=True)
    environment = settings(mode, logs)
    inherited = ",".join(name for name in VARIABLES if name in environment)
    start = time.monotonic()
    status = pyperformance(
        ["run", "-b", benchmark, "--fast", "--inherit-environ", inherited, "-o", result], output, **environment)
    seconds = time.monotonic() - start
    text = output.read_text(errors="replace")
    per_process = [set(COMPILED.findall(log.read_text(errors="replace"))) for log in logs.iterdir()]
    workers = [names for names in per_process if names]
    functions = min(map(len, workers), default=0)
    told = f"{len(workers)} processes compiled {functions} functions or more of the program; {seconds:.0f} s"
    if status != 0:
        return f"exit status {status}", told
    if "ERROR" in text or "Traceback" in text or not result.exists():
        return f"errors in {output}", told
    if functions < least:
        return f"fewer than {least} functions compiled", told
    return None, told


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--benchmarks", default="richards", help="names, separated by commas")
    parser.add_argument("--modes", default="list,auto=50", help="list and auto=N, separated by commas")
    parser.add_argument("--runs", type=int, default=15, help="runs of each benchmark in each mode")
    parser.add_argument("--functions", type=int, default=18, help="functions that have to be compiled")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not (FOLDER / "venv").exists() and pyperformance(["venv", "create", "-b", options.benchmarks], FOLDER / "venv.log") != 0:
        shutil.rmtree(FOLDER / "venv", ignore_errors=True)
        sys.exit(f"no environment for pyperformance: see {FOLDER / 'venv.log'}")
    bad = 0
    for benchmark in options.benchmarks.split(","):
        for mode in options.modes.split(","):
            good = 0
            for number in range(1, options.runs + 1):
                wrong, told = one_run(benchmark, mode, number, options.functions)
                good += wrong is None
                print(f"{benchmark} {mode} {number}: {wrong or 'good'}; {told}", flush=True)
            print(f"{benchmark} {mode}: {good} of {options.runs} runs good", flush=True)
            bad += options.runs - good
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
