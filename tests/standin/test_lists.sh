# shellcheck shell=sh disable=SC2034,SC2154  # part of test_standin.sh, which sets and reads the variables
# Changes, discover, find, the catalogues, credentials, exports.

start --dir "$work/data" --jsonl "$work/lines.jsonl" --generate 3000 --gone-ids 100-102,200 \
    --today 2026-11-22 --seed 5 --log "$work/log"

# --- changes

api /movie/changes
ok 'changes without dates are the last 24 hours' answers 200 '{"results":[{"id":' '"page":1,'
cp "$work/b" "$work/first"
api '/movie/changes?start_date=2026-11-21&end_date=2026-11-22'
ok 'which is yesterday to today' cmp -s "$work/first" "$work/b"
ok 'entries have id, adult and softcore' has '"adult":false,"softcore":false}'
api '/movie/changes?end_date=2026-11-22'
ok 'an end alone means the day before it too' cmp -s "$work/first" "$work/b"
api '/movie/changes?start_date=2026-11-08&end_date=2026-11-22'
ok '14 days are accepted' answers 200 '"page":1,' '"total_pages":'
ok 'a page has 100 entries' same 100 "$(count '"softcore":')"
pages=$(grep -oE '"total_pages":[0-9]+' "$work/b" | tr -dc 0-9)
total=$(grep -oE '"total_results":[0-9]+' "$work/b" | tr -dc 0-9)
seen=0
: >"$work/ids"
i=1
while [ "$i" -le "${pages:-0}" ]; do
    api "/movie/changes?start_date=2026-11-08&end_date=2026-11-22&page=$i"
    seen=$((seen + $(count '"softcore":')))
    grep -oE '"id":[0-9]+' "$work/b" >>"$work/ids"
    i=$((i + 1))
done
ok 'the pages add up to total_results' same "$total" "$seen"
ok 'no id stands in it twice' same "$(sort "$work/ids" | uniq -d)" ''
ok 'the ids are not sorted' test "$(sort -t : -k 2n "$work/ids" | head -n 5)" != "$(head -n 5 "$work/ids")"
null=no
for day in 15 16 17 18 19 20; do
    api "/movie/changes?start_date=2026-11-$day&end_date=2026-11-$day"
    has '{"id":null,"adult":null,"softcore":null}' && null=yes
done
ok 'now and then the id is null' same yes "$null"
api '/movie/changes?start_date=2026-11-07&end_date=2026-11-22'
ok '15 days are refused' answers 422 '"status_code":20'
api '/movie/changes?start_date=22.11.2026'
ok 'a date in another format is refused' answers 400 '"status_code":23'
api '/movie/changes?start_date=2026-02-30'
ok 'so is a day that does not exist' answers 400 '"status_code":23'
for page in 0 501 x -1 1.5; do
    api "/movie/changes?page=$page"
    ok "changes: page $page is refused" answers 400 '"status_code":22'
done
api '/movie/changes?page=500'
ok 'page 500 is not, and empty here' answers 200 '"results":[],"page":500'
api '/movie/12/changes?start_date=2026-11-10&end_date=2026-11-22'
ok '/movie/ID/changes' answers 200 '{"changes":['

# --- discover

year='primary_release_date.gte=2020-01-01&primary_release_date.lte=2020-12-31'
api "/discover/movie?$year&sort_by=primary_release_date.asc"
ok 'discover has 20 rows a page' same "200 20" "$status $(count '"genre_ids":')"
grep -oE '"release_date":"[^"]*"' "$work/b" >"$work/days"
ok 'sorted by date' sort -c "$work/days"
ok 'all of the year' same '' "$(grep -v '"2020-' "$work/days")"
total=$(grep -oE '"total_results":[0-9]+' "$work/b" | tr -dc 0-9)
pages=$(grep -oE '"total_pages":[0-9]+' "$work/b" | tr -dc 0-9)
: >"$work/ids"
i=1
while [ "$i" -le "${pages:-0}" ]; do
    api "/discover/movie?$year&sort_by=primary_release_date.asc&page=$i"
    grep -oE '"id":[0-9]+' "$work/b" >>"$work/ids"
    i=$((i + 1))
