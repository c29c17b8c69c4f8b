"""Measures this program and what one would use instead, side by side. `./run bench --help` says how; started by `./run bench`.

Results are appended to build/bench/results.jsonl, a line per run; the tables and the chart in docs/benchmarks are made from the
last session of each comparison (report.py)."""
import argparse
import os
import sys

import batches
import embedded
import release
import report
import servers
from measure import Bench

GROUPS = {"sqlite": embedded.sqlite, "duckdb": embedded.duckdb, "pandas": embedded.pandas, "zip": embedded.zipped,
          "server": servers.measure, "yaml": embedded.yaml, "process": batches.process}


def parse():
    p = argparse.ArgumentParser(prog="./run bench", description="Measures movie-etl and the alternatives side by side.")
    p.add_argument("--only", metavar="GROUP[,GROUP]", help="some of: " + ", ".join(GROUPS))
    p.add_argument("--quick", action="store_true", help="a million ratings, 4,000 records, once")
    p.add_argument("--ratings", type=int, default=release.WHOLE_RATINGS, metavar="N", help="of the largest release (%(default)s)")
    p.add_argument("--records", type=int, default=100000, metavar="N", help="TMDB records, of the group process (%(default)s)")
    p.add_argument("--runs", type=int, default=3, metavar="N", help="of everything (%(default)s)")
    p.add_argument("--report", action="store_true", help="measure nothing, only write docs/benchmarks from what was measured")
    return p.parse_args()


def sizes(o):
    """Those of the cost-against-size series that are smaller than what was asked for, and that."""
    if o.quick:
        return [1000000]
    return sorted({n for n in (1000000, 8000000) if n < o.ratings} | {o.ratings})


def main():
    o = parse()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    groups = o.only.split(",") if o.only else list(GROUPS)
    unknown = [g for g in groups if g not in GROUPS]
    if unknown:
        sys.exit(f"bench: no group is called {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    bench = Bench(root, 1 if o.quick else o.runs, sizes(o), 4000 if o.quick else o.records)
    if not o.report:
        for g in groups:
            GROUPS[g](bench)
    report.write(bench)


if __name__ == "__main__":
    main()
