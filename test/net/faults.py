"""Well-formed requests among broken ones: faults.py GENE [--requests N] [--workers N].

Some clients ask what is right, each with a token of its own, and check every answer. Beside them others break off, send garbage, do
not read, close half of a connection. No right request may be lost, and in the end nothing may be left of the others: no connection, no
handler, no socket, no object, no memory that grows with them.
"""
import argparse
import asyncio
import json
import os
import random
import re
import socket
import struct
import sys
import time
from pathlib import Path

from serving import Served, on_engines, request, split
from websocket_peer import frame, handshake, read_frame

GOOD, BAD = 24, 16  # clients at a time
PATIENCE = 60


class Asked:
    """What the clients share."""

    def __init__(self, port, requests):
        self.port, self.left, self.answered, self.broken, self.lost = port, requests, 0, 0, []

    async def open(self, **options):
        return await asyncio.open_connection("127.0.0.1", self.port, **options)


async def response(reader):
    """(status, fields, body)"""
    head = (await reader.readuntil(b"\r\n\r\n"))
    status, fields, _ = split(head)
    if fields.get("transfer-encoding") == "chunked":
        body = b""
        while size := int((await reader.readline()), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        body = await reader.readexactly(int(fields["content-length"]))
    return status, fields, body


def right_request(dice, token):
    """(bytes, the body that is wanted)"""
    kind = dice.randrange(6)
    if kind == 0:
        body = dice.randbytes(dice.choice((0, 1, 100, 5000, 100000)))
        return request(f"/echo?token={token}", f"Content-Length: {len(body)}", method="POST", body=body), body
    if kind == 1:
        parts = [dice.randbytes(dice.randrange(1, 3000)) for _ in range(dice.randrange(5))]
        framed = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"
        return request(f"/echo?token={token}", "Transfer-Encoding: chunked", method="POST", body=framed), b"".join(parts)
    if kind == 2:
        return request(f"/later?token={token}"), token.encode()
    if kind == 3:
        return request(f"/parts?token={token}"), token.encode() * 64 * 8
    return request(f"/?token={token}"), token.encode()


async def talk(asked, dice):
    """Right requests on one connection, some of them pipelined, some in small pieces."""
    reader, writer = await asked.open()
    for _ in range(dice.randrange(1, 40)):
        batch = []
        for _ in range(dice.choice((1, 1, 1, 4))):
            if asked.left == 0:
                break
            asked.left -= 1
            batch.append(right_request(dice, "%016x" % dice.getrandbits(64)))
        text = b"".join(r for r, _ in batch)
        if dice.randrange(20) == 0:
            for at in range(0, min(len(text), 300), 7):
                writer.write(text[at:at + 7])
                await asyncio.sleep(0)
            text = text[300 // 7 * 7 + 7 if len(text) > 300 else len(text):]
        writer.write(text)
        for sent, want in batch:
            status, _, body = await asyncio.wait_for(response(reader), PATIENCE)
            if status != "HTTP/1.1 200 OK" or body != want:
                asked.lost.append((status, sent[:80], body[:80]))
            asked.answered += 1
    writer.close()


async def chat(asked, dice):
    """A WebSocket that is as it has to be; each message counts as a request."""
    reader, writer = await asked.open()
    writer.write(handshake("/ws"))
    await reader.readuntil(b"\r\n\r\n")
    for _ in range(dice.randrange(1, 20)):
        if asked.left == 0:
            break
        asked.left -= 1
        text = dice.randbytes(dice.choice((0, 10, 200, 70000)))
        writer.write(frame(2, text))
        if await asyncio.wait_for(read_frame(reader), PATIENCE) != (2, text):
            asked.lost.append(("WebSocket", len(text)))
        asked.answered += 1
    writer.write(frame(8, struct.pack(">H", 1000)))
    if await asyncio.wait_for(read_frame(reader), PATIENCE) != (8, struct.pack(">H", 1000)):
        asked.lost.append(("WebSocket", "close"))
    writer.close()


async def good(asked, dice):
    while asked.left > 0:
        try:
            await (chat if dice.randrange(10) == 0 else talk)(asked, dice)
        except Exception as e:  # whatever it is, a request was not answered
            asked.lost.append(repr(e))
            if len(asked.lost) > 20:
                return


def reset(writer):
    """Ends a connection with RST."""
    s = writer.get_extra_info("socket")
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def misbehave(asked, dice):
    kind = dice.randrange(9)
    reader, writer = await asked.open(limit=1 << 12)
    right, _ = right_request(dice, "bad")
    if kind == 0:  # garbage
        writer.write(dice.randbytes(dice.randrange(1, 3000)))
    elif kind == 1:  # a request with wrong bytes
        text = bytearray(right[:2000])
        for _ in range(dice.randrange(1, 6)):
            text[dice.randrange(len(text))] = dice.randrange(256)
        writer.write(text)
    elif kind == 2:  # half of one, then the end
        writer.write(right[:dice.randrange(len(right))])
    elif kind == 3:  # half of one, then a reset
        writer.write(right[:dice.randrange(len(right))])
        await asyncio.sleep(dice.random() * 0.01)
        return reset(writer)
    elif kind == 4:  # one, or many, and nobody waits for the answer
        writer.write(request("/later?token=bad") * dice.randrange(1, 30))
        await asyncio.sleep(dice.random() * 0.01)
        return reset(writer)
    elif kind == 5:  # a half-closed connection
        writer.write(request("/later?token=bad") * 3)
        writer.write_eof()
    elif kind == 6:  # much that nobody reads
        writer.write(request("/much") * 4)
        await asyncio.sleep(dice.random() * 0.5)
        return reset(writer) if dice.randrange(2) else writer.close()
    elif kind == 7:  # a WebSocket that breaks the rules, or off
        writer.write(handshake("/ws") + frame(2, b"x" * 1000) * 50 + dice.randbytes(dice.randrange(1, 200)))
    else:  # nothing at all
        await asyncio.sleep(dice.random() * 0.1)
    try:
        while await asyncio.wait_for(reader.read(65536), dice.random() * 0.2):
            pass
    except (asyncio.TimeoutError, ConnectionError):
        pass
    reset(writer) if dice.randrange(2) else writer.close()


async def bad(asked, dice):
    while asked.left > 0:
        asked.broken += 1
        try:
            await misbehave(asked, dice)
        except (ConnectionError, OSError):
            pass


async def together(asked, seed):
    await asyncio.gather(*(good(asked, random.Random(seed * 1000 + i)) for i in range(GOOD)), *(bad(asked, random.Random(seed * 2000 + i)) for i in range(BAD)))


def status(served):
    return json.loads(split(served.get("/status"))[2])


def quiet(served):
    """The counters when only this request is left, or after some time."""
    end = time.time() + 15
    while (said := status(served))["open_connections"] > 1 or said["active"] > 1 or said["queued"]:
        if time.time() > end:
            break
        time.sleep(0.05)
    return said["open_connections"], said["active"], said["queued"]


def handles(pid):
    """Open files and sockets; some are closed in a moment."""
    counts = []
    for _ in range(20):
        counts.append(len(os.listdir(f"/proc/{pid}/fd")))
        time.sleep(0.02)
    return min(counts)


def resident(pid):
    """MB"""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def run(gene, engine, folder, checks):
    os.environ["TEST_WORKERS"] = str(options.workers)
    served = Served(gene, engine, "faults.gene", folder)
    pid = served.process.pid
    asked = Asked(served.port, options.requests // 4)
    asyncio.run(together(asked, 1))  # the memory that such traffic needs
    quiet(served)
    before, memory = handles(pid), resident(pid)
    begun = time.time()
    asked = Asked(served.port, options.requests)
    asyncio.run(together(asked, 2))
    took = time.time() - begun
    checks.same("requests that were lost", asked.lost, [])
    checks.same("answered", asked.answered, options.requests)
    checks.same("left: connections, handlers, those that wait", quiet(served), (1, 1, 0))
    checks.holds("left: sockets", handles(pid) <= before)
    grown = resident(pid) - memory
    # AddressSanitizer keeps what is freed.
    checks.holds(f"memory: grown by {grown:.1f} MB", grown < 30 or b"__asan_init" in Path(gene).read_bytes())
    errors = status(served)["errors"]
    served.get("/stop")
    code, out, err = served.finish()
    checks.same("the end", (code, out, errors, err[:2000]), (0, "stopped\n", 0, ""))
    if options.talks:
        print(f"{engine}: {asked.answered} answered, {asked.broken} broken connections, {took:.0f} s, {memory:.0f} MB, then {grown:+.1f} MB")


parser = argparse.ArgumentParser()
parser.add_argument("gene")
parser.add_argument("--requests", type=int, default=3000)
parser.add_argument("--workers", type=int, default=1)
parser.add_argument("--talks", action="store_true")
options = parser.parse_args()
on_engines(run)
