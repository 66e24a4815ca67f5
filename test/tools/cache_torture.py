#!/usr/bin/env python3
"""The cache of native code, mistreated: whatever lies in it, `gene run` prints what it prints without it.

  cache_torture.py damage|race|full|beside|entered|loops GENE FOLDER

damage  bytes of the file are turned one after the other, it is cut short, is another program's, has links and rights it should not
race    several processes add and clear and run at the same time
full    nothing can be written
entered a program that runs for long goes on in native code, with the same results, exceptions and traces
loops   so do programs that are in a tight loop when the code comes: once for each of ten runs, as the round differs
beside  a program that runs is compiled beside it, and native the next time; also one that comes on standard input
"""
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = """
(class Account
  (ctor [owner total] (/owner = owner) (/total = total))
  (method add [n] (/total = (/total + n)) self))
(fn fib [n] (if (n < 2) n else ((fib (n - 1)) + (fib (n - 2)))))
(var a (new Account "Ada" (fib 15)))
(a .add 1)
(println a/owner a/total)
(println "again:" (a/total + 1))
((fn deep [x] (x .missing)) a)
"""
# Runs until a file that its first argument names is there.
WAITING = """
(var n 0)
(while (not (File/exists $args/0)) (sleep 20) (n += 1))
(println "done")
"""
# Does what can be seen of calls, until a file that its first argument names is there, and once more.
CALLING = """
(fn fib [n] (if (n < 2) n else ((fib (n - 1)) + (fib (n - 2)))))
(fn five [a b c d e rest...] ((a + (b * c)) - (d * (e + rest/.size))))
(fn kept [^by = 2 x] (x * by))
(fn adder [n] (fn [x] (n += 1) (x + n)))
(fn even [n] (if (n == 0) true else (odd (n - 1))))
(fn odd [n] (if (n == 0) false else (even (n - 1))))
(fn numbers* [n] (yield n) (yield (n + 1)))
(fn checked [x: Int] (x + 1))
(fn refuses [x] (try (checked x) catch * $ex/message))
(class Shape (ctor [name] (/name = name)) (method area [] 0) (method twice [] ((self .area) * 2)))
(class Square < Shape (ctor [side] (super .ctor "square") (/side = side)) (method area [] (/side * /side)))
(fn fails [n] (if (n == 0) (throw "deep down") else (1 + (fails (n - 1)))))
(fn caught [n] (try (fails n) catch * $ex/message))
(var first nil)
(fn round []
  (var add (adder 3))
  (add 1)
  (var found [(fib 10) (five 1 2 3 4 5 6 7) (kept 3) (kept ^by 5 3) (add 1) (even 1001)
              ((new Square 3) .twice) ((new Square 1.5) .area) ((new Shape "s") .twice)
              (caught 5) ([3 1 2] .map (fn [x] (add x))) ([5 4 6] .sort (fn [a b] (a - b)))
              (refuses "text") (checked 4) (try (fails "x") catch * $ex/message)])
  (for x in (numbers* 7) (found .push x))
  #"#{found}")
(var rounds 0)
(while ((rounds == 0) || (! (File/exists $args/0)))
  (var now (round))
  (if (first == nil) (first = now))
  (if (first != now) (println "differs:" now))
  (rounds += 1))
(println first)
(println (round))
(fails 3)
"""
# A tight loop with the same result each time.
LOOPING = """
(fn main [flag]
  (var first nil) (var wrong 0) (var halves 0.0)
  (while true
    (var sum 0)
    (var k 0)
    (while (k < 100000)
      (if ((k % 7) == 3) (k += 2))
      (sum = ((sum + k) % 1000))
      (k += 1))
    (halves = (halves + 0.5))
    (if (first == nil) (first = sum))
    (if (first != sum) (wrong += 1))
    (if (File/exists flag) (break)))
  (if (((halves * 2) % 1) != 0) (wrong += 1))
  wrong)
(println (main $args/0))
"""
USED = "native code from the cache"


