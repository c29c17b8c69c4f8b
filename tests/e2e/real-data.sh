#!/bin/sh
# The real thing: a complete MovieLens release and recorded TMDB answers. They are not ours to distribute, so the folder that holds them
# (ml-latest-small/, tmdb/movie/, tmdb/movies.jsonl) is named by MOVIE_ETL_REAL_DATA; without it this test is skipped.
DATA=${MOVIE_ETL_REAL_DATA:-}
if [ -z "$DATA" ] || [ ! -d "$DATA/ml-latest-small" ]; then
    echo "1..0 # SKIP MOVIE_ETL_REAL_DATA does not name a folder with ml-latest-small and tmdb"
    exit 0
fi
. "$(dirname "$0")/lib.sh"
ML=$DATA/ml-latest-small

standin --dir "$DATA/tmdb" --jsonl "$DATA/tmdb/movies.jsonl" --today "$(date -u +%F)"
etl init --load-movielens --movielens "$ML"
exits 0 "ml-latest-small"
never_says "error" "without a finding that a careful person would call false"
rows "9,742 movies" "select count(*) from movielens_movies" 9742
rows "100,836 ratings" "select count(*) from ratings" 100836
rows "3,683 tags" "select count(*) from tags" 3683
rows "sum of ratings as awk sees it" "select printf('%.1f', sum(rating)) from ratings" \
    "$(awk -F, 'NR>1{s+=$3} END{printf "%.1f", s}' "$ML/ratings.csv")"
rows "sum of timestamps as awk sees it" "select sum(rated_at) from ratings" \
    "$(awk -F, 'NR>1{s+=$4} END{printf "%d", s}' "$ML/ratings.csv")"
rows "sum of ids as awk sees it" "select sum(user_id * 7 + movielens_id) from ratings" \
    "$(awk -F, 'NR>1{s+=$1*7+$2} END{printf "%d", s}' "$ML/ratings.csv")"
rows "sum of tag timestamps as awk sees it" "select sum(tagged_at) from tags" \
    "$(tr -d '\r' <"$ML/tags.csv" | awk -F, 'NR>1{s+=$NF} END{printf "%d", s}')"
rows "a moved article" "select title || '|' || year from movielens_movies where movielens_id = 2571" 'The Matrix|1999'
dump folder.dump

mkdir zipped; cd zipped || exit 99
(cd "$DATA" && zip -q -r "$WORK/small.zip" ml-latest-small)
etl init --load-movielens --movielens ../small.zip
exits 0 "the same from a zip"
dump ../zip.dump
cd .. || exit 99
same "gives the same database" folder.dump zip.dump

etl init --full --movielens "$ML"
exits 0 "init --full with the recorded answers"
dump first.dump
cut -d, -f3 "$ML/links.csv" | tr -d '\r' | grep '^[0-9]' | sort -un >links.txt
{ find "$DATA/tmdb/movie" -name '*.json' | sed 's|.*/\([0-9]*\)\.json|\1|'; sed 's/.*"id": \([0-9]*\), "imdb_id".*/\1/' "$DATA/tmdb/movies.jsonl"; } | grep '^[0-9]*$' | sort -un >have.txt
sort links.txt >l; sort have.txt >h; comm -12 l h | sort -n >both.txt; comm -23 l h | sort -n >neither.txt
sql "select tmdb_id from tmdb_movies" | sort >t
is "every link that TMDB has is enriched" "$(sort both.txt | comm -23 - t | wc -l | tr -d ' ')" 0
is "every other link is noted as gone" "$(sql 'select tmdb_id from etl_gone order by 1' | sort -n | cmp - neither.txt && echo equal)" equal
json() { python3 -c "import json;d=json.load(open('$DATA/tmdb/movie/550.json'));print($1)"; }
rows "550: cast" "select count(*) from credits where tmdb_id=550 and kind='cast'" "$(json "len({c['credit_id'] for c in d['credits']['cast']})")"
rows "550: crew" "select count(*) from credits where tmdb_id=550 and kind='crew'" "$(json "len({c['credit_id'] for c in d['credits']['crew']})")"
rows "550: keywords" "select count(*) from movie_keywords where tmdb_id=550" "$(json "len(d['keywords']['keywords'])")"
rows "550: videos" "select count(*) from videos where tmdb_id=550" "$(json "len(d.get('videos',{}).get('results',[]))")"
rows "550: reviews" "select count(*) from reviews where tmdb_id=550" "$(json "len(d.get('reviews',{}).get('results',[]))")"
rows "550: release dates" "select count(*) from release_dates where tmdb_id=550" "$(json "sum(len(c['release_dates']) for c in d['release_dates']['results'])")"

control reset
etl init --full --movielens "$ML"
exits 0 "init --full once more"
is "no movie is asked for again" "$(stat_of movie)" ""
dump second.dump
same "and nothing changed" first.dump second.dump
rows "foreign keys hold" "select count(*) from pragma_foreign_key_check" 0
rows "integrity_check" "pragma integrity_check" ok
plan
