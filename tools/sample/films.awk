# The films of the sample: those of titles.tsv, and as many again put together from words.tsv. Sets, for film f in
# 1..films: year, genres, language, country, title, original, raw, kind, tmdb, imdb, weight (how often it is rated),
# quality (mean stars), movielens (0: MovieLens does not have it).

FNR == 1 { file++ }
/^#/ { next }

file == 1 { # words.tsv
    count[$1] = split($2, piece, "|")
    for (i in piece)
        word[$1, i] = piece[i]
    next
}

{ # titles.tsv
    films++
    year[films] = $1
    genres[films] = $2
    language[films] = substr($3, 1, 2)
    country[films] = substr($3, 4, 2)
    title[films] = $4
    original[films] = $5 == "-" ? $4 : $5
    raw[films] = $6 == "-" ? "" : $6
    kind[films] = $7 == "-" ? "" : $7
    taken[$4] = 1
}

function made_title(    form)
{
    form = random(9)
    if (form == 0) return "The " pick("adjective") " " pick("person")
    if (form == 1) return "A " pick("thing") " for " pick("first")
    if (form == 2) return "The " pick("person") " of " pick("place")
    if (form == 3) return pick("place") " at " pick("time")
    if (form == 4) return pick("first") " and the " pick("adjective") " " pick("thing")
    if (form == 5) return "The " pick("thing") " Before " pick("time")
    if (form == 6) return "Goodbye, " pick("adjective") " " pick("thing")
    if (form == 7) return "The " pick("person") "'s " pick("thing")
    return pick("adjective") " " pick("place")
}

function made_genres(    list, n, i, g, out)
{
    n = split("Drama Comedy Drama Comedy Thriller Romance Action Adventure Crime Horror Sci-Fi Fantasy Mystery " \
        "Children Animation Documentary Musical War Western", list, " ")
    out = list[1 + random(n)]
    for (i = random(3); i > 0; i--) {
        g = list[1 + random(n)]
        if (index("|" out "|", "|" g "|") == 0)
            out = out "|" g
    }
    return out
}

# Films until MovieLens has `wanted`, the made ones with English titles.
function make_films(wanted,    name)
{
    while (films < wanted) {
        do
            name = made_title()
        while (name in taken)
        taken[name] = 1
        films++
        year[films] = percent(75) ? between(1975, 2023) : between(1930, 1974)
        genres[films] = made_genres()
        language[films] = "en"
        country[films] = percent(70) ? "US" : percent(60) ? "GB" : percent(50) ? "CA" : "AU"
        title[films] = name
        original[films] = name
        kind[films] = percent(4) ? "hit" : ""
    }
}

# "The Plain Truth" -> "Plain Truth, The (1957)", as MovieLens writes it.
function raw_title(f,    text, space)
{
    text = title[f]
    if (text ~ /^(The|A|An) /) {
        space = index(text, " ")
        text = substr(text, space + 1) ", " substr(text, 1, space - 1)
    }
    return text " (" year[f] ")" (kind[f] == "trail" ? " " : "")
}

function weigh(f)
{
    quality[f] = between(230, 430) / 100
    weight[f] = between(8, 130) / 100
    if (kind[f] == "hit" || kind[f] == "block") {
        weight[f] = between(300, 600) / 100
        quality[f] = between(330, 430) / 100
    }
    if (kind[f] == "norating" || kind[f] == "new")
        weight[f] = 0
}

# IMDb ids: seven digits with their zeros, eight for the newest. TMDB ids: of a range of their own.
function identify(    f, n)
{
    for (f = 1; f <= films; f++) {
        weigh(f)
        imdb[f] = year[f] >= 2019 ? sprintf("%08d", 90000000 + f * 131) : sprintf("%07d", 1000 + f * 2207)
        tmdb[f] = 900000 + f * 3 + random(3)
        if (raw[f] == "")
            raw[f] = raw_title(f)
        if (kind[f] ~ /^keep/)
            owner[substr(kind[f], 5)] = f
    }
    for (f = 1; f <= films; f++) {
        if (kind[f] ~ /^dup/)
            tmdb[f] = tmdb[owner[substr(kind[f], 4)]]
        if (kind[f] == "notmdb")
            tmdb[f] = 0
    }
}

# The order in which MovieLens took them in: shuffled, films from 2019 on last and with high ids.
function number_films(    f, i, other, order, id, pass)
{
    for (f = 1; f <= films; f++)
        order[f] = f
    for (i = films; i > 1; i--) {
        other = 1 + random(i)
        f = order[i]
        order[i] = order[other]
        order[other] = f
    }
    id = 0
    for (pass = 1; pass <= 2; pass++) {
        for (i = 1; i <= films; i++) {
            f = order[i]
            if (kind[f] == "new" || (year[f] >= 2019) != (pass == 2))
                continue
            id += pass == 1 && in_movielens < 40 ? 1 : between(1, pass == 1 ? 900 : 2500)
            movielens[f] = id
            by_movielens[++in_movielens] = f
        }
        if (id < 200000)
            id = 200000
    }
}
