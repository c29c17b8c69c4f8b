"""The records of batch files, one line each: id, and a digest of everything but when it was fetched. Sorted by id.

    records.py FILE...

What two fetches staged is the same when these lines are. An id that is there twice is there twice."""

import hashlib
import re
import sys

MOMENT = re.compile(rb'(fetched_at|seen_at): "[^"]*"')
ID = re.compile(rb"^(?:  id: |gone: \{id: )(\d+)", re.M)

found = []
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        documents = re.split(rb"^---\n", file.read(), flags=re.M)
    for text in documents:
        if text.startswith((b"etl:", b"gone:")):
            digest = hashlib.sha256(MOMENT.sub(b"", text)).hexdigest()[:16]
            found.append((int(ID.search(text).group(1)), digest))
for number, digest in sorted(found):
    print(number, digest)
