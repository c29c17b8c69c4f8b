# TMDB's answers to /movie/{id} with everything appended, one film a line.

function name_people(n,    i, name, used)
{
    people = n
    for (i = 1; i <= n; i++) {
        do
            name = pick("first") " " pick("last")
        while (name in used)
        used[name] = 1
        person[i] = name
        gender[i] = random(4)
    }
    person[n] = person[n - 1] # two people of one name
}

function people_json(i, department)
{
    return "\"adult\":false,\"gender\":" gender[i] ",\"id\":" 9000000 + i ",\"known_for_department\":" \
        json(department) ",\"name\":" json(person[i]) ",\"original_name\":" json(person[i]) \
        ",\"popularity\":" sprintf("%.3f", (people - i + 7) / 31) ",\"profile_path\":" \
        (i % 3 == 0 ? "null" : json("/sample-person-" i ".jpg"))
}

function character()
{
    if (percent(1))
        return pick("first") " \"" pick("adjective") "\" " pick("last")
    return percent(30) ? "The " pick("person") : percent(50) ? pick("first") : pick("first") " " pick("last")
}

# Actors are the first two thirds of the people, everybody else stands behind the camera.
function credits_json(f,    n, i, who, cast, crew, part, directed, seen)
{
    n = kind[f] == "block" ? 8 : kind[f] == "short" ? 1 : between(2, 3) + percent(30)
    for (i = 0; i < n; i++) {
        who = favoured(int(people * 2 / 3))
        if (who in seen)
            continue
        seen[who] = 1
        cast = cast (cast == "" ? "" : ",") "{" people_json(who, "Acting") ",\"cast_id\":" i + 1 \
            ",\"character\":" json(character()) ",\"credit_id\":\"" object_id() "\",\"order\":" i "}"
    }
    directed = int(people * 2 / 3) + favoured(int(people / 6))
    crew = "{" people_json(directed, "Directing") ",\"credit_id\":\"" object_id() \
        "\",\"department\":\"Directing\",\"job\":\"Director\"}"
    n = kind[f] == "short" ? 0 : random(2) + percent(40)
    for (i = 0; i < n; i++) {
        split(pick("job"), part, ":")
        who = part[1] == "Writing" && percent(40) ? directed : int(people * 5 / 6) + 1 + random(int(people / 6))
        crew = crew ",{" people_json(who, part[1]) ",\"credit_id\":\"" object_id() "\",\"department\":" \
            json(part[1]) ",\"job\":" json(part[2]) "}"
    }
    return "{\"cast\":[" cast "],\"crew\":[" crew "]}"
}

function keywords_json(f,    n, i, k, out, seen)
{
    n = kind[f] == "short" ? 1 : between(1, 4)
    for (i = 0; i < n; i++) {
        k = 1 + random(count["keyword"])
        if (k in seen)
            continue
        seen[k] = 1
        out = out (out == "" ? "" : ",") "{\"id\":" 970000 + k ",\"name\":" json(word["keyword", k]) "}"
    }
    return "{\"keywords\":[" out "]}"
}

function videos_json(f, date,    out)
{
    if (kind[f] == "short" || percent(35))
        return "{\"results\":[]}"
    # the two ways TMDB has written instants
    out = percent(90) ? date "T16:00:07.000Z" : date " 16:00:07 UTC"
    return "{\"results\":[{\"iso_639_1\":\"en\",\"iso_3166_1\":\"US\",\"name\":" json(title[f] " | Trailer") \
        ",\"key\":\"sample-" tmdb[f] "\",\"published_at\":\"" out "\",\"site\":\"Example\",\"size\":1080," \
        "\"type\":\"Trailer\",\"official\":true,\"id\":\"" object_id() "\"}]}"
}

# The first block-buster has more reviews than fit on a page of TMDB's (20).
function reviews_json(f, date,    n, i, out, who)
{
    n = title[f] == "Orbit of Fire" ? 23 : percent(18) ? between(1, 2) : 0
    for (i = 1; i <= n; i++) {
        who = pick("reviewer")
        out = out (i > 1 ? "," : "") "{\"author\":" json(who) ",\"author_details\":{\"name\":\"\",\"username\":" \
            json(who) ",\"avatar_path\":null,\"rating\":" (percent(25) ? "null" : between(2, 10) ".0") \
            "},\"content\":" json(pick("review")) ",\"created_at\":\"" date "T09:" sprintf("%02d", i) \
            ":22.359Z\",\"id\":\"" object_id() "\",\"updated_at\":\"" date "T21:30:00Z\",\"url\":" \
            json("https://example.org/review/" tmdb[f] "/" i) "}"
    }
    return "{\"page\":1,\"results\":[" out "],\"total_pages\":" int((n + 19) / 20) ",\"total_results\":" n "}"
}

