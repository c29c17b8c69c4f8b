# What the end-to-end tests share. Sourced by each of them:
#   SCRIPT BINARY STANDIN SOURCE_ROOT
# A test works in a folder of its own (removed at the end), talks to a stand-in server of its own on a port chosen by the system, and
# prints TAP. Environment that could reach the program is cleared: only what a test sets counts.
# shellcheck shell=sh

set -u
BIN=$1 STANDIN=$2 ROOT=$3
KEY=0123456789abcdef0123456789abcdef
WORK=$(mktemp -d "${TMPDIR:-/tmp}/movie-etl-e2e.XXXXXX")
STANDIN_PID=
T=0

for name in $(env | sed -n 's/^\(TMDB_[A-Z_]*\|SQL_[A-Z_]*\|DATA_DIR\|MOVIELENS_PATH\)=.*/\1/p'); do unset "$name"; done
unset MOVIE_ETL_TEST

# Days pass by the test clock, on which a test that sets it begins at noon: neither the hour nor midnight makes a difference.
NOON=$(($(date +%s) / 86400 * 86400 + 43200))
AHEAD=$((NOON - $(date +%s)))
DAY=0
instant() { echo $((NOON + ${1:-$DAY} * 86400)); } # [DAY]: noon of it, in seconds since 1970
on() { date -u -d "@$(instant "$@")" +%F; } # [DAY]: its date
clock() { # DAY: the program's clock shows it
    DAY=$1
    export MOVIE_ETL_TEST="clock-offset=$((AHEAD + DAY * 86400))"
}

finish() {
    [ -z "$STANDIN_PID" ] || kill "$STANDIN_PID" 2>/dev/null
    rm -rf "$WORK"
}
trap finish EXIT
trap 'exit 130' INT TERM
cd "$WORK" || exit 99

# await PID COMMAND...: runs it again and again until it succeeds; a minute at most, and only while the process is there.
await() {
    await_pid=$1 await_n=0
    shift
    until "$@"; do
        [ $await_n -lt 3000 ] && kill -0 "$await_pid" 2>/dev/null || return 1
        sleep 0.02
        await_n=$((await_n + 1))
    done
}

# standin ARGS...: starts the server, sets BASE and the program's environment to it.
standin() {
    [ -z "$STANDIN_PID" ] || { kill "$STANDIN_PID"; wait "$STANDIN_PID" 2>/dev/null; }
    rm -f port
    "$STANDIN" --port-file port "$@" >standin.out 2>standin.err &
    STANDIN_PID=$!
    await $STANDIN_PID test -s port || { echo "Bail out! the stand-in server did not start: $(cat standin.err)"; exit 99; }
    BASE=http://127.0.0.1:$(cat port)
    export TMDB_BASE_URL="$BASE/3" TMDB_EXPORT_URL="$BASE/exports" TMDB_API_KEY=$KEY TMDB_RATE=0
}

control() { # PATH [BODY]
    if [ $# -gt 1 ]; then curl -sf -X POST --data-binary "$2" "$BASE/_control/$1"; else curl -sf -X POST "$BASE/_control/$1"; fi >/dev/null
}
stat_of() { # KEY: a number of the server's statistics
    curl -sf "$BASE/_control/stats" | tr ',{}' '\n\n\n' | sed -n "s/^\"$1\":\\([0-9]*\\)\$/\\1/p" | head -1
}

# etl ARGS...: runs the program; OUT, ERR (texts) and CODE are what came of it.
etl() {
    "$BIN" "$@" >out.txt 2>err.txt </dev/null
    CODE=$?
    OUT=$(cat out.txt) ERR=$(cat err.txt)
}

ok() { # DESCRIPTION: the test before it passed when $? is 0
    status=$?
    T=$((T + 1))
    if [ $status -eq 0 ]; then
        echo "ok $T - $1"
    else
        echo "not ok $T - $1"
        { echo "exit code ${CODE:-?}"; echo "--- stdout"; tail -n 25 out.txt; echo "--- stderr"; tail -n 25 err.txt; } 2>/dev/null | sed 's/^/#   /'
    fi
}

# Assertions: each prints one TAP line.
is() { # DESCRIPTION GOT WANTED
    [ "$2" = "$3" ] || echo "#   got '$2', expected '$3'"
    [ "$2" = "$3" ]
    ok "$1"
}
exits() { # CODE DESCRIPTION
    [ "$CODE" = "$1" ] || echo "#   exit code $CODE, expected $1"
    [ "$CODE" = "$1" ]
    ok "$2"
}
says() { # TEXT DESCRIPTION: in what the program printed, either way
    case "$OUT$ERR" in *"$1"*) true ;; *) echo "#   not printed: $1"; false ;; esac
    ok "$2"
}
never_says() { # TEXT DESCRIPTION
    case "$OUT$ERR" in *"$1"*) false ;; *) true ;; esac
    ok "$2"
}
sql() { # QUERY: of the embedded database
    sqlite3 -readonly "${SQL_PATH:-data/movies.db}" "$1"
}
rows() { # DESCRIPTION QUERY WANTED
    is "$1" "$(sql "$2" 2>&1)" "$3"
}
dump() { # FILE: the canonical dump
    "$BIN" dump >"$1" 2>dump.err || cat dump.err
}
same() { # DESCRIPTION FILE FILE
    cmp -s "$2" "$3" || diff "$2" "$3" | head -5 | sed 's/^/#   /'
    [ -s "$2" ] && cmp -s "$2" "$3"
    ok "$1"
}
raw_files() { # how many complete files wait
    find data/movies/raw -name '*.yaml' 2>/dev/null | wc -l | tr -d ' '
}
plan() { echo "1..$T"; }
