#!/bin/sh
# A year with more movies than discover shows for one query, most of them on one day that alone is too many: all of them arrive.
. "$(dirname "$0")/lib.sh"
announced() { # FROM TO: as discover says
    curl -sf "$BASE/3/discover/movie?api_key=$KEY&include_video=true&primary_release_date.gte=$1&primary_release_date.lte=$2" |
        sed 's/.*"total_results":\([0-9]*\).*/\1/'
}
standin --generate 400000 --detail-size small --pile 2019-06-15:4
year=$(announced 2019-01-01 2019-12-31) day=$(announced 2019-06-15 2019-06-15)
[ "$year" -ge 25000 ] && [ "$day" -ge 15000 ]; ok "$year movies in a year, $day of them on one day"
etl init --fetch-tmdb --start-year 2019 --end-year 2019
exits 0 "are fetched"
never_says "discover announced" "without a difference between what was announced and what was seen"
sed -n 's/^  id: \([0-9]*\)$/\1/p' data/movies/raw/*.yaml | sort -n >ids
is "every one of them is staged" "$(sort -u ids | wc -l)" "$year"
is "once" "$(wc -l <ids)" "$year"
is "those of the day too" "$(grep -h '^  release_date: "2019-06-15"' data/movies/raw/*.yaml | wc -l)" "$day"
pages=$(stat_of discover)
echo "# $pages requests for lists"
[ "$pages" -lt $((year / 20 * 11 / 10 + 200)) ]; ok "with about as many requests for lists as there are pages"
is "and none beyond page 500" "$(curl -sf "$BASE/_control/stats" | grep -c '"400":')" 0
plan
