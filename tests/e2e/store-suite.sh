# What the tests of the server stores share: the same cases on whichever server. Sourced after lib.sh by a script that sets
#   S_HOST S_PORT          where the server listens (an address)
#   S_DB                   a database of the test's own, which does not exist yet
#   S_USER S_PASS          an account that may do everything in S_DB and in databases named S_DB followed by anything
#   admin STATEMENTS       a function: runs them as an administrator, prints rows without a heading
#   PROXY                  the program of tests/proxy
#   MOVIE_ETL_FAULT        the program with a clock that MOVIE_ETL_TEST sets
# shellcheck shell=sh disable=SC2034,SC2153

SAMPLE=$ROOT/share/sample
PROXY_PID=

on_server() { # [HOST:PORT]: the program's store is the server
    export SQL_HOST="${1:-$S_HOST:$S_PORT}" SQL_USER="$S_USER" SQL_PASS="$S_PASS" SQL_DB="$S_DB"
}
embedded() { unset SQL_HOST SQL_USER SQL_PASS SQL_DB SQL_TLS SQL_PREFIX; }
drop_database() { admin "DROP DATABASE IF EXISTS $S_DB"; }
in_folder() { mkdir -p "$WORK/$1" && cd "$WORK/$1" || exit 99; }
leftovers() { admin "SELECT count(*) FROM information_schema.tables WHERE table_schema = '$S_DB' AND table_name LIKE '%etl\\_%\\_%ratings'"; }

# A release with many ratings of the sample's movies: big_release FOLDER USERS STEP; STEP varies the rating.
big_release() {
    mkdir -p "$1"
    cp "$SAMPLE/movies.csv" "$SAMPLE/links.csv" "$SAMPLE/tags.csv" "$1/"
    sed 1d "$SAMPLE/links.csv" | cut -d, -f1 | sort -n | awk -v users="$2" -v step="$3" '
        { id[NR] = $1 }
        END {
            print "userId,movieId,rating,timestamp"
            for (u = 1; u <= users; u++)
                for (i = 1; i <= NR; i++)
                    printf "%d,%d,%.1f,%d\n", u, id[i], ((u + i * step) % 10 + 1) / 2, 1000000000 + u * 1000 + i
        }' >"$1/ratings.csv"
}

# ---- the same database, whatever engine it is in

parity() {
    standin --generate 400 --detail-size small --today "$(date -u +%F)"
    embedded
    in_folder embedded
    etl init --full --movielens "$SAMPLE" --start-year 1874 --end-year 2030
    exits 0 "everything into the embedded database"
    dump ../embedded.dump
    drop_database
    on_server
    in_folder server
    etl init --full --movielens "$SAMPLE" --start-year 1874 --end-year 2030
    exits 0 "everything into the server"
    says "store: mysql $S_USER@$SQL_HOST/$S_DB" "which is named"
    never_says "$S_PASS" "but not its password"
    dump ../server.dump
    same "both hold the same" ../embedded.dump ../server.dump
    etl init --full --movielens "$SAMPLE" --start-year 1874 --end-year 2030
    exits 0 "once more"
    dump ../again.dump
    same "changes nothing" ../server.dump ../again.dump
    is "every relation has its foreign key" "$(admin "SELECT count(*) > 20 FROM information_schema.referential_constraints WHERE constraint_schema = '$S_DB'")" 1
    is "also those that were swapped in" "$(admin "SELECT group_concat(referenced_table_name ORDER BY 1) FROM information_schema.referential_constraints WHERE constraint_schema = '$S_DB' AND table_name IN ('ratings', 'tags')")" movielens_movies,movielens_movies
    is "nothing of the load is left" "$(leftovers)" 0
    ! admin "INSERT INTO $S_DB.ratings VALUES (1, 2147483647, 3.5, 1)" >/dev/null 2>&1
    ok "and they hold"
    is "a view people query" "$(admin "SELECT count(*) > 300 AND count(directors) > 100 AND count(top_cast) > 100 AND count(genres) > 300 FROM $S_DB.movie_details")" 1
    q="SELECT id, coalesce(directors, '-'), coalesce(top_cast, '-'), coalesce(genres, '-'), coalesce(certification, '-') FROM"
    admin "SET SESSION group_concat_max_len = 100000; $q $S_DB.movie_details ORDER BY id" >../server.details
    sqlite3 -readonly -separator "$(printf '\t')" ../embedded/data/movies.db "$q movie_details ORDER BY id" >../embedded.details
    same "which shows the same on both" ../embedded.details ../server.details
    is "ratings read as people write them" "$(admin "SELECT count(*) FROM $S_DB.ratings WHERE rating IN (0.5,1,1.5,2,2.5,3,3.5,4,4.5,5)")" "$(admin "SELECT count(*) FROM $S_DB.ratings")"
}

# A real release and recorded TMDB answers (see real-data.sh), where they are at hand.
real_data() {
    data=${MOVIE_ETL_REAL_DATA:-}
    if [ ! -d "$data/ml-latest-small" ]; then
        T=$((T + 1))
        echo "ok $T - real data # SKIP MOVIE_ETL_REAL_DATA does not name a folder with ml-latest-small and tmdb"
        return
    fi
    standin --dir "$data/tmdb" --jsonl "$data/tmdb/movies.jsonl" --today "$(date -u +%F)"
    embedded
    in_folder real-embedded
    etl init --load-movielens --movielens "$data/ml-latest-small"
    exits 0 "a real release (embedded)"
    etl init --fetch-tmdb
    exits 0 "and its movies as recorded"
    cp -R ../real-embedded ../real-server # the same files: of what two films say differently, the newest counts
    etl process --batch-type initial
    dump ../real-embedded.dump
    on_server
    SQL_DB=${S_DB}_real
    in_folder real-server
    etl init --load-movielens --movielens "$data/ml-latest-small"
    exits 0 "the release (server)"
    etl process --batch-type initial
    exits 0 "and the movies"
    dump ../real-server.dump
    same "is the same in both" ../real-embedded.dump ../real-server.dump
    etl init --full --movielens "$data/ml-latest-small"
    exits 0 "once more"
    dump ../again.dump
    same "changes nothing" ../real-server.dump ../again.dump
    admin "DROP DATABASE ${S_DB}_real"
}

