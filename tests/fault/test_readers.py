#!/usr/bin/env python3
"""test_readers.py PROGRAM SAMPLE: another process reads the database, again and again, while a load of ratings is killed
or finds the disk full at a random moment. It sees the old content or the new, whole, never the old behind the new, and
where there was no database, none or the new one. So does who comes afterwards; and the next load ends well. TAP.

The reader is Python's sqlite3, which knows nothing of this program. `test_readers.py --read PATH` is that process."""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROUNDS, USERS, PER_USER, OTHERS = 8, 3000, 100, 6000
NOTHING = "no database"
QUESTION = """SELECT (SELECT count(*) FROM ratings),
    (SELECT total(rating * (user_id % 7 + movielens_id % 11)) FROM ratings),
    (SELECT count(*) FROM ratings INDEXED BY ix_ratings_movielens_id WHERE movielens_id > 0),
    (SELECT count(*) FROM movies), (SELECT count(*) FROM movie_genres), (SELECT total(rating_count) FROM movies),
    (SELECT count(*) FROM movielens_movies WHERE movie_id IS NULL),
    (SELECT count(*) FROM tags), (SELECT total(rating_count) FROM movielens_movies),
    (SELECT group_concat(name || ratings) FROM movielens_release)"""


def content(path, check=False):
    db = None
    while db is None:
        try:
            db = sqlite3.connect("file:%s?mode=rw" % path, uri=True, timeout=20)
        except sqlite3.OperationalError:
            if not os.path.exists(path): # it may have come just now
                return NOTHING
    try:
        if check and (db.execute("PRAGMA integrity_check").fetchall() != [("ok",)] or
                      db.execute("PRAGMA foreign_key_check").fetchall()):
            return "damaged"
        return repr(db.execute(QUESTION).fetchone())
    finally:
        db.close()


def read_on(path):
    """Until it is terminated: each content once, as it comes, and how often it looked."""
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    last, looks = None, 0
    while not ended:
        now = content(path)
        if now != last:
            print(now, flush=True)
        last, looks = now, looks + 1
    print(looks, flush=True)


def make_release(sample, folder):
    os.mkdir(folder)
    for name in ("movies.csv", "links.csv", "tags.csv"):
        shutil.copy(os.path.join(sample, name), folder)
    # Movies that the sample does not have: where one release takes another's place, these are to be linked.
    with open(os.path.join(folder, "movies.csv"), "a", encoding="utf-8") as f:
        f.writelines("%d,Another Film (1999),Drama\n" % (10**6 + i) for i in range(OTHERS))
    with open(os.path.join(folder, "links.csv"), "a", encoding="utf-8") as f:
        f.writelines("%d,%07d,%d\n" % (10**6 + i, 9 * 10**6 + i, 10**7 + i) for i in range(OTHERS))
    with open(os.path.join(folder, "movies.csv"), encoding="utf-8") as f:
        movies = sorted(int(line.split(",")[0]) for line in list(f)[1:])
    with open(os.path.join(folder, "ratings.csv"), "w", encoding="ascii") as f:
        f.write("userId,movieId,rating,timestamp\n")
        for user in range(1, USERS + 1):
            for i in range(PER_USER):
                f.write("%d,%d,%d.%d,%d\n" % (user, movies[i * 3 + user % 3], 1 + (user + i) % 4, i % 2 * 5, 10**9 + i))


class Box:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.now = os.path.join(folder, "now")
        self.path = os.path.join(self.now, "movies.db")
        self.env = {"PATH": os.environ["PATH"], "SQL_PATH": self.path, "DATA_DIR": os.path.join(self.now, "data")}

    def fresh(self, state):
        shutil.rmtree(self.now, ignore_errors=True)
        if state is None:
            os.mkdir(self.now)
        else:
            shutil.copytree(state, self.now)

    def start(self, release, plan=""):
        return subprocess.Popen([self.program, "init", "--load-movielens", "--replace-release", "--movielens", release],
                                env=dict(self.env, MOVIE_ETL_TEST=plan), cwd=self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def load(self, release, plan=""):
        return self.start(release, plan).wait()


def disturbed(box, release, plan, kill_after):
    """What a reader saw of it, in order, and how often it looked."""
    reader = subprocess.Popen([sys.executable, __file__, "--read", box.path], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    try:
        first = reader.stdout.readline()
        load = box.start(release, plan)
        if kill_after is not None:
            time.sleep(kill_after)
            load.kill()
        load.wait()
    finally:
        reader.terminate()
    seen = (first + reader.communicate()[0]).splitlines()
    if reader.returncode != 0:
        return seen, 0
    return seen[:-1], int(seen[-1])


def main(program, sample):
    results = []

    def ok(right, what, *why):
        results.append(right)
        print("%sok %d - %s" % ("" if right else "not ", len(results), what), flush=True)
        if not right:
            print("".join("# %s\n" % (w,) for w in why), end="", flush=True)

    seed = random.randrange(10**6)
    print("# seed", seed)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        box, release, counts = Box(program, folder), os.path.join(folder, "release"), os.path.join(folder, "counts")
        make_release(sample, release)
        box.fresh(None)
        ok(box.load(sample) == 0, "a database with the sample")
        other = os.path.join(folder, "other")
        shutil.copytree(box.now, other)
        for state, before in ((None, NOTHING), (other, content(box.path))):
            name = "nothing" if state is None else "another release"
            box.fresh(state)
            began = time.monotonic()
            ok(box.load(release, "count=" + counts) == 0, "%s there, an undisturbed load" % name)
            took, after = time.monotonic() - began, content(box.path, check=True)
            ok(after.startswith("(%d, " % (USERS * PER_USER)) and after != before, "%s there: all is in" % name, after)
            with open(counts, encoding="ascii") as f:
                writes = int(dict(line.split() for line in f)["write"])
            looks = 0
            for i in range(ROUNDS):
                plan = "" if i % 2 == 0 else "fail-from=write:%d:ENOSPC" % chance.randint(1, writes)
                kill_after = chance.uniform(0, took) if plan == "" else None
                what = "%s there, %s" % (name, plan or "killed after %.3f of %.3f s" % (kill_after, took))
                box.fresh(state)
                seen, n = disturbed(box, release, plan, kill_after)
                looks += n
                ok(n > 0 and seen in ([before], [before, after]), what + ": what the reader saw", *seen)
                left = content(box.path, check=True)
                ok(left in seen[-1:] + [after], what + ": what is left", left)
                again = box.load(release)
                ok(again == 0 and content(box.path, check=True) == after and not os.path.exists(box.path + ".new"),
                   what + ": the next load ends well", again)
            ok(looks > 3 * ROUNDS, "%s there: it looked often enough" % name, looks)
    print("1..%d" % len(results))


if sys.argv[1] == "--read":
    read_on(sys.argv[2])
else:
    main(*sys.argv[1:])
