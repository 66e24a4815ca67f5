#!/usr/bin/env python3
"""Writes a large Gene program of ordinary code: what the compile-time benchmarks read and build.

  generate.py LINES > program.gene

The same number of lines gives the same program. It is made of sections of some
twenty lines each (functions, loops, a class with methods, maps, strings,
pattern matching, exceptions), all with names of their own; a main function calls every section
and prints one sum, so that nothing of it is dead and a run shows that it was compiled right.
"""
import random
import sys

NOUNS = ("account", "order", "packet", "node", "index", "buffer", "invoice", "token", "route",
         "sample", "ticket", "region", "window", "ledger", "parcel", "sensor")
VERBS = ("update", "collect", "resolve", "measure", "balance", "merge", "filter", "scan",
         "reduce", "assign", "verify", "render")


def numbers(r, s):
    return f"""
# {s}: numbers below a limit that divide by {r.randint(2, 9)} or lie above the middle.
(fn {s} [limit]
  (var total 0)
  (var i 0)
  (while (i < limit)
    (if ((i % {r.randint(2, 9)}) == 0)
      (total += (i * {r.randint(2, 40)}))
    elif (i > (limit / 2))
      (total = (total - {r.randint(1, 9)}))
    else
      (total += 1))
    (i += 1))
  total)
""", f"({s} {r.randint(10, 60)})"


def recursion(r, s):
    return f"""
(fn {s}-step [n acc]
  (if (n <= 0)
    acc
  else
    ({s}-step (n - {r.randint(1, 3)}) (acc + n))))

(fn {s} [n]
  (var first ({s}-step n {r.randint(0, 99)}))
  (var second ({s}-step (n + {r.randint(1, 9)}) 0))
  (if (first > second) (first - second) else (second - first)))
""", f"({s} {r.randint(10, 80)})"


def collections(r, s):
    items = " ".join(str(r.randint(1, 500)) for _ in range(8))
    return f"""
(fn {s} [scale]
  (var items [{items}])
  (var doubled (items .map (fn [x] (x * scale))))
  (var large (doubled .filter (fn [x] (x > {r.randint(100, 900)}))))
  (var sum 0)
  (for x in large
    (sum += x))
  (for i in (range 0 ((items .size) - 1))
    (sum += items/<i>))
  (sum + (large .size)))
""", f"({s} {r.randint(2, 9)})"


def objects(r, s):
    name = s.replace("-", " ").title().replace(" ", "")
    field, other = r.sample(("count", "level", "weight", "price", "offset"), 2)
    return f"""
# A {name} keeps its {field} below a limit.
(class {name}
  (ctor [{field} {other}]
    (/{field} = {field})
    (/{other} = {other}))

  (method total []
    (/{field} + /{other}))

  (method add [amount]
    (if ((/{field} + amount) > {r.randint(500, 5000)})
      (/{other} += amount)
    else
      (/{field} += amount))
    self))

(fn {s} [steps]
  (var it (new {name} {r.randint(1, 99)} {r.randint(1, 99)}))
  (for i in (range 0 steps)
    (it .add (i * {r.randint(2, 50)})))
  (it .total))
""", f"({s} {r.randint(3, 30)})"


def maps(r, s):
    keys = r.sample(NOUNS, 5)
    rows = "\n".join(f"    ^{k} {r.randint(1, 999)}" for k in keys)
    return f"""
(fn {s} [bonus]
  (var table {{
{rows}
  }})
  (table/{keys[0]} = (table/{keys[1]} + bonus))
  (var sum 0)
  (for key value in table
    (if (key == "{keys[2]}")
      (sum += (value * 2))
    else
      (sum += value)))
  sum)
""", f"({s} {r.randint(1, 9)})"


def strings(r, s):
    words = " ".join(r.sample(NOUNS + VERBS, 6))
    return f"""
(fn {s} [times]
  (var words ("{words}" .split " "))
  (var text "")
  (for word in words
    (if ((word .size) > {r.randint(4, 6)})
      (text = #"#{{text}}#{{word}}, ")
    else
      (text = #"#{{word}}; #{{text}}")))
  ((text .size) * times))
""", f"({s} {r.randint(1, 9)})"


def matching(r, s):
    return f"""
(fn {s}-of [kind value]
  (case kind
  when "{r.choice(NOUNS)}"
    (value + {r.randint(1, 99)})
  when "other"
    (value * {r.randint(2, 9)})
  else
    (- value)))

(fn {s} [n]
  (try
    (if (n < 0) (throw "negative"))
    ((({s}-of "other" n) + ({s}-of "none" n)) + {r.randint(1, 9)})
  catch *
    {r.randint(1, 9)}))
""", f"(({s} {r.randint(1, 50)}) + ({s} -1))"


SECTIONS = (numbers, recursion, collections, objects, maps, strings, matching)


def program(lines):
    r = random.Random(20)
    out, calls, count = [f"# Written by benchmarks/compile/generate.py {lines}."], [], 1
    while count < lines - len(calls) - 6:
        kind = SECTIONS[len(calls) % len(SECTIONS)]
        name = f"{r.choice(VERBS)}-{r.choice(NOUNS)}-{len(calls)}"
        text, call = kind(r, name)
        out.append(text)
        calls.append(call)
        count += text.count("\n") + 1
    # A few hundred calls a function: one function of thousands of lines is no ordinary code.
    parts = [calls[i:i + 200] for i in range(0, len(calls), 200)]
    for i, part in enumerate(parts):
        body = "\n".join(f"  (sum += {call})" for call in part)
        out.append(f"\n(fn part-{i} []\n  (var sum 0)\n{body}\n  sum)")
    out.append("\n(println (+ " + " ".join(f"(part-{i})" for i in range(len(parts))) + " 0))"
               if len(parts) > 1 else "\n(println (part-0))")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit(__doc__.strip())
    sys.stdout.write(program(int(sys.argv[1])))
