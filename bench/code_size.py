#!/usr/bin/env python3
"""How large the machine code of a function is that calls one run-time helper 1, 2 or 200 times.

    bench/code_size.py [--write]     # --write renews docs/code-size.md

It tells what a call costs beyond the first: shared stubs, literals and cold code keep it small.
"""

import argparse
import json
import subprocess
import sys

from places import PYTHON, ROOT

PAGE = ROOT / "docs/code-size.md"
COUNTS = [1, 2, 200]

# name -> (parameters, a statement that needs a helper each time, arguments for the feedback)
PROBES = {
    "Python function that is not inlined": ("x", "helper()", "(1,)"),
    "Python function that is inlined": ("x", "target()", "(1,)"),
    "method": ("x", "x.upper()", "('a',)"),
    "builtin": ("x", "divmod(x, 3)", "(7,)"),
    "attribute of an unknown class": ("x", "x.real", "(1,)"),
    "attribute store": ("x", "x.field = x", "(Plain(),)"),
    "power": ("x", "x ** x", "(2,)"),
    "subscript": ("x", "x[0]", "(bytearray(b'a'),)"),
    "comparison": ("x", "x < 1.5", "(2,)"),
}

# Runs in build/python.
MEASURE = """
import json, sys
import cinderjit
cinderjit.enable()
reason = cinderjit.unavailable_reason()
if reason is not None:
    sys.exit(reason)
def target(): pass
def helper():
    try: pass
    finally: pass
class Plain: pass
probes, counts = json.load(sys.stdin)
answer = {}
for name, (parameters, statement, arguments) in probes.items():
    answer[name] = []
    for count in counts:
        exec(f"def probe({parameters}):\\n" + f"    {statement}\\n" * count)
        for _ in range(20):
            probe(*eval(arguments))
        done = cinderjit.force_compile(probe)
        answer[name].append(cinderjit.get_compiled_size(probe) if done else str(cinderjit.why_not_compiled(probe)))
json.dump(answer, sys.stdout)
"""

HEADER = """# Size of compiled code

Bytes of machine code of a function that has the same statement 1, 2 and 200 times, after 20 calls in the interpreter.
The last column is what one more statement costs. Written by `bench/code_size.py --write`.
"""


def measure():
    """probe -> sizes in bytes, one for each of COUNTS; a text where it was not compiled."""
    done = subprocess.run(
        [PYTHON, "-P", "-c", MEASURE], input=json.dumps([PROBES, COUNTS]), capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout)


def as_table(sizes):
    rows = ["| statement | " + " | ".join(f"{count} ×" for count in COUNTS) + " | each |", "|---|" + "---:|" * (len(COUNTS) + 1)]
    for name, values in sizes.items():
        each = ""
        if all(isinstance(value, int) for value in values):
            each = f"{(values[-1] - values[0]) / (COUNTS[-1] - COUNTS[0]):.1f}"
        rows.append(f"| {name}: `{PROBES[name][1]}` | " + " | ".join(map(str, values)) + f" | {each} |")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write docs/code-size.md too")
    options = parser.parse_args()
    text = as_table(measure())
    print(text)
    if options.write:
        PAGE.write_text(f"{HEADER}\n{text}\n")


if __name__ == "__main__":
    main()
