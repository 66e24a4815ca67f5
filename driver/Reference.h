#pragma once
// The built-in functions, methods and special forms, for whoever wants to tell a user about them: the REPL and the editor.

#include <string>
#include <string_view>
#include <vector>

#include "runtime/builtins/Builtins.h"

namespace gene::driver {

struct BuiltinEntry {
  std::string_view name, owner;
  const BuiltinDescription* table;
  const BuiltinRow* row;
  /// The signature, and what it does.
  [[nodiscard]] std::string text() const;
  /// Is it what the row begins with, and no alias?
  [[nodiscard]] bool isFirstName() const { return name.data() == row->function.names; }
  /// "println [value... ^stderr] -> Nil" and the like.
  [[nodiscard]] std::string signature() const;
};

/// Global functions, and members of namespaces as `math/sin`.
std::vector<BuiltinEntry> builtinFunctions();
/// All methods.
std::vector<BuiltinEntry> builtinMethods();
/// The methods with this name, of whatever class.
std::vector<BuiltinEntry> builtinMethods(std::string_view name);
/// The function or member with this name; null row without one.
BuiltinEntry findBuiltin(std::string_view name);
/// Names that are no calls: if, fn, class …
std::vector<std::string_view> specialFormNames();
/// One line about a special form; empty for other names.
std::string aboutSpecialForm(std::string_view name);

}  // namespace gene::driver
