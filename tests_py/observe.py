"""Describes values, exceptions and reference counts as text that can be compared.

Descriptions hold no addresses, run no code of the program (no __repr__, no __eq__) and
keep nothing alive.
"""

import gc
import math
import os
import sys
import types

MAX_DEPTH = 8
MAX_ITEMS = 60

_ATOMS = (type(None), bool, type(Ellipsis), type(NotImplemented))
_SEQUENCES = {tuple: "()", list: "[]"}


def _float(value):
    if value != value:
        return "-nan" if math.copysign(1.0, value) < 0 else "nan"
    return float.__repr__(value)


def _int(value):
    return int.__repr__(value) if -(1 << 200) < value < 1 << 200 else hex(value)


def _attributes(value, depth, seen):
    found = {}
    try:
        found.update(object.__getattribute__(value, "__dict__"))
    except AttributeError:
        pass
    for cls in type(value).__mro__:
        for name, member in cls.__dict__.items():
            if type(member) is types.MemberDescriptorType:
                try:
                    found.setdefault(name, member.__get__(value))
                except AttributeError:
                    pass
    return ", ".join(
        f"{name}={describe(found[name], depth + 1, seen)}" for name in found if not isinstance(found[name], type))


def _items(values, depth, seen):
    texts = []
    for value in values:
        if len(texts) == MAX_ITEMS:
            texts.append("...")
            break
        texts.append(describe(value, depth + 1, seen))
    return ", ".join(texts)


def _content(value, base, depth, seen):
    """The part of a value that its builtin base class holds."""
    if base is int:
        return _int(int.__int__(value))
    if base is float:
        return _float(float.__float__(value))
    if base in (complex, str, bytes, bytearray, range):
        if base in (str, bytes, bytearray) and len(value) > 2000:
            return f"{base.__getitem__(value, slice(900))!r}...{len(value)}...{base.__getitem__(value, slice(-900, None))!r}"
        return base.__repr__(value)
    if base in (tuple, list):
        return _SEQUENCES[base][0] + _items(base.__iter__(value), depth, seen) + _SEQUENCES[base][1]
    if base in (set, frozenset):
        return "{" + ", ".join(sorted(describe(item, depth + 1, seen) for item in base.__iter__(value))) + "}"
    if base is dict:
        pairs = []
        for key, item in dict.items(value):
            if len(pairs) == MAX_ITEMS:
                pairs.append("...")
                break
            pairs.append(f"{describe(key, depth + 1, seen)}: {describe(item, depth + 1, seen)}")
        return "{" + ", ".join(pairs) + "}"
    return None


def describe(value, depth=0, seen=()):
    """The type and the content of a value."""
    cls = type(value)
    if cls in _ATOMS:
        return repr(value)
    if id(value) in seen:
        return f"<seen {cls.__name__}>"
    if depth > MAX_DEPTH:
        return f"<deep {cls.__name__}>"
    seen = seen + (id(value),)
    if isinstance(value, type):
        return f"<class {value.__qualname__}>"
    if cls is types.FunctionType:
        return f"<function {value.__qualname__}>"
    if cls is types.MethodType:
        return f"<method {value.__func__.__qualname__} of {describe(value.__self__, depth + 1, seen)}>"
    if cls in (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType):
        return f"<{cls.__name__} {value.__name__}>"
    if cls is types.ModuleType:
        return f"<module {value.__name__}>"
    if cls is types.CodeType:
        return f"<code {value.co_qualname}>"
    if cls is types.FrameType:
        return f"<frame {value.f_code.co_qualname} line {value.f_lineno}>"
    if cls is types.CellType:
        try:
            return f"<cell {describe(value.cell_contents, depth + 1, seen)}>"
        except ValueError:
            return "<cell empty>"
    if cls is slice:
        return f"slice({_items((value.start, value.stop, value.step), depth, seen)})"
    if isinstance(value, BaseException):
        return describe_exception(value, depth, seen)
    for base in (int, float, complex, str, bytes, bytearray, range, tuple, list, set, frozenset, dict):
        if isinstance(value, base):
            content = _content(value, base, depth, seen)
            if cls is base:
                return content if base is not frozenset else f"frozenset({content})"
            return f"{cls.__qualname__}({content}; {_attributes(value, depth, seen)})"
    if cls.__flags__ & (1 << 9) and cls.__module__ not in ("types", "builtins"):  # Py_TPFLAGS_HEAPTYPE
        return f"{cls.__qualname__}({_attributes(value, depth, seen)})"
    return f"<{cls.__qualname__}>"


def _positions(code, lasti):
    for index, position in enumerate(code.co_positions()):
        if index == lasti // 2:
            return position
    return None


