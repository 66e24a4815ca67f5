"""Does with `gene repl --nrepl` what an editor does: nrepl.py GENE FOLDER."""
import os
import shutil
import socket
import subprocess
import sys

from nrepl_client import Connection, Server, encode

gene, folder = sys.argv[1:]
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
port_file = os.path.join(folder, ".nrepl-port")
server = Server(gene, folder, GENE_CHECK_LEAKS="1")
assert open(port_file).read() == str(server.port)
c = server.connect()


def check(got, expected):
    assert got == expected, f"{got!r}, not {expected!r}"


# What the server is, sessions.
about = c.one("describe")
check(about["status"], ["done"])
operations = "clone close complete completions describe eldoc eval info interrupt load-file lookup ls-sessions stdin"
check(sorted(about["ops"]), operations.split())
check(about["versions"]["gene"]["version-string"], subprocess.run([gene, "--version"], capture_output=True, text=True).stdout.split()[1])
one, two = c.one("clone")["new-session"], c.one("clone", session=about["session"])["new-session"]
check(set(c.one("ls-sessions")["sessions"]), {one, two, about["session"]})

# Values, output, errors with their places.
check(c.evaluate("(1 + 2)", session=one), ("3", "", "", ["done"]))
check(c.request("eval", code="_", session=one)[0] | {"id": ""}, {"id": "", "session": one, "ns": "main", "value": "3"})
check(c.evaluate('(println "Grüße") (println ^^stderr "oh") (print 1) nil'), ("nil", "Grüße\n1", "oh\n", ["done"]))
check(c.evaluate('(fn area [w h ^unit = "m"] (w * h))', file=os.path.join(folder, "shapes.gene"), line=7, column=3), ("VkFunction", "", "", ["done"]))
check(c.evaluate("(area 6 7)", session=two)[0], "42")  # what is defined is there for all sessions
messages = c.request("eval", code='(var a 1)\n(throw "went wrong")', file="/none/a.gene", line=10, column=5)
check(Connection.outcome(messages)[2].split(" [")[0], "/none/a.gene:11:1: error: went wrong")
check([m["ex"] for m in messages if "ex" in m], ["Exception"])
check(Connection.outcome(messages)[3], ["done", "eval-error"])
value, out, errors, status = c.evaluate("(1 +", file="/none/b.gene", line=3, column=2)
assert errors.startswith("/none/b.gene:3:2: error: ") and status == ["done", "eval-error"], errors
check(c.one("eval")["status"], ["error", "no-code", "done"])

# A file as a whole.
open(os.path.join(folder, "shapes.gene"), "w").write("# a file\n")
text = '(fn ^intent "how far around" around [w h] ((w + h) * 2))\n(around 1 2)'
check(Connection.outcome(c.request("load-file", file=text, file_path=os.path.join(folder, "around.gene"), file_name="around.gene"))[0], "6")
check(c.one("load-file")["status"], ["error", "no-file", "done"])

# What is known about names.
found = c.one("lookup", sym="area")["info"]
check([found[key] for key in ("name", "ns", "type", "arglists-str", "file", "line")],
      ["area", "main", "function", "[w h ^unit?]", os.path.join(folder, "shapes.gene"), 7])
found = c.one("info", symbol="println")
assert found["type"] == "function" and "println [value..." in found["doc"] and found["status"] == ["done"], found
check(c.one("info", sym="if")["type"], "special-form")
check(c.one("info", sym=".map")["type"], "method")
check(c.one("eldoc", sym="area")["eldoc"], [["w", "h", "^unit?"]])
check([c.one(op, sym="no_such_name")["status"] for op in ("lookup", "info", "eldoc")],
      [["lookup-error", "done"], ["no-info", "done"], ["no-eldoc", "done"]])
check(c.one("completions", prefix="are")["completions"], [{"candidate": "area", "type": "function"}])
methods = c.one("complete", prefix=".each")["completions"]
assert methods and all(m["type"] == "method" for m in methods), methods

# An endless loop is interrupted; so is an evaluation that waits for its turn, and one that waits for input.
endless = c.send("eval", code='(println "begins") (loop (var x 1))', session=one)
check(c.receive()["out"], "begins\n")
waits = c.send("eval", code="(1 / 0)", session=two)
check(c.one("interrupt", session=two)["status"], ["session-idle", "done"])
check(c.one("interrupt", session=two, interrupt_id=waits)["status"], ["done"])
check(c.wait(waits)[-1]["status"], ["interrupted", "done"])
check(c.one("interrupt", session=one, interrupt_id="other")["status"], ["interrupt-id-mismatch", "done"])
check(c.one("interrupt", session=one, interrupt_id=endless)["status"], ["done"])
check(c.wait(endless)[-1]["status"], ["interrupted", "done"])
check(c.evaluate("(2 + 3)", session=one), ("5", "", "", ["done"]))
check(c.one("interrupt", session=one)["status"], ["session-idle", "done"])

