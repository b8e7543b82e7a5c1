"""Runs modules of CPython's own test suite plain and with everything compiled, and compares.

    build/python tests_py/cpython_suite.py [MODULE…] [--env NAME=VALUE]… [--match PATTERN] [--only plain|jit]

Every test of a module (test.test_dict and so on; without arguments those of MODULES) runs
in one process without the JIT and in one with PYTHONJITALL=1, or with the given variables.
Printed is every test whose outcome differs, with what it said. A process that crashes or
hangs is told with the test that did it, and the rest is run without that test.
"""

import argparse
import fnmatch
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

MODULES = (
    "test_dict test_list test_long test_float test_call test_functools test_exceptions test_scope test_unpack test_patma test_with "
    "test_compile test_weakref test_gc test_traceback"
).split()
# Differences that are understood: outcomes by test, and why.
KNOWN = pathlib.Path(__file__).with_name("cpython_suite_known.txt")
MAX_CRASHES = 25


def child(module, results, match, skip):
    """Run the tests of a module in this process; note their outcomes in the file results."""
    import unittest

    log = open(results, "a", buffering=1)

    def note(**facts):
        log.write(json.dumps(facts) + "\n")

    class Result(unittest.TestResult):
        def startTest(self, test):
            super().startTest(test)
            note(begin=test.id())

        def addSuccess(self, test):
            note(test=test.id(), outcome="passed")

        def addSkip(self, test, reason):
            note(test=test.id(), outcome="skipped", why=reason)

        def addExpectedFailure(self, test, error):
            note(test=test.id(), outcome="failed as expected")

        def addUnexpectedSuccess(self, test):
            note(test=test.id(), outcome="passed unexpectedly")

        def addFailure(self, test, error):
            note(test=test.id(), outcome="failed", why=self._exc_info_to_string(error, test))

        def addError(self, test, error):
            note(test=test.id(), outcome="error", why=self._exc_info_to_string(error, test))

        def addSubTest(self, test, subtest, error):
            if error is not None:
                note(test=test.id(), outcome="failed", why=f"{subtest}\n{self._exc_info_to_string(error, test)}")


    def prune(suite):
        """Remove from a suite what is not wanted; class and module fixtures stay."""
        kept = []
        for item in suite:
            if isinstance(item, unittest.TestSuite):
                prune(item)
                kept.append(item)
            elif item.id() not in skip and fnmatch.fnmatch(item.id(), f"*{match}*"):
                kept.append(item)
        suite._tests = kept

    loader = unittest.TestLoader()
    suite = loader.loadTestsFromName(module)
    for error in loader.errors:
        note(test=module, outcome="error", why=error)
    prune(suite)
    suite.run(Result())
    note(done=True)


def run_module(module, variables, match="", timeout=1800):
    """Return the outcomes {test: (outcome, why)} of a module in processes with some environment variables."""
    outcomes, skip = {}, []
    while True:
        with tempfile.TemporaryDirectory(prefix="suite") as folder:
            results = os.path.join(folder, "results")
            open(results, "w").close()
            os.mkdir(os.path.join(folder, "work"))
            command = [sys.executable, "-X", "faulthandler", os.path.abspath(__file__), module, "--child", results, "--match", match]
            for name in skip:
                command += ["--skip", name]
            environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHONJIT")} | variables
            environment["PYTHONHASHSEED"] = "0"
            process = subprocess.Popen(
                command, cwd=os.path.join(folder, "work"), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
            try:
                said = process.communicate(timeout=timeout)[0]
                ended = f"exit status {process.returncode}"
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGABRT)
                try:
                    said = process.communicate(timeout=20)[0]
                except subprocess.TimeoutExpired:
                    process.kill()
                    said = process.communicate()[0]
                ended = f"stopped after {timeout} s"
            running = None
            finished = False
            for line in open(results):
                if not line.endswith("\n"):
                    break
                facts = json.loads(line)
                if "begin" in facts:
                    running = facts["begin"]
                elif "test" in facts:
                    if outcomes.get(facts["test"], ("passed",))[0] in ("passed", "skipped"):
                        outcomes[facts["test"]] = facts["outcome"], facts.get("why", "")
                else:
                    finished = True
        if finished:
            return outcomes
        name = running or module
        outcomes[name] = "crashed", f"{ended}\n{said[-3000:]}"
        if running is None or name in skip or len(skip) == MAX_CRASHES:
            return outcomes
        skip.append(name)


def known_differences():
    """Patterns of tests that are known to differ, with the reason."""
    known = {}
    if KNOWN.exists():
        for line in KNOWN.read_text().splitlines():
            if line and not line.startswith("#"):
                pattern, _, reason = line.partition(" ")
                known[pattern] = reason.strip()
    return known


def compare(module, variables, match="", only=None):
    """Run a module both ways; print what differs; return the number of differences not known."""
    full = module if module.startswith("test.") else f"test.{module}"
    started = time.monotonic()
    plain = {} if only == "jit" else run_module(full, {}, match)
    middle = time.monotonic()
    jit = {} if only == "plain" else run_module(full, variables, match)
    ended = time.monotonic()
    known = known_differences()
    unexplained = 0
    lines = []
    for test in sorted(plain | jit):
        before = plain.get(test, ("missing", ""))[0] if only != "jit" else "passed"
        after, why = jit.get(test, ("missing", "")) if only != "plain" else plain[test]
        if before == after or only == "jit" and after == "skipped":
            continue
        reason = next((r for p, r in known.items() if fnmatch.fnmatch(test, p)), None)
        unexplained += reason is None
        lines.append(f"  {test}: {before} -> {after}" + (f" (known: {reason})" if reason else "\n" + indented(why)))
    counts = {}
    for outcome, _ in (jit or plain).values():
        counts[outcome] = counts.get(outcome, 0) + 1
    told = ", ".join(f"{n} {outcome}" for outcome, n in sorted(counts.items()))
    print(f"{module}: {told}; {len(lines)} differ, {unexplained} unexplained; {middle - started:.0f} s and {ended - middle:.0f} s", flush=True)
    for line in lines:
        print(line, flush=True)
    return unexplained


def indented(text):
    return "\n".join("      " + line for line in text.strip().splitlines()[-40:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="instead of PYTHONJITALL=1")
    parser.add_argument("--match", default="", help="only tests whose name contains this pattern")
    parser.add_argument("--only", choices=["plain", "jit"], help="run one of the two, show what did not pass")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--skip", action="append", default=[], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        sys.path.pop(0)
        child(options.modules[0], options.child, options.match, set(options.skip))
        return 0
    variables = dict(pair.split("=", 1) for pair in options.env) or {"PYTHONJITALL": "1"}
    return sum(compare(module, variables, options.match, options.only) for module in options.modules or MODULES) != 0


if __name__ == "__main__":
    sys.exit(main())
