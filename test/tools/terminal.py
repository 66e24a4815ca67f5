#!/usr/bin/env python3
"""Runs a program on a pseudo terminal and follows a script.

  terminal.py PROGRAM [args...] -- STEP...

Steps: `wait:TEXT` until it was printed since the last step that sent something; `not:TEXT`, it was not; `key:TEXT` types
(Python escapes; a key that sends an escape sequence likewise); `signal:INT` sends a signal as the terminal does; `sleep:SECONDS`; `end:CODE`
until the program has ended with this exit code. Prints what was shown when a step fails. Escape sequences are left out.
"""
import os
import pty
import re
import select
import sys
import time

SECONDS = 20
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>()][AB0]?|\x1b\][^\x07]*\x07|\r")


class Terminal:
    def __init__(self, command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", COLUMNS="80", LINES="24")
            os.execvp(command[0], command)
        self.shown = ""  # since the last key
        self.all = ""

    def read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return None
        text = data.decode(errors="replace")
        self.shown += text
        self.all += text
        return bool(data) or None

    def text(self):
        return CONTROL.sub("", self.shown)

    def wait(self, text):
        end = time.time() + SECONDS
        while text not in self.text():
            if time.time() > end or self.read(0.1) is None and text not in self.text():
                return False
        return True

    def end(self, code):
        end = time.time() + SECONDS
        while time.time() < end:
            gone, status = os.waitpid(self.pid, os.WNOHANG)
            if gone:
                self.read(0)
                return os.waitstatus_to_exitcode(status) == code
            self.read(0.05)
        os.kill(self.pid, 9)
        return False


def main():
    split = sys.argv.index("--")
    terminal = Terminal(sys.argv[1:split])
    for step in sys.argv[split + 1:]:
        kind, _, text = step.partition(":")
        if kind == "key":
            terminal.shown = ""
            os.write(terminal.fd, text.encode().decode("unicode_escape").encode("latin-1"))
            done = True
        elif kind == "wait":
            done = terminal.wait(text.replace("\\n", "\n"))
        elif kind == "not":
            terminal.read(0.2)
            done = text not in terminal.text()
        elif kind == "sleep":
            time.sleep(float(text))
            done = True
        elif kind == "signal":
            terminal.shown = ""
            os.write(terminal.fd, {"INT": b"\x03", "QUIT": b"\x1c", "EOF": b"\x04"}[text])
            done = True
        else:
            done = terminal.end(int(text))
        if not done:
            print(f"failed: {step}\nshown since the last key:\n{terminal.text()}\nall:\n{CONTROL.sub('', terminal.all)}")
            try:
                os.kill(terminal.pid, 9)
            except ProcessLookupError:
                pass
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
