#include "frontend/syntax/VerifyDiagnostics.h"

#include <charconv>

namespace gene {
namespace {

struct Expectation {
  Severity severity;
  uint32_t line;
  std::string_view text;
  bool met = false;
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// The expectation in a comment `# error@+1: text`, if the line has one.
bool parseExpectation(std::string_view line, uint32_t number, Expectation* result) {
  static constexpr struct {
    std::string_view word;
    Severity severity;
  } kinds[] = {{"# error", Severity::Error}, {"# warning", Severity::Warning}};
  for (const auto& kind : kinds) {
    const size_t at = line.find(kind.word);
    if (at == std::string_view::npos) continue;
    std::string_view rest = line.substr(at + kind.word.size());
    int offset = 0;
    if (rest.starts_with('@')) {
      rest.remove_prefix(rest.starts_with("@+") ? 2 : 1);
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), offset);
      if (error != std::errc{}) continue;
      rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    }
    if (!rest.starts_with(':')) continue;
    *result = {kind.severity, static_cast<uint32_t>(static_cast<int>(number) + offset),
               trim(rest.substr(1))};
    return true;
  }
  return false;
}

}  // namespace

std::string verifyDiagnostics(const DiagnosticEngine& diagnostics, Location start) {
  const SourceManager& sources = diagnostics.sources();
  const std::string name(sources.name(start));
  std::vector<Expectation> expected;
  std::string_view text = sources.text(start);
  for (uint32_t number = 1; !text.empty(); number++) {
    const size_t newline = text.find('\n');
    Expectation e{};
    if (parseExpectation(text.substr(0, newline), number, &e)) expected.push_back(e);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
  std::string problems;
  for (const Diagnostic& d : diagnostics.all()) {
    if (d.severity == Severity::Note) continue;
    const uint32_t line = sources.position(d.loc).line;
    bool found = false;
    for (Expectation& e : expected) {
      if (e.met || e.severity != d.severity || e.line != line ||
          d.message.find(e.text) == std::string::npos)
        continue;
      e.met = found = true;
      break;
    }
    if (!found) problems += name + ":" + std::to_string(line) + ": unexpected: " + d.message + "\n";
  }
  for (const Expectation& e : expected)
    if (!e.met)
      problems += name + ":" + std::to_string(e.line) + ": missing: " + std::string(e.text) + "\n";
  return problems;
}

}  // namespace gene