for waits in ("(sleep 1000000)", "(await (gene/sleep_async 1000000))"):
    long = c.send("eval", code=f'(println "waits") (try {waits} finally (println "woken"))', session=one)
    check(c.receive()["out"], "waits\n")
    c.request("interrupt", session=one)
    check(c.wait(long)[-1]["status"], ["interrupted", "done"])
check(c.evaluate("(sleep 10) (await (gene/sleep_async 10)) 7", session=one)[0], "7")

# Standard input.
reads = c.send("eval", code="[(stdin .read_line) (stdin .read_line)]", session=one)
check(c.wait(reads, "need-input")[-1]["status"], ["need-input"])
check(c.one("stdin", session=one, stdin="first\nsec")["status"], ["done"])
check(c.wait(reads, "need-input")[-1]["status"], ["need-input"])
c.request("stdin", session=one, stdin="ond\nthird\n")
check(Connection.outcome(c.wait(reads))[0], '["first" "second"]')
check(c.evaluate("(stdin .read_line)")[0], '"third"')
c.request("stdin", session=one, stdin="y" * 500_000 + "\n")  # more than a pipe holds, and nobody reads
check(c.evaluate("((stdin .read_line) .size)")[0], "500000")
reads = c.send("eval", code="(stdin .read_line)", session=one)
c.wait(reads, "need-input")
c.request("interrupt", session=one)
check(c.wait(reads)[-1]["status"], ["interrupted", "done"])
reads = c.send("eval", code="(stdin .read_line)", session=one)
c.wait(reads, "need-input")
c.request("stdin", session=one, stdin="")  # the end
check(Connection.outcome(c.wait(reads))[0], "nil")

# Another connection; messages in pieces; several in one; what is no message ends its connection only.
other = server.connect()
for byte in encode({"op": "eval", "code": "(area 2 2)", "id": "x"}):
    other.socket.sendall(bytes([byte]))
check(other.wait("x")[0]["value"], "4")
other.socket.sendall(b"".join(encode({"op": "eval", "code": f"(area {n} 10)", "id": f"n{n}"}) for n in range(50)))
check([other.wait(f"n{n}")[0]["value"] for n in range(50)], [str(10 * n) for n in range(50)])
big = "x" * 3_000_000
check(other.evaluate(f'("{big}" .size)')[0], str(len(big)))
for garbage in (b"hello", b"i12e", b"d3:opi", b"d" + b"1:al" * 100, b"99999999999999999999:", b"d2:op-1:xe"):
    bad = socket.create_connection(("127.0.0.1", server.port), 60)
    bad.sendall(garbage)
    bad.shutdown(socket.SHUT_WR)
    check(bad.recv(10), b"")
check(other.one("nothing")["status"], ["error", "unknown-op", "done"])
check(other.one("eval", code="1", session="none")["status"], ["error", "unknown-session", "done"])
gone = server.connect()  # goes while its evaluation runs
gone.send("eval", code="(var n 0) (while (n < 300000) (n += 1)) (println n)")
gone.socket.close()

# Closing a session ends what runs in it.
endless = c.send("eval", code='(println "again") (loop (var x 1))', session=one)
check(c.receive()["out"], "again\n")
check(other.one("close", session=one)["status"], ["session-closed", "done"])
check(c.wait(endless)[-1]["status"], ["interrupted", "done"])
assert one not in c.one("ls-sessions")["sessions"]

# The end by Ctrl-C, also of an endless loop.
endless = c.send("eval", code='(println "last") (loop (var x 1))', session=two)
check(c.receive()["out"], "last\n")
check(server.stop(), (0, ""))
assert not os.path.exists(port_file)

# A program that ends itself; a port that is asked for, is taken, is none.
server = Server(gene, folder)
taken = subprocess.run([gene, "repl", f"--nrepl={server.port}"], cwd=folder, capture_output=True, text=True)
check((taken.returncode, taken.stderr), (1, f"Error: Cannot listen on 127.0.0.1:{server.port}: Address already in use\n"))
check(open(port_file).read(), str(server.port))
server.connect().send("eval", code="(exit 3)")
check(server.process.wait(60), 3)
assert not os.path.exists(port_file)
wrong = subprocess.run([gene, "repl", "--nrepl=70000"], capture_output=True, text=True)
check(wrong.returncode, 2)
again = Server(gene, folder, f"--nrepl={server.port}")
check(again.port, server.port)
check(again.stop()[0], 0)
print("all is well")
