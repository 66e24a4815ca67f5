"""A server with ^tls as clients see it, ours among them, on each engine: tls.py GENE."""
import json
import os
import socket
import ssl
import subprocess
import time
import warnings

from serving import TIMEOUT, Served, on_engines, receive_all, receive_until, request, split

warnings.simplefilter("ignore", DeprecationWarning)  # old versions, which the server refuses
WRONG = ["NetworkException: start_server ^tls: the certificate 'FOLDER/none.pem': no such file or directory",
         "NetworkException: start_server ^tls: the key 'FOLDER/none.key': no such file or directory",
         "NetworkException: start_server ^tls: the key 'FOLDER/other.key': it does not belong to the certificate",
         "NetworkException: start_server ^tls: the certificate 'FOLDER/server.key': there is none in it",
         "ArgumentException: start_server requires ^tls to be a Map with the files ^cert and ^key",
         "ArgumentException: start_server requires ^tls to be a Map with the files ^cert and ^key"]


def make_certificates(folder):
    for name in ("server", "other"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"],
                       check=True, capture_output=True)


class Secure(Served):
    """A server with certificates. Clients trust them."""

    def __init__(self, gene, engine, folder):
        self.wrong = []
        self.context = ssl.create_default_context(cafile=f"{folder}/server.pem")
        super().__init__(gene, engine, "tls.gene", folder, read_port=self.read)

    def read(self, line):
        while not line.strip().isdigit():
            self.wrong.append(line.strip())
            line = self.process.stdout.readline()
        return int(line)

    def plain(self):
        return super().connect()

    def connect(self, context=None):
        # An end without TLS's own end is an error.
        return (context or self.context).wrap_socket(self.plain(), server_hostname="localhost", suppress_ragged_eofs=False)


def versions(served, checks):
    for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
        context = ssl.create_default_context(cafile=f"{os.environ['TEST_CERTIFICATES']}/server.pem")
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        with served.connect(context) as s:
            s.sendall(request("/", "Connection: close"))
            checks.same(name, (s.version(), s.selected_alpn_protocol(), split(receive_all(s))[2]), (name, "http/1.1", b"hello"))
    context = ssl.create_default_context(cafile=f"{os.environ['TEST_CERTIFICATES']}/server.pem")
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    try:
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        served.connect(context).close()
        old = "spoken"
    except ssl.SSLError:
        old = "refused"
    checks.same("TLS 1.1", old, "refused")


def traffic(served, checks):
    with served.connect() as s:
        s.sendall(request("/") * 3)
        got = receive_until(s, b"hello")
        while got.count(b"hello") < 3:
            got += s.recv(65536)
        checks.same("pipelined", got.count(b"200 OK"), 3)
        body = os.urandom(1 << 20)
        s.sendall(request("/echo", f"Content-Length: {len(body)}", "Connection: close", method="POST", body=body))
        checks.holds("a body both ways", split(receive_all(s))[2] == body)
    with served.connect() as s:
        s.sendall(request("/much", "Connection: close"))
        time.sleep(0.3)
        checks.holds("a slow reader", receive_all(s).count(b"x") == 160 << 16)
    with served.connect() as s:  # the client goes away
        s.sendall(request("/much"))
        s.shutdown(socket.SHUT_WR)
    checks.same("after it", split(served.get("/"))[2], b"hello")


def garbage(served, checks):
    for what, text in (("plain HTTP", request("/")), ("bytes", bytes(range(256)) * 40), ("half a greeting", b"\x16\x03\x01\x02\x00\x01\x00"), ("nothing", b"")):
        with served.plain() as s:
            s.sendall(text)
            got = receive_all(s)
            checks.same(what, b"HTTP" in got or b"hello" in got, False)
    with served.plain() as s:  # a record that was changed on its way
        context = ssl.create_default_context(cafile=f"{os.environ['TEST_CERTIFICATES']}/server.pem")
        into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(into, out, server_hostname="localhost")
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                s.sendall(out.read())
                into.write(s.recv(65536))
        tls.write(request("/"))
        record = bytearray(out.read())
        record[-1] ^= 1
        s.sendall(record)
        checks.holds("a record that was changed", b"hello" not in receive_all(s))
    checks.same("after garbage", split(served.get("/"))[2], b"hello")


def clients(served, checks):
    said = json.loads(split(served.get("/client"))[2])
    checks.same("our client", (said["trusted"], said["socket"]), ("hello", [True, 1000]))
    checks.same("no trust", [text.split(":")[0] for text in (said["other"], said["other_socket"])], ["NetworkException"] * 2)


def test(gene, engine, folder, checks):
    os.environ["TEST_CERTIFICATES"] = folder
    make_certificates(folder)
    served = Secure(gene, engine, folder)
    checks.same("what is wrong", [line.replace(folder, "FOLDER") for line in served.wrong], WRONG)
    for part in (versions, traffic, garbage, clients):
        part(served, checks)
    served.get("/stop")
    code, out, err = served.finish()
    checks.same("the end", (code, out, err), (0, "stopped\n", ""))


on_engines(test)
