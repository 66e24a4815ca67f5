"""Options of start_server as clients see them: http-options.py GENE."""
import json
import os
import socket
import time

from serving import TIMEOUT, Served, on_engines, receive_all, receive_until, request, split


def loopback():
    """::1, where there is IPv6."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return "::1"
    except OSError:
        return "127.0.0.1"


HOST = os.environ["TEST_HOST"] = loopback()


class Several(Served):
    """A program that prints the ports of several servers."""

    def __init__(self, *arguments):
        super().__init__(*arguments, read_port=lambda line: [int(word) for word in line.split()])
        self.streaming, self.limited, self.late, self.logged, self.control = self.port

    def open(self, port, host="127.0.0.1"):
        return socket.create_connection((host, port), TIMEOUT)

    def ask(self, port, target, *fields, method="GET", body=b"", host="127.0.0.1"):
        with self.open(port, host) as s:
            s.sendall(request(target, *fields, "Connection: close", method=method, body=body))
            return split(receive_all(s))

    def until(self, field, want):
        """Waits until the servers say so."""
        end = time.time() + TIMEOUT
        while time.time() < end:
            said = json.loads(self.ask(self.control, "/")[2])
            if said.get(field, said["status"].get(field)) == want:
                return True
        return False


def streams(served, checks):
    with served.open(served.streaming) as s:
        s.sendall(request("/", "Content-Length: 6", "Connection: close", method="POST"))
        s.sendall(b"abc")
        checks.holds("the handler has begun", served.until("active", 2))  # it, and the one that is asked
        s.sendall(b"def")
        got = json.loads(split(receive_all(s))[2])
        checks.same("all of it came", got["text"].replace("0#", ""), "616263646566")
    with served.open(served.streaming) as s:
        s.sendall(request("/", "Transfer-Encoding: chunked", "Connection: close", method="POST", body=b"3\r\nxyz\r\n0\r\n\r\n"))
        checks.same("chunks", json.loads(split(receive_all(s))[2])["text"].replace("0#", ""), "78797a")
    with served.open(served.streaming) as s:
        s.sendall(request("/", "Content-Length: 6", method="POST", body=b"abc"))
    checks.same("a client that is gone does not stay", served.ask(served.streaming, "/")[0], "HTTP/1.1 200 OK")


def limits(served, checks):
    first, second = served.open(served.limited), served.open(served.limited)
    first.sendall(request("/wait", "Connection: close"))
    checks.holds("one runs", served.until("waiting", 1))
    second.sendall(request("/second", "Connection: close"))
    checks.holds("one waits", served.until("queued", 1))
    status, fields, _ = served.ask(served.limited, "/third")
    checks.same("one is too many", (status.split()[1], fields.get("retry-after")), ("529", "1"))
    first.close()
    checks.holds("who waits goes on waiting", served.until("queued", 1))
    second.close()


def late(served, checks):
    checks.same("in time", served.ask(served.late, "/")[2], b"in time")
    status, _, _ = served.ask(served.late, "/late")
    checks.same("too late", status, "HTTP/1.1 504 Gateway Timeout")


def logs(served, checks):
    status, _, body = served.ask(served.logged, "/a?b=c", host=HOST)
    checks.same(HOST, (status, body), ("HTTP/1.1 201 Created", b"logged"))


def test(gene, engine, folder, checks):
    served = Several(gene, engine, "options.gene", folder)
    streams(served, checks)
    late(served, checks)
    logs(served, checks)
    limits(served, checks)
    served.ask(served.control, "/stop")
    code, out, err = served.finish()
    checks.same("the end", (code, out), (0, "stopped\n"))
    checks.same("the log", [line.split()[:5] for line in err.splitlines()], [[HOST, "GET", "/a?b=c", "201", "6"]])


on_engines(test)
