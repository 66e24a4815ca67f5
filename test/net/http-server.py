"""The HTTP server as clients see it: http-server.py GENE."""
import json
import socket
import time

from serving import Served, on_engines, receive_all, receive_until, request, split


def answers(served, checks):
    def body_of(target, *fields):
        return split(served.get(target, *fields))

    status, fields, body = body_of("/")
    checks.same("/", (status, body), ("HTTP/1.1 200 OK", b"hello"))
    checks.same("its fields", (fields["content-type"], fields["content-length"], fields["connection"]),
                ("text/html; charset=utf-8", "5", "close"))
    checks.holds("its date", fields["date"].endswith("GMT"))
    for target, line, want in (
            ("/nil", "404 Not Found", b"Not Found\n"), ("/void", "404 Not Found", b"Not Found\n"),
            ("/text", "200 OK", b"just a text"), ("/json", "200 OK", b'{"a":1,"b":[null,true,2.5,"x"]}'),
            ("/bytes", "200 OK", b"abc"), ("/status", "418 Unknown", b""), ("/empty", "204 No Content", b""),
            ("/boom", "500 Internal Server Error", b"Internal Server Error\n"),
            ("/number", "500 Internal Server Error", b"Internal Server Error\n"),
            ("/bad-header", "500 Internal Server Error", b"Internal Server Error\n"),
            ("/later", "200 OK", b"from a future"), ("/sleep", "200 OK", b"slept"), ("/close", "200 OK", b"bye"),
            ("/elsewhere", "404 Not Found", b"Not Found\n")):
        status, fields, body = body_of(target)
        checks.same(target, (status, body), ("HTTP/1.1 " + line, want))
    checks.same("no length of 204", body_of("/empty")[1].get("content-length"), None)
    fields = body_of("/headers")[1]
    checks.same("headers", (fields["x-a"], fields["set-cookie"], fields["content-type"], fields["content-length"]),
                ("1", "a=1|b=2", "text/plain", "1"))
    for target, want in (("/redirect", ("HTTP/1.1 302 Found", "/elsewhere")),
                         ("/moved", ("HTTP/1.1 301 Moved Permanently", "http://example.org/"))):
        status, fields, _ = body_of(target)
        checks.same(target, (status, fields["location"]), want)
    status, fields, body = split(served.get("/", method="HEAD"))
    checks.same("HEAD", (status, fields["content-length"], body), ("HTTP/1.1 200 OK", "5", b""))


def multipart(served, checks, asked):
    def upload(body, boundary="B", kind="multipart/form-data; boundary="):
        return asked("/upload", f"Content-Type: {kind}{boundary}", f"Content-Length: {len(body)}", method="POST", body=body)

    form = (b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\ntwo\r\n--B\r\n'
            b'content-disposition: form-data; filename="x \\"y\\".txt"; name=f\r\nContent-Type: text/x\r\n\r\n\r\n--Bx\x00\xff\r\n--B \r\n'
            b'Content-Disposition: form-data; name="\xc3\xa9"\r\n\r\n\r\n--B--\r\nafter it')
    want = {"a": "one\r\ntwo", "\u00e9": ""}
    simple = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\ntwo\r\n--B\r\nContent-Disposition: form-data; name="\xc3\xa9"\r\n\r\n\r\n--B--'
    checks.same("a form of parts", upload(simple), want)
    checks.same("with a quoted boundary, and something in front", upload(b"before\r\n" + simple, '"B"; charset=x'), want)
    checks.same("no parts", upload(b"--B--\r\n"), {})
    file = {"filename": 'x "y".txt', "type": "text/x", "bytes": "0#0d0a2d2d427800ff"}
    checks.same("a file", upload(form), want | {"f": file})
    for body in (b"", b"x", b"--B", b"--B\r\n", simple[:-6], simple.replace(b"name=", b"nome="), simple.replace(b"\r\n\r\n", b"\r\n"),
                 b"--Bx\r\n" + simple[5:], b"--B\r\n\r\n\r\n--B--"):
        status = split(served.exchange(request("/upload", "Content-Type: multipart/form-data; boundary=B", "Connection: close",
                                               f"Content-Length: {len(body)}", method="POST", body=body)))[0]
        checks.same(f"no form: {body!r}", status, "HTTP/1.1 500 Internal Server Error")