# docs/queries.sql: each question runs, by the index it names. The sample is so small that a server would rather read whole
# tables; so it is told that they have a thousand times the rows.
questions() {
    admin "SELECT concat('ANALYZE TABLE $S_DB.', table_name, ';') FROM information_schema.tables
        WHERE table_schema = '$S_DB' AND table_type = 'BASE TABLE'" >analyze.sql
    admin "$(cat analyze.sql)" >/dev/null
    admin "UPDATE mysql.innodb_table_stats SET n_rows = n_rows * 1000 + 1000000, clustered_index_size = clustered_index_size * 1000 + 10000
            WHERE database_name = '$S_DB';
        UPDATE mysql.innodb_index_stats SET stat_value = stat_value * 1000 + 10000
            WHERE database_name = '$S_DB' AND stat_name LIKE 'n_diff%';
        FLUSH TABLES"
    set -- mariadb --no-defaults --skip-ssl --protocol=tcp --host="$S_HOST" --port="$S_PORT" --user="$S_USER" --batch \
        --default-character-set=utf8mb4
    case $(admin "SELECT version()") in *MariaDB*) ;; *) set -- "$@" --init-command="SET explain_format = TRADITIONAL" ;; esac
    MYSQL_PWD=$S_PASS python3 "$ROOT/tests/e2e/plans.py" "$ROOT/docs/queries.sql" server "$@" "$S_DB" -e >plans.txt
    ok "every question is answered by its index: $(tail -n 1 plans.txt)"
    sed 's/^/# /' plans.txt
    admin "$(cat analyze.sql)" >/dev/null
}

# An older file after a newer one, changed records, one that is gone: the same on both.
updates() {
    for where in embedded server; do
        if [ $where = embedded ]; then embedded; else on_server; fi
        in_folder $where
        etl update 1 2 3 5 8 13
        etl process --batch-type changes
        dump ../$where.dump
    done
    same "updates lead to the same" ../embedded.dump ../server.dump
}

# A batch file of doubles of every size, and of texts that quoting, escaping or a character set could spoil.
unusual() { # FILE
    awk 'BEGIN {
        print "---\nbatch:\n  format: 1\n  id: \"0123456789abcdef\"\n  type: \"changes\"\n  scope: \"20260101\"\n  source: \"tmdb\"\n  query: \"-\"\n  created_at: \"2026-01-01T00:00:00Z\""
        n = split("it'\''s|back\\\\slash|\\\\|per%cent_|what?|`quoted`|say \\\"so\\\"|\\t tab|new\\nline|\\r\\n|\\u001f unit|\\u2028|\\U0001F600\\U0001F44D\\U0001F3FD|e\\u0301|\\U0010FFFF|\\u00A0\\u3000|-- comment|/* c */|\\\\'\''; DROP TABLE movies|NULL|\\\\N|0x41|\\u0000", text, "|")
        srand(42)
        for (i = 1; i <= 300; i++) {
            print "---\netl: {fetched_at: \"2024-01-02T03:04:05Z\", review: null}\nmovie:\n  id: " 900000 + i
            printf "  title: \"%s %d\"\n  overview: \"%s\"\n  tagline: \"%s\"\n", text[i % n + 1], i, text[(i + 3) % n + 1], text[(i + 5) % n + 1]
            printf "  popularity: %.17g\n  vote_average: %.17g\n", (rand() + rand() / 1000000007) * 10 ^ int(rand() * 24 - 16), 10 * rand() + rand() / 1e9
            printf "  release_date: \"%s\"\n  revenue: %s\n", (i % 3 == 0 ? "1874-12-09" : i % 3 == 1 ? "2100-02-28" : ""), (i % 2 ? "9007199254740991" : "-9007199254740991")
        }
        print "---\nend: {records: 300, gone: 0, sha256: \"-\"}"
    }' >"$1"
}

values() {
    in_folder values
    unusual unusual.yaml
    for where in embedded server; do
        if [ $where = embedded ]; then embedded; else on_server; fi
        in_folder $where
        etl process --file "$WORK/values/unusual.yaml"
        exits 0 "a file of unusual values into the $where store"
        says "300 added" "all of it"
        dump ../$where.dump
    done
    same "comes out alike" ../embedded.dump ../server.dump
    [ "$(grep -c "^9000\|^9001\|^9002" ../server.dump)" -gt 250 ]; ok "most of it is in"
}

# One record of three is refused by the server itself: the other two are in, it waits in rejected/ with the server's words.
refused_record() {
    in_folder server
    on_server
    admin "ALTER TABLE $S_DB.tmdb_movies ADD CONSTRAINT not_this_one CHECK (title <> 'Refused')"
    {
        printf -- '---\nbatch:\n  format: 1\n  id: "fedcba9876543210"\n  type: "changes"\n  scope: "20260102"\n  source: "tmdb"\n  query: "-"\n  created_at: "2026-01-02T00:00:00Z"\n'
        id=910000
        for title in First Refused Third; do
            id=$((id + 1))
            printf -- '---\netl: {fetched_at: "2024-01-02T03:04:05Z", review: null}\nmovie:\n  id: %d\n  title: "%s"\n' $id $title
        done
        printf -- '---\nend: {records: 3, gone: 0, sha256: "-"}\n'
    } >refused.yaml
    etl process --file refused.yaml
    says "2 added" "a record that the server refuses stays out alone"
    is "the others are in" "$(admin "SELECT group_concat(title ORDER BY title) FROM $S_DB.tmdb_movies WHERE title IN ('First', 'Refused', 'Third')")" "First,Third"
    grep -rqs not_this_one data/movies/rejected
    ok "it lies in rejected/ with the server's words"
    admin "ALTER TABLE $S_DB.tmdb_movies DROP CONSTRAINT not_this_one; DELETE FROM $S_DB.tmdb_movies WHERE title IN ('First', 'Third')" 2>/dev/null ||
        admin "SET foreign_key_checks = 0; DELETE FROM $S_DB.tmdb_movies WHERE title IN ('First', 'Third')"
    admin "SET foreign_key_checks = 0; DELETE FROM $S_DB.movies WHERE title IN ('First', 'Third')"
}

# Chunks of ratings that two connections share, and at the end keys that were there: of those the first rating counts.
another_release() {
    big_release "$WORK/release2" 600 3
    sed -n '2,1999p' "$WORK/release2/ratings.csv" | awk -F, '{ printf "%d,%d,%.1f,%d\n", $1, $2, 5.5 - $3, $4 + 1 }' >"$WORK/repeated"
    cat "$WORK/repeated" >>"$WORK/release2/ratings.csv"
    for where in embedded server; do
        if [ $where = embedded ]; then embedded; else on_server; fi
        in_folder $where
        etl init --load-movielens --movielens "$WORK/release2" --replace-release
        exits 0 "another release in the place of the first ($where)"
        says "1,998 ratings" "rows that repeat a key are counted"
        dump ../$where.dump
    done
    same "leads to the same" ../embedded.dump ../server.dump
}

# The release once more with less of its ratings, and with all of them again.
less_ratings() {
    for what in none stats rows; do
        for where in embedded server; do
            if [ $where = embedded ]; then embedded; else on_server; fi
            in_folder $where
            etl init --load-movielens --movielens "$WORK/release2" --ratings $what --replace-release
            exits 0 "--ratings $what ($where)"
            dump ../$where.$what
        done
        same "leads to the same" ../embedded.$what ../server.$what
    done
    same "and rows to what there was before" ../embedded.dump ../embedded.rows
}

