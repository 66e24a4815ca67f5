#include "codegen/compile/ModuleObject.h"

#include <elf.h>

#include <cstring>

#include "codegen/ir/Ir.h"
#include "runtime/image/ImageFormat.h"
#include "runtime/support/Bytes.h"
#include "runtime/support/ContentHash.h"
#include "runtime/support/Utf8.h"

namespace gene {
namespace {

constexpr std::string_view Magic = "gene module 1\n", Section = ".gene.module";

/// Of all that the bytes of code mean: objects of a compiler with another one are not read.
uint64_t compilerHash() {
  std::string all(image::CompilerVersion);
  for (size_t i = 0; i < ir::OpCount; i++) {
    const ir::InstInfo& row = ir::info(static_cast<ir::Op>(i));
    all += row.mnemonic;
    for (size_t k = 0; k < row.immediateCount; k++)
      all += "0123456789"[static_cast<size_t>(row.immediates[k])];
  }
  return contentHash(all) ^ image::abiHash();
}

// --- lines and characters --------------------------------------------------------------------------------------------------

/// Per line twice the number of its bytes, and 1 if some are not characters of their own: then the line follows as it is.
void writeOutline(std::string_view outline, ByteWriter& out) {
  out.number(outline.size());
  while (!outline.empty()) {
    const std::string_view line = outline.substr(0, outline.find('\n'));
    const bool isPlain = line.find('\x80') == std::string_view::npos;
    if (isPlain) {
      out.number(line.size() << 1);
    } else {
      out.number(1);
      out.text(line);
    }
    outline.remove_prefix(std::min(line.size() + 1, outline.size()));
  }
}

std::string readOutline(ByteReader& in) {
  constexpr uint64_t Most = UINT32_MAX / 2;
  const uint64_t size = in.number();
  std::string outline;
  while (outline.size() < size && !in.isDamaged()) {
    const uint64_t line = in.number();
    if (size > Most || line >> 1 > size - outline.size()) in.fail();
    if (in.isDamaged()) return {};
    if (line & 1)
      outline += in.text();
    else
      outline.append(line >> 1, 'x');
    if (outline.size() < size) outline += '\n';
  }
  if (outline.size() != size) in.fail();
  return outline;
}

// --- the module ------------------------------------------------------------------------------------------------------------

void writeVariant(const ModuleObject::Variant& variant, ByteWriter& out) {
  const SeparateModule& facts = variant.facts;
  out.number(facts.needs.size());
  for (const SeparateModule::Need& need : facts.needs) {
    out.number(need.kind);
    out.text(need.name);
    out.number(need.taken.size());
    for (const std::string& name : need.taken) out.text(name);
    out.word(need.hash);
  }
  out.number(facts.identities.size());
  for (const SeparateModule::Identity& type : facts.identities) {
    out.text(type.identity.text());
    out.text(type.name.text());
    out.number((type.isBuiltin ? 1u : 0u) | (type.isInner ? 2u : 0u));
  }
  out.text(facts.interface);
  out.text(facts.package);
  out.number(facts.asksForApplication ? 1 : 0);
  out.text(variant.code);
}

void readVariant(ModuleObject::Variant& variant, ByteReader& in) {
  SeparateModule& facts = variant.facts;
  facts.needs.resize(in.count());
  for (SeparateModule::Need& need : facts.needs) {
    need.kind = static_cast<SeparateModule::Need::Kind>(in.below(2));
    need.name = in.text();
    need.taken.resize(in.count());
    for (std::string& name : need.taken) name = in.text();
    need.hash = in.word();
  }
  facts.identities.resize(in.count());
  for (SeparateModule::Identity& type : facts.identities) {
    type.identity = Symbol::of(in.text());
    type.name = Symbol::of(in.text());
    const uint64_t flags = in.number();
    type.isBuiltin = flags & 1;
    type.isInner = flags & 2;
  }
  facts.interface = in.text();
  facts.package = in.text();
  facts.asksForApplication = in.number() != 0;
  variant.code = in.text();
}

std::string contentsOf(const ModuleObject& object) {
  ByteWriter out;
  out.word(compilerHash());
  out.text(object.name);
  out.number(object.language.bits());
  out.integer(object.level);
  out.number(object.debug ? 1 : 0);
  out.word(object.sourceHash);
  writeOutline(object.outline, out);
  writeVariant(object.program, out);
  writeVariant(object.module, out);
  return out.bytes();
}

// --- ELF -------------------------------------------------------------------------------------------------------------------

/// An object with nothing to link but one section that linkers leave out.
std::string elfWith(std::string_view contents) {
  constexpr std::string_view names("\0.gene.module\0.note.GNU-stack\0.shstrtab\0", 40);
  static_assert(names.substr(1, Section.size()) == Section);
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof header;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = 4;
  header.e_shstrndx = 3;
  const size_t namesAt = sizeof header + contents.size();
  const size_t tableAt = (namesAt + names.size() + 7) & ~size_t{7};
  header.e_shoff = tableAt;
  Elf64_Shdr sections[4] = {};
  const auto section = [&](Elf64_Shdr& s, uint32_t name, uint32_t type, uint64_t at,
                           uint64_t size) {
    s.sh_name = name;
    s.sh_type = type;
    s.sh_offset = at;
    s.sh_size = size;
    s.sh_addralign = 1;
  };
  section(sections[1], 1, SHT_PROGBITS, sizeof header, contents.size());
  sections[1].sh_flags = SHF_EXCLUDE;
  section(sections[2], 14, SHT_PROGBITS, namesAt, 0);
  section(sections[3], 30, SHT_STRTAB, namesAt, names.size());
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += contents;
  bytes += names;
  bytes.resize(tableAt);
  bytes.append(reinterpret_cast<const char*>(sections), sizeof sections);
  return bytes;
}

/// The contents of the section; empty without it, whatever the bytes are.
std::string_view sectionIn(std::string_view bytes) {
  Elf64_Ehdr header;
  if (bytes.size() < sizeof header || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0) return {};
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto within = [&](uint64_t at, uint64_t size) {
    return at <= bytes.size() && size <= bytes.size() - at;
  };
  if (header.e_shentsize != sizeof(Elf64_Shdr) ||
      !within(header.e_shoff, uint64_t{header.e_shnum} * sizeof(Elf64_Shdr)) ||
      header.e_shstrndx >= header.e_shnum)
    return {};
  const auto section = [&](size_t number) {
    Elf64_Shdr s;
    std::memcpy(&s, bytes.data() + header.e_shoff + number * sizeof s, sizeof s);
    return s;
  };
  const Elf64_Shdr names = section(header.e_shstrndx);
  if (!within(names.sh_offset, names.sh_size)) return {};
  const std::string_view text = bytes.substr(names.sh_offset, names.sh_size);
  for (size_t i = 1; i < header.e_shnum; i++) {
    const Elf64_Shdr s = section(i);
    if (s.sh_name >= text.size() || !text.substr(s.sh_name).starts_with(Section) ||
        !within(s.sh_offset, s.sh_size))
      continue;
    return bytes.substr(s.sh_offset, s.sh_size);
  }
  return {};
}

}  // namespace

std::string outlineOf(std::string_view text) {
  std::string outline(text);
  for (char& c : outline)
    if (c != '\n') c = utf8::isContinuation(c) ? '\x80' : 'x';
  return outline;
}

std::string writeObject(const ModuleObject& object) {
  const std::string contents = contentsOf(object);
  ByteWriter hash;
  hash.word(contentHash(contents));
  return elfWith(std::string(Magic) + hash.bytes() + contents);
}

Expected<ModuleObject> readObject(const std::string& file, std::string_view bytes) {
  std::string_view contents = sectionIn(bytes);
  if (!contents.starts_with(Magic))
    return Failure{file + " is no object of a Gene module (gene build -c makes those)"};
  contents.remove_prefix(Magic.size());
  ModuleObject object;
  object.file = file;
  object.hash = ByteReader(contents).word();
  contents.remove_prefix(std::min<size_t>(8, contents.size()));
  const Failure damaged{file + " is damaged; compile its source again"};
  if (object.hash != contentHash(contents)) return damaged;
  ByteReader in(contents);
  if (in.word() != compilerHash())
    return Failure{file + " was made by another version of gene; compile its source again"};
  object.name = in.text();
  object.language = LanguageOptions::of(static_cast<uint32_t>(in.number()));
  object.level = static_cast<int>(in.integer());
  object.debug = in.number() != 0;
  object.sourceHash = in.word();
  object.outline = readOutline(in);
  readVariant(object.program, in);
  readVariant(object.module, in);
  if (in.isDamaged() || !in.isAtEnd()) return damaged;
  return object;
}

}  // namespace gene
