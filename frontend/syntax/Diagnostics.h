#pragma once
// What is said about a user's source. Every message is a row of Diagnostics.def; a stage reports through an engine
// and goes on where it can, and the pipeline stops after a stage that reported an error.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/syntax/Source.h"

namespace gene {

enum class Severity : uint8_t { Error, Warning, Note };

enum class Diag : uint16_t {
#define DIAG(code, severity, name, text) name,
#include "frontend/syntax/Diagnostics.def"
};

struct Diagnostic {
  Diag id;
  Severity severity;
  Location loc;
  std::string message;  // holes filled
};

/// "E0101" and so on.
std::string_view diagnosticCode(Diag id);

class DiagnosticEngine {
 public:
  explicit DiagnosticEngine(const SourceManager& sources) : sources_(sources) {}
  /// Records a diagnostic; `{0}`, `{1}` … in the row's text are replaced by the arguments.
  void report(Location loc, Diag id, std::initializer_list<std::string_view> arguments = {});
  [[nodiscard]] bool hasErrors() const { return errors_ != 0; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return diagnostics_; }
  [[nodiscard]] const SourceManager& sources() const { return sources_; }

 private:
  const SourceManager& sources_;
  std::vector<Diagnostic> diagnostics_;
  unsigned errors_ = 0;
};

enum class ErrorFormat : uint8_t { Human, Gene };

/// The GENE.* code that belongs to a message (00 §5), or `otherwise`.
std::string_view errorCode(std::string_view message, std::string_view otherwise);

/// An error as the two forms of 19 §1 show it; also used for uncaught exceptions.
struct ErrorReport {
  Position position;  // line 0: unknown
  std::string_view message, code, severity, stage;
  std::string_view sourceLine;  // empty: none is shown
};
std::string renderError(const ErrorReport& report, ErrorFormat format);

/// One diagnostic as text: `FILE:LINE:COL: error: MESSAGE [CODE]`, the source line and a caret, or the one-line
/// envelope `Error: {^message … ^code … ^severity … ^stage … ^span {…} ^hints [] ^repair_tags […]}`.
std::string renderDiagnostic(const SourceManager& sources, const Diagnostic& diagnostic,
                             ErrorFormat format);

}  // namespace gene