done
ok 'all pages together are total_results movies' same "$total" "$(sort -u "$work/ids" | wc -l | tr -d ' ')"
api "/discover/movie?$year&page=$((pages + 1))"
ok 'a page past the end is empty' answers 200 '"results":[]'
api "/discover/movie?$year&include_adult=true&include_video=true"
more=$(grep -oE '"total_results":[0-9]+' "$work/b" | tr -dc 0-9)
ok 'adult movies and videos are left out by default' less "$total" "$more"
api "/discover/movie?$year&sort_by=primary_release_date.desc"
ok 'sort_by can be turned round' same '' "$(grep -oE '"release_date":"[^"]*"' "$work/b" | sort -rc 2>&1)"
api '/discover/movie?primary_release_date.gte=1800-01-01&include_adult=true'
dated=$(grep -oE '"total_results":[0-9]+' "$work/b" | tr -dc 0-9)
api '/discover/movie?include_adult=true'
ok 'with a date filter undated movies are not listed' less "$dated" \
    "$(grep -oE '"total_results":[0-9]+' "$work/b" | tr -dc 0-9)"
api '/discover/movie?with_original_language=ja'
ok 'with_original_language' same 20 "$(count '"original_language":"ja"')"
api '/discover/movie?with_original_language=de|ja&sort_by=vote_count.desc'
ok 'two languages' answers 200 '"original_language":"ja"' '"original_language":"de"'
api '/discover/movie?with_original_language=en-US'
ok 'a bad language gives no rows' answers 200 '"results":[]' '"total_results":0'
api '/discover/movie?vote_count.gte=30000&vote_count.lte=40000'
ok 'vote_count' answers 200 '"id":9001,'
api '/discover/movie?vote_count.gte=30000&vote_count.lte=30716'
ok 'vote_count has an upper end' lacks '"id":9001,'
for order in original_title popularity revenue primary_release_date title vote_average vote_count; do
    api "/discover/movie?sort_by=$order.asc"
    cp "$work/b" "$work/first"
    ok "sort_by=$order.asc" answers 200 '"page":1,' '"id":'
    api "/discover/movie?sort_by=$order.desc"
    ok "sort_by=$order.desc differs" test "$(cat "$work/b")" != "$(cat "$work/first")"
done
for page in 0 501 many; do
    api "/discover/movie?page=$page"
    ok "discover: page $page is refused" answers 400 '"status_code":22'
done
api '/discover/movie?primary_release_date.gte=2020'
ok 'discover: a bad date is refused' answers 400 '"status_code":23'

# --- the others

api '/find/tt7654321?external_source=imdb_id'
ok 'find' answers 200 '{"movie_results":[{' '"id":9001,' '"media_type":"movie"' '"tv_results":[]'
api '/find/tt1000036?external_source=imdb_id'
ok 'find: a generated movie, or nobody' answers 200 '{"movie_results":['
api '/find/tt0000001?external_source=imdb_id'
ok 'find: unknown is 200 with empty lists' same \
    '{"movie_results":[],"person_results":[],"tv_results":[],"tv_episode_results":[],"tv_season_results":[]}' \
    "$(cat "$work/b")"
api '/find/tt9912345?external_source=imdb_id'
ok 'find: some are TV' answers 200 '{"movie_results":[]' '"media_type":"tv"'
api /find/tt7654321
ok 'find needs a source' answers 422 '"status_code":5'
api /genre/movie/list
ok 'genres' same "200 19" "$status $(count '"name":')"
api /configuration
ok 'configuration' answers 200 '"secure_base_url"' '"poster_sizes"'
api /watch/providers/movie
ok 'providers' answers 200 '"provider_id":8' '"provider_name":"Netflix"'
api /authentication
ok 'authentication' answers 200 '"success":true,"status_code":1'

get /3/movie/12
ok 'no credential is a 401' answers 401 '"status_code":7'
ok 'which may be cached for five minutes' header '^cache-control: public, max-age=300$'
get '/3/movie/12?api_key=00000000000000000000000000000000'
ok 'a wrong key too' answers 401 '"status_code":7'
get /3/nonsense
ok 'even for a path that does not exist' answers 401
get /3/movie/12 -H 'Authorization: Bearer aaa.bbb.ccc'
ok 'a token with two dots is accepted' answers 200 '"id":12,'
get /3/movie/12 -H 'Authorization: Bearer aaa.bbb'
ok 'one with one dot is not' answers 401
etag=$(get /3/movie/12 -H 'Authorization: Bearer a.b.c'; tr -d '\r' <"$work/h" | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
get /3/movie/12 -H 'Authorization: Bearer a.b.c' -H "If-None-Match: $etag"
ok 'If-None-Match is a 304 without a body' same "304 0" "$status $(size)"
api /movie/12 -H 'If-None-Match: W/"0123"'
ok 'another ETag is a 200' answers 200

# --- exports

get /exports/movie_ids_11_22_2026.json.gz
ok 'the export needs no credential' answers 200
ok 'its length is told' header "^content-length: $(size)\$"
gzip -dc <"$work/b" >"$work/lines" 2>/dev/null || : >"$work/lines"
cp "$work/lines" "$work/b"
ok 'a line of it' has '{"adult":false,"id":9001,"original_title":"Gespeichert","popularity":24.1745,"video":false}'
ok 'adult movies are not in it' lacks '"adult":true'
ok 'vanished ones neither' test -z "$(grep -E '"id":(100|101|102|200),' "$work/b")"
ok 'videos are' has '"video":true'
ok 'nobody twice' same '' "$(grep -oE '"id":[0-9]+' "$work/b" | sort | uniq -d)"
plain=$(wc -l <"$work/b")
get /exports/adult_movie_ids_11_22_2026.json.gz
gzip -dc <"$work/b" >"$work/lines" 2>/dev/null
ok 'the other export has the adult ones' same '' "$(grep -v '"adult":true' "$work/lines")"
ok 'both together are all movies' same 2998 "$((plain + $(wc -l <"$work/lines")))"
get /exports/movie_ids_11_23_2026.json.gz
ok 'tomorrow is a 404' answers 404
get /exports/movie_ids_08_24_2026.json.gz
ok '90 days ago is there' answers 200
get /exports/movie_ids_08_23_2026.json.gz
ok '91 days ago is not' answers 404
get /exports/tv_series_ids_11_22_2026.json.gz
ok 'other exports are not' answers 404


stop
