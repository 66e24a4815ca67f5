#!/usr/bin/env python3
"""Requests a second and latency of the HTTP server beside Node's and Go's: run.py [GENE] [--seconds N] [--rounds N].

wrk (Debian's package) asks each server in turn, round after round, so that whatever else the machine does falls on all of them alike. A
row is the best round. Prints a table; RESULTS.md has one.
"""
import argparse
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES = (("hello", "/", None), ("JSON echo", "/echo", "echo.lua"), ("SQLite row", "/row", None))
CONNECTIONS = (64, 1000)
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


class Server:
    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def resident(self):
        """MB"""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure(server, path, script, connections, seconds):
    """(requests a second, milliseconds of the 50th and the 99th percentile), or None where not all was well."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{server.port}{path}"]
    if script:
        command += ["-s", str(HERE / script)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        return None

    def latency(percent):
        number, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s|m)", said).groups()
        return float(number) * UNITS[unit]

    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), latency(50), latency(99)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gene", nargs="?", default=str(HERE.parents[1] / "build/release/bin/gene"))
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        native = f"{folder}/server"
        subprocess.run([options.gene, "build", "-O2", str(HERE / "server.gene"), "-o", native], check=True)
        servers = [Server("gene, native", [native]), Server("gene run", [options.gene, "run", "server.gene"])]
        if shutil.which("node"):
            servers.append(Server("node http", ["node", "server.js"]))
        if shutil.which("go"):
            subprocess.run(["go", "build", "-o", f"{folder}/go", "server.go"], cwd=HERE, check=True)
            servers.append(Server("go net/http", [f"{folder}/go"]))
        best = {}
        for _ in range(options.rounds):
            for case, path, script in CASES:
                for connections in CONNECTIONS:
                    for server in servers:
                        if server.name.startswith("go") and path == "/row":
                            continue  # Debian has no driver for it
                        got = measure(server, path, script, connections, options.seconds)
                        key = case, connections, server.name
                        if got and got > best.get(key, (0,)):
                            best[key] = got
        print("| case | connections | server | requests/s | p50 ms | p99 ms |\n|---|---|---|---|---|---|")
        for (case, connections, name), (rate, middle, slow) in best.items():
            print(f"| {case} | {connections} | {name} | {rate:,.0f} | {middle:.1f} | {slow:.1f} |")
        print("\nMemory at the end: " + ", ".join(f"{s.name} {s.resident():.0f} MB" for s in servers))
        for server in servers:
            server.stop()


if __name__ == "__main__":
    main()
