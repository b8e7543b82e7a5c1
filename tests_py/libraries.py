"""Runs libraries from PyPI, unmodified, plain and with everything compiled, and compares.

    python3 tests_py/libraries.py [NAME…] [--env NAME=VALUE]… [--table [FILE]]

A name is that of a program in libraries/, whose output has to be the same, or of a package whose own
test suite has to have the same outcomes, test by test; without names all are run. The packages are those of
libraries/requirements.txt, without compiled parts; they go to build/libraries. Results are kept there, too,
and --table writes docs/libraries.md, or another file, from all that are there.
"""

import argparse
import difflib
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import time
import xml.etree.ElementTree

import native_compiler

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = HERE / "libraries"
ROOT = HERE.parent
PYTHON = ROOT / "build/python"
FOLDER = ROOT / "build/libraries"
PACKAGES = FOLDER / "packages"
# Packages whose sources on PyPI have their tests, and what is left out of these.
SUITES = {
    "attrs": [],
    "more-itertools": [],
    "jinja2": [],
}
LIMIT = 5400  # seconds that one of them may take
COMPILED = {"PYTHONJITALL": "1"}


def pip():
    """The command of the pip that suits the host."""
    sys.path.insert(0, str(ROOT / "tools"))
    import build

    return build.builder()[1]


def requirements():
    lines = (PROGRAMS / "requirements.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def install():
    """Have the packages and the sources of those with suites in build/libraries."""
    wanted = requirements()
    stamp, value = FOLDER / "stamp", hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == value:
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    command = pip()
    environment = dict(os.environ, PIP_ROOT_USER_ACTION="ignore", PIP_DISABLE_PIP_VERSION_CHECK="1")
    subprocess.run([*command, "install", "-q", "--no-deps", "--no-compile", "--target", PACKAGES, *wanted], env=environment, check=True)
    for library in PACKAGES.rglob("*.so"):
        library.unlink()
    for name in SUITES:
        requirement, = (r for r in wanted if r.lower().startswith(f"{name}=="))
        subprocess.run([*command, "download", "-q", "--no-deps", "--no-binary", ":all:", "--dest", FOLDER, requirement], env=environment, check=True)
    for archive in FOLDER.glob("*.tar.gz"):
        with tarfile.open(archive) as tar:
            tar.extractall(FOLDER, filter="data")
        archive.unlink()
    stamp.write_text(value)


def sources(name):
    """Where the sources of a package are."""
    found, = FOLDER.glob(f"{name.replace('-', '?')}-*")
    return found


def run(command, folder, settings):
    """Run a command of the Python under test; return the completed process and its seconds."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"PYTHONPATH": str(PACKAGES), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", **settings}
    start = time.monotonic()
    done = subprocess.run([PYTHON, *command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT)
    return done, time.monotonic() - start


def run_program(name, settings):
    """What a program writes and how it ends, as one "outcome". Without the JIT it has to end well."""
    done, seconds = run([PROGRAMS / f"{name}.py"], PROGRAMS, settings)
    if not settings and done.returncode != 0:
        sys.exit(f"{name} fails without the JIT: {done.stderr}")
    return {"output": f"{done.stdout}{done.stderr}exit status {done.returncode}"}, seconds


def run_suite(name, settings):
    """The outcomes of a package's tests by name."""
    report = FOLDER / f"{name}.xml"
    report.unlink(missing_ok=True)
    # What a suite's own configuration asks for is for its developers: plugins, timings, warnings that new versions of Python add.
    options = ["-q", "-o", "addopts=", "-W", "default", "-p", "no:cacheprovider", "--junitxml", report]
    options += [option for test in SUITES[name] for option in ("--deselect", test)]
    done, seconds = run(["-m", "pytest", *options, "tests"], sources(name), {"HYPOTHESIS_STORAGE_DIRECTORY": str(FOLDER / "hypothesis"), **settings})
    if not report.exists():
        return {"pytest": f"{done.stdout}{done.stderr}exit status {done.returncode}"}, seconds
    outcomes = {}
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        told = {child.tag: child.get("message") or "" for child in case if child.tag in ("failure", "error", "skipped")}
        outcome = next(iter(told), "passed")
        outcomes[f"{case.get('classname')}.{case.get('name')}"] = outcome if outcome != "failure" else "failed"
    return outcomes, seconds


def differences(plain, compiled):
    """Yield what differs, as texts."""
    for name in sorted(plain.keys() | compiled.keys()):
        told = [str(outcomes.get(name, "nothing")) for outcomes in (plain, compiled)]
        if told[0] != told[1]:
            yield "\n".join([name, *difflib.unified_diff(told[0].splitlines(), told[1].splitlines(), "plain", "compiled", lineterm="", n=1)])


def summary(outcomes):
    if "output" in outcomes:
        return f"{len(outcomes['output'].splitlines()) - 1} lines"
    counts = {}
    for outcome in outcomes.values():
        counts[outcome] = counts.get(outcome, 0) + 1
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))


def judge(name, settings):
    """Run plain and compiled; print and keep what came of it. Returns whether they are the same."""
    runner = run_suite if name in SUITES else run_program
    plain, plain_seconds = runner(name, {})
    compiled, seconds = runner(name, settings)
    differing = list(differences(plain, compiled))
    print(f"{name}: {summary(plain)}; {len(differing)} differ; {plain_seconds:.0f} s and {seconds:.0f} s", flush=True)
    for text in differing:
        print("   ", text.replace("\n", "\n    "), flush=True)
    record = {"plain": summary(plain), "compiled": summary(compiled), "differ": len(differing), "seconds": [round(plain_seconds), round(seconds)]}
    (FOLDER / f"{name}.json").write_text(json.dumps(record))
    return not differing


def write_table(path):
    lines = [
        "# Libraries", "",
        "Made by `python3 tests_py/libraries.py --table`: libraries from PyPI, unmodified, at the versions of",
        "[tests_py/libraries/requirements.txt](../tests_py/libraries/requirements.txt), with every function compiled at its first call",
        "(`PYTHONJITALL=1`), the test runner's included, under emulation. Programs have to write the same as plain, tests to have the same outcome.", "",
        "| program or test suite | plain | compiled | differ | seconds plain | compiled |", "|---|---|---|---|---|---|",
    ]
    for file in sorted(FOLDER.glob("*.json")):
        r = json.loads(file.read_text())
        lines.append(f"| {file.stem} | {r['plain']} | {r['compiled']} | {r['differ']} | {r['seconds'][0]} | {r['seconds'][1]} |")
    path.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [*sorted(path.stem for path in PROGRAMS.glob("*.py")), *SUITES]
    parser.add_argument("names", nargs="*", choices=[*names, []], metavar="NAME")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="instead of PYTHONJITALL=1")
    parser.add_argument("--table", nargs="?", type=pathlib.Path, const=ROOT / "docs/libraries.md", metavar="FILE")
    options = parser.parse_args()
    install()
    settings = dict(setting.split("=", 1) for setting in options.env) or COMPILED
    same = True
    if options.names or not options.table:
        with native_compiler.compiler() as socket:
            for name in options.names or names:
                same &= judge(name, {**settings, "PYTHONJITCOMPILER": socket})
    if options.table:
        write_table(options.table)
    sys.exit(not same)


if __name__ == "__main__":
    main()
