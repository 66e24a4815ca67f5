// genex/html (14 system §14.8): elements as text, and the text of a page.

#include <algorithm>
#include <string>

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/support/Utf8.h"

namespace gene {
namespace {

// --- elements ----------------------------------------------------------------------------------------------------------

/// ^style {^color "red"} as color:red; other values as their text.
std::string attributeText(Context& context, Value v) {
  if (!isMap(v)) return displayText(context, v);
  const auto* map = as<MapObject>(v);
  std::string text;
  for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
    if (!text.empty()) text += ';';
    text += map->entries[i].key.get().symbol().text();
    text += ':';
    text += displayText(context, map->entries[i].value.get());
  }
  return text;
}

void appendAttributes(Context& context, Arguments args, std::string& out) {
  for (uint32_t i = 0; i < args.keywordCount; i++) {
    const std::string_view name = args.keywordName(i).text();
    bool isRepeated = false;
    for (uint32_t k = 0; k < i; k++) isRepeated |= args.keywordName(k).text() == name;
    if (isRepeated || name.starts_with('_')) continue;
    out.append(" ").append(name).append("=\"");
    for (const char c : attributeText(context, args.keyword(name)))
      c == '"' ? out.append("&quot;") : out.append(1, c);
    out += '"';
  }
}

/// The text of a child: those of an array one after the other.
void appendContent(Context& context, Value v, std::string& out) {
  if (!isArray(v)) {
    if (!v.isNil()) out += displayText(context, v);
    return;
  }
  std::vector<Value> waiting{v};  // the array holds what is in it
  while (!waiting.empty()) {
    const Value next = waiting.back();
    waiting.pop_back();
    if (isArray(next))
      for (uint32_t i = as<ArrayObject>(next)->size; i-- > 0;)
        waiting.push_back(arrayAt(as<ArrayObject>(next), i));
    else if (!next.isNil())
      out += displayText(context, next);
  }
}

constexpr std::string_view Tags[] = {
    "html", "head", "title", "body", "div", "span", "p", "h1", "h2", "h3", "ul", "ol", "li", "form",
    "button", "label", "a", "table", "tr", "td", "th", "header", "footer", "script", "style", "svg",
    // without content
    "input", "img", "link", "meta", "line"};
constexpr size_t FirstEmpty = 26;

template <size_t tag>
Value element(Context& context, Arguments args) {
  std::string out = "<" + std::string(Tags[tag]);
  appendAttributes(context, args, out);
  if (tag >= FirstEmpty) return checkedString(context, out + " />");
  out += '>';
  for (uint32_t i = 0; i < args.count; i++) appendContent(context, args[i], out);
  return checkedString(context, out.append("</").append(Tags[tag]).append(">"));
}

// --- the text of a page ------------------------------------------------------------------------------------------------

struct Page {
  std::string text;
  std::vector<std::pair<std::string, std::string>> links;  // address, text
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

/// &amp; and the like as characters.
void appendUnescaped(std::string_view text, std::string& out) {
  static constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}};
  for (size_t i = 0; i < text.size(); i++) {
    const size_t end = text[i] == '&' ? text.find(';', i) : std::string_view::npos;
    if (end == std::string_view::npos || end - i > 10) {
      out += text[i];
      continue;
    }
    const std::string_view name = text.substr(i + 1, end - i - 1);
    const auto* found =
        std::ranges::find(names, name, &std::pair<std::string_view, std::string_view>::first);
    if (found != std::end(names)) {
      out += found->second;
    } else if (name.size() > 1 && name[0] == '#') {
      const bool isHex = lower(name[1]) == 'x';
      const std::string digits(name.substr(isHex ? 2 : 1));
      const unsigned long code = std::strtoul(digits.c_str(), nullptr, isHex ? 16 : 10);
      utf8::append(out, code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)
                            ? 0xFFFD
                            : static_cast<char32_t>(code));
    } else {
      out.append(text.substr(i, end - i + 1));
    }
    i = end;
  }
}

/// The value of an attribute in the text of a tag; empty without it.
std::string attribute(std::string_view tag, std::string_view name) {
  const std::string small = lowered(tag);
  for (size_t at = small.find(name); at != std::string::npos; at = small.find(name, at + 1)) {
    size_t i = at + name.size();
    if (at == 0 || !(small[at - 1] == ' ' || small[at - 1] == '\n' || small[at - 1] == '\t'))
      continue;
    while (i < tag.size() && tag[i] == ' ') i++;
    if (i >= tag.size() || tag[i] != '=') continue;
    i++;
    while (i < tag.size() && tag[i] == ' ') i++;
    if (i >= tag.size()) return "";
    const bool isQuoted = tag[i] == '"' || tag[i] == '\'';
    const size_t end = isQuoted ? tag.find(tag[i], i + 1) : tag.find_first_of(" \t\n>", i);
    std::string value;
    appendUnescaped(tag.substr(i + isQuoted, std::min(end, tag.size()) - i - isQuoted), value);
    return value;
  }
  return "";
}

/// An address as seen from the page's own.
std::string resolved(const std::string& address, const std::string& base) {
  if (base.empty() || address.find("://") != std::string::npos || address.starts_with("mailto:"))
    return address;
  const size_t host = base.find("://");
  const size_t root =
      host == std::string::npos ? 0 : std::min(base.find('/', host + 3), base.size());
  if (address.starts_with("//"))
    return host == std::string::npos ? address : base.substr(0, host + 1) + address;
  if (address.starts_with('/')) return base.substr(0, root) + address;
  if (address.starts_with('#')) return base.substr(0, base.find('#')) + address;
  const size_t slash = base.rfind('/');
  const bool hasFolder = slash != std::string::npos && slash >= root;
  return (hasFolder ? base.substr(0, slash) : base) + "/" + address;
}

