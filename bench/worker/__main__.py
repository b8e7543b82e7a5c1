"""Measures one benchmark in this process. bench/run.py starts it; request and answer are JSON files.

    build/python bench/worker REQUEST ANSWER

Request: program (path of the run_benchmark.py), arguments (list), row (name, or null to list
the rows), loops, sizes (replaces the benchmark's arguments by position; null keeps one), reduction (statements
that are executed in the program's globals before the first call, or null), check
(expression over the program's globals that is evaluated at the end), policy (null, "auto" or
"force"), warmup, max_warmup, calls, counts (file of the emulator's plugin or null), snapshot (folder for
what a profile needs, or null), warmup_seconds.
"""

# No function is defined here: it would belong to the module __main__, as those of the benchmark do.
import json
import sys

import measurement
import programs

# The benchmark's own folder comes first, as if it had been started directly.
del sys.path[0]

with open(sys.argv[1]) as file:
    request = json.load(file)
answer_path = sys.argv[2]
measuring = measurement.Measurement(request)
programs.run(request["program"], request["arguments"], measuring.consume, measuring.replace)
answer = measuring.answer or {"rows": measuring.rows}
with open(answer_path, "w") as file:
    json.dump(answer, file, indent=1, default=str)
