#include "driver/doc/Page.h"

#include <algorithm>

namespace gene::driver {
namespace {

/// Calls f(line) for each line, without its line break.
template <class F>
void forEachLine(std::string_view text, F&& f) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    f(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

/// The lines as one.
std::string joined(std::string_view text) {
  std::string line;
  forEachLine(text, [&](std::string_view part) {
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    if (!part.empty()) line += (line.empty() ? "" : " ") + std::string(part);
  });
  return line;
}

}  // namespace

void Page::begin(Last next) {
  if (last_ != Last::Nothing && !(last_ == Last::Item && next == Last::Item)) text_ += "\n";
  last_ = next;
}

std::string Page::styled(std::string_view code, std::string_view text) const {
  if (look_ != Look::Coloured) return std::string(text);
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

void Page::heading(int level, std::string_view words, std::string_view name) {
  begin(Last::Block);
  const std::string line =
      std::string(words) + (words.empty() || name.empty() ? "" : " ") + std::string(name);
  if (look_ == Look::Markdown) {
    text_ += std::string(level, '#') + " " + std::string(words) +
             (words.empty() || name.empty() ? "" : " ");
    if (!name.empty()) text_ += "`" + std::string(name) + "`";
    text_ += "\n";
    return;
  }
  margin_ = words.empty() ? "    " : "";
  text_ += styled("1", line) + "\n";
  if (!words.empty()) text_ += std::string(line.size(), level == 1 ? '=' : '-') + "\n";
}

void Page::lines(std::string_view margin, std::string_view text) {
  forEachLine(text, [&](std::string_view line) {
    if (!line.empty()) text_.append(margin_).append(margin).append(line);
    text_ += "\n";
  });
}

void Page::prose(std::string_view text) {
  begin(Last::Block);
  lines("", text);
}

void Page::code(std::string_view text) {
  begin(Last::Block);
  if (look_ == Look::Markdown) text_ += "```gene\n";
  lines(look_ == Look::Markdown ? "" : "    ", text);
  if (look_ == Look::Markdown) text_ += "```\n";
}

void Page::item(std::string_view code, std::string_view words) {
  begin(Last::Item);
  if (look_ == Look::Markdown)
    text_ += "- `" + std::string(code) + "`";
  else
    text_ += std::string(margin_) + styled("1", code);
  if (const std::string said = joined(words); !said.empty())
    text_ += (look_ == Look::Markdown ? ": " : "  # ") + said;
  text_ += "\n";
}

}  // namespace gene::driver
