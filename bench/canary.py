"""How often the judge of canaries is wrong, how much it sees, how soon: beside peers and targets.

    .venv/bin/python -m bench.canary [--repetitions N] [--seed N] [--only TABLE]

Canaries are simulated (`canary_families`), the peers' rules of our own making (`canary_peers`).
Numbers are shares of canaries that are blocked, in percent, with the standard error of the
simulation; `missed, within noise` is a value less than two of these from its target.
"""

from __future__ import annotations

import argparse
import os
import platform
from time import perf_counter

from bench.canary_looks import sequential
from bench.canary_tables import counts, raw, series
from bench.canary_time import time

TABLES = {
    "series": (series, "Series: 60 scrapes, 13 families"),
    "raw": (raw, "Raw samples: 4 families"),
    "counts": (counts, "Errors of requests, 0.1 % at best"),
    "sequential": (sequential, "Asked after every scrape"),
    "time": (time, "Time of the judge"),
}
SEED, REPETITIONS = 7, 400


def main() -> None:
    parser = argparse.ArgumentParser(description="How well canaries are judged.")
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, help="runs of each cell")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, other canaries")
    parser.add_argument("--only", choices=TABLES, help="this table alone")
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f}),"
        f" seed {options.seed}, {options.repetitions} repetitions"
    )
    for name, (make, title) in TABLES.items():
        if options.only in {None, name}:
            start = perf_counter()
            found = make(options.seed, options.repetitions)
            print(f"\n### {title} ({perf_counter() - start:.0f} s)\n\n{found}", flush=True)


if __name__ == "__main__":
    main()
