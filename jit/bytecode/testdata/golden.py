"""Renew the section `code` of golden tests from their section `source.py`.

    build/python jit/bytecode/testdata/golden.py jit/bytecode/testdata/listing/*.txtar
    go test ./jit/bytecode -run TestListing -update

The code is that of `function`. If the source defines `warm`, it is called, and
the specialised code is written with the values in its caches cleared.
"""

import dis
import re
import sys


def specialized(code):
    raw = bytearray(code._co_code_adaptive)
    for instr in dis.get_instructions(code):
        units = sum(size for _, size, _ in instr.cache_info or ())
        raw[instr.offset + 2 : instr.offset + 2 + 2 * units] = bytes(2 * units)
    return bytes(raw)


def section(source):
    names = {}
    exec(compile(source, "source.py", "exec"), names)
    code = names["function"].__code__
    if "warm" in names:
        names["warm"]()
    locals_plus = [*code.co_varnames, *(n for n in code.co_cellvars if n not in code.co_varnames), *code.co_freevars]
    consts = [f"<code {c.co_name}>" if hasattr(c, "co_code") else repr(c) for c in code.co_consts]
    lines = {
        "first": code.co_firstlineno,
        "stack": code.co_stacksize,
        "locals": " ".join(locals_plus),
        "names": " ".join(code.co_names),
        "consts": " ".join(c.replace(" ", "") for c in consts),
        "code": (specialized(code) if "warm" in names else code.co_code).hex(),
        "table": code.co_exceptiontable.hex(),
        "lines": code.co_linetable.hex(),
    }
    return "".join(f"{key} {value}\n" for key, value in lines.items() if value != "")


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        parts = re.split(r"^-- (.+) --\n", file.read(), flags=re.M)
    sections = dict(zip(parts[1::2], parts[2::2]))
    if "source.py" not in sections:
        continue
    listing = sections.pop("listing", "")
    sections["code"] = section(sections["source.py"])
    sections["listing"] = listing
    with open(path, "w", encoding="utf-8") as file:
        file.write(parts[0] + "".join(f"-- {name} --\n{text}" for name, text in sections.items()))
