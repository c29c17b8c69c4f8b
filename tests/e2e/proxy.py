"""A proxy for plain HTTP, for tests: proxy.py PORT_FILE TARGET_HOST TARGET_PORT LOG

Whatever host is asked for, the request goes to the one server; the host that was asked for goes to LOG."""

import http.client
import http.server
import os
import sys
import urllib.parse

port_file, host, port, log = sys.argv[1:5]


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked = urllib.parse.urlsplit(self.path)
        with open(log, "a") as out:
            print(asked.netloc, file=out)
        to = http.client.HTTPConnection(host, int(port))
        to.request("GET", asked.path + "?" + asked.query, headers={"Accept-Encoding": "identity"})
        answer = to.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        to.close()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
with open(port_file + ".new", "w") as out:
    print(server.server_port, file=out)
os.rename(port_file + ".new", port_file)
server.serve_forever()
