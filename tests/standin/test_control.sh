# shellcheck shell=sh disable=SC2034,SC2154  # part of test_standin.sh, which sets and reads the variables
# Control calls and statistics.

start --dir "$work/data" --jsonl "$work/lines.jsonl" --generate 3000 --gone-ids 100-102,200 \
    --today 2026-11-22 --seed 5 --log "$work/log"

# --- control

post '/_control/touch?id=9001&date=2026-11-20'
ok 'touch' answers 200
api /movie/9001
ok 'changes popularity and votes of a stored movie' answers 200 '"popularity":25.6745' '"vote_count":30727' \
    '"unknown_key":{"kept":true}'
api '/movie/changes?start_date=2026-11-20&end_date=2026-11-20'
ok 'and puts it into the feed' has '"id":9001,'
api '/movie/9001/changes?start_date=2026-11-20&end_date=2026-11-20'
ok 'and into its own' has '"time":"2026-11-20 ' ' UTC"' '"action":"updated"'
api /movie/12
cp "$work/b" "$work/first"
post '/_control/touch?id=12'
api /movie/12
ok 'a generated movie changes too' test "$(cat "$work/b")" != "$(cat "$work/first")"
post '/_control/touch?id=999999'
ok 'touch: an unknown movie is a 404' answers 404
post '/_control/touch?id=12&date=yesterday'
ok 'touch: a bad date is a 400' answers 400
post '/_control/touch'
ok 'touch: no id is a 400' answers 400

get /exports/movie_ids_11_21_2026.json.gz
post '/_control/gone?id=13'
ok 'gone' answers 200 '"gone":true'
api /movie/13
ok 'the movie is a 404' answers 404 '"status_code":34'
get /exports/movie_ids_11_22_2026.json.gz
ok "and not in today's export" test -z "$(gzip -dc <"$work/b" | grep '"id":13,')"
get /exports/movie_ids_11_21_2026.json.gz
ok "but in yesterday's" test -n "$(gzip -dc <"$work/b" | grep '"id":13,')"
post '/_control/touch?id=13'
api '/movie/changes?start_date=2026-11-22&end_date=2026-11-22'
ok 'the feed knows it with adult null' has '{"id":13,"adult":null,"softcore":null}'
post '/_control/gone?id=13&back=1'
api /movie/13
ok 'and back' answers 200 '"id":13,'

post '/_control/add?id=50000'
ok 'add' answers 200 '"added":true'
api /movie/50000
ok 'the movie is there' answers 200 '"id":50000,'
get /exports/movie_ids_11_21_2026.json.gz
ok "not in yesterday's export" test -z "$(gzip -dc <"$work/b" | grep '"id":50000,')"
api '/movie/changes?start_date=2026-11-22&end_date=2026-11-22'
ok "in today's feed" has '"id":50000,'
post '/_control/add?id=50000'
ok 'add: twice is a 409' answers 409

post '/_control/document?date=2026-11-22' '{"id":14,"title":"Replaced","imdb_id":"tt1111111","release_date":"2020-06-15","reviews":{"page":1,"results":[],"total_pages":0,"total_results":0}}'
ok 'document' answers 200 '"stored":true'
api /movie/14
ok 'the movie is what was sent' same \
    '{"id":14,"title":"Replaced","imdb_id":"tt1111111","release_date":"2020-06-15"}' "$(cat "$work/b")"
api '/find/tt1111111?external_source=imdb_id'
ok 'and found by its new IMDb id' answers 200 '"id":14,'
api "/discover/movie?primary_release_date.gte=2020-06-15&primary_release_date.lte=2020-06-15"
ok 'and by its new date' answers 200 '"id":14,'
post /_control/document '{"id":'
ok 'document: broken JSON is a 400' answers 400 error
rows=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23; do rows="$rows{\"id\":\"r$i\"},"; done
post /_control/document "{\"id\":15,\"title\":\"Reviewed\",\"reviews\":{\"page\":1,\"results\":[${rows%,}],\"total_pages\":2,\"total_results\":23}}"
api '/movie/15/reviews?page=2'
ok 'stored reviews are cut into pages' same \
    '{"id":15,"page":2,"results":[{"id":"r21"},{"id":"r22"},{"id":"r23"}],"total_pages":2,"total_results":23}' \
    "$(cat "$work/b")"
head -c 2000000 /dev/zero | tr '\0' a >"$work/long"
{ printf '{"id":16,"title":"'; cat "$work/long"; printf '"}'; } >"$work/big.json"
post /_control/document "@$work/big.json"
ok 'a body of 2 MB is taken' answers 200 '"stored":true'

post /_control/today 2026-12-01
ok 'today' answers 200
get /exports/movie_ids_12_01_2026.json.gz
ok 'moves the exports' answers 200
post /_control/today tomorrow
ok 'today: a bad date is a 400' answers 400
get /_control/nonsense
ok 'an unknown control call is a 404' answers 404
get /_control/reset
ok 'the wrong method is a 405' answers 405
post /_control/reset
ok 'reset' answers 200
api /movie/14
ok 'brings replaced movies back' answers 200 '"id":14,"imdb_id"'
api /movie/50000
ok 'and removes added ones' answers 404
api /movie/9001
ok 'and touches' answers 200 '"popularity":24.17450'
get /exports/movie_ids_12_01_2026.json.gz
ok 'and sets the day back' answers 404

# --- statistics

post /_control/reset
api /movie/1
api /movie/2
api /movie/2
api /movie/101
get /3/movie/3 -H 'Authorization: Bearer a.b.c'
get /3/movie/4
get /_control/stats
ok 'stats count requests, and no control call' has '"total":6,' '"distinct":5,"duplicates":1,' \
    '"by_endpoint":{"movie":6}' '"200":4' '"401":1' '"404":1'
ok 'and credentials' has '"auth":{"bearer":1,"api_key":4,"none":1}'
ok 'and connections' has '"connections":{"open":0,"max":1,"opened":6}'
get /_control/log
ok 'the log has a line for each' same 6 "$(grep -c '' "$work/b")"
ok 'without the key' lacks "$key"
ok 'but with its place' has '/3/movie/1?api_key=***'
ok '--log has the same lines' same "$(cat "$work/b")" "$(tail -n 6 "$work/log")"

post '/_control/reset?only=stats'
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    printf 'url="%s"\noutput="/dev/null"\n' "$url/3/movie/$i?api_key=$key"
done >"$work/urls"
curl -s -K "$work/urls"
get /_control/stats
ok 'one connection was enough for them' has '"max":1,"opened":1}'
most=$(grep -oE '"max_per_second":[0-9]+' "$work/b" | tr -dc 0-9)
get /_control/log
ok 'requests of one second are counted together' test -z \
    "$(seconds "$work/b" | awk -v most="$most" '$1 > n { n = $1 } $2 > m { m = $2 } END { if (most < n || most > m || n < 2) print n, most, m }')"
post '/_control/reset?only=stats'
curl -s --parallel --parallel-immediate --parallel-max 6 -K "$work/urls" 2>"$work/meter"
get /_control/stats
ok 'parallel connections are counted' test "$(grep -oE '"max":[0-9]+' "$work/b" | tr -dc 0-9)" -gt 1


stop
