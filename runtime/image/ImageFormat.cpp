#include "runtime/image/ImageFormat.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace gene::image {

namespace {

// Everything that code in an image depends on, as one text.
constexpr std::string_view AbiText =
#define ENTRY(name, result, parameters, effects) #name #result #parameters ";"
#include "runtime/abi/Entry.def"
#define OPCODE(Name, fields, words, flags) #Name fields words flags ";"
#include "runtime/vm/Opcodes.def"
#define RUNTIME(Name, mnemonic, operands, immediates, result, effects, ...) \
  #Name operands immediates effects ";"
#include "runtime/abi/Instructions.def"
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) #Name ";"
#define IMMEDIATE(Name, Class, Typeof) #Name ";"
#include "runtime/value/Kinds.def"
    "";

Failure invalid(std::string_view reason) {
  return Failure{std::string(reason) + ". Please recompile the source file."};
}

std::string printable(const char* bytes, size_t count) {
  std::string text(bytes, count);
  for (char& c : text)
    if (c < 0x20 || c > 0x7E) c = '?';
  return text;
}

}  // namespace

uint64_t abiHash() { return XXH3_64bits(AbiText.data(), AbiText.size()); }

uint64_t checksum(Span<const uint8_t> image) {
  ImageHeader header;
  std::memcpy(&header, image.data(), sizeof header);
  header.checksum = 0;
  const uint64_t seed = XXH3_64bits(&header, sizeof header);
  return XXH3_64bits_withSeed(image.data() + sizeof header, image.size() - sizeof header, seed);
}

Expected<const ImageHeader*> readHeader(Span<const uint8_t> bytes) {
  if (bytes.size() < 4 || std::memcmp(bytes.data(), Magic, 4) != 0) {
    const size_t count = std::min<size_t>(bytes.size(), 4);
    return invalid("magic mismatch. Expected GENE but got " +
                   printable(reinterpret_cast<const char*>(bytes.data()), count));
  }
  if (bytes.size() < sizeof(ImageHeader)) return invalid("the file is truncated");
  const auto* header = reinterpret_cast<const ImageHeader*>(bytes.data());
  if (header->version != FormatVersion)
    return invalid("version mismatch. Expected " + std::to_string(FormatVersion) + " but got " +
                   std::to_string(header->version));
  const std::string compiler =
      printable(header->compiler, strnlen(header->compiler, sizeof header->compiler));
  if (compiler != CompilerVersion)
    return invalid("compiler version mismatch. Expected " + std::string(CompilerVersion) +
                   " but got " + compiler);
  if (header->abi != abiHash()) return invalid("VM ABI mismatch");
  if (checksum(bytes) != header->checksum) return invalid("checksum mismatch");
  // Code is linked where it lies: that changes nothing which was checked before.
  uint64_t end = sizeof(ImageHeader);
  for (const SectionRange& range : header->sections) {
    if (range.offset % 8 != 0 || range.offset > bytes.size() ||
        range.size > bytes.size() - range.offset)
      return invalid("a section lies outside the file");
    if (range.size == 0) continue;
    if (range.offset < end) return invalid("a section lies in another one");
    end = uint64_t{range.offset} + range.size;
  }
  return header;
}

}  // namespace gene::image
