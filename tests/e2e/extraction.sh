#!/bin/sh
# What a fetch meets at TMDB, one thing after the other: the daily export late, torn or missing; verify's answers; odd entries in the feed of
# changes; ways to TMDB; a fetch of changes that was cut short the day before.
. "$(dirname "$0")/lib.sh"
BIN=$4
PROXY_PID=
trap '[ -z "$PROXY_PID" ] || kill "$PROXY_PID" 2>/dev/null; finish' EXIT
count() { n=$(stat_of "$1"); echo "${n:-0}"; }

i=1
while [ $i -le 260 ]; do echo "$(on 3) $((i + 20))"; i=$((i + 1)); done >feed
{ echo "$(on 3) null"; echo "$(on 3) null"; echo "$(on 4) 0"; echo "$(on 4) 33"; } >>feed
standin --generate 400 --detail-size small --today "$(on)" --changes feed
clock 0
etl init --fetch-tmdb --start-year 1950 --end-year 2000
etl process --batch-type initial
exits 0 "a database to begin with"
n=$(sql "select count(*) from tmdb_movies")
[ "$(sql "select summary from etl_runs where command = 'init --fetch-tmdb'")" = "discover announced $n and listed $n; fetched $n, gone 0, adult 0, failed 0" ]
ok "what was announced, seen and fetched is on record"

# ---- the export
clock 1; control reset
etl missing
exits 0 "before 08:00 UTC today's export is not there yet"
is "so yesterday's is asked for" "$(count export)" 2
says "and the id export" "and used"
etl process --batch-type missing
rows "movies without a release date come from it" "select count(*) > 0 from tmdb_movies where release_date is null" 1
n=$(sql "select count(*) from tmdb_movies")

for fault in truncated-gzip reset-mid-body wrong-length empty-200 html "status=503"; do
    control reset; control faults "endpoint=export from=2 to=2 $fault"
    MOVIE_ETL_TEST="$MOVIE_ETL_TEST,clock-speed=200" etl missing
    exits 0 "an export that is spoilt once ($fault)"
    is "is fetched again" "$(count export)" 3
done
dump before.dump
control faults "endpoint=export from=1 truncated-gzip"
MOVIE_ETL_TEST="$MOVIE_ETL_TEST,clock-speed=2000" etl missing
exits 11 "an export that is always torn"
says "movie_ids_" "which one"
dump after.dump
same "changes nothing" before.dump after.dump
control faults "endpoint=export status=404"
etl missing
exits 0 "without any export"
says "no daily id export of the last days was found" "it is said"
etl verify --export
exits 11 "verify needs one"
says "no daily id export of the last 3 days" "and says so"
control faults ""

# ---- why is movie X missing?
ids() { curl -sf "$BASE/exports/$1movie_ids_$(date -u -d "$(on 0)" +%m_%d_%Y).json.gz" | zcat | python3 -c "import json, sys; print(min(m['id'] for m in map(json.loads, sys.stdin) if m['$2'] == $3))"; }
video=$(ids "" video True) adult=$(ids adult_ adult True)
loaded=$(sql "select min(tmdb_id) from tmdb_movies")
etl update 5000; etl process --batch-type changes
control "add?id=7001"; control "add?id=7002"; control "add?id=7003"
for id in 7001 7002 7003; do curl -sf "$BASE/3/movie/$id?api_key=$KEY" | grep -q '"adult":false' && { [ -z "${staged:-}" ] && staged=$id || fresh=$id; }; done
etl update "$staged"
why() { # ID TEXT DESCRIPTION
    echo "$1" >one.txt
    etl verify --export --ids one.txt
    exits 0 "verify --ids $3"
    case "$OUT" in *"tmdb $1: "*"$2"*) true ;; *) false ;; esac
    ok "says why"
}
why "$loaded" "it is loaded" "of a loaded one"
why "$staged" "it is staged" "of a staged one"
why "$video" "marked as video" "of a video"
why 5000 "that it is gone" "of one that vanished"
why "$adult" "is an adult movie" "of an adult one"
why "$fresh" "never fetched" "of one that was not fetched"
why 999999 "does not list it" "of one that TMDB does not list"
etl process --batch-type changes
[ "$(echo "$OUT" | grep -c added)" -gt 0 ]; ok "the staged one is loaded"
etl verify --export
for tier in "100 and more" "10 to 100" "1 to 10" "0.6 to 1" "below 0.6" "not counted"; do says "$tier" "verify: $tier"; done

