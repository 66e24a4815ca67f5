#pragma once
// What the names in analysed sources mean, for editors: filled by the analysis as it binds them.

#include <algorithm>
#include <type_traits>
#include <vector>

#include "frontend/syntax/Source.h"
#include "runtime/support/Symbol.h"

namespace gene {

class Index {
 public:
  /// A name that stands in a source.
  struct Use {
    Location at;  // of the name, or of the path that begins with it
    Symbol name;
    /// Where the variable of a function or block is declared: the name, or the form that declares it. Nowhere: a name of
    /// the module, or a built-in.
    Location declaration;
    bool isAssigned;
  };
  /// A variable of a function or block.
  struct Local {
    Location at;
    Symbol name;
  };

  void use(Location at, Symbol name, Location declaration, bool isAssigned) {
    if (at.valid()) uses_.push_back({at, name, declaration, isAssigned});
  }
  void declare(Location at, Symbol name) {
    if (at.valid()) locals_.push_back({at, name});
  }
  /// Sorts by place; what was seen twice, as in macros that are expanded, is kept once. What `+=` reads is assigned.
  void finish() {
    order(uses_);
    order(locals_);
  }
  [[nodiscard]] const std::vector<Use>& uses() const { return uses_; }
  [[nodiscard]] const std::vector<Local>& locals() const { return locals_; }

 private:
  template <class T>
  static void order(std::vector<T>& all) {
    std::ranges::sort(all, [](const T& a, const T& b) {
      if (a.at.offset != b.at.offset) return a.at.offset < b.at.offset;
      if (a.name.id != b.name.id) return a.name.id < b.name.id;
      if constexpr (std::is_same_v<T, Use>) return a.isAssigned && !b.isAssigned;
      return false;
    });
    const auto same = [](const T& a, const T& b) { return a.at == b.at && a.name == b.name; };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
  }
  std::vector<Use> uses_;
  std::vector<Local> locals_;
};

}  // namespace gene
