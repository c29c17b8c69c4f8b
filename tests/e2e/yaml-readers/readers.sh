#!/bin/sh
# What this program writes, others read: a batch of nasty and random movies, read by independent YAML readers, each
# value compared. A reader that is not installed counts as skipped.
#
#   readers.sh WRITE_SAMPLE MOVIES
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
n=0

python=/usr/bin/python3
node=$(command -v /usr/bin/node || command -v /usr/bin/nodejs || echo none)
NODE_PATH=/usr/share/nodejs:/usr/lib/nodejs
export NODE_PATH

result() # CODE NAME
{
    n=$((n + 1))
    case $1 in
    0) echo "ok $n - $2: $(cat "$work/out")" ;;
    77 | 126 | 127) echo "ok $n - $2 # SKIP $2 is not installed" ;;
    *)
        echo "not ok $n - $2"
        sed 's/^/# /' "$work/out"
        ;;
    esac
}

echo 1..9
"$1" "$work" "${SEED:-1}" "$2" >"$work/out" 2>&1 && ls "$work"/movies/raw/*.yaml >"$work/files"
code=$?
[ -s "$work/files" ] && echo "$(wc -l <"$work/files") files" >"$work/out"
result $code "writing"
[ "$code" = 0 ] || exit 1
# in the order in which they were written
files="$(find "$work/movies/raw" -name '*.yaml' ! -name '*_p*.yaml') $(find "$work/movies/raw" -name '*_p*.yaml' | sort)"

for reader in pure libyaml; do
    # shellcheck disable=SC2086  # names in this folder have no blanks
    "$python" "$here/read.py" $reader "$work/expected.jsonl" $files >"$work/out" 2>&1
    result $? "python3-yaml ($reader)"
done
for version in 1.2 1.1; do
    # shellcheck disable=SC2086
    "$node" "$here/read.js" $version "$work/expected.jsonl" $files >"$work/out" 2>&1
    result $? "node-yaml (as YAML $version)"
done

# The same readers must notice when one character is not what it should be.
mkdir "$work/small"
"$1" "$work/small" 1 0 || exit 1
sed '40s/"review":"rejected"/"review":"Rejected"/' "$work/small/expected.jsonl" >"$work/wrong"
cmp -s "$work/small/expected.jsonl" "$work/wrong" && exit 1
notices() # NAME COMMAND...
{
    name=$1
    shift
    "$@" "$work/wrong" "$work"/small/movies/raw/*.yaml >"$work/out" 2>&1
    code=$?
    case $code in
    0 | 1) code=$((1 - code)) ;;
    esac
    result $code "$name notices a difference"
}
notices "python3-yaml (pure)" "$python" "$here/read.py" pure
notices "python3-yaml (libyaml)" "$python" "$here/read.py" libyaml
notices "node-yaml (as YAML 1.2)" "$node" "$here/read.js" 1.2
notices "node-yaml (as YAML 1.1)" "$node" "$here/read.js" 1.1
