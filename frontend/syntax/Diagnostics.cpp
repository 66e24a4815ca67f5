#include "frontend/syntax/Diagnostics.h"

#include <algorithm>
#include <cstddef>

#include "runtime/support/Check.h"

namespace gene {
namespace {

struct Row {
  std::string_view code;
  Severity severity;
  std::string_view name, text;
};
constexpr Row rows[] = {
#define DIAG(code, severity, name, text) {#code, Severity::severity, #name, text},
#include "frontend/syntax/Diagnostics.def"
};

constexpr struct {
  Diag id;
  std::string_view text;
} advice[] = {
#define ADVICE(name, text) {Diag::name, text},
#include "frontend/syntax/Diagnostics.def"
};

const Row& rowOf(Diag id) { return rows[static_cast<size_t>(id)]; }
bool isWarning(const Row& row) {
  return row.severity == Severity::Warning || row.severity == Severity::Optional;
}

std::string filled(std::string_view text, DiagArguments arguments) {
  std::string message;
  for (size_t i = 0; i < text.size(); i++) {
    const bool hole = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' &&
                      text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!hole) {
      message += text[i];
      continue;
    }
    const auto index = static_cast<size_t>(text[i + 1] - '0');
    GENE_ASSERT(index < arguments.size(), "an argument for every hole");
    message += arguments.begin()[index];
    i += 2;
  }
  return message;
}

std::string kebab(std::string_view name) {
  std::string out;
  for (char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !out.empty()) out += '-';
    out += upper ? static_cast<char>(c + 32) : c;
  }
  return out;
}

/// Does the comment `# allow NAME NAME …` at the end of the line, if it has one, name this warning?
bool allows(std::string_view line, std::string_view name) {
  constexpr std::string_view word = "# allow ";
  const size_t at = line.rfind(word);
  if (at == std::string_view::npos) return false;
  std::string_view rest = line.substr(at + word.size());
  while (!rest.empty()) {
    const size_t end = std::min(rest.find_first_of(" ,\r"), rest.size());
    if (rest.substr(0, end) == name) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

/// May the mistake be there because a definition could not be read?
bool followsUnread(Diag id) {
  switch (id) {
    case Diag::UndefinedName:
    case Diag::UndefinedType:
    case Diag::UndeclaredAssignment:
    case Diag::UnsetField:
    case Diag::UnknownVariant:
    case Diag::UnknownInterface:
    case Diag::UnknownMethod:
    case Diag::UnknownField:
    case Diag::MissingMethod:
    case Diag::MissingField:
    case Diag::IncompatibleMethod:
    case Diag::IncompatibleField: return true;
    default: return false;
  }
}

/// May it be there because a form with an error in it was not looked at as a whole?
bool followsError(Diag id) {
  switch (id) {
    case Diag::UnusedVariable:
    case Diag::UnusedImport: return true;
    default: return false;
  }
}

bool isCommentLine(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] == '#' &&
         (first + 1 == line.size() || line[first + 1] == ' ' || line[first + 1] == '!');
}

}  // namespace

Diagnostic& Diagnostic::hint(Diag row, DiagArguments arguments) {
  hints.push_back(filled(rowOf(row).text, arguments));
  return *this;
}

Diagnostic& Diagnostic::note(SourceRange at, Diag row, DiagArguments arguments) {
  if (at.begin.valid()) notes.push_back({at.begin, at.end, filled(rowOf(row).text, arguments)});
  return *this;
}

std::string_view diagnosticCode(Diag id) { return rowOf(id).code; }
std::string warningName(Diag id) { return kebab(rowOf(id).name); }

bool findDiagnostic(std::string_view text, Diag* id) {
  for (size_t i = 0; i < std::size(rows); i++) {
    if (rows[i].code != text && !(isWarning(rows[i]) && kebab(rows[i].name) == text)) continue;
    *id = static_cast<Diag>(i);
    return true;
  }
  return false;
}

Diagnostic& DiagnosticEngine::report(SourceRange at, Diag id, DiagArguments arguments) {
  const Location loc = at.begin;
  const Row& row = rowOf(id);
  const bool warning = isWarning(row);
  dropped_ = {};
  if (!incomplete_.empty() && followsUnread(id) && loc.valid() &&
      std::ranges::find(incomplete_, sources_.start(loc).offset) != incomplete_.end())
    return dropped_;
  if (warning && (!wants(id) || isAllowedInSource(loc, id))) return dropped_;
  std::string message = filled(row.text, arguments);
  const Severity severity = warning ? Severity::Warning : row.severity;
  if (loc.valid() && std::ranges::any_of(diagnostics_, [&](const Diagnostic& d) {
        return d.loc == loc && (warning || (d.id == id && d.message == message));
      }))
    return dropped_;
  if (severity == Severity::Error && ++errors_ > mostErrors_) {
    omitted_++;
    return dropped_;
  }
  Diagnostic& added = diagnostics_.emplace_back(id, severity, loc, at.end, std::move(message));
  for (const auto& [advised, text] : advice)
    if (advised == id) added.hints.push_back(filled(text, arguments));
  return added;
}

