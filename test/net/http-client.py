"""The HTTP client as servers see it: http-client.py GENE."""
import os
import shutil
import socket
import ssl
import subprocess
import threading

from serving import HERE, TIMEOUT, on_engines


class RawServer(threading.Thread):
    """Answers each connection with `answer(socket, head of the request)`, as often as that gives something true."""

    def __init__(self, answer, tls=None):
        super().__init__(daemon=True)
        self.answer, self.tls, self.connections, self.heads = answer, tls, 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        s.settimeout(TIMEOUT)
        self.connections += 1
        try:
            with (self.tls.wrap_socket(s, server_side=True) if self.tls else s) as s:
                data = b""
                while True:
                    while b"\r\n\r\n" not in data:
                        part = s.recv(65536)
                        if not part:
                            return
                        data += part
                    head, _, data = data.partition(b"\r\n\r\n")
                    self.heads.append(head)
                    if not self.answer(s, head):
                        return
        except (OSError, ssl.SSLError):
            pass

    def url(self, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.port}/"


def whole(text):
    def answer(s, head):
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
        return True
    return answer


def raw(data):
    def answer(s, head):
        s.sendall(data)
        return False
    return answer


def trickle(s, head):
    s.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for part in b"slow":
        s.sendall(b"1\r\n%c\r\n" % part)
    s.sendall(b"0\r\nX-Trailer: 1\r\n\r\n")
    return True


def much(s, head):
    s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
    for _ in range(50):
        s.sendall(bytes(1000000))
    return True


class Client:
    def __init__(self, gene, engine, folder, **environment):
        command = [gene, "run", "--no-gir-cache", "client.gene"]
        if engine == "native":
            executable = os.path.join(folder, "client")
            if not os.path.exists(executable):
                subprocess.run([gene, "build", "-O2", "-o", executable, "client.gene"], cwd=HERE, check=True)
            command = [executable]
        clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        self.process = subprocess.Popen(command, cwd=HERE, env=clean | {"GENE_CHECK_LEAKS": "1"} | environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self, what, url):
        self.process.stdin.write(f"{what} {url}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def finish(self):
        out, err = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, out, err


def certificate(folder):
    """(certificate, key), or None where there is no openssl."""
    if not shutil.which("openssl"):
        return None
    files = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", files[0], "-keyout", files[1]],
                   check=True, stderr=subprocess.DEVNULL)
    return files


def servers(gene, engine, folder, checks):
    client = Client(gene, engine, folder)
    ok = RawServer(whole(b"hello"))
    for _ in range(3):
        checks.same("a response", client.ask("get", ok.url()), "200 hello")
    checks.same("one connection", ok.connections, 1)
    checks.same("three at a time", client.ask("three", ok.url()), "hello,hello,hello")
    for name, data, want in (
            ("short", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "NetworkException GET"),
            ("no head", b"HTTP/1.1 200", "NetworkException GET"),
            ("nothing", b"", "NetworkException GET"),
            ("garbage", b"\x00\x01\x02 what is this\r\n\r\n", "NetworkException GET"),
            ("a bad chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "NetworkException GET")):
        got = client.ask("get", RawServer(raw(data)).url())
        checks.same(name, got[:len(want)], want)
        got = client.ask("stream", RawServer(raw(data)).url())
        checks.same(name + ", as a stream", got[:len(want)], want)
    checks.same("until the end", client.ask("get", RawServer(raw(b"HTTP/1.1 200 OK\r\n\r\nall of it")).url()), "200 all of it")
    checks.same("to be continued", client.ask("get", RawServer(raw(
        b"HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")).url()), "201 ok")
    checks.same("chunks", client.ask("get", RawServer(trickle).url()), "200 slow")
    checks.same("a long stream", client.ask("stream", RawServer(much).url()), "200 50000000")
    checks.same("only its beginning", client.ask("first", RawServer(much).url()), "200 true")
    sent = RawServer(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    checks.same("a request that nobody waits for", client.ask("forgotten", sent.url()), "begun")
    refused = client.ask("get", "http://127.0.0.1:1/")
    checks.same("nobody listens", refused[:48], "NetworkException GET http://127.0.0.1:1/ failed:")
    checks.holds("no such host", "Exception GET http://no-such-host" in client.ask("get", "http://no-such-host.invalid/"))
    checks.same("the end", client.finish(), (0, "", ""))
    checks.holds("it was sent", sent.heads and sent.heads[0].startswith(b"POST / HTTP/1.1\r\n"))


def proxies(gene, engine, folder, checks):
    proxy, own = RawServer(whole(b"by proxy")), RawServer(whole(b"direct"))
    client = Client(gene, engine, folder, http_proxy=proxy.url(), no_proxy="127.0.0.1")
    checks.same("by proxy", client.ask("get", "http://example.invalid/x"), "200 by proxy")
    checks.holds("the whole target", proxy.heads[0].startswith(b"GET http://example.invalid/x HTTP/1.1"))
    checks.same("not by proxy", client.ask("get", own.url()), "200 direct")
    checks.same("nor if told", client.ask("direct", own.url(host="localhost")), "200 direct")
    checks.same("the end", client.finish(), (0, "", ""))


def tls(gene, engine, folder, checks):
    files = certificate(folder)
    if not files:
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    server = RawServer(whole(b"secret"), context)
    client = Client(gene, engine, folder, TEST_CA=files[0])
    got = client.ask("get", server.url("https"))
    checks.holds("a stranger's certificate", got.startswith("NetworkException GET") and "certificate" in got)
    checks.same("one that is trusted", client.ask("trusting", server.url("https")), "200 secret")
    checks.same("by its name", client.ask("trusting", server.url("https", "localhost")), "200 secret")
    checks.same("the end", client.finish(), (0, "", ""))


def without_library(gene, engine, folder, checks):
    nothing = os.path.join(folder, "libcurl.so.4")
    with open(nothing, "w") as file:
        file.write("no library\n")
    client = Client(gene, engine, folder, LD_LIBRARY_PATH=folder)
    got = client.ask("get", "http://127.0.0.1:1/")
    checks.holds("no libcurl", got.startswith("NetworkException HTTP requests need libcurl: "))
    checks.same("the end", client.finish(), (0, "", ""))


def test(gene, engine, folder, checks):
    servers(gene, engine, folder, checks)
    proxies(gene, engine, folder, checks)
    tls(gene, engine, folder, checks)
    without_library(gene, engine, folder, checks)


on_engines(test)
