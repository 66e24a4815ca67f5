#pragma once
// Images as text, for `gene gir show` and `gene compile -f pretty`.

#include <cstdint>
#include <map>
#include <string>

#include "runtime/support/Expected.h"
#include "runtime/support/Span.h"

namespace gene {

/// `Instructions (N):` and one line per instruction of the module body; the other functions follow, indented under
/// `function body: NAME`. The image must be whole (readHeader).
std::string disassemble(Span<const uint8_t> image, bool addresses);

/// Every instruction as text, `FUNCTION ADDRESS INSTRUCTION`, by where it lies in the image.
std::map<uint64_t, std::string> instructionTexts(Span<const uint8_t> image);

/// All that `gene gir show` prints. Fails with what is wrong with the file, to follow "Invalid GIR file: NAME: ".
Expected<std::string> describeGirFile(const std::string& name, Span<const uint8_t> bytes);

}  // namespace gene
