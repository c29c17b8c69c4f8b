#!/bin/sh
# --ratings rows|stats|none: what of a release's ratings is kept, going from any of them to any other, and that nothing
# is taken away without --replace-release. On a server: store-suite.sh.
. "$(dirname "$0")/lib.sh"
SAMPLE=$ROOT/share/sample
ratings=$(($(wc -l <"$SAMPLE/ratings.csv") - 1))
counted="select sum(rating_count), sum(rating_sum), sum(rated_0_5), sum(rated_5_0) from movielens_movies"
kept="select ratings_kept, ratings, ratings_sha256 is null from movielens_release"
mkdir -p without
cp "$SAMPLE"/movies.csv "$SAMPLE"/links.csv "$SAMPLE"/tags.csv without/

load() { # WHAT [OPTION...]: of the sample
    what=$1
    shift
    etl init --load-movielens --movielens "$SAMPLE" --ratings "$what" "$@"
}

# ---- each of them, from nothing
load rows
exits 0 "--ratings rows"
dump rows.dump
all=$(sql "$counted")
rows "every rating is in" "select count(*) from ratings" "$ratings"
rows "the release says so" "$kept" "rows|$ratings|0"
rm -rf data
etl init --load-movielens --movielens "$SAMPLE"
dump plain.dump
same "rows is what it does without a word" rows.dump plain.dump
rm -rf data
load stats --dry-run
exits 0 "--ratings stats, a dry run"
says "the statistics of" "it says what would be loaded"
[ ! -e data/movies.db ]; ok "and writes nothing"
load stats
exits 0 "--ratings stats"
rows "no rating is in" "select count(*) from ratings" 0
rows "but the counts of every movie" "$counted" "$all"
rows "the release says so" "$kept" "stats|$ratings|0"
rows "a film's mean is there" "select count(*) > 100 from movies where rating_count > 0 and rating_mean between 0.5 and 5" 1
etl status
says "only their statistics" "status says it"
etl status --json
says '"ratings_kept":"stats"' "so does its JSON"
dump stats.dump

# ---- up: by itself; down: only when asked for
load stats
exits 0 "the same once more"
says "loaded already" "it is there already"
load none
says "loaded already, with the statistics of its ratings; to keep less, add --replace-release" "less is not taken away by itself"
dump now.dump
same "and nothing changed" stats.dump now.dump
load rows
exits 0 "from statistics to rows"
never_says "loaded already" "is something to do"
dump now.dump
same "and ends as if it had been rows at once" rows.dump now.dump
load stats
says "loaded already, with all its ratings; to keep less, add --replace-release" "rows are not taken away by themselves"
dump now.dump
same "and nothing changed" rows.dump now.dump
load stats --replace-release
exits 0 "from rows to statistics, when asked for"
dump now.dump
same "ends as if it had been statistics at once" stats.dump now.dump

# ---- none: ratings.csv is not looked at
rm -rf data
etl init --load-movielens --movielens without
exits 4 "without ratings.csv, as usual"
says "no ratings.csv" "it is missed"
etl init --load-movielens --movielens without --ratings none
exits 0 "--ratings none without ratings.csv"
says "no ratings" "it says so"
rows "no rating, no count" "select (select count(*) from ratings) + sum(rating_count) from movielens_movies" 0
rows "tags are in" "select count(*) from tags" "$(($(wc -l <"$SAMPLE/tags.csv") - 1))"
rows "the release says so" "$kept" "none|0|1"
etl status
says "(not loaded)" "status says it"
load none
says "loaded already" "the whole release without ratings is the same one"
load rows
exits 0 "and its ratings can come later"
dump now.dump
same "as if they had come at once" rows.dump now.dump
echo "1,1,4.5,964982703" >>without/tags.csv
etl init --load-movielens --movielens without --ratings none
exits 13 "a different release is refused all the same"

# ---- more movies than are linked at a time, in a new database and in one that exists
mkdir -p many
awk 'BEGIN { print "movieId,title,genres"; for (i = 1; i <= 11001; i++) printf "%d,Film %d (%d),Drama|Comedy\n", i * 2, i, 1900 + i % 100 }' >many/movies.csv
awk 'BEGIN { print "movieId,imdbId,tmdbId"; for (i = 1; i <= 11001; i++) printf "%d,%07d,%d\n", i * 2, i, i }' >many/links.csv
echo userId,movieId,tag,timestamp >many/tags.csv
rm -rf data
etl init --load-movielens --movielens many --ratings none
exits 0 "many movies"
says "linked: 11,001 MovieLens movies" "all are linked"
rows "each to its own movie" "select count(*), sum(movie_id = -movielens_id), sum(movies.title = movielens_movies.title), (select count(*) from movie_genres) from movielens_movies join movies on id = movie_id" "11001|11001|11001|22002"
rows "which is noted" "select count(*) from etl_cursors where name = 'movielens.linked' and day > '2000-01-01'" 1
dump many.dump
etl clear --force --yes
etl init --load-movielens --movielens many --ratings none
exits 0 "the same into a database that exists"
says "linked: 11,001 MovieLens movies" "all are linked"
dump now.dump
same "which ends in the same" many.dump now.dump
plan
