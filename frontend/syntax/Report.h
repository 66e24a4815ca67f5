#pragma once
// Errors as text, for people and for programs: diagnostics of a source and uncaught exceptions look alike.
//
//   FILE:LINE:COL: error: MESSAGE [CODE]
//     the source line
//         ^~~~~
//   FILE:LINE:COL: note: TEXT              another place, likewise with its line
//     hint: TEXT

#include <string>
#include <string_view>
#include <vector>

#include "frontend/syntax/Source.h"

namespace gene {

enum class ErrorFormat : uint8_t {
  Human,
  Gene,  // one line, a map in Gene's syntax (19 §1)
  Json,  // one line, an object
};
/// "human", "gene", "json"; false for other names.
bool parseErrorFormat(std::string_view name, ErrorFormat* format);

/// The GENE.* code that belongs to a message (00 §5), or `otherwise`.
std::string_view errorCode(std::string_view message, std::string_view otherwise);

struct ErrorReport {
  struct Note {
    Position position, end;
    std::string_view sourceLine;  // empty: none is shown
    std::string text;
  };
  struct Frame {
    std::string function;
    Position position;
    uint64_t omitted = 0;  // instead: this many calls are left out
  };
  Position position;  // line 0: unknown
  Position end{};     // behind what is meant; line 0: it is what extentAt finds
  std::string_view message, code, severity, stage;
  std::string_view humanCode;   // instead of `code` for people; may be empty
  std::string_view sourceLine;  // empty: none is shown
  std::vector<std::string> hints;
  std::vector<Note> notes;
  std::vector<Frame> stack;
};
std::string renderError(const ErrorReport& report, ErrorFormat format);

/// How many characters of a line belong to the token or bracketed form that starts at `column` (1-based); at least one.
uint32_t extentAt(std::string_view line, uint32_t column);
/// The place behind the form that begins at `at` in a whole source; line 0 where none can be read.
Position endOfForm(std::string_view text, const Position& at);

}  // namespace gene
