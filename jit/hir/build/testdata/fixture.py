"""Makes the snapshots in the golden files: python fixture.py FILE.txtar ...

Each file begins with a Python program as its comment. The program defines a
function f and calls it until the interpreter has specialised it; the snapshot
of f replaces the file's section "snapshot". With a list "captured" of functions,
their bytecode is in it too. With a dict "seen", the unspecialised subscripts by opcode are ones
at which an array of the class and format that it gives was seen. A dict "earlier" gives, for
instructions, classes that they were specialised for earlier. "callees" gives for instructions what they have called beyond what the
interpreter says: functions and bound methods, the most frequent first; and for calls with a tuple of arguments the number of these. "loop" is the number of a backward jump with a dict of the
classes of local variables: the code is compiled for its loop. Runs under the interpreter that
cinderjit is for. Only what the tests need is resolved from the inline caches;
the real snapshot is made by the C side.
"""

import ast
import ctypes
import dis
import inspect
import opcode
import re
import sys
import types

FRESH = 1 << 4 | 1  # counter of an instruction that was never executed
CACHES = {name: sum(fields.values()) for name, fields in opcode._cache_format.items()}
SPECIALIZED = {s: base for base, all_ in opcode._specializations.items() for s in all_}
SUBSCRIPT = next(i for i, (name, sign) in enumerate(opcode._nb_ops) if name == "NB_SUBSCR")
OPNAMES = {v: k for k, v in opcode.opmap.items()} | {v: k for k, v in opcode._specialized_opmap.items()}

here = __file__.rpartition("/")[0] or "."
layout = dict(
    (k, int(v)) for k, v in re.findall(r"layout (\S+)=(-?\d+)", open(f"{here}/../../../snapshot/reference.txt").read()))
wellknown = open(f"{here}/../../../snapshot/wellknown.go").read()


def u32(address):
    return ctypes.c_uint32.from_address(address).value


def pointer(address):
    return ctypes.c_size_t.from_address(address).value


def well_known_objects():
    spaces = {**vars(types), **vars(__builtins__)}
    special = {
        "list.append": list.append, "object.__getattribute__": object.__getattribute__, "empty_tuple": (), "empty_str": "",
        "function": types.FunctionType, "method": types.MethodType, "builtin_function_or_method": types.BuiltinFunctionType,
        "method_descriptor": types.MethodDescriptorType, "module": types.ModuleType, "cell": types.CellType,
        "code": types.CodeType, "list_iterator": type(iter([])), "tuple_iterator": type(iter(())),
        "range_iterator": type(iter(range(1))), "generator": types.GeneratorType, "NoneType": type(None)}
    found = {}
    for name in re.findall(r'-\s*1:\s+"([^"]+)"', wellknown):
        if name in special:
            found[id(special[name])] = name
        elif name in spaces:
            found[id(spaces[name])] = name
    return found