# ---- what goes wrong

refused() { # CODE TEXT DESCRIPTION: of `status` as the environment says
    etl status
    exits "$1" "$3"
    says "$2" "in so many words: $2"
    never_says "$S_PASS" "without the password"
}

hostile() {
    in_folder hostile
    on_server
    SQL_PASS=wrong-but-secret refused 8 "Check SQL_USER ($S_USER) and SQL_PASS" "a wrong password"
    never_says wrong-but-secret "that password neither"
    SQL_HOST=no-such-host.invalid refused 8 "Check the spelling of SQL_HOST" "a host without an address"
    SQL_HOST=$S_HOST:1 refused 8 "Check that the server runs" "a port nobody listens on"
    SQL_DB=${S_DB}_none refused 14 "has no database" "a database that does not exist"
    SQL_DB='a`b' refused 3 "cannot be the name of a database" "a database that cannot exist"
    SQL_HOST='[::1:1' refused 3 "SQL_HOST" "a host that is none"
    SQL_HOST="$S_HOST:1,$S_HOST:$S_PORT" refused 0 "store" "the second host serves when the first does not"
    SQL_TLS=verify-full:/nonexistent refused 3 "the CA file /nonexistent: No such file" "a CA file that is not there"
    SQL_PREFIX=other_ refused 14 "with the prefix other_" "a prefix that nothing was made with"
    admin "CREATE DATABASE ${S_DB}_theirs; CREATE TABLE ${S_DB}_theirs.movies (x INT)"
    SQL_DB=${S_DB}_theirs etl init --load-movielens --movielens "$SAMPLE"
    exits 15 "a table of ours that is somebody else's"
    is "is left alone" "$(admin "SHOW TABLES FROM ${S_DB}_theirs")" movies
    admin "DROP DATABASE ${S_DB}_theirs"
    admin "CREATE USER ${S_DB}_r@'%' IDENTIFIED BY '$S_PASS'; GRANT SELECT ON $S_DB.* TO ${S_DB}_r@'%'"
    SQL_USER=${S_DB}_r refused 0 "ratings" "an account that may only read, reading"
    SQL_USER=${S_DB}_r etl clear --force --yes
    exits 8 "the same account, writing"
    says "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW ON \`$S_DB\`.* TO '${S_DB}_r'@'%'" "is told what it lacks"
    admin "DROP USER ${S_DB}_r@'%'"
}

keys_of() { # CONDITION ON TABLES
    admin "SELECT count(*) FROM information_schema.referential_constraints WHERE constraint_schema = '$S_DB' AND table_name $1;
        SELECT count(DISTINCT table_name, index_name) FROM information_schema.statistics WHERE table_schema = '$S_DB' AND table_name $1" | tr '\n' ' '
}

# Several sets of tables in one database, the second without foreign keys.
prefixes() {
    in_folder prefixed
    on_server
    SQL_PREFIX=p_ SQL_FOREIGN_KEYS=off etl init --load-movielens --movielens "$SAMPLE"
    exits 0 "tables with a prefix beside those without"
    is "without foreign keys when they are off" "$(admin "SELECT count(*) FROM information_schema.referential_constraints WHERE constraint_schema = '$S_DB' AND table_name LIKE 'p\\_%'")" 0
    SQL_PREFIX=p_ etl clear --force --yes
    exits 0 "clearing those"
    is "clears only those" "$(admin "SELECT (SELECT count(*) FROM $S_DB.p_ratings), (SELECT count(*) > 0 FROM $S_DB.ratings)" | tr '\t' ' ')" "0 1"
    # names have 64 characters at most: those of foreign keys of tables being loaded are the longest
    SQL_PREFIX=sixteen_letters_ etl init --load-movielens --movielens "$SAMPLE"
    exits 0 "tables with the longest prefix"
    is "with all their keys and indexes" "$(keys_of "LIKE 'sixteen%'")" \
        "$(keys_of "IN (SELECT substr(table_name, 17) FROM information_schema.tables WHERE table_name LIKE 'sixteen%')")"
}

# Both views are an older program's, and the connection ends as the second is to go: the run that comes back must not take it for the
# new one. (Each statement that changes the schema commits by itself, the first of them also what was written before it.)
older_views() {
    in_folder prefixed
    on_server
    export SQL_PREFIX=v_ SQL_TLS=off
    etl init --load-movielens --movielens "$SAMPLE"
    for view in movie_details movie_ratings; do
        admin "CREATE OR REPLACE VIEW $S_DB.v_$view AS SELECT 1 AS older; UPDATE $S_DB.v_etl_tables SET definition = 'older' WHERE name = '$view'"
    done
    script_proxy "DROP VIEW" close --skip 1
    etl init --load-movielens --movielens "$SAMPLE"
    end_proxy
    on_server
    exits 0 "a connection that ends while views are replaced"
    is "each is the new one" "$(admin "SELECT count(*) FROM $S_DB.v_movie_ratings; SELECT count(*) FROM $S_DB.v_movie_details WHERE title IS NOT NULL" | tr '\n' ' ')" \
        "$(admin "SELECT count(*) FROM $S_DB.v_ratings; SELECT count(*) FROM $S_DB.v_movies" | tr '\n' ' ')"
    unset SQL_PREFIX SQL_TLS
}

# ---- a reader during a load

# Asks without pause until the file `stop` is there; what it saw goes to reader.out, errors to reader.err.
reader() {
    rm -f stop reader.out reader.err
    (
        while [ ! -e stop ]; do
            admin "SELECT count(*) FROM $S_DB.ratings; SELECT count(*) > 0 FROM $S_DB.ratings r JOIN $S_DB.movielens_movies m ON m.movielens_id = r.movielens_id WHERE r.movielens_id = 1; EXPLAIN SELECT rating FROM $S_DB.ratings WHERE movielens_id = 1" |
                awk 'NR == 1 { n = $1 } NR == 2 { there = $1 } NR == 3 { print n, there, /ix_ratings_movielens_id|PRIMARY/ && /ix_ratings/ }' >>reader.out 2>>reader.err || echo failed >>reader.err
        done
    ) 2>>reader.err &
    READER=$!
}

