#!/bin/sh
# test_driver.sh DRIVER: the fuzz driver runs every input, and fails when there is none, when one ends the process, or
# when the folder is not there. TAP.
set -u
driver=$1
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
trap 'exit 1' INT TERM
mkdir "$box/two" "$box/none" "$box/bad"
printf 'a' >"$box/two/a"
: >"$box/two/empty"
printf 'a' >"$box/bad/a"
printf 'crash' >"$box/bad/b"

check() # DESCRIPTION WANTED_EXIT WANTED_LINE ARGS...
{
    name=$1 wanted=$2 line=$3
    shift 3
    said=$("$driver" "$@" 2>&1)
    got=$?
    [ "$got" -gt 1 ] && got=signal
    if [ "$got" = "$wanted" ] && printf '%s\n' "$said" | grep -qxF "$line"; then
        echo "ok - $name"
    else
        echo "not ok - $name (exit $got)"
        printf '%s\n' "$said" | sed 's/^/# /'
    fi
}

echo 1..5
check 'two inputs run' 0 "$box/two: 2 inputs" "$box/two"
check 'no input is a failure' 1 "$box/none: no inputs: nothing was tested" "$box/none"
check 'no folder is a failure' 1 "$box/nowhere: No such file or directory" "$box/nowhere"
check 'an input that ends the process is named' signal "$box/bad/b" "$box/bad"
check 'no argument is a failure' 1 "$driver: give the folders of the corpus"
