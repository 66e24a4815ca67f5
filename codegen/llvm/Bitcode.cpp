// Compiled without a compiler cache: caches don't see that the embedded file changed.

#include "codegen/llvm/Bitcode.h"

namespace gene::native {

std::string_view fastpathBitcode() {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
  alignas(4) static constexpr char bytes[] = {
#embed "fastpath.bc"
  };
#pragma clang diagnostic pop
  return {bytes, sizeof bytes};
}

std::string_view gdbPrinters() {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
  static constexpr char text[] = {
#embed "gdb.py"
  };
#pragma clang diagnostic pop
  return {text, sizeof text};
}

}  // namespace gene::native
