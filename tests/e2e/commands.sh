#!/bin/sh
# Every command as a new user types it, from a clean folder, each twice: the second time nothing is asked for again and
# nothing changes.
. "$(dirname "$0")/lib.sh"
SAMPLE=$ROOT/share/sample

standin --jsonl "$SAMPLE/tmdb/movies.jsonl" --today "$(date -u +%F)"

etl init --full --movielens "$SAMPLE"
exits 0 "init --full on the sample"
says "store: sqlite $WORK/data/movies.db" "its first line names the store"
movies=$(($(wc -l <"$SAMPLE/movies.csv") - 1))
ratings=$(($(wc -l <"$SAMPLE/ratings.csv") - 1))
tags=$(($(wc -l <"$SAMPLE/tags.csv") - 1))
rows "every MovieLens movie is in" "select count(*) from movielens_movies" "$movies"
rows "every rating is in" "select count(*) from ratings" "$ratings"
rows "every tag is in" "select count(*) from tags" "$tags"
rows "sum of ratings as awk sees it" "select printf('%.1f', sum(rating)) from ratings" \
    "$(awk -F, 'NR>1{s+=$3} END{printf "%.1f", s}' "$SAMPLE/ratings.csv")"
rows "every row belongs to a movie" "select count(*) from movielens_movies where movie_id is null" 0
rows "no movie without support" "select count(*) from movies where tmdb_id is null and id not in (select movie_id from movielens_movies)" 0
rows "foreign keys hold" "select count(*) from pragma_foreign_key_check" 0
is "nothing waits in raw/" "$(raw_files)" 0
[ "$(sql 'select count(*) from tmdb_movies')" -gt 200 ]; ok "TMDB records are in"
[ "$(sql 'select count(*) from credits')" -gt 200 ]; ok "with their credits"
[ "$(sql 'select count(*) from etl_gone')" -gt 0 ]; ok "links that lead nowhere are noted as gone"
is "no movie was asked for twice" "$(curl -sf "$BASE/_control/stats" | sed 's/.*"duplicates":\([0-9]*\).*/\1/')" 0
dump first.dump

control reset
etl init --full --movielens "$SAMPLE"
exits 0 "init --full once more"
says "loaded already" "it says that the release is loaded"
is "no movie is asked for again" "$(stat_of movie)" ""
dump second.dump
same "and nothing changed" first.dump second.dump

etl init --load-movielens --movielens "$SAMPLE"
exits 0 "init --load-movielens"
etl init --fetch-tmdb
exits 0 "init --fetch-tmdb"
etl init --fetch-tmdb --start-year 1994 --end-year 1995
exits 0 "init --fetch-tmdb for two years, both inclusive"
dump third.dump
same "still nothing changed" first.dump third.dump

id=$(sql "select min(tmdb_id) from tmdb_movies")
control "touch?id=$id&date=$(date -u +%F)"
for round in first second; do
    etl changes --days 3
    exits 0 "changes --days 3, $round time"
    etl process --batch-type changes
    exits 0 "process --batch-type changes, $round time"
done
[ "$(sql "select count(*) from etl_changes where tmdb_id = $id and kind = 'updated'")" -gt 0 ]
ok "a touched movie was updated, and etl_changes says how"

control "add?id=900001"
for round in first second; do
    etl missing --after-date 2020-01-01
    exits 0 "missing --after-date, $round time"
    etl missing
    exits 0 "missing, $round time"
    etl process --batch-type missing
    exits 0 "process --batch-type missing, $round time"
done
rows "a movie that appeared was found" "select count(*) from tmdb_movies where tmdb_id = 900001" 1

for round in first second; do
    etl update "$id"
    exits 0 "update, $round time"
    etl process --batch-type changes
    exits 0 "process, $round time"
done
etl status
exits 0 "status"
says "movies " "it counts movies"
etl status --json
exits 0 "status --json"
is "is one JSON object" "$(python3 -c 'import json,sys; print(type(json.load(sys.stdin)).__name__)' <out.txt 2>&1)" dict

file=$(find data/movies/processed -name 'initial_*' | sort | head -1)
etl validate "$file"
exits 0 "validate reads a processed file"

before=$(find data -type f -newer out.txt | wc -l)
for c in "init --full --movielens $SAMPLE" "missing --after-date 2020-01-01" "changes --days 3" "update $id" "process --file $file"; do
    dump before.dump
    # shellcheck disable=SC2086
    etl $c --dry-run
    exits 0 "$c --dry-run"
    dump after.dump
    same "$c --dry-run changes nothing" before.dump after.dump
done
is "dry runs wrote no file" "$(find data/movies/raw -type f | wc -l | tr -d ' ')" 0
: "$before"

etl clear
exits 13 "clear without --force is refused"
etl clear --force
[ "$CODE" != 0 ]; ok "clear --force without a confirmation is refused"
rows "and nothing is lost" "select count(*) from ratings" "$ratings"
etl clear --force --yes
exits 0 "clear --force --yes"
rows "every table is empty" "select count(*) from ratings" 0
[ -f "$file" ]; ok "YAML files stay"
etl clear --force --yes
exits 0 "clear, the second time"
etl process --file "$file"
exits 0 "what was cleared can be processed again"
etl process --file "$file" "$file" "./$file" "$PWD/$file"
exits 0 "a file of several names"
says "./$file is named more than once" "is recognised"
says "processed 1 file:" "and taken once"

# A chain of rows, each with the IMDb id of one record and the TMDB id of the next: a change at its beginning spoils nothing
# further along it than a linking follows.
mkdir chain
awk 'BEGIN {
    print "movieId,title,genres" >"chain/movies.csv"; print "movieId,imdbId,tmdbId" >"chain/links.csv"
    print "userId,movieId,rating,timestamp\n1,1,3.0,1000000000" >"chain/ratings.csv"; print "userId,movieId,tag,timestamp" >"chain/tags.csv"
    for (i = 1; i <= 60; i++) { printf "%d,Film %d (2000),Drama\n", i, i >"chain/movies.csv"; printf "%d,%07d,%d\n", i, i, i + 1 >"chain/links.csv" }
}'
chain() { # NUMBER: a batch of so many records
    awk -v n="$1" 'BEGIN {
        printf "---\nbatch: {format: 1, id: \"%016x\", type: \"changes\", scope: \"20260101\", source: \"tmdb\", query: \"-\", created_at: \"2026-01-01T00:00:00Z\"}\n", n
        for (i = 1; i <= n; i++)
            printf "---\netl: {fetched_at: \"2024-01-0%dT03:04:05Z\", review: null}\nmovie:\n  id: %d\n  title: \"Name %d of %d\"\n  imdb_id: \"tt%07d\"\n", 1 + (n == 1), i, n, i, i
        printf "---\nend: {records: %d, gone: 0, sha256: \"-\"}\n", n
    }' >"chain/$1.yaml"
    SQL_PATH=chain.db etl process --file "chain/$1.yaml"
    exits 0 "$1 records of a chain of links"
}
SQL_PATH=chain.db etl init --load-movielens --movielens chain
chain 61
chain 1
SQL_PATH=chain.db rows "the change is in" "select title from movies where id = 1" "Name 1 of 1"
SQL_PATH=chain.db rows "and every row is where it was" "select count(*) from movielens_movies where movie_id = movielens_id" 60
for c in "--help" "init --help" "missing --help" "changes --help" "update --help" "process --help" "validate --help" "status --help" "clear --help" "--version"; do
    # shellcheck disable=SC2086
    etl $c
    exits 0 "movie-etl $c"
done
plan
