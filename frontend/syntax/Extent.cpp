// How far what stands at a place goes: by the reader in a whole text, by brackets and blanks in a line alone.

#include "frontend/syntax/Reader.h"
#include "frontend/syntax/Report.h"
#include "runtime/support/Utf8.h"

namespace gene {

uint32_t extentAt(std::string_view line, uint32_t column) {
  const char* p = line.data();
  const char* const end = p + line.size();
  for (uint32_t c = 1; c < column && p < end; c++) utf8::decode(p, end);
  const char* const from = p;
  int depth = 0;
  bool inString = false;
  for (; p < end; p++) {
    const char c = *p;
    if (inString) {
      if (c == '\\' && p + 1 < end) p++;
      if (c == '"') {
        inString = false;
        if (depth == 0) {
          p++;
          break;
        }
      }
      continue;
    }
    const bool opens = c == '(' || c == '[' || c == '{', closes = c == ')' || c == ']' || c == '}';
    if (c == '"') {
      inString = true;
    } else if (opens) {
      depth++;
    } else if (closes) {
      if (depth == 0 && p > from) break;
      if (--depth <= 0) {
        p++;
        break;
      }
    } else if (depth == 0 && (c == ' ' || c == '\t' || c == ',' || c == ';')) {
      break;
    } else if (depth > 0 && c == '#' && (p + 1 == end || p[1] == ' ')) {
      break;  // a comment
    }
  }
  const char* last = std::min(p, end);
  while (last > from && (last[-1] == ' ' || last[-1] == '\t')) last--;
  const auto count =
      static_cast<uint32_t>(utf8::count(std::string_view(from, static_cast<size_t>(last - from))));
  return count == 0 ? 1 : count;
}

Position endOfForm(std::string_view text, const Position& at) {
  size_t from = 0;
  for (uint32_t line = 1; line < at.line; line++) {
    const size_t end = text.find('\n', from);
    if (end == std::string_view::npos) return {};
    from = end + 1;
  }
  const char* p = text.data() + from;
  const char* const end = text.data() + text.size();
  for (uint32_t c = 1; c < at.column && p < end; c++) utf8::decode(p, end);
  SourceManager sources;
  const Location start = sources.add({}, std::string(text));
  const auto offset = static_cast<uint32_t>(p - text.data());
  const Location place{start.offset + offset};
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const Span<Form*> forms = readPart(place, sources.text(start).substr(offset), arena, diagnostics);
  if (forms.empty() || forms[0]->loc != place || !forms[0]->end.valid()) return {};
  const Position found = sources.position(forms[0]->end);
  return {at.file, found.line, found.column};
}

}  // namespace gene
