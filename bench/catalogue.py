"""The benchmarks: which ones pyperformance has installed, which of them can run here, and at what size.

Nothing of a benchmark is known here but its name and the size of its arguments: under emulation the
original sizes take minutes.
"""

import dataclasses
import importlib.metadata
import pathlib
import re
import tomllib

from places import PACKAGES, SITE

BENCHMARKS = SITE / "pyperformance/data-files/benchmarks"

# The rows that the project watches first; the default of bench/run.py.
CORE = [
    "richards", "deltablue", "nbody", "fannkuch", "float", "nqueens", "chaos", "hexiom", "spectral_norm", "pyflate",
    "scimark",
]

# row -> arguments of the benchmark's function by position (None keeps one). Sizes are chosen so that
# one call executes some tens of millions of instructions.
SIZES = {
    "fannkuch": [7],
    "float": [10_000],
    "nqueens": [6],
    "nbody": [None, 2_000],
    "chaos": [64, 64, 2_000],
    "deltablue": [100],
    "raytrace": [32, 32],
    "scimark_fft": [128, 10],
    "scimark_lu": [20],
    "scimark_monte_carlo": [10_000],
    "scimark_sor": [40, 10],
    "scimark_sparse_mat_mult": [1_000, 10_000],
    "pidigits": [200],
    "gc_traversal": [200],
    "create_gc_cycles": [20, 20],
}

# row -> statements that are executed in the program's globals before the first call, where the size is
# in its data and not in an argument.
REDUCTIONS = {
    "pprint_safe_repr": "del printable[300:]",
    "pprint_pformat": "del printable[300:]",
    "docutils": """
def build_html(doc_root, whole=build_html):
    return whole(doc_root / "howto")
""",
    # The first tables of the file.
    "tomli_loads": """
class DATA_FILE:
    def read_text(encoding, path=DATA_FILE):
        with open(path, encoding=encoding) as file:
            return file.read(200_000).rpartition("[[data]]")[0]
""",
    # Four fifths of the points that can be lost; the program expects the result of all of them.
    "mdp": """
def fixeddata_t(maxhp, *rest, whole=fixeddata_t):
    return whole(maxhp * 4 // 5, *rest)

def halfstate_t(fixed, hp, *rest, whole=halfstate_t):
    return whole(fixed, hp * 4 // 5, *rest)

def evaluate(self, tolerance, whole=Battle.evaluate):
    global evaluated
    evaluated = whole(self, tolerance)
    return 0.89873589887

Battle.evaluate = evaluate
""",
}

# row -> calls that count as one, where a single one is too short to be measured well.
LOOPS = {
    "typing_runtime_protocols": 10,
    "unpack_sequence": 20,
    "logging_silent": 500,
    "logging_simple": 20,
    "logging_format": 20,
    "deepcopy_reduce": 20,
    "deepcopy_memo": 10,
}

# program -> command-line arguments.
ARGUMENTS = {
    "hexiom": ["--level", "10"],
}

# row -> expression over the program's globals, evaluated after the last call: it tells results apart
# where the benchmark returns nothing.
CHECKS = {
    "nbody": "(lambda b: [advance(0.01, 20, b, combinations(b)), report_energy(b, combinations(b)), b])"
             "([([i, i * 0.5, 0.25], [0.1 * i, 0.2, 0.3], 1.0 + i) for i in range(5)])",
    "nqueens": "list(n_queens(6))",
    "spectral_norm": "eval_AtA_times_u([1.0] * 20)",
    "chaos": "random.getstate()",
    "deltablue": "(planner.current_mark, len(planner.__dict__))",
    "scimark_fft": "(lambda x: [FFT_transform(64, x), FFT_inverse(64, x), list(x)])(Random(7).RandomVector(64))",
    "scimark_lu": "(lambda a, lu, p: [LU(lu, a, p), [list(row) for row in (lu[i] for i in range(9))], list(p)])"
                  "(Random(7).RandomMatrix(ArrayList(9, 9)), ArrayList(9, 9), array('i', [0]) * 9)",
    "scimark_monte_carlo": "MonteCarlo(1000)",
    "scimark_sor": "(lambda g: [SOR_execute(1.25, g, 3, Array2D), list(g.data)])(Random(7).RandomMatrix(Array2D(9, 9)))",
    "scimark_sparse_mat_mult": "(lambda y: [SparseCompRow_matmult(3, y, [1.0, 2.0, 3.0], [0, 1, 2, 3], [0, 1, 2], "
                               "[1.5, 2.5, 3.5], 2) and None, y])([0.0] * 3)",
    "generators": "list(tree(range(9)))",
    "mdp": "globals().get('evaluated')",
}

