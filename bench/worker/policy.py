"""When a measured process compiles, in the terms of the package's public functions."""

import ctypes
import gc
import opcode
import time
import types

RESUME = opcode.opmap["RESUME"]
RESUME_CHECK = opcode._specialized_opmap["RESUME_CHECK"]


def resumed_at(code):
    """Where the code object's bytecode shows that it has run: offsets of the specialised RESUME."""
    units = code._co_code_adaptive[::2]
    # A cache entry may look like it: forget_runs looks closer.
    return [2 * k for k, unit in enumerate(units) if unit == RESUME_CHECK]


def functions(excluded_folder):
    """All Python functions but the benchmark tool's own, which are recognised by their folder."""
    return [thing for thing in gc.get_objects()
            if type(thing) is types.FunctionType and not thing.__code__.co_filename.startswith(excluded_folder)]


def forget_runs(excluded_folder):
    """Makes it look as if no function had run, so that functions_that_ran tells of what follows.

    The first instruction of a function specialises itself when it runs. Here it becomes the general
    one again, which does the same.
    """
    for function in functions(excluded_folder):
        code = function.__code__
        start = id(code) + types.CodeType.__basicsize__  # the bytecode is the object's last part
        plain = code.co_code
        for at in resumed_at(code):
            if plain[at] == RESUME:
                ctypes.c_ubyte.from_address(start + at).value = RESUME


def functions_that_ran(excluded_folder):
    """The functions that have run, in the order of their places."""
    found = [f for f in functions(excluded_folder)
             if any(f.__code__.co_code[at] == RESUME for at in resumed_at(f.__code__))]
    return sorted(found, key=lambda f: (f.__code__.co_filename, f.__code__.co_firstlineno, f.__qualname__))


def full_name(function):
    return f"{function.__module__}:{function.__qualname__}"


def compile_what_ran(jit, excluded_folder):
    """Compiles every function that has run; says what it took."""
    started = time.perf_counter()
    compiled, refused = 0, {}
    for function in functions_that_ran(excluded_folder):
        try:
            done = jit.force_compile(function)
            reason = None if done else jit.why_not_compiled(function)
        except Exception as error:
            done, reason = False, f"{type(error).__name__}: {error}"
        if done:
            compiled += 1
        else:
            refused[full_name(function)] = str(reason)
    return {"compiled": compiled, "refused": refused, "seconds": time.perf_counter() - started}


class Jit:
    """The JIT as the worker sees it; every question has an answer where there is none."""

    def __init__(self, wanted):
        self.module = None
        self.absent = None
        if not wanted:
            return
        import cinderjit

        # Some reasons are known only after an attempt.
        cinderjit.enable()
        self.absent = cinderjit.unavailable_reason()
        if self.absent is None:
            self.module = cinderjit

    def compiling_time(self):
        """Milliseconds spent compiling up to now; unchanged if nothing was compiled since."""
        return self.module.get_compilation_time() if self.module else 0

    def compiled(self):
        """The compiled functions: name and size of the machine code in bytes."""
        if self.module is None:
            return []
        size = self.module.get_compiled_size
        found = [(full_name(function), size(function)) for function in self.module.get_compiled_functions()]
        return [{"name": name, "bytes": n} for name, n in sorted(found)]

    def settle(self):
        """Waits for compilations under way, where they run in the background."""
        wait = getattr(self.module, "wait_for_background_compiles", None)
        if wait is not None:
            wait()

    def exits(self):
        """The exits from compiled code since the last call, by place, the most frequent first."""
        if self.module is None:
            return []
        return sorted(self.module.get_and_clear_runtime_stats()["deopt"], key=lambda exit: -exit["count"])

    def forget_runs(self, excluded_folder):
        forget_runs(excluded_folder)

    def compile_what_ran(self, excluded_folder):
        return compile_what_ran(self.module, excluded_folder)

    def machine_code(self):
        """The compiled functions as loaded: name, address, the code in hexadecimal, and as text."""
        if self.module is None:
            return []
        from cinderjit import _native

        found = []
        for function in self.module.get_compiled_functions():
            address, size = _native.loaded().get_compiled_address(function), self.module.get_compiled_size(function)
            found.append({"name": full_name(function), "address": address, "code": ctypes.string_at(address, size).hex(),
                          "listing": self.module.disassemble(function)})
        return sorted(found, key=lambda item: item["address"])

    def helper_stubs(self):
        """The stubs through which compiled code calls helpers: (name, address, size)."""
        if self.module is None:
            return []
        from cinderjit import _native

        return _native.loaded().get_helper_stubs()