def _traceback(trace, depth, seen):
    lines = []
    while trace is not None:
        frame = trace.tb_frame
        code = frame.f_code
        file = os.path.basename(code.co_filename)
        if file not in ("differential.py", "program.py"):
            name = f"{file}:{code.co_qualname}"
            if "programs" in code.co_filename:
                start, end, column, end_column = _positions(code, trace.tb_lasti)
                values = dict(frame.f_locals) if code.co_name != "<module>" else {}
                names = ", ".join(f"{n}={describe(v, depth + 4, seen)}" for n, v in values.items())
                name += f":{trace.tb_lineno}@{trace.tb_lasti} {start}:{column}-{end}:{end_column} [{names}]"
            lines.append(name)
        trace = trace.tb_next
    if len(lines) > 40:
        lines[20:-20] = [f"... {len(lines) - 40} more"]
    return lines


def describe_exception(error, depth=0, seen=()):
    """An exception with everything that hangs on it: arguments, notes, traceback, cause, context, members."""
    seen = seen + (id(error),)
    parts = [f"{type(error).__qualname__}{describe(error.args, depth + 1, seen)}"]
    attributes = _attributes(error, depth, seen)
    if attributes:
        parts.append(f"with {attributes}")
    for name in ("name", "obj", "path", "key", "value", "code", "start", "end"):
        if name in getattr(type(error), "__dict__", {}):
            parts.append(f"{name}={describe(getattr(error, name), depth + 2, seen)}")
    parts += _traceback(error.__traceback__, depth, seen)
    if error.__suppress_context__:
        parts.append("context suppressed")
    if depth < 12:
        for kind in ("__cause__", "__context__"):
            other = getattr(error, kind)
            if other is not None:
                text = "<seen>" if id(other) in seen else describe_exception(other, depth + 1, seen)
                parts.append(f"{kind} {text}")
        if isinstance(error, BaseExceptionGroup):
            parts += [f"member {describe_exception(member, depth + 1, seen)}" for member in error.exceptions]
    return "\n  ".join(parts)


def describe_globals(namespace):
    """The final values of a program's globals, by name."""
    return {
        name: describe(value)
        for name, value in sorted(namespace.items())
        if not name.startswith("__") and type(value) not in (types.ModuleType, types.FunctionType)
    }


def _code_constants(code, label, found):
    for index, constant in enumerate(code.co_consts):
        if type(constant) is types.CodeType:
            _code_constants(constant, f"{label}.{constant.co_name}", found)
        else:
            _note(constant, f"{label}.const[{index}]", found)


def _note(value, label, found):
    """Watch value and, if it is a plain container or code of the program, what it holds."""
    if id(value) in found or sys._is_immortal(value):
        return
    found[id(value)] = (label, value)
    cls = type(value)
    if cls in (tuple, list) and len(value) < 20:
        for index, item in enumerate(value):
            _note(item, f"{label}[{index}]", found)
    elif cls is dict and len(value) < 20:
        for key, item in value.items():
            _note(item, f"{label}[{key!r:.30}]", found)
    elif cls is types.FunctionType:
        if "programs" not in value.__code__.co_filename:
            return
        _note(value.__code__, f"{label}.__code__", found)
        _code_constants(value.__code__, label, found)
        for part in (value.__defaults__ or ()), (value.__kwdefaults__ or {}).values():
            for index, item in enumerate(part):
                _note(item, f"{label}.default[{index}]", found)
        for cell in value.__closure__ or ():
            _note(cell, f"{label}.cell", found)
    elif cls in (staticmethod, classmethod):
        _note(value.__func__, f"{label}.__func__", found)
    elif cls is property:
        for name in ("fget", "fset", "fdel"):
            _note(getattr(value, name), f"{label}.{name}", found)
    elif isinstance(value, type) and value.__module__ == "program_under_test":
        for name, member in list(value.__dict__.items()):
            _note(member, f"{label}.{name}", found)


class Counts:
    """Reference counts of everything long-lived that a program and its arguments hold."""

    def __init__(self, namespace, *more):
        found = {}
        for name, value in list(namespace.items()):
            if not name.startswith("__"):
                _note(value, name, found)
        for label, value in more:
            if type(value) is types.CodeType:
                _code_constants(value, label, found)
            else:
                _note(value, label, found)
        self._watched = list(found.values())
        found.clear()

    def take(self):
        """The counts now, by position."""
        return [sys.getrefcount(value) for _, value in self._watched]

    def drift(self, before, after):
        """What changed between two results of take(), by label."""
        return {
            label: now - then
            for (label, _), then, now in zip(self._watched, before, after)
            if now != then
        }


def memory():
    """(allocated blocks, objects known to the collector) after a collection."""
    gc.collect()
    return sys.getallocatedblocks(), len(gc.get_objects())
