# How gdb shows the values of a Gene program. Executables that are built with -g have this text in them, behind the numbers
# of the runtime that wrote it (codegen/llvm/EmitModule.cpp): LAYOUT and KINDS. gdb runs it when it loads the executable, if
# `set auto-load safe-path` allows that. It reads memory and calls nothing, so it works on core files as well.
import struct

import gdb
import gdb.printing

CONSTANTS = {0: "<none>", 2: "nil", 6: "false", 7: "true", 10: "void", 11: "_", 15: "<not given>"}
MOST_ITEMS, MOST_BYTES, DEEPEST = 20, 200, 3


def read(address, form):
    """The numbers at an address, as struct.unpack gives them; gdb.MemoryError where there is no memory."""
    return struct.unpack(form, gdb.selected_inferior().read_memory(address, struct.calcsize(form)).tobytes())


def read_text(address, size):
    shown = gdb.selected_inferior().read_memory(address, min(size, MOST_BYTES)).tobytes()
    return shown.decode("utf-8", "ignore") + ("…" if size > MOST_BYTES else "")


def symbol_text(number):
    """The first 2,048 symbols lie in one table (runtime/support/Symbol.cpp)."""
    try:
        table = int(gdb.parse_and_eval("(unsigned long) &'gene::(anonymous namespace)::firstEntries'"))
        size, text = read(table + 24 * number, "QQ") if number < 2048 else (0, 0)
        return read_text(text, size) if size else f"<symbol {number}>"
    except (gdb.error, gdb.MemoryError):
        return f"<symbol {number}>"


def listed(items, count):
    return " ".join(items) + (" …" if count > MOST_ITEMS else "")


def array_text(address, depth):
    items, count = read(address + LAYOUT["items"], "<QI")
    words = read(items, f"<{min(count, MOST_ITEMS)}Q")
    return "[" + listed([value_text(word, depth + 1) for word in words], count) + "]"


def map_text(address, depth, kind):
    entries, _, used = read(address + LAYOUT["entries"], "<QQI")
    shown = []
    for i in range(min(used, MOST_ITEMS)):
        key, value = read(entries + 16 * i, "<QQ")
        if value in (0, 3):  # a deleted one
            continue
        shown.append(("^" if kind == "Map" else "") + value_text(key, depth + 1) + " " + value_text(value, depth + 1))
    return ("{" if kind == "Map" else "{{") + listed(shown, used) + ("}" if kind == "Map" else "}}")


def object_text(address, depth):
    flags, shape = read(address, "<II")
    kind = KINDS[shape] if shape < len(KINDS) else "instance"
    if kind == "BoxedInt":
        return str(read(address + LAYOUT["boxed"], "<q")[0])
    if kind == "String":
        size, = read(address + LAYOUT["bytes"], "<I")
        text = address + LAYOUT["text"]
        if flags & LAYOUT["isShared"]:
            text, = read(text, "<Q")
        return '"' + read_text(text, size) + '"'
    if depth < DEEPEST and kind == "Array":
        return array_text(address, depth)
    if depth < DEEPEST and kind in ("Map", "HashMap"):
        return map_text(address, depth, kind)
    return f"<{kind} at {address:#x}>"


def value_text(bits, depth=0):
    """runtime/value/Value.h says what a word means."""
    if bits in CONSTANTS:
        return CONSTANTS[bits]
    if bits >= LAYOUT["IntTag"]:
        return str(bits - LAYOUT["IntBias"])
    if LAYOUT["DoubleOffset"] <= bits <= LAYOUT["DoubleOffset"] + LAYOUT["DoubleRange"]:
        return repr(struct.unpack("<d", struct.pack("<Q", bits - LAYOUT["DoubleOffset"]))[0])
    if bits >> 48 == LAYOUT["CharTag"] >> 48:
        return "'" + chr(bits & 0x1FFFFF) + "'"
    if bits >> 48 == LAYOUT["SymbolTag"] >> 48:
        return symbol_text(bits & 0xFFFFFFFF)
    try:
        return object_text(bits, depth) if bits % 16 == 0 and bits >> 48 == 0 else f"<no value: {bits:#x}>"
    except (gdb.error, gdb.MemoryError):
        return f"<no value: {bits:#x}>"


class GeneValue:
    def __init__(self, value):
        self.bits = int(value.cast(gdb.lookup_type("unsigned long"))) & 0xFFFFFFFFFFFFFFFF

    def to_string(self):
        """Characters that gdb's output cannot show are written as escapes."""
        charset = gdb.host_charset() if hasattr(gdb, "host_charset") else "ascii"
        return value_text(self.bits).encode(charset, "backslashreplace").decode(charset)


def gene_printer(value):
    return GeneValue(value) if value.type.name == "GeneValue" else None


gdb.printing.register_pretty_printer(gdb.current_objfile(), gene_printer, replace=True)
