"""A client for `gene debug --dap` over standard input and output: requests, events, and what a stop shows."""
import json
import os
import select
import subprocess
import time


class Client:
    SECONDS = 60

    def __init__(self, gene, *arguments):
        self.process = subprocess.Popen([gene, "debug", "--dap", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.buffer = b""
        self.number = 0
        self.events = []  # that came, oldest first
        self.outputs = []  # (category, text)
        self.capabilities = self.request("initialize", adapterID="gene", linesStartAt1=True, columnsStartAt1=True)

    # --- messages

    def send(self, command, arguments):
        self.number += 1
        body = json.dumps({"seq": self.number, "type": "request", "command": command, "arguments": arguments}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()
        return self.number

    def receive(self, outputs=False):
        """The next message; those with output are collected (None, if `outputs`)."""
        end = time.time() + self.SECONDS
        while True:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if separator:
                length = int(head.split(b":")[1])
                if len(rest) >= length:
                    self.buffer = rest[length:]
                    message = json.loads(rest[:length])
                    if message["type"] == "event" and message["event"] == "output":
                        self.outputs.append((message["body"]["category"], message["body"]["output"]))
                        if outputs:
                            return None
                        continue
                    return message
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.time()))
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                raise SystemExit(f"the adapter went silent; events: {self.events}, outputs: {self.outputs}")
            self.buffer += data

    def answer(self, number):
        while True:
            message = self.receive()
            if message["type"] == "response" and message["request_seq"] == number:
                return message
            self.events.append(message)

    def request(self, command, **arguments):
        """The body of the answer."""
        answer = self.answer(self.send(command, arguments))
        if not answer["success"]:
            raise SystemExit(f"{command}: {answer['message']}")
        return answer.get("body")

    def refused(self, command, **arguments):
        """The message of a request that fails."""
        answer = self.answer(self.send(command, arguments))
        assert not answer["success"], answer
        return answer["message"]

    def event(self, name):
        """The body of the next event of this name."""
        while True:
            message = self.events.pop(0) if self.events else self.receive()
            if message["type"] == "event" and message["event"] == name:
                return message.get("body")

    # --- a session

    def launch(self, program, **arguments):
        number = self.send("launch", {"program": program, **arguments})
        self.event("initialized")
        return number

    def breakpoints(self, path, *wanted):
        """Lines, or breakpoints with conditions; gives the lines where they are."""
        made = self.request("setBreakpoints", source={"path": path}, breakpoints=[w if isinstance(w, dict) else {"line": w} for w in wanted])
        return [b.get("line") for b in made["breakpoints"]]

    def go(self):
        self.request("configurationDone")

    def stop(self):
        """Where the program stops next: (reason, function, line)."""
        self.stopped = self.event("stopped")
        self.thread = self.stopped["threadId"]
        self.frames = self.request("stackTrace", threadId=self.thread)["stackFrames"]
        return self.stopped["reason"], self.frames[0]["name"], self.frames[0]["line"]

    def step(self, command):
        self.request(command, threadId=self.thread)
        return self.stop()

    def scope(self, name, frame=0):
        """The variables of a scope: {name: text}."""
        scopes = self.request("scopes", frameId=self.frames[frame]["id"])["scopes"]
        reference = next(s["variablesReference"] for s in scopes if s["name"] == name)
        self.variables = {v["name"]: v for v in self.request("variables", variablesReference=reference)["variables"]}
        self.reference = reference
        return {n: v["value"] for n, v in self.variables.items()}

    def parts(self, variable):
        found = self.request("variables", variablesReference=variable["variablesReference"])["variables"]
        return {v["name"]: v["value"] for v in found}

    def evaluate(self, expression, frame=0):
        return self.request("evaluate", expression=expression, frameId=self.frames[frame]["id"])["result"]

    def written(self, category="stdout"):
        return "".join(text for c, text in self.outputs if c == category)

    def wait_output(self, text):
        """Until the program has written it."""
        while text not in self.written():
            message = self.receive(outputs=True)
            if message:
                self.events.append(message)

    def end(self):
        """Waits for the end of the program; gives its exit code."""
        code = self.event("exited")["exitCode"]
        self.request("disconnect")
        self.process.wait(self.SECONDS)
        return code
