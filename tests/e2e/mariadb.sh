# A MariaDB server of the test's own: in a folder of its own, on a free port, gone at the end. Sourced; sets S_HOST, S_PORT.
#   have_mariadb             false: the server's programs are not here
#   make_server              makes the folder (SERVER) and starts it
#   server [OPTION...]       starts it (again), waits until it answers
#   stop_server, kill_server
#   drop_server              kills it and removes the folder: for a trap
#   admin STATEMENTS         as its administrator, rows without a heading
# shellcheck shell=sh disable=SC2034

PATH=$PATH:/usr/sbin:/sbin
SERVER_PID= SERVER_FOLDER=
S_HOST=127.0.0.1

have_mariadb() {
    command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null && command -v mariadb >/dev/null
}

as_root() { [ "$(id -u)" != 0 ] || echo --user=root; }

# In memory where there is a place with room: the tests make and drop thousands of tables. Its temporary files are its own: a server
# that starts removes from that place whatever temporary tables lie there, also those that another is at work with.
make_server() {
    place=${TMPDIR:-/tmp}
    [ ! -w /dev/shm ] || [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -lt 1000000 ] || place=/dev/shm
    SERVER_FOLDER=$(mktemp -d "$place/movie-etl-mariadb.XXXXXX")
    SERVER=$SERVER_FOLDER/data
    mkdir "$SERVER_FOLDER/tmp"
    S_PORT=$((20000 + $$ % 10000)) # below those that the system gives to whoever connects
    # shellcheck disable=SC2046
    mariadb-install-db --no-defaults $(as_root) --datadir="$SERVER" --tmpdir="$SERVER_FOLDER/tmp" \
        --auth-root-authentication-method=normal --skip-test-db >"$SERVER_FOLDER/install.out" 2>&1 ||
        { echo "Bail out! mariadb-install-db: $(grep -i -m 5 error "$SERVER_FOLDER/install.out" || tail -n 3 "$SERVER_FOLDER/install.out")"; exit 99; }
    server
}

# A port that is taken is left for another.
# shellcheck disable=SC2120
server() {
    tries=0
    while [ $tries -lt 5 ]; do
        # shellcheck disable=SC2046
        mariadbd --no-defaults $(as_root) --datadir="$SERVER" --tmpdir="$SERVER_FOLDER/tmp" --socket="$SERVER.sock" --port=$S_PORT \
            --bind-address=127.0.0.1 --pid-file="$SERVER.pid" --log-error="$SERVER.err" --innodb-buffer-pool-size=128M --innodb-log-file-size=64M \
            --innodb-flush-method=nosync --innodb-flush-log-at-trx-commit=2 --sync-frm=OFF "$@" >/dev/null 2>&1 &
        SERVER_PID=$!
        n=0
        while [ $n -lt 600 ] && kill -0 $SERVER_PID 2>/dev/null; do
            admin "SELECT 1" >/dev/null 2>&1 && return 0
            sleep 0.1
            n=$((n + 1))
        done
        tries=$((tries + 1))
        sleep 1
        S_PORT=$((S_PORT + 7))
    done
    echo "Bail out! mariadbd did not start: $(tail -n 3 "$SERVER.err")"
    exit 99
}

stop_server() { kill "$SERVER_PID"; wait "$SERVER_PID" 2>/dev/null; SERVER_PID=; }
kill_server() { [ -z "$SERVER_PID" ] || { kill -9 "$SERVER_PID"; wait "$SERVER_PID"; } 2>/dev/null; SERVER_PID=; }
drop_server() {
    kill_server
    [ -z "$SERVER_FOLDER" ] || rm -rf "$SERVER_FOLDER"
}

admin() {
    mariadb --no-defaults --skip-ssl -uroot --socket="$SERVER.sock" --skip-column-names --batch --default-character-set=utf8mb4 -e "$1"
}

# app_account DATABASE USER PASSWORD: one that may do everything in DATABASE and in databases whose names begin so.
app_account() {
    for host in localhost %; do
        admin "CREATE USER $2@'$host' IDENTIFIED BY '$3'; GRANT ALL ON \`$1%\`.* TO $2@'$host'"
    done
}
