"""Writes docs/benchmarks/README.md and ratings.svg from build/bench/results.jsonl: of each comparison the last session."""
import json
import os
import platform
import statistics
import subprocess
import time

import chart

HEAD = """# Benchmarks

Written by `./run bench`; do not edit. Everything in one table was measured in one run, each way in turn and then each again, on data
that the benchmark makes itself (the same bytes everywhere) and that lies in memory when the clock starts. Figures are medians, with the
fastest and the slowest run behind them. All ways end with the same rows: count, sums and a checksum over every row are compared. Only ratios within one table mean something.

```
./run bench                    # everything, about an hour on two cores; 17 GB in build/bench
./run bench --quick            # a million ratings, once
./run bench --only server      # one group; --report writes these tables anew
MYSQL_TEST_SERVER=host:port:user:password ./run bench --only server    # MySQL too; an account that may SET GLOBAL local_infile
```

{machine}
"""
CHART = ["", "![seconds to load the ratings](ratings.svg)", ""]
TEXTS = {
    "sqlite": ("The embedded database", """movie-etl is the whole command: start, schema, checks of every value, key, index
(movielens_id, rating), movie of every rating, statistics per movie, links, fsync. The API programs are `bench/sqlite_api.c`: without
journal and syncs, one fsync at the end, index afterwards. The slower ways are measured up to eight million."""),
    "duckdb": ("DuckDB", "Its own binaries from npm, `CREATE TABLE AS` from the same file; no index on movies in either, the one with a key up to eight million."),
    "pandas": ("pandas", "`read_csv` alone, and with `to_sql` and two indexes at a million."),
    "zip": ("From the zip", "The release as it is distributed, beside what inflating it costs and beside the unpacked folder."),
    "server": ("MariaDB and MySQL", """By hand means `LOAD DATA LOCAL INFILE` of movies and ratings through the `mariadb` client into tables
that have primary key, index and foreign key already, checks on. movie-etl is the whole command into an empty database: some forty
tables, the load beside and the swap, links, and the same keys at the end. Servers have default settings and a buffer pool of 1 GiB; MySQL is whoever
`MYSQL_TEST_SERVER` names. Memory is the client's."""),
    "process": ("TMDB records", """`process --batch-type initial` into an empty database, and the same records once more, fetched anew when
nothing had changed. The records are those of the tests' stand-in, which imitates TMDB's. Each run gets copies of the batch files of its
own, on the disk before the clock starts: removing the loaded ones is in the figures."""),
}


def read(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def last_sessions(results):
    """{(group, case, rows): {subject: [runs]}}: subjects in the order in which they were measured."""
    newest = {}
    for r in results:
        if r["group"] not in ("versions", "composition"):
            key = (r["group"], r["case"], r["rows"])
            newest[key] = max(newest.get(key, 0), r["session"])
    found = {}
    for r in results:
        key = (r["group"], r.get("case"), r.get("rows"))
        if r["session"] == newest.get(key):
            found.setdefault(key, {}).setdefault(r["subject"], []).append(r)
    return found


def seconds(runs):
    return statistics.median(r["seconds"] for r in runs)


def spread(runs):
    all_of_them = [r["seconds"] for r in runs]
    return "" if len(runs) == 1 else f" ({min(all_of_them):.2f} .. {max(all_of_them):.2f})"


def size(n):
    return "-" if n is None else f"{n / 1e6:,.0f} MB"


def table(case, rows, subjects):
    ours = next((runs for name, runs in subjects.items() if name.startswith("movie-etl")), None)
    lines = [f"### {case}: {rows:,} ratings", "", "| | seconds | times movie-etl's | rows/s | peak memory | on disk |", "|---|---|---|---|---|---|"]
    for name, runs in subjects.items():
        s = seconds(runs)
        ratio = f"{s / seconds(ours):.2f}" if ours else "-"
        lines.append(f"| {name} | {s:.2f}{spread(runs)} | {ratio} | {rows / s:,.0f} | {size(runs[-1]['peak'])} | {size(runs[-1]['bytes'])} |")
    return lines + [""]


def growth(found):
    """Cost against size, of the embedded database."""
    series = sorted((rows, subjects) for (group, case, rows), subjects in found.items() if (group, case) == ("sqlite", "ratings"))
    if len(series) < 2:
        return []
    names = list(series[0][1])
    lines = ["### Cost against size: seconds per million ratings", "", "| | " + " | ".join(f"{rows:,}" for rows, _ in series) + " |",
             "|---|" + "---|" * len(series)]
    for name in names:
        cells = [f"{seconds(subjects[name]) / rows * 1e6:.3f}" if name in subjects else "-" for rows, subjects in series]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines + [""]


def yaml(found):
    subjects = found.get(("yaml", "batch files", 0))
    if not subjects:
        return []
    lines = ["## YAML batch files", "", "Read and written beside libyaml, one thread (`tests/bench/bench_yaml.c` says what each is).", "", "| | |", "|---|---|"]
    return lines + [f"| {name} | {runs[-1]['value']:g} {runs[-1]['unit']} |" for name, runs in subjects.items()] + [""]


def batches(case, rows, subjects, composition):
    """Of group `process`."""
    children = composition[rows]["children"]
    lines = [f"### {rows:,} {case}, {children:,} child rows", "", f"A record: {composition[rows]['text']}.", "",
             "| | seconds | records/s | child rows/s | peak memory | on disk |", "|---|---|---|---|---|---|"]
    for name, runs in subjects.items():
        s = seconds(runs)
        written = f"{children / s:,.0f}" if "first load" in name else "-"
        lines.append(f"| {name} | {s:.2f}{spread(runs)} | {rows / s:,.0f} | {written} | {size(runs[-1]['peak'])} | {size(runs[-1]['bytes'])} |")
    return lines + [""]


def first_line(command):
    try:
        return subprocess.run(command, text=True, capture_output=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return None


def machine(results):
    """Without names: neither of hosts nor of folders."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), platform.machine())
    with open("/proc/meminfo", encoding="utf-8") as f:
        memory = int(f.readline().split()[1]) / 1024 / 1024
    day = time.strftime("%Y-%m-%d", time.gmtime(max(r["session"] for r in results)))
    versions = {"Linux": platform.release().split("-")[0], "SQLite": (first_line(["sqlite3", "--version"]) or "none").split()[0]}
    versions.update({r["subject"]: r["version"] for r in results if r["group"] == "versions"})
    return f"{day}: {len(os.sched_getaffinity(0))} cores of {model}, {memory:.0f} GiB; " + ", ".join(f"{k} {v}" for k, v in sorted(versions.items())) + "."


def write(bench):
    results = read(bench.results)
    found = last_sessions(results)
    composition = {r["rows"]: r for r in results if r["group"] == "composition"}
    lines = HEAD.format(machine=machine(results) if results else "Nothing was measured yet.").splitlines()
    lines += CHART if results else []
    for group, (title, text) in TEXTS.items():
        cases = [(case, rows) for g, case, rows in found if g == group]
        if not cases:
            continue
        lines += [f"## {title}", "", text, ""]
        for case, rows in sorted(cases):
            subjects = found[(group, case, rows)]
            lines += batches(case, rows, subjects, composition) if group == "process" else table(case, rows, subjects)
        if group == "sqlite":
            lines += growth(found)
    lines += yaml(found)
    folder = os.path.join(bench.root, "docs", "benchmarks")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as f:
        f.write("\n".join(lines).rstrip() + "\n")
    if not results:
        return
    panels = chart.panels(found, seconds)
    with open(os.path.join(folder, "ratings.svg"), "w", encoding="utf-8") as f:
        f.write(chart.draw(panels))
