"""The runner of CPython's own tests."""

import json
import os
import pathlib
import subprocess
import sys

HERE = str(pathlib.Path(__file__).parent)
sys.path.insert(0, HERE)
import cpython_suite

sys.path.remove(HERE)

# A module of tests whose function is compiled after some calls, and whose guards always hold.
MODULE = """
import unittest
import cinderjit

def triangle(n):
    total = 0
    for k in range(n):
        total += k
    return total

class Test(unittest.TestCase):
    def test_sum(self):
        for n in range(40):
            self.assertEqual(triangle(n), n * (n - 1) // 2)
        if cinderjit.is_jit_compiled(triangle):
            self.skipTest(str(sum(d["function"].endswith("triangle") for d in cinderjit.get_and_clear_runtime_stats()["deopt"])))
"""


def told(folder, socket, variables):
    """The outcome of the test, what it said, and how many exits were forced, with these variables; compiled at the socket."""
    (folder / "judged.py").write_text(MODULE)
    results, skip = folder / "results", folder / "skip"
    results.write_text("")
    skip.write_text("[]")
    environment = os.environ | variables | {"PYTHONPATH": str(folder), "PYTHONJITCOMPILER": socket}
    # Importing unittest takes long when nothing of it may be kept.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, cpython_suite.__file__, "judged", "--child", results, "--skip", skip], env=environment, check=True, timeout=300)
    facts = [json.loads(line) for line in results.read_text().splitlines()]
    (outcome,) = (fact for fact in facts if "test" in fact)
    return outcome["outcome"], outcome.get("why"), facts[-1]["forced"]


def test_random_settings_follow_from_seed_and_module():
    settings = cpython_suite.at_random("judged", 7)
    assert settings == cpython_suite.at_random("judged", 7)
    assert settings != cpython_suite.at_random("judged", 8)
    assert settings != cpython_suite.at_random("other", 7)


def test_exits_are_forced_though_no_guard_fails(tmp_path, compiler_socket):
    settings = cpython_suite.at_random("judged", 7) | {cpython_suite.FORCED: "5 1"}
    everything = settings | {"PYTHONJITOPTIONS": "force_exits=1,share=100"}
    outcome, failed, forced = told(tmp_path, compiler_socket, everything)
    assert (outcome, failed) == ("skipped", "0") and forced > 20
    assert told(tmp_path, compiler_socket, {}) == ("passed", None, 0)
    nothing = settings | {"PYTHONJITOPTIONS": "force_exits=1,share=1,share_seed=3"}
    assert told(tmp_path, compiler_socket, nothing)[0] == "passed"


def test_the_table_keeps_what_was_run_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(cpython_suite, "KEPT", tmp_path)
    page = cpython_suite.table("").replace(
        "| **0 modules**", "| test_else | 3 | 3 passed | 2 passed, 1 failed | 1 | 1 | 4 | 5 |  |\n| **0 modules**", 1)
    again = cpython_suite.table("", page)
    assert "| test_else | 3 | 3 passed | 2 passed, 1 failed | 1 | 1 | 4 | 5 | older |\n| **1 modules** | 3 |  |  | 1 | 1 |" in again
    assert cpython_suite.table("", again) == again
