#pragma once
// The names by which IR text refers to functions and globals: their own, with `.2`, `.3` … where they repeat.

#include <string>
#include <unordered_map>

#include "codegen/ir/Ir.h"

namespace gene::ir {

/// Makes names distinct.
class Unique {
 public:
  std::string make(std::string_view name) {
    std::string result(name);
    for (uint32_t& n = seen_[result]; n++ > 0;) {
      std::string next = std::string(name) + "." + std::to_string(n);
      if (seen_.emplace(next, 1).second) return next;
    }
    return result;
  }

 private:
  std::unordered_map<std::string, uint32_t> seen_;
};

class Labels {
 public:
  explicit Labels(const Program& program);
  [[nodiscard]] std::string function(const Function* f) const { return functions_.at(f); }
  [[nodiscard]] std::string global(const Global* g) const { return globals_.at(g); }

 private:
  std::unordered_map<const Function*, std::string> functions_;
  std::unordered_map<const Global*, std::string> globals_;
};

}  // namespace gene::ir
