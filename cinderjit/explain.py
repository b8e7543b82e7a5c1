"""Shows what each stage of the compiler makes of a function.

    python -m cinderjit.explain [--markdown] [--stages NAME,NAME…] FILE FUNCTION

FILE is run as a program first, so that the interpreter learns its types: it has to call
the function some times. FUNCTION is a name in it, with dots for methods and nested
classes. Besides the stages below, the name of any pass is a stage: the HIR after it.
With the stage hir, calls that are not inlined are listed with the reasons.
"""

import argparse
import sys
import types

import cinderjit

STAGES = {
    "bytecode": "Bytecode, specialised by the interpreter",
    "snapshot": "Snapshot",
    "hir": "HIR as built",
    "hir-opt": "HIR after all passes",
    "lir": "LIR",
    "alloc": "LIR with registers",
    "asm": "Machine code",
}


def load(path, name):
    """Run the program in a file as __main__ and return its source and the named function of it.

    Raises LookupError if there is no such file or function.
    """
    try:
        with open(path, encoding="utf-8") as file:
            source = file.read()
    except OSError as error:
        raise LookupError(error) from None
    module = types.ModuleType("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    exec(compile(source, path, "exec"), module.__dict__)
    found = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, (types.FunctionType, types.MethodType)):
        raise LookupError(f"{path} has no function {name}")
    return source, found


def text(function, stage):
    """What a stage makes of the function, without the line that names both."""
    lines = cinderjit.dump(function, stage).rstrip().splitlines()
    if lines and lines[0].startswith("== "):
        del lines[0]
    return "\n".join(lines)


def refusals(function):
    """A line on each call that was not inlined. Compiles the function, if it can be, to know them."""
    cinderjit.force_compile(function)
    return "\n".join(f"line {line}, {callee}: {reason}" for line, callee, reason in cinderjit.why_not_inlined(function))


def report(function, stages, markdown):
    def part(title, content):
        return f"\n## {title}\n\n```\n{content}\n```" if markdown else f"== {title} ==\n{content}\n"

    for stage in stages:
        yield part(STAGES.get(stage, f"HIR after the pass {stage}"), text(function, stage))
    if "hir" in stages and (refused := refusals(function)):
        yield part("Calls that are not inlined", refused)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m cinderjit.explain", description=__doc__.partition("\n")[0])
    parser.add_argument("file")
    parser.add_argument("function")
    parser.add_argument("--stages", default=",".join(STAGES), help="names, separated by commas (%(default)s, or passes)")
    parser.add_argument("--markdown", action="store_true", help="a page instead of plain text")
    options = parser.parse_args(arguments)
    reason = cinderjit.unavailable_reason()
    if reason is not None:
        sys.exit(f"cinderjit cannot run here: {reason}")
    try:
        source, function = load(options.file, options.function)
    except LookupError as error:
        sys.exit(str(error))
    if options.markdown:
        print(f"<!-- Made by build/python -P -m cinderjit.explain --markdown {options.file} {options.function}. Do not edit. -->\n"
              f"# `{options.function}`, stage by stage\n\n"
              f"Made by `make docs`. [compiler.md](compiler.md) explains what is seen here.\n"
              f"Versions of types and dictionaries differ from run to run.\n\n"
              f"## Source\n\n```python\n{source.strip()}\n```")
    try:
        for part in report(function, options.stages.split(","), options.markdown):
            print(part)
    except (ValueError, RuntimeError) as error:
        sys.exit(str(error))
    except BrokenPipeError:  # such as head
        sys.stderr.close()


if __name__ == "__main__":
    main()
