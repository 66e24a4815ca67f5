#pragma once
// The command line of one command: a table of options, and what was given. The one place that knows
// Boost.Program_options is Options.cpp.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/support/Expected.h"
#include "runtime/support/Span.h"

namespace gene::driver {

struct OptionSpec {
  const char* names;  // "output,o": the long name, and a letter if there is one
  const char*
      value;  // the name of its value for the help text; "[=NAME]": it may lack one; null: a flag
  const char* help;
};

enum class Positionals {
  Anywhere,     // options and files may be mixed
  StopAtFirst,  // everything behind the first file belongs to the program
};

struct Options {
  std::map<std::string, std::vector<std::string>> given;  // by long name
  std::vector<std::string> positional;
  std::vector<std::string> unknown;  // as written

  [[nodiscard]] bool has(const std::string& name) const { return given.contains(name); }
  /// The last value given, or `otherwise`.
  [[nodiscard]] std::string get(const std::string& name, std::string otherwise = {}) const;
  [[nodiscard]] std::vector<std::string> all(const std::string& name) const;
};

/// Takes a command line apart. `--name value`, `--name=value`, `-x value`, `-x=value`, `-xvalue`; `--` ends options.
/// Fails when a value is missing; unknown options are collected.
Expected<Options> parseOptions(Span<const OptionSpec> specs, Span<const std::string> args,
                               Positionals positionals);

/// The table as help text.
std::string optionsHelp(Span<const OptionSpec> specs);

}  // namespace gene::driver
