# Tools of the sample's generator: a seeded generator of random numbers that is the same in every awk (rand() is
# not), word lists, JSON and CSV text. Bytes only: run with LC_ALL=C.

# Lehmer's generator with Park and Miller's multiplier; the products stay below 2^53.
function random(n)
{
    seed = (seed * 16807) % 2147483647
    return int(seed / 2147483647 * n)
}

function between(low, high)
{
    return low + random(high - low + 1)
}

function percent(p)
{
    return random(100) < p
}

# Lists come from words.tsv as word[list, 1..count[list]].
function pick(list)
{
    return word[list, 1 + random(count[list])]
}

# An index that favours the first entries: some people are in everything.
function favoured(n,    u)
{
    u = random(10000) / 10000
    return 1 + int(n * u * u)
}

function join(text, separator, with,    part, n, i, out)
{
    n = split(text, part, separator)
    out = part[1]
    for (i = 2; i <= n; i++)
        out = out with part[i]
    return out
}

function json(text)
{
    return "\"" join(join(text, "\"", "\\\""), "~", "\\r\\n") "\""
}

function json_or_null(text)
{
    return text == "" ? "null" : json(text)
}

function csv(text)
{
    return text ~ /[",]/ ? "\"" join(text, "\"", "\"\"") "\"" : text
}

# 24 hexadecimal digits, each time others.
function object_id()
{
    objects++
    return sprintf("%08x%08x%08x", 1500000000 + objects * 977, random(2147483647), objects)
}

function day_text(year, month, day)
{
    return sprintf("%04d-%02d-%02d", year, month, day)
}
