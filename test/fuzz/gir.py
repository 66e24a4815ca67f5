"""Changes of .gir files that know how they are made (runtime/image/ImageFormat.h): registers, opcodes, jumps, indices and
constants become others that could stand there, and the checksum is right again. mutate.py runs what comes of it."""
import ctypes
import struct

HEADER = 184  # sizeof(ImageHeader)
SECTIONS = ["Strings", "Symbols", "Globals", "Constants", "Functions", "Slots", "Shapes", "ShapeArgs", "Sites", "Inputs", "Uses", "Code"]
FIRST_SECTION = HEADER - 8 * len(SECTIONS)
FUNCTION = struct.Struct("<IIIHHIIII")  # ImageFunction
CODE = struct.Struct("<IIII")  # ImageCode
ROWS = {"Symbols": 8, "Globals": 12, "Functions": FUNCTION.size, "Slots": 8, "Shapes": 8, "ShapeArgs": 8, "Sites": 32, "Inputs": 16}


def image_of(data):
    """The image in a file, without the text of its module (runtime/support/ModuleText.cpp)."""
    if data[-8:] != b"GENETEXT":
        return data
    return data[:len(data) - 24 - int.from_bytes(data[-24:-16], "little")]


def sign(data):
    """A .gir file with the checksum of its bytes (runtime/image/ImageFormat.cpp: `checksum`)."""
    if len(data) < HEADER:
        return data
    xxhash = ctypes.CDLL("libxxhash.so.0")
    xxhash.XXH3_64bits.restype = xxhash.XXH3_64bits_withSeed.restype = ctypes.c_uint64
    xxhash.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    xxhash.XXH3_64bits_withSeed.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]
    seed = xxhash.XXH3_64bits(data[:16] + bytes(8) + data[24:HEADER], HEADER)
    check = xxhash.XXH3_64bits_withSeed(data[HEADER:], len(data) - HEADER, seed)
    return data[:16] + check.to_bytes(8, "little") + data[24:]


class Image:
    """The bytes of a file, and where its parts lie."""

    def __init__(self, data):
        self.bytes = bytearray(data)
        ranges = struct.unpack_from("<" + "II" * len(SECTIONS), data, FIRST_SECTION)
        self.sections = {name: (ranges[2 * i], ranges[2 * i + 1]) for i, name in enumerate(SECTIONS)}
        self.functions = []  # (offset of the words, how many, frame size, sites, handlers)
        at, size = self.sections["Functions"]
        for offset in range(at, at + size - FUNCTION.size + 1, FUNCTION.size):
            code = self.sections["Code"][0] + FUNCTION.unpack_from(data, offset)[6]
            words, frame, sites, handlers = CODE.unpack_from(data, code)
            self.functions.append((code, words, frame, sites, handlers))

    def word(self, at, value=None):
        if value is not None:
            self.bytes[at:at + 8] = value.to_bytes(8, "little")
        return int.from_bytes(self.bytes[at:at + 8], "little")

    def half(self, at, value=None):
        if value is not None:
            self.bytes[at:at + 2] = (value & 0xFFFF).to_bytes(2, "little")
        return int.from_bytes(self.bytes[at:at + 2], "little")


def change_code(chance, image):
    code, words, frame, sites, handlers = chance.choice(image.functions)
    first = code + CODE.size
    at = first + 8 * chance.randrange(words)
    half = at + 2 * chance.randrange(4)
    other, otherWords, *_ = chance.choice(image.functions)
    copied = other + CODE.size + 8 * chance.randrange(otherWords)
    how = chance.randrange(12)
    if how <= 2:
        image.half(half, chance.randrange(frame + 2))
    elif how == 3:
        image.half(half, image.half(half) + chance.choice([-2, -1, 1, 2]))
    elif how == 4:
        image.half(half, image.half(first + 8 * chance.randrange(words) + 2 * chance.randrange(4)))
    elif how == 5:
        image.half(at, image.half(copied))  # another opcode
    elif how == 6:
        image.word(at, image.word(copied))
    elif how == 7:
        image.half(at, chance.randrange(220))
    elif how == 8:
        other = first + 8 * chance.randrange(words)
        mine, its = image.word(at), image.word(other)
        image.word(at, its)
        image.word(other, mine)
    elif how == 9:
        image.half(half, chance.choice([0, 1, 2, 0x7FFF, 0x8000, 0xFFFF]))
    elif how == 10:
        image.bytes[code + 4:code + 8] = max(0, frame + chance.choice([-3, -1, 1, 5])).to_bytes(4, "little")
    elif sites + handlers:
        entries = first + 8 * words
        at = entries + 4 * chance.randrange(2 * sites + 3 * handlers)
        value = int.from_bytes(image.bytes[at:at + 4], "little") + chance.choice([-2, -1, 1, 2])
        image.bytes[at:at + 4] = (value & 0xFFFFFFFF).to_bytes(4, "little")


def change_table(chance, image):
    name = chance.choice(list(ROWS))
    at, size = image.sections[name]
    if size < 4:
        return
    where = at + 4 * chance.randrange(size // 4)
    other = at + 4 * chance.randrange(size // 4)
    value = int.from_bytes(image.bytes[where:where + 4], "little")
    value = chance.choice([value + 1, value - 1, chance.randrange(8), 0xFFFFFFFF, value ^ 0x10000,
                           int.from_bytes(image.bytes[other:other + 4], "little")])
    image.bytes[where:where + 4] = (value & 0xFFFFFFFF).to_bytes(4, "little")


def change_constant(chance, image):
    at, size = image.sections["Constants"]
    if size == 0:
        return
    where = at + chance.randrange(size)
    image.bytes[where] = chance.choice([chance.randrange(64), image.bytes[at + chance.randrange(size)],
                                        image.bytes[where] ^ 1 << chance.randrange(8)])


def mutate(chance, data):
    image = Image(data)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        chance.choice([change_code, change_code, change_code, change_code, change_table, change_constant])(chance, image)
    return sign(bytes(image.bytes))
