"""Expressions of random programs: by their kind, from the variables in scope. Part of gen.py's Program."""

KINDS = ["int", "float", "str", "bool", "arr", "map", "fn", "obj"]
INTS = [0, 1, 2, 3, 5, 7, 10, 31, 64, 100, 255, 1000, 65536, (1 << 31) - 1, 1 << 47, (1 << 47) - 1, -(1 << 47), 1 << 48,
        1 << 52, (1 << 53) + 1, 1 << 62, (1 << 63) - 1, -(1 << 63)]
FLOATS = ["0.0", "-0.0", "0.5", "1.0", "2.5", "-3.25", "1e10", "0.1", "1e-8", "1e300", "123456.789"]
STRINGS = ['""', '"a"', '"abc"', '"x y"', '"Straße"', '"12"', '"héé"', '"\\n"', '"long enough not to be small"']
MAX_COST = 4000


class Scope:
    """The variables that can be named, innermost last: (name, kind, may be assigned)."""

    def __init__(self, names=(), loops=(), self_class=None, fuel=None, result=None, cost=1, in_try=False):
        self.names, self.loops, self.self_class, self.fuel = list(names), list(loops), self_class, fuel
        self.result, self.cost, self.generator, self.in_try = result, cost, False, in_try

    def inner(self, **changes):
        copy = Scope(self.names, self.loops, self.self_class, self.fuel, self.result, self.cost, self.in_try)
        copy.generator = self.generator
        for key, value in changes.items():
            setattr(copy, key, value)
        return copy

    def add(self, name, kind, mutable=True):
        self.names.append((name, kind, mutable))