# ---- the feed
clock 3; control reset; control today "$(on)"
etl changes --days 30
exits 0 "thirty days of changes, more than the feed gives at once"
n=$(curl -sf "$BASE/_control/log" | grep -c 'movie/changes.*page=1&')
is "asked day by day" "$n" 30
staged=$(grep -h '^  id: ' data/movies/raw/changes_*.yaml | wc -l)
gone=$(grep -h '^gone: ' data/movies/raw/changes_*.yaml | wc -l)
[ $((staged + gone)) -ge 200 ]; ok "all pages of a day, entries without an id passed over"
never_says "tmdb 0" "and none of them asked for"
etl process --batch-type changes
clock 80
etl status
says "the oldest record is 8" "status shows the age of the data"

# ---- answers that are none
for fault in "success-false code=11" "success-false code=9" "html" "garbage" "wrong-id"; do
    control faults "path=/3/movie/51 $fault"
    MOVIE_ETL_TEST="$MOVIE_ETL_TEST,clock-speed=200" etl update 51
    exits 6 "a 200 that is no answer ($fault): some could not be had"
    says "tmdb 51: given up after 5 tries" "which, and why"
done
control faults "path=/3/movie/51 success-false code=7"
etl update 51
exits 10 "a 200 that refuses the key ends the run"
control faults ""

# ---- ways to TMDB
standin --generate 400 --detail-size small --today "$(on 0)"
port=${BASE##*:}
rm -rf way; mkdir way; cd way || exit 99
clock 0
years() { etl init --fetch-tmdb --start-year 1980 --end-year 1981; }
python3 "$ROOT/tests/e2e/proxy.py" proxy.port 127.0.0.1 "$port" proxy.log 2>/dev/null &
PROXY_PID=$!
await $PROXY_PID test -s proxy.port
http_proxy=http://127.0.0.1:$(cat proxy.port) TMDB_BASE_URL=http://tmdb.example/3 years
exits 0 "through a proxy"
is "which is asked for the host" "$(sort -u proxy.log)" tmdb.example
http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 years
exits 0 "no_proxy is heard too"
TMDB_IP=v4 years
exits 0 "over IPv4 only"
MOVIE_ETL_TEST="$MOVIE_ETL_TEST,clock-speed=2000" TMDB_IP=v4 TMDB_BASE_URL="http://[::1]:$port/3" etl update 5
exits 11 "which does not reach an IPv6 address"
MOVIE_ETL_TEST="$MOVIE_ETL_TEST,clock-speed=2000" TMDB_BASE_URL=http://127.0.0.1:1/3 etl update 5
exits 11 "nothing listens there"
says "TMDB_BASE_URL" "and the hint names the setting"
TMDB_BASE_URL="$BASE/4" etl update 5
exits 3 "not TMDB's API"
says "TMDB_BASE_URL" "the hint names the setting"
cd .. || exit 99

# ---- cut short, and gone on with on another day
standin --generate 400 --detail-size small --today "$(on 0)" --change-rate 0
clock 0
rm -rf cut; mkdir cut; cd cut || exit 99
etl init --fetch-tmdb --start-year 1874 --end-year 2030
etl process --batch-type initial
etl sync
clock 2; control reset; control today "$(on)"
sql "select tmdb_id from tmdb_movies order by 1 limit 60" >touched
control faults "path-prefix=/3/movie/ from=30 stall"
while read -r id; do control "touch?id=$id&date=$(on)"; done <touched
"$BIN" changes >out.txt 2>err.txt </dev/null &
pid=$!
twelve_are_staged() { [ "$(grep -s '^movie:' data/movies/raw/*.part | wc -l)" -ge 12 ]; }
await $pid twelve_are_staged
kill -9 $pid; wait $pid 2>/dev/null
first=$(sed -n 's/^  id: \([0-9]*\)$/\1/p' data/movies/raw/changes_*.part | head -1)
[ -n "$first" ]; ok "a fetch of changes is cut short"
control faults ""
clock 3; control today "$(on)"
control "touch?id=$first&date=$(on)" # it moves again before the next run
etl changes
exits 0 "the next day's goes on"
is "what was staged is completed, what changed is asked for anew" "$(grep -l "^  id: $first\$" data/movies/raw/changes_*.yaml | wc -l)" 2
etl process --batch-type changes
exits 0 "and loaded"
curl -sf "$BASE/3/movie/$first?api_key=$KEY" >now.json
rows "the newest state counts" "select vote_count from tmdb_movies where tmdb_id = $first" "$(python3 -c 'import json; print(json.load(open("now.json"))["vote_count"])')"
rows "every one that moved was fetched again" "select count(*) from tmdb_movies where fetched_at > $(instant 1) and tmdb_id in ($(paste -sd, touched))" 60
cd .. || exit 99
plan
