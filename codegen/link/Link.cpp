#include "codegen/link/Link.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "codegen/link/Process.h"

namespace gene {

namespace {

/// Why a linker failed, in a sentence: its first error; of a full disk some linkers die without a word.
std::string explain(const LinkOptions& options, const std::string& linker,
                    const ProcessResult& result) {
  namespace fs = std::filesystem;
  constexpr uintmax_t Least = 4 << 20;
  std::error_code failed;
  const fs::path folder = fs::absolute(options.output, failed).parent_path();
  const fs::space_info space = fs::space(folder, failed);
  const bool isFull = result.output.find("No space left") != std::string::npos ||
                      (!failed && result.exitCode > 128 && space.available < Least);
  if (isFull) return "Cannot write to " + folder.string() + ": No space left on device";
  std::string_view rest = result.output;
  std::string_view first;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (first.empty()) first = line;
    if (line.find("error:") == std::string_view::npos) continue;
    first = line;
    break;
  }
  return linker + " failed: " + std::string(first) + " (gene build -### shows the command)";
}

}  // namespace

Status link(const LinkOptions& options) {
  Expected<std::vector<std::string>> command = linkCommand(options);
  if (!command) return command.failure();
  Expected<ProcessResult> linked = runProcess(*command);
  if (!linked) return linked.failure();
  if (linked->exitCode == 0) return {};
  return Failure{explain(options, (*command)[0], *linked)};
}

std::string shellText(const std::vector<std::string>& command) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  std::string text;
  for (const std::string& word : command) {
    if (!text.empty()) text += ' ';
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

}  // namespace gene