class Snapshot:
    def __init__(self, function):
        self.known = well_known_objects()
        self.ids, self.keep, self.lines = {}, [], []
        self.function = function
        self.captured = [function.__code__] + [f.__code__ for f in space.get("captured", ())]
        # Shallow objects first get their numbers, details follow in order.
        self.queue = []
        self.ref(function.__code__)
        self.globals = self.ref(function.__globals__)
        self.builtins = self.ref(function.__globals__["__builtins__"].__dict__)
        # Only guesses about default values use the function itself.
        asked = [f"function {self.ref(function)}"] if function.__defaults__ else []
        self.text = {}
        done = 0
        while done < len(self.keep):
            self.text[done] = self.describe(self.keep[done])
            done += 1
        self.lines = [f"root {self.ids[id(function.__code__)]}"] + asked + [self.text[i] for i in range(done)]

    def ref(self, o):
        if o is NOTHING:
            return "-"
        if type(o) is int and -5 <= o <= 256:
            return str(o)
        if o is None or o is True or o is False or o is ...:
            return str(o)
        if id(o) in self.known:
            return self.known[id(o)]
        if id(o) not in self.ids:
            self.ids[id(o)] = f"#{len(self.ids) + 1}"
            self.keep.append(o)
        return self.ids[id(o)]

    def refs(self, os):
        return "[" + " ".join(map(self.ref, os)) + "]"

    def describe(self, o):
        head = self.ids[id(o)]
        t = f"type={self.ref(type(o))}"
        quote = lambda s: '"' + s.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        if isinstance(o, types.CodeType):
            return self.code(head, o, t)
        if isinstance(o, type):
            return self.type(head, o, t)
        if isinstance(o, types.FunctionType):
            closure = " closure" if o.__closure__ else ""
            defaults = f" defaults={self.refs(o.__defaults__)}" if o.__defaults__ else ""
            named = [part for pair in (o.__kwdefaults__ or {}).items() for part in pair]
            kwdict = f" kwdict={self.ref(o.__kwdefaults__)} named={self.refs(named)} kwdefaults" if named else ""
            return (f"{head} function {quote(o.__module__ + '.' + o.__qualname__)} {t} code={self.ref(o.__code__)} globals={self.globals} "
                    f"builtins={self.builtins} version={self.number(o)}{defaults}{kwdict}{closure}")
        if type(o) is int:
            return f"{head} int {t} value={o}"
        if type(o) is float:
            return f"{head} float {t} float={o!r}"
        if type(o) is str:
            return f"{head} str {t} text={quote(o)}"
        if type(o) is tuple:
            return f"{head} tuple {t} refs={self.refs(o)}"
        if type(o) is types.ModuleType:
            return f"{head} module {quote(o.__name__)} {t} refs={self.refs([o.__dict__])}"
        if type(o) is types.MethodType:
            return f"{head} method {t} refs={self.refs([o.__func__, o.__self__])}"
        if type(o) in (classmethod, staticmethod):
            return f"{head} {type(o).__name__} {t} refs={self.refs([o.__func__])}"
        if type(o) is property:
            return f"{head} property {t} refs={self.refs([o.fget, NOTHING, NOTHING])}"
        if type(o) is types.BuiltinFunctionType:
            flags = pointer_flags(pointer(id(o) + layout["Builtin.Def"]))
            owner = [o.__self__ if o.__self__ is not None else NOTHING]
            return f"{head} builtin {quote(f"{o.__module__}.{o.__qualname__}" if o.__module__ else o.__qualname__)} {t} refs={self.refs(owner)} flags={flags:#x} member=0 offset=0"
        if type(o) is types.MethodDescriptorType:
            flags = pointer_flags(pointer(id(o) + layout["MethodDescr.Def"]))
            return f"{head} methoddescr {quote(o.__qualname__)} {t} refs={self.refs([o.__objclass__])} flags={flags:#x} member=0 offset=0"
        kind = {dict: "dict", list: "list", types.CellType: "cell"}.get(type(o), "other")
        return f"{head} {kind} {t}"

    def type(self, head, o, t):
        flags = ctypes.c_uint64.from_address(id(o) + layout["Type.Flags"]).value
        heap = flags >> 9 & 1
        names = []
        if heap:
            names += ["heap", "gc", "generic_alloc", "object_new"]
            if flags & layout["TypeFlag.InlineValues"]:
                names += ["inline_values", "managed_dict"]
            if o.__new__ is object.__new__:
                names += ["default_new"]
            if o.__init__ is object.__init__:
                names += ["default_init"]
            if type(o) is type:
                names += ["type_metaclass"]
            if o.__getattribute__ is object.__getattribute__ and not hasattr(o, "__getattr__"):
                names += ["generic_getattr", "attrs_known"]
            if o.__setattr__ is object.__setattr__:
                names += ["generic_setattr"]
        init = f"\n  init {self.ref(o.__init__)}" if isinstance(o.__dict__.get("__init__"), types.FunctionType) else ""
        example = next((v for v in space.values() if type(v) is o), None)
        keys = list(getattr(example, "__dict__", ())) if "inline_values" in names else []
        if keys:
            init = f"\n  keys [{' '.join(f'"{k}"' for k in keys)}] version=77" + init
        for name in sorted({n for c in self.captured for n in c.co_names}) if heap else ():
            owner = next((c for c in o.__mro__ if name in c.__dict__), None)
            if owner is not None:
                init += f'\n  attr "{name}" {self.ref(owner.__dict__[name])}'
        return (f'{head} type "{o.__module__}.{o.__qualname__}" {t} {{\n  flags {flags:#x}\n  version {self.number(o)}\n'
                f"  sizes basic={o.__basicsize__} item={o.__itemsize__} dict=0 weak=0\n  base {self.ref(o.__base__)}\n"
                f"  mro {self.refs(o.__mro__)}\n  traits [{' '.join(names)}]{init}\n}}")

    def number(self, o):
        """A version of a class or function that does not depend on what ran before."""
        return 100 + int(self.ids[id(o)][1:])

    def code(self, head, c, t):
        cells, free = len(c.co_cellvars), len(c.co_freevars)
        names = list(c._varname_from_oparg(i) for i in range(len(set(c.co_varnames) | set(c.co_cellvars)) + free))
        nargs = c.co_argcount + c.co_kwonlyargcount + bool(c.co_flags & 4) + bool(c.co_flags & 8)
        captured = c in self.captured
        out = [f'{head} code "{c.co_qualname}" {t} {{', f'  file "{c.co_filename}" line={c.co_firstlineno}', f"  flags {c.co_flags:#x}",
               f"  sizes args={c.co_argcount} posonly={c.co_posonlyargcount} kwonly={c.co_kwonlyargcount} stack={c.co_stacksize} "
               f"localsplus={len(names)} locals={c.co_nlocals} cells={cells} free={free} frame={len(names) + c.co_stacksize + 11}"]
        if captured:
            out.append(f"  namespaces {self.globals} {self.builtins}")
        for i, n in enumerate(names):
            kind = (0x80 if n in c.co_freevars else 0x40 if n in c.co_cellvars else 0x20) | (0x06 if i < nargs else 0)
            out.append(f'  local "{n}" {kind:#x}')
        if not captured:
            return "\n".join(out + ["}"])
        out += [f"  consts {self.refs(c.co_consts)}", f"  names {self.refs(c.co_names)}"]
        if c.co_exceptiontable:
            out.append(f"  exceptions {c.co_exceptiontable.hex()}")
        out.append("  bytecode")
        code, at, arg = c._co_code_adaptive, 0, 0
        while at < len(code):
            name = OPNAMES[code[at]]
            arg = arg << 8 | code[at + 1]
            units = CACHES.get(SPECIALIZED.get(name, name), 0)
            out.append(f"{at:6} {name} {code[at + 1]}")
            out += [f"         ^ {f}" for f in self.feedback(c, name, arg, code, at)]
            if name != "EXTENDED_ARG":
                arg = 0
            at += 2 + 2 * units
        return "\n".join(out + ["}"])

    def feedback(self, c, name, arg, code, at):
        def cache(unit, width):
            return int.from_bytes(code[at + 2 * unit:at + 2 * unit + 2 * width], "little")

        def type_of():
            version = cache(2, 2)
            t = next((t for t in classes() if u32(id(t) + layout["Type.VersionTag"]) == version), NOTHING)
            return self.ref(t)

        def descr():
            return self.ref(ctypes.cast(cache(6, 4), ctypes.py_object).value)

        def function():
            version = cache(2, 2)
            fn = next((v for v in functions() if u32(id(v) + layout["Function.Version"]) == version), NOTHING)
            return f"object={self.ref(fn)} aux={self.ref(fn.__code__) if fn is not NOTHING else '-'}"

        g = self.function.__globals__
        if name in CACHES and "JUMP" not in name and cache(1, 1) == FRESH:
            yield "NeverExecuted"
        match name:
            case "LOAD_GLOBAL_MODULE":
                yield f"GlobalModule object={self.ref(g[c.co_names[arg >> 1]])} aux={self.globals}"
            case "LOAD_GLOBAL_BUILTIN":
                yield f"GlobalBuiltin object={self.ref(getattr(g['__builtins__'], c.co_names[arg >> 1]))} aux={self.builtins}"
            case "LOAD_ATTR_INSTANCE_VALUE":
                yield f"AttrInstanceValue type={type_of()} value={cache(4, 1)}"
            case "LOAD_ATTR_SLOT":
                yield f"AttrSlot type={type_of()} value={cache(4, 1)}"
            case "LOAD_ATTR_METHOD_WITH_VALUES":
                yield f"AttrMethodWithValues type={type_of()} object={descr()} version=77"
            case "LOAD_ATTR_METHOD_NO_DICT":
                yield f"AttrMethodNoDict type={type_of()} object={descr()}"
            case "LOAD_ATTR_PROPERTY":
                yield f"AttrProperty type={type_of()} object={descr()}"
            case "LOAD_ATTR_CLASS":
                yield f"AttrClass type={type_of()} object={descr()}"
            case "LOAD_ATTR_MODULE":
                m = g[c.co_names[code[at - 10 + 1] >> 1]]  # LOAD_GLOBAL comes before
                yield f"AttrModule object={self.ref(m)} aux={self.ref(getattr(m, c.co_names[arg >> 1]))} value={cache(4, 1)} version=7"
            case "STORE_ATTR_INSTANCE_VALUE":
                yield f"StoreInstanceValue type={type_of()} value={cache(4, 1)}"
            case "STORE_ATTR_SLOT":
                yield f"StoreSlot type={type_of()} value={cache(4, 1)}"
            case "CALL_PY_EXACT_ARGS" | "CALL_PY_GENERAL" | "CALL_KW_PY":
                if (seen := function()) != "object=- aux=-":  # the function is still alive
                    yield f"CallFunction {seen}"
            case "CALL_BOUND_METHOD_EXACT_ARGS" | "CALL_BOUND_METHOD_GENERAL" | "CALL_KW_BOUND_METHOD":
                yield f"CallBoundMethod {function()}"
            case "CALL_ALLOC_AND_ENTER_INIT":
                t = type_of()
                yield f"CallInit type={t} object={self.ref(next(x for x in classes() if self.ref(x) == t).__init__)}"
            case "TO_BOOL_ALWAYS_TRUE":
                yield f"TruthAlways type={type_of()}"
            case "LOAD_SUPER_ATTR" | "LOAD_SUPER_ATTR_METHOD" | "LOAD_SUPER_ATTR_ATTR" if not arg & 2:
                method = next(f for f in functions() if f.__code__ is c)
                t = method.__closure__[c.co_freevars.index("__class__")].cell_contents
                attr = c.co_names[arg >> 2]
                owner = next(k for k in t.__mro__[1:] if attr in k.__dict__)
                yield f"SuperAttr type={self.ref(t)} object={self.ref(owner.__dict__[attr])}"
            case "BINARY_OP_SUBSCR_GETITEM":
                t = next(t for t in classes() if "__getitem__" in t.__dict__)
                yield f"SubscriptMethod type={self.ref(t)} object={self.ref(t.__getitem__)}"
            case "BINARY_OP" | "STORE_SUBSCR" if name in space.get("seen", ()) and (name == "STORE_SUBSCR" or arg == SUBSCRIPT):
                class_, format_ = space["seen"][name]
                yield f"SubscriptNumbers type={self.ref(class_)} value={ord(format_)}"
            case "POP_JUMP_IF_TRUE" | "POP_JUMP_IF_FALSE" | "POP_JUMP_IF_NONE" | "POP_JUMP_IF_NOT_NONE":
                yield f"BranchHistory value={cache(1, 1):#x}"
        if c is self.function.__code__ and "loop" in space:
            jumps = [i for i in dis.get_instructions(c) if i.baseopname == "JUMP_BACKWARD"]
            index, types_ = space["loop"]
            if at == jumps[index].jump_target:
                yield "LoopEntry value=0"
                yield from (f"EntryClass type={self.ref(t)} value={c.co_varnames.index(n)}" for n, t in types_.items())
        base = SPECIALIZED.get(name, name)
        items = space.get("callees", {}).get("items") if base == "CALL_FUNCTION_EX" else None
        for i, callee in enumerate(space.get("callees", {}).get(base, ())):
            function = getattr(callee, "__func__", callee)
            kind = "Called" if function is callee else "CalledBound"
            extra = f" version={items + 1}" if items is not None else ""
            often = function.__closure__ or function.__code__.co_flags & inspect.CO_NESTED
            code = self.ref(function.__code__) if often else "-"
            yield f"{kind} object={self.ref(function)} aux={code} value={100 - i}{extra}"
        for class_ in space.get("earlier", {}).get(SPECIALIZED.get(name, name), ()):
            yield f"GuardFailed type={self.ref(class_)} value=0"


def pointer_flags(method_def):
    return ctypes.c_int32.from_address(method_def + layout["MethodDef.Flags"]).value


NOTHING = object()
space = {}


def classes():
    return [v for v in space.values() if isinstance(v, type)] + [list, dict, str, set, tuple, int, float, bytes]


def functions():
    for v in space.values():
        if isinstance(v, types.FunctionType):
            yield v
        elif isinstance(v, type):
            found = (getattr(f, "__func__", f) for f in v.__dict__.values())
            yield from (f for f in found if isinstance(f, types.FunctionType))


def main(path):
    text = open(path).read()
    source, _, rest = text.partition("-- snapshot --\n")
    _, marker, golden = rest.partition("-- hir --\n")
    space.clear()
    space.update(__name__="m", __builtins__=__import__("builtins"))
    exec(compile(source, "m.py", "exec"), space)
    snapshot = "\n".join(Snapshot(space["f"]).lines) + "\n"
    open(path, "w").write(source + "-- snapshot --\n" + snapshot + "-- hir --\n" + golden)


for p in sys.argv[1:]:
    main(p)
