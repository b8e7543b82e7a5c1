"""Starts build/compilerd, which compiles natively for emulated processes (docs/remote.md)."""

import atexit
import contextlib
import os
import pathlib
import subprocess
import tempfile

# Names the socket to test processes. Not a setting of the JIT: those load it at start-up.
VARIABLE = "COMPILER_SOCKET"

PROGRAM = pathlib.Path(__file__).parent.parent / "build/compilerd"


@contextlib.contextmanager
def compiler():
    """Runs it as long as the context lasts; gives the path of its socket. It ends with this process in any case."""
    with tempfile.TemporaryDirectory(prefix="compiler") as folder:
        path = os.path.join(folder, "socket")
        process = subprocess.Popen([PROGRAM, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if process.stdout.readline() != "listening\n":
                raise RuntimeError(f"{PROGRAM} does not start")
            yield path
        finally:
            process.stdin.close()
            process.wait()
            process.stdout.close()


def compile_natively():
    """Has what this process starts compile natively, until it ends."""
    stack = contextlib.ExitStack()
    os.environ[VARIABLE] = stack.enter_context(compiler())
    atexit.register(stack.close)


def use():
    """Has this process compile there, if it is one of those."""
    from cinderjit import _native

    _native.load().set_option("remote", os.environ.get(VARIABLE))
