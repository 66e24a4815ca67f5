#pragma once
// gene compile -f ai-metadata: what a module offers, as JSON (19-cli.md §19.6).

#include <string>

#include "frontend/syntax/Form.h"
#include "runtime/support/Span.h"

namespace gene::driver {

/// Indented JSON about the module with these forms; `name` is the source, `image` its bytecode.
std::string metadataOf(const SourceManager& sources, Span<Form* const> forms,
                       const std::string& name, Span<const uint8_t> image);

}  // namespace gene::driver
