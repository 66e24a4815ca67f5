#pragma once
// The output of `gene parse` (19-cli.md §19.5).

#include <string>

#include "frontend/syntax/Form.h"
#include "runtime/support/Span.h"

namespace gene {

enum class ParseFormat : uint8_t { Pretty, Compact, Sexp };

/// All forms, separated by blank lines; "(empty)" without any. Ends in a line break.
std::string printParsed(Span<Form* const> forms, ParseFormat format);

}  // namespace gene
