#include "codegen/llvm/Link.h"

#include <string_view>

#include "codegen/llvm/Process.h"

namespace gene {

Status link(const LinkOptions& options) {
  Expected<std::vector<std::string>> command = linkCommand(options);
  if (!command) return command.failure();
  Expected<ProcessResult> linked = runProcess(*command);
  if (!linked) return linked.failure();
  if (linked->exitCode == 0) return {};
  return Failure{(*command)[0] + " failed:\n" + linked->output};
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
