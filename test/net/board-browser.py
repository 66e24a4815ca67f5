"""docs/examples/board in headless Chromium, once: board-browser.py GENE [SCREENSHOT]. Speaks WebDriver with chromedriver."""
import base64
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

BOARD = Path(__file__).resolve().parents[2] / "docs/examples/board"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
TIMEOUT = 60


class Browser:
    def __init__(self, folder):
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True, env=os.environ | {"HOME": folder})
        for line in self.process.stdout:
            if found := re.search(r"successfully on port (\d+)", line):
                break
        self.base = f"http://127.0.0.1:{found[1]}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder}/profile", "--window-size=900,700"]
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": {"args": arguments},
                                                                               "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.base += f"/session/{made['sessionId']}"

    def call(self, method, path, data=None):
        body = None if data is None else json.dumps(data).encode()
        asked = urllib.request.Request(self.base + path, body, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(asked, timeout=TIMEOUT) as response:
            return json.load(response)["value"]

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def type(self, selector, text):
        self.call("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def click(self, selector):
        self.call("POST", f"/element/{self.find(selector)}/click", {})

    def value(self, script):
        return self.call("POST", "/execute/sync", {"script": f"return {script}", "args": []})

    def posts(self):
        """The author and the text of each, as the page shows them."""
        return self.value("[...document.querySelectorAll('#posts .post')].map(p => [...p.children].map(c => c.textContent))")

    def until(self, want, script=None):
        """What the script gives, or the posts, when it is what is wanted, or time is up: pages come some time after a click."""
        end = time.time() + TIMEOUT
        while (got := self.value(script) if script else self.posts()) != want and time.time() < end:
            time.sleep(0.05)
        return got

    def window(self, handle=None):
        if not handle:
            handle = self.call("POST", "/window/new", {"type": "tab"})["handle"]
        self.call("POST", "/window", {"handle": handle})
        return handle

    def stop(self):
        self.call("DELETE", "")
        self.process.terminate()
        self.process.wait()


def drive(browser, url, screenshot):
    """Yields what is seen, and what it has to be."""
    browser.call("POST", "/url", {"url": url})
    yield "the title", browser.call("GET", "/title"), "Board"
    yield "nobody has posted", browser.posts(), []
    browser.type("#name", "Ada")
    browser.click("#enter")
    yield "who came in", browser.until("Leave, Ada", "document.getElementById('leave')?.textContent"), "Leave, Ada"
    yield "the cookie is not for scripts", browser.value("document.cookie"), ""
    first = browser.call("GET", "/window")
    second = browser.window()
    browser.call("POST", "/url", {"url": url})
    browser.window(first)
    browser.type("#text", "Grüße an <b>alle</b> & jeden")
    browser.click("#send")
    want = [["Ada", "Grüße an <b>alle</b> & jeden"]]
    yield "the post", browser.until(want), want
    browser.window(second)
    yield "the post, in another window", browser.until(want), want
    browser.type("#text", "<script>document.title = 'caught'</script>")
    browser.click("#send")
    want.insert(0, ["Ada", "<script>document.title = 'caught'</script>"])
    yield "a script", (browser.until(want), browser.call("GET", "/title")), (want, "Board")
    browser.window(first)
    yield "the script, in another window", (browser.until(want), browser.call("GET", "/title")), (want, "Board")
    if screenshot:
        Path(screenshot).write_bytes(base64.b64decode(browser.call("GET", "/screenshot")))
    browser.click("#leave")
    fields = "document.querySelectorAll('#name, #text').length + document.querySelector('form').action.replace(/.*[/]/, ' ')"
    yield "after leaving", browser.until("1 login", fields), "1 login"
    yield "the browser's complaints", browser.call("POST", "/se/log", {"type": "browser"}), []


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        served = subprocess.Popen([sys.argv[1], "run", "--no-gir-cache", "src/main.gene", "0", f"{folder}/board.db"], cwd=BOARD, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), env=os.environ | {"GENE_CHECK_LEAKS": "1"})
        url = served.stdout.readline().strip()
        browser = None
        try:
            browser = Browser(folder)
            for what, got, want in drive(browser, url, sys.argv[2] if len(sys.argv) > 2 else None):
                if got != want:
                    failures += 1
                    print(f"{what}:\n   got {got!r}\n  want {want!r}")
        finally:
            if browser:
                browser.stop()
            served.send_signal(signal.SIGINT)  # lit ignores it, and so would the server
            out, err = served.communicate(timeout=TIMEOUT)
        if served.returncode != 130 or err:  # ended by Ctrl-C
            failures += 1
            print(f"the server ended with {served.returncode}: {err}")
    print(f"the board in a browser: {failures} failures")


main()
