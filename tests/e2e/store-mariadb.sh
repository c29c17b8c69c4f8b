#!/bin/sh
# MariaDB as the store: the suite on a server of its own (mariadb.sh).
#   SCRIPT BINARY STANDIN SOURCE_ROOT PROXY [CUTS]: with CUTS, nothing but so many cuts of the connection
PROXY=$4 CUTS=${5:-}
# shellcheck source=tests/e2e/mariadb.sh disable=SC1091
. "$(dirname "$0")/mariadb.sh"
have_mariadb || { echo "1..0 # SKIP no mariadbd here: install mariadb-server to test the MySQL engine"; exit 0; }
# shellcheck source=tests/e2e/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/store-suite.sh disable=SC1091
. "$ROOT/tests/e2e/store-suite.sh"
S_DB=e2e S_USER=app S_PASS=the-secret-word

finish_all() {
    drop_server
    [ -z "$PROXY_PID" ] || kill "$PROXY_PID" 2>/dev/null
    finish
}
trap finish_all EXIT
make_server
app_account "$S_DB" "$S_USER" "$S_PASS"
commands() { admin "SHOW GLOBAL STATUS LIKE 'Com_load'" | cut -f2; }

if [ -n "$CUTS" ]; then
    standin --generate 400 --detail-size small --today "$(date -u +%F)"
    cuts "$CUTS"
    plan
    exit 0
fi

parity
[ "$(commands)" -gt 0 ]; ok "ratings came by LOAD DATA"
questions
real_data
updates
values
refused_record
another_release
less_ratings
half_an_answer
swaps
reading
killed_load
stopped_load
cut_load
beside_index
newborn
hostile
prefixes
older_views
two_writers

# ---- settings for people at a prompt, made for everybody
on_server
in_folder settings
admin "SET GLOBAL sql_select_limit = 2, GLOBAL sql_safe_updates = 1, GLOBAL completion_type = 2, GLOBAL tx_read_only = 1"
SQL_PREFIX=s_ etl init --load-movielens --movielens "$SAMPLE"
code=$CODE
SQL_PREFIX=s_ dump limited.dump
admin "SET GLOBAL sql_select_limit = 18446744073709551615, GLOBAL sql_safe_updates = 0, GLOBAL completion_type = 0, GLOBAL tx_read_only = 0"
CODE=$code
exits 0 "limits, safe updates, read-only transactions for all who do not say otherwise"
never_says "trying again" "do not disturb"
SQL_PREFIX=s_ dump ../settings.dump
same "and hide nothing" ../settings.dump limited.dump
rows=$(($(wc -l <"$SAMPLE/ratings.csv") - 1))
is "all of it is there" "$(admin "SELECT count(*) FROM $S_DB.s_ratings")" "$rows"
SQL_PREFIX=s_ etl clear --force --yes

# ---- a socket; localhost with a port is TCP all the same
in_folder server
on_server "localhost:$S_PORT"
refused 0 "store: mysql" "localhost with a port"
on_server localhost
SQL_PORT=$S_PORT refused 0 "store: mysql" "the port by itself"
SQL_PORT=1 SQL_SOCKET=$SERVER.sock refused 0 "store: mysql" "a socket"
SQL_SOCKET=$SERVER.none refused 8 "$SERVER.none" "a socket that is not there"

# ---- an account that may have one connection
in_folder server
on_server
limit() { for host in localhost %; do admin "ALTER USER $S_USER@'$host' WITH MAX_USER_CONNECTIONS $1"; done; }
limit 1
etl init --load-movielens --movielens "$WORK/release3" --replace-release
exits 0 "a load over the only connection there may be"
is "all of it is there" "$(admin "SELECT count(*) FROM $S_DB.ratings")" "$(($(wc -l <"$WORK/release3/ratings.csv") - 1))"
limit 0

# ---- a server that cannot write is passed over, by who writes
on_server
admin "SET GLOBAL read_only = 1"
etl clear --force --yes
exits 8 "a server that only reads, writing"
says "is read-only now" "and it is said"
refused 0 "store: mysql" "reading"
admin "SET GLOBAL read_only = 0"

# ---- the second connection is refused by the first host: it goes to no other, which may be a copy that lags behind
export SQL_TLS=off
script_proxy "SELECT @@max_allowed_packet" "1040:Too many connections" --skip 2
SQL_HOST=$SQL_HOST,$S_HOST:$S_PORT etl init --load-movielens --movielens "$WORK/release4" --replace-release
end_proxy
exits 0 "a load whose second connection is refused"
says "ratings go over one connection" "goes over one"

# ---- a load that has failed on both connections does not begin with what is left
before=$(commands)
script_proxy "LOAD DATA" "1142:INSERT command denied" --skip 1 --times 2
etl init --load-movielens --movielens "$WORK/release3" --replace-release
end_proxy
exits 8 "a load that loses its right to write"
is "sends nothing more" "$(commands)" $((before + 1))
on_server
unset SQL_TLS

