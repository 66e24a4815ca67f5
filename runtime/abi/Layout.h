#pragma once
// Layout.def held against the C++ structs, and the hash by which a native program and the runtime it is linked with
// make sure of each other.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/Context.h"
#include "runtime/Program.h"
#include "runtime/object/Function.h"
#include "runtime/object/Objects.h"

namespace gene {

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winvalid-offsetof"
#define LAYOUT(Struct, member, offset) \
  static_assert(offsetof(Struct, member) == (offset), "Layout.def: " #Struct "::" #member);
#define LAYOUT_SIZE(Struct, size) static_assert(sizeof(Struct) == (size), "Layout.def: " #Struct);
#include "runtime/abi/Layout.def"
#pragma clang diagnostic pop

/// NativeProgram::abiHash: of the rows of Entry.def, Fastpath.def and Layout.def (FNV-1a).
constexpr uint64_t nativeAbiHash() {
  constexpr std::string_view rows =
#define ENTRY(name, result, parameters, effects) #name #result #parameters #effects "\n"
#include "runtime/abi/Entry.def"
#define FAST(name, result, parameters, place) #name #result #parameters "\n"
#include "runtime/abi/Fastpath.def"
#define LAYOUT(Struct, member, offset) #Struct #member #offset "\n"
#define LAYOUT_SIZE(Struct, size) #Struct #size "\n"
#include "runtime/abi/Layout.def"
      ;
  uint64_t hash = 0xCBF29CE484222325;
  for (const char c : rows) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

}  // namespace gene
