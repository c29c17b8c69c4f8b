#!/bin/sh
# The defects of comparable programs, one by one: what would catch each here. The numbers are those of the list the project keeps.
. "$(dirname "$0")/lib.sh"
SAMPLE=$ROOT/share/sample
FAULT=$4
# As etl, with a clock that runs 200 times as fast: what waits for a service to recover would take minutes.
fast() { real=$BIN; BIN=$FAULT; MOVIE_ETL_TEST=clock-speed=200; export MOVIE_ETL_TEST; etl "$@"; BIN=$real; unset MOVIE_ETL_TEST; }

standin --jsonl "$SAMPLE/tmdb/movies.jsonl" --today "$(date -u +%F)"
etl init --full --movielens "$SAMPLE"
exits 0 "a database to begin with"

# 1. Commands that drop or recreate the tables first.
before=$(sql "select count(*) from ratings")
ids=$(sql "select group_concat(rootpage) from sqlite_schema where type='table' and name='tmdb_movies'")
etl update "$(sql 'select min(tmdb_id) from tmdb_movies')"; etl process --batch-type changes
etl missing --after-date 2026-01-01; etl process --batch-type missing
rows "1: no command empties anything" "select count(*) from ratings" "$before"
rows "1: nor makes a table anew" "select group_concat(rootpage) from sqlite_schema where type='table' and name='tmdb_movies'" "$ids"

# 2. The last year of a range is fetched: each sample year alone equals the range.
rm -rf two; mkdir two; cd two || exit 99
etl init --fetch-tmdb --start-year 1994 --end-year 1995; a=$CODE
etl process --batch-type initial
both=$(sql "select count(*) from tmdb_movies"); last=$(sql "select count(*) from tmdb_movies where release_date like '1995%'")
is "2: exit code" "$a" 0
[ "$last" -gt 0 ] && [ "$both" -gt "$last" ]; ok "2: first and last year of a range are both there"
is "2: nothing outside the range" "$(sql "select count(*) from tmdb_movies where release_date not like '1994%' and release_date not like '1995%'")" 0

