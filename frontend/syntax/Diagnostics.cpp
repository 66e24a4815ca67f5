#include "frontend/syntax/Diagnostics.h"

#include "runtime/support/Utf8.h"

namespace gene {
namespace {

struct Row {
  std::string_view code;
  Severity severity;
  std::string_view text;
};
constexpr Row rows[] = {
#define DIAG(code, severity, name, text) {#code, Severity::severity, text},
#include "frontend/syntax/Diagnostics.def"
};

bool containsFolded(std::string_view text, std::string_view word) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (size_t i = 0; i + word.size() <= text.size(); i++) {
    size_t j = 0;
    while (j < word.size() && lower(text[i + j]) == word[j]) j++;
    if (j == word.size()) return true;
  }
  return false;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<uint8_t>(c) < 0x20) {
          constexpr char hex[] = "0123456789abcdef";
          out += "\\u00";
          out += hex[c >> 4];
          out += hex[c & 15];
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

}  // namespace

std::string_view diagnosticCode(Diag id) { return rows[static_cast<size_t>(id)].code; }

void DiagnosticEngine::report(Location loc, Diag id,
                              std::initializer_list<std::string_view> arguments) {
  const Row& row = rows[static_cast<size_t>(id)];
  std::string message;
  for (size_t i = 0; i < row.text.size(); i++) {
    const bool hole = row.text[i] == '{' && i + 2 < row.text.size() && row.text[i + 2] == '}' &&
                      row.text[i + 1] >= '0' && row.text[i + 1] <= '9';
    if (!hole) {
      message += row.text[i];
      continue;
    }
    const auto index = static_cast<size_t>(row.text[i + 1] - '0');
    GENE_ASSERT(index < arguments.size(), "an argument for every hole");
    message += arguments.begin()[index];
    i += 2;
  }
  if (row.severity == Severity::Error) errors_++;
  diagnostics_.push_back({id, row.severity, loc, std::move(message)});
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
      {"failed to load extension", "GENE.EXT.LOAD_FAILED"},
  };
  for (const auto& row : table)
    if (containsFolded(message, row.word)) return row.code;
  return otherwise;
}

std::string renderError(const ErrorReport& report, ErrorFormat format) {
  const Position& at = report.position;
  if (format == ErrorFormat::Gene) {
    return "Error: {^message " + quoted(report.message) + " ^code " + quoted(report.code) +
           " ^severity " + quoted(report.severity) + " ^stage " + quoted(report.stage) +
           " ^span {^file " + quoted(at.file) + " ^line " + std::to_string(at.line) + " ^column " +
           std::to_string(at.column) + "} ^hints [] ^repair_tags [" + quoted(report.stage) + "]}\n";
  }
  std::string out;
  if (at.line)
    out = std::string(at.file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
          ": ";
  out += std::string(report.severity) + ": " + std::string(report.message) + " [" +
         std::string(report.code) + "]\n";
  if (report.sourceLine.empty()) return out;
  out += "  " + std::string(report.sourceLine) + "\n  ";
  // Tabs keep the caret in step with the line above.
  const char* p = report.sourceLine.data();
  const char* end = p + report.sourceLine.size();
  for (uint32_t column = 1; column < at.column && p < end; column++)
    out += utf8::decode(p, end) == '\t' ? '\t' : ' ';
  return out + "^\n";
}

std::string renderDiagnostic(const SourceManager& sources, const Diagnostic& diagnostic,
                             ErrorFormat format) {
  static constexpr std::string_view severities[] = {"error", "warning", "note"};
  const bool isParse = diagnosticCode(diagnostic.id).starts_with("E01");
  return renderError(
      {.position = sources.position(diagnostic.loc),
       .message = diagnostic.message,
       .code = errorCode(diagnostic.message, isParse ? "GENE.PARSE.ERROR" : "GENE.COMPILE.ERROR"),
       .severity = severities[static_cast<size_t>(diagnostic.severity)],
       .stage = isParse ? "parse" : "compile",
       .sourceLine = sources.line(diagnostic.loc)},
      format);
}

}  // namespace gene