saw() { [ "$(tail -n 1 reader.out 2>/dev/null | cut -d' ' -f1)" = "$1" ]; } # COUNT: by the reader, at last
asked() { [ "$(wc -l <reader.out)" -ge "$1" ]; }
reading() {
    in_folder server
    on_server
    big_release "$WORK/release3" 700 7
    before=$(admin "SELECT count(*) FROM $S_DB.ratings")
    after=$(($(wc -l <"$WORK/release3/ratings.csv") - 1))
    reader
    await $READER saw "$before"; ok "somebody reads"
    hold_swap
    "$BIN" init --load-movielens --movielens "$WORK/release3" --replace-release >out.txt 2>err.txt </dev/null &
    pid=$!
    await $pid shadow_fills; ok "a load is on its way"
    n=$(wc -l <reader.out)
    await $pid asked $((n + 5)); ok "who reads goes on meanwhile"
    let_swap
    wait $pid
    CODE=$? OUT=$(cat out.txt) ERR=$(cat err.txt)
    exits 0 "a reload while somebody reads"
    await $READER saw "$after"
    touch stop
    wait $READER
    is "the reader saw no error" "$(cat reader.err)" ""
    is "only the old content and the new" "$(cut -d' ' -f1 reader.out | sort -un | tr '\n' ' ')" "$(printf '%s\n%s\n' "$before" "$after" | sort -un | tr '\n' ' ')"
    is "always joined, always by the index" "$(cut -d' ' -f2- reader.out | sort -u)" "1 1"
}

# ---- the program dies, the connection dies

# Counts per movie are read back where rows repeat a key; the answer breaks off when the first of them are there.
half_an_answer() {
    on_server
    in_folder server
    export SQL_TLS=off
    etl init --load-movielens --movielens "$SAMPLE" --replace-release
    script_proxy "SELECT movielens_id, rating, count" close-within --count-file "$WORK/proxy.count"
    etl init --load-movielens --movielens "$WORK/release2" --replace-release
    exits 0 "a load that is cut while it reads what it has loaded"
    is "there" "$(cat "$WORK/proxy.count")" 1
    end_proxy
    on_server
    unset SQL_TLS
    dump ../server.half
    same "counts every rating once" ../embedded.rows ../server.half
}

# A query on the tables of the release holds up whoever would swap them, so that a load on its way is there until it has ended: however
# quick the load, and however slow whoever looks for it.
held() { admin "SELECT id FROM information_schema.processlist WHERE state = 'User sleep' AND info LIKE 'SELECT SLEEP(1000) FROM $S_DB.%'"; }
is_held() { [ -n "$(held)" ]; }
hold_swap() {
    admin "SELECT SLEEP(1000) FROM $S_DB.ratings LIMIT 1" >/dev/null 2>&1 &
    HOLDER=$!
    await $HOLDER is_held
}
end_held() { for id in $(held); do admin "KILL $id"; done; }
let_swap() {
    end_held
    wait $HOLDER
}

# Ends those of the program, and waits until they have.
connections() { admin "SELECT id FROM information_schema.processlist WHERE user = '$S_USER'"; }
end_connections() {
    n=0
    while [ -n "$(connections)" ] && [ $n -lt 1000 ]; do
        for id in $(connections); do admin "KILL $id" 2>/dev/null; done
        n=$((n + 1))
    done
}

# The answer to the swap is lost; and the new tables are gone while a query on the old ones holds the swap up.
swaps() {
    on_server
    in_folder server
    export SQL_TLS=off
    script_proxy "RENAME TABLE" close-after
    etl init --load-movielens --movielens "$SAMPLE" --replace-release
    end_proxy
    on_server
    unset SQL_TLS
    exits 0 "a load that does not hear whether its tables were swapped in"
    is "they were" "$(admin "SELECT count(*) FROM $S_DB.ratings")" "$(($(wc -l <"$SAMPLE/ratings.csv") - 1))"
    dump ../before.dump
    rm -f err.txt
    hold_swap
    "$BIN" init --load-movielens --movielens "$WORK/release2" --replace-release >out.txt 2>err.txt </dev/null &
    pid=$!
    await $pid grep -qs "trying again" err.txt
    new=$(admin "SELECT group_concat('$S_DB.', table_name) FROM information_schema.tables WHERE table_schema = '$S_DB' AND table_name LIKE 'etl\\_new\\_%'")
    admin "SET foreign_key_checks = 0; DROP TABLE $new"
    wait $pid
    CODE=$? OUT=$(cat out.txt) ERR=$(cat err.txt)
    exits 9 "a load whose tables somebody drops while it waits for its turn"
    says "its tables were dropped" "does not take them for swapped in"
    let_swap
    dump ../after.dump
    same "the old content is there" ../before.dump ../after.dump
}

# waits for the first rows of a load's shadow table
shadow_fills() {
    t=$(admin "SELECT table_name FROM information_schema.tables WHERE table_schema = '$S_DB' AND table_name LIKE '%etl\\_new%\\_ratings'" | head -1)
    [ -n "$t" ] && [ "$(admin "SELECT count(*) > 0 FROM $S_DB.$t" 2>/dev/null)" = 1 ]
}

killed_load() {
    in_folder server
    on_server
    dump ../before.dump
    big_release "$WORK/release4" 900 1
    hold_swap
    "$BIN" init --load-movielens --movielens "$WORK/release4" --replace-release >out.txt 2>err.txt </dev/null &
    pid=$!
    await $pid shadow_fills; ok "a load is on its way"
    kill -9 $pid; wait $pid 2>/dev/null
    end_connections
    let_swap
    [ "$(leftovers)" -gt 0 ]; ok "killed, it leaves what it had begun"
    dump ../after.dump
    same "and the old content" ../before.dump ../after.dump
    etl init --load-movielens --movielens "$WORK/release4" --replace-release
    exits 0 "the next run loads it"
    is "and clears away" "$(leftovers)" 0
    is "all of it is there" "$(admin "SELECT count(*) FROM $S_DB.ratings")" "$(($(wc -l <"$WORK/release4/ratings.csv") - 1))"
    embedded
    in_folder embedded
    etl init --load-movielens --movielens "$WORK/release4" --replace-release
    dump ../embedded.dump
    on_server
    dump ../server.dump
    same "as in the embedded database" ../embedded.dump ../server.dump
}

# A load of several chunks, so over two connections, is stopped; somebody takes the lease over; it goes on.
stopped_load() {
    on_server
    in_folder first
    hold_swap
    "$BIN" init --load-movielens --movielens "$WORK/release3" --replace-release >out.txt 2>err.txt </dev/null &
    pid=$!
    await $pid shadow_fills; ok "a load is on its way"
    kill -STOP $pid
    end_connections # as wait_timeout would
    let_swap
    admin "UPDATE $S_DB.etl_locks SET expires_at = 0"
    in_folder second
    etl init --load-movielens --movielens "$SAMPLE" --replace-release
    exits 0 "stopped for too long, it loses its turn to another load"
    dump ../second.dump
    kill -CONT $pid
    wait $pid
    CODE=$?
    cd ../first || exit 99
    OUT=$(cat out.txt) ERR=$(cat err.txt)
    exits 9 "it wakes up and may not write any more"
    says "write lease was" "and says why"
    dump ../first.dump
    same "nothing of it is there" ../second.dump ../first.dump
    is "and nothing is left of it" "$(leftovers)" 0
}

