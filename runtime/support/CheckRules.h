#pragma once
// How the check of an annotation treats what does not simply fit. The same bits stand in an immediate of `check.type`, in
// bytecode, and in the calls of gene_check_type.

#include <cstdint>

namespace gene {

struct CheckRules {
  bool strict = false;    // nil passes only where the type names it (02 §3.6)
  bool elements = false;  // each element of the array or map is checked, not it: rest parameters
  bool converts = true;   // an Int where a Float is wanted becomes one, and the other way round

  [[nodiscard]] constexpr uint16_t bits() const {
    return static_cast<uint16_t>((strict ? 1 : 0) | (elements ? 2 : 0) | (converts ? 0 : 4));
  }
  static constexpr CheckRules of(uint64_t bits) {
    return {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) == 0};
  }
};

}  // namespace gene