class Cache:
    def __init__(self, gene, folder):
        self.gene, self.folder = gene, folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.store = folder / "cache"
        self.program = folder / "program.gene"
        self.program.write_text(PROGRAM)

    def gene_with(self, store, *words, **further):
        environment = os.environ | {"GENE_CACHE": str(store), "GENE_CHECK_LEAKS": "1"} | further.pop("environment", {})
        return subprocess.run([self.gene, *words], cwd=self.folder, env=environment, capture_output=True, text=True,
                              timeout=600, **further)

    def run(self):
        done = self.gene_with(self.store, "run", "--jit-log", "program.gene")
        log = [line for line in done.stderr.splitlines() if line.startswith("jit: ")]
        rest = [line for line in done.stderr.splitlines() if not line.startswith("jit: ")]
        return (done.stdout, rest, done.returncode), "\n".join(log)

    def add(self):
        return self.gene_with(self.store, "cache", "add", "program.gene")

    def expected(self):
        done = self.gene_with("off", "run", "program.gene")
        assert done.returncode == 1 and "missing" in done.stderr and "again:" in done.stdout, done
        return done.stdout, done.stderr.splitlines(), done.returncode

    def file(self):
        found = list(self.store.glob("*.native"))
        assert len(found) == 1, found
        return found[0]