# program -> why it is not run, beside what is found out by looking for its packages.
REFUSED = {
    "2to3": "installs a package while it runs",
    "hg_startup": "needs the program hg",
    "sympy": "its version needs distutils, which Python 3.14 does not have",
    "concurrent_imap": "measures communication between processes",
    "asyncio_tcp": "measures network input and output",
    "asyncio_tcp_ssl": "measures network input and output",
}


@dataclasses.dataclass
class Benchmark:
    """One entry of pyperformance's manifest: a program, with arguments."""

    name: str
    program: pathlib.Path
    arguments: list
    refused: str | None  # why it cannot run here

    def size(self, row):
        return SIZES.get(row)

    def reduction(self, row):
        return REDUCTIONS.get(row)

    def loops(self, row):
        return LOOPS.get(row, 1)

    def check(self, row):
        return CHECKS.get(row)


def missing_package(needed):
    """The first of the distributions in needed that is not installed, or None."""
    installed = set()
    for folder in [SITE, PACKAGES]:
        for found in importlib.metadata.distributions(path=[str(folder)]):
            installed.add(found.metadata["Name"].lower().replace("_", "-"))
    return next((name for name in needed if name.lower().replace("_", "-") not in installed), None)


def read(name, folder, description):
    """The benchmark that a description file in the folder is about."""
    data = tomllib.loads(description.read_text())
    base = tomllib.loads((folder / "pyproject.toml").read_text())
    tool = base.get("tool", {}).get("pyperformance", {}) | data.get("tool", {}).get("pyperformance", {})
    requirements = folder / "requirements.txt"
    needed = []
    if requirements.exists():
        needed = [re.split(r"[^\w.-]", line)[0] for line in requirements.read_text().splitlines() if line.strip()]
    refused = REFUSED.get(name)
    if refused is None:
        missing = missing_package(needed)
        refused = missing and f"needs the package {missing}"
    # A program's own options belong to it, those of a description to this entry.
    arguments = [*tool.get("extra_opts", []), *ARGUMENTS.get(name, [])]
    program = folder / tool.get("runscript", "run_benchmark.py")
    return Benchmark(name, program, arguments, refused)


def all_benchmarks():
    """Every entry of the manifest, by name, in its order."""
    found = {}
    for line in (BENCHMARKS / "MANIFEST").read_text().splitlines():
        match = re.fullmatch(r"(\w+)\s+<local(?::(\w+))?>", line)
        if match is None:
            continue
        name, of = match.groups()
        folder = BENCHMARKS / f"bm_{of or name}"
        description = folder / (f"bm_{name}.toml" if of else "pyproject.toml")
        found[name] = read(name, folder, description)
    return found


def choose(names, benchmarks):
    """Pairs (benchmark, row) for the wanted names; row is None for all of a program's rows.

    A name is that of a benchmark or of a row, such as scimark or scimark_fft, or a path ending in .py: a program
    of one's own that is written for pyperf. Raises KeyError with an unknown name.
    """
    chosen = []
    for name in names:
        if name.endswith(".py") and pathlib.Path(name).is_file():
            program = pathlib.Path(name).resolve()
            chosen.append((Benchmark(program.stem, program, [], None), None))
            continue
        if name in benchmarks:
            chosen.append((benchmarks[name], None))
            continue
        owners = [b for b in benchmarks if name.startswith(b + "_")]
        if not owners:
            raise KeyError(name)
        chosen.append((benchmarks[max(owners, key=len)], name))
    return chosen
