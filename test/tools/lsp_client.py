"""A client for `gene lsp` over standard input and output: requests, notifications, and places given by marks in texts."""
import json
import os
import select
import subprocess
import time


class Client:
    SECONDS = 30

    def __init__(self, gene, root=None, arguments=("lsp",), capabilities=None):
        self.process = subprocess.Popen([gene, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.buffer = b""
        self.number = 0
        self.notes = []  # notifications that came, oldest first
        self.texts = {}
        self.info = self.request("initialize", {"processId": os.getpid(), "capabilities": capabilities or {}, "rootUri": root and "file://" + root})
        self.notify("initialized", {})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def receive(self):
        end = time.time() + self.SECONDS
        while True:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if separator:
                length = int(head.split(b":")[1])
                if len(rest) >= length:
                    self.buffer = rest[length:]
                    return json.loads(rest[:length])
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.time()))
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                raise SystemExit("the server did not answer")
            self.buffer += data

    def answer(self, method, params):
        """The whole answer to a request."""
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self.number:
                return message
            self.notes.append(message)

    def request(self, method, params):
        answer = self.answer(method, params)
        if "error" in answer:
            raise SystemExit(f"{method}: {answer['error']}")
        return answer["result"]

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    # --- documents

    def open(self, uri, text, version=1):
        self.texts[uri] = text
        self.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "gene", "version": version, "text": text}})
        return self.diagnostics(uri)

    def change(self, uri, text, version=2):
        self.texts[uri] = text
        self.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]})
        return self.diagnostics(uri)

    def diagnostics(self, uri):
        """Those that are published next for the document."""
        while True:
            message = self.notes.pop(0) if self.notes else self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return message["params"]["diagnostics"]

    def position(self, uri, mark, after=0):
        """The place of `|` in `mark`, whose text stands in the document, the occurrence number `after`."""
        text, at = self.texts[uri], -1
        for _ in range(after + 1):
            at = text.index(mark.replace("|", "", 1), at + 1)
        at += mark.index("|")
        line = text.count("\n", 0, at)
        start = text.rfind("\n", 0, at) + 1
        return {"line": line, "character": len(text[start:at].encode("utf-16-le")) // 2}

    def at(self, method, uri, mark, after=0, **more):
        return self.request("textDocument/" + method, {"textDocument": {"uri": uri}, "position": self.position(uri, mark, after), **more})

    def slice(self, uri, range_):
        """The text of a range."""
        lines = self.texts[uri].split("\n")
        def offset(place):
            units = lines[place["line"]].encode("utf-16-le")[: 2 * place["character"]].decode("utf-16-le")
            return sum(len(line) + 1 for line in lines[: place["line"]]) + len(units)
        return self.texts[uri][offset(range_["start"]): offset(range_["end"])]

    def close(self):
        self.request("shutdown", None)
        self.notify("exit", None)
        self.process.stdin.close()
        return self.process.wait(self.SECONDS)
