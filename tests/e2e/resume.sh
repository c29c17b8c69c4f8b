#!/bin/sh
# kill -9 at any moment loses nothing, and a re-run ends in the same database.
. "$(dirname "$0")/lib.sh"
SAMPLE=$ROOT/share/sample
FAULT=$4

standin --generate 400 --detail-size small --today "$(date -u +%F)"

# The undisturbed run.
mkdir calm; cd calm || exit 99
etl init --load-movielens --movielens "$SAMPLE"
etl init --fetch-tmdb --start-year 1874 --end-year 2030
exits 0 "an undisturbed fetch"
cp -r . ../staged
etl process --batch-type initial
exits 0 "and its processing"
dump ../calm.dump
cd .. || exit 99

# The disturbed one: killed after a random short time, again and again, then left alone.
mkdir storm; cd storm || exit 99
control faults "path-prefix=/3/movie/ slow=20000" # by which it cannot be fetched before it was killed some times
kills=0
again() { # COMMAND...: runs it, killing it until it gets through
    n=0
    while [ $n -lt 12 ]; do
        "$BIN" "$@" >out.txt 2>err.txt </dev/null &
        pid=$!
        sleep "0.$(awk -v s="$n$kills" 'BEGIN{srand(s); printf "%02d", 5 + rand()*40}')"
        if kill -9 $pid 2>/dev/null; then kills=$((kills + 1)); fi
        wait $pid 2>/dev/null && break
        n=$((n + 1))
    done
    etl "$@"
}
again init --load-movielens --movielens "$SAMPLE"
exits 0 "loading gets through in the end"
again init --fetch-tmdb --start-year 1874 --end-year 2030
exits 0 "fetching too"
control faults ""
again process --batch-type initial
exits 0 "processing too"
[ "$kills" -gt 5 ]; ok "it was killed $kills times on the way"
dump ../storm.dump
same "the same database" ../calm.dump ../storm.dump
rows "foreign keys hold" "select count(*) from pragma_foreign_key_check" 0
is "nothing waits" "$(raw_files)" 0
cd .. || exit 99

# A first load commits many files at once: whatever is moved away is in the database, however it ended.
first_load() { # MOVIE_ETL_TEST
    rm -rf first; cp -r staged first; cd first || exit 99
    MOVIE_ETL_TEST=$1 "$FAULT" process --batch-type initial >out.txt 2>err.txt </dev/null
    CODE=$?
}
first_load count=calls
exits 0 "a first load whose file calls are counted"
calls=$(sed -n 's/^any //p' calls)
[ "$calls" -gt 100 ]; ok "there are $calls"
cd .. || exit 99
ends() { # PLAN WORDS
    first_load "$1"
    find data/movies/processed -name '*.gz' -exec zcat {} + 2>/dev/null | sed -n 's/^  id: \([0-9]*\)$/\1/p' | sort >moved
    sql "select tmdb_id from tmdb_movies" | sort >loaded
    is "$2 (exit code $CODE): what was moved is loaded, $(wc -l <moved) of $(wc -l <loaded)" "$(comm -23 moved loaded | wc -l)" 0
    is "and the file is sound" "$(sql "pragma integrity_check")$(sql "select count(*) from pragma_foreign_key_check")" ok0
    etl process --batch-type initial
    exits 0 "the next run goes on"
    dump ../first.dump
    cd .. || exit 99
    same "to the same database" calm.dump first.dump
}
for part in 20 45 70 90; do
    ends "kill=any:$((calls * part / 100))" "killed after $part % of its calls"
done
for part in 25 60; do
    ends "fail-from=any:$((calls * part / 100)):ENOSPC" "a full disk after $part %"
done
# Stopped in the middle, it puts down that it was, and the next run need not wait for anybody's lease.
rm -rf first; cp -r staged first; cd first || exit 99
"$BIN" process --batch-type initial >out.txt 2>err.txt </dev/null &
pid=$!
has_begun() { [ "$(sql "select count(*) from etl_runs where command = 'process'")" = 1 ]; }
await $pid has_begun
kill -TERM $pid; wait $pid; CODE=$? # INT is not heard in the background
rows "a first load that is stopped (exit code $CODE) says so" "select count(*) from etl_runs where ended_at is null" 0
etl process --batch-type initial
exits 0 "the next run goes on at once"
dump ../first.dump
cd .. || exit 99
same "to the same database" calm.dump first.dump
cd storm || exit 99

# Another release is loaded over it, and the run is killed while it links: the next one finishes that.
mkdir other; cp "$SAMPLE"/*.csv other/; sed -i '200,$d' other/ratings.csv
etl init --load-movielens --movielens other --replace-release
exits 0 "another release"
dump ../calm.dump
etl init --load-movielens --movielens "$SAMPLE" --replace-release
replace() { MOVIE_ETL_TEST=$1 "$FAULT" init --load-movielens --movielens other --replace-release >/dev/null 2>&1; }
replace count=calls
calls=$(sed -n 's/^any //p' calls)
for before_end in 10 40 80 120 160; do
    etl init --load-movielens --movielens "$SAMPLE" --replace-release
    replace "kill=any:$((calls - before_end))"
    etl init --load-movielens --movielens other --replace-release
    dump ../storm.dump
    same "killed $before_end calls before its end and run again: the same database" ../calm.dump ../storm.dump
done
cd .. || exit 99

# A release without half of the movies: what the one before said of these is said no more, but for where they had gone.
standin --jsonl "$SAMPLE/tmdb/movies.jsonl" --today "$(date -u +%F)" --change-rate 0
mkdir fewer replaced fresh
for f in movies links; do awk -F, 'NR == 1 || $1 % 2' "$SAMPLE/$f.csv" >fewer/$f.csv; done
for f in ratings tags; do awk -F, 'NR == 1 || $2 % 2' "$SAMPLE/$f.csv" >fewer/$f.csv; done
without_redirects() { sed '/^# movie_redirects/,/^# movielens_movies/d' "$1" >"$1.rest"; }
cd replaced || exit 99
etl init --full --movielens "$SAMPLE"
etl init --load-movielens --movielens ../fewer --replace-release
exits 0 "a release of fewer movies, which records share with the one before"
rows "what they contradicted is over" "select count(*) from etl_conflicts where movielens_id not in (select movielens_id from movielens_movies)" 0
dump ../replaced.dump
cd ../fresh || exit 99
etl init --load-movielens --movielens ../fewer
# As they came, by the time in their names: what two films say differently of a person depends on it, as it is right to a day.
# shellcheck disable=SC2046
etl process --file $(ls ../replaced/data/movies/processed/*.gz | sort -t_ -k3)
exits 0 "and into a new database"
dump ../fresh.dump
cd .. || exit 99
without_redirects replaced.dump
without_redirects fresh.dump
same "the same database" fresh.dump.rest replaced.dump.rest
plan
