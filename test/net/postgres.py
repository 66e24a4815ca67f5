"""genex/postgres against a server that is started in a temporary folder: postgres.py GENE."""
import difflib
import glob
import os
import pwd
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIMEOUT = 60


class Postgres:
    """A server of our own, on a socket in its folder. It does not run as root: then it is the user postgres."""

    def __init__(self, folder):
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.data = os.path.join(folder, "data")
        self.folder = folder
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        os.chmod(folder, 0o755)
        self.command("initdb", "-D", self.data, "-A", "trust", "-U", "tester", "--no-sync")
        self.process = subprocess.Popen(
            [f"{self.bin}/postgres", "-D", self.data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
            user=self.user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.time() + TIMEOUT
        while subprocess.run([f"{self.bin}/pg_isready", "-h", folder, "-q"]).returncode != 0:
            if time.time() > end or self.process.poll() is not None:
                sys.exit("the server does not start")
            time.sleep(0.1)

    def command(self, name, *arguments):
        subprocess.run([f"{self.bin}/{name}", *arguments], user=self.user, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(TIMEOUT)


def outputs(gene, folder):
    """What the program prints on each engine, with a database of its own each time."""
    native = os.path.join(folder, "program")
    subprocess.run([gene, "build", "-O2", str(HERE / "postgres.gene"), "-o", native], check=True)
    for command in ([gene, "run", "--no-gir-cache", str(HERE / "postgres.gene")], [native]):
        # Not below $TMPDIR: the user postgres may not see that.
        with tempfile.TemporaryDirectory(prefix="gene-pg-", dir="/tmp") as own:
            server = Postgres(own)
            try:
                environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
                done = subprocess.run(command, env=environment | {"PGHOST": own, "PGUSER": "tester", "GENE_CHECK_LEAKS": "1"},
                                      text=True, capture_output=True, timeout=TIMEOUT)
            finally:
                server.stop()
            yield done.stdout + done.stderr + (f"exit code {done.returncode}\n" if done.returncode else "")


def main():
    want = (HERE / "postgres.out").read_text()
    with tempfile.TemporaryDirectory() as folder:
        for got in outputs(sys.argv[1], folder):
            if got != want:
                sys.exit("".join(difflib.unified_diff(want.splitlines(True), got.splitlines(True), "wanted", "got")))
    print("the same from both engines, 0 objects left")


main()
