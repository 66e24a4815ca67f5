#pragma once
// The bytes of an image: a header, then sections that are used where they lie. Written by codegen/image, read by
// ImageLoader and the disassembler. Everything is little-endian; every section starts at a multiple of 8.
//
//   ImageHeader      magic, versions, checksum of the rest, where the sections are
//   Strings          texts, each followed by a zero byte
//   Symbols          ImageText[]
//   Globals          ImageGlobal[]; global i is slot i of the program
//   Constants        encoded forms, one after the other (the tags below); constant i is slot globals + i
//   Functions        ImageFunction[]; 0 is the body of the main module
//   Slots            ImageSlot[] of all functions
//   Shapes, ShapeArgs
//   Sites            ImageSite[]
//   Inputs           ImageInput[], the files it was made from: the main module first
//   Uses             of programs with actors: what the code of each function reaches by itself (ImageUse). First, for each
//                    function and behind the last one, the index of its first entry; then the entries
//   Code             per function: ImageCode, its words, ImageCode::sites pairs, ImageCode::handlers quadruples
//
// A string, symbol, … is referred to by its index; NoIndex: none.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "runtime/support/Expected.h"
#include "runtime/support/Span.h"

namespace gene::image {

inline constexpr uint32_t FormatVersion = 6;
inline constexpr uint32_t NoIndex = 0xFFFFFFFF;
inline constexpr char Magic[4] = {'G', 'E', 'N', 'E'};
inline constexpr std::string_view CompilerVersion = "gene 0.1.0";

enum class Section : uint32_t {
  Strings,
  Symbols,
  Globals,
  Constants,
  Functions,
  Slots,
  Shapes,
  ShapeArgs,
  Sites,
  Inputs,
  Uses,
  Code,
  Count
};
inline constexpr uint32_t SectionCount = static_cast<uint32_t>(Section::Count);

struct SectionRange {
  uint32_t offset;
  uint32_t size;
};

struct ImageHeader {
  static constexpr uint32_t HasCode = 1;
  static constexpr uint32_t LanguageShift = 1;  // LanguageOptions::bits() in the flags

  char magic[4];
  uint32_t version;
  uint64_t abi;         // abiHash()
  uint64_t checksum;    // of the whole image, with this field zero
  uint64_t sourceHash;  // of the main module's text
  uint64_t timestamp;   // seconds since 1970; 0 in executables
  uint32_t level;       // -O
  uint32_t unused;
  uint32_t flags;
  uint32_t constants;  // how many
  char compiler[32];
  SectionRange sections[SectionCount];

  [[nodiscard]] const SectionRange& section(Section s) const {
    return sections[static_cast<uint32_t>(s)];
  }
};

struct ImageText {
  uint32_t offset;  // in Strings
  uint32_t length;
};
struct ImageGlobal {
  uint32_t symbol;
  uint32_t external;  // 1: a built-in of that name, if there is one
  uint32_t source;    // in Inputs: where it is defined, or NoIndex
};
struct ImageFunction {
  static constexpr uint32_t Simple = 1, Macro = 2, Method = 4, Ctor = 8, Block = 16;

  uint32_t name;  // symbol
  uint32_t site;
  uint32_t firstSlot;
  uint16_t slotCount;
  uint16_t captureCount;
  uint32_t flags;
  uint32_t codeOffset;  // in Code, in bytes
  uint32_t codeSize;
  uint32_t metadata;  // slot of a constant, the map of ^intent and ^examples, or NoIndex
};
/// An entry of Uses: a kind and, of a variable or function, its index.
struct ImageUse {
  enum Kind : uint32_t {
    Variable,  // a module variable that is not assigned after its definition, or a built-in name
    Assigned,  // a module variable that is
    Function,
    Unseen,  // code that is evaluated, and variables by name: may reach anything
  };
  static constexpr uint32_t IndexBits = 30;
  static constexpr uint32_t of(Kind kind, uint32_t index) { return kind << IndexBits | index; }
  static constexpr Kind kind(uint32_t entry) { return static_cast<Kind>(entry >> IndexBits); }
  static constexpr uint32_t index(uint32_t entry) { return entry & ((1u << IndexBits) - 1); }
};
struct ImageSlot {
  uint32_t name;  // symbol
  uint16_t kind;  // SlotKind
  uint16_t optional;
};
struct ImageShape {
  uint32_t firstArg;
  uint32_t count;
};
struct ImageShapeArg {
  uint32_t kind;     // ArgKind
  uint32_t keyword;  // symbol, or NoIndex
};
struct ImageSite {
  ImageText file;
  ImageText function;
  uint32_t line;
  uint32_t column;
  uint32_t caller;   // of inlined code: the site of the call, one before this; else NoIndex
  uint32_t wasTail;  // 1: an inlined tail call
};
struct ImageInput {
  ImageText name;
  uint64_t hash;  // contentHash
};
struct ImageCode {
  uint32_t words;
  uint32_t frameSize;
  uint32_t sites;     // vm::SiteEntry
  uint32_t handlers;  // vm::HandlerEntry
};

/// Encoded constants: a tag byte, then what follows for the kind. Numbers are LEB128 (ints zigzag), floats 8 bytes,
/// texts a length and the bytes, symbols their index; containers a count and then the parts, each encoded likewise.
/// The tag is the FormKind, plus flags; Placeholder and Absent are no forms.
inline constexpr uint8_t FrozenFlag = 0x40, DiscardFlag = 0x80, KindMask = 0x3F;
inline constexpr uint8_t PlaceholderTag = 0x3E, AbsentTag = 0x3F;

/// Changes whenever generated code of an older compiler could not run any more.
uint64_t abiHash();
/// The checksum an image has to carry.
uint64_t checksum(Span<const uint8_t> image);

/// The header of an image: magic, version, compiler, ABI, size, checksum and section table are those of a whole image
/// of this compiler. Messages are meant to follow "Invalid GIR file: NAME: ".
Expected<const ImageHeader*> readHeader(Span<const uint8_t> bytes);

/// A section as an array of T; its size was checked by readHeader to be inside the image.
template <class T>
Span<const T> table(Span<const uint8_t> image, Section section) {
  const SectionRange& range = reinterpret_cast<const ImageHeader*>(image.data())->section(section);
  return {reinterpret_cast<const T*>(image.data() + range.offset), range.size / sizeof(T)};
}

}  // namespace gene::image
