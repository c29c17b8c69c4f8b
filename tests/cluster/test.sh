#!/bin/sh
# A Galera cluster as the store, with nodes that die, hang, or are cut off from each other while it is written to: each time
# the command ends well, and the database is the one that SQLite has. `./run test-cluster` runs it, in some five minutes.
#   SCRIPT BINARY STANDIN SOURCE_ROOT
# MOVIE_ETL_REAL_DATA, where it names a folder with ml-latest-small, gives the release; otherwise one is made of the sample.
# shellcheck source=tests/cluster/galera.sh disable=SC1091
. "$(dirname "$0")/galera.sh"
have_galera || { echo "1..0 # SKIP no Galera here: install mariadb-server, galera-4 and rsync to test a cluster"; exit 0; }
# shellcheck source=tests/e2e/lib.sh disable=SC1091
. "$3/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/store-suite.sh disable=SC1091
. "$ROOT/tests/e2e/store-suite.sh"
S_DB=movies S_USER=app S_PASS=the-secret-word
NODE=1
admin() { on_node "$NODE" "$1"; }
finish_all() {
    [ -z "${PID:-}" ] || kill -9 "$PID" 2>/dev/null
    kill_cluster
    finish
}
trap finish_all EXIT

began=$(date +%s)
form_cluster
echo "# three nodes after $(($(date +%s) - began)) s"
# shellcheck disable=SC2153
NODES=$S_HOST:$PORT_1,$S_HOST:$PORT_2,$S_HOST:$PORT_3
admin "CREATE USER $S_USER@localhost IDENTIFIED BY '$S_PASS'; GRANT ALL ON $S_DB.* TO $S_USER@localhost"

begin() { # ARGS...: the program in the background; PID
    "$BIN" "$@" >out.txt 2>err.txt </dev/null &
    PID=$!
}
ended() { # DESCRIPTION: it ends without an error
    wait "$PID"
    CODE=$? PID=
    OUT=$(cat out.txt) ERR=$(cat err.txt)
    exits 0 "$1"
}
waits_for() { # STATEMENT: until it gives 1, half a minute at most
    n=0
    while [ "$(admin "$1" 2>/dev/null)" != 1 ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n + 1)); done
    [ $n -lt 600 ]
}
records() { admin "SELECT count(*) FROM $S_DB.tmdb_movies"; }
in_batch() { # MORE: so many records of a batch are in, and it is not at its end
    waits_for "SELECT count(*) >= $1 FROM $S_DB.tmdb_movies" && [ -n "$(find "$WORK/cluster/data/movies/raw" -name '*.yaml')" ] && kill -0 "$PID"
}
compare() { # DESCRIPTION
    dump "$WORK/cluster.dump"
    same "$1" "$WORK/embedded.dump" "$WORK/cluster.dump"
}
all_nodes() { # DESCRIPTION
    sums=
    for i in 1 2 3; do sums="$sums $(on_node $i "SET SESSION wsrep_sync_wait = 1; SELECT concat((SELECT count(*) FROM $S_DB.ratings), '/', (SELECT count(*) FROM $S_DB.tmdb_movies), '/', (SELECT count(*) FROM $S_DB.credits), '/', (SELECT count(*) FROM $S_DB.movies))")"; done
    is "$1" "$(echo "$sums" | tr ' ' '\n' | sort -u | grep -c .)" 1
}

RELEASE=${MOVIE_ETL_REAL_DATA:-}/ml-latest-small
if [ ! -d "$RELEASE" ]; then
    RELEASE=$WORK/release
    big_release "$RELEASE" 700 3
fi
standin --generate 3000 --detail-size small --today "$(date -u +%F)"

# ---- what is to come of it: SQLite's
embedded
in_folder embedded
etl init --load-movielens --movielens "$RELEASE"
exits 0 "the release into the embedded database"
dump ../embedded.dump

# ---- a node dies in the middle of the release
on_server "$NODES"
in_folder cluster
begin init --load-movielens --movielens "$RELEASE"
NODE=2 # whose view lasts
await $pid shadow_fills; ok "a load is on its way on the first node"
kill_node 1
ended "the node was killed, the load went on elsewhere"
says "trying again" "and said so"
compare "the release is what it is in SQLite"
join_node 1; ok "the node is back"
all_nodes "all nodes have the same"

# ---- a node dies in the middle of the batches
etl init --fetch-tmdb --start-year 1874 --end-year 2030
exits 0 "batches are staged"
cp -R data ../embedded/staged
begin process --batch-type initial
in_batch 200; ok "batches are being loaded through the first node"
kill_node 1
ended "the node was killed, the batches went on elsewhere"
echo "# $(records) records in $(ls data/movies/processed | wc -l) files"
embedded
in_folder embedded
cp -R staged/movies data/
etl process --batch-type initial
exits 0 "the same batches into the embedded database"
dump ../embedded.dump
on_server "$NODES"
in_folder cluster
compare "the batches are what they are in SQLite"
is "no batch is left" "$(raw_files)" 0
join_node 1; ok "the node is back again"
all_nodes "all nodes have the same again"

# ---- records that are loaded already are spoilt and come once more, with other troubles
refetch() { # DESCRIPTION
    rm -rf data/movies/processed
    # shellcheck disable=SC2046
    etl update $(admin "SELECT tmdb_id FROM $S_DB.tmdb_movies WHERE tmdb_id < 1600")
    exits 0 "$1"
    admin "UPDATE $S_DB.tmdb_movies SET tagline = 'old', section_hashes = NULL, content = NULL WHERE tmdb_id < 1600; DELETE FROM $S_DB.credits WHERE tmdb_id < 1600"
    others=$(admin "SELECT count(*) FROM $S_DB.credits")
    rm -rf ../embedded/data/movies
    cp -R data/movies ../embedded/data/
    begin process --batch-type changes
    waits_for "SELECT count(*) > $others + 1000 FROM $S_DB.credits" && kill -0 "$PID"
    ok "they are being loaded"
}
compare_again() { # DESCRIPTION
    embedded
    in_folder embedded
    etl process --batch-type changes
    dump ../embedded.dump
    on_server "$NODES"
    in_folder cluster
    compare "$1"
}

refetch "all nodes stand: records are asked for again"
kill -STOP "$PID"
pause_node 1
kill -CONT "$PID"
hung=$(date +%s)
ended "the first node hung, the batch went on elsewhere"
hung=$(($(date +%s) - hung))
[ $hung -ge 100 ]; ok "after the client's patience: $hung s"
says "trying again" "and said so"
resume_node 1
kill_node 1
join_node 1; ok "the hung node is back"
compare_again "the records are what they were"

refetch "all nodes stand once more: records are asked for again"
kill_node 2
kill_node 3
NODE=1
waits_for "SELECT variable_value = 'non-Primary' FROM information_schema.global_status WHERE variable_name = 'wsrep_cluster_status'"
ok "two nodes died: the last has no quorum"
sleep 8
kill -0 "$PID"; ok "the program waits"
admin "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=1'"
ended "somebody declared the last node the cluster, and the batch went on"
grep -Eq 'server error (1047|1180)' err.txt; ok "that node had refused: $(grep -Eo 'server error (1047|1180)' err.txt | sort -u | tr '\n' ' ')"
join_node 2 && join_node 3; ok "the others are back"
compare_again "the records are what they were"
all_nodes "all nodes have the same at the end"
plan