def requests(served, checks):
    def asked(target, *fields, method="GET", body=b""):
        return json.loads(split(served.exchange(
            request(target, *fields, "Connection: close", method=method, body=body)))[2])

    form = b"a=1+2&b=%C3%A9&c"
    got = asked("/params?q=x%20y&q=last&e=&%zz", "Cookie: s=1; t=%22q%22", "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(form)}", method="POST", body=form)
    checks.same("/params", got, {
        "method": "POST", "path": "/params", "url": "/params?q=x%20y&q=last&e=&%zz",
        "params": {"q": "last", "e": "", "%zz": ""}, "cookies": {"s": "1", "t": '"q"'},
        "type": "application/x-www-form-urlencoded", "body": form.decode(), "form": {"a": "1 2", "b": "é", "c": ""}})
    data = b'{"k": [1, 2]}'
    got = asked("/methods", "Content-Type: application/json", f"Content-Length: {len(data)}", method="PUT", body=data)
    checks.same("/methods", got, {
        "method": "PUT", "path": "/methods", "url": "/methods", "params": {}, "host": True, "cookies": {},
        "body": data.decode(), "form": {"k": [1, 2]}, "bytes": 13, "remote": "127.0.0.1"})
    got = asked("/parsed", f"Content-Length: {len(data)}", method="POST", body=data)
    checks.same("/parsed", got, {"got": {"k": [1, 2]}})
    multipart(served, checks, asked)
    got = asked("/%6dethods")
    checks.same("a path that is encoded", got["path"], "/methods")
    got = asked("http://y/methods?z=1")
    checks.same("a target with a host", (got["path"], got["params"]), ("/methods", {"z": "1"}))
    binary = bytes(range(256)) * 8
    echoed = served.exchange(request("/echo", f"Content-Length: {len(binary)}", "Connection: close", method="POST", body=binary))
    checks.same("bytes both ways", split(echoed)[2], binary)
    chunks = b"4\r\nwiki\r\n5;x=1\r\npedia\r\n0\r\nTrailer: t\r\n\r\n"
    echoed = served.exchange(request("/echo", "Transfer-Encoding: chunked", "Connection: close", method="POST", body=chunks))
    checks.same("chunks", split(echoed)[2], b"wikipedia")
    with served.connect() as s:
        s.sendall(request("/echo", "Content-Length: 3", "Expect: 100-continue", "Connection: close", method="POST"))
        checks.same("go on", receive_until(s, b"\r\n\r\n"), b"HTTP/1.1 100 Continue\r\n\r\n")
        s.sendall(b"xyz")
        checks.same("after it", split(receive_all(s))[2], b"xyz")