class Expressions:
    """What a Program is asked for where it needs a value; it draws from self.chance and names from self.name()."""

    def expr(self, kind, scope, depth):
        if depth <= 0:
            return self.leaf(kind, scope)
        return getattr(self, kind + "_expr")(scope, depth - 1)

    def leaf(self, kind, scope):
        names = self.variables(scope, kind)
        if names and self.maybe(70):
            return self.pick(names)
        if scope.self_class and self.maybe(30):
            fields = [f for f, k in scope.self_class[1].items() if k == kind]
            if fields:
                return "/" + self.pick(fields)
        return self.literal(kind, scope)

    def literal(self, kind, scope):
        if kind == "int":
            return str(self.pick(INTS[:12]) if self.maybe(85) else self.pick(INTS))
        if kind == "float":
            return self.pick(FLOATS)
        if kind == "str":
            return self.pick(STRINGS)
        if kind == "bool":
            return self.pick(["true", "false"])
        if kind == "arr":
            return "[" + " ".join(str(self.chance.randint(-9, 99)) for _ in range(self.chance.randint(0, 4))) + "]"
        if kind == "map":
            return "{" + " ".join(f"^{k} {self.chance.randint(0, 9)}" for k in "abc"[: self.chance.randint(0, 3)]) + "}"
        if kind == "fn":
            p = self.name("p")
            return f"(fn [{p}] ({p} {self.pick('+-*')} {self.chance.randint(1, 9)}))"
        if not self.classes:
            return "nil"
        cls = self.pick(self.classes)
        return f"(new {cls[0]} {' '.join(self.leaf(k, scope.inner(self_class=None)) for k in cls[3])})"

    def common(self, kind, scope, depth):
        """Expressions of every kind."""
        e = lambda k: self.expr(k, scope, depth)
        choices = [
            (6, lambda: self.leaf(kind, scope)),
            (2, lambda: f"(if {e('bool')} {e(kind)} else {e(kind)})"),
            (1, lambda: f"(ifel {e('bool')} {e(kind)} {e(kind)})"),
            (1, lambda: f"(case {e('int')} when {self.literal('int', scope)} {e(kind)} when {e('int')} {e(kind)} else {e(kind)})"),
            (1, lambda: f"(try {e(kind)} catch * {e(kind)})"),
            (0.5, lambda: f"(try (throw {e('int')}) catch {{^cause {self.name('c')}}} {e(kind)})"),
            (1, lambda: self.do_expr(kind, scope, depth)),
            (0.7, lambda: f"(loop (break {e(kind)}))"),
            (0.7, lambda: f"((fn [] {e(kind)}))"),
        ]
        calls = [f for f in self.functions if f[4] == kind and f[5] * scope.cost <= MAX_COST]
        if calls:
            choices.append((4, lambda: self.call(self.pick(calls), scope, depth)))
        methods = [(c, m) for c in self.classes for m in c[2] if m[2] == kind and m[3] * scope.cost <= MAX_COST]
        if methods:
            choices.append((3, lambda: self.method_call(self.pick(methods), scope, depth)))
        if self.macros and self.maybe(30):
            choices.append((1, lambda: f"({self.pick(self.macros)} {e(kind)})"))
        return choices

    def do_expr(self, kind, scope, depth):
        name, k = self.name("d"), self.pick(KINDS[:4])
        inner = scope.inner()
        value = self.expr(k, scope, depth)
        inner.add(name, k)
        return f"(do (var {name} {value}) {self.expr(kind, inner, depth)})"

    def call(self, function, scope, depth):
        name, kinds, optional, keywords, _, _ = function
        given = kinds if self.maybe(70) else kinds[: len(kinds) - self.chance.randint(0, optional)]
        args = [self.expr(k, scope, depth - 1) for k in given]
        if args and self.maybe(8):
            args = [args[0], "[" + " ".join(args[1:]) + "]..."]
        for k, keyword_kind in keywords.items():
            if self.maybe(50):
                args.insert(self.chance.randint(0, len(args)), f"^{k} {self.expr(keyword_kind, scope, depth - 1)}")
        if self.maybe(4):
            return f"({name} .call {' '.join(a for a in args)})"
        return f"({name} {' '.join(args)})"

    def method_call(self, target, scope, depth):
        cls, (name, kinds, _, _) = target
        args = " ".join(self.expr(k, scope, depth - 1) for k in kinds)
        objects = self.variables(scope, "obj")
        receiver = self.pick(objects) if objects and self.maybe(50) else self.new(cls, scope, depth - 1)
        return f"({receiver} .{name} {args})"

    def new(self, cls, scope, depth):
        return f"(new {cls[0]} {' '.join(self.expr(k, scope, depth) for k in cls[3])})"

    def int_expr(self, scope, depth):
        e = lambda k: self.expr(k, scope, depth)
        return self.one(
            *self.common("int", scope, depth),
            (8, lambda: f"({e('int')} {self.pick(['+', '-', '+', '-', '*'])} {e('int')})"),
            (3, lambda: f"({e('int')} % {self.pick(['7', '10', '1000', '10007', e('int')])})"),
            (1, lambda: f"({e('int')} {self.pick(['&&', '||', '&|&'])} {e('int')})"),
            (1, lambda: f"({e('int')} {self.pick(['<<', '>>'])} {self.chance.randint(0, 63)})"),
            (1, lambda: f"(- {e('int')})"),
            (1, lambda: f"(! {e('int')})"),
            (1, lambda: f"({self.pick(['+', '*', '-'])} {e('int')} {e('int')} {e('int')})"),
            (1, lambda: f"(abs {e('int')})"),
            (1, lambda: f"({self.pick(['min', 'max'])} {e('int')} {e('int')})"),
            (1, lambda: f"(({e('int')} / {self.pick(['2', '3', '10', '16'])}) .to_i)"),
            (1, lambda: f"({e('str')} .length)"),
            (1, lambda: f"({e('arr')} .size)"),
            (2, lambda: f"(({e('arr')} .get {self.chance.randint(0, 3)}) || 0)" if self.maybe(20) else self.element(scope)),
            (1, lambda: f"({e('map')} .size)"),
            (1, lambda: f"({e('arr')} .reduce {e('int')} (fn [acc_ x_] (acc_ {self.pick('+-')} x_)))"),
            (2, lambda: f"({self.callee(scope)} {e('int')})"),
            (1, lambda: f"({e('str')} .to_i)"),
        )

    def callee(self, scope):
        names = self.variables(scope, "fn")
        return self.pick(names) if names else self.literal("fn", scope)

    def element(self, scope):
        arrays, maps = self.variables(scope, "arr"), self.variables(scope, "map")
        if arrays and self.maybe(60):
            return f"{self.pick(arrays)}/{self.pick(['0', '1', '-1', '2'])}"
        return f"{self.pick(maps)}/{self.pick('abc')}" if maps else self.literal("int", scope)

    def float_expr(self, scope, depth):
        e = lambda k: self.expr(k, scope, depth)
        return self.one(
            *self.common("float", scope, depth),
            (6, lambda: f"({e('float')} {self.pick('+-*/')} {e('float')})"),
            (3, lambda: f"({e('int')} / {e('int')})"),
            (2, lambda: f"({e('float')} {self.pick('+-*')} {e('int')})"),
            (1, lambda: f"({e('int')} {self.pick('+-*')} {e('float')})"),
            (1, lambda: f"(- {e('float')})"),
            (1, lambda: f"({e('float')} % {e('float')})"),
            (1, lambda: f"({e('int')} .to_f)"),
            (1, lambda: f"(sqrt (abs {e('float')}))"),
            (1, lambda: f"({self.pick(['min', 'max'])} {e('float')} {e('float')})"),
        )

    def bool_expr(self, scope, depth):
        e = lambda k: self.expr(k, scope, depth)
        compare = lambda: self.pick(["<", "<=", ">", ">=", "==", "!="])
        return self.one(
            *self.common("bool", scope, depth),
            (6, lambda: f"({e('int')} {compare()} {e('int')})"),
            (2, lambda: f"({e('float')} {compare()} {e(self.pick(['float', 'int']))})"),
            (1, lambda: f"({e('int')} {self.pick(['<', '<='])} {e('int')} {self.pick(['<', '<=', '=='])} {e('int')})"),
            (2, lambda: f"({e('bool')} {self.pick(['&&', '||'])} {e('bool')})"),
            (1, lambda: f"(not {e('bool')})"),
            (1, lambda: f"({e('str')} == {e('str')})"),
            (1, lambda: f"({e('arr')} == {e('arr')})"),
            (1, lambda: f"({e('map')} == {e('map')})"),
            (1, lambda: f"({e('arr')} .contains {e('int')})"),
            (1, lambda: f"({e('str')} .contains {e('str')})"),
            (1, lambda: f"({e(self.pick(KINDS[:6]))} is {self.pick(['Int', 'Float', 'String', 'Bool', 'Array'])})"),
        )

    def str_expr(self, scope, depth):
        e = lambda k: self.expr(k, scope, depth)
        hole = lambda: self.pick(KINDS[:6])
        return self.one(
            *self.common("str", scope, depth),
            (4, lambda: f"({e('str')} ++ {e('str')})"),
            (4, lambda: f'#"<#{{{e(hole())}}} #{{{e(hole())}}}>"'),
            (1, lambda: f"({e(self.pick(['int', 'float', 'arr']))} .to_s)"),
            (1, lambda: f"({e('str')} .{self.pick(['to_upper', 'reverse', 'trim', 'capitalize'])})"),
            (1, lambda: f"({e('str')} .substr {self.chance.randint(0, 3)} {self.chance.randint(3, 6)})"),
            (1, lambda: f'({e("arr")} .join ",")'),
            (1, lambda: f"(typeof {e(self.pick(KINDS))})"),
        )

    def arr_expr(self, scope, depth):
        e = lambda k: self.expr(k, scope, depth)
        return self.one(
            *self.common("arr", scope, depth),
            (4, lambda: "[" + " ".join(e("int") for _ in range(self.chance.randint(0, 4))) + "]"),
            (1, lambda: f"[{e('int')} {self.leaf('arr', scope)}... {e('int')}]"),
            (1, lambda: f"({e('arr')} .map (fn [x_] {self.closure_body('int', scope, 'x_', depth)}))"),
            (1, lambda: f"({e('arr')} .filter (fn [x_] {self.closure_body('bool', scope, 'x_', depth)}))"),
            (1, lambda: f"({e('arr')} .map {self.callee(scope)})"),
            (1, lambda: f"({e('arr')} .{self.pick(['reverse', 'sort'])})"),
            (1, lambda: f"({e('arr')} .slice {self.chance.randint(0, 2)} {self.chance.randint(0, 4)})"),
            (1, lambda: f"({e('arr')} .add {e('int')})"),
            (1, lambda: f"({e('map')} .values)"),
        )

    def map_expr(self, scope, depth):
        e = lambda k: self.expr(k, scope, depth)
        keys = self.chance.sample("abcd", self.chance.randint(0, 3))
        return self.one(
            *self.common("map", scope, depth),
            (4, lambda: "{" + " ".join(f"^{k} {e('int')}" for k in keys) + "}"),
            (1, lambda: f"{{^... {self.leaf('map', scope)} ^{self.pick('abc')} {e('int')}}}"),
            (1, lambda: f"({e('map')} .merge {e('map')})"),
        )

    def fn_expr(self, scope, depth):
        p = self.name("p")
        inner = self.closure_scope(scope)
        inner.add(p, "int")
        parameter = self.pick([p, p, f"{p}: Int", f"{p} = 3"])
        return self.one(
            (3, lambda: self.leaf("fn", scope)),
            (3, lambda: f"(fn [{parameter}] {self.expr('int', inner, depth)})"),
            (1, lambda: f"(fn [{parameter}] {self.statement(inner, depth)} {self.expr('int', inner, depth)})"),
        )

    def closure_scope(self, scope):
        return scope.inner(loops=[], generator=False, result=None, fuel=None, cost=scope.cost * 8)

    def closure_body(self, kind, scope, parameter, depth):
        inner = self.closure_scope(scope)
        inner.add(parameter, "int")
        return self.expr(kind, inner, depth)

    def obj_expr(self, scope, depth):
        if not self.classes:
            return "nil"
        return self.one((3, lambda: self.leaf("obj", scope)),
                        (2, lambda: self.new(self.pick(self.classes), scope, depth)))
