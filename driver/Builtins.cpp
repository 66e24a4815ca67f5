// gene builtins: docs/language/builtins.md, from the tables of the runtime.

#include "runtime/builtins/Builtins.h"

#include <cstdio>

#include "driver/Command.h"

namespace gene::driver {

int builtins(Arguments args) {
  static const std::vector<OptionSpec> specs = {{"help,h", nullptr, "this text"}};
  Expected<Options> options = parseOptions(specs, args, Positionals::Anywhere);
  if (!options) {
    fail(options.message());
    return WrongUsage;
  }
  if (options->has("help")) {
    std::fputs(commandHelp("builtins", specs).c_str(), stdout);
    return Success;
  }
  if (!options->unknown.empty() || !options->positional.empty()) {
    reportUnknown(*options, specs);
    fail("gene builtins takes no arguments");
    return WrongUsage;
  }
  const Status status = writeFile("-", builtinsReference());
  return status ? Success : fail(status.message());
}

}  // namespace gene::driver
