"""A client for `gene repl --nrepl`: bencode over a socket, and messages by their id."""
import os
import re
import signal
import socket
import subprocess
import time


def encode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode()
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(encode(item) for item in value) + b"e"
    return b"d" + b"".join(encode(key) + encode(value[key]) for key in sorted(value)) + b"e"


def decode(text, at=0):
    """(value, where it ends); IndexError where the text ends inside of it."""
    first = text[at:at + 1]
    if first in (b"l", b"d"):
        at, items = at + 1, []
        while text[at] != ord("e"):
            item, at = decode(text, at)
            items.append(item)
        return (items if first == b"l" else dict(zip(items[::2], items[1::2]))), at + 1
    end = text.find(b"e" if first == b"i" else b":", at)
    if end < 0:
        raise IndexError
    if first == b"i":
        return int(text[at + 1:end]), end + 1
    length = int(text[at:end])
    if len(text) < end + 1 + length:
        raise IndexError
    return text[end + 1:end + 1 + length].decode(), end + 1 + length


class Connection:
    SECONDS = 60

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), self.SECONDS)
        self.buffer, self.number, self.others = b"", 0, []

    def send(self, op, **fields):
        """Sends a request; gives its id."""
        self.number += 1
        message = {"op": op, "id": str(self.number)} | {key.replace("_", "-"): value for key, value in fields.items()}
        self.socket.sendall(encode(message))
        return message["id"]

    def receive(self):
        while True:
            try:
                message, end = decode(self.buffer)
                self.buffer = self.buffer[end:]
                return message
            except IndexError:
                part = self.socket.recv(65536)
                if not part:
                    raise EOFError("the server closed the connection") from None
                self.buffer += part

    def wait(self, id, status="done"):
        """The messages with this id, up to the one with the status; others are kept."""
        found = [m for m in self.others if m.get("id") == id]
        self.others = [m for m in self.others if m.get("id") != id]
        while not (found and status in found[-1].get("status", [])):
            message = self.receive()
            (found if message.get("id") == id else self.others).append(message)
        return found

    def request(self, op, **fields):
        return self.wait(self.send(op, **fields))

    def one(self, op, **fields):
        """The answer of an operation that has one message."""
        messages = self.request(op, **fields)
        assert len(messages) == 1, messages
        return messages[0]

    def evaluate(self, code, **fields):
        """(value, output, errors, status) of an evaluation."""
        return self.outcome(self.request("eval", code=code, **fields))

    @staticmethod
    def outcome(messages):
        text = {key: "".join(m.get(key, "") for m in messages) for key in ("value", "out", "err")}
        return text["value"], text["out"], text["err"], sorted(s for m in messages for s in m.get("status", []))


class Server:
    def __init__(self, gene, folder, *arguments, **environment):
        self.folder = folder
        self.process = subprocess.Popen([gene, "repl", "--nrepl", *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=os.environ | environment)
        self.line = self.process.stdout.readline()
        self.port = int(re.fullmatch(r"nREPL server started on port (\d+) on host 127\.0\.0\.1 - nrepl://127\.0\.0\.1:\1\n", self.line)[1])

    def connect(self):
        return Connection(self.port)

    def stop(self):
        """Ctrl-C; (exit code, standard error)"""
        self.process.send_signal(signal.SIGINT)
        errors = self.process.communicate(timeout=Connection.SECONDS)[1]
        return self.process.returncode, errors
