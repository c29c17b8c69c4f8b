"""Groups `sqlite`, `duckdb`, `pandas` and `zip`: one file on this machine, what writes it fastest."""
import importlib.util
import os
import shutil
import sqlite3
import subprocess
import sys

import release
from measure import Subject, clean_environment, say, timed

SQLITE_SUMS = release.sums_sql("user_id", "movielens_id", "rating", "rated_at", "ratings")
IMPORT = """PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE movies(movielens_id INTEGER PRIMARY KEY, title TEXT, genres TEXT);
CREATE TABLE ratings(user_id INTEGER NOT NULL, movielens_id INTEGER NOT NULL, rating REAL NOT NULL, rated_at INTEGER NOT NULL,
  PRIMARY KEY(user_id, movielens_id)) WITHOUT ROWID;
BEGIN;
.import --csv --skip 1 {folder}/movies.csv movies
.import --csv --skip 1 {folder}/ratings.csv ratings
CREATE INDEX ix_ratings_movielens_id ON ratings(movielens_id, rating);
COMMIT;
"""
SLOW_UP_TO = 8000000  # ways that take a minute or more for 32 million are measured up to here
PANDAS_SQL_UP_TO = 1000000


class File:
    """A database file that is made anew for every run."""

    def __init__(self, bench, name, tags=False):
        self.path, self.tags = bench.path(name), tags

    def remove(self):
        for end in ("", "-wal", "-shm", "-journal", ".wal"):
            if os.path.exists(self.path + end):
                os.remove(self.path + end)

    def size(self):
        return os.path.getsize(self.path)

    def sums(self):
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as db:
            found = list(db.execute(SQLITE_SUMS).fetchone())
            return found + list(db.execute("SELECT count(*) FROM tags").fetchone()) if self.tags else found


def ours(bench, source, name="movie-etl", options=(), tags=False):
    f = File(bench, "ours.db", tags)

    def prepare():
        f.remove()
        shutil.rmtree(bench.path("data"), ignore_errors=True)

    def run():
        return timed([bench.program, "init", "--load-movielens", "--movielens", source, *options], bench.work,
                     {**clean_environment(), "SQL_PATH": f.path})

    return Subject(name, run, prepare, f.sums, f.size)


def api(bench, folder, mode, name):
    f = File(bench, "api.db", mode == "release")
    return Subject(name, lambda: timed([bench.helper("sqlite_api"), mode, folder, f.path], bench.work), f.remove, f.sums, f.size)


def shell(bench, folder):
    f = File(bench, "import.db")
    return Subject("sqlite3 .import", lambda: timed(["sqlite3", f.path], bench.work, None, IMPORT.format(folder=folder)),
                   f.remove, f.sums, f.size)


def sqlite(bench):
    for rows in bench.sizes:
        folder = release.make(bench, rows, 0)
        subjects = [ours(bench, folder), api(bench, folder, "vtab", "SQLite API, virtual table")]
        if rows <= SLOW_UP_TO:
            subjects += [api(bench, folder, "loop", "SQLite API, prepared statement"), shell(bench, folder)]
        bench.compare("sqlite", "ratings", rows, subjects, release.expected(folder), [folder])
    rows = bench.sizes[-1]
    tags = release.tags_for(rows)
    folder = release.make(bench, rows, tags)
    bench.compare("sqlite", "whole release", rows,
                  [ours(bench, folder, tags=True), ours(bench, folder, "movie-etl --memory 160M", ["--memory", "160M"], True),
                   api(bench, folder, "release", "SQLite API, virtual table")], release.expected(folder) + [tags], [folder])


def inflate(bench, path):
    """What reading the zip costs whoever does it."""
    return Subject("unzip, to nothing", lambda: timed(["sh", "-c", f"unzip -p '{path}' >/dev/null"], bench.work))


def zipped(bench):
    rows = bench.sizes[-1]
    tags = release.tags_for(rows)
    folder = release.make(bench, rows, tags)
    path = release.make_zip(folder)
    bench.compare("zip", "whole release", rows, [inflate(bench, path), ours(bench, path, "movie-etl, from the zip", tags=True),
                                                 ours(bench, folder, "movie-etl, from the folder", tags=True)],
                  release.expected(folder) + [tags], [path, folder])


# ---- DuckDB, from npm

def install_duckdb(bench):
    home = bench.path("duckdb")
    if os.path.isdir(os.path.join(home, "node_modules", "@duckdb", "node-api")):
        return True
    if not shutil.which("npm"):
        say("no npm here: DuckDB is not measured")
        return False
    os.makedirs(home, exist_ok=True)
    r = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", home, "@duckdb/node-api"],
                       check=False)
    if r.returncode != 0:
        say("npm could not install @duckdb/node-api: DuckDB is not measured")
    return r.returncode == 0


def duckdb(bench):
    if not install_duckdb(bench):
        return
    shutil.copy(os.path.join(bench.root, "bench", "duckdb.mjs"), bench.path("duckdb", "duckdb.mjs"))
    script = ["node", bench.path("duckdb", "duckdb.mjs")]
    f = File(bench, "duck.db")

    def sums():
        sql = release.sums_sql("CAST(user_id AS BIGINT)", "CAST(movielens_id AS BIGINT)", "rating", "rated_at", "ratings",
                               "CAST({} * 2 AS BIGINT)")
        out = subprocess.run([*script, "ask", sql, f.path], check=True, text=True, capture_output=True).stdout
        return [int(n) for n in out.split()]

    def subject(mode, name, folder):
        return Subject(name, lambda: timed([*script, mode, folder, f.path], bench.work), f.remove, sums, f.size)

    bench.version("DuckDB", subprocess.run([*script, "ask", "SELECT version()", f.path], check=True, text=True,
                                           capture_output=True).stdout.strip())
    for rows in bench.sizes:
        folder = release.make(bench, rows, 0)
        subjects = [ours(bench, folder), subject("plain", "DuckDB, no key, no index", folder)]
        if rows <= SLOW_UP_TO:
            subjects.append(subject("key", "DuckDB, with primary key", folder))
        bench.compare("duckdb", "ratings", rows, subjects, release.expected(folder), [folder])


# ---- pandas

def pandas(bench):
    if importlib.util.find_spec("pandas") is None:
        say("this Python has no pandas: it is not measured")
        return
    f = File(bench, "pandas.db")
    script = [sys.executable, "-B", os.path.join(bench.root, "bench", "pandas_load.py")]
    for rows in bench.sizes:
        folder = release.make(bench, rows, 0)
        csv = os.path.join(folder, "ratings.csv")
        subjects = [Subject("pandas read_csv, into memory only", lambda c=csv: timed([*script, c], bench.work))]
        if rows <= PANDAS_SQL_UP_TO:
            subjects.append(Subject("pandas to_sql, then indexes", lambda c=csv: timed([*script, c, f.path], bench.work),
                                    f.remove, f.sums, f.size))
        subjects.append(ours(bench, folder))
        bench.compare("pandas", "ratings", rows, subjects, release.expected(folder), [folder])


# ---- YAML: the project's own benchmark of its reader and writer

def yaml(bench):
    program = os.path.join(bench.tree, "tests", "bench", "bench_yaml")
    out = subprocess.run([program], check=True, text=True, capture_output=True).stdout
    for line in out.splitlines():
        name, value, unit = line.split("\t")
        bench.record(group="yaml", case="batch files", rows=0, subject=name, run=0, value=float(value), unit=unit)
        say(f"{name}: {value} {unit}")
