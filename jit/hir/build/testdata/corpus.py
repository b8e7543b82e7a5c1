"""Makes corpus.txtar.gz: python corpus.py

The snapshots, as the C side takes them, of the functions in the programs of the
differential tests after they have run for a while. Runs under the interpreter
that cinderjit is for, with cinderjit installed.
"""

import contextlib
import gzip
import io
import pathlib
import re
import sys
import types

import cinderjit

here = pathlib.Path(__file__).resolve().parent
tests = here.parents[3] / "tests_py"
sys.path.insert(0, str(tests))
import program  # noqa: E402

LIMIT = 40  # functions of a program
RUNS = 30  # how often each input is used


def functions(space, name):
    for v in list(space.values()):
        if isinstance(v, types.FunctionType) and v.__module__ == name:
            yield v
        elif isinstance(v, type) and v.__module__ == name:
            for f in vars(v).values():
                if isinstance(f, types.FunctionType):
                    yield f


def run(path):
    name = path.stem
    module = types.ModuleType(name)
    sys.modules[name] = module
    source = compile(path.read_text(), f"programs/{path.name}", "exec")
    cases = program.collect(vars(module), lambda space: exec(source, space))
    with contextlib.redirect_stdout(io.StringIO()):
        for case in cases:
            for _ in range(RUNS):
                for arguments in case.inputs:
                    with contextlib.suppress(Exception):
                        eval(f"case.function({arguments})", {**vars(module), "case": case})
    done = 0
    for f in functions(vars(module), name):
        if done == LIMIT:
            break
        try:
            text = cinderjit.dump(f, "snapshot")
        except Exception as reason:
            print(f"{name}.{f.__qualname__}: {reason}")
            continue
        text = re.sub(r'(?m)^(  file ").*/', r"\1", text)
        text = re.sub(r"(?m)^  locations .*\n", "", text)
        yield f"-- {name}.{f.__qualname__} --\n{text}"
        done += 1


out = "".join(text for path in sorted((tests / "programs").glob("*.py")) for text in run(path))
with gzip.GzipFile(here / "corpus.txtar.gz", "wb", mtime=0) as z:
    z.write(out.encode())
print(len(out))
