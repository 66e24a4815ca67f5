#pragma once
// What the build embeds: the bitcode of runtime/abi/Fastpath.cpp, and the printers of gdb.

#include <string_view>

namespace gene::native {

std::string_view fastpathBitcode();
/// gdb.py, which executables with variables in their debug information have in them.
std::string_view gdbPrinters();

}  // namespace gene::native
