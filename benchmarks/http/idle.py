#!/usr/bin/env python3
"""Memory of idle connections, and over many requests: idle.py [GENE] [--connections N] [--requests N].

Each connection asks once and stays. Then wrk asks for as long as that many requests take, and the memory is looked at on the way.
"""
import argparse
import re
import resource
import socket
import subprocess
import tempfile
from pathlib import Path

from run import HERE, Server

ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def idle(server, count):
    """MB before and with that many connections."""
    before = server.resident()
    sockets = []
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", server.port))
        s.sendall(ASK)
        sockets.append(s)
    for s in sockets:
        assert b"200 OK" in s.recv(4096)
    after = server.resident()
    for s in sockets:
        s.close()
    return before, after


def flat(server, requests):
    """MB after each tenth of the requests."""
    seen, done = [], 0
    while done < requests:
        said = subprocess.run(["wrk", "-t1", "-c64", "-d5s", f"http://127.0.0.1:{server.port}/"], capture_output=True, text=True, check=True).stdout
        done += int(re.search(r"(\d+) requests in", said)[1])
        if done * 10 >= requests * (len(seen) + 1):
            seen.append(server.resident())
    return done, seen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gene", nargs="?", default=str(HERE.parents[1] / "build/release/bin/gene"))
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=0)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        native = f"{folder}/server"
        subprocess.run([options.gene, "build", "-O2", str(HERE / "server.gene"), "-o", native], check=True)
        for name, command in (("gene, native", [native]), ("gene run", [options.gene, "run", "server.gene"])):
            server = Server(name, command)
            before, after = idle(server, options.connections)
            print(f"{name}: {options.connections} idle connections: {before:.0f} MB, then {after:.0f} MB")
            if options.requests:
                done, seen = flat(server, options.requests)
                print(f"{name}: {done} requests: " + " ".join(f"{mb:.1f}" for mb in seen) + " MB")
            server.stop()


if __name__ == "__main__":
    main()
