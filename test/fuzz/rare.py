"""What ordinary programs seldom have, and what has been wrong before: many classes, keys whose methods change the map they are looked
up in, odd names, and from none to 1,100 arguments. Each function writes a part of a program for gen.py: definitions, and calls of
them that print.
"""

NAMES = ["!{}", "...{}", "{}?", "{}->x", "_{}", "{}_", "*{}", "<{}>", "{}*", "+{}", "-{}", "{}.{}", "{}-{}", "π{}", "ärger{}", "{}1", "if{}", "nil{}", "self{}",
         "{}!?", "$_{}", "={}", "&{}", "|{}", "~{}", "no{}", "a@{}"]
TYPES = ["", ": Int", ": String", ": Array", ": (Int | String)", ": Bool", ": Any"]
VALUES = ["1", "-7", '"s"', "[1 2]", "nil", "true", "2.5", "140737488355328"]


def many_classes(chance, stem):
    """Up to 60 classes, some below others, with methods of the same names; instances of all of them in one array."""
    count = chance.choice([1, 2, 15, 31, 32, 33, 40, 60])
    parts, equal = [], chance.random() < 0.3
    for i in range(count):
        parent = f" < {stem}{chance.randrange(i)}" if i and chance.random() < 0.3 else ""
        lines = []
        if not parent:
            lines.append("(ctor [v] (/v = v))")
        if not parent or chance.random() < 0.5:
            lines.append(f"(method get [] {chance.choice(['/v', '(/v + 1)', f'(/v * {i})'])})")
        if chance.random() < 0.3:
            lines.append(f"(method only{i} [] {i})")
        if equal and chance.random() < 0.3:
            lines.append("(method == [o] true)")
        parts.append(f"(class {stem}{i}{parent} {' '.join(lines)})")
    made = " ".join(f"(new {stem}{i} {chance.randint(-3, 9)})" for i in range(count))
    picked = chance.randrange(count)
    parts.append(f"""(var {stem}all [{made}])
(fn {stem}run []
  (var sum 0) (var same 0) (var is 0)
  (for o in {stem}all
    (sum += (o .get))
    (try (sum += (o .only{picked})) catch * (sum += 1))
    (if (o is {stem}{picked}) (is += 1))
    (for p in ({stem}all .slice 0 8) (if (o == p) (same += 1))))
  (println "classes" sum same is))
(try ({stem}run) catch e (println "ended" e/message))""")
    return parts


def changing_keys(chance, stem):
    """Keys with a `hash` or `==` that changes the map, or raises, now and then."""
    when, table = chance.choice([2, 3, 5, 7]), chance.choice(["{{}}", "{{1 2 3 4}}", "(new HashSet)"])
    is_set = "HashSet" in table
    put = (lambda key: f"({stem}t .add {key})") if is_set else (lambda key: f"({stem}t .set {key} 1)")
    act = chance.choice([put(chance.randint(0, 99)), put(f"({stem}n + 500)"), put(f"(new {stem}K 3)"), f"({stem}t .clear)", f"({stem}t .del {chance.randint(0, 9)})",
                         '(throw "hash")', f"({stem}a .push {stem}n)", "nil", f"({stem}t .size)"])
    store = put("k")
    look = "(%st .has k)" % stem if is_set or chance.random() < 0.5 else f"({stem}t .get k)"
    method = chance.choice(["hash", "hash", "=="])
    hash_ = f"(do ({stem}n += 1) (if ((({stem}n % {when}) == 0) && ({stem}n < 200)) {act}) (/id % {chance.choice([1, 3, 7])}))"
    body = {"hash": f"(method hash [] {hash_}) (method == [o] (/id == o/id))",
            "==": f"(method hash [] (/id % 2)) (method == [o] (do {hash_} (/id == o/id)))"}[method]
    return [f"(var {stem}n 0) (var {stem}a []) (var {stem}t {table})",
            f"(class {stem}K (ctor [id] (/id = id)) {body})",
            f"""(fn {stem}run []
  (var hits 0)
  (for i in (range 0 {chance.choice([3, 9, 20, 40])})
    (var k (new {stem}K i))
    (try {store} catch e (hits += 100))
    (try (if {look} (hits += 1)) catch e (hits += 1000)))
  (println "keys" hits ({stem}t .size) ({stem}a .size)))
(try ({stem}run) catch e (println "ended" e/message))"""]


def odd_names(chance, stem):
    """Functions whose parameters and variables have names that look like something else, some of them with types."""
    parts = []
    for i in range(chance.randint(1, 3)):
        chosen = chance.sample(NAMES, chance.randint(1, 4))
        names = [n.format(*[f"n{j}"] * 2) for j, n in enumerate(chosen)]
        typed = [n + chance.choice(TYPES) for n in names]
        call = " ".join(chance.choice(VALUES) for _ in range(len(names) - chance.randint(0, 1) * (chance.random() < 0.2)))
        parts.append(f"(fn {stem}o{i} [{' '.join(typed)}]\n  (var sum_ 0)\n  (try (sum_ += (len [{names[0]}])) catch * nil)\n  (println {' '.join(names)} sum_))")
        parts.append(f"(try ({stem}o{i} {call}) catch e (println \"odd\" e/message))")
    return parts


def many_arguments(chance, stem):
    """A function with many parameters, called with as many arguments, one less, one more, by a spread; and one that takes any."""
    count = chance.choice([0, 1, 3, 4, 5, 6, 16, 60, 255, 256, 257, 500, 900, 1000])
    given = chance.choice([count, count, count, max(0, count - 1), count + 1, chance.randint(0, 1100)])
    names = [f"p{i}" for i in range(count)]
    shown = " ".join(names[i] for i in sorted({0, count // 2, count - 1} & set(range(count))))
    rest = count > 0 and chance.random() < 0.5
    numbers = " ".join(str(chance.randint(0, 9)) for _ in range(given))
    head = f"(fn {stem}m [{' '.join(names + (['rest...'] if rest else []))}] (println \"args\" {shown}{' (rest .size)' if rest else ''}))"
    # Too many for a function that is known by its name are refused before the program runs.
    direct = f"{stem}m" if given <= count or rest else f"({stem}f .get 0)"
    calls = [f"({direct} {numbers})", f"({stem}m [{numbers}]...)", f"({stem}any {numbers})", f"({stem}any [{numbers}]... ^k 2)",
             f"({stem}any 1 [{numbers}]... 2)", f"((new {stem}M) .go {numbers})"]
    parts = [head, f"(var {stem}f [{stem}m])", f"(fn {stem}any [all... ^k = 1] (println \"any\" (all .size) k))",
             f"(class {stem}M (method go [a... ] (println \"go\" (a .size))))"]
    parts += [f"(fn {stem}c{i} [] {call})\n(try ({stem}c{i}) catch e (println \"args\" e/message))" for i, call in enumerate(chance.sample(calls, 2))]
    return parts


def parts(chance, stem):
    """Some of it all; most programs get none."""
    result = []
    for i, (make, percent) in enumerate(((many_classes, 8), (changing_keys, 12), (odd_names, 12), (many_arguments, 12))):
        if chance.random() * 100 < percent:
            result += make(chance, stem + 'ckna'[i])
    return result
