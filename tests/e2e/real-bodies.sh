#!/bin/sh
# Recorded TMDB answers pass through fetch, YAML, process: every leaf value is accounted for. See leaves.py; the answers are not
# ours to distribute (MOVIE_ETL_REAL_DATA, as in real-data.sh).
DATA=${MOVIE_ETL_REAL_DATA:-}
if [ -z "$DATA" ] || [ ! -d "$DATA/tmdb/movie" ]; then
    echo "1..0 # SKIP MOVIE_ETL_REAL_DATA does not name a folder with tmdb/movie"
    exit 0
fi
. "$(dirname "$0")/lib.sh"
standin --dir "$DATA/tmdb" --today "$(date -u +%F)"
export TMDB_SECTIONS=translations,images TMDB_ADULT=include
mkdir empty-release
echo 'movieId,title,genres' >empty-release/movies.csv
echo 'movieId,imdbId,tmdbId' >empty-release/links.csv
echo 'userId,movieId,rating,timestamp' >empty-release/ratings.csv
echo 'userId,movieId,tag,timestamp' >empty-release/tags.csv
# One database per answer: some were recorded years apart and name the same company with another logo.
n=0
for body in "$DATA"/tmdb/movie/[0-9]*.json; do
    id=$(basename "$body" .json); n=$((n + 1))
    rm -rf data
    etl init --load-movielens --movielens empty-release
    etl update "$id" && etl process --batch-type changes
    python3 "$ROOT/tests/e2e/leaves.py" data/movies.db "$ROOT/docs/fields.md" "$body" | sed -n "s/ 1 - / $n - /p; /^#/p"
done
echo "1..$n"
