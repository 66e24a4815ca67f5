#include "frontend/syntax/Report.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "runtime/support/JsonText.h"
#include "runtime/support/Utf8.h"

namespace gene {
namespace {

bool containsFolded(std::string_view text, std::string_view word) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (size_t i = 0; i + word.size() <= text.size(); i++) {
    size_t j = 0;
    while (j < word.size() && lower(text[i + j]) == word[j]) j++;
    if (j == word.size()) return true;
  }
  return false;
}

std::string inQuotes(std::string_view text) {
  std::string out;
  appendJsonString(text, out);
  return out;
}

/// Colours where somebody looks: standard error is a terminal, and NO_COLOR (no-color.org) is not set.
bool usesColours() {
  static const bool uses = [] {
    const char* no = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return !(no && *no) && ::isatty(STDERR_FILENO) &&
           !(terminal && std::string_view(terminal) == "dumb");
  }();
  return uses;
}

enum class Style : uint8_t { Plain, Bold, Error, Warning, Note };
std::string styled(Style style, std::string_view text) {
  static constexpr std::string_view codes[] = {"", "\033[1m", "\033[1;31m", "\033[1;35m",
                                               "\033[1;36m"};
  if (style == Style::Plain || !usesColours()) return std::string(text);
  return std::string(codes[static_cast<size_t>(style)]) + std::string(text) + "\033[0m";
}
Style styleOf(std::string_view severity) {
  return severity == "error" ? Style::Error : severity == "warning" ? Style::Warning : Style::Note;
}

std::string place(const Position& at) {
  if (!at.line) return "";
  return std::string(at.file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
         ": ";
}

/// The part of a line that is shown: all of it, or of a long one what is near the column.
struct Excerpt {
  std::string_view text;
  uint32_t column;  // in `text`
  bool cutBefore = false, cutBehind = false;
};

Excerpt excerpt(std::string_view line, uint32_t column) {
  constexpr size_t MostShown = 400, Before = 80, Behind = 160;
  if (line.size() <= MostShown) return {line, column};
  const char* p = line.data();
  const char* const end = p + line.size();
  for (uint32_t c = 1; c < column && p < end; c++) utf8::decode(p, end);
  const auto at = static_cast<size_t>(p - line.data());
  size_t from = at > Before ? at - Before : 0;
  while (from > 0 && utf8::isContinuation(line[from])) from--;
  size_t to = std::min(line.size(), at + Behind);
  while (to < line.size() && utf8::isContinuation(line[to])) to++;
  const std::string_view before = line.substr(from, at - from);
  return {line.substr(from, to - from), static_cast<uint32_t>(utf8::count(before)) + 1, from > 0,
          to < line.size()};
}

/// How many characters of what is shown are meant; to its end if the rest lies on other lines or is not shown.
uint32_t lengthOf(const Excerpt& shown, const Position& at, const Position& end) {
  const uint32_t length = end.line == at.line && end.column > at.column
                              ? end.column - at.column
                              : extentAt(shown.text, shown.column);
  const auto all = static_cast<uint32_t>(utf8::count(shown.text));
  return all < shown.column ? 1 : std::min(length, all - shown.column + 1);
}

/// The line, and below it what is meant. Tabs keep the marks in step.
std::string snippet(std::string_view line, const Position& at, const Position& to, Style style) {
  if (line.empty()) return "";
  const Excerpt shown = excerpt(line, at.column);
  std::string out = std::string(shown.cutBefore ? "… " : "  ") + std::string(shown.text) +
                    (shown.cutBehind ? " …" : "") + "\n  ";
  const char* p = shown.text.data();
  const char* end = p + shown.text.size();
  for (uint32_t c = 1; c < shown.column && p < end; c++)
    out += utf8::decode(p, end) == '\t' ? '\t' : ' ';
  return out + styled(style, "^" + std::string(lengthOf(shown, at, to) - 1, '~')) + "\n";
}

std::string human(const ErrorReport& report) {
  const Style style = styleOf(report.severity);
  std::string_view message = report.message;
  std::string_view code = report.humanCode.empty() ? report.code : report.humanCode;
  // A message that names its code itself gives it only once.
  if (const size_t end = message.find("] ");
      message.starts_with("[GENE.") && end != std::string_view::npos) {
    if (report.humanCode.empty()) code = message.substr(1, end - 1);
    message.remove_prefix(end + 2);
  }
  std::string text(message);
  constexpr std::string_view mismatch = " [GENE_TYPE_MISMATCH]";
  if (const size_t at = text.find(mismatch); at != std::string::npos) {
    text.erase(at, mismatch.size());
    code = "GENE_TYPE_MISMATCH";
  }
  std::string out = styled(Style::Bold, place(report.position)) +
                    styled(style, std::string(report.severity) + ":") + " " +
                    styled(Style::Bold, text) + " [" + std::string(code) + "]\n" +
                    snippet(report.sourceLine, report.position, report.end, style);
  for (const ErrorReport::Note& note : report.notes)
    out += place(note.position) + styled(Style::Note, "note:") + " " + note.text + "\n" +
           snippet(note.sourceLine, note.position, note.end, Style::Note);
  for (const std::string& hint : report.hints)
    out += "  " + styled(Style::Note, "hint:") + " " + hint + "\n";
  for (const ErrorReport::Frame& frame : report.stack) {
    if (frame.omitted)
      out += "  … " + std::to_string(frame.omitted) + " more calls\n";
    else
      out += "  at " + frame.function + " (" + std::string(frame.position.file) + ":" +
             std::to_string(frame.position.line) + ":" + std::to_string(frame.position.column) +
             ")\n";
  }
  return out;
}

std::string geneMap(const ErrorReport& report) {
  const Position& at = report.position;
  std::string hints;
  for (const std::string& hint : report.hints) hints += (hints.empty() ? "" : " ") + inQuotes(hint);
  return "Error: {^message " + inQuotes(report.message) + " ^code " + inQuotes(report.code) +
         " ^severity " + inQuotes(report.severity) + " ^stage " + inQuotes(report.stage) +
         " ^span {^file " + inQuotes(at.file) + " ^line " + std::to_string(at.line) + " ^column " +
         std::to_string(at.column) + "} ^hints [" + hints + "] ^repair_tags [" +
         inQuotes(report.stage) + "]}\n";
}

std::string jsonPlace(const Position& at) {
  return "\"file\":" + inQuotes(at.file) + ",\"line\":" + std::to_string(at.line) +
         ",\"column\":" + std::to_string(at.column);
}

std::string json(const ErrorReport& report) {
  const Position& at = report.position;
  std::string out =
      "{\"severity\":" + inQuotes(report.severity) +
      ",\"code\":" + inQuotes(report.humanCode.empty() ? report.code : report.humanCode) +
      ",\"stage\":" + inQuotes(report.stage) + ",\"message\":" + inQuotes(report.message) + "," +
      jsonPlace(at);
  if (report.end.line > at.line)
    out += ",\"end_line\":" + std::to_string(report.end.line) +
           ",\"end_column\":" + std::to_string(report.end.column);
  else if (!report.sourceLine.empty())
    out += ",\"end_column\":" +
           std::to_string(at.column + lengthOf({report.sourceLine, at.column}, at, report.end));
  auto list = [&](const char* name, const auto& items, auto&& text) {
    out += std::string(",\"") + name + "\":[";
    bool first = true;
    for (const auto& item : items) {
      if (!first) out += ",";
      first = false;
      out += text(item);
    }
    out += "]";
  };
  list("hints", report.hints, [](const std::string& hint) { return inQuotes(hint); });
  list("notes", report.notes, [](const ErrorReport::Note& note) {
    return "{\"message\":" + inQuotes(note.text) + "," + jsonPlace(note.position) + "}";
  });
  list("stack", report.stack, [](const ErrorReport::Frame& frame) {
    if (frame.omitted) return "{\"omitted\":" + std::to_string(frame.omitted) + "}";
    return "{\"function\":" + inQuotes(frame.function) + "," + jsonPlace(frame.position) + "}";
  });
  return out + "}\n";
}

}  // namespace

bool parseErrorFormat(std::string_view name, ErrorFormat* format) {
  if (name != "human" && name != "gene" && name != "json") return false;
  *format = name == "gene"   ? ErrorFormat::Gene
            : name == "json" ? ErrorFormat::Json
                             : ErrorFormat::Human;
  return true;
}

std::string_view errorCode(std::string_view message, std::string_view otherwise) {
  struct {
    std::string_view word, code;
  } constexpr table[] = {
      {"division by zero", "GENE.ARITH.DIV_ZERO"},
      {"divide", "GENE.ARITH.DIV_ZERO"},
      {"method not found", "GENE.OOP.METHOD_NOT_FOUND"},
      {"no method", "GENE.OOP.METHOD_NOT_FOUND"},
      {"undefined variable", "GENE.SCOPE.UNDEFINED_VAR"},
      {"not defined", "GENE.SCOPE.UNDEFINED_VAR"},
      {"stack overflow", "GENE.VM.STACK_OVERFLOW"},
      {"out of memory", "GENE.VM.OUT_OF_MEMORY"},
      {"failed to load extension", "GENE.EXT.LOAD_FAILED"},
  };
  for (const auto& row : table)
    if (containsFolded(message, row.word)) return row.code;
  return otherwise;
}

std::string renderError(const ErrorReport& report, ErrorFormat format) {
  switch (format) {
    case ErrorFormat::Human: return human(report);
    case ErrorFormat::Gene: return geneMap(report);
    case ErrorFormat::Json: return json(report);
  }
  return {};
}

}  // namespace gene