# Cuts while both connections load.
cut_load() {
    embedded
    in_folder embedded
    etl init --load-movielens --movielens "$WORK/release4" --replace-release
    dump ../embedded.dump
    in_folder server
    cut_proxy 7 20 2500000
    etl init --load-movielens --movielens "$WORK/release4" --replace-release
    exits 0 "a load whose connections are cut"
    [ "$(cat "$WORK/proxy.count")" -gt 0 ]; ok "cut $(cat "$WORK/proxy.count") times"
    end_proxy
    on_server
    dump ../server.dump
    same "leads to the same" ../embedded.dump ../server.dump
    is "and leaves nothing" "$(leftovers)" 0
}

# The index of ratings is built over one connection while the other goes on with the release: something happens to either.
index_fails() { # DESCRIPTION REASON STATEMENT WHAT [OPTION...]
    about=$1 reason=$2
    shift 2
    script_proxy "$@"
    etl init --load-movielens --movielens "$WORK/release3" --replace-release
    end_proxy
    on_server
    exits 8 "$about"
    says "$reason" "with the reason"
    dump ../after.dump
    same "the old content is there" ../server.dump ../after.dump
    is "and nothing is left of the new" "$(leftovers)" 0
}
index_cut() { # WHAT
    script_proxy "CREATE INDEX" "$1"
    etl init --load-movielens --movielens "$WORK/release4" --replace-release
    end_proxy
    on_server
    exits 0 "a load whose connection ends at its index: $1"
    says "built over the first connection" "which the other takes over"
    dump ../server.dump
    same "leads to the same" ../embedded.dump ../server.dump
    is "with its index" "$(admin "SELECT count(*) FROM information_schema.statistics WHERE table_schema = '$S_DB' AND index_name = 'ix_ratings_movielens_id'")" 2
    is "and leaves nothing" "$(leftovers)" 0
}
beside_index() {
    in_folder server
    on_server
    export SQL_TLS=off
    index_fails "a load whose index has no room" "The disk of the database server is full" "CREATE INDEX" "1114:The table is full" --times 1000
    index_fails "a load that fails while its index is built" "UPDATE command denied" "UPDATE \`etl_new" "1142:UPDATE command denied" --skip 1 --times 1000
    for what in close close-alone close-after; do
        etl init --load-movielens --movielens "$SAMPLE" --replace-release
        index_cut "$what"
    done
    unset SQL_TLS
}

