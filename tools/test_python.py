"""Runs the Python tests, each file in a process of its own.

A JIT changes the process that it is turned on in, so that files do not share
one, and a crash costs one file. Two files run at a time. Arguments are passed
to pytest, except names of files, which select what is run.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = ROOT / "build" / "python"
TIME_LIMIT = 2400  # seconds for one file, under emulation on a loaded machine


def run(path, arguments):
    """Run one file. Returns its name, the exit status, the output and the seconds."""
    start = time.monotonic()
    command = [PYTHON, "-X", "faulthandler", "-m", "pytest", "--import-mode=importlib", "-q", *arguments, path]
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=TIME_LIMIT)
        status, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as error:
        status, output = "timeout", (error.stdout or b"").decode(errors="replace")
    return path.name, status, output, time.monotonic() - start


def main(arguments):
    files = [ROOT / a for a in arguments if a.endswith(".py")]
    arguments = [a for a in arguments if not a.endswith(".py")]
    files = files or sorted((ROOT / "tests_py").glob("test_*.py"), key=lambda p: -p.stat().st_size)
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        jobs = [pool.submit(run, path, arguments) for path in files]
        for job in concurrent.futures.as_completed(jobs):
            name, status, output, seconds = job.result()
            lines = output.strip().splitlines() or [""]
            print(f"{name}: {lines[-1].strip('= ')} [{seconds:.0f} s]", flush=True)
            for number, word in re.findall(r"(\d+) (passed|failed|skipped|error)", lines[-1]):
                totals["failed" if word == "error" else word] += int(number)
            if status not in (0, 5):  # 5: none selected
                bad += 1
                if not re.search(r"\d+ (failed|error)", lines[-1]):
                    totals["failed"] += 1
                print(f"{name}: status {status}\n{output}", flush=True)
    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
