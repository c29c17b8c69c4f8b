# The four files of a MovieLens release, lines ending in CR LF.

function write_movies(    i, f, file)
{
    file = out "/movies.csv"
    printf "movieId,title,genres\r\n" >file
    for (i = 1; i <= in_movielens; i++) {
        f = by_movielens[i]
        printf "%d,%s,%s\r\n", movielens[f], csv(raw[f]), genres[f] >file
    }
    close(file)
    file = out "/links.csv"
    printf "movieId,imdbId,tmdbId\r\n" >file
    for (i = 1; i <= in_movielens; i++) {
        f = by_movielens[i]
        printf "%d,%s,%s\r\n", movielens[f], imdb[f], (tmdb[f] > 0 ? tmdb[f] : "") >file
    }
    close(file)
}

function stars(f, bias,    s)
{
    s = int(2 * (quality[f] + bias + (between(-90, 90) + between(-60, 60)) / 100) + 0.5)
    return (s < 1 ? 1 : s > 10 ? 10 : s) / 2
}

# One of the oddities of real tags now and then, else a word of the list.
function made_tag()
{
    odd_tags++
    if (odd_tags == 5) return "\"artful\""
    if (odd_tags == 25) return "tea, biscuits, regret"
    if (odd_tags == 60) return "0042"
    if (odd_tags == 90) return "Suspense "
    if (odd_tags == 120) return "no"
    if (odd_tags == 150) return "🍿🍿"
    if (odd_tags == 180) return "Łódź"
    if (odd_tags == 210) return "so-called \"classic\", really"
    if (odd_tags == 240) return "7"
    return pick("tag")
}

# Users come one after the other, movies by id within a user: the order of a real release. A user rates in one month
# of one year, films of that year or older.
function write_opinions(users,    u, i, f, active, start, bias, keen, at, ratings, tags)
{
    ratings = out "/ratings.csv"
    tags = out "/tags.csv"
    printf "userId,movieId,rating,timestamp\r\n" >ratings
    printf "userId,movieId,tag,timestamp\r\n" >tags
    for (u = 1; u <= users; u++) {
        active = between(1997, 2023)
        start = (active - 1970) * 31556952 + between(0, 28000000)
        bias = between(-60, 60) / 100
        keen = between(1050, 3550) / 10000
        for (i = 1; i <= in_movielens; i++) {
            f = by_movielens[i]
            if (year[f] > active || random(10000) >= 10000 * weight[f] * keen)
                continue
            at = start + random(2500000)
            printf "%d,%d,%.1f,%d\r\n", u, movielens[f], stars(f, bias), at >ratings
            if (percent(5))
                printf "%d,%d,%s,%d\r\n", u, movielens[f], csv(made_tag()), at + between(5, 900) >tags
        }
    }
    close(ratings)
    close(tags)
}
