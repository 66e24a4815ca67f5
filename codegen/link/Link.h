#pragma once
// Executables from object files: runs ld.lld with the arguments the C compiler would give its linker (asked of it once
// per link; it starts in 2 ms, clang's driver in 30), or else the C compiler itself. Knows nothing of LLVM.

#include <string>
#include <vector>

#include "runtime/support/Expected.h"

namespace gene {

struct LinkOptions {
  enum class Kind {
    Dynamic,  // the C library is shared, everything else is in the executable
    Static,   // static-pie; fails where the static libraries are not there
    Shared,   // an object to open; finds what it calls of ours in the executable that opens it
  };
  std::vector<std::string> objects;
  std::string output;
  Kind kind = Kind::Dynamic;
  bool strip = true;
  std::string linker;  // a linker (ld*) or C compiler to use; empty: ld.lld, or else cc
};

/// The command that links, one element a word.
Expected<std::vector<std::string>> linkCommand(const LinkOptions& options);
/// Links; fails with what the linker said.
Status link(const LinkOptions& options);
/// A command as one line for a shell (-###).
std::string shellText(const std::vector<std::string>& command);

}  // namespace gene
