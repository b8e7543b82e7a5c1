"""Encoded objects (jit/object/encode.go) written in Python, to test exits that the compiler rarely makes."""

import struct

MAGIC, VERSION, NONE = b"CJOB", 4, 0xFFFFFFFF
DEOPT, OBSERVE, RAISE = range(3)
PUSH, DISCARD, INIT, BOOL, NOT = range(5)
OBJECT, INT, FLOAT, TRUTH, TAGGED = range(5)
TUPLE, LIST, METHOD, SLICE, RANGE, RANGE_ITER, LIST_ITER, TUPLE_ITER, CELL, INSTANCE, ENUMERATE = range(11)

NOTHING, NULL = (0, 0, 0), (1, 0, 0)


def register(n, representation=OBJECT):
    return 2, representation, n


def vector(n):
    return 3, FLOAT, n


def slot(n, representation=OBJECT):
    return 4, representation, 8 * n


def constant(number):
    return 5, OBJECT, number


def number(value, representation=INT):
    return 6, representation, 0, value


def virtual(n):
    return 7, OBJECT, n


def frame(offset, stack=(), locals=None, code=0, callee=NOTHING, next=0, completion=PUSH):
    """A frame of an exit; locals None means that they are in memory. An inlined one is nowhere yet."""
    return code, callee, offset, next, completion, locals, stack


def uint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def sint(value):
    return uint(((value << 1) ^ (value >> 63)) & (1 << 64) - 1)


def location(where):
    kind, representation, index, *rest = where
    return uint(kind | representation << 3 | index << 6) + b"".join(map(sint, rest))


def sequence(items, encode):
    return uint(len(items)) + b"".join(map(encode, items))


def exit_(kind, frames, owned=(), virtuals=(), reason=1, text=1, guilty=NOTHING):
    def one_frame(values):
        code, callee, offset, next, completion, locals, stack = values
        flags = completion << 1 | (locals is None)
        native = uint(NONE) if kind != DEOPT and code != 0 else b""
        return (uint(code) + location(callee) + uint(offset) + uint(next) + uint(flags) + native
                + sequence(locals or (), location) + sequence(stack, location))

    def one_virtual(values):
        return uint(values[0]) + sequence(values[1], location)

    return (uint(kind) + uint(reason) + uint(0) + uint(text) + location(guilty) + sequence(virtuals, one_virtual)
            + sequence(frames, one_frame) + sequence(owned, location))


def encode(exits, strings=("", "guard")):
    """An object whose code is four instructions that do nothing."""
    index, body = b"", b""
    for one in exits:
        index += struct.pack("<I", len(body))
        body += one
    names = b"".join(uint(len(s)) + s.encode() for s in strings)
    sections = [(names, len(strings)), (index, len(exits)), (body, len(exits))] + [(b"", 0)] * 9
    text = struct.pack("<I", 0xD503201F) * 4
    at = 4 + 4 * (2 + 12 + 2 * 13)
    table, payload = b"", b""
    for i, (data, count) in enumerate(sections + [(text, len(text))]):
        align = {1: 4, 12: 16}.get(i, 1)
        pad = -at % align
        payload += bytes(pad) + data
        table += struct.pack("<II", at + pad, count)
        at += pad + len(data)
    scalars = struct.pack("<12I", 0, 0, len(text), 0, 0, NONE, NONE, NONE, 0, 0, NONE, 0)
    return MAGIC + struct.pack("<II", VERSION, at) + scalars + table + payload
