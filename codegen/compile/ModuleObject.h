#pragma once
// What `gene build -c` writes of a module: an ELF object, for tools that ask, whose section .gene.module is not loaded and has the
// module's lowered code (codegen/ir/Serialize.h), its interface, and what it was compiled against. Machine code is made when
// modules are linked (docs/notes/010-objects-are-modules-not-machine-code.md).
//
// A module is compiled as the program and as one that is imported: which of both it is turns out when it is linked.

#include <string>
#include <vector>

#include "frontend/analysis/Separate.h"
#include "runtime/support/Expected.h"
#include "runtime/support/LanguageOptions.h"
#include "runtime/support/Span.h"

namespace gene {

struct ModuleObject {
  std::string file;  // that it was read from
  std::string name;  // of the module
  LanguageOptions language;
  int level = 0;       // -O that it was compiled with
  bool debug = false;  // statements begin with a debug.point
  /// Of its source: lines and characters (outlineOf), and the contentHash.
  std::string outline;
  uint64_t sourceHash = 0;
  struct Variant {
    SeparateModule facts;
    std::string code;
  };
  Variant program, module;
  uint64_t hash = 0;  // of all of it
};

/// A text of which nothing is left but its lines and characters, in as many bytes.
std::string outlineOf(std::string_view text);

/// The bytes of the object.
std::string writeObject(const ModuleObject& object);
/// Fails with a sentence that names the file: not an object of a module, damaged, or made by another version.
Expected<ModuleObject> readObject(const std::string& file, std::string_view bytes);

}  // namespace gene
