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
  if (look_ == Look::Html) {
    if (last_ != Last::Item && next == Last::Item) text_ += "<ul>\n";
    if (last_ == Last::Item && next != Last::Item) text_ += "</ul>\n";
    last_ = next;
    return;
  }
  if (next == Last::Nothing) return;
  if (last_ != Last::Nothing && !(last_ == Last::Item && next == Last::Item)) text_ += "\n";
  last_ = next;
}

std::string Page::styled(std::string_view code, std::string_view text) const {
  if (look_ != Look::Coloured) return std::string(text);
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

std::string Page::identity() {
  std::string text = anchor_.empty() ? "" : " id=\"" + escapedHtml(anchor_) + "\"";
  anchor_.clear();
  return text;
}

void Page::heading(int level, std::string_view words, std::string_view name) {
  begin(Last::Block);
  if (look_ == Look::Html) {
    const std::string tag = "h" + std::to_string(std::min(level, 6));
    text_ += "<" + tag + identity() + ">" + escapedHtml(words) +
             (words.empty() || name.empty() ? "" : " ");
    if (!name.empty()) text_ += "<code>" + htmlOfCode(name, *links_, true) + "</code>";
    text_ += "</" + tag + ">\n";
    return;
  }
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
  if (look_ == Look::Html) {
    text_ += htmlOfMarkdown(text, *links_);
    return;
  }
  lines("", text);
}

void Page::code(std::string_view text) {
  begin(Last::Block);
  if (look_ == Look::Html) {
    text_ += "<pre><code>";
    forEachLine(text,
                [&](std::string_view line) { text_ += htmlOfCode(line, *links_, false) + "\n"; });
    text_ += "</code></pre>\n";
    return;
  }
  if (look_ == Look::Markdown) text_ += "```gene\n";
  lines(look_ == Look::Markdown ? "" : "    ", text);
  if (look_ == Look::Markdown) text_ += "```\n";
}

void Page::item(std::string_view code, std::string_view words) {
  begin(Last::Item);
  if (look_ == Look::Html) {
    // What is said of it is a paragraph, whose tags are left out.
    std::string said = htmlOfMarkdown(joined(words), *links_);
    if (said.starts_with("<p>") && said.ends_with("</p>\n")) said = said.substr(3, said.size() - 8);
    text_ += "<li" + identity() + "><code>" + htmlOfCode(code, *links_, true) + "</code>" +
             (said.empty() ? "" : ": " + said) + "</li>\n";
    return;
  }
  if (look_ == Look::Markdown)
    text_ += "- `" + std::string(code) + "`";
  else
    text_ += std::string(margin_) + styled("1", code);
  if (const std::string said = joined(words); !said.empty())
    text_ += (look_ == Look::Markdown ? ": " : "  # ") + said;
  text_ += "\n";
}

}  // namespace gene::driver