bool isBlock(std::string_view tag) {
  static constexpr std::string_view blocks[] = {
      "p",  "div", "br",    "li",     "ul",     "ol",      "h1",      "h2",    "h3",   "h4",  "h5",
      "h6", "tr",  "table", "header", "footer", "section", "article", "title", "body", "form"};
  return std::ranges::find(blocks, tag) != std::end(blocks);
}

/// Adds text with its white space as one blank.
void appendText(std::string_view text, std::string& out) {
  std::string plain;
  appendUnescaped(text, plain);
  for (const char c : plain) {
    const bool isBlank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!isBlank)
      out += c;
    else if (!out.empty() && out.back() != ' ' && out.back() != '\n')
      out += ' ';
  }
}

Page readPage(std::string_view html, const std::string& base) {
  Page page;
  size_t linkStart = 0;
  bool inLink = false;
  const auto breakLine = [&] {
    while (page.text.ends_with(' ')) page.text.pop_back();
    if (!page.text.empty() && page.text.back() != '\n') page.text += '\n';
  };
  while (!html.empty()) {
    const size_t open = std::min(html.find('<'), html.size());
    appendText(html.substr(0, open), page.text);
    html.remove_prefix(open);
    if (html.empty()) break;
    if (html.starts_with("<!--")) {
      html.remove_prefix(std::min(html.find("-->"), html.size() - 3) + 3);
      continue;
    }
    const size_t close = std::min(html.find('>'), html.size() - 1);
    const std::string_view tag = html.substr(1, close - 1);
    const bool isEnd = tag.starts_with('/');
    const std::string name = lowered(tag.substr(isEnd, tag.find_first_of(" \t\n/", isEnd) - isEnd));
    html.remove_prefix(close + 1);
    if (isBlock(name)) breakLine();
    if (!isEnd && (name == "script" || name == "style")) {
      const std::string rest = lowered(html);
      html.remove_prefix(std::min(rest.find("</" + name), html.size()));
    } else if (name == "a" && !isEnd) {
      page.links.emplace_back(resolved(attribute(tag, "href"), base), "");
      linkStart = page.text.size();
      inLink = true;
    } else if (name == "a" && inLink) {
      page.links.back().second = page.text.substr(std::min(linkStart, page.text.size()));
      inLink = false;
    }
  }
  while (!page.text.empty() && (page.text.back() == ' ' || page.text.back() == '\n'))
    page.text.pop_back();
  return page;
}

Value extractText(Context& context, Arguments args) {
  if (!isString(args.at(0))) return raiseArgument(context, "extract_text requires a string");
  return checkedString(context, readPage(stringView(args[0]), "").text);
}

Value extractTextWithLinks(Context& context, Arguments args) {
  const Value base = args.at(1);
  if (!isString(args.at(0)) || (!base.isNil() && !isString(base)))
    return raiseArgument(context, "extract_text_with_links requires strings");
  const Page page =
      readPage(stringView(args[0]), base.isNil() ? "" : std::string(stringView(base)));
  MapObject* result = newMap(context);
  mapPut(context, result, Symbol::of("text"), checkedString(context, page.text));
  ArrayObject* links = newArray(context, static_cast<uint32_t>(page.links.size()));
  mapPut(context, result, Symbol::of("links"), Value::object(links));
  for (const auto& [address, text] : page.links) {
    MapObject* link = newMap(context);
    arrayPush(context, links, Value::object(link));
    mapPut(context, link, Symbol::of("text"), checkedString(context, text));
    mapPut(context, link, Symbol::of("url"), checkedString(context, address));
  }
  return Value::object(result);
}

constexpr BuiltinRow rows[] = {
    {"extract_text", extractText, "page -> String", "Ra", "what a page says, without its tags",
     Missing{"extract_text requires a string"}},
    {"extract_text_with_links", extractTextWithLinks, "page base? -> Map", "Ra",
     "a map of that text and the links, each a map of text and url; seen from a base address",
     Missing{"extract_text_with_links requires strings"}},
};
#define TAG(number, name)                                       \
  {name, element<number>, "content... ^... -> String", "Rrwac", \
   "the element as text; keywords are its attributes"}
constexpr BuiltinRow tagRows[] = {
    TAG(0, "HTML"),   TAG(1, "HEAD"),    TAG(2, "TITLE"),   TAG(3, "BODY"),    TAG(4, "DIV"),
    TAG(5, "SPAN"),   TAG(6, "P"),       TAG(7, "H1"),      TAG(8, "H2"),      TAG(9, "H3"),
    TAG(10, "UL"),    TAG(11, "OL"),     TAG(12, "LI"),     TAG(13, "FORM"),   TAG(14, "BUTTON"),
    TAG(15, "LABEL"), TAG(16, "A"),      TAG(17, "TABLE"),  TAG(18, "TR"),     TAG(19, "TD"),
    TAG(20, "TH"),    TAG(21, "HEADER"), TAG(22, "FOOTER"), TAG(23, "SCRIPT"), TAG(24, "STYLE"),
    TAG(25, "SVG"),   TAG(26, "INPUT"),  TAG(27, "IMG"),    TAG(28, "LINK"),   TAG(29, "META"),
    TAG(30, "LINE"),
};
#undef TAG
static_assert(std::size(Tags) == std::size(tagRows));

}  // namespace

BUILTIN_TABLE(htmlTable, "genex/html", Functions, rows)
BUILTIN_TABLE(htmlTagTable, "genex/html/tags", Functions, tagRows)

}  // namespace gene
