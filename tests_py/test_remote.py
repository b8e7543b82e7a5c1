"""What is compiled in another process."""

import os
import socket
import struct
import subprocess
import sys

import pytest

from cinderjit import _native


def run(program, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHONJIT")}
    return subprocess.run([sys.executable, "-P", "-c", program], env=clean | environment, capture_output=True, text=True, timeout=300)


def ask(path, snapshot, options=b""):
    """(status, answer) of the process that listens at path."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(b"CJRC" + struct.pack("<II", len(options), len(snapshot)) + options + snapshot)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    status, size = struct.unpack_from("<II", answer)
    assert size == len(answer) - 8
    return status, answer[8:]


def mixed(values, scale):
    total = 0.0
    for index, value in enumerate(values):
        if value > 0.1:
            total += value * scale / 3.0 + index
    return f"{total!r:.20}", [value ** 2 for value in values]


def test_it_compiles_the_same(compiler_socket):
    module = _native.load()
    for function in (mixed, subprocess.Popen.communicate, _native.load, os.path.join):
        for _ in range(20):
            mixed([0.5, 1.5, -2.0], 2.0)
        snapshot = module.take_snapshot(function)
        assert ask(compiler_socket, snapshot) == module.compile_snapshot(snapshot)
        assert module.compile_snapshot(snapshot)[0] == 0


def test_a_process_that_has_everything_compiled(compiler_socket):
    done = run("""
import cinderjit, json
def f(n):
    return sum(i * 2 for i in range(n))
for _ in range(50):
    assert f(10) == 90
assert json.loads(json.dumps({"a": [1, 2.5, None]})) == {"a": [1, 2.5, None]}
print(cinderjit.is_jit_compiled(f), cinderjit.why_not_compiled(f))
""", PYTHONJITALL="1", PYTHONJITCOMPILER=compiler_socket)
    assert (done.stdout, done.stderr) == ("True None\n", "")


def test_options_and_bugs_arrive(compiler_socket):
    done = run("""
import cinderjit
def f():
    return 1
print(cinderjit.force_compile(f), cinderjit.why_not_compiled(f), f())
""", PYTHONJITCOMPILER=compiler_socket, PYTHONJITOPTIONS="bug_in=build")
    assert done.stdout == "False bug in the compiler: compiling __main__.f: bug in stage build: asked for 1\n"


@pytest.mark.parametrize("path, reason", [
    ("/does/not/exist", "the compiler at /does/not/exist does not answer: No such file or directory"),
    ("/" + 200 * "x", f"the compiler at /{200 * 'x'} does not answer: File name too long"),
])
def test_nobody_answers(path, reason):
    done = run("""
import cinderjit
def f():
    return 1
print(cinderjit.force_compile(f), cinderjit.why_not_compiled(f), f())
""", PYTHONJITCOMPILER=path)
    assert (done.stdout, done.stderr) == (f"False {reason} 1\n", "")


def test_an_answer_that_is_cut_off(tmp_path):
    place = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()
        process = subprocess.Popen([sys.executable, "-P", "-c", """
import cinderjit
def f():
    return 1
print(cinderjit.force_compile(f), cinderjit.why_not_compiled(f), f())
"""], env=os.environ | {"PYTHONJITCOMPILER": place}, stdout=subprocess.PIPE, text=True)
        connection, _ = listener.accept()
        with connection.makefile("rb") as request:
            # All of it, or the reason would depend on how far the other process has come.
            _, options, snapshot = struct.unpack("<III", request.read(12))
            request.read(options + snapshot)
        connection.sendall(struct.pack("<II", 0, 100) + b"short")
        connection.close()
        said = process.communicate(timeout=300)[0]
    assert said == f"False the compiler at {place} does not answer: Connection reset by peer 1\n"


def test_forked_children_compile(compiler_socket):
    done = run("""
import cinderjit, os
def f(x):
    return x + 1
cinderjit.enable()
child = os.fork()
if child == 0:
    for i in range(10):
        f(i)
    print(cinderjit.force_compile(f), cinderjit.why_not_compiled(f), f(1), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
""", PYTHONJITCOMPILER=compiler_socket, PYTHONJITDUMP="hir")
    assert done.stdout == "True None 2\n"
