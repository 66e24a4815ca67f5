#include "driver/doc/Html.h"

#include <algorithm>
#include <vector>

namespace gene::driver {
namespace {

bool isBlankLine(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// `text` with a link around it, if the name is known.
std::string linked(std::string_view text, std::string_view name, const Links& links) {
  const auto found = links.find(name);
  const std::string escaped = escapedHtml(text);
  if (found == links.end()) return escaped;
  return "<a href=\"" + escapedHtml(found->second) + "\">" + escaped + "</a>";
}

bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }

/// Addresses that a comment may lead to.
bool isAddress(std::string_view address) {
  return address.starts_with("https://") || address.starts_with("http://") ||
         (address.find(':') == std::string_view::npos && !address.empty());
}

/// The text of a line: `code`, **strong**, *emphasis*, [links](address).
class Inline {
 public:
  Inline(std::string_view text, const Links& links) : text_(text), links_(links) {}

  std::string run() {
    for (size_t at = 0; at < text_.size();) at = step(at);
    return std::move(out_);
  }

 private:
  size_t step(size_t at) {
    const char c = text_[at];
    if (c == '\\' && at + 1 < text_.size()) {
      out_ += escapedHtml(text_.substr(at + 1, 1));
      return at + 2;
    }
    if (c == '`')
      if (const size_t end = text_.find('`', at + 1); end != std::string_view::npos) {
        out_ +=
            "<code>" + htmlOfCode(text_.substr(at + 1, end - at - 1), links_, false) + "</code>";
        return end + 1;
      }
    for (const auto& [mark, tag] : {std::pair{"**", "strong"}, std::pair{"*", "em"}})
      if (const size_t end = enclosed(at, mark); end > at) {
        const size_t size = std::string_view(mark).size();
        const std::string inner = Inline(text_.substr(at + size, end - at - size), links_).run();
        out_ += "<" + std::string(tag) + ">" + inner + "</" + tag + ">";
        return end + size;
      }
    if (c == '[') {
      const size_t middle = text_.find("](", at);
      const size_t end = middle == std::string_view::npos ? middle : text_.find(')', middle);
      if (end != std::string_view::npos) {
        const std::string_view address = text_.substr(middle + 2, end - middle - 2);
        const std::string inner = Inline(text_.substr(at + 1, middle - at - 1), links_).run();
        out_ += isAddress(address) ? "<a href=\"" + escapedHtml(address) + "\">" + inner + "</a>"
                                   : inner;
        return end + 1;
      }
    }
    out_ += escapedHtml(text_.substr(at, 1));
    return at + 1;
  }
  /// Where the mark that stands at `at` stands again, with something between; 0: nowhere.
  [[nodiscard]] size_t enclosed(size_t at, std::string_view mark) const {
    const size_t from = at + mark.size();
    if (text_.substr(at, mark.size()) != mark || from >= text_.size() || text_[from] == ' ')
      return 0;
    const size_t end = text_.find(mark, from);
    return end == std::string_view::npos || end == from || text_[end - 1] == ' ' ? 0 : end;
  }

  const std::string_view text_;
  const Links& links_;
  std::string out_;
};

/// The lines of a text, block by block.
class Blocks {
 public:
  Blocks(std::string_view text, const Links& links) : links_(links) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      lines_.push_back(line);
      text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
  }

  std::string run() {
    while (at_ < lines_.size()) {
      const std::string_view line = lines_[at_];
      const size_t indent = line.find_first_not_of(' ');
      const std::string_view rest =
          indent == std::string_view::npos ? std::string_view{} : line.substr(indent);
      if (isBlankLine(line))
        at_++;
      else if (rest.starts_with("```"))
        fenced();
      else if (indent >= 4)
        indented();
      else if (isItem(rest))
        list();
      else if (const size_t level = std::min(rest.find_first_not_of('#'), rest.size());
               level > 0 && level < rest.size() && rest[level] == ' ')
        heading(rest, level);
      else
        paragraph();
    }
    return std::move(out_);
  }

