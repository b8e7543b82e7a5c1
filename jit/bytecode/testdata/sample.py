"""Write code objects with what CPython says about them, for the Go tests.

    build/python jit/bytecode/testdata/sample.py > jit/bytecode/testdata/sample.txt

writes the sample that is checked in: some of the standard library, chosen so
that each opcode occurs, and the functions of features.py beside this file,
after they ran, with the specialised and instrumented forms they then hold.
With --all every code object of the standard library is written; the Go tests
read such a file when CINDERJIT_BYTECODE_CORPUS names it.

A record is a line `object NAME` followed by lines of one key and its values:

    sizes      co_firstlineno co_stacksize co_nlocalsplus len(co_names) len(co_consts)
    code       co_code
    adaptive   co_code_adaptive, pointers in it cleared; missing if it is the same
    table      co_exceptiontable
    lines      co_linetable
    units      code units of each instruction, prefixes and cache included, in base 36
    opargs     OFFSET:OPARG of instructions with prefixes
    jumps      OFFSET:TARGET as dis has it
    handlers   START:END:TARGET:DEPTH:LASTI
    positions  CRC-32 of the text of co_positions()
"""

import dis
import opcode
import os
import sys
import types
import zlib

EXTENDED_ARG = opcode.opmap["EXTENDED_ARG"]
SAMPLE = 230
LONGEST = 700

# Forms with a pointer in their cache: first code unit and number of units.
POINTERS = {"BINARY_OP_EXTEND": (2, 4)}
POINTERS |= {
    name: (6, 4)
    for name in opcode._specialized_opmap
    if name.startswith("LOAD_ATTR_")
    and ("METHOD" in name or "CLASS" in name or "NONDESCRIPTOR" in name or name.endswith(("PROPERTY", "OVERRIDDEN")))
}


def code_objects(code):
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from code_objects(const)


def without_pointers(code):
    raw = bytearray(code._co_code_adaptive)
    for instr in dis.get_instructions(code):
        name = dis.opname[raw[instr.offset]]
        if name in POINTERS:
            first, count = POINTERS[name]
            at = instr.offset + 2 * first
            raw[at : at + 2 * count] = bytes(2 * count)
    return bytes(raw)


def record(name, code):
    instrs = [i for i in dis.get_instructions(code) if i.opcode != EXTENDED_ARG]
    locals_plus = len(code.co_varnames) + len(set(code.co_cellvars) - set(code.co_varnames)) + len(code.co_freevars)
    text = ";".join(
        ",".join("-1" if part is None else str(part) for part in position) for position in code.co_positions()
    )
    lines = {
        "sizes": f"{code.co_firstlineno} {code.co_stacksize} {locals_plus} {len(code.co_names)} {len(code.co_consts)}",
        "code": code.co_code.hex(),
        "adaptive": "",
        "table": code.co_exceptiontable.hex(),
        "lines": code.co_linetable.hex(),
        "units": "".join(
            "0123456789abcdefghijklmnopqrstuvwxyz"[(i.cache_offset + 2 * cache_units(i) - i.start_offset) // 2] for i in instrs
        ),
        "opargs": " ".join(f"{i.offset}:{i.arg}" for i in instrs if i.start_offset != i.offset),
        "jumps": " ".join(f"{i.offset}:{i.jump_target}" for i in instrs if i.jump_target is not None),
        "handlers": " ".join(
            f"{e.start}:{e.end}:{e.target}:{e.depth}:{int(e.lasti)}" for e in dis._parse_exception_table(code)
        ),
        "positions": f"{zlib.crc32(text.encode()):08x}",
    }
    adaptive = without_pointers(code)
    if adaptive != code.co_code:
        lines["adaptive"] = adaptive.hex()
    print("object", name)
    for key, value in lines.items():
        if value:
            print(key, value)


def cache_units(instr):
    return sum(size for _, size, _ in instr.cache_info or ())


def library():
    root = os.path.dirname(os.__file__)
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in ("site-packages", "dist-packages", "test", "__pycache__"))
        for file in sorted(f for f in files if f.endswith(".py")):
            path = os.path.join(folder, file)
            try:
                with open(path, "rb") as source:
                    module = compile(source.read(), file, "exec")
            except (OSError, SyntaxError):
                continue
            for code in code_objects(module):
                name = f"{os.path.relpath(path, root)}:{code.co_qualname}:{code.co_firstlineno}"
                yield name.replace(" ", "_"), code


def opcodes(code):
    return {i.opcode for i in dis.get_instructions(code)}


def choose(objects):
    """Two objects for each opcode, the shortest first, then every n-th."""
    fitting = [(n, c) for n, c in objects if len(c.co_code) <= LONGEST]
    chosen, wanted = {}, {}
    for name, code in sorted(fitting, key=lambda o: (len(o[1].co_code), o[0])):
        if len(code.co_code) < 40:
            continue
        new = [op for op in opcodes(code) if wanted.get(op, 0) < 2]
        if new:
            chosen[name] = code
            for op in new:
                wanted[op] = wanted.get(op, 0) + 1
    step = len(fitting) // (SAMPLE - len(chosen))
    for name, code in fitting[::step]:
        chosen.setdefault(name, code)
    return sorted(chosen.items())


def features():
    """The functions of features.py after they ran, plain and instrumented."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "features.py")
    with open(path, encoding="utf-8") as source:
        module = compile(source.read(), "features.py", "exec")
    names = {"__name__": "features"}
    exec(module, names)
    for _ in range(100):
        names["run"]()
    yield from ((f"features:{c.co_qualname}:{c.co_firstlineno}", c) for c in code_objects(module))

    events = sys.monitoring.events
    tool = sys.monitoring.OPTIMIZER_ID
    sys.monitoring.use_tool_id(tool, "sample")
    everything = events.LINE | events.INSTRUCTION | events.JUMP | events.BRANCH_LEFT | events.BRANCH_RIGHT | events.CALL
    everything |= events.PY_START | events.PY_RESUME | events.PY_RETURN | events.PY_YIELD | events.STOP_ITERATION
    for label, event_set in (
        ("events", everything & ~events.LINE & ~events.INSTRUCTION),
        ("lines", events.LINE),
        ("instructions", everything),
    ):
        for code in code_objects(module):
            if code is not module:
                sys.monitoring.set_local_events(tool, code, event_set)
        names["run"]()
        for code in code_objects(module):
            if code.co_name in ("loops", "generator", "calls", "main", "handlers", "method"):
                yield f"features-{label}:{code.co_qualname}:{code.co_firstlineno}", code
    sys.monitoring.free_tool_id(tool)


def main():
    if sys.argv[1:] == ["--all"]:
        objects = library()
    else:
        objects = choose(list(library()))
    for name, code in objects:
        record(name, code)
    for name, code in features():
        record(name, code)


main()
