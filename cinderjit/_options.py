"""All settings, in one table: environment variables, -X options and the help page.

A setting is looked for as an -X option first, then in the environment, which -E and
-I switch off.
"""

import os
import sys


class OptionError(ValueError):
    """A setting has a value that it cannot have."""


class Option:
    """One setting.

    name is the attribute of Settings, variable its name in the environment, x_option
    that after -X, kind "switch", "number", "text" or "path".
    """

    __slots__ = ("name", "variable", "x_option", "kind", "default", "help")

    def __init__(self, name, variable, x_option, kind, default, help):
        self.name = name
        self.variable = variable
        self.x_option = x_option
        self.kind = kind
        self.default = default
        self.help = help

    def parse(self, text, source):
        """The value that a text stands for; text is True for an -X option without value.

        source is how the user gave it, for error messages.
        """
        if self.kind == "switch":
            if text is True or text in ("1", "true", "yes", "on"):
                return True
            if text in ("", "0", "false", "no", "off"):
                return False
            raise OptionError(f"{source} needs 1 or 0, not {text!r}")
        if text is True:
            raise OptionError(f"{source} needs a value")
        if text == "":
            return self.default
        if self.kind == "number":
            try:
                number = int(text)
            except ValueError:
                number = -1
            if not 0 <= number < 2**63:
                raise OptionError(f"{source} needs a number, not {text!r}")
            return number
        return text


OPTIONS = (
    Option("disable", "PYTHONJITDISABLE", "jit-disable", "switch", False,
           "The JIT does nothing, whatever else is set."),
    Option("auto", "PYTHONJITAUTO", "jit-auto", "number", None,
           "Compile every function after this many calls."),
    Option("all", "PYTHONJITALL", "jit-all", "switch", False,
           "Compile every function when it is called first."),
    Option("list_file", "PYTHONJITLISTFILE", "jit-list-file", "path", None,
           "Compile the functions named in this file (see read_jit_list)."),
    Option("list_calls", "PYTHONJITLISTCALLS", "jit-list-calls", "number", 10,
           "Calls in which a function of the jit list shows its types before it is compiled."),
    Option("frame_evaluator", "PYTHONJITFRAMEEVALUATOR", "jit-frame-evaluator", "switch", False,
           "Install the frame evaluator, which enters compiled code from every frame."),
    Option("osr", "PYTHONJITOSR", "jit-osr", "switch", True,
           "Compile loops that run long, and enter them while they run."),
    Option("max_code_size", "PYTHONJITMAXCODESIZE", "jit-max-code-size", "number", 0,
           "Cap on machine code in bytes, in pages and at most 128 MiB; 0 stands for the built-in one."),
    Option("log_file", "PYTHONJITLOGFILE", "jit-log-file", "path", None,
           "Write the log to this file; {pid} in its name stands for the process."),
    Option("debug", "PYTHONJITDEBUG", "jit-debug", "switch", False,
           "Log what is compiled, to standard error when there is no log file."),
    Option("dump", "PYTHONJITDUMP", "jit-dump", "text", None,
           "Log these stages of every compilation, separated by commas: "
           "snapshot, bytecode, hir, hir-opt, lir, alloc, asm, or a pass."),
    Option("compiler", "PYTHONJITOPTIONS", "jit-options", "text", None,
           "Options of the compiler: name=value, separated by commas."),
    Option("remote", "PYTHONJITCOMPILER", "jit-compiler", "path", None,
           "Have everything compiled by the process that listens at this socket (docs/remote.md)."),
    Option("help", "PYTHONJITHELP", "jit-help", "switch", False,
           "Print this page at start-up."),
)


class Settings:
    """The values of all options; sources has, by name, how the user gave those that are set."""

    def __init__(self, values, sources=None):
        self.sources = {} if sources is None else sources
        for option in OPTIONS:
            setattr(self, option.name, values.get(option.name, option.default))

    @property
    def calls(self):
        """Calls before any function is compiled, or None when that is off."""
        return 0 if self.all else self.auto


def _sources(environment, x_options):
    if environment is None:
        environment = {} if sys.flags.ignore_environment else os.environ
    if x_options is None:
        x_options = sys._xoptions
    return environment, x_options


def read(environment=None, x_options=None):
    """Settings of this process, from its -X options and its environment.

    Raises OptionError.
    """
    environment, x_options = _sources(environment, x_options)
    values = {}
    sources = {}
    for option in OPTIONS:
        if option.x_option in x_options:
            text, source = x_options[option.x_option], f"-X {option.x_option}"
        elif option.variable in environment:
            text, source = environment[option.variable], option.variable
        else:
            continue
        values[option.name] = option.parse(text, source)
        sources[option.name] = source
    return Settings(values, sources)


def unknown(environment=None, x_options=None):
    """The settings of this process that look like ours and are none, as the user wrote them."""
    environment, x_options = _sources(environment, x_options)
    names = [f"-X {name}" for name in x_options if name == "jit" or name.startswith("jit-")]
    names += [name for name in environment if name.startswith("PYTHONJIT")]
    known = {option.variable for option in OPTIONS} | {f"-X {option.x_option}" for option in OPTIONS}
    return sorted(set(names) - known)


def help_page():
    """The options as text."""
    lines = ["Settings of cinderjit, as environment variable or -X option:", ""]
    for option in OPTIONS:
        value = {"switch": "1", "number": "N", "text": "TEXT", "path": "FILE"}[option.kind]
        x_value = "" if option.kind == "switch" else "=" + value
        lines.append(f"  {option.variable}={value}, -X {option.x_option}{x_value}")
        lines.append(f"      {option.help}")
        if option.default is True:
            lines.append("      Default: 1.")
        elif option.default not in (None, False):
            lines.append(f"      Default: {option.default}.")
    return "\n".join(lines)