function certification(f, where,    young, old)
{
    young = genres[f] ~ /Children|Animation|Documentary/
    old = genres[f] ~ /Horror|Crime|War/
    if (where == "US") return year[f] < 1968 ? "NR" : young ? "PG" : old ? "R" : "PG-13"
    if (where == "GB") return young ? "U" : old ? "18" : "12A"
    if (where == "DE") return young ? "0" : old ? "16" : "12"
    if (where == "FR") return old ? "12" : "TP"
    return ""
}

function release_json(when, kind_of, how, note)
{
    return "{\"certification\":" json(how) ",\"descriptors\":[],\"iso_639_1\":\"\",\"note\":" json(note) \
        ",\"release_date\":\"" when "T00:00:00.000Z\",\"type\":" kind_of "}"
}

function releases_json(f, date,    at_home, abroad)
{
    at_home = release_json(date, 3, certification(f, country[f]), "")
    if (percent(12))
        at_home = release_json(date, 1, "", "Sardine Bay Film Festival") "," at_home
    if (percent(15) && year[f] > 2005)
        at_home = at_home "," release_json(day_text(year[f] + 1, 2, 14), 4, "", "")
    abroad = country[f] == "US" ? (percent(40) ? "DE" : "GB") : "US"
    abroad = ",{\"iso_3166_1\":\"" abroad "\",\"release_dates\":[" \
        release_json(day_text(year[f] + 1, 3, between(1, 28)), 3, certification(f, abroad), "") "]}"
    if (kind[f] == "short" || percent(25))
        abroad = ""
    return "{\"results\":[{\"iso_3166_1\":\"" country[f] "\",\"release_dates\":[" at_home "]}" abroad "]}"
}

function provider_json(p)
{
    return "{\"logo_path\":" json("/sample-provider-" p ".jpg") ",\"provider_id\":" 9100 + p \
        ",\"provider_name\":" json(word["provider", p]) ",\"display_priority\":" p "}"
}

function watch_json(f, where,    kinds, n, i, out)
{
    n = split(percent(60) ? "flatrate" : percent(50) ? "rent buy" : percent(50) ? "ads" : "free", kinds, " ")
    for (i = 1; i <= n; i++)
        out = out ",\"" kinds[i] "\":[" provider_json(1 + random(count["provider"])) "]"
    return "\"" where "\":{\"link\":" json("https://example.org/watch/" tmdb[f] "?locale=" where) out "}"
}

function providers_json(f,    out)
{
    if (percent(60))
        out = watch_json(f, "US")
    if (percent(25))
        out = watch_json(f, percent(50) ? "DE" : "GB") (out == "" ? "" : ",") out
    return "{\"results\":{" out "}}"
}

function titles_json(f)
{
    if (original[f] != title[f])
        return "{\"titles\":[{\"iso_3166_1\":\"" country[f] "\",\"title\":" json(original[f]) ",\"type\":\"\"}]}"
    if (percent(10))
        return "{\"titles\":[{\"iso_3166_1\":\"US\",\"title\":" json("Untitled " pick("person") " Project") \
            ",\"type\":\"working title\"}]}"
    return "{\"titles\":[]}"
}

function genres_json(f,    part, n, i, id, out)
{
    n = split(genres[f], part, "|")
    for (i = 1; i <= n; i++) {
        id = genre_id[part[i]]
        if (id != "")
            out = out (out == "" ? "" : ",") "{\"id\":" id ",\"name\":" json(genre_name[id]) "}"
    }
    return "[" out "]"
}

# Genres: MovieLens name, TMDB id and name; film noir and IMAX are none at TMDB. Languages and countries: code, name.
function learn_names(    list, part, n, i)
{
    n = split("Action:28:Action,Adventure:12:Adventure,Animation:16:Animation,Comedy:35:Comedy,Crime:80:Crime," \
        "Documentary:99:Documentary,Drama:18:Drama,Children:10751:Family,Fantasy:14:Fantasy,Horror:27:Horror," \
        "Musical:10402:Music,Mystery:9648:Mystery,Romance:10749:Romance,Sci-Fi:878:Science Fiction," \
        "Thriller:53:Thriller,War:10752:War,Western:37:Western", list, ",")
    for (i = 1; i <= n; i++) {
        split(list[i], part, ":")
        genre_id[part[1]] = part[2]
        genre_name[part[2]] = part[3]
    }
    n = split("en:English:English,fr:French:Français,de:German:Deutsch,it:Italian:Italiano,es:Spanish:Español," \
        "ja:Japanese:日本語,ru:Russian:Pусский,sv:Swedish:svenska,pl:Polish:Polski,ko:Korean:한국어/조선말", list, ",")
    for (i = 1; i <= n; i++) {
        split(list[i], part, ":")
        language_name[part[1]] = part[2]
        language_own[part[1]] = part[3]
    }
    n = split("US:United States of America,GB:United Kingdom,FR:France,DE:Germany,IT:Italy,ES:Spain,JP:Japan," \
        "SE:Sweden,PL:Poland,KR:South Korea,RU:Russia,GR:Greece,EG:Egypt,IL:Israel,BD:Bangladesh,IN:India," \
        "RO:Romania,CL:Chile,BR:Brazil,MX:Mexico,UA:Ukraine,CA:Canada,AU:Australia", list, ",")
    for (i = 1; i <= n; i++) {
        split(list[i], part, ":")
        country_name[part[1]] = part[2]
    }
}