def damage(cache):
    want = cache.expected()
    assert cache.add().returncode == 0
    got, log = cache.run()
    assert got == want and USED in log, (got, log)
    file = cache.file()
    good = file.read_bytes()
    random.seed(1)
    size = len(good)
    places = sorted({0, 4, 16, size - 1, size - 17, size - 33, size - 41, size - 57} | {random.randrange(size) for _ in range(40)})

    def refused(what):
        got, log = cache.run()
        assert got == want, (what, got)
        assert USED not in log, (what, log)

    for at in places:
        file.write_bytes(good[:at] + bytes([good[at] ^ 1 << random.randrange(8)]) + good[at + 1:])
        refused(f"byte {at} turned")
    for length in (0, 1, 55, 56, size // 2, size - 1):
        file.write_bytes(good[:length])
        refused(f"{length} bytes of {size}")
    file.write_bytes(good + good)
    refused("twice")
    file.write_bytes(b"\0" * size)
    refused("zeros")
    # Whole, but of another name: what another key says must not be run.
    cache.program.write_text(PROGRAM + '(println "changed")\n')
    file.write_bytes(good)
    changed = cache.expected()
    _, log = cache.run()
    key = log.split()[1].rstrip(":")
    (cache.store / f"{key}.native").write_bytes(good)
    (cache.store / f"{key}.native").chmod(0o600)
    got, log = cache.run()
    assert got == changed and "is damaged" in log, (got, log)
    cache.program.write_text(PROGRAM)
    # Rights and links.
    file.chmod(0o644)
    refused("readable by others")
    file.chmod(0o600)
    got, log = cache.run()
    assert got == want and USED in log, log
    file.rename(cache.store / "elsewhere")
    file.symlink_to("elsewhere")
    refused("a link")
    file.unlink()
    file.mkdir()
    refused("a folder")
    file.rmdir()
    (cache.store / "elsewhere").rename(file)
    cache.store.chmod(0o755)
    refused("a folder that is open to others")
    cache.store.chmod(0o700)
    (cache.store / "secret").write_bytes(os.urandom(192))
    refused("another secret")
    # What was damaged is written anew.
    for old in cache.store.glob("*.native"):
        old.write_bytes(b"x")
    added = cache.add()
    assert "Compiled:" in added.stdout, added
    got, log = cache.run()
    assert got == want and USED in log, (got, log)
    added = cache.add()
    assert "Up-to-date:" in added.stdout, added


def race(cache):
    want = cache.expected()
    environment = os.environ | {"GENE_CACHE": str(cache.store)}
    writers = [subprocess.Popen([cache.gene, "cache", "add", "program.gene"], cwd=cache.folder, env=environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    runs = 0
    while any(w.poll() is None for w in writers):
        got, log = cache.run()
        assert got == want and "damaged" not in log, (got, log)
        runs += 1
        if runs == 3:
            assert cache.gene_with(cache.store, "cache", "clear").returncode in (0, 1)
    for writer in writers:
        out, err = writer.communicate()
        assert writer.returncode == 0, (out, err)
    got, log = cache.run()
    assert got == want, (got, log)
    assert not list(cache.store.glob("new-*"))


def full(cache):
    want = cache.expected()
    done = subprocess.run(["bash", "-c", f"ulimit -f 2; exec {cache.gene} cache add program.gene"], cwd=cache.folder,
                          env=os.environ | {"GENE_CACHE": str(cache.store)}, capture_output=True)
    assert done.returncode != 0
    got, log = cache.run()
    assert got == want and USED not in log, (got, log)
    assert not list(cache.store.glob("*.native"))
    # A folder that cannot be made.
    (cache.folder / "file").write_text("")
    done = cache.gene_with(cache.folder / "file" / "cache", "run", "program.gene")
    assert done.stdout == want[0] and done.returncode == want[2], done
    done = cache.gene_with(cache.folder / "file" / "cache", "cache", "add", "program.gene")
    assert done.returncode == 1 and done.stderr.startswith("Error: "), done


def beside(cache):
    (cache.folder / "waiting.gene").write_text(WAITING)
    now = {"GENE_JIT_DELAY": "0"}
    flag = cache.folder / "flag"

    def native_files():
        return len(list(cache.store.glob("*.native"))) if cache.store.exists() else 0

    def run_until_compiled(words, count, **further):
        """The program runs until the compiler, which it started, has written its file."""
        flag.unlink(missing_ok=True)
        process = subprocess.Popen([cache.gene, "run", "--jit-log", *words, str(flag)], cwd=cache.folder, text=True,
                                   env=os.environ | {"GENE_CACHE": str(cache.store)} | now,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(further.get("text", ""))
        process.stdin.close()
        deadline = time.monotonic() + 600
        while native_files() < count and time.monotonic() < deadline:
            time.sleep(0.05)
        flag.write_text("")
        out, err = process.stdout.read(), process.stderr.read()
        assert process.wait() == 0 and out == "done\n", (out, err)
        assert "compiling: it has run for" in err, err
        assert native_files() == count, err

    # Two files for each: what the running program enters, and the whole of it.
    run_until_compiled(["waiting.gene"], 2)
    done = cache.gene_with(cache.store, "run", "--jit-log", "waiting.gene", str(flag))
    assert done.stdout == "done\n" and USED in done.stderr, done
    # Other options of the language are another program.
    run_until_compiled(["--strict-nil", "waiting.gene"], 4)
    run_until_compiled(["-"], 6, text=WAITING)
    done = cache.gene_with(cache.store, "run", "--jit-log", "-", str(flag), input=WAITING)
    assert done.stdout == "done\n" and USED in done.stderr, done
    # It goes on when the program has ended.
    shutil.rmtree(cache.store)
    (cache.folder / "short.gene").write_text("(var i 0)\n(while (i < 3000000) (i += 1))\n(println i)\n")
    done = cache.gene_with(cache.store, "run", "--jit-log", "short.gene", environment=now)
    assert done.stdout == "3000000\n", done
    if "compiling: it has run for" in done.stderr:
        deadline = time.monotonic() + 600
        while native_files() < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert native_files() == 2


def entered(cache):
    flag = cache.folder / "flag"
    program = cache.folder / "calling.gene"
    program.write_text(CALLING)
    flag.write_text("")
    plain = cache.gene_with("off", "run", "calling.gene", str(flag))
    assert plain.returncode == 1 and "differs" not in plain.stdout and "deep down" in plain.stderr, plain
    for which in ("all", "even", "odd"):
        flag.unlink()
        shutil.rmtree(cache.store, ignore_errors=True)
        chosen = {} if which == "all" else {"GENE_JIT_ENTERED": which}
        process = subprocess.Popen([cache.gene, "run", "--jit-log", "calling.gene", str(flag)], cwd=cache.folder, text=True,
                                   env=os.environ | {"GENE_CACHE": str(cache.store), "GENE_JIT_DELAY": "0"} | chosen,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        log = ""
        while "is entered" not in log:
            line = process.stderr.readline()
            assert line, log
            log += line
        time.sleep(0.3)
        flag.write_text("")
        out, err = process.communicate()
        rest = "".join(line for line in err.splitlines(True) if not line.startswith("jit: "))
        assert (out, rest, process.returncode) == (plain.stdout, plain.stderr, 1), (which, out, err)


def loops(cache):
    flag = cache.folder / "flag"
    (cache.folder / "looping.gene").write_text(LOOPING)
    for _ in range(10):
        flag.unlink(missing_ok=True)
        shutil.rmtree(cache.store, ignore_errors=True)
        process = subprocess.Popen([cache.gene, "run", "--jit-log", "looping.gene", str(flag)], cwd=cache.folder, text=True,
                                   env=os.environ | {"GENE_CACHE": str(cache.store), "GENE_JIT_DELAY": "0"},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        log = ""
        while "2 loops is entered" not in log:
            line = process.stderr.readline()
            assert line, (log, process.wait())
            log += line
        flag.write_text("")
        out, err = process.communicate()
        assert (out, process.returncode) == ("0\n", 0), (out, err, process.returncode)


if __name__ == "__main__":
    mode, gene, folder = sys.argv[1:]
    {"damage": damage, "race": race, "full": full, "beside": beside, "entered": entered, "loops": loops}[mode](Cache(os.path.abspath(gene), Path(folder)))
