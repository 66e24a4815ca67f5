#pragma once
// Expected diagnostics as comments in the source, as clang's -verify has them: `# error@+1: text` wants an error on the
// next line whose message contains the text; `# error: text` one on its own line; `# warning@-2: …` likewise.

#include <string>

#include "frontend/syntax/Diagnostics.h"

namespace gene {

/// Compares what was reported for the source at `start` with its comments. A line for each expected diagnostic that is
/// missing and each reported one that was not expected; empty if they agree.
std::string verifyDiagnostics(const DiagnosticEngine& diagnostics, Location start);

}  // namespace gene
