#pragma once
// IR as text, in Gene's own syntax, and back: parse(print(p)) prints the same. The grammar is docs/ir.md.

#include <memory>
#include <string>

#include "codegen/ir/Ir.h"
#include "frontend/syntax/Diagnostics.h"

namespace gene::ir {

struct PrintOptions {
  bool locations = false;  // --print-locs
};
std::string print(const Program& program, PrintOptions options = {});
std::string print(const Function& function, PrintOptions options = {});

/// Reads IR text; null after errors, which are reported. `sources` must outlive the program.
std::unique_ptr<Program> parseProgram(SourceManager& sources, Location start,
                                      DiagnosticEngine& diagnostics);
/// Reads one function into a program; null after errors, which are reported.
Function* parseFunction(Program& program, Location start, DiagnosticEngine& diagnostics);

}  // namespace gene::ir
