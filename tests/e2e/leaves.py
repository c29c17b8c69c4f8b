"""Every leaf value of TMDB's answers is in the database, in `extra`, or on the list of what is ignored (docs/fields.md).

usage: leaves.py DATABASE FIELDS_MD BODY.json...     one TAP line per body

A value counts as found when a row of that movie (or of a person, company ... it names) holds it, in the form the tables give it:
instants as seconds, blanks at the ends trimmed, JSON lists as text. Unknowns ("", 0, null, false, empty lists) are NULL in the
tables and not looked for.
"""
import json, re, sqlite3, sys
from datetime import datetime, timezone

db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
ignored = set()
for row in re.findall(r"^\| (`.*?) \|", open(sys.argv[2]).read(), re.M):
    base = ""
    for key in re.findall(r"`([^`]+)`", row):
        if key.startswith("."):
            key = base + key
        base = key.rsplit(".", 1)[0]
        ignored.add(key)

OWN = {"credits": ("people", "person_id"), "movie_keywords": ("keywords", "keyword_id"),
       "movie_companies": ("companies", "company_id"), "movie_countries": ("countries", "country"),
       "movie_languages": ("languages", "language"), "movie_collections": ("collections", "collection_id"),
       "watch_providers": ("providers", "provider_id")}
tables = [t for (t,) in db.execute("select name from sqlite_schema where type = 'table'")
          if "tmdb_id" in [c[1] for c in db.execute("pragma table_info(%s)" % t)] and not t.startswith("etl_")
          and not t.startswith("movielens_")]


def norm(v):
    if isinstance(v, bool):
        return str(int(v))
    if isinstance(v, (int, float)):
        return repr(float(v))
    text = v.strip(" \t\r\n")
    if re.match(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", text):
        when = datetime.strptime(text[:19].replace(" ", "T"), "%Y-%m-%dT%H:%M:%S")
        return repr(float(when.replace(tzinfo=timezone.utc).timestamp()))
    return text


def values_of(tmdb_id):
    have = set()
    def take(cursor):
        for row in cursor:
            for v in row:
                if v is None:
                    continue
                have.add(norm(v))
                if isinstance(v, (int, float)):
                    have.add(str(int(v)))
                if isinstance(v, str) and v[:1] in "[{":
                    try:
                        have.update(norm(x) for _, x in leaves(json.loads(v), ""))
                    except ValueError:
                        pass
    for t in tables:
        take(db.execute("select * from %s where tmdb_id = ?" % t, (tmdb_id,)))
        if t in OWN:
            own, key = OWN[t]
            take(db.execute("select o.* from %s l join %s o on o.%s = l.%s where l.tmdb_id = ?" % (t, own, key, key), (tmdb_id,)))
    return have


def leaves(node, path):
    if path in ignored:
        return
    if isinstance(node, dict):
        for k, v in node.items():
            yield from leaves(v, k if path == "" else path + "." + k)
    elif isinstance(node, list):
        for v in node:
            yield from leaves(v, path)
    elif node not in (None, "", 0, False) and not (isinstance(node, str) and node.strip() == ""):
        yield path, node


n = 0
for name in sys.argv[3:]:
    body = json.load(open(name))
    n += 1
    have = values_of(body["id"])
    lost = [(p, v) for p, v in leaves(body, "") if norm(v) not in have]
    total = sum(1 for _ in leaves(body, ""))
    if not have:
        lost = [("id", body["id"])]
    print("%s %d - tmdb %s: %d leaves" % ("not ok" if lost else "ok", n, body["id"], total))
    for p, v in lost[:10]:
        print("#   lost: %s = %r" % (p, v))
print("1..%d" % n)
