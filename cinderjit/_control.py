"""The calls of the package: thin layers over the extension module.

Where the JIT is unavailable each one is harmless and answers as if nothing had been
compiled. Questions do not load the library; requests do.
"""

import os

from cinderjit import _native


class _Sample:
    def method(self):
        """Exists for its type, so that no other module has to be imported."""


_Function = type(_Sample.method)
_Method = type(_Sample().method)


def _check_function(function):
    inner = function
    while isinstance(inner, (_Method, classmethod, staticmethod)):
        inner = inner.__func__
    if not isinstance(inner, _Function):
        raise TypeError(f"want a Python function, not {type(function).__name__}")


def _module_for_request():
    """The extension module, loaded if need be; None where the JIT is unavailable."""
    try:
        return _native.load()
    except _native.Unavailable:
        return None


def _request(function):
    _check_function(function)
    return _module_for_request()


def _question(function):
    _check_function(function)
    return _native.loaded()


# Compiling.


def force_compile(function):
    """Compile a function now. Returns whether it is compiled; why_not_compiled tells more."""
    module = _request(function)
    return module is not None and module.force_compile(function)


def force_uncompile(function):
    """Give a function back to the interpreter. Returns whether it was compiled."""
    module = _question(function)
    return module is not None and module.force_uncompile(function)


def lazy_compile(function):
    """Compile a function when it is called next. Returns whether it is compiled or is going to be."""
    module = _request(function)
    return module is not None and module.lazy_compile(function)


def jit_suppress(function):
    """Never compile this function. Returns it, so this serves as a decorator."""
    module = _request(function)
    if module is not None:
        module.jit_suppress(function)
    return function


def jit_unsuppress(function):
    """Undo jit_suppress. Returns the function."""
    module = _question(function)
    if module is not None:
        module.jit_unsuppress(function)
    return function


# Modes.


def compile_after_n_calls(calls):
    """Compile every function, existing and future, after so many calls; None switches that off."""
    if calls is not None:
        if not isinstance(calls, int) or isinstance(calls, bool):
            raise TypeError(f"want an int or None, not {type(calls).__name__}")
        if calls < 0:
            raise ValueError("the number of calls must not be negative")
    module = _module_for_request() if calls is not None else _native.loaded()
    if module is not None:
        module.set_option("auto_calls", calls)
        if calls is not None:
            module.consider_all()


def get_compile_after_n_calls():
    """The number of calls after which functions are compiled, or None."""
    module = _native.loaded()
    return None if module is None else module.get_compile_after_n_calls()


def append_jit_list(pattern):
    """Add a pattern to the jit list: module:qualname with wildcards, or name@file.py:line."""
    if not isinstance(pattern, str):
        raise TypeError(f"want a str, not {type(pattern).__name__}")
    module = _module_for_request()
    if module is not None:
        module.append_jit_list(pattern.strip())
        module.consider_all()


def read_jit_list(path):
    """Add the patterns in a file to the jit list: one a line, # begins a comment.

    Raises ValueError, and adds nothing, if one of them is wrong.
    """
    path = os.fspath(path)
    module = _module_for_request()
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    if module is None:
        return
    before = module.get_jit_list()
    for number, line in enumerate(lines, 1):
        pattern = line.partition("#")[0].strip()
        if pattern:
            try:
                module.append_jit_list(pattern)
            except ValueError as error:
                module.clear_jit_list()
                for old in before:
                    module.append_jit_list(old)
                raise ValueError(f"{path}, line {number}: {error}") from None
    module.consider_all()


def get_jit_list():
    """The patterns of the jit list."""
    module = _native.loaded()
    return [] if module is None else module.get_jit_list()


def enable():
    """Let functions be compiled again after disable()."""
    module = _module_for_request()
    if module is not None:
        module.set_active(True, False)


def _check_switch(value):
    if not isinstance(value, bool):
        raise TypeError(f"want a bool, not {type(value).__name__}")


def disable(deopt_all=False):
    """Compile nothing from now on.

    With deopt_all, take all machine code away: after enable(), functions get it again when they
    are called next.
    """
    _check_switch(deopt_all)
    module = _module_for_request()
    if module is not None:
        module.set_active(False, deopt_all)


def is_enabled():
    """Whether the JIT runs in this process and has not been switched off. Forked children run what is compiled and compile nothing more."""
    module = _native.loaded()
    return module is not None and module.is_active()


class pause:
    """A context in which nothing is compiled; with deopt_all, no machine code is entered.

    Functions that lost their machine code get it again when they are called next after it.
    """

    def __init__(self, deopt_all=False):
        _check_switch(deopt_all)
        self._deopt_all = deopt_all
        self._enabled = False

    def __enter__(self):
        self._enabled = is_enabled()
        if self._enabled:
            disable(self._deopt_all)
        return self

    def __exit__(self, *exception):
        if self._enabled:
            enable()


def install_frame_evaluator():
    """Enter compiled code from every frame. Slows interpreted code.

    Bodies of modules and classes, which are never called, are compiled when they run, if the jit list names
    them ("module:<module>", "module:Class") or everything is compiled.
    """
    module = _module_for_request()
    if module is not None:
        module.install_frame_evaluator()


def remove_frame_evaluator():
    """Take the frame evaluator out again."""
    module = _native.loaded()
    if module is not None:
        module.remove_frame_evaluator()


def is_frame_evaluator_installed():
    """Whether the frame evaluator is installed."""
    module = _native.loaded()
    return module is not None and module.is_frame_evaluator_installed()


# Questions.


