#!/bin/sh
# test_standin.sh BINARY: every endpoint, every status code and every fault of the stand-in, asked
# for with curl. Prints TAP; exit code 0 when all is well.
set -u
LC_ALL=C
export LC_ALL

bin=${1:?usage: test_standin.sh BINARY}
here=$(cd "$(dirname "$0")" && pwd) || exit 1
if ! command -v curl >/dev/null 2>&1; then
    echo "1..0 # SKIP curl is not installed"
    exit 0
fi
work=$(mktemp -d) || exit 1
server=
tests=0
failed=0
key=0123456789abcdef0123456789abcdef
status=
code=0
took=0

finish()
{
    [ -z "$server" ] || kill "$server" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# --- the server ----------------------------------------------------------------------------------

nap() { sleep "$1" 2>/dev/null || sleep 1; } # not every sleep knows fractions

start() # OPTION...: starts a server, sets $url and $server
{
    rm -f "$work/port"
    "$bin" --port-file "$work/port" "$@" >"$work/stdout" 2>"$work/stderr" &
    server=$!
    until [ -s "$work/port" ]; do
        kill -0 "$server" 2>/dev/null || { echo "Bail out! the server does not start: $(cat "$work/stderr")"; exit 1; }
        nap 0.05
    done
    url=http://127.0.0.1:$(cat "$work/port")
}

quiet() { [ ! -s "$work/stderr" ] || { sed 's/^/#   /' "$work/stderr"; return 1; }; }

stop() # ends it as a script would, sets $code to its exit code; a sanitizer's word would fail here
{
    kill "$server"
    wait "$server"
    code=$?
    server=
    ok 'the server had nothing to complain about' quiet
}

get() # TARGET [CURL-OPTION...]: sets $status, $code, $took; headers in h, body in b
{
    target=$1
    shift
    : >"$work/b"
    : >"$work/h"
    outcome=$(curl -s --max-time 20 -D "$work/h" -o "$work/b" -w '%{http_code} %{time_total}' "$@" \
        "$url$target")
    code=$?
    status=${outcome% *}
    took=${outcome#* }
    # shellcheck disable=SC2034  # the parts read it
    took=${took%.*}${took#*.} # microseconds
}

api() # PATH?QUERY [CURL-OPTION...]: the same with the default key
{
    path=$1
    shift
    case $path in
    *\?*) get "/3$path&api_key=$key" "$@" ;;
    *) get "/3$path?api_key=$key" "$@" ;;
    esac
}

post() # TARGET [BODY]: a control call
{
    get "$1" -X POST --data-binary "${2-}"
}

faults() # SPEC: these rules and no others, counters at zero
{
    post '/_control/reset?only=stats'
    post /_control/faults "$1"
    [ "$status" = 200 ] || echo "# faults: $1: $(cat "$work/b")"
}

raw() # TEXT: what the server says to exactly these bytes (printf escapes) until it closes the connection, in b
{
    # shellcheck disable=SC2059  # the escapes are the point
    printf "$1" | python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 60)
s.sendall(sys.stdin.buffer.read())
try:
    for piece in iter(lambda: s.recv(65536), b""):
        sys.stdout.buffer.write(piece)
except ConnectionResetError: # closed with bytes that were not read
    pass
' "${url##*:}" >"$work/b"
}

statuses() # N TARGET: the HTTP status of N requests in a row, as one word
{
    list=
    i=0
    while [ "$i" -lt "$1" ]; do
        api "$2"
        list=$list$status,
        i=$((i + 1))
    done
}

# Of each request in a log: how many came within the second that it ended, itself among them, at least and at most (times in the log are
# cut to milliseconds); its status.
seconds()
{
    awk '{
        at[NR] = $2
        sure = maybe = 0
        for (i = NR; i > 0; i--) {
            sure += $2 - at[i] < 999
            maybe += $2 - at[i] <= 1000
        }
        print sure, maybe, $6
    }' "$1"
}

# --- judging -------------------------------------------------------------------------------------

ok() # NAME COMMAND...
{
    name=$1
    shift
    tests=$((tests + 1))
    if "$@"; then
        echo "ok $tests - $name"
        return 0
    fi
    failed=$((failed + 1))
    echo "not ok $tests - $name"
    echo "#   failed: $*"
    echo "#   status $status, curl $code, body: $(head -c 300 "$work/b" | tr -d '\000' | tr '\n' ' ')"
}

has() # TEXT...: all of them stand in the body
{
    for text in "$@"; do
        grep -qF -e "$text" "$work/b" || return 1
    done
}

lacks() { ! grep -qF -e "$1" "$work/b"; }
header() { tr -d '\r' <"$work/h" | grep -qi -e "$1"; }
size() { wc -c <"$work/b" | tr -d ' '; }
count() { grep -oF -e "$1" "$work/b" | wc -l | tr -d ' '; }

answers() # STATUS [TEXT...]
{
    [ "$status" = "$1" ] || return 1
    shift
    has "$@"
}

exits() # CODE [TEXT...]
{
    [ "$code" = "$1" ] || return 1
    shift
    has "$@"
}

fails() # CURL-CODE...: curl ended with one of them
{
    for wanted in "$@"; do
        [ "$code" != "$wanted" ] || return 0
    done
    return 1
}

same() { [ "$1" = "$2" ] || { echo "#   '$1' is not '$2'"; return 1; }; }
less() { [ "$1" -lt "$2" ] || { echo "#   $1 is not less than $2"; return 1; }; }

# --- documents -----------------------------------------------------------------------------------

mkdir -p "$work/data/movie"
cat >"$work/data/movie/9001.json" <<'EOF'
{ "adult": false, "id": 9001, "title": "A Stored: Movie", "original_title": "Gespeichert",
  "original_language": "de", "imdb_id": "tt7654321", "genres": [ {"id": 18, "name": "Drama"} ],
  "popularity": 24.17450, "vote_average": 8.438, "vote_count": 30717, "release_date": "1999-10-15",
  "overview": "two  blanks, \"quotes\", a \\ and a \u00e9", "revenue": 4294967296, "video": false,
  "keywords": { "keywords": [ {"id": 1, "name": "a b"} ] }, "unknown_key": {"kept": true} }
EOF
cat >"$work/lines.jsonl" <<'EOF'
{"id": 5, "title": "From the lines", "original_title": "From the lines", "release_date": "2001-01-02", "popularity": 1.5, "vote_count": 3}
{"id": 9001, "title": "Hidden by the folder"}
{"id": 9002, "title": "Undated", "original_title": "Undated", "release_date": "", "popularity": 0.6, "adult": true}
EOF
printf '2026-11-20 5\n2026-11-21 7\n# a comment\n2026-11-22 null\n2026-11-22 424242\n' >"$work/changes"
printf 'movieId,imdbId,tmdbId\r\n1,0114709,862\r\n2,0113497,\r\n' >"$work/links.csv"

# --- the tests -----------------------------------------------------------------------------------

# each part starts and stops the servers it needs
for part in options movies lists control http faults; do
    # shellcheck source=/dev/null
    . "$here/test_$part.sh"
done

echo "1..$tests"
echo "# $((tests - failed)) passed, $failed failed"
[ "$failed" = 0 ]
