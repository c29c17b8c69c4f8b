/* What to say to someone who gave something else than a release that can be loaded. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_HINTS_H
#define MOVIE_ETL_SOURCE_MOVIELENS_HINTS_H

#define HINT_RELEASE                                                                               \
    "A MovieLens release is a folder, or its zip, with movies.csv (movieId,title,genres), "        \
    "links.csv (movieId,imdbId,tmdbId), ratings.csv (userId,movieId,rating,timestamp) and "        \
    "tags.csv (userId,movieId,tag,timestamp): ml-latest-small, ml-25m, ml-32m."
#define HINT_COLONS                                                                                \
    "This is a release from before 2015 (ml-1m, ml-10m): its fields are separated by '::', its "   \
    "files end in .dat and it has no links to IMDb and TMDB. Use ml-latest-small, ml-25m or "      \
    "ml-32m, whose files are CSV."
#define HINT_100K                                                                                  \
    "This is ml-100k (1998): its fields are separated by tabs and '|', its files are called "      \
    "u.data and u.item and it has no links to TMDB. Use ml-latest-small, ml-25m or ml-32m, "       \
    "whose files are CSV."
#define HINT_SAVED                                                                                 \
    "Another program has saved this file: its fields are not separated by commas, or it is "       \
    "UTF-16. "                                                                                     \
    "Save it as CSV with commas and in UTF-8, or take the file from the release again."

#endif
