# shellcheck shell=sh disable=SC2034,SC2154  # part of test_standin.sh, which sets and reads the variables
# Every fault, and the language that asks for them.

# --- faults

start --generate 2000 --today 2026-11-22

faults 'path=/3/movie/550 count=2 status=429 retry-after=1'
api /movie/550
ok 'status=429' answers 429 '"status_code":25' '"success":false'
ok 'retry-after=1' header '^retry-after: 1$'
api /movie/551
ok 'path= means that path only' answers 200
api /movie/550
ok 'count=2: the second' answers 429
api /movie/550
ok 'and no more' answers 200 '"id":550,'
get /_control/stats
ok 'faults are counted' has '"by_fault":{"status":2}' '"429":2'

faults 'status=503 retry-after=date+30'
api /movie/1
ok 'retry-after=date+30' header '^retry-after: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] [0-9:]* GMT$'
ok 'with the status that was asked for' answers 503 '"status_code":9'
faults 'status=429 retry-after=0'
api /movie/1
ok 'retry-after=0' header '^retry-after: 0$'
faults 'status=429 retry-after="Wed, 21 Oct 2026 07:28:00 GMT"'
api /movie/1
ok 'retry-after in quotes' header '^retry-after: Wed, 21 Oct 2026 07:28:00 GMT$'
faults 'count=1 status=429 retry-after=600'
api /movie/1
nap 0.6
api /movie/1
get /_control/stats
ok 'asking before Retry-After is over is noticed' has '"during_retry_after":1,'

for pair in 401:7 403:45 404:34 405:42 406:19 422:5 500:11 501:2 502:43 503:9 504:24 400:47; do
    faults "status=${pair%:*}"
    api /movie/1
    ok "status=${pair%:*} has a body of TMDB's" answers "${pair%:*}" "\"status_code\":${pair#*:},"
done
faults 'code=44'
api /movie/1
ok 'code=44 comes with its HTTP status' answers 500 '"status_code":44'
faults 'status=200 code=25'
api /movie/1
ok 'status and code can contradict each other' answers 200 '"status_code":25'

faults 'every=3 status=500'
statuses 7 /movie/1
ok 'every=3' same 200,200,500,200,200,500,200, "$list"
faults 'from=2 to=4 status=500'
statuses 6 /movie/1
ok 'from=2 to=4' same 200,500,500,500,200,200, "$list"
faults 'tries=2 status=500'
statuses 4 /movie/1
ok 'tries=2' same 500,500,200,200, "$list"
statuses 3 /movie/2
ok 'counts each path for itself' same 500,500,200, "$list"
faults 'path-prefix=/3/movie/ percent=50 seed=7 status=500'
statuses 20 /movie/1
once=$list
ok 'percent=50 hits some and spares some' test "$(echo "$list" | tr -dc ,)" != "$(echo "$list" | sed 's/200,//g; s/500,/,/g')"
faults 'path-prefix=/3/movie/ percent=50 seed=7 status=500'
statuses 20 /movie/1
ok 'the same ones every time' same "$once" "$list"
faults 'path-prefix=/3/movie/ percent=50 seed=8 status=500'
statuses 20 /movie/1
ok 'others with another seed' test "$once" != "$list"
api /genre/movie/list
ok 'path-prefix spares other paths' answers 200
faults 'percent=0 status=500; percent=100 status=502'
statuses 3 /movie/1
ok 'percent=0 never, percent=100 always; the first rule that fires decides' same 502,502,502, "$list"
faults 'endpoint=discover status=500 # a comment; with a semicolon
   # another
query-has=page=3 status=502; path=/x redirect=http://h/#not-a-comment'
api /discover/movie
ok 'endpoint=' answers 500
api '/movie/changes?page=3'
ok 'query-has=, comments, several lines' answers 502
get /x
ok 'a # within a word is no comment' header '^location: http://h/#not-a-comment$'
api /movie/changes
ok 'neither' answers 200
faults 'method=HEAD status=500'
api /movie/1 -I
ok 'method=HEAD' same 500 "$status"
faults 'over=5 status=429'
sed "s|http://127.0.0.1:[0-9]*|$url|" "$work/urls" >"$work/urls2"
n=0
until [ $n -ge 50 ] || { curl -s -K "$work/urls2"; get /_control/log; has ' 429 '; }; do n=$((n + 1)); done # some second has six
ok 'over=5 answers the sixth request of a second' has ' 429 '
ok 'and no other' same '' "$(seconds "$work/b" | awk '($1 > 5 && $3 != 429) || ($2 <= 5 && $3 != 200)')"

