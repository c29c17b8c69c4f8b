# shellcheck shell=sh disable=SC2034,SC2154  # part of test_standin.sh, which sets and reads the variables
# Starting, stopping, and the options that nothing else tests.

# --- starting and stopping

"$bin" --help >"$work/b"
code=$?
ok '--help exits 0 and names the options' exits 0 --port-file --faults --generate
"$bin" --generate many >"$work/b" 2>&1
code=$?
ok 'a bad value exits 2 and is named' exits 2 --generate many
"$bin" --no-such >"$work/b" 2>&1
code=$?
ok 'an unknown option exits 2' exits 2 --no-such
"$bin" --dir "$work/nowhere" >"$work/b" 2>&1
code=$?
ok 'a missing folder exits 1 and is named' exits 1 "$work/nowhere"
echo '{"id": 1, "title": ' >"$work/broken.jsonl"
"$bin" --jsonl "$work/broken.jsonl" >"$work/b" 2>&1
code=$?
ok 'broken JSON exits 1 with file and line' exits 1 "$work/broken.jsonl:1"
"$bin" --faults 'path=/x nonsense' >"$work/b" 2>&1
code=$?
ok 'a bad fault rule exits 1 and is named' exits 1 'rule 1' nonsense
printf '2026-13-01 5\n' >"$work/bad-changes"
"$bin" --changes "$work/bad-changes" >"$work/b" 2>&1
code=$?
ok 'a bad line of changes exits 1 with its number' exits 1 "$work/bad-changes:1"

start --generate 10
cp "$work/stdout" "$work/b"
ok 'the address is on stdout' same "listening on $url" "$(cat "$work/stdout")"
"$bin" --port "${url##*:}" >"$work/b" 2>&1
code=$?
ok 'a port in use exits 1' exits 1 'cannot listen'
stop
ok 'SIGTERM ends it with exit code 0' same 0 "$code"

# --- options

start --dir "$work/data" --missing-sections --changes "$work/changes" --jsonl "$work/lines.jsonl" \
    --today 2026-11-22 --key feedfacefeedfacefeedfacefeedface --key one.two.three --chunked --delay-ms 120
key=feedfacefeedfacefeedfacefeedface
api '/movie/9001?append_to_response=keywords,reviews,credits'
ok '--missing-sections leaves them out' answers 200 '"keywords":{'
ok 'really' lacks '"credits"'
ok '--chunked' header '^transfer-encoding: chunked$'
ok '--delay-ms' less 120000 "$took"
get '/3/movie/9001?api_key=0123456789abcdef0123456789abcdef'
ok '--key replaces the default key' answers 401
get /3/movie/9001 -H 'Authorization: Bearer one.two.three'
ok 'a second --key' answers 200
get /3/movie/9001 -H 'Authorization: Bearer one.two.four'
ok 'no other token then' answers 401
api '/movie/changes?start_date=2026-11-20&end_date=2026-11-20'
ok '--changes' same \
    '{"results":[{"id":5,"adult":false,"softcore":false}],"page":1,"total_pages":1,"total_results":1}' \
    "$(cat "$work/b")"
api '/movie/changes?start_date=2026-11-22&end_date=2026-11-22'
ok 'with null, and ids that are unknown' answers 200 '{"id":null,' '{"id":424242,"adult":null' '"total_results":2'
stop
key=0123456789abcdef0123456789abcdef

start --generate 1000 --first-id 801 --links "$work/links.csv" --pile 2020-01-01:50 --detail-size small
api /movie/862
ok '--links gives the IMDb id' answers 200 '"imdb_id":"tt0114709"'
api '/find/tt0114709?external_source=imdb_id'
ok 'and finds by it' answers 200 '"id":862,'
api /movie/800
ok '--first-id' answers 404
api '/discover/movie?primary_release_date.gte=2020-01-01&primary_release_date.lte=2020-01-01&include_adult=true&include_video=true'
ok '--pile' less 400 "$(grep -oE '"total_results":[0-9]+' "$work/b" | tr -dc 0-9)"
api '/movie/900?append_to_response=credits,keywords,videos,release_dates,watch/providers'
ok '--detail-size small' less "$(size)" 9000
stop
