// gene builtins: docs/language/builtins.md, from the tables of the runtime.

#include "runtime/builtins/Builtins.h"

#include <cstdio>

#include "driver/Command.h"
#include "runtime/Runtime.h"

namespace gene::driver {

int builtins(Arguments args) {
  static const std::vector<OptionSpec> specs = {{"help,h", nullptr, "this text"}};
  Options options;
  if (const auto code = readCommandLine("builtins", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  if (!options.positional.empty()) return misuse("gene builtins takes no arguments");
  createContext(RuntimeOptions{});  // knows the tables of runtime/async, too
  const Status status = writeFile("-", builtinsReference());
  return status ? Success : fail(status.message());
}

}  // namespace gene::driver
