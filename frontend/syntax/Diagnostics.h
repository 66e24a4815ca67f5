#pragma once
// What is said about a user's source. Every message is a row of Diagnostics.def; a stage reports through an engine
// and goes on where it can, and the pipeline stops after a stage that reported an error. Report.h makes text of it.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/syntax/Report.h"
#include "frontend/syntax/Source.h"

namespace gene {

enum class Severity : uint8_t {
  Error,
  Warning,
  Note,
  Optional,  // of a row: a warning that is off unless somebody asks for it
};

enum class Diag : uint16_t {
#define DIAG(code, severity, name, text) name,
#include "frontend/syntax/Diagnostics.def"
};

using DiagArguments = std::initializer_list<std::string_view>;

inline constexpr uint16_t DiagnosticCount = 0
#define DIAG(code, severity, name, text) +1
#include "frontend/syntax/Diagnostics.def"
    ;

struct Diagnostic {
  struct Note {
    Location loc, end;  // as below
    std::string text;
  };
  Diag id;
  Severity severity;
  Location loc;
  Location end;         // behind what is meant; nowhere: extentAt finds it
  std::string message;  // holes filled
  std::vector<std::string> hints;
  std::vector<Note> notes;

  /// Says what to do about it; `id` is a row of notes.
  Diagnostic& hint(Diag row, DiagArguments arguments = {});
  /// Points to another place that has to do with it.
  Diagnostic& note(SourceRange at, Diag row, DiagArguments arguments = {});
};

/// "E0101" and so on.
std::string_view diagnosticCode(Diag id);
/// The name by which a warning is silenced: "unused-variable".
std::string warningName(Diag id);
/// The row with this code, or the warning with this name; false without one.
bool findDiagnostic(std::string_view text, Diag* id);

class DiagnosticEngine {
 public:
  explicit DiagnosticEngine(const SourceManager& sources);
  ~DiagnosticEngine();
  DiagnosticEngine(const DiagnosticEngine&) = delete;
  /// Records a diagnostic; `{0}`, `{1}` … in the row's text are replaced by the arguments. The result takes hints and
  /// notes until the next call. What was said at this place already, warnings at the
  /// place of an error, warnings that are silenced, and errors behind the first
  /// 20 are not kept.
  Diagnostic& report(SourceRange at, Diag id, DiagArguments arguments = {});
  [[nodiscard]] unsigned errorCount() const { return errors_; }
  [[nodiscard]] bool hasErrors() const { return errors_ != 0; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return diagnostics_; }
  [[nodiscard]] const SourceManager& sources() const { return sources_; }
  /// Keeps all errors, not only the first 20.
  void keepAll() { mostErrors_ = UINT32_MAX; }
  /// How many errors were left out.
  [[nodiscard]] unsigned omitted() const { return omitted_; }

  /// --warn: NAME and `all` turn warnings on, no-NAME and `none` off. False when there is no such warning.
  bool setWarning(std::string_view text);
  /// Is there any use in looking for this mistake? (Not for a silenced warning, nor for one that an error may have brought about.)
  [[nodiscard]] bool wants(Diag id) const;
  /// Forgets what was reported since there were `count` diagnostics.
  void rollBack(size_t count);
  /// Forgets those among them that are chosen.
  void drop(size_t from, bool (*chosen)(const Diagnostic&));
  /// Parts of the source that begins there could not be read: what may be missing in it because of that is no mistake.
  void setIncomplete(Location start);

 private:
  [[nodiscard]] bool isAllowedInSource(Location loc, Diag id) const;

  const SourceManager& sources_;
  std::vector<Diagnostic> diagnostics_;
  Diagnostic dropped_{};
  enum class Choice : uint8_t { None, On, Off };
  Choice choices_[DiagnosticCount] = {};  // by Diag: what was asked for about a warning
  unsigned errors_ = 0, omitted_ = 0, mostErrors_ = 20;
  std::vector<uint32_t> incomplete_;  // sources, by their first byte
};

/// One diagnostic as text; see renderError.
std::string renderDiagnostic(const SourceManager& sources, const Diagnostic& diagnostic,
                             ErrorFormat format);

}  // namespace gene