# In a database that the command has just made a release comes linked, with its movies.
new_database() {
    admin "DROP DATABASE IF EXISTS ${S_DB}_new"
    on_server
    export SQL_DB="${S_DB}_new"
}
rows_of() { admin "SELECT count(*) FROM ${S_DB}_new.$1"; }
shadow_of_new() {
    [ "$(admin "SELECT count(*) FROM information_schema.tables WHERE table_schema = '${S_DB}_new' AND table_name LIKE 'etl\\_new%\\_ratings'")" -gt 0 ]
}
nothing_of_new() { # DESCRIPTION
    is "$1" "$(rows_of movies) $(rows_of movie_genres) $(rows_of movielens_movies) $(rows_of ratings) $(rows_of tags)" "0 0 0 0 0"
}
# More movies than wait in the least memory.
many_movies() { # FOLDER
    mkdir -p "$1"
    awk 'BEGIN { print "movieId,title,genres"
                 for (i = 1; i <= 30000; i++) printf "%d,A film with the number %d (%d),Drama|Comedy\n", i, i, 1900 + i % 100 }' >"$1/movies.csv"
    awk 'BEGIN { print "movieId,imdbId,tmdbId"; for (i = 1; i <= 30000; i++) printf "%d,%07d,%d\n", i, i, i + 7 }' >"$1/links.csv"
    awk 'BEGIN { print "userId,movieId,rating,timestamp"; for (i = 1; i <= 900; i++) printf "%d,%d,3.5,1000000000\n", i, i * 33 }' >"$1/ratings.csv"
    echo "userId,movieId,tag,timestamp" >"$1/tags.csv"
}
loaded_new() { # DESCRIPTION [RELEASE OPTION...]
    about=$1 release=${2:-release4}
    [ $# -eq 1 ] || shift
    shift
    etl init --load-movielens --movielens "$WORK/$release" "$@"
    exits 0 "$about"
    dump ../new.dump
    same "the same as in the embedded database" ../embedded-new.dump ../new.dump
    is "with every key" "$(admin "SELECT group_concat(DISTINCT referenced_table_name ORDER BY 1) FROM information_schema.referential_constraints WHERE constraint_schema = '${S_DB}_new' AND table_name IN ('movie_genres', 'movielens_movies', 'ratings', 'tags')")" genres,movielens_movies,movies
    is "and nothing else" "$(admin "SELECT count(*) FROM information_schema.tables WHERE table_schema = '${S_DB}_new' AND (table_name LIKE 'etl\\_new%' OR table_name LIKE 'etl\\_old%')")" 0
}
newborn() {
    embedded
    in_folder embedded-new
    etl init --load-movielens --movielens "$WORK/release4"
    dump ../embedded-new.dump
    in_folder server-new
    new_database
    loaded_new "a release into a new database"
    loaded_new "once more"
    says "loaded already" "changes nothing"

    many_movies "$WORK/release6"
    embedded
    SQL_PATH=many.db etl init --load-movielens --movielens "$WORK/release6"
    SQL_PATH=many.db dump ../embedded-new.dump
    new_database
    loaded_new "more movies than can wait for their ratings" release6 --memory 64M
    embedded
    in_folder embedded-new
    dump ../embedded-new.dump
    in_folder server-new

    new_database
    export SQL_TLS=off
    script_proxy "RENAME TABLE" "1205:Lock wait timeout exceeded" --times 1000
    export SQL_DB="${S_DB}_new"
    rm -f err.txt
    "$BIN" init --load-movielens --movielens "$WORK/release4" >out.txt 2>err.txt </dev/null &
    pid=$!
    await $pid grep -qs "Lock wait.*trying again" err.txt; ok "a load into a new database is about to end"
    kill -9 $pid; wait $pid 2>/dev/null
    end_proxy
    on_server
    export SQL_DB="${S_DB}_new"
    shadow_of_new; ok "killed, it leaves what it had made"
    nothing_of_new "of which nothing can be seen"
    admin "USE ${S_DB}_new; CREATE TABLE fans AS SELECT id AS movie_id FROM movies; ALTER TABLE fans ADD FOREIGN KEY (movie_id) REFERENCES movies (id)"
    loaded_new "the next run loads it"
    is "and leaves the table of movies in its place, to which other tables may refer" "$(admin "SELECT referenced_table_name FROM information_schema.referential_constraints WHERE constraint_schema = '${S_DB}_new' AND table_name = 'fans'")" movies

    new_database
    script_proxy "INSERT INTO \`etl_new" "1142:INSERT command denied" --times 1000
    export SQL_DB="${S_DB}_new"
    etl init --load-movielens --movielens "$WORK/release4"
    end_proxy
    exits 8 "a load that fails while it links"
    nothing_of_new "leaves nothing that can be seen"
    new_database
    script_proxy "INSERT INTO \`etl_cursors" "1142:INSERT command denied" --skip 1
    export SQL_DB="${S_DB}_new"
    etl init --load-movielens --movielens "$WORK/release4"
    end_proxy
    exits 8 "a load that cannot say that it has linked"
    is "has linked all the same" "$(rows_of "movielens_movies WHERE movie_id IS NOT NULL")" "$(($(wc -l <"$WORK/release4/movies.csv") - 1))"
    on_server
    export SQL_DB="${S_DB}_new"
    unset SQL_TLS
    loaded_new "the next run finds that"
    admin "DROP DATABASE ${S_DB}_new"
    on_server
}

cut_proxy() { # SEED CUTS BYTES: SQL_HOST leads through a proxy that cuts
    rm -f "$WORK/proxy.port" "$WORK/proxy.count"
    "$PROXY" --to "$S_HOST:$S_PORT" --port-file "$WORK/proxy.port" --count-file "$WORK/proxy.count" --seed "$1" --cuts "$2" --every "$3" &
    PROXY_PID=$!
    await $PROXY_PID test -s "$WORK/proxy.port"
    on_server "127.0.0.1:$(cat "$WORK/proxy.port")"
}
end_proxy() { kill $PROXY_PID; wait $PROXY_PID 2>/dev/null; PROXY_PID=; }

script_proxy() { # STATEMENT WHAT [OPTION...]: SQL_HOST leads through a proxy where that happens to it
    on=$1 what=$2
    shift 2
    rm -f "$WORK/proxy.port"
    "$PROXY" --to "$S_HOST:$S_PORT" --port-file "$WORK/proxy.port" --on "$on" --do "$what" "$@" &
    PROXY_PID=$!
    await $PROXY_PID test -s "$WORK/proxy.port"
    on_server "127.0.0.1:$(cat "$WORK/proxy.port")"
}

# A batch of records of which some are spoilt in the database: loading it heals them. Each time something else happens to
# one of its statements. Encryption is off, so that the proxy can read along.
spoil() {
    admin "UPDATE $S_DB.tmdb_movies SET tagline = 'old', section_hashes = NULL, content = NULL WHERE tmdb_id <= 40; DELETE FROM $S_DB.credits WHERE tmdb_id <= 40"
    seq=$((seq + 1))
    sed "s/^  id: \".*/  id: \"$(printf '%016x' $seq)\"/" ../trouble.yaml >again.yaml
}
meets() { # CODE DESCRIPTION STATEMENT WHAT [OPTION...]
    wanted=$1 about=$2
    shift 2
    spoil
    script_proxy "$@"
    SQL_HOST=$SQL_HOST${NEXT:-}
    etl process --file again.yaml
    end_proxy
    exits "$wanted" "$about"
    on_server
}
healed() { # DESCRIPTION
    dump ../trouble.after
    same "$1" ../trouble.before ../trouble.after
}
trouble() {
    export SQL_TLS=off
    seq=0
    standin --generate 60 --detail-size small --today "$(date -u +%F)"
    drop_database
    in_folder trouble
    on_server
    # shellcheck disable=SC2046
    etl init --fetch-tmdb --start-year 1874 --end-year 2030
    etl process --batch-type initial
    # shellcheck disable=SC2046
    etl update $(admin "SELECT tmdb_id FROM $S_DB.tmdb_movies")
    mv data/movies/raw/*.yaml ../trouble.yaml
    etl process --file ../trouble.yaml
    exits 0 "a batch to be loaded again and again"
    dump ../trouble.before

    for code in 1205 1213 1020; do
        meets 0 "error $code at COMMIT: the transaction is made again" COMMIT "$code:passing" --skip 2
        healed "with the same outcome"
        says "is loaded again, in smaller transactions" "and it is said"
    done
    meets 0 "error 1205 in the middle: the same" "INSERT INTO \`credits\`" 1205:waited --times 2
    healed "with the same outcome"
    for code in 4031 1053 1927; do
        meets 0 "error $code: a new connection" "INSERT INTO \`credits\`" "$code:gone"
        healed "with the same outcome"
    done
    meets 0 "the connection ends in the middle" "INSERT INTO \`credits\`" close
    healed "with the same outcome"
    for at in 1 2 3; do
        meets 0 "the connection ends before COMMIT $at is heard" COMMIT close --skip $at
        healed "with the same outcome"
        meets 0 "the connection ends before the answer to COMMIT $at" COMMIT close-after --skip $at
        healed "with the same outcome"
    done
    NEXT=,$S_HOST:$S_PORT
    for what in "1047:WSREP has not yet prepared node for application use" "1180:Got error 5 during COMMIT, not connected to Primary Component" \
        "1290:The server is running with the --super-read-only option" "1290:running with the --read-only option" "1836:Running in read-only mode"; do
        meets 0 "error ${what%%:*}: the next host" START "$what" --skip 1 --times 1000
        healed "with the same outcome"
    done
    NEXT=
    for what in 3100:"Error on observer while running replication hook" 1105:"Maximum writeset size exceeded" 1153:"Got a packet bigger"; do
        meets 0 "error ${what%%:*}: too large, so it goes record by record" COMMIT "$what" --skip 2
        healed "with the same outcome"
    done
    for code in 1062 1264 1366 1406 1452 3140 3819 4025 4038; do
        meets 0 "error $code of many records: they go one by one" "INSERT INTO \`credits\`" "$code:of one of them"
        says "of one of them (server error $code): " "it is said why"
        healed "with the same outcome"
    done
    meets 8 "error 1142 ends it" "INSERT INTO \`credits\`" "1142:INSERT command denied" --times 1000
    says "GRANT SELECT, INSERT" "with what an administrator can do"
    meets 8 "error 1665 ends it" "INSERT INTO \`credits\`" "1665:Cannot execute statement: impossible to write to binary log" --times 1000
    says "set binlog_format to MIXED or ROW" "with what to do"
    for what in "1114:The table is full" "1030:Got error 28 - 'No space left on device' from storage engine"; do
        meets 8 "error ${what%%:*} ends it" "INSERT INTO \`credits\`" "$what" --times 1000
        says "The disk of the database server is full" "with the reason"
    done
    etl process --file again.yaml
    exits 0 "run again without it"
    healed "nothing is lost"
    unset SQL_TLS
}

# Records that are new come by LOAD DATA, into tables whose late indexes and keys are away meanwhile. Each time something
# else happens; afterwards everything is there, as in the embedded database.
keys() { # what was away and is back
    admin "SELECT count(DISTINCT table_name, index_name) FROM information_schema.statistics WHERE table_schema = '$S_DB' AND index_name LIKE 'ix%';
        SELECT count(*) FROM information_schema.key_column_usage WHERE table_schema = '$S_DB' AND referenced_table_name IS NOT NULL" | tr '\n' ' '
}
before_first_load() {
    drop_database
    on_server
    etl init --load-movielens --movielens "$SAMPLE"
    KEYS=$(keys)
}
first_load_meets() { # DESCRIPTION STATEMENT WHAT [OPTION...]
    about=$1
    shift
    before_first_load
    script_proxy "$@"
    etl process --file ../trouble.yaml
    end_proxy
    exits 0 "a first load: $about"
    all_there "$about"
}
all_there() { # DESCRIPTION
    on_server
    dump ../first.after
    same "the same as in the embedded database: $1" ../first.before ../first.after
    is "with all indexes and keys: $1" "$(keys)" "$KEYS"
}
# The same records in four files, and what happens in one of them: what was committed before stays, the others are loaded again.
part_files() {
    rm -rf data/movies
    mkdir -p data/movies/raw
    python3 - ../trouble.yaml data/movies/raw <<'END'
import sys
head, *records, end = open(sys.argv[1], encoding="utf-8").read().split("\n---\n")[1:]
each = -(-len(records) // 4)
for n in range(4):
    some = records[n * each:(n + 1) * each]
    lines = ['  id: "%016x"' % (0xabc + n) if line.startswith("  id: ") else line for line in head.split("\n")]
    with open(f"{sys.argv[2]}/changes_2026010{n + 1}_20260105_00000{n}.yaml", "w", encoding="utf-8") as f:
        f.write("---\n" + "\n---\n".join(["\n".join(lines), *some, 'end: {records: %d, gone: 0, sha256: "-"}' % len(some)]) + "\n")
END
}
files_meet() { # SPEED OF THE CLOCK, DESCRIPTION STATEMENT WHAT [OPTION...]
    speed=$1 about=$2 usual=$BIN
    shift 2
    before_first_load
    part_files
    script_proxy "$@"
    BIN=$MOVIE_ETL_FAULT
    MOVIE_ETL_TEST=clock-speed=$speed etl process --batch-type changes
    BIN=$usual
    end_proxy
    exits 0 "four files: $about"
    says "loaded again" "it is said"
    says "processed 4 files: 58 movies added" "each is counted once"
    is "none is left" "$(ls data/movies/raw)" ""
    is "all are moved" "$(find data/movies/processed -name '*.gz' | wc -l)" 4
    is "each is spoken of once" "$(grep -c '^changes_2026' out.txt)" 4
    all_there "four files, $about"
}
# What is told of files that are loaded again: all of it, and once.
files_tell() {
    before_first_load
    part_files
    sed -i '$d' data/movies/raw/changes_20260102_*
    # the first that has credits at all: records stand in the order in which the server happened to answer
    one=$(awk '/^  id: [0-9]/ { id = $2 } id && /credit_id/ { print id; exit }' data/movies/raw/changes_20260103_*)
    admin "ALTER TABLE $S_DB.credits ADD CONSTRAINT not_this_one CHECK (tmdb_id <> $one)"
    etl process --batch-type changes
    exits 6 "four files, of which one ends early, and another has a record that the server refuses"
    is "the file that is refused is spoken of once" "$(grep -c 'refused as a whole' out.txt)" 1
    is "so is the record" "$(cat out.txt err.txt | grep -c "tmdb $one: .*not_this_one")" 1
    says "1 rejected" "which is counted"

    before_first_load
    part_files
    mkdir -p data/movies/processed/changes_20260101_20260105_000000.yaml.gz.part/in-the-way
    script_proxy "$load \`credits\`" close --skip 2
    BIN=$MOVIE_ETL_FAULT
    MOVIE_ETL_TEST=clock-speed=100000 etl process --batch-type changes
    BIN=$usual
    end_proxy
    exits 12 "a file that cannot be moved, and a connection that ends at the third"
    says "loaded again" "it is said"
    never_says "loaded already" "nor that it had loaded it before"
    is "that file stays, the others are moved" "$(ls data/movies/raw)" changes_20260101_20260105_000000.yaml

    before_first_load
    {
        printf -- '---\nbatch:\n  format: 1\n  id: "fedcba9876543211"\n  type: "changes"\n  scope: "20260102"\n  source: "tmdb"\n  query: "-"\n  created_at: "2026-01-02T00:00:00Z"\n'
        for id in $(seq 910001 910600); do
            printf -- '---\netl: {fetched_at: "2024-01-02T03:04:05Z", review: null}\nmovie:\n  id: %d\n  title: "Title"\n' "$id"
        done
        printf -- '---\nend: {records: 600, gone: 0, sha256: "-"}\n'
    } >many.yaml
    script_proxy "INSERT INTO \`movies\`" "1213:Deadlock found" --skip 2
    BIN=$MOVIE_ETL_FAULT
    MOVIE_ETL_TEST=clock-speed=100000 etl process --file many.yaml
    BIN=$usual
    end_proxy
    exits 0 "a file of which some is settled, and a deadlock"
    says "loaded again" "it is said"
    says "many.yaml: 600 added" "and all of it counted"

    # Of the first file the last record has changed, and those before it, which have not, are gathered: its transaction is open at the end.
    on_server
    rm -rf data/movies
    mkdir -p data/movies/raw
    sed 's/2024-01-02/2024-02-02/; s/fedcba9876543211/fedcba9876543212/; /^  id: 910600/ { n; s/Title/Other/; }' many.yaml >data/movies/raw/changes_20260101_20260105_000000.yaml
    sed 's/fedcba9876543211/fedcba9876543213/; $d' many.yaml >data/movies/raw/changes_20260102_20260105_000000.yaml
    BIN=$MOVIE_ETL_FAULT
    MOVIE_ETL_TEST=clock-speed=100000 etl process --batch-type changes
    BIN=$usual
    exits 6 "a file of which most is unchanged, and one without its end"
    is "the first is settled when it is time, whatever follows" "$(sed -n 's/^\(changes_20260[0-9]*\).*/\1/p' out.txt | paste -sd ' ')" "changes_20260101 changes_20260102"
}
first_load() {
    embedded
    in_folder loads
    etl init --load-movielens --movielens "$SAMPLE"
    etl process --file ../trouble.yaml
    dump ../first.before
    export SQL_TLS=off

    load="LOAD DATA LOCAL INFILE 'movie-etl' INTO TABLE"
    first_load_meets "a time-out" "$load \`credits\`" 1205:waited
    says "waited (server error 1205); what was written since the last commit is loaded again" "it is said, and why"
    first_load_meets "a connection that ends" "$load \`credits\`" close
    says "loaded again" "it is said"
    first_load_meets "a connection that ends before the answer" "$load \`reviews\`" close-after
    first_load_meets "a value that is refused" "$load \`credits\`" "1406:Data too long"
    for n in 4 5 6 7; do # of either connection
        first_load_meets "a connection that ends before COMMIT $n is heard" COMMIT close --skip $n
        first_load_meets "a connection that ends before the answer to COMMIT $n" COMMIT close-after --skip $n
    done
    first_load_meets "a connection that ends as an index goes" "ALTER TABLE \`credits\` DROP" close-after
    first_load_meets "a connection that ends as an index comes" "CREATE INDEX \`ix_late\` ON \`credits\`" close-after
    first_load_meets "a connection that ends as an index comes meanwhile" "CREATE INDEX \`ix_late\` ON \`watch_providers\`" close
    first_load_meets "a connection that ends as a key comes" "ALTER TABLE \`credits\` RENAME" close-after
    first_load_meets "LOAD DATA that is not allowed" "$load" "$FORBIDDEN:not allowed" --times 1000

    # a minute is over after each file
    files_meet 100000 "a connection that ends at the third" "$load \`credits\`" close --skip 2
    files_meet 100000 "a value that is refused at the second" "$load \`credits\`" "1406:Data too long" --skip 1
    files_meet 1 "a connection that ends at the end" "$load \`credits\`" close-after
    files_meet 1 "a deadlock" "INSERT INTO \`movies\`" "1213:Deadlock found"
    files_tell

    # a row that is there although its record is not, as it may be without foreign keys
    before_first_load
    one=$(awk '/^# credits\t/ { getline; print; exit }' ../first.before | cut -f1-3 | sed "s/\t/', '/g")
    admin "SET foreign_key_checks = 0; INSERT INTO $S_DB.credits (tmdb_id, kind, credit_id) VALUES ('$one')"
    etl process --file ../trouble.yaml
    exits 0 "a first load over a row that is left of something"
    says "left out or altered rows" "does not trust LOAD DATA"
    all_there "rows that were left"
    unset SQL_TLS
}

row_is_held() { [ "$(admin "SELECT count(*) FROM information_schema.processlist WHERE info = 'DO SLEEP(100)'")" = 1 ]; }

# The program is killed in the middle of a first load; $1 runs before the next one.
killed_first_load() {
    before_first_load
    # It waits for a row, before its first COMMIT. A lock on a table would, on MySQL, lock what refers to it or what it refers to as well,
    # and hold the first index up, so that none has gone.
    one=$(sed -n 's/^  id: "\(.*\)"$/\1/p' ../trouble.yaml | head -n 1)
    admin "SET sql_mode = ''; START TRANSACTION; INSERT INTO $S_DB.etl_files (batch_id) VALUES ('$one'); DO SLEEP(100)" >/dev/null 2>&1 &
    holder=$!
    await $holder row_is_held
    "$BIN" process --file ../trouble.yaml >out.txt 2>err.txt </dev/null &
    pid=$!
    n=0
    # who asks again within a tenth of a second gets the same answer
    while [ "$(admin "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")" = 0 ] && [ $n -lt 100 ]; do sleep 0.3; n=$((n + 1)); done
    [ $n -lt 100 ]; ok "a first load is on its way"
    kill -9 $pid; wait $pid 2>/dev/null
    "$@"
    for id in $(admin "SELECT id FROM information_schema.processlist WHERE info = 'DO SLEEP(100)'"); do admin "KILL $id"; done
    kill $holder 2>/dev/null; wait $holder 2>/dev/null
    [ "$(keys)" != "$KEYS" ]; ok "killed, it leaves indexes and keys to be made"
    # as between the COMMITs of its two connections
    admin "SET foreign_key_checks = 0; INSERT INTO $S_DB.credits (tmdb_id, kind, credit_id) VALUES (999999999, 'cast', 'left')"
    etl status
    exits 0 "who reads is not disturbed"
    etl process --file ../trouble.yaml
    exits 0 "the next run loads it"
    all_there "after $*"
}

# Until so many cuts were made, everything is loaded anew into an empty database.
cuts() { # CUTS
    embedded
    in_folder calm
    etl init --full --movielens "$SAMPLE" --start-year 1874 --end-year 2030
    dump ../calm.dump
    made=0 seed=0
    while [ $made -lt "$1" ] && [ $seed -lt 200 ]; do
        seed=$((seed + 1))
        drop_database
        in_folder "cut$seed"
        cut_proxy $seed 20 500000
        etl init --full --movielens "$SAMPLE" --start-year 1874 --end-year 2030
        tries=1
        while [ "$CODE" = 8 ] && [ $tries -lt 4 ]; do # so many cuts on one transaction that it was given up
            tries=$((tries + 1))
            etl init --full --movielens "$SAMPLE" --start-year 1874 --end-year 2030
        done
        made=$((made + $(cat "$WORK/proxy.count")))
        end_proxy
        exits 0 "seed $seed: done in $tries runs, the connection cut $(cat "$WORK/proxy.count") times"
        on_server
        dump ../cut.dump
        same "seed $seed: the same database" ../calm.dump ../cut.dump
        is "seed $seed: nothing is left" "$(leftovers)" 0
    done
    [ $made -ge "$1" ]; ok "$made cuts in all"
}

first_has_it() { [ "$(admin "SELECT count(*) FROM $S_DB.etl_locks WHERE owner LIKE '%/first/%'" 2>/dev/null)" = 1 ]; }

# A process that is stopped while it holds the lease, and goes on when another has it.
two_writers() {
    on_server
    in_folder first
    control faults "path-prefix=/3/movie/ delay-ms=3000"
    # shellcheck disable=SC2046
    "$BIN" update $(seq 1 400) >out.txt 2>err.txt </dev/null &
    pid=$!
    await $pid first_has_it
    in_folder second
    etl init --load-movielens --movielens "$SAMPLE" --replace-release
    exits 9 "a second writer is refused while the first is at work"
    says "is writing to this database" "and told by whom"
    sleep 1
    kill -STOP $pid
    admin "UPDATE $S_DB.etl_locks SET expires_at = 0" # two minutes later
    etl init --load-movielens --movielens "$SAMPLE" --replace-release
    exits 0 "it gets in when the first has been silent for too long"
    dump ../second.dump
    control faults ""
    kill -CONT $pid
    wait $pid
    CODE=$?
    cd ../first || exit 99
    OUT=$(cat out.txt) ERR=$(cat err.txt)
    exits 9 "the first wakes up and may not write any more"
    says "write lease was" "and says why"
    dump ../first.dump
    same "nothing was written by it" ../second.dump ../first.dump
    admin "DELETE FROM $S_DB.etl_locks"
}
