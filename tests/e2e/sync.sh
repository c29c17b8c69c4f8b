#!/bin/sh
# sync, from a timer's point of view: cursors, lost files, records that vanish, come back, or are replaced, a service that fails.
# Days pass by the test clock (movie-etl-fault, MOVIE_ETL_TEST).
. "$(dirname "$0")/lib.sh"
BIN=$4
SAMPLE=$ROOT/share/sample
day() { # N: the clock shows N days after today, on both sides
    clock "$1"
    control today "$(on)"
}

standin --jsonl "$SAMPLE/tmdb/movies.jsonl" --today "$(on)" --change-rate 0
day 0
etl init --full --movielens "$SAMPLE"
exits 0 "a database to begin with"
rows "no cursor yet" "select count(*) from etl_cursors where name like '%.fetched'" 0
etl missing --after-date "$(on)"
exits 0 "a look at what is new from today on"
rows "leaves the days before it to the next run" "select count(*) from etl_cursors where name = 'missing.fetched'" 0

etl sync
exits 0 "the first sync"
[ "$(sql "select count(*) from etl_cursors where name in ('changes.fetched','missing.fetched','changes.loaded','refresh.done')")" = 4 ]
ok "the cursors stand"

# Nothing moved: nothing but the refresh of the oldest is asked for.
day 1; control reset
etl sync
exits 0 "a day later"
n=$(sql "select count(*) from tmdb_movies"); budget=$(((n + 149) / 150))
is "only the oldest are asked for again" "$(stat_of movie)" "$budget"

# A change arrives, and is told.
day 2
id=$(sql "select max(tmdb_id) from tmdb_movies where imdb_id is not null")
control "touch?id=$id&date=$(on)"
echo 5 >changed.txt; echo 6 >changed.txt.part # an older list, and what a killed run left
etl sync --changed-ids changed.txt
exits 0 "with a change"
grep -qx "$id" changed.txt; ok "--changed-ids names it"
[ "$(sql "select count(*) from etl_changes where tmdb_id = $id")" -gt 0 ]; ok "etl_changes says what"

# Staged files that were deleted are noticed.
day 3
control "touch?id=$id&date=$(on)"
etl changes
exits 0 "changes"
[ "$(raw_files)" -gt 0 ]; ok "staged"
rm -f data/movies/raw/*.yaml
day 6
etl changes
exits 0 "changes, three days after the files were deleted"
says "were never loaded" "it notices"
grep -q "^  id: $id\$" data/movies/raw/*.yaml; ok "and fetches the change again"
etl sync
exits 0 "sync"
never_says "were never loaded" "what was lost pulls back once, not for ever"
rows "and all that was fetched counts as loaded" "select count(distinct day) from etl_cursors where name in ('changes.fetched', 'changes.loaded')" 1

# A 404 on one day is noted, on another day it marks; its successor takes over.
day 7
row=$(sql "select movielens_id from movielens_movies where movie_id = $id")
imdb=$(sql "select imdb_id from tmdb_movies where tmdb_id = $id")
control "gone?id=$id"; control "touch?id=$id&date=$(on)"
etl update "$id"; etl process --batch-type changes
rows "gone once: noted, not marked" "select gone_at is null from tmdb_movies where tmdb_id = $id" 1
control document "{\"id\":910000,\"title\":\"The Successor\",\"imdb_id\":\"$imdb\",\"release_date\":\"2001-01-01\"}"
day 8
# The first to hear of it is killed before it comes to look for the successor.
other=$(sql "select min(tmdb_id) from tmdb_movies")
control faults "path=/3/movie/$other stall"
"$BIN" update "$id" "$other" >out.txt 2>err.txt </dev/null &
pid=$!
one_is_gone() { grep -qs '^gone:' data/movies/raw/*.part; }
await $pid one_is_gone
kill -9 $pid; wait $pid 2>/dev/null
one_is_gone; ok "a killed run leaves a record that is gone"
control faults ""
etl update "$id" "$other"
says "is tmdb 910000 now" "the successor is looked for by its IMDb id"
etl process --batch-type changes
rows "gone on another day: marked" "select gone_at is not null from tmdb_movies where tmdb_id = $id" 1
rows "nothing is deleted" "select count(*) from tmdb_movies where tmdb_id = $id" 1
[ -z "$row" ] || rows "its MovieLens row follows the successor" "select movie_id from movielens_movies where movielens_id = $row" 910000
control "gone?id=$id&back=1"
etl update "$id"; etl process --batch-type changes
rows "and when it comes back it is back" "select gone_at is null from tmdb_movies where tmdb_id = $id" 1
[ -z "$row" ] || rows "and its row with it" "select movie_id from movielens_movies where movielens_id = $row" "$id"

# A fetch that is bounded by hand leaves the cursor where it is, and gets ahead from run to run.
day 9
etl sync
cursor() { sql "select day from etl_cursors where name = 'changes.fetched'"; }
day 10
before=$(cursor)
# shellcheck disable=SC2046 # three words
set -- $(sql "select tmdb_id from tmdb_movies where gone_at is null order by tmdb_id limit 3")
for x in "$@"; do control "touch?id=$x&date=$(on)"; done
echo "$1" >one.txt
etl changes --ids one.txt
exits 0 "changes --ids"
is "does not move the cursor" "$(cursor)" "$before"
etl process --batch-type changes
day 12
for round in 1 2 3; do
    etl changes --limit 1
    etl process --batch-type changes
done
etl changes
is "three bounded runs fetch what one unbounded one would" \
    "$(sql "select count(*) from tmdb_movies where tmdb_id in ($1,$2,$3) and fetched_at >= $(instant 12)")" 3

# Many at once are trouble, not deletions.
day 13
sql "select tmdb_id from tmdb_movies order by 1 limit 60" >ids.txt
control faults "path-prefix=/3/movie/ status=404"
etl update --ids ids.txt; etl process --batch-type changes
day 14
etl update --ids ids.txt; etl process --batch-type changes
says "gone-guard" "the guard speaks"
[ "$(sql 'select count(*) from tmdb_movies where gone_at is not null')" -le 20 ]; ok "and at most twenty are marked"
control faults ""
etl update --ids ids.txt; etl process --batch-type changes
rows "all of them come back" "select count(*) from tmdb_movies where gone_at is not null" 0

# One 404 does not take a record out of the refresh for good.
oldest=$(sql "select tmdb_id from tmdb_movies order by fetched_at, tmdb_id limit 1")
control "gone?id=$oldest"; etl update "$oldest"; etl process --batch-type changes
control "gone?id=$oldest&back=1"
day 60
etl sync
exits 0 "sync, long after"
[ "$(sql "select fetched_at from tmdb_movies where tmdb_id = $oldest")" -gt "$(instant 59)" ]
ok "a record that was gone once is asked for again"

etl verify --export
exits 0 "verify --export"
says "10 to 100" "shows the tiers"
echo 999999 | { "$BIN" verify --export --ids - >out.txt 2>err.txt; CODE=$?; OUT=$(cat out.txt) ERR=$(cat err.txt); exits 0 "verify --ids"; says "does not list it" "says why"; echo "$T" >t; }
T=$(cat t)
plan
