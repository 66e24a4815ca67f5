"""WebSockets of the server and the client (RFC 6455), on each engine: websocket.py GENE."""
import json
import os
import socket
import struct
import time

from serving import TIMEOUT, Served, on_engines, receive_all, receive_until, split
from websocket_peer import close, frame, handshake


class Peer:
    """A client that speaks bytes."""

    def __init__(self, served, path="/chat", *more, rest=b""):
        self.socket = served.connect()
        self.socket.settimeout(TIMEOUT)
        self.socket.sendall(handshake(path, *more) + rest)
        head = receive_until(self.socket, b"\r\n\r\n")
        head, _, self.data = head.partition(b"\r\n\r\n")
        self.head = split(head + b"\r\n\r\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *frames):
        self.socket.sendall(b"".join(frames))

    def take(self, count):
        while len(self.data) < count:
            part = self.socket.recv(65536)
            if not part:
                raise EOFError
            self.data += part
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def read(self):
        """(opcode, payload) of a frame, or None at the end."""
        try:
            first, second = self.take(2)
            size = second & 127
            if size == 126:
                size, = struct.unpack(">H", self.take(2))
            elif size == 127:
                size, = struct.unpack(">Q", self.take(8))
            assert not second & 128 and first & 0x80 and not first & 0x70
            return first & 15, self.take(size)
        except (EOFError, ConnectionResetError):
            return None

    def closing(self):
        """The code with which the server closes, None without one; behind it the connection ends."""
        got = self.read()
        while got and got[0] != 8:
            got = self.read()
        self.socket.shutdown(socket.SHUT_WR)
        rest = self.read()
        return None if not got or rest else struct.unpack(">H", got[1][:2])[0] if got[1] else 1005


def handshakes(served, checks):
    with Peer(served, "/chat") as p:
        status, fields, _ = p.head
        checks.same("the handshake", (status, fields.get("upgrade"), fields.get("connection"), fields.get("sec-websocket-accept"), "content-length" in fields),
                    ("HTTP/1.1 101 Switching Protocols", "websocket", "Upgrade", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", False))
    for what, want, text in (
            ("another version", "426", handshake("/chat", version="8")), ("no key", "400", handshake("/chat", key=None)), ("a short key", "400", handshake("/chat", key="YWJj")),
            ("a key that is no Base64", "400", handshake("/chat", key="!!!!!!!!!!!!!!!!!!!!!!==")), ("another site", "403", handshake("/chat", "Origin: http://evil.example")),
            ("another site that may not", "403", handshake("/open", "Origin: http://x")), ("another path", "200", handshake("/else")),
            ("no upgrade", "200", b"GET /chat HTTP/1.1\r\nHost: x\r\n\r\n"), ("POST", "200", handshake("/chat").replace(b"GET", b"POST"))):
        with served.connect() as s:
            s.sendall(text)
            s.shutdown(socket.SHUT_WR)
            checks.same(what, split(receive_all(s))[0].split()[1], want)
    with Peer(served, "/chat", "Origin: http://x") as p:
        checks.same("the same site", p.head[0].split()[1], "101")
    with Peer(served, "/open?a=1", "Origin: http://other.example", "Cookie: c=2", rest=frame(1, b"path")) as p:
        checks.same("with the handshake", json.loads(p.read()[1]), {"path": "/open", "query": {"a": "1"}, "cookie": {"c": "2"}})
    with Peer(served, "/chat", "Sec-WebSocket-Protocol: superchat, other", "Sec-WebSocket-Protocol: chat") as p:
        p.send(frame(1, b"protocol"))
        checks.same("a protocol", (p.head[1].get("sec-websocket-protocol"), p.read()), ("superchat", (1, b"superchat")))


def messages(served, checks):
    with Peer(served) as p:
        def echoed(what, opcode, payload, *frames):
            p.send(*(frames or [frame(opcode, payload)]))
            checks.same(what, p.read(), (opcode, payload))

        echoed("text", 1, "grüße 🎈".encode())
        echoed("no text", 1, b"")
        echoed("bytes", 2, bytes(range(256)))
        for size in (125, 126, 127, 65535, 65536, 999999):
            echoed(f"{size} bytes", 2, os.urandom(size))
        echoed("fragments", 1, b"onetwothree", frame(1, b"one", False), frame(0, b"two", False), frame(0, b"three"))
        echoed("fragments without bytes", 2, b"", frame(2, b"", False), frame(0, b"", False), frame(0))
        text = "ä€🎈".encode()
        echoed("fragments in the middle of letters", 1, text, *[frame(1 if i == 0 else 0, text[i:i + 1], i == len(text) - 1) for i in range(len(text))])
        p.send(frame(1, b"a", False), frame(9, b"between"), frame(0, b"b"))
        checks.same("a ping between fragments", (p.read(), p.read()), ((10, b"between"), (1, b"ab")))
        p.send(frame(9), frame(10, b"nobody asked"), frame(9, b"x" * 125))
        checks.same("pings", (p.read(), p.read()), ((10, b""), (10, b"x" * 125)))
        for byte in frame(1, b"slowly"):
            p.send(bytes([byte]))
        checks.same("a byte at a time", p.read(), (1, b"slowly"))
        p.send(b"".join(frame(1, str(i).encode()) for i in range(5000)))
        checks.same("many", [p.read()[1] for i in range(5000)], [str(i).encode() for i in range(5000)])
        p.send(close(1000, b"done"))
        checks.same("the closing handshake", p.closing(), 1000)
    with Peer(served) as p:
        p.send(frame(8))
        checks.same("a close without a code", p.closing(), 1005)
    with Peer(served) as p:
        p.send(close(1001), frame(1, b"behind"))
        checks.same("what is behind a close", p.closing(), 1001)
    with Peer(served) as p:
        p.send(frame(1, b"leave"))
        checks.same("the server closes", p.read(), (8, struct.pack(">H", 4000) + b"that is enough"))
        p.send(frame(1, b"still here"), close(4000))
        checks.same("and ends", p.read(), None)
    with Peer(served) as p:
        p.send(frame(1, b"end"))
        checks.same("the end of the handler", p.closing(), 1000)
    with Peer(served) as p:
        p.send(frame(1, b"boom"))
        checks.same("a handler that fails", p.closing(), 1011)
    with Peer(served) as p:
        p.send(frame(1, b"slow"))
        time.sleep(0.3)
        checks.same("much", sum(len(p.read()[1]) for i in range(17)), (16 << 20) + 3)


WRONG = (
    (1002, "no mask", frame(1, b"x", masked=False)), (1002, "RSV1", frame(1, b"x", rsv=4)), (1002, "RSV2", frame(1, b"x", rsv=2)), (1002, "RSV3", frame(1, b"x", rsv=1)),
    *[(1002, f"opcode {o}", frame(o, b"x")) for o in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)],
    (1002, "a continuation of nothing", frame(0, b"x")), (1002, "text within fragments", frame(1, b"x", False) + frame(1, b"y")),
    (1002, "a ping in fragments", frame(9, b"x", False)), (1002, "a close in fragments", frame(8, b"", False)), (1002, "a long ping", frame(9, b"x" * 126)),
    (1002, "a close of one byte", frame(8, b"x")),
    *[(1002, f"the code {c}", close(c)) for c in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)],
    (1002, "a size of 2 bytes for few", bytes([0x81, 0xfe, 0, 5]) + b"\0" * 9), (1002, "a size of 8 bytes for few", bytes([0x81, 0xff]) + struct.pack(">Q", 65535) + b"\0" * 9),
    (1002, "a size below zero", bytes([0x81, 0xff]) + struct.pack(">Q", 1 << 63) + b"\0" * 9),
    (1007, "no UTF-8", frame(1, b"a\xff")), (1007, "a surrogate", frame(1, b"\xed\xa0\x80")), (1007, "an overlong letter", frame(1, b"\xc0\xaf")),
    (1007, "a letter without its end", frame(1, b"\xe2\x82")), (1007, "beyond the last letter", frame(1, b"\xf4\x90\x80\x80")),
    (1007, "no UTF-8 in fragments", frame(1, b"\xe2", False) + frame(0, b"(")), (1007, "a reason that is no UTF-8", close(1000, b"\xff")),
    (1009, "too big", bytes([0x82, 0xff]) + struct.pack(">Q", 1000001)), (1009, "too big in fragments", frame(2, b"x" * 999999, False) + frame(0, b"xx")),
    (1009, "far too big", bytes([0x82, 0xff]) + struct.pack(">Q", (1 << 63) - 1)),
)


def mistakes(served, checks):
    for code, what, text in WRONG:
        with Peer(served) as p:
            p.send(text)
            checks.same(what, p.closing(), code)
    served.get("/seen")
    for want, how in ((1006, lambda p: None), (1006, lambda p: p.send(frame(1, b"a")[:3])), (1006, lambda p: p.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"))):
        with Peer(served) as p:
            how(p)
        checks.same("a connection that breaks off", until(served), [[1006, ""]])
    with Peer(served) as p:
        p.send(close(3333, "für immer".encode()))
        p.closing()
    checks.same("what the handler knows", until(served), [[3333, "für immer"]])


def until(served):
    end = time.time() + TIMEOUT
    while time.time() < end:
        if seen := json.loads(split(served.get("/seen"))[2])["seen"]:
            return seen
        time.sleep(0.01)


def silence(served, checks):
    with Peer(served, "/impatient") as p:
        checks.same("recv ^timeout_ms", p.read(), (1, b"nothing came"))
        checks.same("a ping of the server", p.read(), (9, b""))
        p.send(frame(10, b""))
        checks.same("another one", p.read(), (9, b""))
        checks.same("nobody answers", p.read(), None)
    with Peer(served, "/deaf") as p:  # it is read no faster than the handler reads
        p.socket.settimeout(0.3)
        big = frame(2, b"x" * 60000)
        sent = 0
        try:
            while sent < 2000:
                p.send(big)
                sent += 1
        except TimeoutError:
            pass
        checks.holds("who does not read is not sent more", sent < 2000)
        p.socket.settimeout(TIMEOUT)
        served.get("/go")
        checks.same("what was read", p.read(), (1, b"read"))


def clients(served, checks):
    said = json.loads(split(served.get(f"/client?url=ws://127.0.0.1:{served.port}/chat%3Fx=y"))[2])["said"]
    checks.same("the client", said, ["chat", False, "héllo", 3, '{"a":[1,null]}', '{"path":"/chat","query":{"x":"y"},"cookie":{"a":"1"}}', True, 16,
                                     None, 4000, "that is enough", True, "The WebSocket is closed", 3001, None, ["one", "two"], 1000, ["x"]])
    base = f"ws://127.0.0.1:{served.port}/chat"
    said = json.loads(split(served.get(f"/failures?base={base}"))[2])["said"]
    want = [f"NetworkException: ws_connect {base}/nowhere failed: the server answered with the status 200",
            None,
            "ArgumentException: ws_connect requires a URL of ws or wss: http://127.0.0.1:1/",
            "TypeException: ws_connect requires a String URL",
            "ArgumentException: A header cannot be sent: A",
            f"NetworkException: ws_connect {base} failed: the server answered with the status 403",
            "Exception: The WebSocket was not made by ws_connect or a server",
            "ArgumentException: WebSocket.close requires a code: 1000 to 1003, 1007 to 1014, 3000 to 4999",
            "ArgumentException: WebSocket.close requires a reason of at most 123 bytes",
            None, None,
            "ArgumentException: start_server requires ^websocket to be a Map, or an array of Maps",
            "ArgumentException: start_server requires ^websocket ^handler to be a function",
            "ArgumentException: start_server requires ^websocket ^path to be a String",
            "ArgumentException: start_server requires ^websocket ^origins to be an array of Strings"]
    checks.same("failures", [w and s for w, s in zip(want, said)], want)
    checks.same("nobody there, and time", [s.split(":")[0] for s in (said[1], said[9], said[10])], ["NetworkException", "TimeoutException", "TimeoutException"])


def test(gene, engine, folder, checks):
    silent = socket.create_server(("127.0.0.1", 0))
    os.environ["TEST_SILENT"] = f"ws://127.0.0.1:{silent.getsockname()[1]}/"
    served = Served(gene, engine, "websocket.gene", folder)
    for part in (handshakes, messages, mistakes, silence, clients):
        part(served, checks)
    status = json.loads(split(served.get("/status"))[2])
    checks.same("counters", (status["active"], status["errors"]), (1, 1))
    checks.holds("WebSockets", status["websockets"] > 60)
    with Peer(served) as p:
        served.get("/stop")
        checks.same("the end of the server", p.read(), (8, struct.pack(">H", 1001)))
        p.send(close(1001))
        checks.same("and of the connection", p.read(), None)
    code, out, err = served.finish()
    checks.same("the end", (code, out, err.count("error: the handler failed")), (0, "stopped\n", 1))
    if code:
        print(err)


on_engines(test)
