"""The bytecode facts of the Go compiler are those of the running interpreter."""

import _opcode
import opcode
import pathlib

import pytest

FACTS = pathlib.Path(__file__).parent.parent / "jit" / "bytecode" / "testdata" / "facts.txt"


@pytest.fixture(scope="module")
def facts():
    opcodes, constants = {}, {}
    for line in FACTS.read_text().splitlines():
        kind, *words = line.split()
        if kind == "opcode":
            number, name, *pairs = words
            opcodes[name] = {"number": int(number), **dict(pair.split("=", 1) for pair in pairs)}
        elif kind == "const":
            constants[words[0]] = int(words[1])
    return opcodes, constants


def test_numbers(facts):
    opcodes, _ = facts
    running = opcode.opmap | opcode._specialized_opmap
    assert {name: facts["number"] for name, facts in opcodes.items()} == running


def test_specialized_forms(facts):
    opcodes, _ = facts
    bases = {form: base for base, forms in opcode._specializations.items() for form in forms}
    listed = {name: o["base"] for name, o in opcodes.items() if o["base"] != name}
    # The headers count this form, written by hand, to its family too.
    assert {name: base for name, base in listed.items() if name in bases} == bases
    assert set(listed) - set(bases) <= {"BINARY_OP_INPLACE_ADD_UNICODE"}


def test_lengths_of_caches(facts):
    opcodes, _ = facts
    for name in opcode.opmap:
        if not name.startswith("INSTRUMENTED_"):
            assert int(opcodes[name]["caches"]) == opcode._inline_cache_entries.get(name, 0), name


@pytest.mark.parametrize(
    "flag, predicate",
    [
        ("ARG", _opcode.has_arg),
        ("CONST", _opcode.has_const),
        ("NAME", _opcode.has_name),
        ("JUMP", _opcode.has_jump),
        ("FREE", _opcode.has_free),
        ("LOCAL", _opcode.has_local),
    ],
)
def test_flags(facts, flag, predicate):
    opcodes, _ = facts
    for name, number in opcode.opmap.items():
        assert (flag in opcodes[name]["flags"].split("|")) == bool(predicate(number)), name


def test_stack_effects(facts):
    opcodes, _ = facts
    for name, number in opcode.opmap.items():
        if number >= opcode.MIN_INSTRUMENTED_OPCODE:
            continue
        for oparg in 0, 1, 2, 3, 7, 0x102:
            if not _opcode.has_arg(number):
                if oparg:
                    break
            pops, pushes = (eval(opcodes[name][key], {"oparg": oparg}) for key in ("pops", "pushes"))
            argument = oparg if _opcode.has_arg(number) else None
            assert pushes - pops == opcode.stack_effect(number, argument, jump=False), (name, oparg)


def test_constants(facts):
    _, constants = facts
    for number, (name, _) in enumerate(_opcode.get_nb_ops()):
        assert constants[name] == number
    for names in _opcode.get_intrinsic1_descs(), _opcode.get_intrinsic2_descs():
        for number, name in enumerate(names):
            assert constants[name] == number
    for number, name in enumerate(_opcode.get_special_method_names()):
        assert constants[f"SPECIAL_{name.upper()}"] == number
    assert constants["NUM_COMMON_CONSTANTS"] == len(opcode._common_constants)