# 3. What was staged is loaded.
staged=$(zcat data/movies/processed/*.gz | grep -c '^movie:')
is "3: every staged record is loaded" "$both" "$staged"
cd .. || exit 99

# 4. A file that fails does not move to processed/.
mkdir -p four; cd four || exit 99
etl init --fetch-tmdb --start-year 1994 --end-year 1994
f=$(find data/movies/raw -name '*.yaml'); sed -i '/^end:/,$d' "$f"
etl process --batch-type initial
exits 6 "4: a file without its end is refused"
[ -f "$f" ]; ok "4: and stays where it is"
cd .. || exit 99

# 5. A page error loses nothing and is no success.
rm -rf five; mkdir five; cd five || exit 99
control faults "path-prefix=/3/discover status=500"
fast init --fetch-tmdb --start-year 1994 --end-year 1994
[ "$CODE" != 0 ]; ok "5: a year that cannot be listed is no success"
is "5: and leaves no empty file" "$(raw_files)" 0
control faults ""
etl init --fetch-tmdb --start-year 1994 --end-year 1994
exits 0 "5: the next run fetches it"
cd .. || exit 99

# 7. Keywords shared by movies; reloading duplicates nothing.
shared=$(sql "select count(*) from (select keyword_id from movie_keywords group by keyword_id having count(*) > 1)")
[ "$shared" -gt 0 ]; ok "7: a keyword belongs to every movie that has it"
dump a.dump
for f in data/movies/processed/*.gz; do etl process --file "$f"; done
dump b.dump
same "7: loading the same files again duplicates nothing" a.dump b.dump

# 8. Genres have one vocabulary.
rows "8: one id per genre name" "select count(*) from (select name from genres group by name having count(*) > 1)" 0
rows "8: both sources meet in one genre" "select count(*) > 0 from movie_genres where from_movielens and from_tmdb" 1

# 12. Text is stored as it is: quotes, backslashes.
control document '{"id":900012,"title":"It'"'"'s \"quoted\" \\ back; DROP TABLE movies;-- %s","overview":"line\nbreak\tö 🎬"}'
etl update 900012; etl process --batch-type changes
rows "12: quotes and backslashes survive" "select title from tmdb_movies where tmdb_id=900012" 'It'"'"'s "quoted" \ back; DROP TABLE movies;-- %s'

# 9 and 10, 19. Instants without fractions, certifications from release_dates, revenue over 2^31.
control document '{"id":900009,"title":"Instants","revenue":2923706026,"videos":{"results":[{"id":"a1","published_at":"2016-03-01T13:03:55.000Z"},{"id":"a2","published_at":"2023-10-06 14:00:15 UTC"},{"id":"a3","published_at":"2018-05-02T15:22:22Z"}]},"release_dates":{"results":[{"iso_3166_1":"US","release_dates":[{"certification":"PG-13","descriptors":[],"iso_639_1":"","note":"","release_date":"2013-02-14T00:00:00.000Z","type":3}]}]}}'
etl update 900009; etl process --batch-type changes
rows "9: instants in every form" "select group_concat(published_at) from (select published_at from videos where tmdb_id=900009 order by video_id)" 1456837435,1696600815,1525274542
rows "10: the certification is in release_dates" "select certification from release_dates where tmdb_id=900009" PG-13
rows "19: revenue over 31 bits" "select revenue from tmdb_movies where tmdb_id=900009" 2923706026

# 11. The key appears nowhere.
etl update 900009 --verbose
never_says "$KEY" "11: the key is in no output"
! grep -rqa "$KEY" data; ok "11: nor in any file"

# 13. MovieLens rows without or with a shared tmdbId.
rows "13: rows without tmdbId are in" "select count(*) > 0 from movielens_movies where tmdb_id is null" 1
rows "13: two rows may share one" "select count(*) > 0 from (select tmdb_id from movielens_movies where tmdb_id is not null group by tmdb_id having count(*) > 1)" 1

# 14. Ratings are rows.
rows "14: every single rating is kept" "select count(*) = (select sum(rating_count) from movielens_movies) from ratings" 1

# 15. YAML: atomic, checksummed, no collisions, strings quoted.
waiting=$(raw_files)
etl update 900009; etl update 900012
is "15: two batches in one second are two files" "$(($(raw_files) - waiting))" 2
! grep -hE '^  title: [^"]' data/movies/raw/*.yaml; ok "15: titles are always quoted"
grep -q 'sha256: "' data/movies/raw/*.yaml; ok "15: files carry their checksum"
etl process --batch-type changes

# 16. 401 and 404 are not tried again; Retry-After is honoured.
control reset; control faults "path=/3/movie/900009 status=429 retry-after=2 count=1"
start=$(date +%s); etl update 900009; took=$(($(date +%s) - start))
exits 0 "16: 429 is tried again"
[ "$took" -ge 2 ]; ok "16: after Retry-After seconds"
control faults ""; control reset; etl update 999999999
is "16: 404 is asked once" "$(stat_of movie)" 1
control reset; TMDB_API_KEY=ffffffffffffffffffffffffffffffff etl update 900009
is "16: a refused key ends the run after one request" "$(stat_of total)" 1
etl process --batch-type changes

# 17. Failures remove nothing.
n=$(sql "select count(*) from tmdb_movies")
control faults "path-prefix=/3/movie/ status=500"
fast update 900009; [ "$CODE" != 0 ]; ok "17: a service that fails is no success"
etl process --batch-type changes
control faults "path-prefix=/3/movie/ status=404"
etl update 900009; etl process --batch-type changes
control faults ""
rows "17: no failure removes a movie" "select count(*) from tmdb_movies" "$n"
rows "17: one 404 marks nothing" "select count(*) from tmdb_movies where gone_at is not null" 0
etl update 900009; etl process --batch-type changes
rows "17: and it is back" "select count(*) from etl_gone where tmdb_id=900009" 0

# 6 and 18. More than 500 pages in a year; every page of the changes.
rm -rf six; mkdir six; cd six || exit 99
standin --generate 900 --detail-size small --today "$(date -u +%F)"
etl changes --days 20
exits 14 "18: changes needs a database"
etl init --fetch-tmdb --start-year 1874 --end-year 2030
exits 0 "6: all years"
etl process --batch-type initial
exits 0 "6: processed"
wanted=$(curl -sf "$BASE/3/discover/movie?api_key=$KEY&primary_release_date.gte=1874-01-01&primary_release_date.lte=2030-12-31&include_video=true" | sed 's/.*"total_results":\([0-9]*\).*/\1/')
rows "6: as many as discover announces" "select count(*) from tmdb_movies" "$wanted"
etl changes --days 20
exits 0 "18: twenty days of changes in one go"
[ "$(stat_of changes)" -ge 20 ]; ok "18: asked day by day"

# 20. A second run at the same time is refused.
( flock 9; etl update 5; exits 9 "20: locked by another run"; echo "$T" >../t ) 9<data/.lock
T=$(cat ../t)
cd .. || exit 99
plan
