#!/bin/sh
# The unit tests of the store on a server: a MariaDB of its own, or the one that MYSQL_TEST_SERVER names when the first argument
# says so. Prints what cmocka prints.
#   SCRIPT mariadb|named TEST_PROGRAM...
which=$1
shift
if [ "$which" = named ]; then
    [ -n "${MYSQL_TEST_SERVER:-}" ] || { echo "SKIP: MYSQL_TEST_SERVER=host:port:user:password is not set: no unit test ran on MySQL"; exit 77; }
    MOVIE_ETL_TEST_SERVER=$MYSQL_TEST_SERVER
else
    # shellcheck source=tests/e2e/mariadb.sh disable=SC1091
    . "$(dirname "$0")/mariadb.sh"
    have_mariadb || { echo "SKIP: no mariadbd here: install mariadb-server"; exit 77; }
    trap drop_server EXIT
    trap 'exit 130' INT TERM
    make_server
    app_account unit unit the-secret-word
    MOVIE_ETL_TEST_SERVER=$S_HOST:$S_PORT:unit:the-secret-word
fi
export MOVIE_ETL_TEST_SERVER
bad=0
for program in "$@"; do "$program" || bad=1; done
exit $bad
