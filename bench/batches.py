"""Group `process`: staged TMDB records into an empty database, and the same fetched anew when nothing had changed.

The records are the stand-in's (tests/standin), of the size of TMDB's own; they are fetched from it twice, like from TMDB, and kept in
build/bench/batches. Every run takes the waiting files as a user's would: --batch-type initial, loaded files compressed and moved."""
import os
import re
import shutil
import sqlite3
import subprocess
import time

import servers
from embedded import File
from measure import Subject, clean_environment, say, timed

KEY = "0" * 32
# Tables with rows of a record's own; people, keywords and so on are named by many and written once.
CHILDREN = ("alternative_titles", "credits", "images", "movie_collections", "movie_companies", "movie_countries",
            "movie_keywords", "movie_languages", "movie_origin_countries", "release_dates", "reviews", "tmdb_genres",
            "translations", "videos", "watch_links", "watch_providers")


def start_standin(bench, records):
    port = bench.path("standin.port")
    if os.path.exists(port):
        os.remove(port)
    p = subprocess.Popen([os.path.join(bench.tree, "tests", "standin", "tmdb-standin"), "--generate", str(records), "--change-rate", "0",
                          "--key", KEY, "--port-file", port], stdout=subprocess.DEVNULL)
    while p.poll() is None and not (os.path.exists(port) and os.path.getsize(port)):
        time.sleep(0.05)
    with open(port, encoding="utf-8") as f:
        base = f"http://127.0.0.1:{f.read().strip()}"
    return p, {**clean_environment(), "TMDB_BASE_URL": base + "/3", "TMDB_EXPORT_URL": base + "/exports", "TMDB_API_KEY": KEY,
               "TMDB_RATE": "0"}


def fetch(bench, env, to):
    home = to + ".part"
    shutil.rmtree(home, ignore_errors=True)
    os.makedirs(home)
    timed([bench.program, "init", "--fetch-tmdb", "--start-year", "1874", "--end-year", "2100"], home, env)
    os.rename(os.path.join(home, "data", "movies", "raw"), to)
    shutil.rmtree(home)


def make(bench, records):
    """The folders with the batch files: as first fetched, and as fetched again."""
    folders = [bench.path("batches", f"{records}-{which}") for which in ("first", "again")]
    if all(map(os.path.exists, folders)):
        return folders
    say(f"fetching {records:,} records from the stand-in, twice")
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    standin, env = start_standin(bench, records)
    try:
        for folder in folders:
            fetch(bench, env, folder)
    finally:
        standin.terminate()
        standin.wait()
    return folders


def documents(folder):
    """How many records there are, and how many bytes."""
    count = size = 0
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            text = f.read()
        count += len(re.findall(rb"^movie:", text, re.M))
        size += len(text)
    return count, size


COUNTS = "SELECT (SELECT count(*) FROM tmdb_movies)" + "".join(f", (SELECT count(*) FROM {t})" for t in CHILDREN)


class Store(File):
    """An embedded database; what is in it: records, then rows of each child table."""

    def sums(self):
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as db:
            return list(db.execute(COUNTS).fetchone())

    def settings(self):
        return {**clean_environment(), "SQL_PATH": self.path}


class Database:
    """A database on a server."""

    def __init__(self, server):
        self.server, self.remove, self.settings = server, server.empty, server.settings

    def sums(self):
        return [int(n) for n in self.server.ask(COUNTS, servers.DATABASE).split()]

    def size(self):
        self.server.ask(f"ANALYZE TABLE {', '.join(CHILDREN)}, people, tmdb_movies", servers.DATABASE)
        return int(self.server.ask("SELECT sum(data_length + index_length) FROM information_schema.tables"
                                   f" WHERE table_schema = '{servers.DATABASE}'"))


def raw_of(bench):
    return bench.path("data", "movies", "raw")


def waiting(bench, folder):
    """The files lie in DATA_DIR/movies/raw, as after a fetch: copies, for other names of the same files would cost nothing to remove.
    They are on the disk before the clock starts (`settle`)."""
    shutil.rmtree(bench.path("data"), ignore_errors=True)
    raw = raw_of(bench)
    os.makedirs(raw)
    for name in os.listdir(folder):
        shutil.copyfile(os.path.join(folder, name), os.path.join(raw, name))


def empty(bench, store):
    """A database with all its tables, and the few movies of the bundled sample."""
    store.remove()
    shutil.rmtree(bench.path("data"), ignore_errors=True)
    timed([bench.program, "init", "--load-movielens", "--movielens", os.path.join(bench.root, "share", "sample")], bench.work,
          store.settings())


def subjects(bench, store, name, first, again):
    def run():
        return timed([bench.program, "process", "--batch-type", "initial"], bench.work, store.settings())

    def prepare_first():
        empty(bench, store)
        waiting(bench, first)

    return [Subject(f"{name}, first load", run, prepare_first, store.sums, store.size),
            Subject(f"{name}, nothing changed", run, lambda: waiting(bench, again), store.sums, store.size)]


def composition(bench, folder, counts):
    """What a record is made of, for whoever reads the figures."""
    records, size = documents(folder)
    parts = sorted(((n / records, t) for n, t in zip(counts[1:], CHILDREN)), reverse=True)
    text = f"{size / records / 1000:.1f} KB of YAML, {sum(counts[1:]) / records:.0f} child rows: "
    text += ", ".join(f"{n:.0f} {t}" for n, t in parts if n >= 0.5) + ", others"
    bench.record(group="composition", rows=records, children=sum(counts[1:]), text=text)


def expected(bench, folder):
    """Loaded once, unmeasured, into the embedded database; every measured load has to come to the same."""
    store = Store(bench, "expected.db")
    empty(bench, store)
    waiting(bench, folder)
    timed([bench.program, "process", "--batch-type", "initial"], bench.work, store.settings())
    counts = store.sums()
    store.remove()
    records, _ = documents(folder)
    if counts[0] != records:
        raise SystemExit(f"bench: {counts[0]} records were loaded, not {records}")
    composition(bench, folder, counts)
    return counts


def process(bench):
    server = servers.start_mariadb(bench)
    try:
        for records in sorted({bench.records // 4, bench.records}):
            first, again = make(bench, records)
            counts = expected(bench, first)
            ways = subjects(bench, Store(bench, "ours.db"), "movie-etl, SQLite", first, again)
            if server:
                ways += subjects(bench, Database(server), "movie-etl, MariaDB", first, again)
            bench.compare("process", "records", counts[0], ways, counts, [raw_of(bench)])
    finally:
        if server:
            server.stop()
