"""What a peer of a WebSocket says and hears (RFC 6455), for tests."""
import os
import struct

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # of RFC 6455


def handshake(path, *more, version="13", key=KEY, host="x"):
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: keep-alive, Upgrade", f"Sec-WebSocket-Version: {version}",
             *([f"Sec-WebSocket-Key: {key}"] if key else []), *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def masked_with(payload, key):
    size = len(payload)
    return (int.from_bytes(payload, "big") ^ int.from_bytes((key * (size // 4 + 1))[:size], "big")).to_bytes(size, "big")


def frame(opcode, payload=b"", last=True, masked=True, rsv=0):
    size = len(payload)
    head = bytes([last << 7 | rsv << 4 | opcode])
    bit = masked << 7
    if size < 126:
        head += bytes([bit | size])
    else:
        head += struct.pack(">BH", bit | 126, size) if size < 65536 else struct.pack(">BQ", bit | 127, size)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + masked_with(payload, key)


def close(code, reason=b""):
    return frame(8, struct.pack(">H", code) + reason)


async def read_frame(reader):
    """(opcode, payload) of an unmasked frame of an asyncio stream."""
    first, second = await reader.readexactly(2)
    size = second & 127
    if size > 125:
        size, = struct.unpack(">H" if size == 126 else ">Q", await reader.readexactly(2 if size == 126 else 8))
    return first & 15, await reader.readexactly(size)
