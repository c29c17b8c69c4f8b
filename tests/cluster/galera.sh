# A Galera cluster of three MariaDB nodes on loopback, in folders of the test's own. Sourced, after WORK (a folder that exists)
# is set; S_HOST and PORT_1 to PORT_3 are where they listen.
#   form_cluster             makes it; all three nodes are in step when it returns
#   kill_node I              as a power cut would
#   pause_node I, resume_node I
#   join_node I              starts it again and waits until it is in step
#   on_node I STATEMENTS     as the administrator of that node, rows without a heading
#   kill_cluster             for a trap: whatever runs
#
# What took trying out: root's rsync donor drops its privileges and then cannot read the data, so as root the nodes run as
# mysql; each node wants ports of its own for the group, for both kinds of state transfer and for SQL; two nodes that join
# at once wait for each other; on a busy machine a node may take a minute.
# shellcheck shell=sh disable=SC2034

PATH=$PATH:/usr/sbin:/sbin
S_HOST=127.0.0.1
PROVIDER=
PID_1= PID_2= PID_3=

have_galera() {
    for PROVIDER in /usr/lib/galera/libgalera_smm.so /usr/lib*/galera*/libgalera_smm.so; do
        [ -e "$PROVIDER" ] && break
    done
    [ -e "$PROVIDER" ] && command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null && command -v rsync >/dev/null
}

on_node() { mariadb --no-defaults --skip-ssl -uroot --socket="$WORK/n$1.sock" --skip-column-names --batch --default-character-set=utf8mb4 -e "$2"; }
as_user() { [ "$(id -u)" != 0 ] || echo --user=mysql; }
sql_port() { echo $((PORTS_FROM + $1)); }
group_port() { echo $((PORTS_FROM + 10 * $1)); }

node() { # I [OPTION...]
    i=$1
    shift
    at=$(group_port "$i")
    rm -f "$WORK/n$i.sock" "$WORK/n$i.pid"
    # shellcheck disable=SC2046
    mariadbd --no-defaults $(as_user) --datadir="$WORK/n$i" --tmpdir="$WORK/tmp$i" --socket="$WORK/n$i.sock" --pid-file="$WORK/n$i.pid" --log-error="$WORK/n$i/log.err" \
        --port="$(sql_port "$i")" --bind-address=$S_HOST --binlog-format=ROW --innodb-autoinc-lock-mode=2 \
        --innodb-flush-log-at-trx-commit=2 --innodb-buffer-pool-size=96M --innodb-log-file-size=48M \
        --wsrep-on=ON --wsrep-provider="$PROVIDER" --wsrep-cluster-name=test --wsrep-node-name="n$i" --wsrep-node-address="$S_HOST:$at" \
        --wsrep-cluster-address="gcomm://$S_HOST:$(group_port 1),$S_HOST:$(group_port 2),$S_HOST:$(group_port 3)" \
        --wsrep-sst-method=rsync --wsrep-sst-receive-address="$S_HOST:$((at + 2))" \
        --wsrep-provider-options="gmcast.listen_addr=tcp://$S_HOST:$at;ist.recv_addr=$S_HOST:$((at + 1));gcache.size=64M" \
        "$@" >/dev/null 2>&1 &
    eval "PID_$i=\$!"
}

pid_of() { eval "echo \$PID_$1"; }

in_step() { # I: waits for it, a minute at most
    n=0
    while [ $n -lt 600 ]; do
        [ "$(on_node "$1" "SHOW STATUS LIKE 'wsrep_local_state_comment'" 2>/dev/null | cut -f2)" = Synced ] && return 0
        kill -0 "$(pid_of "$1")" 2>/dev/null || break
        sleep 0.1
        n=$((n + 1))
    done
    tail -n 3 "$WORK/n$1/log.err" | sed 's/^/# /'
    return 1
}

# The first node's data are made once and copied, so that the others need no state transfer. Ports that are taken are left for
# others.
form_cluster() {
    chmod 711 "$WORK" # for the user mysql
    mkdir "$WORK/tmp1" "$WORK/tmp2" "$WORK/tmp3" # of their own: a server that starts empties its place of temporary tables
    [ "$(id -u)" != 0 ] || chown mysql: "$WORK"/tmp?
    # shellcheck disable=SC2046
    mariadb-install-db --no-defaults $(as_user) --datadir="$WORK/n1" --tmpdir="$WORK/tmp1" --auth-root-authentication-method=normal --skip-test-db >"$WORK/install.out" 2>&1 ||
        { echo "Bail out! mariadb-install-db: $(tail -n 3 "$WORK/install.out")"; exit 99; }
    [ "$(id -u)" != 0 ] || chown mysql: "$WORK"
    for try in 1 2 3; do
        PORTS_FROM=$((20000 + ($$ + try * 251) % 1000 * 10))
        node 1 --wsrep-new-cluster
        in_step 1 && break
        kill_node 1
        [ $try -lt 3 ] || { echo "Bail out! the first node did not start"; exit 99; }
    done
    stop_node 1
    for i in 2 3; do
        cp -a "$WORK/n1" "$WORK/n$i"
        rm -f "$WORK/n$i/galera.cache" "$WORK/n$i/gvwstate.dat"
    done
    node 1 --wsrep-new-cluster
    in_step 1 && join_node 2 && join_node 3 || { echo "Bail out! no cluster came about"; exit 99; }
    PORT_1=$(sql_port 1) PORT_2=$(sql_port 2) PORT_3=$(sql_port 3)
}

join_node() { node "$1"; in_step "$1"; }
stop_node() { kill "$(pid_of "$1")"; wait "$(pid_of "$1")" 2>/dev/null; eval "PID_$1="; }
kill_node() { [ -z "$(pid_of "$1")" ] || { kill -9 "$(pid_of "$1")"; wait "$(pid_of "$1")"; } 2>/dev/null; eval "PID_$1="; }
pause_node() { kill -STOP "$(pid_of "$1")"; }
resume_node() { kill -CONT "$(pid_of "$1")"; }
kill_cluster() { for i in 1 2 3; do kill_node $i; done; }
