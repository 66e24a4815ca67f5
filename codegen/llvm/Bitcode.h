#pragma once
// The bitcode of runtime/abi/Fastpath.cpp, made by the build and embedded.

#include <string_view>

namespace gene::native {

std::string_view fastpathBitcode();

}  // namespace gene::native
