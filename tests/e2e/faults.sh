#!/bin/sh
# Faults on a fifth of all answers change nothing about what is staged, and cost no request but those that failed.
#   faults.sh BINARY STANDIN ROOT FAULT [MOVIES FIRST_YEAR]
# The test clock runs 10 times as fast, so TMDB_RATE=2000 is up to 20,000 a second here: as fast as the machine can. Time-outs are as short,
# for the slow answers.
. "$(dirname "$0")/lib.sh"
BIN=$4
MOVIES=${5:-1500} FIRST=${6:-1874}
timeouts=0
fetch() {
    etl init --fetch-tmdb --start-year "$FIRST" --end-year 2030 --verbose
    timeouts=$((timeouts + $(grep -c 'no complete answer in time.*/movie/' err.txt)))
}
records() { python3 "$ROOT/tests/e2e/records.py" data/movies/raw/*.yaml; }
for_movies() { total=0; for what in movie reviews section; do n=$(stat_of $what); total=$((total + ${n:-0})); done; echo $total; }
faulty() { curl -sf "$BASE/_control/stats" | sed 's/.*"by_fault":{\([^}]*\)}.*/\1/' | tr ',' '\n' | sed 's/.*://' | awk '{ n += $1 } END { print n + 0 }'; }

standin --generate "$MOVIES" --gone-ids 100-119,700
export TMDB_RATE=2000 MOVIE_ETL_TEST=clock-speed=10,timeout-speed=10
mkdir calm; cd calm || exit 99
fetch
exits 0 "without faults"
records >../calm.records
calm=$(($(for_movies) - timeouts)) timeouts=0
is "nothing failed" "$(faulty)" 0
cd .. || exit 99

mkdir storm; cd storm || exit 99
control reset
control faults "path-prefix=/3/movie/ percent=1 seed=3 slow=400
path-prefix=/3/movie/ percent=19 seed=7 mix
path-prefix=/3/discover percent=20 seed=9 mix"
# One in 3,000 fails five times in a row: that is said, and the next run has it.
runs=0 failed=$(faulty)
while [ $runs -lt 5 ]; do
    fetch
    runs=$((runs + 1))
    [ "$CODE" = 6 ] || break
done
exits 0 "with faults, after $runs runs"
records >../storm.records
same "$(wc -l <../calm.records) records, and what they say, are the same" ../calm.records ../storm.records
for what in 429 500 reset reset-mid-body truncated-json truncated-gzip garbage html slow; do
    n=$(stat_of $what)
    [ "${n:-0}" -gt 0 ] || { echo "#   no $what"; false; }
    ok "among them $what"
done
control faults ""
# Requests for movies whose answer was spoilt; those of the lists are asked again by every run.
curl -sf "$BASE/_control/log" >log.txt
spoilt=$(awk '$5 ~ /^\/3\/movie\// && $8 != "-" { n++ } END { print n + 0 }' log.txt)
storm=$(for_movies)
echo "# $storm requests for movies with faults, $calm without, $spoilt spoilt answers"
[ "$spoilt" -gt $((calm / 6)) ]; ok "a fifth of all answers was spoilt"
# Slow ones are spoilt if they time out, and on a busy machine others time out too.
slow=$(awk '$5 ~ /^\/3\/movie\// && $8 == "slow" { n++ } END { print n + 0 }' log.txt)
more=$((storm - calm - (spoilt - slow)))
echo "# $slow slow answers, $timeouts time-outs"
[ $more -ge 0 ] && [ $more -le "$timeouts" ]; ok "no request for a movie but the first and one for each spoilt answer"
cd .. || exit 99
plan