DiagnosticEngine::DiagnosticEngine(const SourceManager& sources) : sources_(sources) {}
DiagnosticEngine::~DiagnosticEngine() = default;

void DiagnosticEngine::setIncomplete(Location start) { incomplete_.push_back(start.offset); }

bool DiagnosticEngine::setWarning(std::string_view text) {
  if (text == "all" || text == "none") {
    for (size_t i = 0; i < std::size(rows); i++)
      if (isWarning(rows[i])) choices_[i] = text == "all" ? Choice::On : Choice::Off;
    return true;
  }
  const bool off = text.starts_with("no-");
  Diag id;
  // A name may itself begin with "no".
  if (findDiagnostic(text, &id) && isWarning(rowOf(id))) {
    choices_[static_cast<size_t>(id)] = Choice::On;
    return true;
  }
  if (!off || !findDiagnostic(text.substr(3), &id) || !isWarning(rowOf(id))) return false;
  choices_[static_cast<size_t>(id)] = Choice::Off;
  return true;
}

bool DiagnosticEngine::wants(Diag id) const {
  if (!isWarning(rowOf(id))) return true;
  if (choices_[static_cast<size_t>(id)] == Choice::Off || (errors_ != 0 && followsError(id)))
    return false;
  return rowOf(id).severity != Severity::Optional ||
         choices_[static_cast<size_t>(id)] == Choice::On;
}

void DiagnosticEngine::rollBack(size_t count) {
  while (diagnostics_.size() > count) {
    errors_ -= diagnostics_.back().severity == Severity::Error;
    diagnostics_.pop_back();
  }
  errors_ -= omitted_;
  omitted_ = 0;
}

void DiagnosticEngine::drop(size_t from, bool (*chosen)(const Diagnostic&)) {
  for (size_t i = diagnostics_.size(); i-- > from;) {
    if (!chosen(diagnostics_[i])) continue;
    errors_ -= diagnostics_[i].severity == Severity::Error;
    diagnostics_.erase(diagnostics_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// `# allow NAME` behind the line or alone in front of it; before the first form, it holds for the whole file.
bool DiagnosticEngine::isAllowedInSource(Location loc, Diag id) const {
  if (!loc.valid()) return false;
  const std::string name = warningName(id);
  const std::string_view text = sources_.text(loc);
  const std::string_view line = sources_.line(loc);
  if (allows(line, name)) return true;
  const auto at = static_cast<size_t>(line.data() - text.data());
  if (at >= 2) {
    const size_t start = text.rfind('\n', at - 2);
    const size_t from = start == std::string_view::npos ? 0 : start + 1;
    const std::string_view before = text.substr(from, at - 1 - from);
    if (isCommentLine(before) && allows(before, name)) return true;
  }
  for (size_t from = 0; from < text.size();) {
    const size_t end = std::min(text.find('\n', from), text.size());
    const std::string_view top = text.substr(from, end - from);
    if (top.find_first_not_of(" \t\r") != std::string_view::npos && !isCommentLine(top))
      return false;
    if (allows(top, name)) return true;
    from = end + 1;
  }
  return false;
}

namespace {

Position endOf(const SourceManager& sources, Location end) {
  return end.valid() ? sources.position(end) : Position{};
}

}  // namespace

std::string renderDiagnostic(const SourceManager& sources, const Diagnostic& diagnostic,
                             ErrorFormat format) {
  static constexpr std::string_view severities[] = {"error", "warning", "note", "warning"};
  const std::string_view code = diagnosticCode(diagnostic.id);
  const bool isParse = code.starts_with("E01");
  ErrorReport report{
      .position = sources.position(diagnostic.loc),
      .end = endOf(sources, diagnostic.end),
      .message = diagnostic.message,
      .code = errorCode(diagnostic.message, isParse ? "GENE.PARSE.ERROR" : "GENE.COMPILE.ERROR"),
      .severity = severities[static_cast<size_t>(diagnostic.severity)],
      .stage = isParse ? "parse" : "compile",
      .humanCode = code,
      .sourceLine = sources.line(diagnostic.loc),
      .hints = diagnostic.hints,
      .notes = {},
      .stack = {}};
  for (const Diagnostic::Note& note : diagnostic.notes)
    report.notes.push_back(
        {sources.position(note.loc), endOf(sources, note.end), sources.line(note.loc), note.text});
  return renderError(report, format);
}

}  // namespace gene