# ---- LOAD DATA LOCAL is forbidden
stop_server
server --local-infile=OFF
before=$(commands)
another_release
is "LOAD DATA was tried once in each run, and not again" "$(commands)" $((before + 1))

# ---- the server dies in the middle of a load, and comes back
in_folder server
on_server
big_release "$WORK/release5" 900 5
hold_swap
"$BIN" init --load-movielens --movielens "$WORK/release5" --replace-release >out.txt 2>err.txt </dev/null &
pid=$!
await $pid shadow_fills; ok "a load is on its way"
kill_server
sleep 2
server
wait $pid
CODE=$?
# shellcheck disable=SC2034  # lib.sh looks at them
OUT=$(cat out.txt) ERR=$(cat err.txt)
exits 0 "the server was killed and came back: the load went on"
says "trying again" "and said so"
says "$(awk -v n="$(($(wc -l <"$WORK/release5/ratings.csv") - 1))" 'BEGIN { printf "%d,%03d", n / 1000, n % 1000 }') ratings" "the count is right although pieces were sent twice"
embedded
in_folder embedded
etl init --load-movielens --movielens "$WORK/release5" --replace-release
dump ../embedded.dump
on_server
dump ../server.dump
same "with the same outcome" ../embedded.dump ../server.dump

# ---- encryption
tls() { # CODE TEXT DESCRIPTION
    refused "$1" "$2" "$3"
}
certificate() { # NAME SUBJECT_ALT_NAME: signed by ca.pem
    openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" &&
        printf 'subjectAltName=%s\n' "$2" >"$1.ext" &&
        openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile "$1.ext" -out "$1.pem"
}
in_folder tls
on_server
SQL_TLS=require tls 8 "offers no encryption" "TLS is demanded and the server has none"
SQL_TLS=prefer tls 0 "store" "TLS is preferred and the server has none"
{ openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj "/CN=the CA" &&
    openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 2 -subj "/CN=another CA" &&
    certificate right IP:127.0.0.1,DNS:localhost && certificate wrong DNS:db.example.org; } >openssl.out 2>&1
ok "certificates are made"
encrypted() { admin "SHOW GLOBAL STATUS LIKE 'Ssl_finished_accepts'" | cut -f2; }
stop_server
server --ssl-ca="$PWD/ca.pem" --ssl-cert="$PWD/right.pem" --ssl-key="$PWD/right.key"
a=$(encrypted)
SQL_TLS=off tls 0 "store" "no TLS when it is off"
is "really none" "$(encrypted)" "$a"
SQL_TLS=prefer tls 0 "store" "TLS where it can be had"
[ "$(encrypted)" -gt "$a" ]; ok "really encrypted"
tls 0 "store" "by default too"
SQL_TLS=require tls 0 "store" "TLS as demanded"
SQL_TLS=verify-full:$PWD/ca.pem tls 0 "store" "a certificate of the right CA for the right host"
SQL_TLS=$PWD/ca.pem tls 0 "store" "the CA file alone means the same"
SQL_TLS=verify-full:$PWD/other.pem tls 8 "Encryption failed" "a certificate of another CA"
SQL_TLS=verify-ca:$PWD/other.pem tls 8 "Encryption failed" "nor does verify-ca take that"
SQL_TLS=verify-full tls 8 "Encryption failed" "a CA the system does not know"
stop_server
server --ssl-ca="$PWD/ca.pem" --ssl-cert="$PWD/wrong.pem" --ssl-key="$PWD/wrong.key"
SQL_TLS=verify-full:$PWD/ca.pem tls 8 "Encryption failed" "a certificate for another host"
SQL_TLS=verify-ca:$PWD/ca.pem tls 0 "store" "which verify-ca takes"
admin "ALTER USER $S_USER@localhost REQUIRE SSL; ALTER USER $S_USER@'%' REQUIRE SSL"
SQL_TLS=off tls 8 "SQL_TLS=require" "an account that demands TLS, without it"
SQL_TLS=require tls 0 "store" "and with it"
admin "ALTER USER $S_USER@localhost REQUIRE NONE; ALTER USER $S_USER@'%' REQUIRE NONE"
stop_server
server

# ---- connections cut at random
standin --generate 400 --detail-size small --today "$(date -u +%F)"
cuts 20
trouble
FORBIDDEN=4166 first_load
before_first_load
limit 1
etl process --file ../trouble.yaml
exits 0 "a first load over the only connection there may be"
says "rows of records go over one connection" "goes over one"
limit 0
all_there "over one connection"
restart() { kill_server; server; }
killed_first_load true
killed_first_load restart
plan
