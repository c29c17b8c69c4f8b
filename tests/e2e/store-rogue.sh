#!/bin/sh
# What only claims to be a server, or is too old a one: what is said to it, and that the password is not.
#   SCRIPT BINARY STANDIN SOURCE_ROOT FAKE_SERVER
FAKE=$4
# shellcheck source=tests/e2e/lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"
ROGUE=
finish_all() {
    [ -z "$ROGUE" ] || kill "$ROGUE" 2>/dev/null
    finish
}
trap finish_all EXIT
export SQL_USER=app SQL_PASS=the-secret-word SQL_DB=movies

rogue() { # TLS OPTION...: `status` against it
    SQL_TLS=$1
    shift
    export SQL_TLS
    rm -f rogue.port
    : >heard
    "$FAKE" --port-file rogue.port --heard heard "$@" &
    ROGUE=$!
    await $ROGUE test -s rogue.port
    SQL_HOST=127.0.0.1:$(cat rogue.port)
    export SQL_HOST
    etl status
    kill $ROGUE
    wait $ROGUE 2>/dev/null
    ROGUE=
}
silence() { # DESCRIPTION: the password was not said, here or there
    ! grep -aq the-secret-word heard
    ok "$1"
    never_says the-secret-word "nor shown"
}

for version in 5.7.44-log 5.5.5-10.5.24-MariaDB 10.5.24-MariaDB-log; do
    rogue prefer --version $version
    exits 8 "$version is refused"
    says "is too old" "for its age"
    says "MySQL 8.0 or MariaDB 10.6" "and it is said what would do"
done
for version in 8.0.11 5.5.5-10.6.0-MariaDB; do
    rogue prefer --version $version
    never_says "too old" "$version is not too old"
    grep -aq 'SET SESSION sql_mode' heard; ok "it is talked to"
done

for plugin in mysql_clear_password dialog mysql_old_password; do
    for mode in off prefer; do
        rogue $mode --version 8.0.36 --ask $plugin
        exits 8 "SQL_TLS=$mode: a server that asks by $plugin is refused"
        says "in a way that would show it" "and it is said why"
        silence "it does not get the password"
    done
done

# Fewer columns than were asked for: the rest is nothing, not whatever lies in memory.
rogue prefer --version 8.0.36 --narrow yes
exits 14 "a server that answers by one column, whatever it is asked"
never_says "Sanitizer" "is read no further than it goes"

# Without encryption caching_sha2_password needs the server's key. The library would go on in clear when it was told to
# encrypt and the server cannot, and would then think the way safe enough for the password as it is.
openssl genrsa -out key.pem 2048 2>openssl.err && openssl rsa -in key.pem -pubout -out public.pem 2>>openssl.err
for plugin in caching_sha2_password sha256_password; do
    for mode in off prefer; do
        rogue $mode --version 8.0.36 --ask $plugin --key public.pem
        grep -aq 'SET SESSION sql_mode' heard; ok "SQL_TLS=$mode: $plugin works with the server's key"
        silence "the password goes under that key"
    done
    for mode in require "verify-ca:$PWD/public.pem" verify-full; do
        rogue "$mode" --version 8.0.36 --ask $plugin --key public.pem
        exits 8 "SQL_TLS=${mode%%:*}: a server without encryption is refused"
        says "offers no encryption, and SQL_TLS demands it" "and it is said why"
        is "it hears nothing at all" "$(wc -c <heard | tr -d ' ')" 0
    done
done
plan
