#pragma once
// The built-in names, as far as warnings want to know them. The front end knows nothing of the runtime: whoever compiles
// and has one says what is in it.

#include <string_view>
#include <vector>

#include "runtime/support/Symbol.h"

namespace gene {

struct KnownNames {
  const void* data;
  /// Is there a built-in of this name?
  bool (*isDefined)(const void* data, Symbol name);
  /// The names of all built-ins.
  std::vector<std::string_view> (*names)(const void* data);
  /// The methods of a built-in class and of those above it; empty for other names.
  std::vector<std::string_view> (*methods)(const void* data, std::string_view cls);
  /// The members of a built-in namespace, which a path such as gene/json may lead to; empty for other names.
  std::vector<std::string_view> (*members)(const void* data, std::string_view ns);
  /// Has some built-in class a method of this name?
  bool (*isMethod)(const void* data, std::string_view name);
};

}  // namespace gene
