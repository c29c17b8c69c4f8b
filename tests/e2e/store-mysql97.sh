#!/bin/sh
# MySQL as the store: the suite on a server that somebody runs and MYSQL_TEST_SERVER names, as host:port:user:password of an
# account that may create databases and users and set local_infile. Made for MySQL 9.7; everything it makes has a name of its own and is dropped.
#   SCRIPT BINARY STANDIN SOURCE_ROOT PROXY
PROXY=$4
TARGET=${MYSQL_TEST_SERVER:-}
if [ -z "$TARGET" ]; then
    echo "1..0 # SKIP MYSQL_TEST_SERVER=host:port:user:password is not set: nothing was tested on MySQL"
    exit 0
fi
if ! command -v mariadb >/dev/null; then
    echo "1..0 # SKIP no mariadb client here to set the test up with"
    exit 0
fi
# shellcheck source=tests/e2e/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/store-suite.sh"

IFS=: read -r S_HOST S_PORT ADMIN ADMIN_PASS <<END
$TARGET
END
S_DB=e2e_$$ S_USER=e2e_$$ S_PASS=the-secret-word
admin() {
    MYSQL_PWD=$ADMIN_PASS mariadb --no-defaults --protocol=tcp --host="$S_HOST" --port="$S_PORT" -u"$ADMIN" --skip-column-names --batch \
        --default-character-set=utf8mb4 -e "$1"
}
local_infile() { admin "SELECT @@GLOBAL.local_infile"; }
commands() { admin "SHOW GLOBAL STATUS LIKE 'Com_load'" | cut -f2; }
LOCAL_INFILE=

finish_all() {
    [ -z "$PROXY_PID" ] || kill "$PROXY_PID" 2>/dev/null
    [ -z "$LOCAL_INFILE" ] || admin "SET GLOBAL local_infile = $LOCAL_INFILE" 2>/dev/null
    end_held 2>/dev/null # or nobody could drop its table
    admin "DROP DATABASE IF EXISTS $S_DB; DROP DATABASE IF EXISTS ${S_DB}_new; DROP USER IF EXISTS $S_USER@'%'" 2>/dev/null
    finish
}
trap finish_all EXIT
version=$(admin "SELECT version()") || { echo "Bail out! MYSQL_TEST_SERVER cannot be reached"; exit 99; }
echo "# MySQL $version"
admin "CREATE USER $S_USER@'%' IDENTIFIED BY '$S_PASS'; GRANT ALL ON \`$S_DB%\`.* TO $S_USER@'%'" ||
    { echo "Bail out! the account may not create users"; exit 99; }

# On, whatever the server's own setting is, which comes back at the end.
LOCAL_INFILE=$(local_infile)
admin "SET GLOBAL local_infile = ON" || { echo "Bail out! the account may not set local_infile"; exit 99; }
before=$(commands)
parity
[ "$(commands)" -gt "$before" ]; ok "ratings came by LOAD DATA"
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
in_folder tls
on_server
SQL_TLS=off refused 0 "store" "logging in without TLS (caching_sha2_password by RSA)"
SQL_TLS=require refused 0 "store" "and with it"
SQL_TLS=verify-full refused 8 "Encryption failed" "its own certificate, which no CA signed, is not taken for checked"

# ---- LOAD DATA LOCAL is forbidden, as it is on a MySQL that nobody configured
admin "SET GLOBAL local_infile = OFF"
before=$(commands)
another_release
less_ratings
[ "$(commands)" -gt "$before" ]; ok "LOAD DATA was tried"
is "and refused each time" "$(local_infile)" 0
admin "SET GLOBAL local_infile = $LOCAL_INFILE"

standin --generate 400 --detail-size small --today "$(date -u +%F)"
cuts 20
trouble
admin "SET GLOBAL local_infile = ON"
FORBIDDEN=3948 first_load
killed_first_load true
admin "SET GLOBAL local_infile = $LOCAL_INFILE"
plan
