#!/bin/sh
# A backlog of 40 days ends in the same database as 40 daily runs. Two databases begin alike; one is kept up every day, the other is
# left alone and then catches up in one go. Days pass by the test clock on both sides.
. "$(dirname "$0")/lib.sh"
BIN=$4
DAYS=40
day() { # N
    clock "$1"
    control today "$(on)"
}
keep_up() { # FOLDER: syncs it
    cd "$1" || exit 99
    etl sync
    [ "$CODE" = 0 ] || exits 0 "sync of $1 on day $DAY"
    cd ..
}
look() { # FOLDER; when it was seen that a record is gone differs, of course
    cd "$1" || exit 99
    dump full.dump
    sed 's/\t[0-9]\{10\}\tgenres=/\tGONE\tgenres=/' full.dump >"../$1.dump"
    cd ..
}
movie() { # ID TITLE DATE: other words for a movie, told in the feed of that day
    control "document?date=$3" "{\"id\":$1,\"title\":\"$2\",\"release_date\":\"2001-02-0$(($1 % 9 + 1))\",\"runtime\":$(($1 % 200)),\"popularity\":2.5,\"vote_count\":5,\
\"keywords\":{\"keywords\":[{\"id\":$(($1 + 7)),\"name\":\"word of $3\"}]},\"credits\":{\"cast\":[{\"credit_id\":\"c$1x$3\",\"id\":$1,\"name\":\"Somebody\"}],\"crew\":[]}}"
}

standin --generate 220 --detail-size small --today "$(on)" --change-rate 0
day 0
mkdir daily
cd daily || exit 99
etl init --fetch-tmdb --start-year 1874 --end-year 2030
etl process --batch-type initial
exits 0 "a database to begin with"
etl sync
exits 0 "and its cursors"
cd .. || exit 99
cp -r daily backlog

d=1
while [ $d -le $DAYS ]; do
    day $d
    # Some move, some of them often; some are edited; new ones appear, and move later.
    for id in $((d % 7 + 1)) $((d * 3)) $((d * 5 % 200 + 1)) $((500 + d / 6 * 3)); do control "touch?id=$id&date=$(on)" 2>/dev/null; done
    [ $((d % 4)) != 0 ] || movie $((d + 100)) "Edited on day $d" "$(on)"
    [ $((d % 10)) != 0 ] || movie 150 "Edited again on day $d" "$(on)"
    [ $((d % 3)) != 0 ] || control "add?id=$((500 + d))"
    keep_up daily
    d=$((d + 1))
done
keep_up backlog
look daily; look backlog
same "one catches up in one run with what the other did in $DAYS" daily.dump backlog.dump
cd daily || exit 99
[ "$(sql "select count(*) from tmdb_movies where tmdb_id >= 500")" -ge 10 ]; ok "new ones came"
[ "$(sql "select count(*) from tmdb_movies where title like 'Edited%'")" -ge 10 ]; ok "and edits"
rows "the last edit counts" "select title from tmdb_movies where tmdb_id = 150" "Edited again on day 40"
cd .. || exit 99

# Vanished ones are confirmed on another day, also by the one that was late.
day 41
for id in 3 104 503; do control "gone?id=$id"; control "touch?id=$id&date=$(on)"; done
keep_up daily
cd daily || exit 99
rows "a 404 on one day marks nothing" "select count(*) from tmdb_movies where gone_at is not null" 0
cd .. || exit 99
for d in 42 43 44 45; do
    day $d
    keep_up daily
done
keep_up backlog
day 46
keep_up daily
keep_up backlog
look daily; look backlog
same "the same after records have vanished" daily.dump backlog.dump
cd backlog || exit 99
rows "all of which are marked" "select count(*) from tmdb_movies where gone_at is not null" 3
cd .. || exit 99
plan
