"""A server on two threads as clients see it: http-workers.py GENE."""
import json
import os
import threading
import time
from pathlib import Path

from serving import Served, on_engines, split

REFUSED = ["another thread cannot use 'count': it is assigned while the program runs, which that thread would not see",
           "start_server requires a function as handler",
           "Failed to listen on nowhere:0: invalid argument",
           "start_server ^workers: the program runs on 2 threads beside its own already",
           "Failed to listen on 127.0.0.1:PORT: address already in use",
           "gene/actor/enable ^workers: the program runs on 2 threads beside its own already"]


class Refusing(Served):
    """A program that prints what is refused before its port."""

    def __init__(self, *arguments):
        self.refused = []
        super().__init__(*arguments, read_port=self.read)

    def read(self, line):
        while not line.strip().isdigit():
            self.refused.append(line.strip())
            line = self.process.stdout.readline()
        return int(line)


def together(actions):
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test(gene, engine, folder, checks):
    gate = Path(folder) / "gate"
    os.environ["TEST_GATE"] = str(gate)
    served = Refusing(gene, engine, "workers.gene", folder)
    checks.same("refused", [line.replace(str(served.port), "PORT") for line in served.refused], REFUSED)
    # One thread computes, until the others have been answered by the other one.
    computed = []
    computing = threading.Thread(target=lambda: computed.append(split(served.get("/compute"))[2]))
    computing.start()
    while not Path(f"{gate}.begun").exists():
        time.sleep(0.01)
    active = json.loads(split(served.get("/status"))[2])["active"]
    checks.same("handlers of both threads", active, 2)  # it, and the one that is asked
    bodies = []
    together([lambda: bodies.append(split(served.get("/?lang=de"))[2])] * 8)
    checks.same("while one thread computes", bodies, [b"<p>hallo</p>"] * 8)
    gate.touch()
    computing.join()
    checks.same("computed", computed, [b"computed"])
    waited = []
    together([lambda: waited.append(split(served.get("/wait"))[2])] * 20)
    checks.same("waits", waited, [b"waited"] * 20)
    checks.same("a failure", split(served.get("/fail"))[0], "HTTP/1.1 500 Internal Server Error")
    status = json.loads(split(served.get("/status"))[2])
    checks.same("counters of both threads", (status["servers"], status["errors"], status["active"]), (1, 1, 1))
    checks.holds("requests", status["requests"] >= 31)
    served.get("/stop")
    code, out, err = served.finish()
    checks.same("the end", (code, out), (0, "stopped 0\n"))
    checks.holds("the failure is reported", "no page" in err)


on_engines(test)