faults 'reset'
api /movie/1
ok 'reset' fails 56
faults 'reset-mid-body'
api /movie/1
ok 'reset-mid-body' fails 56
ok 'half of it has come' less 100 "$(size)"
get /_control/stats
faults 'slow=2000'
api /genre/movie/list
ok 'slow=2000' answers 200 '"Western"'
ok 'takes its time' less 350000 "$took"
faults 'stall'
api /movie/1 --max-time 0.7
ok 'stall' fails 28
ok 'without a byte' same 0 "$(size)"
faults 'wrong-length'
api /movie/1
ok 'wrong-length' fails 18
faults 'short-length'
api /genre/movie/list
ok 'short-length: the length is half of the body' less "$(size)" 500
ok 'which is not complete' lacks '"Western"'
faults 'html'
api /movie/1
ok 'html' answers 200 '<html>'
ok 'says that it is HTML' header '^content-type: text/html'
faults 'html-403'
api /movie/1
ok 'html-403' answers 403 '<html>'
faults 'truncated-gzip'
api /movie/1
ok 'truncated-gzip is sent as gzip' header '^content-encoding: gzip$'
gzip -t <"$work/b" 2>/dev/null
code=$?
ok 'and ends too early' test "$code" != 0
api /movie/1 --compressed
ok 'what curl makes of it has no end' test "$(tail -c 1 "$work/b")" != '}'
faults 'garbage'
api /movie/1
ok 'garbage' answers 200 'not] JSON'
ok 'says that it is JSON' header '^content-type: application/json'
faults 'truncated-json'
api /movie/1
ok 'truncated-json' answers 200 '{"adult":'
ok 'has no end' test "$(tail -c 1 "$work/b")" != '}'
faults 'success-false'
api /movie/1
ok 'success-false' answers 200 '"success":false,"status_code":21'
faults 'success-false code=34'
api /movie/1
ok 'success-false with another code' answers 200 '"success":false,"status_code":34'
faults 'empty-200'
api /movie/1
ok 'empty-200' same '200 0' "$status $(size)"
faults 'drop-section=credits'
api '/movie/1?append_to_response=credits,keywords'
ok 'drop-section keeps the others' answers 200 '"keywords":{'
ok 'and leaves that one out' lacks '"credits"'
api /movie/1/credits
ok 'but its own endpoint has it' answers 200 '"cast":'
faults 'drop-section=watch/providers'
api '/movie/1?append_to_response=watch/providers'
ok 'drop-section=watch/providers' lacks watch/providers
faults 'huge'
curl -s --max-time 60 "$url/3/movie/1?api_key=$key" | head -c 3000000 >"$work/b"
ok 'huge does not end' same 3000000 "$(size)"
get /_control/stats
ok 'the server outlives it' answers 200
faults 'redirect=http://127.0.0.1:9/elsewhere'
api /movie/1
ok 'redirect' answers 302
ok 'names the place' header '^location: http://127.0.0.1:9/elsewhere$'
faults 'bad-utf8'
api /movie/1
ok 'bad-utf8' answers 200 "$(printf '"title":"\377\376')"
faults 'wrong-id'
api /movie/20
ok 'wrong-id' answers 200 '"id":19,'
faults ''
api '/discover/movie?sort_by=primary_release_date.asc&page=2'
plain=$(grep -oE '"id":[0-9]+' "$work/b" | tr '\n' ' ')
faults 'endpoint=discover drift=3'
api '/discover/movie?sort_by=primary_release_date.asc&page=2'
drifted=$(grep -oE '"id":[0-9]+' "$work/b" | tr '\n' ' ')
ok 'drift=3 moves the rows by three' same "$(echo "$plain" | cut -d ' ' -f 1-17)" \
    "$(echo "$drifted" | cut -d ' ' -f 4-20)"
faults 'endpoint=discover drift=-2'
api '/discover/movie?sort_by=primary_release_date.asc&page=2'
drifted=$(grep -oE '"id":[0-9]+' "$work/b" | tr '\n' ' ')
ok 'drift=-2 the other way' same "$(echo "$plain" | cut -d ' ' -f 3-20)" \
    "$(echo "$drifted" | cut -d ' ' -f 1-18)"
faults 'delay-ms=300'
api /movie/1
ok 'delay-ms alone' answers 200 '"id":1,'
ok 'is late' less 300000 "$took"
faults 'delay-ms=200 status=500'
api /movie/1
ok 'delay-ms with another action' answers 500
ok 'is late too' less 200000 "$took"
faults 'path-prefix=/3/movie/ percent=100 tries=1 seed=3 action=mix'
kinds=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
    api "/movie/$i" --compressed
    if [ "$code" = 0 ] && [ "$status" = 200 ] && has '"vote_count"'; then
        # a cut document may still hold that key
        [ "$(tail -c 1 "$work/b")" != '}' ] || kinds="$kinds right:$i"
    fi
    api "/movie/$i" --compressed
    [ "$status" = 200 ] && has '"vote_count"' || kinds="$kinds wrong-again:$i"
done
ok 'mix breaks every first try and no second one' same '' "$kinds"
get /_control/stats
ok 'in several ways' less 5 "$(grep -oE '"by_fault":\{[^}]*' "$work/b" | grep -o ':[0-9]' | wc -l)"

faults 'status=500'
post /_control/faults 'path=/3/movie/1 frobnicate'
ok 'a bad rule is refused by name' answers 400 frobnicate 'rule 1'
for bad in 'percent=200 reset' 'status=99' 'drop-section=nonsense' 'slow' 'slow=0' 'endpoint=nowhere reset' \
    'path=3/movie reset' 'count=0 reset' 'code=99' 'path=/x' 'reset=5' 'action=nothing' 'delay-ms=x'; do
    post /_control/faults "$bad"
    ok "so is '$bad'" answers 400 'rule 1'
done
api /movie/1
ok 'and the rules before it stay' answers 500
post /_control/faults ''
ok 'an empty list of rules' answers 200 '"rules":0'
api /movie/1
ok 'takes them back' answers 200
stop
ok 'SIGTERM still ends it cleanly' same 0 "$code"

echo 'path=/3/movie/1 status=502' >"$work/rules"
start --generate 10 --faults-file "$work/rules" --faults 'path=/3/movie/2 status=504'
api /movie/1
ok '--faults-file' answers 502
api /movie/2
ok '--faults beside it' answers 504
post /_control/faults ''
post /_control/reset
api /movie/2
ok 'reset brings the rules of the command line back' answers 504
stop
