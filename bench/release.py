"""Releases to load: made once by bench/generate.c, kept in build/bench/release."""
import json
import os
import subprocess

from measure import say

WHOLE_RATINGS, WHOLE_MOVIES, WHOLE_TAGS = 32000204, 87585, 2000072
SEED = 1


# Ratings and movies of the releases there are: 1m, 10m, 20m, 25m, 32m.
RELEASES = [(1000209, 3883), (10000054, 10681), (20000263, 27278), (25000095, 62423), (WHOLE_RATINGS, WHOLE_MOVIES)]


def movies_for(ratings):
    """As many as the releases of about that size have: a straight line between two of them."""
    for (r0, m0), (r1, m1) in zip(RELEASES, RELEASES[1:]):
        if ratings <= r1:
            return max(1000, round(m0 + (m1 - m0) * max(0, ratings - r0) / (r1 - r0)))
    return WHOLE_MOVIES


def tags_for(ratings):
    return ratings * WHOLE_TAGS // WHOLE_RATINGS


def make(bench, ratings, tags):
    """The folder of a release with so many ratings and tags."""
    folder = bench.path("release", f"{ratings}-{tags}")
    if not os.path.exists(os.path.join(folder, "expected.json")):
        say(f"generating {ratings:,} ratings, {movies_for(ratings):,} movies, {tags:,} tags")
        os.makedirs(folder, exist_ok=True)
        subprocess.run([bench.helper("generate"), folder, str(ratings), str(movies_for(ratings)), str(tags), str(SEED)],
                       check=True)
    return folder


def make_zip(folder):
    """The release as it is distributed: a folder inside a zip."""
    path = folder + ".zip"
    if not os.path.exists(path):
        say(f"zipping {os.path.basename(folder)}")
        names = ["movies.csv", "links.csv", "ratings.csv", "tags.csv"]
        base = os.path.basename(folder)
        subprocess.run(["zip", "-q", path + ".part"] + [f"{base}/{n}" for n in names], check=True,
                       cwd=os.path.dirname(folder))
        os.rename(path + ".part", path)
    return path


def expected(folder):
    """Count and sums of the ratings: users, movies, half stars, instants, checksum."""
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as f:
        return json.load(f)


def sums_sql(user, movie, rating, instant, table, half_stars="CAST({} * 2 AS INTEGER)", remainder="({}) % ({})"):
    """The same sums, asked of an engine. The checksum adds up a remainder per row, so rows cannot make up for each other."""
    stars = half_stars.format(rating)
    mixed = remainder.format(f"{user} * 1000003 + {movie} * 10007 + {stars} * 101 + {instant}", 1000000007)
    return f"SELECT count(*), sum({user}), sum({movie}), sum({stars}), sum({instant}), sum({mixed}) FROM {table}"