def connections(served, checks):
    with served.connect() as s:
        for target, want in (("/", b"hello"), ("/text", b"just a text")):
            s.sendall(request(target))
            checks.holds("kept alive", want in receive_until(s, want))
        s.sendall(request("/close"))
        checks.holds("closed when the handler says so", b"Connection: close" in receive_all(s))
    # Slow ones in front: the order of the answers is that of the requests.
    piped = request("/sleep") + request("/") + b"\r\n" + request("/text") + request("/echo", "Content-Length: 2", body=b"ab", method="POST")
    got = served.exchange(piped, shut=True)
    places = [got.find(text) for text in (b"slept", b"hello", b"just a text", b"\r\n\r\nab")]
    checks.same("pipelined", (places == sorted(places), -1 in places, got.count(b"HTTP/1.1 200")), (True, False, 4))
    many = served.exchange(request("/") * 500, shut=True)
    checks.same("500 at once", (many.count(b"HTTP/1.1 200"), many.count(b"hello")), (500, 500))
    with served.connect() as s:
        for byte in request("/", "Connection: close"):
            s.sendall(bytes([byte]))
        checks.holds("byte by byte", receive_all(s).endswith(b"hello"))
    old = served.exchange(b"GET / HTTP/1.0\r\n\r\n")
    checks.same("HTTP/1.0", (split(old)[1]["connection"], split(old)[2]), ("close", b"hello"))
    kept = served.exchange(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /close HTTP/1.0\r\n\r\n")
    checks.same("HTTP/1.0 kept alive", (kept.count(b"Connection: keep-alive"), kept.count(b"200 OK")), (1, 2))
    # One waits, another one is answered meanwhile.
    with served.connect() as s:
        s.sendall(request("/wait", "Connection: close"))
        checks.same("/go", split(served.get("/go"))[2], b"went")
        checks.holds("/wait", receive_all(s).endswith(b"waited"))


def chunked(body):
    """The parts of a chunked body; None when it has no end."""
    parts = []
    while True:
        size, _, rest = body.partition(b"\r\n")
        if not size:
            return None
        count = int(size, 16)
        if count == 0:
            return parts
        parts.append(rest[:count])
        body = rest[count + 2:]


def streams(served, checks):
    status, fields, body = split(served.get("/generated"))
    checks.same("/generated", (fields.get("transfer-encoding"), chunked(body)), ("chunked", [b"one ", b"two ", b'{"three":3}']))
    status, fields, body = split(served.get("/stream"))
    checks.same("/stream", (status, chunked(body)), ("HTTP/1.1 201 Created", [b"part 1\n", b"part 2\n"]))
    status, fields, body = split(served.get("/sse"))
    checks.same("/sse", (fields["content-type"], b"".join(chunked(body)).decode()),
                ("text/event-stream", "data: first\n\nevent: news\nid: 7\nretry: 500\ndata: two\ndata: lines\n\ndata: {\"json\":true}\n\n"))
    old = split(served.exchange(b"GET /stream HTTP/1.0\r\n\r\n"))
    checks.same("HTTP/1.0 has no chunks", (old[1].get("transfer-encoding"), old[2]), (None, b"part 1\npart 2\n"))
    checks.same("HEAD of a stream", split(served.get("/stream", method="HEAD"))[2], b"")
    checks.same("/drop has no end", chunked(split(served.get("/drop"))[2]), None)
    much = b"".join(chunked(split(served.get("/much"))[2]))
    checks.same("/much", (len(much), much.strip(b"x")), (160 * 65536, b""))
    with served.connect() as s:  # does not read it
        s.sendall(request("/much"))
        checks.same("others do not wait", split(served.get("/"))[2], b"hello")
    with served.connect() as s:
        s.sendall(request("/hold"))
        receive_until(s, b"data: held\n\n")
        checks.same("held", split(served.get("/gone"))[2], b'{"closed":[false]}')
    while split(served.get("/gone"))[2] != b'{"closed":[true]}':  # soon
        pass


def files(served, checks):
    def file(target, *fields, method="GET"):
        status, got, body = split(served.get(target, *fields, method=method))
        return status.split()[1], got, body

    code, fields, body = file("/file")
    tag, when = fields["etag"], fields["last-modified"]
    checks.same("/file", (code, body, fields["content-type"], fields["accept-ranges"]),
                ("200", b"hello, file\n", "text/plain; charset=utf-8", "bytes"))
    for text, want in (("bytes=0-4", ("206", b"hello", "bytes 0-4/12")), ("bytes=7-", ("206", b"file\n", "bytes 7-11/12")),
                       ("bytes=-3", ("206", b"le\n", "bytes 9-11/12")), ("bytes=0-99", ("206", b"hello, file\n", "bytes 0-11/12")),
                       ("bytes=12-", ("416", b"", "bytes */12")), ("bytes=-0", ("416", b"", "bytes */12")),
                       ("bytes=4-1", ("200", b"hello, file\n", None)), ("bytes=0-0,2-3", ("200", b"hello, file\n", None)),
                       ("lines=1-2", ("200", b"hello, file\n", None))):
        code, fields, body = file("/file", f"Range: {text}")
        checks.same(f"Range: {text}", (code, body, fields.get("content-range")), want)
    checks.same("If-None-Match", file("/file", f'If-None-Match: "x", {tag}')[0], "304")
    checks.same("If-None-Match of another", file("/file", 'If-None-Match: "x"')[0], "200")
    checks.same("If-Modified-Since", file("/file", f"If-Modified-Since: {when}")[0], "304")
    checks.same("If-Range", file("/file", "Range: bytes=0-1", f"If-Range: {tag}")[0], "206")
    checks.same("If-Range of another", file("/file", "Range: bytes=0-1", 'If-Range: "x"')[0], "200")
    code, fields, body = file("/file", method="HEAD")
    checks.same("HEAD", (code, fields["content-length"], body), ("200", "12", b""))
    code, fields, _ = file("/file", "Content-Length: 0", method="POST")
    checks.same("POST", (code, fields["allow"]), ("405", "GET, HEAD"))
    checks.same("below a root", file("/files/a.txt")[2], b"hello, file\n")
    checks.same("a folder", file("/files/sub/")[2], b"<p>index</p>\n")
    checks.same("a type", file("/files/x.odd")[1]["content-type"], "x/odd")
    for target in ("/files/none", "/files/../server.gene", "/files/%2e%2e/server.gene", "/files//etc/passwd", "/files/a.txt%00"):
        checks.same(target, file(target)[0], "404")


REFUSED = (
    ("400", "two lengths", b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    ("400", "length and chunks", b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("400", "chunks and length", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
    ("501", "an encoding that is not known", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ("400", "an encoding twice", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("400", "chunks in HTTP/1.0", b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("400", "a length with a sign", b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na"),
    ("400", "a length that is too long", b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"),
    ("400", "a size of a chunk that is none", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    ("400", "a size of a chunk that is too long", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
    ("400", "a size with a prefix", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x4\r\nwiki\r\n0\r\n\r\n"),
    ("400", "a chunk without its end", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwikixx\r\n0\r\n\r\n"),
    ("400", "a bare CR in a value", b"GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n"),
    ("505", "a bare LF", b"GET / HTTP/1.1\nHost: x\n\n"),
    ("400", "a blank before the colon", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
    ("400", "no host", b"GET / HTTP/1.1\r\n\r\n"),
    ("400", "two hosts", b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
    ("400", "no target", b"GET HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("400", "a target that is no path", b"GET index.html HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("400", "a NUL", b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("400", "no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    ("505", "another version", b"GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
    ("501", "CONNECT", b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("417", "an expectation", b"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n"),
    ("413", "too long a body", b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n"),
    ("413", "too long a chunk", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n"),
    ("414", "too long a target", b"GET /" + b"x" * 3000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("431", "too long a head", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 3000 + b"\r\n\r\n"),
    ("431", "too many fields", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20 + b"\r\n"),
    ("400", "an extension of a chunk without end", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4;" + b"x" * 5000),
)


def refusals(served, checks):
    for code, what, text in REFUSED:
        status, fields, _ = split(served.exchange(text))
        checks.same(what, (status.split()[1:2], fields.get("connection")), ([code], "close"))
    # What stands behind a request that is refused is no request.
    got = served.exchange(REFUSED[1][2] + request("/"))
    checks.same("smuggled", got.count(b"HTTP/1.1"), 1)


def slowness(served, checks):
    for what, text, want in (("a head", b"GET / HT", b"HTTP/1.1 408"), ("a body", request("/echo", "Content-Length: 5", body=b"ab"), b"HTTP/1.1 408"),
                             ("nothing", b"", b"")):
        with served.connect() as s:
            s.sendall(text)
            checks.same(f"{what} that does not come", receive_all(s)[:12], want)
    with served.connect() as s:
        s.sendall(request("/"))
        begun = time.monotonic()
        checks.holds("an idle connection ends", receive_all(s).endswith(b"hello") and time.monotonic() - begun > 0.3)
    with served.connect() as s:  # a reset in the middle
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.sendall(b"GET / HTTP/1.1\r\nHo")
    checks.same("after a reset", split(served.get("/"))[2], b"hello")


def test(gene, engine, folder, checks):
    served = Served(gene, engine, "server.gene", folder)
    for part in (answers, requests, connections, streams, files, refusals, slowness):
        part(served, checks)
    counters = json.loads(split(served.get("/status-map"))[2])
    checks.same("counters", (counters["servers"], counters["active"], counters["queued"], counters["errors"], counters["refused"]),
                (1, 1, 0, 4 + 9, len(REFUSED) + 1 + 2))
    with served.connect() as s:
        s.sendall(request("/sleep") + request("/stop"))
        checks.holds("what is asked before the end is answered", receive_all(s).count(b"200 OK") == 2)
    code, out, err = served.finish()
    checks.same("exit code", code, 0)
    checks.same("reports", err.count("error: the handler failed") + err.count("error: in the middle"), 2)
    checks.holds("stopped", out.startswith("stopped"))
    if code:
        print(err)


on_engines(test)
