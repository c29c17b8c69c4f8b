#!/bin/sh
# A fetch that is killed at, or fails in, one of its calls of the system after the other: the next run completes it, with the same records.
. "$(dirname "$0")/lib.sh"
FAULT=$4
records() { python3 "$ROOT/tests/e2e/records.py" data/movies/raw/*.yaml; }
fetch() { etl init --fetch-tmdb --start-year 1990 --end-year 1996 --no-progress; }

standin --generate 900 --detail-size small --gone-ids 10-20
mkdir calm; cd calm || exit 99
etl init --fetch-tmdb --start-year 1990 --end-year 1990 --limit 1 # makes the database
rm -rf data/movies
cp -r data ../empty
MOVIE_ETL_TEST=count=calls "$FAULT" init --fetch-tmdb --start-year 1990 --end-year 1996 >out.txt 2>err.txt
records >../calm.records
[ "$(wc -l <../calm.records)" -ge 20 ]; ok "$(wc -l <../calm.records) records without a fault"
cd .. || exit 99

calls=$(sed -n 's/^any //p' calm/calls)
step=$((calls / 20 + 1))
campaign() { # KIND NAME
    bad=0 done=0 n=$((step / 2 + 1))
    while [ $n -le "$calls" ]; do
        rm -rf storm; mkdir storm; cp -r empty storm/data
        cd storm || exit 99
        MOVIE_ETL_TEST=$(printf "$1" $n) "$FAULT" init --fetch-tmdb --start-year 1990 --end-year 1996 >out.txt 2>err.txt
        fetch
        [ "$CODE" = 0 ] || { bad=$((bad + 1)); echo "#   call $n: the next run ends with $CODE"; }
        records >../storm.records
        cmp -s ../calm.records ../storm.records || { bad=$((bad + 1)); echo "#   call $n: other records"; }
        [ -z "$(find data/movies -name '*.part')" ] || { bad=$((bad + 1)); echo "#   call $n: a part is left"; }
        cd .. || exit 99
        done=$((done + 1)) n=$((n + step))
    done
    is "$2 at $done of $calls calls" "$bad" 0
}
campaign "kill=any:%d" "killed"
campaign "fail=any:%d:EIO" "an error"
campaign "fail-from=any:%d:ENOSPC" "a full disk"
plan
