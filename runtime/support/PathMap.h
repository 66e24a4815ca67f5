#pragma once
// --path-prefix-map OLD=NEW: how the names of files are changed in all that is made of them, so that nothing says where it was
// made. Both are names of folders, or beginnings of them that end in a slash; with an empty NEW the rest is relative.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/support/Expected.h"

namespace gene {

class PathMap {
 public:
  /// Adds what an option says; of several that fit a path the last one counts.
  Status add(std::string_view option);
  /// The path as outputs show it.
  [[nodiscard]] std::string operator()(std::string_view path) const;
  [[nodiscard]] bool empty() const { return prefixes_.empty(); }
  /// The options, for what follows from them.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::pair<std::string, std::string>> prefixes_;
};

}  // namespace gene
