#!/bin/sh
# test_load.sh PROGRAM SAMPLE: loading the sample survives what the system can do to it. At points spread evenly over
# all its file calls the process is killed, or the call fails, once or from then on; each time the same command, run
# again undisturbed, must end in the same database as a run that nothing happened to. TAP.
set -u
program=$1 sample=$2
points=12
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
trap 'exit 1' INT TERM
for name in $(env | sed -n 's/^\(TMDB_[A-Z_]*\|SQL_[A-Z_]*\|DATA_DIR\|MOVIELENS_PATH\|MOVIE_ETL_TEST\)=.*/\1/p'); do
    unset "$name"
done
cd "$box" || exit 99
export SQL_PATH="$box/now/movies.db" DATA_DIR="$box/now/data"
n=0

load() # PLAN
{
    MOVIE_ETL_TEST=$1 "$program" init --load-movielens --movielens "$sample" >out.txt 2>&1
}

from= # what a load begins with: a folder, or nothing
fresh()
{
    rm -rf now
    if [ -n "$from" ]; then cp -R "$from" now; else mkdir now; fi
}

ok() # DESCRIPTION: what ran before it decides
{
    status=$?
    n=$((n + 1))
    if [ "$status" = 0 ]; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        tail -n 20 out.txt | sed 's/^/# /'
    fi
}

same_as_undisturbed()
{
    "$program" dump >dump.txt 2>>out.txt && cmp dump.txt undisturbed.txt >>out.txt
}

fresh
load "count=$box/counts" && "$program" dump >undisturbed.txt && [ "$(wc -l <undisturbed.txt)" -gt 12000 ]
ok 'an undisturbed run'
calls=$(sed -n 's/^any //p' counts)
[ "${calls:-0}" -gt "$points" ]
ok "it makes file calls (${calls:-none})"

load 'fail=reed:1:EIO'
[ $? = 99 ]
ok 'a plan that is not understood ends the program'

# A plan must show: the process dies, or says that it failed; when it nevertheless ends well, the data must be there.
disturb() # PLAN WANTED_STATUS ("any": every exit code of the program's own)
{
    fresh
    load "$1"
    got=$?
    if [ "$2" = any ]; then
        [ "$got" -lt 99 ] && { [ "$got" != 0 ] || same_as_undisturbed; }
    else
        [ "$got" = "$2" ]
    fi
    ok "$1: exit code $got"
    [ ! -e now/movies.db ] || same_as_undisturbed
    ok "$1: no database, or the whole of it with its links"
    load '' && same_as_undisturbed
    ok "$1: the next run ends in the same database"
}

# How many calls a run makes varies by a few with the time it takes: the last of them is not always reached.
calls=$((calls * 97 / 100))
# How many calls a run makes depends a little on how long it takes: the last twentieth may not come.
reach=$((calls - calls / 20))
i=0
while [ "$i" -lt "$points" ]; do
    at=$((1 + i * (reach - 1) / (points - 1)))
    disturb "kill=any:$at" 137
    disturb "fail=any:$at:EIO" any
    disturb "fail-from=any:$at:ENOSPC" any
    i=$((i + 1))
done

# The same in a database that exists and is empty: there the ratings are made ready beside it. Whoever reads it after the
# disturbance finds it as it was, or the whole; and nothing lies beside it after the next run.
"$program" clear --force --yes >out.txt 2>&1 && cp -R now cleared && "$program" dump >cleared.txt
ok 'the database is emptied'

as_it_was_or_whole()
{
    "$program" dump >dump.txt 2>>out.txt || return 1
    cmp -s dump.txt cleared.txt || cmp dump.txt undisturbed.txt >>out.txt
}

from=cleared

fresh
load "count=$box/counts" && same_as_undisturbed
ok 'an undisturbed run in it'
calls=$(sed -n 's/^any //p' counts)
reach=$((calls * 9 / 10))
i=0
while [ "$i" -lt "$points" ]; do
    at=$((1 + i * (reach - 1) / (points - 1)))
    for plan in "kill=any:$at" "fail-from=any:$at:ENOSPC"; do
        fresh
        load "$plan"
        as_it_was_or_whole
        ok "in an empty database, $plan: as it was, or whole"
        load '' && same_as_undisturbed && [ ! -e now/movies.db.new ]
        ok "in an empty database, $plan: the next run ends in the same database"
    done
    i=$((i + 1))
done
echo "1..$n"
