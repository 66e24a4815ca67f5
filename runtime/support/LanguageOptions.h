#pragma once
// The language options of `gene run`, shared by build, compile and check. Images record them: code that a program
// evaluates at run time follows the options that the program was compiled with.

#include <cstdint>
#include <string>

namespace gene {

struct LanguageOptions {
  bool typeCheck = true;
  bool strictNil = false;
  bool contracts = true;
  std::string
      package;  // the directory of the package that the main module belongs to; empty: by its file

  /// The options but `package`, as the low bits of a number.
  static constexpr uint32_t Bits = 7;
  [[nodiscard]] uint32_t bits() const {
    return (typeCheck ? 0u : 1u) | (strictNil ? 2u : 0u) | (contracts ? 0u : 4u);
  }
  static LanguageOptions of(uint32_t bits) {
    LanguageOptions options;
    options.typeCheck = (bits & 1) == 0;
    options.strictNil = (bits & 2) != 0;
    options.contracts = (bits & 4) == 0;
    return options;
  }
};

}  // namespace gene
