#pragma once
// Changes of a document that a user may ask for. Each is found only where a program does after it what it did before.

#include <string>
#include <vector>

#include "driver/lsp/Evaluation.h"
#include "driver/lsp/Json.h"

namespace gene::lsp {

struct Edit {
  Range range;
  std::string text;
};
struct Action {
  std::string title;
  std::string_view kind;  // the protocol's: refactor.extract …
  std::vector<Edit> edits;
};

/// The text after the edits, which do not overlap.
std::string edited(std::string_view text, std::vector<Edit> edits);
/// The forms of a text as one string; nothing if it cannot be read.
std::optional<std::string> printedForms(const std::string& text);
/// One edit that makes the document this text; none if it is that already.
std::vector<Edit> editsTo(const Document& document, const std::string& after);
/// The edits, and where the document is in canonical form it is so after them as well. Nothing if the result could not be read.
std::vector<Edit> formatted(const Document& document, std::vector<Edit> edits);

/// [{range, newText}]
void writeEdits(JsonWriter& out, const Document& document, const std::vector<Edit>& edits);

// --- Extract.cpp
/// A variable for the expression in the range.
void extractVariable(Workspace& workspace, const Document& document, Range range,
                     std::vector<Action>& actions);
/// A function of the module for the expression or statements in the range; its parameters are the variables around them.
void extractFunction(Workspace& workspace, const Document& document, Range range,
                     std::vector<Action>& actions);

// --- Inline.cpp
/// The value of the variable at the range, where it is named.
void inlineVariable(Workspace& workspace, const Document& document, Range range,
                    std::vector<Action>& actions);
/// ((a b) c) as (a b; c), and the other way round.
void convertChain(const Document& document, Range range, std::vector<Action>& actions);

// --- Imports.cpp
/// Imports at the beginning: sorted, of each module once, without names that nothing uses.
void organiseImports(Workspace& workspace, const Document& document, std::vector<Action>& actions);

// --- Cases.cpp
/// The variants that a case over an enum leaves out.
void addCases(Workspace& workspace, const Document& document, Range range,
              std::vector<Action>& actions);

}  // namespace gene::lsp
