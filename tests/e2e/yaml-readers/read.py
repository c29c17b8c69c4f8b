"""Reads batch files with python3-yaml and compares every value with expected.jsonl.

    read.py pure|libyaml EXPECTED FILE...

Exit code 0: the same; 1: a difference, which is printed; 77: the reader is not installed.
"""
import json
import math
import sys

try:
    import yaml
except ImportError:
    sys.exit(77)


def difference(want, got, path):
    """The first place where two values differ, types included, or None."""
    if type(want) is not type(got):
        return "%s: %r is expected, %r was read" % (path, want, got)
    if isinstance(want, dict):
        if list(want) != list(got):
            return "%s: keys %r are expected, %r were read" % (path, list(want), list(got))
        pairs = [(k, want[k], got[k]) for k in want]
    elif isinstance(want, list):
        if len(want) != len(got):
            return "%s: %d elements are expected, %d were read" % (path, len(want), len(got))
        pairs = [(i, want[i], got[i]) for i in range(len(want))]
    else:
        same = want == got and (not isinstance(want, float) or math.copysign(1, want) == math.copysign(1, got))
        return None if same else "%s: %r is expected, %r was read" % (path, want, got)
    for key, x, y in pairs:
        found = difference(x, y, "%s/%s" % (path, key))
        if found:
            return found
    return None


def main():
    kind, expected, *files = sys.argv[1:]
    if kind == "libyaml" and not hasattr(yaml, "CSafeLoader"):
        sys.exit(77)
    loader = yaml.CSafeLoader if kind == "libyaml" else yaml.SafeLoader
    with open(expected, encoding="utf-8") as f:
        want = [json.loads(line) for line in f.read().split("\n")[:-1]]
    got = []
    for name in files:
        with open(name, "rb") as f:
            documents = list(yaml.load_all(f, Loader=loader))
        if list(documents[0]) != ["batch"] or list(documents[-1]) != ["end"]:
            sys.exit("%s: the header or the end document is not where it should be" % name)
        head = documents[0]["batch"]
        if head["format"] != 1 or any(type(head[k]) is not str for k in head if k != "format"):
            sys.exit("%s: the header was read as %r" % (name, head))
        got += documents[1:-1]
        end = documents[-1]["end"]
        if (end["records"], end["gone"]) != (sum("movie" in d for d in documents), sum("gone" in d for d in documents)):
            sys.exit("%s: the end document was read as %r" % (name, end))
    if len(want) != len(got):
        sys.exit("%d documents are expected, %d were read" % (len(want), len(got)))
    for i, (x, y) in enumerate(zip(want, got)):
        found = difference(x, y, "document %d" % i)
        if found:
            sys.exit(found)
    print("%d documents, %d files" % (len(got), len(files)))


main()