function companies_json(    n, i, k, part, out, seen)
{
    n = percent(20) ? 2 : 1
    for (i = 0; i < n; i++) {
        k = 1 + random(count["company"])
        if (k in seen)
            continue
        seen[k] = 1
        split(word["company", k], part, ":")
        out = out (out == "" ? "" : ",") "{\"id\":" 980000 + k ",\"logo_path\":null,\"name\":" json(part[1]) \
            ",\"origin_country\":" json(part[2]) "}"
    }
    return "[" out "]"
}

function collection_json(f,    i, name)
{
    for (i = 1; i <= count["collection"]; i++) {
        name = word["collection", i]
        if (index(title[f], name) != 1)
            continue
        sub(/ (for|from)$/, "", name)
        return "{\"id\":" 950000 + i ",\"name\":" json(name " Collection") \
            ",\"poster_path\":null,\"backdrop_path\":null}"
    }
    return "null"
}

function money(f, which,    big)
{
    big = title[f] == "Orbit of Fire"
    if (kind[f] == "block")
        return which == "budget" ? between(80, 250) * 1000000 : big ? 2923706026 : between(200, 1400) * 1000003
    if (kind[f] != "hit" && !percent(15))
        return 0
    return which == "budget" ? between(1, 40) * 500000 : between(1, 300) * 700001
}

function languages_json(f)
{
    if (!(language[f] in language_name))
        return "[]"
    return "[{\"english_name\":" json(language_name[language[f]]) ",\"iso_639_1\":\"" language[f] "\",\"name\":" \
        json(language_own[language[f]]) "}]"
}

function overview()
{
    return percent(4) ? "" : pick("hero") " " pick("does") ". " pick("until")
}

function details_json(f, date,    votes)
{
    votes = int(weight[f] * between(60, 400)) + random(9)
    return "\"adult\":false,\"backdrop_path\":null,\"belongs_to_collection\":" collection_json(f) \
        ",\"budget\":" sprintf("%.0f", money(f, "budget")) ",\"genres\":" genres_json(f) \
        ",\"homepage\":" json(kind[f] == "block" ? "https://example.org/film/" tmdb[f] : "") ",\"id\":" tmdb[f] \
        ",\"imdb_id\":" (percent(2) && kind[f] == "" ? "null" : "\"tt" imdb[f] "\"") \
        ",\"origin_country\":[\"" country[f] "\"],\"original_language\":\"" language[f] "\",\"original_title\":" \
        json(original[f]) ",\"overview\":" json(overview()) ",\"popularity\":" \
        sprintf("%.3f", weight[f] * 3 + random(900) / 1000) ",\"poster_path\":" \
        (percent(10) ? "null" : json("/sample-poster-" tmdb[f] ".jpg")) ",\"production_companies\":" \
        companies_json() ",\"production_countries\":[{\"iso_3166_1\":\"" country[f] "\",\"name\":" json(country_name[country[f]]) "}]" \
        ",\"release_date\":\"" date "\",\"revenue\":" sprintf("%.0f", money(f, "revenue")) ",\"runtime\":" \
        (kind[f] == "short" ? between(1, 14) : percent(3) ? 0 : between(78, 152)) ",\"spoken_languages\":" \
        languages_json(f) ",\"status\":\"Released\",\"tagline\":" json(percent(45) ? pick("tagline") : "") \
        ",\"title\":" json(title[f]) ",\"video\":false,\"vote_average\":" \
        (votes == 0 ? "0.0" : sprintf("%.3f", 2 * quality[f] - random(900) / 1000)) ",\"vote_count\":" votes
}

function write_tmdb(    f, date, file)
{
    learn_names()
    name_people(240)
    file = out "/tmdb/movies.jsonl"
    for (f = 1; f <= films; f++) {
        if (kind[f] == "notmdb" || kind[f] == "gone" || kind[f] ~ /^dup/)
            continue
        date = day_text(year[f], between(1, 12), between(1, 28))
        printf "{%s,\"credits\":%s,\"keywords\":%s,\"videos\":%s,\"reviews\":%s,\"release_dates\":%s," \
            "\"watch/providers\":%s,\"external_ids\":{\"imdb_id\":%s,\"wikidata_id\":%s,\"facebook_id\":null," \
            "\"instagram_id\":null,\"twitter_id\":null},\"alternative_titles\":%s}\n", details_json(f, date), \
            credits_json(f), keywords_json(f), videos_json(f, date), reviews_json(f, date), \
            releases_json(f, date), providers_json(f), json("tt" imdb[f]), \
            percent(50) ? json("Q9" 900000000 + tmdb[f]) : "null", titles_json(f) >file
    }
    close(file)
}

END {
    make_films(320)
    identify()
    number_films()
    write_movies()
    write_opinions(236)
    write_tmdb()
}
