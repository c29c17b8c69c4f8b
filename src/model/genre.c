/* The genre vocabulary: see genre.h. Ids are stored: never renumber, only add. */
#include "model/genre.h"

const struct genre genres[] = {
    {1, "Action", 28, "Action"},
    {2, "Adventure", 12, "Adventure"},
    {3, "Animation", 16, "Animation"},
    {4, "Comedy", 35, "Comedy"},
    {5, "Crime", 80, "Crime"},
    {6, "Documentary", 99, "Documentary"},
    {7, "Drama", 18, "Drama"},
    {8, "Family", 10751, "Children"},
    {9, "Fantasy", 14, "Fantasy"},
    {10, "Film-Noir", 0, "Film-Noir"},
    {11, "History", 36, NULL},
    {12, "Horror", 27, "Horror"},
    {13, "IMAX", 0, "IMAX"},
    {14, "Music", 10402, "Musical"},
    {15, "Mystery", 9648, "Mystery"},
    {16, "Romance", 10749, "Romance"},
    {17, "Science Fiction", 878, "Sci-Fi"},
    {18, "Thriller", 53, "Thriller"},
    {19, "TV Movie", 10770, NULL},
    {20, "War", 10752, "War"},
    {21, "Western", 37, "Western"},
    {0, NULL, 0, NULL},
};

int genre_of_tmdb(int64_t tmdb_genre_id)
{
    for (const struct genre *g = genres; g->id != 0; g++)
        if (g->tmdb_id == tmdb_genre_id && tmdb_genre_id != 0)
            return g->id;
    return 0;
}

int genre_of_movielens(struct view name)
{
    for (const struct genre *g = genres; g->id != 0; g++)
        if (g->movielens != NULL && view_is(name, g->movielens))
            return g->id;
    return 0;
}