def is_jit_compiled(function):
    """Whether calls of the function run machine code."""
    module = _question(function)
    return module is not None and module.is_jit_compiled(function)


def why_not_compiled(function):
    """Why the function has no machine code, or None if it has."""
    module = _question(function)
    if module is None:
        return _native.known_reason() or "nobody has asked for it"
    return module.why_not_compiled(function)


def get_compiled_functions():
    """A list of the functions that have machine code."""
    module = _native.loaded()
    return [] if module is None else module.get_compiled_functions()


def _number(name, doc, zero=0):
    def ask(function):
        module = _question(function)
        return zero if module is None else getattr(module, name)(function)

    ask.__name__ = ask.__qualname__ = name
    ask.__doc__ = doc
    return ask


get_compiled_size = _number("get_compiled_size", "Bytes of a function's machine code, literals included; 0 without.")
get_compiled_stack_size = _number(
    "get_compiled_stack_size", "Bytes of machine stack that a call of the compiled function takes; 0 without.")
get_compiled_spill_stack_size = _number(
    "get_compiled_spill_stack_size", "The part of the stack size that holds spilled values.")
get_function_compilation_time = _number(
    "get_function_compilation_time", "Milliseconds that the last compilation of a function took.", 0.0)


def get_compilation_time():
    """Milliseconds spent compiling in this process."""
    module = _native.loaded()
    return 0.0 if module is None else module.get_compilation_time()


def get_function_hir_opcode_counts(function):
    """How many instructions of each HIR opcode the compiled function has, as a dict."""
    module = _question(function)
    return {} if module is None else module.get_function_hir_opcode_counts(function)


def why_not_inlined(function):
    """The calls of known Python functions that the compiled function makes for want of inlining them.

    A sorted list of (line, name of the callee, reason). A call in code that was inlined has the line of
    the call in the function itself.
    """
    module = _question(function)
    refused = [] if module is None else module.get_refused_calls(function)
    while not isinstance(function, _Function):
        function = function.__func__
    code = function.__code__
    lines = {unit: line for start, end, line in code.co_lines() for unit in range(start // 2, end // 2)} if refused else {}
    return sorted({(lines.get(unit) or code.co_firstlineno, callee, reason) for callee, unit, reason in refused})


def get_and_clear_runtime_stats():
    """Exits from compiled code, and entries into loops that were running, since the last call.

    A dict with two keys. "deopt": a list of dicts, one for each place (4096 at most are kept of code that is gone), with kind, reason, description, function,
    filename, lineno, offset (of the bytecode), count and guilty_type (the class that was met first).
    "loops": those that were ever compiled by themselves, with function, filename, lineno, how often they
    were compiled and entered, and whether their machine code is in_use.
    """
    module = _native.loaded()
    return {"deopt": [], "loops": []} if module is None else module.get_and_clear_runtime_stats()


def get_allocator_stats():
    """Bytes of machine code: limit, committed, used, freed; and the number of blocks."""
    module = _native.loaded()
    if module is None:
        return dict.fromkeys(("limit", "committed", "used", "blocks", "freed"), 0)
    return module.get_allocator_stats()


def set_max_code_size(size):
    """Change the cap on machine code, in bytes; 0 stands for the built-in one. What is in use stays.

    It is rounded to a whole number of pages, at most 128 MiB; get_allocator_stats()["limit"] tells.
    """
    if not isinstance(size, int) or isinstance(size, bool):
        raise TypeError(f"want an int, not {type(size).__name__}")
    if size < 0:
        raise ValueError("the size must not be negative")
    module = _module_for_request()
    if module is not None:
        module.set_max_code_size(size)


def _text(function, ask):
    module = _request(function)
    return f"; {_native.unavailable_reason()}" if module is None else ask(module)


def disassemble(function):
    """The machine code of a compiled function as text, or a comment where there is no JIT.

    Raises ValueError if the function has none.
    """
    return _text(function, lambda module: module.disassemble(function))


def dump(function, stage):
    """What a stage makes of a function as it is now, as text: "snapshot", "hir", "lir" …"""
    if not isinstance(stage, str):
        raise TypeError(f"want a str, not {type(stage).__name__}")
    return _text(function, lambda module: module.describe(stage, function))


def print_hir(function):
    """Print the optimised HIR that a function would be compiled to now. It need not be compiled."""
    print(dump(function, "hir-opt"))


def apply(settings):
    """Bring the settings of the process into force. Raises Unavailable, ValueError.

    A wrong value does not keep the other settings from taking effect.
    """
    module = _native.load()
    module.set_option("log_file", settings.log_file)
    module.set_option("debug", settings.debug)
    module.set_option("list_calls", settings.list_calls)
    module.set_option("dump", settings.dump)
    module.set_option("compiler", None if settings.compiler is None else settings.compiler.replace(",", "\n"))
    module.set_option("remote", settings.remote)
    wrong = []
    try:
        module.check_options()
    except ValueError as error:
        wrong.append(error)
        module.set_option("dump", None)  # one complaint is enough
    if settings.list_file is not None or settings.calls is not None or not settings.osr:
        module.set_option("osr", settings.osr)
    if settings.max_code_size:
        module.set_max_code_size(settings.max_code_size)
    if settings.list_file is not None:
        try:
            read_jit_list(settings.list_file)
        except (OSError, ValueError) as error:
            wrong.append(error)
    if settings.calls is not None:
        compile_after_n_calls(settings.calls)
    if settings.frame_evaluator:
        install_frame_evaluator()
    if wrong:
        raise ValueError("; ".join(map(str, wrong)))
