#!/usr/bin/env python3
"""Writes random Gene programs that are well formed and end.

  gen.py --seed N [--count K] [--small] [--skip N:I,J,... ]

A program has functions, classes, a generator and a main function, uses ints, floats, strings, arrays, maps, closures,
exceptions and loops, and prints what it computes. What may raise stands in a `try` that prints the message. Seeds N to
N+K-1 make one file, with names that differ. --skip leaves out numbered statements of a seed: compare.py reduces with it.

Programs end because loops count to a constant, functions call only functions defined before them or themselves with a
smaller number, and `cost` bounds the product of all rounds.
"""
import argparse
import random

import rare
from expressions import FLOATS, KINDS, MAX_COST, Expressions, Scope

class Program(Expressions):
    def __init__(self, seed, skip=(), small=False):
        self.chance, self.seed, self.skip, self.small = random.Random(seed), seed, set(skip), small
        self.counter = self.statements = 0
        self.functions = []  # (name, parameter kinds, optional, keywords, result kind, cost)
        self.classes = []  # (name, fields {name: kind}, methods [(name, kinds, result, cost)], constructor kinds)
        self.generators = []  # (name, parameters, cost)
        self.macros = []
        self.globals = Scope()

    # --- names and choices

    def name(self, stem):
        self.counter += 1
        return f"{stem}{self.counter}"

    def pick(self, items):
        return self.chance.choice(items)

    def maybe(self, percent):
        return self.chance.random() * 100 < percent

    def one(self, *choices):
        """Calls one of (weight, function)."""
        total = self.chance.uniform(0, sum(weight for weight, _ in choices))
        for weight, make in choices:
            total -= weight
            if total <= 0:
                return make()
        return choices[0][1]()

    def variables(self, scope, kind, mutable=False):
        latest = {name: (k, m) for name, k, m in scope.names}
        return [n for n, (k, m) in latest.items() if k == kind and (m or not mutable)]

    # --- statements: text, each with a number by which it can be left out

    def statement(self, scope, depth, indent=2):
        number = self.statements
        self.statements += 1
        names, text = len(scope.names), self.plain_statement(scope, depth, indent)
        if number in self.skip:
            del scope.names[names:]
            return "nil"
        return text

    def block(self, scope, depth, indent, low=1, high=4):
        lines = [self.statement(scope, depth, indent) for _ in range(self.chance.randint(low, high))]
        return ("\n" + " " * indent).join(lines)

    def plain_statement(self, scope, depth, indent):
        e = lambda k: self.expr(k, scope, self.chance.randint(1, 3))
        deeper = [] if depth <= 0 else [
            (3, lambda: self.if_statement(scope, depth - 1, indent)),
            (4, lambda: self.loop_statement(scope, depth - 1, indent)),
            (3, lambda: self.try_statement(scope, depth - 1, indent)),
        ]
        return self.one(
            *deeper,
            (5, lambda: self.declaration(scope)),
            (5, lambda: self.assignment(scope)),
            (4, lambda: self.safe(f"(println {' '.join(e(self.pick(KINDS[:6])) for _ in range(self.chance.randint(1, 3)))})", scope)),
            (3, lambda: self.mutation(scope)),
            (1, lambda: self.leave(scope)),
        )

    def safe(self, text, scope):
        if scope.in_try and self.maybe(70):
            return text
        return f"(try {text} catch e_ (println \"caught\" e_/message))"

    def declaration(self, scope):
        kind = self.pick(KINDS + ["int", "int"])
        value = self.expr(kind, scope, self.chance.randint(1, 3))
        wrapped = not scope.in_try or self.maybe(30)
        if wrapped or kind == "obj":  # of an instance that is certain, the methods are checked before anything runs
            value = f"(try {value} catch * {self.literal(kind, Scope())})"
        same = self.variables(scope, kind, mutable=True)
        again = same and self.maybe(5)
        name = self.pick(same) if again else self.name(kind[0])
        if self.maybe(10) and not again:  # the bodies of while, loop and try are no scopes
            name += f"_{self.seed}"       # of a module's variable that a program of the same file may have, too
            scope.add(name, kind, False)
            return f"(let {name} {value})"
        annotation = {"int": ": Int", "float": ": Float", "str": ": String", "bool": ": Bool"}.get(kind, "")
        annotated = annotation if self.maybe(10) else ""
        scope.add(name, kind, not annotated)
        return f"(var {name}{annotated} {value})"

    def assignment(self, scope):
        kind = self.pick(["int", "int", "float", "str", "arr", "map", "fn", "bool", "obj"])
        names = self.variables(scope, kind, mutable=True)
        if not names:
            return self.declaration(scope)
        # A function that is assigned knows no variable with a function: it might call itself for ever.
        seen = scope.inner(names=[n for n in scope.names if n[1] != "fn"]) if kind == "fn" else scope
        name, value = self.pick(names), self.expr(kind, seen, self.chance.randint(1, 3))
        if kind == "int" and self.maybe(60):
            how = self.pick([f"({name} += {value})", f"({name} -= {value})", f"({name} = (({name} * 3 + {value}) % 10007))",
                             f"({name} += 1)", f"({name} -= 1)", f"({name} = ({name} + {value}))"])
            return self.safe(how, scope)
        if kind == "float" and self.maybe(50):
            return self.safe(f"({name} {self.pick(['+=', '-=', '*=', '/='])} {value})", scope)
        if kind == "str" and self.maybe(30):
            return self.safe(f"({name} = (({name} ++ {value}) .substr 0 40))", scope)
        return self.safe(f"({name} = {value})", scope)

    def mutation(self, scope):
        arrays, maps, objects = (self.variables(scope, k) for k in ("arr", "map", "obj"))
        value = self.expr("int", scope, 2)
        choices = []
        if scope.self_class:
            fields = [(f, k) for f, k in scope.self_class[1].items()]
            field, kind = self.pick(fields)
            choices.append((4, lambda: f"(/{field} = {self.expr(kind, scope, 2)})"))
            if kind == "int":
                choices.append((3, lambda: f"(/{field} += {value})"))
        if arrays:
            a = self.pick(arrays)
            choices += [
                (2, lambda: f"(if (({a} .size) < 20) ({a} .push {value}))"),
                (1, lambda: f"({a} .pop)"),
                (2, lambda: f"({a}/{self.pick('012')} = {value})"),
                (1, lambda: f"({a}/0 += {value})"),
                (1, lambda: f"({a} .set {self.pick('012')} {value})"),
            ]
        if maps:
            m, k = self.pick(maps), self.pick("abcde")
            choices += [(2, lambda: f"({m}/{k} = {value})"), (1, lambda: f"({m}/{k} += {value})"),
                        (1, lambda: f'({m} .del "{k}")')]
        if objects and self.classes:
            cls = self.pick(self.classes)
            field, kind = self.pick(list(cls[1].items()))
            choices.append((2, lambda: f"({self.pick(objects)}/{field} = {self.expr(kind, scope, 2)})"))
        return self.safe(self.one(*choices), scope) if choices else self.declaration(scope)

    def leave(self, scope):
        """Return, break, continue, throw."""
        condition = self.expr("bool", scope, 1)
        choices = []
        if scope.loops:
            choices += [(2, lambda: "(break)"), (2, lambda: "(continue)")]
            if scope.loops[0]:
                choices.append((2, lambda: f"({self.pick(['break', 'continue'])} ^from {scope.loops[0]})"))
        if scope.result:
            choices.append((2, lambda: f"(return {self.expr(scope.result, scope, 1)})"))
        if scope.generator:
            choices.append((6, lambda: f"(yield {self.expr('int', scope, 2)})"))
        if scope.in_try:
            choices.append((2, lambda: f"(throw {self.expr(self.pick(['str', 'int', 'arr']), scope, 1)})"))
        return f"(if {condition} {self.one(*choices)})" if choices else self.declaration(scope)

    def if_statement(self, scope, depth, indent):
        text = f"(if {self.expr('bool', scope, 2)}\n{' ' * (indent + 2)}{self.block(scope.inner(), depth, indent + 2)}"
        if self.maybe(30):
            text += f"\n{' ' * indent} elif {self.expr('bool', scope, 2)}\n{' ' * (indent + 2)}{self.block(scope.inner(), depth, indent + 2)}"
        if self.maybe(50):
            text += f"\n{' ' * indent} else\n{' ' * (indent + 2)}{self.block(scope.inner(), depth, indent + 2)}"
        return self.safe(text + ")", scope)

    def loop_statement(self, scope, depth, indent):
        rounds = self.chance.randint(1, 6) if self.maybe(80) else self.chance.randint(7, 40)
        if rounds * scope.cost > MAX_COST:
            return self.declaration(scope)
        label = self.name("loop") if self.maybe(20) else None
        named = f" ^name {label}" if label else ""
        inner = scope.inner(cost=scope.cost * rounds, loops=[label] + scope.loops if label else scope.loops + [None])
        if not label:
            inner.loops = [None] + scope.loops
        i = self.name("i")
        start = self.chance.randint(-3, 3)
        sep = "\n" + " " * (indent + 2)

        def for_range():
            inner.add(i, "int", self.maybe(50))
            return f"(for{named} {i} in ({start} .. {start + rounds - 1}){sep}{self.block(inner, depth, indent + 2)})"

        def for_array():
            inner.add(i, "int", self.maybe(50))
            if self.maybe(40):
                k = self.name("k")
                inner.add(k, "int", False)
                return f"(for{named} {k} {i} in ({self.expr('arr', scope, 2)} .slice 0 6){sep}{self.block(inner, depth, indent + 2)})"
            return f"(for{named} {i} in ({self.expr('arr', scope, 2)} .slice 0 6){sep}{self.block(inner, depth, indent + 2)})"

        def for_map():
            inner.add(i, "int", False)
            return f"(for{named} {self.name('k')} {i} in {self.expr('map', scope, 2)}{sep}{self.block(inner, depth, indent + 2)})"

        def for_generator():
            usable = [g for g in self.generators if g[2] * scope.cost <= MAX_COST]
            if not usable:
                return for_range()
            name, kinds, cost = self.pick(usable)
            inner.add(i, "int", False)
            inner.cost = scope.cost * max(cost, 6)
            args = " ".join(self.expr(k, scope, 1) for k in kinds)
            bound = self.name("n")
            return (f"(var {bound} 0){sep}(for{named} {i} in ({name} {args}){sep}({bound} += 1) (if ({bound} > 6) (break))"
                    f"{sep}{self.block(inner, depth, indent + 2)})")

        def while_loop():
            head = f"(var {i} {start})\n{' ' * indent}"
            inner.add(i, "int", False)
            return (f"{head}(while{named} ({i} < {start + rounds}){sep}({i} += 1){sep}{self.block(inner, depth, indent + 2)})")

        def loop():
            head = f"(var {i} {start})\n{' ' * indent}"
            inner.add(i, "int", False)
            return (f"{head}(loop{named}{sep}({i} += 1) (if ({i} > {start + rounds}) (break)){sep}"
                    f"{self.block(inner, depth, indent + 2)})")

        def repeat():
            return f"(repeat{named} {rounds}{sep}{self.block(inner, depth, indent + 2)})"

        return self.safe(self.one((4, for_range), (3, for_array), (1, for_map), (1, for_generator), (4, while_loop), (2, loop),
                                  (1, repeat), (3, lambda: self.element_loop(scope, indent))), scope)

    def element_loop(self, scope, indent):
        """A loop over the elements of an array by index: most are of one kind, and now and then one is not, or the array
        changes its size. It ends at the first error and prints what it has done."""
        a, rows, i, s = self.name("a"), self.name("rows"), self.name("i"), self.name("s")
        odd = ["2.5", '"x"', "nil", "true", "140737488355327", "[1 2]", "-0.5"]
        floats = self.maybe(30)
        item = lambda: (self.pick(odd) if self.maybe(6) else self.pick(FLOATS) if floats else str(self.chance.randint(-9, 99)))
        items = lambda most: "[" + " ".join(item() for _ in range(self.chance.randint(0, most))) + "]"
        start, end, step = self.chance.randint(-2, 2), self.chance.randint(2, 12), self.pick("1112")
        places = {self.name("j"): f"({i} - 1)", self.name("j"): self.pick([f"({end} - {i})", f"({i} * 2)", f"({i} + 1)"])}
        place = lambda: self.pick([i, i, i, *places])
        read = lambda: self.one(
            (4, lambda: f"{a}/<{place()}>"),
            (4, lambda: f"({a} .get {place()})"),
            (2, lambda: f"(({rows} .get {place()}) .get {self.pick([i, '0', '1'])})"),
            (1, lambda: f"{a}/{self.pick(['0', '-1', '1'])}"))
        number = lambda: self.one((5, read), (2, lambda: i), (1, item), (1, lambda: f"({read()} * {read()})"))
        statement = lambda: self.one(
            (5, lambda: f"({s} {self.pick(['+=', '+=', '-=', '*='])} {number()})"),
            (4, lambda: f"({a}/<{place()}> = {number()})"),
            (2, lambda: f"(if ({number()} {self.pick(['<', '>=', '=='])} {number()}) ({s} += {number()}))"),
            (1, lambda: f"(if ({i} == {self.chance.randint(0, end)}) ({a} .{self.pick(['pop', 'add 7', 'push 1.5', 'clear'])}))"),
            (1, lambda: f"(if ({i} == {self.chance.randint(0, end)}) ({a}/<{i}> = {self.pick(odd)}))"),
            (1, lambda: f"({a}/<{place()}> = {read()})"),
            (1, lambda: f"(if ({i} == {self.chance.randint(0, end)}) {self.pick(['(break)', '(continue)'])})"))
        first, next_ = "\n" + " " * indent, "\n" + " " * (indent + 4)
        body = " ".join(f"(var {j} {value})" for j, value in places.items()) + next_
        body += next_.join(statement() for _ in range(self.chance.randint(1, 4)))
        limit = self.pick([str(end), f"({a} .size)", f"(min 20 {a}/.size)"])
        return (f"(var {a} {items(9)}){first}(var {rows} [{' '.join(items(3) for _ in range(self.chance.randint(0, 5)))}])"
                f"{first}(var {i} {start}){first}(var {s} {self.pick(['0', '0', '0.0', '1'])}){first}(var {i}_ 0)"
                f"{first}(try{first}  (while (({i} < {limit}) && ({i}_ < 30)){next_}({i}_ += 1) ({i} += {step}){next_}{body})"
                f"{first}catch *{first}  (println $ex/message)){first}(println {i} {s} {a})")

    def try_statement(self, scope, depth, indent):
        sep = "\n" + " " * (indent + 2)
        text = f"(try{sep}{self.block(scope.inner(in_try=True), depth, indent + 2)}"
        caught = self.maybe(80)
        if caught:
            if self.maybe(20):
                text += f"\n{' ' * indent} catch {self.pick(['RuntimeException', 'TypeException'])}{sep}(println \"typed\" $ex/message)"
            text += f"\n{' ' * indent} catch e_{sep}(println \"caught\" e_/message){sep}{self.block(scope.inner(), depth, indent + 2, 0, 2)}"
        if not caught or self.maybe(40):
            outside = scope.inner(loops=[], result=None, generator=False)
            text += f"\n{' ' * indent} finally{sep}{self.block(outside, depth, indent + 2, 1, 2)}"
        return text + ")" if caught else self.safe(text + ")", scope)

    # --- definitions

    def function(self):
        name, result = self.name(f"f{self.seed}_"), self.pick(KINDS[:6])
        kinds = [self.pick(KINDS[:6] + ["int", "int", "fn", "obj"]) for _ in range(self.chance.randint(0, 4))]
        optional = self.chance.randint(0, 1) if kinds and kinds[-1] in KINDS[:6] else 0
        keywords = {"k" + str(i): self.pick(KINDS[:4]) for i in range(self.chance.randint(1, 2))} if self.maybe(15) else {}
        recursive = self.maybe(25)
        scope = Scope(self.globals.names, result=result, cost=20 if recursive else 1)
        parameters = []
        if recursive:
            parameters.append("n_" if self.maybe(50) else "n_: Int")
            scope.add("n_", "int", False)
        for i, kind in enumerate(kinds):
            p = self.name("a")
            annotation = {"int": ": Int", "float": ": Float", "str": ": String", "bool": ": Bool", "arr": ": Array"}.get(kind, "")
            text = p + (annotation if self.maybe(25) else "")
            if i >= len(kinds) - optional:
                text += f" = {self.literal(kind, Scope())}"
            scope.add(p, kind, self.maybe(70))
            parameters.append(text)
        for k, kind in keywords.items():
            parameters.append(f"^{k} = {self.literal(kind, Scope())}")
            scope.add(k, kind)
        body = self.block(scope, 2, 2, 0, 3)
        last = self.expr(result, scope, 3)
        if recursive:
            again = " ".join(self.expr(k, scope.inner(cost=MAX_COST), 1) for k in kinds)
            call = f"({name} (n_ - 1) {again})"
            last = f"(if (n_ <= 0) {last} else {self.wrap(result, call, scope)})"
        self.functions.append((name, (["count"] if recursive else []) + kinds, optional, keywords, result,
                               max(30, 1) if recursive else 12))
        return f"(fn {name} [{' '.join(parameters)}]\n  {body}\n  {last})"

    def wrap(self, kind, call, scope):
        """A recursive call, as a tail call or inside of an expression."""
        if self.maybe(40):
            return call
        other = self.expr(kind, scope.inner(cost=MAX_COST), 1)
        return {"int": f"(({other} + {call}) % 1000003)", "float": f"({other} + {call})", "str": f"(({call} ++ {other}) .substr 0 30)",
                "bool": f"({other} || {call})", "arr": f"(({call} .add {other if other.isdigit() else 1}) .slice 0 9)"}.get(kind, call)

    def count_expr(self, scope, depth):
        return str(self.chance.randint(0, 12)) if self.maybe(70) else f"(abs ({self.expr('int', scope, 1)} % 12))"

    def class_definition(self):
        parent = self.pick(self.classes) if self.classes and self.maybe(40) else None
        name = self.name(f"C{self.seed}_")
        fields = dict(parent[1]) if parent else {}
        own = {self.name("x"): self.pick(["int", "int", "float", "str", "arr"]) for _ in range(self.chance.randint(1, 3))}
        constructor = (parent[3] if parent else []) + list(own.values())
        inherited = [self.name("p") for _ in (parent[3] if parent else [])]
        fields.update(own)
        lines = [f"(ctor [{' '.join(inherited + ['v' + f for f in own])}]"]
        if parent:
            lines[0] += f" (super .ctor {' '.join(inherited)})"
        lines[0] += " ".join(f" (/{f} = v{f})" for f in own) + ")"
        cls = (name, fields, list(parent[2]) if parent else [], constructor)
        for _ in range(self.chance.randint(1, 3)):
            override = parent and parent[2] and self.maybe(50)
            method, kinds, result, _ = self.pick(parent[2]) if override else (
                self.name("m"), [self.pick(KINDS[:4]) for _ in range(self.chance.randint(0, 3))], self.pick(KINDS[:5]), 0)
            scope = Scope(self.globals.names, self_class=cls, result=result, in_try=False)
            parameters = [self.name("a") for _ in kinds]
            for p, k in zip(parameters, kinds):
                scope.add(p, k)
            body = self.block(scope, 1, 4, 0, 2)
            last = self.expr(result, scope, 2)
            if override and self.maybe(50):
                last = f"(if {self.expr('bool', scope, 1)} {last} else (super .{method} {' '.join(parameters)}))"
            lines.append(f"(method {method} [{' '.join(parameters)}]\n    {body}\n    {last})")
            cls[2][:] = [m for m in cls[2] if m[0] != method] + [(method, kinds, result, 30)]
        self.classes.append(cls)
        return f"(class {name}{' < ' + parent[0] if parent else ''}\n  " + "\n  ".join(lines) + ")"

    def generator(self):
        name = self.name(f"g{self.seed}_") + "*"
        kinds = [self.pick(["int", "arr", "str"]) for _ in range(self.chance.randint(0, 2))]
        scope = Scope(self.globals.names, cost=4)
        parameters = [self.name("a") for _ in kinds]
        for p, k in zip(parameters, kinds):
            scope.add(p, k)
        scope.generator = True
        body = self.block(scope, 2, 2, 2, 4)
        first, last = self.expr("int", scope, 2), self.expr("int", scope, 2)
        self.generators.append((name, kinds, 30))
        return f"(fn {name} [{' '.join(parameters)}]\n  (yield {first})\n  {body}\n  (yield {last}))"

    def macro(self):
        name = self.name(f"mac{self.seed}_") + "!"
        local = self.name("v")
        body = self.pick([
            "($caller_eval e)", f"(var {local} 5) ($caller_eval e)", f"(do (var {local} ($caller_eval e)) {local})",
            "(try ($caller_eval e) catch ex_ (do (println \"macro\" ex_/message) (throw ex_)))",
            "(if (e is Gene) ($caller_eval e) else ($caller_eval ($render `(do %e))))"])
        self.macros.append(name)
        return f"(fn {name} [e] {body})"

    def text(self):
        parts = [f'(println "seed {self.seed}")']
        for _ in range(self.chance.randint(0, 2)):
            kind = self.pick(KINDS[:6])
            name = self.name(f"{kind[0]}{self.seed}_")
            parts.append(f"(var {name} {self.literal(kind, Scope())})")
            self.globals.add(name, kind)
        for _ in range(self.chance.randint(1, 3) if self.small else self.chance.randint(3, 7)):
            parts.append(self.one((5, self.function), (2, self.class_definition), (1, self.generator), (0.6, self.macro)))
        scope = Scope(self.globals.names)
        main = f"main{self.seed}"
        body = self.block(scope, 1, 2, 2, 4) if self.small else self.block(scope, 3, 2, 4, 8)
        shown = [n for n, k, _ in scope.names if k not in ("fn", "obj")]
        parts.append(f"(fn {main} []\n  {body}\n  (println {' '.join(dict.fromkeys(shown))}))")
        parts.append(f"(try ({main}) catch e (println \"ended\" e/message))")
        if self.maybe(50) and not self.small:
            parts.append(self.block(Scope(self.globals.names), 2, 0, 1, 3))
        parts += rare.parts(random.Random(self.seed * 7919 + 1), f"r{self.seed}_")
        return "\n".join(parts) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--skip", default="", help="SEED:NUMBER,NUMBER...")
    options = parser.parse_args()
    seed, _, numbers = options.skip.partition(":")
    for n in range(options.seed, options.seed + options.count):
        skip = [int(i) for i in numbers.split(",")] if seed == str(n) and numbers else []
        print(Program(n, skip, options.small).text())


if __name__ == "__main__":
    main()
