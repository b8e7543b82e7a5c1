"""Starts a measured process in a mode and brings back what it found."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

import emulator
from places import BENCH, PACKAGES, PYTHON, emulated

# The functions of the benchmark program itself.
MAIN_PROGRAM = "__main__:*"
# Calls after which the functions of a list are compiled.
LIST_CALLS = 10


class Mode:
    """How the interpreter runs: a name on the command line, environment variables, and a policy.

    plain        the interpreter alone
    jit          every function that ran during the warm-up is compiled then
    auto=N       functions are compiled after N calls
    all          every function is compiled at its first call
    list[=P;Q]   functions whose module:name fits a pattern (without one: all of the program itself)
    cpython-jit  CPython's own compiler

    NAME=VALUE pairs after a plus sign are more environment variables, such as auto=50+PYTHONJITDEBUG=1.
    """

    def __init__(self, text):
        self.name = text
        word, *more = text.split("+")
        word, _, value = word.partition("=")
        self.environment = dict(pair.split("=", 1) for pair in more)
        self.policy = "auto"
        self.patterns = None
        self.threshold = 0  # calls after which a function is compiled
        if word == "plain" and not value:
            self.policy = None
        elif word == "jit" and not value:
            self.policy = "force"
        elif word == "auto" and value.isdigit():
            self.environment["PYTHONJITAUTO"] = value
            self.threshold = int(value)
        elif word == "all" and not value:
            self.environment["PYTHONJITALL"] = "1"
        elif word == "list":
            self.patterns = value.split(";") if value else [MAIN_PROGRAM]
            self.threshold = LIST_CALLS
        elif word == "cpython-jit" and not value:
            self.policy = None
            self.environment["PYTHON_JIT"] = "1"
        else:
            raise ValueError(f"unknown mode {text}")


class Failure(Exception):
    """A measured process that did not end well; the text says how, details is the end of its standard error."""

    def __init__(self, text, details=""):
        super().__init__(text)
        self.details = details[-4000:]


def environment(mode, folder):
    """A fixed environment, so that counts repeat: hash seeds and the size of the stack depend on it."""
    fixed = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR", "QEMU_CPU") if name in os.environ}
    fixed |= {"LC_ALL": "C.UTF-8", "PYTHONFAULTHANDLER": "1", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(PACKAGES)}
    if mode.patterns:
        path = pathlib.Path(folder, "jitlist")
        path.write_text("".join(pattern + "\n" for pattern in mode.patterns))
        fixed["PYTHONJITLISTFILE"] = str(path)
    return fixed | mode.environment


def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""


def run(mode, request, time_limit, profile_folder=None):
    """Gives the worker a request and returns its answer.

    With profile_folder, executions of blocks are written there, too. Raises Failure.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        settings = environment(mode, folder)
        counts = None
        if emulated():
            counts = os.path.join(folder, "counts")
            blocks = os.path.join(profile_folder, "blocks") if profile_folder else None
            settings["CINDERJIT_QEMU_ARGS"] = emulator.arguments(counts, blocks)
        question, answer = os.path.join(folder, "request"), os.path.join(folder, "answer")
        request = request | {
            "counts": counts,
            "policy": mode.policy,
            "snapshot": str(profile_folder) if profile_folder else None,
            # A function that the benchmark calls once is compiled too.
            "warmup": max(request["warmup"], mode.threshold + 1),
        }
        pathlib.Path(question).write_text(json.dumps(request))
        process = subprocess.Popen(
            [PYTHON, BENCH / "worker", question, answer], env=settings, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True)
        try:
            _, errors = process.communicate(timeout=time_limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failure(f"longer than {time_limit} s") from None
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        if process.returncode < 0:
            raise Failure(f"{signal.Signals(-process.returncode).name}; {last_line(errors)}", errors)
        if process.returncode != 0:
            raise Failure(last_line(errors) or f"exit status {process.returncode}", errors)
        return json.loads(pathlib.Path(answer).read_text())
