"""The table that bench/run.py prints: one line for each row and mode."""

import math

COLUMNS = ["benchmark", "mode", "counter", "cold", "warm", "jit/plain", "plain/jit", "in code", "functions", "exits", "result"]


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values and None not in values else None


def warm(record):
    """Instructions of one warm call, or seconds where instructions cannot be counted."""
    instructions = mean(call["instructions"] for call in record["warm"])
    return instructions if instructions is not None else mean(call["seconds"] for call in record["warm"])


def cold(record):
    call = record["cold"]
    return call["instructions"] if call["instructions"] is not None else call["seconds"]


def amount(value, counter):
    if counter == "time":
        return f"{value * 1e3:.2f} ms"
    return f"{value / 1e6:.3f} M"


def same_result(plain, other):
    """"same", "differs", or "-" where the benchmark gives nothing to compare.

    A benchmark may return something else each time: its n-th calls are compared. One run may have made more
    of them than the other.
    """
    pairs = [pair for results in zip(plain["results"], other["results"]) for pair in zip(*results)]
    pairs.append((plain["check"], other["check"]))
    pairs = [pair for pair in pairs if pair != (None, None)]
    if not pairs:
        return "-"
    return "same" if all(a == b for a, b in pairs) else "differs"


def share(record):
    """How much of a warm call's instructions ran in compiled code, from 0 to 1."""
    jit = mean(call["jit_instructions"] for call in record["warm"])
    total = mean(call["instructions"] for call in record["warm"])
    return jit / total if jit is not None and total else None


def exits(record):
    """How often a warm call left compiled code for the interpreter."""
    return sum(place["count"] for place in record["exits"]) / len(record["warm"])


def line(record, plain):
    """The cells of one record; plain is the record of the same row in mode plain, or None."""
    if "failure" in record:
        return [record["row"], record["mode"], *[""] * 8, record["failure"]]
    cells = [record["row"], record["mode"], record["counter"], amount(cold(record), record["counter"]),
             amount(warm(record), record["counter"])]
    if record["mode"] == "plain":
        return cells + [""] * 6
    ratio = warm(record) / warm(plain) if plain and warm(plain) else None
    cells += [f"{ratio:.3f}", f"{1 / ratio:.2f}"] if ratio else ["", ""]
    part = share(record)
    cells += ["" if part is None else f"{part:.1%}"]
    if record["jit_absent"]:
        return cells + ["", "", f"no JIT: {record['jit_absent']}"]
    # CPython's own compiler does not say what it compiled.
    known = record["policy"] is not None
    cells += [str(len(record["compiled"])) if known else "", f"{exits(record):.0f}" if known else ""]
    return cells + [same_result(plain, record) if plain else "-"]


def plain_record(record, records):
    found = [r for r in records if r["row"] == record["row"] and r["mode"] == "plain" and "failure" not in r]
    return found[0] if found else None


def lines(records):
    return [line(record, plain_record(record, records)) for record in records]


def ratios(records):
    """mode -> the ratios jit/plain of its rows."""
    found = {}
    for record in records:
        plain = plain_record(record, records)
        if record["mode"] != "plain" and "failure" not in record and not record["jit_absent"] and plain and warm(plain):
            found.setdefault(record["mode"], []).append(warm(record) / warm(plain))
    return found


def summary(records):
    """Sentences about each mode: the geometric mean, and how many rows became slower."""
    for mode, values in ratios(records).items():
        middle = math.exp(sum(map(math.log, values)) / len(values))
        slower = sum(value > 1 for value in values)
        yield f"{mode}: {middle:.3f} of plain (geometric mean of {len(values)} rows), {slower} above 1.00"


def as_text(rows, header=COLUMNS):
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows)]
    left = {0, 1, 2, len(header) - 1}
    return "\n".join(
        "  ".join(cell.ljust(w) if i in left else cell.rjust(w) for i, (cell, w) in enumerate(zip(cells, widths))).rstrip()
        for cells in [header, *rows])


def as_markdown(rows, header=COLUMNS):
    def cells_of(cells):
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([cells_of(header), "|" + "---|" * len(header), *map(cells_of, rows)])


def exits_text(record, limit):
    """The places where compiled code was left most often, a line each."""
    calls = len(record["warm"])
    return [f"  {place['count'] / calls:9.0f}  {place['reason']} ({place['description']}): {place['function']}, "
            f"line {place['lineno']}" + (f", {place['guilty_type']}" if place["guilty_type"] else "")
            for place in record["exits"][:limit]]