 private:
  static bool isItem(std::string_view rest) {
    if (rest.starts_with("- ") || rest.starts_with("* ")) return true;
    const size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    return digits > 0 && rest.substr(digits).starts_with(". ");
  }
  void code(const std::vector<std::string_view>& lines, size_t indent) {
    out_ += "<pre><code>";
    for (const std::string_view line : lines)
      out_ += htmlOfCode(line.substr(std::min(indent, line.size())), links_, false) + "\n";
    out_ += "</code></pre>\n";
  }
  void fenced() {
    std::vector<std::string_view> inner;
    for (at_++; at_ < lines_.size(); at_++) {
      const size_t indent = lines_[at_].find_first_not_of(' ');
      if (indent != std::string_view::npos && lines_[at_].substr(indent).starts_with("```")) break;
      inner.push_back(lines_[at_]);
    }
    at_++;
    code(inner, 0);
  }
  void indented() {
    std::vector<std::string_view> inner;
    while (at_ < lines_.size() && (isBlankLine(lines_[at_]) || lines_[at_].starts_with("    ")))
      inner.push_back(lines_[at_++]);
    while (!inner.empty() && isBlankLine(inner.back())) inner.pop_back();
    code(inner, 4);
  }
  void list() {
    const auto restOf = [&](size_t i) {
      const size_t indent = lines_[i].find_first_not_of(' ');
      return indent == std::string_view::npos ? std::string_view{} : lines_[i].substr(indent);
    };
    const char first = restOf(at_)[0];
    const char* const tag = first >= '0' && first <= '9' ? "ol" : "ul";
    out_ += "<" + std::string(tag) + ">\n";
    while (at_ < lines_.size() && isItem(restOf(at_))) {
      std::string_view rest = restOf(at_++);
      std::string text(rest.substr(rest.find(' ') + 1));
      while (at_ < lines_.size() && !isBlankLine(lines_[at_]) && !isItem(restOf(at_)))
        text += " " + std::string(restOf(at_++));
      out_ += "<li>" + Inline(text, links_).run() + "</li>\n";
    }
    out_ += "</" + std::string(tag) + ">\n";
  }
  void heading(std::string_view rest, size_t level) {
    // Below those of definitions.
    const std::string tag = "h" + std::to_string(std::min<size_t>(level + 3, 6));
    out_ += "<" + tag + ">" + Inline(rest.substr(level + 1), links_).run() + "</" + tag + ">\n";
    at_++;
  }
  void paragraph() {
    std::string text;
    while (at_ < lines_.size() && !isBlankLine(lines_[at_])) {
      const std::string_view line = lines_[at_];
      const std::string_view rest = line.substr(line.find_first_not_of(' '));
      if (!text.empty() && (isItem(rest) || rest.starts_with("```"))) break;
      text += (text.empty() ? "" : "\n") + std::string(rest);
      at_++;
    }
    out_ += "<p>" + Inline(text, links_).run() + "</p>\n";
  }

  const Links& links_;
  std::vector<std::string_view> lines_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string escapedHtml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string htmlOfCode(std::string_view code, const Links& links, bool isSignature) {
  constexpr std::string_view Ends = " \t\r\n()[]{},;`\"%^|";
  std::string out;
  bool isFirst = true;
  for (size_t at = 0; at < code.size();) {
    if (code[at] == '"') {
      size_t end = at + 1;
      while (end < code.size() && code[end] != '"') end += code[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, code.size());
      out += "<i>" + escapedHtml(code.substr(at, end - at)) + "</i>";
      at = end;
      continue;
    }
    const bool isComment = code[at] == '#' && (at + 1 == code.size() || code[at + 1] == ' ');
    if (isComment) return out + "<i>" + escapedHtml(code.substr(at)) + "</i>";
    if (Ends.find(code[at]) != std::string_view::npos) {
      out += escapedHtml(code.substr(at++, 1));
      continue;
    }
    const size_t end = std::min(code.find_first_of(Ends, at), code.size());
    std::string_view word = code.substr(at, end - at), name = word;
    while (name.size() > 1 && name.ends_with(':')) name.remove_suffix(1);
    // list:Array, as signatures of what is built in have it.
    const size_t colon = name.find(':');
    if (colon != std::string_view::npos && colon > 0 && colon + 1 < name.size()) {
      out += escapedHtml(word.substr(0, colon + 1));
      word.remove_prefix(colon + 1);
      name.remove_prefix(colon + 1);
    }
    const bool isType = !name.empty() && isUpper(name[0]);
    out += !isSignature || isFirst || isType ? linked(word, name, links) : escapedHtml(word);
    isFirst = false;
    at = end;
  }
  return out;
}

std::string htmlOfMarkdown(std::string_view text, const Links& links) {
  return Blocks(text, links).run();
}

std::string htmlPage(std::string_view title, std::string_view navigation, std::string_view body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escapedHtml(title) +
         "</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n<nav>\n" +
         std::string(navigation) + "</nav>\n<main>\n" + std::string(body) +
         "</main>\n</body>\n</html>\n";
}

std::string_view htmlStyle() {
  return R"(:root { color-scheme: light dark; --line: #8884; --faint: #8882; --link: light-dark(#06c, #7af); }
* { box-sizing: border-box; }
body { margin: 0; display: flex; font: 16px/1.5 system-ui, sans-serif; }
nav { flex: 0 0 15rem; padding: 1rem; border-right: 1px solid var(--line); height: 100vh; position: sticky; top: 0; overflow: auto; }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
main { flex: 1; min-width: 0; max-width: 52rem; padding: 0 1.5rem 4rem; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code { font: 0.92em/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
p code, li code { background: var(--faint); padding: 0 0.25em; border-radius: 3px; }
pre { background: var(--faint); padding: 0.7rem 1rem; overflow: auto; border-radius: 4px; }
h1, h2, h3, h4, h5 { line-height: 1.25; margin: 1.6em 0 0.4em; }
h2 { border-bottom: 1px solid var(--line); }
h3 > code, h4 > code { font-weight: 600; }
:target { background: var(--faint); }
i { font-style: normal; opacity: 0.75; }
@media (max-width: 45rem) {
  body { display: block; }
  nav { height: auto; position: static; border-right: 0; border-bottom: 1px solid var(--line); }
}
)";
}

}  // namespace gene::driver
