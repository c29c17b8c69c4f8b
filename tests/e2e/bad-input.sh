#!/bin/sh
# Bad input gets a clear error: what, where, what to do, a stable exit code; and nothing half-done stays.
. "$(dirname "$0")/lib.sh"
SAMPLE=$ROOT/share/sample

hint() { says "hint:" "$1: says what to do"; }
standin --jsonl "$SAMPLE/tmdb/movies.jsonl" --today "$(date -u +%F)"

# ---- the command line
etl frobnicate
exits 2 "an unknown command"; says "frobnicate" "names it"
etl init --load-movielens --frobnicate
exits 2 "an unknown flag"; says "--frobnicate" "names it"
etl missing --after-date 2024-02-30
exits 2 "a date that does not exist"; says "2024-02-30" "names it"
etl init --fetch-tmdb --start-year 2020 --end-year 2010
exits 2 "a year range backwards"
etl init
exits 2 "init without saying which"
etl changes --days 0
exits 2 "no days"
etl update 12x
exits 2 "an id that is none"
etl process
exits 2 "process without saying what"
etl changes --days 3 --years 7
exits 2 "an option of no command"

# ---- configuration
mkdir -p env && cd env || exit 99
printf 'SQL_USER=app\n' >.env
etl status
exits 3 "SQL_USER without SQL_HOST is an error"; says "SQL_HOST" "names the key"
printf 'TMDB_API_KEY="abc\n' >.env
etl status
exits 3 "a quote that is not closed in .env"; says ".env:1" "names file and line"
rm .env; mkdir .env
etl status
exits 3 "an .env that cannot be read"
rmdir .env; mkfifo .env
timeout 20 sh -c 'sleep 0.3; echo SQL_USER=app >.env' &
etl status
exits 3 "an .env that is a pipe is read when somebody writes to it"; says "SQL_HOST" "and understood"
reads_env() { readlink "/proc/$pid/fd"/* | grep -qx "$PWD/.env"; }
"$BIN" status >out.txt 2>err.txt </dev/null &
pid=$!
await $pid reads_env; kill -TERM $pid; wait $pid; CODE=$? OUT=$(cat out.txt) ERR=$(cat err.txt)
exits 130 "a signal ends the wait for a writer that does not come"; says "stopped on request" "and it is said"
rm .env; cd .. || exit 99
etl status --env-file nowhere.env
exits 3 "an --env-file that is not there"
(unset TMDB_API_KEY; "$BIN" init --fetch-tmdb --start-year 2020 >out.txt 2>err.txt </dev/null); CODE=$? OUT=$(cat out.txt) ERR=$(cat err.txt)
exits 3 "no key"; says "TMDB_API_KEY" "names it"
rm -rf data
TMDB_API_KEY=ffffffffffffffffffffffffffffffff; export TMDB_API_KEY
etl init --fetch-tmdb --start-year 2020
exits 10 "a wrong key"; never_says "ffffffffffffffff" "the key is not shown"; hint "a wrong key"
TMDB_API_KEY=$KEY; export TMDB_API_KEY
TMDB_BASE_URL=http://127.0.0.1:9/3 etl init --fetch-tmdb --start-year 2020
exits 11 "a server that is not there"; never_says "$KEY" "the key is not shown"; hint "a server that is not there"
rm -rf data

# ---- only init creates a database
for c in "status" "missing" "changes" "update 5" "process --batch-type initial" "clear --force --yes" "dump"; do
    # shellcheck disable=SC2086
    etl $c
    exits 14 "$c without a database"
done
[ ! -e data/movies.db ]; ok "none of them created one"

# ---- MovieLens
etl init --load-movielens
exits 3 "no release given"
etl init --load-movielens --movielens nowhere
exits 4 "a folder that is not there"; says "nowhere" "names it"; hint "a folder that is not there"
mkdir empty; etl init --load-movielens --movielens empty
exits 4 "an empty folder"; says "movies.csv" "names the first file that is missing"
echo "this is no zip" >fake.zip; etl init --load-movielens --movielens fake.zip
exits 4 "a zip that is none"; says "fake.zip" "names it"
release() { rm -rf ml; cp -r "$SAMPLE" ml; rm -rf ml/tmdb ml/checksums.txt; }
release; sed -i '1s/.*/user,movie,stars,when\r/' ml/ratings.csv
etl init --load-movielens --movielens ml
exits 4 "a CSV with a wrong header"; says "ratings.csv:1" "names file and line"
release; printf '1,"Unfinished (2' >>ml/movies.csv
etl init --load-movielens --movielens ml
[ "$CODE" != 0 ]; ok "a file that ends inside a quote"; says "movies.csv" "names the file"
release; zip -q -r whole.zip ml; head -c 20000 whole.zip >cut.zip
etl init --load-movielens --movielens cut.zip
exits 4 "a truncated zip"
release; sed -i '5s/.*/5,oops,4.0,964982703\r/' ml/ratings.csv; sed -i '7s/,[0-9.]*,/,5.5,/' ml/ratings.csv
rm -rf data; etl init --load-movielens --movielens ml
exits 6 "bad rows are findings, the load goes on"
says "ratings.csv:5" "the first with file and line"; says "ratings.csv:7" "the second too"
rows "all other rows are in" "select count(*) from ratings" "$(($(wc -l <ml/ratings.csv) - 3))"
rm -rf data; etl init --load-movielens --movielens ml --max-errors 1
exits 5 "--max-errors stops it"; [ ! -e data/movies.db ] && [ ! -e data/movies.db.new ]; ok "and there is no database"
release; rm -rf data; etl init --load-movielens --movielens ml
exits 0 "a good release"
echo '1,1,3.0,964982703' >>ml/ratings.csv
etl init --load-movielens --movielens ml
exits 13 "a different release is refused"; says "--replace-release" "the hint names the way"
etl init --load-movielens --movielens ml --replace-release
[ "$CODE" = 0 ] || [ "$CODE" = 6 ]; ok "--replace-release replaces it"

# ---- YAML edited into nonsense
etl init --fetch-tmdb --limit 20
exits 7 "a bound has its own exit code"
file=$(find data/movies/raw -name '*.yaml' | head -1)
cp "$file" good.yaml
edit() { sed "$1" good.yaml >edited.yaml; etl validate edited.yaml; }
edit '0,/^  id: /s//  id: x/'
exits 5 "an id that is no number"; says "edited.yaml:" "with file and line"
edit '0,/^  title: .*/s//  title: [a, b]/'
exits 5 "a list for a title"; says "title" "names the field"
edit '0,/^  title: .*/s//&\n  title: "again"/'
exits 5 "a key twice"; says "schema.duplicate-key" "names the rule"
edit '0,/^  title: .*/s//  title: *anchor/'
exits 5 "an alias"
edit '0,/^  title: .*/s//  title: "unclosed/'
exits 5 "a quote that is not closed"
edit '0,/^  id: [0-9]*/s///'
exits 5 "no id"
head -c 3000 good.yaml >edited.yaml; etl validate edited.yaml
exits 5 "a file cut in two"; says "batch.end" "names the rule"
: >edited.yaml; etl validate edited.yaml
exits 5 "an empty file"
truncate -s 1T holes.yaml; etl validate holes.yaml
exits 5 "a terabyte of nothing"; says "holes.yaml:1:1" "says where"; says "not read any further" "and that it goes no further"
head -c 4000 /dev/urandom >edited.yaml; etl validate edited.yaml
exits 5 "random bytes"
etl validate nowhere.yaml
exits 4 "a file that is not there"
edit '0,/^  title: .*/s//\ttitle: "x"/'
exits 5 "a tab"; says "a tab; YAML is indented by blanks" "says what to do"
edit '0,/^  title: .*/s//  title: Star Wars: A New Hope/'
exits 5 "a colon in a text without quotes"; says "goes in double quotes" "says what to do"
awk '!/^---$/ || ++n != 2' good.yaml >edited.yaml; etl validate edited.yaml
exits 5 "a line of hyphens that is missing behind the header"; says "hyphens" "says so"
edit '0,/^  title: "\(.*\)"/s//  title: "\1 (edited)"/'
exits 0 "an honest edit is accepted"; says "edited" "and told"
cp good.yaml half.yaml; sed -i '0,/^  title: .*/s//  title: 12/' half.yaml; sed -i '0,/^  vote_average: .*/s//  vote_average: 99/' half.yaml
etl process --file half.yaml
exits 6 "a file with one bad record is loaded but for it"
[ -n "$(find data/movies/rejected -name '*.yaml')" ]; ok "the bad one lies in rejected/"
rows "the others are in" "select count(*) > 10 from tmdb_movies" 1
rejected=$(find data/movies/rejected -name '*.yaml' | head -1)
sed -i 's/^  vote_average: 99/  vote_average: 7/' "$rejected"
etl process --file "$rejected"
exits 0 "corrected, it can be processed"

etl process --file holes.yaml good.yaml
exits 6 "a terabyte of nothing among the files"; says "holes.yaml: refused as a whole" "and named"
says "good.yaml: " "the others are loaded"

# The movie that stands in the header's document is not passed over.
mkdir behind; cp -r data behind/data; rm -f behind/data/movies/raw/* behind/data/movies/rejected/*
awk '!/^---$/ || ++n != 2' good.yaml >behind/data/movies/raw/initial_2026_20260102_030405.yaml
(cd behind && "$BIN" process --batch-type initial --data-dir data >../out.txt 2>../err.txt </dev/null); CODE=$? OUT=$(cat out.txt) ERR=$(cat err.txt)
exits 6 "a movie in the header's document is refused, the others are loaded"
grep -q '^batch:' behind/data/movies/rejected/*.yaml; ok "and it lies in rejected/"

# ---- a database that is not ours, or cannot be written
mkdir -p other; sqlite3 other/x.db "create table movies(a); insert into movies values (1)"
SQL_PATH=other/x.db etl init --load-movielens --movielens "$SAMPLE"
exits 15 "a table of ours that someone else made"; says "movies" "names it"
is "is left alone" "$(sqlite3 other/x.db 'select a from movies')" 1
echo "not a database, but long enough to be taken for one by its name only" >other/y.db
SQL_PATH=other/y.db etl init --load-movielens --movielens "$SAMPLE"
exits 8 "a file that is no database"
SQL_PATH=/proc/nowhere/x.db etl init --load-movielens --movielens "$SAMPLE"
[ "$CODE" = 8 ] || [ "$CODE" = 12 ]; ok "a path that cannot be written"; says "/proc/nowhere" "names it"
DATA_DIR=/proc/nowhere etl init --load-movielens --movielens "$SAMPLE"
exits 12 "a data folder that cannot be written"
(ulimit -f 500; SQL_PATH=limit.db; export SQL_PATH; "$BIN" init --load-movielens --movielens "$SAMPLE" >out.txt 2>err.txt </dev/null); CODE=$? OUT=$(cat out.txt) ERR=$(cat err.txt)
exits 8 "a limit on the size of files"; hint "a limit on the size of files"
[ ! -e limit.db ]; ok "and there is no database"
if [ "$(id -u)" = 0 ] && mkdir tiny && mount -t tmpfs -o size=300k tmpfs tiny 2>/dev/null; then
    SQL_PATH=tiny/x.db etl init --load-movielens --movielens "$SAMPLE"
    exits 12 "a full disk"; hint "a full disk"
    umount tiny
    mount -t tmpfs -o size=12m tmpfs tiny
    SQL_PATH=tiny/x.db etl init --load-movielens --movielens "$SAMPLE"
    large=data/movies/raw/initial_2000_20260101_000000.yaml
    mkdir -p data/movies/raw; truncate -s 40M $large
    SQL_PATH=tiny/x.db etl process --batch-type initial
    exits 12 "records for which there is no room"; says "21 MB of disk" "says what they take"; says "MB are free" "and what is free"
    hint "no room"; never_says "refused" "it has not begun"
    is "their file stays" "$(stat -c %s $large)" 41943040
    truncate -s 9223372036854775807 tiny/a.yaml.gz tiny/b.yaml.gz # together more than a number can say
    SQL_PATH=tiny/x.db etl process --file tiny/a.yaml.gz tiny/b.yaml.gz
    exits 12 "files with holes that claim more than any disk has"
    rm tiny/*.gz
    truncate -s 10M $large
    SQL_PATH=tiny/x.db etl process --batch-type initial
    says "refused as a whole" "where there is room, the file is read"
    rm $large
    umount tiny
else
    T=$((T + 1)); echo "ok $T - a full disk # SKIP no tmpfs can be mounted here"
fi
if [ -w /dev/full ]; then
    "$BIN" --help >/dev/full 2>err.txt; CODE=$? OUT= ERR=$(cat err.txt)
    [ "$CODE" != 0 ]; ok "standard output on a full disk"
fi
plan
