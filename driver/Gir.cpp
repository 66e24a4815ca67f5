// gene gir: a look into bytecode files.

#include <cstdio>

#include "codegen/bytecode/Disassembler.h"
#include "driver/Command.h"
#include "runtime/support/ModuleText.h"

namespace gene::driver {

int gir(Arguments args) {
  static const std::vector<OptionSpec> specs = {{"help,h", nullptr, "this text"}};
  Options options;
  if (const auto code = readCommandLine("gir", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  const std::vector<std::string>& words = options.positional;
  if (words.empty()) {
    std::fputs(commandHelp("gir", specs).c_str(), stdout);
    return Success;
  }
  if (words[0] != "show" && words[0] != "visualize")
    return fail("Unknown subcommand for gir: " + words[0]);
  if (words.size() < 2) return fail("Missing GIR file path. Usage: gene gir show <file>");
  Expected<std::string> bytes = readFile(words[1]);
  if (!bytes)
    return fail(bytes.message().starts_with("File not found") ? "GIR file not found: " + words[1]
                                                              : bytes.message());
  Expected<std::string> listing = describeGirFile(
      words[1],
      {reinterpret_cast<const uint8_t*>(bytes->data()), withoutModuleText(*bytes).size()});
  if (!listing) return fail("Invalid GIR file: " + words[1] + ": " + listing.message());
  Status status = writeFile("-", *listing);
  return status ? Success : fail(status.message());
}

}  // namespace gene::driver
