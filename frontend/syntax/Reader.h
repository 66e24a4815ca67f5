#pragma once
// Source text to forms (01-syntax.md). Hand-written, one pass, no token list: the reader dispatches on the first
// byte through a 256-entry table and makes forms in an Arena.

#include "runtime/support/Span.h"

#include "frontend/syntax/Diagnostics.h"
#include "frontend/syntax/Form.h"
#include "frontend/syntax/Layout.h"
#include "runtime/support/Arena.h"

namespace gene {

/// Reads the whole source that starts at `start`. Reports what is wrong and returns what could be read; forms after
/// an error are still read where that makes sense.
Span<Form*> readForms(Location start, Arena& arena, DiagnosticEngine& diagnostics);
/// The same for a part of a source, which begins at `at`; a zero byte follows `text`.
/// `layout` takes where comments, texts and brackets lie.
Span<Form*> readPart(Location at, std::string_view text, Arena& arena,
                     DiagnosticEngine& diagnostics, Layout* layout = nullptr);
/// Reads a source for the compiler (Recover.cpp). Where brackets or quotes do not match, each form that begins at the left
/// margin is read for itself: every one that has a mistake is reported, with the place where the indentation says that
/// something is missing, and the forms without one are returned.
Span<Form*> readProgram(Location start, Arena& arena, DiagnosticEngine& diagnostics);

}  // namespace gene
