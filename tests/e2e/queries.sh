#!/bin/sh
# The questions of docs/queries.sql, on the embedded database: each runs, by the index it names. (On a server:
# store-suite.sh.)
#   SCRIPT BINARY STANDIN SOURCE_ROOT
# shellcheck source=tests/e2e/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

standin --jsonl "$ROOT/share/sample/tmdb/movies.jsonl"
etl init --full --movielens "$ROOT/share/sample" --start-year 1874 --end-year 2030
exits 0 "a database to ask"
python3 "$ROOT/tests/e2e/plans.py" "$ROOT/docs/queries.sql" sqlite data/movies.db >plans.txt
ok "every question is answered by its index: $(tail -n 1 plans.txt)"
sed 's/^/# /' plans.txt

# Would the test notice?
sqlite3 data/movies.db "DROP INDEX ix_credits_person_id"
python3 "$ROOT/tests/e2e/plans.py" "$ROOT/docs/queries.sql" sqlite data/movies.db >plans.txt
is "without an index, the two questions that need it are named" "$? $(grep -c '^question [78] ' plans.txt) $(tail -n 1 plans.txt)" \
    "1 2 26 of 28 questions"
etl process --batch-type changes
python3 "$ROOT/tests/e2e/plans.py" "$ROOT/docs/queries.sql" sqlite data/movies.db >plans.txt
ok "the next command that writes makes it again: $(tail -n 1 plans.txt)"
plan
