# shellcheck shell=sh disable=SC2034,SC2154  # part of test_standin.sh, which sets and reads the variables
# Movies, stored and generated, and their sections.

# --- movies

start --dir "$work/data" --jsonl "$work/lines.jsonl" --generate 3000 --gone-ids 100-102,200 \
    --today 2026-11-22 --seed 5 --log "$work/log"

api /movie/9001
ok 'a stored movie is served as it is written' answers 200 '"popularity":24.17450' \
    '"revenue":4294967296' '"overview":"two  blanks, \"quotes\", a \\ and a \u00e9"' \
    '"unknown_key":{"kept":true}'
ok 'white space between tokens is gone' lacks '", "'
ok 'a section that was not asked for is not sent' lacks '"keywords"'
ok 'the folder overrides the lines' lacks 'Hidden by'
ok 'the content type is the real one' header '^content-type: application/json;charset=utf-8$'
ok 'there is a weak ETag' header '^etag: W/"[0-9a-f]\{32\}"$'
ok 'there is a Cache-Control' header '^cache-control: public, max-age=[0-9]*$'
api '/movie/9001?append_to_response=keywords,reviews,watch/providers,external_ids,credits,videos,release_dates,alternative_titles,images,translations,similar'
ok 'a section that is stored is sent' has '"keywords":{"keywords":[{"id":1,"name":"a b"}]}'
ok 'sections it lacks come empty, each in its shape' has \
    '"reviews":{"page":1,"results":[],"total_pages":0,"total_results":0}' \
    '"watch/providers":{"results":{}}' '"credits":{"cast":[],"crew":[]}' '"videos":{"results":[]}' \
    '"release_dates":{"results":[]}' '"alternative_titles":{"titles":[]}' \
    '"external_ids":{"imdb_id":"tt7654321","wikidata_id":null' '"images":{"backdrops":[]' \
    '"translations":{"translations":[]}' '"similar":{"page":1,"results":[]'
api /movie/tt7654321
ok 'a movie is found by its IMDb id' answers 200 '"id":9001,'
api /movie/5
ok 'lines override generated movies' answers 200 'From the lines'

api '/movie/12?append_to_response=credits,keywords,videos,reviews,release_dates,watch/providers,external_ids,alternative_titles'
ok 'a generated movie has what is asked for' answers 200 '"id":12,' '"credits":{"cast":[' \
    '"keywords":{"keywords":[' '"watch/providers":{"results":{' '"external_ids":{"imdb_id"'
cp "$work/b" "$work/first"
ok 'it is as large as a real one' less 8000 "$(size)"
api '/movie/12?append_to_response=credits,keywords,videos,reviews,release_dates,watch/providers,external_ids,alternative_titles' --compressed
ok 'gzip is used when accepted' header '^content-encoding: gzip$'
ok 'and carries the same body' cmp -s "$work/first" "$work/b"
api /movie/37
ok 'ids divisible by 37 carry the trap titles' answers 200 '"title":"1776"'
api /movie/74
ok 'in their order' answers 200 '"title":"12:30"'
api '/movie/12?append_to_response=content_ratings,account_states,credits'
ok 'names that are no section are passed over' answers 200 '"credits"'
ok 'and not answered' lacks content_ratings
names=credits
for i in 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do names=$names,x$i; done
api "/movie/12?append_to_response=$names"
ok '20 appended names are accepted' answers 200 '"credits"'
api "/movie/12?append_to_response=$names,x21"
ok '21 are refused' answers 400 '"status_code":27'

api /movie/999999
ok 'an unknown id is the real 404' answers 404
ok 'word for word' same "$(cat "$work/b")" \
    '{"success":false,"status_code":34,"status_message":"The resource you requested could not be found."}'
api /movie/101
ok 'an id of --gone-ids is a 404' answers 404 '"status_code":34'
api /movie/103
ok 'its neighbour is not' answers 200 '"id":103,'
api /movie/abc
ok 'a word is no id' answers 404 '"status_code":6'
api /movie/tt0000000
ok 'an unknown IMDb id is a 404' answers 404 '"status_code":34'
api /nothing/here
ok 'an unknown path is a 404' answers 404 '"status_code":34'
api /movie/12 -X DELETE
ok 'another method is a 405' answers 405 '"status_code":42'

# --- sections as endpoints

for section in alternative_titles credits external_ids images keywords lists recommendations \
    release_dates releases similar trailers translations videos watch/providers; do
    api "/movie/12/$section"
    ok "/movie/12/$section" answers 200 '{"id":12,'
done
api /movie/9001/keywords
ok 'a stored section has the id in front' same \
    '{"id":9001,"keywords":[{"id":1,"name":"a b"}]}' "$(cat "$work/b")"
api /movie/9001/videos
ok 'one that is not stored is empty' same '{"id":9001,"results":[]}' "$(cat "$work/b")"
api /movie/12/nonsense
ok 'an unknown section is a 404' answers 404 '"status_code":34'

long= # the first movie with more than one page of reviews
i=1
while [ -z "$long" ] && [ "$i" -lt 400 ]; do
    api "/movie/$i/reviews"
    has '"total_pages":2,' && long=$i
    i=$((i + 1))
done
api "/movie/${long:-0}/reviews"
ok 'some movies have two pages of reviews' answers 200 '"page":1,' '"total_pages":2,'
ok 'of which the first has 20' same 20 "$(count '"author":')"
first_review=$(grep -oE '"id":"[0-9a-f]{24}"' "$work/b" | head -n 1)
api "/movie/$long/reviews?page=2"
ok 'the second has others' answers 200 '"page":2,' '"author":'
ok 'really others' lacks "$first_review"
api "/movie/$long?append_to_response=reviews&page=2"
ok 'page pages appended lists too' answers 200 '"reviews":{"page":2,'
api "/movie/$long/reviews?page=3"
ok 'a page past the end is empty' answers 200 '"page":3,"results":[],"total_pages":2'


stop
