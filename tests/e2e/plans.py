#!/usr/bin/env python3
"""plans: does every question of docs/queries.sql run, and by the index that it names?

    plans.py QUERIES sqlite DATABASE
    plans.py QUERIES server COMMAND [ARG...]    COMMAND ARG... SQL prints a result, tab-separated, with a heading

A site question may read no table from end to end. What is wrong goes to standard output, a line each; the last line says
how many questions were right. Exit code 0: all.
"""
import re
import sqlite3
import subprocess
import sys

HEADING = re.compile(r"-- (\d+)\. .* \((site|whole table); (\S+)\)$")


def questions(path):
    """(number, is for a site, index, SQL) of each; every statement must have its heading."""
    for block in open(path, encoding="utf-8").read().strip().split("\n\n"):
        heading, _, sql = block.partition("\n")
        match = HEADING.match(heading)
        if match:
            yield int(match.group(1)), match.group(2) == "site", match.group(3), sql.rstrip(";\n")
        elif not all(line.startswith("--") for line in block.split("\n")):
            raise SystemExit("a statement without its heading: " + block)


def sqlite_engine(database):
    """Two functions for SQLite: one that asks, and one that explains as (index, reads everything) for each step. A scan of
    what a subquery gave is none of a table."""
    connection = sqlite3.connect("file:%s?mode=ro" % database, uri=True)

    def steps(sql):
        lines = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + sql)]
        made = {line.split()[1] for line in lines if line.startswith(("MATERIALIZE ", "CO-ROUTINE "))}
        for line in lines:
            verb, table, how = (line.split(" ", 2) + ["", ""])[:3]
            if verb not in ("SEARCH", "SCAN") or table in made:
                continue
            index = re.search(r"ix_\w+", how)
            yield index.group(0) if index else "PRIMARY", verb == "SCAN" and not index

    return lambda sql: connection.execute(sql).fetchall(), steps


def server_engine(command):
    """The same for MySQL and MariaDB. A walk along an index ("index") reads everything unless LIMIT ends it: the rows
    that the server expects tell."""
    def result(sql):
        done = subprocess.run(command + [sql], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return [line.split("\t") for line in done.stdout.splitlines()]

    def steps(sql):
        rows = result("EXPLAIN " + sql)
        at = {name.lower(): i for i, name in enumerate(rows[0])}
        for row in rows[1:]:
            everything = row[at["type"]] == "ALL" or \
                (row[at["type"]] == "index" and int(row[at["rows"]]) > 1000)
            yield row[at["key"]], everything and not row[at["table"]].startswith("<")

    return lambda sql: result(sql)[1:], steps


def wrong(engine, sql, for_site, index):
    """What is wrong with a question, or None."""
    ask, steps = engine
    try:
        ask(sql)
        found = list(steps(sql))
    except (sqlite3.Error, RuntimeError) as error:
        return str(error)
    if for_site and any(everything for _, everything in found):
        return "reads a table from end to end: %s" % found
    if index != "-" and index not in [used for used, _ in found]:
        return "does not use %s: %s" % (index, found)
    return None


def main(path, kind, *where):
    engine = sqlite_engine(where[0]) if kind == "sqlite" else server_engine(list(where))
    # A server answers a question about a movie that is not there without any table.
    there = engine[0]("SELECT max(c.tmdb_id) FROM credits c JOIN movies m ON m.tmdb_id = c.tmdb_id")[0][0]
    right = asked = 0
    for number, for_site, index, sql in questions(path):
        problem = wrong(engine, re.sub(r"\b550\b", str(there), sql), for_site, index)
        asked += 1
        right += problem is None
        if problem:
            print("question %d %s" % (number, problem))
    print("%d of %d questions" % (right, asked))
    return 0 if asked == right and asked >= 20 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
