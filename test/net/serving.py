"""What the tests of servers share: a Gene program that is started on each engine, and sockets that talk to it."""
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENGINES = ("vm", "native")
TIMEOUT = 20


class Served:
    """A program of this folder that prints its port first. Ends, when told, with exit code 0 and no live object."""

    def __init__(self, gene, engine, program, folder, read_port=int):
        environment = os.environ | {"GENE_CHECK_LEAKS": "1"}
        command = [gene, "run", "--no-gir-cache", program]
        if engine == "native":
            executable = os.path.join(folder, Path(program).stem)
            subprocess.run([gene, "build", "-O2", "-o", executable, program], cwd=HERE, check=True)
            command = [executable]
        self.process = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.port = read_port(self.process.stdout.readline())

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), TIMEOUT)

    def exchange(self, request, shut=False):
        """Everything that comes back until the server ends the connection."""
        with self.connect() as s:
            s.sendall(request)
            if shut:
                s.shutdown(socket.SHUT_WR)
            return receive_all(s)

    def get(self, target, *fields, method="GET"):
        return self.exchange(request(target, *fields, "Connection: close", method=method))

    def finish(self):
        """(exit code, the rest of standard output, standard error)"""
        out, err = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, out, err


def request(target, *fields, method="GET", body=b""):
    lines = [f"{method} {target} HTTP/1.1", "Host: x", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def receive_all(s):
    parts = []
    try:
        while part := s.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        parts.append(b"<reset>")
    return b"".join(parts)


def receive_until(s, end):
    data = b""
    while end not in data:
        part = s.recv(65536)
        if not part:
            raise AssertionError(f"the connection ended before {end!r}: {data!r}")
        data += part
    return data


def split(response):
    """(status line, {field: value}, body)"""
    head, _, body = response.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    fields = {}
    for line in lines:
        name, _, value = line.partition(": ")
        fields[name.lower()] = f"{fields[name.lower()]}|{value}" if name.lower() in fields else value
    return status, fields, body


class Checks:
    def __init__(self, engine):
        self.engine, self.failures, self.count = engine, 0, 0

    def same(self, what, got, want):
        self.count += 1
        if got != want:
            self.failures += 1
            print(f"{self.engine}: {what}:\n   got {got!r}\n  want {want!r}")

    def holds(self, what, got):
        self.same(what, bool(got), True)


def on_engines(test):
    """test(gene, engine, folder, checks) on each engine; ends the process."""
    failures = count = 0
    for engine in ENGINES:
        checks = Checks(engine)
        with tempfile.TemporaryDirectory() as folder:
            test(sys.argv[1], engine, folder, checks)
        failures += checks.failures
        count += checks.count
    print(f"{count} checks, {failures} failed")
    sys.exit(1 if failures else 0)
