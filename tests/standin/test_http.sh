# shellcheck shell=sh disable=SC2034,SC2154  # part of test_standin.sh, which sets and reads the variables
# HTTP itself: pipelining, old versions, requests that are none.

start --generate 100

if command -v python3 >/dev/null 2>&1; then
    auth="Host: x\r\nAuthorization: Bearer a.b.c\r\n"
    raw "GET /3/movie/1 HTTP/1.1\r\n${auth}\r\nGET /3/movie/2 HTTP/1.1\r\n${auth}\r\nGET /3/movie/3 HTTP/1.1\r\n${auth}Connection: close\r\n\r\n"
    ok 'three pipelined requests get three answers' same 3 "$(count 'HTTP/1.1 200 OK')"
    ok 'in their order' same '"id":1,"id":2,"id":3,' \
        "$(grep -oE '"genres":.*"id":[123],"imdb_id' "$work/b" | grep -oE '"id":[123],"imdb' | sed 's/"imdb//' | tr -d '\n')"
    raw "GET /3/movie/1 HTTP/1.0\r\n${auth}\r\n"
    ok 'HTTP/1.0 is closed after the answer' has 'HTTP/1.1 200 OK' 'Connection: close'
    raw "GET /3/movie/1 HTTP/1.1\r\nNo colon here\r\n\r\n"
    ok 'a bad header is a 400' has 'HTTP/1.1 400'
    raw "HELLO\r\n\r\n"
    ok 'what is not HTTP is a 400' has 'HTTP/1.1 400'
    raw "GET /3/movie/1 HTTP/1.1\r\nX-Long: $(head -c 40000 "$work/long")\r\n\r\n"
    ok 'a head of 40 KB is a 431' has 'HTTP/1.1 431'
    raw "HEAD /3/movie/12 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\nConnection: close\r\n\r\n"
    ok 'HEAD has a length' has 'HTTP/1.1 200 OK' 'Content-Length: '
    ok 'and no body' lacks '"adult"'
else
    tests=$((tests + 1))
    echo "ok $tests - requests byte by byte # SKIP python3 is not installed"
fi
api /movie/1 -H 'Accept-Encoding: gzip;q=0'
ok 'gzip;q=0 is no gzip' answers 200 '"id":1,'
stop
