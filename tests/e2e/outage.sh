#!/bin/sh
# A service that is down, all the time or from some moment on: nothing is changed or removed, it is said what happened, and the next run
# completes. The clock runs fast: what waits for half an hour here takes a second. Time-outs are real, though, or a machine that pauses for a
# moment would be an outage of its own; and it begins at noon, so that midnight makes no difference.
. "$(dirname "$0")/lib.sh"
BIN=$4
SAMPLE=$ROOT/share/sample
clock 0
FAST=$MOVIE_ETL_TEST,clock-speed=2000
records() { python3 "$ROOT/tests/e2e/records.py" data/movies/raw/*.yaml; }
years() { etl init --fetch-tmdb --start-year 1990 --end-year 1999 --verbose; }

standin --jsonl "$SAMPLE/tmdb/movies.jsonl" --today "$(on)" --change-rate 0
mkdir calm; cd calm || exit 99
etl init --load-movielens --movielens "$SAMPLE"
cp -r . ../empty
years
records >../calm.records
etl process --batch-type initial
exits 0 "an undisturbed database"
etl sync
exits 0 "and its cursors"
dump before.dump
cursors=$(sql "select group_concat(name || day) from etl_cursors")
cd .. || exit 99

check() { # NAME SAYS FAULT
    control faults "path-prefix=/3/ $3"
    # a first fetch
    rm -rf first; cp -r empty first; cd first || exit 99
    dump before.dump
    MOVIE_ETL_TEST=$FAST years
    exits 11 "init while TMDB answers $1"
    says "$2" "says what happened"
    says "hint:" "and what to do"
    is "stages nothing" "$(find data/movies -name '*.yaml*' 2>/dev/null | wc -l)" 0
    dump after.dump
    same "changes nothing" before.dump after.dump
    cd ../calm || exit 99
    # an established database
    MOVIE_ETL_TEST=$FAST etl sync
    exits 11 "sync while TMDB answers $1"
    says "$2" "says what happened"
    dump after.dump
    same "changes and removes nothing" before.dump after.dump
    is "moves no cursor" "$(sql "select group_concat(name || day) from etl_cursors")" "$cursors"
    control faults ""
    etl sync
    exits 0 "and the next one is fine"
    cd ../first || exit 99
    # down again in the middle of the movies: what came is kept
    control reset
    control faults "path-prefix=/3/movie/ from=9 $3"
    MOVIE_ETL_TEST=$FAST years
    exits 11 "init while TMDB goes down in the middle"
    says "in a row" "it was waited for, and says how long"
    grep -qs '^movie:' data/movies/raw/*; ok "what came is staged"
    control faults ""
    years
    exits 0 "the next run goes on"
    needed=$(($(grep -h '^movie:' data/movies/raw/*.yaml | wc -l) + $(curl -sf "$BASE/_control/log" | awk '$5 ~ /^\/3\/movie\// && $8 != "-"' | wc -l)))
    is "and asks for none of it again" "$(stat_of movie)" "$needed"
    records >after.records
    same "the same records as without" ../calm.records after.records
    etl process --batch-type initial
    exits 0 "which are loaded"
    cd .. || exit 99
}
check "HTTP 500" "HTTP 500" "status=500"
check "429" "slow down" "status=429 retry-after=30"
check "empty 200s" "it is empty" "empty-200"
check "a captive portal" "text/html" "html"
check "nothing at all" "cut off" "reset"
plan
