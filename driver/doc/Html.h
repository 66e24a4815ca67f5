#pragma once
// HTML of what is documented: lines of Gene and Markdown, whose names lead to where they are described.

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace gene::driver {

/// Where names are described: count, Shape/area, .area, println -> module-words.html#count
using Links = std::map<std::string, std::string, std::less<>>;

std::string escapedHtml(std::string_view text);
/// A line of Gene. In a signature its first word and types are linked; elsewhere all names that are known.
std::string htmlOfCode(std::string_view code, const Links& links, bool isSignature);
/// Paragraphs, lists, headings, code and the like, as comments have them. What looks like HTML is text.
std::string htmlOfMarkdown(std::string_view text, const Links& links);
/// A whole page; `navigation` and `body` are HTML.
std::string htmlPage(std::string_view title, std::string_view navigation, std::string_view body);
/// What pages look like: a file of its own, style.css.
std::string_view htmlStyle();

}  // namespace gene::driver
