#!/bin/sh
# kill -9 at random moments of a fetch: nothing is asked for twice but what was under way, and nothing is staged twice.
#   kills.sh BINARY STANDIN ROOT FAULT [MOVIES KILLS]
# The moments are drawn in requests, not in time, so that they fall all over the fetch, the listing included, on a slow machine too: for one
# that notices late, the server stops answering before all is fetched.
. "$(dirname "$0")/lib.sh"
MOVIES=${5:-600} KILLS=${6:-12} CONNECTIONS=16
ids() { sed -n 's/^  id: \([0-9]*\)$/\1/p; s/^gone: {id: \([0-9]*\),.*/\1/p' data/movies/raw/*.yaml | sort -n; }

# storm REQUESTS COMMAND...: runs it, killing it KILLS times, then to its end. REQUESTS: what it takes undisturbed.
storm() {
    calm=$1 killed=0 at=0
    shift
    control reset
    while [ $killed -lt "$KILLS" ]; do
        # Whatever is left is shared among the kills that are left.
        left=$((calm > at ? calm - at : 0))
        step=$(awk -v left=$left -v kills=$((KILLS - killed)) -v seed="$$$killed" 'BEGIN { srand(seed); print int(1 + rand() * 1.8 * left / (kills + 1)) }')
        control faults "from=$((left > step ? (left + step) / 2 : step)) stall"
        at=$((at + step))
        "$BIN" "$@" >out.txt 2>err.txt </dev/null &
        pid=$!
        while [ "$(stat_of total)" -lt $at ] && kill -0 $pid 2>/dev/null; do sleep 0.01; done
        kill -9 $pid 2>/dev/null && killed=$((killed + 1))
        wait $pid 2>/dev/null && break
        at=$(stat_of total)
    done
    is "it was killed on its way" "$killed" "$KILLS"
    control faults ""
    etl "$@"
    exits 0 "the last run gets through"
    total=$(stat_of total)
    echo "# $killed kills, $total requests: $(stat_of movie) for movies, $(stat_of discover) for lists, $(stat_of duplicates) asked for again"
    # Each run asks whether the key is good. The rest is, on a machine at rest, one or none for each kill; on a busy one all connections may
    # have an answer that was not read yet.
    [ $((total - calm)) -le $((killed * (CONNECTIONS + 1) + 1)) ]; ok "no request is made twice but what was under way ($total, $calm undisturbed)"
    is "no part is left" "$(find data/movies/raw -name '*.part' | wc -l)" 0
}

standin --generate "$MOVIES" --detail-size small --gone-ids 100-104 --pile 2016-05-05:20
export TMDB_RATE=100
set -- init --fetch-tmdb --start-year 1874 --end-year 2030

mkdir calm; cd calm || exit 99
TMDB_RATE=0 etl "$@"
exits 0 "an undisturbed fetch"
ids >../calm.ids
requests=$(($(stat_of total) - 1)) # but for the check of the key
pages=$(stat_of discover)
[ "$pages" -gt 100 ]; ok "of $(wc -l <../calm.ids) movies, $pages pages of lists, $requests requests"
cd .. || exit 99

mkdir storm; cd storm || exit 99
storm "$requests" "$@"
ids >../storm.ids
same "every movie is staged, once" ../calm.ids ../storm.ids

# A complete fetch asks for what is new, and for no movie again.
control reset
etl "$@"
exits 0 "once more"
again=$(stat_of movie)
is "no movie is asked for again" "${again:-0}" 0
cd .. || exit 99

# Adult movies are left out and leave no record; vanished ones leave one. Neither is asked for again.
seq 1 "$MOVIES" >all.ids
cd calm || exit 99
control reset; rm data/movies/raw/*
TMDB_RATE=0 etl update --ids "$WORK/all.ids"
exits 0 "an undisturbed fetch of every id"
says "adult records" "some are left out"
ids >../calm.ids
requests=$(($(stat_of total) - 1))
cd ../storm || exit 99
rm data/movies/raw/*
storm "$requests" update --ids "$WORK/all.ids"
says "adult records" "and counted, those of the killed runs too"
ids >../storm.ids
same "every record is staged, once" ../calm.ids ../storm.ids

# What was told to a run with other settings is no answer. (Stopped by a signal, not killed: the notes stay all the same.)
rm data/movies/raw/*
notes=data/movies/raw/update.notes.part
"$BIN" update --ids "$WORK/all.ids" >out.txt 2>err.txt </dev/null &
pid=$!
while ! grep -qs 'adult$' $notes && kill -0 $pid 2>/dev/null; do sleep 0.05; done
kill -INT $pid; wait $pid
adult=$(sed -n 's/.* movie \([0-9]*\)	adult$/\1/p' $notes | head -1)
[ -n "$adult" ]; ok "a fetch that was stopped leaves its notes"
cp $notes ../before.notes
etl update --ids "$WORK/all.ids" --dry-run
cmp -s $notes ../before.notes; ok "which a dry run neither uses up nor adds to"
TMDB_RATE=0 TMDB_ADULT=include etl update --ids "$WORK/all.ids"
exits 0 "the next one includes adult movies"
ids | grep -qx "${adult:-none}"; ok "and stages what the first left out"
cd .. || exit 99
plan
