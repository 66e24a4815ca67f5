#pragma once
// What is known about a name: for `:doc` of the REPL, and for editors that ask the nREPL server.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/Context.h"

namespace gene::driver {

struct About {
  std::string_view
      type;  // "function" "method" "class" "namespace" "variable" "special-form"; empty: nothing is known
  std::vector<std::string> parameters;  // as they are written: a, b?, ^key, rest...
  std::string summary;                  // what it does or is; may be empty
  std::string file;                     // where it is defined, if that is known
  uint32_t line = 0;
  std::string text;  // all of it, in lines, for people
};

/// About a variable, a built-in, a special form or, with a dot before it, the methods of this name.
About aboutName(Context& context, const std::string& name);
/// The type alone.
std::string_view typeOfName(Context& context, std::string_view name);

}  // namespace gene::driver
